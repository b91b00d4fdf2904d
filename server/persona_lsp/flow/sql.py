"""What SQL says whose text code assembles, and what its parts that only running tells may do to it."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from persona_lsp.facts.body import Dynamic, Op, Origin, SqlText
from persona_lsp.facts.place import Span
from persona_lsp.flow.folding import Values, fold
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    Each,
    Index,
    Items,
    Lambda,
    Member,
    Name,
    Node,
    Object,
    Str,
    Ternary,
    Unary,
    dotted,
    walk,
)
from persona_lsp.syntax.sql import outline
from persona_lsp.text.patterns import lazy

_SQL: Final = lazy(
    r"^\s*\(*\s*(?:with\b[\s\S]+?\b)?(select|insert\s+(?:ignore\s+)?into|update|delete\s+from|replace\s+into|merge\s+into|create|alter|drop|truncate|call|exec|explain|from)\b",
    re.IGNORECASE,
)
_FRAGMENT: Final = lazy(r"=|<|>|\b(?:like|ilike|in|is|between|and|or|not|asc|desc|exists)\b|\?", re.IGNORECASE)
_IDENT_BEFORE: Final = lazy(
    r"\b(?:from|join|into|update|table|order\s+by|group\s+by|select|distinct|as|truncate|schema|index|database|column)\s+[\w\s,.\"`\[]*$"
    r"|[\"`.]$|\bset\s+$|\w$",
    re.IGNORECASE,
)
_TABLE_BEFORE: Final = lazy(r"\b(?:from|join|into|update|table)\s+(?:[\"`\[]?\w+[\"`\]]?\.)?[\"`\[]?$", re.IGNORECASE)
_ORDER_BEFORE: Final = lazy(r"\b(?:order|group)\s+by\b[^()=]*$|\b(?:limit|offset|asc|desc)\s*$", re.IGNORECASE)
_SUBQUERY_BEFORE: Final = lazy(r"\b(?:from|join|as|exists|lateral|union|all|any)\s*\(\s*$", re.IGNORECASE)
"""A whole statement stands in the parenthesis: `SELECT count(*) FROM (${query}) AS base`."""
_COLUMNS_BEFORE: Final = lazy(r"\binsert\s+(?:ignore\s+)?into\s+[\w\"`.\[\]]+\s*\(\s*$", re.IGNORECASE)
_WHERE: Final = lazy(r"\bwhere\b", re.IGNORECASE)
_NUMBERED: Final = lazy(r"[$@:](\d+)")
_OPS: Final = {
    "select": Op.SELECT, "insert": Op.INSERT, "update": Op.UPDATE, "delete": Op.DELETE, "replace": Op.UPSERT,
    "merge": Op.UPSERT, "create": Op.DDL, "alter": Op.DDL, "drop": Op.DDL, "truncate": Op.DELETE, "from": Op.SELECT,
}  # fmt: skip


def looks_like_sql(template: str) -> bool:
    """The text begins like a statement."""
    return _SQL.match(template) is not None


def operation(template: str) -> Op:
    """What a statement does."""
    if _SQL.match(template) is None:
        return Op.UNKNOWN
    told = outline(template)
    return Op.COUNT if told.aggregate else _OPS.get(told.verb, Op.UNKNOWN)


def sql_text(
    expr: AnyExpr, values: Values, span: Callable[[Node], Span], *, fragment: bool, bound: bool
) -> SqlText | None:
    """The SQL text of an expression; None if it has no literal part or does not look like SQL."""
    pieces = fold(expr, values)
    literal = "".join(p if isinstance(p, str) else "{}" for p in pieces)
    if not any(isinstance(p, str) and p.strip() for p in pieces):
        return None
    if not (_FRAGMENT.search(literal) if fragment else looks_like_sql(literal)):
        return None
    dynamic: list[Dynamic] = []
    left = ""
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            left += piece
            continue
        position = _position(left, fragment=fragment)
        following = pieces[index + 1] if index + 1 < len(pieces) else ""
        quoted = (
            left.rstrip("%").endswith(("'", '"')) and isinstance(following, str) and following.lstrip("%")[:1] in "'\""
        )
        inner = piece.expr
        dynamic.append(
            Dynamic(
                values.text(inner)[:80], span(inner), "value" if quoted and left.rstrip("%").endswith("'") else position,
                values.origin(inner), values.type_of(inner), quoted, "" if bound else _harmless(inner, position, values),
            )
        )  # fmt: skip
        left += "x"
    told = outline(literal)
    return SqlText(
        literal, span(expr), tuple(dynamic), told.tables, told.limit, bound,
    )  # fmt: skip


def chosen_tables(expr: AnyExpr, values: Values) -> Iterator[AnyExpr]:
    """The run-time values in SQL text that say which table is asked."""
    left = ""
    for piece in fold(expr, values):
        if isinstance(piece, str):
            left += piece
        else:
            if _TABLE_BEFORE.search(left):
                yield piece.expr
            left += "x"


def choosing(template: str, op: Op, call: Call) -> tuple[AnyExpr, ...]:
    """What a call gives for placeholders that choose rows alone: `["paid", id]` of `UPDATE o SET state = ? WHERE id = ?`."""
    where = _WHERE.search(template) if op in (Op.UPDATE, Op.DELETE) else None
    given = next((arg.items for arg in call.args if isinstance(arg, Items)), ())
    if where is None or not given:
        return ()
    before = template[: where.start()]
    numbered = {int(number) for number in _NUMBERED.findall(before)}
    if _NUMBERED.search(template):
        written = [item for place, item in enumerate(given, 1) if place in numbered]
    else:
        written = list(given[: before.count("?")])
    names = {part.id for item in written for part in walk(item) if isinstance(part, Name)}
    return tuple(i for i in given if i not in written and not (isinstance(i, Name) and i.id in names))


def _position(left: str, *, fragment: bool) -> str:
    if _SUBQUERY_BEFORE.search(left):
        return "fragment"
    if _COLUMNS_BEFORE.search(left):
        return "ident"
    if _ORDER_BEFORE.search(left):
        return "order"
    if fragment and not left.strip():
        return "fragment"
    if _IDENT_BEFORE.search(left):
        return "ident"
    if not re.search(
        r"[=<>(,'%]\s*$|\b(?:like|ilike|in|values|and|or|between|where|then|else|when|interval|not)\s*\(?\s*$",
        left,
        re.IGNORECASE,
    ):
        return "fragment"
    return "fragment" if re.search(r"\b(?:where|and|or)\s*$", left, re.IGNORECASE) else "value"


_NUMERIC_TYPES: Final = frozenset(
    {
        "int", "float", "bool", "Decimal", "UUID", "date", "datetime", "number", "boolean", "bigint", "Integer", "Long",
        "long", "Short", "short", "double", "Double", "BigDecimal", "Boolean", "LocalDate", "LocalDateTime", "Instant",
        "Float", "byte", "Byte", "BigInteger", "timedelta", "Date",
    }
)  # fmt: skip
_COERCIONS: Final = frozenset(
    {
        "int", "float", "bool", "Number", "parseInt", "parseFloat", "to_i", "to_f", "UUID", "Integer", "Float", "len",
        "length", "size", "count", "valueOf", "intValue", "longValue", "BigInt", "Boolean", "round", "floor", "ceil",
        "getTime", "now", "hash", "hexdigest",
    }
)  # fmt: skip
_MAPS: Final = frozenset({"map", "collect", "fill", "from"})
_SENT: Final = frozenset({"GET", "POST", "COOKIES", "META", "FILES"})
"""What Django calls the inputs of a request, written like constants."""
_SETTINGS: Final = frozenset({"config", "settings", "conf", "cfg", "configuration"})
"""What holds the settings of an installation: `self.config.distance_metric`."""
_QUOTERS: Final = lazy(
    r"escape|quote|sanitize|Identifier|placeholder|bind|interpolat|literal_column|connection_name|arel_table|mogrify",
    re.IGNORECASE,
)
_LINKS: Final = 8
"""Steps from a value to what it was looked for in."""
_NAMING: Final = lazy(
    r"table|schema|column|col\b|keyspace|field|prefix|alias|dialect|sort|direction|order|_sql\b|sql_|Sql\b|clause|where|query|cond|filter|fragment|join|select|cte",
    re.IGNORECASE,
)


def _is_found(expr: Call, values: Values) -> bool:
    """It is asked of what was looked for: `Track.find(params[:slug]).id`, whatever it was looked for by."""
    base: AnyExpr | None = expr.receiver
    for _ in range(_LINKS):
        match base:
            case Call() if base.name.startswith("find"):
                return True
            case Call():
                base = base.receiver
            case Member():
                base = base.base
            case Name():
                base = values.assigned(base.id)
            case _:
                return False
    return False


def _harmless(expr: AnyExpr, position: str, values: Values, seen: frozenset[str] = frozenset()) -> str:
    """Why a dynamic part cannot change the statement's meaning, "" if it may."""
    match expr:
        case Const():
            return "literal"
        case Str() if expr.value is not None:
            return "literal"
        case Binary(op="==" | "!=" | "<" | ">" | "<=" | ">=" | "not" | "in" | "-" | "*" | "/"):
            return "comparison or arithmetic"
        case Unary(op="+" | "-" | "~" | "not"):
            return "number"
        case Name(id=name) | Member(name=name):
            if len(name) > 1 and name.isupper():
                return "constant"
            if isinstance(expr, Member) and not _SETTINGS.isdisjoint(dotted(expr).lower().split(".")[:-1]):
                return "" if values.origin(expr) is Origin.REQUEST else "setting"
            if name == "id" and isinstance(expr, Member) and values.origin(expr) is not Origin.REQUEST:
                return "id of an entity"
            if name in ("length", "size", "count"):
                return "number"
            if name.lower().endswith("placeholders"):
                return "placeholders"
        case Call():
            name = expr.name
            if name in _COERCIONS:
                return "number"
            if name in _MAPS and _maps_to_literal(expr, values):
                return "placeholders"
            if name == "join" or name.lower().endswith("placeholders"):
                return "joined fragments" if _joins_fragments(expr, values) else ""
            if name in ("getId", "get_id") or (
                name == "id"
                and not expr.args
                and (_is_found(expr, values) or values.origin(expr) is not Origin.REQUEST)
            ):
                return "id of an entity"
            if name == "replace" and _doubles_quotes(expr):
                return "quoted by hand"
            if _QUOTERS.search(values.text(expr.func)):
                return "quoted by the driver"
            if name in ("repeat", "fill"):
                return "placeholders"
        case Ternary(then=then, orelse=orelse):
            a, b = _harmless(then, position, values, seen), _harmless(orelse, position, values, seen)
            if a and b:
                return "choice of constants"
        case Index(base=base):
            base_name = dotted(base)
            found = values.assigned(base_name) if base_name else None
            last = base_name.rsplit(".", 1)[-1]
            if isinstance(found, Object | Items) or (last.isupper() and last not in _SENT):
                return "looked up in a table of constants"
    if values.type_of(expr) in _NUMERIC_TYPES:
        return "typed number"
    if isinstance(expr, Name):
        value = values.assigned(expr.id) if not values.is_param(expr.id) else None
        # A variable may be made from itself: `text = text.length > 200 ? "" : text`.
        if value is not None and expr.id not in seen and not isinstance(value, Name):
            reason = _harmless(value, position, values, seen | {expr.id})
            if reason:
                return reason
    if values.is_listed(expr):
        return "one of a fixed list"
    if position != "value" and values.origin(expr) is not Origin.REQUEST and _NAMING.search(values.text(expr)):
        return "names a part of the statement"
    return ""


def _doubles_quotes(call: Call) -> bool:
    """`name.replace("'", "''")`."""
    texts = [arg.value for arg in call.args if isinstance(arg, Str)]
    return texts[-2:] == ["'", "''"]


def _joins_fragments(call: Call, values: Values) -> bool:
    """`parts.join(" AND ")`, `", ".join(["%s"] * n)`: the pieces are literals or placeholders."""
    candidates: list[AnyExpr] = [*call.args]
    if call.receiver is not None:
        candidates.append(call.receiver)
    return not any(values.origin(c) is Origin.REQUEST and not _maps_to_literal(c, values) for c in candidates)


def _maps_to_literal(expr: AnyExpr, values: Values) -> bool:
    """Each piece is the same text whatever the element, or a number, or quoted."""
    match expr:
        case Each(element=element):
            return _harmless(element, "value", values) != ""
        case Binary(op="*", left=Items(items=items)):
            return all(isinstance(item, Str) and item.value is not None for item in items)
        case Call() if expr.name in _MAPS:
            for arg in (*expr.args, *((expr.block,) if expr.block else ())):
                if isinstance(arg, Lambda):
                    return _is_same(arg, values)
            return True
        case _:
            return False


def _is_same(function: Lambda, values: Values) -> bool:
    """What the function returns does not show the element that it is called with."""
    body, params = function.function.body, function.function.params
    last = getattr(body[-1], "value", None) if body else None
    if last is None:
        return False
    element = params[0].name if params else ""
    shown = any(isinstance(part, Name) and part.id == element for part in walk(last))
    return not shown or _harmless(last, "value", values) != ""
