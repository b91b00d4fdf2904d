"""The host: the files of a workspace, open buffers over the disk, their facts, and the snapshot that links them."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.baseline import Baseline, read, unknown
from persona_lsp.findings.finding import Reported
from persona_lsp.host.fixable import Fixable
from persona_lsp.host.ports import Disk, Engine, Extraction, Stop, Stopped
from persona_lsp.host.roots import Root, location_of, path_of, root_of, roots_of
from persona_lsp.settings import FILE_NAMES, Partial, Problem, Settings, check_names, merge, read_editor, read_toml
from persona_lsp.settings.globs import matches
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace.snapshot import Snapshot

_TABLES = 64
"""How many line tables of files that are not open are kept."""


class Chosen(msgspec.Struct, frozen=True):
    """What holds in one root: settings, compiled profile, the persona's name, and what is wrong with any of them."""

    settings: Settings
    profile: Any
    persona: str
    problems: tuple[Problem, ...] = ()
    file: str = ""
    """The location of the settings file, "" for none."""
    known: Baseline | None = None
    """The findings that are not shown again."""
    persona_file: str = ""
    """The location of the persona's file, "" for none."""
    baseline: str = ""
    """The location of their file, "" for none."""


def never() -> bool:
    """Go on."""
    return False


class Host:
    """Everything known about a workspace. One thread may change it; `snapshot` and facts may be read by others."""

    def __init__(self, engine: Engine, disk: Disk, log: Callable[[str], None] = lambda _text: None) -> None:
        """An empty workspace without folders."""
        self.engine = engine
        self.disk = disk
        self.log = log
        self.roots: tuple[Root, ...] = ()
        self.files: dict[str, FileFacts] = {}
        self.open: dict[str, Extraction] = {}
        """Extractions of open documents by path: their trees stay alive, to be parsed again in part."""
        self.texts: dict[str, bytes] = {}
        """The buffers of open documents by path, whatever they hold."""
        self._editor = Partial()
        self._line = Partial()
        self._chosen: dict[str, Chosen] = {}
        self._snapshot: Snapshot | None = None
        self._stale = True
        self._tables: OrderedDict[str, LineTable] = OrderedDict()
        self._said: set[str] = set()
        self._fixable = Fixable(engine)

    def start(self, folders: tuple[str, ...], editor: object = None, line: Partial | None = None) -> None:
        """Begin with these folders: nothing is known of any file, also not of those that are open.

        Files may have other paths than before: where there are several folders, their names stand before them.
        """
        self.roots = roots_of(folders)
        self._line = line or Partial()
        self.files = {}
        self.texts.clear()
        self.open.clear()
        self._tables.clear()
        self._stale = True
        self.configure(editor)

    def configure(self, editor: object) -> None:
        """The editor's settings changed."""
        self._editor = read_editor(editor)
        self._chosen.clear()

    def reload(self) -> None:
        """A settings or persona file changed."""
        self._chosen.clear()

    def path(self, location: str) -> str:
        """The workspace's path of an absolute location."""
        return path_of(location, self.roots)

    def location(self, path: str) -> str:
        """The absolute location of a path of the workspace."""
        return location_of(path, self.roots)

    def chosen(self, path: str) -> Chosen:
        """What holds for a file."""
        root = root_of(path, self.roots) or (self.roots[0] if self.roots else None)
        folder = root.folder if root else ""
        if folder not in self._chosen:
            self._chosen[folder] = self._choose(folder)
        return self._chosen[folder]

    def all_chosen(self) -> tuple[Chosen, ...]:
        """What holds in each root."""
        return tuple(self.chosen(root.prefix) for root in self.roots) or (self.chosen(""),)

    def wanted(self, path: str) -> bool:
        """Whether the settings let a file be reviewed."""
        settings = self.chosen(path).settings
        root = root_of(path, self.roots)
        inside = path[len(root.prefix) :] if root else path
        return not matches(inside, settings.exclude) and (not settings.include or matches(inside, settings.include))

    def put(self, path: str, source: bytes, *, open: bool = True) -> bool:  # noqa: A002  # the word for it here
        """Take a new text of a file; whether its facts changed. Never raises."""
        if open:
            self.texts[path] = source
        else:
            self._tables.pop(path, None)
        facts = self._extract(path, source, keep=open)
        return self.learn(path, facts)

    def learn(self, path: str, facts: FileFacts | None) -> bool:
        """Take the facts of a file, None when it says nothing; whether that is new."""
        if self.files.get(path) == facts:
            return False
        if path not in self.texts:
            self._fixable.forget(path)
        if facts is None:
            del self.files[path]
        else:
            self.files[path] = facts
        self._stale = True
        return True

    def close(self, path: str) -> bool:
        """A document was closed: what stands on the disk counts. Whether facts changed."""
        self.texts.pop(path, None)
        self.open.pop(path, None)
        return self.refresh(path)

    def refresh(self, path: str) -> bool:
        """Read a file that is not open again; whether facts changed."""
        self._tables.pop(path, None)
        if path in self.texts:
            return False
        known = root_of(path, self.roots) is not None and self.engine.understood(path) and self.wanted(path)
        source = self.disk.read(self.location(path), self.chosen(path).settings.max_file_size) if known else None
        return self.learn(path, None if source is None else self._extract(path, source, keep=False))

    def snapshot(self) -> Snapshot:
        """All that is known now, linked. A linker that fails leaves the last snapshot."""
        if self._stale or self._snapshot is None:
            self._stale = False
            try:
                self._snapshot = self.engine.link(dict(self.files), self._snapshot)
            except Exception as error:  # noqa: BLE001  # the editor goes on with what is known of each file
                self._once(f"linking failed: {error!r}")
                self._snapshot = self._snapshot or Snapshot(files={})
        return self._snapshot

    def findings(self, path: str, stop: Stop = never) -> tuple[Reported, ...]:
        """The findings in a file, place by place. Raises `Stopped` when `stop` said so."""
        if path not in self.files or not self.wanted(path):
            return ()
        chosen = self.chosen(path)
        try:
            found = self.engine.findings(self.snapshot(), path, chosen.profile, stop, self._failed)
            if chosen.known is not None:
                found = unknown(found, chosen.known, self.table)
            return self._fixable.sort_out(self.snapshot(), path, self.open.get(path), found, self.as_linked)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001  # a failing review costs its findings, not the editor
            self._once(f"reviewing {path} failed: {error!r}")
            return ()

    def look_at_fixes_again(self, path: str) -> bool:
        """Find out anew which fixes of a file can be spelled, if its text changed since; whether that is needed."""
        return self._fixable.forget_assumed(path)

    def text(self, path: str) -> bytes:
        """The text of a file, empty when it cannot be read."""
        if path in self.texts:
            return self.texts[path]
        return self.disk.text(self.location(path)) or b""

    def buffer(self, location: str) -> bytes | None:
        """The text of an open document by its location; None for one that is not open."""
        return self.texts.get(self.path(location))

    def table(self, path: str) -> LineTable:
        """The lines of the text that the facts of a file are about."""
        extraction = self.open.get(path)
        source = extraction.source if extraction else self.texts.get(path)
        table = self._tables.get(path)
        if table is not None and (source is None or table.source is source):
            self._tables.move_to_end(path)
            return table
        table = LineTable(self.text(path) if source is None else source)
        self._tables[path] = table
        if len(self._tables) > _TABLES:
            self._tables.popitem(last=False)
        return table

    def extraction(self, path: str) -> Extraction | None:
        """The extraction of a file, open or not; None when it says nothing."""
        if path in self.open:
            return self.open[path]
        try:
            return self.engine.extract(path, self.text(path), None)
        except Exception as error:  # noqa: BLE001  # as in _extract
            self._once(f"reading {path} failed: {error!r}")
            return None

    def as_linked(self, path: str) -> Extraction | None:
        """The extraction of a file whose text is still the one that the facts are about: edits of it land as meant."""
        extraction = self.extraction(path)
        return extraction if extraction is not None and extraction.facts == self.files.get(path) else None

    def baselines(self) -> Iterable[str]:
        """Locations of the baselines that the settings name."""
        return [chosen.baseline for chosen in self.all_chosen() if chosen.baseline]

    def settings_files(self) -> Iterable[str]:
        """Locations at which settings of a root may stand."""
        return [self.location(f"{root.prefix}{name}") for root in self.roots for name in FILE_NAMES]

    def _extract(self, path: str, source: bytes, *, keep: bool) -> FileFacts | None:
        if len(source) > self.chosen(path).settings.max_file_size:
            self._once(f"{path} is larger than max-file-size and is not reviewed")
            self.open.pop(path, None)
            return None
        try:
            extraction = self.engine.extract(path, source, self.open.get(path))
            if extraction is None:
                return self.engine.config(path, source)
        except Exception as error:  # noqa: BLE001  # one file that cannot be read must not cost the others
            self._once(f"reading {path} failed: {error!r}")
            self.open.pop(path, None)
            return None
        if keep:
            self.open[path] = extraction
        return extraction.facts

    def _choose(self, folder: str) -> Chosen:
        file, partial = "", Partial()
        unread: list[Problem] = []
        for name in FILE_NAMES if folder else ():
            location = location_of(name, (Root(folder, ""),))
            text = self.texts.get(self.path(location))
            data = self.disk.text(location) if text is None else text
            if data is None:
                wrong = self.disk.unread(location)
                unread += [Problem(f"the settings file `{name}` {wrong}; its settings are not used.")] if wrong else []
                continue
            partial = read_toml(data.decode("utf-8", "replace"), name)
            if name == "persona-lsp.toml" or partial.values or partial.problems:
                file = location
                break
        settings = merge(partial, self._editor, self._line)
        problems = [*unread, *partial.problems, *self._editor.problems, *self._line.problems]
        profile: Any = None
        persona, persona_file, words = settings.persona, "", tuple[str, ...]()
        try:
            problems += check_names(settings, *self.engine.names())
            prefix = next((root.prefix for root in self.roots if root.folder == folder), "")
            profile, persona, persona_file, words = self.engine.profile(settings, folder, prefix, self.buffer)
        except Exception as error:  # noqa: BLE001  # the editor must come up to say so
            self._once(f"the persona or the rules could not be loaded: {error!r}")
        problems += [Problem(text) for text in words]
        baseline = location_of(settings.baseline, (Root(folder, ""),)) if settings.baseline and folder else ""
        known, wrong = self._known(baseline, settings.baseline) if baseline else (None, "")
        problems += [Problem(wrong)] if wrong else []
        return Chosen(settings, profile, persona, tuple(problems), file, known, persona_file, baseline)

    def _known(self, location: str, name: str) -> tuple[Baseline | None, str]:
        """The baseline in a file, or what is wrong with it: then everything is shown."""
        text = self.texts.get(self.path(location))
        data = self.disk.text(location) if text is None else text
        if data is None:
            return None, f"the baseline `{name}` cannot be read; all findings are shown"
        try:
            return read(data), ""
        except ValueError as error:
            return None, f"the baseline `{name}` {error}; all findings are shown"

    def _failed(self, rule: str, error: Exception) -> None:
        self._once(f"the rule {rule} failed and says nothing: {error!r}")

    def _once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self.log(text)
