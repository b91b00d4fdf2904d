"""Whether a condition asks what kind of failure it is: `err instanceof OutOfStock`; those texts were written to be told."""

import re
from typing import Final

from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    If,
    Items,
    Jump,
    Member,
    Name,
    Raise,
    Return,
    Unary,
    dotted,
)
from persona_lsp.text.patterns import lazy

_EVERYTHING: Final = frozenset(
    {"Error", "Exception", "Throwable", "BaseException", "StandardError", "RuntimeException", "Object", "object"}
)
_ASKS: Final = frozenset({"isinstance", "is_a?", "kind_of?", "instance_of?", "isInstance", "isAssignableFrom"})
_FLAGS: Final = frozenset({"isOperational", "expose", "isJoi", "isPublic"})
_KINDS: Final = lazy(r"name|code|type|status_?code|status|kind|isAxiosError", re.IGNORECASE)
_UNFORESEEN: Final = 500
_HOPS: Final = 2


def picks(state: State, test: AnyExpr, depth: int = 0) -> int | None:
    """1 if the test holds for kinds of failures that it names only, -1 if it fails for those only.

    0 if it tells kinds apart in a way that nobody can follow here; None if it asks for no kind.
    """
    match test:
        case Unary(op="not", operand=operand):
            inner = picks(state, operand, depth)
            return None if inner is None else -inner
        case Binary(op="and" | "or" as op, left=left, right=right):
            sides = (picks(state, left, depth), picks(state, right, depth))
            # One side is enough to pick where both hold; to leave out, both have to be about it.
            enough, both = (1, -1) if op == "and" else (-1, 1)
            if enough in sides:
                return enough
            if sides == (both, both):
                return both
            return 0 if 0 in sides else None
        case Name(id=name) if not _KINDS.fullmatch(name) and depth < _HOPS:
            value = state.assigned(name)
            return None if value is None or value is test else picks(state, value, depth + 1)
        case Binary(op="instanceof" | "is", right=right):
            kind = dotted(right).rpartition(".")[2]
            return 1 if kind[:1].isupper() and kind not in _EVERYTHING else None
        case Call() if test.name in _ASKS:
            return None if _is_everything(test) else 1
        case Member(name=name) if name in _FLAGS:
            return 1
        case Member(name=name) if _KINDS.fullmatch(name):
            return 1
        case Binary(op=op, left=left, right=right) if _is_kind(left) or _is_kind(right):
            return _compared(op, right if _is_kind(left) else left)
        case _:
            return None


def _is_kind(expr: AnyExpr) -> bool:
    name = expr.name if isinstance(expr, Member) else expr.id if isinstance(expr, Name) else ""
    return _KINDS.fullmatch(name) is not None


def _compared(op: str, value: AnyExpr) -> int:
    """What a comparison of a name, code or status says: 5xx is what was not foreseen."""
    unforeseen = isinstance(value, Const) and isinstance(value.value, int) and value.value >= _UNFORESEEN - 1
    match op:
        case "==" | "!=":
            return 1 if (op == "==") != unforeseen else -1
        case ">=" | ">" if unforeseen:
            return -1
        case "<" | "<=" if unforeseen:
            return 1
        case _:
            return 0


def left_to_picked(state: State, node: If) -> bool:
    """The branch ends, and only kinds of failures that were named get behind it."""
    ends = bool(node.then) and isinstance(node.then[-1], Return | Raise | Jump)
    return ends and not node.orelse and picks(state, node.test) == -1


def _is_everything(call: Call) -> bool:
    asked = call.args[-1] if call.args else None
    named = asked.items if isinstance(asked, Items) else (asked,)
    return any(one is not None and dotted(one).rpartition(".")[2] in _EVERYTHING for one in named)
