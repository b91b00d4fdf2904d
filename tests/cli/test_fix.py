"""Mending files: the edits of the façade reach the disk, and nothing of the user's is lost on the way.

The façade is replaced by one that finds the word `bad` and mends it, so that only the command's own work is tested.
"""

from pathlib import Path
from typing import Any

import pytest

from persona_lsp.cli import check, gather, project
from persona_lsp.cli.check import Request
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.findings.finding import Finding, Reported, Severity
from persona_lsp.workspace import disk

WORD = b"bad"


@pytest.fixture(autouse=True)
def a_simple_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def spots(self: Any, path: str) -> list[Where]:
        source, found, start = self.sources[path], [], -1
        while (start := source.find(WORD, start + 1)) >= 0:
            found.append(Where(path, start, start + len(WORD)))
        return found

    def findings(self: Any) -> tuple[Reported, ...]:
        return tuple(
            Reported("no-bad", Severity.ERROR, Finding(where, "Say `good`."), "", fixable=True)
            for path in sorted(self.sources)
            for where in spots(self, path)
        )

    def fix_all(self: Any, path: str, found: list[Reported]) -> Fix | None:
        # One at a time: the next round finds the next one.
        edits = tuple(Edit(path, where.start, where.end, "good") for where in spots(self, path)[:1])
        return Fix("Mend", edits) if edits else None

    def said(self: Any) -> check._Said:
        return check._Said(findings(self), tuple(self.sources))

    replaced = {"findings": findings, "fix_all": fix_all, "said": said}
    for name, function in replaced.items():
        monkeypatch.setattr(check._Review, name, function)
    monkeypatch.setattr(check, "facts_of", lambda path, source: None)
    monkeypatch.setattr(gather, "facts_of", lambda path, source: None)


def run(root: Path, **request: Any) -> check.Outcome:
    return check.check(project.project([str(root)]), Request(use_cache=False, quiet=True, **request))


def test_all_that_can_be_mended_is(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"bad = bad\n")
    (tmp_path / "b.py").write_bytes(b"x = 1\n")
    outcome = run(tmp_path, fix=True)
    assert (tmp_path / "a.py").read_bytes() == b"good = good\n"
    assert outcome.report.findings == ()
    assert outcome.report.fixed == 1


def test_line_ends_and_the_byte_order_mark_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfbad = 1\r\ny = '\xff'\r\n")
    run(tmp_path, fix=True)
    assert (tmp_path / "a.py").read_bytes() == b"\xef\xbb\xbfgood = 1\r\ny = '\xff'\r\n"


def test_diff_shows_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_bytes(b"bad = 1\n")
    outcome = run(tmp_path, diff=True, fix=True)
    assert outcome.patch == b"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-bad = 1\n+good = 1\n"
    assert (tmp_path / "a.py").read_bytes() == b"bad = 1\n"
    assert len(outcome.report.findings) == 1


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"bad = 1\n")
    replace = disk.replace

    def type_first(location: str, old: bytes, new: bytes) -> bool:
        file.write_bytes(b"bad = 1\nsomebody's work\n")
        return replace(location, old, new)

    monkeypatch.setattr(disk, "replace", type_first)
    outcome = run(tmp_path, fix=True)
    assert file.read_bytes() == b"bad = 1\nsomebody's work\n"
    assert [problem.message for problem in outcome.report.problems] == [
        "changed while it was reviewed and was left alone; run the command again"
    ]
    assert outcome.report.fixed == 0


def test_a_file_that_cannot_be_written_is_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_bytes(b"bad = 1\n")

    def refuse(location: str, old: bytes, new: bytes) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(disk, "replace", refuse)
    outcome = run(tmp_path, fix=True)
    assert [problem.message for problem in outcome.report.problems] == ["cannot be written: Permission denied"]
    assert len(outcome.report.findings) == 1
