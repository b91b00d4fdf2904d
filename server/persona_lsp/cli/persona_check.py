"""Checks persona files as an editor does, for continuous integration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from persona_lsp.cli import project as projects
from persona_lsp.cli.formats.text import STYLES, in_line
from persona_lsp.cli.style import Paint
from persona_lsp.findings.finding import Severity
from persona_lsp.persona.find import find_personas, read_persona
from persona_lsp.persona.formats import is_persona_file
from persona_lsp.persona.model import Problem
from persona_lsp.text.count import counted
from persona_lsp.workspace import disk

# What is not the project's own is not the project's to mend.
_OWN = frozenset({"workspace", "github", "cursor"})


class Checked(Struct, frozen=True):
    """A persona file, by the path under which the user knows it, and what is wrong in it."""

    path: str
    problems: tuple[Problem, ...]


def check(paths: Sequence[str]) -> tuple[Checked, ...]:
    """The persona files among some paths; the project's own where none are given. Files are taken at their word.

    What the settings of the project ignore is left out.

    Raises `UsageError` for a path that does not exist, and for a folder without persona files.
    """
    files, project = disk.Files(), projects.project(["."])
    found = list(_named(paths, files)) if paths else _of_the_project(files, project)
    ignored = project.settings.ignore

    def problems(path: str) -> tuple[Problem, ...]:
        return tuple(one for one in read_persona(files, path).loaded.problems if one.code not in ignored)

    return tuple(Checked(_shown(path), problems(path)) for path in dict.fromkeys(found))


def worst(checked: Sequence[Checked]) -> Severity | None:
    """The worst severity, None where nothing is wrong."""
    return min((problem.severity for one in checked for problem in one.problems), default=None)


def render(checked: Sequence[Checked], form: str, paint: Paint) -> str:
    """The problems, as lines or as JSON."""
    if form == "json":
        files = [{"path": one.path, "problems": [_fields(problem) for problem in one.problems]} for one in checked]
        return msgspec.json.format(msgspec.json.encode({"files": files}), indent=2).decode() + "\n"
    lines = [_line(one.path, problem, paint) for one in checked for problem in one.problems]
    count = sum(len(one.problems) for one in checked)
    summary = f"{counted(len(checked), 'persona file')}, {counted(count, 'problem')}"
    return "\n".join([*lines, paint(summary, "bold")]) + "\n"


def _named(paths: Sequence[str], files: disk.Files) -> Iterator[str]:
    for path in paths:
        if os.path.isfile(path):
            yield os.path.abspath(path)
            continue
        if not os.path.isdir(path):
            raise projects.UsageError(f"there is no file or folder `{path}`")
        inside = [*files.list(os.path.abspath(path), "**/*.md"), *files.list(os.path.abspath(path), "**/*.mdc")]
        personas = [one for one in inside if is_persona_file(one)]
        if not personas:
            raise projects.UsageError(f"there is no persona file in `{path}`; name the files themselves")
        yield from personas


def _of_the_project(files: disk.Files, project: projects.Project) -> list[str]:
    found = [one.path for one in find_personas(files, *projects.places(project)) if one.origin in _OWN]
    found += files.list(os.path.join(project.root, ".cursor", "rules"), "**/*.mdc")
    wanted = project.settings.persona
    if wanted.endswith((".md", ".mdc")) or "/" in wanted:
        found.append(os.path.join(project.home, os.path.expanduser(wanted)))
    return found


def _shown(path: str) -> str:
    here = os.getcwd()
    return os.path.relpath(path, here) if path.startswith(here.rstrip(os.sep) + os.sep) else path


def _line(path: str, problem: Problem, paint: Paint) -> str:
    where = paint(f"{in_line(path)}:{problem.line}:{problem.column}", "bold")
    severity = paint(problem.severity.word, STYLES[problem.severity])
    fixable = paint(" [fixable]", "green") if problem.fix else ""
    return f"{where} {severity} {in_line(problem.message)} {paint(f'({problem.code})', 'dim')}{fixable}"


def _fields(problem: Problem) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(problem)
    fields["severity"] = problem.severity.word
    return fields
