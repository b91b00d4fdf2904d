"""Fixes in the words of Entity Framework Core: values that are bound, rows that are limited."""

import re
from typing import Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import BindSql, Intent, LimitQuery
from persona_lsp.syntax.ir import Call, Member, Module, Str
from persona_lsp.syntax.places import place
from persona_lsp.text.patterns import lazy

_BOUND: Final = {
    "FromSqlRaw": "FromSqlInterpolated", "ExecuteSqlRaw": "ExecuteSqlInterpolated",
    "ExecuteSqlRawAsync": "ExecuteSqlInterpolatedAsync", "SqlQueryRaw": "SqlQuery",
}  # fmt: skip
_QUOTED: Final = lazy(rb"'(\{[^{}']*\})'")
_LISTS: Final = frozenset({"ToList", "ToListAsync", "ToArray", "ToArrayAsync"})


def spell(intent: Intent, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:
    """The edits of an intent; None if there is no safe way to write it."""
    del facts
    match intent:
        case BindSql():
            return _bound(intent, module)
        case LimitQuery(maximum=maximum):
            return _limited(intent, maximum, module)
        case _:
            return None


def _bound(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    """`FromSqlRaw($"… '{name}'")` is `FromSqlInterpolated($"… {name}")`, which makes parameters of what is put in."""
    found = place(module, intent.where)
    for node in reversed(found.nodes):
        if not isinstance(node, Call) or node.name not in _BOUND or not isinstance(node.func, Member):
            continue
        sql = node.args[0] if len(node.args) == 1 else None
        if (
            not isinstance(sql, Str)
            or sql.value is not None
            or (sql.start, sql.end) != (intent.where.start, intent.where.end)
        ):
            return None
        text = module.source[sql.start : sql.end]
        written = _QUOTED.sub(rb"\1", text)
        if re.search(rb"'[^']*\{[^{}]*\}", written):
            return None  # a value inside of a longer text cannot be bound where it stands
        at = node.func.name_start
        return (
            Edit(module.path, at, at + len(node.name), _BOUND[node.name]),
            Edit(module.path, sql.start, sql.end, written.decode("utf-8", "replace")),
        )
    return None


def _limited(intent: Intent, maximum: int, module: Module) -> tuple[Edit, ...] | None:
    """`.Take(100)` before the call that asks."""
    found = place(module, intent.where)
    for node in reversed(found.nodes):
        if not isinstance(node, Call) or node.end != intent.where.end or node.name not in _LISTS:
            continue
        if isinstance(node.func, Member):
            at = node.func.base.end
            return (Edit(module.path, at, at, f".Take({maximum})"),)
    return None
