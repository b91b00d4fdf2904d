"""A pytest-lsp client that keeps every message as it came, for the checks in `announced.py`."""

import asyncio
import copy
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_lsp
from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp.client import register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

Json = dict[str, Any]

CLIENTS = Path(__file__).parent / "clients"
ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


class RecordingProtocol(LanguageClientProtocol):
    """The protocol of pytest-lsp, which remembers what came, before anything is made of it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.received: list[Json] = []
        self.asked: dict[Any, str] = {}
        """The method of each request that was sent, by its id."""

    def structure_message(self, data: Json) -> Any:
        if "jsonrpc" in data:
            self.received.append(copy.deepcopy(data))
        return super().structure_message(data)

    def _send_data(self, data: Any) -> Any:
        if (number := getattr(data, "id", None)) is not None and hasattr(data, "method"):
            self.asked[number] = data.method
        return super()._send_data(data)


class Client(pytest_lsp.LanguageClient):
    """An editor that announces what a real one announces."""

    protocol: RecordingProtocol

    def __init__(self, params: Json) -> None:
        """`params` are those of `initialize`; only the capabilities and the name of the client are used."""
        super().__init__(protocol_cls=RecordingProtocol, converter_factory=get_converter)
        register_lsp_features(self)
        self.announced: Json = params["capabilities"]
        self.registered: list[types.Registration] = []
        self.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: self.registered.extend(params.registrations))
        self.feature(types.WORKSPACE_INLAY_HINT_REFRESH)(_nothing)
        self.feature(types.WORKSPACE_CODE_LENS_REFRESH)(_nothing)
        self.params = get_converter().structure(
            {key: params[key] for key in ("capabilities", "clientInfo") if key in params}
            | {"processId": None, "rootUri": None},
            types.InitializeParams,
        )
        self.encoding = "utf-16"
        self.pulls = False
        self.texts: dict[str, str] = {}
        self._version = 0

    async def begin(self, folder: Path, options: Json | None = None) -> types.InitializeResult:
        """Initialize the server for a folder."""
        self.params.root_uri = folder.as_uri()
        if self.announced.get("workspace", {}).get("workspaceFolders"):
            self.params.workspace_folders = [types.WorkspaceFolder(folder.as_uri(), folder.name)]
        self.params.initialization_options = options
        result = await self.initialize_session(self.params)
        encoding = result.capabilities.position_encoding
        self.encoding = encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding or "utf-16"
        self.pulls = result.capabilities.diagnostic_provider is not None
        return result

    def open(self, file: Path, text: str, language: str = "python") -> str:
        """Open a document, and return its URI."""
        uri = file.as_uri()
        self.texts[uri] = text
        self._version += 1
        item = types.TextDocumentItem(uri, language, self._version, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, text: str) -> None:
        """Replace the text of a document."""
        self.texts[uri] = text
        self._version += 1
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self._version)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def at(self, uri: str, needle: str) -> types.Position:
        """The position of a text in a document, counted as this client counts."""
        return self.position(uri, self.texts[uri].index(needle))

    def position(self, uri: str, index: int) -> types.Position:
        """The position of a character."""
        before = self.texts[uri][:index]
        line = before.rpartition("\n")[2]
        units = len(line.encode(ENCODINGS[self.encoding])) // _UNIT[self.encoding]
        return types.Position(before.count("\n"), units)

    def index(self, uri: str, position: types.Position) -> int:
        """The character at a position."""
        lines = self.texts[uri].split("\n")
        line = lines[position.line].encode(ENCODINGS[self.encoding])
        before = line[: position.character * _UNIT[self.encoding]].decode(ENCODINGS[self.encoding])
        return sum(len(one) + 1 for one in lines[: position.line]) + len(before)

    def edited(self, uri: str, edit: types.WorkspaceEdit) -> str:
        """The text of a document after an edit that concerns it alone."""
        if edit.document_changes is not None:
            (change,) = edit.document_changes
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.uri == uri
            edits = list(change.edits)
        else:
            assert edit.changes is not None
            assert list(edit.changes) == [uri]
            edits = list(edit.changes[uri])
        text = self.texts[uri]
        places = [(self.index(uri, e.range.start), self.index(uri, e.range.end), e.new_text) for e in edits]
        for start, end, new in sorted(places, key=lambda place: place[:2], reverse=True):
            text = text[:start] + new + text[end:]
        return text

    async def found(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics of a document as this client gets them: it asks, or has been told."""
        if not self.pulls:
            return list(self.diagnostics.get(uri, ()))
        asked = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        report = await self.text_document_diagnostic_async(asked)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)


def announced_by(name: str) -> Json:
    """What a client announces: a file of `clients/`, or one that comes with pytest-lsp (`visual_studio_code@...`)."""
    if "@" not in name:
        found: Json = json.loads((CLIENTS / f"{name}.json").read_text(encoding="utf-8"))
        return found
    params = get_converter().unstructure(pytest_lsp.client_capabilities(name))
    return {"capabilities": params}


async def until(look: Callable[[], Awaitable[Any]], what: str, seconds: float = 30) -> Any:
    """Ask again and again until there is an answer. Raises `AssertionError`."""
    end = time.monotonic() + seconds
    while not (found := await look()):
        assert time.monotonic() < end, f"{what} did not come"
        await asyncio.sleep(0.05)
    return found


def _nothing(_params: Any) -> None:
    return None
