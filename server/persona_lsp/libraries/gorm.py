"""GORM: chains that end in what asks the database, or changes it."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.body import WRITES, Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.go_edits import spell_gorm
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Const, Index, Member, Name, Object, Str, dotted

_READS: Final = {
    "First": False,
    "Take": False,
    "Last": False,
    "Find": True,
    "Scan": True,
    "Pluck": True,
    "Rows": True,
    "Row": False,
}
_WRITES: Final = {
    "Create": Op.INSERT, "CreateInBatches": Op.INSERT, "Save": Op.UPSERT, "Update": Op.UPDATE, "Updates": Op.UPDATE,
    "UpdateColumn": Op.UPDATE, "UpdateColumns": Op.UPDATE, "Delete": Op.DELETE, "FirstOrCreate": Op.UPSERT,
}  # fmt: skip
_LINKS: Final = frozenset(
    "Where Model Preload Order Limit Offset Joins Select Omit Group Having Not Or Table Unscoped Debug WithContext Session Scopes "
    "Clauses Distinct Set Assign Attrs Raw Exec Association Related New Begin InnerJoins".split()
)
_TEXTS: Final = frozenset({"Where", "Not", "Or", "Having", "Order", "Group", "Joins", "Select"})
_HANDLES: Final = frozenset(
    {"db", "tx", "conn", "orm", "gdb", "database", "d", "trx", "gormdb", "query", "q", "dbconn"}
)
_TYPE: Final = "gorm.DB"
_HOPS: Final = 30


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What the end of a chain means."""
    name = call.name
    if call.receiver is None or not (
        name in _READS or name in _WRITES or name in {"Count", "Raw", "Exec", "Transaction", "Begin"}
    ):
        return None
    links = list(_chain(call, scope))
    if not links or not _is_database(links[-1][0], links, scope):
        return None
    root = links[-1][0]
    handle = dotted(root).rsplit(".", 1)[-1]
    if name == "Transaction":
        return TxMeaning("callback")
    if name == "Begin":
        return TxMeaning("manual")
    if name in {"Raw", "Exec"}:
        op = Op.SELECT if name == "Raw" else Op.UNKNOWN
        return QueryMeaning(
            f"{handle}.{name}", op, sql=call.args[0] if call.args else None, keys=call.args[1:], handle=handle
        )
    return _ended(call, name, [link for _, link in links if link is not None], handle, scope)


def _ended(call: Call, name: str, links: list[Call], handle: str, scope: Scope) -> QueryMeaning:
    by_name: dict[str, Call] = {}
    for link in links:
        by_name.setdefault(link.name, link)
    into = call.args[0] if call.args else None
    model = by_name["Model"].args[0] if "Model" in by_name and by_name["Model"].args else into
    table = by_name.get("Table")
    entity = _entity(model, scope)
    if table is not None and table.args and isinstance(table.args[0], Str):
        entity = table.args[0].value or entity
    raw = by_name.get("Raw")
    sql, fragment = (raw.args[0], False) if raw is not None and raw.args else (_text(links), True)
    keys = tuple(a for link in links if link.name in {"Where", "Not", "Or"} for a in link.args[1:] or link.args)
    if name == "Count":
        return QueryMeaning(f"{handle}.Count", Op.COUNT, entity, keys=keys, sql=sql, fragment=fragment, handle=handle)
    if name in _WRITES:
        op = _WRITES[name]
        return QueryMeaning(
            f"{handle}.{name}", op, entity, keys=keys, sql=sql, fragment=fragment,
            data=call.args if op in WRITES and op is not Op.DELETE else (), columns=_columns(call, name), handle=handle,
            into=into if op in {Op.INSERT, Op.UPSERT} else None,
        )  # fmt: skip
    many = _READS[name]
    if name in {"Find", "Scan"} and into is not None:
        kind = scope.type_of(into)
        many = kind in {"slice", ""} if not isinstance(into, Call) else False
        if kind == "" and (len(call.args) > 1 or not dotted(into)):
            many = False
    limit = by_name["Limit"].args[0] if "Limit" in by_name and by_name["Limit"].args else None
    bounded = limit is not None and not (isinstance(limit, Const) and limit.value == -1)
    known = (
        not bounded and "Scopes" not in by_name and len(call.args) < 2 and scope.type_of(into) == "slice"
        if into
        else False
    )
    return QueryMeaning(
        f"{handle}.{name}", Op.SELECT, entity, many=many, nullable=name in _ONE and isinstance(into, Name),
        limited=True if bounded else False if many and known and raw is None else None,
        keys=(*keys, *call.args[1:]), sql=sql, fragment=fragment, limit=limit, into=into, handle=handle,
    )  # fmt: skip


def _chain(call: Call, scope: Scope) -> Iterator[tuple[AnyExpr, Call | None]]:
    """The links from the end to the start; a variable that holds the start of the chain is followed."""
    node: AnyExpr | None = call
    seen: set[str] = set()
    for _ in range(_HOPS):
        if isinstance(node, Call):
            if node.receiver is None:
                return
            yield node, node
            node = node.receiver
        elif isinstance(node, Name | Member):
            name = dotted(node)
            held = scope.assigned(name) if name and name not in seen and isinstance(node, Name) else None
            seen.add(name)
            if isinstance(held, Call) and held.name in _LINKS and held.receiver is not None and held.name != "Begin":
                node = held
                continue
            yield node, None
            return
        else:
            return


def _is_database(root: AnyExpr, links: list[tuple[AnyExpr, Call | None]], scope: Scope) -> bool:
    kind = scope.type_of(root)
    if kind == _TYPE:
        return True
    last = dotted(root).rsplit(".", 1)[-1]
    if kind and not kind.endswith((f".{last}", "()")):
        return False
    inner = [link.name for _, link in links[1:] if link is not None]
    if isinstance(root, Call):
        return False
    # What is called like a database, or has a chain that only GORM has.
    return last.lower() in _HANDLES or "Model" in inner or "Preload" in inner


def _entity(expr: AnyExpr | None, scope: Scope) -> str:
    """The type of what is asked for: `&User{}`, `&user`, `[]User`."""
    if isinstance(expr, Call) and expr.new:
        return dotted(expr.func).rsplit(".", 1)[-1]
    kind = scope.type_of(expr) if expr is not None else ""
    return kind.rsplit(".", 1)[-1] if kind and kind not in {"slice", "map"} and not kind.endswith("()") else ""


def _text(links: list[Call]) -> AnyExpr | None:
    """The condition that is put together at run time, else the first one that is text."""
    given = [link.args[0] for link in links if link.name in _TEXTS and link.args]
    made = [a for a in given if isinstance(a, Binary | Call) and not (isinstance(a, Call) and a.new)]
    return next(iter(made), None) or next((a for a in given if isinstance(a, Str | Name | Index)), None)


def _columns(call: Call, name: str) -> tuple[str, ...]:
    first = call.args[0] if call.args else None
    if name in {"Update", "UpdateColumn"} and isinstance(first, Str) and first.value:
        return (first.value,)
    return tuple(e.name for e in first.entries if e.name) if isinstance(first, Object) else ()


_ONE: Final = frozenset({"First", "Take", "Last"})
"""What leaves the variable empty, and gives an error, when there is no such row."""


LIBRARY: Final = Library(
    id="gorm",
    serves=("PostgreSQL", "MySQL", "SQLite"),
    languages=("go",),
    packages=("gorm.io/gorm", "github.com/jinzhu/gorm"),
    meaning=meaning,
    triggers=(
        ".First(",
        ".Find(",
        ".Take(",
        ".Create(",
        ".Save(",
        ".Update",
        ".Delete(",
        ".Where(",
        ".Model(",
        ".Raw(",
        ".Exec(",
        ".Transaction(",
    ),
    spell=spell_gorm,
)
