"""Reading annotations: which ones are known, their attributes, and text that is put together from constants."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Ref, Text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    ClassDef,
    ClassNode,
    Const,
    Decorator,
    FieldNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    Node,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

CONTROLLERS: Final = frozenset({"RestController", "Controller", "RepositoryRestController", "BasePathAwareController"})
STEREOTYPES: Final = CONTROLLERS | {
    "Component", "Service", "Repository", "Configuration", "ControllerAdvice", "RestControllerAdvice",
    "SpringBootApplication",
}  # fmt: skip
CLIENTS: Final = frozenset({"FeignClient", "HttpExchange", "RegisterRestClient", "RibbonClient"})
METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "GetMapping": ("GET",), "PostMapping": ("POST",), "PutMapping": ("PUT",), "DeleteMapping": ("DELETE",),
    "PatchMapping": ("PATCH",), "RequestMapping": (),
}  # fmt: skip
EXCHANGES: Final[Mapping[str, tuple[str, ...]]] = {
    "GetExchange": ("GET",), "PostExchange": ("POST",), "PutExchange": ("PUT",), "DeleteExchange": ("DELETE",),
    "PatchExchange": ("PATCH",), "HttpExchange": (),
}  # fmt: skip
VERBS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
_PLACEHOLDER: Final = lazy(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_FOLDING: Final = 12


def simple(name: str) -> str:
    """The last part of a dotted name."""
    return name.rsplit(".", 1)[-1]


def find(decorators: Iterable[Decorator], *names: str) -> Decorator | None:
    """The first annotation of one of the names."""
    for decorator in decorators:
        if simple(decorator.name) in names:
            return decorator
    return None


def argument(decorator: Decorator, *names: str) -> AnyExpr | None:
    """The first of the named attributes that is given; `value` is also the one without a name."""
    call = decorator.call
    if call is None:
        return None
    for name in names:
        value = call.kwarg(name)
        if value is not None:
            return value
    return call.args[0] if call.args and "value" in names else None


def listed(value: AnyExpr | None) -> tuple[AnyExpr, ...]:
    """`{a, b}` as a and b, a single value as itself."""
    if value is None:
        return ()
    return value.items if isinstance(value, Items) else (value,)


def string(value: AnyExpr | None) -> str:
    """The text of a literal, else nothing."""
    return (value.value or "") if isinstance(value, Str) else ""


def flag(value: AnyExpr | None) -> bool | None:
    """The value of a boolean literal."""
    return value.value if isinstance(value, Const) and isinstance(value.value, bool) else None


def number(value: AnyExpr | None) -> float | None:
    """The value of a number, given as such or as a string (`@DecimalMax("10")`)."""
    if isinstance(value, Const) and isinstance(value.value, int | float) and not isinstance(value.value, bool):
        return float(value.value)
    if isinstance(value, Str):
        try:
            return float(value.value or "")
        except ValueError:
            return None
    return None


def where(module: Module, node: Node) -> Where:
    """The place of a node."""
    return Where(module.path, node.start, node.end)


class Values:
    """Constants of one file: names are looked up in the class that mentions them, its owners, then the file."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.fields: dict[str, FieldNode] = {}
        self.types: dict[str, str] = {}
        self.stars = any(i.local == "*" and i.module.rpartition(".")[2][:1].isupper() for i in module.imports)
        self.imported = {i.local for i in module.imports if i.local != "*"}
        for cls, path in classes(module):
            for field in cls.fields:
                self.types[f"{path}.{field.name}"] = type_name(field.type)
                if field.value is not None and "enum" not in field.modifiers:
                    self.fields[f"{path}.{field.name}"] = field

    def text(self, expr: AnyExpr | None, scope: str, depth: int = 0) -> Text:
        """What an expression of an annotation says; `scope` is the dotted name of the class it stands in."""
        if expr is None:
            return ()
        if depth > _FOLDING:
            return (self._hole("nested too deep", expr),)
        match expr:
            case Str(parts=parts):
                literal = expr.value
                return (
                    tuple(placeholders(literal))
                    if literal is not None
                    else (self._hole("text", expr),)
                    if parts
                    else ()
                )
            case Const(value=int() | float() as value):
                return (str(value),)
            case Binary(op="+", left=left, right=right):
                return joined(self.text(left, scope, depth + 1), self.text(right, scope, depth + 1))
            case Name() | Member():
                name = dotted(expr)
                if not name:
                    return (self._hole("not a name", expr),)
                found = self._field(name, scope)
                if found is None:
                    return (Ref(self._foreign(name, scope)),)
                owner, field = found
                return self.text(field.value, owner, depth + 1)
            case _:
                return (self._hole("not constant", expr),)

    def texts(self, expr: AnyExpr | None, scope: str) -> tuple[tuple[Text, AnyExpr], ...]:
        """Each text of an attribute that may be a list, with the expression it comes from."""
        return tuple((self.text(item, scope), item) for item in listed(expr))

    def field(self, name: str, scope: str) -> FieldNode | None:
        """The constant of this file that a name means in a class."""
        found = self._field(name, scope)
        return found[1] if found is not None else None

    def source(self, expr: AnyExpr) -> str:
        """An attribute value as written, constants of this file folded."""
        return self.module.source[expr.start : expr.end].decode("utf-8", "replace")

    def _field(self, name: str, scope: str) -> tuple[str, FieldNode] | None:
        parts = scope.split(".")
        for length in range(len(parts), -1, -1):
            path = ".".join((*parts[:length], name))
            field = self.fields.get(path)
            if field is not None:
                return path.rpartition(".")[0], field
        return None

    def _foreign(self, name: str, scope: str) -> str:
        """A plain name that nothing imports is inherited: it is looked up through the bases of its class."""
        if "." in name or name in self.imported or self.stars or not scope:
            return name
        return f"{scope}.{name}"

    def _hole(self, reason: str, expr: AnyExpr) -> Hole:
        return Hole(reason, self.source(expr)[:80])


def placeholders(text: str) -> Iterator[str | Ref]:
    """`/${api.prefix:/api}/x` as literals and references to configuration."""
    last = 0
    for match in _PLACEHOLDER.finditer(text):
        if match.start() > last:
            yield text[last : match.start()]
        yield Ref(match[0])
        last = match.end()
    if last < len(text):
        yield text[last:]


def joined(left: Text, right: Text) -> Text:
    """Two texts after each other, neighbouring literals made one."""
    if left and right and isinstance(left[-1], str) and isinstance(right[0], str):
        return (*left[:-1], left[-1] + right[0], *right[1:])
    return (*left, *right)


def rooted(path: Text) -> Text:
    """A path with the slash in front that Spring adds; what begins with a reference is left to whoever knows it."""
    if not path or not isinstance(path[0], str) or path[0].startswith("/"):
        return path
    return ("/" + path[0], *path[1:])


def trimmed(path: Text) -> Text:
    """A prefix without the slash at its end, so that what follows brings its own."""
    if path and isinstance(path[-1], str) and path[-1].endswith("/"):
        last = path[-1].rstrip("/")
        return (*path[:-1], last) if last else path[:-1]
    return path


def classes(module: Module) -> Iterator[tuple[ClassNode, str]]:
    """All classes of a file with their dotted names, owners first."""
    stack: list[tuple[ClassNode, str]] = [(s.cls, s.cls.name) for s in reversed(module.body) if isinstance(s, ClassDef)]
    while stack:
        cls, path = stack.pop()
        yield cls, path
        stack.extend((inner, f"{path}.{inner.name}") for inner in reversed(cls.classes))


def type_name(expr: AnyExpr | None) -> str:
    """The simple name of a type, without its arguments."""
    return simple(dotted(expr)) if expr is not None else ""


def type_arguments(expr: AnyExpr | None) -> tuple[AnyExpr, ...]:
    """`X` of `List<X>`."""
    return expr.keys if isinstance(expr, Index) else ()


def method_names(expr: AnyExpr | None) -> tuple[str, ...]:
    """`RequestMethod.GET`, `GET`, `"GET"` and lists of them as upper-case verbs; what is not a verb is left out."""
    names = (simple(dotted(item)) if isinstance(item, Name | Member) else string(item) for item in listed(expr))
    return tuple(dict.fromkeys(n for n in names if n in VERBS))
