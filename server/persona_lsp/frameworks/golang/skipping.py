"""Requests that middleware of Go is told to let pass: `Skipper: func(c) bool { return c.Path() == "/login" }`."""

import re
from collections.abc import Sequence
from typing import Final

from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    If,
    Lambda,
    Member,
    Return,
    Stmt,
    Str,
    Switch,
    Unary,
    dotted,
)
from persona_lsp.text.patterns import lazy

_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_METHOD: Final = lazy(r"(?:^|\.)Method$")
_PATH: Final = lazy(r"(?:^|\.)(?:Path|URL\.Path)$")
_STARTS: Final = {"strings.HasPrefix": "starts", "strings.HasSuffix": "ends"}
_MOST: Final = 16
"""Ways to be let pass; nobody writes more."""

Fact = tuple[str, str, bool]
"""What is compared (`method`, `is`, `starts`, `ends`), with which text, and whether that has to hold."""
Ways = tuple[frozenset[Fact], ...]
"""Conditions one of which has to hold."""


def let_pass(function: Lambda) -> tuple[str, ...]:
    """Method and path of the requests for which the function says yes, as `Guard.outside`; empty if that is not told."""
    ways = _said(function.function.body)
    return tuple(sorted({_pattern(way) for way in ways})) if ways and all(ways) else ()


def _said(body: Sequence[Stmt]) -> Ways | None:
    """When statements return true; None where something else is asked, too."""
    found: Ways = ()
    reached: Ways = (frozenset(),)
    for statement in body:
        yes: bool | None = True
        match statement:
            case If(test=test, then=(Return(value=Const(value=bool(yes))),), orelse=()):
                asked = _ways(test, holds=yes)
            case Switch(subject=subject, arms=arms) if subject is not None:
                asked = _cases(subject, arms)
            case Return(value=value) if value is not None:
                last = _ways(value, holds=True)
                return (*found, *_both(reached, last)) if last is not None else None
            case _:
                return None
        if asked is None:
            return None
        if yes:
            found = (*found, *_both(reached, asked))
        else:
            reached = _both(reached, asked)
    return None


def _cases(subject: AnyExpr, arms: Sequence[tuple[tuple[AnyExpr, ...], tuple[Stmt, ...]]]) -> Ways | None:
    """`switch c.Path() { case "/login", "/register": return true }`."""
    found: Ways = ()
    for patterns, body in arms:
        match body:
            case (Return(value=Const(value=True)),) if patterns:
                asked = [_compared(subject, pattern, holds=True) for pattern in patterns]
            case _:
                return None
        for one in asked:
            if one is None:
                return None
            found = (*found, *one)
    return found


def _ways(expr: AnyExpr, *, holds: bool) -> Ways | None:
    """When an expression is true, or false where it is not to hold."""
    match expr:
        case Const(value=bool(value)):
            return (frozenset(),) if value is holds else ()
        case Unary(op="not", operand=inner):
            return _ways(inner, holds=not holds)
        case Binary(op="and" | "or" as op, left=left, right=right):
            one, other = _ways(left, holds=holds), _ways(right, holds=holds)
            if one is None or other is None:
                return None
            both = _both(one, other) if (op == "and") is holds else (*one, *other)
            return both if len(both) <= _MOST else None
        case Binary(op="==" | "!=" as op, left=left, right=right):
            return _compared(left, right, holds=(op == "==") is holds)
        case Call(func=Member() as func, args=(path, Str(value=str(text)))) if dotted(func) in _STARTS:
            return (frozenset({(_STARTS[dotted(func)], text, holds)}),) if _PATH.search(_name(path)) else None
        case _:
            return None


def _both(one: Ways, other: Ways) -> Ways:
    return tuple(a | b for a in one for b in other)


def _compared(left: AnyExpr, right: AnyExpr, *, holds: bool) -> Ways | None:
    name, text = _name(left), right.value if isinstance(right, Str) else None
    if text is None and isinstance(right, Member) and right.name.startswith("Method"):
        text = right.name.removeprefix("Method").upper()  # `http.MethodGet`
    if text is None:
        return None
    if _METHOD.search(name):
        return (frozenset({("method", text.upper(), holds)}),)
    # What a parameter of the path stands for is not what a comparison with its name asks.
    return (frozenset({("is", text, holds)}),) if _PATH.search(name) and ":" not in text else None


def _name(expr: AnyExpr) -> str:
    """`c.Request().Method` without what is called: `c.Request.Method`."""
    if isinstance(expr, Call) and not expr.args:
        return _name(expr.func)
    if isinstance(expr, Member):
        return f"{_name(expr.base)}.{expr.name}"
    return dotted(expr)


def _pattern(way: frozenset[Fact]) -> str:
    """`GET regex:(?!/feed$).*`: methods, and what the path is."""
    wanted = {text for what, text, holds in way if what == "method" and holds}
    others = {text for what, text, holds in way if what == "method" and not holds}
    methods = [m for m in _METHODS if (not wanted or wanted == {m}) and m not in others]
    ahead = ""
    for what, text, holds in sorted(way):
        told = {"is": re.escape(text) + "/?$", "starts": re.escape(text), "ends": ".*" + re.escape(text) + "$"}.get(
            what
        )
        if told is not None:
            ahead += f"(?{'=' if holds else '!'}{told})"
    return f"{','.join(methods) if wanted or others else '*'} regex:{ahead}.*"
