"""Fixes in the words of Rust's database libraries: bound values, limits, transactions."""

import re
from collections.abc import Callable
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import BindSql, Intent, LimitQuery, WrapInTransaction
from persona_lsp.flow.sql_edits import bound
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import Call, FunctionNode, Member, Module, Str, walk
from persona_lsp.syntax.places import indent_at, newline

Edits = tuple[Edit, ...] | None
_ENDS: Final = {"load": "limit", "get_results": "limit", "all": "limit"}


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001 -- the tree says it all
    """The edits of a fix, None when it cannot be spelled here."""
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


def _bind_sql(intent: BindSql, module: Module) -> Edits:
    """`sqlx::query(&format!("... '{}'", x))` becomes `sqlx::query("... $1").bind(x)`."""
    path = around(module, intent.where.start, intent.where.end)
    for node in reversed(path):
        if not isinstance(node, Call) or node.name not in ("query", "query_as", "query_scalar") or len(node.args) != 1:
            continue
        text = node.args[0]
        if not isinstance(text, Str) or text.value is not None:
            return None
        given = bound(text.parts, module.text, lambda n: f"${n}", _joined)
        if given is None or any(mark in given[0] for mark in '"\\\n'):
            return None
        literal, values = given
        return (
            Edit(module.path, node.args_start, node.args_end, f'"{literal}"'),
            Edit(module.path, node.end, node.end, "".join(f".bind({value})" for value in values)),
        )
    return None


def _joined(before: str, value: str, after: str) -> str:
    return f'format!("{before}{{}}{after}", {value})'


def _limit_query(intent: LimitQuery, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    call = next((n for n in reversed(path) if isinstance(n, Call)), None)
    if call is None or not isinstance(call.func, Member):
        return None
    if call.name in _ENDS:
        at = call.func.name_start
        return (Edit(module.path, at, at, f"limit({intent.maximum})."),)
    texts = [p for p in walk(call) if isinstance(p, Str) and (p.value or "").lstrip()[:6].lower() == "select"]
    if len(texts) != 1 or not module.source[: texts[0].end].endswith(b'"') or texts[0].value is None:
        return None
    at = texts[0].end - 1
    return (Edit(module.path, at, at, f" LIMIT {intent.maximum}"),)


def _wrap(intent: WrapInTransaction, module: Module) -> Edits:
    """`let mut tx = pool.begin().await?;` in front, `tx.commit().await?;` behind, and the writes go through it."""
    source, where, handle = module.source, intent.where, intent.handle
    text = source[where.start : where.end].decode("utf-8")
    function = next((n for n in reversed(around(module, where.start, where.end)) if isinstance(n, FunctionNode)), None)
    indent = indent_at(source, where.start)
    used = re.compile(rf"(?<=\(){'&?' if handle.isidentifier() else ''}{re.escape(handle)}(?=\))")
    if function is None or indent is None or intent.library != "sqlx" or not handle.isidentifier():
        return None
    # Each write hands its failure on, so that a transaction that is dropped is rolled back.
    runs = len(re.findall(r"\.await\?", text))
    if re.search(r"\btx\b", source[function.start : function.end].decode("utf-8", "replace")):
        return None
    if runs != len(re.findall(r"\.await", text)) or runs != len(used.findall(text)) or "return" in text:
        return None
    line = newline(source)
    end = where.end + (source[where.end : where.end + 1] == b";")
    return (
        Edit(module.path, where.start, where.start, f"let mut tx = {handle}.begin().await?;{line}{indent}"),
        *(
            _replaced(module, where.start + len(text[: m.start()].encode()), m[0], "&mut *tx")
            for m in used.finditer(text)
        ),
        Edit(module.path, end, end, f"{line}{indent}tx.commit().await?;"),
    )


def _replaced(module: Module, at: int, old: str, new: str) -> Edit:
    return Edit(module.path, at, at + len(old.encode()), new)


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    BindSql: _bind_sql,
    LimitQuery: _limit_query,
    WrapInTransaction: _wrap,
}
