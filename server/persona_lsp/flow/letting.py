"""Middleware that lets everybody pass: every way through it hands the request on, and nothing that it calls refuses.

A name like `checkUser` promises a guard. Middleware that looks up who calls and goes on without an answer is none.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from persona_lsp.flow.ways import acting, ends_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    Def,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Items,
    Lambda,
    Let,
    Member,
    Name,
    Object,
    Return,
    Spread,
    Stmt,
    Try,
    dotted,
    walk,
)

_SETTERS: Final = frozenset({"set", "header", "setHeader", "removeHeader", "append", "vary", "cookie", "type"})
_READERS: Final = frozenset({"get", "header", "param", "is", "accepts"})
_HARMLESS: Final = frozenset({"Number", "String", "Boolean", "parseInt", "parseFloat", "isNaN", "encodeURIComponent"})

_End = Literal["passed", "left", "open"]
"""How a way through some statements ends: the request was handed on, the function was left without, or it goes on."""


class _UnclearError(Exception):
    """A statement that nothing is known about."""


def refusals(
    function: FunctionNode, request: Sequence[str], response: Sequence[str], forward: Sequence[str]
) -> tuple[Call, ...] | None:
    """The calls by whose failure middleware may refuse a request; None if it does not hand on each one itself.

    `request`, `response` and `forward` are the names of its parameters. A call that is given nothing of the request
    fails for everybody or for nobody, and is not among them; nor is one whose failure is caught.
    """
    function = acting(function, request)
    own = {p.name for p in function.params}
    if function.has_error or len(forward) != 1 or not own.issuperset((*request, *response, *forward)):
        return None
    try:
        if _ends(function.body, forward[0]) != {"passed"}:
            return None
        used = tuple(_expressions(function.body, caught=False))
        if any(_may_answer(expr, response, forward[0]) for expr, _ in used):
            return None
        tainted = _tainted(used, request)
        return tuple(call for expr, caught in used if not caught for call in _risky(expr, request, response, tainted))
    except _UnclearError:
        return None


def _ends(body: Sequence[Stmt], forward: str) -> set[_End]:
    return ends_of(body, lambda stmt: _end(stmt, forward), "open")


def _end(stmt: Stmt, forward: str) -> set[_End]:
    match stmt:
        case Do(value=Call() as call) | Return(value=Call() as call) if _hands_on(call, forward):
            return {"passed"}
        case Return():
            return {"left"}
        case Do() | Assign() | Def():
            return {"open"}
        case If(then=then, orelse=orelse):
            return _ends(then, forward) | _ends(orelse, forward)
        case Group(body=inner):
            return _ends(inner, forward)
        case Try(body=inner, catches=catches, orelse=(), final=final):
            ends = _ends((*inner, *final), forward)
            for catch in catches:
                ends |= _ends((*catch.body, *final), forward)
            return ends
        case For(body=inner):
            return {"open", *_ends(inner, forward)}
        case _:
            raise _UnclearError


def _hands_on(call: Call, forward: str) -> bool:
    return isinstance(call.func, Name) and call.func.id == forward and not call.args


def _expressions(body: Sequence[Stmt], *, caught: bool) -> Iterator[tuple[AnyExpr, bool]]:
    """What is computed, in callbacks too, and whether a failure of it is caught. An assignment is a `Let`."""
    for stmt in body:
        match stmt:
            case Do(value=value):
                yield from _with_callbacks(value, caught=caught)
            case Return(value=value):
                if value is not None:
                    yield from _with_callbacks(value, caught=caught)
            case Assign(targets=targets, value=value):
                if value is not None:
                    for target in targets:
                        yield from _with_callbacks(Let(stmt.start, stmt.end, target, value), caught=caught)
            case If(test=test, then=then, orelse=orelse):
                yield from _with_callbacks(test, caught=caught)
                yield from _expressions((*then, *orelse), caught=caught)
            case Group(body=inner):
                yield from _expressions(inner, caught=caught)
            case Try(body=inner, catches=catches, final=final):
                yield from _expressions(inner, caught=caught or bool(catches))
                for catch in catches:
                    yield from _expressions(catch.body, caught=caught)
                yield from _expressions(final, caught=caught)
            case For(target=each, iterable=iterable, test=test, body=inner, init=init):
                if each is not None and iterable is not None:
                    yield from _with_callbacks(Let(stmt.start, stmt.end, each, iterable), caught=caught)
                if test is not None:
                    yield from _with_callbacks(test, caught=caught)
                yield from _expressions((*init, *inner), caught=caught)
            case Def(function=function):
                yield from _expressions(function.body, caught=False)
            case _:
                raise _UnclearError


def _with_callbacks(expr: AnyExpr, *, caught: bool) -> Iterator[tuple[AnyExpr, bool]]:
    yield expr, caught
    for part in walk(expr):
        if isinstance(part, Lambda):
            # When it is called, nobody need be there to catch.
            yield from _expressions(part.function.body, caught=False)


def _may_answer(expr: AnyExpr, response: Sequence[str], forward: str) -> bool:
    """Whether the response is used for more than headers, or `next` for more than going on."""
    allowed: set[int] = set()
    for part in walk(expr):
        if isinstance(part, Call) and isinstance(part.func, Member) and part.func.name in _SETTERS:
            allowed.add(id(part.func.base))
        elif isinstance(part, Member) and part.name == "locals":
            allowed.add(id(part.base))
        elif isinstance(part, Call) and _hands_on(part, forward):
            allowed.add(id(part.func))
        elif isinstance(part, Name) and (part.id in response or part.id == forward) and id(part) not in allowed:
            return True
    return False


def _tainted(used: Sequence[tuple[AnyExpr, bool]], request: Sequence[str]) -> frozenset[str]:
    """The names that may hold something of the request."""
    found = set(request)
    size = 0
    while size != len(found):
        size = len(found)
        for expr, _ in used:
            for part in walk(expr):
                if isinstance(part, Let) and _mentions(part.value, found):
                    found.update(_names(part.target))
                elif isinstance(part, Call) and _mentions(part, found):
                    given = [arg.function for arg in part.args if isinstance(arg, Lambda)]
                    found.update(p.name for function in given for p in function.params if p.name)
    return frozenset(found)


def _mentions(expr: AnyExpr, names: set[str] | frozenset[str]) -> bool:
    return any(isinstance(part, Name) and part.id in names for part in walk(expr))


def _names(target: AnyExpr) -> Iterator[str]:
    match target:
        case Object(entries=entries):
            for entry in entries:
                yield from _names(entry.value)
        case Items(items=items):
            for item in items:
                yield from _names(item)
        case Spread(value=inner) | Let(target=inner):
            yield from _names(inner)
        case Name() | Member() if dotted(target):
            yield dotted(target).split(".", 1)[0]
        case _:
            pass


def _risky(expr: AnyExpr, request: Sequence[str], response: Sequence[str], tainted: frozenset[str]) -> Iterator[Call]:
    for part in walk(expr):
        if not isinstance(part, Call) or not _mentions(part, tainted):
            continue
        func = part.func
        owner = dotted(func.base) if isinstance(func, Member) else ""
        reads = owner in request and part.name in _READERS
        sets = owner in response and part.name in _SETTERS
        if not reads and not sets and not (isinstance(func, Name) and func.id in _HARMLESS):
            yield part
