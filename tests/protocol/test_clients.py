"""Every feature with every kind of client: valid answers, and nothing that the client did not announce.

What the clients announce was written down from the real editors (`python -m tests.editors.capture`); VS Code's comes
with pytest-lsp.
"""

import ast
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.protocol.announced import Checker
from tests.protocol.recording import Client, announced_by, until

PROFILES = ["visual_studio_code@1.65.2", "neovim-0.11", "helix", "emacs-eglot", "bare"]
OTHERS = ["neovim-debian", "vim-ale", "kate"]
"""Clients that differ where edits are made."""

SERVER = Path(__file__).parents[2] / "server"

MAIN = '''\
"""A café."""

from fastapi import FastAPI, HTTPException

import orders

app = FastAPI()
app.include_router(orders.router, prefix="/api")


@app.post("/tables")
def reserve(table: dict, db=None):
    try:
        db.execute("insert into tables values (1)")
        return {"id": 1}
    except Exception as error:
        raise HTTPException(503, headers={"x-café": "☕ 🫖"}, detail=str(error))


@app.get("/tables/{number}")
def read_table(number: int):
    return {"id": number}


@app.get("/tables/newest")
def newest_table():
    return {"id": 1}
'''
ORDERS = """\
from fastapi import APIRouter

router = APIRouter()


@router.get("/orders/{number}")
def read_order(number: int):
    return {"id": number}
"""


@pytest.fixture(params=PROFILES)
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Client]:
    """A client that has started the server; what was received is checked when the test is over."""
    async for client in started(Client(announced_by(request.param)), tmp_path):
        yield client


async def started(one: Client, tmp_path: Path) -> AsyncIterator[Client]:
    """The client while its server runs; then the server ends, and what it sent is looked at."""
    environment = os.environ | {"PYTHONPATH": str(SERVER), "PERSONA_LSP_CACHE_DIR": str(tmp_path / "cache")}
    await one.start_io(sys.executable, "-m", "persona_lsp", "--stdio", env=environment)
    yield one
    await one.shutdown_session()
    assert one._server is not None
    assert one._server.returncode == 0
    await one.stop()
    assert Checker(one.announced).session(one.protocol) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace of two files and its settings."""
    workspace = tmp_path / "Café"
    workspace.mkdir()
    (workspace / "main.py").write_text(MAIN, encoding="utf-8")
    (workspace / "orders.py").write_text(ORDERS, encoding="utf-8")
    (workspace / "persona-lsp.toml").write_text("debounce-ms = 0\n", encoding="utf-8")
    return workspace


async def opened(client: Client, folder: Path) -> str:
    await client.begin(folder)
    uri = client.open(folder / "main.py", MAIN)
    await findings(client, uri, {"error-leaks-internals", "route-shadowed"})
    return uri


async def findings(client: Client, uri: str, rules: set[str]) -> None:
    """Wait until exactly these rules are told."""

    async def look() -> bool:
        found = await client.found(uri)
        return {str(one.code) for one in found} == rules

    await until(look, f"the findings {rules}")


def identifier(uri: str) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri)


async def test_findings_come_and_go_with_the_text(client: Client, folder: Path) -> None:
    uri = await opened(client, folder)
    shadowed = next(one for one in await client.found(uri) if one.code == "route-shadowed")
    assert client.texts[uri][client.index(uri, shadowed.range.start) :].startswith('get("/tables/newest")')
    client.change(uri, MAIN.replace("detail=str(error)", 'detail="closed"'))
    await findings(client, uri, {"route-shadowed"})
    client.text_document_did_save(types.DidSaveTextDocumentParams(identifier(uri)))
    client.text_document_did_close(types.DidCloseTextDocumentParams(identifier(uri)))
    if not client.pulls:
        await findings(client, uri, set())


async def test_findings_of_the_workspace(client: Client, folder: Path) -> None:
    (folder / "other.py").write_text(MAIN.replace("tables", "chairs"), encoding="utf-8")
    await opened(client, folder)
    if not client.pulls:
        return

    async def look() -> bool:
        answer = await client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
        told = {item.uri.rpartition("/")[2] for item in answer.items if getattr(item, "items", ())}
        return told == {"main.py", "other.py"}

    await until(look, "findings of files that are not open")


async def test_hovers_in_the_words_of_the_client(client: Client, folder: Path) -> None:
    uri = await opened(client, folder)
    for needle, said in (("reserve", "POST /tables"), ("str(error)", "goes to the client"), ("read_table", "GET")):
        asked = types.HoverParams(identifier(uri), client.at(uri, needle))
        hover = await client.text_document_hover_async(asked)
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert said in hover.contents.value
    nowhere = await client.text_document_hover_async(types.HoverParams(identifier(uri), types.Position(1, 0)))
    assert nowhere is None


@pytest.mark.parametrize("client", [*PROFILES, *OTHERS], indirect=True)
async def test_every_finding_is_mended(client: Client, folder: Path) -> None:
    uri = await opened(client, folder)
    found = await client.found(uri)
    for diagnostic in found:
        context = types.CodeActionContext([diagnostic])
        asked = types.CodeActionParams(identifier(uri), diagnostic.range, context)
        actions = await client.text_document_code_action_async(asked) or []
        assert actions, "every client is offered something"
        fixes = [a for a in actions if isinstance(a, types.CodeAction) and a.kind == types.CodeActionKind.QuickFix]
        if not client.announced.get("textDocument", {}).get("codeAction", {}).get("codeActionLiteralSupport"):
            assert not fixes
            continue
        fix = fixes[0]
        if fix.edit is None:
            fix = await client.code_action_resolve_async(fix)
        assert fix.edit is not None
        text = client.edited(uri, fix.edit)
        ast.parse(text)
        client.change(uri, text)
        await findings(client, uri, {str(one.code) for one in found} - {str(diagnostic.code)})
        client.change(uri, MAIN)
        await findings(client, uri, {str(one.code) for one in found})


@pytest.mark.parametrize("applies", [True, False])
async def test_a_client_that_takes_commands_only_is_given_commands(applies: bool, folder: Path, tmp_path: Path) -> None:
    one = Client({"capabilities": {"workspace": {"applyEdit": applies}}})
    applied: list[types.WorkspaceEdit] = []

    @one.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        applied.append(params.edit)
        return types.ApplyWorkspaceEditResult(applied=True)

    async for client in started(one, tmp_path):
        uri = await opened(client, folder)
        diagnostic = next(d for d in await client.found(uri) if d.code == "error-leaks-internals")
        context = types.CodeActionContext([diagnostic])
        asked = types.CodeActionParams(identifier(uri), diagnostic.range, context)
        offered = await client.text_document_code_action_async(asked) or []
        commands = {command.title: command for command in offered if isinstance(command, types.Command)}
        assert len(commands) == len(offered)
        assert ("Hide the text of the failure" in commands) is applies
        assert "Why error-leaks-internals?" in commands
        if applies:
            fix = commands["Hide the text of the failure"]
            run = types.ExecuteCommandParams(fix.command, fix.arguments)
            await client.workspace_execute_command_async(run)
            assert "Service unavailable" in client.edited(uri, applied[0])
            client.change(uri, MAIN + "\n")
            with pytest.raises(JsonRpcException, match="changed meanwhile"):
                await client.workspace_execute_command_async(run)


async def test_actions_for_ranges_kinds_and_strangers(client: Client, folder: Path) -> None:
    uri = await opened(client, folder)
    everything = types.Range(types.Position(0, 0), client.position(uri, len(MAIN)))
    here = client.at(uri, "str(error)")
    stranger = types.Diagnostic(types.Range(here, here), "something else", source="other")
    for place in (everything, types.Range(here, here)):
        for diagnostics in ([], [stranger], await client.found(uri)):
            for only in (None, [types.CodeActionKind.QuickFix], [types.CodeActionKind.SourceFixAll]):
                context = types.CodeActionContext(diagnostics, only)
                asked = types.CodeActionParams(identifier(uri), place, context)
                for action in await client.text_document_code_action_async(asked) or []:
                    if isinstance(action, types.CodeAction) and action.data is not None:
                        await client.code_action_resolve_async(action)


async def test_symbols_hints_and_definitions(client: Client, folder: Path) -> None:
    uri = await opened(client, folder)
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(identifier(uri)))
    assert symbols
    assert "POST /tables" in [symbol.name for symbol in symbols]

    async def look() -> bool:
        found = await client.workspace_symbol_async(types.WorkspaceSymbolParams("orders"))
        return "GET /api/orders/{number}" in [symbol.name for symbol in found or ()]

    await until(look, "the endpoint of the other file")
    everything = types.Range(types.Position(0, 0), client.position(uri, len(MAIN)))
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(identifier(uri), everything))
    assert hints
    asked = types.DefinitionParams(identifier(uri), client.at(uri, "orders.router"))
    place = await client.text_document_definition_async(asked)
    assert isinstance(place, types.Location)
    assert place.uri.endswith("orders.py")


async def test_completion_in_a_persona_file(client: Client, folder: Path) -> None:
    await client.begin(folder)
    file = folder / ".claude" / "agents" / "reviewer.md"
    uri = client.open(file, "---\nname: reviewer\nmodel: \ncol\n---\nYou review.\n", "markdown")

    async def offered(needle: str) -> list[str]:
        place = client.at(uri, needle)
        place = types.Position(place.line, place.character + len(needle))
        asked = types.CompletionParams(identifier(uri), place)
        items = await client.text_document_completion_async(asked)
        assert isinstance(items, list)
        return [item.label for item in items]

    assert "color" in await until(lambda: offered("col"), "the fields")
    assert "sonnet" in await offered("model: ")


async def test_settings_of_the_editor(client: Client, folder: Path) -> None:
    uri = await opened(client, folder)

    async def lenses() -> Any:
        return await client.text_document_code_lens_async(types.CodeLensParams(identifier(uri)))

    assert not await lenses()
    settings = {"persona-lsp": {"codeLens": True, "ignore": ["route-shadowed"]}}
    client.set_configuration(settings)
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
    assert await until(lenses, "the lenses")
    await findings(client, uri, {"error-leaks-internals"})


async def test_files_that_change_outside(client: Client, folder: Path) -> None:
    uri = await opened(client, folder)
    file = folder / "persona-lsp.toml"
    file.write_text('ignore = ["route-shadowed"]\n', encoding="utf-8")
    event = types.FileEvent(file.as_uri(), types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await findings(client, uri, {"error-leaks-internals"})
    file.write_text("ignore = 3\nnonsense = true\n", encoding="utf-8")
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await findings(client, uri, {"error-leaks-internals", "route-shadowed"})

    async def told() -> bool:
        return any("nonsense" in message.message for message in client.messages)

    await until(told, "the message about the settings")


async def test_folders_come_and_go(client: Client, folder: Path, tmp_path: Path) -> None:
    uri = await opened(client, folder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "chairs.py").write_text(MAIN.replace("tables", "chairs"), encoding="utf-8")
    event = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(other.as_uri(), "other")], [])
    client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    async def look() -> bool:
        found = await client.workspace_symbol_async(types.WorkspaceSymbolParams("chairs"))
        return bool(found)

    await until(look, "the symbols of the other folder")
    await findings(client, uri, {"error-leaks-internals", "route-shadowed"})


async def test_commands(client: Client, folder: Path) -> None:
    await opened(client, folder)
    run = client.workspace_execute_command_async
    status = await run(types.ExecuteCommandParams("persona-lsp.status"))
    assert status["encoding"] == client.encoding
    assert await run(types.ExecuteCommandParams("persona-lsp.review")) is None
    asked = types.ExecuteCommandParams("persona-lsp.explain", ["route-shadowed", "https://example.org/rule"])
    assert await run(asked) is None
    with pytest.raises(JsonRpcException, match="no command"):
        await run(types.ExecuteCommandParams("persona-lsp.nothing"))


async def test_progress_where_it_is_wanted(client: Client, folder: Path) -> None:
    for number in range(700):
        (folder / f"part_{number}.py").write_text(MAIN.replace("tables", f"tables{number}"), encoding="utf-8")
    await opened(client, folder)

    async def read() -> bool:
        return bool(await client.workspace_symbol_async(types.WorkspaceSymbolParams("tables699")))

    await until(read, "the symbols of the last file", 60)
    kinds = [type(value) for values in client.progress_reports.values() for value in values]
    if client.announced.get("window", {}).get("workDoneProgress"):
        assert kinds[:1] == [types.WorkDoneProgressBegin]
    else:
        assert not kinds


def test_the_checks_see_what_was_not_announced() -> None:
    checker = Checker({})
    checker.result("textDocument/hover", {"contents": {"kind": "markdown", "value": "x"}})
    checker.result("textDocument/codeAction", [{"title": "x", "kind": "quickfix", "edit": {"documentChanges": [{}]}}])
    checker._sent({"jsonrpc": "2.0", "id": 1, "method": "workspace/configuration", "params": {"items": []}})
    checker._sent({"jsonrpc": "2.0", "method": "window/showMessage", "params": {"type": 1, "text": "x"}})
    assert [problem.split(":")[0] for problem in checker.problems] == [
        "a hover in markdown",
        "a code action that is no command without textDocument.codeAction.codeActionLiteralSupport",
        "documentChanges without workspace.workspaceEdit.documentChanges",
        "workspace/configuration without workspace.configuration",
        "window/showMessage is not valid",
    ]
