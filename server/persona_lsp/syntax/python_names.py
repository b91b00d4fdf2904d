"""What plain names of a Python file mean: imports, file-level values, references and texts."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Part, Ref, Text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Binary,
    Call,
    ClassNode,
    Const,
    Def,
    FunctionNode,
    If,
    Index,
    Items,
    Member,
    Module,
    Name,
    Node,
    Stmt,
    Str,
    Try,
)


class Names(Struct, frozen=True):
    """The names of one file. `values` are file-level assignments, `imports` local name -> (module, name)."""

    module: Module
    imports: Mapping[str, tuple[str, str]]
    values: Mapping[str, AnyExpr]
    functions: Mapping[str, FunctionNode]
    classes: Mapping[str, ClassNode]


@lru_cache(maxsize=4)
def names_of(module: Module) -> Names:
    """Collect the names of a file (once: trees are compared by identity)."""
    values: dict[str, AnyExpr] = {}
    functions: dict[str, FunctionNode] = {}
    stack = list(reversed(module.body))
    while stack:
        statement = stack.pop()
        match statement:
            case Assign(op="", value=value) if value is not None:
                for target in statement.targets:
                    if isinstance(target, Name):
                        values[target.id] = value
            case Def(function=function):
                functions[function.name] = function
            case If(then=then, orelse=orelse):
                stack.extend(reversed((*then, *orelse)))
            case Try(body=body):
                stack.extend(reversed(body))
            case _:
                pass
    classes = {c.name: c for c in module.classes()}
    imports = {i.local: (i.module, i.name) for i in module.imports}
    for package in [local.partition(".")[0] for local in imports if "." in local]:
        imports.setdefault(package, (package, "*"))  # `import a.b` binds `a`
    return Names(module, imports, values, functions, classes)


def origin(expr: AnyExpr, names: Names) -> tuple[str, str]:
    """(package, last name) of what a name was imported from: `("fastapi", "HTTPException")`; ("", name) if unknown."""
    match expr:
        case Name(id=name):
            module, given = names.imports.get(name, ("", name))
            return module, name if given == "*" else given
        case Member(base=base, name=name):
            root = ref_name(base)
            module, given = names.imports.get(root, names.imports.get(root.split(".", 1)[0], ("", "")))
            inner = module if given == "*" or not given else f"{module}.{given}"
            return inner, name
        case _:
            return "", ""


def ref_name(expr: AnyExpr | None) -> str:
    """`a.b`, `get_settings().prefix`: names, members and calls (without their arguments); "" for anything else."""
    match expr:
        case Name(id=name):
            return name
        case Member(base=base, name=name):
            root = ref_name(base)
            return f"{root}.{name}" if root else ""
        case Call(func=func):
            root = ref_name(func)
            return f"{root}()" if root else ""
        case Await(value=value):
            return ref_name(value)
        case _:
            return ""


def text_of(expr: AnyExpr | None, module: Module, local: Mapping[str, str | Text] | None = None) -> Text:
    """The text that an expression stands for. `local` maps names of the enclosing function to what they stand for."""
    match expr:
        case None:
            return ()
        case Str(parts=parts):
            out: list[Part] = []
            for part in parts:
                out.extend((part,) if isinstance(part, str) else text_of(part, module, local))
            return tuple(out) or ("",)
        case Binary(op="+", left=left, right=right):
            return (*text_of(left, module, local), *text_of(right, module, local))
        case Name() | Member():
            name = ref_name(expr)
            root, _, rest = name.partition(".")
            if local is not None and root in local:
                known = local[root]
                if isinstance(known, tuple):
                    return known if not rest else (Hole("local", module.text(expr)[:80]),)
                name = f"{known}.{rest}" if rest else known
                return (Ref(name),) if known else (Hole("local", module.text(expr)[:80]),)
            return (Ref(name),) if name else (Hole("expression", module.text(expr)[:80]),)
        case Call(func=Name(id="str"), args=(only,)):
            return text_of(only, module, local)
        case _:
            return (Hole("expression", module.text(expr)[:80]),)


def place(node: Node | FunctionNode | ClassNode, module: Module) -> Where:
    """Where a node stands."""
    return Where(module.path, node.start, node.end)


def number_of(expr: AnyExpr | None, names: Names) -> float | None:
    """The number of a literal or of a name that stands for one in this file."""
    if isinstance(expr, Name):
        expr = names.values.get(expr.id)
    if isinstance(expr, Const) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool):
        return float(expr.value)
    return None


def numbered(key: str, function: FunctionNode, module: Module, starts: dict[str, list[int]]) -> str:
    """The key of a function at the top of a file: a name that is defined again gets a number.

    `starts` remembers where the functions of each name start; it is filled when it is first needed.
    """
    if not starts:
        for other in _top_level(module.body):
            starts.setdefault(other.name, []).append(other.start)
    count = sum(start < function.start for start in starts.get(function.name, ()))
    return key if count == 0 else f"{key}#{count}"


def _top_level(body: tuple[Stmt, ...]) -> Iterator[FunctionNode]:
    for statement in body:
        match statement:
            case Def(function=function):
                yield function
            case If(then=then, orelse=orelse):
                yield from _top_level(then)
                yield from _top_level(orelse)
            case Try(body=inner):
                yield from _top_level(inner)
            case _:
                pass


def flag(expr: AnyExpr | None) -> bool | None:
    """True or False where it stands so, else None."""
    return expr.value if isinstance(expr, Const) and isinstance(expr.value, bool) else None


def unwrap_annotated(expr: AnyExpr | None, names: Names, depth: int = 0) -> tuple[AnyExpr | None, tuple[AnyExpr, ...]]:
    """The type and the metadata of `Annotated[type, ...]`, through aliases of the same file."""
    match expr:
        case Index(base=base, keys=(inner, *metadata)) if ref_name(base).rsplit(".", 1)[-1] == "Annotated":
            declared, more = unwrap_annotated(inner, names, depth + 1)
            return declared, (*more, *metadata)
        case Name(id=name) if name in names.values and depth < 4:
            value = names.values[name]
            declared, metadata_ = unwrap_annotated(value, names, depth + 1)
            return (declared, metadata_) if metadata_ else (expr, ())
        case _:
            return expr, ()


def items_of(expr: AnyExpr | None, names: Names) -> tuple[AnyExpr, ...] | None:
    """The elements of a list or tuple literal, also through a name of this file and sums; None if unknown."""
    match expr:
        case Items(items=items):
            return items
        case Name(id=name) if isinstance(names.values.get(name), Items):
            return items_of(names.values[name], names)
        case Binary(op="+", left=left, right=right):
            first, second = items_of(left, names), items_of(right, names)
            return (*first, *second) if first is not None and second is not None else None
        case _:
            return None
