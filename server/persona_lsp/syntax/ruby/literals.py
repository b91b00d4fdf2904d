"""Literals of Ruby: strings with what they interpolate, heredocs, symbols, numbers, hashes, arrays."""

from collections.abc import Callable, Mapping
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax import ir
from persona_lsp.syntax.ruby.calls import arguments_of, entry_of
from persona_lsp.syntax.ruby.code import SKIPPED, Code, Value, expression, statements
from persona_lsp.text.patterns import lazy

_ESCAPES: Final = {"\\n": "\n", "\\t": "\t", "\\s": " ", "\\r": "\r", "\\0": "\0", "\\e": "\x1b"}


_HEREDOC: Final = lazy(rb"<<[~-]?(?:[A-Z_a-z]\w*|\"[^\"\n]+\"|'[^'\n]+'|`[^`\n]+`)")


def _string(code: Code, node: Tree) -> ir.AnyExpr:
    kind = node.type
    return ir.Str(
        node.start_byte,
        node.end_byte,
        _pieces(code, node),
        symbol=kind in ("delimited_symbol", "bare_symbol"),
        regex=kind == "regex",
    )


def _pieces(code: Code, node: Tree) -> tuple[str | ir.AnyExpr, ...]:
    parts: list[str | ir.AnyExpr] = []
    for child in node.children:
        kind = child.type
        if kind in ("string_content", "heredoc_content"):
            _add(parts, code.text(child).replace("\r\n", "\n"))
        elif kind == "escape_sequence":
            raw = code.text(child)
            _add(parts, _ESCAPES.get(raw, raw[1:]) if node.type != "regex" else raw)
        elif kind == "interpolation":
            inside = [c for c in child.children if c.is_named and c.type not in SKIPPED]
            if len(inside) == 1:
                parts.append(expression(code, inside[0]))
            elif inside:
                parts.append(ir.BlockExpr(child.start_byte, child.end_byte, statements(code, inside)))
        elif kind in ("string", "chained_string"):
            for piece in _pieces(code, child):
                if isinstance(piece, str):
                    _add(parts, piece)
                else:
                    parts.append(piece)
    return tuple(parts)


def _add(parts: list[str | ir.AnyExpr], text: str) -> None:
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    elif text:
        parts.append(text)


def _heredoc(code: Code, node: Tree) -> ir.AnyExpr:
    """The text of a heredoc stands after the line; the n-th beginning of a line owns the n-th text."""
    start, end = node.start_byte, node.end_byte
    source = code.source
    line_end = source.find(b"\n", end)
    if line_end < 0:
        return ir.Str(start, end, ())
    number = len(_HEREDOC.findall(source, source.rfind(b"\n", 0, start) + 1, start))
    at = line_end
    body = None
    for _ in range(number + 1):
        body = _heredoc_at(code, at)
        if body is None:
            return ir.Str(start, end, ())
        at = body.end_byte
    if body is None:
        return ir.Str(start, end, ())
    parts = list(_pieces(code, body))
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip("\r").removeprefix("\n")
    return ir.Str(start, end, tuple(parts))


def _heredoc_at(code: Code, offset: int) -> Tree | None:
    found = code.root.descendant_for_byte_range(offset, offset + 1)
    while found is not None and found.type != "heredoc_body":
        found = found.parent
    return found


def _words(code: Code, node: Tree) -> ir.AnyExpr:
    symbol = node.type == "symbol_array"
    items = tuple(
        ir.Str(c.start_byte, c.end_byte, _pieces(code, c), symbol=symbol)
        for c in node.children
        if c.type in ("bare_string", "bare_symbol")
    )
    return ir.Items(node.start_byte, node.end_byte, items)


def _symbol(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    return ir.Str(start, end, (code.source[start + 1 : end].decode("utf-8", "replace"),), symbol=True)


def _character(code: Code, node: Tree) -> ir.AnyExpr:
    return ir.Str(node.start_byte, node.end_byte, (code.text(node)[1:],))


def _shell(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    text = ir.Str(start, end, _pieces(code, node))
    return ir.Call(start, end, ir.Name(start, start + 1, "`"), (text,), args_start=start, args_end=end)


def _number(code: Code, node: Tree) -> ir.AnyExpr:
    text = code.text(node).replace("_", "")
    value: int | float | None
    try:
        value = int(text, 0) if node.type == "integer" and not _OCTAL.match(text) else _other_number(text)
    except ValueError:
        return ir.Expr(node.start_byte, node.end_byte)
    return ir.Const(node.start_byte, node.end_byte, value)


_OCTAL: Final = lazy(r"0[0-7]+$|0d")


def _other_number(text: str) -> int | float:
    if text.startswith("0d"):
        return int(text[2:])
    return int(text, 8) if _OCTAL.match(text) else float(text)


def _constant(value: bool | None) -> Callable[[Code, Tree], ir.AnyExpr]:
    return lambda _, node: ir.Const(node.start_byte, node.end_byte, value)


def _hash(code: Code, node: Tree) -> ir.AnyExpr:
    entries: list[ir.Entry] = []
    for child in node.children:
        if child.type == "pair":
            entries.append(entry_of(code, child))
        elif child.type == "hash_splat_argument":
            inner = next((c for c in child.children if c.is_named), None)
            if inner is not None:
                entries.append(ir.Entry(child.start_byte, child.end_byte, "", None, expression(code, inner)))
    return ir.Object(node.start_byte, node.end_byte, tuple(entries))


def _array(code: Code, node: Tree) -> ir.AnyExpr:
    # The elements of an array are spelled like arguments: `[1, *rest, key: value]`.
    args, kwargs, _ = arguments_of(code, node)
    if kwargs:
        entries = tuple(ir.Entry(k.start, k.end, k.name, None, k.value) for k in kwargs)
        args = (*args, ir.Object(kwargs[0].start, kwargs[-1].end, entries))
    return ir.Items(node.start_byte, node.end_byte, args)


VALUES: Final[Mapping[str, Value]] = {
    "string": _string,
    "chained_string": _string,
    "bare_string": _string,
    "bare_symbol": _string,
    "delimited_symbol": _string,
    "regex": _string,
    "heredoc_beginning": _heredoc,
    "string_array": _words,
    "symbol_array": _words,
    "simple_symbol": _symbol,
    "hash_key_symbol": _character,
    "character": _character,
    "subshell": _shell,
    "integer": _number,
    "float": _number,
    "nil": _constant(None),
    "true": _constant(True),
    "false": _constant(False),
    "hash": _hash,
    "array": _array,
    "right_assignment_list": _array,
}
