"""Reads the examples of a rule's page: fenced code, one file each, several files where they are named.

An example begins with a fence. A line such as `` `routes/users.ts`: `` before a fence names its file; a named fence
that follows another one, with nothing between them, is a further file of the same example, unless the example has
a file of that name already or is one of another framework.

A comment before a Fine example says which change makes it a flagged one, to show that nothing else keeps it silent:

    <!-- flagged without `dev=True, ` -->
    <!-- flagged with `user` for `USER`, without `int` -->

Each comment is one change of the whole example, names of files included; a text that holds a backtick stands between
two of them, and one that holds line ends goes on below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.harness.carets import COMMENTS, Expected, split

_FENCE = re.compile(r"^```(\w+)(?: (\w+))?$")
_NAME = re.compile(r"^`([^`]+)`:$")
_CHANGE = re.compile(r"^<!-- flagged (.+) -->$", re.DOTALL)
_STEP = re.compile(r"(?:with (`+)(?P<new>.+?)\1 for|without) (?P<mark>`+)(?P<old>.+?)(?P=mark)(?:, |$)", re.DOTALL)
FRAMEWORKS = {
    "fastapi": "py", "flask": "py", "django": "py", "express": "js ts", "fastify": "js ts", "nestjs": "ts", "spring": "java",
    "rails": "rb", "aspnet": "cs", "axum": "rs", "actix": "rs", "rocket": "rs",
} | dict.fromkeys(("gin", "echo", "chi", "gorilla", "fiber", "nethttp"), "go")  # fmt: skip
DEFAULT_NAMES = {
    "py": "main.py",
    "js": "app.js",
    "ts": "app.ts",
    "java": "src/main/java/shop/Shop.java",
    "rb": "app/controllers/shop_controller.rb",
    "cs": "Shop/Shop.cs",
    "go": "main.go",
    "rs": "src/main.rs",
}
PLAIN = frozenset({"sql", "yaml", "json", "properties"})
"""Languages of files that belong to no framework; they have to be named."""


class ExampleError(Exception):
    """An example is not written as the harness wants it."""


@dataclass(frozen=True)
class File:
    """One file of an example, without its carets."""

    path: str
    language: str
    text: str
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class Example:
    """One or more files that are checked together. `title` is the prose before them.

    `changes`: each makes a flagged example of a fine one, as pairs of the text that is there and what takes its place.
    """

    framework: str
    files: tuple[File, ...]
    title: str
    number: int
    changes: tuple[tuple[tuple[str, str], ...], ...] = ()

    @property
    def sources(self) -> dict[str, bytes]:
        """The text of each file."""
        return {file.path: file.text.encode() for file in self.files}

    @property
    def expected(self) -> tuple[tuple[str, Expected], ...]:
        """What is flagged, with the file that it is in."""
        return tuple((file.path, one) for file in self.files for one in file.expected)

    def changed(self, change: tuple[tuple[str, str], ...]) -> dict[str, bytes]:
        """The text of each file after one of the changes. Raises `ExampleError` if there is nothing to change."""
        files = {file.path: file.text for file in self.files}
        for old, new in change:
            if not any(old in part for pair in files.items() for part in pair):
                raise ExampleError(f"nothing to change: {old}")
            files = {path.replace(old, new): text.replace(old, new) for path, text in files.items()}
        return {path: text.encode() for path, text in files.items()}


def examples(section: str) -> tuple[Example, ...]:
    """The examples of one section. Raises `ExampleError`."""
    found: list[list[tuple[str, File]]] = []
    titles: list[str] = []
    changes: list[tuple[tuple[tuple[str, str], ...], ...]] = []
    prose: list[str] = []
    change: list[tuple[tuple[str, str], ...]] = []
    name = ""
    adjacent = False
    lines = iter(section.splitlines())
    for line in lines:
        fence = _FENCE.match(line)
        if fence is None:
            if line.startswith("```"):
                raise ExampleError(f"not a fence that starts an example: {line}")
            while line.startswith("<!-- flagged ") and not line.endswith("-->"):
                line += "\n" + next(lines, "-->")
            named, changing = _NAME.match(line), _CHANGE.match(line)
            if named:
                name = named[1]
            elif changing:
                change.append(_steps(changing[1]))
                adjacent = False
            elif line.strip():
                prose.append(line.strip())
                adjacent = False
            continue
        text = _body(lines)
        framework, file = _file(fence[1], fence[2] or "", name, text)
        taken = {file.path for _, file in found[-1]} if found else set()
        used = {one for one, _ in found[-1] if one} if found else set()
        if adjacent and name and file.path not in taken and (not framework or used <= {framework}):
            found[-1].append((framework, file))
        else:
            found.append([(framework, file)])
            titles.append(" ".join(prose))
            changes.append(tuple(change))
            prose, change = [], []
        name, adjacent = "", True
    return tuple(
        Example(_framework(files), tuple(file for _, file in files), title, number, made)
        for number, (files, title, made) in enumerate(zip(found, titles, changes, strict=True), 1)
    )


def _steps(text: str) -> tuple[tuple[str, str], ...]:
    """The steps of one change: what is there, and what takes its place."""
    steps = list(_STEP.finditer(text))
    if not steps or sum(len(step[0]) for step in steps) != len(text):
        raise ExampleError(f"not a change: {text}")
    return tuple((step["old"], step["new"] or "") for step in steps)


def _body(lines: Iterator[str]) -> str:
    body = []
    for line in lines:
        if line == "```":
            return "\n".join(body) + "\n"
        body.append(line)
    raise ExampleError("a fence is not closed")


def _file(language: str, framework: str, name: str, text: str) -> tuple[str, File]:
    if framework and language not in FRAMEWORKS.get(framework, "").split():
        raise ExampleError(f"```{language} {framework}: no such framework, or not in that language")
    if not framework and (language not in PLAIN or not name):
        raise ExampleError(f"```{language}: name its framework, or its file if it is none of a framework")
    comment = COMMENTS[language]
    code, expected = split(text, comment)
    return framework, File(name or DEFAULT_NAMES[language], language, code, expected)


def _framework(files: list[tuple[str, File]]) -> str:
    used = {framework for framework, _ in files if framework}
    if len(used) != 1:
        raise ExampleError(f"an example is of one framework, and not of {sorted(used)}")
    return used.pop()
