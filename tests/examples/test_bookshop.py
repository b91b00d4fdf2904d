"""The example back end keeps showing what the README says: these findings, this API, in code that parses."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from persona_lsp.syntax.languages import language_of
from persona_lsp.syntax.parse import parse

ROOT = Path(__file__).parents[2]
BOOKSHOP = ROOT / "examples" / "bookshop"

CATALOGUE = "catalogue/app/"
ORDERS = "orders/src/"
PAYMENTS = "payments/src/main/java/shop/payments/"
STOREFRONT = "storefront/"
DELIVERIES = "deliveries/internal/"
STAFF = "staff/Endpoints/ShiftEndpoints.cs"
STOCK = "stock/src/items.rs"

FINDINGS = {
    ("cors-any-origin-with-credentials", CATALOGUE + "main.py"),
    ("unbounded-list", CATALOGUE + "routes/authors.py"),
    ("missing-not-found-check", CATALOGUE + "routes/books.py"),
    ("page-size-unbounded", CATALOGUE + "routes/books.py"),
    ("post-create-without-201", CATALOGUE + "routes/books.py"),
    ("query-in-loop", CATALOGUE + "routes/books.py"),
    ("route-shadowed", CATALOGUE + "routes/books.py"),
    ("error-leaks-internals", ORDERS + "app.ts"),
    ("hardcoded-secret", ORDERS + "database.ts"),
    ("error-with-success-status", ORDERS + "routes/items.ts"),
    ("mass-assignment", ORDERS + "routes/items.ts"),
    ("async-error-not-forwarded", ORDERS + "routes/orders.ts"),
    ("missing-return-after-response", ORDERS + "routes/orders.ts"),
    ("multi-write-without-transaction", ORDERS + "routes/orders.ts"),
    ("path-param-mismatch", ORDERS + "routes/orders.ts"),
    ("unvalidated-body", ORDERS + "routes/orders.ts"),
    ("auth-status-confusion", PAYMENTS + "PaymentController.java"),
    ("no-content-with-body", PAYMENTS + "PaymentController.java"),
    ("swallowed-exception-in-handler", PAYMENTS + "PaymentController.java"),
    ("path-param-unused", PAYMENTS + "ReportController.java"),
    ("sql-injection-dynamic-query", PAYMENTS + "ReportController.java"),
    ("get-with-side-effects", STOREFRONT + "app/controllers/api/v1/carts_controller.rb"),
    ("mass-assignment", STOREFRONT + "app/controllers/api/v1/accounts_controller.rb"),
    ("duplicate-route", STOREFRONT + "config/routes.rb"),
    ("sibling-auth-gap", STOREFRONT + "config/routes.rb"),
    ("error-leaks-internals", DELIVERIES + "api/api.go"),
    ("missing-return-after-response", DELIVERIES + "api/api.go"),
    ("path-param-mismatch", DELIVERIES + "api/api.go"),
    ("sql-injection-dynamic-query", DELIVERIES + "store/store.go"),
    ("error-with-success-status", STAFF),
    ("missing-not-found-check", STAFF),
    ("unbounded-list", STAFF),
    ("error-leaks-internals", STOCK),
    ("page-size-unbounded", STOCK),
}

ENDPOINTS = """
catalogue  none     GET    /api/v1/authors
catalogue  none     GET    /api/v1/authors/{author_id}
catalogue  none     GET    /api/v1/books
catalogue  none     GET    /api/v1/books/bestsellers
catalogue  none     GET    /api/v1/books/{book_id}
catalogue  none     GET    /api/v1/books/{book_id}/ratings
catalogue  none     GET    /health
catalogue  required DELETE /api/v1/books/{book_id}
catalogue  required POST   /api/v1/authors
catalogue  required POST   /api/v1/books
catalogue  required PUT    /api/v1/authors/{author_id}
deliveries none     GET    /health
deliveries required GET    /api/v1/deliveries/
deliveries required GET    /api/v1/deliveries/{deliveryID}
deliveries required POST   /api/v1/deliveries/
deliveries required POST   /api/v1/deliveries/{deliveryID}/arrival
orders     none     GET    /health
orders     required GET    /api/v1/orders
orders     required GET    /api/v1/orders/{orderId}
orders     required GET    /api/v1/orders/{orderId}/items
orders     required PATCH  /api/v1/orders/{orderId}/items/{itemId}
orders     required POST   /api/v1/orders
orders     required POST   /api/v1/orders/{orderId}/cancel
payments   none     DELETE /api/v1/payments/{id}
payments   none     GET    /api/v1/payments
payments   none     GET    /api/v1/payments/{id}
payments   none     GET    /api/v1/reports/days
payments   none     GET    /api/v1/reports/years/{year}/months/{month}
payments   none     POST   /api/v1/payments
payments   none     POST   /api/v1/payments/{id}/capture
staff      none     GET    /api/v1/shifts/{id}/hours
staff      none     GET    /health
staff      required DELETE /api/v1/shifts/{id}
staff      required GET    /api/v1/shifts/
staff      required GET    /api/v1/shifts/{id}
staff      required POST   /api/v1/shifts/
stock      none     GET    /api/v1/items
stock      none     GET    /api/v1/items/{isbn}
stock      none     GET    /health
stock      none     POST   /api/v1/items
stock      none     POST   /api/v1/items/{isbn}/moves
storefront none     DELETE /api/v1/wishes/{id}
storefront required DELETE /api/v1/cart/items/{id}
storefront required GET    /api/v1/account
storefront required GET    /api/v1/cart
storefront required GET    /api/v1/cart
storefront required GET    /api/v1/cart/clear
storefront required GET    /api/v1/wishes
storefront required PATCH  /api/v1/account
storefront required PATCH  /api/v1/wishes/{id}
storefront required POST   /api/v1/cart/items
storefront required POST   /api/v1/wishes
storefront required PUT    /api/v1/account
storefront required PUT    /api/v1/wishes/{id}
storefront unknown  GET    /up
"""


@pytest.fixture
def run(tmp_path):
    """Runs the command from the top of the repository, as `make demo` does, without any cache or persona of the user."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT / "server"),
            "PYTHONUTF8": "1",
            "HOME": str(tmp_path),
            "USERPROFILE": str(tmp_path),
            "PERSONA_LSP_CACHE_DIR": str(tmp_path / "cache"),
        }
        return subprocess.run(
            [sys.executable, "-m", "persona_lsp", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


def sources():
    return sorted(path for path in BOOKSHOP.rglob("*") if path.is_file() and language_of(path.name) is not None)


def test_each_mistake_is_found_once_and_nothing_else(run):
    result = run("check", "examples/bookshop", "--format", "json")
    found = [(one["rule"], one["file"]) for one in json.loads(result.stdout)]
    assert sorted(found) == sorted(FINDINGS)
    assert result.returncode == 1


def test_the_mistakes_show_what_is_checked(run):
    shown = {rule for rule, _ in FINDINGS}
    assert shown <= {one["id"] for one in json.loads(run("explain", "--format", "json").stdout)}
    assert len(shown) >= 15


def test_what_make_demo_runs_succeeds_and_can_show_colours(run):
    recipe = re.search(r"^demo:.*\n\t@?\S*/persona-lsp (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    result = run(*recipe.group(1).split(), "--color", "always")
    assert result.returncode == 0, result.stderr
    assert "\x1b[" in result.stdout
    assert "(route-shadowed)" in re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
    assert result.stderr == ""


def test_the_api_of_the_seven_services(run):
    result = run("endpoints", "examples/bookshop", "--format", "json")
    assert result.returncode == 0, result.stderr
    rows = [
        f"{one['file'].split('/')[0]:10} {one['auth']:8} {one['method']:6} {one['path']}"
        for one in json.loads(result.stdout)
    ]
    assert sorted(rows) == sorted(ENDPOINTS.strip().splitlines())


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(BOOKSHOP).as_posix())
def test_the_example_parses(path):
    language = language_of(path.name)
    assert language is not None
    assert not parse(path.name, path.read_bytes(), language).tree.root_node.has_error
