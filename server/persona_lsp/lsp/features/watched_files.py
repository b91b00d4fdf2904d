"""workspace/didChangeWatchedFiles: what changes outside of the editor: other files, settings, personas."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.messages import DidChangeWatchedFiles, params
from persona_lsp.lsp.rpc import RequestFailedError, on
from persona_lsp.lsp.session import Session
from persona_lsp.lsp.uris import to_path

GLOBS = (
    "**/*.{py,pyi,js,cjs,mjs,ts,cts,mts,jsx,tsx,java,cs,rb,rake,ru,go,rs}",
    "**/{persona-lsp.toml,pyproject.toml,package.json,pom.xml,build.gradle,Gemfile,Gemfile.lock,Rakefile,go.mod}",
    "**/{*.csproj,Directory.Packages.props,Directory.Build.props,Cargo.toml,Cargo.lock}",
    "**/{tsconfig,jsconfig}*.json",
    "**/{application,bootstrap}*.{yml,yaml,properties}",
    "**/{.claude,.github,.cursor}/agents/**/*.md",
    "**/.cursor/rules/**/*.mdc",
)


def register(session: Session) -> None:
    """Tell the worker which files changed."""

    def did_change_watched_files(raw: Any) -> None:
        changes = params(raw, DidChangeWatchedFiles).changes
        locations = tuple(dict.fromkeys(path for change in changes if (path := to_path(change.uri))))
        if locations:
            session.link.send(wire.Touched(locations))

    watched: set[str] = set()

    def hear(message: wire.ToFront) -> None:
        if isinstance(message, wire.Chosen) and session.client.registers_watchers:
            # Their names are the user's choice, and the settings that name them may change at any time.
            names = sorted({path.replace("\\", "/").rsplit("/", 1)[-1] for path in message.watch} - watched)
            if names:
                watched.update(names)
                session.spawn(watch(session, tuple(f"**/{name}" for name in names), f"-{len(watched)}"))

    session.on_worker.append(hear)
    on(session.server, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files)


async def watch(session: Session, globs: tuple[str, ...] = GLOBS, which: str = "") -> None:
    """Ask the client to watch, where it can be asked. `which` tells one registration from the others."""
    if not session.client.registers_watchers:
        return
    registration = {
        "id": f"persona-lsp-watched-files{which}",
        "method": types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        "registerOptions": {"watchers": [{"globPattern": glob} for glob in globs]},
    }
    try:
        await session.rpc.ask(types.CLIENT_REGISTER_CAPABILITY, {"registrations": [registration]})
    except RequestFailedError as error:
        session.log_message(f"the client refuses to watch files: {error}")
