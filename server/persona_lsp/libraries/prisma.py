"""Prisma Client: model queries, raw SQL, transactions."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.sql import operation
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.node_fixes import spell_prisma
from persona_lsp.libraries.node_values import (
    LANGUAGES,
    chain,
    columns,
    entries_of,
    has_key,
    last_name,
    leading_text,
    open_object,
    option,
    parameter,
    resolved,
    values_of,
)
from persona_lsp.syntax.ir import AnyExpr, Call, Items, Lambda, Member, Name, Object, dotted
from persona_lsp.text.patterns import lazy

_READS: Final = {
    # name: (many, nullable)
    "findMany": (True, False), "findUnique": (False, True), "findUniqueOrThrow": (False, False),
    "findFirst": (False, True), "findFirstOrThrow": (False, False), "groupBy": (True, False),
}  # fmt: skip
_WRITES: Final = {
    "create": Op.INSERT, "createMany": Op.INSERT, "createManyAndReturn": Op.INSERT, "update": Op.UPDATE,
    "updateMany": Op.UPDATE, "updateManyAndReturn": Op.UPDATE, "upsert": Op.UPSERT, "delete": Op.DELETE,
    "deleteMany": Op.DELETE,
}  # fmt: skip
_COUNTS: Final = frozenset({"count", "aggregate"})
_OWN: Final = frozenset(
    {"findMany", "findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "createMany", "createManyAndReturn",
     "updateMany", "updateManyAndReturn", "deleteMany", "upsert"}
)  # fmt: skip
"""Names that hardly any other client has in the form `client.model.name({...})`."""
_CLIENT: Final = lazy(r"prisma|^(?:db|tx|trx|txn|client|database|orm|transaction|p|manager)$", re.IGNORECASE)
_TRANSACTS: Final = lazy(r"\$?tx|\$transactional|(?:run_?in|with|in)_?(?:tx|transaction)", re.IGNORECASE)
"""What projects call a method of their own that opens a transaction around the callback that it is given."""
_CLIENT_TYPES: Final = lazy(r"Prisma|TransactionClient")
_RAW: Final = frozenset({"$queryRaw", "$executeRaw", "$queryRawUnsafe", "$executeRawUnsafe", "$queryRawTyped"})
_SETS: Final = frozenset({"in", "notIn", "hasSome", "hasEvery"})


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    name = call.name
    if name in _RAW and isinstance(call.func, Member):
        return _raw(call, name, scope)
    if name == "$transaction" and call.args:
        given = call.args[0]
        return TxMeaning("callback", parameter(given)) if isinstance(given, Lambda) else TxMeaning("block")
    if _TRANSACTS.fullmatch(name) and call.args and isinstance(call.args[0], Lambda) and isinstance(call.func, Member):
        return TxMeaning("callback", parameter(call.args[0]))
    if name in _READS or name in _WRITES or name in _COUNTS:
        return _model(call, name, scope)
    # `prisma.user.findUnique({...}).posts()`: the relation is read by the query before.
    links = chain(call).calls
    if len(links) > 1 and links[0].name in _OWN and isinstance(links[0].func, Member) and name not in {"then", "catch"}:
        inner = _model(links[0], links[0].name, scope)
        if isinstance(inner, QueryMeaning) and not call.args:
            return QueryMeaning(f"{inner.api}.{name}", Op.SELECT, "", many=True, keys=inner.keys, handle=inner.handle)
    return None


def _model(call: Call, name: str, scope: Scope) -> Meaning | None:
    model = call.receiver
    if not isinstance(model, Member):
        return None
    client = model.base
    known = _CLIENT.search(last_name(client)) is not None or _CLIENT_TYPES.search(scope.type_of(client)) is not None
    given = call.args[0] if call.args else None
    plain = isinstance(given, Object | Name | Member) or given is None
    if not plain or len(call.args) > 1 or not (known or (name in _OWN and isinstance(given, Object))):
        return None
    if model.name[:1].isupper() or model.name.startswith("$"):
        return None
    api = f"{dotted(client) or last_name(client)}.{model.name}.{name}".removeprefix("this.")
    where = option(given, "where", scope)
    keys = values_of(where, scope)
    handle = dotted(client)
    if name in _COUNTS:
        return QueryMeaning(api, Op.COUNT, model.name, keys=keys, handle=handle)
    if name in _READS:
        many, nullable = _READS[name]
        take = option(given, "take", scope)
        open_ended = open_object(given, scope) or option(given, "distinct", scope) is not None
        limited: bool | None = True if take is not None or not many else None if open_ended else False
        return QueryMeaning(
            api,
            Op.SELECT,
            model.name,
            many=many,
            nullable=nullable,
            limited=limited,
            keys=keys,
            limit=take,
            in_parameters=has_key(where, _SETS, scope),
            handle=handle,
        )
    data = [d for d in (option(given, part, scope) for part in ("data", "create", "update")) if d is not None]
    return QueryMeaning(
        api,
        _WRITES[name],
        model.name,
        many=name.endswith("Many"),
        keys=keys,
        data=tuple(data),
        columns=tuple(dict.fromkeys(c for d in data for c in _columns(d, scope))),
        in_parameters=has_key(where, _SETS, scope),
        handle=handle,
    )


def _columns(data: AnyExpr, scope: Scope) -> tuple[str, ...]:
    value = resolved(data, scope)
    if isinstance(value, Items):
        return tuple(dict.fromkeys(c for item in value.items for c in columns(item, scope)))
    return tuple(e.name for e in entries_of(value, scope) if e.name)


def _raw(call: Call, name: str, scope: Scope) -> Meaning | None:
    sql = call.args[0] if call.args else None
    text = leading_text(sql, scope) or ""
    op = operation(text)
    handle = dotted(call.receiver)
    return QueryMeaning(
        f"{handle}.{name}".removeprefix("this."),
        op,
        many=op is Op.SELECT,
        limited=None,
        sql=sql,
        bound=call.tagged or (isinstance(sql, Call) and sql.tagged),
        keys=call.args[1:],
        handle=handle,
    )


LIBRARY: Final = Library(
    id="prisma",
    languages=LANGUAGES,
    packages=("@prisma/client", "prisma", ".prisma/client"),
    meaning=meaning,
    triggers=("prisma", "find", "create", "update", "delete", "upsert", "$", "count", "groupBy"),
    relational=True,
    spell=spell_prisma,
)
