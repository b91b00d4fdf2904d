"""Whether a function asks if a value is one of a fixed list before it uses it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    Const,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Items,
    Member,
    Name,
    Node,
    Object,
    Return,
    Stmt,
    Str,
    Switch,
    Ternary,
    Try,
    dotted,
    walk,
)

_MEMBER: Final = frozenset(
    {"includes", "has", "contains", "containsKey", "hasOwnProperty", "include?", "member?", "key?", "has_key?", "exclude?"}
)  # fmt: skip
_MAKERS: Final = frozenset(
    {"Set", "set", "frozenset", "tuple", "list", "of", "asList", "freeze", "keys", "keySet", "to_set"}
)
_DEPTH: Final = 4


def asks_for_membership(
    function: FunctionNode, value: str, text: Callable[[Node], str], assigned: Callable[[str], AnyExpr | None]
) -> bool:
    """A condition of the function asks whether the value, as written, is in a list that is written out or constant."""

    def is_asked(part: AnyExpr) -> bool:
        match part:
            case Binary(op="in" | "not-in", left=left, right=right):
                return text(left) == value and _is_fixed(right, assigned)
            case Call(args=(wanted, *_)) if part.name in _MEMBER and part.receiver is not None:
                return text(wanted) == value and _is_fixed(part.receiver, assigned)
            case _:
                return False

    return any(is_asked(part) for test in _tests(function.body) for part in walk(test))


def _is_fixed(expr: AnyExpr, assigned: Callable[[str], AnyExpr | None], depth: int = 0) -> bool:
    match expr:
        case Items(items=items):
            return all(isinstance(item, Str | Const) for item in items)
        case Object():
            return True
        case Call(args=args) if expr.name in _MAKERS and depth < _DEPTH:
            given = args or ((expr.receiver,) if expr.receiver is not None else ())
            return bool(given) and all(isinstance(one, Str) or _is_fixed(one, assigned, depth + 1) for one in given)
        case Name() | Member():
            name = dotted(expr)
            if name.rsplit(".", 1)[-1].isupper():
                return True
            found = assigned(name) if name and depth < _DEPTH else None
            return found is not None and _is_fixed(found, assigned, depth + 1)
        case _:
            return False


def _tests(body: Sequence[Stmt]) -> Iterator[AnyExpr]:
    """The conditions of statements, and of choices inside of their expressions."""
    for stmt in body:
        match stmt:
            case If(test=test, then=then, orelse=orelse):
                yield test
                yield from _tests(then)
                yield from _tests(orelse)
            case For(body=inner) | Group(body=inner):
                yield from _tests(inner)
            case Try(body=inner, orelse=orelse, final=final):
                for part in (inner, orelse, final):
                    yield from _tests(part)
            case Switch(arms=arms):
                for _, inner in arms:
                    yield from _tests(inner)
            case Assign(value=value) | Do(value=value) | Return(value=value) if value is not None:
                yield from (part.test for part in walk(value) if isinstance(part, Ternary))
            case _:
                pass
