"""The functions of a file that are analysed on their own, each with a key that is stable while other code changes."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassDef,
    ClassNode,
    Def,
    Do,
    FunctionNode,
    Group,
    If,
    Lambda,
    Module,
    Name,
    Object,
    Return,
    Stmt,
    Try,
    around,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy


class Unit(Struct, frozen=True):
    """A function with its class and key. `wrapped`: it is handed to another function that may handle its errors.

    `inline`: a framework registered it where it stands. `surroundings` is what of its class matters to its meaning.
    """

    key: str
    node: FunctionNode
    cls: ClassNode | None = None
    wrapped: bool = False
    inline: bool = False
    surroundings: object = None


def units(module: Module, inline: Mapping[int, str]) -> Iterator[Unit]:
    """All functions, in the order of the file; those of `inline` (start -> key) wherever they stand."""
    seen: set[int] = set()
    for outer in _statements(module.body, module):
        for unit in (outer, *(inner(outer.key, outer.node, module) if outer.cls is None else ())):
            seen.add(unit.node.start)
            yield Unit(
                inline.get(unit.node.start, unit.key),
                unit.node,
                unit.cls,
                unit.wrapped,
                unit.node.start in inline,
                unit.surroundings,
            )
    for start, key in inline.items():
        if start not in seen:
            node = _find(module.body, start)
            if node is not None:
                yield Unit(key, node, None, inline=True)


_ANSWERS: Final = lazy(rb"\(\s*_?req\w*\s*(?::[^,()]*)?,\s*_?res\w*\s*[,:)]")
_SCRIPTS: Final = frozenset({"javascript", "typescript", "tsx"})


def inner(key: str, function: FunctionNode, module: Module) -> Iterator[Unit]:
    """Handlers that a function gives to what it makes (`this.list = (req, res) => {}`), or gives back in an object."""
    if module.language not in _SCRIPTS or not key:
        return
    if _ANSWERS.search(module.source, function.body_start, function.body_end) is None:
        return
    known: dict[str, FunctionNode] = {}
    returned: Object | None = None
    for statement in function.body:
        match statement:
            case Def(function=own):
                known[own.name] = own
            case Assign(targets=targets, value=Lambda(function=own)):
                for target in targets:
                    name = dotted(target)
                    if name.startswith("this.") and name.count(".") == 1:
                        yield Unit(f"{key}.{name[5:]}", own)
                    elif isinstance(target, Name):
                        known[target.id] = own
            case Return(value=Object() as made):
                returned = made
            case _:
                pass
    for entry in returned.entries if returned is not None else ():
        value = entry.value
        handler = known.get(value.id) if isinstance(value, Name) else None
        handler = value.function if isinstance(value, Lambda) else handler
        if handler is not None and entry.name:
            yield Unit(f"{key}().{entry.name}", handler)


def _statements(body: tuple[Stmt, ...], module: Module) -> Iterator[Unit]:
    for statement in body:
        match statement:
            case Def(function=function):
                # Go's methods stand apart from their type.
                yield Unit(f"{function.owner}.{function.name}" if function.owner else function.name, function)
            case ClassDef(cls=cls):
                yield from _class(cls, module, "")
            case Assign(targets=targets, value=value) if value is not None:
                name = next((n for t in targets if (n := dotted(t))), "")
                yield from _value(name.removeprefix("module.exports.").removeprefix("exports."), value, module)
            case If(then=then, orelse=orelse):
                yield from _statements(then, module)
                yield from _statements(orelse, module)
            case Try(body=inner) | Group(body=inner):
                yield from _statements(inner, module)
            case _:
                pass
    for export in module.exports if body is module.body else ():
        if export.value is not None:
            yield from _value(export.name, export.value, module)


def _value(name: str, value: AnyExpr, module: Module) -> Iterator[Unit]:
    """Functions among the value of a name: itself, wrapped in a call, or as entries of an object."""
    match value:
        case Lambda(function=function):
            yield Unit(name, function)
        case Call(args=args):
            for arg in args:
                if isinstance(arg, Lambda):
                    yield Unit(name, arg.function, wrapped=True)
        case Object(entries=entries):
            for entry in entries:
                if entry.name and isinstance(entry.value, Lambda | Call):
                    prefix = "" if name in ("module.exports", "exports", "default") else f"{name}."
                    yield from _value(f"{prefix}{entry.name}", entry.value, module)
        case _:
            pass


def _class(cls: ClassNode, module: Module, owner: str) -> Iterator[Unit]:
    name = f"{owner}.{cls.name}" if owner else cls.name
    around = _surroundings(cls, module)
    for method in cls.methods:
        # `list = catchAsync(async (req, res) => {})` is a method that is handed to a function.
        yield Unit(f"{name}.{method.name}", method, cls, wrapped=bool(method.passed_to), surroundings=around)
    for field in cls.fields:
        value = field.value
        if isinstance(value, Lambda):
            yield Unit(f"{name}.{field.name}", value.function, cls, surroundings=around)
        elif isinstance(value, Call):
            for arg in value.args:
                if isinstance(arg, Lambda):
                    yield Unit(f"{name}.{field.name}", arg.function, cls, wrapped=True, surroundings=around)
    for inner in cls.classes:
        yield from _class(inner, module, name)
    for statement in cls.body:
        if isinstance(statement, Def):
            yield Unit(f"{name}.{statement.function.name}", statement.function, cls, surroundings=around)


def _surroundings(cls: ClassNode, module: Module) -> object:
    fields = tuple(
        (f.name, module.source[f.type.start : f.type.end] if f.type is not None else b"") for f in cls.fields
    )
    bases = tuple(module.source[b.start : b.end] for b in cls.bases)
    return hash((cls.name, fields, bases, tuple(module.source[d.start : d.end] for d in cls.decorators)))


def _find(body: tuple[Stmt, ...], start: int) -> FunctionNode | None:
    """The function literal that begins at `start`."""
    for statement in around(body, start, start + 1):
        for function in _functions_in(statement):
            if function.start == start:
                return function
            if function.start < start < function.end:
                found = _find(function.body, start)
                if found is not None:
                    return found
    return None


def _functions_of(cls: ClassNode) -> Iterator[FunctionNode]:
    yield from cls.methods
    for field in cls.fields:
        if field.value is not None:
            yield from _lambdas(field.value)
    for inner in cls.body:
        yield from _functions_in(inner)
    for nested in cls.classes:
        yield from _functions_of(nested)


def _functions_in(statement: Stmt) -> Iterator[FunctionNode]:
    match statement:
        case Def(function=function):
            yield function
        case ClassDef(cls=cls):
            yield from _functions_of(cls)
        case Do(value=value) | Return(value=value) | Assign(value=value):
            if value is not None:
                yield from _lambdas(value)
        case _:
            for name in ("body", "then", "orelse", "final"):
                for inner in getattr(statement, name, ()):
                    yield from _functions_in(inner)
            for catch in getattr(statement, "catches", ()):
                for inner in catch.body:
                    yield from _functions_in(inner)
            for part in ("test", "iterable", "value"):
                value = getattr(statement, part, None)
                if value is not None:
                    yield from _lambdas(value)


def _lambdas(expr: AnyExpr) -> Iterator[FunctionNode]:
    for part in walk(expr):
        if isinstance(part, Lambda):
            yield part.function
        elif isinstance(part, Call) and part.block is not None:
            yield part.block.function
