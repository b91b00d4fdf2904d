"""How good a review of a labelled case is: what was found of what is there, and what was said that is not."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from persona_lsp.ai.cases import Case, Label
from persona_lsp.ai.wire import AiFinding

_NEAR = 1
"""Lines beside a label's own that still count: a reviewer may quote the condition, or what it guards."""


class Verdict(Struct, frozen=True):
    """One case. `found` and `missed` are why-sentences of labels, `trapped` and `others` messages that count as wrong."""

    case: str
    found: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    trapped: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    right: int = 0
    """Findings that are about something that had to be found."""


class Totals(Struct, frozen=True):
    """Cases added up."""

    cases: int
    found: int
    labels: int
    right: int
    trapped: int
    others: int

    @property
    def precision(self) -> float | None:
        """Of what was said, the share that had to be found; None where nothing was said."""
        said = self.right + self.trapped + self.others
        return self.right / said if said else None

    @property
    def recall(self) -> float | None:
        """Of what had to be found, the share that was; None where nothing had to be."""
        return self.found / self.labels if self.labels else None


def judge(case: Case, findings: Sequence[AiFinding], start: int) -> Verdict:
    """The verdict on findings whose bytes count from byte `start` of the case's code."""
    seen: set[int] = set()
    right, trapped, others = 0, list[str](), list[str]()
    for one in findings:
        hits = [number for number, label in enumerate(case.find) if _is_about(case, label, one, start)]
        seen.update(hits)
        if hits:
            right += 1
        elif any(_is_about(case, label, one, start) for label in case.never):
            trapped.append(one.message)
        elif not any(_is_about(case, label, one, start) for label in case.may):
            others.append(one.message)
    return Verdict(
        case.name,
        tuple(label.why for number, label in enumerate(case.find) if number in seen),
        tuple(label.why for number, label in enumerate(case.find) if number not in seen),
        tuple(trapped),
        tuple(others),
        right,
    )


def total(verdicts: Sequence[Verdict]) -> Totals:
    """All of them in figures."""
    return Totals(
        cases=len(verdicts),
        found=sum(len(one.found) for one in verdicts),
        labels=sum(len(one.found) + len(one.missed) for one in verdicts),
        right=sum(one.right for one in verdicts),
        trapped=sum(len(one.trapped) for one in verdicts),
        others=sum(len(one.others) for one in verdicts),
    )


def _is_about(case: Case, label: Label, finding: AiFinding, start: int) -> bool:
    source = case.code.encode()
    first, last = _lines(source, source.index(label.at.encode()), len(label.at.encode()))
    begin, end = _lines(source, start + finding.start, finding.end - finding.start)
    if end < first - _NEAR or last + _NEAR < begin:
        return False
    said = f"{finding.message} {finding.why}".lower()
    return not label.about or any(word.lower() in said for word in label.about)


def _lines(source: bytes, start: int, length: int) -> tuple[int, int]:
    first = source.count(b"\n", 0, start)
    return first, first + source.count(b"\n", start, start + max(length - 1, 0))
