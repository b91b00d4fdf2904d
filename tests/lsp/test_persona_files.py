"""A persona file in an editor: the real server answers for it, and leaves all other Markdown alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from client import REAL, RICH, Client, Json

REPOSITORY = Path(__file__).parents[2]
BUNDLED = REPOSITORY / "personas" / "backend-developer.md"

PERSONA = """\
---
name: strict
description: Reviews APIs: all of them
model: claude-sonnet-4-20250514
tools: Read, grep
color: green
---

# Who you are

You are strict.

## Status codes

You implement proper HTTP status codes and consistent error responses.
Ask the user clarifying questions.
"""

FASTAPI = """\
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/orders")
def create_order(order: dict, db=None):
    try:
        db.execute("insert into orders values (1)")
        return {"id": 1}
    except Exception as error:
        raise HTTPException(status_code=500, detail=str(error))
"""


class Editor:
    """A client with a workspace, and the documents that it edits."""

    def __init__(self, client: Client, root: Path) -> None:
        self.client = client
        self.root = root
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}

    def open(self, name: str, text: str, language: str = "markdown") -> str:
        uri = (self.root / name).as_uri()
        self.texts[uri], self.versions[uri] = text, 1
        self.client.open(uri, text, language=language)
        return uri

    def type(self, uri: str, text: str) -> None:
        self.texts[uri] = text
        self.versions[uri] += 1
        self.client.change(uri, self.versions[uri], {"text": text})

    def problems(self, uri: str) -> list[Json]:
        return self.client.diagnostics(uri, self.versions[uri])

    def codes(self, uri: str) -> list[str]:
        return [one["code"] for one in self.problems(uri)]

    def actions(self, uri: str, diagnostic: Json, **context: Any) -> list[Json]:
        asked = {
            "textDocument": {"uri": uri},
            "range": diagnostic["range"],
            "context": {"diagnostics": [diagnostic], **context},
        }
        return self.client.request("textDocument/codeAction", asked)

    def apply(self, uri: str, action: Json) -> None:
        """Resolve an action, check that it means this version, and type what it says."""
        resolved = self.client.request("codeAction/resolve", action)
        (change,) = resolved["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": uri, "version": self.versions[uri]}
        self.type(uri, edited(self.texts[uri], change["edits"]))

    def hover(self, uri: str, text: str, after: int = 1) -> str | None:
        found = self.client.request("textDocument/hover", {**self.at(uri, text, after)})
        return found and found["contents"]["value"]

    def completions(self, uri: str, text: str) -> list[str]:
        """The labels behind a text; each one's edit is checked to lie in the line of the cursor."""
        place = self.at(uri, text, len(text))
        items = self.client.request("textDocument/completion", place)
        line = place["position"]["line"]
        for item in items:
            spot = item["textEdit"]["range"]
            assert spot["start"]["line"] == spot["end"]["line"] == line
            assert spot["start"]["character"] <= place["position"]["character"] <= spot["end"]["character"]
        return [item["label"] for item in items]

    def at(self, uri: str, text: str, after: int) -> Json:
        index = self.texts[uri].index(text) + after
        before = self.texts[uri][:index]
        line = before.count("\n")
        column = len(before[before.rfind("\n") + 1 :].encode())
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}


def edited(text: str, edits: list[Json]) -> str:
    """The text after edits whose characters are bytes (the encoding that these clients offer first)."""
    lines = [*text.encode().splitlines(keepends=True), b""]
    starts = [sum(map(len, lines[:i])) for i in range(len(lines) + 1)]
    data = text.encode()

    def offset(position: Json) -> int:
        return starts[position["line"]] + position["character"]

    for edit in sorted(edits, key=lambda e: offset(e["range"]["start"]), reverse=True):
        data = data[: offset(edit["range"]["start"])] + edit["newText"].encode() + data[offset(edit["range"]["end"]) :]
    return data.decode()


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    root = tmp_path_factory.mktemp("workspace")
    with Client(REAL, cache=root / "cache") as client:
        client.initialize(RICH, root, initializationOptions={"debounceMs": 0})
        yield Editor(client, root)


def test_problems_are_diagnostics_with_their_codes(editor: Editor) -> None:
    uri = editor.open(".claude/agents/strict.md", PERSONA)
    found = editor.problems(uri)
    assert [(one["code"], one["severity"], one["range"]["start"]["line"]) for one in found] == [
        ("unquoted-colon", 2, 2),
        ("model-retired", 2, 3),
        ("tool-misspelled", 3, 4),
        ("chat-order", 4, 15),
    ]
    assert all(one["source"] == "persona-lsp" for one in found)


def test_every_problem_with_a_fix_is_mended_by_it(editor: Editor) -> None:
    uri = editor.open(".claude/agents/mend.md", PERSONA.replace("name: strict", "name: mend"))
    for code, line in (
        ("unquoted-colon", 'description: "Reviews APIs: all of them"'),
        ("model-retired", "model: sonnet"),
        ("tool-misspelled", "tools: Read, Grep"),
    ):
        diagnostic = next(one for one in editor.problems(uri) if one["code"] == code)
        (action,) = editor.actions(uri, diagnostic, only=["quickfix"])
        # A retired model is somebody's choice: its successor is offered, not preferred.
        assert action.get("isPreferred", False) is (code != "model-retired")
        editor.apply(uri, action)
        assert code not in editor.codes(uri)
        assert line in editor.texts[uri].splitlines()


def test_all_safe_fixes_at_once_and_nothing_the_second_time(editor: Editor) -> None:
    uri = editor.open(
        ".claude/agents/all.md", "---\nname: all\ndescription: a: b\ntools: Read, grep\n---\nYou\u202e test.\n"
    )
    (diagnostic, *_) = editor.problems(uri)
    (action,) = editor.actions(uri, diagnostic, only=["source.fixAll"])
    editor.apply(uri, action)
    assert editor.texts[uri] == '---\nname: all\ndescription: "a: b"\ntools: Read, Grep\n---\nYou test.\n'
    assert editor.codes(uri) == []
    (again,) = editor.actions(uri, diagnostic, only=["source.fixAll"])
    assert not editor.client.request("codeAction/resolve", again)["edit"].get("documentChanges")


def test_a_fix_of_a_text_that_changed_is_refused(editor: Editor) -> None:
    uri = editor.open(".claude/agents/changed.md", PERSONA)
    (action, *_) = editor.actions(uri, editor.problems(uri)[0], only=["quickfix"])
    editor.type(uri, PERSONA + "More.\n")
    assert editor.client.error("codeAction/resolve", action)["code"] == -32801


def test_hidden_characters_are_named_and_not_shown(editor: Editor) -> None:
    text = '---\nname: hidden\ndescription: "é\u202e: \u2066x"\n---\nYou test 😀\u200b.\n'
    uri = editor.open(".claude/agents/hidden.md", text)
    found = [one for one in editor.problems(uri) if one["code"] == "hidden-character"]
    assert "is not what is read, because of U+202E RIGHT-TO-LEFT OVERRIDE" in found[0]["message"]
    assert "Nobody sees what stands here: U+200B ZERO WIDTH SPACE" in found[2]["message"]
    assert not any(c in one["message"] for one in found for c in "\u202e\u2066\u200b")
    # In the client's encoding: é has two bytes, the emoji four.
    assert found[0]["range"] == {"start": {"line": 2, "character": 16}, "end": {"line": 2, "character": 19}}
    assert found[2]["range"]["start"] == {"line": 4, "character": 13}
    editor.apply(uri, editor.actions(uri, found[0], only=["quickfix"])[0])
    assert "\u202e" not in editor.texts[uri]


def test_a_byte_order_mark_counts_as_the_client_counts_it(editor: Editor) -> None:
    uri = editor.open(".claude/agents/bom.md", "\ufeff---\r\nname: bom\r\ndescription: a: b\r\n---\r\nYou test.\r\n")
    mark, colon = editor.problems(uri)
    assert (mark["code"], colon["code"]) == ("byte-order-mark", "unquoted-colon")
    editor.apply(uri, editor.actions(uri, colon, only=["quickfix"])[0])
    assert editor.texts[uri] == '\ufeff---\r\nname: bom\r\ndescription: "a: b"\r\n---\r\nYou test.\r\n'
    editor.apply(uri, editor.actions(uri, mark, only=["quickfix"])[0])
    assert editor.texts[uri] == '---\r\nname: bom\r\ndescription: "a: b"\r\n---\r\nYou test.\r\n'


class TestHover:
    def test_a_sentence_says_what_keeps_it(self, editor: Editor) -> None:
        uri = editor.open(".claude/agents/hover.md", PERSONA)
        card = editor.hover(uri, "proper HTTP status")
        assert card is not None
        assert "A commitment of *strict*" in card
        assert "post-create-without-201" in card

    def test_a_field_says_what_it_is_for_and_where_that_stands(self, editor: Editor) -> None:
        uri = editor.open(".claude/agents/hover.md", PERSONA)
        card = editor.hover(uri, "claude-sonnet-4")
        assert card is not None
        assert "`sonnet`, the newest Sonnet, since `claude-sonnet-4-20250514` retired on 2026-06-15" in card
        assert "https://code.claude.com/docs/en/sub-agents" in card
        assert "read files" in (editor.hover(uri, "tools:") or "")

    def test_the_fence_says_what_the_whole_is(self, editor: Editor) -> None:
        uri = editor.open(".claude/agents/hover.md", PERSONA)
        card = editor.hover(uri, "---", 0)
        assert card is not None
        assert "**strict** · Claude Code" in card
        assert "Model: `sonnet`" in card
        assert "tokens (an estimate: 3.5 characters a token)" in card
        assert "of 2 sentences are kept" in card


class TestCompletion:
    def test_fields_that_are_not_there_yet(self, editor: Editor) -> None:
        uri = editor.open(".claude/agents/fields.md", "---\nname: x\nco\n---\nYou test.\n")
        labels = editor.completions(uri, "\nco")
        assert "color" in labels
        assert "disallowedTools" in labels
        assert "name" not in labels

    def test_each_format_has_its_own(self, editor: Editor) -> None:
        text = "---\ndescription: x\n\n---\nYou test.\n"
        vscode = editor.open(".github/agents/fields.agent.md", text)
        cursor = editor.open(".cursor/agents/fields.md", text)
        rule = editor.open(".cursor/rules/fields.mdc", text)
        assert "handoffs" in editor.completions(vscode, "x\n")
        assert editor.completions(cursor, "x\n") == ["name", "model", "readonly", "is_background"]
        assert editor.completions(rule, "x\n") == ["globs", "alwaysApply"]

    def test_values(self, editor: Editor) -> None:
        uri = editor.open(".claude/agents/values.md", "---\nname: v\ncolor:\nmodel: so\nmemory: \n---\nYou test.\n")
        colors = ["red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan"]
        assert editor.completions(uri, "color:") == colors
        assert {"sonnet", "inherit", "claude-opus-5-5"} <= set(editor.completions(uri, "model: so"))
        assert editor.completions(uri, "memory: ") == ["user", "project", "local"]
        items = editor.client.request("textDocument/completion", editor.at(uri, "color:", 6))
        assert items[0]["textEdit"]["newText"] == " red"

    def test_tools_in_a_line_and_in_a_list(self, editor: Editor) -> None:
        text = "---\nname: t\ntools: Read, Gr\ndisallowedTools:\n  - Bash\n  - \n---\nYou test.\n"
        uri = editor.open(".claude/agents/tools.md", text)
        labels = editor.completions(uri, "Read, Gr")
        assert "Grep" in labels
        assert "Read" not in labels
        listed = editor.completions(uri, "Bash\n  - ")
        assert "Write" in listed
        assert "Bash" not in listed

    def test_none_in_the_text_and_none_in_code(self, editor: Editor) -> None:
        uri = editor.open(".claude/agents/none.md", PERSONA)
        assert editor.completions(uri, "You are ") == []
        code = editor.open("main.py", FASTAPI, "python")
        assert editor.completions(code, "FastAPI(") == []


def test_the_outline_has_fields_and_sections(editor: Editor) -> None:
    uri = editor.open(".claude/agents/outline.md", PERSONA)
    front, who = editor.client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert [child["name"] for child in front["children"]] == ["name", "description", "model", "tools", "color"]
    assert (who["name"], [child["name"] for child in who["children"]]) == ("Who you are", ["Status codes"])
    assert who["children"][0]["detail"] == "1 of 2 kept"
    assert who["range"]["end"] == who["children"][0]["range"]["end"]


@pytest.mark.parametrize(
    "name",
    ["README.md", "docs/notes.md", "personas/somebody.md", ".claude/agents/README.md", ".claude/commands/deploy.md",
     "agents/x.md", ".cursor/rules/notes.md"],
)  # fmt: skip
def test_other_markdown_is_left_alone(editor: Editor, name: str) -> None:
    uri = editor.open(name, PERSONA.replace("You are", "You\u202e are"))
    assert editor.problems(uri) == []
    assert editor.hover(uri, "proper HTTP status") is None
    assert editor.hover(uri, "model:") is None
    assert editor.completions(uri, "model: ") == []
    assert editor.client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}}) == []
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    assert editor.actions(uri, {"range": whole, "message": ""}) == []


def test_the_persona_that_is_shipped_has_nothing_wrong(editor: Editor) -> None:
    uri = BUNDLED.as_uri()
    editor.texts[uri], editor.versions[uri] = BUNDLED.read_text(), 1
    editor.client.open(uri, editor.texts[uri], language="markdown")
    assert editor.problems(uri) == []
    assert "**backend-developer**" in (editor.hover(uri, "---", 0) or "")
    assert "about 980 tokens" in (editor.hover(uri, "---", 0) or "")


def test_every_prefix_of_a_file_that_is_being_typed(editor: Editor) -> None:
    uri = editor.open(".claude/agents/typed.md", "")
    for end in range(len(PERSONA) + 1):
        editor.type(uri, PERSONA[:end])
        last = {"line": PERSONA[:end].count("\n"), "character": end - (PERSONA[:end].rfind("\n") + 1)}
        place = {"textDocument": {"uri": uri}, "position": last}
        editor.client.request("textDocument/completion", place)
        editor.client.request("textDocument/hover", place)
        editor.client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert "unquoted-colon" in editor.codes(uri)
    assert not [m for m in editor.client.notified("window/logMessage") if "failed" in m["message"]]


class TestLiveReload:
    CARELESS = PERSONA.replace(
        "You implement proper HTTP status codes and consistent error responses.", "You are kind."
    )

    @pytest.fixture
    def at_work(self, tmp_path: Path) -> Iterator[tuple[Editor, str, str]]:
        """An editor whose settings choose `strict`: its file, and an API that breaks what it promises."""
        file = tmp_path / ".claude" / "agents" / "strict.md"
        file.parent.mkdir(parents=True)
        file.write_text(PERSONA)
        with Client(REAL, cache=tmp_path / "cache") as client:
            client.initialize(RICH, tmp_path, initializationOptions={"persona": "strict", "debounceMs": 0})
            editor = Editor(client, tmp_path)
            code = editor.open("main.py", FASTAPI, "python")
            client.settled(code, lambda found: "error-leaks-internals" in [one["code"] for one in found])
            yield editor, editor.open(".claude/agents/strict.md", PERSONA), code

    def test_typing_in_the_persona_changes_what_is_reviewed(self, at_work: tuple[Editor, str, str]) -> None:
        editor, persona, code = at_work
        editor.type(persona, self.CARELESS)
        editor.client.settled(code, lambda found: "error-leaks-internals" not in [one["code"] for one in found])
        editor.type(persona, PERSONA.replace("You implement", "You always implement"))
        editor.client.settled(code, lambda found: "error-leaks-internals" in [one["code"] for one in found])
        card = editor.hover(code, "detail=str", 10)
        assert card is not None
        assert "You always implement proper HTTP status codes" in card

    def test_a_text_that_cannot_be_used_leaves_the_last_good_one_at_work(
        self, at_work: tuple[Editor, str, str]
    ) -> None:
        editor, persona, code = at_work
        editor.problems(persona)
        editor.type(persona, "---\nname: strict\ndescription: x\n---\n")
        assert editor.codes(persona) == ["last-good-at-work", "body-empty"]
        editor.type(code, FASTAPI + "\n")
        assert "error-leaks-internals" in editor.codes(code)
        # What stands in the file as a diagnostic is no pop-up.
        assert editor.client.notified("window/showMessage") == []
        editor.type(persona, PERSONA)
        assert "last-good-at-work" not in editor.codes(persona)

    def test_so_does_another_name(self, at_work: tuple[Editor, str, str]) -> None:
        editor, persona, code = at_work
        editor.problems(persona)
        editor.type(persona, PERSONA.replace("name: strict", "name: stric"))
        (first, *_) = editor.problems(persona)
        assert first["code"] == "last-good-at-work"
        assert "`strict`" in first["message"]
        editor.type(code, FASTAPI + "\n")
        assert "error-leaks-internals" in editor.codes(code)

    def test_closing_without_saving_brings_the_saved_text_back(self, at_work: tuple[Editor, str, str]) -> None:
        editor, persona, code = at_work
        editor.type(persona, self.CARELESS)
        editor.client.settled(code, lambda found: "error-leaks-internals" not in [one["code"] for one in found])
        editor.client.notify("textDocument/didClose", {"textDocument": {"uri": persona}})
        editor.client.settled(code, lambda found: "error-leaks-internals" in [one["code"] for one in found])

    def test_saving_from_elsewhere_is_seen(self, at_work: tuple[Editor, str, str]) -> None:
        editor, persona, code = at_work
        editor.client.notify("textDocument/didClose", {"textDocument": {"uri": persona}})
        (editor.root / ".claude" / "agents" / "strict.md").write_text(self.CARELESS)
        editor.client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": persona, "type": 2}]})
        editor.client.settled(code, lambda found: "error-leaks-internals" not in [one["code"] for one in found])


def test_what_the_settings_ignore_is_not_shown(tmp_path: Path) -> None:
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, tmp_path, initializationOptions={"ignore": ["unquoted-colon", "chat-order"]})
        editor = Editor(client, tmp_path)
        uri = editor.open(".claude/agents/strict.md", PERSONA)
        assert editor.codes(uri) == ["model-retired", "tool-misspelled"]
        (action,) = editor.actions(uri, editor.problems(uri)[1], only=["quickfix"])
        assert action["title"] == "Write `Grep`"
        assert client.notified("window/showMessage") == []


def test_a_file_that_the_settings_name_is_a_persona_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "reviewer.md").write_text(PERSONA)
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, tmp_path, initializationOptions={"persona": "./reviewer.md", "debounceMs": 0})
        editor = Editor(client, tmp_path)
        uri = editor.open("reviewer.md", PERSONA)
        assert "unquoted-colon" in editor.codes(uri)
        assert editor.hover(uri, "proper HTTP status") is not None
