"""How much source is read per second on one core: cold, warm, by the command and by the server."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import tree_sitter
import tree_sitter_c_sharp
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_python
import tree_sitter_ruby
import tree_sitter_rust
import tree_sitter_typescript

from benchmarks import peers
from benchmarks.client import Client, Document, indexed, initialize
from benchmarks.figures import Figure, Promise
from benchmarks.keystrokes import NAMES, write
from benchmarks.sources import LANGUAGES, endpoints, mixed_project, project, without_tests
from benchmarks.startup import run as run_for

GRAMMARS = {
    "python": tree_sitter_python.language,
    "javascript": tree_sitter_javascript.language,
    "typescript": tree_sitter_typescript.language_typescript,
    "tsx": tree_sitter_typescript.language_tsx,
    "java": tree_sitter_java.language,
    "ruby": tree_sitter_ruby.language,
    "go": tree_sitter_go.language,
    "csharp": tree_sitter_c_sharp.language,
    "rust": tree_sitter_rust.language,
}
PROMISE = Promise(2.0, least=True)
ENDPOINTS = "nothing but endpoints"
SUFFIXES = {".py": "python", ".ts": "typescript", ".java": "java", ".rb": "ruby"}


def check(lines: int = 25_000, rounds: int = 2) -> Iterator[Figure]:
    """`check` with one process, each language a project of its own: the best of the rounds, start-up included."""
    for language in LANGUAGES:
        for what, files in (
            (f"cold check, one process, {NAMES[language]}", project(language, lines)),
            # 45 % of a back end are tests; the start of the program should weigh as much as in the others.
            (f"no tests, {NAMES[language]}", without_tests(project(language, lines * 9 // 5))),
            (f"{ENDPOINTS}, {NAMES[language]}", endpoints(language, lines)),
        ):
            best = _best(rounds, files, lambda root, files=files, language=language: _cold(root, files, language))  # type: ignore[misc]  # bound early on purpose
            speed = {name: _megabytes(files) / taken for name, taken in best.items()}
            ours = speed.pop("persona-lsp")
            yield Figure(what, "MB/s", ours, speed, PROMISE)


def check_again(lines: int = 100_000, rounds: int = 2) -> Iterator[Figure]:
    """`check` with one process on a project in four languages: cold, then warm from the cache of facts."""
    files = mixed_project(lines)
    size = _megabytes(files)
    best = _best(rounds, files, lambda root: _cold_and_warm(root, files))
    start, cold, warm = best["start"], best["cold"], best["warm"]
    parse = {"parse alone": size / best["parse alone"]}
    yield Figure(f"cold check of {lines:,} lines, all four", "MB/s", size / cold, parse, PROMISE)
    yield Figure("the same, without the start of the program", "MB/s", size / (cold - start), parse)
    yield _of_endpoints(lines, rounds)
    tenfold = Promise(10.0, "cold", least=True)
    yield Figure("warm check, from the cache", "MB/s", size / warm, {"cold": size / cold}, tenfold)
    if warm > start:  # the clock of the processor ticks a hundred times a second
        net = {"cold": size / (cold - start)}
        yield Figure("the same, without the start of the program", "MB/s", size / (warm - start), net)


def _of_endpoints(lines: int, rounds: int) -> Figure:
    """The cold figure of endpoints alone, which no back end consists of; the promise is the same."""
    files = mixed_project(lines, endpoints)
    best = _best(rounds, files, lambda root: _cold(root, files))
    speed = {name: _megabytes(files) / taken for name, taken in best.items()}
    return Figure(f"{ENDPOINTS}, all four", "MB/s", speed.pop("persona-lsp"), speed, PROMISE)


def index(lines: int = 100_000) -> Iterator[Figure]:
    """The server's index of a project, made by one indexer: from `initialized` to the end of the progress."""
    files = mixed_project(lines)
    path, text = next(iter(files.items()))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        small, large = Path(folder).resolve() / "small", Path(folder).resolve() / "large"
        write(small, {path: text})
        write(large, files)
        # The same with nothing to index is the start of the processes.
        start = min(_indexing(small, path, text, Path(cache)) for _ in range(2))
        cold = _indexing(large, path, text, Path(cache))
        warm = min(_indexing(large, path, text, Path(cache)) for _ in range(2))
    size = _megabytes(files)
    tenfold = Promise(10.0, "cold", least=True)
    yield Figure(f"cold index of {lines:,} lines, one indexer", "MB/s", size / cold, {}, PROMISE)
    yield Figure("warm index, from the cache", "MB/s", size / warm, {"cold": size / cold}, tenfold)
    if warm > start:
        net = {"cold": size / (cold - start)}
        yield Figure("the same, without the start of the server", "MB/s", size / (warm - start), net)


def _indexing(root: Path, path: str, text: str, cache: Path) -> float:
    """Seconds from `initialized` until the project in a folder is indexed."""
    server = peers.ours(cache, **{"max-workers": 1})
    with Client(server.command, root, server.env) as client:
        initialize(client, root, server.options)
        begin = time.perf_counter()
        document = Document(client, root / path, "python", text)
        return indexed(client, document) - begin


def parse_alone(files: Mapping[str, str]) -> float:
    """Seconds that tree-sitter takes to parse files, and nothing else is done."""
    made = parsers()
    begin = time.process_time()
    for path, text in files.items():
        if (language := SUFFIXES.get(Path(path).suffix)) is not None:
            made[language].parse(text.encode())
    return time.process_time() - begin


def parsers() -> dict[str, tree_sitter.Parser]:
    """A parser for each language."""
    return {name: tree_sitter.Parser(tree_sitter.Language(grammar())) for name, grammar in GRAMMARS.items()}


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> float:
    """Seconds of one core that a command uses; where nobody counts them, seconds that it takes."""
    before = _used()
    taken = run_for(command, cwd, env)
    used = _used() - before
    return used or taken


def _used() -> float:
    """Processor time of the processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _best(rounds: int, files: Mapping[str, str], measure: Callable[[Path], Mapping[str, float]]) -> dict[str, float]:
    """The least seconds of each thing that is measured in a folder with these files."""
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write(root, files)
        for _ in range(rounds):
            for name, taken in measure(root).items():
                best[name] = min(taken, best.get(name, taken))
    return best


def _cold(root: Path, files: Mapping[str, str], language: str | None = None) -> dict[str, float]:
    """Seconds of the command, and of its peers where there is one language."""
    taken = {"parse alone": parse_alone(files)}
    command, env = command_of(root)
    taken["persona-lsp"] = run([*command, ".", "--no-cache"], root, env)
    for name, peer_command, peer_env in _peers(language) if language else ():
        peers.write_rules(root)
        taken[name] = run(peer_command, root, peer_env)
    return taken


def _cold_and_warm(root: Path, files: Mapping[str, str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as empty:
        command, env = command_of(Path(cache))
        taken = {
            "parse alone": parse_alone(files),
            "start": run([*command, "."], Path(empty), env),
            "cold": run([*command, ".", "--no-cache"], root, env),
        }
        # This one fills the cache.
        run([*command, "."], root, env)
        taken["warm"] = min(run([*command, "."], root, env) for _ in range(2))
    return taken


def command_of(cache: Path) -> tuple[list[str], Mapping[str, str]]:
    """`check` with one process and a cache of its own, and the environment for it."""
    ours = peers.ours(cache)
    return [*ours.command[:-1], "check", "--jobs", "1", "--format", "json", "--quiet"], ours.env


def _peers(language: str) -> Iterator[tuple[str, Sequence[str], Mapping[str, str]]]:
    if (ast_grep := peers.program_of("ast-grep")) is not None:
        yield "ast-grep", [ast_grep, "scan", "--threads", "1", "--json=stream", "."], {}
    if language == "python" and (ruff := peers.program_of("ruff")) is not None:
        yield "ruff", [ruff, "check", "--no-cache", "--output-format", "json", "."], {"RAYON_NUM_THREADS": "1"}


def _megabytes(files: Mapping[str, str]) -> float:
    return sum(len(text) for text in files.values()) / 1e6
