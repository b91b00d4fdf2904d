"""Facts of many files: from processes, from the cache, and whatever becomes of one file, not without the others."""

import io
import os
import signal
import sys
from pathlib import Path

import pytest

from persona_lsp.cli import gather as gathering
from persona_lsp.cli import progress
from persona_lsp.cli.gather import Gathered, gather
from persona_lsp.cli.progress import Progress
from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace import disk


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONA_LSP_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for number in range(20):
        (tmp_path / f"m{number:02}.py").write_text(f"N = {number}\n")
    return tmp_path


def read(root: Path, jobs: int = 1) -> Gathered:
    found = disk.walk(str(root), [str(root)]).files
    sources, _ = gathering.read(found, 5_000_000)
    return gather(str(root), sources, jobs=jobs, complete=True, quiet=True)


def fake_facts(path: str, source: bytes) -> FileFacts | None:
    if b"break" in source:
        raise RecursionError("too deep")
    if b"die" in source:
        os.kill(os.getpid(), signal.SIGKILL)
    return FileFacts(path, "python", package=source.decode())


class TestProblems:
    def test_a_file_that_breaks_the_extraction_does_not_cost_the_others(
        self, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gathering, "facts_of", fake_facts)
        (files / "m05.py").write_text("break")
        found = read(files)
        assert len(found.facts) == 19
        (problem,) = found.problems
        assert problem.file == "m05.py"
        assert problem.message == "could not be analysed (RecursionError: too deep); please report it"
        assert problem.internal

    @pytest.mark.skipif(sys.platform != "linux", reason="only a forked process has the replaced function")
    def test_a_process_that_is_killed_does_not_cost_the_run(self, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gathering, "facts_of", fake_facts)
        monkeypatch.setattr(gathering, "_WORTH_PROCESSES", 0)
        monkeypatch.setattr(gathering, "_CHUNK", 1)
        (files / "m05.py").write_text("die")
        found = read(files, jobs=2)
        assert "m05.py" in {problem.file for problem in found.problems}
        assert all("was killed" in problem.message for problem in found.problems)
        assert len(found.facts) + len(found.problems) == 20


class TestCache:
    def test_facts_are_made_once(self, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[str] = []

        def count(path: str, source: bytes) -> FileFacts | None:
            made.append(path)
            return fake_facts(path, source)

        monkeypatch.setattr(gathering, "facts_of", count)
        first = read(files)
        (files / "m03.py").write_text("N = 33\n")
        (files / "m04.py").unlink()
        made.clear()
        second = read(files)
        assert made == ["m03.py"]
        assert list(second.facts) == [path for path in first.facts if path != "m04.py"]
        assert second.facts["m03.py"].package == "N = 33\n"
        assert second.facts["m05.py"] == first.facts["m05.py"]

    def test_processes_make_the_same_facts_in_the_same_order(
        self, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alone = read(files)
        monkeypatch.setattr(gathering, "_WORTH_PROCESSES", 0)
        monkeypatch.setattr(gathering, "WORTH_CACHE", 10_000)
        together = read(files, jobs=2)
        assert together.facts == alone.facts
        assert list(together.facts) == list(alone.facts)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestProgress:
    def run(self, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, quiet: bool = False) -> str:
        now = [0.0]
        monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
        bar = Progress("Reading", 100, stream, quiet=quiet)
        for _ in range(4):
            now[0] += 0.2
            bar.advance(25)
        bar.close()
        return stream.getvalue()

    def test_a_terminal_sees_how_far_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = self.run(Terminal(), monkeypatch)
        assert "Reading [###############...............]  50%" in shown
        assert shown.endswith("\r\x1b[K")

    def test_nobody_else_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.run(io.StringIO(), monkeypatch) == ""
        assert self.run(Terminal(), monkeypatch, quiet=True) == ""
