"""Labelled cases: code, what a reviewer must find in it, and what none may say about it. Each is a TOML file."""

from __future__ import annotations

import os

import msgspec
from msgspec import Struct

FOLDER = os.path.dirname(os.path.abspath(__file__))
"""The cases that are shipped."""

_MOST_BYTES = 1_000_000


class CaseError(Exception):
    """A case cannot be used; the message names its file and says why."""


class Label(Struct, frozen=True, forbid_unknown_fields=True):
    """A thing to say, or not to say, about the lines that hold `at`.

    `about` are beginnings of words of which a finding has to hold one to be about it; without any, the place decides.
    `why` is for people.
    """

    at: str
    why: str
    about: tuple[str, ...] = ()


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One function, in the file `path`, that holds the quotation `at`.

    `find` has to be found. `may` can be said as well and counts neither way. `never` is a trap: it looks wrong, and is
    right. `files` are other files of the same project, by path.
    """

    title: str
    path: str
    at: str
    code: str
    find: tuple[Label, ...] = ()
    may: tuple[Label, ...] = ()
    never: tuple[Label, ...] = ()
    files: dict[str, str] = {}
    name: str = ""


def load(folder: str = FOLDER) -> tuple[Case, ...]:
    """The cases of a folder, by the names of their files. Raises `CaseError`."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    except OSError as error:
        raise CaseError(f"the folder `{folder}` cannot be read: {error.strerror}") from error
    if not names:
        raise CaseError(f"there is no case (*.toml) in `{folder}`")
    return tuple(_read(os.path.join(folder, name)) for name in names)


def _read(location: str) -> Case:
    file = os.path.basename(location)
    try:
        with open(location, "rb") as stream:
            data = stream.read(_MOST_BYTES)
        case = msgspec.toml.decode(data, type=Case)
    except OSError as error:
        raise CaseError(f"{file}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CaseError(f"{file}: {error}") from error
    for quote in (case.at, *(label.at for label in (*case.find, *case.may, *case.never))):
        if case.code.count(quote) != 1:
            raise CaseError(f"{file}: `{quote}` does not stand in the code exactly once")
    if not (case.find or case.never):
        raise CaseError(f"{file}: it says neither what must be found nor what must not")
    return msgspec.structs.replace(case, name=file.removesuffix(".toml"))
