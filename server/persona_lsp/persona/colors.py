"""The `color` of a persona, normalised to what editors and terminals can show."""

from __future__ import annotations

import re

from persona_lsp.persona.model import NEUTRAL
from persona_lsp.text.patterns import lazy

NAMES = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan")

_HEX = lazy(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})$")

# Names that persona files in the wild use -> the nearest of the eight.
_NEAREST = {
    "violet": "purple", "indigo": "purple", "lavender": "purple", "magenta": "pink", "fuchsia": "pink",
    "rose": "pink", "teal": "cyan", "turquoise": "cyan", "aqua": "cyan", "sky": "blue", "navy": "blue",
    "lime": "green", "emerald": "green", "olive": "green", "mint": "green", "amber": "orange",
    "coral": "orange", "brown": "orange", "gold": "yellow", "crimson": "red", "maroon": "red",
    "scarlet": "red", "darkblue": "blue", "darkgreen": "green", "darkred": "red", "lightblue": "blue",
}  # fmt: skip
_NO_COLOR = frozenset({"gray", "grey", "white", "black", "silver", "neutral", "none", "default", "auto"})


def normal_color(text: str) -> tuple[str, bool]:
    """The colour to show, and whether the text was one that is known."""
    value = text.strip().lower()
    if value in NAMES:
        return value, True
    if _HEX.match(value):
        digits = value[1:]
        return "#" + (digits if len(digits) == 6 else "".join(d * 2 for d in digits)), True
    compact = re.sub(r"[\s_-]", "", value)
    if compact in _NEAREST:
        return _NEAREST[compact], True
    return NEUTRAL, not value or compact in _NO_COLOR
