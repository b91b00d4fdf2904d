"""Answers on the disk: private files, the oldest leave when there are too many bytes, a damaged one is no answer."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress

import msgspec
from msgspec import Struct

from persona_lsp.ai.ledger import Usage
from persona_lsp.ai.store import write_private
from persona_lsp.workspace.disk import cache_folder


class Kept(Struct, frozen=True):
    """An answer as it came, when (seconds since 1970), from which model and for how many tokens."""

    text: str
    model: str
    at: float
    usage: Usage


class Cache:
    """Answers by key. Reading and writing never fail; they find nothing and keep nothing instead."""

    def __init__(self, folder: str | None = None, megabytes: int = 50, *, on: bool = True) -> None:
        """No file is touched yet."""
        self._folder = folder or os.path.join(cache_folder(), "ai")
        self._limit = megabytes * 1_000_000
        self._on = on

    def get(self, key: str) -> Kept | None:
        """The answer of a key."""
        if not self._on:
            return None
        try:
            with open(self._file(key), "rb") as stream:
                return msgspec.json.decode(stream.read(), type=Kept)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def holds(self, key: str) -> bool:
        """Whether there is an answer, readable or not."""
        return self._on and os.path.exists(self._file(key))

    def put(self, key: str, kept: Kept) -> None:
        """Keep an answer."""
        if self._on and write_private(self._file(key), msgspec.json.encode(kept)):
            self._evict(key)

    def _file(self, key: str) -> str:
        return os.path.join(self._folder, f"{key}.json")

    def _evict(self, newest: str) -> None:
        with suppress(OSError):
            with os.scandir(self._folder) as entries:
                files = sorted((one.stat().st_mtime, one.stat().st_size, one.name) for one in entries if one.is_file())
            total = sum(size for _, size, _ in files)
            for _, size, name in files:
                if total <= self._limit:
                    return
                if name != f"{newest}.json":
                    os.unlink(os.path.join(self._folder, name))
                    total -= size


def key_of(*parts: str) -> str:
    """The key of what an answer depends on: model, persona, version of the prompt, task, text."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
