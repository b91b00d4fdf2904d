"""The host in one process: buffers over the disk, settings by root, failures that cost no more than themselves."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "lsp"))

from fake_engine import FakeEngine

from persona_lsp.facts.code import FileFacts
from persona_lsp.host.filesystem import FileSystem
from persona_lsp.host.host import Host
from persona_lsp.host.ports import Stopped
from persona_lsp.workspace.snapshot import Snapshot


class Counting(FakeEngine):
    """Counts how often it is asked to link."""

    def __init__(self) -> None:
        self.links = 0
        self.fails = False

    def link(self, files: Mapping[str, FileFacts], previous: Snapshot | None) -> Snapshot:
        self.links += 1
        if self.fails:
            raise ValueError("no")
        return super().link(files, previous)


def host_of(*folders: Path, engine: Any = None, editor: Any = None) -> tuple[Host, list[str]]:
    log: list[str] = []
    host = Host(engine or FakeEngine(), FileSystem(), log.append)
    host.start(tuple(str(folder) for folder in folders), editor)
    return host, log


def test_a_buffer_hides_the_file_until_it_is_closed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("bad1 bad2\n")
    host, _ = host_of(tmp_path)
    host.refresh("a.py")
    assert len(host.findings("a.py")) == 2
    host.put("a.py", b"bad1\n")
    assert not host.refresh("a.py"), "the disk does not matter now"
    assert len(host.findings("a.py")) == 1
    host.close("a.py")
    assert len(host.findings("a.py")) == 2
    (tmp_path / "a.py").unlink()
    assert host.refresh("a.py")
    assert host.findings("a.py") == ()


def test_nothing_is_linked_again_when_no_fact_changed() -> None:
    engine = Counting()
    host, _ = host_of(engine=engine)
    host.put("a.py", b"bad1\n")
    host.findings("a.py")
    host.put("a.py", b"bad1\n# a comment\n")
    host.findings("a.py")
    assert engine.links == 1
    host.put("a.py", b"\nbad1\n")
    host.findings("a.py")
    assert engine.links == 2


def test_a_linker_that_fails_leaves_the_last_snapshot() -> None:
    engine = Counting()
    host, log = host_of(engine=engine)
    host.put("a.py", b"bad1\n")
    first = host.snapshot()
    engine.fails = True
    host.put("a.py", b"bad1 bad2\n")
    assert host.snapshot() is first
    host.put("a.py", b"bad1 bad2 bad3\n")
    host.snapshot()
    assert len(log) == 1


def test_stopping_is_no_failure() -> None:
    host, log = host_of()
    host.put("a.py", b"bad1\n")
    with pytest.raises(Stopped):
        host.findings("a.py", lambda: True)
    assert log == []


def test_each_root_has_its_own_settings(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    (one / "pyproject.toml").write_text("[tool.persona-lsp]\nignore = ['bad-word']\n")
    (other / "pyproject.toml").write_text("[tool.other]\n")
    host, _ = host_of(one, other, editor={"codeLens": True})
    for name in ("one/a.py", "other/a.py"):
        host.put(name, b"bad1\n")
    assert host.findings("one/a.py") == ()
    assert len(host.findings("other/a.py")) == 1
    assert all(chosen.settings.code_lens for chosen in host.all_chosen())
    assert [bool(chosen.file) for chosen in host.all_chosen()] == [True, False]


def test_the_editor_beats_the_file_and_exclude_is_kept(tmp_path: Path) -> None:
    (tmp_path / "persona-lsp.toml").write_text("exclude = ['legacy/**']\npersona = 'a'\n")
    host, _ = host_of(tmp_path, editor={"persona": "b"})
    assert host.chosen("x.py").persona == "b"
    host.put("legacy/a.py", b"bad1\n")
    assert host.findings("legacy/a.py") == ()


def test_broken_settings_are_told_and_the_defaults_hold(tmp_path: Path) -> None:
    (tmp_path / "persona-lsp.toml").write_bytes(b"persona = [\xff")
    host, _ = host_of(tmp_path)
    (problem,) = host.chosen("x.py").problems
    assert "not valid TOML" in problem.message
    host.put("a.py", b"bad1\n")
    assert len(host.findings("a.py")) == 1


def test_settings_that_are_a_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "persona-lsp.toml").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.persona-lsp]\nignore = ['bad-word']\n")
    host, _ = host_of(tmp_path)
    (problem,) = host.chosen("x.py").problems
    assert problem.message == "the settings file `persona-lsp.toml` is a folder; its settings are not used."
    # The next file counts.
    host.put("a.py", b"bad1\n")
    assert host.findings("a.py") == ()
