"""Fixtures: desks for editors. A test in a real window that fails is played again, twice at most, and its report says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.editors.desk import Desk

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real windows on a loaded machine lose a key now and then; of other tests, only `.ci/run` plays one again."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("editors"):
            item.add_marker(pytest.mark.flaky(reruns=2))


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
