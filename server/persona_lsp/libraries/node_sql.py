"""SQL drivers and builders of Node: pg, mysql2, pg-promise, postgres, better-sqlite3, sqlite3, knex."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.node_fixes import spell_sql
from persona_lsp.libraries.node_values import (
    LANGUAGES,
    Chain,
    chain,
    columns,
    counted,
    last_name,
    leading_text,
    parameter,
    resolved,
    sql_op,
    values_of,
)
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Const, Items, Lambda, Name, Object, Str, dotted
from persona_lsp.text.patterns import lazy

_PACKAGES: Final = (
    "pg", "mysql2", "mysql", "pg-promise", "postgres", "better-sqlite3", "sqlite3", "sqlite", "knex", "slonik", "mssql",
    "oracledb", "mariadb", "node:sqlite", "@neondatabase/serverless", "@vercel/postgres", "pg-pool", "serverless-mysql",
)  # fmt: skip
_HANDLE: Final = lazy(
    r"^(?:_?(?:pool|client|db|database|conn|connection|con|sql|pg|pgp|mysql|t|tx|trx|task|poolclient|pgclient|dbclient|"
    r"querier|executor|runner|handle|sqlite|stmt|q|postgres)|\w*(?:Pool|Client|Db|DB|Connection|Conn|Database))$",
    re.IGNORECASE,
)
_QUERIES: Final = frozenset({"query", "execute", "queryAsync", "executeAsync", "queryArray", "queryObject"})
_PROMISE: Final = {
    # name: (many, nullable)
    "any": (True, False), "many": (True, False), "manyOrNone": (True, False), "one": (False, False),
    "oneOrNone": (False, True), "none": (False, False), "result": (False, False), "each": (True, False),
    "maybeOne": (False, True), "oneFirst": (False, False),
}  # fmt: skip
_SQLITE: Final = {
    "all": (True, False),
    "get": (False, True),
    "run": (False, False),
    "exec": (False, False),
    "each": (True, False),
}
_KNEX_WRITES: Final = {
    "insert": Op.INSERT, "update": Op.UPDATE, "del": Op.DELETE, "delete": Op.DELETE, "increment": Op.UPDATE,
    "decrement": Op.UPDATE, "truncate": Op.DELETE, "upsert": Op.UPSERT,
}  # fmt: skip
_KNEX_FRAGMENTS: Final = frozenset(
    {"whereRaw", "orWhereRaw", "andWhereRaw", "havingRaw", "orderByRaw", "joinRaw", "fromRaw", "groupByRaw"}
)
_KNEX_WORDS: Final = frozenset(
    {"where", "andWhere", "orWhere", "whereIn", "whereNot", "whereNull", "select", "first", "join", "leftJoin", "innerJoin",
     "orderBy", "limit", "offset", "returning", "count", "insert", "update", "del", "delete", "from", "into", "table", "groupBy",
     "having", "pluck", "distinct", "countDistinct", "sum", "max", "min", "increment", "decrement", "onConflict", "merge",
     "ignore", "clone", "whereBetween", "whereRaw", "orderByRaw", "columns", "as", "transacting", "forUpdate", "with",
     "rightJoin", "whereExists", "whereNotIn", "orWhereRaw", "havingRaw", "joinRaw", "groupByRaw", "modify", "union",
     "timeout", "andWhereRaw", "whereLike", "whereILike", "truncate", "upsert", "fromRaw", "paginate"}
)  # fmt: skip
_KNEX_HANDLE: Final = lazy(r"^(?:\w*knex\w*|db|database|trx|tx|qb)$", re.IGNORECASE)
_WRITTEN: Final = {"insert", "update", "upsert"}
_BEGIN: Final = lazy(r"^\s*(?:begin|start\s+transaction)\b", re.IGNORECASE)
_CONTROL: Final = lazy(r"^\s*(?:commit|rollback|savepoint|release|set|begin|start)\b", re.IGNORECASE)


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    if call.tagged:
        return _tagged(call, scope)
    name = call.name
    root = call.receiver
    if name in {"transaction", "tx", "begin", "taskIf", "txIf", "beginTransaction"} and root is not None:
        return _transaction(call, name, scope)
    if name in _QUERIES and root is not None:
        return _query(call, scope, many=None, nullable=False)
    if name in _PROMISE and root is not None and _HANDLE.match(last_name(root)):
        many, nullable = _PROMISE[name]
        return _query(call, scope, many=many, nullable=nullable)
    if name in _SQLITE and root is not None:
        return _sqlite(call, name, scope)
    if name in {"raw", "unsafe"} and root is not None and call.args:
        return _query(call, scope, many=None, nullable=False, fragment=name == "raw")
    return _knex(call, chain(call), scope)


def _tagged(call: Call, scope: Scope) -> Meaning | None:
    """A tagged template binds its values: sql`select ... ${id}`."""
    name = last_name(call.func)
    if not re.fullmatch(r"sql|pg|postgres|db|query|tx|trx|t|\w*[sS]ql", name):
        return None
    op = sql_op(call.args[0], scope) if call.args else None
    if op is None:
        return None
    return QueryMeaning(
        name, op, many=op is Op.SELECT, limited=None, sql=call.args[0], bound=True, handle=dotted(call.func)
    )


def _transaction(call: Call, name: str, scope: Scope) -> Meaning | None:
    root = call.receiver
    callback = next((a for a in call.args if isinstance(a, Lambda)), None)
    if callback is not None:
        known = _HANDLE.match(last_name(root)) or _KNEX_HANDLE.match(last_name(root))
        return TxMeaning("callback", parameter(callback)) if known else None
    if name == "beginTransaction" and _HANDLE.match(last_name(root)):
        return TxMeaning("manual", dotted(root))
    if name == "transaction" and not call.args and _KNEX_HANDLE.match(last_name(root)):
        return TxMeaning("manual")
    del scope
    return None


def _query(call: Call, scope: Scope, *, many: bool | None, nullable: bool, fragment: bool = False) -> Meaning | None:
    if not call.args:
        return None
    sql = call.args[0]
    given = resolved(sql, scope)
    if isinstance(given, Object):
        sql = given.get("text") or given.get("sql") or sql
    text = leading_text(sql, scope)
    root = call.receiver
    if text is not None and _BEGIN.match(text):
        return TxMeaning("manual", dotted(root))
    if text is not None and _CONTROL.match(text) and not text.lower().lstrip().startswith("set "):
        return None
    op = sql_op(sql, scope)
    if op is None:
        # Nothing here says that it is SQL: only a handle whose type or name says so, given text built elsewhere.
        if fragment or text is not None or not _HANDLE.match(last_name(root)) or call.name not in {"query", "execute"}:
            return None
        if not _from_driver(root, scope) or isinstance(given, Object | Lambda | Const):
            return None
        op = Op.UNKNOWN
    keys = values_of(call.args[1], scope) if len(call.args) > 1 and not isinstance(call.args[1], Lambda) else ()
    if isinstance(given, Object):
        keys = values_of(given.get("values") or given.get("params"), scope)
    handle = dotted(root)
    return QueryMeaning(
        f"{handle or last_name(root)}.{call.name}".removeprefix("this."),
        op,
        many=(op is Op.SELECT) if many is None else many,
        nullable=nullable,
        limited=True if many is False else None,
        keys=keys,
        sql=sql,
        bound=isinstance(sql, Call) and sql.tagged,
        in_parameters=any(isinstance(k, Items) for k in keys)
        or (text is not None and "any($" in text.lower().replace(" ", "")),
        handle=handle,
    )


def _from_driver(root: AnyExpr | None, scope: Scope) -> bool:
    return (
        scope.type_of(root) in {"Pool", "Client", "PoolClient", "Connection", "PoolConnection"}
        if root is not None
        else False
    )


def _sqlite(call: Call, name: str, scope: Scope) -> Meaning | None:
    many, nullable = _SQLITE[name]
    root = call.receiver
    if isinstance(root, Call) and root.name == "prepare" and root.args:
        op = sql_op(root.args[0], scope)
        if op is None:
            return None
        return QueryMeaning(
            f"{dotted(root.receiver)}.prepare.{name}", op, many=many, nullable=nullable, sql=root.args[0], keys=call.args,
            limited=True if not many else None, handle=dotted(root.receiver),
        )  # fmt: skip
    if isinstance(root, Name):
        made = scope.assigned(root.id)
        if isinstance(made, Call) and made.name == "prepare" and made.args and sql_op(made.args[0], scope) is not None:
            op = sql_op(made.args[0], scope)
            return QueryMeaning(
                f"{root.id}.{name}", op or Op.UNKNOWN, many=many, nullable=nullable, keys=call.args,
                limited=True if not many else None, handle=root.id,
            )  # fmt: skip
    if name in {"all", "get", "run", "exec", "each"} and call.args and _HANDLE.match(last_name(root)):
        if sql_op(call.args[0], scope) is None:
            return None
        return _query(call, scope, many=many, nullable=nullable and not isinstance(call.args[-1], Lambda))
    return None


def _knex(call: Call, links: Chain, scope: Scope) -> Meaning | None:
    """`knex("users").where({ id }).first()`: the whole chain is one query."""
    if call.name not in _KNEX_WORDS or not links.calls:
        return None
    table, handle, rest = _table(links)
    if not handle or any(c.name not in _KNEX_WORDS for c in rest):
        return None
    names = {c.name for c in rest}
    if not names & {"where", "select", "first", "insert", "update", "del", "delete", "whereIn", "orderBy", "limit", "join",
                    "leftJoin", "count", "returning", "increment", "decrement", "pluck", "andWhere", "innerJoin"}:  # fmt: skip
        return None
    keys = tuple(
        v for c in rest if c.name in {"where", "andWhere", "orWhere", "whereIn", "first"} for v in _where(c, scope)
    )
    fragment = next((c.args[0] for c in rest if c.name in _KNEX_FRAGMENTS and c.args and _dynamic(c.args[0])), None)
    op = Op.SELECT
    data: tuple[AnyExpr, ...] = ()
    written: tuple[str, ...] | None = ()  # None once one of the words writes what nobody knows
    for item in rest:
        if item.name in _KNEX_WRITES:
            op = _KNEX_WRITES[item.name]
            data = item.args[:1] if item.name in _WRITTEN else ()
            counts = item.name in {"increment", "decrement"}
            set_here = counted(item.args[0], scope) if counts and item.args else columns(data[0], scope) if data else ()
            written = None if written is None or not set_here else (*written, *set_here)
    if op is Op.SELECT and names & {"count", "countDistinct", "sum", "max", "min"}:
        op = Op.COUNT
    one = "first" in names
    limit = next((c.args[0] for c in rest if c.name == "limit" and c.args), None)
    return QueryMeaning(
        f"{handle}({table!r})" if table else handle,
        op,
        table,
        many=op is Op.SELECT and not one,
        nullable=op is Op.SELECT and one,
        limited=True if one or limit is not None else False if op is Op.SELECT else None,
        keys=keys,
        sql=fragment,
        fragment=fragment is not None,
        data=data,
        limit=limit,
        columns=written or (),
        in_parameters="whereIn" in names,
        handle=handle,
    )


def _table(links: Chain) -> tuple[str, str, tuple[Call, ...]]:
    """Table, name of the handle and the words after it; no handle if the chain is not one of knex."""
    root = links.root
    if isinstance(root, Call) and not root.new and not root.tagged and len(root.args) == 1:
        name = last_name(root.func)
        first = root.args[0]
        if _KNEX_HANDLE.match(name) and isinstance(first, Str | Name | Object):
            return (first.value or "" if isinstance(first, Str) else ""), dotted(root.func), links.calls
        return "", "", ()
    first_call = links.calls[0]
    if "knex" not in last_name(root).lower():
        return "", "", ()
    if first_call.name not in {"select", "insert", "from", "into", "table", "with", "distinct", "count"}:
        return "", "", ()
    named = links.named("from", "into", "table")
    table = named.args[0].value or "" if named is not None and named.args and isinstance(named.args[0], Str) else ""
    return table, dotted(root), links.calls


def _where(call: Call, scope: Scope) -> tuple[AnyExpr, ...]:
    if not call.args or isinstance(call.args[0], Lambda):
        return ()
    if isinstance(call.args[0], Str):
        return call.args[-1:] if len(call.args) > 1 else ()
    return values_of(call.args[0], scope)


def _dynamic(expr: AnyExpr) -> bool:
    return isinstance(expr, Binary) or (isinstance(expr, Str) and expr.value is None)


LIBRARY: Final = Library(
    id="node-sql",
    serves=("PostgreSQL", "MySQL"),
    languages=LANGUAGES,
    packages=_PACKAGES,
    meaning=meaning,
    triggers=(
        "query",
        "execute",
        "sql",
        "prepare",
        "knex",
        "where",
        "raw(",
        ".one",
        ".any",
        ".none",
        ".many",
        "tx(",
        "ransaction",
    ),
    relational=True,
    spell=spell_sql,
)
