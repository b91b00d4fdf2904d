"""Where something stands: spans inside one function, and places in a file."""

from msgspec import Struct


class Span(Struct, frozen=True, gc=False, array_like=True, order=True):
    """A half-open range of UTF-8 byte offsets, counted from the start of the function that holds it.

    Facts of a function body are relative so that moving the function changes one number only;
    `Function.at(span)` gives the `Where`.
    """

    start: int
    end: int


class Where(Struct, frozen=True, gc=False, array_like=True, order=True):
    """A half-open range of UTF-8 byte offsets in a file. `path` is relative to the workspace, with `/`."""

    path: str
    start: int
    end: int
