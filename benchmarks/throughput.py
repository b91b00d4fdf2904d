"""How much source is read per second on one core: cold, warm, by the command and by the server."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import tree_sitter
import tree_sitter_java
import tree_sitter_python
import tree_sitter_ruby
import tree_sitter_typescript

from benchmarks import peers
from benchmarks.client import Client, Document, indexed, initialize
from benchmarks.figures import Figure, Promise
from benchmarks.keystrokes import NAMES, write
from benchmarks.sources import LANGUAGES, mixed_project, project
from benchmarks.startup import run

GRAMMARS = {
    "python": tree_sitter_python.language,
    "typescript": tree_sitter_typescript.language_typescript,
    "java": tree_sitter_java.language,
    "ruby": tree_sitter_ruby.language,
}
SUFFIXES = {".py": "python", ".ts": "typescript", ".java": "java", ".rb": "ruby"}


def check(lines: int = 25_000, rounds: int = 2) -> Iterator[Figure]:
    """`check` with one process, each language a project of its own and all together: the best round."""
    sizes: dict[str, float] = {}
    best: dict[tuple[str, str], float] = {}
    for _ in range(rounds):
        for language in LANGUAGES:
            files = project(language, lines)
            sizes[language] = _megabytes(files)
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder).resolve()
                write(root, files)
                for name, taken in _once(root, files, language).items():
                    key = (language, name)
                    best[key] = min(taken, best.get(key, taken))
    promise = Promise(2.0, least=True)
    for language in LANGUAGES:
        speed = {name: sizes[language] / taken for (of, name), taken in best.items() if of == language}
        speed.pop("warm")
        ours = speed.pop("persona-lsp")
        yield Figure(f"cold check, one process, {NAMES[language]}", "MB/s", ours, speed, promise)
    total = sum(sizes.values())
    cold = sum(best[language, "persona-lsp"] for language in LANGUAGES)
    warm = sum(best[language, "warm"] for language in LANGUAGES)
    parse = sum(best[language, "parse alone"] for language in LANGUAGES)
    yield Figure("cold check, all four together", "MB/s", total / cold, {"parse alone": total / parse}, promise)
    yield Figure("warm check, from the cache", "MB/s", total / warm, {"cold": total / cold},
                 Promise(10.0, "cold", least=True))  # fmt: skip


def index(lines: int = 100_000) -> Iterator[Figure]:
    """The server's index of a project, made by one indexer: from `initialized` to the end of the progress."""
    files = mixed_project(lines)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        root = Path(folder).resolve()
        write(root, files)
        speeds = []
        for _ in range(2):
            server = peers.ours(Path(cache), **{"max-workers": 1})
            with Client(server.command, root, server.env) as client:
                initialize(client, root, server.options)
                begin = time.perf_counter()
                path = next(iter(files))
                document = Document(client, root / path, "python", files[path])
                speeds.append(_megabytes(files) / (indexed(client, document) - begin))
    yield Figure(f"cold index of {lines:,} lines, one indexer", "MB/s", speeds[0], {}, Promise(2.0, least=True))
    yield Figure("warm index, from the cache", "MB/s", speeds[1], {"cold": speeds[0]},
                 Promise(10.0, "cold", least=True))  # fmt: skip


def parse_alone(files: Mapping[str, str]) -> float:
    """Seconds that tree-sitter takes to parse files, and nothing else is done."""
    parsers = {name: tree_sitter.Parser(tree_sitter.Language(grammar())) for name, grammar in GRAMMARS.items()}
    begin = time.perf_counter()
    for path, text in files.items():
        if (language := SUFFIXES.get(Path(path).suffix)) is not None:
            parsers[language].parse(text.encode())
    return time.perf_counter() - begin


def _once(root: Path, files: Mapping[str, str], language: str) -> dict[str, float]:
    taken = {"parse alone": parse_alone(files)}
    with tempfile.TemporaryDirectory() as cache:
        ours = peers.ours(Path(cache))
        command = [*ours.command[:-1], "check", ".", "--jobs", "1", "--format", "json", "--quiet"]
        taken["persona-lsp"] = run([*command, "--no-cache"], root, ours.env)
        # The first fills the cache.
        run(command, root, ours.env)
        taken["warm"] = run(command, root, ours.env)
    for name, peer_command, env in _peers(language):
        peers.write_rules(root)
        taken[name] = run(peer_command, root, env)
    return taken


def _peers(language: str) -> Iterator[tuple[str, Sequence[str], Mapping[str, str]]]:
    if (ast_grep := peers.program_of("ast-grep")) is not None:
        yield "ast-grep", [ast_grep, "scan", "--threads", "1", "--json=stream", "."], {}
    if language == "python" and (ruff := peers.program_of("ruff")) is not None:
        yield "ruff", [ruff, "check", "--no-cache", "--output-format", "json", "."], {"RAYON_NUM_THREADS": "1"}


def _megabytes(files: Mapping[str, str]) -> float:
    return sum(len(text) for text in files.values()) / 1e6
