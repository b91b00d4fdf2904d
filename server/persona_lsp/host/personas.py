"""The personas at work: read anew whenever something changed, the last good version kept where that fails."""

from __future__ import annotations

import os
from collections.abc import Sequence

from msgspec import Struct

from persona_lsp.host.ports import Buffers
from persona_lsp.persona.compile import CompiledPersona, compile_persona
from persona_lsp.persona.find import Found, bundled_folder, choose, find_personas, read_persona
from persona_lsp.persona.formats import is_bystander, is_persona_file
from persona_lsp.persona.load import load
from persona_lsp.persona.model import Loaded, Problem
from persona_lsp.persona.report import TOP, problem
from persona_lsp.rules.registry import topics
from persona_lsp.workspace import disk


class Good(Struct, frozen=True):
    """A persona that could be used, and where its file lies. `why`: why the file cannot be used any more."""

    compiled: CompiledPersona
    location: str
    why: str = ""


class Personas:
    """By folder and the setting `persona`, the last version that could be used."""

    def __init__(self) -> None:
        """No persona was used yet."""
        self._good: dict[tuple[str, str], Good] = {}
        self._loaded: dict[str, tuple[bytes, Loaded]] = {}
        self._bundled = _normal(bundled_folder())

    def compiled(self, wanted: str, folder: str, buffer: Buffers) -> tuple[CompiledPersona | None, tuple[str, ...]]:
        """The persona that a folder's settings name, and what is wrong with the choice, in words.

        What is wrong with a file that is open stands there as a diagnostic, and is no word here.
        """
        if not wanted:
            return None, ()
        found = self.found(wanted, folder, buffer)
        persona = found.loaded.persona if found is not None else None
        if found is not None and persona is not None:
            compiled = compile_persona(persona, topics())
            self._good[folder, wanted] = Good(compiled, _normal(found.path))
            return compiled, ()
        if found is None:
            words = f"There is no persona `{wanted}`; `persona-lsp personas` lists those that there are."
            why = f"the settings choose the persona `{wanted}`, and no file has that name any more"
        else:
            errors = [one.message for one in found.loaded.problems if one.severity.word == "error"]
            words = f"The persona {found.path} cannot be used: {'; '.join(errors)}"
            why = "this text cannot be used as a persona"
        good = self._good.get((folder, wanted))
        if good is None:
            return None, (words,)
        self._good[folder, wanted] = Good(good.compiled, good.location, why)
        return good.compiled, () if buffer(good.location) is not None else (words,)

    def location(self, wanted: str, folder: str) -> str:
        """Where the file of the persona lies that the folder's settings name, "" where none could be used."""
        good = self._good.get((folder, wanted))
        return good.location if good is not None else ""

    def known(self, folders: Sequence[str], buffer: Buffers) -> tuple[Found, ...]:
        """All persona files of the folders, of the user and of this program, highest first."""
        home = os.path.expanduser("~")
        return find_personas(_Open(buffer), folders, home if home != "~" else None, bundled_folder(), self._load)

    def found(self, wanted: str, folder: str, buffer: Buffers) -> Found | None:
        """The persona file of that name or path, whether it can be used or not."""
        if wanted.endswith((".md", ".mdc")) or "/" in wanted or os.sep in wanted:
            return read_persona(_Open(buffer), os.path.join(folder, os.path.expanduser(wanted)))
        return choose(self.known([folder] if folder else [], buffer), wanted)

    def knows(self, location: str) -> bool:
        """Whether a file is a persona: by its folder, because it is shipped, or because settings name it."""
        location = _normal(location)
        shipped = location.rpartition("/")[0] == self._bundled and location.endswith(".md")
        return is_persona_file(location) or (shipped and not is_bystander(location)) or self.at_work(location)

    def at_work(self, location: str) -> bool:
        """Whether a file is a persona that reviews somewhere, or the last good version of it does."""
        location = _normal(location)
        return any(good.location == location for good in list(self._good.values()))

    def stale(self, location: str) -> tuple[Problem, ...]:
        """That the last good version of a file is at work, where that is so."""
        location = _normal(location)
        for good in list(self._good.values()):
            if good.location == location and good.why:
                name = good.compiled.persona.name
                message = f"The last good version of `{name}` reviews on, since {good.why}."
                return (problem("last-good-at-work", message, TOP),)
        return ()

    def _load(self, data: bytes, path: str) -> Loaded:
        """A file as it was read before, if it is the same: whoever types in one persona may have hundreds."""
        known = self._loaded.get(path)
        if known is None or known[0] != data:
            known = self._loaded[path] = (data, load(data, path))
        return known[1]


def _normal(location: str) -> str:
    return os.path.normpath(location).replace(os.sep, "/")


class _Open(disk.Files):
    """The files on the disk, below those that are open."""

    def __init__(self, buffer: Buffers) -> None:
        self._buffer = buffer

    def read(self, path: str) -> bytes:
        """The text in the editor, else the bytes on the disk."""
        text = self._buffer(path)
        return super().read(path) if text is None else text
