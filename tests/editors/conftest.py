"""Fixtures: editors, installed when they are not there, and desks for them."""

import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.editors.desk import HERE, Desk


@cache
def installed(script: str, *arguments: str) -> str:
    """What a script of `install/` prints last, after it has installed what it is for. Raises `AssertionError`."""
    done = subprocess.run(
        [HERE / "install" / script, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = done.stderr.strip()[-2000:]
        raise AssertionError(f"{script} {' '.join(arguments)} could not install what this test needs:\n{said}")
    return (done.stdout.splitlines() or [""])[-1]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with the server of this repository."""
    one = Desk(tmp_path)
    yield one
    one.clear()


@pytest.fixture
def broken_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose server ends at once."""
    one = Desk(tmp_path, broken=True)
    yield one
    one.clear()


Install = Callable[..., str]


@pytest.fixture(scope="session")
def install() -> Install:
    """Installs with a script of `install/`, and returns what it prints."""
    return installed
