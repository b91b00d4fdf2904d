"""The benchmarks run, on next to nothing, and their sources are code. No figure is looked at."""

import sys
from pathlib import Path

import pytest
from benchmarks.client import Client
from benchmarks.figures import Figure, Promise, as_json, percentile
from benchmarks.keystrokes import burst_of, typed
from benchmarks.projects import measure, sources
from benchmarks.shapes.resource import resources
from benchmarks.sources import LANGUAGES, endpoints, mixed_project, source
from benchmarks.startup import run
from benchmarks.throughput import GRAMMARS, SUFFIXES, parse_alone
from tree_sitter import Language, Parser

from benchmarks import claude, peers, processes


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sources_can_be_parsed_also_while_somebody_types(language: str) -> None:
    parser = Parser(Language(GRAMMARS[language]()))
    made = source(language, 400)
    assert made == source(language, 400)
    assert 400 <= made.lines < 800
    lines = made.text.split("\n")
    lines.insert(made.line, made.indent + made.statement.replace("checked", "checkedabc"))
    lines.insert(made.line + 1, made.indent + made.typed)
    assert not parser.parse("\n".join(lines).encode()).root_node.has_error
    name = lines[made.hover[0]][made.hover[1] :]
    assert name[0].isalpha()
    for path, text in endpoints(language, 300).items():
        if Path(path).suffix in SUFFIXES:
            assert not parser.parse(text.encode()).root_node.has_error, path


def test_every_resource_is_another_one() -> None:
    names = [resource.snake for resource in resources(1, 1_000)]
    assert len(set(names)) == 1_000
    assert len(mixed_project(400)) > 20


def test_the_client_and_the_hello_world_server(tmp_path: Path) -> None:
    made = source("python", 100)
    assert len(typed(peers.hello(), made, 3).keys) == 3
    settled = burst_of(peers.hello(), made, 2)
    assert settled.published == 2
    assert len(settled.hovers) == 2
    with (
        Client([sys.executable, "-c", "pass"], tmp_path) as client,
        pytest.raises(Exception, match=r"ended|Broken pipe"),
    ):
        client.request("initialize", seconds=3)


def test_measures_of_commands_and_processes(tmp_path: Path) -> None:
    assert run([sys.executable, "-c", "pass"], tmp_path, {}) > 0
    with pytest.raises(RuntimeError, match="no such"):
        run([sys.executable, "-c", "import sys; print('no such', file=sys.stderr); sys.exit(2)"], tmp_path, {})
    assert parse_alone({"a.py": "pass\n", "b.txt": ""}) > 0
    if processes.available():
        assert processes.resident(1) >= 0


def test_figures_are_compared_with_promises() -> None:
    assert Figure("x", "ms", 12, {"peer": 10}, Promise(1.2, "peer")).kept is True
    assert Figure("x", "s", 0.5, {"peer": 0.1}, Promise(0.25, "-peer")).kept is False
    assert Figure("x", "MB/s", 2, {}, Promise(2, least=True)).kept is True
    assert Figure("x", "ms", 1, {}, Promise(1.2, "peer")).kept is None
    assert percentile(range(100)) == 95 - 1
    assert as_json([Figure("x", "ms", 1, {"peer": 2})])[0]["ratios"] == {"peer": 0.5}


def test_a_project_of_ones_own_is_measured_and_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (tmp_path / "notes.md").write_text("# Notes\n")
    assert [path for path, _ in sources(tmp_path)] == ["app.py"]
    found = {figure.metric: figure for figure in measure(tmp_path, rounds=1)}
    assert {"the slowest file: app.py", "cold index, one indexer", "warm index, one indexer"} <= found.keys()
    assert all(figure.ours > 0 for figure in found.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.py", "notes.md"]


def test_a_project_without_code_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no file that is read"):
        list(measure(tmp_path))


def test_hovers_and_keys_beside_a_review() -> None:
    figures = list(claude.beside_a_review(1, 2, 100))
    assert [bool(figure.promise) for figure in figures] == [True] * 5
    assert all(figure.ours > 0 and claude.OFF in figure.peers for figure in figures)
