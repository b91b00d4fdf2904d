"""The ways through statements: which ends they come to."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from persona_lsp.syntax.ir import Stmt

End = TypeVar("End", bound=str)


def ends_of(body: Sequence[Stmt], end: Callable[[Stmt], set[End]], open_: End) -> set[End]:
    """How the ways through some statements end. `end` says it of one; what `open_` ends goes on."""
    found: set[End] = set()
    for statement in body:
        ends = end(statement)
        found |= ends - {open_}
        if open_ not in ends:
            return found
    return found | {open_}
