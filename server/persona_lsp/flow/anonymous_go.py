"""A caller without credentials on the way through a handler of Go: who calls is a value of the request's context."""

import re
from collections.abc import Sequence
from typing import Final

from persona_lsp.flow.anonymous import End, Passing, Run
from persona_lsp.flow.credentials import CREDENTIAL
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Member, Name, Str, dotted
from persona_lsp.text.patterns import lazy

_READERS: Final = frozenset(
    {"Get", "MustGet", "GetString", "GetInt", "GetInt64", "GetUint", "GetUint64", "Value", "Locals", "Cookie", "Cookies",
     "GetHeader", "Session"}
)  # fmt: skip
_ONWARD: Final = frozenset({"Next", "ServeHTTP", "next"})
_HARMLESS: Final = frozenset({"Set", "Locals", "Header", "SetRequest", "SetUserContext"})
_ERR: Final = lazy(r"err(?:or)?\d?$", re.IGNORECASE)
_KEY: Final = lazy(r"(?:_?(?:ctx|context))?_?(?:key|ctx)$|^(?:ctx|context|key)_?(?:key_?)?(?=[A-Z_])", re.IGNORECASE)
"""What the names of keys of a context have before and behind what they stand for: `userCtxKey`."""
_CALLER: Final = lazy(r"(?:\w*_)?(?:jwt_?)?(?:claims|principal|identity|account|uid)", re.IGNORECASE)
_ACCESSOR: Final = lazy(
    r"(?:(?:must_?)?(?:get|extract|fetch|read|parse)_?)?(?:current|auth\w*?|login|logged_?in|session|request|token|jwt)?_?"
    r"(?:user|account|principal|identity|claims|uid)(?:_?(?:id|claims))?(?:_?(?:from|in|of)_?\w*)?",
    re.IGNORECASE,
)
"""Functions that take who calls out of the request that they are given, and are given nothing else."""


class GoRun(Run):
    """What holds nothing for such a caller in Go, and which failures it meets."""

    begins_empty = False  # a struct is there, and something is read into it

    def __init__(
        self, request: Sequence[str], response: Sequence[str], forward: Sequence[str], passing: Passing,
        marks: Sequence[str], source: bytes = b"",
    ) -> None:  # fmt: skip
        super().__init__(request, response, forward, passing, marks, source)
        self.failures: set[str] = set()

    def _used(self, expr: AnyExpr) -> None:
        """Nothing is thrown."""

    def _called(self, value: AnyExpr | None) -> set[End] | None:
        """`c.Next()`, `next.ServeHTTP(w, r)`, `next(c)`; what else may answer is a refusal."""
        if not isinstance(value, Call):
            return None
        name = value.func.id if isinstance(value.func, Name) else value.name
        return {"passed"} if name in _ONWARD else None

    def _done(self, value: AnyExpr) -> set[End]:
        if self.passing != "forward":
            return super()._done(value)
        return self._called(value) or ({"refused"} if self._may_answer(value) else {"open"})

    def _may_answer(self, value: AnyExpr) -> bool:
        """It is given what requests are answered through, or is a method of that which may answer."""
        if not isinstance(value, Call):
            return False
        given = any(isinstance(a, Name) and a.id in self.response for a in value.args)
        own = isinstance(value.func, Member) and dotted(value.func.base) in self.response
        return given or (own and value.name not in _HARMLESS)

    def _bind_one_of(self, name: str, *, empty: bool) -> None:
        self._bind(name, empty=empty and not _ERR.match(name))
        (self.failures.add if empty and _ERR.match(name) else self.failures.discard)(name)

    def _compared(self, op: str, left: AnyExpr, right: AnyExpr) -> bool | None:
        if isinstance(left, Name) and left.id in self.failures and isinstance(right, Const) and right.value is None:
            self.asked = True
            return op in {"!=", "is-not"}
        return super()._compared(op, left, right)

    def _is_taken(self, func: AnyExpr, args: Sequence[AnyExpr]) -> bool:
        name = func.name if isinstance(func, Member) else func.id if isinstance(func, Name) else ""
        if isinstance(func, Member) and name in _READERS and len(args) == 1 and self.is_source(func.base):
            key = args[0]
            written = _KEY.sub("", (key.value or "") if isinstance(key, Str) else dotted(key).rsplit(".", 1)[-1])
            return CREDENTIAL.search(written) is not None or _CALLER.fullmatch(written) is not None
        if name == "len" and len(args) == 1:
            return self.is_credential(args[0])
        if isinstance(func, Member) and name == "BasicAuth" and not args:
            return self.is_source(func.base)
        if _ACCESSOR.fullmatch(name) and args and all(self.is_source(a) for a in args):
            return True
        return super()._is_taken(func, args)

    def is_holder(self, expr: AnyExpr) -> bool:
        match expr:
            case Call(func=Member(base=base, name="Context" | "UserContext" | "Request" | "Locals"), args=()):
                return self.is_source(base)
            case Member(base=base, name="Request" | "Header"):
                return self.is_source(base)
            case _:
                return super().is_holder(expr)
