"""Files whose function bodies are not looked into: they cannot matter to an API."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.code import FileFacts

PYTHON = """
from sqlalchemy import select


def names(session):
    for name in session.execute(select(User)).scalars():
        print(name)
"""
COMPONENT = """
import { useState } from "react";
import { db } from "./db";

export function Names() {
  const load = () => db.query(`SELECT * FROM users WHERE name = ${name}`);
  return <ul onClick={load} />;
}
"""


def facts(path: str, text: str) -> FileFacts:
    found = extract(path, text.encode())
    assert found is not None
    return found.facts


def queries(path: str, text: str) -> int:
    return sum(len(f.queries) for f in facts(path, text).functions)


class TestTests:
    def test_their_functions_are_named_but_not_read(self) -> None:
        assert [f.name for f in facts("tests/test_names.py", PYTHON).functions] == ["names"]
        assert queries("tests/test_names.py", PYTHON) == 0

    def test_the_same_text_elsewhere_is_read(self) -> None:
        assert queries("app/names.py", PYTHON) == 1

    def test_a_route_in_a_test_is_known_with_its_handler(self) -> None:
        text = """
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/orders/{id}")
def order(id: int):
    raise HTTPException(404)
"""
        found = facts("tests/test_app.py", text)
        assert [r.methods for r in found.routes] == [("GET",)]
        assert [r.status for f in found.functions for r in f.raises] == [404]


class TestBrowser:
    @pytest.mark.parametrize(
        "text",
        [
            COMPONENT,
            COMPONENT.replace('import { useState } from "react";\n', ""),
            COMPONENT.replace("useState", "Link").replace('"react"', '"next/link"'),
        ],
        ids=["react", "markup alone", "a part of next that runs in browsers"],
    )
    def test_components_are_not_read(self, text: str) -> None:
        found = facts("web/Names.tsx", text)
        assert "Names" in [f.name for f in found.functions]
        assert not any(f.queries or f.complete for f in found.functions)

    def test_the_same_query_without_markup_is_read(self) -> None:
        text = COMPONENT.replace('import { useState } from "react";', "").replace("<ul onClick={load} />", "load()")
        assert queries("web/names.ts", text) == 1

    @pytest.mark.parametrize(
        "text",
        [
            '"use server";\n' + COMPONENT,
            COMPONENT.replace("export function", "export default async function"),
            "export const Names = async () => <ul>{(await db.query(`SELECT * FROM users`)).map(show)}</ul>;",
        ],
        ids=["use server", "a component that waits", "an arrow that waits"],
    )
    def test_what_a_server_runs_is_no_browser(self, text: str) -> None:
        assert any(f.complete for f in facts("web/Names.tsx", text).functions)

    def test_a_server_that_draws_pages_is_a_server(self) -> None:
        text = """
import express from "express";
import { renderToString } from "react-dom/server";

const app = express();
app.get("/", async (req, res) => res.status(201).send(renderToString(<Page />)));
"""
        found = facts("server/app.tsx", text)
        assert [r.status for f in found.functions for r in f.responses] == [201]
