"""The indexer process: reads one folder of the workspace at low priority and tells its facts."""

import contextlib
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
    frame = frames.read(0)
    if frame is None:
        return 1
    order = msgspec.msgpack.decode(frame, type=Order)
    if engine is None or disk is None:
        from persona_lsp.host.engine import RealEngine
        from persona_lsp.host.filesystem import FileSystem

        engine, disk = engine or RealEngine(), disk or FileSystem()
    try:
        _index(order, engine, disk, target)
    except BrokenPipeError:
        return 1
    return 0


def _index(order: Order, engine: Engine, disk: Disk, target: int) -> None:
    encode = msgspec.msgpack.encode
    paths = list(disk.files(order.folder, order.settings))
    frames.write(target, encode(Learned("", total=len(paths))))
    cache = disk.cached(order.folder, engine.version())
    unknown: list[Item] = []
    size = 0
    for path in paths:
        source = disk.read(os.path.join(order.folder, path), order.settings.max_file_size)
        if source is None:
            continue
        # Facts carry their path: those of a root with a prefix are not those of the folder alone.
        known = None if order.prefix else cache.get(path, source)
        if known is not None:
            frames.write(target, encode(Learned(path, encode(known))))
        else:
            unknown.append((path, source))
            size += len(source)
            if size > 32 * _WORTH_PROCESSES:
                _extract(order, engine, unknown, cache, target)
                unknown, size = [], 0
    _extract(order, engine, unknown, cache, target)
    if not order.prefix:
        cache.save(complete=True)


def _extract(order: Order, engine: Engine, items: list[Item], cache: Cache, target: int) -> None:
    sources = dict(items)
    for path, packed in _packed(order, engine, items):
        if packed:
            frames.write(target, msgspec.msgpack.encode(Learned(order.prefix + path, packed)))
            if not order.prefix:
                cache.put(path, sources[path], packed)
        else:
            frames.write(target, msgspec.msgpack.encode(Learned(order.prefix + path)))


def _packed(order: Order, engine: Engine, items: list[Item]) -> Iterator[tuple[str, bytes]]:
    total = sum(len(source) for _, source in items)
    if order.workers <= 1 or total < _WORTH_PROCESSES:
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
