"""Fields of Python classes: columns, relations and constraints of SQLAlchemy, SQLModel and pydantic."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import Field
from persona_lsp.facts.place import Where
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, Const, FieldNode, Index, Module, Str, dotted

_COLUMNS: Final = frozenset({"Column", "mapped_column", "column_property", "Field"})
_RELATIONS: Final = frozenset({"relationship", "Relationship", "backref", "association_proxy"})
_NO_FIELDS: Final = frozenset({"model_config", "Config", "metadata", "registry"})


def python_fields(cls: ClassNode, module: Module) -> tuple[Field, ...]:
    """The fields that instances of a class have; what only configures the class is left out."""
    return tuple(
        _field(f, module)
        for f in cls.fields
        if not (f.name.startswith("__") or f.name in _NO_FIELDS or dotted(f.type).endswith("ClassVar"))
    )


def table_of(cls: ClassNode) -> str:
    """`__tablename__`, "" if it is not given."""
    for field in cls.fields:
        if field.name == "__tablename__" and isinstance(field.value, Str):
            return field.value.value or ""
    return ""


def _field(node: FieldNode, module: Module) -> Field:
    calls = [c for c in _calls(node) if c.name in _COLUMNS or c.name in _RELATIONS]
    related = next((c for c in calls if c.name in _RELATIONS), None)
    maximum = next((m for c in calls for name in ("le", "lt") if (m := _number(c.kwarg(name))) is not None), None)
    columns = [c for c in calls if c.name in _COLUMNS]
    default = node.value is not None and not isinstance(node.value, Call)
    default = default or any(
        c.kwarg(n) is not None for c in columns for n in ("default", "server_default", "default_factory")
    )
    default = default or any(c.name == "Field" and c.args and module.text(c.args[0]) != "..." for c in columns)
    return Field(
        node.name,
        module.text(node.type)[:80] if node.type is not None else "",
        Where(module.path, node.start, node.end),
        maximum=maximum,
        relation=_target(related, node, module) if related is not None else "",
        unique=any(_is_true(c.kwarg("unique")) for c in columns),
        has_default=default,
    )


def _calls(node: FieldNode) -> Iterator[Call]:
    if isinstance(node.value, Call):
        yield node.value
    if isinstance(node.type, Index) and dotted(node.type.base).endswith("Annotated"):
        yield from (k for k in node.type.keys if isinstance(k, Call))


def _target(call: Call, node: FieldNode, module: Module) -> str:
    first = call.args[0] if call.args else None
    if isinstance(first, Str):
        return first.value or "?"
    named = dotted(first) if first is not None else ""
    return named or (module.text(node.type)[:80] if node.type is not None else "?")


def _is_true(expr: AnyExpr | None) -> bool:
    return isinstance(expr, Const) and expr.value is True


def _number(expr: AnyExpr | None) -> float | None:
    if isinstance(expr, Const) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool):
        return float(expr.value)
    return None
