"""HTTP methods that a handler serves by asking for them itself: `switch r.Method`, `if r.Method != http.MethodPost`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Do,
    FunctionNode,
    Group,
    If,
    Member,
    Return,
    Stmt,
    Str,
    Switch,
    walk,
)
from persona_lsp.text.patterns import lazy

_VERBS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_CONSTANT: Final = lazy(r"^Method([A-Z][a-z]+)$")
_REFUSES: Final = lazy(r"40[45]|MethodNotAllowed|NotFound|method_?not_?allowed|not_?found", re.IGNORECASE)


class Served(Struct, frozen=True, gc=False):
    """The methods, in the order in which they are asked for, and the code (start, end) that runs for some alone."""

    methods: tuple[str, ...] = ()
    parts: tuple[tuple[tuple[str, ...], int, int], ...] = ()


_ANY: Final = Served()


def served(function: FunctionNode, source: bytes) -> Served:
    """The methods that a function asks for; none if any other one may be served as well."""
    if b".Method" not in source[function.body_start : function.body_end]:
        return _ANY
    return _served(function.body, source)


def _served(body: Sequence[Stmt], source: bytes) -> Served:
    for number, statement in enumerate(body):
        match statement:
            case Switch(subject=Member(name="Method"), arms=arms):
                found = [(tuple(m for p in patterns for m in _named(p)), inner) for patterns, inner in arms]
                default = next((inner for patterns, inner in arms if not patterns), None)
                refused = default is None or _refuses(default, source)
                return _told(found) if refused else _ANY
            case If(test=test, then=then):
                wanted = _demanded(test)
                if wanted and _leaves(then):
                    return Served(wanted)
                chained = _chained(statement, source) or _in_turn(body[number:], source)
                if chained.methods:
                    return chained
            case Group(body=inner):
                found_inside = _served(inner, source)
                if found_inside.methods:
                    return found_inside
            case _:
                pass
    return _ANY


def _told(found: Sequence[tuple[tuple[str, ...], Sequence[Stmt]]]) -> Served:
    methods = tuple(dict.fromkeys(m for named, _ in found for m in named))
    parts = tuple((named, inner[0].start, inner[-1].end) for named, inner in found if inner)
    return Served(methods, parts) if methods else _ANY


def _chained(statement: If, source: bytes) -> Served | None:
    """`if r.Method == "GET" {} else if r.Method == "POST" {} else { 405 }`."""
    found: list[tuple[tuple[str, ...], Sequence[Stmt]]] = []
    current: If | None = statement
    while current is not None:
        asked = tuple(_equal(current.test))
        if not asked:
            return None
        found.append((asked, current.then))
        rest = current.orelse
        current = rest[0] if len(rest) == 1 and isinstance(rest[0], If) else None
        if current is None and rest and _refuses(rest, source):
            return _told([*found, ((), rest)])
    return None


def _in_turn(body: Sequence[Stmt], source: bytes) -> Served:
    """`if r.Method == "GET" { ...; return }`, one after the other, and a refusal behind them."""
    found: list[tuple[tuple[str, ...], Sequence[Stmt]]] = []
    for number, statement in enumerate(body):
        asked = tuple(_equal(statement.test)) if isinstance(statement, If) and not statement.orelse else ()
        if asked and isinstance(statement, If) and _leaves(statement.then):
            found.append((asked, statement.then))
            continue
        rest = body[number:]
        said = source[rest[0].start : rest[-1].end].decode("utf-8", "replace")
        plain = all(isinstance(s, Do | Return) for s in rest)
        return _told([*found, ((), rest)]) if plain and _REFUSES.search(said) else _ANY
    return _ANY


def _equal(test: AnyExpr) -> Iterator[str]:
    match test:
        case Binary(op="==", left=Member(name="Method"), right=right):
            yield from _named(right)
        case Binary(op="or", left=left, right=right):
            yield from _equal(left)
            yield from _equal(right)
        case _:
            return


def _demanded(test: AnyExpr) -> tuple[str, ...]:
    """The methods that go on behind a condition which turns all others away."""
    match test:
        case Binary(op="!=", left=Member(name="Method"), right=right):
            return tuple(_named(right))
        case Binary(op="and", left=left, right=right):
            both = (_demanded(left), _demanded(right))
            return (*both[0], *both[1]) if all(both) else ()
        case _:
            return ()


def _named(expr: AnyExpr) -> Iterator[str]:
    if isinstance(expr, Str) and expr.value in _VERBS:
        yield expr.value
    elif isinstance(expr, Member) and (match := _CONSTANT.match(expr.name)) and match[1].upper() in _VERBS:
        yield match[1].upper()


def _leaves(body: Sequence[Stmt]) -> bool:
    return bool(body) and isinstance(body[-1], Return)


def _refuses(body: Sequence[Stmt], source: bytes) -> bool:
    """Nothing is done for other methods but to say so."""
    if not body:
        return True
    calls = [p for s in body if isinstance(s, Do) for p in walk(s.value) if isinstance(p, Call)]
    text = source[body[0].start : body[-1].end].decode("utf-8", "replace")
    return not calls or _REFUSES.search(text) is not None
