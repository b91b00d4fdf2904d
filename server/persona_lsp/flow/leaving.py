"""Statements of a loop after which the loop is always left: they run once at most for it, whatever it goes over.

`for x in xs: if x.fits: row = find(x); return row` asks once. What a `try` inside the loop may bring back to it, and
what a `continue` may, stays in the loop.
"""

from collections.abc import Iterator
from typing import Final

from persona_lsp.syntax.ir import For, Group, If, Jump, Return, Stmt, Switch, Try, With

_AGAIN: Final = frozenset({"continue", "redo", "retry"})
Range = tuple[int, int]


def leaving(body: tuple[Stmt, ...]) -> tuple[Range, ...]:
    """The ranges of bytes in the body of a loop that control never comes back from."""
    return tuple(_ranges(body, breaks=True))


def _ranges(body: tuple[Stmt, ...], *, breaks: bool) -> Iterator[Range]:
    """`breaks`: a `break` here leaves the loop in question, and not one inside it or a `switch`."""
    last = next((n for n, statement in enumerate(body) if _leaves(statement, breaks=breaks)), None)
    rest = body
    if last is not None:
        first = last
        while first > 0 and not _may_stay(body[first - 1], breaks=breaks):
            first -= 1
        yield body[first].start, body[last].end
        rest = body[:first]
    for statement in rest:
        match statement:
            case If(then=then, orelse=orelse):
                yield from _ranges(then, breaks=breaks)
                yield from _ranges(orelse, breaks=breaks)
            case With(body=inner) | Group(body=inner):
                yield from _ranges(inner, breaks=breaks)
            case For(body=inner):
                yield from _ranges(inner, breaks=False)
            case Switch(arms=arms):
                for _, inner in arms:
                    yield from _ranges(inner, breaks=False)
            case _:
                pass


def _leaves(statement: Stmt, *, breaks: bool) -> bool:
    if isinstance(statement, Return):
        return not statement.implicit
    return breaks and isinstance(statement, Jump) and statement.kind == "break"


def _may_stay(statement: Stmt, *, breaks: bool) -> bool:
    """Somewhere in it control may go on to the next round, or round again inside it."""
    match statement:
        case Jump(kind=kind):
            return kind in _AGAIN or (kind == "break" and not breaks)
        case Try():
            # What fails in it is caught, and the loop may go on.
            return True
        case If(then=then, orelse=orelse):
            return any(_may_stay(s, breaks=breaks) for s in (*then, *orelse))
        case With(body=inner) | Group(body=inner):
            return any(_may_stay(s, breaks=breaks) for s in inner)
        case Switch(arms=arms):
            return any(_may_stay(s, breaks=True) for _, inner in arms for s in inner)
        case For():
            # A jump in it may name the loop around.
            return True
        case _:
            return False
