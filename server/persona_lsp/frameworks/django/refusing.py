"""Whether a test of callers refuses those who have not signed in: its code is followed as such a caller runs through it.

`has_permission` of REST framework, functions that it hands the caller to, what `user_passes_test` is given. For someone
who has not signed in, `request.user.is_authenticated` is false, and so is what Django tells of the rights of nobody.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    Const,
    Do,
    FunctionNode,
    If,
    Items,
    Member,
    Name,
    Raise,
    Return,
    Stmt,
    Str,
    Unary,
    dotted,
    walk,
)

SUPER: Final = "super"
"""Stands for what the bases of the class say."""
_USERS: Final = frozenset({"user", "u"})
_ASKS: Final = frozenset(
    {
        "is_authenticated",
        "is_staff",
        "is_superuser",
        "is_admin",
        "has_perm",
        "has_perms",
        "has_module_perms",
        "is_active",
    }
)
"""What is false of a caller who has not signed in."""
_TELLS: Final = frozenset({"is_anonymous", "id", "pk", "username", "get_username"})
"""What such a caller has, too."""
_DEEPEST: Final = 12


class Verdict(Struct, frozen=True, gc=False):
    """`refused`: strangers are; `passes`: they are not. Else they are if all of `needs` refuse them, never if it is empty.

    `needs` are names of functions, or `SUPER`.
    """

    refused: bool = False
    passes: bool = False
    needs: frozenset[str] = frozenset()


_REFUSED: Final = Verdict(refused=True)
_PASSES: Final = Verdict(passes=True)
_UNTOLD: Final = Verdict()
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def by_method(function: FunctionNode) -> dict[str, Verdict]:
    """What becomes of strangers for each method of the request, where the function tells methods apart."""
    return {method: of_function(function, method) for method in METHODS}


def of_function(function: FunctionNode, method: str = "") -> Verdict:
    """What becomes of strangers in a function that says whether somebody may pass."""
    if function.has_error:
        return _UNTOLD
    verdict, falls = _Stranger(method).block(function.body, 0)
    if falls:  # without a word, it gives back nothing
        verdict = _joined(verdict, _REFUSED)
    return verdict if verdict is not None else _UNTOLD


def _both(left: Verdict, right: Verdict) -> Verdict:
    """Strangers come one way or the other."""
    if left == right:
        return left
    if left.passes or right.passes:
        return _UNTOLD
    if left.refused or right.refused:
        return right if left.refused else left
    return Verdict(needs=left.needs | right.needs) if left.needs and right.needs else _UNTOLD


def _is_method(expr: AnyExpr) -> bool:
    return dotted(expr) in ("request.method", "self.request.method")


def _joined(before: Verdict | None, found: Verdict) -> Verdict:
    return found if before is None else _both(before, found)


class _Stranger:
    """A caller who has not signed in, on the way through a function. `held`: what its variables are."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.held: dict[str, AnyExpr] = {}

    def block(self, body: Sequence[Stmt], depth: int) -> tuple[Verdict | None, bool]:
        """What becomes of them in some statements, and whether some get to the end."""
        so_far: Verdict | None = None
        for statement in body:
            match statement:
                case Return(value=value):
                    return _joined(so_far, self.value(value, depth) if value is not None else _REFUSED), False
                case Raise():
                    return _joined(so_far, _REFUSED), False
                case If(test=test, then=then, orelse=orelse):
                    holds = self._holds(test, depth)
                    falls = False
                    for way in (then, orelse) if holds is None else (then,) if holds else (orelse,):
                        found, goes_on = self.block(way, depth + 1)
                        so_far = _joined(so_far, found) if found is not None else so_far
                        falls = falls or goes_on
                    if not falls:
                        return so_far, False
                case Assign(targets=(target,), value=value, op="") if value is not None and dotted(target):
                    self.held[dotted(target)] = value
                case Do():
                    continue
                case _:
                    return _UNTOLD, False
        return so_far, True

    def value(self, value: AnyExpr, depth: int) -> Verdict:
        """What becomes of them where the value decides: it is false for them, or what it calls says so."""
        if depth > _DEEPEST:
            return _UNTOLD
        match value:
            case Const(value=known):
                return _PASSES if known else _REFUSED
            case Name(id=name) if name in self.held:
                held = self.held[name]
                return self.value(held, depth + 1) if held is not value else _UNTOLD
            case Binary(op="and", left=left, right=right):
                first, second = self.value(left, depth + 1), self.value(right, depth + 1)
                if first.refused or second.refused:
                    return _REFUSED
                if first.passes or second.passes:
                    return second if first.passes else first
                return first if first.needs else second
            case Binary(op="or", left=left, right=right):
                first, second = self.value(left, depth + 1), self.value(right, depth + 1)
                return _PASSES if first.passes or second.passes else _both(first, second)
            case Unary(op="not") | Binary(op="==" | "!=" | "in" | "not-in") if (
                holds := self._holds(value, depth + 1)
            ) is not None:
                return _PASSES if holds else _REFUSED
            case Call(name="bool", args=(inner,)):
                return self.value(inner, depth + 1)
            case Member(base=base, name=name) if self._is_user(base):
                return _REFUSED if name in _ASKS or self._strange(value) else _UNTOLD
            case Call(func=Member(base=Call(func=Name(id="super")))):
                return Verdict(needs=frozenset({SUPER}))
            case Call(func=func, args=args):
                if isinstance(func, Member) and self._is_user(func.base) and func.name in _ASKS:
                    return _REFUSED
                if any(self._strange(part) for part in walk(value)):
                    return _REFUSED
                if any(self._is_user(a) or dotted(a) in ("request", "self.request") for a in args) and dotted(func):
                    return Verdict(needs=frozenset({dotted(func)}))
                return _UNTOLD
            case _:
                # `request.user.role == "admin"`: the user of a stranger has no role, and the request fails.
                return _REFUSED if any(self._strange(part) for part in walk(value)) else _UNTOLD

    def _strange(self, part: object) -> bool:
        return (
            isinstance(part, Member) and self._is_user(part.base) and part.name not in _TELLS | _ASKS
            and not part.name.startswith("_")
        )  # fmt: skip

    def _holds(self, test: AnyExpr, depth: int) -> bool | None:
        """Whether a condition holds for them; None if nobody can tell."""
        if self._is_anonymous(test):
            return True
        if depth > _DEEPEST:
            return None
        match test:
            case Binary(op="==" | "!=" | "in" | "not-in" as op, left=left, right=right) if _is_method(left):
                among = self._among(right)
                return None if among is None else among is (op in ("==", "in"))
            case Unary(op="not", operand=operand):
                held = self._holds(operand, depth + 1)
                return None if held is None else not held
            case Binary(op="or", left=left, right=right):
                sides = (self._holds(left, depth + 1), self._holds(right, depth + 1))
                return True if True in sides else False if sides == (False, False) else None
            case Str():
                return None
            case Unary() | Binary(op="==" | "!=" | "in" | "not-in"):
                return False if any(self._strange(part) for part in walk(test)) else None
            case _:
                told = self.value(test, depth + 1)
                return False if told.refused else True if told.passes else None

    def _among(self, expr: AnyExpr) -> bool | None:
        """Whether the method of the request is the one that is written, or among those."""
        if not self.method:
            return None
        if dotted(expr).rsplit(".", 1)[-1] == "SAFE_METHODS":
            return self.method in _SAFE
        items = expr.items if isinstance(expr, Items) else (expr,)
        if not all(isinstance(item, Str) and item.value for item in items):
            return None
        return any(isinstance(item, Str) and item.value == self.method for item in items)

    def _is_anonymous(self, expr: AnyExpr) -> bool:
        if isinstance(expr, Call) and not expr.args:
            expr = expr.func
        return isinstance(expr, Member) and expr.name == "is_anonymous" and self._is_user(expr.base)

    def _is_user(self, expr: AnyExpr) -> bool:
        name = dotted(expr)
        held = self.held.get(name)
        if held is not None and held is not expr:
            return dotted(held) != name and dotted(held).rsplit(".", 1)[-1] in _USERS
        return name.rsplit(".", 1)[-1] in _USERS
