"""Prints the API of a project: as a table, as JSON, or as an OpenAPI document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct

from persona_lsp.cli import project as projects
from persona_lsp.cli.formats.text import in_line
from persona_lsp.cli.gather import gather, read
from persona_lsp.cli.project import UsageError
from persona_lsp.cli.report import Problem
from persona_lsp.cli.style import Paint
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import NAMED
from persona_lsp.review.views import EndpointRow
from persona_lsp.text.count import counted
from persona_lsp.text.lines import LineTable

_KINDS: Final = ("http", *NAMED)
_STYLES = {"GET": "green", "HEAD": "green", "POST": "yellow", "PUT": "blue", "PATCH": "blue", "DELETE": "red"}


class Found(Struct, frozen=True):
    """The endpoints of a project, and what could not be read."""

    rows: tuple[EndpointRow, ...]
    problems: tuple[Problem, ...]
    shown: Callable[[str], str]
    """A path of the project as the user knows it where the command runs."""


def wanted(text: str) -> frozenset[str] | None:
    """The kinds that a list with commas names, all of them for `all`; None for "": what HTTP routers serve.

    Raises `UsageError` for what is no kind.
    """
    if not text:
        return None
    named = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(named - {*_KINDS, "all"})
    if unknown or not named:
        raise UsageError(f"--kind takes {', '.join(_KINDS)} and all, not {', '.join(unknown) or 'nothing'}")
    return frozenset(_KINDS) if "all" in named else named


def _asked(row: EndpointRow, kinds: frozenset[str] | None) -> bool:
    return not row.named if kinds is None else row.kind in kinds


def find(
    path: str, *, config: str | None = None, jobs: int = 0, use_cache: bool = True, every: bool = False,
    kinds: frozenset[str] | None = None,
) -> Found:  # fmt: skip
    """The endpoints in a folder or file, of these `kinds`; with `every`, those whose whole path is not known, too.

    Without kinds, what an HTTP router serves. Raises `UsageError` where there is no such file or folder.
    """
    from persona_lsp import review
    from persona_lsp.workspace.link import link

    project = projects.project([path], config)
    walked = projects.walk(project)
    sources, unreadable = read(walked.files, project.settings.max_file_size)
    gathered = gather(
        project.root,
        sources,
        jobs=jobs or project.settings.max_workers,
        complete=project.paths == (project.root,),
        use_cache=use_cache,
    )
    tables = cache(lambda name: LineTable(gathered.sources.get(name, b"")))
    found = tuple(row for row in review.endpoints(link(gathered.facts), tables, every=True) if _asked(row, kinds))
    rows = found if every else tuple(row for row in found if row.path_known)
    unread = (Problem(one.message, one.path, asked=one.asked) for one in walked.problems)
    untold = _untold(gathered.facts, tables)
    problems = (*project.problems, *unread, *unreadable, *gathered.problems, *_left_out(found, rows), *untold)
    return Found(rows, problems, project.shown)


def _left_out(found: Sequence[EndpointRow], rows: Sequence[EndpointRow]) -> Iterator[Problem]:
    """One word about the endpoints whose router's place could not be told."""
    missing = [row for row in found if not row.path_known and not row.named] if len(rows) < len(found) else []
    if missing:
        one = missing[0]
        noun = "endpoint is" if len(missing) == 1 else "endpoints are"
        yield Problem(
            f"{len(missing)} {noun} left out, because what stands before the path is not known"
            f" (the first is `{one.method} {one.path}`, line {one.line}); --all lists them",
            one.file,
        )


def _untold(facts: Mapping[str, FileFacts], tables: Callable[[str], LineTable]) -> Iterator[Problem]:
    """What the files of the application say and nobody could read."""
    for path, known in facts.items():
        for problem in known.problems if known.role == "prod" else ():
            yield Problem(f"line {tables(path).line_col(problem.where.start)[0] + 1}: {problem.message}", path)


def overlaid(found: Found) -> tuple[Problem, ...]:
    """What an OpenAPI document of these endpoints cannot hold: one description has one operation for method and path."""
    from persona_lsp import review

    def place(row: EndpointRow) -> str:
        return f"{found.shown(row.file)}:{row.line}"

    left_out = review.left_out_of_openapi(found.rows)
    problems = []
    twice = [(row, first) for row, first in left_out if first is not None]
    if twice:
        row, first = twice[0]
        noun = "operation is" if len(twice) == 1 else "operations are"
        problems.append(
            f"{len(twice)} {noun} left out of the document, because another one has the same method and path"
            f" (`{row.method} {row.path}` is that of {place(first)}, not of {place(row)});"
            " where these are several services, ask for the folder of each"
        )
    unknown = [row for row, first in left_out if first is None]
    if unknown:
        row = unknown[0]
        problems.append(
            f"{counted(len(unknown), 'endpoint')} left out of the document, because OpenAPI does not know the method"
            f" (`{row.method} {row.path}`, {place(row)})"
        )
    return tuple(Problem(one) for one in problems)


def render(found: Found, form: str, paint: Paint) -> str:
    """The endpoints as `table`, `json` or `openapi`."""
    if form == "json":
        return _json(found.rows)
    if form == "openapi":
        from persona_lsp import review

        return _json(review.openapi(found.rows))
    return _table(found.rows, found.shown, paint)


def _table(rows: Sequence[EndpointRow], shown: Callable[[str], str], paint: Paint) -> str:
    if not rows:
        return "no endpoints\n"
    rows = sorted(rows, key=lambda row: _KINDS.index(row.kind) if row.named else 0)
    cells = [
        (row.method, row.path, row.auth, " ".join(map(str, row.statuses)), f"{shown(row.file)}:{row.line}", row.handler)
        for row in rows
    ]
    heads = ("METHOD", "PATH", "AUTH", "STATUSES", "WHERE", "HANDLER")
    texts = [tuple(in_line(cell) for cell in line) for line in cells]
    widths = [max(len(line[column]) for line in (heads, *texts)) for column in range(len(heads))]
    lines = ["  ".join(paint(f"{head:<{width}}", "bold") for head, width in zip(heads, widths, strict=True)).rstrip()]
    for line in texts:
        padded = [f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)]
        padded[0] = paint(padded[0], _STYLES.get(line[0], "magenta"))
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines) + f"\n\n{counted(len(rows), 'endpoint')}{_by_kind(rows)}\n"


def _by_kind(rows: Sequence[EndpointRow]) -> str:
    """`: 12 http, 4 graphql`, where there is more than what HTTP routers serve."""
    if not any(row.named for row in rows):
        return ""
    times = Counter(row.kind for row in rows)
    return ": " + ", ".join(f"{times[kind]} {kind}" for kind in _KINDS if times[kind])


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
