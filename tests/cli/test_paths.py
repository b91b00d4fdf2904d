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
