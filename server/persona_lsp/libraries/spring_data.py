"""Spring Data repositories, JPA's `EntityManager`, MyBatis-Plus mappers and document templates."""

import re
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, FunctionNode, Lambda, Member, Name, Str, dotted
from persona_lsp.text.patterns import lazy

_STORE_TYPE: Final = lazy(r"(?:Repository|Repo|Repositories|Dao|DAO|Mapper)(?:Impl|Wrapper|Custom|V\d)?$")
_REPOSITORY_TYPE: Final = lazy(r"(?:Repository|Repo|Repositories)(?:Impl|Wrapper|Custom|V\d)?$")
_CONVERTER: Final = lazy(
    r"^(?:Object|Json|Xml|XML|Yaml|YAML|Csv|Cbor|Smile|Avro|Ion|Model|Dozer|Bean|Exception|Row|Column|Error|Type|Field|Value"
    r"|Attribute|Authorities|GrantedAuthorities|Principal|Result|Task|Request|Response|Dto|DTO)Mapper$|(?:Dto|DTO|Struct)Mapper$"
)
"""Mappers that turn one value into another, and have nothing to do with MyBatis."""
_CONVERTS: Final = lazy(r"mapstruct|service\.mapper$|\.(?:converters?|dto|jackson\w*)(?:\.|$)")
_STORE_NAME: Final = lazy(r"(?:repository|repo|repositories|dao)$", re.IGNORECASE)
_ENTITY: Final = lazy(
    r"(?:Jpa|Crud|Mongo|Reactive|Spring|SpringData|Custom|ReadOnly|I(?=[A-Z]))?(?P<entity>\w*?)"
    r"(?:Jpa|Crud|Mongo|Read|Write|Entity)?(?:Repository|Repo|Repositories|Dao|DAO|Mapper)(?:Impl|Wrapper|Custom|V\d)?$"
)
_READ: Final = lazy(r"^(?:find|get|read|query|search|stream|load|select|fetch|list|lookup|page)(?=[A-Z]|$)")
_ACCESSOR: Final = lazy(r"^(?:get(?!All)|is|has|set|load(?!All)|create|put|add)(?=[A-Z]|$)")
"""Without an argument these read or make something of the object itself."""
_ASKS: Final = lazy(
    r"^(?:find|select|query|search|list|page|insert|persist|save|update|delete|remove|truncate|count|exists)(?=[A-Z]|$)"
)
"""Verbs of databases; what a class called DAO or mapper gets, reads, loads or puts may be anything."""
_COUNT: Final = lazy(r"^(?:count|selectCount)(?=[A-Z]|$)")
_EXISTS: Final = lazy(r"^(?:exists|has|is)(?=[A-Z]|$)")
_DELETE: Final = lazy(r"^(?:delete|remove|truncate)(?=[A-Z]|$)")
_CHANGES: Final = lazy(
    r"^(?:update|increment|decrement|increase|decrease|change|modify)([A-Z]\w*?)(?:(?:By|For|Of|Where)[A-Z]\w*)?$"
)
_UPDATE: Final = lazy(r"^(?:update|increment|decrement|increase|decrease|mark|change|modify)(?=[A-Z]|$)")
_INSERT: Final = lazy(r"^(?:insert|persist|create|add|batchInsert)(?=[A-Z]|$)")
_SAVE: Final = lazy(r"^(?:save|store|upsert|put|merge|replace)(?=[A-Z]|$)")
_MANY: Final = lazy(
    r"^(?:find|get|read|query|search|load|fetch)(?:Distinct)?All|^(?:list|stream|search|selectList|selectBatch|selectPage|selectAll|page)"
    r"|^(?:find|get|read|query|fetch|load)(?:Distinct)?(?:Top|First)\d+|^(?:find|get|fetch|load)\w*(?:[a-z]s|List|Page)By|ByExample$"
    r"|^(?:find|get|read|query)\w*OrderBy|\w(?:List|Page)$"
)
_FIRST: Final = lazy(r"^(?:find|get|read|query)(?:First|Top|One)(?:By|$|\b)|^selectOne$|^findOne$")
_TOP: Final = lazy(r"^(?:find|get|read|query|search)(?:Distinct)?(?:Top|First)\d*(?:By|[A-Z])")
_NULLABLE: Final = lazy(
    r"^(?:findById|findOne|selectById|selectByPrimaryKey|selectOne|findFirstBy\w+|findTopBy\w+|findOneBy\w+"
    r"|find(?:One)?By(?:Uuid|UUID|Slug|Email|EmailIgnoreCase|Username|UserName|UsernameIgnoreCase|Login|Token"
    r"|RefreshToken|Code|ExternalId|PublicId|Isbn|Sku))$"
)
"""Keys that name one row; `findByOrderId` may as well give many."""
_SET_OF_KEYS: Final = lazy(r"ById(?:s|In)$|AllById|In$|InBatch$|BatchIds$|ByIds$")
_PAGING: Final = lazy(r"^(?:Pageable|PageRequest|Limit|RowBounds|Page|IPage|ScrollPosition)$")
_PAGING_NAME: Final = lazy(r"^(?:pageable|pageRequest|paging|page|limit|pageReq)$")
_IN_TX: Final = lazy(r"(?:run|execute|do|call|in|with|within)\w*[tT]ransaction(?:al)?\b(?!Outside)")
"""Functions of a project that are given what is to run in a transaction."""
_NOT_A_QUERY: Final = frozenset(
    {"flush", "getClass", "equals", "hashCode", "toString", "clear", "detach", "refresh", "lock"}
)
_MANAGERS: Final = frozenset({"EntityManager", "Session", "StatelessSession", "TestEntityManager"})
_MANAGER_NAMES: Final = frozenset({"em", "entityManager", "manager"})
_QUERY_STARTS: Final = frozenset({
    "createQuery", "createNativeQuery", "createSQLQuery", "createNamedQuery", "createNativeMutationQuery",
    "createMutationQuery", "createSelectionQuery", "createStoredProcedureQuery",
})  # fmt: skip
_SESSIONS: Final = frozenset({"getCurrentSession", "getSession", "unwrap", "openSession", "getEntityManager"})
_ONE: Final = frozenset({"getSingleResult", "uniqueResult", "getSingleResultOrNull", "uniqueResultOptional"})
_TEMPLATES: Final = frozenset(
    {
        "MongoTemplate",
        "MongoOperations",
        "ReactiveMongoTemplate",
        "ElasticsearchOperations",
        "ElasticsearchRestTemplate",
    }
)
_TEMPLATE_OPS: Final = {
    "find": Op.SELECT, "findOne": Op.SELECT, "findById": Op.SELECT, "findAll": Op.SELECT, "exists": Op.SELECT,
    "count": Op.COUNT, "save": Op.UPSERT, "insert": Op.INSERT, "insertAll": Op.INSERT, "updateFirst": Op.UPDATE,
    "updateMulti": Op.UPDATE, "upsert": Op.UPSERT, "remove": Op.DELETE, "findAndModify": Op.UPDATE,
    "findAndRemove": Op.DELETE, "aggregate": Op.SELECT, "findAllAndRemove": Op.DELETE, "findDistinct": Op.SELECT,
}  # fmt: skip
_TX_TYPES: Final = frozenset({"TransactionTemplate", "TransactionOperations", "TransactionalOperator"})
_NO_TX: Final = ("NOT_SUPPORTED", "NEVER")
_DOCUMENTS: Final = lazy(r"mongodb|cassandra|data\.redis|elasticsearch|neo4j|couchbase|dynamodb")
_SQL_OPS: Final = {
    "select": Op.SELECT, "from": Op.SELECT, "with": Op.SELECT, "insert": Op.INSERT, "update": Op.UPDATE,
    "delete": Op.DELETE, "merge": Op.UPSERT, "replace": Op.UPSERT, "create": Op.DDL, "alter": Op.DDL, "drop": Op.DDL,
    "truncate": Op.DELETE,
}  # fmt: skip


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call of a repository, entity manager, template or transaction template means."""
    receiver = call.receiver
    name = call.name
    if "ransaction" in name and _IN_TX.match(name) and any(isinstance(arg, Lambda) for arg in call.args):
        return TxMeaning("callback")
    if receiver is None:
        return None
    declared = scope.type_of(receiver) if isinstance(receiver, Name | Member) else ""
    last = dotted(receiver).rsplit(".", 1)[-1] if isinstance(receiver, Name | Member) else ""
    if name in {"execute", "executeWithoutResult", "transactional"} and (
        declared in _TX_TYPES or last in {"transactionTemplate", "txTemplate", "transactionalOperator"}
    ):
        return TxMeaning("callback")
    if declared in _TEMPLATES or last in {"mongoTemplate", "mongoOperations"}:
        return _template(call, name, last)
    if declared in _MANAGERS or (not declared and last in _MANAGER_NAMES):
        found = _manager(call, name, last)
        if found is not None:
            return found
    jpql = _query_chain(call, scope)
    if jpql is not None:
        return jpql
    if name in _NOT_A_QUERY or name.startswith("assert") or (not call.args and _ACCESSOR.match(name)):
        return None
    if _is_store(call, declared, last, scope):
        found = _repository(call, name, declared or last[:1].upper() + last[1:], last, scope)
        return replace(found, store=declared) if found is not None and declared else found
    return None


def _is_store(call: Call, declared: str, last: str, scope: Scope) -> bool:
    """The receiver keeps rows: its type is called a repository; or a DAO or mapper is asked in a database's words."""
    if _REPOSITORY_TYPE.search(declared):
        return True
    if declared:
        if not _STORE_TYPE.search(declared) or _CONVERTER.search(declared):
            return False
        origin = scope.imported(declared)
        if declared.endswith("Mapper") and origin is not None and _CONVERTS.search(origin[0]):
            return False
    elif not _STORE_NAME.search(last):
        return False
    if declared.endswith("Mapper") and _UPDATE.match(call.name) and len(call.args) > 1:
        # `updateEntity(entity, dto)` copies fields; MyBatis is given one object, or the object and its filter.
        return "By" in call.name
    return bool(call.args) and _ASKS.match(call.name) is not None


def transactional(function: FunctionNode, cls: ClassNode | None) -> bool:
    """`@Transactional` on the method, or on the class of a public one."""
    for decorator in function.decorators:
        if decorator.name.rsplit(".", 1)[-1] == "Transactional":
            return not _suspends(decorator.value)
    if cls is None or "private" in function.modifiers or "static" in function.modifiers:
        return False
    for decorator in cls.decorators:
        if decorator.name.rsplit(".", 1)[-1] == "Transactional":
            return not _suspends(decorator.value)
    return False


def op_of_sql(expr: AnyExpr | None) -> Op:
    """The kind of statement that a text begins with."""
    text = _beginning(expr)
    word = text.lstrip(" \n\t(").split(None, 1)
    return _SQL_OPS.get(word[0].lower(), Op.UNKNOWN) if word else Op.UNKNOWN


def _suspends(value: AnyExpr) -> bool:
    if not isinstance(value, Call):
        return False
    propagation = value.kwarg("propagation") or value.kwarg("value")
    return dotted(propagation).endswith(_NO_TX) if propagation is not None else False


def _repository(call: Call, name: str, declared: str, handle: str, scope: Scope) -> QueryMeaning | None:
    match = _ENTITY.match(declared)
    entity = match["entity"] if match is not None else ""
    paging = next((a for a in call.args if _is_paging(a, scope)), None)
    args = tuple(a for a in call.args if a is not paging)
    relational = False if any(_DOCUMENTS.search(i.module) for i in scope.module.imports) else None
    api = f"{handle}.{name}"
    in_keys = bool(_SET_OF_KEYS.search(name))
    if _COUNT.match(name):
        return QueryMeaning(api, Op.COUNT, entity, keys=args, relational=relational, handle=handle, limited=True)
    if _EXISTS.match(name):
        return QueryMeaning(api, Op.SELECT, entity, keys=args, relational=relational, handle=handle, limited=True)
    if _DELETE.match(name):
        return QueryMeaning(
            api, Op.DELETE, entity, keys=args, relational=relational, handle=handle, in_parameters=in_keys
        )
    if _SAVE.match(name) or _INSERT.match(name) or _UPDATE.match(name):
        op = Op.UPSERT if _SAVE.match(name) else Op.INSERT if _INSERT.match(name) else Op.UPDATE
        return QueryMeaning(
            api, op, entity, data=args, relational=relational, handle=handle,
            columns=_named_columns(name) if op is Op.UPDATE else (),
            in_parameters=name in {"saveAll", "saveAllAndFlush", "insertBatch", "insertList", "insertAll"},
        )  # fmt: skip
    if not _READ.match(name):
        return None
    single = bool(_FIRST.match(name)) or name in {
        "findById",
        "getById",
        "getOne",
        "getReferenceById",
        "findOne",
        "selectById",
    }
    many = not single and bool(_MANY.search(name))
    limited: bool | None = None
    if paging is not None or _TOP.match(name):
        limited = True
    elif many and not in_keys and not _mybatis(declared, scope):
        limited = False
    return QueryMeaning(
        api, Op.SELECT, entity, many=many, nullable=not many and bool(_NULLABLE.match(name)), limited=limited,
        keys=args, limit=paging, relational=relational, in_parameters=in_keys, handle=handle,
    )  # fmt: skip


def _named_columns(name: str) -> tuple[str, ...]:
    """The columns that the name of a method says it changes: `incrementViews`, `updateLastLoginById`."""
    match = _CHANGES.match(name)
    return tuple(part[:1].lower() + part[1:] for part in match[1].split("And") if part) if match else ()


def _mybatis(declared: str, scope: Scope) -> bool:
    """Mappers are paged from outside (`PageHelper.startPage`)."""
    return declared.endswith("Mapper") or any("pagehelper" in i.module for i in scope.module.imports)


def _is_paging(arg: AnyExpr, scope: Scope) -> bool:
    match arg:
        case Name(id=name):
            return bool(_PAGING_NAME.match(name) or _PAGING.match(scope.type_of(arg)))
        case Call():
            owner = dotted(arg.receiver).rsplit(".", 1)[-1] if arg.receiver is not None else ""
            if owner == "Pageable":
                return arg.name != "unpaged"
            if _PAGING.match(owner) or (arg.new and _PAGING.match(arg.name)):
                return True
            if isinstance(arg.receiver, Call):
                return _is_paging(arg.receiver, scope)
            return arg.name in {"getPageable", "toPageable", "pageable", "getPageRequest", "toPageRequest"}
        case _:
            return False


def _manager(call: Call, name: str, handle: str) -> QueryMeaning | None:
    api = f"{handle or 'entityManager'}.{name}"
    entity = ""
    if call.args and isinstance(call.args[0], Member) and call.args[0].name == "class":
        entity = dotted(call.args[0].base).rsplit(".", 1)[-1]
    if name in {"find", "get"} and entity:
        return QueryMeaning(api, Op.SELECT, entity, nullable=True, keys=call.args[1:2], limited=True, handle=handle)
    if name in {"persist", "save"}:
        return QueryMeaning(api, Op.INSERT, data=call.args, unit_of_work=True, handle=handle)
    if name in {"merge", "saveOrUpdate", "update"}:
        return QueryMeaning(api, Op.UPDATE, data=call.args, unit_of_work=True, handle=handle)
    if name in {"remove", "delete"}:
        return QueryMeaning(api, Op.DELETE, data=call.args, unit_of_work=True, handle=handle)
    return None


def _query_chain(call: Call, scope: Scope) -> QueryMeaning | None:
    """`em.createQuery(…).setParameter(…).getResultList()`: asked of the outermost call."""
    start: AnyExpr | None = call
    limit: AnyExpr | None = None
    limited: bool | None = None
    bound = False
    while isinstance(start, Call) and start.name not in _QUERY_STARTS:
        if start.name == "setMaxResults":
            limit = start.args[0] if start.args else None
            limited = True
        bound = bound or start.name in {"setParameter", "setParameterList"}
        start = start.receiver
    if not isinstance(start, Call) or start.receiver is None or not start.args:
        return None
    owner = dotted(start.receiver).rsplit(".", 1)[-1]
    declared = scope.type_of(start.receiver) if isinstance(start.receiver, Name | Member) else ""
    fetched = isinstance(start.receiver, Call) and start.receiver.name in _SESSIONS
    if declared not in _MANAGERS and owner not in _MANAGER_NAMES | {"session"} and not fetched:
        return None
    if start.name in {"createNamedQuery", "createStoredProcedureQuery"} or isinstance(start.args[0], Call):
        return None
    sql = start.args[0]
    if isinstance(sql, Name) and scope.type_of(sql) in {"CriteriaQuery", "CriteriaUpdate", "CriteriaDelete"}:
        return None
    op = op_of_sql(sql)
    many = op in {Op.SELECT, Op.UNKNOWN} and call.name not in _ONE
    if many and call.name in {"getResultList", "list", "getResultStream"} and limited is None:
        limited = False
    return QueryMeaning(
        f"{owner or 'entityManager'}.{start.name}", op if op is not Op.UNKNOWN else Op.SELECT, many=many, limited=limited,
        sql=sql, limit=limit, handle=owner, lazy=call is start,
    )  # fmt: skip


def _template(call: Call, name: str, handle: str) -> QueryMeaning | None:
    op = _TEMPLATE_OPS.get(name)
    if op is None:
        return None
    entity = next(
        (dotted(a.base).rsplit(".", 1)[-1] for a in call.args if isinstance(a, Member) and a.name == "class"), ""
    )
    reads = op is Op.SELECT
    many = reads and name in {"find", "findAll", "aggregate", "findDistinct"}
    return QueryMeaning(
        f"{handle or 'mongoTemplate'}.{name}", op, entity, many=many, nullable=name in {"findOne", "findById"},
        limited=False if name == "findAll" else None, keys=call.args[:1] if reads else (),
        data=() if reads else call.args, relational=False, handle=handle,
    )  # fmt: skip


def _beginning(expr: AnyExpr | None) -> str:
    from persona_lsp.syntax.ir import Binary

    while isinstance(expr, Binary):
        expr = expr.left
    if isinstance(expr, Str) and expr.parts and isinstance(expr.parts[0], str):
        return expr.parts[0]
    return ""


LIBRARY: Final = Library(
    id="spring-data",
    serves=("Hibernate",),
    languages=("java",),
    packages=("org.springframework.data", "jakarta.persistence", "javax.persistence", "org.hibernate", "com.baomidou.mybatisplus"),
    meaning=meaning,
    triggers=(
        "epo", "Dao", "dao.", "apper", "createQuery", "createNativeQuery", "em.", "ntityManager", "Template", "session",
        ".find", ".save", ".delete", ".exists", ".count", ".insert", ".update", ".select", ".remove", ".getById", ".getOne",
        "require", "check", "validate", "ensure", "verify", "ransaction(",
    ),
    transactional=transactional,
)  # fmt: skip
