"""Which names stand for which values: assignments, patterns, and the elements of lists that loops run over."""

from persona_lsp.facts.text import Ref
from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    Items,
    Lambda,
    Let,
    Member,
    Name,
    Object,
    Spread,
    dotted,
)


def bind(names: list[str], value: AnyExpr, scope: Scope) -> None:
    """Let names stand for a value."""
    for name in names:
        if name:
            scope.values[name] = value
            scope.routers.pop(name, None)


def destructure(target: AnyExpr, value: AnyExpr, scope: Scope) -> None:
    """Let the names of a pattern stand for the parts of a value."""
    if isinstance(target, Object):
        for entry in target.entries:
            local = entry.value.target if isinstance(entry.value, Let) else entry.value
            if isinstance(local, Name) and entry.name:
                if scope.parent is None and local.id in scope.imports:
                    continue
                held: AnyExpr = Member(entry.start, entry.end, value, entry.name, entry.start)
                if isinstance(entry.value, Let):
                    held = Let(entry.start, entry.end, held, entry.value.value, "default")
                scope.values[local.id] = held
    elif isinstance(target, Items):
        held = reduce(value, scope)
        for index, item in enumerate(target.items):
            if isinstance(item, Name):
                known = held.items[index] if isinstance(held, Items) and index < len(held.items) else None
                if known is not None:
                    scope.values[item.id] = known
                else:
                    scope.hidden.add(item.id)


def function_name(names: list[str], cls: ClassNode | None) -> str:
    """The name that a function goes by which is assigned to these names."""
    name = next((n for n in names if n), "")
    if name.startswith("this.") and cls is not None:
        return f"{cls.name}.{name[5:]}"
    name = name.removeprefix("module.exports.").removeprefix("exports.")
    return "default" if name == "module.exports" else name


def inner_function(func: AnyExpr, scope: Scope) -> Ref | None:
    """A function that is declared inside of another one, which goes by both names."""
    current: Scope | None = scope if isinstance(func, Name) else None
    while current is not None and isinstance(func, Name):
        if func.id in current.values:
            nested = current.parent is not None and isinstance(current.values[func.id], Lambda)
            return Ref(f"{current.prefix}{func.id}") if nested else None
        if func.id in current.hidden:
            return None
        current = current.parent
    return None


def elements(iterable: AnyExpr, scope: Scope) -> list[AnyExpr] | None:
    """The elements that a loop runs over, None where only running it tells."""
    value = reduce(iterable, scope)
    if isinstance(value, Items):
        return None if any(isinstance(i, Spread) for i in value.items) else list(value.items)
    if (
        isinstance(value, Call)
        and isinstance(value.func, Member)
        and dotted(value.func.base) == "Object"
        and value.args
    ):
        held = reduce(value.args[0], scope)
        if not isinstance(held, Object) or any(e.key is None or not e.name for e in held.entries):
            return None
        if value.func.name == "values":
            return [e.value for e in held.entries]
        if value.func.name == "keys":
            return [e.key for e in held.entries if e.key is not None]
        if value.func.name == "entries":
            return [Items(e.start, e.end, (e.key, e.value)) for e in held.entries if e.key is not None]
    return None


def bind_element(target: AnyExpr, element: AnyExpr, scope: Scope) -> None:
    """Let the variable of a loop stand for one element."""
    if isinstance(target, Name):
        scope.values[target.id] = element
    elif isinstance(target, Object):
        held = reduce(element, scope)
        for entry in target.entries:
            local = entry.value.target if isinstance(entry.value, Let) else entry.value
            found = held.get(entry.name) if isinstance(held, Object) and entry.name else None
            if isinstance(local, Name):
                if found is not None:
                    scope.values[local.id] = found
                else:
                    scope.hidden.add(local.id)
    elif isinstance(target, Items):
        destructure(target, element, scope)
