"""The real engine: extraction, linking and review behind the host's port. Only the worker process imports it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from persona_lsp import __version__, extract, review
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Fix
from persona_lsp.findings.finding import Reported
from persona_lsp.findings.subject import Persona, Subject
from persona_lsp.host import portraits, wire
from persona_lsp.host.personas import Personas
from persona_lsp.host.ports import Buffers, Extraction, Stop, Stopped
from persona_lsp.persona.compile import compile_persona
from persona_lsp.persona.load import load
from persona_lsp.persona.model import Problem
from persona_lsp.review.subject import speaker, subject
from persona_lsp.review.views import Choice, Hint, Hover, Lens, Served, Symbol
from persona_lsp.rules.registry import topics
from persona_lsp.settings import DEFAULT, Settings
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace import disk
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Snapshot


class RealEngine:
    """The façade, as the host asks it. Holds nothing but the personas that were at work."""

    def __init__(self) -> None:
        """No persona was used yet."""
        self._personas = Personas()
        self._urls: dict[str, str] = {}

    def understood(self, path: str) -> bool:
        """Whether a file of that name says anything."""
        return disk.understood(path)

    def version(self) -> str:
        """Changes when the same bytes give other facts."""
        return f"{__version__} {extract.VERSION}"

    def extract(self, path: str, source: bytes, previous: Any) -> Extraction | None:
        """The facts of a source file."""
        return extract.extract(path, source, previous)

    def config(self, path: str, source: bytes) -> FileFacts | None:
        """The facts of a manifest or a configuration file."""
        return extract.config(path, source)

    def link(self, files: Mapping[str, FileFacts], previous: Snapshot | None) -> Snapshot:
        """All files, linked."""
        return link(files, previous)

    def profile(
        self, settings: Settings, folder: str, prefix: str, buffer: Buffers
    ) -> tuple[Any, str, str, tuple[str, ...]]:
        """Persona and settings, compiled. A persona that cannot be used leaves its last good version, or the default."""
        wanted = settings.persona
        compiled, words = self._personas.compiled(wanted, folder, buffer)
        location = self._personas.location(wanted, folder)
        if compiled is None and wanted and wanted != DEFAULT.persona:
            words = (*words, f"The persona `{DEFAULT.persona}` reviews instead.")
            compiled, _ = self._personas.compiled(DEFAULT.persona, "", buffer)
            location = self._personas.location(DEFAULT.persona, "")
        name = compiled.persona.name if compiled else ""
        return review.profile(compiled, settings, prefix), name, location, (" ".join(words),) if words else ()

    def portrait(self, profile: Any) -> tuple[str, str]:
        """Description and colour of the persona in a profile."""
        persona = profile.persona.persona if profile.persona is not None else None
        return (persona.description, persona.color) if persona is not None else ("", "")

    def personas(
        self, folders: Sequence[str], profile: Any, location: str, buffer: Buffers
    ) -> tuple[wire.PersonaFile, ...]:
        """All persona files, highest first."""
        return portraits.listed(self._personas.known(folders, buffer), folders, profile.persona, location)

    def coverage(
        self, wanted: str, folder: str, profile: Any, location: str, buffer: Buffers, lines: Callable[[str], LineTable]
    ) -> wire.Coverage | None:
        """What keeps the sentences of a persona."""
        compiled = profile.persona
        if wanted:
            found = self._personas.found(wanted, folder, buffer)
            persona = found.loaded.persona if found is not None else None
            if found is None or persona is None:
                return None
            compiled, location = compile_persona(persona, topics()), found.path
        return portraits.covered(compiled, location, lines) if compiled is not None else None

    def served(self, snapshot: Snapshot, lines: Callable[[str], LineTable]) -> Sequence[Served]:
        """The endpoints, with their places."""
        return review.served(snapshot, lines, every=True)

    def findings(
        self, snapshot: Snapshot, path: str, profile: Any, stop: Stop, failed: Callable[[str, Exception], None]
    ) -> tuple[Reported, ...]:
        """The findings in a file."""
        try:
            return review.findings(snapshot, path, profile, stop, lambda rule, error: failed(rule.id, error))
        except review.Stopped as stopped:
            raise Stopped from stopped

    def hover(
        self, snapshot: Snapshot, extraction: Any, offset: int, profile: Any, found: tuple[Reported, ...] | None
    ) -> Hover | None:
        """What is to be said about a place."""
        return review.hover(snapshot, extraction, offset, profile, found)

    def is_persona(self, location: str) -> bool:
        """Whether a file is a persona."""
        return self._personas.knows(location)

    def at_work(self, location: str) -> bool:
        """Whether a file is the persona that reviews."""
        return self._personas.at_work(location)

    def persona_problems(self, location: str, source: bytes) -> tuple[Problem, ...]:
        """What is wrong in a persona file."""
        return (*self._personas.stale(location), *load(source, location).problems)

    def persona_hover(self, location: str, source: bytes, offset: int) -> Hover | None:
        """What is to be said about a place in a persona file."""
        return review.persona_hover(location, source, offset)

    def persona_symbols(self, path: str, source: bytes) -> Sequence[Symbol]:
        """The outline of a persona file."""
        return review.persona_symbols(path, source)

    def persona_choices(self, location: str, source: bytes, offset: int) -> Sequence[Choice]:
        """What may be written at a place in a persona file."""
        return review.persona_choices(location, source, offset)

    def persona_mended(self, path: str, source: bytes) -> Fix | None:
        """The safe fixes of a persona file as one."""
        return review.persona_mended(path, source)

    def with_fixes(
        self, snapshot: Snapshot, found: Sequence[Reported], extractions: Callable[[str], Any]
    ) -> tuple[Reported, ...]:
        """The findings with those of their fixes that can be spelled."""
        return review.with_fixes(snapshot, found, extractions)

    def fixes(
        self, snapshot: Snapshot, extraction: Any, reported: Reported, profile: Any, others: Callable[[str], Any]
    ) -> tuple[Fix, ...]:
        """The fixes of a finding, best first."""
        return review.fixes(snapshot, extraction, reported, profile, others)

    def fix_all(self, snapshot: Snapshot, extraction: Any, profile: Any, found: Sequence[Reported]) -> Fix | None:
        """The safe fixes of these findings of a file as one."""
        return review.fix_all(snapshot, extraction, profile, found)

    def about(
        self, snapshot: Snapshot, extraction: Any, start: int, end: int, profile: Any, found: Sequence[Reported]
    ) -> tuple[Subject, Persona] | None:
        """What Claude is told about a place, and who speaks."""
        one = subject(snapshot, extraction, start, end, found)
        who = speaker(profile)
        return None if one is None or who is None else (one, who)

    def ignore_here(self, extraction: Any, reported: Reported, reason: str) -> Fix | None:
        """The comment that silences a finding."""
        return review.ignore_here(extraction, reported, reason)

    def hints(self, snapshot: Snapshot, path: str, start: int, end: int, profile: Any) -> Sequence[Hint]:
        """Texts in the lines."""
        return review.hints(snapshot, path, start, end, profile)

    def lenses(self, snapshot: Snapshot, path: str, profile: Any) -> Sequence[Lens]:
        """Lines above handlers."""
        return review.lenses(snapshot, path, profile)

    def symbols(self, snapshot: Snapshot, path: str) -> Sequence[Symbol]:
        """The symbols of a file."""
        return review.symbols(snapshot, path)

    def workspace_symbols(self, snapshot: Snapshot, query: str) -> Sequence[Symbol]:
        """The symbols of all files that match."""
        return review.workspace_symbols(snapshot, query)

    def definition(self, snapshot: Snapshot, path: str, offset: int) -> Where | None:
        """Where what stands there is defined."""
        return review.definition(snapshot, path, offset)

    def rule_url(self, rule: str) -> str:
        """The page of a rule."""
        if rule not in self._urls:
            known = review.rule(rule)
            self._urls[rule] = known.url if known is not None else ""
        return self._urls[rule]

    def names(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """All rules, families and languages."""
        return *review.names(), list(LANGUAGES)
