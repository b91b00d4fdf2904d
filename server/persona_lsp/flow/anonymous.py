"""Whether a guard lets a caller pass who brings no credential: its code is followed as such a caller runs through it.

`if (!req.headers.authorization) return next()` makes a guard optional: it refuses wrong credentials, not missing ones.
Whatever holds a credential is empty for such a caller, and what is empty decides conditions; where a condition stays
open, both ways have to let the caller pass.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from persona_lsp.flow.ways import ends_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Binary,
    Call,
    Const,
    Def,
    Do,
    FunctionNode,
    Group,
    If,
    Index,
    Items,
    Lambda,
    Let,
    Member,
    Name,
    Node,
    Object,
    Raise,
    Return,
    Stmt,
    Str,
    Ternary,
    Try,
    Unary,
    With,
    children,
    dotted,
    walk,
)

_CREDENTIAL: Final = re.compile(
    r"^(?:proxy-?)?authorization$|^auth_?header$|token$|^x-(?:access|auth)|api[-_]?key$|\bjwt$|^bearer|credentials?$"
    r"|^(?:current_?|logged_?(?:in_?)?|auth_?|session_?)?user(?:_?(?:id|name))?$|^session$|^(?:is_?)?(?:logged_?in|authenticated)$",
    re.IGNORECASE,
)
"""Names of headers, cookies and values that say who calls."""
_HOLDERS: Final = frozenset(
    {"headers", "cookies", "signedCookies", "query", "raw", "COOKIES", "META", "args", "session"}
)
_READERS: Final = frozenset({"get", "header", "getHeader", "signedCookie"})
_EXTRACTS: Final = re.compile(r"token|bearer|auth\w*header|credential|jwt|api_?key", re.IGNORECASE)
_VERIFIES: Final = re.compile(r"verif|decode|valid|check|sign|find|load|authenticate|user|payload", re.IGNORECASE)
_TEXT: Final = frozenset(
    {"split", "slice", "substring", "substr", "replace", "trim", "startsWith", "toLowerCase", "match", "includes",
     "startswith", "strip", "lower", "partition", "removeprefix", "indexOf", "at", "toString", "test", "exec"}
)  # fmt: skip
_EQUAL: Final = frozenset({"==", "is"})
_UNEQUAL: Final = frozenset({"!=", "is-not"})
_REFUSES: Final = re.compile(
    r"abort|raise|deny|denied|unauthori[sz]ed|forbid|fail|throw|reject|exit|error|redirect|enforce|^require|^ensure",
    re.IGNORECASE,
)
_PAGES: Final = frozenset({"render_template", "make_response", "jsonify", "Response"})
_OPTIONAL: Final = re.compile(r"\bNone\b|\bOptional\b|\bundefined\b|\bnull\b")

_REFUSAL: Final = re.compile(
    r"\b40[13]\b|_40[13]\b|unauthori[sz]ed|forbidden|unauthenticated|not_?authenticated", re.IGNORECASE
)
"""What an answer is written with that refuses somebody for who they are."""
_FAILURE: Final = re.compile(
    r"\b[45]\d\d\b|_[45]\d\d\b|error|exception|bad_?request|not_?found|unprocessable", re.IGNORECASE
)
_ACCESSOR: Final = re.compile(
    r"^(?:get_?)?(?:current|logged_?in|auth(?:enticated)?|session|request)_?user(?:_?id)?$|jwt_?identity$"
    r"|user(?:_?id)?_?from_?(?:token|session|request|jwt|header)",
    re.IGNORECASE,
)
"""Functions that say who calls."""

_End = Literal["passed", "refused", "failed", "open"]
Passing = Literal["forward", "return", "nothing", "whatever", "true", "answer"]
"""What lets a request pass: calling the next handler, returning at all (dependencies), returning nothing (what runs
before handlers of Flask), returning whatever it is (what prepares the parts of a path there), returning true (Nest), or
any answer of a handler but one that refuses."""


class _UnclearError(Exception):
    """A statement that nothing is known about."""


def admits(
    function: FunctionNode,
    passing: Passing,
    *,
    request: Sequence[str] = (),
    response: Sequence[str] = (),
    forward: Sequence[str] = (),
    empty: Sequence[str] = (),
    marks: Sequence[str] = (),
    holding: Sequence[AnyExpr] = (),
    unasked: bool = False,
) -> bool:
    """Every way of a caller without credentials through the function lets the request pass, and one way asks for them.

    `request`, `response`, `forward`: what stands for the request, answers it, hands it on. `empty`: names that hold
    nothing for such a caller; `marks`: names of values that hold, `holding`: tests that do. With `unasked`, no way asks for credentials.
    """
    if function.has_error or (passing == "forward" and len(forward) != 1):
        return False
    run = _Run(request, response, forward, passing, marks)
    run.empty.update(empty)
    if passing in ("nothing", "whatever"):
        run.know_session()
    run.holding = frozenset((test.start, test.end) for test in holding)
    _take_parameters(function, run, (*request, *response, *forward))
    try:
        ends = run.ends(function.body)
    except _UnclearError:
        return False
    if passing in ("return", "nothing", "whatever") and "open" in ends:
        ends = (ends - {"open"}) | {"passed"}
    return ends == {"passed"} and run.asked is not unasked and not run.risky


def demands(
    function: FunctionNode,
    source: bytes,
    *,
    request: Sequence[str] = (),
    response: Sequence[str] = (),
    forward: Sequence[str] = (),
) -> bool:
    """Whether a handler refuses every caller who does not say who they are: `if (!req.user) return res.sendStatus(401)`."""
    if function.has_error:
        return False
    run = _Run(request, response, forward, "answer", (), source)
    if request == ("request",) or not request:
        run.empty.add("current_user")  # Flask-Login's, and what dependencies of FastAPI are called
    _take_parameters(function, run, (*request, *response, *forward))
    try:
        ends = run.ends(function.body)
    except _UnclearError:
        return False
    return "refused" in ends and ends <= {"refused", "failed"} and run.asked


def turns_away(function: FunctionNode, source: bytes, passing: Passing, *, request: Sequence[str] = ()) -> bool:
    """Whether what runs before handlers stops every caller who does not say who they are: `if not g.user: abort(403)`."""
    if function.has_error:
        return False
    run = _Run(request, (), (), passing, (), source)
    run.know_session()
    try:
        ends = run.ends(function.body)
    except _UnclearError:
        return False
    return ends == {"refused"} and run.asked


def _take_parameters(function: FunctionNode, run: "_Run", known: Sequence[str]) -> None:
    for param in function.params:
        # A dependency hands in an empty value only where its type says so.
        if param.name and param.name not in known and _CREDENTIAL.search(param.name):
            written = " ".join(_words(param.type)) if param.type is not None else ""
            if _OPTIONAL.search(written) or _is_none(param.default):
                run.empty.add(param.name)


class _Run:
    """One caller's way: `empty` are the names that hold nothing for it, `asked` says that a condition used one."""

    def __init__(
        self, request: Sequence[str], response: Sequence[str], forward: Sequence[str], passing: Passing,
        marks: Sequence[str], source: bytes = b"",
    ) -> None:  # fmt: skip
        self.source = source
        self.request = frozenset(request)
        self.response = frozenset(response)
        self.forward = forward[0] if forward else ""
        self.passing = passing
        self.marks = frozenset(marks)
        self.holding: frozenset[tuple[int, int]] = frozenset()
        self.empty: set[str] = set()
        self.holders: set[str] = set()
        self.asked = False
        self.risky = False

    def know_session(self) -> None:
        """What says who calls where no parameter is the request (Flask)."""
        self.empty |= {"current_user", "g.user", "flask_login.current_user"}
        self.holders |= {"session", "flask.session"}

    def ends(self, body: Sequence[Stmt]) -> set[_End]:
        """How the ways through some statements end."""
        return ends_of(body, self._end, "open")

    def _end(self, statement: Stmt) -> set[_End]:
        match statement:
            case Return(value=value):
                return self._returned(value)
            case Do(value=value):
                return self._done(value)
            case Raise():
                return {self._kind(statement) or "failed"} if self.passing == "answer" else {"refused"}
            case Assign(targets=targets, value=value):
                self._assigned(targets, value)
                return {"open"}
            case If(test=test, then=then, orelse=orelse):
                return self._branches(test, then, orelse)
            case Group(body=inner) | With(body=inner):
                return self.ends(inner)
            case Try(body=inner, catches=catches, orelse=orelse, final=final):
                before, self.risky = self.risky, False
                ends = self.ends((*inner, *orelse))
                caught, self.risky = self.risky and bool(catches), before or (self.risky and not catches)
                for catch in catches if caught else ():
                    ends |= self.ends(catch.body)
                return self.ends(final) | ends if final and "open" in self.ends(final) else ends
            case Def():
                return {"open"}
            case _:
                raise _UnclearError

    def _branches(self, test: AnyExpr, then: Sequence[Stmt], orelse: Sequence[Stmt]) -> set[_End]:
        self._used(test)
        held = self._holds(test)
        if held is not None:
            return self.ends(then if held else orelse)
        before = set(self.empty)
        ends = self.ends(then)
        after, self.empty = self.empty, before
        ends |= self.ends(orelse)
        self.empty &= after
        return ends

    def _returned(self, value: AnyExpr | None) -> set[_End]:
        if value is not None:
            self._used(value)
        if isinstance(value, Await):
            value = value.value
        if self.passing == "answer":
            return {(self._kind(value) if value is not None else None) or "passed"}
        if self.passing == "return":
            return {"refused"} if value is not None and self._answers(value) else {"passed"}
        if self.passing == "whatever":
            return {"passed"}
        if self.passing == "nothing":
            if value is None or _is_none(value):
                return {"passed"}
            if not self._answers(value):
                raise _UnclearError  # it may give nothing back
            return {"refused"}
        if self.passing == "true":
            return {"passed"} if _is_true(value) else {"refused"}
        return self._called(value) or {"refused"}

    def _done(self, value: AnyExpr) -> set[_End]:
        self._used(value)
        inner = value.value if isinstance(value, Await) else value
        if self.passing == "answer":
            kind = self._kind(inner) if self._answers(inner) else None
            return {kind} if kind is not None else {"open"}
        if self.passing == "forward":
            return self._called(inner) or {"open"}
        return {"refused"} if self._answers(inner) else {"open"}

    def _kind(self, node: Node) -> _End | None:
        """What an answer or failure is written with."""
        text = self.source[node.start : node.end].decode("utf-8", "replace")
        if _REFUSAL.search(text):
            return "refused"
        return "failed" if _FAILURE.search(text) else None

    def _answers(self, value: AnyExpr) -> bool:
        """The request is answered here, or refused by a function that is called for it."""
        if isinstance(value, Call) and _REFUSES.search(value.name):
            return True
        if self.passing == "nothing" and isinstance(value, Items):
            return True  # `return "Who are you?", 401`
        if self.passing == "nothing" and isinstance(value, Call) and value.name in _PAGES:
            return True
        if isinstance(value, Call) and isinstance(value.func, Name) and value.func.id == self.forward:
            return True
        return any(isinstance(part, Name) and part.id in self.response for part in walk(value))

    def _called(self, value: AnyExpr | None) -> set[_End] | None:
        """`next()`; `passport.authenticate("jwt", (err, user) => next())(req, res, next)`."""
        if not isinstance(value, Call):
            return None
        if isinstance(value.func, Name) and value.func.id == self.forward:
            return {"passed"} if not value.args else {"refused"}
        made = value.func
        if isinstance(made, Call) and made.name == "authenticate" and made.args:
            callback = made.args[-1]
            if isinstance(callback, Lambda):
                # No credential is no error: both are empty.
                self.empty |= {p.name for p in callback.function.params[:2] if p.name}
                self.asked = True
                return self.ends(callback.function.body)
        return None

    def _assigned(self, targets: Sequence[AnyExpr], value: AnyExpr | None) -> None:
        if value is not None:
            self._used(value)
        empty = value is None or self._holds(value) is False
        for target in targets:
            if isinstance(target, Object):
                for entry in target.entries:
                    name = dotted(entry.value)
                    if value is not None and self._is_request(value) and entry.name in _HOLDERS:
                        self.holders.add(name)
                        continue
                    held = value is not None and self._is_source(value) and _CREDENTIAL.search(entry.name)
                    self._bind(name, empty=bool(held) or (empty and value is not None))
            elif isinstance(target, Items):
                for item in target.items:
                    self._bind(dotted(item), empty=empty)
            elif value is not None and self._is_holder(value):
                self.holders.add(dotted(target))
            else:
                self._bind(dotted(target), empty=empty)

    def _bind(self, name: str, *, empty: bool) -> None:
        if name:
            (self.empty.add if empty else self.empty.discard)(name)

    def _used(self, expr: AnyExpr) -> None:
        """A call that is given a credential fails for want of one, unless it only takes it out of somewhere."""
        for part in self._reached(expr):
            if isinstance(part, Let):
                self._assigned((part.target,), part.value)
            if not isinstance(part, Call) or self._is_credential(part):
                continue
            if isinstance(part.func, Member) and part.func.name in _TEXT:
                continue
            if any(self._is_given(a) for a in (*part.args, *(k.value for k in part.kwargs))):
                self.risky = True

    def _is_given(self, value: AnyExpr) -> bool:
        """A credential, or what is made of one where there is one: `token.value if token else None`."""
        if isinstance(value, Ternary):
            return any(self._is_credential(v) for v in (value.then, value.orelse)) and self._holds(value) is False
        return self._is_credential(value)

    def _reached(self, expr: AnyExpr) -> Iterator[AnyExpr]:
        """The parts of an expression that are computed for such a caller; not those of functions in it."""
        pending = [expr]
        while pending:
            part = pending.pop()
            match part:
                case Lambda():
                    continue
                case Ternary(test=test, then=then, orelse=orelse) if (held := self._holds(test)) is not None:
                    pending += [then if held else orelse, test]
                case Binary(op="and" | "or" as op, left=left) if self._holds(left) is (op == "or"):
                    pending.append(left)
                case _:
                    yield part
                    pending.extend(children(part)[::-1])

    def _holds(self, expr: AnyExpr | None) -> bool | None:
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
                return self._holds(inner)
            case Let(value=inner):
                return self._holds(inner)
            case Unary(op="not", operand=operand):
                held = self._holds(operand)
                return None if held is None else not held
            case Binary(op="and" | "or" as op, left=left, right=right):
                first, second = self._holds(left), self._holds(right)
                deciding = op == "or"
                if first is deciding or (second is deciding and first is not None):
                    return deciding
                return not deciding if first is (not deciding) and second is (not deciding) else None
            case Binary(op="??", left=left, right=right):
                return self._holds(right) if self._is_credential(left) else self._holds(left)
            case Binary(op=op, left=left, right=right) if op in _EQUAL | _UNEQUAL:
                return self._compared(op, left, right)
            case Binary(op="in" | "not-in" as op, left=Str(value=key), right=right) if self._is_holder(right):
                if key is None or _CREDENTIAL.search(key) is None:
                    return None
                self.asked = True
                return op == "not-in"
            case Ternary(test=test, then=then, orelse=orelse):
                held = self._holds(test)
                if held is not None:
                    return self._holds(then if held else orelse)
                first, second = self._holds(then), self._holds(orelse)
                return first if first is second else None
            case Name(id=name) if name in self.marks:
                return True
            case Member(base=base, name="is_anonymous") if self._is_credential(base):
                self.asked = True
                return True
            case _:
                if self._is_credential(expr):
                    self.asked = True
                    return False
                return None

    def _compared(self, op: str, left: AnyExpr, right: AnyExpr) -> bool | None:
        if isinstance(left, Unary) and left.op == "typeof" and self._is_credential(left.operand):
            self.asked = True
            same = isinstance(right, Str) and right.value == "undefined"
            return same if op in _EQUAL else not same
        if isinstance(right, Unary) or not self._is_credential(left):
            return None
        self.asked = True
        nothing = (isinstance(right, Const) and not right.value) or (isinstance(right, Str) and right.value == "")
        if isinstance(right, Name) and right.id == "undefined":
            nothing = True
        if not nothing and not isinstance(right, Const | Str):
            return None
        return nothing if op in _EQUAL else not nothing

    def _is_credential(self, expr: AnyExpr) -> bool:
        match expr:
            case Await(value=inner):
                return self._is_credential(inner)
            case Name(id=name):
                return name in self.empty
            case Member(base=base, name=name):
                if name == "is_anonymous":
                    return False  # that holds for whoever did not say who they are
                if self._is_credential(base) or dotted(expr) in self.empty:
                    return True
                return _CREDENTIAL.search(name) is not None and self._is_source(base)
            case Index(base=base, keys=keys):
                if self._is_credential(base):
                    return True
                key = keys[0] if len(keys) == 1 else None
                written = key.value if isinstance(key, Str) else dotted(key) if key is not None else ""
                return _CREDENTIAL.search((written or "").rsplit(".", 1)[-1]) is not None and self._is_holder(base)
            case Call(func=func, args=args):
                return self._is_taken(func, args)
            case Binary(op="and", left=left, right=right):
                return self._is_credential(left) or self._is_credential(right)
            case Binary(op="or" | "??", left=left, right=right):
                nothing = isinstance(right, Items | Object) and not (
                    right.items if isinstance(right, Items) else right.entries
                )
                held = nothing or self._is_credential(right) or self._holds(right) is False
                return held and self._is_credential(left)
            case _:
                return False

    def _is_taken(self, func: AnyExpr, args: Sequence[AnyExpr]) -> bool:
        """What takes a credential out of the request, or makes another text of it."""
        name = func.name if isinstance(func, Member) else func.id if isinstance(func, Name) else ""
        given = args[0] if args else None
        if isinstance(func, Member):
            if func.name in _TEXT and self._is_credential(func.base):
                return True
            if func.name in _READERS and self._is_source(func.base):
                return isinstance(given, Str) and _CREDENTIAL.search(given.value or "") is not None
        if self.passing == "answer" and _ACCESSOR.search(name):
            return True
        takes = any(self._is_source(a) or self._is_credential(a) for a in args)
        return takes and _EXTRACTS.search(name) is not None and _VERIFIES.search(name) is None

    def _is_source(self, expr: AnyExpr) -> bool:
        return self._is_holder(expr) or self._is_request(expr)

    def _is_holder(self, expr: AnyExpr) -> bool:
        if isinstance(expr, Name):
            return expr.id in self.holders
        if dotted(expr) in self.holders:
            return True
        return isinstance(expr, Member) and expr.name in _HOLDERS and self._is_request(expr.base)

    def _is_request(self, expr: AnyExpr) -> bool:
        name = dotted(expr)
        return name in self.request or (isinstance(expr, Member) and expr.name in ("request", "req", "raw"))


def _is_true(value: AnyExpr | None) -> bool:
    """`return true`, `return Promise.resolve(true)`, `return of(true)`."""
    if isinstance(value, Call) and value.name in ("resolve", "of") and len(value.args) == 1:
        value = value.args[0]
    return isinstance(value, Const) and value.value is True


def _is_none(default: AnyExpr | None) -> bool:
    return isinstance(default, Const) and default.value is None


def _words(expr: AnyExpr) -> Iterator[str]:
    for part in walk(expr):
        if isinstance(part, Name):
            yield part.id
        elif isinstance(part, Member):
            yield part.name
        elif isinstance(part, Const) and part.value is None:
            yield "None"
