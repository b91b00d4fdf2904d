"""Modules of scripts: relative names, what `tsconfig.json` calls folders, and names that nothing explains."""

import json

import pytest

from persona_lsp.extract import config, extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace.link import link
from persona_lsp.workspace.modules import Modules


def facts(files: dict[str, str]) -> dict[str, FileFacts]:
    found: dict[str, FileFacts] = {}
    for path, source in files.items():
        if path.endswith(".json"):
            read = config(path, source.encode())
        else:
            extraction = extract(path, source.encode())
            read = extraction.facts if extraction is not None else None
        assert read is not None
        found[path] = read
    return found


def compiler(**options: object) -> str:
    extends = options.pop("extends", None)
    return json.dumps({"compilerOptions": options} | ({"extends": extends} if extends else {}))


ROOT = compiler(baseUrl="web", paths={"@api/*": ["../api/*"], "@ui/*": ["*"], "#db": ["../api/database.ts"]})
OWN = compiler(extends="../tsconfig.json", baseUrl=".", paths={"@api/*": ["*"]})
CASES = {
    "the file's own folder": ({"api/tsconfig.json": OWN, "tsconfig.json": ROOT}, "@api/books", "api/books/index.ts"),
    "what is extended": ({"api/tsconfig.json": compiler(extends="../tsconfig"), "tsconfig.json": ROOT}, "@ui/books", "web/books.ts"),
    "the nearest file above": ({"tsconfig.json": ROOT}, "@api/books", "api/books/index.ts"),
    "an exact name": ({"tsconfig.json": ROOT}, "#db", "api/database.ts"),
    "own patterns replace those of the other": ({"api/tsconfig.json": OWN, "tsconfig.json": ROOT}, "#db", None),
    "relative to the file that declares them": (
        {"api/tsconfig.json": compiler(extends="../conf/tsconfig.base.json"),
         "conf/tsconfig.base.json": compiler(paths={"~x/*": ["../web/*"]})}, "~x/books", "web/books.ts"),
    "without a base": ({"tsconfig.json": compiler(paths={"~b/*": ["./none/*", "./web/*"]})}, "~b/books", "web/books.ts"),
    "the base alone": ({"tsconfig.json": compiler(baseUrl="./web")}, "books", "web/books.ts"),
    "the longest pattern": (
        {"tsconfig.json": compiler(paths={"~/*": ["web/*"], "~/api/*": ["api/*"]})}, "~/api/books", "api/books/index.ts"
    ),
    "several that are extended": (
        {"api/tsconfig.json": compiler(extends=["../tsconfig.json", "./tsconfig.paths.json"]), "tsconfig.json": ROOT,
         "api/tsconfig.paths.json": compiler(paths={"~b": ["./books"]}, baseUrl=".")}, "~b", "api/books/index.ts"),
    "what is no JSON": (
        {"tsconfig.json": '{ // the root\n "compilerOptions": { "baseUrl": "web/*".length, } }'}, "books", None
    ),
    "comments and commas": (
        {"tsconfig.json": '{ /* the\n root */ "compilerOptions": { "paths": { "~/*": ["./web/*", ], }, }, // end\n}'},
        "~/books", "web/books.ts"),
    "one that extends itself": ({"tsconfig.json": compiler(extends="./tsconfig.json", paths={"b": ["web/books"]})}, "b", "web/books.ts"),
    "a package": ({"tsconfig.json": compiler(extends="@tsconfig/node20/tsconfig.json")}, "express", None),
    "outside of the workspace": ({"tsconfig.json": compiler(paths={"b": ["../../elsewhere"]})}, "b", None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_file_of_a_module(case: str) -> None:
    manifests, module, file = CASES[case]
    sources = dict.fromkeys(("api/main.ts", "api/books/index.ts", "api/database.ts", "web/books.ts"), "export {}")
    known = facts(manifests | sources)
    assert Modules.of(known).file("api/main.ts", module, "typescript") == file


def test_routes_below_a_folder_of_another_name() -> None:
    main = """import express from 'express'; import routes from '@api/books'; import books from '@api/books'; import other from '@vendor/routes';
              const app = express(); app.use('/v1', routes); app.use('/v2', books); app.use(other); app.get('/health', up);"""
    books = "import { Router } from 'express'; const books = Router(); books.get('/books', list); export default books;"
    snapshot = link(
        facts({"api/main.ts": main, "api/books/index.ts": books, "api/tsconfig.json": OWN, "tsconfig.json": ROOT})
    )
    assert [(e.label, e.path_known) for e in snapshot.endpoints] == [
        ("GET /health", True),
        ("GET /v1/books", True),
        ("GET /v2/books", True),
    ]
    health, listed, again = snapshot.endpoints
    assert [g.name for g in health.guards] == ["other"]
    assert not listed.guards
    assert not again.guards


def test_a_change_of_the_names_of_folders_links_anew() -> None:
    main = "import routes from '~b'; const app = require('express')(); app.use('/v1', routes);"
    books = "const books = require('express').Router(); books.get('/books', list); export default books;"
    files = {"main.ts": main, "books/all.ts": books, "tsconfig.json": compiler(paths={"~b": ["./none"]})}
    before = link(facts(files))
    assert not any(e.path_known for e in before.endpoints)
    known = dict(before.files) | facts({"tsconfig.json": compiler(paths={"~b": ["./books/all"]})})
    assert [e.label for e in link(known, before).endpoints] == ["GET /v1/books"]
