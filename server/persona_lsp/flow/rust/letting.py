"""Middleware of Rust that hands on every request: none is refused for what it holds, only because the server failed."""

import re
from typing import Final

from persona_lsp.facts.body import Raise, Response
from persona_lsp.text.patterns import lazy

_ASKS: Final = lazy(rb"[\w)\]}]\s*\?(?!\w)")
_HANDS_ON: Final = lazy(rb"\.\s*(?:call|run|oneshot)\s*\([^;?]*\)\s*(?:\.\s*await\s*)?$")
_HELD: Final = lazy(rb"(?<![\w.])(\w+)\s*\.\s*await\s*$")
_FAILS: Final = lazy(rb"\bErr\s*\((?!\s*\w*\s*\)\s*(?:=>|=(?!=)))")
_SERVER: Final = 500


def hands_on_all(body: bytes, raises: tuple[Raise, ...], responses: tuple[Response, ...]) -> bool:
    """Whether middleware fails only for the server's own sake: no `?` but that on what it hands the request to.

    `raises` and `responses` are what is known of the same body.
    """
    if any((status or 0) < _SERVER for status in (*(r.status for r in raises), *(r.status for r in responses))):
        return False
    if len(_FAILS.findall(body)) > len(raises):
        return False
    return all(_is_handing(body[: asked.start() + 1], body) for asked in _ASKS.finditer(body))


def _is_handing(before: bytes, body: bytes) -> bool:
    """What stands before a `?` is the answer of what the request was handed to."""
    statement = before[max(before.rfind(b";"), before.rfind(b"{")) + 1 :]
    if _HANDS_ON.search(statement):
        return True
    held = _HELD.search(statement)
    return held is not None and re.search(
        rb"\blet\s+(?:mut\s+)?" + held[1] + rb"\s*=[^;]*\.\s*(?:call|run|oneshot)\s*\([^;]*\)\s*;", body
    ) is not None  # fmt: skip
