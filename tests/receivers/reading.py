"""Examples of endpoints with names, read through the real engine."""

import textwrap
from collections.abc import Mapping
from typing import Final

from tests.harness.engine import read

from persona_lsp.facts.http import NAMED
from persona_lsp.workspace.snapshot import Endpoint

Shelf = Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]]
"""Recogniser -> files, and what is read out of them: `GRAPHQL Query.users -> list_users`."""
KINDS: Final = {method: kind for kind, method in NAMED.items()}


def endpoints(files: Mapping[str, str]) -> list[Endpoint]:
    """The endpoints with names whose name is known, in order of file and text."""
    project = read({path: textwrap.dedent(text).encode() for path, text in files.items()})
    found = [e for e in project.snapshot.endpoints if e.route.named and e.path_known]
    return sorted(found, key=lambda e: (e.where.path, e.where.start))


def told(files: Mapping[str, str]) -> tuple[str, ...]:
    """Each endpoint with the key of its handler, `?` where that was not found."""
    return tuple(f"{e.label} -> {e.handler.key if e.handler is not None else '?'}" for e in endpoints(files))


def labels(text: str, path: str) -> list[str]:
    """Method and name of the endpoints of one file."""
    return [e.label for e in endpoints({path: text})]
