"""Strawberry: classes whose fields functions answer."""

from collections.abc import Callable, Iterator
from typing import Final

from persona_lsp.facts.text import Text
from persona_lsp.flow.receiving import (
    Received,
    Receiver,
    camel,
    method_keys,
    name_of,
    place,
    received,
    root_of,
)
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, Module, Str, dotted

_ID: Final = "strawberry"
_TYPES: Final = frozenset({"type", "interface"})
_FIELDS: Final = frozenset({"field", "mutation", "subscription"})


def _extract(module: Module) -> Iterator[Received]:
    own = {i.local: i.name for i in module.imports if i.module.partition(".")[0] in ("strawberry", "strawberry_django")}
    if not own:
        return

    def called(name: str) -> str:
        """What the library calls a dotted name."""
        first, _, rest = name.partition(".")
        if first not in own:
            return ""
        return rest.rsplit(".", 1)[-1] if rest else own[first]

    for cls in module.classes():
        marked = next((d for d in cls.decorators if called(d.name) in _TYPES), None)
        if marked is None:
            continue
        parent = _text(marked.call, "name") or root_of(cls.name)
        for method, key in method_keys(cls):
            field = next((d for d in method.decorators if called(d.name) in _FIELDS), None)
            if field is not None:
                name: Text = (f"{parent}.{_text(field.call, 'name') or camel(method.name)}",)
                yield received(
                    "graphql", name, _ID, name_of(method, module), statement=place(field.value, module), key=key
                )
        yield from _resolved(cls, parent, called, module)


def _resolved(cls: ClassNode, parent: str, called: Callable[[str], str], module: Module) -> Iterator[Received]:
    """`users: list[User] = strawberry.field(resolver=get_users)`."""
    for field in cls.fields:
        value = field.value
        if not isinstance(value, Call) or called(dotted(value.func)) not in _FIELDS:
            continue
        resolver = value.kwarg("resolver") or next(iter(value.args), None)
        name = dotted(resolver)
        if name:
            shown = _text(value, "name") or camel(field.name)
            at = place(field, module)
            yield received("graphql", f"{parent}.{shown}", _ID, at, handler=name)


def _text(call: Call | None, name: str) -> str:
    given: AnyExpr | None = call.kwarg(name) if call is not None else None
    return given.value or "" if isinstance(given, Str) else ""


RECEIVER: Final = Receiver(
    id=_ID,
    title="Strawberry",
    kinds=("graphql",),
    languages=("python",),
    signs=(b"strawberry",),
    extract=_extract,
    packages=("strawberry-graphql",),
)
