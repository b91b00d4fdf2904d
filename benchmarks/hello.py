"""The least that a pygls server can do: thirty diagnostics that it does not compute, and a hover.

What it needs, every server on pygls needs: the floor that ours is measured against.
"""

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("hello", "1")


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def opened(ls: LanguageServer, params: types.DidOpenTextDocumentParams) -> None:
    publish(ls, params.text_document.uri)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def changed(ls: LanguageServer, params: types.DidChangeTextDocumentParams) -> None:
    publish(ls, params.text_document.uri)


@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(_ls: LanguageServer, _params: types.HoverParams) -> types.Hover:
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "hello"))


def publish(ls: LanguageServer, uri: str) -> None:
    document = ls.workspace.get_text_document(uri)
    found = [
        types.Diagnostic(
            types.Range(types.Position(line * 3, 0), types.Position(line * 3, 5)),
            f"hello, line {line * 3} of {len(document.source)} characters",
        )
        for line in range(30)
    ]
    ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, document.version))


if __name__ == "__main__":
    server.start_io()
