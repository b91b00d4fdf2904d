"""A piece of code to speak about, and who speaks: what Claude is told, as plain data."""

from typing import Literal

from msgspec import Struct

Kind = Literal["endpoint", "function", "text"]


class Subject(Struct, frozen=True):
    """A piece of code to speak about, as plain data.

    `start` is the byte offset of `text` in its file, `line` the number of its first line (from 1). `name` says what it
    is, `file` is the file's name without folders. `secrets` are places of credentials, in bytes from `start`,
    `comments` those of comments. `house` is what most of the project does.
    """

    kind: Kind
    name: str
    path: str
    file: str
    language: str
    text: str
    start: int
    line: int
    frameworks: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    house: tuple[str, ...] = ()
    secrets: tuple[tuple[int, int], ...] = ()
    comments: tuple[tuple[int, int], ...] = ()

    @property
    def end(self) -> int:
        """The byte offset behind the text."""
        return self.start + len(self.text.encode())


class Persona(Struct, frozen=True):
    """Who speaks: the persona's own words. `location` is its file, `sha256` stands for the bytes of it."""

    name: str
    body: str
    model: str
    sha256: str
    location: str = ""
