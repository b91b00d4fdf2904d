"""Ariadne: functions that are bound to the fields of a schema."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.flow.receiving import Received, Receiver, functions, key_of, name_of, place, received
from persona_lsp.syntax.ir import Assign, Call, Module, Str, dotted

_ID: Final = "ariadne"
_MADE: Final = {"QueryType": "Query", "MutationType": "Mutation", "SubscriptionType": "Subscription"}
_BINDS: Final = frozenset({"field", "source"})


def _extract(module: Module) -> Iterator[Received]:
    own = {i.local for i in module.imports if i.module.partition(".")[0] == _ID}
    types = dict(_types(module)) if own else {}
    if not types:
        return
    for function, within, cls in functions(module):
        for decorator in function.decorators:
            held, _, word = decorator.name.rpartition(".")
            call = decorator.call
            given = call.args[0] if call is not None and call.args else None
            if word in _BINDS and held in types and isinstance(given, Str) and given.value and cls is None:
                key, start = key_of(function, within, None)
                yield received(
                    "graphql", f"{types[held]}.{given.value}", _ID, name_of(function, module),
                    statement=place(decorator.value, module), key=key, start=start,
                )  # fmt: skip


def _types(module: Module) -> Iterator[tuple[str, str]]:
    """Names of the types that a file binds functions to."""
    for statement in module.body:
        made = statement.value if isinstance(statement, Assign) else None
        if not isinstance(statement, Assign) or not isinstance(made, Call):
            continue
        first = made.args[0] if made.args else None
        name = _MADE.get(made.name) or (
            first.value if made.name in ("ObjectType", "InterfaceType") and isinstance(first, Str) else None
        )
        for target in statement.targets if name else ():
            if dotted(target) and name:
                yield dotted(target), name


RECEIVER: Final = Receiver(
    id=_ID,
    title="Ariadne",
    kinds=("graphql",),
    languages=("python",),
    signs=(b"ariadne",),
    extract=_extract,
    packages=("ariadne",),
)
