"""The real disk behind the host's port."""

import os
from collections.abc import Iterator

from persona_lsp.host.ports import Cache
from persona_lsp.settings import Settings
from persona_lsp.settings.globs import matches
from persona_lsp.syntax.languages import language_of
from persona_lsp.workspace import disk

_SMALL_ENTRIES = 300
_SMALL_BYTES = 400_000


class FileSystem:
    """Files as `workspace.disk` reads them."""

    def small(self, folder: str) -> bool:
        """Whether there are so few and short files that reading them takes a moment."""
        entries = size = 0
        try:
            pending = [folder]
            while pending:
                with os.scandir(pending.pop()) as listed:
                    for entry in listed:
                        entries += 1
                        if entries > _SMALL_ENTRIES or size > _SMALL_BYTES:
                            return False
                        if entry.is_dir(follow_symlinks=False):
                            if entry.name not in (".git", "node_modules", ".venv"):
                                pending.append(entry.path)
                        elif disk.understood(entry.name):
                            size += entry.stat().st_size
        except OSError:
            # What cannot be listed cannot be large.
            return True
        return True

    def files(self, folder: str, settings: Settings) -> Iterator[str]:
        """The files to review below a folder."""

        def wanted(path: str) -> bool:
            if not disk.understood(path) or (settings.include and not matches(path, settings.include)):
                return False
            language = language_of(path)
            return language is None or settings.languages.get(language.id, True)

        found = disk.walk(folder, [folder], wanted, lambda path: matches(path, settings.exclude))
        yield from (file.path for file in found.files)

    def read(self, location: str, limit: int) -> bytes | None:
        """The bytes of a file to review."""
        try:
            size = os.stat(location).st_size
        except OSError:
            return None
        source = disk.read(disk.File(location.replace(os.sep, "/"), location, size), limit)
        return source if isinstance(source, bytes) else None

    def text(self, location: str) -> bytes | None:
        """The bytes of any file."""
        try:
            return disk.Files().read(location)
        except OSError:
            return None

    def unread(self, location: str) -> str:
        """Why a file that is there has no bytes."""
        try:
            disk.Files().read(location)
        except OSError as error:
            return disk.why_unread(location, error)
        return ""

    def cached(self, folder: str, version: str) -> Cache:
        """Facts of an earlier run."""
        return disk.FactsCache(folder, version)
