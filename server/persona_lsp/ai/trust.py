"""Whether a persona's own words may be sent: those that come with the program or lie in the user's home, and trusted ones."""

from __future__ import annotations

import hashlib
import os

from persona_lsp.ai.errors import AiError
from persona_lsp.ai.store import Store
from persona_lsp.findings.subject import Persona
from persona_lsp.persona.find import bundled_folder
from persona_lsp.workspace import disk


def is_trusted(persona: Persona, store: Store) -> bool:
    """Whether a persona may be sent. One of a workspace may when the user agreed to exactly this text."""
    return store.trusted(persona.sha256) or _is_own(persona.sha256)


def check_trust(persona: Persona, store: Store) -> None:
    """Raises `AiError` for a persona that nobody agreed to."""
    if not is_trusted(persona, store):
        raise AiError(
            "untrusted",
            f"The persona {persona.name} comes from this workspace; its words are sent to Claude once you trust them "
            "(`persona-lsp ai trust`, or the question in the editor).",
        )


def _is_own(sha256: str) -> bool:
    """Whether a file of these very bytes comes with the program, or is one of the user's own."""
    home = os.path.expanduser("~")
    folders = [bundled_folder()]
    if home != "~":
        folders.append(os.path.join(home, ".claude", "agents"))
    files = disk.Files()
    for folder in filter(None, folders):
        for location in files.list(folder, "**/*.md"):
            try:
                if hashlib.sha256(files.read(location)).hexdigest() == sha256:
                    return True
            except OSError:
                continue
    return False
