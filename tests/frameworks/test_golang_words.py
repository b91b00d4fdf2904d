"""What handlers in Go answer and read, in the words of each framework; failures that are values."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.body import Branch, Function

IMPORTS = """package shop
import (
    "database/sql"
    "encoding/json"
    "errors"
    "fmt"
    "net/http"
    "github.com/gin-gonic/gin"
    "github.com/gofiber/fiber/v2"
    "github.com/labstack/echo/v4"
    "github.com/go-chi/chi/v5"
    "github.com/gorilla/mux"
    "gorm.io/gorm"
)
"""
SIGNATURES = {
    "gin": "func f(c *gin.Context) {",
    "echo": "func f(c echo.Context) error {",
    "fiber": "func f(c *fiber.Ctx) error {",
    "http": "func f(w http.ResponseWriter, r *http.Request) {",
}


def function(framework: str, code: str) -> Function:
    extraction = extract("shop/handlers.go", f"{IMPORTS}{SIGNATURES[framework]}\n{code}\n}}\n".encode())
    assert extraction is not None
    return extraction.facts.functions[0]


ANSWERS = [
    ("gin", "c.JSON(http.StatusCreated, book)", 201, "value"),
    ("gin", "c.AbortWithStatusJSON(401, gin.H{})", 401, "literal"),
    ("gin", "c.Status(http.StatusNoContent)", 204, "none"),
    ("gin", 'c.String(200, "x")', 200, "string"),
    ("gin", "code := http.StatusAccepted\nc.JSON(code, x)", 202, "value"),
    ("gin", "c.JSON(codeOf(err), x)", None, "value"),
    ("echo", "return c.JSON(http.StatusOK, book)", 200, "value"),
    ("echo", "return c.NoContent(http.StatusNoContent)", 204, "none"),
    ("fiber", "return c.JSON(book)", 200, "value"),
    ("fiber", "return c.Status(fiber.StatusCreated).JSON(book)", 201, "value"),
    ("fiber", "return c.SendStatus(204)", 204, "none"),
    ("http", "w.WriteHeader(http.StatusCreated)\njson.NewEncoder(w).Encode(book)", 201, "value"),
    ("http", "json.NewEncoder(w).Encode(book)", 200, "value"),
    ("http", "w.WriteHeader(http.StatusNoContent)", 204, "none"),
    ("http", 'http.Error(w, "no", http.StatusBadRequest)', 400, "string"),
    ("http", "http.NotFound(w, r)", 404, "string"),
    ("http", "respond.JSON(w, http.StatusConflict, book)", 409, "value"),
]


@pytest.mark.parametrize(("framework", "code", "status", "kind"), ANSWERS, ids=[a[1] for a in ANSWERS])
def test_answers(framework: str, code: str, status: int | None, kind: str) -> None:
    (answer,) = function(framework, code).responses
    assert (answer.status, answer.body_kind) == (status, kind)


READS = [
    ("gin", 'c.Param("id")', "path", "id"),
    ("gin", 'c.DefaultQuery("page", "1")', "query", "page"),
    ("gin", "c.ShouldBindJSON(&x)", "body", ""),
    ("gin", 'c.GetHeader("X-Id")', "header", "X-Id"),
    ("echo", 'c.QueryParam("q")', "query", "q"),
    ("echo", "c.Bind(&x)", "body", ""),
    ("fiber", 'c.Params("id")', "path", "id"),
    ("fiber", "c.BodyParser(&x)", "body", ""),
    ("http", 'r.PathValue("id")', "path", "id"),
    ("http", 'chi.URLParam(r, "id")', "path", "id"),
    ("http", 'mux.Vars(r)["id"]', "path", "id"),
    ("http", 'r.URL.Query().Get("q")', "query", "q"),
    ("http", 'r.Header.Get("Authorization")', "header", "Authorization"),
    ("http", "json.NewDecoder(r.Body).Decode(&x)", "body", ""),
    ("http", 'r.FormValue("q")', "query", "q"),
]


@pytest.mark.parametrize(("framework", "code", "place", "name"), READS, ids=[r[1] for r in READS])
def test_reads(framework: str, code: str, place: str, name: str) -> None:
    (read,) = function(framework, f"v := {code}").inputs
    assert (read.place, read.name) == (place, name)


def test_what_is_not_the_context_is_not_read() -> None:
    assert function("gin", 'v := cache.Get("id"); w := session.Param("id"); x := params["id"]').inputs == ()


def test_variables_hold_what_is_read() -> None:
    held = function("http", 'vars := mux.Vars(r)\nid := vars["id"]\nquery := r.URL.Query()\npage := query.Get("page")')
    assert [(i.place, i.name, i.variable) for i in held.inputs] == [("path", "id", "id"), ("query", "page", "page")]


def test_failures_made_with_a_status() -> None:
    raised = function("echo", 'return echo.NewHTTPError(http.StatusNotFound, "no such book")').raises
    assert [(r.exception, r.status) for r in raised] == [("echo.HTTPError", 404)]
    own = function("http", "fail(&APIError{Status: http.StatusConflict})").raises
    assert [(r.exception, r.status) for r in own] == [("APIError", 409)]


def test_a_failure_that_is_a_value_is_caught() -> None:
    code = (
        'book, err := load(id)\nif err != nil {\nc.JSON(500, gin.H{"error": err.Error()})\nreturn\n}\nc.JSON(200, book)'
    )
    found = function("gin", code)
    (caught,) = found.catches
    assert (caught.is_value, caught.variable, caught.covers, caught.outcome) == (
        True, "err", (("call", "load"),), "answer-error",
    )  # fmt: skip
    failed, fine = found.responses
    assert (failed.leaks, failed.site.branch, failed.continues_to) == ("err.Error()", Branch.CATCH, None)
    assert (fine.leaks, fine.site.branch) == ("", Branch.MAIN)


def test_a_failure_that_is_only_logged_goes_on() -> None:
    found = function("gin", "if err := db.Create(&book).Error; err != nil {\nlog.Println(err)\n}\nc.JSON(201, book)")
    (caught,) = found.catches
    assert (caught.outcome, caught.then_succeeds) == ("log", True)
    assert caught.covers[0] == ("write", "db.Create")


def test_failures_of_input_and_of_absence() -> None:
    found = function(
        "gin",
        "if err := c.ShouldBindJSON(&x); err != nil {\nc.JSON(400, err.Error())\nreturn\n}\n"
        "err := db.First(&book, id).Error\nif errors.Is(err, gorm.ErrRecordNotFound) {\nc.JSON(404, nil)\nreturn\n}\n",
    )
    assert [(r.status, r.site.branch, r.leaks) for r in found.responses] == [
        (400, Branch.VALIDATION, ""), (404, Branch.NOT_FOUND, ""),
    ]  # fmt: skip


def test_an_answer_that_could_not_be_sent_is_not_followed_by_another() -> None:
    code = "if err := json.NewEncoder(w).Encode(x); err != nil {\nhttp.Error(w, err.Error(), 500)\n}"
    found = function("http", code)
    assert [(r.continues_to, r.leaks) for r in found.responses] == [(None, ""), (None, "")]


def test_who_lacks_a_right_is_known() -> None:
    code = 'credential := claims.Credentials["book:create"]\nif !credential {\nc.Status(403)\nreturn\n}'
    assert [r.site.branch for r in function("gin", code).responses] == [Branch.FORBIDDEN]


def test_a_missing_return_is_seen() -> None:
    code = "if err := load(); err != nil {\nc.JSON(500, nil)\n}\nc.JSON(200, nil)"
    assert [r.continues_to is not None for r in function("gin", code).responses] == [True, False]
    wrote = 'if made { w.WriteHeader(201) }\nfmt.Fprintf(w, "a")\nfmt.Fprintf(w, "b")'
    assert not any(r.continues_to for r in function("http", wrote).responses)


def test_events_that_are_sent_at_once_follow_each_other() -> None:
    code = "if made { json.NewEncoder(w).Encode(a)\nflusher.Flush() }\njson.NewEncoder(w).Encode(b)"
    assert not any(r.continues_to for r in function("http", code).responses)
    assert any(r.continues_to for r in function("http", code.replace("flusher.Flush()", "")).responses)
