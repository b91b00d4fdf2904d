"""database/sql, sqlx and pgx: statements of Go, told by the SQL that they are given."""

from typing import Final

from persona_lsp.facts.body import WRITES, Op
from persona_lsp.flow.folding import fold
from persona_lsp.flow.sql import looks_like_sql, operation
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.go_edits import spell_sql
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name, dotted

_ROWS: Final = frozenset(
    {"Query", "QueryContext", "Queryx", "QueryxContext", "NamedQuery", "NamedQueryContext", "SendQuery"}
)
_ROW: Final = frozenset({"QueryRow", "QueryRowContext", "QueryRowx", "QueryRowxContext"})
_EXEC: Final = frozenset({"Exec", "ExecContext", "NamedExec", "NamedExecContext", "MustExec", "MustExecContext"})
_INTO: Final = {"Get": False, "GetContext": False, "Select": True, "SelectContext": True}
"""sqlx: the result is put into the first argument; whether it is many rows."""
_PREPARE: Final = frozenset({"Prepare", "PrepareContext", "Preparex", "PreparexContext", "PrepareNamed"})
_BEGIN: Final = frozenset({"Begin", "BeginTx", "Beginx", "BeginTxx", "MustBegin"})
_NAMES: Final = _ROWS | _ROW | _EXEC | frozenset(_INTO) | _PREPARE
_FIRST: Final = 3
"""The statement stands among the first arguments: behind a context, and behind what the result is put into."""


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call of a database, a transaction or a connection means."""
    name, receiver = call.name, call.receiver
    if receiver is None:
        return None
    if name in _BEGIN and len(call.args) <= 2 and dotted(receiver):  # a context and options at most
        return TxMeaning("manual")
    if name == "Scan" and isinstance(receiver, Call):
        # `db.QueryRow(...).Scan(&id)`
        inner = meaning(receiver, scope)
        return inner if isinstance(inner, QueryMeaning) else None
    if name not in _NAMES or not call.args:
        return None
    found = _statement(call, scope)
    if found is None:
        return None
    at, sql, template = found
    op = operation(template)
    if op is Op.UNKNOWN and name in _ROWS | _ROW:
        op = Op.SELECT
    many = name in _ROWS or _INTO.get(name, False)
    rest = call.args[at + 1 :]
    writes = op in WRITES
    return QueryMeaning(
        f"{_handle(receiver)}.{name}", op, many=many and op is Op.SELECT, limited=False if many and op is Op.SELECT else None,
        keys=() if writes else rest, sql=sql, data=rest if writes else (), handle=_handle(receiver),
        into=call.args[at - 1] if name in _INTO and at else None,
    )  # fmt: skip


def _statement(call: Call, scope: Scope) -> tuple[int, AnyExpr, str] | None:
    """(index, expression, text) of the argument that is SQL."""
    for index, arg in enumerate(call.args[:_FIRST]):
        if isinstance(arg, Name | Member) and dotted(arg) in {"ctx", "c"}:
            continue
        pieces = fold(arg, scope)  # type: ignore[arg-type]  # the scope of the walk answers both protocols
        text = "".join(p if isinstance(p, str) else "{}" for p in pieces)
        if looks_like_sql(text):
            return index, arg, text
    return None


def _handle(receiver: AnyExpr) -> str:
    return dotted(receiver).rsplit(".", 1)[-1] or "db"


LIBRARY: Final = Library(
    id="go-sql",
    serves=("PostgreSQL", "MySQL", "SQLite"),
    languages=("go",),
    packages=("database/sql", "github.com/jmoiron/sqlx", "github.com/jackc/pgx"),
    meaning=meaning,
    triggers=(
        ".Query",
        ".Exec",
        ".Get(",
        ".GetContext(",
        ".Select",
        ".Prepare",
        ".Begin",
        ".NamedExec",
        ".MustExec",
        ".NamedQuery",
    ),
    spell=spell_sql,
)
