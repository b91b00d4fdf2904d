"""`persona-lsp ai`: the user's consent, trusted personas, and what was spent."""

from __future__ import annotations

import os

from persona_lsp.ai.account import read_account, usable
from persona_lsp.ai.asking import Asking
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.models import REVIEWS
from persona_lsp.ai.store import Store
from persona_lsp.cli.project import UsageError
from persona_lsp.persona.load import load
from persona_lsp.workspace import disk


def status() -> str:
    """Whether Claude can be asked, and what was spent."""
    from msgspec.structs import replace

    account, problem = read_account()
    account = replace(account, enabled=account.enabled or Store().allowed())
    try:
        usable(account)
        state = "on"
    except AiError as error:
        state = f"off: {error.message.removeprefix('AI is off: ')}"
    lines = [f"AI is {state}", f"provider: {account.provider}", f"model: {account.model or REVIEWS}"]
    lines.append(f"today: {Asking(account).ledger.today():,} of {account.tokens_per_day:,} tokens")
    return "\n".join([*lines, *([problem] if problem else [])]) + "\n"


def allow(*, yes: bool) -> str:
    """Remember the user's answer."""
    if not Store().allow(yes):
        raise UsageError("the answer cannot be written down; set PERSONA_LSP_AI=1 in the environment instead")
    if yes:
        return "From now on, what you ask Claude about is sent to it, without secrets. `persona-lsp ai forget` ends that.\n"
    return "Nothing is sent any more, and no persona of a workspace is trusted.\n"


def trust(location: str) -> str:
    """Trust a persona file as it stands."""
    try:
        loaded = load(disk.Files().read(location), os.path.basename(location))
    except OSError as error:
        raise UsageError(f"`{location}` cannot be read: {error.strerror or error}") from error
    if loaded.persona is None:
        raise UsageError(f"`{location}` is no persona that can be used")
    if not Store().trust(loaded.persona.sha256):
        raise UsageError("that cannot be written down")
    return f"{loaded.persona.name} may be sent as it stands; after a change it is asked for again.\n"
