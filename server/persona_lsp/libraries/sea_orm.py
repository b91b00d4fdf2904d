"""SeaORM: entities, active models, and statements as text."""

from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope
from persona_lsp.libraries.rust_fixes import spell
from persona_lsp.libraries.rust_values import LANGUAGES, last, links, named, root, sql_operation, text_behind
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name

_STARTS: Final = frozenset(
    {"find", "find_by_id", "find_related", "find_also_related", "find_with_related", "find_by_statement"}
)
_WRITES: Final = {
    "insert": Op.INSERT, "insert_many": Op.INSERT, "update_many": Op.UPDATE, "delete_many": Op.DELETE,
    "delete_by_id": Op.DELETE, "update": Op.UPDATE, "delete": Op.DELETE,
}  # fmt: skip
_RECORD: Final = {"insert": Op.INSERT, "update": Op.UPDATE, "save": Op.UPSERT, "delete": Op.DELETE}
_STATEMENTS: Final = frozenset({"from_string", "from_sql_and_values"})


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    name = call.name
    if not isinstance(call.func, Member):
        return None
    if name in _STATEMENTS and len(call.args) > 1:  # backend and text
        op = sql_operation(text_behind(call.args[1], scope))
        return (
            QueryMeaning(f"Statement.{name}", op, sql=call.args[1], relational=True) if op is not Op.UNKNOWN else None
        )
    if name in ("all", "one", "stream", "count", "exec", "exec_with_returning") and len(call.args) == 1:
        return _chained(call, name, scope)
    if name in _RECORD and len(call.args) == 1 and _is_connection(call.args[0]):
        entity = _model(call.func.base, scope)
        data = (call.func.base,) if name != "delete" else ()
        return QueryMeaning(
            f"{entity or 'model'}.{name}", _RECORD[name], entity, data=data, handle=last(call.args[0]), relational=True
        )
    return None


def _chained(call: Call, name: str, scope: Scope) -> QueryMeaning | None:
    chain = list(links(call, scope))
    start = next((c for c in chain[1:] if c.name in _STARTS or c.name in _WRITES), None)
    if start is None:
        return None
    entity = _entity(start)
    handle = last(call.args[0])
    keys = tuple(a for c in chain if c.name in ("filter", "find_by_id", "having", "delete_by_id") for a in c.args)
    if name in ("exec", "exec_with_returning"):
        op = _WRITES.get(start.name)
        if op is None:
            return None
        data = (
            start.args if op is Op.INSERT else tuple(a for c in chain if c.name in ("set", "col_expr") for a in c.args)
        )
        return QueryMeaning(f"{entity}.{start.name}", op, entity, keys=keys, data=data, handle=handle, relational=True)
    if start.name not in _STARTS:
        return None
    if name == "count":
        return QueryMeaning(f"{entity}.count", Op.COUNT, entity, keys=keys, handle=handle, relational=True)
    limit = named(chain, "limit")
    many = name != "one"
    return QueryMeaning(
        f"{entity}.{start.name}", Op.SELECT, entity, many=many, nullable=name == "one",
        limited=not many or limit is not None, keys=keys, limit=limit.args[0] if limit is not None and limit.args else None,
        handle=handle, relational=True,
        in_parameters=any(isinstance(k, Call) and k.name in ("is_in", "is_not_in") for k in keys),
    )  # fmt: skip


def _entity(start: Call) -> str:
    """`users::Entity::find()` and `User::find()`."""
    owner = root(start) if not isinstance(start.func, Member) else start.func.base
    if isinstance(owner, Member) and owner.name == "Entity":
        return last(owner.base)
    return last(owner) if isinstance(owner, Name | Member) else ""


def _model(expr: AnyExpr, scope: Scope) -> str:
    made = text_behind(expr, scope)
    if isinstance(made, Call):
        owner = made.func
        if isinstance(owner, Member) and owner.name == "ActiveModel":
            return last(owner.base)
    return ""


def _is_connection(expr: AnyExpr) -> bool:
    return last(expr) in ("db", "conn", "txn", "tx", "connection", "database", "pool")


LIBRARY: Final = Library(
    id="sea-orm",
    serves=("PostgreSQL", "MySQL"),
    languages=LANGUAGES,
    packages=("sea_orm", "entity", "entities"),
    meaning=meaning,
    triggers=(".all(", ".one(", ".exec", ".insert(", ".update(", ".save(", ".delete(", "Statement", ".count("),
    spell=spell,
)
