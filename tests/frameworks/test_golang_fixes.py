"""Fixes in Go, beside those that the pages of the rules show: what cannot be spelled is not offered."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.place import Where
from persona_lsp.findings.intent import AddReturn, DropBody, HideError, Intent, ReadFromEnvironment, SetStatus
from persona_lsp.frameworks.golang.fixes import spell
from persona_lsp.text.edits import apply

HEAD = 'package shop\n\nimport (\n\t"log"\n\t"net/http"\n\t"os"\n)\n\n'
SIGNATURES = {
    "gin": "func f(c *gin.Context) {",
    "echo": "func f(c echo.Context) error {",
    "fiber": "func f(c *fiber.Ctx) error {",
    "http": "func f(w http.ResponseWriter, r *http.Request) {",
}


def fixed(framework: str, code: str, kind: type[Intent], marked: str, **more: object) -> str | None:
    source = f"{HEAD}{SIGNATURES[framework]}\n{code}\n}}\n".encode()
    extraction = extract("shop/handlers.go", source)
    assert extraction is not None
    start = source.index(marked.encode())
    intent = kind(Where("shop/handlers.go", start, start + len(marked.encode())), "", **more)  # type: ignore[arg-type]  # as each intent has them
    edits = spell(intent, extraction.parsed.module, extraction.facts)
    if edits is None:
        return None
    text = apply(source, tuple(sorted(edits))).decode()
    return text.split("{\n", 1)[1].removesuffix("\n}\n")


STATUSES = [
    ("gin", "\tc.JSON(http.StatusOK, x)", "c.JSON(http.StatusOK, x)", "\tc.JSON(http.StatusCreated, x)"),
    ("gin", "\tc.JSON(200, x)", "c.JSON(200, x)", "\tc.JSON(201, x)"),
    ("echo", "\treturn c.JSON(200, x)", "c.JSON(200, x)", "\treturn c.JSON(201, x)"),
    ("fiber", "\treturn c.JSON(x)", "c.JSON(x)", "\treturn c.Status(fiber.StatusCreated).JSON(x)"),
    ("fiber", "\treturn c.Status(200).JSON(x)", "c.Status(200).JSON(x)", "\treturn c.Status(201).JSON(x)"),
    (
        "http", "\tjson.NewEncoder(w).Encode(x)", "json.NewEncoder(w).Encode(x)",
        "\tw.WriteHeader(http.StatusCreated)\n\tjson.NewEncoder(w).Encode(x)",
    ),
    (
        "http", "\tw.WriteHeader(200)\n\tjson.NewEncoder(w).Encode(x)", "json.NewEncoder(w).Encode(x)",
        "\tw.WriteHeader(http.StatusCreated)\n\tjson.NewEncoder(w).Encode(x)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("framework", "code", "marked", "expected"), STATUSES, ids=[s[1].strip() for s in STATUSES])
def test_statuses(framework: str, code: str, marked: str, expected: str) -> None:
    assert fixed(framework, code, SetStatus, marked, status=201) == expected


def test_a_status_without_a_name_is_not_spelled() -> None:
    assert fixed("gin", "\tc.JSON(http.StatusOK, x)", SetStatus, "c.JSON(http.StatusOK, x)", status=299) is None


def test_returns() -> None:
    assert fixed("gin", "\tc.Status(404)", AddReturn, "c.Status(404)") == "\tc.Status(404)\n\treturn"
    assert fixed("echo", "\tc.NoContent(404)", AddReturn, "c.NoContent(404)") == "\treturn c.NoContent(404)"


def test_bodies() -> None:
    assert fixed("gin", "\tc.JSON(204, x)", DropBody, "c.JSON(204, x)") == "\tc.Status(204)"
    assert fixed("echo", "\treturn c.JSON(204, x)", DropBody, "c.JSON(204, x)") == "\treturn c.NoContent(204)"
    assert fixed("http", "\twrite(w, 204, x)", DropBody, "write(w, 204, x)") is None


def test_failures_go_to_the_log_if_there_is_one() -> None:
    code = "\tc.JSON(500, err.Error())"
    assert fixed("gin", code, HideError, "err.Error()", variable="err", log=True) == (
        '\tlog.Println(err)\n\tc.JSON(500, "internal error")'
    )
    printed = '\tc.JSON(500, fmt.Sprintf("%v", err))'
    assert fixed("gin", printed, HideError, 'fmt.Sprintf("%v", err)', variable="err", log=False) is None


def test_constants_are_not_read_from_the_environment() -> None:
    assert fixed("gin", '\tkey := "abc"', ReadFromEnvironment, '"abc"', name="KEY") == '\tkey := os.Getenv("KEY")'
    assert fixed("gin", '\tconst key = "abc"', ReadFromEnvironment, '"abc"', name="KEY") is None
