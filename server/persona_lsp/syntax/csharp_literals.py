"""C# literals: text in its five notations, with and without interpolation, characters, numbers and constants."""

import re
from collections.abc import Callable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.csharp_types import text_of
from persona_lsp.syntax.ir import AnyExpr, Const, Expr, Str
from persona_lsp.text.patterns import lazy

_ESCAPE: Final = lazy(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,4}|.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "a": "\a", "v": "\v", "e": "\x1b"}
_SUFFIX: Final = "uUlLfFdDmM"

Lower = Callable[[Syntax, bytes, int], AnyExpr]


def string_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """`"text"`, `@"text"`, `\"\"\"text\"\"\"`."""
    raw = text_of(n, s).removesuffix("u8").removesuffix("U8")
    if n.type == "raw_string_literal":
        text = _raw(raw.strip('"'))
    elif n.type == "verbatim_string_literal":
        text = raw[2:].removesuffix('"').replace('""', '"')
    else:
        text = _unescaped(raw[1:].removesuffix('"'))
    return Str(n.start_byte, n.end_byte, (text,) if text else ())


def character_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """One character, as text."""
    text = _unescaped(text_of(n, s)[1:-1])
    return Str(n.start_byte, n.end_byte, (text,) if text else ())


def interpolated(lower: Lower) -> Lower:
    """The lowering of `$"text {value:format}"`; `lower` is that of the expressions inside."""

    def _interpolated(n: Syntax, s: bytes, d: int) -> AnyExpr:
        opening = s[n.start_byte : n.start_byte + 3]
        verbatim = b"@" in opening
        raw = any(c.type == "interpolation_quote" for c in n.children)
        parts: list[str | AnyExpr] = []
        for child in n.children:
            if child.type == "interpolation":
                held = next(
                    (c for c in child.named_children if not c.type.startswith(("interpolation", "comment"))), None
                )
                parts.append(lower(held, s, d) if held is not None else Expr(child.start_byte, child.end_byte))
            elif child.type in {"string_content", "escape_sequence"}:
                text = text_of(child, s)
                if not raw:
                    text = text.replace("{{", "{").replace("}}", "}")
                    text = text.replace('""', '"') if verbatim else _unescaped(text)
                if parts and isinstance(parts[-1], str):
                    parts[-1] += text
                else:
                    parts.append(text)
        return Str(n.start_byte, n.end_byte, tuple(parts))

    return _interpolated


def integer_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """A whole number in any base."""
    text = text_of(n, s).replace("_", "").rstrip("uUlL")
    try:
        return Const(n.start_byte, n.end_byte, int(text, 0) if text[:2].lower() in {"0x", "0b"} else int(text))
    except ValueError:
        return Expr(n.start_byte, n.end_byte)


def real_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """A number with a fraction, exponent or suffix."""
    try:
        return Const(n.start_byte, n.end_byte, float(text_of(n, s).replace("_", "").rstrip(_SUFFIX)))
    except ValueError:
        return Expr(n.start_byte, n.end_byte)


def boolean_literal(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    """`true` and `false`."""
    return Const(n.start_byte, n.end_byte, text_of(n, s) == "true")


def null_literal(n: Syntax, _s: bytes, _d: int) -> AnyExpr:
    """`null`, and `default` without a type."""
    return Const(n.start_byte, n.end_byte, None)


def _raw(text: str) -> str:
    """The text between three quotation marks, without the indentation of the last line."""
    if "\n" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")[1:]
    indent = lines[-1] if lines and not lines[-1].strip() else ""
    return "\n".join(line.removeprefix(indent) for line in (lines[:-1] if lines and not lines[-1].strip() else lines))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "uUx" and len(code) > 1:
        value = int(code[1:], 16)
        return chr(value) if value < 0x110000 and not 0xD800 <= value < 0xE000 else "�"
    return _ESCAPED.get(code, code)
