"""Dapper's extensions of connections, and the commands of ADO.NET."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.dotnet_sql import op_of
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name, Object, dotted
from persona_lsp.text.patterns import lazy

_CALLS: Final = {
    # name: (many, nullable)
    "Query": (True, False), "QueryFirst": (False, False), "QueryFirstOrDefault": (False, True),
    "QuerySingle": (False, False), "QuerySingleOrDefault": (False, True), "QueryMultiple": (False, False),
    "ExecuteScalar": (False, False), "ExecuteReader": (True, False), "QueryUnbuffered": (True, False),
    "Execute": (False, False),
}  # fmt: skip
_CONNECTION_TYPE: Final = lazy(r"Connection$")
_CONNECTION_NAME: Final = lazy(r"^_?(?:db|con|conn|cnn|connection|sqlConnection|dbConnection|database)$", re.IGNORECASE)
_COMMAND_TYPE: Final = lazy(r"(?:^|Sql|Npgsql|MySql|Db|Sqlite|Oracle|OleDb|Odbc|IDb)Command$|DataAdapter$")


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call on a connection asks, and what a command is made with."""
    name = call.name.removesuffix("Async")
    if call.new and _COMMAND_TYPE.search(name) and call.args:
        return _command(call, name, scope)
    receiver = call.receiver
    if not isinstance(receiver, Name | Member):
        return None
    if name == "BeginTransaction" and _is_connection(receiver, scope):
        return TxMeaning("manual")
    if name not in _CALLS or not call.args or not _is_connection(receiver, scope):
        return None
    sql = call.args[0]
    op = op_of(sql, scope)
    many, nullable = _CALLS[name]
    reads = name != "Execute"
    if op is Op.UNKNOWN and reads:
        op = Op.SELECT
    values = _values(call.args[1:])
    return QueryMeaning(
        f"{dotted(receiver)}.{call.name}", op, many=many and op is Op.SELECT, nullable=nullable and op is Op.SELECT,
        limited=False if many and op is Op.SELECT else None, keys=values if op is Op.SELECT else (),
        data=values if op is not Op.SELECT else (), sql=sql, handle=dotted(receiver),
    )  # fmt: skip


def _values(args: tuple[AnyExpr, ...]) -> tuple[AnyExpr, ...]:
    """The values of `new { id, name = x }`."""
    found: list[AnyExpr] = []
    for arg in args[:1]:
        found += [e.value for e in arg.entries] if isinstance(arg, Object) else [arg]
    return tuple(found)


def _is_connection(expr: AnyExpr, scope: Scope) -> bool:
    declared = scope.type_of(expr)
    if declared:
        return bool(_CONNECTION_TYPE.search(declared))
    last = dotted(expr).rsplit(".", 1)[-1]
    if not _CONNECTION_NAME.match(last):
        return False
    held = scope.assigned(last)
    return held is None or (isinstance(held, Call) and "onnection" in held.name)


def _command(call: Call, name: str, scope: Scope) -> QueryMeaning:
    """`new SqlCommand("SELECT …", connection)`: what it will ask when it is run."""
    sql = call.args[0]
    op = op_of(sql, scope)
    return QueryMeaning(f"new {name}", op if op is not Op.UNKNOWN else Op.SELECT, sql=sql)


LIBRARY: Final = Library(
    id="dapper",
    serves=("PostgreSQL", "MySQL"),
    languages=("csharp",),
    packages=("Dapper", "System.Data", "Microsoft.Data", "Npgsql", "MySqlConnector", "MySql.Data"),
    meaning=meaning,
    triggers=("Query", "Execute", "Command(", "DataAdapter(", "BeginTransaction"),
)
