"""DB-API cursors and connections: psycopg 2 and 3, sqlite3, aiosqlite, MySQL drivers; asyncpg and databases."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import BindSql, Intent, WrapInTransaction
from persona_lsp.flow.sql import looks_like_sql, operation
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.python_sql_edits import bound_by_position, inside_block
from persona_lsp.libraries.python_values import assigned_to, calls_on, last_name, links
from persona_lsp.syntax.ir import AnyExpr, Call, Items, Member, Module, Name, Object, Str, dotted, walk
from persona_lsp.text.patterns import lazy

PACKAGES: Final = (
    "psycopg", "psycopg2", "sqlite3", "aiosqlite", "asyncpg", "MySQLdb", "pymysql", "aiomysql", "mysql", "databases",
    "pyodbc", "oracledb", "cx_Oracle", "pymssql", "aiopg", "django.db",
)  # fmt: skip
_AUTOCOMMIT: Final = frozenset({"asyncpg", "databases"})
_EXECUTES: Final = frozenset({"execute", "executemany", "executescript", "execute_async", "execute_many"})
_FETCHES: Final = {
    "fetch": (True, False), "fetchrow": (False, True), "fetchval": (False, True), "fetch_all": (True, False),
    "fetch_one": (False, True), "fetch_val": (False, True), "execute_fetchall": (True, False), "iterate": (True, False),
}  # fmt: skip
_ROWS: Final = {"fetchall": (True, False), "fetchone": (False, True), "fetchmany": (True, False)}
_HANDLE: Final = lazy(
    r"^_*(?:(?:db_?|pg_?|sql_?)?(?:cur|curs|cursor|c|conn|connection|con|pool|db|database|tx|transaction)s?)$",
    re.IGNORECASE,
)


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    func = call.func
    if not isinstance(func, Member):
        return None
    name = func.name
    if name == "transaction" and not call.args and _is_handle(func.base, scope):
        return TxMeaning("block", last_name(func.base))
    if name in _EXECUTES and call.args and _is_handle(func.base, scope):
        later = assigned_to(scope, call) or dotted(func.base)
        sql = call.args[0]
        if not _may_be_sql(sql, scope):
            return None
        if name == "execute" and _op(sql, scope) is Op.SELECT and later and _fetched(later, call, scope):
            return None  # the rows are fetched by a later call: that one stands for the query
        return _query(call, sql, call.args[1:], scope, many=_op(sql, scope) is Op.SELECT and name == "execute")
    if name in _FETCHES and call.args and _is_handle(func.base, scope) and _may_be_sql(call.args[0], scope):
        many, nullable = _FETCHES[name]
        return _query(call, call.args[0], call.args[1:], scope, many=many, nullable=nullable)
    if name in _ROWS:
        return _rows(call, func, name, scope)
    return None


def _rows(call: Call, func: Member, name: str, scope: Scope) -> Meaning | None:
    """`cursor.fetchone()`: the row of the statement that the cursor executed before."""
    many, nullable = _ROWS[name]
    chain, _ = links(func.base)
    executed = next((c for c in chain if c.name == "execute" and c.args), None)
    if executed is None:
        handle = dotted(func.base)
        if not handle:
            return None
        for found in calls_on(scope, handle, _EXECUTES, call.start):
            executed = found
        if executed is None:
            executed = _made_by(handle, call, scope)
    if executed is None or not executed.args or not _may_be_sql(executed.args[0], scope):
        return None
    sql = executed.args[0]
    found_meaning = _query(call, sql, executed.args[1:], scope, many=many, nullable=nullable)
    if name == "fetchmany" and found_meaning is not None:
        return QueryMeaning(
            found_meaning.api, found_meaning.op, many=True, limited=True, keys=found_meaning.keys, sql=sql,
            unit_of_work=True, relational=True, handle=found_meaning.handle,
        )  # fmt: skip  # one line says it all
    return found_meaning


def _made_by(handle: str, call: Call, scope: Scope) -> Call | None:
    """`cursor = conn.execute(...)`, `async with db.execute(...) as cursor`."""
    value = scope.assigned(handle)
    if value is None:
        return None
    chain, _ = links(value)
    return next((c for c in chain if c.name == "execute" and c.args and c.start < call.start), None)


def _fetched(handle: str, call: Call, scope: Scope) -> bool:
    rest = scope.module.source[call.end : scope.function.end]
    words = rb"(?:fetchone|fetchall|fetchmany)\b"
    return re.search(rb"\b%s\.%s" % (re.escape(handle.encode()), words), rest) is not None


def _query(
    call: Call, sql: AnyExpr, params: tuple[AnyExpr, ...], scope: Scope, *, many: bool = False, nullable: bool = False
) -> QueryMeaning:
    op = _op(sql, scope)
    reads = op in (Op.SELECT, Op.UNKNOWN)
    keys: list[AnyExpr] = []
    for param in params:
        match param:
            case Items(items=items):
                keys.extend(items)
            case Object(entries=entries):
                keys.extend(e.value for e in entries)
            case _:
                keys.append(param)
    handle = dotted(call.receiver)
    return QueryMeaning(
        dotted(call.func) or call.name, op, many=many and reads, nullable=nullable and reads,
        limited=False if many and op is Op.SELECT else None if many else True, keys=tuple(keys), sql=sql,
        data=tuple(keys) if op in (Op.INSERT, Op.UPDATE) else (),
        unit_of_work=not _autocommits(scope, call), relational=True, handle=handle,
    )  # fmt: skip  # in the order of the fields


def _autocommits(scope: Scope, call: Call) -> bool:
    if call.name in ("fetch", "fetchrow", "fetchval"):
        return True
    return any(i.module.split(".", 1)[0] in _AUTOCOMMIT for i in scope.module.imports)


def _is_handle(expr: AnyExpr, scope: Scope) -> bool:
    match expr:
        case Name() | Member():
            return _HANDLE.match(last_name(expr)) is not None or scope.type_of(expr) in (
                "Connection",
                "Cursor",
                "Pool",
                "AsyncConnection",
            )
        case Call():
            return expr.name in ("cursor", "connect", "connection", "acquire", "get_connection")
        case _:
            return False


def _may_be_sql(expr: AnyExpr, scope: Scope) -> bool:
    """Text that begins like a statement, or text of this file that cannot be read here."""
    text = _literal(expr, scope)
    if text is not None:
        return looks_like_sql(text)
    if isinstance(expr, Name):
        found = scope.imported(expr.id)
        return found is None or found[0].split(".", 1)[0] != "sqlalchemy"
    return isinstance(expr, Member) or (isinstance(expr, Call) and expr.name in ("SQL", "format", "join", "dedent"))


def _literal(expr: AnyExpr, scope: Scope, depth: int = 0) -> str | None:
    """The first literal piece of a text."""
    if isinstance(expr, Name) and depth < 4:
        value = scope.assigned(expr.id)
        return _literal(value, scope, depth + 1) if value is not None and not _mentions(value, expr.id) else None
    if isinstance(expr, Call) and expr.name not in ("SQL", "format", "join", "dedent", "strip", "text"):
        return None
    first = next((p for p in walk(expr) if isinstance(p, Str)), None)
    if first is None:
        return None
    return next((p for p in first.parts if isinstance(p, str)), "")


def _mentions(expr: AnyExpr, name: str) -> bool:
    return any(isinstance(p, Name) and p.id == name for p in walk(expr))


def _op(expr: AnyExpr, scope: Scope) -> Op:
    return operation(_literal(expr, scope) or "")


def spell(intent: Intent, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:  # noqa: ARG001 -- the tree says it all
    """Bound values in the notation of the driver, and transactions of asyncpg."""
    match intent:
        case BindSql():
            return _bound(intent, module)
        case WrapInTransaction(library="dbapi"):
            return _wrapped(intent, module)
        case _:
            return None


def _driver(module: Module) -> str:
    roots = {i.module.split(".", 1)[0] for i in module.imports}
    if roots & {"sqlite3", "aiosqlite", "pyodbc"}:
        return "?"
    if roots & {"psycopg", "psycopg2", "pymysql", "MySQLdb", "mysql", "aiomysql", "aiopg", "django"}:
        return "%s"
    return "$" if "asyncpg" in roots else ""


def _bound(intent: BindSql, module: Module) -> tuple[Edit, ...] | None:
    mark = _driver(module)
    return bound_by_position(intent.where, module, mark) if mark else None


def _wrapped(intent: WrapInTransaction, module: Module) -> tuple[Edit, ...] | None:
    """In asyncpg's words; a pool has no transactions but those of the connections it lends."""
    handle = intent.handle
    if _driver(module) != "$" or not handle:
        return None
    if "pool" not in handle.lower():
        wrapped = inside_block(intent.where, module, f"async with {handle}.transaction():")
    elif b"connection" in module.source[intent.where.start : intent.where.end]:
        return None
    else:
        opening = f"async with {handle}.acquire() as connection, connection.transaction():"
        wrapped = inside_block(intent.where, module, opening, (handle, "connection"))
    return (wrapped,) if wrapped is not None else None


LIBRARY: Final = Library(
    id="dbapi",
    serves=("PostgreSQL",),
    languages=("python",),
    packages=PACKAGES,
    meaning=meaning,
    triggers=("execute", "fetch", ".transaction("),
    relational=True,
    spell=spell,
)
