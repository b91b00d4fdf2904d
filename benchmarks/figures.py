"""A figure, what the peers say, what was promised; and the table of them."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Promise:
    """What a figure should be: at most, or at least, so much of something."""

    limit: float
    of: str = ""
    """"" for the figure itself; the name of a peer for the ratio to it, or `-` and its name for the difference."""
    least: bool = False

    def kept(self, ours: float, peers: Mapping[str, float]) -> bool | None:
        """Whether; None when the peer was not measured."""
        name = self.of.removeprefix("-")
        if name and name not in peers:
            return None
        value = ours if not name else ours - peers[name] if self.of.startswith("-") else ours / peers[name]
        return value >= self.limit if self.least else value <= self.limit

    def said(self, unit: str) -> str:
        """In words."""
        sign = "≥" if self.least else "≤"
        if self.of.startswith("-"):
            return f"{sign} {self.limit:g} {unit} more than {self.of[1:]}"
        return f"{sign} {self.limit:g}x {self.of}" if self.of else f"{sign} {self.limit:g} {unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured, in the same run, of ours and of the peers."""

    metric: str
    unit: str
    ours: float
    peers: Mapping[str, float] = field(default_factory=dict)
    promise: Promise | None = None

    @property
    def kept(self) -> bool | None:
        """Whether the promise was; None when there is none."""
        return self.promise.kept(self.ours, self.peers) if self.promise else None


def percentile(values: Sequence[float], share: float = 0.95) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Iterable[float]) -> float:
    """The one in the middle."""
    return statistics.median(values)


def as_json(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """With the ratios and whether the promise was kept."""
    return [
        {**asdict(f), "ratios": {name: f.ours / value for name, value in f.peers.items() if value}, "kept": f.kept}
        for f in figures
    ]


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print the table: a row per peer."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (
        ("what", "left"), ("persona-lsp", "right"), ("beside", "left"), ("", "right"), ("ratio", "right"),
        ("promised", "left"), ("", "left"),
    ):  # fmt: skip
        table.add_column(name, justify=justify)  # type: ignore[arg-type]  # one of the words that it takes
    for figure in figures:
        promised = figure.promise.said(figure.unit) if figure.promise else ""
        verdict = {True: "[green]kept[/]", False: "[red]missed[/]", None: ""}[figure.kept]
        first = [figure.metric, f"{_short(figure.ours)} {figure.unit}"]
        peers = list(figure.peers.items()) or [("", 0.0)]
        for number, (name, value) in enumerate(peers):
            theirs = (
                [name, f"{_short(value)} {figure.unit}", f"{_short(figure.ours / value)}x"] if value else [name, "", ""]
            )
            last = [promised, verdict] if number == 0 else ["", ""]
            table.add_row(*(first if number == 0 else ["", ""]), *theirs, *last)
    console.print(table)


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
