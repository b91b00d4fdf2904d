"""Small private files of this layer: consent, trust, what was dismissed. A disk that fails costs memory, nothing else."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from contextlib import suppress
from typing import Any


def state_folder() -> str:
    """Where this layer keeps what must survive: `$PERSONA_LSP_STATE_DIR`, else the user's state folder."""
    from platformdirs import user_state_dir

    return os.environ.get("PERSONA_LSP_STATE_DIR") or user_state_dir("persona-lsp", appauthor=False)


class Store:
    """Names -> small JSON values, each in its own file that only the user can read."""

    def __init__(self, folder: str | None = None) -> None:
        """Nothing is read yet."""
        self.folder = folder or state_folder()

    def read(self, name: str, default: Any) -> Any:
        """The value; the default where there is none, or none of that type."""
        try:
            with open(os.path.join(self.folder, name), "rb") as stream:
                value = json.loads(stream.read(4_000_000))
        except (OSError, ValueError, RecursionError):
            return default
        return value if isinstance(value, type(default)) else default

    def write(self, name: str, value: Any) -> bool:
        """Keep a value; False where the disk does not let us."""
        return write_private(os.path.join(self.folder, name), json.dumps(value).encode())

    def allowed(self) -> bool:
        """Whether the user said yes, once and for all."""
        return bool(self.read("consent.json", {}).get("allowed", False))

    def allow(self, yes: bool) -> bool:  # a switch, called by name
        """Remember the user's yes, or forget it together with every persona that was trusted."""
        if not yes:
            self.write("personas.json", [])
        return self.write("consent.json", {"allowed": yes})

    def trusted(self, sha256: str) -> bool:
        """Whether the user agreed that the persona of exactly this text is sent."""
        return sha256 in self.read("personas.json", [])

    def trust(self, sha256: str) -> bool:
        """Remember that a persona may be sent, as long as its text stays the same."""
        known = self.read("personas.json", [])
        return sha256 in known or self.write("personas.json", [*known, sha256])

    def dismissed(self) -> frozenset[str]:
        """Fingerprints of findings that the user does not want to see again."""
        return frozenset(str(one) for one in self.read("dismissed.json", []))

    def dismiss(self, fingerprint: str) -> bool:
        """Never show a finding again."""
        known = self.read("dismissed.json", [])
        return fingerprint in known or self.write("dismissed.json", [*known, fingerprint][-10_000:])

    def salt(self) -> bytes:
        """Random bytes of this machine: who writes code cannot guess the delimiters around it."""
        found = self.read("salt.json", "")
        if len(found) < 32:
            found = secrets.token_hex(32)
            self.write("salt.json", found)
            found = self.read("salt.json", found)
        return str(found).encode()


def write_private(location: str, data: bytes) -> bool:
    """Write a file that only its user can read, in one step; False where that fails."""
    temporary = ""
    try:
        os.makedirs(os.path.dirname(location), mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".ai-", dir=os.path.dirname(location))
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(temporary, location)
    except OSError:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        return False
    return True
