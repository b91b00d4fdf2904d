"""HTTP methods that a handler serves by asking for them itself: `switch r.Method`, `if r.Method != http.MethodPost`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

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

_VERBS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_CONSTANT: Final = re.compile(r"^Method([A-Z][a-z]+)$")
_REFUSES: Final = re.compile(r"40[45]|MethodNotAllowed|NotFound|method_?not_?allowed|not_?found", re.IGNORECASE)
_ASKED: Final = "Method"


def served(function: FunctionNode, source: bytes) -> tuple[str, ...]:
    """The methods, in the order in which they are asked for; empty if any other one may be served as well."""
    if b".Method" not in source[function.body_start : function.body_end]:
        return ()
    return _served(function.body, source)


def _served(body: Sequence[Stmt], source: bytes) -> tuple[str, ...]:
    for statement in body:
        match statement:
            case Switch(subject=Member(name="Method"), arms=arms):
                found = [m for patterns, _ in arms for p in patterns for m in _named(p)]
                default = next((inner for patterns, inner in arms if not patterns), None)
                refused = default is None or _refuses(default, source)
                return tuple(dict.fromkeys(found)) if found and refused else ()
            case If(test=test, then=then):
                wanted = _demanded(test)
                if wanted and _leaves(then):
                    return wanted
                chained = _chained(statement, source)
                if chained:
                    return chained
            case Group(body=inner):
                found_inside = _served(inner, source)
                if found_inside:
                    return found_inside
            case _:
                pass
    return ()


def _chained(statement: If, source: bytes) -> tuple[str, ...]:
    """`if r.Method == "GET" {} else if r.Method == "POST" {} else { 405 }`."""
    found: list[str] = []
    current: If | None = statement
    while current is not None:
        asked = tuple(_equal(current.test))
        if not asked:
            return ()
        found += asked
        rest = current.orelse
        current = rest[0] if len(rest) == 1 and isinstance(rest[0], If) else None
        if current is None:
            return tuple(found) if rest and _refuses(rest, source) else ()
    return ()


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
