"""Tables of routes: lists of struct literals that a loop registers."""

from persona_lsp.frameworks.golang.values import Env
from persona_lsp.syntax.ir import AnyExpr, Call, ClassDef, Index, Items, Module, Object


def entries(table: AnyExpr | None, env: Env, module: Module) -> tuple[AnyExpr, ...]:
    """The entries of a list, of a map's values, or of a literal of a named type of these."""
    if isinstance(table, Items):
        return table.items
    if isinstance(table, Object):
        return tuple(e.value for e in table.entries)
    if isinstance(table, Call) and table.new and table.args and not env.structs.get(table.name):
        return tuple(_member_of(a, table.name, module) for a in table.args)
    return ()


def _member_of(entry: AnyExpr, table: str, module: Module) -> AnyExpr:
    """An entry whose type is that of the elements of the table's type."""
    if isinstance(entry, Call) and entry.new and not entry.name:
        kind = next((s.cls.bases for s in module_classes(module) if s.cls.name == table), ())
        element = kind[0].keys[-1] if kind and isinstance(kind[0], Index) and kind[0].keys else None
        if element is not None:
            return Call(entry.start, entry.end, element, entry.args, entry.kwargs, new=True)
    return entry


def module_classes(module: Module) -> list[ClassDef]:
    """The types that the file declares."""
    return [s for s in module.body if isinstance(s, ClassDef)]


def is_struct(expr: AnyExpr) -> bool:
    """A literal of a struct."""
    return isinstance(expr, Call) and expr.new and bool(expr.args or expr.kwargs)
