"""Fixes and comments that silence: what they promise is what happens to the text."""

import pytest
from tests.review.projects import EVERYTHING, EXPRESS, FASTAPI, RAILS, SPRING, Project, read

from persona_lsp import review
from persona_lsp.findings.finding import Reported, Severity
from persona_lsp.findings.intent import SetStatus

LEAK = {
    "main.py": """\
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/orders")
def list_orders():
    try:
        return load()
    except OSError as error:
        raise HTTPException(status_code=500, detail=str(error))
"""
}
TWICE = {
    "app.js": """\
const express = require('express');
const app = express();

app.get('/a/:id', (req, res) => {
  if (!req.params.id) {
    res.status(400).json({ error: 'no id' });
  }
  res.json({});
});

app.get('/b/:id', (req, res) => {
  if (!req.params.id) {
    res.status(400).json({ error: 'no id' });
  }
  res.json({});
});
"""
}
CASES = [
    pytest.param(LEAK, "error-leaks-internals", id="python"),
    pytest.param(
        {"app.ts": TWICE["app.js"].split("\n\napp.get('/b")[0] + "\n"}, "missing-return-after-response", id="ts"
    ),
    pytest.param(FASTAPI, "post-create-without-201", id="fastapi"),
    pytest.param(EXPRESS, "get-with-side-effects", id="express"),
    pytest.param(SPRING, "post-create-without-201", id="spring"),
    pytest.param(RAILS, "post-create-without-201", id="rails"),
]


def first(project: Project, found: Reported) -> Project:
    """The project after the first fix of a finding."""
    fixes = review.fixes(
        project.snapshot, project.extractions[found.where.path], found, EVERYTHING, project.extractions.get
    )
    assert fixes
    return project.edited(fixes[0].edits)


def styled(sources: dict[str, str], style: str) -> dict[str, str]:
    """The same text with other line ends or other indents."""
    if style == "tabs":
        unit = "    " if next(iter(sources)).endswith((".py", ".java")) else "  "
        return {path: text.replace(unit, "\t") for path, text in sources.items()}
    return {path: text.replace("\n", {"lf": "\n", "crlf": "\r\n"}[style]) for path, text in sources.items()}


class TestFixes:
    @pytest.mark.parametrize("style", ["lf", "crlf", "tabs"])
    @pytest.mark.parametrize(("sources", "rule"), CASES)
    def test_the_finding_is_gone_and_the_file_still_parses(
        self, sources: dict[str, str], rule: str, style: str
    ) -> None:
        before = read(styled(sources, style))
        after = first(before, before.finding(rule))
        assert not any(facts.error_count for facts in after.facts.values())
        assert rule not in [one for path in after.facts for one in after.rules(path)]
        if style == "crlf":
            assert all(text.count(b"\n") == text.count(b"\r\n") for text in after.sources.values())

    def test_what_is_fixed_is_not_fixed_again(self) -> None:
        before = read(LEAK)
        after = first(before, before.finding("error-leaks-internals"))
        assert review.fix_all(after.snapshot, after.extractions["main.py"], EVERYTHING) is None

    def test_in_the_file_of_the_route(self) -> None:
        shop = read(EXPRESS)
        found = shop.finding("get-with-side-effects")
        assert found.where.path == "controllers/orders.js"
        alone = review.fixes(shop.snapshot, shop.extractions[found.where.path], found, EVERYTHING)
        assert alone == (), "the other file is not at hand"
        after = first(shop, found)
        assert b"router.post('/orders/:id/cancel'" in after.sources["routes/orders.js"]
        assert after.sources["controllers/orders.js"] == shop.sources["controllers/orders.js"]

    def test_only_what_can_be_spelled_is_fixable(self) -> None:
        shop = read(EXPRESS)
        found = shop.finding("get-with-side-effects")
        assert found.fixable
        (without,) = review.with_fixes(shop.snapshot, [found], lambda path: None)
        assert (without.fixable, without.finding.fixes) == (False, ())
        # An intent whose place is nothing that a framework knows.
        where = shop.finding("get-with-side-effects").where
        strange = SetStatus(where, "Answer 418", status=418)
        told = Reported("x", Severity.HINT, type(found.finding)(where, "No.", (strange,)), "", fixable=True)
        (honest,) = review.with_fixes(shop.snapshot, [told], shop.extractions.get)
        assert not honest.fixable

    def test_files_without_fixes_are_not_read_again(self) -> None:
        shop = read(FASTAPI)
        asked: list[str] = []

        def extraction(path: str) -> object:
            asked.append(path)
            return shop.extractions[path]

        everything = review.all_findings(shop.snapshot, EVERYTHING)
        for found in everything.values():
            review.with_fixes(shop.snapshot, found, extraction)  # type: ignore[arg-type]  # it is one, and remembers
        assert set(asked) == {path for path, found in everything.items() if any(one.finding.fixes for one in found)}


class TestFixAll:
    def test_all_safe_ones_at_once(self) -> None:
        shop = read(TWICE)
        fix = review.fix_all(shop.snapshot, shop.extractions["app.js"], EVERYTHING)
        assert fix is not None
        after = shop.edited(fix.edits)
        assert "missing-return-after-response" in shop.rules("app.js")
        assert "missing-return-after-response" not in after.rules("app.js")

    def test_only_those_that_are_meant(self) -> None:
        shop = read(TWICE)
        one = next(one for one in shop.findings("app.js") if one.rule == "missing-return-after-response")
        fix = review.fix_all(shop.snapshot, shop.extractions["app.js"], EVERYTHING, [one])
        assert fix is not None
        left = shop.edited(fix.edits).rules("app.js")
        assert left.count("missing-return-after-response") == 1
        assert review.fix_all(shop.snapshot, shop.extractions["app.js"], EVERYTHING, []) is None

    def test_nothing_that_changes_the_contract(self) -> None:
        shop = read(SPRING)
        (path,) = shop.sources
        assert review.fix_all(shop.snapshot, shop.extractions[path], EVERYTHING) is None


class TestIgnoreHere:
    @pytest.mark.parametrize("style", ["lf", "crlf", "tabs"])
    @pytest.mark.parametrize(("sources", "rule"), CASES)
    def test_it_silences_and_is_no_surprise(self, sources: dict[str, str], rule: str, style: str) -> None:
        before = read(styled(sources, style))
        found = before.finding(rule)
        path = found.where.path
        fix = review.ignore_here(before.extractions[path], found, "agreed with the customers")
        assert fix is not None
        assert not fix.safe
        after = before.edited(fix.edits)
        assert not after.facts[path].error_count
        assert after.rules(path) == [one for one in before.rules(path) if one != rule]
        (edit,) = fix.edits
        line = edit.text.rstrip("\r\n")
        assert line.lstrip().startswith("// " if path.endswith((".js", ".ts", ".java")) else "# ")
        assert edit.text[len(line) :] == ("\r\n" if style == "crlf" else "\n")
        here = before.sources[path][edit.start :].decode()
        assert line[: len(line) - len(line.lstrip())] == here[: len(here) - len(here.lstrip(" \t"))]

    def test_an_error_wants_a_reason(self) -> None:
        leak = read(TWICE)
        error = next(one for one in leak.findings("app.js") if one.severity is Severity.ERROR)
        fix = review.ignore_here(leak.extractions["app.js"], error, "a reason")
        assert fix is not None
        text = leak.edited(fix.edits).sources["app.js"]
        with_reason, without = read({"app.js": text}), read({"app.js": text.replace(b" a reason", b"")})
        assert len(without.rules("app.js")) == len(with_reason.rules("app.js")) + 1
        assert "unused-suppression" not in without.rules("app.js"), "it is about something"

    def test_behind_a_byte_order_mark(self) -> None:
        shop = read({"a.py": b'\xef\xbb\xbfPASSWORD = "hunter2-x9Qz71kLmP"\n'})
        (found,) = shop.findings("a.py")
        fix = review.ignore_here(shop.extractions["a.py"], found, "a test account")
        assert fix is not None
        after = shop.edited(fix.edits)
        assert after.sources["a.py"].startswith(b"\xef\xbb\xbf# persona-lsp")
        assert after.rules("a.py") == []

    @pytest.mark.parametrize(
        ("path", "text", "needle"),
        [
            ("a.py", 'x = """\na\nHERE\n"""\n', "HERE"),
            ("a.py", "x = 1 + \\\n  HERE\n", "HERE"),
            ("a.js", "const x = `\nHERE\n`;\n", "HERE"),
            ("a.rb", "x = <<~SQL\n  a\n  HERE\nSQL\n", "HERE"),
            ("a.rb", "x = %w[\n  a\n  HERE\n]\n", "HERE"),
            ("A.java", 'class A {\n  String x = """\n    HERE\n    """;\n}\n', "HERE"),
            ("a.tsx", "const x = <p>\n  HERE\n</p>;\n", "HERE"),
        ],
    )
    def test_a_comment_is_never_put_into_a_text(self, path: str, text: str, needle: str) -> None:
        shop = read({path: text})
        start = shop.at(path, needle)
        found = read(LEAK).finding("error-leaks-internals")
        where = type(found.where)(path, start, start + len(needle))
        told = Reported("mass-assignment", Severity.WARNING, type(found.finding)(where, "No."), "")
        assert review.ignore_here(shop.extractions[path], told, "why") is None
