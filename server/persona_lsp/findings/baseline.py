"""A baseline: the findings that are known, so that only new ones are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from persona_lsp.findings.finding import Reported
from persona_lsp.text.lines import LineTable

VERSION = 1


class Known(Struct, frozen=True, kw_only=True):
    """A known finding. Only the fingerprint counts; the rest is for people who read the file."""

    fingerprint: str
    rule: str = ""
    file: str = ""
    message: str = ""


class Baseline(Struct, frozen=True, kw_only=True):
    """The file."""

    version: int = VERSION
    findings: tuple[Known, ...] = ()


def read(data: bytes) -> Baseline:
    """The baseline in a file. Raises ValueError, with the reason, where it is none."""
    try:
        baseline = msgspec.json.decode(data, type=Baseline)
    except msgspec.MsgspecError as error:
        raise ValueError(f"is no baseline ({error}); write a new one with --write-baseline") from error
    if baseline.version > VERSION:
        raise ValueError(f"was written by a newer version of persona-lsp (format {baseline.version})")
    return baseline


def write(findings: Sequence[Reported], lines: Callable[[str], LineTable]) -> bytes:
    """The baseline of these findings, sorted, one line each, so that it merges well."""
    known = [
        Known(fingerprint=fingerprint(one, lines), rule=one.rule, file=one.where.path, message=one.message)
        for one in findings
    ]
    known.sort(key=lambda one: (one.file, one.rule, one.fingerprint))
    rows = ",\n".join("    " + _line(one) for one in known)
    body = f"[\n{rows}\n  ]" if rows else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'.encode()


def unknown(
    findings: Sequence[Reported], baseline: Baseline, lines: Callable[[str], LineTable]
) -> tuple[Reported, ...]:
    """The findings that the baseline does not hold; one that it holds twice may stand there twice."""
    left = Counter(one.fingerprint for one in baseline.findings)
    new = []
    for finding in findings:
        mark = fingerprint(finding, lines)
        if left[mark]:
            left[mark] -= 1
        else:
            new.append(finding)
    return tuple(new)


def fingerprint(finding: Reported, lines: Callable[[str], LineTable]) -> str:
    """What stays the same while the code around the finding moves."""
    if finding.fingerprint:
        return finding.fingerprint
    from hashlib import blake2b

    table = lines(finding.where.path)
    line = table.line(table.line_col(finding.where.start)[0]).strip()
    parts = (finding.rule.encode(), finding.where.path.encode(), line)
    return blake2b(b"\0".join(parts), digest_size=12).hexdigest()


def _line(known: Known) -> str:
    fields: dict[str, Any] = msgspec.structs.asdict(known)
    return msgspec.json.encode(fields).decode()
