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


def test_methods_that_another_file_registers() -> None:
    """The endpoints stand in the file of the class; what registers it stands in another one."""
    texts = {
        "shop/orders.py": b"from flask_classful import FlaskView\nfrom flask import Blueprint, abort\nbp = Blueprint('b', __name__)\n"
        b"@bp.get('/first')\ndef first(): return ''\nclass OrderView(FlaskView):\n    def get(self, key):\n        return ''\n",
        "shop/app.py": b"from flask import Flask\nfrom shop.orders import OrderView, bp\napp = Flask(__name__)\n"
        b"app.register_blueprint(bp)\nOrderView.register(app)\n",
    }
    extractions = {name: extract(name, source) for name, source in texts.items()}
    files = {name: e.facts for name, e in extractions.items() if e is not None}
    snapshot = link(files)
    assert [e.label for e in snapshot.endpoints] == ["GET /first", "GET /order/{key}/"]
    for typed in (b"abort(404)\n        ", b"# a comment\n        "):
        old = extractions["shop/orders.py"]
        assert old is not None
        at = old.source.index(b"return ''\n", old.source.index(b"class Order"))
        new = extractions["shop/orders.py"] = extract("shop/orders.py", old.source[:at] + typed + old.source[at:], old)
        assert new is not None
        files = {**files, "shop/orders.py": new.facts}
        snapshot = link(files, snapshot)
        _assert_same(snapshot, link(files))
    assert 404 in snapshot.endpoints[1].statuses
