"""Findings that the baseline knows are not shown; fixes reach the files that they are about."""

import json
from pathlib import Path

import pytest
from client import LITERALS, REAL, RICH, Client, Json

LEAK = """from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/orders")
def list_orders():
    try:
        return load()
    except OSError as error:
        raise HTTPException(status_code=500, detail=str(error))
"""
ROUTES = """const express = require('express');
const controller = require('./controller');

const router = express.Router();
router.get('/orders/:id/cancel', controller.cancel);
module.exports = router;
"""
CONTROLLER = """const { Order } = require('./models');

exports.cancel = async (req, res, next) => {
  try {
    await Order.destroy({ where: { id: req.params.id } });
    res.json({ ok: true });
  } catch (error) {
    next(error);
  }
};
"""
MODELS = """const { Sequelize, DataTypes } = require('sequelize');

const sequelize = new Sequelize(process.env.DB);
module.exports = { Order: sequelize.define('Order', { name: DataTypes.STRING }) };
"""
APP = "const app = require('express')();\napp.use('/api', require('./routes'));\napp.listen(3000);\n"


def rules(diagnostics: list[Json]) -> list[str]:
    return [one["code"] for one in diagnostics]


def baseline(*fingerprints: str) -> str:
    return json.dumps({"version": 1, "findings": [{"fingerprint": one} for one in fingerprints]})


def changed(client: Client, file: Path) -> None:
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 2}]})


@pytest.mark.parametrize("folders", [1, 2])
def test_what_the_command_wrote_is_known_to_the_server(tmp_path: Path, folders: int) -> None:
    from persona_lsp.cli.commands import run

    root = tmp_path / "shop"
    root.mkdir()
    (root / "main.py").write_text(LEAK)
    (root / "persona-lsp.toml").write_text('baseline = "known.json"\n')
    assert run(["check", str(root), "--write-baseline", str(root / "known.json"), "--no-cache", "-q"]) == 0
    # Where there are several folders, paths of the workspace begin with their names.
    more = [{"uri": (tmp_path / name).as_uri(), "name": name} for name in ("shop", "other")[:folders]]
    (tmp_path / "other").mkdir()
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, root, workspaceFolders=more, initializationOptions={"debounceMs": 0})
        uri = (root / "main.py").as_uri()
        client.open(uri, LEAK)
        assert client.diagnostics(uri, 1) == []
        again = '\n\n@app.get("/more")\ndef more():\n    try:\n        return load()\n    except OSError as error:\n        raise HTTPException(status_code=500, detail=str(error))\n'
        client.change(uri, 2, {"text": "# moved\n" + LEAK + again})
        assert len(client.diagnostics(uri, 2)) == 1
        fixes = client.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": uri},
                "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
                "context": {"diagnostics": [], "only": ["source.fixAll"]},
            },
        )
        if fixes:
            edits = client.request("codeAction/resolve", fixes[0])["edit"]["documentChanges"][0]["edits"]
            lines = {edit["range"]["start"]["line"] for edit in edits}
            assert lines & set(range(13, 20)), "the new one is mended"
            assert not lines & set(range(5, 13)), "what is known is left alone"
        registered = [m["params"] for m in client.messages if m.get("method") == "client/registerCapability"]
        assert '"**/known.json"' in json.dumps(registered)
        (root / "known.json").write_text(baseline())
        changed(client, root / "known.json")
        (one,) = client.settled(uri, lambda found: "more answer" in found[0]["message"])
        assert one["message"].startswith("`str(error)` and 1 more answer of this file ")


def test_a_comment_moves_a_group_to_its_next_place(tmp_path: Path) -> None:
    again = LEAK[LEAK.index("@app.get") :]
    text = LEAK + "".join("\n\n" + again.replace("orders", name) for name in ("books", "users"))
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, tmp_path, initializationOptions={"debounceMs": 0})
        uri = (tmp_path / "main.py").as_uri()
        client.open(uri, text)
        (one,) = client.diagnostics(uri, 1)
        assert one["message"].startswith("`str(error)` and 2 more answers of this file ")
        assert [beside["location"]["uri"] for beside in one["relatedInformation"]] == [uri, uri]
        first = one["range"]["start"]["line"]
        comment = "        # persona-lsp: ignore[error-leaks-internals] operators only\n"
        lines = text.splitlines(keepends=True)
        client.change(uri, 2, {"text": "".join([*lines[:first], comment, *lines[first:]])})
        (other,) = client.diagnostics(uri, 2)
        assert other["message"].startswith("`str(error)` and 1 more answer of this file ")
        assert other["range"]["start"]["line"] > first + 1


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_one_that_cannot_be_read_is_a_message_and_all_is_shown(
    client: Client, tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "known.json"
    if text is not None:
        file.write_text(text)
    (tmp_path / "persona-lsp.toml").write_text('baseline = "known.json"\n')
    client.initialize(RICH, tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, "bad1\n")
    assert rules(client.diagnostics(uri, 1)) == ["bad-word"]
    (said,) = client.until(lambda: client.notified("window/showMessage"))
    assert "the baseline `known.json`" in said["message"]
    assert "all findings are shown" in said["message"]
    # The engine of these tests numbers its findings.
    file.write_text(baseline("f0"))
    changed(client, file)
    assert client.settled(uri, lambda found: not found) == []
    file.unlink()
    changed(client, file)
    assert rules(client.settled(uri, bool)) == ["bad-word"]


@pytest.mark.parametrize("versions", [True, False])
def test_a_fix_in_another_file(tmp_path: Path, versions: bool) -> None:
    for name, text in {"app.js": APP, "routes.js": ROUTES, "controller.js": CONTROLLER, "models.js": MODELS}.items():
        (tmp_path / name).write_text(text)
    with Client(REAL, cache=tmp_path / "cache") as client:
        capabilities = {"workspace": {"workspaceEdit": {"documentChanges": True}}} if versions else {}
        client.initialize(
            {**capabilities, "textDocument": {**LITERALS["textDocument"], "publishDiagnostics": {"dataSupport": True}}},
            tmp_path,
            initializationOptions={"debounceMs": 0},
        )
        uri, routes = (tmp_path / "controller.js").as_uri(), (tmp_path / "routes.js").as_uri()
        client.open(uri, CONTROLLER, language="javascript")
        (found,) = client.settled(uri, lambda found: "get-with-side-effects" in rules(found))
        assert found["data"]["fixable"] is True

        def edit() -> Json | None:
            actions = client.request(
                "textDocument/codeAction",
                {"textDocument": {"uri": uri}, "range": found["range"], "context": {"diagnostics": [found]}},
            )
            return next((one["edit"] for one in actions if "POST" in one["title"]), None)

        place = {"start": {"line": 4, "character": 7}, "end": {"line": 4, "character": 10}}
        expected = {"range": place, "newText": "post"}
        if not versions:
            assert edit() == {"changes": {routes: [expected]}}
        else:
            document = {"uri": routes, "version": None}
            assert edit() == {"documentChanges": [{"textDocument": document, "edits": [expected]}]}
            client.open(routes, ROUTES, 5, language="javascript")
            client.diagnostics(routes, 5)
            document["version"] = 5
            assert edit() == {"documentChanges": [{"textDocument": document, "edits": [expected]}]}
            client.notify("textDocument/didClose", {"textDocument": {"uri": routes}})
        # Somebody changed the file, and nobody told: the edit would land in the wrong place.
        (tmp_path / "routes.js").write_text("// a comment\n" + ROUTES)
        assert edit() is None
