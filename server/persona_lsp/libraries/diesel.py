"""Diesel: queries as chains that end in `load`, `first`, `get_result` or `execute`."""

from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.rust_fixes import spell
from persona_lsp.libraries.rust_values import LANGUAGES, last, links, named, root, sql_operation, text_behind
from persona_lsp.syntax.ir import AnyExpr, Await, Call, Lambda, Member, Name, dotted

_ENDS: Final = {
    # name: many
    "load": True, "get_results": True, "load_iter": True, "load_stream": True, "first": False, "get_result": False,
    "execute": False,
}  # fmt: skip
_VERBS: Final = {
    "insert_into": Op.INSERT, "insert_or_ignore_into": Op.INSERT, "replace_into": Op.UPSERT, "update": Op.UPDATE,
    "delete": Op.DELETE, "sql_query": Op.UNKNOWN,
}  # fmt: skip
_LINKS: Final = frozenset(
    {
        "filter", "select", "find", "inner_join", "left_join", "order", "order_by", "then_order_by", "limit", "offset", "values",
        "set", "distinct", "distinct_on", "group_by", "or_filter", "for_update", "into_boxed", "returning", "on_conflict",
        "as_select", "count", "left_outer_join", "having", "grouped_by", "belonging_to", "table", "bind", "on", "single_value",
    }
)  # fmt: skip
_AGGREGATES: Final = frozenset({"count", "count_star", "sum", "max", "min", "avg", "exists"})


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    name = call.name
    if name in ("transaction", "run_transaction", "test_transaction") or (name == "run" and _is_transaction(call)):
        callback = next((a for a in call.args if isinstance(a, Lambda)), None)
        if callback is None:
            return None
        params = callback.function.params
        return TxMeaning("callback", params[0].name if params else "")
    optional = name == "optional" and not call.args
    inner: AnyExpr | None = call
    if optional and isinstance(call.func, Member):
        inner = call.func.base.value if isinstance(call.func.base, Await) else call.func.base
    if (
        not isinstance(inner, Call)
        or inner.name not in _ENDS
        or not isinstance(inner.func, Member)
        or len(inner.args) != 1
    ):
        return None
    return _asked(inner, scope, optional=optional)


def _is_transaction(call: Call) -> bool:
    return any(c.name == "build_transaction" for c in _receivers(call))


def _receivers(call: Call) -> list[Call]:
    found: list[Call] = []
    node: AnyExpr | None = call.receiver
    while isinstance(node, Call):
        found.append(node)
        node = node.receiver
    return found


def _asked(call: Call, scope: Scope, *, optional: bool) -> QueryMeaning | None:
    chain = list(links(call, scope))
    verb = next((c for c in chain[1:] if c.name in _VERBS and _of_diesel(c)), None)
    inside = [c for c in chain[1:] if c.name in _LINKS]
    start = root(chain[-1])
    table = "" if isinstance(start, Name) and scope.assigned(start.id) is not None else _table(start)
    if (
        verb is None
        and not (inside and (table or len(inside) > 1))
        and not (isinstance(start, Member) and start.name == "table")
    ):
        return None
    handle = last(call.args[0])
    if verb is not None and verb.name == "sql_query":
        sql = verb.args[0] if verb.args else None
        op = sql_operation(text_behind(sql, scope))
        many = _ENDS[call.name] and op in (Op.SELECT, Op.UNKNOWN)
        given = tuple(c.args[-1] for c in reversed(chain) if c.name == "bind" and c.args)
        return QueryMeaning(
            f"sql_query.{call.name}", op, many=many, nullable=optional, limited=False if many and op is Op.SELECT else None,
            sql=sql, keys=given, handle=handle, relational=True,
        )  # fmt: skip
    if verb is not None:
        return _written(verb, chain, handle)
    if any(c.name in _AGGREGATES for c in inside) or _selects_aggregate(chain):
        return QueryMeaning(f"{table}.{call.name}", Op.COUNT, table, handle=handle, relational=True)
    limit = named(chain, "limit")
    many = _ENDS[call.name]
    keyed = named(chain, "find")
    keys = tuple(a for c in chain if c.name in ("filter", "find", "or_filter") for a in c.args)
    return QueryMeaning(
        f"{table or 'query'}.{call.name}", Op.SELECT, table, many=many, nullable=optional and not many,
        limited=limit is not None or not many or keyed is not None, keys=keys,
        limit=limit.args[0] if limit is not None and limit.args else None, handle=handle, relational=True,
        in_parameters=any(isinstance(k, Call) and k.name in ("eq_any", "any") for k in keys),
    )  # fmt: skip


def _of_diesel(call: Call) -> bool:
    """`diesel::update(x)` or an imported `update(x)`, and not a method of something."""
    func = call.func
    return isinstance(func, Name) or (
        isinstance(func, Member) and dotted(func.base).rsplit(".", 1)[-1] in ("diesel", "dsl", "query_builder")
    )


def _written(verb: Call, chain: list[Call], handle: str) -> QueryMeaning:
    target = verb.args[0] if verb.args else None
    inner: AnyExpr | None = target
    keys: list[AnyExpr] = []
    while isinstance(inner, Call):
        if inner.name in ("filter", "find"):
            keys.extend(inner.args)
        inner = inner.receiver
    for link in chain:
        if link.name in ("filter", "find"):
            keys.extend(link.args)
    data = tuple(a for c in chain if c.name in ("values", "set") for a in c.args)
    table = _table(inner)
    return QueryMeaning(
        f"{table or 'diesel'}.{verb.name}", _VERBS[verb.name], table, keys=tuple(keys), data=data, handle=handle, relational=True
    )  # fmt: skip


def _table(expr: AnyExpr | None) -> str:
    """`users::table`, `schema::users::table` and `users` are the table `users`."""
    if isinstance(expr, Member) and expr.name in ("table", "dsl"):
        return last(expr.base)
    if isinstance(expr, Name | Member):
        name = last(expr)
        return name if name[:1].islower() and name not in ("self", "conn", "diesel") else ""
    return ""


def _selects_aggregate(chain: list[Call]) -> bool:
    chosen = named(chain, "select")
    if chosen is None:
        return False
    return any(isinstance(a, Call) and a.name in _AGGREGATES for a in chosen.args)


LIBRARY: Final = Library(
    id="diesel",
    serves=("PostgreSQL", "MySQL"),
    languages=LANGUAGES,
    packages=("diesel", "diesel_async"),
    meaning=meaning,
    triggers=("load", "get_result", "first", "execute", "transaction", "optional"),
    spell=spell,
)
