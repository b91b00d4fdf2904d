"""Hover, symbols, hints, lenses, definition, commands, configuration, folders, progress."""

import copy
from pathlib import Path
from typing import Any

import pytest
from client import RICH, Client

URI = "untitled:a"


def at(line: int, character: int, uri: str = URI) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


def whole(uri: str = URI) -> dict[str, Any]:
    return {
        "textDocument": {"uri": uri},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}},
    }


def test_hover_in_every_encoding() -> None:
    for encoding, character in (("utf-8", 5), ("utf-16", 3), ("utf-32", 2)):
        with Client() as client:
            general = {"positionEncodings": ["utf-7", encoding]}
            result = client.initialize({"general": general, "textDocument": {"hover": {"contentFormat": ["markdown"]}}})
            assert result["capabilities"]["positionEncoding"] == encoding
            client.open(URI, "😋 bad1\n")
            hover = client.request("textDocument/hover", at(0, character))
            assert hover["contents"] == {"kind": "markdown", "value": "**bad1** is `bad`"}
            assert hover["range"]["start"] == {"line": 0, "character": character}
            assert hover["range"]["end"] == {"line": 0, "character": character + 4}


def test_hover_while_a_text_is_looked_at(client: Client) -> None:
    client.initialize(initializationOptions={"debounceMs": 0})
    client.open(URI, "bad1\n")
    client.diagnostics(URI, 1)
    place = {"line": 0, "character": 0}
    client.change(URI, 2, {"range": {"start": place, "end": place}, "text": "slow3000\n"})
    hover = client.request("textDocument/hover", at(1, 2), seconds=2)
    assert hover["contents"] == {"kind": "plaintext", "value": "bad1 is bad"}
    assert hover["range"]["start"] == {"line": 1, "character": 0}, "moved with the text"
    assert client.request("textDocument/hover", at(0, 3)) is None


def test_hover_before_the_first_look(client: Client) -> None:
    client.initialize()
    client.open(URI, "slow200 bad1\n")
    assert client.request("textDocument/hover", at(0, 9))


def test_symbols(client: Client, tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("bad2\n")
    client.initialize(RICH, tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, "bad1\n")
    client.diagnostics(uri)
    (symbol,) = client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert symbol["name"] == "bad1"
    assert symbol["selectionRange"] == symbol["range"]
    found = client.request("workspace/symbol", {"query": "bad"})
    assert {(s["name"], s["location"]["uri"]) for s in found} == {("bad1", uri), ("bad2", (tmp_path / "b.py").as_uri())}
    assert client.request("workspace/symbol", {"query": "\ud800"}) == []
    location = client.request("textDocument/definition", at(0, 0, uri))
    assert location["uri"] == (tmp_path / "b.py").as_uri()


def test_symbols_as_a_list(plain: Client) -> None:
    plain.open("untitled:list", "bad1\n")
    (symbol,) = plain.request("textDocument/documentSymbol", {"textDocument": {"uri": "untitled:list"}})
    assert symbol["location"]["uri"] == "untitled:list"
    assert plain.request("textDocument/documentSymbol", {"textDocument": {"uri": "untitled:nobody"}}) == []


def test_hints_and_lenses(client: Client) -> None:
    client.initialize()
    client.open(URI, "é bad1\nbad2\n")
    hint, _ = client.request("textDocument/inlayHint", whole())
    assert hint == {
        "position": {"line": 0, "character": 6},
        "label": "!",
        "paddingLeft": True,
        "paddingRight": False,
        "tooltip": "really",
    }
    assert client.request("textDocument/codeLens", {"textDocument": {"uri": URI}}) == [], "off by default"
    client.notify(
        "workspace/didChangeConfiguration", {"settings": {"persona-lsp": {"codeLens": True, "inlayHints": False}}}
    )
    client.until(lambda: len(client.request("textDocument/codeLens", {"textDocument": {"uri": URI}})) == 2)
    assert client.request("textDocument/inlayHint", whole()) == []


def test_settings_from_the_editor_are_live_and_bad_ones_are_told(client: Client) -> None:
    settings: dict[str, Any] = {"ignore": ["bad-word"]}
    client.respond["workspace/configuration"] = lambda params: [settings for _ in params["items"]]
    client.initialize(RICH)
    client.open(URI, "bad1\n")
    client.settled(URI, lambda found: not found)
    registered = client.until(
        lambda: {
            registration["method"]
            for message in client.messages
            if message.get("method") == "client/registerCapability"
            for registration in message["params"]["registrations"]
        }
    )
    client.until(lambda: client.notified("client/registerCapability")[1:] or None)
    assert registered <= {"workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles"}
    settings.clear()
    settings.update({"debounceMs": "fast", "ignore": []})
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    client.settled(URI, lambda found: len(found) == 1)
    (message,) = client.until(lambda: client.notified("window/showMessage") or None)
    assert "`debounceMs` must be a whole number" in message["message"]


@pytest.mark.parametrize("nothing", [{}, None])
def test_settings_that_the_editor_takes_back_hold_no_longer(client: Client, nothing: object) -> None:
    told: list[object] = [{"ignore": ["bad-word"]}]
    client.respond["workspace/configuration"] = lambda params: told * len(params["items"])
    client.initialize(RICH)
    client.open(URI, "bad1\n")
    client.settled(URI, lambda found: not found)
    told[:] = [nothing]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    client.settled(URI, lambda found: len(found) == 1)


def test_an_editor_without_settings_leaves_those_that_it_began_with(client: Client) -> None:
    client.respond["workspace/configuration"] = lambda params: [{} for _ in params["items"]]
    client.initialize(RICH, initializationOptions={"ignore": ["bad-word"]})
    client.open(URI, "bad1\n")
    for _ in range(2):
        client.notify("workspace/didChangeConfiguration", {"settings": None})
    client.request("workspace/executeCommand", {"command": "persona-lsp.status"})
    assert client.diagnostics(URI, 1) == []


def nested(depth: int) -> object:
    return [nested(depth - 1)] if depth else []


@pytest.mark.parametrize("odd", [10**30, -(10**30), "\ud800", {"\ud800": [10**30]}, nested(400)])
def test_settings_that_cannot_be_carried_as_they_are_cost_nothing_but_themselves(client: Client, odd: object) -> None:
    client.initialize(initializationOptions={"ignore": ["bad-word"], "codeLens": odd, "debounceMs": 0})
    client.open(URI, "bad1\n")
    assert client.diagnostics(URI, 1) == []
    client.notify("workspace/didChangeConfiguration", {"settings": {"persona-lsp": {"codeLens": odd}}})
    client.settled(URI, lambda found: len(found) == 1)
    assert any("`codeLens` must be" in told["message"] for told in client.notified("window/showMessage"))


def test_settings_of_others_change_nothing(client: Client) -> None:
    client.initialize(initializationOptions={"ignore": ["bad-word"], "debounceMs": 0})
    client.open(URI, "bad1\n")
    assert client.diagnostics(URI, 1) == []
    client.notify("workspace/didChangeConfiguration", {"settings": {"python": {"analysis": {"mode": "strict"}}}})
    client.change(URI, 2, {"text": "bad1 bad2\n"})
    assert client.diagnostics(URI, 2) == []
    assert client.notified("window/showMessage") == []


def test_settings_from_a_file_are_live(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "persona-lsp.toml"
    file.write_text("debounce-ms = 0\nignore = ['bad-word']\npersna = 1\n")
    client.initialize(root=tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, "bad1\n")
    assert client.diagnostics(uri, 1) == []
    (problem,) = client.diagnostics(file.as_uri())
    assert problem["range"]["start"] == {"line": 2, "character": 0}
    assert "did you mean `persona`?" in problem["message"]
    file.write_text("debounce-ms = 0\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 2}]})
    client.settled(uri, lambda found: len(found) == 1)
    client.settled(file.as_uri(), lambda found: not found)


def test_an_unsaved_settings_file_counts(client: Client, tmp_path: Path) -> None:
    client.initialize(root=tmp_path, initializationOptions={"debounceMs": 0})
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, "bad1\n")
    client.settled(uri, lambda found: len(found) == 1)
    (tmp_path / "persona-lsp.toml").write_text("")
    client.open((tmp_path / "persona-lsp.toml").as_uri(), "ignore = ['bad-word']\n", language="toml")
    client.settled(uri, lambda found: not found)


def test_what_is_wrong_in_an_open_settings_file_stays_shown(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "persona-lsp.toml"
    file.write_text("")
    client.initialize(root=tmp_path, initializationOptions={"debounceMs": 0})
    client.open(file.as_uri(), "persna = 1\n", language="toml")
    assert len(client.diagnostics(file.as_uri(), 1)) == 1
    client.open((tmp_path / "a.py").as_uri(), "bad1\n")
    client.diagnostics((tmp_path / "a.py").as_uri(), 1)
    told = [one for one in client.notified("textDocument/publishDiagnostics") if one["uri"] == file.as_uri()]
    assert len(told[-1]["diagnostics"]) == 1


def test_two_open_settings_files_leave_each_other_alone(client: Client, tmp_path: Path) -> None:
    (tmp_path / "persona-lsp.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    client.initialize(RICH, tmp_path, initializationOptions={"debounceMs": 0})
    client.open((tmp_path / "persona-lsp.toml").as_uri(), "ignore = ['x']\n", language="toml")
    client.open((tmp_path / "pyproject.toml").as_uri(), "[tool.persona-lsp]\n", language="toml")
    uri = (tmp_path / "a.py").as_uri()
    for version in range(1, 30):
        client.open(uri, f"bad{version}\n", version=version)
        client.diagnostics(uri, version)
    # Each new look at the workspace asks the client to look again, too.
    assert len(client.notified("workspace/inlayHint/refresh")) < 20


def test_a_persona_that_is_missing_is_told_once(client: Client) -> None:
    client.initialize(initializationOptions={"persona": "nobody"})
    client.open(URI, "bad1\n")
    client.diagnostics(URI)
    assert [m["message"] for m in client.notified("window/showMessage")] == ["There is no persona `nobody`."]


def test_folders_come_and_go(client: Client, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "two" / "one"
    for folder in (one, other):
        folder.mkdir(parents=True)
        (folder / "b.py").write_text("bad1\n")
    client.initialize(workspaceFolders=[{"uri": one.as_uri(), "name": "one"}])

    def found() -> list[str]:
        return sorted(s["location"]["uri"] for s in client.request("workspace/symbol", {"query": "bad"}))

    client.until(lambda: found() == [(one / "b.py").as_uri()])
    event = {"added": [{"uri": other.as_uri(), "name": "one"}], "removed": []}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    client.until(lambda: found() == [(one / "b.py").as_uri(), (other / "b.py").as_uri()])
    event = {"added": [], "removed": [{"uri": one.as_uri(), "name": "one"}]}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    client.until(lambda: found() == [(other / "b.py").as_uri()])


def test_what_is_open_stands_where_it_did_when_folders_come_and_go(client: Client, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "b.py").write_text("bad1\n")
    uri, named = (one / "b.py").as_uri(), [{"uri": f.as_uri(), "name": f.name} for f in (one, two)]
    client.initialize(workspaceFolders=named, initializationOptions={"debounceMs": 0})
    client.open(uri, "bad1 bad2\n")
    assert len(client.diagnostics(uri, 1)) == 2

    def found() -> list[str]:
        return sorted(s["location"]["uri"] for s in client.request("workspace/symbol", {"query": "bad"}))

    client.until(lambda: found() == [uri, uri, (two / "b.py").as_uri()])
    client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": named[1:]}})
    client.until(lambda: found() == [uri, uri])
    client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": named[1:], "removed": []}})
    client.until(lambda: found() == [uri, uri, (two / "b.py").as_uri()])
    client.change(uri, 2, {"text": ""})
    assert client.diagnostics(uri, 2) == []
    client.until(lambda: found() == [(two / "b.py").as_uri()])


def test_progress_with_cancel(client: Client, tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"f{number}.py").write_text("slow300\n")
    client.initialize(RICH, tmp_path)
    kinds = client.until(lambda: [p["value"]["kind"] for p in client.notified("$/progress")] or None)
    assert kinds[0] == "begin"
    token = client.notified("$/progress")[0]["token"]
    client.notify("window/workDoneProgress/cancel", {"token": token})
    client.until(lambda: client.notified("$/progress")[-1]["value"]["kind"] == "end", 3)


def test_a_folder_that_is_read_at_once_shows_no_progress(client: Client, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("bad1\n")
    client.initialize(RICH, tmp_path)
    client.until(
        lambda: (
            any(m.get("method") == "workspace/diagnostic/refresh" for m in client.messages)
            or client.request("workspace/symbol", {"query": "bad"})
        )
    )
    assert client.notified("$/progress") == []


def test_commands(client: Client) -> None:
    capabilities = copy.deepcopy(RICH)
    client.respond["window/showDocument"] = lambda _params: {"success": True}
    client.initialize(capabilities)
    run = {"command": "persona-lsp.explain", "arguments": ["bad-word", "https://example.org/bad-word"]}
    assert client.request("workspace/executeCommand", run) is None
    shown = next(m["params"] for m in client.messages if m.get("method") == "window/showDocument")
    assert shown == {"uri": "https://example.org/bad-word", "external": True}
    run = {"command": "persona-lsp.explain", "arguments": ["bad-word", "file:///docs/bad-word.md"]}
    client.request("workspace/executeCommand", run)
    shown = [m["params"] for m in client.messages if m.get("method") == "window/showDocument"][-1]
    assert shown == {"uri": "file:///docs/bad-word.md", "external": False}, "a page of ours opens in the editor"
    assert client.request("workspace/executeCommand", {"command": "persona-lsp.status"})["diagnostics"] == "push"
    assert "no command" in client.error("workspace/executeCommand", {"command": "x"})["message"]


def test_why_without_show_document_is_a_message(client: Client) -> None:
    client.initialize()
    client.request("workspace/executeCommand", {"command": "persona-lsp.explain", "arguments": ["r", "https://x"]})
    assert client.notified("window/showMessage")[-1]["message"] == "r: https://x"


def test_a_client_that_cannot_say_how_it_counts_says_so_in_its_options(client: Client) -> None:
    result = client.initialize(initializationOptions={"positionEncoding": "utf-8"})
    assert result["capabilities"]["positionEncoding"] == "utf-8"
    client.open(URI, "é bad1\n")
    (diagnostic,) = client.diagnostics(URI, 1)
    assert diagnostic["range"]["start"]["character"] == 3
    assert client.notified("window/showMessage") == [], "it is no setting that does not exist"


def test_what_a_client_announces_comes_before_its_options(client: Client) -> None:
    general = {"positionEncodings": ["utf-16"]}
    result = client.initialize({"general": general}, initializationOptions={"positionEncoding": "utf-8"})
    assert result["capabilities"]["positionEncoding"] == "utf-16"


def test_hostile_capabilities(client: Client) -> None:
    client.initialize(
        {
            "general": {"positionEncodings": "utf-8"},
            "textDocument": [1],
            "workspace": {"configuration": "yes"},
            "window": None,
        }
    )
    client.open(URI, "bad1\n")
    assert client.diagnostics(URI, 1)
