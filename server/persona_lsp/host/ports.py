"""What the host needs of the rest of the program. The real ones stand in `engine.py`; tests bring their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Fix
from persona_lsp.findings.finding import Reported
from persona_lsp.findings.subject import Persona, Subject
from persona_lsp.host import wire
from persona_lsp.settings import Settings
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    # Its package loads all rules and languages, which those who bring their own engine do not need.
    from persona_lsp.review.views import Choice, Hint, Hover, Lens, Served, Symbol

Stop = Callable[[], bool]

Buffers = Callable[[str], bytes | None]
"""The text of an open document by its location; None for one that is not open."""


class Stopped(Exception):  # it is no error: somebody asked for it
    """A computation was given up because its input is out of date."""


class Extraction(Protocol):
    """A file as it was read: its text, its tree, its facts."""

    @property
    def path(self) -> str:
        """The workspace's path."""

    @property
    def source(self) -> bytes:
        """The text."""

    @property
    def facts(self) -> FileFacts:
        """What it says."""


class PersonaFix(Protocol):
    """An edit that mends a problem: byte offsets of the text, and what stands there afterwards."""

    @property
    def title(self) -> str:
        """What it does."""

    @property
    def start(self) -> int:
        """The first byte replaced."""

    @property
    def end(self) -> int:
        """Behind the last byte replaced."""

    @property
    def new_text(self) -> str:
        """The new text."""

    @property
    def safe(self) -> bool:
        """Whether it may be applied without a look."""


class PersonaProblem(Protocol):
    """Something wrong in a persona file; lines and columns count from 1."""

    @property
    def code(self) -> str:
        """Which kind of problem it is."""

    @property
    def severity(self) -> int:
        """As in `Severity`."""

    @property
    def message(self) -> str:
        """What is wrong."""

    @property
    def line(self) -> int:
        """The first line."""

    @property
    def column(self) -> int:
        """The first column, in characters."""

    @property
    def end_line(self) -> int:
        """The last line."""

    @property
    def end_column(self) -> int:
        """The column behind the last character."""

    @property
    def fix(self) -> PersonaFix | None:
        """What mends it."""


class Engine(Protocol):
    """Extraction, linking and review, as the façade offers them. `Any` stands for what the host only passes on."""

    def understood(self, path: str) -> bool:
        """Whether a file of that name says anything."""

    def version(self) -> str:
        """Changes when the same bytes give other facts."""

    def extract(self, path: str, source: bytes, previous: Any) -> Extraction | None:
        """The facts of a source file; None when it is in no language that is read."""

    def config(self, path: str, source: bytes) -> FileFacts | None:
        """The facts of a manifest or a configuration file."""

    def link(self, files: Mapping[str, FileFacts], previous: Snapshot | None) -> Snapshot:
        """All files, linked."""

    def profile(
        self, settings: Settings, folder: str, prefix: str, buffer: Buffers
    ) -> tuple[Any, str, str, tuple[str, ...]]:
        """Persona and settings, compiled; the persona's name and location; what is wrong with the choice, in words.

        `prefix` stands before the paths of the folder in the workspace. What is open counts, not what is on the disk.
        """

    def portrait(self, profile: Any) -> tuple[str, str]:
        """Description and colour of the persona in a profile; empty where there is none."""

    def personas(
        self, folders: Sequence[str], profile: Any, location: str, buffer: Buffers
    ) -> tuple[wire.PersonaFile, ...]:
        """All persona files that the folders can use, highest first; the one at `location`, in the profile, is marked."""

    def coverage(
        self, wanted: str, folder: str, profile: Any, location: str, buffer: Buffers, lines: Callable[[str], LineTable]
    ) -> wire.Coverage | None:
        """What keeps the sentences of a persona, "" for the one in the profile; None where there is none.

        `lines` gives the text at a location.
        """

    def served(self, snapshot: Snapshot, lines: Callable[[str], LineTable]) -> Sequence[Served]:
        """The endpoints, with their places."""

    def findings(
        self, snapshot: Snapshot, path: str, profile: Any, stop: Stop, failed: Callable[[str, Exception], None]
    ) -> tuple[Reported, ...]:
        """The findings in a file; a rule that raises is told to `failed`. Raises `Stopped`."""

    def hover(
        self, snapshot: Snapshot, extraction: Any, offset: int, profile: Any, found: tuple[Reported, ...] | None
    ) -> Hover | None:
        """What is to be said about a place. `found` are the findings of the file, if they are known."""

    def is_persona(self, location: str) -> bool:
        """Whether the file there is a persona; the other questions about personas are asked of such files only."""

    def at_work(self, location: str) -> bool:
        """Whether the file there is the persona that reviews, or was when its text could be used."""

    def persona_problems(self, location: str, source: bytes) -> tuple[PersonaProblem, ...]:
        """What is wrong in a persona file."""

    def persona_hover(self, location: str, source: bytes, offset: int) -> Hover | None:
        """What is to be said about a place in a persona file."""

    def persona_symbols(self, path: str, source: bytes) -> Sequence[Symbol]:
        """The outline of a persona file."""

    def persona_choices(self, location: str, source: bytes, offset: int) -> Sequence[Choice]:
        """What may be written at a place in a persona file."""

    def persona_mended(self, path: str, source: bytes) -> Fix | None:
        """The safe fixes of a persona file as one."""

    def with_fixes(
        self, snapshot: Snapshot, found: Sequence[Reported], extractions: Callable[[str], Any]
    ) -> tuple[Reported, ...]:
        """The findings with those of their fixes that can be spelled. `extractions` gives files by path."""

    def fixes(
        self, snapshot: Snapshot, extraction: Any, reported: Reported, profile: Any, others: Callable[[str], Any]
    ) -> tuple[Fix, ...]:
        """The fixes of a finding, best first. `others` gives other files that one may change."""

    def fix_all(self, snapshot: Snapshot, extraction: Any, profile: Any, found: Sequence[Reported]) -> Fix | None:
        """The safe fixes of these findings of a file as one."""

    def about(
        self, snapshot: Snapshot, extraction: Any, start: int, end: int, profile: Any, found: Sequence[Reported]
    ) -> tuple[Subject, Persona] | None:
        """What Claude is told about a place, and who speaks; None where there is nothing to speak about."""

    def ignore_here(self, extraction: Any, reported: Reported, reason: str) -> Fix | None:
        """The comment that silences a finding."""

    def hints(self, snapshot: Snapshot, path: str, start: int, end: int, profile: Any) -> Sequence[Hint]:
        """Texts in the lines."""

    def lenses(self, snapshot: Snapshot, path: str, profile: Any) -> Sequence[Lens]:
        """Lines above handlers."""

    def symbols(self, snapshot: Snapshot, path: str) -> Sequence[Symbol]:
        """The symbols of a file."""

    def workspace_symbols(self, snapshot: Snapshot, query: str) -> Sequence[Symbol]:
        """The symbols of all files that match."""

    def definition(self, snapshot: Snapshot, path: str, offset: int) -> Where | None:
        """Where what stands there is defined."""

    def rule_url(self, rule: str) -> str:
        """The page of a rule, "" for none."""

    def names(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """All rules, families and languages."""


class Disk(Protocol):
    """The file system."""

    def small(self, folder: str) -> bool:
        """Whether a folder holds so little that reading it takes no time worth a process."""

    def files(self, folder: str, settings: Settings) -> Iterator[str]:
        """The files to review below a folder, relative to it, with `/`."""

    def read(self, location: str, limit: int) -> bytes | None:
        """The bytes of a file; None when there is nothing to review in it. Never raises."""

    def text(self, location: str) -> bytes | None:
        """The bytes of a settings file; None when there is none. Never raises."""

    def unread(self, location: str) -> str:
        """What is wrong with a settings file of which there is no text, "" where there is no file. Never raises."""

    def cached(self, folder: str, version: str) -> Cache:
        """Facts of an earlier run."""


class Cache(Protocol):
    """Facts by path and content."""

    def get(self, path: str, source: bytes) -> FileFacts | None:
        """The facts of exactly these bytes."""

    def packed(self, path: str, source: bytes) -> bytes | None:
        """The same, packed with msgpack."""

    def put(self, path: str, source: bytes, packed: bytes) -> None:
        """Remember them, packed with msgpack."""

    def save(self, *, complete: bool) -> None:
        """Write them to the disk."""
