"""SQLx, and the drivers that take SQL as text likewise: tokio-postgres, rusqlite."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.rust_fixes import spell
from persona_lsp.libraries.rust_values import LANGUAGES, last, links, sql_operation, text_behind
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Lambda, Member, Name, Str
from persona_lsp.syntax.sql import outline
from persona_lsp.text.patterns import lazy

_STARTS: Final = frozenset(
    {"query", "query_as", "query_scalar", "query_with", "query_as_with", "raw_sql", "query_scalar_with"}
)
_MACROS: Final = {
    "query!": 0,
    "query_unchecked!": 0,
    "query_scalar!": 0,
    "query_scalar_unchecked!": 0,
    "query_as!": 1,
    "query_as_unchecked!": 1,
}
"""Macros, and where the text stands among their arguments."""
_ENDS: Final = {
    # name: (many, nullable)
    "fetch_all": (True, False), "fetch": (True, False), "fetch_many": (True, False), "fetch_optional": (False, True),
    "fetch_one": (False, False), "execute": (False, False),
}  # fmt: skip
_DRIVERS: Final = {
    "query": (True, False), "query_one": (False, False), "query_opt": (False, True), "query_row": (False, False),
    "execute": (False, False), "batch_execute": (False, False), "simple_query": (True, False), "query_map": (True, False),
    "execute_batch": (False, False), "execute_unprepared": (False, False), "query_raw": (True, False),
}  # fmt: skip
_OPENERS: Final = lazy(r"pool|^db$|^conn|database|^tx$|store|executor|client|state", re.IGNORECASE)


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    name = call.name
    if name in ("begin", "begin_with") and isinstance(call.func, Member) and len(call.args) <= 1:
        held = last(call.func.base)
        return TxMeaning("manual", "") if _OPENERS.search(held) else None
    if name == "transaction" and not any(isinstance(a, Lambda) for a in call.args) and isinstance(call.func, Member):
        return TxMeaning("manual", "") if not call.args and _OPENERS.search(last(call.func.base)) else None
    if name in _ENDS and isinstance(call.func, Member):
        found = _fetched(call, name, scope)
        if found is not None:
            return found
    return _driven(call, name, scope)


def _fetched(call: Call, name: str, scope: Scope) -> QueryMeaning | None:
    """`sqlx::query_as("...").bind(x).fetch_all(&pool)`."""
    chain = list(links(call, scope))
    start = next((c for c in chain if c.name in _STARTS or c.name in _MACROS), None)
    if start is None:
        return None
    position = _MACROS.get(start.name, 0)
    if len(start.args) <= position:
        return None
    sql = start.args[position]
    op = sql_operation(text_behind(sql, scope))
    many, nullable = _ENDS[name]
    given = (
        start.args[position + 1 :]
        if start.name in _MACROS
        else tuple(c.args[0] for c in reversed(chain) if c.name == "bind" and c.args)
    )
    many = many and op in (Op.SELECT, Op.UNKNOWN)
    writes = op not in (Op.SELECT, Op.COUNT, Op.UNKNOWN)
    return QueryMeaning(
        f"{start.name.removesuffix('!')}.{name}", op, _table(text_behind(sql, scope)) if writes else "",
        limit=_limit(text_behind(sql, scope), given) if many else None, many=many, nullable=nullable and not writes,
        limited=False if many and op is Op.SELECT else None, sql=sql, keys=() if writes else given,
        data=given if writes else (), handle=_handle(call.args[0] if call.args else None), relational=True,
    )  # fmt: skip


_LIMIT: Final = lazy(r"\blimit\s+[$?](\d+)", re.IGNORECASE)


def _limit(text: AnyExpr | None, given: tuple[AnyExpr, ...]) -> AnyExpr | None:
    """The value that is bound as the number of rows: `LIMIT $2`."""
    found = _LIMIT.search(text.value or "") if isinstance(text, Str) else None
    return given[int(found[1]) - 1] if found is not None and 0 < int(found[1]) <= len(given) else None


def _table(text: AnyExpr | None) -> str:
    """The table that a statement writes to."""
    if not isinstance(text, Str):
        return ""
    tables = outline("".join(p if isinstance(p, str) else "{}" for p in text.parts)).tables
    return tables[0].rsplit(".", 1)[-1].strip('"') if tables else ""


def _driven(call: Call, name: str, scope: Scope) -> QueryMeaning | None:
    """`client.query_one("...", &[&id])`, `conn.execute("...", params![id])`."""
    if name not in _DRIVERS or not call.args or not isinstance(call.func, Member):
        return None
    sql = call.args[0]
    text = text_behind(sql, scope)
    op = sql_operation(text)
    if op is Op.UNKNOWN or not isinstance(text, Str):
        return None
    many, nullable = _DRIVERS[name]
    many = many and op is Op.SELECT
    writes = op not in (Op.SELECT, Op.COUNT)
    given = tuple(a for a in call.args[1:] if not isinstance(a, Const))
    return QueryMeaning(
        f"{last(call.func.base) or 'client'}.{name}", op, many=many, nullable=nullable,
        limited=False if many else None, sql=sql, keys=() if writes else given, data=given if writes else (),
        handle=_handle(call.func.base), relational=True,
    )  # fmt: skip


def _handle(expr: AnyExpr | None) -> str:
    return last(expr) if isinstance(expr, Name | Member) else ""


LIBRARY: Final = Library(
    id="sqlx",
    serves=("PostgreSQL", "MySQL"),
    languages=LANGUAGES,
    packages=("sqlx", "tokio_postgres", "rusqlite", "deadpool_postgres"),
    meaning=meaning,
    triggers=("query", "fetch", "execute", "begin", "transaction"),
    spell=spell,
)
