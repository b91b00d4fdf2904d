"""SQL text that is put together at run time, written anew with a placeholder for each value."""

import re
from collections.abc import Callable, Sequence

from persona_lsp.syntax.ir import AnyExpr
from persona_lsp.text.patterns import lazy

_BINDS = lazy(r"(?:=|<|>|\bLIKE|\bIN\s*\(|\(|,|\bLIMIT|\bOFFSET|\bBETWEEN|\bAND|\bVALUES\s*\()\s*'?%?$", re.IGNORECASE)
_NAMES = lazy(r"\bORDER\s+BY[^)]*$|\bFROM\s*\(?$", re.IGNORECASE)


def bound(
    pieces: Sequence[str | AnyExpr],
    source: Callable[[AnyExpr], str],
    mark: Callable[[int], str],
    joined: Callable[[str, str, str], str],
) -> tuple[str, list[str]] | None:
    """The text with `mark(number)` for each value, and the values in order; None if one of them cannot be bound.

    Quotes around a value go away; the percent signs of a LIKE go along with it: `joined("%", value, "%")`.
    """
    left = list(pieces)
    text, values = "", list[str]()
    for index, piece in enumerate(left):
        if isinstance(piece, str):
            text += piece
            continue
        if not can_be_bound(text):
            return None
        value = source(piece)
        following = left[index + 1] if index + 1 < len(left) else ""
        opened = re.search(r"'(%?)$", text)
        if opened is not None:
            closed = re.match(r"(%?)'", following) if isinstance(following, str) else None
            if closed is None or not isinstance(following, str):
                return None
            text = text[: opened.start()]
            left[index + 1] = following[closed.end() :]
            if opened[1] or closed[1]:
                value = joined(opened[1], value, closed[1])
        values.append(value)
        text += mark(len(values))
    return (text, values) if values else None


def can_be_bound(before: str) -> bool:
    """Whether a value may stand here: after a comparison, in a list of values, in LIMIT; never a name of a table."""
    return _BINDS.search(before) is not None and _NAMES.search(before) is None
