"""A progress bar on standard error, for a person at a terminal only."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from persona_lsp.cli.style import is_terminal


class Progress:
    """Shows how much of a piece of work is done. Silent unless `stream` is a terminal and the work takes a while."""

    def __init__(self, title: str, total: int, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        """`total` in any unit, the one that `advance` counts."""
        self._stream = stream or sys.stderr
        self._title = title
        self._total = max(1, total)
        self._done = 0
        # A bar that flashes by is noise: nothing is shown in the first moments.
        self._next = time.monotonic() + 0.3
        self._on = not quiet and is_terminal(self._stream)
        self._shown = False

    def advance(self, amount: int) -> None:
        """Some more is done."""
        self._done += amount
        if not self._on or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 0.05
        share = min(1.0, self._done / self._total)
        filled = int(share * 30)
        self._stream.write(f"\r{self._title} [{'#' * filled}{'.' * (30 - filled)}] {share:4.0%}")
        self._stream.flush()
        self._shown = True

    def close(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False
