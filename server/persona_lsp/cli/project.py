"""The project that the paths on the command line mean: its root, its settings and its persona."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from persona_lsp import settings as settings_of
from persona_lsp.cli.report import Problem
from persona_lsp.findings.finding import Severity
from persona_lsp.persona.compile import CompiledPersona
from persona_lsp.settings import FILE_NAMES, Partial, Settings
from persona_lsp.settings.globs import matches
from persona_lsp.syntax.languages import language_of
from persona_lsp.workspace import disk


class UsageError(Exception):
    """What the user asked for cannot be done; the message says why and what to do."""


class Project(Struct, frozen=True):
    """`root` is the folder that paths are relative to, `paths` what was asked for, absolute."""

    root: str
    paths: tuple[str, ...]
    settings: Settings
    problems: tuple[Problem, ...] = ()
    above: str = ""
    """What stands between the folder of the settings file and the root (`services/api/`): globs are told from there."""

    @property
    def home(self) -> str:
        """The folder of the settings file; the root, where there is none."""
        return os.path.normpath(os.path.join(self.root, *[os.pardir] * self.above.count("/")))

    def shown(self, path: str) -> str:
        """A path of the project as the user would write it where the command runs."""
        location = os.path.join(self.root, path)
        here = os.getcwd()
        inside = location == here or location.startswith(here.rstrip(os.sep) + os.sep)
        return os.path.relpath(location, here) if inside else location

    def asked(self, path: str) -> bool:
        """Whether a file really lies in what was asked for, and is not merely linked from there."""
        real = os.path.realpath(self.location(path))
        tops = (os.path.realpath(top) for top in self.paths)
        return any(real == top or real.startswith(top.rstrip(os.sep) + os.sep) for top in tops)

    def location(self, path: str) -> str:
        """The absolute location of a path of the project."""
        return os.path.join(self.root, *path.split("/"))


def project(paths: Sequence[str], config: str | None = None, given: Mapping[str, Any] | None = None) -> Project:
    """The project of some paths. `config` names a settings file, `given` are settings that beat those of files.

    Raises `UsageError` for a path that does not exist.
    """
    locations = tuple(os.path.abspath(path) for path in paths)
    for path, location in zip(paths, locations, strict=True):
        if not path:
            raise UsageError("a path is empty; name a file or folder, or `.` for the current folder")
        try:
            os.stat(location)
        except PermissionError as error:
            raise UsageError(f"`{path}` cannot be read: {error.strerror}") from error
        except (OSError, ValueError) as error:
            raise UsageError(f"there is no file or folder `{path}`") from error
    root = _root(locations)
    partials, problems, home = _settings(root, config)
    merged = settings_of.merge(*partials, Partial(given or {}))
    above = "" if home == root else os.path.relpath(root, home).replace(os.sep, "/") + "/"
    return Project(root, locations, merged, problems, above)


def walk(project: Project) -> disk.Walk:
    """The files of the project that are to be read."""
    settings = project.settings

    def wanted(path: str) -> bool:
        if not disk.understood(path) or (settings.include and not matches(project.above + path, settings.include)):
            return False
        language = language_of(path)
        return language is None or settings.languages.get(language.id, True)

    return disk.walk(project.root, project.paths, wanted, lambda path: matches(project.above + path, settings.exclude))


def with_known_names(project: Project) -> Project:
    """The project, its settings without names of rules and languages that do not exist; each is a problem."""
    from persona_lsp import review
    from persona_lsp.syntax.languages import LANGUAGES

    rules, families = review.names()
    settings, wrong = settings_of.with_known_names(project.settings, rules, families, LANGUAGES)
    problems = (*project.problems, *(Problem(one.message) for one in wrong))
    return msgspec.structs.replace(project, settings=settings, problems=problems)


def compiled_persona(project: Project, *, asked: bool = True) -> tuple[CompiledPersona | None, tuple[Problem, ...]]:
    """The persona that the settings name, compiled, and what is wrong with its file.

    Raises `UsageError` when there is no such persona and it was `asked` for; one that merely stands in a settings file
    costs a message, and the default persona reviews.
    """
    try:
        return _persona(project)
    except UsageError as error:
        error_text = str(error)
        default = settings_of.DEFAULT.persona
        if asked or project.settings.persona == default:
            raise
    replaced = msgspec.structs.replace(project, settings=msgspec.structs.replace(project.settings, persona=default))
    compiled, problems = _persona(replaced)
    return compiled, (Problem(f"{error_text}; the persona `{default}` reviews instead"), *problems)


def _persona(project: Project) -> tuple[CompiledPersona | None, tuple[Problem, ...]]:
    from persona_lsp.persona.compile import compile_persona
    from persona_lsp.persona.find import choose, find_personas, read_persona
    from persona_lsp.rules.registry import topics

    wanted = project.settings.persona
    if not wanted:
        return None, ()
    file = _persona_file(project, wanted)
    if file is not None:
        found = read_persona(disk.Files(), file)
    else:
        chosen = choose(find_personas(_Likely(wanted), *places(project)), wanted)
        # A name may be written in the front matter in a way that no quick look finds.
        chosen = chosen or choose(find_personas(disk.Files(), *places(project)), wanted)
        if chosen is None:
            raise UsageError(f"there is no persona `{wanted}`; `persona-lsp personas` lists those that there are")
        found = chosen
    # Hints are for whoever writes the persona, and `personas check` tells them.
    told = [one for one in found.loaded.problems if one.severity < Severity.HINT]
    problems = tuple(Problem(f"{one.line}:{one.column}: {one.message}", found.path) for one in told)
    if found.loaded.persona is None:
        # What else is wrong with the file does not keep it from being used.
        fatal = [one.message for one in found.loaded.problems if one.severity == Severity.ERROR]
        raise UsageError(f"the persona `{found.path}` cannot be used: {' '.join(fatal)}")
    return compile_persona(found.loaded.persona, topics()), problems


def places(project: Project) -> tuple[list[str], str | None, str | None]:
    """Where personas are looked for: the folders from the root up to the repository's top, the home, the bundled."""
    from persona_lsp.persona.find import bundled_folder

    folders = [project.root]
    top = project.root
    while not os.path.exists(os.path.join(top, ".git")) and os.path.dirname(top) != top:
        top = os.path.dirname(top)
        folders.append(top)
    if not os.path.exists(os.path.join(top, ".git")):
        folders = [project.root]
    home = os.path.expanduser("~")
    return folders, home if home != "~" else None, bundled_folder()


class _Likely(disk.Files):
    """Lists only files that may hold a persona of one name: reading all of a collection takes its time."""

    def __init__(self, name: str) -> None:
        self._name = name

    def list(self, folder: str, pattern: str) -> tuple[str, ...]:
        """The files called like the persona, or with its name in their first lines."""
        return tuple(path for path in super().list(folder, pattern) if self._may_hold(path))

    def _may_hold(self, path: str) -> bool:
        if os.path.basename(path).split(".")[0] == self._name:
            return True
        try:
            return self._name.encode() in self.read(path)[:4096]
        except OSError:
            return False


def _persona_file(project: Project, wanted: str) -> str | None:
    if "/" not in wanted and os.sep not in wanted and not wanted.endswith(".md"):
        return None
    for folder in (os.getcwd(), project.root, project.home):
        location = os.path.normpath(os.path.join(folder, os.path.expanduser(wanted)))
        if os.path.isfile(location):
            return location
    raise UsageError(f"there is no persona file `{wanted}`")


def _root(locations: Sequence[str]) -> str:
    """One folder is its own root; several paths are relative to where the user stands, or to what they share."""
    if len(locations) == 1 and os.path.isdir(locations[0]):
        return locations[0]
    here = os.getcwd()
    if all(location.startswith(here.rstrip(os.sep) + os.sep) or location == here for location in locations):
        return here
    try:
        shared = os.path.commonpath(
            [location if os.path.isdir(location) else os.path.dirname(location) for location in locations]
        )
    except ValueError as error:
        raise UsageError("the paths lie on different drives; check them one by one") from error
    return shared


def _settings(root: str, config: str | None) -> tuple[list[Partial], tuple[Problem, ...], str]:
    """The settings of a file, what is wrong with it, and the folder that its globs are told from."""
    if config is not None:
        try:
            data = disk.Files().read(config)
        except OSError as error:
            raise UsageError(f"the settings file `{config}` cannot be read: {error.strerror or error}") from error
        return *_read(config, data), root
    unread: list[Problem] = []
    for location, found in disk.found_above(root, FILE_NAMES):
        if isinstance(found, disk.Problem):
            unread.append(Problem(f"the settings file `{location}` {found.message}; its settings are not used"))
            continue
        if location.endswith("pyproject.toml") and b"persona-lsp" not in found:
            continue
        partials, problems = _read(location, found)
        if problems or any(partial.values for partial in partials) or not location.endswith("pyproject.toml"):
            return partials, (*unread, *problems), os.path.dirname(location)
    return [], tuple(unread), root


def _read(location: str, data: bytes) -> tuple[list[Partial], tuple[Problem, ...]]:
    partial = settings_of.read_toml(data.decode("utf-8", "replace"), location)
    return [partial], tuple(Problem(one.message) for one in partial.problems)
