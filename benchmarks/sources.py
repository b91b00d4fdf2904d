"""Back-end code to measure with: made up, the same in every run, in four languages and of any length.

A project is a whole back end. Its files have the shares of bytes that files of their kind have in the middle of five
public ones, where they are (tests / files with endpoints / other production code / migrations, in percent):

    saleor (Python, 27.8 MB)           67 /  8 / 18 / 7
    netbox (Python, 9.4 MB)            37 / 26 / 28 / 8, scripts 1
    apollo (Java, 4.7 MB)              37 /  8 / 46 / 0, scripts and settings 8
    openfoodnetwork (Ruby, 6.4 MB)     67 / 29, its controllers among it / 3, other 2
    wger (Python, 2.8 MB)              37 / 15 / 26 / 16, other 6

Here: 45 / 14 to 17 / 30 to 33 / 7; in Java, where migrations are SQL, 46 / 16 / 38 / 0.

And they are as dense: so many nodes of syntax stand in a kilobyte of them (production code / tests):

    saleor 205 / 215, netbox 235 / 263, polar 180 / 204 (Python), growthbook 225 / 275 (TypeScript),
    apollo 201 / 238 (Java), openfoodnetwork 182 / 238 (Ruby)

Here, with the remarks of `benchmarks.shapes.remarks`: 218 / 255, 223 / 267, 201 / 254, 199 / 252; without them, 290 /
342 in Python. What they still have more of than those is endpoints, queries and answers: 1.2 to 1.4 queries in a
kilobyte of files with endpoints, where those of the six have 0 to 0.7.
`tests/benchmarks/test_sources.py` holds them there.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.shapes import java, python, ruby, typescript
from benchmarks.shapes.remarks import remarked
from benchmarks.shapes.resource import Resource, resources
from benchmarks.shapes.whole import whole
from persona_lsp.facts.role import role

LANGUAGES = ("python", "typescript", "java", "ruby")
SEED = 20_240_229


@dataclass(frozen=True, slots=True)
class Source:
    """A file, and where somebody types in it."""

    language: str
    path: str
    text: str
    line: int
    """From 0: the line, inside a function in the middle, before which somebody types."""
    indent: str
    statement: str
    """One that has the name `checked`, to which somebody adds letters: the file can be parsed at each of them."""
    typed: str
    """One that is typed from its first key to its last: at most of them, the file is in error."""
    hover: tuple[int, int]
    """Line and column, from 0, of the name of the function in which somebody types."""
    others: Mapping[str, str]
    """Files that the framework needs beside it."""

    @property
    def lines(self) -> int:
        return self.text.count("\n")


@dataclass(frozen=True, slots=True)
class _Language:
    one_file: Callable[[Sequence[Resource]], str]
    project: Callable[[Sequence[Resource]], dict[str, str]]
    suffix: str
    caret: str
    name: str
    statement: str
    typed: str


_LANGUAGES = {
    shape.LANGUAGE: _Language(
        shape.one_file, shape.project, shape.SUFFIX, shape.CARET, shape.NAME, shape.STATEMENT, shape.TYPED
    )
    for shape in (python, typescript, java, ruby)
}


def source(language: str, lines: int) -> Source:
    """One file of at least so many lines, and of few more."""
    shape = _LANGUAGES[language]
    count = _count(lambda some: shape.one_file(some).count("\n"), lines)
    chosen = resources(SEED, count)
    text = shape.one_file(chosen)
    found = re.compile(shape.caret, re.MULTILINE).search(text, text.find("\n", len(text) // 2) + 1)
    if found is None:
        raise ValueError(f"nobody can type in the {language} source")
    start = found.start()
    line = text.count("\n", 0, start)
    first = text.split("\n")[line]
    *_, named = re.compile(shape.name, re.MULTILINE).finditer(text, 0, start)
    hover = (text.count("\n", 0, named.start(1)), named.start(1) - text.rfind("\n", 0, named.start(1)) - 1)
    others = {"config/routes.rb": ruby.routes(chosen)} if language == "ruby" else {}
    path = f"app/controllers/{language}{shape.suffix}" if language == "ruby" else f"{language}{shape.suffix}"
    return Source(
        language,
        path,
        text,
        line,
        first[: len(first) - len(first.lstrip())],
        shape.statement,
        shape.typed,
        hover,
        others,
    )


def project(language: str, lines: int) -> dict[str, str]:
    """Files by path of a whole back end of at least so many lines: endpoints, other production code, tests, migrations."""
    ends = _LANGUAGES[language].project
    return _resourceful(lambda some: remarked(whole(language, ends(some), some)), lines)


def endpoints(language: str, lines: int) -> dict[str, str]:
    """Files by path of endpoints and of nothing but what they need."""
    return _resourceful(lambda some: remarked(_LANGUAGES[language].project(some)), lines)


def without_tests(files: Mapping[str, str]) -> dict[str, str]:
    """Those that are no tests: what programs read that leave tests out."""
    return {path: text for path, text in files.items() if role(path, text.encode()) != "test"}


def mixed_project(lines: int, make: Callable[[str, int], Mapping[str, str]] = project) -> dict[str, str]:
    """A project of which each language has a quarter, in a folder of its own."""
    return {
        f"{language}/{path}": text
        for language in LANGUAGES
        for path, text in make(language, lines // len(LANGUAGES)).items()
    }


def _resourceful(make: Callable[[Sequence[Resource]], dict[str, str]], lines: int) -> dict[str, str]:
    count = _count(lambda some: sum(text.count("\n") for text in make(some).values()), lines)
    return make(resources(SEED + 1, count))


def _count(measure: Callable[[Sequence[Resource]], int], lines: int) -> int:
    """How many resources make so many lines."""
    sample = 8
    each = (measure(resources(SEED, sample)) - measure([])) / sample
    count = max(1, round(lines / each))
    while measure(resources(SEED, count)) < lines:
        count += max(1, count // 50)
    return count
