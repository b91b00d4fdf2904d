"""workspace/didChangeWorkspaceFolders: folders come and go."""

from typing import Any

from lsprotocol import types

from persona_lsp.lsp.messages import DidChangeWorkspaceFolders, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session
from persona_lsp.lsp.uris import to_path


def register(session: Session) -> None:
    """Keep the list of folders."""

    def did_change_workspace_folders(raw: Any) -> None:
        event = params(raw, DidChangeWorkspaceFolders).event
        removed = {to_path(folder.uri) for folder in event.removed}
        added = [path for folder in event.added if (path := to_path(folder.uri))]
        session.folders = tuple(dict.fromkeys([*(f for f in session.folders if f not in removed), *added]))
        session.start_worker()

    on(session.server, types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, did_change_workspace_folders)
