"""The disk: the one module that reads files, walks folders, and keeps facts between two runs."""

from __future__ import annotations

import errno
import fnmatch
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache

import msgspec
from msgspec import Struct

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.role import minified
from persona_lsp.syntax.languages import language_of
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace import pack
from persona_lsp.workspace.ignore import Rules, ignored, read_rules, skipped
from persona_lsp.workspace.tracked import is_tracked

MAX_FILE_SIZE = 5_000_000
CACHE_LIMIT = 512_000_000
"""Bytes that all packs may take; the ones not used for longest go first."""

_MORE = 64_000
"""Bytes that are read at once of what a file has grown by."""

_EXTRACTION = ("facts", "syntax", "flow", "frameworks", "libraries", "contracts", "extract")
"""The layers that make facts."""


class File(Struct, frozen=True, gc=False):
    """A file to review. `path` is relative to the workspace, with `/` and valid text; `location` opens it.

    `asked` says that the user named this very file: it is read whatever it looks like.
    """

    path: str
    location: str
    size: int
    asked: bool = False


class Problem(Struct, frozen=True, gc=False):
    """Something on the disk that could not be read. `path` and `asked` as in `File`."""

    path: str
    message: str
    asked: bool = False


class Walk(Struct, frozen=True):
    """What lies below some paths, sorted by path."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...] = ()


def understood(path: str) -> bool:
    """Whether a file of that name is source or configuration that says something about a back end."""
    return language_of(path) is not None or _CONFIGURATION.fullmatch(path.rsplit("/", 1)[-1]) is not None


def walk(
    root: str,
    paths: Sequence[str],
    wanted: Callable[[str], bool] = understood,
    excluded: Callable[[str], bool] = lambda _path: False,
) -> Walk:
    """The files at or below `paths`, each once. A path that is a file is taken whatever its name or .gitignore.

    `wanted` and `excluded` are asked about paths relative to `root`. Links to folders are
    followed, each folder once, unless they lead out of what was asked for and out of the repository that it is in.
    """
    walker = _Walker(root, wanted, excluded)
    for path in paths:
        if os.path.isdir(path):
            walker.top(path)
        else:
            walker.asked(path)
    walker.links()
    files = sorted(walker.files.values(), key=lambda file: file.path)
    return Walk(tuple(files), tuple(walker.problems))


def read(file: File, max_size: int = MAX_FILE_SIZE) -> bytes | Problem | None:
    """The bytes of a file; a problem that a person should know of; None when there is nothing to review in it.

    Nothing: it was deleted meanwhile, or it is binary or minified and was not asked for by name.
    """
    if file.size > max_size:
        return Problem(file.path, f"has {_megabytes(file.size)}, more than `max-file-size` ({_megabytes(max_size)})")
    try:
        # Room for what the file had when it was met, not for the largest there may be; it may have grown since.
        with open(file.location, "rb", buffering=0) as stream:
            source = stream.read(file.size + 1)
            while len(source) != file.size and len(source) <= max_size and (more := stream.read(_MORE)):
                source += more
    except FileNotFoundError:
        return Problem(file.path, "does not exist") if file.asked else None
    except OSError as error:
        return Problem(file.path, f"cannot be read: {error.strerror or error}")
    if len(source) > max_size:
        return Problem(file.path, f"grew above `max-file-size` ({_megabytes(max_size)}) while it was read")
    if b"\0" in source[:8192]:
        kind = "is UTF-16; save it as UTF-8" if source[:2] in (b"\xff\xfe", b"\xfe\xff") else "is not text"
        return Problem(file.path, kind) if file.asked or kind != "is not text" else None
    if not file.asked and minified(file.path, source):
        return None
    return source


def replace(location: str, old: bytes, new: bytes) -> bool:
    """Write `new` in one step where `old` still stands; False when the file says something else by now.

    Follows links, keeps the permissions. Raises OSError where the file cannot be written, or is protected from it.
    """
    target = os.path.realpath(location)
    if not stat.S_IMODE(os.stat(target).st_mode) & 0o222:
        raise PermissionError(errno.EACCES, "is write-protected")
    with open(target, "rb") as stream:
        if stream.read() != old:
            return False
    mode = stat.S_IMODE(os.stat(target).st_mode)
    _write(target, new, mode)
    return True


def write(location: str, data: bytes) -> None:
    """Write a whole file in one step; into what is there already, where that is no file. Raises OSError."""
    target = os.path.realpath(location)
    if os.path.exists(target) and not os.path.isfile(target):
        # Root could replace /dev/null, /dev/stdout or a pipe by a file.
        with open(target, "wb") as stream:
            stream.write(data)
    else:
        _write(target, data, None)


class Files:
    """Reads the files that personas and settings live in."""

    def list(self, folder: str, pattern: str) -> tuple[str, ...]:
        """The paths of the files under a folder that match a glob (`*.md`, `**/*.md`), sorted."""
        deep, _, name = pattern.rpartition("/")
        found = []
        for here, folders, names in os.walk(folder):
            found += [os.path.join(here, one) for one in fnmatch.filter(names, name)]
            if not deep:
                folders.clear()
        return tuple(sorted(found))

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        with open(path, "rb") as stream:
            return stream.read(MAX_FILE_SIZE)


def text_above(folder: str, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The files of those names in the folder and in those above it, nearest first, in the order of the names."""
    for location, data in found_above(folder, names):
        if isinstance(data, bytes):
            yield location, data


def found_above(folder: str, names: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
    """The same, with a problem for each that is there and cannot be read."""
    while True:
        for name in names:
            location = os.path.join(folder, name)
            try:
                with open(location, "rb") as stream:
                    yield location, stream.read(MAX_FILE_SIZE)
            except OSError as error:
                wrong = why_unread(location, error)
                if wrong:
                    yield location, Problem(location, wrong)
        if os.path.exists(os.path.join(folder, ".git")) or os.path.dirname(folder) == folder:
            return
        folder = os.path.dirname(folder)


def why_unread(location: str, error: OSError) -> str:
    """What is wrong with a file that could not be opened, "" where there is none of that name."""
    if not os.path.lexists(location):
        return ""
    return "is a folder" if os.path.isdir(location) else f"cannot be read: {error.strerror or error}"


class FactsCache:
    """Facts of the files of one workspace from an earlier run, by path, content and `version`.

    A cache that is damaged, missing or read-only costs time, nothing else.
    """

    def __init__(self, root: str, version: str, folder: str | None = None) -> None:
        """`version` stands for everything but the file that facts depend on. `folder` None: the user's cache."""
        self._folder = folder or cache_folder()
        self._version = version.encode() + program(_EXTRACTION)
        self._location = os.path.join(self._folder, f"{_name(root)}.pack")
        self._pack = memoryview(b"")
        with suppress(OSError), open(self._location, "rb") as stream:
            self._pack = memoryview(stream.read())
        self._index, self._begin = pack.read_index(self._pack)
        self._used: set[str] = set()
        self._new: dict[str, tuple[bytes, bytes]] = {}
        self._decoder = msgspec.msgpack.Decoder(FileFacts)

    def get(self, path: str, source: bytes) -> FileFacts | None:
        """The facts of a file with exactly these bytes."""
        data = self.packed(path, source)
        try:
            return None if data is None else self._decoder.decode(data)
        except msgspec.MsgspecError:
            self._used.discard(path)
            return None

    def packed(self, path: str, source: bytes) -> bytes | None:
        """The same as `msgspec.msgpack` encodes them; whoever decodes them finds out whether they can be."""
        entry = self._index.get(path)
        if entry is None or entry.key != pack.digest(self._version, source):
            return None
        data = pack.read_entry(self._pack, self._begin, entry)
        if data is not None:
            self._used.add(path)
        return data

    def put(self, path: str, source: bytes, packed: bytes) -> None:
        """Remember facts, as `msgspec.msgpack` encodes them, for the next run."""
        self._new[path] = (pack.digest(self._version, source), packed)

    def save(self, *, complete: bool) -> None:
        """Write what is new. `complete`: the whole workspace was read, so that other entries are of deleted files."""
        kept = self._used if complete else self._index.keys()
        if not self._new and len(kept) == len(self._index):
            with suppress(OSError):
                os.utime(self._location)
            return
        entries: dict[str, tuple[bytes, bytes]] = {}
        for path in kept - self._new.keys():
            entry = self._index[path]
            data = pack.read_entry(self._pack, self._begin, entry)
            if data is not None:
                entries[path] = (entry.key, data)
        entries |= self._new
        with suppress(OSError):
            os.makedirs(self._folder, exist_ok=True)
            _write(self._location, pack.write(entries), 0o600)
            _evict(self._folder, CACHE_LIMIT, self._location)


class LastReport:
    """What one run said about a workspace, for the next run in which nothing it depends on has changed.

    One report a workspace. Damaged, missing and read-only ones cost time, nothing else.
    """

    def __init__(self, root: str, folder: str | None = None) -> None:
        """`folder` None: the user's cache."""
        self._folder = folder or cache_folder()
        self._location = os.path.join(self._folder, f"{_name(root)}.report.pack")

    def get(self, key: bytes) -> bytes | None:
        """The report that was kept under exactly this key."""
        try:
            with open(self._location, "rb") as stream:
                data = memoryview(stream.read())
        except OSError:
            return None
        index, begin = pack.read_index(data)
        entry = index.get("")
        return pack.read_entry(data, begin, entry) if entry is not None and entry.key == key else None

    def put(self, key: bytes, report: bytes) -> None:
        """Keep a report instead of the one before. The key stands for all that it depends on."""
        with suppress(OSError):
            os.makedirs(self._folder, exist_ok=True)
            _write(self._location, pack.write({"": (key, report)}), 0o600)


def cache_folder() -> str:
    """Where facts are kept: `$PERSONA_LSP_CACHE_DIR`, else the user's cache folder."""
    chosen = os.environ.get("PERSONA_LSP_CACHE_DIR")
    if chosen:
        return chosen
    from platformdirs import user_cache_dir

    return user_cache_dir("persona-lsp", appauthor=False)


@cache
def program(layers: tuple[str, ...] = ("",)) -> bytes:
    """Stands for the code in some layers, all of them if none is named: who edits it does not want yesterday's results."""
    package = os.path.dirname(os.path.dirname(__file__))
    stamps = []
    for layer in layers:
        for folder, _, names in os.walk(os.path.join(package, layer)):
            for name in sorted(names):
                if name.endswith(".py"):
                    found = os.stat(os.path.join(folder, name))
                    stamps.append(f"{name} {found.st_size} {found.st_mtime_ns}")
    return pack.digest("\n".join(sorted(stamps)).encode())


def _name(root: str) -> str:
    """What the packs of a workspace are called."""
    return pack.digest(os.path.realpath(root).encode("utf-8", "surrogateescape")).hex()


class _Walker:
    """One walk: what it found, and which folders and links it has seen."""

    def __init__(self, root: str, wanted: Callable[[str], bool], excluded: Callable[[str], bool]) -> None:
        self.root = root
        self.below = root.rstrip(os.sep) + os.sep
        self.tops: list[str] = []
        """Where links to folders may lead: below what was asked for, or the repository that it is in."""
        self.wanted = wanted
        self.excluded = excluded
        self.files: dict[str, File] = {}
        self.problems: list[Problem] = []
        self.seen: set[tuple[int, int]] = set()
        """Device and inode of each folder and file met."""
        self.indexes: dict[str, bytes] = {}
        # Links wait until all that is really there was seen, so that a file keeps its own path.
        self.waiting: list[tuple[str, str, tuple[Rules, ...]]] = []

    def asked(self, location: str) -> None:
        try:
            found = os.stat(location)
        except OSError as error:
            self.problems.append(Problem(self.name(location), f"cannot be read: {error.strerror or error}", asked=True))
            return
        if not stat.S_ISREG(found.st_mode):
            self.problems.append(Problem(self.name(location), "is neither a file nor a folder", asked=True))
            return
        self._add(location, found, asked=True)

    def top(self, location: str) -> None:
        """Walk a folder that was asked for; the .gitignore files above it count up to its repository's top."""
        above: list[str] = []
        top = location
        while not os.path.exists(os.path.join(top, ".git")):
            parent = os.path.dirname(top)
            if parent == top:
                # No repository: only what lies below counts.
                above, top = [], location
                break
            above.append(top)
            top = parent
        self.tops.append(os.path.realpath(top).rstrip(os.sep) + os.sep)
        base = _clean(os.path.relpath(location, top)) if top != location else ""
        rules: list[Rules] = []
        exclude = _rules(os.path.join(top, ".git", "info", "exclude"), "")
        if exclude is not None:
            rules.append(exclude)
        for folder in [top, *reversed(above)][:-1] if top != location else []:
            relative = _clean(os.path.relpath(folder, top))
            own = _rules(os.path.join(folder, ".gitignore"), "" if relative == "." else relative + "/")
            if own is not None:
                rules.append(own)
        if base and ignored(base, tuple(rules), folder=True):
            # The user wants to see it all the same.
            rules = []
        self.folder(location, base, tuple(rules), asked=True)

    def folder(self, location: str, inside: str, rules: tuple[Rules, ...], *, asked: bool = False) -> None:
        """Walk one folder, which was `asked` for, and those below it. `inside`: its path in the repository."""
        pending, first = [(location, inside, rules)], location
        while pending:
            location, inside, rules = pending.pop()
            try:
                found = os.stat(location)
                if (found.st_dev, found.st_ino) in self.seen:
                    continue
                self.seen.add((found.st_dev, found.st_ino))
                with os.scandir(location) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                unread = f"cannot be read: {error.strerror or error}"
                self.problems.append(Problem(self.name(location), unread, asked=asked and location == first))
                continue
            pending += self._enter(location, inside, rules, listed)

    def _enter(
        self, location: str, inside: str, rules: tuple[Rules, ...], entries: list[os.DirEntry[str]]
    ) -> list[tuple[str, str, tuple[Rules, ...]]]:
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names:
            # A virtual environment, whatever it is called.
            return []
        prefix = inside + "/" if inside else ""
        if ".gitignore" in names:
            own = _rules(os.path.join(location, ".gitignore"), prefix)
            rules = rules if own is None else (*rules, own)
        below = []
        for entry in entries:
            path = prefix + _clean(entry.name)
            try:
                if entry.is_symlink():
                    self.waiting.append((entry.path, path, rules))
                elif entry.is_dir():
                    if not self._leave_out(entry.name, entry.path, path, names, rules):
                        below.append((entry.path, path, rules))
                elif entry.is_file():
                    self._meet(entry, entry.path, path, rules)
            except OSError:
                # It was deleted since the folder was listed.
                continue
        return below

    def links(self) -> None:
        """Follow the links met so far, and those met on the way."""
        while self.waiting:
            location, path, rules = self.waiting.pop(0)
            try:
                found = os.stat(location)
            except OSError:
                continue
            if stat.S_ISDIR(found.st_mode):
                # A link may lead to all there is on the disk: only what belongs to the project is entered.
                inside = (os.path.realpath(location) + os.sep).startswith(tuple(self.tops))
                if inside and not self._leave_out(os.path.basename(location), location, path, frozenset(), rules):
                    self.folder(location, path, rules)
            elif stat.S_ISREG(found.st_mode) and (found.st_dev, found.st_ino) not in self.seen:
                self._meet(None, location, path, rules)

    def _leave_out(
        self, name: str, location: str, path: str, siblings: frozenset[str] | set[str], rules: tuple[Rules, ...]
    ) -> bool:
        if skipped(name, siblings) or self.excluded(self.name(location)):
            return True
        return ignored(path, rules, folder=True) and not self._is_tracked(location, path, folder=True)

    def _is_tracked(self, location: str, path: str, *, folder: bool) -> bool:
        """Git has it all the same: who put it there did so before the .gitignore, or on purpose."""
        top = location[: len(location) - len(path)] if location.endswith(path.replace("/", os.sep)) else ""
        if top not in self.indexes:
            self.indexes[top] = _index(top) if top else b""
        return is_tracked(self.indexes[top], path, folder=folder)

    def _meet(self, entry: os.DirEntry[str] | None, location: str, path: str, rules: tuple[Rules, ...]) -> None:
        name = self.name(location)
        if not self.wanted(name) or self.excluded(name):
            return
        if not ignored(path, rules, folder=False) or self._is_tracked(location, path, folder=False):
            self._add(location, os.stat(location) if entry is None else entry.stat(), asked=False)

    def _add(self, location: str, found: os.stat_result, *, asked: bool) -> None:
        name = self.name(location)
        if asked or name not in self.files:
            self.files[name] = File(name, location, found.st_size, asked)
            self.seen.add((found.st_dev, found.st_ino))

    def name(self, location: str) -> str:
        """The path of a location, relative to the root."""
        if location.startswith(self.below):
            relative = location[len(self.below) :]
        else:
            relative = os.path.relpath(location, self.root)
        return _clean(relative if os.sep == "/" else relative.replace(os.sep, "/"))


_LARGEST_INDEX = 64_000_000
"""Bytes: of a larger index, git alone can tell what it holds."""
_CONFIGURATION = lazy(
    r"package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pyproject\.toml|requirements[\w.-]*\.(txt|in)"
    r"|poetry\.lock|uv\.lock|pom\.xml|build\.gradle(\.kts)?|Gemfile(\.lock)?|Cargo\.(toml|lock)|go\.mod"
    r"|.+\.csproj|Directory\.(Packages|Build)\.props"
    r"|[tj]sconfig[\w.-]*\.json|(application|bootstrap)[\w-]*\.(ya?ml|properties)"
)


def _rules(location: str, base: str) -> Rules | None:
    try:
        with open(location, "rb") as stream:
            return read_rules(base, stream.read(MAX_FILE_SIZE).decode("utf-8", "replace"))
    except OSError:
        return None


def _index(top: str) -> bytes:
    """What git keeps of the repository that begins there; nothing where there is none."""
    try:
        with open(os.path.join(top, ".git", "index"), "rb") as stream:
            return stream.read(_LARGEST_INDEX)
    except OSError:
        return b""


def _clean(name: str) -> str:
    """A name as text: bytes that are no UTF-8 show as U+FFFD."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _write(target: str, data: bytes, mode: int | None) -> None:
    # Few runs write anything.
    import tempfile

    handle, temporary = tempfile.mkstemp(prefix=".persona-lsp-", dir=os.path.dirname(target) or ".")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # mkstemp makes private files; a new one gets what the user's mask allows.
        os.chmod(temporary, _usual_mode() if mode is None else mode)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _evict(folder: str, limit: int, keep: str) -> None:
    packs = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".pack"):
                found = entry.stat()
                packs.append((found.st_mtime, found.st_size, entry.path))
    total = sum(size for _, size, _ in packs)
    for _, size, path in sorted(packs):
        if total <= limit:
            return
        if path != keep:
            os.unlink(path)
            total -= size
