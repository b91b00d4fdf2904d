"""Code actions: as edits, for what the client means, never dangerous by themselves."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from client import RICH, Client

URI = "untitled:a"
TEXT = "é bad1\nbad2\nbad3\n"


@pytest.fixture(scope="module")
def opened() -> Iterator[Client]:
    """A simple client with an open document."""
    with Client() as client:
        client.initialize()
        client.open(URI, TEXT)
        client.diagnostics(URI, 1)
        yield client


def span(line: int, start: int, end: int, end_line: int | None = None) -> dict[str, Any]:
    last = line if end_line is None else end_line
    return {"start": {"line": line, "character": start}, "end": {"line": last, "character": end}}


def ask(client: Client, range_: Any, diagnostics: Any = (), only: Any = None, uri: str = URI) -> list[Any]:
    context: dict[str, Any] = {"diagnostics": list(diagnostics)}
    if only is not None:
        context["only"] = only
    result: list[Any] = client.request(
        "textDocument/codeAction", {"textDocument": {"uri": uri}, "range": range_, "context": context}
    )
    return result


def titles(actions: list[Any]) -> list[str]:
    return [action["title"] for action in actions]


def test_by_range_without_a_context(opened: Client) -> None:
    actions = ask(opened, span(0, 3, 3))
    assert titles(actions) == [
        "Rename to `good`",
        "Remove",
        "Ignore bad-word here",
        "Why bad-word?",
        "Fix all safe findings of persona-lsp in this file",
    ]
    assert actions[0]["edit"] == {"changes": {URI: [{"range": span(0, 2, 6), "newText": "good"}]}}
    assert [action.get("isPreferred", False) for action in actions] == [True, False, False, False, False]


def test_one_safe_fix_is_preferred_and_only_where_it_is_the_first(client: Client) -> None:
    client.initialize()
    client.open(URI, "bad7\nbad8\n")
    client.diagnostics(URI, 1)
    for line, expected in (
        (0, [("Remove", False), ("Rename to `good`", False)]),
        (1, [("Rename to `good`", True), ("Rename to `fine`", False)]),
    ):
        fixes = [action for action in ask(client, span(line, 0, 4)) if action["kind"] == "quickfix"]
        assert [(action["title"], action.get("isPreferred", False)) for action in fixes] == expected


def test_a_client_that_knows_no_preferred_actions_gets_none(client: Client) -> None:
    client.initialize(
        {"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}}
    )
    client.open(URI, "bad1\n")
    client.diagnostics(URI, 1)
    actions = ask(client, span(0, 0, 4))
    assert actions
    assert not [action for action in actions if "isPreferred" in action]


def test_at_both_ends_of_a_finding(opened: Client) -> None:
    assert ask(opened, span(1, 0, 0), only=["quickfix"])
    assert ask(opened, span(1, 4, 4), only=["quickfix"])


def test_the_context_says_which(opened: Client) -> None:
    whole = span(0, 0, 0, 3)
    mine = {"range": span(1, 0, 4), "code": "bad-word", "message": "x"}
    actions = ask(opened, whole, [mine])
    edits = [a["edit"]["changes"][URI][0]["range"]["start"]["line"] for a in actions if a["kind"] == "quickfix"]
    assert edits == [1], "a client that sends the whole document applies whatever it gets"
    assert len(actions) == 1, "neither what hides findings, nor a second action with the same edit"
    assert ask(opened, whole, [mine], only=["source.fixAll"]), "who asks for it by name may have it"


def test_the_context_may_lack_what_nobody_needs(opened: Client) -> None:
    mine = {"range": span(1, 0, 4), "code": "bad-word"}
    assert ask(opened, span(1, 0, 4), [mine, {"nonsense": 1}, 3])
    strangers = {"range": span(1, 0, 4), "code": "other", "source": "pyright", "message": "x"}
    # Another tool's diagnostic matches none of ours: the range decides.
    assert ask(opened, span(1, 0, 4), [strangers], only=["quickfix"])
    nameless = {"range": span(1, 0, 4), "message": "x"}
    assert ask(opened, span(1, 0, 4), [nameless], only=["quickfix"])


def test_only_some_kinds(opened: Client) -> None:
    place = span(0, 3, 3)
    assert {a["kind"] for a in ask(opened, place, only=["source"])} == {"source.fixAll.persona-lsp"}
    assert {a["kind"] for a in ask(opened, place, only=["source.fixAll"])} == {"source.fixAll.persona-lsp"}
    assert ask(opened, place, only=["source.fixAll.other"]) == []
    assert ask(opened, place, only=["refactor"]) == []
    assert {a["kind"].split(".")[0] for a in ask(opened, place, only=["quickfix"])} == {"quickfix"}


def test_fix_all(opened: Client) -> None:
    (action,) = ask(opened, span(0, 0, 0), only=["source.fixAll"])
    assert len(action["edit"]["changes"][URI]) == 3


def test_nothing_for_nobody(opened: Client) -> None:
    assert ask(opened, span(0, 0, 0), uri="untitled:nobody") == []
    assert ask(opened, span(3, 0, 0), only=["quickfix"]) == []


def test_fixing_takes_the_finding_away(client: Client) -> None:
    client.initialize(initializationOptions={"debounceMs": 0})
    client.open(URI, "😋 bad1\n")
    (diagnostic,) = client.diagnostics(URI, 1)
    action = ask(client, diagnostic["range"], [diagnostic])[0]
    (edit,) = action["edit"]["changes"][URI]
    client.change(URI, 2, {"range": edit["range"], "text": edit["newText"]})
    assert client.diagnostics(URI, 2) == []


def test_lazily_with_versions(client: Client, tmp_path: Path) -> None:
    client.initialize(RICH, tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, "bad1\n", 7)
    client.diagnostics(uri, 7)
    actions = ask(client, span(0, 0, 0), uri=uri)
    lazy = [action for action in actions if action["kind"] != "quickfix.persona-lsp.explain"]
    assert all("edit" not in action for action in lazy if "workspace" not in action["kind"])
    resolved = [client.request("codeAction/resolve", action) for action in lazy]
    document = {"textDocument": {"uri": uri, "version": 7}}
    assert resolved[0]["edit"] == {
        "documentChanges": [document | {"edits": [{"range": span(0, 0, 4), "newText": "good"}]}]
    }
    assert resolved[1]["edit"]["documentChanges"][0]["edits"][0]["newText"] == ""
    assert all(action["edit"]["documentChanges"] for action in resolved)
    client.change(uri, 8, {"text": "bad1 bad2\n"})
    assert client.error("codeAction/resolve", lazy[0])["code"] == -32801
    assert client.request("codeAction/resolve", {"title": "not ours"}) == {"title": "not ours"}


def test_ignoring_in_the_workspace(client: Client, tmp_path: Path) -> None:
    client.initialize(RICH, tmp_path)
    uri, settings = (tmp_path / "a.py").as_uri(), tmp_path / "persona-lsp.toml"
    client.open(uri, "bad1\n")
    client.diagnostics(uri, 1)
    (action,) = ask(client, span(0, 0, 0), uri=uri, only=["quickfix.persona-lsp.ignore.workspace"])
    create, change = action["edit"]["documentChanges"]
    assert create == {"kind": "create", "uri": settings.as_uri(), "options": {"ignoreIfExists": True}}
    assert change["edits"][0]["newText"] == 'ignore = ["bad-word"]\n'
    settings.write_text("# mine\nignore = []\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": settings.as_uri(), "type": 1}]})
    (action,) = ask(client, span(0, 0, 0), uri=uri, only=["quickfix.persona-lsp.ignore.workspace"])
    (change,) = action["edit"]["documentChanges"]
    assert change["edits"] == [{"range": span(1, 10, 10), "newText": '"bad-word"'}]


def test_ignoring_in_settings_that_are_being_edited(client: Client, tmp_path: Path) -> None:
    """The edit is one of the text in the editor, not of the file as it was saved."""
    settings = tmp_path / "persona-lsp.toml"
    settings.write_text("ignore = []\n")
    client.initialize(RICH, tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    client.open(settings.as_uri(), "# é, and not saved yet\n\nignore = []\n", 5, language="toml")
    client.open(uri, "bad1\n")
    client.diagnostics(uri, 1)
    (action,) = ask(client, span(0, 0, 0), uri=uri, only=["quickfix.persona-lsp.ignore.workspace"])
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": settings.as_uri(), "version": 5}
    assert change["edits"] == [{"range": span(2, 10, 10), "newText": '"bad-word"'}]


def test_a_client_that_cannot_create_files_is_offered_no_new_file(client: Client, tmp_path: Path) -> None:
    capabilities = copy.deepcopy(RICH)
    del capabilities["workspace"]["workspaceEdit"]
    client.initialize(capabilities, tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, "bad1\n")
    client.diagnostics(uri, 1)
    assert ask(client, span(0, 0, 0), uri=uri, only=["quickfix.persona-lsp.ignore.workspace"]) == []
