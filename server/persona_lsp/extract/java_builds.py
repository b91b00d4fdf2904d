"""Manifests of Maven and Gradle: what a module is called, and what its program is built with."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.text.patterns import lazy

_ASIDE: Final = lazy(r"<!--[\s\S]*?-->|<(dependencyManagement|pluginManagement|build|reporting|profiles)>[\s\S]*?</\1>")
"""Parts of a `pom.xml` that say nothing, or not of what the program is built with."""
_DEPENDENCY: Final = lazy(r"<(dependency|parent)>([\s\S]*?)</\1>")
_ARTIFACT: Final = lazy(r"<artifactId>\s*([^<\s]+)\s*</artifactId>")
_OF_TESTS: Final = lazy(r"<scope>\s*(?:test|import)\s*</scope>")
_HELD: Final = lazy(r"<(parent|dependencies|modules|properties)>[\s\S]*?</\1>")
_COMMENT: Final = lazy(r"/\*[\s\S]*?\*/|(?<![:\"'])//[^\n]*")
_LINE: Final = lazy(
    r"^[ \t]*(?!test|androidTest)(?:\w*[iI]mplementation|\w*[aA]pi|compile|\w*[cC]ompileOnly|runtimeOnly|runtime)\b[^\n]*$",
    re.MULTILINE,
)
_PROJECT: Final = lazy(r"project\s*\(?\s*(?:path\s*[:=]\s*)?[\"']:?([\w.:-]+)[\"']|\bprojects((?:\.\w+)+)")
_PACKAGE: Final = lazy(r"[\"'][\w.-]+:([\w.-]+)(?::[^\"']*)?[\"']|\blibs((?:\.\w+)+)")
_KOTLIN: Final = lazy(r"\bkotlin\b")
_CAPITAL: Final = lazy(r"(?<=[a-z0-9])([A-Z])")


def own_artifact(text: str) -> str:
    """The name by which other modules depend on that of a `pom.xml`."""
    found = _ARTIFACT.search(_HELD.sub("", _ASIDE.sub("", text)))
    return found[1] if found else ""


def of_maven(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Packages of a `pom.xml`, less those of tests and plugins: name, kind, place.

    The kind is `parent` for what it inherits from, `project` for a module that is not told by its name, else `*`.
    """
    blank = _ASIDE.sub(lambda match: " " * len(match[0]), text)
    for block in _DEPENDENCY.finditer(blank):
        artifact = _ARTIFACT.search(block[2])
        if artifact and not _OF_TESTS.search(block[2]):
            start = block.start(2) + artifact.start(1)
            kind = "parent" if block[1] == "parent" else "project" if "${" in artifact[1] else "*"
            yield artifact[1], kind, start, start + len(artifact[1])


def of_gradle(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Packages and projects of a script of Gradle, less those of tests; `kotlin` for one that is written for it."""
    blank = _COMMENT.sub(lambda match: " " * len(match[0]), text)
    for line in _LINE.finditer(blank):
        for pattern, kind in ((_PROJECT, "project"), (_PACKAGE, "*")):
            for found in pattern.finditer(line[0]):
                name = (found[1] or _dashed(found[2])).rsplit(":", 1)[-1]
                yield name, kind, line.start() + found.start(), line.start() + found.end()
    kotlin = _KOTLIN.search(blank)
    if kotlin:
        yield "kotlin", "*", kotlin.start(), kotlin.end()


def _dashed(accessor: str) -> str:
    """`spring-boot-starter-security` for `.spring.boot.starter.security`."""
    return _CAPITAL.sub(r"-\1", accessor.lstrip(".")).replace(".", "-").lower()
