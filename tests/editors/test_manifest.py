"""The manifest of the extension for VS Code is what a marketplace and an editor ask for."""

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest

EXTENSION = Path(__file__).parents[2] / "client-config" / "vscode"


@pytest.fixture
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    return read


def size(picture: Path) -> tuple[int, int]:
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), picture
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_it_has_what_a_marketplace_shows(manifest: dict[str, Any]) -> None:
    assert size(EXTENSION / manifest["icon"]) >= (128, 128)
    assert re.fullmatch("#[0-9a-f]{6}", manifest["galleryBanner"]["color"])
    assert manifest["license"] == "MIT"
    assert set(manifest["categories"]) <= {"Linters", "Programming Languages", "Other"}
    assert len(manifest["keywords"]) <= 30, "the marketplace takes no more"
    assert f"## {manifest['version']}" in (EXTENSION / "CHANGELOG.md").read_text(encoding="utf-8")


def test_pictures_of_the_page_and_the_walkthrough_are_there(manifest: dict[str, Any]) -> None:
    page = (EXTENSION / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", page)
    (walkthrough,) = manifest["contributes"]["walkthroughs"]
    steps = [step["media"] for step in walkthrough["steps"]]
    assert all(media["altText"] for media in steps)
    for picture in [*shown, *(media["image"] for media in steps)]:
        assert min(size(EXTENSION / picture)) > 100, picture


def test_every_command_that_something_leads_to_is_contributed(manifest: dict[str, Any]) -> None:
    contributes = manifest["contributes"]
    known = {one["command"] for one in contributes["commands"]}
    named = {item["command"] for menu in contributes["menus"].values() for item in menu}
    named |= set(re.findall(r"command:(personaLsp\.\w+)", json.dumps(contributes)))
    sources = "".join(one.read_text(encoding="utf-8") for one in (EXTENSION / "src").glob("*.ts"))
    named |= set(re.findall(r"'(personaLsp\.\w+)', ?\[", sources))
    assert named <= known
    registered = {f"personaLsp.{name}" for name in re.findall(r"\bcommand\('(\w+)'", sources)}
    assert registered == known


def test_no_workspace_says_which_program_runs_or_who_is_asked(manifest: dict[str, Any]) -> None:
    sections = {one["title"]: one["properties"] for one in manifest["contributes"]["configuration"]}
    assert {one["scope"] for one in sections["AI"].values()} == {"application"}
    assert not any("key" in name.lower() or "token" in name.lower().replace("tokensper", "") for name in sections["AI"])
    restricted = manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert set(restricted) == {"personaLsp.path", "personaLsp.interpreter"}


def test_it_sends_nothing_home(manifest: dict[str, Any]) -> None:
    names = {*manifest["dependencies"], *manifest["devDependencies"]}
    assert not any("telemetry" in name or "insights" in name for name in names)
