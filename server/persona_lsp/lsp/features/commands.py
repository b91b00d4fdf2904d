"""workspace/executeCommand: explain a rule, review now, start the worker again, say how things are, apply an edit."""

from typing import Any

from lsprotocol import types

from persona_lsp import __version__
from persona_lsp.lsp import capabilities
from persona_lsp.lsp.features.code_action import resolved
from persona_lsp.lsp.messages import ExecuteCommand, params
from persona_lsp.lsp.rpc import RequestFailedError, on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Run commands."""

    async def execute(raw: Any) -> Any:
        asked = params(raw, ExecuteCommand)
        arguments = asked.arguments or ()
        match asked.command:
            case capabilities.EXPLAIN:
                await _explain(session, *(str(argument) for argument in arguments[:2]))
            case capabilities.REVIEW:
                uris = [argument for argument in arguments if isinstance(argument, str)]
                for uri in uris or [document.uri for document in session.documents.all()]:
                    session.board.review(uri)
            case capabilities.RESTART:
                session.link.restart()
            case capabilities.STATUS:
                return _status(session)
            case capabilities.APPLY:
                await _apply(session, *arguments[:1])
            case command if command in capabilities.AI:
                await _ask_claude(session, command, arguments[0] if arguments else None)
            case _:
                raise RequestFailedError(f"there is no command `{asked.command}`")
        return None

    on(session.server, types.WORKSPACE_EXECUTE_COMMAND, execute)


async def _ask_claude(session: Session, command: str, argument: Any) -> None:
    """What concerns Claude: everything but the question is done at once."""
    assistant = session.assistant
    match command:
        case capabilities.AI_RUN:
            await assistant.run(argument)
        case capabilities.AI_SHOW:
            session.spawn(assistant.show(argument))
        case capabilities.AI_ALLOW:
            session.spawn(assistant.allow())
        case capabilities.AI_FORGET:
            assistant.forget()
        case capabilities.AI_DISMISS:
            assistant.dismiss(str(argument))


async def _apply(session: Session, data: Any = None) -> None:
    """Ask the client to apply the edit of a code action. Raises `RequestFailedError` where that cannot be done."""
    action = await resolved(session, {"data": data})
    if "edit" not in action or not session.client.applies_edits:
        raise RequestFailedError("there is nothing to apply")
    await session.rpc.ask(types.WORKSPACE_APPLY_EDIT, {"edit": action["edit"]})


async def _explain(session: Session, rule: str = "", url: str = "") -> None:
    """Open the page of a rule, or say where it is."""
    if url and session.client.shows_documents:
        try:
            await session.rpc.ask(types.WINDOW_SHOW_DOCUMENT, {"uri": url, "external": not url.startswith("file:")})
            return
        except RequestFailedError:
            pass
    session.message(f"{rule}: {url}" if url else f"`persona-lsp explain {rule}` tells what the rule is about.")


def _status(session: Session) -> dict[str, Any]:
    return {
        "version": __version__,
        "persona": session.chosen.persona,
        "folders": list(session.folders),
        "documents": len(session.documents.all()),
        "encoding": session.client.encoding,
        "diagnostics": "pull" if session.client.pulls else "push",
        "run": session.chosen.run,
    }
