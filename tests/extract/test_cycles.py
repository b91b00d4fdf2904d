"""Names that stand for each other, or for something made of themselves: reading ends, and says nothing about them."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_lsp.extract import extract
from persona_lsp.workspace.link import link

PATHS: Final = {
    "js": "src/a.js", "py": "a.py", "rb": "config/routes.rb", "java": "A.java", "go": "main.go", "rs": "src/main.rs",
}  # fmt: skip
NAMES: Final = {
    "js": ("a", "b", "this.c", "this.#d"), "py": ("a", "b", "self.c"), "rb": ("a", "b", "@c", "C"),
    "java": ("a", "b", "this.c"), "go": ("a", "b", "s.c"), "rs": ("a", "b", "self.c"),
}  # fmt: skip
VALUES: Final = {
    "js": (
        "{0}", "`${{{0}}}${{{1}}}${{{0}}}${{{0}}}`", "{0} + {1} + {0}", "[{0}, ...{1}]", "{{ ...{0}, or: [{0}, {1}] }}",
        "await {0}", "{0} || {1}", "k ? {0} : {1}", "{0}({1})", "{0}[{1}]", "new K({0})", "[express.Router().use({0})]",
    ),
    "py": (
        "{0}", 'f"{{{0}}}{{{1}}}{{{0}}}"', "{0} + {1}", "[{0}, *{1}]", "{{**{0}, 'k': {1}}}", "{0}({1})", "{0} or {1}",
        "Annotated[{0}, Depends({1})]", "select({0}).where({1})",
    ),
    "rb": ("{0}", '"#{{{0}}}#{{{1}}}"', "{0} + {1}", "[{0}, *{1}]", "{{ only: {0} }}", "{0}.merge({1})", "{0}.where({1})"),
    "go": (
        "{0}", '{0} + "/x" + {1}', "path.Join({0}, {1}, {0})", 'fmt.Sprintf("/%s/%s", {0}, {1})', "{0}({1})", "{0}[{1}]",
        "&K{{c: {0}}}", "chi.NewRouter()", "{0}.Group({1})", "append({0}, {1})", "func() {{ {0}.Get({1}, a) }}",
    ),
    "rs": (
        "{0}", 'format!("{{{0}}}/{{}}", {1})', "[{0}, {1}].concat()", "{0}.merge({1})", "Router::new().nest({0}, {1})",
        "if k {{ {0} }} else {{ {1} }}", "{0}({1})", "vec![{0}, {1}]", "{0}.route({1}, get(a))",
    ),
    "java": ("{0}", '{0} + "/" + {1}', "k ? {0} : {1}", "{0}.with({1})", "String.format({0}, {1})", "List.of({0}, {1})"),
}  # fmt: skip
USES: Final = {
    "js": (
        "app.use({0}, {1})", "app.get({0}, {1}, {0})", "router.route({0}).get({1})", "res.status({0}).json({1})",
        "db.query({0}, {1})", "User.findAll({0})", "{0}.forEach((i) => app.get(i, {1}))", "register({0})",
    ),
    "py": (
        "app.include_router({0}, prefix={1})", "app.add_api_route({0}, {1})", "cur.execute({0}, {1})",
        "db.execute({0})", "raise HTTPException({0}, {1})",
    ),
    "rb": ("get {0}, to: {1}", "resources {0}, only: {1}", "Order.where({0}).limit({1})", "render json: {0}, status: {1}"),
    "go": (
        "{0}.Get({1}, {0})", "{0}.Mount({1}, {0})", "{0}.Use({1})", "http.Handle({0}, {1})", "w.WriteHeader({0})",
        "db.Query({0}, {1})", "routes({0}, {1})", "for _, b := range {0} {{ b.Get({1}, a) }}",
    ),
    "rs": (
        "app.route({0}, get({1}))", "app.nest({0}, {1})", "sqlx::query({0}).fetch_all({1})", "routes({0}, {1})",
        "return Err({0})", "for a in {0} {{ b.route(a, get(a)) }}",
    ),
    "java": ("jdbc.query({0}, {1});", "throw {0};", "PageRequest.of({0}, {1});", "ResponseEntity.status({0}).body({1});"),
}  # fmt: skip


@st.composite
def modules(draw: st.DrawFn, language: str) -> str:
    """A file that assigns a few names to each other, and uses them wherever facts are read."""
    name = st.sampled_from(NAMES[language])
    end = ";\n" if language in ("js", "java", "rs") else "\n"

    def lines(templates: tuple[str, ...], count: int) -> list[str]:
        chosen = draw(st.lists(st.tuples(st.sampled_from(templates), name, name), min_size=1, max_size=count))
        return [template.format(first, second) for template, first, second in chosen]

    assigned = [f"{draw(name)} = {value}" for value in lines(VALUES[language], 6)]
    body = [*assigned, *lines(USES[language], 4)]
    inner, own = end.join([*body, ""]), end.join(assigned[:3])
    match language:
        case "js":
            return (
                "const express = require('express'), { User } = require('sequelize');\nconst app = express();\n"
                f"{own};\nclass K {{ #d; m(app, a) {{ {inner} }} }}\n"
                f"app.get('/x', async (req, res) => {{ {inner} }});\nmodule.exports = (app, a) => {{ {inner} }};\n"
                "exports.a = a; exports.b = b;"
            )
        case "py":
            own = own.replace("self.c", "c")
            inner = inner.replace("\n", "\n    ")
            return (
                "from fastapi import FastAPI, HTTPException\nfrom sqlalchemy import select\nimport psycopg2\n"
                f"app = FastAPI()\n{own}\napp.include_router(a, prefix=b)\n@app.get(a)\ndef f(self, x: a, y=b):\n    {inner}\n"
            )
        case "rb":
            return f"Rails.application.routes.draw do\n{inner}end\nclass K < a\n  def m\n{inner}  end\nend\n"
        case "go":
            return (
                'package main\nimport (\n"net/http"\n"path"\n"fmt"\n"github.com/go-chi/chi/v5"\n)\n'
                "type K struct { c chi.Router }\nvar a = b + b\nvar b = a\n"
                f"func (s *K) m(a chi.Router, w http.ResponseWriter, r *http.Request) {{\n{inner}}}\n"
                f"func main() {{\na := chi.NewRouter()\n{inner}}}\n"
            )
        case "rs":
            return (
                "use axum::{Router, routing::get};\nconst a: &str = b;\nconst b: &str = a;\n"
                f"impl K {{ async fn m(&self, app: Router) -> Result<Json<K>, a> {{ {inner} app }} }}\n"
                f"fn main() {{ let app = Router::new(); {inner} axum::serve(l, app); }}\n"
            )
        case _:
            return (
                "import org.springframework.web.bind.annotation.*;\n@RestController\nclass A {\n"
                f'static final String a = b + b; static final String b = a + "x"; @GetMapping(a) Object m() {{ {inner} }} }}\n'
            )


@pytest.mark.parametrize("language", sorted(PATHS))
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_names_that_stand_for_each_other(language: str, data: st.DataObject) -> None:
    source = data.draw(modules(language)).encode()
    path = PATHS[language]
    extraction = extract(path, source)
    assert extraction is not None
    assert link({path: extraction.facts}).files[path] is extraction.facts


@pytest.mark.parametrize(
    "source",
    [
        """class Desk {
             #book = null;
             constructor(book) { this.#book = book; }
             lend(app) { const book = this.#book; app.use(book); }
           }""",
        "let a = b, b = a; const app = require('express')(); app.use(a); exports.a = a; exports.b = b;",
        "const app = require('express')(); let a; a = `${a}${a}${a}${a}${a}${a}${a}${a}`; app.get(a, list);",
        "const app = require('express')(); let all; all = [require('express').Router().use(all), ...all]; app.use(all);",
    ],
    ids=["a field and a local", "two constants", "a text", "a list of routers"],
)
def test_made_of_itself(source: str) -> None:
    extraction = extract("src/a.js", b"const express = require('express');\n" + source.encode())
    assert extraction is not None
    assert not [e for e in link({"src/a.js": extraction.facts}).endpoints if e.path_known]


@pytest.mark.parametrize("value", ["path.Join(at, more)", 'at + "/x"', "more + at", 'fmt.Sprintf("%s/%s", at, at)'])
def test_a_path_of_go_made_of_itself(value: str) -> None:
    source = (
        'package main\nimport (\n"path"\n"github.com/go-chi/chi/v5"\n)\n'
        f"func mount(at string, r chi.Router, more string) {{\nat = {value}\nr.Get(at, list)\n}}\n"
    )
    extraction = extract("main.go", source.encode())
    assert extraction is not None
    assert not [e for e in link({"main.go": extraction.facts}).endpoints if e.path_known]


def test_a_list_of_itself_that_a_database_is_asked_with() -> None:
    """`if (!Array.isArray(names)) { names = [names]; }`: the list holds what the name stood for before."""
    source = """
    const { User } = require('sequelize');
    async function join(names) {
      if (!Array.isArray(names)) { names = [names]; }
      return User.findAll({ where: names });
    }
    """
    found = extract("src/a.js", source.encode())
    assert found is not None
    assert [q.api for f in found.facts.functions for q in f.queries] == ["User.findAll"]
