"""workspace/didChangeConfiguration and workspace/configuration: the editor's settings, live."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.messages import look_up
from persona_lsp.lsp.opening import SECTION, portable
from persona_lsp.lsp.rpc import RequestFailedError, on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Take changed settings, or ask for them."""

    def did_change_configuration(raw: Any) -> None:
        if session.client.asks_configuration:
            session.spawn(fetch(session, registered=True))
            return
        from persona_lsp.settings.read import concerns

        settings = look_up(raw, "settings")
        if isinstance(settings, dict) and SECTION in settings:
            _take(session, settings[SECTION])
        elif isinstance(settings, dict) and settings and concerns(settings):
            _take(session, settings)

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
    told = answers[0] if isinstance(answers, list) and answers else None
    if told:
        session.configured = True
        _take(session, told)
    elif session.configured:
        # What was set is set no more; a client that never had settings leaves those that it began with.
        _take(session, told)


def _take(session: Session, told: Any) -> None:
    settings = portable(told)
    if settings != session.settings:
        session.settings = settings
        session.link.send(wire.Configure(settings))
