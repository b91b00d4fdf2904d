"""Entity Framework Core: sets and the LINQ on them, raw SQL, changes that are saved together, transactions."""

import re
from typing import Final

from msgspec import Struct

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.dotnet_sql import op_of
from persona_lsp.libraries.efcore_edits import spell
from persona_lsp.syntax.ir import AnyExpr, Await, Binary, Call, Lambda, Member, Name, Return, dotted, walk
from persona_lsp.text.patterns import lazy

_SINGLE: Final = {
    # name: nullable
    "First": False, "FirstOrDefault": True, "Single": False, "SingleOrDefault": True, "Last": False,
    "LastOrDefault": True, "Find": True, "ElementAt": False, "ElementAtOrDefault": True,
}  # fmt: skip
_MANY: Final = frozenset({"ToList", "ToArray", "ToDictionary", "ToHashSet", "ToLookup", "AsAsyncEnumerable", "ForEach"})
_COUNTS: Final = frozenset({"Any", "All", "Count", "LongCount", "Sum", "Max", "Min", "Average", "Contains"})
_BULK: Final = {"ExecuteDelete": Op.DELETE, "ExecuteUpdate": Op.UPDATE}
_CHANGES: Final = {
    "Add": Op.INSERT, "AddRange": Op.INSERT, "Update": Op.UPDATE, "UpdateRange": Op.UPDATE, "Remove": Op.DELETE,
    "RemoveRange": Op.DELETE, "Attach": Op.UPDATE,
}  # fmt: skip
_SAVES: Final = frozenset({"SaveChanges"})
_RAW: Final = {
    "FromSqlRaw": False, "ExecuteSqlRaw": False, "SqlQueryRaw": False, "FromSqlInterpolated": True,
    "ExecuteSqlInterpolated": True, "FromSql": True, "ExecuteSql": True, "SqlQuery": True, "ExecuteSqlCommand": False,
}  # fmt: skip
_LINKS: Final = frozenset({
    "Where", "Select", "Include", "ThenInclude", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "Skip",
    "AsNoTracking", "AsNoTrackingWithIdentityResolution", "AsTracking", "AsQueryable", "AsSplitQuery", "AsSingleQuery",
    "IgnoreQueryFilters", "TagWith", "ProjectTo", "IgnoreAutoIncludes", "Reverse", "AsEnumerable", "TagWithCallSite",
    *_RAW,
})  # fmt: skip
"""What leaves the number of rows open."""
_CONTEXT_TYPE: Final = lazy(r"(?:Db|Data|Database|Identity)?Context$|^AppDb$|Db$")
_CONTEXT_NAME: Final = lazy(
    r"^_?(?:this\.)?_?(?:db|context|ctx|dbContext|database|applicationDbContext|appDbContext)$", re.IGNORECASE
)
_NO_CONTEXT: Final = lazy(
    r"^(?:Http|Filter|Action|Authorization|Validation|Resolver|Execution|Synchronization|Request)"
)
_SETS: Final = frozenset({"DbSet", "IQueryable", "IOrderedQueryable", "IIncludableQueryable"})
_HOPS: Final = 4


class _Chain(Struct, frozen=True):
    """What a fluent query begins with, and its calls, the first one first."""

    root: AnyExpr | None
    calls: tuple[Call, ...]


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call on a context, a set or a query asks of the database."""
    name = call.name.removesuffix("Async")
    if name in {"BeginTransaction", "UseTransaction"} and "Database" in dotted(call.receiver):
        return TxMeaning("manual")
    if call.new and name in {"TransactionScope", "CommittableTransaction"}:
        return TxMeaning("manual")
    receiver = call.receiver
    if receiver is None:
        return None
    if name in _RAW and call.args:
        return _raw(call, name, scope)
    if name in _SAVES and _is_context(receiver, scope):
        return QueryMeaning(dotted(call.func), Op.UPDATE, unit_of_work=True, handle=dotted(receiver))
    if name in _CHANGES and call.args:
        return _change(call, name, scope)
    if name in _SINGLE or name in _MANY or name in _COUNTS or name in _BULK:
        return _query(call, name, scope)
    return None


def _query(call: Call, name: str, scope: Scope) -> QueryMeaning | None:
    chain = _chain(call, scope)
    entity = _entity(chain.root, scope)
    if entity is None:
        return None
    raw = next((c for c in chain.calls if c.name in _RAW and c.args), None)
    keys = tuple(k for c in chain.calls for k in _keys(c, c is chain.calls[-1]))
    several = any(_is_membership(a) for c in chain.calls for a in c.args)
    handle = dotted(chain.root) if chain.root is not None else ""
    api = f"{handle}.{call.name}" if handle else call.name
    sql = raw.args[0] if raw is not None else None
    bound = raw is not None and _RAW[raw.name.removesuffix("Async")]
    if name in _COUNTS:
        return QueryMeaning(api, Op.COUNT, entity, limited=True, keys=keys, handle=handle, in_parameters=several)
    if name in _BULK:
        return QueryMeaning(api, _BULK[name], entity, many=True, keys=keys, handle=handle, in_parameters=several)
    if name in _SINGLE:
        return QueryMeaning(
            api, Op.SELECT, entity, nullable=_SINGLE[name], limited=True, keys=keys, sql=sql, bound=bound,
            handle=handle, in_parameters=several,
        )  # fmt: skip
    take = next((c.args[0] for c in reversed(chain.calls) if c.name in {"Take", "TakeLast"} and c.args), None)
    return QueryMeaning(
        api, Op.SELECT, entity, many=True, limited=_limited(chain, take), keys=keys, sql=sql, bound=bound, limit=take,
        handle=handle, in_parameters=several,
    )  # fmt: skip


def _limited(chain: _Chain, take: AnyExpr | None) -> bool | None:
    if take is not None:
        return True
    between = [c.name for c in chain.calls[:-1]]
    if any(n not in _LINKS and n != "Set" for n in between):
        return None
    return False


def _chain(call: Call, scope: Scope) -> _Chain:
    """The calls of a query, through the local names that it was put together in."""
    calls: list[Call] = []
    seen: set[str] = set()
    current: AnyExpr | None = call
    while current is not None:
        if isinstance(current, Await):
            current = current.value
        elif isinstance(current, Call) and current.receiver is not None and not _is_set_call(current):
            calls.insert(0, current)
            current = current.receiver
        elif isinstance(current, Name) and current.id not in seen and len(seen) < _HOPS:
            seen.add(current.id)
            value = scope.assigned(current.id)
            if not isinstance(value, Call | Member | Name | Await):
                break
            current = value
        else:
            break
    return _Chain(current, tuple(calls))


def _is_set_call(call: Call) -> bool:
    """`db.Set<Order>()`."""
    return call.name == "Set" and not call.args and bool(call.types)


def _entity(root: AnyExpr | None, scope: Scope) -> str | None:
    """What the rows are, as the code calls it; None if this is no set of a context."""
    if isinstance(root, Call) and _is_set_call(root):
        return dotted(root.types[0]).rsplit(".", 1)[-1]
    if isinstance(root, Member) and root.name[:1].isupper() and _is_context(root.base, scope):
        return root.name if root.name != "Database" else ""
    if isinstance(root, Name) and scope.type_of(root) in _SETS:
        return root.id.lstrip("_")
    return None


def _is_context(expr: AnyExpr | None, scope: Scope) -> bool:
    if not isinstance(expr, Name | Member):
        return False
    declared = scope.type_of(expr)
    if declared:
        return bool(_CONTEXT_TYPE.search(declared)) and not _NO_CONTEXT.match(declared)
    name = dotted(expr).removeprefix("this.")
    if "." in name:
        return False
    held = scope.assigned(name)
    if isinstance(held, Call) and held.name.startswith("CreateDbContext"):
        return True
    return held is None and bool(_CONTEXT_NAME.match(name)) and not _is_parameter(name, scope)


def _is_parameter(name: str, scope: Scope) -> bool:
    """A parameter whose type stands there, and is no context."""
    return any(p.name == name and p.type is not None for p in scope.function.params)


def _keys(call: Call, last: bool) -> list[AnyExpr]:
    """What the filters compare columns with."""
    name = call.name.removesuffix("Async")
    if name == "Find":
        return [a for a in call.args if not (isinstance(a, Name) and a.id in {"ct", "cancellationToken"})]
    if name != "Where" and not (last and name in _SINGLE | {"Any": False, "Count": False}):
        return []
    found: list[AnyExpr] = []
    for arg in call.args:
        if isinstance(arg, Lambda) and arg.function.expression_body and arg.function.params:
            row = arg.function.params[0].name
            body = arg.function.body
            value = body[0].value if body and isinstance(body[0], Return) else None
            if value is not None:
                found += _compared(value, row)
    return found


def _compared(value: AnyExpr, row: str) -> list[AnyExpr]:
    found: list[AnyExpr] = []
    for part in walk(value):
        if isinstance(part, Binary) and part.op in {"==", "!=", "<", ">", "<=", ">="}:
            sides = [side for side in (part.left, part.right) if not _mentions(side, row)]
            found += sides if len(sides) == 1 else []
        elif isinstance(part, Call) and part.name in {"Contains", "Equals", "StartsWith", "Any"}:
            found += [side for side in (part.receiver, *part.args) if side is not None and not _mentions(side, row)]
    return found


def _mentions(expr: AnyExpr, name: str) -> bool:
    return any(isinstance(p, Name) and p.id == name for p in walk(expr))


def _is_membership(arg: AnyExpr) -> bool:
    """`x => ids.Contains(x.Id)`."""
    if not isinstance(arg, Lambda) or not arg.function.expression_body or not arg.function.params:
        return False
    row = arg.function.params[0].name
    body = arg.function.body
    value = body[0].value if body and isinstance(body[0], Return) else None
    return value is not None and any(
        isinstance(p, Call) and p.name == "Contains" and p.receiver is not None and not _mentions(p.receiver, row)
        and any(_mentions(a, row) for a in p.args)
        for p in walk(value)
    )  # fmt: skip


def _raw(call: Call, name: str, scope: Scope) -> QueryMeaning | None:
    """`FromSqlRaw(text)` is text; `FromSqlInterpolated($"…")` and `FromSql($"…")` bind what is put in."""
    receiver = call.receiver
    facade = isinstance(receiver, Member) and receiver.name == "Database"
    entity = _entity(_chain(call, scope).root, scope) if not facade else ""
    if entity is None:
        return None
    sql = call.args[0]
    reads = name.startswith(("From", "SqlQuery"))
    op = op_of(sql, scope) if not reads else Op.SELECT
    return QueryMeaning(
        f"{dotted(call.func) or name}", op, entity, many=reads, sql=sql, bound=_RAW[name], data=call.args[1:] if not reads else (),
        handle=dotted(receiver), lazy=False,
    )  # fmt: skip


def _change(call: Call, name: str, scope: Scope) -> QueryMeaning | None:
    """`db.Orders.Add(order)`, `db.Remove(order)`: written when the changes are saved."""
    receiver = call.receiver
    entity = _entity(receiver, scope) if isinstance(receiver, Name | Member | Call) else None
    if entity is None and not _is_context(receiver, scope):
        return None
    if isinstance(receiver, Name) and scope.type_of(receiver) in _SETS - {"DbSet"}:
        return None
    given = call.args[0]
    declared = scope.type_of(given)
    made = given if isinstance(given, Call) and given.new else None
    data = (given, *(k.value for k in made.kwargs)) if made is not None else (given,)
    return QueryMeaning(
        dotted(call.func) or name, _CHANGES[name], declared or entity or "", data=data, unit_of_work=True,
        many=name.endswith("Range"), handle=dotted(receiver),
    )  # fmt: skip


LIBRARY: Final = Library(
    id="efcore",
    serves=("PostgreSQL", "MySQL"),
    languages=("csharp",),
    packages=("Microsoft.EntityFrameworkCore",),
    meaning=meaning,
    triggers=(
        "Async(", "SaveChanges", "FromSql", "ExecuteSql", "SqlQuery", "ToList(", "ToArray(", "OrDefault(", ".First(",
        ".Single(", ".Find(", ".Any(", ".Count(", "Transaction", ".Add(", ".Remove(",
    ),
    spell=spell,
)  # fmt: skip
