"""What the client said that it can do. Whatever it did not say, it cannot."""

from typing import Any

from msgspec import Struct

from persona_lsp.lsp.messages import look_up
from persona_lsp.text.lines import Encoding


class Client(Struct, frozen=True):
    """The capabilities that make a difference."""

    encoding: Encoding = "utf-16"
    pulls: bool = False
    markdown: bool = False
    code_description: bool = False
    related_information: bool = False
    tags: frozenset[int] = frozenset()
    diagnostic_data: bool = False
    document_changes: bool = False
    creates_files: bool = False
    preferred: bool = False
    action_literals: bool = False
    resolves_edits: bool = False
    progress: bool = False
    shows_documents: bool = False
    asks_configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    refreshes_diagnostics: bool = False
    refreshes_hints: bool = False
    refreshes_lenses: bool = False
    symbol_trees: bool = False
    symbol_labels: bool = False
    names_encodings: bool = False
    applies_edits: bool = False
    hears_status: bool = False
    tags_generated: bool = False
    """Shows which code actions come from a model."""
    confirms_changes: bool = False
    """Lets the user look at an edit before it is made."""
    hears_endpoints: bool = False


def client_of(capabilities: Any, options: Any = None) -> Client:
    """The client of its `capabilities` and its `initializationOptions`, either of which may be anything.

    `positionEncoding` among the options is for clients that count otherwise than the protocol wants and cannot say so:
    ALE counts bytes, and would write a fix into the wrong place of a line with other letters than ASCII.
    """

    def has(*path: str) -> bool:
        return look_up(capabilities, *path) is True

    published, pulled = ("textDocument", "publishDiagnostics"), ("textDocument", "diagnostic")
    operations = look_up(capabilities, "workspace", "workspaceEdit", "resourceOperations")
    formats = look_up(capabilities, "textDocument", "hover", "contentFormat")
    resolves = look_up(capabilities, "textDocument", "codeAction", "resolveSupport", "properties")
    tags = look_up(capabilities, *published, "tagSupport", "valueSet") or look_up(
        capabilities, *pulled, "tagSupport", "valueSet"
    )
    generated = look_up(capabilities, "textDocument", "codeAction", "tagSupport", "valueSet")
    data = has(*published, "dataSupport") or has(*pulled, "dataSupport")
    return Client(
        encoding=_encoding(
            look_up(capabilities, "general", "positionEncodings") or [look_up(options, "positionEncoding")]
        ),
        pulls=isinstance(look_up(capabilities, *pulled), dict),
        markdown=isinstance(formats, list) and "markdown" in formats,
        code_description=has(*published, "codeDescriptionSupport") or has(*pulled, "codeDescriptionSupport"),
        related_information=has(*published, "relatedInformation") or has(*pulled, "relatedInformation"),
        tags=frozenset(tag for tag in tags if isinstance(tag, int)) if isinstance(tags, list) else frozenset(),
        diagnostic_data=data,
        document_changes=has("workspace", "workspaceEdit", "documentChanges"),
        creates_files=isinstance(operations, list) and "create" in operations,
        preferred=has("textDocument", "codeAction", "isPreferredSupport"),
        action_literals=isinstance(
            look_up(capabilities, "textDocument", "codeAction", "codeActionLiteralSupport"), dict
        ),
        resolves_edits=isinstance(resolves, list)
        and "edit" in resolves
        and has("textDocument", "codeAction", "dataSupport"),
        progress=has("window", "workDoneProgress"),
        shows_documents=has("window", "showDocument", "support"),
        asks_configuration=has("workspace", "configuration"),
        registers_configuration=has("workspace", "didChangeConfiguration", "dynamicRegistration"),
        registers_watchers=has("workspace", "didChangeWatchedFiles", "dynamicRegistration"),
        refreshes_diagnostics=has("workspace", "diagnostics", "refreshSupport"),
        refreshes_hints=has("workspace", "inlayHint", "refreshSupport"),
        refreshes_lenses=has("workspace", "codeLens", "refreshSupport"),
        symbol_trees=has("textDocument", "documentSymbol", "hierarchicalDocumentSymbolSupport"),
        symbol_labels=has("textDocument", "documentSymbol", "labelSupport"),
        names_encodings=look_up(capabilities, "general", "positionEncodings") is not None,
        applies_edits=has("workspace", "applyEdit"),
        tags_generated=isinstance(generated, list) and 1 in generated,
        confirms_changes=isinstance(
            look_up(capabilities, "workspace", "workspaceEdit", "changeAnnotationSupport"), dict
        )
        and has("workspace", "workspaceEdit", "documentChanges"),
        hears_status=has("experimental", "personaLsp", "status"),
        hears_endpoints=has("experimental", "personaLsp", "endpointsChanged"),
    )


def _encoding(offered: Any) -> Encoding:
    """The first encoding on the client's list that is known; the protocol's own when it offers none."""
    known: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
    for name in offered if isinstance(offered, list) else ():
        if name in known:
            return known[known.index(name)]
    return "utf-16"
