"""Settings that a module keeps, with what they are unless somebody sets them: `mattr_accessor :admin_path`."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.place import Where
from persona_lsp.flow.branches import absent_names, present_names
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassNode,
    Do,
    FunctionNode,
    If,
    Member,
    Module,
    Name,
    Node,
    Return,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

STRANGERS: Final = "CanCan.strangers"
"""What abilities let those do who have not signed in."""
INITIALIZERS: Final = "/config/initializers/"
_ACCESSORS: Final = frozenset({"mattr_accessor", "mattr_reader", "cattr_accessor", "cattr_reader"})

MOST: Final = "Kaminari.max_per_page"
"""However many rows somebody asks for, a page of Kaminari has no more than that."""
_MOST: Final = lazy(rb"(?m)^\s*(?:config|Kaminari\.config|c)\.max_per_page\s*=(?!\s*nil)")
_SETS: Final = lazy(rb"\n\s+self\.\w+ = [\"']")
_Given = tuple[str, AnyExpr | None, Node]


def settings(module: Module) -> Iterator[ConfigEntry]:
    """The texts that modules of the file keep in accessors of their own, or that an initializer gives them.

    Abilities that let strangers do nothing say so.
    """
    if b"CanCan::Ability" in module.source:
        yield from _abilities(module)
    if b"max_per_page" in module.source and (most := _MOST.search(module.source)) is not None:
        yield ConfigEntry(MOST, "set", Where(module.path, most.start(), most.end()))
    for name, value, node in (*_set(module), *_kept_by_modules(module)):
        if isinstance(value, Str) and value.value is not None:
            yield ConfigEntry(name, value.value, Where(module.path, node.start, node.end))


def _abilities(module: Module) -> Iterator[ConfigEntry]:
    for cls in module.classes():
        for method in cls.methods:
            if method.name == "initialize" and method.params and _only_for_known(method):
                yield ConfigEntry(STRANGERS, "none", Where(module.path, method.start, method.body_start))


def _only_for_known(method: FunctionNode) -> bool:
    """`return unless user` before all abilities, or nothing but `if user`."""
    user = method.params[0].name
    body = [s for s in method.body if not isinstance(s, Assign)]
    first = body[0] if body and len(body) == len(method.body) else None
    if not isinstance(first, If) or first.orelse:
        return False
    if len(first.then) == 1 and isinstance(first.then[0], Return) and first.then[0].value is None:
        return user in absent_names(first.test)
    return len(body) == 1 and user in present_names(first.test)


def _set(module: Module) -> Iterator[_Given]:
    """`Shop.admin_path = "backend"`."""
    if INITIALIZERS not in f"/{module.path}":
        return
    for statement in module.body:
        if isinstance(statement, Assign) and not statement.op and isinstance(statement.targets[0], Member):
            name = dotted(statement.targets[0])
            if name[:1].isupper():
                yield name, statement.value, statement


def _kept_by_modules(module: Module) -> Iterator[_Given]:
    if (
        b"attr_accessor" not in module.source
        and b"attr_reader" not in module.source
        and not _SETS.search(module.source)
    ):
        return
    for cls in module.classes():
        owner = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
        kept = {name for call in _accessors(cls) for name in _names(call)}
        yield from (
            (f"{owner}.{name.removeprefix('self.')}", value, node)
            for name, value, node in _given(cls)
            if name in kept or name.startswith("self.")
        )


def _given(cls: ClassNode) -> Iterator[_Given]:
    """`default: "x"` of an accessor, `@@name = "x"` and `self.name = "x"` of the body."""
    for call in _accessors(cls):
        yield from ((name, call.kwarg("default"), call) for name in _names(call))
    for statement in cls.body:
        if not isinstance(statement, Assign) or statement.op:
            continue
        match statement.targets[0]:
            case Name(id=name) if name.startswith("@@"):
                yield name[2:], statement.value, statement
            case Member(base=Name(id="self"), name=name):
                yield f"self.{name}", statement.value, statement
            case _:
                pass


def _accessors(cls: ClassNode) -> Iterator[Call]:
    for statement in cls.body:
        value = statement.value if isinstance(statement, Do) else None
        if isinstance(value, Call) and isinstance(value.func, Name) and value.func.id in _ACCESSORS:
            yield value


def _names(call: Call) -> Iterator[str]:
    yield from (arg.value for arg in call.args if isinstance(arg, Str) and arg.value)
