"""Files whose function bodies are not looked into: they cannot matter to an API."""

import pytest

from persona_lsp.extract import Extraction, extract, looked_into
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


class TestMigrations:
    MIGRATION = """
from django.db import migrations


def names(apps, schema_editor):
    for user in User.objects.all():
        user.save()


class Migration(migrations.Migration):
    operations = [migrations.RunPython(names)]
"""

    def test_their_functions_and_classes_are_named_but_not_read(self) -> None:
        found = facts("shop/migrations/0002_names.py", self.MIGRATION)
        assert [f.name for f in found.functions] == ["names"]
        assert [c.name for c in found.classes] == ["Migration"]
        assert queries("shop/migrations/0002_names.py", self.MIGRATION) == 0


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


class TestOneOfThem:
    TESTS = (
        ("tests/test_names.py", PYTHON, "names"),
        (
            "tests/test_names.py",
            "import pytest\nfrom sqlalchemy import select\n\n@pytest.fixture\n@db_session\ndef names(session):\n    return session.execute(select(User)).all()\n",
            "names",
        ),
        (
            "shop/migrations/0002_names.py",
            "class Names:\n    def names(self):\n        return User.objects.all()\n",
            "names",
        ),
        ("web/Names.tsx", COMPONENT, "Names"),
        (
            "tests/names.test.ts",
            'import { prisma } from "../db";\nexport const names = async () => {\n  return prisma.user.findMany();\n};\n',
            "names",
        ),
        (
            "src/test/java/NamesTest.java",
            'class NamesTest {\n  @Test\n  void names() {\n    jdbcTemplate.queryForList("SELECT * FROM users");\n  }\n}\n',
            "names",
        ),
        ("spec/names_spec.rb", "class Names\n  def names\n    User.all.to_a\n  end\nend\n", "names"),
        (
            "names_test.go",
            'package names\n\nimport "database/sql"\n\nfunc names(db *sql.DB) {\n\tdb.Query("SELECT * FROM users")\n}\n',
            "names",
        ),
    )

    def read(self, text: Extraction, name: str) -> int:
        (function,) = (f for f in text.facts.functions if f.name == name)
        assert not function.queries
        found = looked_into(text, function)
        assert (found.key, found.start, found.end, found.name_span) == (
            function.key, function.start, function.end, function.name_span
        )  # fmt: skip
        assert found.complete
        return len(found.queries)

    @pytest.mark.parametrize(("path", "text", "name"), TESTS)
    def test_it_is_read_when_somebody_asks(self, path: str, text: str, name: str) -> None:
        found = extract(path, text.encode())
        assert found is not None
        assert self.read(found, name) == 1

    @pytest.mark.parametrize(("path", "text", "name"), TESTS)
    def test_it_is_read_where_it_stands_after_an_edit(self, path: str, text: str, name: str) -> None:
        lines = text.split("\n")
        end = "\n".join((*lines[:-1], "", *lines[-1:]))
        found = extract(path, text.encode())
        for typed in (end, text.replace("class ", "class  ", 1), text):
            found = extract(path, typed.encode(), found)
            assert found is not None
            assert self.read(found, name) == 1

    def test_what_was_read_or_is_torn_stays_as_it_is(self) -> None:
        read = extract("app/names.py", PYTHON.encode())
        torn = extract("tests/test_names.py", PYTHON.replace("print(name)", "print((name").encode())
        assert read is not None
        assert torn is not None
        (function,) = read.facts.functions
        assert looked_into(read, function) is function
        (function,) = torn.facts.functions
        assert not looked_into(torn, function).complete
