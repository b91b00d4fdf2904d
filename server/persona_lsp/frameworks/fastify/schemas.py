"""What the schema of a route says: inputs with their bounds, the body, documented answers."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Body, Constraint, Declared, Doc, In, Param
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Entry, Items, Name, Object, Str, dotted

_PLACES: Final = {"querystring": In.QUERY, "query": In.QUERY, "params": In.PATH, "headers": In.HEADER}
_OBJECTS: Final = frozenset({"Object", "object", "strictObject", "Partial"})


_AROUND: Final = frozenset({"Optional", "Readonly", "Unsafe"})


class Described(Struct, frozen=True):
    """What a schema tells. `unknown`: it stands where nobody can read it."""

    params: tuple[Param, ...] = ()
    body: Body | None = None
    declared: tuple[Declared, ...] = ()
    doc: Doc = Doc()
    unknown: bool = False


def described(options: Object | None, scope: Scope) -> Described:
    """The schema among the options of a route."""
    given = options.get("schema") if options is not None else None
    if given is None:
        return Described()
    schema = reduce(given, scope)
    if not isinstance(schema, Object):
        return Described(unknown=True)
    params: list[Param] = []
    unknown = False
    for name, place in _PLACES.items():
        part = schema.get(name)
        if part is None:
            continue
        fields = _fields(part, scope)
        if fields is None:
            unknown = True
        else:
            params += [_param(entry, place, required, scope) for entry, required in fields]
    return Described(
        tuple(params), _body(schema.get("body"), scope), tuple(_answers(schema.get("response"), scope)),
        _doc(schema, scope), unknown,
    )  # fmt: skip


def _fields(expr: AnyExpr, scope: Scope) -> list[tuple[Entry, bool]] | None:
    """The properties of a JSON schema, of `Type.Object({})` or `z.object({})`, each with whether it is required."""
    value = reduce(expr, scope)
    if isinstance(value, Call):
        if value.name not in _OBJECTS or not value.args:
            return None
        inner = reduce(value.args[0], scope)
        if not isinstance(inner, Object):
            return None
        return [(e, "ptional" not in scope.module.text(e.value)) for e in inner.entries if e.name]
    if not isinstance(value, Object):
        return None
    properties = reduce(value.get("properties") or value, scope)
    if not isinstance(properties, Object) or properties is value:
        return None if value.get("$ref") is not None or value.get("properties") is None else []
    named = reduce(value.get("required") or value, scope)
    required = {i.value for i in named.items if isinstance(i, Str)} if isinstance(named, Items) else set()
    return [(e, e.name in required) for e in properties.entries if e.name]


def _param(entry: Entry, place: In, required: bool, scope: Scope) -> Param:
    module = scope.module
    where = Where(module.path, entry.start, entry.end)
    name = entry.name.lower() if place is In.HEADER else entry.name
    value = reduce(entry.value, scope)
    kind = ""
    bounds: Object | None = None
    if isinstance(value, Object):
        declared = value.get("type")
        kind = (declared.value or "") if isinstance(declared, Str) else ""
        bounds = value
    elif isinstance(value, Call):
        while value.name in _AROUND and value.args and isinstance(value.args[0], Call):
            value = value.args[0]
        kind = value.name
        bounds = next((a for a in value.args if isinstance(a, Object)), None)
    found = _constraint(bounds) or _chained(value)
    return Param(name, where, place, entry.name, kind, required or place is In.PATH, constraint=found)


def _constraint(bounds: Object | None) -> Constraint | None:
    if bounds is None:
        return None
    low, high = _number(bounds.get("minimum")), _number(bounds.get("maximum"))
    return Constraint(minimum=low, maximum=high) if low is not None or high is not None else None


def _chained(value: AnyExpr) -> Constraint | None:
    """`z.coerce.number().min(1).max(100)`."""
    low = high = None
    node: AnyExpr | None = value
    while isinstance(node, Call):
        if node.name in ("min", "gte") and node.args:
            low = _number(node.args[0])
        elif node.name in ("max", "lte") and node.args:
            high = _number(node.args[0])
        node = node.receiver
    return Constraint(minimum=low, maximum=high) if low is not None or high is not None else None


def _number(expr: AnyExpr | None) -> float | None:
    if isinstance(expr, Const) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool):
        return float(expr.value)
    return None


def _body(expr: AnyExpr | None, scope: Scope) -> Body | None:
    if expr is None:
        return None
    where = Where(scope.module.path, expr.start, expr.end)
    name = dotted(expr) if not isinstance(expr, Object | Call) else ""
    return Body(scope.module.text(expr)[:80], where, "", False, True, Ref(name) if name else None)


def _answers(expr: AnyExpr | None, scope: Scope) -> Iterator[Declared]:
    value = reduce(expr, scope) if expr is not None else None
    for entry in value.entries if isinstance(value, Object) else ():
        if entry.name.isdigit():
            where = Where(scope.module.path, entry.start, entry.end)
            yield Declared(int(entry.name), where, documented_only=True)


def _doc(schema: Object, scope: Scope) -> Doc:
    tags = reduce(schema.get("tags") or Name(0, 0, ""), scope)
    deprecated = schema.get("deprecated")
    return Doc(
        summary=_words(schema.get("summary"), scope),
        description=_words(schema.get("description"), scope),
        tags=tuple(i.value for i in tags.items if isinstance(i, Str) and i.value) if isinstance(tags, Items) else (),
        operation_id=_words(schema.get("operationId"), scope),
        deprecated=isinstance(deprecated, Const) and deprecated.value is True,
        hidden=isinstance(hide := schema.get("hide"), Const) and hide.value is True,
    )


def _words(expr: AnyExpr | None, scope: Scope) -> str:
    value = reduce(expr, scope) if expr is not None else None
    return (value.value or "") if isinstance(value, Str) else ""
