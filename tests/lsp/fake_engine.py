"""An engine without languages: the word `bad` is a finding, `slow` takes its time, `crash` ends the process."""

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Span, Where
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.findings.finding import Finding, Related, Reported, Severity
from persona_lsp.findings.intent import RenameText
from persona_lsp.host import wire
from persona_lsp.host.ports import Stop, Stopped
from persona_lsp.settings import Settings
from persona_lsp.workspace.snapshot import Snapshot


class Hover(Struct):
    """As in review.views, whose package would load all rules and languages."""

    markdown: str
    start: int
    end: int


class Hint(Struct):
    """As in review.views."""

    offset: int
    label: str
    tooltip: str = ""
    after: bool = False


class Lens(Struct):
    """As in review.views."""

    start: int
    end: int
    title: str


class Symbol(Struct):
    """As in review.views."""

    name: str
    detail: str
    kind: str
    where: Where
    selection: Where
    children: tuple["Symbol", ...] = ()


class FakeExtraction(Struct):
    """A file and its facts."""

    path: str
    source: bytes
    facts: FileFacts


class FakeEngine:
    """Knows `.py` files. Words are its language."""

    def understood(self, path: str) -> bool:
        return path.endswith(".py")

    def version(self) -> str:
        return "fake"

    def extract(self, path: str, source: bytes, previous: Any) -> FakeExtraction | None:
        if not path.endswith(".py"):
            return None
        if b"crash" in source:
            os._exit(7)
        if b"hang" in source:
            time.sleep(60)
        if b"raise-in-extract" in source:
            raise ValueError("no")
        if found := re.search(rb"slow(\d+)", source):
            time.sleep(int(found[1]) / 1000)
        words = [
            Function(word[0].decode(), word[0].decode(), path, word.start(), word.end(), Span(0, 3), "python")
            for word in re.finditer(rb"\bbad\d*\b", source)
        ]
        return FakeExtraction(path, source, FileFacts(path, "python", functions=tuple(words)))

    def config(self, path: str, source: bytes) -> FileFacts | None:
        return None

    def link(self, files: Mapping[str, FileFacts], previous: Snapshot | None) -> Snapshot:
        return Snapshot(files=dict(files))

    def profile(
        self, settings: Settings, folder: str, prefix: str, buffer: Any
    ) -> tuple[Any, str, str, tuple[str, ...]]:
        words = () if settings.persona != "nobody" else ("There is no persona `nobody`.",)
        return settings, settings.persona, f"/personas/{settings.persona}.md", words

    def portrait(self, profile: Any) -> tuple[str, str]:
        return f"{profile.persona} is made up", "green"

    def personas(
        self, folders: Sequence[str], profile: Any, location: str, buffer: Any
    ) -> tuple[wire.PersonaFile, ...]:
        return ()

    def coverage(self, wanted: str, folder: str, profile: Any, location: str, buffer: Any, lines: Any) -> None:
        return None

    def served(self, snapshot: Snapshot, lines: Any) -> tuple[()]:
        return ()

    def findings(self, snapshot: Snapshot, path: str, profile: Any, stop: Stop, failed: Any) -> tuple[Reported, ...]:
        found = []
        if "bad-word" in profile.ignore:
            return ()
        for number, word in enumerate(snapshot.files[path].functions):
            if stop():
                raise Stopped
            if word.name == "bad9":
                raise ValueError("no")
            others = [
                Related(one.where, "the same elsewhere")
                for file in snapshot.files.values()
                for one in file.functions
                if file.path != path and one.name == word.name
            ]
            intent = RenameText(word.where, "Rename to `good`", new="good")
            finding = Finding(
                word.where, f"`{word.name}` is bad", (intent,), related=tuple(others), unnecessary=word.name == "bad1"
            )
            found.append(
                Reported(
                    "bad-word", Severity.WARNING, finding, "words", "tester", "You use good words.", True, f"f{number}"
                )
            )
        return tuple(found)

    def hover(self, snapshot: Snapshot, extraction: Any, offset: int, profile: Any, found: Any) -> Hover | None:
        for word in extraction.facts.functions:
            if word.start <= offset <= word.end:
                return Hover(f"**{word.name}** is `bad`", word.start, word.end)
        return None

    def is_persona(self, location: str) -> bool:
        return False

    def with_fixes(self, snapshot: Snapshot, found: Sequence[Reported], extractions: Any) -> tuple[Reported, ...]:
        return tuple(found)

    def fixes(
        self, snapshot: Snapshot, extraction: Any, reported: Reported, profile: Any, others: Any
    ) -> tuple[Fix, ...]:
        where = reported.where
        rename = Fix("Rename to `good`", (Edit(where.path, where.start, where.end, "good"),), rule="bad-word")
        remove = Fix("Remove", (Edit(where.path, where.start, where.end, ""),), safe=False, rule="bad-word")
        match extraction.source[where.start : where.end]:
            case b"bad7":
                return remove, rename
            case b"bad8":
                return rename, replace(rename, title="Rename to `fine`")
        return rename, remove

    def fix_all(self, snapshot: Snapshot, extraction: Any, profile: Any, found: Sequence[Reported]) -> Fix | None:
        facts = extraction.facts
        return Fix("all", tuple(Edit(facts.path, word.start, word.end, "good") for word in facts.functions))

    def ignore_here(self, extraction: Any, reported: Reported, reason: str) -> Fix | None:
        line = extraction.source.rfind(b"\n", 0, reported.where.start) + 1
        edit = Edit(extraction.path, line, line, "# persona-lsp: ignore[bad-word]\n")
        return Fix("Ignore bad-word here", (edit,), safe=False)

    def hints(self, snapshot: Snapshot, path: str, start: int, end: int, profile: Any) -> Sequence[Hint]:
        words = snapshot.files[path].functions
        return [Hint(word.end, "!", "really", after=True) for word in words if start <= word.start <= end]

    def lenses(self, snapshot: Snapshot, path: str, profile: Any) -> Sequence[Lens]:
        return [Lens(word.start, word.end, word.name) for word in snapshot.files[path].functions]

    def symbols(self, snapshot: Snapshot, path: str) -> Sequence[Symbol]:
        return [Symbol(w.name, "", "function", w.where, w.where) for w in snapshot.files[path].functions]

    def workspace_symbols(self, snapshot: Snapshot, query: str) -> Sequence[Symbol]:
        files = snapshot.files.values()
        return [
            Symbol(w.name, f.path, "endpoint", w.where, w.where) for f in files for w in f.functions if query in w.name
        ]

    def definition(self, snapshot: Snapshot, path: str, offset: int) -> Where | None:
        return next((w.where for f in snapshot.files.values() if f.path != path for w in f.functions), None)

    def rule_url(self, rule: str) -> str:
        return f"https://example.org/{rule}"

    def names(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        return ["bad-word"], ["words"], ["python"]
