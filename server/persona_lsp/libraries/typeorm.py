"""TypeORM: repositories, entity managers, query builders, raw SQL, transactions."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.node_fixes import spell_typeorm
from persona_lsp.libraries.node_values import (
    LANGUAGES,
    Chain,
    chain,
    columns,
    counted,
    has_key,
    imports_any,
    last_name,
    open_object,
    option,
    parameter,
    resolved,
    sql_op,
    values_of,
)
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Index, Items, Lambda, Member, Name, Object, Str, dotted
from persona_lsp.text.patterns import lazy

_PACKAGES: Final = ("typeorm", "@nestjs/typeorm", "typeorm-typedi-extensions")
_READS: Final = {
    # name: (many, nullable)
    "find": (True, False), "findBy": (True, False), "findAndCount": (True, False), "findAndCountBy": (True, False),
    "findByIds": (True, False), "findOne": (False, True), "findOneBy": (False, True), "findOneById": (False, True),
    "findOneOrFail": (False, False), "findOneByOrFail": (False, False), "findTrees": (True, False),
    "findRoots": (True, False), "preload": (False, True),
}  # fmt: skip
_WRITES: Final = {
    "save": Op.UPSERT, "insert": Op.INSERT, "update": Op.UPDATE, "upsert": Op.UPSERT, "delete": Op.DELETE,
    "remove": Op.DELETE, "softDelete": Op.UPDATE, "softRemove": Op.UPDATE, "restore": Op.UPDATE, "recover": Op.UPDATE,
    "increment": Op.UPDATE, "decrement": Op.UPDATE, "clear": Op.DELETE,
}  # fmt: skip
_COUNTS: Final = frozenset({"count", "countBy", "exist", "exists", "existsBy", "sum", "average", "minimum", "maximum"})
_BUILT: Final = {
    # name: (many, nullable)
    "getMany": (True, False), "getRawMany": (True, False), "getManyAndCount": (True, False), "getOne": (False, True),
    "getRawOne": (False, True), "getOneOrFail": (False, False), "getRawAndEntities": (True, False), "stream": (True, False),
}  # fmt: skip
_FRAGMENTS: Final = frozenset(
    {"where", "andWhere", "orWhere", "having", "andHaving", "orHaving", "orderBy", "addOrderBy"}
)
_REPOSITORY: Final = lazy(r"repo(?:sitory)?$", re.IGNORECASE)
_MANAGER: Final = lazy(r"^(?:manager|em|entityManager|transactionalEntityManager|transactionManager)$|EntityManager$")
_SOURCE: Final = lazy(
    r"dataSource|connection|queryRunner|^(?:db|AppDataSource|manager|em|entityManager)$", re.IGNORECASE
)
_TYPES: Final = lazy(r"Repository$|EntityManager$|DataSource$|QueryRunner$")


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    name = call.name
    root = call.receiver
    if name == "transaction" and call.args and _is_source(root, scope):
        callback = next((a for a in call.args if isinstance(a, Lambda)), None)
        return TxMeaning("callback", parameter(callback)) if callback is not None else None
    if name == "startTransaction" and "runner" in last_name(root).lower():
        return TxMeaning("manual")
    if name == "query" and call.args and (_is_source(root, scope) or _is_repository(root, scope)):
        return _raw(call, scope)
    links = chain(call)
    if links.named("createQueryBuilder") is not None:
        return _built(links, scope)
    if name in _READS or name in _WRITES or name in _COUNTS:
        if _is_repository(root, scope):
            return _asked(call, name, _entity(root, scope), call.args, scope)
        if _is_manager(root, scope) and call.args:
            return _managed(call, name, scope)
        if name == "save" and isinstance(root, Call) and root.name == "create" and _own_model(root, scope):
            return _asked(call, name, last_name(root.receiver), root.args, scope)
        if isinstance(root, Name) and root.id[:1].isupper() and _own_model(call, scope):
            return _asked(call, name, root.id, call.args, scope)
    return None


def _is_repository(expr: AnyExpr | None, scope: Scope) -> bool:
    if isinstance(expr, Call):
        return expr.name in {"getRepository", "getCustomRepository", "getTreeRepository", "withRepository", "extend"}
    if expr is None:
        return False
    if isinstance(expr, Name) and expr.id == "this":
        return scope.cls is not None and any(last_name(_plain(b)).endswith("Repository") for b in scope.cls.bases)
    return _REPOSITORY.search(last_name(expr)) is not None or scope.type_of(expr).endswith("Repository")


def _is_manager(expr: AnyExpr | None, scope: Scope) -> bool:
    if expr is None:
        return False
    return _MANAGER.search(last_name(expr)) is not None or scope.type_of(expr) == "EntityManager"


def _is_source(expr: AnyExpr | None, scope: Scope) -> bool:
    if expr is None:
        return False
    if isinstance(expr, Call):
        return expr.name in {"getConnection", "getManager", "createQueryRunner"}
    return _SOURCE.search(last_name(expr)) is not None or _TYPES.search(scope.type_of(expr)) is not None


def _own_model(call: Call, scope: Scope) -> bool:
    # Active record: `User.findOneBy({})`. Words that other libraries have count only where TypeORM is at hand.
    if call.name in {"findOneBy", "findBy", "findOneByOrFail", "findAndCountBy"} or imports_any(
        scope.module, _PACKAGES
    ):
        return True
    return last_name(call.receiver).endswith("Entity")


def _plain(expr: AnyExpr) -> AnyExpr:
    return expr.base if isinstance(expr, Index) else expr


def _entity(expr: AnyExpr | None, scope: Scope) -> str:
    """The entity of a repository: by its type argument, the class it is asked for, or its name."""
    if isinstance(expr, Call):
        return last_name(expr.args[0]) if expr.args else ""
    name = last_name(expr)
    if scope.cls is not None:
        for field in scope.cls.fields:
            if field.name == name and isinstance(field.type, Index) and field.type.keys:
                return last_name(field.type.keys[0])
    value = scope.assigned(dotted(expr)) if expr is not None and dotted(expr) else None
    if isinstance(value, Call) and value.name == "getRepository" and value.args:
        return last_name(value.args[0])
    plain = _REPOSITORY.sub("", name)
    return plain[:1].upper() + plain[1:]


def _managed(call: Call, name: str, scope: Scope) -> Meaning | None:
    """`manager.find(User, {...})`, `manager.save(user)`."""
    first = call.args[0]
    names_class = isinstance(first, Name | Member) and last_name(first)[:1].isupper()
    if names_class:
        return _asked(call, name, last_name(first), call.args[1:], scope)
    if name in {"save", "remove", "softRemove", "recover", "insert"}:
        return _asked(call, name, scope.type_of(first), call.args, scope)
    return None


def _asked(call: Call, name: str, entity: str, args: tuple[AnyExpr, ...], scope: Scope) -> Meaning | None:
    first = args[0] if args else None
    if isinstance(first, Lambda):
        return None
    handle = dotted(call.receiver)
    api = f"{handle or entity}.{name}".removeprefix("this.")
    options = resolved(first, scope)
    where = (
        option(options, "where", scope)
        if name in {"find", "findOne", "findAndCount", "findOneOrFail", "count"}
        else first
    )
    if (
        where is None
        and isinstance(options, Object)
        and not {"relations", "order", "take", "skip", "select"} & {e.name for e in options.entries}
    ):
        where = first
    if where is None and first is not None and not isinstance(options, Object):
        where = first
    keys = values_of(where, scope)
    inside = (
        has_key(where, frozenset(), scope)
        or any(isinstance(k, Call) and k.name == "In" for k in keys)
        or name == "findByIds"
    )
    if name in _COUNTS:
        return QueryMeaning(api, Op.COUNT, entity, keys=keys, handle=handle)
    if name in _READS:
        many, nullable = _READS[name]
        take = option(first, "take", scope)
        limited: bool | None = True if take is not None or not many else None if open_object(first, scope) else False
        return QueryMeaning(
            api, Op.SELECT, entity, many=many, nullable=nullable, limited=limited, keys=keys, limit=take,
            in_parameters=inside, handle=handle,
        )  # fmt: skip
    if name in {"save", "insert", "upsert"}:
        data, keys = args[:1], ()
    elif name == "update":
        data = args[1:2]
    else:
        data = ()
    written = columns(data[0], scope) if data else ()
    if name in {"increment", "decrement"} and len(args) > 1:
        written = counted(args[1], scope)
    return QueryMeaning(
        api, _WRITES[name], entity, many=bool(data) and isinstance(resolved(data[0], scope), Items), keys=keys, data=data,
        columns=written, in_parameters=inside, handle=handle,
    )  # fmt: skip


def _built(links: Chain, scope: Scope) -> Meaning | None:
    """A query builder, asked by the word that ends its chain."""
    last = links.calls[-1]
    start = links.named("createQueryBuilder")
    if start is None or (last.name not in _BUILT and last.name not in {"execute", "getCount", "getExists"}):
        return None
    root = start.receiver
    handle = dotted(root)
    source = links.named("from", "into", "update", "insert", "delete")
    entity = _entity(root, scope) if _is_repository(root, scope) else ""
    for call in (links.named("from"), links.named("into"), links.named("update"), start):
        if call is not None and call.args and not entity and last_name(call.args[0])[:1].isupper():
            entity = last_name(call.args[0])
    api = f"{handle}.createQueryBuilder.{last.name}".removeprefix("this.")
    keys = tuple(
        v for c in links.calls if c.name in _FRAGMENTS and len(c.args) > 1 for v in values_of(c.args[1], scope)
    )
    dynamic = next(
        (c.args[0] for c in links.calls if c.name in _FRAGMENTS and c.args and _is_dynamic(c.args[0], scope)), None
    )
    op = Op.SELECT
    if last.name == "execute":
        op = next(
            (o for n, o in (("insert", Op.INSERT), ("update", Op.UPDATE), ("delete", Op.DELETE), ("softDelete", Op.UPDATE))
             if links.named(n) is not None), Op.UNKNOWN,
        )  # fmt: skip
    elif last.name in {"getCount", "getExists"}:
        op = Op.COUNT
    many, nullable = _BUILT.get(last.name, (False, False))
    limit = links.named("take", "limit")
    written = links.named("values", "set")
    del source
    # How many different values there are, nobody can tell.
    facet = links.named("distinctOn") or (links.named("distinct") and links.named("select"))
    limited = True if not many or limit is not None else None if facet else False
    return QueryMeaning(
        api, op, entity, many=many, nullable=nullable, limited=limited, keys=keys,
        sql=dynamic, fragment=dynamic is not None, limit=limit.args[0] if limit is not None and limit.args else None,
        data=written.args[:1] if written is not None else (),
        columns=columns(written.args[0], scope) if written is not None and written.args else (), handle=handle,
    )  # fmt: skip


def _is_dynamic(expr: AnyExpr, scope: Scope) -> bool:
    value = resolved(expr, scope)
    return (isinstance(value, Str) and value.value is None) or isinstance(value, Binary)


def _raw(call: Call, scope: Scope) -> Meaning | None:
    sql = call.args[0]
    op = sql_op(sql, scope)
    if op is None:
        return None
    keys = values_of(call.args[1], scope) if len(call.args) > 1 else ()
    handle = dotted(call.receiver)
    return QueryMeaning(
        f"{handle}.query".removeprefix("this."), op, many=op is Op.SELECT, sql=sql, keys=keys, handle=handle
    )


LIBRARY: Final = Library(
    id="typeorm",
    languages=LANGUAGES,
    packages=_PACKAGES,
    meaning=meaning,
    triggers=("epo", "anager", "ueryBuilder", "query(", "ransaction", "find", "save"),
    relational=True,
    spell=spell_typeorm,
)
