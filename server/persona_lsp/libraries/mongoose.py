"""Mongoose and the MongoDB driver: models, documents, collections, sessions."""

from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.node_fixes import spell_mongoose
from persona_lsp.libraries.node_values import (
    LANGUAGES,
    Chain,
    chain,
    columns,
    entity_of_record,
    entries_of,
    has_key,
    imports_any,
    is_namespace,
    is_other_class,
    is_record,
    last_name,
    option,
    parameter,
    speaks_sequelize,
    values_of,
)
from persona_lsp.syntax.ir import AnyExpr, Await, Call, Const, Index, Items, Lambda, Name, Object, Str, Unary, dotted
from persona_lsp.text.patterns import lazy

_PACKAGES: Final = ("mongoose", "mongodb", "@nestjs/mongoose", "@typegoose/typegoose")
_READS: Final = {
    # name: (many, nullable)
    "find": (True, False), "findOne": (False, True), "findById": (False, True), "aggregate": (True, False),
    "distinct": (True, False), "paginate": (True, False),
}  # fmt: skip
_WRITES: Final = {
    "create": Op.INSERT, "insertMany": Op.INSERT, "insertOne": Op.INSERT, "insert": Op.INSERT,
    "updateOne": Op.UPDATE, "updateMany": Op.UPDATE, "update": Op.UPDATE, "replaceOne": Op.UPDATE,
    "findByIdAndUpdate": Op.UPDATE, "findOneAndUpdate": Op.UPDATE, "findOneAndReplace": Op.UPDATE,
    "deleteOne": Op.DELETE, "deleteMany": Op.DELETE, "remove": Op.DELETE, "findByIdAndDelete": Op.DELETE,
    "findByIdAndRemove": Op.DELETE, "findOneAndDelete": Op.DELETE, "findOneAndRemove": Op.DELETE,
    "bulkWrite": Op.UPDATE, "bulkSave": Op.UPDATE,
}  # fmt: skip
_COUNTS: Final = frozenset({"countDocuments", "estimatedDocumentCount", "count", "exists"})
_OWN: Final = frozenset(
    {"findById", "findByIdAndUpdate", "findByIdAndDelete", "findByIdAndRemove", "findOneAndUpdate", "findOneAndDelete",
     "findOneAndRemove", "findOneAndReplace", "insertMany", "insertOne", "updateOne", "updateMany", "deleteOne", "deleteMany",
     "countDocuments", "estimatedDocumentCount", "replaceOne"}
)  # fmt: skip
_NULLABLE: Final = frozenset(
    {"findByIdAndUpdate", "findOneAndUpdate", "findByIdAndDelete", "findByIdAndRemove", "findOneAndDelete",
     "findOneAndRemove", "findOneAndReplace"}
)  # fmt: skip
_RECORD: Final = {"save": Op.UPDATE, "remove": Op.DELETE, "deleteOne": Op.DELETE, "updateOne": Op.UPDATE}
_NOT_MODELS: Final = lazy(
    r"^(?:Object|Array|Math|JSON|Promise|Date|Map|Set|String|Number|Reflect|Buffer|URL|Error|React|Types|Schema|Model)$"
)
_MODEL: Final = lazy(r"(?:Model|Collection)$|^(?:collection|model|coll)$")
_COLLECTION: Final = lazy(r"[cC]ollection$|^coll$|^model$")
_KEYED: Final = lazy(r"^find(?:ById|OneById)")
_SETS: Final = frozenset({"$in", "$nin"})
_SEQUELIZE: Final = frozenset({"where", "transaction", "include", "attributes", "defaults"})


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    name = call.name
    if name == "withTransaction" or (name == "transaction" and "connection" in dotted(call.receiver)):
        callback = next((a for a in call.args if isinstance(a, Lambda)), None)
        return TxMeaning("callback", parameter(callback)) if callback is not None else None
    if name == "startTransaction" and "session" in last_name(call.receiver).lower():
        return TxMeaning("manual")
    links = chain(call)
    asked = _base(links, scope)
    if asked is not None:
        return _asked(asked, links, scope)
    if name in _RECORD and len(links.calls) == 1 and is_record(links.root, scope):
        return _record(call, name, links.root, scope)
    return None


def _base(links: Chain, scope: Scope) -> Call | None:
    """The call of a chain that says what is asked: `find` of `User.find().sort().lean()`."""
    for index, call in enumerate(links.calls):
        name = call.name
        if name in {"collection", "model"} and index == 0 and call.args:
            continue
        if name not in _READS and name not in _WRITES and name not in _COUNTS:
            return None
        root: AnyExpr | None = call.receiver
        if _is_model(root) and _ours(call, name, scope) and not is_namespace(root, scope):
            if is_other_class(root, scope):
                return None
            return call
        return None
    return None


def _is_model(expr: AnyExpr | None) -> bool:
    if isinstance(expr, Call):
        return expr.name in {"collection", "model"} and bool(expr.args)
    if isinstance(expr, Index):
        return False
    name = last_name(expr)
    if name[:1].isupper() and not name.isupper() and not _NOT_MODELS.match(name):
        return True
    return _MODEL.search(name) is not None


def _ours(call: Call, name: str, scope: Scope) -> bool:
    first = call.args[0] if call.args else None
    if isinstance(first, Lambda) and name in {"find", "remove", "distinct", "create"}:
        return False
    if name in _OWN:
        return True
    if last_name(call.receiver).endswith("Entity"):
        return False
    if any(isinstance(a, Object) and any(e.name in _SEQUELIZE for e in a.entries) for a in call.args):
        return False
    if (
        speaks_sequelize(scope.module)
        and not imports_any(scope.module, _PACKAGES)
        and not _COLLECTION.search(last_name(call.receiver))
    ):
        return False
    return not (isinstance(first, Str) and name in {"find", "create", "remove", "update"}) or isinstance(
        call.receiver, Call
    )


def _asked(call: Call, links: Chain, scope: Scope) -> Meaning | None:
    name, args = call.name, call.args
    root = call.receiver
    entity = _entity(root)
    handle = dotted(root)
    api = f"{handle or entity}.{name}".removeprefix("this.")
    first = args[0] if args else None
    keys = (first,) if _KEYED.match(name) and first is not None else values_of(first, scope) if name != "create" else ()
    inside = has_key(first, _SETS, scope)
    given = root.args[0] if isinstance(root, Call) and root.args else None
    table = given if not entity else None
    if name in _COUNTS:
        return QueryMeaning(api, Op.COUNT, entity, keys=keys, handle=handle, table=table)
    if name in _READS:
        many, nullable = _READS[name]
        if links.named("countDocuments", "count", "estimatedDocumentCount") is not None:
            return QueryMeaning(api, Op.COUNT, entity, keys=keys, handle=handle, table=table)
        limit, limited = _limit(name, args, links, scope)
        return QueryMeaning(
            api, Op.SELECT, entity, many=many, nullable=nullable and links.named("orFail") is None,
            limited=True if not many else limited, keys=keys, limit=limit, in_parameters=inside, handle=handle, table=table,
        )  # fmt: skip
    writes = name in {"create", "insertMany", "insertOne", "insert"}
    data = args[:1] if writes else args[1:2]
    plain = data[0] if data else None
    upsert = option(args[2] if len(args) > 2 else None, "upsert", scope)
    op = Op.UPSERT if isinstance(upsert, Const) and upsert.value is True else _WRITES[name]
    return QueryMeaning(
        api, op, entity, many="Many" in name, nullable=name in _NULLABLE and op is not Op.UPSERT and links.named("orFail") is None,
        keys=() if writes else keys, data=data, columns=_columns(plain, scope),
        in_parameters=inside, handle=handle, table=table,
    )  # fmt: skip


def _columns(data: AnyExpr | None, scope: Scope) -> tuple[str, ...]:
    """The fields that are written, those below operators included: `{ $set: { title }, $inc: { views: 1 } }`."""
    names: list[str] = []
    for entry in entries_of(data, scope):
        names += columns(entry.value, scope) if entry.name.startswith("$") else [entry.name]
    return tuple(dict.fromkeys(name for name in names if name))


def _limit(name: str, args: tuple[AnyExpr, ...], links: Chain, scope: Scope) -> tuple[AnyExpr | None, bool | None]:
    call = links.named("limit")
    if call is not None and call.args:
        return call.args[0], True
    if name == "paginate":
        given = option(args[1] if len(args) > 1 else None, "limit", scope)
        return given, True
    if name == "aggregate":
        stages = args[0] if args else None
        if isinstance(stages, Items):
            found = next(
                (s.get("$limit") for s in stages.items if isinstance(s, Object) and s.get("$limit") is not None), None
            )
            return found, found is not None or any(
                isinstance(s, Object) and s.get("$group") is not None for s in stages.items
            ) or None
        return None, None
    options = args[2] if len(args) > 2 else args[1] if len(args) == 2 and isinstance(links.root, Call) else None
    given = option(options, "limit", scope)
    if given is not None:
        return given, True
    if options is not None and not isinstance(options, Object | Const):
        return None, None
    return None, name == "distinct" or links.named("cursor", "stream", "next") is not None


def _entity(root: AnyExpr | None) -> str:
    if isinstance(root, Call):
        first = root.args[0] if root.args else None
        return first.value or "" if isinstance(first, Str) else ""
    name = last_name(root)
    return name.removesuffix("Model") or name


def _entity_of(root: AnyExpr, scope: Scope) -> str:
    name = entity_of_record(root, scope)
    return name.removesuffix("Model") or name


def _record(call: Call, name: str, root: AnyExpr, scope: Scope) -> Meaning | None:
    if name != "save" and any(isinstance(a, Str | Unary) for a in call.args):
        return None
    made = scope.assigned(root.id) if isinstance(root, Name) else None
    if isinstance(made, Await):
        made = made.value
    op = Op.INSERT if name == "save" and isinstance(made, Call) and made.new else _RECORD[name]
    data: tuple[AnyExpr, ...] = made.args[:1] if op is Op.INSERT and isinstance(made, Call) else ()
    return QueryMeaning(
        f"{dotted(root)}.{name}", op, _entity_of(root, scope), data=data,
        columns=columns(data[0], scope) if data else (), handle=dotted(root),
    )  # fmt: skip


LIBRARY: Final = Library(
    id="mongoose",
    serves=("MongoDB",),
    languages=LANGUAGES,
    packages=_PACKAGES,
    meaning=meaning,
    triggers=(
        "find",
        "create",
        "insert",
        "update",
        "delete",
        "remove",
        "save",
        "aggregate",
        "count",
        "Transaction",
        "distinct",
    ),
    relational=False,
    spell=spell_mongoose,
)
