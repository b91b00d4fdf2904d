"""Edits inside of functions that answer by name: facts and links are those of the file that is read anew."""

import random
import textwrap

import pytest
from tests.receivers.shelf import SHELF

from persona_lsp.extract import Extraction, extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Endpoint

TYPED = (b"x", b" ", b"\n", b"1", b"total()", b"'text'")
EDITS = 12


def _seen(endpoint: Endpoint) -> object:
    return (
        endpoint.id,
        endpoint.label,
        endpoint.route,
        endpoint.handler,
        endpoint.guards,
        endpoint.auth,
        endpoint.callees,
    )


@pytest.mark.parametrize("name", SHELF)
def test_an_edit_inside_a_function(name: str) -> None:
    rng = random.Random(name)
    current: dict[str, Extraction] = {}
    for path, text in SHELF[name][0].items():
        read = extract(path, textwrap.dedent(text).encode())
        assert read is not None
        current[path] = read
    facts: dict[str, FileFacts] = {path: one.facts for path, one in current.items()}
    snapshot = link(facts)
    for _ in range(EDITS):
        path = rng.choice([p for p, one in current.items() if one.facts.functions] or [""])
        if not path:
            return
        function = rng.choice(current[path].facts.functions)
        start, end = function.start + function.body_start, function.start + function.body_end
        at = rng.randint(start, max(start, end - 1))
        source = current[path].source
        edited = extract(path, source[:at] + rng.choice(TYPED) + source[at:], current[path])
        assert edited is not None
        if edited.whole is not None:
            continue  # half-typed: the last whole facts are kept
        fresh = extract(path, edited.source)
        assert fresh is not None
        assert (edited.facts.routes, edited.facts.functions) == (fresh.facts.routes, fresh.facts.functions)
        current[path] = edited
        facts = {**facts, path: edited.facts}
        snapshot = link(facts, snapshot)
        assert [_seen(e) for e in snapshot.endpoints] == [_seen(e) for e in link(facts).endpoints]
