"""SQLAlchemy: Core statements, ORM sessions, the legacy `Query`, SQLModel and Flask-SQLAlchemy."""

import re
from typing import Final

from msgspec import Struct

from persona_lsp.facts.body import Op
from persona_lsp.flow.sql import operation
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.python_values import assigned_to, assignments, last_name, links, unawaited
from persona_lsp.libraries.sqlalchemy_edits import spell
from persona_lsp.libraries.sqlalchemy_models import is_own_class, model_of, own_model
from persona_lsp.libraries.sqlalchemy_words import ENDS, EXACT, MANY, NULLABLE, RESULT, RUN
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Const, Entry, Expr, Member, Name, Object, Str, dotted, walk
from persona_lsp.text.patterns import lazy

SESSION_TYPES: Final = frozenset(
    {
        "Session", "AsyncSession", "scoped_session", "async_scoped_session", "Connection", "AsyncConnection", "Engine",
        "AsyncEngine", "SessionDep", "AsyncSessionDep", "DbSession", "DBSession", "SessionLocal", "DatabaseSession",
    }
)  # fmt: skip
_SESSION_NAME: Final = lazy(
    r"^_*(?:(?:async_?|db_?|sql_?|database_?)?sess(?:ion)?|db|dbsession|database|conn|connection|engine|uow|tx)$",
    re.IGNORECASE,
)
_ROOTS: Final = {
    "select": Op.SELECT, "insert": Op.INSERT, "update": Op.UPDATE, "delete": Op.DELETE, "text": Op.UNKNOWN,
    "select_from": Op.SELECT, "union": Op.SELECT, "union_all": Op.SELECT, "exists": Op.SELECT,
}  # fmt: skip
_AGGREGATES: Final = frozenset({"count", "sum", "max", "min", "avg", "exists"})
_FILTERS: Final = frozenset({"where", "filter", "filter_by", "having", "ilike", "match"})
_SETS: Final = lazy(
    rb"\bsetattr\(|\bsqlmodel_update\(|\bupdate_from_dict\(|(?:^|;)[ \t]*(?!self\b|cls\b)\w+\.(\w+)[ \t]*[-+*/|]?=(?!=)",
    re.MULTILINE,
)
_JOINS: Final = frozenset({"join", "outerjoin", "join_from", "select_from"})
_STAGED: Final = lazy(rb"\.(?:add|add_all|delete|merge|execute|bulk_\w+|exec)\(")


class Statement(Struct):
    """What a chain of calls says, read from its last call to its root."""

    op: Op
    entity: str
    calls: dict[str, Call]
    sql: AnyExpr | None = None
    aggregate: bool = False
    grouped: bool = False
    """Its rows are groups, whose number is another than that of the table's rows."""
    columns: bool = False
    """Columns are selected, and no whole rows."""
    values: tuple[AnyExpr, ...] = ()


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    func = call.func
    if not isinstance(func, Member):
        return None
    name = func.name
    if name in ("begin", "begin_nested") and _is_session(func.base, scope):
        return TxMeaning("block", last_name(func.base))
    if name in _STORES and _is_session(func.base, scope):
        return _stored(call, name, scope)
    if name == "commit" and _is_session(func.base, scope):
        return _changed(call, scope)
    if name in RUN and call.args and not (name == "scalar" and not call.args):
        ran = _ran(call, call, scope)
        if ran is not None:
            later = assigned_to(scope, call)
            return None if later and _continued(later, call, scope) else ran
    if name in ("get", "get_one", "get_or_404") and _is_session(func.base, scope):
        return _by_key(call, scope)
    if name in ENDS or name in RESULT:
        return _ended(call, scope)
    if name == "refresh":
        return None
    return None


_STORES: Final = {
    "add": Op.INSERT, "add_all": Op.INSERT, "delete": Op.DELETE, "merge": Op.UPSERT, "bulk_save_objects": Op.INSERT,
    "bulk_insert_mappings": Op.INSERT, "bulk_update_mappings": Op.UPDATE,
}  # fmt: skip


def _is_session(expr: AnyExpr, scope: Scope) -> bool:
    declared = scope.type_of(expr)
    if declared:
        return declared in SESSION_TYPES or declared.endswith(("Session", "SessionDep", "SessionMaker"))
    if isinstance(expr, Member) and expr.name == "session":
        return True
    if isinstance(expr, Call):
        return last_name(expr.func) in SESSION_TYPES or expr.name in ("get_session", "session")
    if isinstance(expr, Name):
        value = scope.assigned(expr.id)
        if isinstance(value, Call) and value.name in (
            "cursor",
            "connect",
            "set",
            "dict",
            "getLogger",
            "Redis",
            "from_url",
        ):
            return value.name == "connect" and _SESSION_NAME.match(expr.id) is not None and _imports(scope)
    return _SESSION_NAME.match(last_name(expr)) is not None


def _imports(scope: Scope) -> bool:
    return any(i.module.split(".", 1)[0] in ("sqlalchemy", "sqlmodel") for i in scope.module.imports)


def _stored(call: Call, name: str, scope: Scope) -> Meaning | None:
    if len(call.args) != 1 and name not in ("bulk_insert_mappings", "bulk_update_mappings"):
        return None
    target = call.args[0]
    op = _STORES[name]
    entity = ""
    data: tuple[AnyExpr, ...] = (target,)
    made: AnyExpr | None = target
    if isinstance(target, Name):
        # `book = session.merge(book)` is not what the book was before it.
        values = [value for value in assignments(scope, target.id, call.start) if value.end <= call.start]
        made = unawaited(values[-1]) if values else None
    if isinstance(made, Call):
        entity = _constructed(made)
        if entity:
            data = (target, *made.args, *(k.value for k in made.kwargs))
    if not entity:
        entity = scope.type_of(target)
        if name == "add" and isinstance(made, Call) and (made.name in ENDS or made.name in RUN):
            op = Op.UPDATE
    if isinstance(made, Call) and not entity and op is not Op.INSERT:
        entity = _entity_of(made, scope)
    return QueryMeaning(
        f"{dotted(call.func) or name}", op, entity, data=data if op is not Op.DELETE else (),
        unit_of_work=True, relational=True, handle=dotted(call.receiver),
    )  # fmt: skip  # one line says it all


def _constructed(made: Call) -> str:
    """`Book(...)`, `Book.model_validate(...)`, `models.Book(**data)`."""
    if made.name[:1].isupper():
        return made.name
    if made.name in ("model_validate", "from_orm", "parse_obj", "construct", "from_dict") and made.receiver is not None:
        return last_name(made.receiver)
    return ""


def _entity_of(made: Call, scope: Scope) -> str:
    found = meaning(made, scope)
    return found.entity if isinstance(found, QueryMeaning) else ""


def _changed(call: Call, scope: Scope) -> Meaning | None:
    """`book.title = title; session.commit()` writes; after `add` the commit only finishes what is known already."""
    before = scope.module.source[scope.function.body_start : call.start]
    if _STAGED.search(before) is not None or _SETS.search(before) is None:
        return None
    set_here = [match[1] for match in _SETS.finditer(before)]
    columns = () if None in set_here else tuple(dict.fromkeys(name.decode() for name in set_here))
    return QueryMeaning(
        dotted(call.func), Op.UPDATE, unit_of_work=True, relational=True, columns=columns, handle=dotted(call.receiver)
    )


def _by_key(call: Call, scope: Scope) -> Meaning | None:
    """`session.get(Book, book_id)`."""
    if len(call.args) < 2:
        return None
    own = is_own_class(call.args[0])
    entity = own_model(scope) if own else last_name(call.args[0])
    if not own and not entity[:1].isupper():
        return None
    return QueryMeaning(
        dotted(call.func) or call.name, Op.SELECT, entity, nullable=call.name == "get", limited=True,
        keys=(call.args[1],), relational=True, handle=dotted(call.receiver),
    )  # fmt: skip  # one line says it all


def _ran(call: Call, outer: Call, scope: Scope) -> QueryMeaning | None:
    """`session.execute(statement)` and what is done with its result in the same chain."""
    receiver = call.receiver
    if receiver is None or not call.args:
        return None
    statement = statement_of(call.args[0], scope, call.start)
    if statement is None:
        return None
    if isinstance(call.args[0], Str) and not _is_typed_session(receiver, scope):
        return None
    if statement.op is Op.UNKNOWN and statement.sql is None and not _is_session(receiver, scope):
        return None
    chain, _ = links(outer)
    names = [c.name for c in chain]
    return _meaning(statement, names, outer, dotted(receiver))


def _is_typed_session(expr: AnyExpr, scope: Scope) -> bool:
    declared = scope.type_of(expr)
    return (declared in SESSION_TYPES and declared not in ("Connection", "AsyncConnection")) or (
        _imports(scope) and isinstance(expr, Member) and expr.name == "session"
    )


def _continued(variable: str, call: Call, scope: Scope) -> bool:
    """The result is asked for its rows later: that call stands for the query."""
    rest = scope.module.source[call.end : scope.function.end]
    return re.search(rb"\b%s\.(?:%s)\b" % (re.escape(variable.encode()), _RESULT_WORDS), rest) is not None


_RESULT_WORDS: Final = "|".join(sorted(MANY | NULLABLE | EXACT | RESULT)).encode()


def _ended(call: Call, scope: Scope) -> Meaning | None:
    """A chain that ends in `.all()`, `.first()`, `.count()`, `.delete()` ..."""
    chain, root = links(call)
    names = [c.name for c in chain]
    for link in chain[1:]:
        if link.name in RUN and link.args:
            return _ran(link, call, scope)
        if link.name == "query" and link.receiver is not None:
            return _queried(link, chain, call, scope)
    if chain and chain[-1].name == "query" and chain[-1].receiver is not None:
        return _queried(chain[-1], chain, call, scope)
    if isinstance(root, Member):
        if root.name == "query" and last_name(root.base)[:1].isupper():
            statement = Statement(Op.SELECT, last_name(root.base), {})
            _read_calls(statement, chain, scope)
            return _meaning(statement, names, call, dotted(root))
        return None
    if isinstance(root, Name):
        return _resumed(root.id, chain, names, call, scope)
    return None


def _queried(link: Call, chain: tuple[Call, ...], call: Call, scope: Scope) -> Meaning | None:
    """`session.query(Book).filter(...).all()`."""
    if link.receiver is None or not (_is_session(link.receiver, scope) or _imports(scope)) or not link.args:
        return None
    statement = Statement(Op.SELECT, "", {})
    _selected(statement, link, scope)
    _read_calls(statement, chain[: chain.index(link)], scope)
    return _meaning(statement, [c.name for c in chain[: chain.index(link)]], call, dotted(link.receiver))


def _resumed(name: str, chain: tuple[Call, ...], names: list[str], call: Call, scope: Scope) -> Meaning | None:
    """`result = session.execute(...); result.all()` and `query = session.query(...); query.all()`."""
    values = assignments(scope, name, call.start)
    if not values:
        return None
    statement: Statement | None = None
    handle = ""
    for value in values[-6:]:
        links_, root = links(value)
        run = next((c for c in links_ if c.name in RUN and c.args and _ran(c, c, scope) is not None), None)
        query = next((c for c in links_ if c.name == "query" and c.receiver is not None and c.args), None)
        if run is not None:
            statement = statement_of(run.args[0], scope, run.start)
            handle = dotted(run.receiver)
            names = [*names, *(c.name for c in links_)]
        elif (
            query is not None and query.receiver is not None and (_is_session(query.receiver, scope) or _imports(scope))
        ):
            statement = Statement(Op.SELECT, "", {})
            handle = dotted(query.receiver)
            _selected(statement, query, scope)
            _read_calls(statement, links_, scope)
        elif isinstance(root, Name) and root.id == name and statement is not None:
            _read_calls(statement, links_, scope)
        elif isinstance(root, Member) and root.name == "query" and last_name(root.base)[:1].isupper():
            statement = Statement(Op.SELECT, last_name(root.base), {})
            _read_calls(statement, links_, scope)
    if statement is None:
        return None
    _read_calls(statement, chain, scope)
    return _meaning(statement, names, call, handle)


def statement_of(expr: AnyExpr, scope: Scope, before: int, depth: int = 0) -> Statement | None:
    """The statement that an expression builds, through local names; None if it does not build one."""
    if depth > 4:
        return None
    if isinstance(expr, Str | Binary):
        return Statement(_op_of(expr), "", {}, expr) if _is_text(expr) else None
    chain, root = links(expr)
    if isinstance(root, Call):
        name = last_name(root.func)
        chain = (*chain, root) if root not in chain else chain
    rooted = next((c for c in reversed(chain) if last_name(c.func) in _ROOTS and _is_root(c, scope)), None)
    if rooted is not None:
        name = last_name(rooted.func)
        statement = Statement(_ROOTS[name], "", {})
        if name == "text":
            statement.sql = rooted.args[0] if rooted.args else None
            statement.op = _op_of(statement.sql)
        elif rooted.receiver is not None and not rooted.args and name in ("insert", "update", "delete"):
            statement.entity = (
                last_name(rooted.receiver) if last_name(rooted.receiver) != "__table__" else _table(rooted)
            )
        else:
            _selected(statement, rooted, scope)
        _read_calls(statement, chain[: chain.index(rooted)], scope)
        return statement
    if isinstance(root, Name):
        found: Statement | None = None
        for value in assignments(scope, root.id, before)[-8:]:
            inner_chain, inner_root = links(value)
            if isinstance(inner_root, Name) and inner_root.id == root.id:
                if found is not None:
                    _read_calls(found, inner_chain, scope)
                continue
            made = statement_of(value, scope, value.start, depth + 1)
            found = made if made is not None else found
        if found is not None:
            _read_calls(found, chain, scope)
            return found
    return None


def _is_root(call: Call, scope: Scope) -> bool:
    func = call.func
    if isinstance(func, Name):
        found = scope.imported(func.id)
        return found is not None and found[0].split(".", 1)[0] in ("sqlalchemy", "sqlmodel")
    if isinstance(func, Member):
        base = dotted(func.base)
        if func.name in ("select", "text") and base in ("sa", "sqlalchemy", "db", "sql", "sqlmodel"):
            return True
        if func.name in ("insert", "update", "delete"):
            return (
                base in ("sa", "sqlalchemy", "db")
                or (not call.args and not call.kwargs and bool(base))
                or base.endswith("__table__")
            )
    return False


def _table(call: Call) -> str:
    receiver = call.receiver
    return last_name(receiver.base) if isinstance(receiver, Member) else ""


def _is_text(expr: AnyExpr) -> bool:
    return isinstance(expr, Str) or any(isinstance(p, Str) for p in walk(expr))


def _op_of(expr: AnyExpr | None) -> Op:
    if expr is None:
        return Op.UNKNOWN
    first = next((p for p in walk(expr) if isinstance(p, Str)), None)
    text = next((p for p in first.parts if isinstance(p, str)), "") if first is not None else ""
    return operation(text)


def _selected(statement: Statement, root: Call, scope: Scope) -> None:
    statement.aggregate = bool(root.args) and all(_is_aggregate(a, scope) for a in root.args)
    statement.columns = bool(root.args)
    for arg in root.args:
        target: AnyExpr = arg
        if isinstance(arg, Call) and arg.name == "distinct":
            statement.calls.setdefault("distinct", arg)
        while isinstance(target, Call):
            if target.name in ("label", "distinct", "filter", "over") and target.receiver is not None:
                target = target.receiver
            elif target.args:
                target = target.args[0]
            else:
                break
        statement.entity = statement.entity or model_of(target, scope)
        statement.columns = statement.columns and _is_column(target)


def _is_column(expr: AnyExpr) -> bool:
    """`Order.city`, and not `models.Order`."""
    return isinstance(expr, Member) and expr.name[:1].islower()


_AROUND: Final = frozenset({"cast", "distinct", "coalesce", "round", "nullif"})
"""Functions of SQL that make another value of one: `func.coalesce(func.sum(Order.total), 0)`."""


def _is_aggregate(expr: AnyExpr, scope: Scope, depth: int = 0) -> bool:
    """`func.count(...)`, also with a label, a filter, or under a local name."""
    chain, root = links(expr)
    if any(c.name in _AGGREGATES for c in chain):
        return True
    if any(c.name in _AROUND and c.args and depth < 3 and _is_aggregate(c.args[0], scope, depth + 1) for c in chain):
        return True
    if isinstance(root, Call):
        return last_name(root.func) in _AGGREGATES or (
            bool(root.args) and last_name(root.func) in _AROUND and _is_aggregate(root.args[0], scope, depth)
        )
    if isinstance(root, Name) and depth < 3:
        value = scope.assigned(root.id)
        return value is not None and value is not expr and _is_aggregate(value, scope, depth + 1)
    return False


def _joins_groups(call: Call, scope: Scope) -> bool:
    """The rows are those of a grouped subquery: one for each group, not one for each row of the table."""
    for arg in call.args:
        if not isinstance(arg, Name):
            continue
        for value in assignments(scope, arg.id, call.start):
            chain, _ = links(value)
            if any(inner.name == "group_by" for inner in chain):
                return True
    return False


def _read_calls(statement: Statement, chain: tuple[Call, ...], scope: Scope) -> None:
    for call in reversed(chain):
        name = call.name
        statement.grouped = statement.grouped or name == "group_by" or (name in _JOINS and _joins_groups(call, scope))
        if name == "select_from" and call.args and not statement.entity:
            statement.entity = model_of(call.args[0], scope)
        if name in ("values", "set") or (name in ("update", "insert") and call.args):
            statement.values = (*statement.values, *call.args, *(k.value for k in call.kwargs))
        if name in ("with_entities", "with_only_columns") and call.args:
            statement.columns = all(_is_column(arg) for arg in call.args)
            if isinstance(call.args[0], Call):
                statement.aggregate = all(_is_aggregate(arg, scope) for arg in call.args)
        if name in _FILTERS and name in statement.calls:
            earlier = statement.calls[name]
            call = Call(
                call.start, call.end, call.func, (*earlier.args, *call.args), (*earlier.kwargs, *call.kwargs),
                args_start=call.args_start, args_end=call.args_end,
            )  # fmt: skip  # positional ones first
        statement.calls[name] = call


def _keys(statement: Statement) -> tuple[tuple[AnyExpr, ...], bool]:
    """The values that select the rows, and whether one of them is a set."""
    keys: list[AnyExpr] = []
    several = False
    for name in _FILTERS:
        call = statement.calls.get(name)
        if call is None:
            continue
        keys.extend(k.value for k in call.kwargs)
        for arg in call.args:
            for part in walk(arg):
                if isinstance(part, Call) and part.name in ("in_", "any_", "contains", "overlap"):
                    several = several or part.name == "in_"
                    keys.extend(part.args)
                elif isinstance(part, Binary) and part.op in ("==", "<", ">", "<=", ">=", "!="):
                    keys.append(part.right)
    inner = statement.calls.get("get") or statement.calls.get("get_or_404")
    if inner is not None and inner.args:
        keys.append(inner.args[-1])
    return tuple(k for k in keys if not (isinstance(k, Const))), several


def _meaning(statement: Statement, names: list[str], call: Call, handle: str) -> QueryMeaning | None:
    last = names[0] if names else ""
    op = statement.op
    if "group_by" in statement.calls:
        statement.aggregate = False
    if op is Op.SELECT and (statement.aggregate or "count" in names):
        op = Op.COUNT
    if last in ("delete", "update") and op is Op.SELECT:
        op = Op.DELETE if last == "delete" else Op.UPDATE
    reads = op in (Op.SELECT, Op.UNKNOWN)
    limit = _limit(statement)
    many = reads and (last in MANY or last in ("execute", "exec", "stream", "paginate", "stream_scalars"))
    if "one" in names or "first" in names or "scalar_one" in names:
        many = False
    nullable = reads and last in NULLABLE
    keys, several = _keys(statement)
    limited: bool | None = None
    if op is Op.SELECT:
        limited = limit is not None or not many or "fetchmany" in names or "paginate" in names
        if not limited and (_is_facet(statement) or _is_batched(statement, names)):
            limited = None
    if limited is False and statement.grouped:
        limited = None
    if limit is not None and isinstance(limit, Expr) and not limit.parts and type(limit) is Expr:
        limit = None
    api = _api(call)
    return QueryMeaning(
        api, op, statement.entity, many, nullable, limited, keys, statement.sql,
        data=statement.values if op in (Op.INSERT, Op.UPDATE, Op.UPSERT) else (),
        columns=_columns(statement) if op is Op.UPDATE else (), limit=limit, unit_of_work=not handle.endswith("engine"), relational=True, in_parameters=several, handle=handle,
    )  # fmt: skip  # in the order of the fields


def _columns(statement: Statement) -> tuple[str, ...]:
    """The columns that `values(hits=1)` or `update({Article.hits: 1})` sets; none unless all of them are known."""
    names: list[str] = []
    for name in ("values", "update"):
        call = statement.calls.get(name)
        if call is None:
            continue
        names += [k.name for k in call.kwargs if k.name != "synchronize_session"]
        for arg in call.args:
            names += [_column(entry) for entry in arg.entries] if isinstance(arg, Object) else [""]
    return () if "" in names else tuple(dict.fromkeys(names))


def _column(entry: Entry) -> str:
    if isinstance(entry.key, Str):
        return entry.key.value or ""
    return entry.key.name if isinstance(entry.key, Member) else ""


def _is_facet(statement: Statement) -> bool:
    """The different values of columns; how many there are, nobody can tell. Different rows are all rows."""
    made = statement.calls.get("distinct")
    return made is not None and (statement.columns or bool(made.args))


def _is_batched(statement: Statement, names: list[str]) -> bool:
    """`yield_per(100)`, `execution_options(yield_per=100)`: the rows come in batches."""
    options = statement.calls.get("execution_options")
    return "yield_per" in {*names, *statement.calls} or (options is not None and options.kwarg("yield_per") is not None)


def _limit(statement: Statement) -> AnyExpr | None:
    """The number of rows asked for; an `Expr` without parts if the chain is cut in a way that has no number."""
    call = statement.calls.get("limit") or statement.calls.get("fetch")
    if call is not None and call.args:
        return call.args[0]
    paged = statement.calls.get("paginate")
    if paged is not None:
        return paged.kwarg("per_page") or (paged.args[1] if len(paged.args) > 1 else Expr(paged.start, paged.start))
    cut = statement.calls.get("slice")
    if cut is not None:
        return Expr(cut.start, cut.start)
    return None


def _api(call: Call) -> str:
    """`session.query.filter.all`: the chain as a reader would name it."""
    chain, root = links(call)
    start = root.name if isinstance(root, Member) else ""
    first = dotted(root) if isinstance(root, Name | Member) else start
    words = [first, *(c.name for c in reversed(chain))]
    return ".".join(w for w in words if w)


LIBRARY: Final = Library(
    id="sqlalchemy",
    languages=("python",),
    packages=("sqlalchemy", "sqlmodel", "flask_sqlalchemy"),
    meaning=meaning,
    triggers=("session", ".query", "select(", "db.", "execute(", "scalars(", ".commit(", ".begin("),
    relational=True,
    spell=spell,
)
