"""Reading attributes and types: which ones are known, their arguments, and text that is put together from constants."""

from collections.abc import Iterable, Iterator
from typing import Final

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Part, Ref, Text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    ClassDef,
    ClassNode,
    Const,
    Decorator,
    FieldNode,
    FunctionNode,
    Index,
    Member,
    Module,
    Name,
    Node,
    Str,
    dotted,
)

_FOLDING: Final = 12
_ASYNC: Final = frozenset({"Task", "ValueTask"})
_EMPTY: Final = frozenset({"string.Empty", "String.Empty"})


def simple(name: str) -> str:
    """The last part of a dotted name."""
    return name.rsplit(".", 1)[-1]


def find(decorators: Iterable[Decorator], *names: str) -> Decorator | None:
    """The first attribute of one of the names."""
    for decorator in decorators:
        if simple(decorator.name) in names:
            return decorator
    return None


def argument(decorator: Decorator, *names: str, position: int = 0) -> AnyExpr | None:
    """The first of the named arguments that is given, else the one at `position` (-1: only by name)."""
    call = decorator.call
    if call is None:
        return None
    for name in names:
        value = call.kwarg(name)
        if value is not None:
            return value
    return call.args[position] if 0 <= position < len(call.args) else None


def string(value: AnyExpr | None) -> str:
    """The text of a literal, else nothing."""
    return (value.value or "") if isinstance(value, Str) else ""


def flag(value: AnyExpr | None) -> bool | None:
    """The value of a boolean literal."""
    return value.value if isinstance(value, Const) and isinstance(value.value, bool) else None


def number(value: AnyExpr | None) -> float | None:
    """The value of a number."""
    if isinstance(value, Const) and isinstance(value.value, int | float) and not isinstance(value.value, bool):
        return float(value.value)
    return None


def where(module: Module, node: Node) -> Where:
    """The place of a node."""
    return Where(module.path, node.start, node.end)


def classes(module: Module) -> Iterator[tuple[ClassNode, str]]:
    """All classes of a file with their dotted names, owners first."""
    stack: list[tuple[ClassNode, str]] = [(s.cls, s.cls.name) for s in reversed(module.body) if isinstance(s, ClassDef)]
    while stack:
        cls, path = stack.pop()
        yield cls, path
        stack.extend((inner, f"{path}.{inner.name}") for inner in reversed(cls.classes))


def method_keys(cls: ClassNode, path: str) -> Iterator[tuple[FunctionNode, str]]:
    """Methods with the keys of their facts: overloads are numbered from the second one on."""
    taken: dict[str, int] = {}
    for method in cls.methods:
        count = taken.get(method.name, 0)
        taken[method.name] = count + 1
        yield method, f"{path}.{method.name}" + (f"#{count}" if count else "")


def type_name(expr: AnyExpr | None) -> str:
    """The simple name of a type, without its arguments."""
    return simple(dotted(expr)) if expr is not None else ""


def type_arguments(expr: AnyExpr | None) -> tuple[AnyExpr, ...]:
    """`X` of `List<X>`."""
    return expr.keys if isinstance(expr, Index) else ()


def unwrapped(declared: AnyExpr | None) -> AnyExpr | None:
    """What a task gives; `Task` alone gives nothing."""
    while type_name(declared) in _ASYNC:
        declared = next(iter(type_arguments(declared)), None)
    return declared


class Values:
    """Constants of one file: names are looked up in the class that mentions them, its owners, then the file."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.fields: dict[str, FieldNode] = {}
        # `using static A.Routes` may bring any plain name.
        self.open = any(i.local == "*" and b"using static" in module.source[i.start : i.end] for i in module.imports)
        for cls, path in classes(module):
            for field in cls.fields:
                if field.value is not None:
                    self.fields[f"{path}.{field.name}"] = field

    def text(self, expr: AnyExpr | None, scope: str, depth: int = 0) -> Text:
        """What an expression says; `scope` is the dotted name of the class that it stands in."""
        if expr is None:
            return ()
        if depth > _FOLDING:
            return (self._hole(expr),)
        match expr:
            case Str(parts=parts):
                found: list[Part] = []
                for part in parts:
                    found += [part] if isinstance(part, str) else self.text(part, scope, depth + 1)
                return tuple(found)
            case Const(value=int() | float() as value):
                return (str(value),)
            case Binary(op="+", left=left, right=right):
                return (*self.text(left, scope, depth + 1), *self.text(right, scope, depth + 1))
            case Name() | Member():
                name = dotted(expr)
                if name in _EMPTY:
                    return ()
                if not name:
                    return (self._hole(expr),)
                held = self._field(name, scope)
                if held is not None:
                    return self.text(held[1].value, held[0], depth + 1)
                inherited = "." not in name and not self.open and bool(scope)
                return (Ref(f"{scope}.{name}" if inherited else name),)
            case _:
                return (self._hole(expr),)

    def source(self, expr: Node | None) -> str:
        """An expression as written."""
        return self.module.text(expr) if expr is not None else ""

    def _field(self, name: str, scope: str) -> tuple[str, FieldNode] | None:
        parts = scope.split(".") if scope else []
        for length in range(len(parts), -1, -1):
            path = ".".join((*parts[:length], name))
            field = self.fields.get(path)
            if field is not None:
                return path.rpartition(".")[0], field
        return None

    def _hole(self, expr: AnyExpr) -> Hole:
        return Hole("not constant", self.source(expr)[:80])
