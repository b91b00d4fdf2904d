"""Fixtures: servers with the engine of the tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from client import Client


@pytest.fixture
def client() -> Iterator[Client]:
    """A fresh server, not initialized."""
    with Client() as one:
        yield one


@pytest.fixture(scope="module")
def plain() -> Iterator[Client]:
    """A server for a client that can nothing; shared by the tests of a module."""
    with Client() as one:
        one.initialize()
        yield one
