"""Run-time values in SQL text become bound parameters: `where("a = ?", x)`, `find_by_sql(["...", x])`, `exec_params`."""

import re
from typing import Final

from persona_lsp.findings.edit import Edit
from persona_lsp.frameworks.rails.places import around
from persona_lsp.syntax.ir import AnyExpr, Call, Module, Str
from persona_lsp.text.patterns import lazy

_FRAGMENTS: Final = frozenset(
    {"where", "not", "having", "rewhere", "exists?", "find_by", "find_by!", "delete_by", "destroy_by"}
)
_LISTS: Final = frozenset(
    {
        "find_by_sql",
        "count_by_sql",
        "select_all",
        "select_rows",
        "select_value",
        "select_values",
        "select_one",
        "execute",
        "exec_query",
        "exec_update",
        "exec_delete",
        "update_all",
        "joins",
    }
)
_PG: Final = frozenset({"exec", "async_exec", "sync_exec"})
_VALUE: Final = lazy(
    r"(?:=|<>|!=|<|>|\blike|\bilike|\bin\s*\(|\bbetween|\band|\bvalues\s*\(|,|\(|\blimit|\boffset)\s*$", re.IGNORECASE
)


def bind(module: Module, start: int, end: int) -> tuple[Edit, ...] | None:
    """The edit that binds all values of the text at a place; None where they stand for more than values."""
    path = around(module, start, end)
    text = next((p.node for p in reversed(path) if isinstance(p.node, Str)), None)
    call = next((p.node for p in reversed(path) if isinstance(p.node, Call) and text in p.node.args), None)
    if not isinstance(text, Str) or not isinstance(call, Call):
        return None
    written = module.text(text)
    if not written.startswith('"') or len(call.args) > 1 or call.kwargs or call.block is not None:
        return None
    mark = "$" if call.name in _PG else "?"
    bound = _bound(module, text, mark)
    if bound is None:
        return None
    sql, values = bound
    listed = ", ".join(values)
    if call.name in _FRAGMENTS:
        return (Edit(module.path, text.start, text.end, f"{sql}, {listed}"),)
    if call.name == "find_by_sql" or call.name in ("count_by_sql", "joins", "update_all"):
        return (Edit(module.path, text.start, text.end, f"[{sql}, {listed}]"),)
    if call.name in _LISTS:
        made = f"ActiveRecord::Base.sanitize_sql_array([{sql}, {listed}])"
        return (Edit(module.path, text.start, text.end, made),)
    if call.name in _PG:
        name = getattr(call.func, "name_start", None)
        if name is None:
            return None
        return (
            Edit(module.path, name, name + len(call.name), f"{call.name}_params"),
            Edit(module.path, text.start, text.end, f"{sql}, [{listed}]"),
        )
    return None


def _bound(module: Module, text: Str, mark: str) -> tuple[str, list[str]] | None:
    """The text with placeholders, and the values in order, as source."""
    pieces = _source_pieces(module, text)
    sql = ""
    values: list[str] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        if isinstance(piece, str):
            sql += piece
            index += 1
            continue
        value = module.text(piece)
        after = pieces[index + 1] if index + 1 < len(pieces) else ""
        quote = sql.rfind("'")
        if sql.count("'") % 2:
            # The value stands in quotes, perhaps with wildcards or more values beside it: all of it is one value.
            head, inner = sql[:quote], sql[quote + 1 :]
            parts = [inner, piece]
            index += 1
            while index < len(pieces):
                following = pieces[index]
                index += 1
                if isinstance(following, str) and "'" in following:
                    tail, rest = following.split("'", 1)
                    parts.append(tail)
                    pieces[index - 1 : index] = [rest]
                    index -= 1
                    break
                parts.append(following)
            else:
                return None
            if not _VALUE.search(head):
                return None
            filled = [p for p in parts if p]
            value = (
                module.text(piece)
                if len(filled) == 1
                else '"' + "".join(p if isinstance(p, str) else "#{" + module.text(p) + "}" for p in filled) + '"'
            )
            sql = head
        else:
            if not _VALUE.search(sql) or (isinstance(after, str) and after[:1] in (".", "_")):
                return None
            index += 1
            value = _list_value(module, piece, value)
        values.append(value)
        sql += mark if mark == "?" else f"${len(values)}"
    return (f'"{sql}"', values) if values else None


def _list_value(module: Module, piece: AnyExpr, value: str) -> str:
    """`ids.join(",")` in an `IN (...)` is the list itself."""
    if isinstance(piece, Call) and piece.name == "join" and piece.receiver is not None:
        return module.text(piece.receiver)
    return value


def _source_pieces(module: Module, text: Str) -> list[str | AnyExpr]:
    """The literal pieces as they are written, escapes included, and the expressions between them."""
    out: list[str | AnyExpr] = []
    at = text.start + 1
    for part in text.parts:
        if isinstance(part, str):
            continue
        opened = module.source.rfind(b"#{", at, part.start)
        closed = module.source.find(b"}", part.end)
        if opened < 0 or closed < 0:
            return []
        out.append(module.source[at:opened].decode("utf-8", "replace"))
        out.append(part)
        at = closed + 1
    out.append(module.source[at : text.end - 1].decode("utf-8", "replace"))
    return out
