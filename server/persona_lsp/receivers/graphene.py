"""Graphene: `resolve_x` methods of object types, and mutations by the class that makes them."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.flow.receiving import Received, Receiver, camel, method_keys, name_of, place, received, root_of
from persona_lsp.syntax.ir import Call, ClassNode, Module, dotted

_ID: Final = "graphene"
_RESOLVE: Final = "resolve_"
_MUTATES: Final = ("perform_mutation", "mutate_and_get_payload", "mutate")
"""Methods that answer a mutation, those of classes that extend Graphene's own first."""


def _extract(module: Module) -> Iterator[Received]:
    if not any("graphene" in i.module for i in module.imports):
        return
    known = {cls.name: cls for cls in module.classes()}
    for cls in module.classes():
        if not cls.bases:
            continue
        parent = root_of(cls.name)
        for method, key in method_keys(cls):
            if method.name.startswith(_RESOLVE) and len(method.params) > 1:
                field = camel(method.name.removeprefix(_RESOLVE))
                yield received("graphql", f"{parent}.{field}", _ID, name_of(method, module), key=key)
        yield from _mutations(cls, parent, known, module)


def _mutations(cls: ClassNode, parent: str, known: dict[str, ClassNode], module: Module) -> Iterator[Received]:
    """`create_user = CreateUser.Field()`."""
    if parent not in ("Mutation", "Subscription"):
        return
    for field in cls.fields:
        value = field.value
        if not isinstance(value, Call) or value.name != "Field":
            continue
        made = dotted(value.receiver)
        if not made or made == "graphene":
            continue
        held = known.get(made)
        methods = {m.name for m in held.methods} if held is not None else set()
        own = next((m for m in _MUTATES if m in methods), "mutate")
        yield received("graphql", f"{parent}.{camel(field.name)}", _ID, place(field, module), handler=f"{made}.{own}")


RECEIVER: Final = Receiver(
    id=_ID,
    title="Graphene",
    kinds=("graphql",),
    languages=("python",),
    signs=(b"graphene",),
    extract=_extract,
    packages=("graphene", "graphene-django"),
)
