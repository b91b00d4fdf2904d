"""Where a quotation stands: verbatim, nearest to the line that goes with it, or nowhere."""

from __future__ import annotations

_LEAST = 3
"""Characters beside white space that a quotation needs to mean a place."""


def anchor(quote: str, line: int, text: str, first_line: int = 1) -> tuple[int, int] | None:
    """The place of a quotation in a text, in characters; None where the text does not hold it.

    `line` is the one that the model names, `first_line` the number of the text's first one. Only the indentation and
    the white space at the ends of lines may differ.
    """
    quote = quote.replace("\r\n", "\n").strip()
    if len("".join(quote.split())) < _LEAST:
        return None
    wanted = line - first_line
    places = _exact(quote, text) or _by_lines(quote, text)
    if not places:
        return None
    return min(places, key=lambda place: abs(text.count("\n", 0, place[0]) - wanted))


def _exact(quote: str, text: str) -> list[tuple[int, int]]:
    places: list[tuple[int, int]] = []
    start = text.find(quote)
    while start >= 0 and len(places) < 1000:
        places.append((start, start + len(quote)))
        start = text.find(quote, start + 1)
    return places


def _by_lines(quote: str, text: str) -> list[tuple[int, int]]:
    """Places where the same lines follow each other, whatever their indentation."""
    wanted = [line.strip() for line in quote.split("\n")]
    lines: list[tuple[int, int, str]] = []
    offset = 0
    for line in text.split("\n"):
        stripped = line.strip()
        start = offset + (line.find(stripped) if stripped else 0)
        lines.append((start, start + len(stripped), stripped))
        offset += len(line) + 1
    if len(wanted) < 2:
        return []
    return [
        (lines[at][0], lines[at + len(wanted) - 1][1])
        for at in range(len(lines) - len(wanted) + 1)
        if [one for _, _, one in lines[at : at + len(wanted)]] == wanted
    ]
