"""What a Java project is built of: the modules that manifests of Maven and Gradle name, and which of them run together."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.code import FileFacts, Import
from persona_lsp.facts.place import Where
from persona_lsp.workspace.names import Names, unit

_PROJECT: Final = "project"
"""What manifests call a module of their own project."""
_MAVEN: Final = "pom.xml"
_GRADLE: Final = frozenset({"build.gradle", "build.gradle.kts"})
_APPLICATION: Final = "SpringBootApplication"
_CONFIGURED: Final = "EnableAutoConfiguration"
"""What older applications say; so do parts of them, which have no `main`."""


class Builds(Struct, frozen=True):
    """The units (`unit`) that have a manifest, with what each is built of."""

    runs: Mapping[str, str]
    """Units that are started, each with the file of its application."""
    reach: Mapping[str, frozenset[str]]
    """The units that each one is built with, itself included; only where all of them are known."""
    asks: Mapping[str, Mapping[str, Where]]
    """The packages that the manifests of each one ask for, with the places where they do."""

    def applications(self, of: str) -> tuple[str, ...]:
        """The units that are started and have this one in them: itself, if it is one of them; none if nobody knows."""
        if of in self.runs:
            return (of,) if of in self.reach else ()
        if not self.runs.keys() <= self.reach.keys():
            return ()
        return tuple(sorted(unit for unit in self.runs if of in self.reach.get(unit, ())))


def builds(names: Names) -> Builds:
    """Read the manifests of all files."""
    manifests: dict[str, tuple[str, tuple[Import, ...]]] = {}
    named: dict[str, str] = {}
    runs: dict[str, str] = {}
    for path, entry in names.files.items():
        folder, _, name = path.rpartition("/")
        if name == _MAVEN or name in _GRADLE:
            manifests[folder] = (path, entry.facts.imports)
            named.setdefault(entry.facts.package or folder.rpartition("/")[2], folder)
        elif entry.facts.role == "prod" and _is_application(entry.facts):
            runs.setdefault(unit(path), path)
    reach: dict[str, frozenset[str]] = {}
    asks: dict[str, dict[str, Where]] = {}
    for folder in manifests:
        parts, asks[folder] = _closure(folder, manifests, named)
        if parts is not None:
            reach[folder] = frozenset(parts)
    return Builds(runs, reach, asks)


def _is_application(facts: FileFacts) -> bool:
    if any(_APPLICATION in cls.annotations for cls in facts.classes):
        return True
    return any(_CONFIGURED in cls.annotations for cls in facts.classes) and any(
        f.name == "main" for f in facts.functions
    )


def _closure(
    folder: str, manifests: Mapping[str, tuple[str, tuple[Import, ...]]], named: Mapping[str, str]
) -> tuple[set[str] | None, dict[str, Where]]:
    parts: set[str] = set()
    packages: dict[str, Where] = {}
    pending, known = [folder], True
    while pending:
        current = pending.pop()
        if current in parts:
            continue
        parts.add(current)
        path, asked = manifests[current]
        for item in asked:
            packages.setdefault(item.module, item.where)
            if item.module in named:
                pending.append(named[item.module])
            else:
                known = known and item.name != _PROJECT
        if not path.endswith(_MAVEN):
            # What stands in a script of Gradle may hold for all projects below it.
            pending += [above for above in _above(current) if above in manifests]
    return parts if known else None, packages


def _above(folder: str) -> Iterator[str]:
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder
