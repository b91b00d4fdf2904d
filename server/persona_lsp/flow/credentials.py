"""What the values of a function hold for a caller who brings no credential: empty is whatever would say who he is."""

import re
from collections.abc import Sequence
from typing import Final

from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    Const,
    Index,
    Items,
    Let,
    Member,
    Name,
    Object,
    Str,
    Ternary,
    Unary,
    dotted,
)
from persona_lsp.text.patterns import lazy

CREDENTIAL: Final = lazy(
    r"^(?:proxy-?)?authorization$|^auth_?header$|token$|^x-(?:access|auth)|api[-_]?key$|\bjwt$|^bearer|credentials?$"
    r"|^(?:current_?|logged_?(?:in_?)?|auth_?|session_?)?user(?:_?(?:id|name))?$|^session$|^(?:is_?)?(?:logged_?in|authenticated)$",
    re.IGNORECASE,
)
"""Names of headers, cookies and values that say who calls."""
HOLDERS: Final = frozenset(
    {"headers", "cookies", "signedCookies", "query", "raw", "COOKIES", "META", "args", "session"}
)
_READERS: Final = frozenset({"get", "header", "getHeader", "signedCookie"})
_EXTRACTS: Final = lazy(r"token|bearer|auth\w*header|credential|jwt|api_?key", re.IGNORECASE)
_VERIFIES: Final = lazy(r"verif|decode|valid|check|sign|find|load|authenticate|user|payload", re.IGNORECASE)
TEXT: Final = frozenset(
    {"split", "slice", "substring", "substr", "replace", "trim", "startsWith", "toLowerCase", "match", "includes",
     "startswith", "strip", "lower", "partition", "removeprefix", "indexOf", "at", "toString", "test", "exec"}
)  # fmt: skip
_EQUAL: Final = frozenset({"==", "is"})
_UNEQUAL: Final = frozenset({"!=", "is-not"})
_ACCESSOR: Final = lazy(
    r"^(?:get_?)?(?:current|logged_?in|auth(?:enticated)?|session|request)_?user(?:_?id)?$|jwt_?identity$"
    r"|user(?:_?id)?_?from_?(?:token|session|request|jwt|header)",
    re.IGNORECASE,
)
"""Functions that say who calls."""


class Values:
    """What one caller's values hold: `empty` are the names that hold nothing, `asked` says that a condition used one."""

    def __init__(self, request: Sequence[str], marks: Sequence[str], *, answers: bool) -> None:
        """`marks` are names of values that hold; `answers`: of a handler, which may ask for the caller by a function."""
        self.request = frozenset(request)
        self.marks = frozenset(marks)
        self.answers = answers
        self.holding: frozenset[tuple[int, int]] = frozenset()
        self.empty: set[str] = set()
        self.holders: set[str] = set()
        self.asked = False

    def know_session(self) -> None:
        """What says who calls where no parameter is the request (Flask)."""
        self.empty |= {"current_user", "g.user", "flask_login.current_user"}
        self.holders |= {"session", "flask.session"}

    def holds(self, expr: AnyExpr | None) -> bool | None:
        """Whether the value counts as true for a caller without credentials; None if nobody can tell."""
        if self.holding and expr is not None and (expr.start, expr.end) in self.holding:
            return True
        match expr:
            case None:
                return None
            case Const(value=value):
                return bool(value)
            case Str() if expr.value is not None:
                return bool(expr.value)
            case Await(value=inner):
                return self.holds(inner)
            case Let(value=inner):
                return self.holds(inner)
            case Unary(op="not", operand=operand):
                held = self.holds(operand)
                return None if held is None else not held
            case Binary(op="and" | "or" as op, left=left, right=right):
                first, second = self.holds(left), self.holds(right)
                deciding = op == "or"
                if first is deciding or (second is deciding and first is not None):
                    return deciding
                return not deciding if first is (not deciding) and second is (not deciding) else None
            case Binary(op="??", left=left, right=right):
                return self.holds(right) if self.is_credential(left) else self.holds(left)
            case Binary(op=op, left=left, right=right) if op in _EQUAL | _UNEQUAL:
                return self._compared(op, left, right)
            case Binary(op="in" | "not-in" as op, left=Str(value=key), right=right) if self.is_holder(right):
                if key is None or CREDENTIAL.search(key) is None:
                    return None
                self.asked = True
                return op == "not-in"
            case Ternary(test=test, then=then, orelse=orelse):
                held = self.holds(test)
                if held is not None:
                    return self.holds(then if held else orelse)
                first, second = self.holds(then), self.holds(orelse)
                return first if first is second else None
            case Name(id=name) if name in self.marks:
                return True
            case Member(base=base, name="is_anonymous") if self.is_credential(base):
                self.asked = True
                return True
            case _:
                if self.is_credential(expr):
                    self.asked = True
                    return False
                return None

    def _compared(self, op: str, left: AnyExpr, right: AnyExpr) -> bool | None:
        if isinstance(left, Unary) and left.op == "typeof" and self.is_credential(left.operand):
            self.asked = True
            same = isinstance(right, Str) and right.value == "undefined"
            return same if op in _EQUAL else not same
        if isinstance(right, Unary) or not self.is_credential(left):
            return None
        self.asked = True
        nothing = (isinstance(right, Const) and not right.value) or (isinstance(right, Str) and right.value == "")
        if isinstance(right, Name) and right.id == "undefined":
            nothing = True
        if not nothing and not isinstance(right, Const | Str):
            return None
        return nothing if op in _EQUAL else not nothing

    def is_credential(self, expr: AnyExpr) -> bool:
        """The value says who calls, and such a caller has none."""
        match expr:
            case Await(value=inner):
                return self.is_credential(inner)
            case Name(id=name):
                return name in self.empty
            case Member(base=base, name=name):
                if name == "is_anonymous":
                    return False  # that holds for whoever did not say who they are
                if self.is_credential(base) or dotted(expr) in self.empty:
                    return True
                return CREDENTIAL.search(name) is not None and self.is_source(base)
            case Index(base=base, keys=keys):
                if self.is_credential(base):
                    return True
                key = keys[0] if len(keys) == 1 else None
                written = key.value if isinstance(key, Str) else dotted(key) if key is not None else ""
                return CREDENTIAL.search((written or "").rsplit(".", 1)[-1]) is not None and self.is_holder(base)
            case Call(func=func, args=args):
                return self._is_taken(func, args)
            case Binary(op="and", left=left, right=right):
                return self.is_credential(left) or self.is_credential(right)
            case Binary(op="or" | "??", left=left, right=right):
                nothing = isinstance(right, Items | Object) and not (
                    right.items if isinstance(right, Items) else right.entries
                )
                held = nothing or self.is_credential(right) or self.holds(right) is False
                return held and self.is_credential(left)
            case _:
                return False

    def _is_taken(self, func: AnyExpr, args: Sequence[AnyExpr]) -> bool:
        """What takes a credential out of the request, or makes another text of it."""
        name = func.name if isinstance(func, Member) else func.id if isinstance(func, Name) else ""
        given = args[0] if args else None
        if isinstance(func, Member):
            if func.name in TEXT and self.is_credential(func.base):
                return True
            if func.name in _READERS and self.is_source(func.base):
                return isinstance(given, Str) and CREDENTIAL.search(given.value or "") is not None
        if self.answers and _ACCESSOR.search(name):
            return True
        takes = any(self.is_source(a) or self.is_credential(a) for a in args)
        return takes and _EXTRACTS.search(name) is not None and _VERIFIES.search(name) is None

    def is_source(self, expr: AnyExpr) -> bool:
        """The request, or what holds credentials in it."""
        return self.is_holder(expr) or self.is_request(expr)

    def is_holder(self, expr: AnyExpr) -> bool:
        """What holds credentials: headers, cookies, the query."""
        if isinstance(expr, Name):
            return expr.id in self.holders
        if dotted(expr) in self.holders:
            return True
        return isinstance(expr, Member) and expr.name in HOLDERS and self.is_request(expr.base)

    def is_request(self, expr: AnyExpr) -> bool:
        """The request itself."""
        name = dotted(expr)
        return name in self.request or (isinstance(expr, Member) and expr.name in ("request", "req", "raw"))
