"""workspace/didChangeWatchedFiles: what changes outside of the editor: other files, settings, personas."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.messages import DidChangeWatchedFiles, params
from persona_lsp.lsp.rpc import RequestFailedError, on
from persona_lsp.lsp.session import Session
from persona_lsp.lsp.uris import to_path

GLOBS = (
    "**/*.{py,pyi,js,cjs,mjs,ts,cts,mts,jsx,tsx,java,rb,rake,ru}",
    "**/{persona-lsp.toml,pyproject.toml,package.json,pom.xml,build.gradle,Gemfile,Gemfile.lock,Rakefile}",
    "**/{application,bootstrap}*.{yml,yaml,properties}",
    "**/{.claude,.github}/agents/**/*.md",
)


def register(session: Session) -> None:
    """Tell the worker which files changed."""

    def did_change_watched_files(raw: Any) -> None:
        changes = params(raw, DidChangeWatchedFiles).changes
        locations = tuple(dict.fromkeys(path for change in changes if (path := to_path(change.uri))))
        if locations:
            session.link.send(wire.Touched(locations))

    on(session.server, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files)


async def watch(session: Session) -> None:
    """Ask the client to watch, where it can be asked."""
    if not session.client.registers_watchers:
        return
    registration = {
        "id": "persona-lsp-watched-files",
        "method": types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        "registerOptions": {"watchers": [{"globPattern": glob} for glob in GLOBS]},
    }
    try:
        await session.rpc.ask(types.CLIENT_REGISTER_CAPABILITY, {"registrations": [registration]})
    except RequestFailedError as error:
        session.log_message(f"the client refuses to watch files: {error}")
