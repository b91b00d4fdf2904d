"""workspace/didChangeConfiguration and workspace/configuration: the editor's settings, live."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.messages import look_up
from persona_lsp.lsp.opening import SECTION
from persona_lsp.lsp.rpc import RequestFailedError, on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Take changed settings, or ask for them."""

    def did_change_configuration(raw: Any) -> None:
        if session.client.asks_configuration:
            session.spawn(fetch(session, registered=True))
            return
        settings = look_up(raw, "settings")
        if isinstance(settings, dict) and settings:
            own = settings.get(SECTION)
            _take(session, own if isinstance(own, dict) else settings)

    on(session.server, types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration)


async def fetch(session: Session, *, registered: bool = False) -> None:
    """Ask the client for the settings, where it can be asked; register for changes the first time."""
    if session.client.registers_configuration and not registered:
        registration = {
            "id": "persona-lsp-configuration",
            "method": types.WORKSPACE_DID_CHANGE_CONFIGURATION,
            "registerOptions": {"section": SECTION},
        }
        try:
            await session.rpc.ask(types.CLIENT_REGISTER_CAPABILITY, {"registrations": [registration]})
        except RequestFailedError as error:
            session.log_message(f"the client refuses to tell of changed settings: {error}")
    if not session.client.asks_configuration:
        return
    try:
        answers = await session.rpc.ask(types.WORKSPACE_CONFIGURATION, {"items": [{"section": SECTION}]})
    except RequestFailedError as error:
        session.log_message(f"the client does not tell its settings: {error}")
        return
    if isinstance(answers, list) and answers and isinstance(answers[0], dict) and answers[0]:
        _take(session, answers[0])


def _take(session: Session, settings: Any) -> None:
    if settings != session.settings:
        session.settings = settings
        session.link.send(wire.Configure(settings))
