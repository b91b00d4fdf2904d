"""JDBC: Spring's templates and clients, `java.sql` statements, R2DBC's client and jOOQ's plain SQL."""

from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope
from persona_lsp.libraries.spring_data import op_of_sql
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name, Str, dotted

_TEMPLATES: Final = frozenset(
    {
        "JdbcTemplate",
        "NamedParameterJdbcTemplate",
        "JdbcOperations",
        "NamedParameterJdbcOperations",
        "SimpleJdbcTemplate",
    }
)
_TEMPLATE_NAMES: Final = frozenset(
    {"jdbcTemplate", "namedParameterJdbcTemplate", "namedJdbcTemplate", "jdbc", "jdbcOperations", "template"}
)
_TEMPLATE_CALLS: Final = {
    "query": Op.SELECT, "queryForList": Op.SELECT, "queryForObject": Op.SELECT, "queryForMap": Op.SELECT,
    "queryForRowSet": Op.SELECT, "queryForStream": Op.SELECT, "update": Op.UPDATE, "batchUpdate": Op.UPDATE,
    "execute": Op.UNKNOWN,
}  # fmt: skip
_MANY: Final = frozenset({"query", "queryForList", "queryForRowSet", "queryForStream", "list", "stream", "all", "set"})
_CLIENTS: Final = frozenset({"JdbcClient", "DatabaseClient"})
_CLIENT_NAMES: Final = frozenset({"jdbcClient", "databaseClient"})
_OPTIONAL: Final = frozenset({"optional", "one", "first", "singleValue"})
_STATEMENTS: Final = {
    "executeQuery": Op.SELECT, "executeUpdate": Op.UPDATE, "execute": Op.UNKNOWN, "addBatch": Op.UNKNOWN,
    "executeLargeUpdate": Op.UPDATE,
}  # fmt: skip
_CONTEXTS: Final = frozenset({"DSLContext"})
_PLAIN: Final = frozenset({"fetch", "execute", "resultQuery", "fetchOne", "query", "fetchMany"})


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call of a template, client, connection or statement means."""
    client = _client(call, scope)
    if client is not None:
        return client
    receiver = call.receiver
    if not isinstance(receiver, Name | Member | Call) or not call.args:
        return None
    name = call.name
    declared = scope.type_of(receiver)
    last = dotted(receiver).rsplit(".", 1)[-1]
    sql = call.args[0]
    if name in _TEMPLATE_CALLS and (
        declared in _TEMPLATES or (not declared and last in _TEMPLATE_NAMES) or _operations(receiver)
    ):
        if last == "template" and not _like_sql(sql, scope):
            return None
        return _made(f"{last or 'jdbcTemplate'}.{name}", _TEMPLATE_CALLS[name], sql, name, call, last)
    if name in {"prepareStatement", "prepareCall"} and (declared in {"Connection", ""}):
        return QueryMeaning(f"{last or 'connection'}.{name}", op_of_sql(sql), sql=sql, handle=last)
    if name in _STATEMENTS and (
        declared in {"Statement", "PreparedStatement"} or (last in {"stmt", "statement", "st"} and not declared)
    ):
        return _made(f"{last}.{name}", _STATEMENTS[name], sql, name, call, last)
    if name in _PLAIN and declared in _CONTEXTS and _like_sql(sql, scope):
        return _made(f"{last}.{name}", Op.SELECT if name != "execute" else Op.UNKNOWN, sql, name, call, last)
    return None


def _made(api: str, fallback: Op, sql: AnyExpr, name: str, call: Call, handle: str) -> QueryMeaning:
    op = op_of_sql(sql)
    if op is Op.UNKNOWN:
        op = fallback
    many = op is Op.SELECT and name in _MANY | {"executeQuery", "fetch"}
    return QueryMeaning(
        api,
        op,
        many=many,
        limited=False if many else None,
        sql=sql,
        keys=tuple(arg for arg in call.args[1:] if not _is_class(arg)) if op is Op.SELECT else (),
        data=() if op is Op.SELECT else call.args[1:],
        handle=handle,
    )


def _is_class(arg: AnyExpr) -> bool:
    """`String.class`: what a row becomes, and no value of the filter."""
    return isinstance(arg, Member) and arg.name == "class"


def _client(call: Call, scope: Scope) -> QueryMeaning | None:
    """`jdbcClient.sql("…").param(…).query(X.class).list()`: asked of the outermost call."""
    start: AnyExpr | None = call
    last = call.name
    names = set[str]()
    while isinstance(start, Call) and start.name != "sql":
        names.add(start.name)
        start = start.receiver
    if not isinstance(start, Call) or not start.args or not isinstance(start.receiver, Name | Member):
        return None
    handle = dotted(start.receiver).rsplit(".", 1)[-1]
    if scope.type_of(start.receiver) not in _CLIENTS and handle not in _CLIENT_NAMES:
        return None
    sql = start.args[0]
    op = op_of_sql(sql)
    if op is Op.UNKNOWN:
        op = Op.UPDATE if "update" in names else Op.SELECT
    many = op is Op.SELECT and last in _MANY
    return QueryMeaning(
        f"{handle}.sql",
        op,
        many=many,
        limited=False if many else None,
        nullable=last in _OPTIONAL,
        sql=sql,
        handle=handle,
    )


def _operations(receiver: AnyExpr) -> bool:
    """`namedTemplate.getJdbcOperations()`."""
    return isinstance(receiver, Call) and receiver.name in {
        "getJdbcTemplate",
        "getJdbcOperations",
        "getNamedParameterJdbcTemplate",
    }


def _like_sql(sql: AnyExpr, scope: Scope) -> bool:
    if isinstance(sql, Name):
        value = scope.assigned(sql.id)
        return value is not None and op_of_sql(value) is not Op.UNKNOWN
    return op_of_sql(sql) is not Op.UNKNOWN or (isinstance(sql, Str) and bool(sql.value and " " in sql.value))


LIBRARY: Final = Library(
    id="jdbc",
    serves=("PostgreSQL", "MySQL"),
    languages=("java",),
    packages=("java.sql", "javax.sql", "org.springframework.jdbc", "org.springframework.r2dbc", "org.jooq"),
    meaning=meaning,
    triggers=("jdbc", "Jdbc", "prepare", "execute", "statement", "stmt", "Statement", ".sql(", "query"),
)
