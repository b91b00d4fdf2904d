"""Edits: replacements of byte ranges in one file, and the fixes that they make up."""

from msgspec import Struct


class Edit(Struct, frozen=True, gc=False, order=True):
    """Replace the bytes `start`..`end` of `path` by `text`."""

    path: str
    start: int
    end: int
    text: str


class Fix(Struct, frozen=True, gc=False):
    """Edits that belong together under one title. `safe` ones may be applied without a look."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True
    rule: str = ""
