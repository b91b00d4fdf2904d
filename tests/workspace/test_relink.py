"""A snapshot that was mended after an edit inside a function says what a snapshot made afresh says."""

import random
from pathlib import Path

import pytest

from persona_lsp import review
from persona_lsp.extract import config, extract
from persona_lsp.extract.file import Extraction
from persona_lsp.facts.code import FileFacts
from persona_lsp.settings import Settings
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Snapshot

SHELF = Path(__file__).parents[1] / "bookshelf"
FRAMEWORKS = sorted(p.name for p in SHELF.iterdir() if p.is_dir() and not p.name.startswith("__"))
TYPED = (b"x", b"\n", b" 1", b"total")


def _read(root: Path) -> tuple[dict[str, Extraction], dict[str, FileFacts]]:
    extractions: dict[str, Extraction] = {}
    files: dict[str, FileFacts] = {}
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = str(path.relative_to(root))
        extraction = extract(name, path.read_bytes())
        if extraction is not None:
            extractions[name] = extraction
            files[name] = extraction.facts
        elif (facts := config(name, path.read_bytes())) is not None:
            files[name] = facts
    return extractions, files


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_mended_is_as_good_as_new(framework: str) -> None:
    rng = random.Random(framework)
    extractions, files = _read(SHELF / framework)
    snapshot = link(files)
    editable = [name for name, e in extractions.items() if e.facts.functions]
    mended = 0
    for _ in range(60):
        name = rng.choice(editable)
        old = extractions[name]
        function = rng.choice(old.facts.functions)
        at = rng.randint(
            function.start + function.body_start,
            max(function.start + function.body_start, function.start + function.body_end),
        )
        new = extract(name, old.source[:at] + rng.choice(TYPED) + old.source[at:], old)
        assert new is not None
        if new.whole is not None:
            continue
        extractions[name] = new
        files = {**files, name: new.facts}
        before = snapshot
        snapshot = link(files, snapshot)
        mended += snapshot.outline is before.outline
        _assert_same(snapshot, link(files))
    assert mended, "no edit stayed inside a function: nothing was compared"


def _assert_same(mended: Snapshot, fresh: Snapshot) -> None:
    assert [e.label for e in mended.endpoints] == [e.label for e in fresh.endpoints]
    for one, other in zip(mended.endpoints, fresh.endpoints, strict=True):
        assert one == other, one.label
    assert mended.by_file == fresh.by_file
    assert mended.handlers == fresh.handlers
    assert mended.functions == fresh.functions
    assert mended.classes == fresh.classes
    assert mended.transactional == fresh.transactional
    profile = review.profile(None, Settings())
    for path in fresh.files:
        assert review.findings(mended, path, profile) == review.findings(fresh, path, profile)


def _typed(texts: dict[str, str], *edits: tuple[str, str, str]) -> tuple[Snapshot, Snapshot]:
    """The snapshot of the texts, and that after the edits: in a file, before a text, something is typed.

    After each the mended snapshot says what a fresh one says.
    """
    extractions = {name: extract(name, source.encode()) for name, source in texts.items()}
    files = {name: e.facts for name, e in extractions.items() if e is not None}
    first = snapshot = link(files)
    for name, before, typed in edits:
        old = extractions[name]
        assert old is not None
        at = old.source.index(before.encode())
        new = extractions[name] = extract(name, old.source[:at] + typed.encode() + old.source[at:], old)
        assert new is not None
        files = {**files, name: new.facts}
        snapshot = link(files, snapshot)
        _assert_same(snapshot, link(files))
    return first, snapshot


def test_methods_that_another_file_registers() -> None:
    """The endpoints stand in the file of the class; what registers it stands in another one."""
    orders = (
        "from flask_classful import FlaskView\nfrom flask import Blueprint, abort\nbp = Blueprint('b', __name__)\n"
        "@bp.get('/first')\ndef first(): return ''\nclass OrderView(FlaskView):\n    def get(self, key):\n        return 'one'\n"
    )
    app = (
        "from flask import Flask\nfrom shop.orders import OrderView, bp\napp = Flask(__name__)\n"
        "app.register_blueprint(bp)\nOrderView.register(app)\n"
    )
    edits = [("shop/orders.py", "return 'one'", typed) for typed in ("abort(404)\n        ", "# a comment\n        ")]
    before, after = _typed({"shop/orders.py": orders, "shop/app.py": app}, *edits)
    assert [e.label for e in before.endpoints] == ["GET /first", "GET /order/{key}/"]
    assert 404 in after.endpoints[1].statuses


def test_methods_that_a_handler_asks_for_itself() -> None:
    """A function is registered for all methods, in another file, and refuses some of them."""
    main = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.HandleFunc("/orders", show)\n\thttp.ListenAndServe(":1", nil)\n}\n'
    show = (
        'package main\n\nimport "net/http"\n\nfunc show(w http.ResponseWriter, r *http.Request) {\n\tswitch r.Method {\n'
        '\tcase http.MethodGet:\n\t\tw.Write(nil)\n\tdefault:\n\t\thttp.Error(w, "", 405)\n\t}\n}\n'
    )
    edit = ("show.go", "\tdefault:", "\tcase http.MethodPost:\n\t\tw.Write(nil)\n")
    before, after = _typed({"main.go": main, "show.go": show}, edit)
    assert [e.label for e in before.endpoints] == ["GET /orders"]
    assert {e.label for e in after.endpoints} == {"GET /orders", "POST /orders"}


def test_what_another_file_gives_to_every_handler() -> None:
    """The advice of all controllers reads a header; its file is not the one that is edited."""
    advice = (
        "@ControllerAdvice\nclass Advice {\n    @ModelAttribute\n"
        '    void tenant(@RequestHeader("X-Tenant") String tenant, Model model) {\n        model.put(tenant);\n    }\n}\n'
    )
    orders = '@RestController\nclass Orders {\n    @GetMapping("/orders")\n    List<OrderDto> page() {\n        return orders.page();\n    }\n}\n'
    edit = ("src/main/java/shop/Orders.java", "return orders", "log.info(1);\n        ")
    before, after = _typed({"src/main/java/shop/Advice.java": advice, "src/main/java/shop/Orders.java": orders}, edit)
    assert [param.name for param in before.endpoints[0].params] == ["X-Tenant"]
    assert after.endpoints[0].params == before.endpoints[0].params


def test_a_function_of_another_file_that_a_handler_begins_to_call() -> None:
    """What is edited in that file afterwards reaches the endpoint."""
    app = (
        "from fastapi import FastAPI\nfrom shop.stock import take\n\napp = FastAPI()\n\n\n"
        '@app.post("/orders")\ndef create():\n    return {}\n'
    )
    stock = "from fastapi import HTTPException\n\n\ndef take():\n    return 1\n"
    begins = ("shop/app.py", "return {}", "take()\n    ")
    refuses = ("shop/stock.py", "return 1", "if full():\n        raise HTTPException(409)\n    ")
    before, after = _typed({"shop/app.py": app, "shop/stock.py": stock}, begins, refuses)
    assert 409 not in before.endpoints[0].statuses
    assert 409 in after.endpoints[0].statuses
