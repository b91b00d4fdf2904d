"""How reports name files: relative to where the command runs; in JSON, relative to the folder that was given."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Command

ONLY = ("--select", "duplicate-route")


def _sarif(text: str) -> str:
    (result,) = json.loads(text)["runs"][0]["results"]
    found: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].removeprefix("file://")
    return found


def _search(pattern: str) -> Callable[[str], str]:
    def named(text: str) -> str:
        found = re.search(pattern, text, re.MULTILINE)
        assert found is not None, text
        return found[1]

    return named


NAMED: dict[str, Callable[[str], str]] = {
    "text": _search(r"^(.*):11:6 error"),
    "sarif": _sarif,
    "github": _search(r"::error file=([^,]*),"),
    "junit": _search(r'<testsuite name="([^"]*main\.py)"'),
}


@pytest.mark.parametrize("form", NAMED)
@pytest.mark.parametrize(
    ("arguments", "inside", "named"),
    [
        (("shop",), "", "shop/main.py"),
        (("shop/main.py",), "", "shop/main.py"),
        (("shop/main.py", "other"), "", "shop/main.py"),
        ((), "shop", "main.py"),
        (("../shop",), "other", "{tmp}/shop/main.py"),
    ],
    ids=["folder", "file", "several", "here", "elsewhere"],
)
def test_people_and_build_servers_are_told_from_where_the_command_runs(
    command: Command, shop: Path, tmp_path: Path, form: str, arguments: tuple[str, ...], inside: str, named: str
) -> None:
    (tmp_path / "other").mkdir()
    done = command("check", *arguments, *ONLY, "--format", form, cwd=tmp_path / inside)
    assert NAMED[form](done.stdout) == named.format(tmp=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "inside", "named"),
    [
        (("shop",), "", "main.py"),
        (("../shop",), "other", "main.py"),
        ((), "shop", "main.py"),
        (("shop/main.py",), "", "shop/main.py"),
        (("shop", "other"), "", "shop/main.py"),
    ],
)
def test_json_is_told_from_the_folder_that_was_given(
    command: Command, shop: Path, tmp_path: Path, arguments: tuple[str, ...], inside: str, named: str
) -> None:
    (tmp_path / "other").mkdir()
    done = command("check", *arguments, *ONLY, "--format", "json", cwd=tmp_path / inside)
    assert [row["file"] for row in json.loads(done.stdout)] == [named]


@pytest.mark.parametrize("form", ["text", "sarif", "github", "junit"])
def test_problems_are_named_like_findings(command: Command, shop: Path, form: str) -> None:
    (shop / "utf16.py").write_bytes(b"\xff\xfea\0")
    done = command("check", "shop", *ONLY, "--format", form)
    assert "shop/utf16.py" in (done.stderr if form == "text" else done.stdout)


def test_the_table_of_endpoints_is_told_from_where_the_command_runs(
    command: Command, shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    assert "  shop/main.py:6" in command("endpoints", "shop").stdout
    assert f"  {shop}/main.py:6" in command("endpoints", "../shop", cwd=tmp_path / "other").stdout
    (shop / "utf16.py").write_bytes(b"\xff\xfea\0")
    done = command("endpoints", "shop", "--format", "json")
    assert done.stderr == "persona-lsp: shop/utf16.py: is UTF-16; save it as UTF-8\n"
    assert {row["file"] for row in json.loads(done.stdout)} == {"main.py"}


def test_sources_alone_are_suites_of_junit(command: Command, shop: Path) -> None:
    (shop / "pyproject.toml").write_text('[project]\nname = "shop"\ndependencies = ["fastapi"]\n')
    (shop / "package.json").write_text('{"name": "shop"}')
    out = command("check", "shop", *ONLY, "--format", "junit").stdout
    assert re.findall(r'<testsuite name="([^"]*)"', out) == ["shop/main.py"]


class TestASettingsFileAbove:
    """What a settings file says of paths is told from its own folder, whatever part of it is reviewed."""

    @pytest.fixture(autouse=True)
    def repository(self, shop: Path, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        (shop / "old").mkdir()
        (shop / "old" / "main.py").write_text((shop / "main.py").read_text())

    def found(self, command: Command, settings: str, tmp_path: Path, *arguments: str, inside: str = "") -> list[str]:
        (tmp_path / "persona-lsp.toml").write_text(settings)
        done = command("check", *arguments, *ONLY, "--format", "json", cwd=tmp_path / inside)
        return [f"{row['file']} {row['severity']}" for row in json.loads(done.stdout)]

    @pytest.mark.parametrize(("arguments", "inside"), [(("shop",), ""), ((), "shop"), (("../shop",), "shop")])
    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ("", ["main.py error", "old/main.py error"]),
            ('exclude = ["shop/old/**"]', ["main.py error"]),
            ('exclude = ["old/**"]', ["main.py error", "old/main.py error"]),
            ('include = ["shop/old/*"]', ["old/main.py error"]),
            (
                '[[overrides]]\npaths = ["shop/old/**"]\nseverity = { duplicate-route = "hint" }',
                ["main.py error", "old/main.py hint"],
            ),
        ],
    )
    def test_globs(
        self,
        command: Command,
        tmp_path: Path,
        settings: str,
        expected: list[str],
        arguments: tuple[str, ...],
        inside: str,
    ) -> None:
        assert self.found(command, settings, tmp_path, *arguments, inside=inside) == expected

    def test_a_baseline_of_the_whole_knows_the_findings_of_a_part(self, command: Command, tmp_path: Path) -> None:
        (tmp_path / "persona-lsp.toml").write_text("")
        command("check", ".", *ONLY, "--write-baseline", "known.json")
        baseline = 'baseline = "known.json"'
        assert self.found(command, "", tmp_path, "shop") != []
        assert self.found(command, baseline, tmp_path, "shop") == []
        assert self.found(command, baseline, tmp_path, inside="shop/old") == []

    def test_a_persona_by_its_path(self, command: Command, tmp_path: Path) -> None:
        (tmp_path / "personas").mkdir()
        persona = "---\nname: own\ndescription: Reviews.\n---\n\nYou design clear API contracts.\n"
        (tmp_path / "personas" / "own.md").write_text(persona)
        (tmp_path / "persona-lsp.toml").write_text('persona = "personas/own.md"\n')
        done = command("check", ".", "--format", "json", cwd=tmp_path / "shop" / "old")
        assert (done.stderr, [row["persona"] for row in json.loads(done.stdout)]) == ("", ["own"])
        assert command("personas", "check", cwd=tmp_path / "shop").stdout == "1 persona file, 0 problems\n"
