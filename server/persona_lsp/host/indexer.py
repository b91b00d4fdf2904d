"""The indexer process: reads one folder of the workspace at low priority and tells its facts."""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

import msgspec

from persona_lsp.host import frames
from persona_lsp.host.indexing import Learned, Order
from persona_lsp.host.ports import Cache, Disk, Engine

_CHUNK = 100_000
"""Bytes of source that a process takes at once."""

_WORTH_PROCESSES = 1_000_000
"""Bytes of source below which more processes cost more than they bring."""

_FRAME = 50_000
"""Bytes of facts that are told at once."""

Item = tuple[str, bytes]


def main(engine: Engine | None = None, disk: Disk | None = None) -> int:
    """Read the order from standard input, write facts to standard output."""
    # Being told to stop is an exception like others, so that what was started is stopped, too.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    target = os.dup(1)
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(10)
    # Nothing makes cycles here, and what is read is let go of file by file.
    gc.disable()
    frame = frames.read(0)
    if frame is None:
        return 1
    order = msgspec.msgpack.decode(frame, type=Order)
    if disk is None:
        from persona_lsp.host.filesystem import FileSystem

        disk = FileSystem()
    try:
        _index(order, engine, disk, _Teller(target))
    except BrokenPipeError:
        return 1
    return 0


class _Teller:
    """Tells facts in frames of some size: each costs the worker a turn, however little is in it."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._waiting: list[Learned] = []
        self._size = 0

    def say(self, learned: Learned) -> None:
        self._waiting.append(learned)
        self._size += len(learned.packed)
        if self._size > _FRAME:
            self.flush()

    def flush(self) -> None:
        """Tell what is waiting. Raises `BrokenPipeError` when nobody listens any more."""
        if self._waiting:
            frames.write(self._target, msgspec.msgpack.encode(self._waiting))
            self._waiting, self._size = [], 0

    def close(self) -> None:
        """Tell what is waiting, and that it was all. Raises `BrokenPipeError` when nobody listens any more."""
        self.flush()
        os.close(self._target)


def _index(order: Order, engine: Engine | None, disk: Disk, teller: _Teller) -> None:
    paths = list(disk.files(order.folder, order.settings))
    teller.say(Learned("", total=len(paths)))
    teller.flush()
    cache = disk.cached(order.folder, order.version)
    unknown: list[Item] = []
    size = 0
    for path in paths:
        source = disk.read(os.path.join(order.folder, path), order.settings.max_file_size)
        if source is None:
            continue
        # Facts carry their path: those of a root with a prefix are not those of the folder alone.
        known = None if order.prefix else cache.packed(path, source)
        if known is not None:
            teller.say(Learned(path, known))
        else:
            unknown.append((path, source))
            size += len(source)
            if size > 32 * _WORTH_PROCESSES:
                _extract(order, engine, unknown, cache, teller)
                unknown, size = [], 0
    if unknown:
        _extract(order, engine, unknown, cache, teller)
    # Who listens goes on while the cache is written.
    teller.close()
    if not order.prefix:
        cache.save(complete=True)


def _extract(order: Order, engine: Engine | None, items: list[Item], cache: Cache, teller: _Teller) -> None:
    sources = dict(items)
    for path, packed in _packed(order, engine, items):
        if packed:
            teller.say(Learned(order.prefix + path, packed))
            if not order.prefix:
                cache.put(path, sources[path], packed)
        else:
            teller.say(Learned(order.prefix + path))


def _packed(order: Order, engine: Engine | None, items: list[Item]) -> Iterator[tuple[str, bytes]]:
    total = sum(len(source) for _, source in items)
    if order.workers <= 1 or total < _WORTH_PROCESSES:
        if engine is None:
            from persona_lsp.host.engine import RealEngine

            engine = RealEngine()
        yield from ((path, _facts(engine, order.prefix + path, source)) for path, source in items)
        return
    pool = ProcessPoolExecutor(order.workers, initializer=signal.signal, initargs=(signal.SIGTERM, signal.SIG_DFL))
    try:
        for result in pool.map(_chunk, [(order.prefix, chunk) for chunk in _chunks(items)]):
            yield from result
    finally:
        # Also when nobody listens any more: processes of a pool outlive their parent otherwise.
        pool.shutdown(cancel_futures=True)


def _chunk(work: tuple[str, list[Item]]) -> list[tuple[str, bytes]]:
    from persona_lsp.host.engine import RealEngine

    prefix, items = work
    engine = RealEngine()
    return [(path, _facts(engine, prefix + path, source)) for path, source in items]


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    size = 0
    for item in items:
        chunk.append(item)
        size += len(item[1])
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _facts(engine: Engine, path: str, source: bytes) -> bytes:
    """The packed facts of a file, empty when it says nothing or cannot be read."""
    try:
        extraction = engine.extract(path, source, None)
        facts = engine.config(path, source) if extraction is None else extraction.facts
    except Exception as error:  # noqa: BLE001  # one file that cannot be read must not cost the others
        print(f"persona-lsp indexer: reading {path} failed: {error!r}", file=sys.stderr)  # noqa: T201  # its log
        return b""
    return b"" if facts is None else msgspec.msgpack.encode(facts)


if __name__ == "__main__":
    sys.exit(main())
