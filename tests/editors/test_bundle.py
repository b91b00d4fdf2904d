"""What is packaged for VS Code on each platform: the server, and a wheel of every library, or a word that there is none."""

import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from pip._vendor.packaging.requirements import Requirement

sys.path.insert(0, str(Path(__file__).parents[2] / "client-config" / "vscode" / "scripts"))

import bundle
from targets import PYTHONS, TARGETS, this_target

WITHOUT = {("alpine-arm64", "3.11"), ("alpine-arm64", "3.14"), ("win32-arm64", "3.11")}
"""Where a library has no wheel: there, the extension starts the server of an environment, or its wheel with uvx."""


def test_the_targets_are_those_of_vs_code_that_run_programs() -> None:
    vscode = {"win32-x64", "win32-arm64", "linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "alpine-x64"}
    assert set(TARGETS) == vscode | {"alpine-arm64", "universal"}
    assert this_target() in TARGETS


def test_nothing_that_the_server_needs_is_left_out() -> None:
    needed = bundle.requirements()
    assert sorted(needed) == sorted(str(one) for one in _needs("persona-lsp"))
    assert any(one.startswith("anthropic") for one in needed)


def wheel(folder: Path, name: str, *needs: str) -> None:
    lines = [f"Name: {name}", "Version: 1", *(f"Requires-Dist: {one}" for one in needs)]
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}-1.dist-info/METADATA", "\n".join(lines))


def test_what_only_another_platform_or_a_newer_python_needs_is_seen(tmp_path: Path) -> None:
    wheel(
        tmp_path,
        "words",
        "colours>=2; platform_system == 'Windows'",
        "bridge; sys_platform == 'darwin' and platform_machine == 'arm64'",
        "gone<3; python_version >= '3.14'",
        "old; python_version < '3.11'",
        "more; extra == 'more'",
        "There",
    )
    wheel(tmp_path, "there")
    assert bundle.missing(TARGETS["linux-x64"], tmp_path) == ["gone<3"]
    assert bundle.missing(TARGETS["win32-x64"], tmp_path) == ["colours>=2", "gone<3"]
    assert bundle.missing(TARGETS["darwin-arm64"], tmp_path) == ["bridge", "gone<3"]
    assert bundle.missing(TARGETS["darwin-x64"], tmp_path) == ["gone<3"]


@pytest.mark.editors
@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if target.platforms])
def test_every_library_has_its_wheels(name: str) -> None:
    wanted = [f"{one}=={distribution(one).version}" for one in _compiled("persona-lsp")]
    for python in (PYTHONS[0], PYTHONS[-1]):
        asked = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet",
             "--target=/nowhere", *bundle.arguments(TARGETS[name], python), *wanted],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        lacking = bundle.NO_WHEEL.search(asked.stderr)
        if asked.returncode and lacking is None:
            pytest.skip(f"NOT TESTED, because no index of wheels answers: {asked.stderr[-300:]}")
        assert bool(asked.returncode) == ((name, python) in WITHOUT), (python, asked.stderr[-1000:])


def _needs(name: str) -> list[Requirement]:
    found = [Requirement(one) for one in distribution(name).requires or ()]
    return [one for one in found if one.marker is None or one.marker.evaluate({"extra": ""})]


def _compiled(name: str) -> set[str]:
    """The libraries that a package needs, and those that they need, as far as they are compiled."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for one in _needs(waiting.pop()):
            if one.name not in seen:
                seen.add(one.name)
                waiting.append(one.name)
    return {one for one in seen if "Root-Is-Purelib: false" in (distribution(one).read_text("WHEEL") or "")}
