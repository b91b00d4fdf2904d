"""Promises that are never rejected: what a function does about the failures of what it waits for."""

from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Call,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Lambda,
    Name,
    Raise,
    Return,
    Stmt,
    Switch,
    Try,
    children,
    dotted,
)

_NEVER_REJECTED: Final = frozenset(
    {"pathExists", "sleep", "delay", "setTimeout", "setImmediate", "allSettled", "nextTick"}
)
_RESPONSES: Final = frozenset({"res", "response", "reply"})
_OWN: Final = frozenset({"", "this", "exports", "module.exports"})


class _MayReject(Exception):
    """Something in the function may be rejected by what is not the project's own function."""


def rejects_with(function: FunctionNode) -> tuple[str, ...] | None:
    """Names of the project's functions whose rejections are the function's own; None if it may reject otherwise.

    Without any name the promise that it returns is never rejected. What is thrown by a call that nobody waits for
    does not count: any line of code may do so.
    """
    try:
        found = tuple(dict.fromkeys(_block(function.body, is_async=function.is_async)))
    except _MayReject:
        return None
    return None if function.has_error else found


def settled(expr: AnyExpr) -> bool:
    """Whether a promise is never rejected, as its expression shows: `p.catch(f)`, a timer, `fs.pathExists`."""
    if not isinstance(expr, Call):
        return False
    if expr.name == "finally":
        return expr.receiver is not None and settled(expr.receiver)
    if expr.name == "catch" and expr.receiver is not None:
        handler = expr.args[0] if expr.args else None
        if not isinstance(handler, Lambda):
            # `.catch(next)` and `.catch(console.error)` are as good as the function that they name.
            return handler is not None
        return rejects_with(handler.function) is not None
    if expr.new and dotted(expr.func) == "Promise" and expr.args and isinstance(expr.args[0], Lambda):
        # `new Promise((resolve) => setTimeout(resolve, 100))` has nothing to be rejected with.
        return len(expr.args[0].function.params) == 1 and not _throws(expr.args[0].function.body)
    return expr.name in _NEVER_REJECTED


def gives_quiet(expr: AnyExpr) -> bool:
    """Whether a call is given functions written in place, and none of them is ever rejected."""
    given = [one for one in expr.args if isinstance(one, Lambda)] if isinstance(expr, Call) else []
    return bool(given) and all(rejects_with(one.function) == () for one in given)


def _throws(body: Sequence[Stmt]) -> bool:
    try:
        return any(_block(body, is_async=False))
    except _MayReject:
        return True


def _block(body: Sequence[Stmt], *, is_async: bool) -> Iterator[str]:
    for stmt in body:
        match stmt:
            case Raise():
                raise _MayReject
            case Try(body=inner, catches=catches, final=final):
                if not catches:
                    yield from _block(inner, is_async=is_async)
                elif not is_async:
                    # A promise that is returned is rejected after the `try` has ended.
                    yield from _returned(inner)
                for catch in catches:
                    yield from _block(catch.body, is_async=is_async)
                yield from _block(final, is_async=is_async)
            case If(test=test, then=then, orelse=orelse):
                yield from _awaited(test)
                yield from _block(then, is_async=is_async)
                yield from _block(orelse, is_async=is_async)
            case Switch(subject=subject, arms=arms):
                yield from _awaited(subject)
                for _, inner in arms:
                    yield from _block(inner, is_async=is_async)
            case For(iterable=iterable, test=test, body=inner):
                if stmt.is_async:
                    raise _MayReject
                yield from _awaited(iterable)
                yield from _awaited(test)
                yield from _block(inner, is_async=is_async)
            case Group(body=inner):
                yield from _block(inner, is_async=is_async)
            case Return(value=value) if value is not None:
                yield from _awaited(value) if isinstance(value, Await) else _promised(value)
            case Assign(value=value):
                yield from _awaited(value)
            case Do(value=value):
                yield from _awaited(value)
            case _:
                pass


def _returned(body: Sequence[Stmt]) -> Iterator[str]:
    for stmt in body:
        match stmt:
            case Return(value=value) if value is not None:
                yield from _promised(value)
            case If(then=then, orelse=orelse):
                yield from _returned(then)
                yield from _returned(orelse)
            case Group(body=inner) | Try(body=inner) | For(body=inner):
                yield from _returned(inner)
            case _:
                pass


def _promised(value: AnyExpr) -> Iterator[str]:
    """A value that is returned: if it is a call, its promise is passed on."""
    yield from _awaited(value)
    if isinstance(value, Call) and not settled(value):
        yield from _own(value)


def _awaited(expr: AnyExpr | None) -> Iterator[str]:
    if expr is None or isinstance(expr, Lambda):
        return
    if isinstance(expr, Await) and not settled(expr.value):
        if not isinstance(expr.value, Call):
            raise _MayReject
        yield from _own(expr.value)
    for child in children(expr):
        yield from _awaited(child)


def _is_answer(call: Call) -> bool:
    """`res.status(404).json(...)`, `next(error)`: no promise."""
    if call.receiver is None:
        return call.name == "next"
    root: AnyExpr = call.receiver
    while isinstance(root, Call) and root.receiver is not None:
        root = root.receiver
    return isinstance(root, Name) and root.id in _RESPONSES


def _own(call: Call) -> Iterator[str]:
    """The name of the project's function that a call means, if it may be one of the same file or object."""
    receiver = dotted(call.receiver) if call.receiver is not None else ""
    if _is_answer(call):
        return
    if call.new or receiver not in _OWN or (not isinstance(call.func, Name) and not receiver):
        raise _MayReject
    yield call.name
