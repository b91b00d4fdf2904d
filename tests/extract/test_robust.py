"""Extraction never fails: every prefix of every fixture yields facts, and so do bytes that are no text."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from persona_lsp.extract import config, extract

ROOT = Path(__file__).parents[1] / "bookshelf"
FILES = sorted(
    p
    for p in ROOT.rglob("*")
    if p.is_file() and p.suffix in {".py", ".ts", ".js", ".java", ".rb", ".cs", ".go"} and p.parent != ROOT
)


def _prefixes(source: bytes) -> Iterator[bytes]:
    """Every prefix of short files; of longer ones, those around each line's end and in the middle of each line."""
    if len(source) <= 400:
        yield from (source[:end] for end in range(len(source)))
        return
    start = 0
    for line in source.splitlines(keepends=True):
        for end in (start + len(line) // 3, start + len(line) // 2, start + len(line) - 1):
            yield source[:end]
        start += len(line)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_prefix_has_facts(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    for prefix in _prefixes(path.read_bytes()):
        extraction = extract(name, prefix)
        assert extraction is not None
        assert all(0 <= f.start <= f.end <= len(prefix) for f in extraction.facts.functions)


@pytest.mark.parametrize(
    "name", ["a.py", "a.ts", "a.js", "a.tsx", "a.java", "a.cs", "a.go", "app/controllers/a_controller.rb"]
)
@pytest.mark.parametrize(
    "source",
    [
        b"", b"\xff\xfe\x00\x01", b"\x00" * 300, "\ufeffimport x\r\n".encode(), b"a = 1\rb = 2\r", b"(" * 5000,
        b"x = " + b"1 + " * 20_000 + b"1\n", b"def " * 500, "é = '€\U0001f600'\n".encode() * 50,
        b"class A { " * 300, b"if x:\n" + b" " * 3000 + b"y\n", b"f(" * 2000 + b")" * 2000,
    ],
    ids=range(12),
)  # fmt: skip
def test_hostile_text_has_facts(name: str, source: bytes) -> None:
    assert extract(name, source) is not None


@pytest.mark.parametrize(
    "name",
    [
        "package.json",
        "pyproject.toml",
        "pom.xml",
        "go.mod",
        "Gemfile.lock",
        "application.yml",
        "requirements.txt",
        "A.csproj",
    ],
)
@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"{",
        b"\xff\x00",
        b"[[[[",
        b"<a" * 100,
        b"a: b: c\n- x",
        b'{"dependencies": []}',
        b"[project]\ndependencies = 3",
    ],
)
def test_broken_manifests_say_nothing(name: str, source: bytes) -> None:
    facts = config(name, source)
    assert facts is not None
    assert all(isinstance(v, str) for _, v in facts.versions)
