"""From a key to fresh diagnostics, in bursts and one by one, and what a hover takes meanwhile."""

import string
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from benchmarks import peers, processes
from benchmarks.client import Client, Document, Received, Silence, indexed, initialize
from benchmarks.figures import Figure, Promise, median, percentile
from benchmarks.peers import Peer
from benchmarks.sources import LANGUAGES, Source, project, source

R = TypeVar("R")
NAMES = {"python": "Python/FastAPI", "typescript": "TypeScript/Express", "java": "Java/Spring", "ruby": "Ruby/Rails"}
GAP = 0.06
"""Seconds between the keys of somebody who types fast."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What one server did while somebody typed. Milliseconds."""

    keys: list[float] = field(default_factory=list)
    processor: float = 0.0
    """Per key."""
    half: list[float] = field(default_factory=list)
    """At keys after which the file is in error."""


@dataclass(frozen=True, slots=True)
class Burst:
    """What one server did while somebody typed without waiting. Milliseconds."""

    settled: float
    published: int
    hovers: list[float]


def one_key(sizes: Sequence[int] = (2_000, 10_000), keys: int = 50, rounds: int = 2) -> Iterator[Figure]:
    """One keystroke, fresh diagnostics, no pause: the best of the rounds, each with servers of its own."""
    limits = {2_000: (20.0, 40.0), 10_000: (60.0, None)}
    for size in sizes:
        # The slowest of the peers takes a third of a second for each key in a long file.
        count = keys if size < 10_000 else keys // 2
        middle, high = limits.get(size, (None, None))
        for language in LANGUAGES:
            text = source(language, size)
            runs = _rounds(language, rounds, lambda peer, text=text, count=count: typed(peer, text, count))  # type: ignore[misc]  # bound early on purpose
            where = f"{NAMES[language]}, {size:,} lines"
            yield _figure(f"key to diagnostics, {where}: median", runs, lambda run: median(run.keys), middle)
            yield _figure(f"key to diagnostics, {where}: p95", runs, lambda run: percentile(run.keys), high)
            yield _figure("the same, file in error: median", runs, lambda run: median(run.half), None)
            if processes.available():
                yield _figure("the same, processor time per key", runs, lambda run: run.processor, None)


def burst(size: int = 2_000, keys: int = 30, rounds: int = 2, languages: Sequence[str] = LANGUAGES) -> Iterator[Figure]:
    """Thirty keys 60 ms apart, a hover after each."""
    for language in languages:
        text = source(language, size)
        runs = _rounds(language, rounds, lambda peer, text=text: burst_of(peer, text, keys))  # type: ignore[misc]  # bound early on purpose
        name = f"{keys} keys, {NAMES[language]}, {size:,} lines"
        yield _figure(f"{name}: settled after the last", runs, lambda run: run.settled, 40.0)
        yield _figure("hover p95 meanwhile", runs, lambda run: percentile(run.hovers), 5.0)
        with _cache() as cache:
            polite = peers.ours(cache, **{"debounce-ms": 100})
            calm = [burst_of(polite, text, keys) for _ in range(rounds)]
        least = min(calm, key=lambda run: run.settled)
        yield Figure("publications, with the pause that is the default", "", median(r.published for r in calm),
                     {name: median(r.published for r in of) for name, of in runs.items() if name != "persona-lsp"},
                     Promise(3.0))  # fmt: skip
        yield Figure("settled after the last, the pause of 100 ms included", "ms", least.settled)


def in_a_project(size: int = 2_000, lines: int = 100_000, keys: int = 50) -> Iterator[Figure]:
    """One keystroke in a file of a big project, after its index was made; and hovers while it is made."""
    with _cache() as cache, tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write(root, project("python", lines))
        text = source("python", size)
        server = peers.ours(cache)
        with Client(server.command, root, server.env) as client:
            initialize(client, root, server.options)
            document = Document(client, place(root, text), text.language, text.text)
            hovers = []
            while not _ended(client) and time.perf_counter() - document.opened < 60:
                begin = time.perf_counter()
                answer = document.hover(*text.hover)
                hovers.append((answered(client, answer).at - begin) * 1000)
                client.rest(time.perf_counter() + 0.02)
            indexed(client, document)
            document.fresh()
            times = _type_a_name(document, text, keys)
        yield Figure(f"hover p95 while {lines:,} lines are indexed", "ms", percentile(hovers), {}, Promise(5.0))
        yield Figure(
            f"key to diagnostics, {size:,} lines of Python in a project of {lines:,}: median", "ms", median(times)
        )
        yield Figure("the same: p95", "ms", percentile(times))


def typed(peer: Peer, text: Source, keys: int) -> Typed:
    """Type into a server, waiting for the diagnostics of each key."""
    with opened(peer, text) as (client, document):
        before = processes.seconds(client.process.pid) if processes.available() else 0.0
        times = _type_a_name(document, text, keys)
        after = processes.seconds(client.process.pid) if processes.available() else 0.0
        half = []
        for column, letter in enumerate(text.typed, len(text.indent)):
            sent = document.insert(text.line, column, letter)
            half.append((document.fresh().at - sent) * 1000)
        return Typed(times, (after - before) * 1000 / (keys + 1), half)


def burst_of(peer: Peer, text: Source, keys: int) -> Burst:
    """Type into a server without waiting, and ask for a hover after each key."""
    with opened(peer, text) as (client, document):
        column = begin_a_name(document, text)
        client.rest(time.perf_counter() + 0.5)
        published = len(document.published())
        asked: list[tuple[float, int]] = []
        due = time.perf_counter()
        sent = due
        for letter in _letters(keys):
            sent = document.insert(text.line, column, letter)
            column += 1
            asked.append((time.perf_counter(), document.hover(*text.hover)))
            due += GAP
            client.rest(due if len(asked) < keys else 0)
        settled = (document.fresh().at - sent) * 1000
        hovers = [(answered(client, number).at - at) * 1000 for at, number in asked]
        # Whatever comes too late is a publication as well.
        client.rest(time.perf_counter() + 0.5)
        return Burst(settled, len(document.published()) - published, hovers)


@contextmanager
def opened(peer: Peer, text: Source) -> Iterator[tuple[Client, Document]]:
    """A server in a folder of its own, with one document, whose first diagnostics have come."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write(root, text.others)
        if peer.name == "ast-grep":
            peers.write_rules(root)
        path = place(root, text)
        with Client(peer.command, root, peer.env) as client:
            initialize(client, root, peer.options)
            document = Document(client, path, text.language, text.text)
            document.fresh()
            client.rest(time.perf_counter() + 0.3)
            # The first analyses after the start are slower in all of them.
            for _ in range(3):
                document.insert(text.line, 0, "\n")
                document.fresh()
            yield client, document


def write(root: Path, files: object) -> None:
    """Write files by path."""
    assert hasattr(files, "items")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def place(root: Path, text: Source) -> Path:
    """Write the source into its place."""
    write(root, {text.path: text.text})
    return root / text.path


def _type_a_name(document: Document, text: Source, keys: int) -> list[float]:
    column = begin_a_name(document, text)
    times = []
    for letter in _letters(keys):
        sent = document.insert(text.line, column, letter)
        times.append((document.fresh().at - sent) * 1000)
        column += 1
    # The line is closed, so that what is typed next stands before it.
    document.insert(text.line, 0, f"{text.indent}\n")
    document.fresh()
    return times


def begin_a_name(document: Document, text: Source) -> int:
    """Put a statement there; the column at which its name ends."""
    document.insert(text.line, 0, f"{text.indent}{text.statement}\n")
    document.fresh()
    return len(text.indent) + text.statement.index("checked") + len("checked")


def _letters(count: int) -> str:
    return (string.ascii_lowercase * (count // 26 + 1))[:count]


def answered(client: Client, number: int) -> Received:
    return client.wait(lambda: client.answers.get(number))


def _ended(client: Client) -> bool:
    return any(m.body["params"]["value"]["kind"] == "end" for m in client.notified("$/progress"))


@contextmanager
def _cache() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder).resolve()


def _rounds(language: str, rounds: int, run: Callable[[Peer], R]) -> dict[str, list[R]]:
    """The servers take turns, so that all of them have the same good and bad minutes of the machine."""
    results: dict[str, list[R]] = {}
    with _cache() as cache:
        for _ in range(rounds):
            for peer in (peers.ours(cache), *peers.all_peers()):
                if language in peer.languages:
                    try:
                        results.setdefault(peer.name, []).append(run(peer))
                    except Silence as silence:
                        if peer.name == "persona-lsp":
                            raise
                        print(f"{peer.name}: {silence}")
    return results


def _figure(metric: str, runs: dict[str, list[R]], of: Callable[[R], float], limit: float | None) -> Figure:
    best = {name: min(map(of, results)) for name, results in runs.items() if results}
    promise = Promise(limit) if limit is not None else None
    return Figure(metric, "ms", best.pop("persona-lsp"), best, promise)
