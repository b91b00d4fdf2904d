"""The parameters that clients send, as far as they are used. What is wrong with them is said in one sentence."""

from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

T = TypeVar("T")


class Position(Struct, frozen=True):
    """A line and a character in the client's encoding."""

    line: int
    character: int


class Range(Struct, frozen=True):
    """From one position to another."""

    start: Position
    end: Position


class Identifier(Struct, frozen=True):
    """A document. `version` where a client tells it."""

    uri: str
    version: int | None = None


class Item(Struct, frozen=True, rename="camel"):
    """A document with its text."""

    uri: str
    text: str
    language_id: str = ""
    version: int | None = None


class DidOpen(Struct, frozen=True, rename="camel"):
    """textDocument/didOpen."""

    text_document: Item


class ContentChange(Struct, frozen=True):
    """A replacement, of the whole text when there is no range."""

    text: str
    range: Range | None = None


class DidChange(Struct, frozen=True, rename="camel"):
    """textDocument/didChange."""

    text_document: Identifier
    content_changes: tuple[ContentChange, ...]


class InDocument(Struct, frozen=True, rename="camel"):
    """A request about a document."""

    text_document: Identifier


class AtPosition(Struct, frozen=True, rename="camel"):
    """A request about a place."""

    text_document: Identifier
    position: Position


class InRange(Struct, frozen=True, rename="camel"):
    """A request about a range."""

    text_document: Identifier
    range: Range


class ContextDiagnostic(Struct, frozen=True):
    """A diagnostic as the client gives it back; clients leave out all but the range."""

    range: Range
    code: Any = None
    source: Any = None
    data: Any = None


class Context(Struct, frozen=True):
    """What a code action is asked for."""

    diagnostics: tuple[Any, ...] = ()
    only: tuple[str, ...] | None = None


class CodeAction(Struct, frozen=True, rename="camel"):
    """textDocument/codeAction."""

    text_document: Identifier
    range: Range
    context: Context = field(default_factory=Context)


class DocumentDiagnostic(Struct, frozen=True, rename="camel"):
    """textDocument/diagnostic."""

    text_document: Identifier
    previous_result_id: str | None = None


class PreviousResult(Struct, frozen=True):
    """A report that the client has."""

    uri: str
    value: str


class WorkspaceDiagnostic(Struct, frozen=True, rename="camel"):
    """workspace/diagnostic."""

    previous_result_ids: tuple[PreviousResult, ...] = ()


class WorkspaceSymbol(Struct, frozen=True):
    """workspace/symbol."""

    query: str = ""


class Coverage(Struct, frozen=True):
    """personaLsp/coverage: a persona's name or path, "" for the active one."""

    persona: str = ""


class ExecuteCommand(Struct, frozen=True):
    """workspace/executeCommand."""

    command: str
    arguments: tuple[Any, ...] | None = None


class FileEvent(Struct, frozen=True):
    """A file that was created, changed or deleted."""

    uri: str


class DidChangeWatchedFiles(Struct, frozen=True):
    """workspace/didChangeWatchedFiles."""

    changes: tuple[FileEvent, ...] = ()


class Folder(Struct, frozen=True):
    """A folder of the workspace."""

    uri: str
    name: str = ""


class FolderEvent(Struct, frozen=True):
    """Folders that came and went."""

    added: tuple[Folder, ...] = ()
    removed: tuple[Folder, ...] = ()


class DidChangeWorkspaceFolders(Struct, frozen=True):
    """workspace/didChangeWorkspaceFolders."""

    event: FolderEvent


class ProgressCancel(Struct, frozen=True):
    """window/workDoneProgress/cancel."""

    token: str | int


class Initialize(Struct, frozen=True, rename="camel"):
    """initialize."""

    process_id: int | None = None
    root_uri: str | None = None
    root_path: str | None = None
    workspace_folders: tuple[Folder, ...] | None = None
    capabilities: Any = None
    initialization_options: Any = None


def params(value: Any, type: type[T]) -> T:  # noqa: A002  # the word for it
    """The parameters as a type. Raises `JsonRpcInvalidParams`, which is answered with -32602."""
    try:
        return msgspec.convert({} if value is None else value, type)
    except msgspec.ValidationError as error:
        # The protocol's library takes long to load, and the first message is answered without it.
        from pygls.exceptions import JsonRpcInvalidParams

        raise JsonRpcInvalidParams(str(error)) from error


def look_up(value: Any, *path: str) -> Any:
    """What stands at a path of nested objects, None where any of them is missing."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
