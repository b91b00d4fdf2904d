"""Memory of the whole process tree: with one file open, and how it grows with the project."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import peers, processes
from benchmarks.client import Client, Document, indexed, initialize
from benchmarks.figures import Figure, Promise
from benchmarks.keystrokes import opened, write
from benchmarks.sources import mixed_project, source


def one_file(size: int = 2_000) -> Iterator[Figure]:
    """A file is open and somebody typed in it."""
    if not processes.available():
        return
    text = source("python", size)
    found: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as cache:
        for peer in (peers.ours(Path(cache)), *peers.all_peers()):
            with opened(peer, text) as (client, document):
                for column, letter in enumerate(text.typed, len(text.indent)):
                    document.insert(text.line, column, letter)
                    document.fresh()
                client.rest(time.perf_counter() + 0.5)
                pid = client.process.pid
                found[peer.name] = processes.resident(pid), processes.proportional(pid)
    for number, name in enumerate(("memory of the process tree", "the same, shared pages counted once")):
        values = {peer: sizes[number] for peer, sizes in found.items()}
        promise = Promise(150.0) if number == 0 else None
        yield Figure(f"{name}, a file of {size:,} lines open", "MB", values.pop("persona-lsp"), values, promise)


def growth(lines: int = 100_000) -> Iterator[Figure]:
    """How much more an indexed project of so many lines takes than an empty one."""
    if not processes.available():
        return
    sizes = [_indexed({"app.py": "import os\n"}), _indexed(mixed_project(lines))]
    yield Figure(f"memory more after indexing {lines:,} lines", "MB", sizes[1] - sizes[0])


def _indexed(files: dict[str, str]) -> float:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        root = Path(folder).resolve()
        write(root, files)
        path = next(path for path in files if path.endswith(".py"))
        server = peers.ours(Path(cache))
        with Client(server.command, root, server.env) as client:
            initialize(client, root, server.options)
            document = Document(client, root / path, "python", files[path])
            indexed(client, document)
            client.rest(time.perf_counter() + 1)
            return processes.resident(client.process.pid)
