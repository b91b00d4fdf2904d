"""The persona at work outlives whatever happens to its file."""

from pathlib import Path

from persona_lsp.host.personas import Personas

GOOD = b"---\nname: strict\ndescription: x\n---\n\nYou implement proper HTTP status codes.\n"
BROKEN = b"---\nname: strict\ndescription: x\n---\n"


class Folder:
    """A workspace with one persona file, and the buffer over it."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self.file = root / ".claude" / "agents" / "strict.md"
        self.file.parent.mkdir(parents=True)
        self.file.write_bytes(GOOD)
        self.open: bytes | None = None
        self.personas = Personas()

    def buffer(self, location: str) -> bytes | None:
        return self.open if location == str(self.file) else None

    def ask(self, wanted: str = "strict") -> tuple[str | None, tuple[str, ...]]:
        compiled, words = self.personas.compiled(wanted, self.root, self.buffer)
        return (compiled.persona.body if compiled else None), words


def test_what_is_open_counts(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.open = GOOD.replace(b"HTTP", b"better")
    assert folder.ask() == ("You implement proper better status codes.", ())
    folder.open = None
    assert folder.ask() == ("You implement proper HTTP status codes.", ())


def test_the_last_good_version_stays_and_the_open_file_says_so(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    location = str(folder.file)
    folder.ask()
    assert folder.personas.stale(location) == ()
    folder.open = BROKEN
    assert folder.ask() == ("You implement proper HTTP status codes.", ())
    (problem,) = folder.personas.stale(location)
    assert "`strict` reviews on, since this text cannot be used as a persona" in problem.message
    folder.open = GOOD
    folder.ask()
    assert folder.personas.stale(location) == ()


def test_a_file_that_is_not_open_says_so_in_words(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.ask()
    folder.file.write_bytes(BROKEN)
    body, (words,) = folder.ask()
    assert body == "You implement proper HTTP status codes."
    assert "cannot be used: The persona says nothing" in words
    folder.file.unlink()
    body, (words,) = folder.ask()
    assert body == "You implement proper HTTP status codes."
    assert "There is no persona `strict`" in words


def test_without_a_good_version_there_is_none(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.file.write_bytes(BROKEN)
    body, (words,) = folder.ask()
    assert body is None
    assert "cannot be used" in words
    assert folder.ask("")[0] is None
    assert folder.ask("nobody")[0] is None


def test_a_file_is_a_persona_because_it_is_at_work(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "reviewer.md").write_bytes(GOOD)
    location = str(tmp_path / "reviewer.md")
    assert not folder.personas.knows(location)
    folder.ask("reviewer.md")
    assert folder.personas.knows(location)
    assert folder.personas.at_work(location)
    assert not folder.personas.at_work(str(folder.file))
    assert folder.personas.knows(str(folder.file))
