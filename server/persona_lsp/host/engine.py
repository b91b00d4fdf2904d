"""The real engine: extraction, linking and review behind the host's port. Only the worker process imports it."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from persona_lsp import __version__, extract, review
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Fix
from persona_lsp.findings.finding import Reported
from persona_lsp.host.ports import Extraction, Stop, Stopped
from persona_lsp.persona.compile import CompiledPersona, compile_persona
from persona_lsp.persona.coverage import coverage, explain_commitment
from persona_lsp.persona.find import bundled_folder, choose, find_personas, read_persona
from persona_lsp.persona.load import load
from persona_lsp.persona.model import Problem
from persona_lsp.review.views import Hint, Hover, Lens, Symbol
from persona_lsp.rules.registry import rules, topics
from persona_lsp.settings import DEFAULT, Settings
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace import disk
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Snapshot

_PERSONA_FILE = re.compile(r"(^|/)(\.claude/agents/.*\.md|\.github/agents/.*\.agent\.md|personas/[^/]*\.md)$")


class RealEngine:
    """The façade, as the host asks it. Holds nothing but the last persona that could be used, by name."""

    def __init__(self) -> None:
        """No persona was used yet."""
        self._last_good: dict[str, CompiledPersona] = {}
        self._persona_paths: set[str] = set()
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

    def profile(self, settings: Settings, folder: str, prefix: str) -> tuple[Any, str, tuple[str, ...]]:
        """Persona and settings, compiled. A persona that cannot be used leaves its last good version, or the default."""
        wanted = settings.persona
        words: list[str] = []
        compiled = self._persona(wanted, folder, words)
        if compiled is None and (kept := self._last_good.get(wanted)) is not None:
            compiled = kept
        if compiled is None and wanted and wanted != DEFAULT.persona:
            words.append(f"The persona `{DEFAULT.persona}` reviews instead.")
            compiled = self._persona(DEFAULT.persona, "", [])
        if compiled is not None:
            self._last_good[wanted] = compiled
        name = compiled.persona.name if compiled else ""
        return review.profile(compiled, settings, prefix), name, (" ".join(words),) if words else ()

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

    def persona_problems(self, path: str, source: bytes) -> tuple[Problem, ...] | None:
        """What is wrong in a persona file; None when the file is none."""
        return load(source, path).problems if self._is_persona(path) else None

    def persona_hover(self, path: str, source: bytes, offset: int) -> Hover | None:
        """What keeps the commitment at a place of a persona file."""
        if not self._is_persona(path):
            return None
        persona = load(source, path).persona
        if persona is None:
            return None
        compiled = compile_persona(persona, topics())
        rows = coverage(compiled, _rules_by_topic(), topics(), review.features())
        table = LineTable(source)
        line, column = table.position(offset, "utf-32")
        markdown = explain_commitment(compiled, rows, line + 1, column + 1)
        if markdown is None:
            return None
        here = (line + 1, column + 1)
        row = next(r for r in rows if (r.line, r.column) <= here < (r.end_line, r.end_column))
        start = table.from_position(row.line - 1, row.column - 1, "utf-32")
        return Hover(markdown, start, table.from_position(row.end_line - 1, row.end_column - 1, "utf-32"))

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

    def _persona(self, wanted: str, folder: str, words: list[str]) -> CompiledPersona | None:
        if not wanted:
            return None
        files = disk.Files()
        if wanted.endswith(".md") or "/" in wanted or os.sep in wanted:
            found = read_persona(files, os.path.join(folder, os.path.expanduser(wanted)))
        else:
            home = os.path.expanduser("~")
            known = find_personas(files, [folder] if folder else [], home if home != "~" else None, bundled_folder())
            chosen = choose(known, wanted)
            if chosen is None:
                words.append(f"There is no persona `{wanted}`; `persona-lsp personas` lists those that there are.")
                return None
            found = chosen
        self._persona_paths.add(found.path.replace(os.sep, "/"))
        if found.loaded.persona is None:
            said = "; ".join(problem.message for problem in found.loaded.problems)
            words.append(f"The persona {found.path} cannot be used: {said}")
            return None
        return compile_persona(found.loaded.persona, topics())

    def _is_persona(self, path: str) -> bool:
        path = path.replace(os.sep, "/")
        return _PERSONA_FILE.search(path) is not None or path in self._persona_paths


def _rules_by_topic() -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for rule in rules():
        result.setdefault(rule.topic.id, []).append(rule.id)
    return result
