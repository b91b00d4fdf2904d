"""Facts of many files: from the cache where they are known, else extracted, by several processes where it pays."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from persona_lsp.cli.progress import Progress
from persona_lsp.cli.report import Problem
from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace import disk

_CHUNK = 192_000
"""Bytes of source that a process takes at once: enough to pay for the way, few enough to share evenly."""

_WORTH_PROCESSES = 600_000
"""Bytes of source below which starting processes takes longer than they save."""

WORTH_CACHE = 16
"""Files below which looking into the cache takes longer than reading them anew."""

Item = tuple[str, bytes]
Result = tuple[str, FileFacts | bytes | None, str]
"""A path, its facts (in msgpack when they come from another process; None: nothing to say), and why there are none."""


class Gathered(Struct, frozen=True):
    """The sources that were read and the facts of those that say anything, by path."""

    sources: dict[str, bytes]
    facts: dict[str, FileFacts]
    problems: tuple[Problem, ...]


def read(files: Sequence[disk.File], max_size: int) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """The texts of the files by path, and what kept others from being read."""
    sources: dict[str, bytes] = {}
    problems: list[Problem] = []
    for file in files:
        if file.asked and not disk.understood(file.path):
            problems.append(Problem(_unspoken(file.path), file.path, on_purpose=True))
            continue
        found = disk.read(file, max_size)
        if isinstance(found, disk.Problem):
            problems.append(Problem(found.message, found.path, asked=file.asked))
        elif found is not None:
            sources[file.path] = found
    return sources, tuple(problems)


def _unspoken(path: str) -> str:
    if path.lower().endswith((".md", ".mdc", ".markdown")):
        return "is Markdown, which is not reviewed as code (persona files: `persona-lsp personas check`)"
    return "is in no language that is reviewed"


def gather(
    root: str, sources: dict[str, bytes], *, jobs: int, complete: bool, quiet: bool = False, use_cache: bool = True
) -> Gathered:
    """Make the facts of texts. `jobs` 0: as many processes as there are processors."""
    problems: list[Problem] = []
    facts: dict[str, FileFacts] = {}
    cache = disk.FactsCache(root, _version()) if use_cache and len(sources) >= WORTH_CACHE else None
    unknown = sources
    if cache is not None:
        facts = {path: known for path, source in sources.items() if (known := cache.get(path, source)) is not None}
        unknown = {path: source for path, source in sources.items() if path not in facts}

    decoder = msgspec.msgpack.Decoder(FileFacts)
    progress = Progress("Reading", sum(map(len, unknown.values())), quiet=quiet)
    try:
        for path, found, wrong in _extracted(list(unknown.items()), jobs or os.cpu_count() or 1):
            progress.advance(len(sources[path]))
            if wrong:
                problems.append(Problem(wrong, path, internal=True))
            if found is None:
                continue
            facts[path] = decoder.decode(found) if isinstance(found, bytes) else found
            if cache is not None:
                cache.put(path, sources[path], found if isinstance(found, bytes) else msgspec.msgpack.encode(found))
    finally:
        progress.close()
    if cache is not None:
        cache.save(complete=complete)
    # In the order of the walk, whatever process was faster.
    ordered = {path: facts[path] for path in sources if path in facts}
    return Gathered(sources, ordered, tuple(problems))


def facts_of(path: str, source: bytes) -> FileFacts | None:
    """The facts of one file; None when it is in no language and no configuration that is read."""
    from persona_lsp import extract

    extraction = extract.extract(path, source)
    return extract.config(path, source) if extraction is None else extraction.facts


def _version() -> str:
    from persona_lsp import __version__, extract

    return f"{__version__} {extract.VERSION}"


def _extracted(items: list[Item], jobs: int) -> Iterator[Result]:
    total = sum(len(source) for _, source in items)
    if jobs <= 1 or total < _WORTH_PROCESSES or len(items) < 2:
        for item in items:
            yield _one(item)
        return
    yield from _in_processes(_chunks(items), jobs)


def _in_processes(chunks: list[list[Item]], jobs: int) -> Iterator[Result]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    # A forked process has everything imported; elsewhere (and with threads, on macOS) forking is not safe.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(min(jobs, len(chunks)), mp_context=context, initializer=_ignore_interrupts)
    try:
        waiting = {pool.submit(_many, chunk): chunk for chunk in chunks}
        for future in as_completed(waiting):
            try:
                yield from future.result()
            except BrokenProcessPool:
                for path, _ in waiting[future]:
                    yield path, None, "was not read: a process that read it, or a file beside it, was killed"
    finally:
        # After an interrupt nobody waits for what is still to be read.
        pool.shutdown(cancel_futures=True)


def _ignore_interrupts() -> None:
    import signal

    # Control-C reaches every process of the terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _many(items: list[Item]) -> list[Result]:
    made = (_one(item) for item in items)
    return [(path, None if facts is None else msgspec.msgpack.encode(facts), wrong) for path, facts, wrong in made]


def _one(item: Item) -> tuple[str, FileFacts | None, str]:
    path, source = item
    try:
        return path, facts_of(path, source), ""
    except Exception as error:  # noqa: BLE001  # one file that breaks the extraction must not cost the others
        return path, None, f"could not be analysed ({type(error).__name__}: {error}); please report it"


def _chunks(items: list[Item]) -> list[list[Item]]:
    # The largest first: whoever gets the last chunk should not keep the others waiting.
    chunks: list[list[Item]] = []
    size = _CHUNK
    for item in sorted(items, key=lambda item: -len(item[1])):
        if size >= _CHUNK:
            chunks.append([])
            size = 0
        chunks[-1].append(item)
        size += len(item[1])
    return chunks
