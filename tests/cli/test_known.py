"""What a baseline holds is neither shown nor mended; where it lies is told by the settings, from their own folder."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import LEAK, Command

ONLY = ("--select", "error-leaks-internals")


@pytest.fixture
def known(command: Command, tmp_path: Path) -> Path:
    """A project with a finding that is known, and one that came later."""
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "main.py").write_text(LEAK)
    assert command("check", "shop", *ONLY, "--write-baseline", "shop/known.json").returncode == 0
    (shop / "later.py").write_text(LEAK.replace("orders", "books"))
    return shop


def files(stdout: str) -> list[str]:
    return [row["file"] for row in json.loads(stdout)]


def test_what_is_known_is_not_mended(command: Command, known: Path) -> None:
    done = command("check", "shop", *ONLY, "--baseline", "shop/known.json", "--fix")
    assert done.returncode == 0, done.stderr
    assert (known / "main.py").read_text() == LEAK
    assert "str(error)" not in (known / "later.py").read_text()


def test_a_patch_leaves_it_out_too(command: Command, known: Path) -> None:
    patch = command("check", "shop", *ONLY, "--baseline", "shop/known.json", "--diff").stdout
    assert "later.py" in patch
    assert "main.py" not in patch


def test_the_settings_name_it_from_their_own_folder(command: Command, known: Path, tmp_path: Path) -> None:
    (known / "persona-lsp.toml").write_text('baseline = "known.json"\n')
    for cwd, path in ((tmp_path, "shop"), (known, "."), (known.parent, str(known))):
        done = command("check", path, *ONLY, "--format", "json", cwd=cwd)
        assert files(done.stdout) == ["later.py"], done.stderr


def test_a_comment_is_not_judged_from_a_part_of_the_project(command: Command, known: Path) -> None:
    """The rest may be what makes its rule speak."""
    (known / "main.py").write_text(f"# persona-lsp: ignore-file[mass-assignment] the gateway does it\n{LEAK}")
    rules = ("--select", "unused-suppression,mass-assignment", "--format", "json")
    assert files(command("check", "shop", *rules, "--fail-on", "hint").stdout) == ["main.py"]
    assert files(command("check", "shop/main.py", *rules, "--fail-on", "hint").stdout) == []
