"""A project of one's own: how much of it is read per second on one core, its slowest file, the memory of its index."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import peers, processes
from benchmarks.client import Client, Document, indexed, initialize
from benchmarks.figures import Figure, Promise
from benchmarks.throughput import PROMISE, command_of, parsers, run
from persona_lsp.cli.gather import facts_of
from persona_lsp.syntax.languages import language_of
from persona_lsp.workspace import disk

_LONGEST = Promise(2.0)
_TENFOLD = Promise(10.0, "cold", least=True)


def measure(root: Path, rounds: int = 2) -> Iterator[Figure]:
    """All figures of the folder. Its size is that of the files that `check` reads: no vendored, ignored or huge ones."""
    root = root.resolve()
    files = sources(root)
    if not files:
        raise ValueError(f"{root} holds no file that is read")
    size = sum(len(text) for _, text in files) / 1e6
    name = f"{root.name} ({size:.1f} MB)"
    with tempfile.TemporaryDirectory() as cache:
        command, env = command_of(Path(cache))
        cold = min(run([*command, ".", "--no-cache", "--fail-on", "never"], root, env) for _ in range(rounds))
        run([*command, ".", "--fail-on", "never"], root, env)
        warm = min(run([*command, ".", "--fail-on", "never"], root, env) for _ in range(rounds))
    parsed = min(_parse(files) for _ in range(rounds))
    yield Figure(f"cold check, one process, {name}", "MB/s", size / cold, {"parse alone": size / parsed}, PROMISE)
    yield Figure("warm check, from the cache", "MB/s", size / warm, {"cold": size / cold}, _TENFOLD)
    slowest, taken = _slowest(files)
    yield Figure(f"the slowest file: {slowest}", "s", taken, {}, _LONGEST)
    yield from _index(root, files, size)


def sources(root: Path) -> list[tuple[str, bytes]]:
    """(path, text) of all files of code that `check` would read."""
    walked = disk.walk(str(root), (str(root),), disk.understood)
    found = ((file.path, disk.read(file)) for file in walked.files if language_of(file.path) is not None)
    return [(path, text) for path, text in found if isinstance(text, bytes)]


def _parse(files: Sequence[tuple[str, bytes]]) -> float:
    made = parsers()
    begin = time.process_time()
    for path, text in files:
        language = language_of(path)
        if language is not None:
            made[language.id].parse(text)
    return time.process_time() - begin


def _slowest(files: Sequence[tuple[str, bytes]]) -> tuple[str, float]:
    """The file whose facts take longest, and the seconds of processor time that they take."""
    facts_of(*min(files, key=lambda file: len(file[1])))  # the first one pays for what is imported
    slowest, longest = "", 0.0
    for path, text in files:
        begin = time.process_time()
        facts_of(path, text)
        taken = time.process_time() - begin
        if taken > longest:
            slowest, longest = path, taken
    return slowest, longest


def _index(root: Path, files: Sequence[tuple[str, bytes]], size: float) -> Iterator[Figure]:
    """The rate of the server's index with one indexer, by the clock, and the memory of the processes after it."""
    path, text = min(files, key=lambda file: len(file[1]))
    language = language_of(path)
    if language is None:
        return
    with tempfile.TemporaryDirectory() as cache:
        server = peers.ours(Path(cache), **{"max-workers": 1})
        rates: dict[str, float] = {}
        for word in ("cold", "warm"):
            with Client(server.command, root, server.env) as client:
                initialize(client, root, server.options)
                begin = time.perf_counter()
                document = Document(
                    client,
                    root / path,
                    "typescriptreact" if language.id == "tsx" else language.id,
                    text.decode("utf-8", "replace"),
                )
                taken = indexed(client, document) - begin
                rates[word] = size / taken
                beside, promise = ({}, PROMISE) if word == "cold" else ({"cold": rates["cold"]}, _TENFOLD)
                yield Figure(f"{word} index, one indexer", "MB/s", rates[word], beside, promise)
                if word == "cold" and processes.available():
                    client.rest(time.perf_counter() + 1)
                    pid = client.process.pid
                    yield Figure("memory of the process tree with this index", "MB", processes.resident(pid))
