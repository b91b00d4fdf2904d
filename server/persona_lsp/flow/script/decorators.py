"""Files whose decorators say what they serve: those of a library under whatever name, texts, and values of constants."""

from collections.abc import Iterable

from msgspec import Struct

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.flow.script.names import Scope, reduce, text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassNode,
    Const,
    Decorator,
    FunctionNode,
    Items,
    Lambda,
    Module,
    Name,
    Node,
    Object,
    dotted,
)


class Names(Struct, frozen=True):
    """The names of one file. `own`: local name -> what the library calls it, for what is imported from it."""

    module: Module
    scope: Scope
    own: dict[str, str]


def collected(module: Module, *packages: str) -> Names:
    """The names of a file; what comes from packages that begin so is the library's own."""
    imports = {i.local: (i.module, i.name) for i in module.imports if i.local}
    scope = Scope(module, imports)
    for statement in module.body:
        if isinstance(statement, Assign) and statement.value is not None and not statement.op:
            for target in statement.targets:
                name = dotted(target)
                if name and not isinstance(statement.value, Lambda):
                    scope.values[name] = statement.value
    for cls in module.classes():
        for field in cls.fields:
            if field.value is not None and "static" in field.modifiers:
                scope.values.setdefault(f"{cls.name}.{field.name}", field.value)
    own = {local: name for local, (package, name) in imports.items() if package.startswith(packages)}
    return Names(module, scope, own)


def own_name(name: str, names: Names) -> str:
    """What the library calls a dotted local name (`Get`, `common.Get`), "" if it is none of its own."""
    first, _, rest = name.partition(".")
    known = names.own.get(first, "")
    return rest if known == "*" else known if not rest else ""


def find(decorators: Iterable[Decorator], names: Names, *wanted: str) -> Decorator | None:
    """The first of the library's decorators that goes by one of these names."""
    return next((d for d in decorators if own_name(d.name, names) in wanted), None)


def arguments(decorator: Decorator) -> tuple[AnyExpr, ...]:
    """The positional arguments of a decorator."""
    call = decorator.call
    return call.args if call is not None else ()


def texts(expr: AnyExpr | None, names: Names) -> list[tuple[Text, AnyExpr]]:
    """The texts of an expression that is one, or a list of them, each with the node it is written in."""
    if expr is None:
        return []
    value = reduce(expr, names.scope)
    if isinstance(value, Items):
        return [(text(item, names.scope), item) for item in value.items]
    return [(text(expr, names.scope), expr)]


def entry(expr: AnyExpr | None, name: str, names: Names) -> AnyExpr | None:
    """The value of a key where the expression is an object in the end."""
    value = reduce(expr, names.scope) if expr is not None else None
    return value.get(name) if isinstance(value, Object) else None


def items(expr: AnyExpr | None, names: Names) -> tuple[AnyExpr, ...]:
    """The elements of a list in the end; what is no list has none."""
    value = reduce(expr, names.scope) if expr is not None else None
    return value.items if isinstance(value, Items) else ()


def number(expr: AnyExpr | None, names: Names) -> int | None:
    """The whole number that an expression stands for."""
    value = reduce(expr, names.scope) if expr is not None else None
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value
    return None


def reference(expr: AnyExpr | None) -> Ref | None:
    """The class that is named: itself, made (`new X()`), called (`X.forRoot()`), or looked up later."""
    match expr:
        case Call(new=True, func=func):
            return reference(func)
        case Call(func=Name(id="forwardRef"), args=(Lambda(function=function),)):
            returned = function.body[-1] if function.body else None
            return reference(getattr(returned, "value", None))
        case Call(func=func) if not isinstance(func, Name):
            return reference(getattr(func, "base", None))
        case _:
            name = dotted(expr) if expr is not None else ""
            return Ref(name) if name else None


def where(node: Node | FunctionNode | ClassNode, module: Module) -> Where:
    """Where a node stands."""
    return Where(module.path, node.start, node.end)
