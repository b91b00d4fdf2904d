"""The page of a rule: its docstring, cut at the headings that every rule has."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

HEADINGS: Final = (
    "Why it matters",
    "Flagged",
    "Fixed",
    "Fine",
    "Not yet flagged",
    "When to ignore it",
)
"""Every heading that a page may have, in the order in which it has them."""

REQUIRED: Final = ("Why it matters", "Flagged", "Fine", "When to ignore it")
_HEADING: Final = "## "


class Page(Struct, frozen=True):
    """`summary` is the first line; `sections` maps a heading to the Markdown below it, in the order of the page."""

    summary: str
    sections: Mapping[str, str]


def page(docstring: str) -> Page:
    """Cut a docstring into its page; one that begins with a heading has no summary. Headings inside of fences are text; nothing is checked here."""
    lines = docstring.strip("\n").splitlines()
    if docstring.startswith(_HEADING):
        lines.insert(0, "")
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    fenced = False
    for line in lines[1:]:
        if line.startswith("```"):
            fenced = not fenced
        if line.startswith(_HEADING) and not fenced:
            current = sections.setdefault(line.removeprefix(_HEADING).strip(), [])
        else:
            current.append(line)
    summary = lines[0].strip() if lines else ""
    return Page(summary, {heading: "\n".join(text).strip("\n") for heading, text in sections.items()})
