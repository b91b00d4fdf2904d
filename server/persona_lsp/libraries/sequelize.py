"""Sequelize 6 and 7: models, records, raw SQL, managed and manual transactions."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.node_fixes import spell_sequelize
from persona_lsp.libraries.node_values import (
    LANGUAGES,
    chain,
    columns,
    counted,
    entity_of_record,
    has_key,
    imports_any,
    is_namespace,
    is_other_class,
    is_record,
    last_name,
    open_object,
    option,
    parameter,
    resolved,
    speaks_sequelize,
    sql_op,
    values_of,
)
from persona_lsp.syntax.ir import AnyExpr, Await, Call, Const, Items, Lambda, Name, Object, Str, dotted
from persona_lsp.text.patterns import lazy

_PACKAGES: Final = ("sequelize", "@sequelize/core", "sequelize-typescript")
_READS: Final = {
    # name: (many, nullable)
    "findAll": (True, False), "findAndCountAll": (True, False), "findOne": (False, True), "findByPk": (False, True),
    "findById": (False, True),
}  # fmt: skip
_OWN: Final = frozenset(
    {"findAll", "findByPk", "findAndCountAll", "bulkCreate", "findOrCreate", "findCreateFind", "findOrBuild"}
)
_WRITES: Final = {
    "create": Op.INSERT, "bulkCreate": Op.INSERT, "findOrCreate": Op.UPSERT, "findCreateFind": Op.UPSERT,
    "upsert": Op.UPSERT, "update": Op.UPDATE, "destroy": Op.DELETE, "restore": Op.UPDATE, "increment": Op.UPDATE,
    "decrement": Op.UPDATE, "truncate": Op.DELETE,
}  # fmt: skip
_COUNTS: Final = frozenset({"count", "sum", "max", "min", "aggregate"})
_RECORD: Final = {
    "save": Op.UPDATE, "update": Op.UPDATE, "destroy": Op.DELETE, "restore": Op.UPDATE, "increment": Op.UPDATE,
    "decrement": Op.UPDATE,
}  # fmt: skip
_OPTIONS: Final = frozenset(
    {"where", "transaction", "include", "attributes", "defaults", "order", "limit", "offset", "raw", "paranoid", "returning",
     "individualHooks", "fields", "logging", "rejectOnEmpty", "lock", "plain", "nest", "distinct", "validate"}
)  # fmt: skip
_SETS: Final = frozenset({"Op.in", "in", "Op.notIn"})
_NOT_MODELS: Final = lazy(
    r"^(?:Object|Array|Math|JSON|Promise|Date|Map|Set|String|Number|Reflect|Buffer|URL|Error|React)$"
)
_DATABASE: Final = lazy(r"sequelize|^(?:db|database|connection|conn)$", re.IGNORECASE)


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    name = call.name
    if name == "transaction" and _DATABASE.search(last_name(call.receiver)):
        callback = next((a for a in call.args if isinstance(a, Lambda)), None)
        return TxMeaning("callback", parameter(callback)) if callback is not None else TxMeaning("manual")
    if name == "query" and call.args and _DATABASE.search(last_name(call.receiver)):
        return _raw(call, scope)
    links = chain(call)
    if not links.calls:
        return None
    model = links.named("scope", "unscoped")
    root = links.root
    if model is None and links.calls[-1] is not links.calls[0]:
        return None
    if name in _READS or name in _WRITES or name in _COUNTS:
        if _is_model(root) and not is_namespace(root, scope) and not is_other_class(root, scope):
            return _asked(call, name, last_name(root).removesuffix("Model") or last_name(root), dotted(root), scope)
        if name in _RECORD and is_record(root, scope):
            return _record(call, name, root, scope)
    elif name in _RECORD and is_record(root, scope):
        return _record(call, name, root, scope)
    return None


def _is_model(expr: AnyExpr) -> bool:
    name = last_name(expr)
    if not isinstance(expr, Call) and name[:1].isupper() and not name.isupper() and not _NOT_MODELS.match(name):
        return True
    return re.search(r"(?:^m|M)odel$", name) is not None


def _ours(call: Call, name: str, scope: Scope) -> bool:
    """Whether a word that other libraries have too is meant as Sequelize has it."""
    if name in _OWN or imports_any(scope.module, _PACKAGES) or (name in _WRITES and speaks_sequelize(scope.module)):
        return True
    return any(
        isinstance(value, Object) and any(e.name in _OPTIONS for e in value.entries)
        for value in (resolved(a, scope) for a in call.args)
    )


def _asked(call: Call, name: str, entity: str, handle: str, scope: Scope) -> Meaning | None:
    args = call.args
    if any(isinstance(a, Lambda | Str) for a in args[:1]) and name not in {
        "increment",
        "decrement",
        "sum",
        "max",
        "min",
    }:
        return None
    if not _ours(call, name, scope):
        return None
    api = f"{handle}.{name}".removeprefix("this.")
    options = args[-1] if args else None
    where = option(options, "where", scope)
    keys = (args[0],) if name in {"findByPk", "findById"} and args else values_of(where, scope)
    inside = has_key(where, _SETS, scope) or any(isinstance(e, Items) for e in keys)
    if name in _COUNTS:
        return QueryMeaning(api, Op.COUNT, entity, keys=keys, handle=handle)
    if name in _READS:
        many, nullable = _READS[name]
        limit = option(options, "limit", scope)
        limited: bool | None = True if limit is not None or not many else None if open_object(options, scope) else False
        rejects = option(options, "rejectOnEmpty", scope)
        nullable = nullable and not (
            (isinstance(rejects, Const) and rejects.value is True) or isinstance(rejects, Call)
        )
        return QueryMeaning(
            api, Op.SELECT, entity, many=many, nullable=nullable, limited=limited, keys=keys, limit=limit,
            in_parameters=inside, handle=handle,
        )  # fmt: skip
    if name in {"update", "destroy"} and where is None and not open_object(options, scope):
        return None if name == "update" and len(args) < 2 else QueryMeaning(api, _WRITES[name], entity, handle=handle)
    data = () if name in {"destroy", "truncate", "restore", "findOrCreate", "findCreateFind"} else args[:1]
    if name in {"findOrCreate", "findCreateFind"}:
        defaults = option(options, "defaults", scope)
        data = (defaults,) if defaults is not None else ()
    return QueryMeaning(
        api, _WRITES[name], entity, many=name == "bulkCreate", keys=keys, data=data,
        columns=_columns(name, data, scope), in_parameters=inside, handle=handle, unit_of_work=_in_given(call, scope),
    )  # fmt: skip


def _columns(name: str, data: tuple[AnyExpr, ...], scope: Scope) -> tuple[str, ...]:
    if not data:
        return ()
    return counted(data[0], scope) if name in {"increment", "decrement"} else columns(data[0], scope)


def _record(call: Call, name: str, root: AnyExpr, scope: Scope) -> Meaning | None:
    if name in {"update", "increment"} and not call.args:
        return None
    made = scope.assigned(root.id) if isinstance(root, Name) else None
    if isinstance(made, Await):
        made = made.value
    op = Op.INSERT if name == "save" and isinstance(made, Call) and made.new else _RECORD[name]
    data = call.args[:1] if name == "update" else ()
    return QueryMeaning(
        f"{dotted(root)}.{name}", op, _entity_of(root, scope), data=data,
        columns=_columns(name, call.args[:1] if name in {"increment", "decrement"} else data, scope),
        handle=dotted(root), unit_of_work=_in_given(call, scope),
    )  # fmt: skip


def _in_given(call: Call, scope: Scope) -> bool:
    """`Book.create(data, { transaction })`: whoever opened the transaction commits what is written."""
    return any(option(arg, "transaction", scope) is not None for arg in call.args)


def _entity_of(root: AnyExpr, scope: Scope) -> str:
    name = entity_of_record(root, scope)
    return name.removesuffix("Model") or name


def _raw(call: Call, scope: Scope) -> Meaning | None:
    sql = call.args[0]
    op = sql_op(sql, scope)
    if op is None and "sequelize" not in last_name(call.receiver).lower():
        return None
    options = call.args[1] if len(call.args) > 1 else None
    keys = tuple(v for part in ("replacements", "bind") for v in values_of(option(options, part, scope), scope))
    plain = option(options, "plain", scope)
    return QueryMeaning(
        f"{dotted(call.receiver)}.query".removeprefix("this."), op or Op.UNKNOWN, many=op is Op.SELECT and plain is None,
        sql=sql, keys=keys, handle=dotted(call.receiver),
    )  # fmt: skip


LIBRARY: Final = Library(
    id="sequelize",
    languages=LANGUAGES,
    packages=_PACKAGES,
    meaning=meaning,
    triggers=("find", "create", "update", "destroy", "save", "query(", "transaction(", "count", "upsert", "increment"),
    relational=True,
    spell=spell_sequelize,
)
