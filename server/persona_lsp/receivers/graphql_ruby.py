"""graphql-ruby: fields of object types that a method, a mutation or a resolver class answers."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.place import Where
from persona_lsp.flow.receiving import Received, Receiver, camel, method_keys, place, received, root_of, scoped
from persona_lsp.syntax.ir import Call, ClassNode, Const, Do, Module, Str
from persona_lsp.text.patterns import lazy

_ID: Final = "graphql-ruby"
_BASE: Final = lazy(
    r"(?:^|::)(?:Base\w*(?:Object|Type|Query|Mutation|Subscription)?|\w+Object|Schema::Object|\w+Type)$"
)


def _extract(module: Module) -> Iterator[Received]:
    for cls in module.classes():
        base = scoped(cls.bases[0]) if cls.bases else ""
        if base and _BASE.search(base) and cls.body:
            yield from _fields(cls, module)


def _fields(cls: ClassNode, module: Module) -> Iterator[Received]:
    parent = _called(cls) or root_of(cls.name).removesuffix("Type")
    keys = {method.name: key for method, key in method_keys(cls) if "private" not in method.modifiers}
    for statement in cls.body:
        call = statement.value if isinstance(statement, Do) else None
        if not isinstance(call, Call) or call.name != "field" or call.receiver is not None or not call.args:
            continue
        first = call.args[0]
        if not isinstance(first, Str) or not first.value:
            continue
        plain = call.kwarg("camelize")
        same = isinstance(plain, Const) and plain.value is False
        name = f"{parent}.{first.value if same else camel(first.value)}"
        at = Where(module.path, call.start, first.end)
        made = scoped(call.kwarg("mutation") or call.kwarg("resolver") or call.kwarg("subscription"))
        method = call.kwarg("resolver_method")
        own = method.value if isinstance(method, Str) and method.value else first.value
        if made:
            yield received("graphql", name, _ID, at, statement=place(call, module), handler=f"{made}.resolve")
        elif own in keys:
            yield received("graphql", name, _ID, at, statement=place(call, module), key=keys[own])


def _called(cls: ClassNode) -> str:
    """`graphql_name "Order"`."""
    for statement in cls.body:
        call = statement.value if isinstance(statement, Do) else None
        if isinstance(call, Call) and call.name == "graphql_name" and call.args and isinstance(call.args[0], Str):
            return call.args[0].value or ""
    return ""


RECEIVER: Final = Receiver(
    id=_ID,
    title="graphql-ruby",
    kinds=("graphql",),
    languages=("ruby",),
    signs=(b"field :", b"field(:"),
    extract=_extract,
    packages=("graphql",),
)
