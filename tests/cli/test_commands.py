"""The other commands: explain, personas, serve, and the command line itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import SERVER, Command

from persona_lsp import __version__
from persona_lsp.cli.serve import address


def test_the_version(command: Command) -> None:
    assert command("--version").stdout == f"persona-lsp {__version__}\n"


def test_help_lists_the_commands(command: Command) -> None:
    out = command("--help").stdout
    assert all(name in out for name in ("check", "endpoints", "explain", "personas", "serve"))


def test_an_unknown_command_is_2(command: Command) -> None:
    done = command("frob")
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'frob'" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_person_who_starts_the_server_in_a_terminal_is_told(tmp_path: Path) -> None:
    import pty

    terminal, other_end = pty.openpty()
    server = subprocess.Popen(
        [sys.executable, "-m", "persona_lsp"],
        stdin=other_end, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SERVER)},
    )  # fmt: skip
    assert server.stderr is not None
    try:
        assert "waits for an editor on standard input; `persona-lsp check` reviews a folder" in server.stderr.readline()
    finally:
        server.kill()
        server.wait()
        server.stderr.close()
        os.close(terminal)
        os.close(other_end)


class TestExplain:
    def test_a_family_names_its_rules(self, command: Command) -> None:
        done = command("explain", "status-codes")
        assert (done.returncode, done.stdout) == (2, "")
        assert "`status-codes` is a family of rules; explain one of auth-status-confusion, " in done.stderr
        assert "did you mean `duplicate-route`?" in command("explain", "DUPLICATE_ROUT").stderr

    def test_alone_it_lists_every_rule(self, command: Command) -> None:
        listed = json.loads(command("explain", "--format", "json").stdout)
        assert {"id", "severity", "topic", "fixable"} <= listed[0].keys()
        ids = [rule["id"] for rule in listed]
        assert "duplicate-route" in ids
        assert len(ids) == len(set(ids))
        out = command("explain").stdout
        assert all(rule in out for rule in ids)

    def test_a_rule_has_its_page(self, command: Command) -> None:
        out = command("explain", "duplicate-route").stdout
        assert out.startswith("# duplicate-route\n")
        assert "## Why it matters" in out
        page = json.loads(command("explain", "duplicate-route", "--format", "json").stdout)
        assert page["id"] == "duplicate-route"
        assert "Why it matters" in page["sections"]

    def test_a_page_in_colours(self, command: Command) -> None:
        out = command("explain", "duplicate-route", "--color", "always", env={"TERM": "xterm-256color"}).stdout
        assert "\x1b[" in out

    def test_a_rule_that_does_not_exist_is_2_with_a_suggestion(self, command: Command) -> None:
        done = command("explain", "duplicate-rout")
        assert (done.returncode, done.stdout) == (2, "")
        assert "did you mean `duplicate-route`?" in done.stderr


class TestPersonas:
    def test_the_list_names_the_bundled_one_as_at_work(self, command: Command) -> None:
        assert command("personas").stdout.startswith("* backend-developer  bundled")
        (found,) = json.loads(command("personas", "--format", "json").stdout)
        assert (found["name"], found["origin"], found["active"]) == ("backend-developer", "bundled", True)

    def test_a_persona_of_the_workspace_stands_before_the_bundled_one(self, command: Command, tmp_path: Path) -> None:
        agents = tmp_path / ".claude/agents"
        agents.mkdir(parents=True)
        (agents / "mine.md").write_text("---\nname: backend-developer\ndescription: Mine\n---\nYou write tests.\n")
        (agents / "broken.md").write_text("")
        found = json.loads(command("personas", "--format", "json").stdout)
        by_origin = {(one["origin"], one["active"]) for one in found if one["name"] == "backend-developer"}
        assert by_origin == {("workspace", True), ("bundled", False)}
        assert any(not one["usable"] for one in found)

    def test_show_prints_what_keeps_each_sentence(self, command: Command) -> None:
        done = command("personas", "show", "backend-developer", "--format", "json")
        assert done.returncode == 0, done.stderr
        rows = json.loads(done.stdout)["rows"]
        commitments = [row for row in rows if row["kind"] == "commitment"]
        assert any("duplicate-route" in row["rules"] for row in commitments)
        assert all(row["rules"] or row["features"] or row["why"] for row in commitments)
        out = command("personas", "show", "backend-developer").stdout
        assert "duplicate-route" in out
        assert "commitments kept" in out

    def test_show_takes_a_file(self, command: Command, tmp_path: Path) -> None:
        (tmp_path / "mine.md").write_text("---\nname: mine\ndescription: d\n---\nYou bake bread.\n")
        assert command("personas", "show", "mine.md").stdout.startswith("mine  ")

    def test_a_persona_that_does_not_exist_is_2(self, command: Command) -> None:
        assert command("personas", "show", "nobody").returncode == 2


class TestServe:
    def test_two_transports_are_one_too_many(self, command: Command) -> None:
        assert command("serve", "--stdio", "--tcp", "127.0.0.1:0").returncode == 2

    def test_an_address_must_be_one(self, command: Command) -> None:
        done = command("serve", "--tcp", "nowhere")
        assert done.returncode == 2
        assert "`nowhere` is no HOST:PORT" in done.stderr

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("127.0.0.1:80", ("127.0.0.1", 80)),
            ("[::1]:80", ("::1", 80)),
            (":80", ("127.0.0.1", 80)),
            ("80", ("127.0.0.1", 80)),
        ],
    )
    def test_addresses(self, text: str, expected: tuple[str, int]) -> None:
        assert address(text) == expected

    @pytest.mark.parametrize("arguments", [(), ("serve",), ("serve", "--stdio")])
    def test_it_ends_when_its_input_ends(self, command: Command, arguments: tuple[str, ...]) -> None:
        assert command(*arguments).returncode in (0, 1)
