"""The made-up back ends are whole ones: the shares of their files are those of real ones, and all of it is code."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from benchmarks.shapes.texts import templates
from benchmarks.sources import LANGUAGES, endpoints, mixed_project, project, without_tests
from benchmarks.throughput import GRAMMARS, SUFFIXES
from tree_sitter import Language, Parser

from persona_lsp.extract.file import extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.role import role
from persona_lsp.workspace.link import link

LINES = 12_000
SHARES = {
    "python": {"test": 45, "endpoints": 15, "other": 32, "migration": 7},
    "typescript": {"test": 45, "endpoints": 16, "other": 31, "migration": 7},
    "java": {"test": 45, "endpoints": 16, "other": 38, "migration": 0},
    "ruby": {"test": 45, "endpoints": 16, "other": 32, "migration": 7},
}
"""Of the bytes, in percent."""
WITHIN = 3.0
MOUNTS = ("config/routes.rb", "app/main.py", "src/app.ts")
"""They name every endpoint, so a longer project has another one."""
CONTROLLERS = "app/controllers/"
"""Rails draws its routes in one file, and answers in these."""


@cache
def _made(language: str) -> dict[str, str]:
    return project(language, LINES)


def _facts(files: Mapping[str, str]) -> dict[str, FileFacts]:
    return {path: _read(path, text) for path, text in files.items() if Path(path).suffix in SUFFIXES}


def _read(path: str, text: str) -> FileFacts:
    extraction = extract(path, text.encode())
    assert extraction is not None
    return extraction.facts


def _served(facts: dict[str, FileFacts]) -> set[str]:
    """Files with endpoints."""
    found = {endpoint.where.path for endpoint in link(facts).endpoints if not endpoint.test}
    return found | {path for path in facts if path.startswith(CONTROLLERS)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shares_are_those_of_whole_back_ends(language: str) -> None:
    files = _made(language)
    facts = _facts(files)
    served = _served(facts)
    sizes: Counter[str] = Counter()
    for path, known in facts.items():
        kind = known.role if known.role != "prod" else "endpoints" if path in served else "other"
        sizes[kind] += len(files[path])
    shares = {kind: 100 * size / sizes.total() for kind, size in sizes.items()}
    assert shares.keys() <= SHARES[language].keys()
    for kind, wanted in SHARES[language].items():
        assert shares.get(kind, 0) == pytest.approx(wanted, abs=WITHIN), kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_is_as_dense_as_that_of_real_back_ends(language: str) -> None:
    """Nodes of syntax per kilobyte: 180 to 240 in production code of the five, 200 to 285 in their tests."""
    parser = Parser(Language(GRAMMARS[language]()))
    sizes: Counter[str] = Counter()
    nodes: Counter[str] = Counter()
    for path, text in _made(language).items():
        if Path(path).suffix in SUFFIXES:
            kind = role(path, text.encode())
            sizes[kind] += len(text.encode())
            nodes[kind] += parser.parse(text.encode()).root_node.descendant_count
    assert 180 <= 1000 * nodes["prod"] / sizes["prod"] <= 240
    assert 200 <= 1000 * nodes["test"] / sizes["test"] <= 285


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_is_code_with_nothing_left_to_fill_in(language: str) -> None:
    parser = Parser(Language(GRAMMARS[language]()))
    for path, text in _made(language).items():
        assert not set(path + text) & set("«»¦"), path
        assert "----" not in text.splitlines(), path
        if Path(path).suffix in SUFFIXES:
            assert not parser.parse(text.encode()).root_node.has_error, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_is_used_whole(language: str) -> None:
    text = "\n".join(project(language, 6 * LINES).values())
    for folder in ("once", "plain", "business", "migrations", "tests"):
        for template in templates(language, folder):
            for part in (template.head, *template.parts):
                fixed = [line for line in part.splitlines() if line.strip() and set(line).isdisjoint("«»¦")]
                assert [line for line in fixed if line not in text] == [], template.path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rest_leaves_the_endpoints_as_they_are(language: str) -> None:
    dense = endpoints(language, 1_000)
    whole = project(language, 5_000)
    shared = _served(_facts(dense)) & whole.keys()
    same = [path for path in shared if dense[path] == whole[path]]
    assert [path for path in shared if path not in same and not path.endswith(MOUNTS)] == []
    assert len(same) > 2


def test_a_project_is_the_same_in_every_run_and_no_two_resources_have_the_same_text() -> None:
    made = mixed_project(6_000)
    assert made == mixed_project(6_000)
    texts = Counter(text for text in made.values() if len(text) > 400)
    assert texts.most_common(1)[0][1] == 1


def test_tests_are_left_out_by_their_role() -> None:
    files = project("python", 1_000)
    left = without_tests(files)
    assert left.keys() < files.keys()
    assert {path.split("/")[0] for path in files.keys() - left.keys()} == {"tests"}
    assert not [path for path in left if path.startswith("tests/")]
