"""What people and scripts get wrong: options that say nothing, odd names of files, settings that cannot be read."""

import errno
import json
import os
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import LEAK, ONLY, SERVER, SHOP, Command

NAME = "a\nb\x1b[31m.py"
"""Printed as it is, this name begins a line of its own, and colours what follows."""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shop", "--select", ""), "--select names no rule or family; leave it out"),
        (("shop", "--select", " , "), "--select names no rule or family; leave it out"),
        (("shop", "--persona", ""), "--persona is given and empty"),
        (("shop", "--config", ""), "--config is given and empty"),
        (("shop", "--baseline", ""), "--baseline is given and empty"),
        (("shop", "--write-baseline", ""), "--write-baseline is given and empty"),
        (("shop", "--output", ""), "--output is given and empty"),
        (("",), "a path is empty"),
        (("shop", "--statistics", "--format", "json"), "--statistics is text; leave out --format json"),
    ],
)
def test_what_says_nothing_or_is_not_done_is_2(
    command: Command, shop: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = command("check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_nothing_to_ignore_is_no_slip(command: Command, shop: Path) -> None:
    assert command("check", "shop", *ONLY, "--ignore", "").returncode == 1


def test_a_patch_of_nothing_says_so(command: Command, shop: Path) -> None:
    done = command("check", "shop", *ONLY, "--diff")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "persona-lsp: no finding has a fix that is safe without a look: --fix would change nothing\n"
    )
    assert command("check", "shop", *ONLY, "--diff", "--quiet").stderr == ""


def test_endpoints_of_a_file_that_cannot_be_read_are_2(command: Command, shop: Path) -> None:
    (shop / "main.py").write_bytes(b"\xff\xfea\0")
    assert command("endpoints", "shop/main.py").returncode == 2
    assert command("endpoints", "shop").returncode == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("name", ["check", "endpoints"])
def test_what_is_neither_a_file_nor_a_folder_is_2(command: Command, tmp_path: Path, name: str) -> None:
    """As a shell's `<(...)` is: what passes for reviewed would pass for fine."""
    os.mkfifo(tmp_path / "pipe")
    done = command(name, "pipe")
    assert done.returncode == 2
    assert "pipe: is neither a file nor a folder" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="folders that are in use stay, and streams are closed differently")
class TestTheMachine:
    """What is wrong where the command runs is told as that, and not as a fault of the command."""

    def typed(self, shop: Path, line: str) -> subprocess.CompletedProcess[str]:
        """A line of a shell in which `persona-lsp` is the command."""
        env = {**os.environ, "PYTHONPATH": str(SERVER), "HOME": str(shop), "PERSONA_LSP_CACHE_DIR": str(shop / "cache")}
        line = line.replace("persona-lsp", f"{sys.executable} -m persona_lsp")
        return subprocess.run(
            ["sh", "-c", line], cwd=shop, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    def test_a_folder_that_is_gone(self, shop: Path) -> None:
        for command in ("check .", "endpoints", "personas"):
            done = self.typed(shop, f"mkdir -p gone; cd gone; rmdir ../gone; persona-lsp {command}")
            assert done.returncode == 2
            assert done.stderr == "persona-lsp: the current folder does not exist any more; go to one that does\n"

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no disk that is always full")
    def test_a_disk_that_is_full(self, shop: Path) -> None:
        done = self.typed(shop, "persona-lsp explain > /dev/full")
        assert done.returncode == 2
        assert done.stderr == f"persona-lsp: the output cannot be written: {os.strerror(errno.ENOSPC)}\n"

    def test_streams_that_are_closed(self, shop: Path) -> None:
        whole = self.typed(shop, "persona-lsp check main.py --select duplicate-route")
        assert whole.returncode == 1
        deaf = self.typed(shop, "persona-lsp check main.py --select duplicate-route 2>&-")
        assert (deaf.returncode, deaf.stdout) == (1, whole.stdout)
        dumb = self.typed(shop, "persona-lsp check main.py --select duplicate-route >&-")
        assert (dumb.returncode, dumb.stderr) == (1, "")


class TestServing:
    @pytest.mark.parametrize("way", ["--tcp", "--ws"])
    def test_a_port_that_is_taken_is_told(self, command: Command, way: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = command("serve", way, f"127.0.0.1:{port}")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"persona-lsp: cannot listen on 127.0.0.1:{port}: {os.strerror(errno.EADDRINUSE)}\n"

    @pytest.mark.parametrize("way", ["--tcp", "--ws"])
    def test_an_empty_address_is_none(self, command: Command, way: str) -> None:
        done = command("serve", way, "")
        assert (done.returncode, done.stdout) == (2, "")
        assert "`` is no HOST:PORT" in done.stderr


class TestAi:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("eval", "--models", "opsu", "--dry-run"), "`opsu` is no model of Claude's; name an id, or one of haiku"),
            (("eval", "--models", "haiku,opsu", "--dry-run"), "`opsu` is no model of Claude's"),
            (("review", ".", "--model", "opsu", "--dry-run"), "`opsu` is no model of Claude's"),
            (("eval", "--models", ""), "--models is given and empty"),
            (("eval", "--cases", ""), "--cases is given and empty"),
            (("review", ".", "--persona", ""), "--persona is given and empty"),
        ],
    )
    def test_nobody_else_is_asked_than_was_named(
        self, command: Command, shop: Path, arguments: tuple[str, ...], said: str
    ) -> None:
        done = command(*arguments, cwd=shop)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr

    def test_its_state_is_said_once(self, command: Command) -> None:
        first = command("ai", "status").stdout.splitlines()[0]
        assert first == "AI is off: `persona-lsp ai allow` lets code of this machine be sent to Claude."


class TestPersonas:
    def test_one_that_commits_to_nothing_that_is_kept_is_told(self, command: Command, shop: Path) -> None:
        (shop / "own.md").write_text("---\nname: own\ndescription: Reviews.\n---\n\nYou take backups. You are kind.\n")
        done = command("check", "shop", "--persona", "shop/own.md")
        assert (done.returncode, done.stdout) == (0, "no findings in 1 file\n")
        assert (
            "no sentence of the persona `shop/own.md` names anything that a rule keeps, so no rule is on" in done.stderr
        )
        assert "`persona-lsp personas show shop/own.md`" in done.stderr
        # Who chooses rules needs no sentence.
        assert command("check", "shop", "--persona", "shop/own.md", *ONLY).stderr == ""
        (shop / "own.md").write_text("---\nname: own\ndescription: Reviews.\n---\n\nYou design clear API contracts.\n")
        assert command("check", "shop", "--persona", "shop/own.md").stderr == ""

    def test_one_that_cannot_be_used_tells_why_and_nothing_else(self, command: Command, shop: Path) -> None:
        (shop / "own.md").write_text("---\nname: own\n")
        done = command("check", "shop", "--persona", "./shop/own.md")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"persona-lsp: the persona `{shop / 'own.md'}` cannot be used: The front matter")
        assert "there is no text" in done.stderr
        assert "description" not in done.stderr


class TestNames:
    """Names of files that a terminal, or whoever reads line by line, would take for something else."""

    @pytest.fixture(autouse=True)
    def odd(self, shop: Path) -> None:
        (shop / "main.py").rename(shop / NAME)

    @pytest.mark.parametrize("form", ["text", "github"])
    def test_reports_keep_them_in_their_line(self, command: Command, shop: Path, form: str) -> None:
        out = command("check", "shop", *ONLY, "--format", form).stdout
        assert "\x1b" not in out
        assert [line for line in out.splitlines() if line.startswith("b")] == []
        assert "a␊b␛[31m.py" in out or "a%0Ab␛[31m.py" in out

    def test_so_do_tables_and_messages(self, command: Command, shop: Path) -> None:
        table = command("endpoints", "shop").stdout
        assert "a␊b␛[31m.py:6" in table
        (shop / NAME).write_bytes(b"\xff\xfea\0")
        said = command("check", "shop").stderr
        assert said.splitlines() == [f"persona-lsp: {Path('shop')}/a␊b␛[31m.py: is UTF-16; save it as UTF-8"]
        assert command("check", "no\nwhere").stderr == "persona-lsp: there is no file or folder `no␊where`\n"

    def test_patches_quote_them_as_git_does(self, command: Command, shop: Path) -> None:
        (shop / NAME).write_text(LEAK)
        patch = command("check", ".", "--select", "error-leaks-internals", "--diff", cwd=shop).stdout
        assert patch.startswith('--- "a/a\\012b\\033[31m.py"\n+++ "b/a\\012b\\033[31m.py"\n@@ ')

    def test_so_do_lists_of_personas(self, command: Command, tmp_path: Path) -> None:
        agents = tmp_path / ".claude" / "agents"
        agents.mkdir(parents=True)
        (agents / "a\nb.md").write_text("---\nname: own\ndescription: Guards: APIs\n---\n\nYou test.\n")
        assert "a␊b.md" in command("personas").stdout
        assert command("personas", "check").stdout.startswith(".claude/agents/a␊b.md:3:14 warning")


class TestSettingsThatCannotBeRead:
    def test_a_folder_of_that_name_is_told(self, command: Command, shop: Path) -> None:
        (shop / "persona-lsp.toml").mkdir()
        done = command("check", "shop", *ONLY)
        assert done.returncode == 1
        assert "persona-lsp.toml` is a folder; its settings are not used" in done.stderr

    def test_a_link_to_nothing_is_told(self, command: Command, shop: Path) -> None:
        (shop / "persona-lsp.toml").symlink_to("nowhere")
        assert "cannot be read: No such file" in command("check", "shop", *ONLY).stderr

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_one_that_may_not_be_read_is_told(self, command: Command, shop: Path) -> None:
        (shop / "persona-lsp.toml").write_text("")
        (shop / "persona-lsp.toml").chmod(0)
        assert "cannot be read: Permission denied" in command("check", "shop", *ONLY).stderr

    def test_a_file_above_still_counts(self, command: Command, shop: Path, tmp_path: Path) -> None:
        (shop / "persona-lsp.toml").mkdir()
        (tmp_path / "persona-lsp.toml").write_text('severity = { duplicate-route = "hint" }\n')
        done = command("check", "shop", *ONLY, "--format", "json")
        assert [row["severity"] for row in json.loads(done.stdout)] == ["hint"]


class TestWhatIsNotReviewed:
    def test_a_folder_without_sources_is_told(self, command: Command, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        done = command("check", "empty")
        assert (done.returncode, done.stdout) == (0, "no findings in 0 files\n")
        assert done.stderr == "persona-lsp: there is nothing to review: no file here is in a language that is read\n"

    @pytest.mark.parametrize("setting", ['exclude = ["**"]', 'include = ["../**"]', "[languages]\npython = false"])
    def test_settings_that_leave_everything_out_are_told(
        self, command: Command, write: Callable[[str, str], Path], setting: str
    ) -> None:
        write("shop/main.py", LEAK)
        write("shop/persona-lsp.toml", setting + "\n")
        name = setting.partition(" ")[0].strip("[]").partition("]")[0]
        assert f"that is read, or `{name}` in the settings leave it out" in command("check", "shop").stderr

    def test_files_that_are_named_and_hardly_looked_at_are_told(
        self, command: Command, write: Callable[[str, str], Path]
    ) -> None:
        tests, made, real = "shop/tests/test_main.py", "shop/main_pb2.py", "shop/quiet.py"
        for path in (tests, made, real):
            write(path, "PAGE = 20\n")
        where = "where most rules do not look"
        for paths, said in (
            ((tests,), f"no findings in 1 file (a test, {where})\n"),
            ((made,), f"no findings in 1 file (generated, {where})\n"),
            ((tests, made, real), f"no findings in 3 files (2 of them generated or tests, {where})\n"),
            ((real,), "no findings in 1 file\n"),
            (("shop/tests",), "no findings in 1 file\n"),
        ):
            assert command("check", *paths).stdout == said

    def test_markdown_that_is_asked_for_is_told(self, command: Command, tmp_path: Path) -> None:
        (tmp_path / "README.md").write_text("# Shop\n")
        done = command("check", "README.md")
        assert (done.returncode, done.stdout) == (0, "no findings in 0 files\n")
        assert "README.md: is Markdown, which is not reviewed as code" in done.stderr

    def test_so_is_any_other_language(self, command: Command, shop: Path) -> None:
        (shop / "logo.png").write_bytes(b"\x89PNG\0")
        done = command("check", "shop/logo.png", "shop/main.py", *ONLY)
        assert done.returncode == 1
        assert done.stderr == "persona-lsp: shop/logo.png: is in no language that is reviewed\n"

    def test_in_a_folder_it_is_no_matter(self, command: Command, shop: Path) -> None:
        (shop / "README.md").write_text("# Shop\n")
        assert command("check", "shop", *ONLY).stderr == ""

    def test_junit_calls_it_skipped(self, command: Command, shop: Path) -> None:
        (shop / "README.md").write_text("# Shop\n")
        root = ET.fromstring(command("check", "shop/main.py", "shop/README.md", *ONLY, "--format", "junit").stdout)
        assert (root.attrib["errors"], root.attrib["skipped"], root.attrib["tests"]) == ("0", "1", "2")
        assert root.find("testsuite[@name='shop/README.md']/testcase/skipped") is not None


def test_files_with_carriage_returns_alone_are_read(command: Command, shop: Path) -> None:
    (shop / "main.py").write_bytes(SHOP.replace("\n", "\r").encode())
    (found,) = json.loads(command("check", "shop", *ONLY, "--format", "json").stdout)
    assert (found["line"], found["column"]) == (11, 6)


def test_a_fix_keeps_carriage_returns(command: Command, shop: Path) -> None:
    (shop / "main.py").write_bytes(LEAK.replace("\n", "\r").encode())
    done = command("check", "shop", "--select", "error-leaks-internals", "--fix")
    mended = (shop / "main.py").read_bytes()
    assert done.returncode == 0, done.stderr
    assert b"\n" not in mended
    assert mended.count(b"\r") >= LEAK.count("\n")


class TestLinks:
    """A fix writes what was asked for, and never what is merely linked from there."""

    @pytest.fixture
    def outside(self, tmp_path: Path, write: Callable[[str, str], Path]) -> Path:
        return write("elsewhere/leak.py", LEAK)

    def fixed(self, command: Command, *arguments: str, cwd: Path) -> str:
        return command("check", *arguments, "--select", "error-leaks-internals", "--fix", cwd=cwd).stderr

    @pytest.mark.parametrize("arguments", [("shop",), ("shop/main.py", "shop/sub")])
    def test_a_link_out_of_the_folder(
        self, command: Command, shop: Path, outside: Path, tmp_path: Path, arguments: tuple[str, ...]
    ) -> None:
        (shop / "sub").mkdir()
        (shop / "sub" / "leak.py").symlink_to(outside)
        said = self.fixed(command, *arguments, cwd=tmp_path)
        assert outside.read_text() == LEAK
        assert "leak.py: is a link out of what was asked for and was left alone" in said

    def test_a_link_to_a_folder(self, command: Command, shop: Path, outside: Path, tmp_path: Path) -> None:
        (shop / "far").symlink_to(outside.parent)
        self.fixed(command, "shop", cwd=tmp_path)
        assert outside.read_text() == LEAK

    def test_a_patch_shows_none_of_it(self, command: Command, shop: Path, outside: Path) -> None:
        (shop / "leak.py").symlink_to(outside)
        assert command("check", "shop", "--select", "error-leaks-internals", "--diff").stdout == ""

    def test_a_link_that_was_named_itself_is_followed(
        self, command: Command, shop: Path, outside: Path, tmp_path: Path
    ) -> None:
        (shop / "leak.py").symlink_to(outside)
        assert self.fixed(command, "shop/leak.py", cwd=tmp_path) == ""
        assert outside.read_text() != LEAK
