"""How long until something answers: `initialize`, and `check` on one small file."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import peers
from benchmarks.client import Client, Document, initialize
from benchmarks.figures import Figure, Promise, median
from benchmarks.keystrokes import place
from benchmarks.sources import source


def initialize_answered(rounds: int = 9) -> Iterator[Figure]:
    """From the start of the process to the answer, and to diagnostics of a file; the servers take turns."""
    answered: dict[str, list[float]] = {}
    useful: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        root = Path(folder).resolve()
        peers.write_rules(root)
        text = source("python", 100)
        path = place(root, text)
        servers = (peers.ours(Path(cache)), *peers.all_peers())
        for number in range(rounds + 1):
            for peer in servers:
                with Client(peer.command, root, peer.env) as client:
                    answer = initialize(client, root, peer.options)
                    shown = Document(client, path, text.language, text.text).fresh()
                    # The first round fills the machine's caches of files.
                    if number:
                        answered.setdefault(peer.name, []).append((answer.at - client.started) * 1000)
                        useful.setdefault(peer.name, []).append((shown.at - client.started) * 1000)
    yield _figure("initialize answered: least", answered, min, Promise(1.2, "hello pygls"))
    yield _figure("the same: median", answered, median, None)
    yield _figure("from the start to the diagnostics of a file: least", useful, min, None)
    yield _figure("the same: median", useful, median, None)


def small_check(rounds: int = 9) -> Iterator[Figure]:
    """`check` on one small file, nothing cached, beside Python that does nothing."""
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        root = Path(folder).resolve()
        peers.write_rules(root)
        file = root / "app.py"
        file.write_text(source("python", 100).text, encoding="utf-8")
        ours = peers.ours(Path(cache))
        commands: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {
            "persona-lsp": ([*ours.command[:-1], "check", str(file), "--no-cache"], ours.env),
            "python -c pass": ([sys.executable, "-c", "pass"], {}),
        }
        if (ruff := peers.program_of("ruff")) is not None:
            commands["ruff"] = ([ruff, "check", "--no-cache", str(file)], {})
        if (ast_grep := peers.program_of("ast-grep")) is not None:
            commands["ast-grep"] = ([ast_grep, "scan", str(file)], {})
        for number in range(rounds + 1):
            for name, (command, env) in commands.items():
                taken = run(command, root, env)
                if number:
                    times.setdefault(name, []).append(taken)
    yield _figure("check of one small file: least", times, min, Promise(0.25, "-python -c pass"), "s")
    yield _figure("the same: median", times, median, None, "s")


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> float:
    """Seconds that a command takes. Raises RuntimeError when it did not do its work."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **env}, capture_output=True, check=False)
    taken = time.perf_counter() - begin
    # 1 says that something was found.
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command!r}: {done.stderr.decode('utf-8', 'replace')[-1000:]}")
    return taken


def _figure(
    metric: str, times: dict[str, list[float]], of: object, promise: Promise | None, unit: str = "ms"
) -> Figure:
    assert callable(of)
    figures = {name: of(values) for name, values in times.items()}
    return Figure(metric, unit, figures.pop("persona-lsp"), figures, promise)
