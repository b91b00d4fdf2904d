"""Where personas are found: the workspace first, then its `.github` and `.cursor`, the user's own, the bundled ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import PurePath
from typing import Literal, Protocol

import msgspec

from persona_lsp.persona.formats import is_bystander, stem_of
from persona_lsp.persona.load import load
from persona_lsp.persona.model import Loaded
from persona_lsp.persona.report import TOP, problem

Origin = Literal["workspace", "github", "cursor", "user", "bundled", "file"]


Loader = Callable[[bytes, str], Loaded]


class Files(Protocol):
    """What reads the disk. Both raise OSError where they cannot."""

    def list(self, folder: str, pattern: str) -> tuple[str, ...]:
        """The paths of the files under a folder that match a glob; none where there is no folder."""

    def read(self, path: str) -> bytes:
        """The bytes of a file."""


class Found(msgspec.Struct, frozen=True):
    """A persona file. `shadowed_by` is the path of the one with the same name that stands higher."""

    name: str
    path: str
    origin: Origin
    loaded: Loaded
    shadowed_by: str | None = None


def find_personas(
    files: Files, workspaces: Sequence[str], home: str | None, bundled: str | None, loader: Loader = load
) -> tuple[Found, ...]:
    """All personas, highest first. A file that cannot be used shadows none, but is reported.

    `loader` stands for `load`, for those who ask often.
    """
    places: list[tuple[Origin, str, str]] = []
    places += [("workspace", f"{folder}/.claude/agents", "**/*.md") for folder in workspaces]
    places += [("github", f"{folder}/.github/agents", "*.md") for folder in workspaces]
    places += [("cursor", f"{folder}/.cursor/agents", "**/*.md") for folder in workspaces]
    if home:
        places.append(("user", f"{home}/.claude/agents", "**/*.md"))
    if bundled:
        places.append(("bundled", bundled, "*.md"))

    found: list[Found] = []
    holders: dict[str, str] = {}
    seen: set[str] = set()
    for origin, folder, pattern in places:
        for path in _listed(files, folder, pattern):
            if path in seen or is_bystander(path):
                continue
            seen.add(path)
            one = read_persona(files, path, origin, loader)
            shadowed_by = holders.get(one.name)
            if one.loaded.persona is not None and shadowed_by is None:
                holders[one.name] = path
            found.append(msgspec.structs.replace(one, shadowed_by=shadowed_by))
    return tuple(found)


def read_persona(files: Files, path: str, origin: Origin = "file", loader: Loader = load) -> Found:
    """One persona file, wherever it lies; one that cannot be read has an error among its problems."""
    try:
        loaded = loader(files.read(path), path)
    except OSError as error:
        message = f"The persona file cannot be read: {error.strerror or type(error).__name__}."
        loaded = Loaded(None, (problem("file-unreadable", message, TOP),))
    return Found(loaded.persona.name if loaded.persona else stem_of(path), path, origin, loaded)


def choose(found: Sequence[Found], wanted: str) -> Found | None:
    """The persona of that name or path: the highest that can be used, else the highest of all."""
    matching = [one for one in found if wanted in {one.name, one.path}]
    if not matching:
        matching = [one for one in found if one.name.casefold() == wanted.casefold()]
    usable = [one for one in matching if one.loaded.persona is not None]
    return next(iter(usable or matching), None)


def bundled_folder() -> str:
    """The folder of the personas that are shipped.

    An editable install hides what the wheel would carry, so the repository's folder goes first.
    """
    package = PurePath(str(resources.files("persona_lsp")))
    repository = package.parent.parent
    if package.parent.name == "server":
        beside = resources.files("persona_lsp").joinpath("..", "..", "personas")
        if beside.is_dir():
            return str(repository / "personas")
    return str(package / "_personas")


def _listed(files: Files, folder: str, pattern: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(files.list(folder, pattern)))
    except OSError:
        # A folder that cannot be read has no personas; the others still do.
        return ()
