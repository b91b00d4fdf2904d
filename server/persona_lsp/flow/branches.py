"""What a condition says about the branch behind it: absence, bad input, no login, no right."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from persona_lsp.facts.body import Branch
from persona_lsp.syntax.ir import AnyExpr, Await, Binary, Call, Const, Let, Member, Name, Str, Unary, dotted, walk
from persona_lsp.text.patterns import lazy

_ABSENT_TESTS: Final = frozenset({"nil?", "blank?", "isEmpty", "isNull", "empty?", "is_none", "isNil", "undefined"})
_PRESENT_TESTS: Final = frozenset(
    {"present?", "isPresent", "any?", "exists", "is_some", "some?", "persisted?", "nonNull"}
)
_NULL_FUNCTIONS: Final = frozenset({"isNull", "isNil", "isEmpty", "isUndefined"})

_ANSWERED: Final = frozenset(
    {"performed?", "committed?", "headersSent", "writableEnded", "writableFinished", "isCommitted"}
)
"""What frameworks call the question whether an answer was sent."""

_ROLE: Final = lazy(
    r"is_?(?:[a-z]+_)*(?:super_?)?admin|is_?superuser|is_?staff|is_?owner|is_?author\b|has_?role|has_?permission|has_?authority|\b(?:can|may)_?\w*\?|\bcan\(|permitted|"
    r"\bacl_?\w*\(|has_?access|privilege|\brole\b|roles\b|is_?moderator|authorized_for|allowed_to|can_(?:edit|write|delete|manage|access|update)\w*"
)
"""This and the next four are looked for in text in lower case: to ignore the case takes five times as long."""
_CREDENTIAL: Final = lazy(
    r"authorization\b|bearer|\btoken\b|jwt|credential|api_?key|session\b|logged_?in|signed_?in|authenticated|password|passwd|"
    r"verify_?password|check_?password|compare|authenticate\b"
)
_HANDLE: Final = lazy(r"\b(?:db|async|sql|orm|read|write)_?session\b|,\s*(?:\w+=)?session(?=\s*[,)])")
"""The session of a database, which helps to ask and is not what is asked."""
_ARGUMENT: Final = lazy(r"""\b\w+\s*(?<![=!<>])=(?!=)\s*(?:'[^']*'|"[^"]*"|[\w.]+)""")
"""What is handed over by name says what is asked about, not what is asked: `allowed(resource="credential")`."""
_VALIDATION: Final = lazy(
    r"\bvalid|errors?\b|has_?errors|\.save\b|\.update\b|safeparse|success\b|isarray|validate|typeof|invalid|missing"
)
_OWNER: Final = lazy(
    r"(?:owner|author|user|created_?by|creator|tenant|account|customer|member|seller)(?:_?id)?\b", re.IGNORECASE
)


def absent_names(test: AnyExpr) -> frozenset[str]:
    """Names that are known to be absent when the test holds: `not x`, `x is None`, `!x`, `x.nil?`, and `or`s of these."""
    match test:
        case Unary(op="not", operand=operand):
            return present_names(operand)
        case Binary(op="or", left=left, right=right):
            return absent_names(left) | absent_names(right)
        case Binary(op="==" | "is", left=left, right=right):
            return _null_compared(left, right)
        case Call() if test.name in _ABSENT_TESTS and test.receiver is not None and not test.args:
            return _name_of(test.receiver)
        case Call() if test.name in _NULL_FUNCTIONS and test.args:
            return _name_of(test.args[0])
        case Member(name=name, base=base) if name in _ABSENT_TESTS:
            return _name_of(base)
        case _:
            return frozenset()


def present_names(test: AnyExpr) -> frozenset[str]:
    """Names that are known to be present when the test holds."""
    match test:
        case Name(id=name):
            return frozenset({name})
        case Await(value=value):
            return present_names(value)
        case Let(target=target):
            return _name_of(target)
        case Unary(op="not", operand=operand):
            return absent_names(operand)
        case Binary(op="and", left=left, right=right):
            return present_names(left) | present_names(right)
        case Binary(op="!=" | "is-not", left=left, right=right):
            return _null_compared(left, right)
        case Call() if test.name in _PRESENT_TESTS and test.receiver is not None:
            return _name_of(test.receiver)
        case Member(name=name, base=base) if name in _PRESENT_TESTS:
            return _name_of(base)
        case _:
            return frozenset()


def _null_compared(left: AnyExpr, right: AnyExpr) -> frozenset[str]:
    if isinstance(right, Const) and right.value is None:
        return _name_of(left)
    if isinstance(left, Const) and left.value is None:
        return _name_of(right)
    return frozenset()


def _name_of(expr: AnyExpr) -> frozenset[str]:
    match expr:
        case Name(id=name):
            return frozenset({name})
        case Let(target=target):
            return _name_of(target)
        case Member():
            name = dotted(expr)
            return frozenset({name}) if name else frozenset()
        case _:
            return frozenset()


def classify(
    test: AnyExpr,
    *,
    negated: bool,
    looked_up: Callable[[str], bool],
    principal: Callable[[AnyExpr], bool],
    text: str,
) -> Branch:
    """The branch that is entered when `test` holds (or fails, if `negated`).

    `looked_up(name)`: the name holds the result of a lookup. `principal(expr)`: the expression is the caller.
    `text` is the source of the test.
    """
    gone = present_names(test) if negated else absent_names(test)
    if any(looked_up(name) for name in gone):
        return Branch.NOT_FOUND
    mentions_principal = any(principal(part) for part in walk(test))
    if mentions_principal and _only_absence_of_principal(test, principal, negated=negated):
        return Branch.UNAUTHENTICATED
    said = _said(text)
    if said is Branch.FORBIDDEN or (mentions_principal and _compares(test)) or _compares_owner(test, text):
        return Branch.FORBIDDEN
    return said


@lru_cache(maxsize=4096)
def _said(text: str) -> Branch:
    """What the words of a condition are about; conditions repeat, and looking for so many words takes its time."""
    text = text.lower()
    if _ROLE.search(text):
        return Branch.FORBIDDEN
    if _CREDENTIAL.search(_ARGUMENT.sub("", _HANDLE.sub("", text))):
        return Branch.UNAUTHENTICATED
    return Branch.VALIDATION if _VALIDATION.search(text) else Branch.OTHER


def is_mixed(test: AnyExpr, principal: Callable[[AnyExpr], bool], assigned: Callable[[str], AnyExpr | None]) -> bool:
    """The branch is entered by callers who are not known and by those who lack a right alike.

    `not user or not user.is_admin`, or `not permitted` where `permitted = user && user.is_admin || public`.
    """
    if any(
        isinstance(part, Binary)
        and part.op == "or"
        and any(_only_absence_of_principal(side, principal, negated=False) for side in (part.left, part.right))
        for part in walk(test)
    ):
        return True
    values = (assigned(name) for name in absent_names(test))
    return any(
        isinstance(part, Binary) and part.op == "and" and principal(part.left)
        for value in values
        if value is not None
        for part in _inside(value)
    )


def unanswered(test: AnyExpr, *, holds: bool) -> bool:
    """Nothing was answered yet where the test holds (or fails): `!res.headersSent`, `performed?` for the other way."""
    match test:
        case Unary(op="not", operand=operand):
            return unanswered(operand, holds=not holds)
        case Binary(op="and" | "or" as op, left=left, right=right):
            sides = (unanswered(left, holds=holds), unanswered(right, holds=holds))
            return any(sides) if holds == (op == "and") else all(sides)
        case Call() | Member():
            return not holds and test.name in _ANSWERED
        case Name(id=name):
            return not holds and name in _ANSWERED
        case _:
            return False


def _inside(expr: AnyExpr) -> Iterator[AnyExpr]:
    """The parts of an expression with those of the blocks it is given."""
    for part in walk(expr):
        yield part
        if isinstance(part, Call) and part.block is not None:
            for statement in part.block.function.body:
                value = getattr(statement, "value", None)
                if value is not None:
                    yield from walk(value)


def _only_absence_of_principal(test: AnyExpr, principal: Callable[[AnyExpr], bool], *, negated: bool) -> bool:
    match test:
        case Unary(op="not", operand=operand):
            return not negated and principal(operand)
        case Binary(op="==" | "is", left=left, right=right):
            return not negated and (
                (principal(left) and isinstance(right, Const)) or (principal(right) and isinstance(left, Const))
            )
        case Call() if test.name in _ABSENT_TESTS and test.receiver is not None:
            return not negated and principal(test.receiver)
        case _:
            return negated and principal(test)


def _compares(test: AnyExpr) -> bool:
    return any(
        (isinstance(part, Binary) and part.op in ("==", "!=", "is", "is-not", "in", "not-in") and not _is_null(part))
        or (isinstance(part, Call) and part.name in ("equals", "includes", "contains", "include?", "eql?", "is"))
        for part in walk(test)
    )


def _compares_owner(test: AnyExpr, text: str) -> bool:
    """`order.user_id != user.id`: both sides name a person."""
    for part in walk(test):
        if isinstance(part, Binary) and part.op in ("==", "!=") and not _is_null(part):
            sides = [s for s in (part.left, part.right) if not isinstance(s, Const | Str)]
            if len(sides) == 2 and all(isinstance(s, Member | Call) for s in sides):  # both sides
                names = [_last(s) for s in sides]
                if (
                    all(n in ("id", "_id") or _OWNER.search(n) for n in names)
                    and any(_OWNER.search(n) for n in names)
                    and len(_OWNER.findall(text)) > 1
                ):
                    return True
    return False


def _last(expr: AnyExpr) -> str:
    return expr.name if isinstance(expr, Member | Call) else ""


def _is_null(part: Binary) -> bool:
    return any(isinstance(s, Const) and s.value is None for s in (part.left, part.right))
