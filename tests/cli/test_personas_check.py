"""`personas check`: what an editor shows in persona files, with an exit code."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Command

GOOD = "---\nname: guard\ndescription: Guards APIs\n---\n\nYou test.\n"
COLON = GOOD.replace("Guards APIs", "Guards: APIs")
BROKEN = "---\nname: guard\ndescription: Guards APIs\n---\n"


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def test_a_good_file_costs_nothing(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "guard.md", GOOD)
    done = command("personas", "check", "guard.md")
    assert (done.returncode, done.stdout) == (0, "1 persona file, 0 problems\n")


def test_problems_are_lines_and_an_exit_code(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "guard.md", COLON)
    done = command("personas", "check", "guard.md")
    assert done.returncode == 1
    first, *_ = done.stdout.splitlines()
    assert first.startswith("guard.md:3:14 warning `description` contains a colon")
    assert first.endswith("(unquoted-colon) [fixable]")


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        (BROKEN, "error", 1),
        (COLON, "error", 0),
        (COLON, "never", 0),
        (GOOD + "Ask the user.\n", "warning", 0),
        (GOOD + "Ask the user.\n", "hint", 1),
    ],
)
def test_the_severity_decides(command: Command, tmp_path: Path, text: str, fail_on: str, code: int) -> None:
    put(tmp_path, "guard.md", text)
    assert command("personas", "check", "guard.md", "--fail-on", fail_on).returncode == code


def test_the_list_of_personas_tells_each_problem_in_a_line_of_its_own(command: Command, tmp_path: Path) -> None:
    put(
        tmp_path,
        ".claude/agents/guard.md",
        "---\nname: guard\ncolor: #00ff00\ndescription: Guards: APIs\n---\n\nYou test.\n",
    )
    first, *problems = command("personas").stdout.splitlines()
    assert first.split() == ["guard", "workspace", str(tmp_path / ".claude/agents/guard.md")]
    assert [line.split()[:2] for line in problems[:2]] == [["3:8", "warning"], ["4:14", "warning"]]
    assert problems[2].startswith("* backend-developer")


def test_without_files_those_of_the_project(command: Command, tmp_path: Path) -> None:
    put(tmp_path, ".claude/agents/a.md", COLON)
    put(tmp_path, ".github/agents/b.agent.md", COLON)
    put(tmp_path, ".cursor/agents/c.md", COLON)
    put(tmp_path, ".cursor/rules/d.mdc", "---\ndescription: a: b\nglobs: *.py\n---\n\nYou test.\n")
    put(tmp_path, ".claude/agents/README.md", COLON)
    put(tmp_path, "README.md", COLON)
    done = command("personas", "check", "--format", "json")
    assert done.returncode == 1
    files = json.loads(done.stdout)["files"]
    assert {Path(one["path"]).name: [p["code"] for p in one["problems"]] for one in files} == {
        name: ["unquoted-colon"] for name in ("a.md", "b.agent.md", "c.md", "d.mdc")
    }
    problem = files[0]["problems"][0]
    assert (problem["severity"], problem["line"], problem["fix"]["new_text"]) == ("warning", 3, '"Guards: APIs"')


def test_a_folder_stands_for_the_personas_in_it(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "shop/.claude/agents/a.md", COLON)
    put(tmp_path, "shop/notes.md", COLON)
    assert "1 persona file, 1 problem" in command("personas", "check", "shop").stdout


def test_what_is_not_there_is_wrong_usage(command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("nobody.md", "empty"):
        done = command("personas", "check", name)
        assert done.returncode == 2
        assert name in done.stderr


def test_what_the_settings_ignore_is_left_out(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "persona-lsp.toml", 'ignore = ["unquoted-colon"]\n')
    put(tmp_path, "guard.md", COLON)
    done = command("personas", "check", "guard.md")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 persona file, 0 problems\n", "")


def test_hidden_characters_do_not_reach_the_terminal(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "guard.md", GOOD.replace("name: guard", "name: a\u202e/b"))
    out = command("personas", "check", "guard.md").stdout
    assert "U+202E" in out
    assert "\u202e" not in out


def test_hints_are_not_told_to_whoever_only_reviews(command: Command, tmp_path: Path) -> None:
    put(tmp_path, ".claude/agents/guard.md", GOOD + "Ask the user.\n")
    put(tmp_path, "a.py", "x = 1\n")
    assert "steers a chat" not in command("check", "--persona", "guard").stderr
    assert "steers a chat" not in command("personas").stdout
    assert "steers a chat" in command("personas", "check").stdout
