"""Java literals: text with its escapes, text blocks, characters, numbers and constants."""

import re
from collections.abc import Callable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import AnyExpr, Const, Expr, Str
from persona_lsp.syntax.java_types import text_of
from persona_lsp.text.patterns import lazy

_ESCAPE: Final = lazy(r"\\(u+[0-9a-fA-F]{4}|[0-3]?[0-7]{1,2}|\r?\n|.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "\n": "", "\r\n": ""}


def string_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """Text between quotes or in a block."""
    start, end = n.start_byte, n.end_byte
    raw = s[start:end]
    if raw.startswith(b'"""'):
        text = _text_block(raw[3:-3] if raw.endswith(b'"""') and len(raw) >= 6 else raw[3:])
    else:
        text = raw[1:-1].decode("utf-8", "replace") if len(raw) > 1 and raw.endswith(b'"') else _decode(raw[1:])
        if "\\" in text:
            text = _ESCAPE.sub(_unescape, text)
    return Str(start, end, (text,) if text else ())


def _text_block(raw: bytes) -> str:
    _, _, text = _decode(raw).replace("\r\n", "\n").partition("\n")
    lines = text.split("\n")
    measured = [line for line in lines[:-1] if line.strip()] + lines[-1:]
    indent = min((len(line) - len(line.lstrip()) for line in measured), default=0)
    joined = "\n".join(line[indent:].rstrip() for line in lines)
    return _ESCAPE.sub(_unescape, joined) if "\\" in joined else joined


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code in _ESCAPED:
        return _ESCAPED[code]
    if code[0] == "u" and len(code) > 4:
        value = int(code.lstrip("u"), 16)
        return chr(value) if not 0xD800 <= value < 0xE000 else "�"
    return chr(int(code, 8)) if code[0] in "01234567" else code


def character_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """One character, as text."""
    text = text_of(n, s)[1:-1]
    return Str(n.start_byte, n.end_byte, (_ESCAPE.sub(_unescape, text),) if text else ())


def integer_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """A whole number in any base."""
    text = text_of(n, s).replace("_", "").rstrip("lL")
    try:
        octal = len(text) > 1 and text[0] == "0" and text.isdigit()
        return Const(n.start_byte, n.end_byte, int(text, 8) if octal else int(text, 0))
    except ValueError:
        return Expr(n.start_byte, n.end_byte)


def floating_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """A number with a fraction or exponent."""
    text = text_of(n, s).replace("_", "")
    try:
        value = float.fromhex(text.rstrip("fFdD")) if text[:2] in {"0x", "0X"} else float(text.rstrip("fFdD"))
        return Const(n.start_byte, n.end_byte, value)
    except (ValueError, OverflowError):
        return Expr(n.start_byte, n.end_byte)


def constant_literal(value: bool | None) -> "Callable[[Syntax, bytes, int], AnyExpr]":
    """The lowering of a literal that always means `value`."""
    return lambda n, _s, _d: Const(n.start_byte, n.end_byte, value)
