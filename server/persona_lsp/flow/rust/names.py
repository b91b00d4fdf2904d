"""What the frameworks of Rust have in common: names, texts and types of a file, and what signatures declare."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Hole, Part, Ref, Text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassDef,
    ClassNode,
    Const,
    Def,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    Node,
    Str,
    dotted,
)

FRAMEWORKS: Final = frozenset({"axum", "actix_web", "rocket"})
VERBS: Final = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "trace", "connect"})
_WRAPPERS: Final = frozenset({"Option", "Result", "Arc", "Box", "Rc", "impl", "dyn"})


class Unit(Struct, frozen=True):
    """A function of the file: its key, its code, and the `impl` block or module that it stands in."""

    key: str
    node: FunctionNode
    cls: ClassNode | None


class RustFile(Struct, frozen=True):
    """The names of a file."""

    module: Module
    imports: Mapping[str, tuple[str, str]]
    units: tuple[Unit, ...]
    classes: Mapping[str, ClassNode]
    values: Mapping[str, AnyExpr]
    stars: tuple[str, ...] = ()
    """Modules of which everything is imported."""


@lru_cache(maxsize=4)
def rust_file(module: Module) -> RustFile:
    """The names of a file, read once."""
    imports = {i.local: (i.module, i.name) for i in module.imports}
    classes: dict[str, ClassNode] = {}
    for cls in module.classes():
        if cls.kind != "impl" or cls.name not in classes:
            classes[cls.name] = cls
    values: dict[str, AnyExpr] = {}
    for statement in module.body:
        if isinstance(statement, Assign) and isinstance(statement.targets[0], Name) and statement.value is not None:
            values[statement.targets[0].id] = statement.value
    stars = tuple(i.module for i in module.imports if i.local == "*")
    return RustFile(module, imports, tuple(_units(module)), classes, values, stars)


def _units(module: Module) -> Iterator[Unit]:
    for statement in module.body:
        if isinstance(statement, Def):
            yield Unit(statement.function.name, statement.function, None)
        elif isinstance(statement, ClassDef):
            yield from _members(statement.cls, "")


def _members(cls: ClassNode, owner: str) -> Iterator[Unit]:
    name = f"{owner}.{cls.name}" if owner else cls.name
    for method in cls.methods:
        yield Unit(f"{name}.{method.name}", method, cls)
    for inner in cls.classes:
        yield from _members(inner, name)


def full_name(expr: AnyExpr | None, file: RustFile) -> str:
    """A path with what its first name was imported from: `get` is `axum.routing.get`.

    What is not declared here is taken to be of the framework, if all of one of its modules is imported.
    """
    name = dotted(expr)
    first, _, rest = name.partition(".")
    bound = file.imports.get(first)
    if bound is None:
        star = next((s for s in file.stars if s.split(".", 1)[0] in FRAMEWORKS), "")
        return (
            f"{star}.{name}" if star and first[:1].islower() and not any(u.key == first for u in file.units) else name
        )
    module, given = bound
    whole = module if given in ("*", "") else f"{module}.{given}"
    return f"{whole}.{rest}" if rest else whole


def ref_name(expr: AnyExpr | None, unit: Unit) -> str:
    """A path as other files may resolve it: `Self` by its name, within inline modules with these before it."""
    name = dotted(expr)
    first, _, rest = name.partition(".")
    if first in ("Self", "self") and rest and unit.cls is not None and unit.cls.kind != "module":
        return f"{unit.key.rpartition('.')[0]}.{rest}"
    if unit.cls is not None and unit.cls.kind == "module" and any(m.name == first for m in unit.cls.methods):
        return f"{unit.key.rpartition('.')[0]}.{name}"
    return name


def place(node: Node | FunctionNode, module: Module) -> Where:
    """Where a node stands."""
    return Where(module.path, node.start, node.end)


def text_of(expr: AnyExpr | None, file: RustFile, local: Mapping[str, Text], depth: int = 0) -> Text:
    """The text that an expression stands for. `local`: texts by the names of the function."""
    match expr:
        case None:
            return ()
        case Str(parts=parts):
            out: list[Part] = []
            for part in parts:
                out.extend((part,) if isinstance(part, str) else text_of(part, file, local, depth + 1))
            return tuple(out) or ("",)
        case Name(id=name) if name in local:
            return local[name]
        case Member() if b"::" not in file.module.source[expr.base.end : expr.name_start]:
            return (Hole("field", file.module.text(expr)[:80]),)
        case Name() | Member():
            name = dotted(expr)
            return (Ref(name),) if name and name[-1:].isalnum() else (Hole("expression", file.module.text(expr)[:80]),)
        case Const(value=value) if value is not None:
            return (str(value),)
        case Call(func=Member(base=Items(items=items), name="concat" | "join"), args=args) if depth < _DEEPEST:
            between = text_of(args[0], file, local, depth + 1) if args else ()
            found: list[Part] = []
            for number, item in enumerate(items):
                found.extend((*(between if number else ()), *text_of(item, file, local, depth + 1)))
            return tuple(found)
        case Call(func=Member(base=base, name=name)) if name in _SAME and depth < _DEEPEST:
            return text_of(base, file, local, depth + 1)
        case Call(func=Member(name="from" | "new"), args=(only,)) if depth < _DEEPEST:
            return text_of(only, file, local, depth + 1)
        case Call(args=(only,)) if expr.name == "uri!":
            return text_of(only, file, local, depth + 1)
        case _:
            return (Hole("expression", file.module.text(expr)[:80]),)


_DEEPEST: Final = 8
_SAME: Final = frozenset(
    {
        "to_string",
        "to_owned",
        "as_str",
        "into",
        "clone",
        "as_ref",
        "trim",
        "to_str",
        "as_deref",
        "borrow",
        "deref",
        "path",
    }
)


def below_unknown(prefix: Text) -> Text:
    """A prefix without what an installation puts before it: `[base, "/api"].concat()` is `/api`."""
    if len(prefix) > 1 and isinstance(prefix[0], Hole) and prefix[0].parameter < 0:
        following = prefix[1]
        if isinstance(following, str) and following.startswith("/"):
            return EMPTY if prefix[1:] == ("/",) else prefix[1:]
    return prefix


def slashed(path: Text) -> tuple[str, ...]:
    """A path that ends with a slash is another one than without: what tells the two apart."""
    last = path[-1] if path else ""
    return ("slash",) if isinstance(last, str) and last.endswith("/") and path != ("/",) else ()


def last_name(expr: AnyExpr | None) -> str:
    """The simple name of a type without its arguments."""
    match expr:
        case Name(id=name):
            return name
        case Member(name=name):
            return name
        case Index(base=base):
            return last_name(base)
        case _:
            return ""


def real_name(expr: AnyExpr | None, file: RustFile) -> str:
    """The simple name of a type as its own file calls it: `Path` for `use axum::extract::Path as UrlPath`."""
    name = last_name(expr)
    plain = expr.base if isinstance(expr, Index) else expr
    bound = file.imports.get(name) if isinstance(plain, Name) else None
    return bound[1] if bound is not None and bound[1] not in ("*", "") else name


def arguments(expr: AnyExpr | None) -> tuple[AnyExpr, ...]:
    """The generic arguments of a type."""
    return expr.keys if isinstance(expr, Index) else ()


def unwrapped(expr: AnyExpr | None) -> AnyExpr | None:
    """A type without `Option`, `Result`, `Arc` and the like."""
    for _ in range(_DEEPEST):
        # A project's own `AppResult<T>` holds what a `Result` does.
        if (last_name(expr) in _WRAPPERS or last_name(expr).endswith("Result")) and (keys := arguments(expr)):
            expr = keys[0]
        else:
            break
    return expr


def type_text(expr: AnyExpr | None, module: Module) -> str:
    """A type as written."""
    return module.text(expr)[:120] if expr is not None else ""


def dotted_type(expr: AnyExpr | None) -> str:
    """The path of a type, without its arguments."""
    return dotted(expr.base if isinstance(expr, Index) else expr)
