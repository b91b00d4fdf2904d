"""Versions: each file has that of the nearest manifest above it."""

import pytest

from persona_lsp.extract import config, extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Snapshot

APP = "const express = require('express'); const app = express(); app.get('/books', async (req, res) => res.json(await all()));"


def manifest(version: str) -> str:
    return f'{{"dependencies": {{"express": "{version}"}}}}' if version else '{"dependencies": {}}'


def linked(manifests: dict[str, str], *apps: str) -> Snapshot:
    files: dict[str, FileFacts] = {}
    for path, version in manifests.items():
        read = config(path, manifest(version).encode())
        assert read is not None
        files[path] = read
    for path in apps:
        extraction = extract(path, APP.encode())
        assert extraction is not None
        files[path] = extraction.facts
    return link(files)


@pytest.mark.parametrize("first", ["old", "new"])
def test_services_of_one_repository_have_their_own(first: str) -> None:
    manifests = {"old/package.json": "^4.21.2", "new/package.json": "^5.1.0"}
    ordered = {f"{first}/package.json": manifests[f"{first}/package.json"], **manifests}
    found = linked(ordered, "old/src/app.js", "new/src/app.js")
    assert {e.where.path: e.wrapped for e in found.endpoints} == {"old/src/app.js": False, "new/src/app.js": True}
    assert found.versions["express"] == "4.21.2"


@pytest.mark.parametrize(
    ("manifests", "forwards"),
    [
        ({"package.json": "^5.1.0", "service/package.json": ""}, True),
        ({"package.json": "", "service/package.json": "^4.18.0", "service/src/package.json": "5.0.0"}, True),
        ({"package.json": "^5.1.0", "service/package.json": "~4.18.0"}, False),
        ({"other/package.json": "^5.1.0"}, True),
        ({"package.json": "latest"}, False),
        ({}, False),
    ],
    ids=["of the root", "the nearest", "nearer than the root", "of nobody else", "no number", "no manifest"],
)
def test_the_version_of_a_file(manifests: dict[str, str], forwards: bool) -> None:
    found = linked(manifests, "service/src/app.js")
    assert [e.wrapped for e in found.endpoints] == [forwards]
