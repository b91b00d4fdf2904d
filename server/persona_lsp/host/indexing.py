"""Reading the workspace in the background: small folders a file at a time between other work, large ones in a process."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import msgspec

from persona_lsp.facts.code import FileFacts
from persona_lsp.host import frames, wire
from persona_lsp.host.host import Host
from persona_lsp.host.mailbox import Mailbox
from persona_lsp.host.roots import Root
from persona_lsp.settings import Settings

SLICE = 0.004
"""Seconds of reading between two looks at the mailbox."""


class Order(msgspec.Struct, frozen=True):
    """What an indexer process is to read."""

    folder: str
    prefix: str
    settings: Settings
    workers: int
    version: str
    """Of the engine: the process does not load it before there is something to extract."""


class Learned(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an indexer process says, many in a frame: the packed facts of a file, or how many there are (no `path`)."""

    path: str
    packed: bytes = b""
    total: int = 0


class Indexing:
    """One reading of the workspace; a new one takes the place of the last."""

    def __init__(self, host: Host, mailbox: Mailbox, write: Callable[[wire.ToFront], None]) -> None:
        """Nothing is read yet."""
        self.running = False
        self.finished = False
        """The last step ended the reading."""
        self.since = 0.0
        self._host = host
        self._mailbox = mailbox
        self._write = write
        self._decoder = msgspec.msgpack.Decoder(FileFacts)
        self._inline: Iterator[None] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: list[Root] = []
        self._done = 0
        self._total = 0
        self._told = 0.0

    def start(self) -> None:
        """Read all roots."""
        self.stop()
        self._waiting = list(self._host.roots)
        self.running = bool(self._waiting)
        self.since = self._told = time.monotonic()
        self._done = self._total = 0
        if self.running:
            self._write(wire.Progress(0, 0))

    def cancel(self) -> None:
        """The user wants no more of it."""
        was_running = self.running
        self.stop()
        if was_running:
            self._write(wire.Progress(self._done, self._total, finished=True))

    def stop(self) -> None:
        """Stop reading and say nothing."""
        self.running = self.finished = False
        self._inline = None
        self._waiting = []
        if self._process is not None:
            # It ends its own helpers; the thread that listens waits for it.
            self._process.terminate()
            self._process = None
        self._mailbox.indexed.clear()

    def step(self) -> bool:
        """Do a slice; False when there is nothing to do now."""
        if not self.running:
            return False
        if self._inline is not None:
            self._read_inline(self._inline)
            return True
        if self._process is not None:
            return self._take_over()
        if not self._waiting:
            self.running, self.finished = False, True
            self._write(wire.Progress(self._done, self._total, finished=True))
            return True
        root = self._waiting.pop(0)
        if self._host.disk.small(root.folder):
            self._inline = self._files(root)
        else:
            self._spawn(root)
        return True

    def _files(self, root: Root) -> Iterator[None]:
        host = self._host
        settings = host.chosen(root.prefix).settings
        # Facts carry their path: those of a root with a prefix are not those of the folder alone.
        cache = None if root.prefix else host.disk.cached(root.folder, host.engine.version())
        paths = [root.prefix + path for path in host.disk.files(root.folder, settings)]
        self._total += len(paths)
        for path in paths:
            self._done += 1
            if path in host.texts:
                continue
            source = host.disk.read(host.location(path), settings.max_file_size)
            if source is None:
                continue
            facts = cache.get(path, source) if cache is not None else None
            if facts is not None:
                host.learn(path, facts)
            else:
                host.put(path, source, open=False)
                if cache is not None and path in host.files:
                    cache.put(path, source, msgspec.msgpack.encode(host.files[path]))
            yield
        if cache is not None:
            cache.save(complete=True)

    def _read_inline(self, files: Iterator[None]) -> None:
        end = time.monotonic() + SLICE
        try:
            while time.monotonic() < end:
                next(files)
        except StopIteration:
            self._inline = None
        except Exception as error:  # noqa: BLE001  # open documents are reviewed even if the workspace cannot be read
            self._host.log(f"reading the workspace failed: {error!r}")
            self._inline = None

    def _spawn(self, root: Root) -> None:
        settings = self._host.chosen(root.prefix).settings
        workers = settings.max_workers or max(1, (os.cpu_count() or 2) - 1)
        order = Order(root.folder, root.prefix, settings, workers, self._host.engine.version())
        command = [sys.executable, "-m", "persona_lsp.host.indexer"]
        try:
            process = subprocess.Popen(  # noqa: S603  # this very program
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
            )
            assert process.stdin is not None  # noqa: S101  # opened with a pipe
            frames.write(process.stdin.fileno(), msgspec.msgpack.encode(order))
        except OSError as error:
            self._host.log(f"the indexer could not be started: {error}")
            self._inline = self._files(root)
            return
        self._process = process
        threading.Thread(target=self._listen, args=(process,), name="indexer", daemon=True).start()

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None  # noqa: S101  # opened with a pipe
        reader = frames.Reader(process.stdout.fileno())
        try:
            while (frame := reader.next()) is not None:
                if process is not self._process:
                    return
                for learned in msgspec.msgpack.decode(frame, type=tuple[Learned, ...]):
                    if learned.path:
                        self._mailbox.indexer_says(learned.path, learned.packed)
                    else:
                        self._total += learned.total
        except (OSError, frames.BrokenFrameError, msgspec.DecodeError, ValueError) as error:
            self._host.log(f"the indexer broke off: {error!r}")
        finally:
            if process is self._process:
                self._mailbox.indexer_says("", b"")
            # It may still be writing its cache, for which nobody has to wait.
            process.stdout.close()
            process.wait()

    def _take_over(self) -> bool:
        end = time.monotonic() + SLICE
        taken = False
        while self._mailbox.indexed and time.monotonic() < end:
            path, packed = self._mailbox.indexed.popleft()
            taken = True
            if not path:
                self._process = None
                break
            self._done += 1
            if path not in self._host.texts and packed:
                try:
                    self._host.learn(path, self._decoder.decode(packed))
                except msgspec.DecodeError as error:
                    self._host.log(f"the facts of {path} are damaged: {error}")
        if time.monotonic() - self._told > 0.2:
            self._told = time.monotonic()
            self._write(wire.Progress(self._done, self._total))
        return taken


def _environment() -> dict[str, str]:
    """The same packages for the child, however this process found them."""
    environment = dict(os.environ)  # a child process gets the environment of its parent
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return environment
