"""The ways through statements: which ends they come to."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from persona_lsp.syntax.ir import FunctionNode, Lambda, Return, Stmt

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


def acting(function: FunctionNode, request: Sequence[str]) -> FunctionNode:
    """The function that takes the request: the given one, or that which it makes (`() => (req, res, next) => next()`)."""
    last = function.body[-1] if function.body else None
    own = {p.name for p in function.params}
    if isinstance(last, Return) and isinstance(last.value, Lambda) and request and own.isdisjoint(request):
        return last.value.function
    return function
