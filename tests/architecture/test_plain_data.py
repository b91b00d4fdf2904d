"""Invariant 10: everything that crosses `review` is frozen plain data. Invariant 13: tests reach loopback only."""

import importlib
import inspect
import pkgutil
import socket
from types import ModuleType

import msgspec
import pytest
from pytest_socket import SocketConnectBlockedError

import persona_lsp.findings
from persona_lsp import review
from persona_lsp.review import views

PLAIN = (str, bytes, int, float, bool, type(None))


def structs(module: ModuleType) -> list[type[msgspec.Struct]]:
    """The records that a module defines."""
    found = vars(module).values()
    return [
        one
        for one in found
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and one.__module__ == module.__name__
    ]


FINDINGS = [
    importlib.import_module(f"persona_lsp.findings.{info.name}")
    for info in pkgutil.iter_modules(persona_lsp.findings.__path__)
]
CROSSING = [record for module in (views, *FINDINGS) for record in structs(module)]


@pytest.mark.parametrize("record", CROSSING, ids=lambda record: record.__qualname__)
def test_records_are_frozen(record: type[msgspec.Struct]) -> None:
    assert record.__struct_config__.frozen
    for field in msgspec.structs.fields(record):
        named = str(field.type)
        assert not any(word in named for word in ("list[", "dict[", "set[", "Callable")), f"{field.name}: {named}"


@pytest.mark.parametrize("name", sorted(set(review.__all__) - {"Profile", "Stopped", "profile"}))
def test_what_the_facade_gives_is_told_by_its_type(name: str) -> None:
    """No function gives a node, a module or a snapshot."""
    given = str(inspect.signature(getattr(review, name)).return_annotation)
    assert given
    assert not any(word in given for word in ("syntax", "Snapshot", "Node", "Extraction", "list[")), given


def test_tests_reach_nothing_but_loopback() -> None:
    with (
        socket.socket() as sender,
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        sender.connect(("192.0.2.1", 80))
