"""Values of string and number literals."""

import re
from typing import Final

from persona_lsp.text.patterns import lazy

_ESCAPE: Final = lazy(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)", re.DOTALL)
_SIMPLE: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}


def unescape(text: str) -> str:
    """The text that a literal's inside stands for."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def number(text: str) -> int | float | None:
    """The value of a number literal, None if it cannot be read."""
    text = text.replace("_", "").rstrip("n")
    try:
        if text[:2].lower() in {"0x", "0o", "0b"}:
            return int(text, 0)
        return int(text) if text.isdigit() and len(text) < 400 else float(text)
    except ValueError:
        return None


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "ux" and len(code) > 1:
        point = int(code[1:].strip("{}"), 16)
        return chr(point) if point < 0xD800 or 0xDFFF < point < 0x110000 else "�"
    return _SIMPLE.get(code, code)
