"""`persona-lsp init`: the configuration of an editor, with the path of the command."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.cli.conftest import SERVER, Command

from persona_lsp.cli.editors import EDITORS, configuration

FOLDER = Path(__file__).parents[2] / "client-config"
INSTALLED = Path(sys.executable).with_name("persona-lsp")


@pytest.mark.parametrize("name", EDITORS)
def test_the_shipped_file_with_another_command_and_nothing_else(command: Command, name: str) -> None:
    editor = EDITORS[name]
    shipped = (FOLDER / name / editor.file).read_text(encoding="utf-8")
    assert shipped.count(editor.start) == 1
    done = command("init", name)
    assert done.returncode == 0
    assert done.stdout == shipped.replace(editor.start, editor.start.replace("persona-lsp", str(INSTALLED)))
    assert editor.place in done.stderr


def test_without_an_editor_all_are_listed(command: Command) -> None:
    done = command("init")
    assert [line.split()[0] for line in done.stdout.splitlines()] == sorted((*EDITORS, "vscode"))
    assert "zed" in next(line for line in done.stdout.splitlines() if "not tried" in line and "Zed" in line)


def test_vscode_is_told_how_to_install_its_extension_and_may_start_this_server(command: Command) -> None:
    done = command("init", "vscode")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"personaLsp.path": str(INSTALLED)}
    assert "make vscode" in done.stderr
    assert "code --install-extension client-config/vscode/dist/persona-lsp-*.vsix" in done.stderr
    assert "\nvscode:" in (FOLDER.parent / "Makefile").read_text(encoding="utf-8")
    manifest = json.loads((FOLDER / "vscode" / "package.json").read_text(encoding="utf-8"))
    properties = [one["properties"] for one in manifest["contributes"]["configuration"]]
    assert any("personaLsp.path" in one for one in properties)


def test_an_editor_that_is_not_known_is_an_error(command: Command) -> None:
    done = command("init", "helixx")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean `helix`?" in done.stderr
    assert "neovim" in command("init", "notepad").stderr


ODD = 'C:\\Program Files\\it\'s "x"\\persona-lsp.exe'


def test_odd_paths_are_written_as_each_format_wants() -> None:
    helix = tomllib.loads(configuration("helix", ODD).text)
    assert helix["language-server"]["persona-lsp"]["command"] == ODD
    kate = json.loads(configuration("kate", ODD).text)
    assert kate["servers"]["python"]["command"] == [ODD]
    assert "it''s" in configuration("vim", ODD).text
    jetbrains = json.loads(configuration("jetbrains", "/a b/persona-lsp").text)
    assert jetbrains["programArgs"]["default"] == '"/a b/persona-lsp"'


@pytest.mark.parametrize("name", EDITORS)
def test_every_editor_has_a_page_that_shows_its_files_as_they_are(name: str) -> None:
    page = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    assert f"persona-lsp init {name}" in page
    assert ("not tried here" in page) is not EDITORS[name].tried
    for heading in ("## Choose a persona", "## Turn AI on"):
        assert heading in page


@pytest.mark.skipif(os.name == "nt", reason="the pages speak to a shell")
@pytest.mark.parametrize("name", sorted(EDITORS.keys() - {"vscode"}))
def test_what_a_page_tells_to_type_works_in_an_empty_home(name: str, tmp_path: Path) -> None:
    """The configuration and the consent to AI; VS Code's page tells how its extension is made."""
    page = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    typed = "".join(block for block in blocks if "persona-lsp" in block)
    assert "persona-lsp ai allow" in typed
    assert "](../../docs/ai.md)" in page
    command = tmp_path / "bin" / "persona-lsp"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={SERVER} exec {sys.executable} -m persona_lsp "$@"\n')
    command.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    env = {"HOME": str(home), "PATH": f"{command.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-e", "-c", typed], env=env, capture_output=True, text=True, cwd=home, check=False)
    assert done.returncode == 0, done.stderr
    for place in re.findall(r">> ?~/(\S+)|> ~/(\S+)", typed):
        assert (home / "".join(place)).read_text(encoding="utf-8").strip()
    assert "is sent to it" in done.stdout
