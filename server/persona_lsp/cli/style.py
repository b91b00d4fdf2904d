"""Colours, where somebody can see them: rich decides what the terminal takes, and is imported only then."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TextIO

Paint = Callable[[str, str], str]
"""Colours a text in a style as rich writes it (`bold red`)."""


def plain(text: str, style: str) -> str:
    """No colours."""
    del style
    return text


def paint_for(stream: TextIO, choice: str) -> Paint:
    """How to colour what goes to that stream. `choice`: auto, always, never; auto heeds NO_COLOR and FORCE_COLOR."""
    if choice == "never" or (choice == "auto" and not _wanted(stream)):
        return plain
    from rich.console import Console
    from rich.style import Style

    console = Console(file=stream, force_terminal=True)
    # A style is rendered by itself: laying out text is rich's slow part, and carets must not be wrapped.
    system = console._color_system if console.color_system else None  # noqa: SLF001  # the public name gives a word, Style.render takes the value
    styles: dict[str, Style] = {}

    def paint(text: str, style: str) -> str:
        parsed = styles.get(style) or styles.setdefault(style, Style.parse(style))
        return parsed.render(text, color_system=system)

    return paint


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def prepare_streams() -> None:
    """Make sure that no character of a report can end it: what the terminal cannot show is replaced.

    A stream that was closed (`2>&-`) takes what is said, and nobody hears it.
    """
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # lives as long as the command
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # lives as long as the command
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _wanted(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") not in (None, "", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"
