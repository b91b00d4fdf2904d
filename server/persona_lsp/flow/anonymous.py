"""Whether a guard lets a caller pass who brings no credential: its code is followed as such a caller runs through it.

`if (!req.headers.authorization) return next()` makes a guard optional: it refuses wrong credentials, not missing ones.
Whatever holds a credential is empty for such a caller, and what is empty decides conditions; where a condition stays
open, both ways have to let the caller pass.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from persona_lsp.flow.credentials import CREDENTIAL, HOLDERS, TEXT, Values
from persona_lsp.flow.ways import acting, ends_of
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
    Ternary,
    Try,
    With,
    children,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

_REFUSES: Final = lazy(
    r"abort|raise|deny|denied|unauthori[sz]ed|forbid|fail|throw|reject|exit|error|redirect|enforce|^require|^ensure",
    re.IGNORECASE,
)
_PAGES: Final = frozenset({"render_template", "make_response", "jsonify", "Response"})
_OPTIONAL: Final = lazy(r"\bNone\b|\bOptional\b|\bundefined\b|\bnull\b")

_REFUSAL: Final = lazy(
    r"\b40[13]\b|_40[13]\b|unauthori[sz]ed|forbidden|unauthenticated|not_?authenticated", re.IGNORECASE
)
"""What an answer is written with that refuses somebody for who they are."""
_ELSEWHERE: Final = lazy(r"redirect", re.IGNORECASE)
_LOGIN: Final = lazy(r"log_?in\b|sign_?in\b|log_?on\b|authenticate\b", re.IGNORECASE)
"""Where those are sent who have to say who they are."""
_FAILURE: Final = lazy(r"\b[45]\d\d\b|_[45]\d\d\b|error|exception|bad_?request|not_?found|unprocessable", re.IGNORECASE)

_SENDS: Final = frozenset({"json", "jsonp", "send", "end", "render", "redirect", "sendFile", "sendStatus"})
"""What sends an answer."""

End = Literal["passed", "refused", "failed", "sent", "open"]
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
    run_as: "type[Run] | None" = None,
) -> bool:
    """Every way of a caller without credentials through the function lets the request pass, and one way asks for them.

    `request`, `response`, `forward`: what stands for the request, answers it, hands it on. `empty`: names that hold
    nothing for such a caller; `marks`: names of values that hold, `holding`: tests that do. With `unasked`, no way asks for
    credentials.
    """
    function = acting(function, request) if passing == "forward" else function
    if function.has_error or (passing == "forward" and len(forward) != 1):
        return False
    run = (run_as or Run)(request, response, forward, passing, marks)
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
    run_as: "type[Run] | None" = None,
) -> bool:
    """Whether a handler refuses every caller who does not say who they are: `if (!req.user) return res.sendStatus(401)`."""
    ends = _answered(function, source, request, response, forward, run_as)
    return "refused" in ends and ends <= {"refused", "failed"}


def sends_away(
    function: FunctionNode,
    source: bytes,
    *,
    request: Sequence[str] = (),
    response: Sequence[str] = (),
    forward: Sequence[str] = (),
) -> bool:
    """Whether a handler sends those elsewhere who do not say who they are, to sign in or not: `return redirect("home")`."""
    ends = _answered(function, source, request, response, forward)
    return "sent" in ends and ends <= {"refused", "failed", "sent"}


def _answered(
    function: FunctionNode,
    source: bytes,
    request: Sequence[str],
    response: Sequence[str],
    forward: Sequence[str],
    run_as: "type[Run] | None" = None,
) -> set[End]:
    """How a handler ends for those who do not say who they are; nothing if it does not ask, or nobody can tell."""
    if function.has_error:
        return set()
    run = (run_as or Run)(request, response, forward, "answer", (), source)
    if request == ("request",) or not request:
        run.empty.add("current_user")  # Flask-Login's, and what dependencies of FastAPI are called
    if request == ("request",):
        run.know_session()
    _take_parameters(function, run, (*request, *response, *forward))
    try:
        ends = run.ends(function.body)
    except _UnclearError:
        return set()
    return ends if run.asked else set()


def turns_away(function: FunctionNode, source: bytes, passing: Passing, *, request: Sequence[str] = ()) -> bool:
    """Whether what runs before handlers stops every caller who does not say who they are: `if not g.user: abort(403)`."""
    if function.has_error:
        return False
    run = Run(request, (), (), passing, (), source)
    run.know_session()
    try:
        ends = run.ends(function.body)
    except _UnclearError:
        return False
    return ends == {"refused"} and run.asked


def gates(
    function: FunctionNode,
    source: bytes,
    calls: Sequence[tuple[int, int]],
    *,
    request: Sequence[str] = (),
    response: Sequence[str] = (),
    forward: Sequence[str] = (),
) -> tuple[int, ...]:
    """Those of some calls that every caller without credentials comes to, if each of them would refuse him.

    `calls` are their places; the numbers of those that were reached are given, none if a way leads past all of them.
    """
    run = Run(request, response, forward, "answer", (), source)
    run.gates = {place: number for number, place in enumerate(calls)}
    try:
        ends = run.ends(function.body)
    except _UnclearError:
        return ()
    return tuple(sorted(run.stopped)) if ends <= {"refused", "failed"} else ()


def _take_parameters(function: FunctionNode, run: "Run", known: Sequence[str]) -> None:
    for param in function.params:
        # A dependency hands in an empty value only where its type says so.
        if param.name and param.name not in known and CREDENTIAL.search(param.name):
            written = " ".join(_words(param.type)) if param.type is not None else ""
            if _OPTIONAL.search(written) or _is_none(param.default):
                run.empty.add(param.name)


class Run(Values):
    """One caller's way through a function."""

    begins_empty = True
    """Of a name that is declared without a value: it holds nothing."""

    def __init__(
        self, request: Sequence[str], response: Sequence[str], forward: Sequence[str], passing: Passing,
        marks: Sequence[str], source: bytes = b"",
    ) -> None:  # fmt: skip
        super().__init__(request, marks, answers=passing == "answer")
        self.source = source
        self.response = frozenset(response)
        self.forward = forward[0] if forward else ""
        self.passing = passing
        self.gates: dict[tuple[int, int], int] = {}
        self.stopped: set[int] = set()
        self.known = False
        """A condition has told them from those who say who they are, whom it lets in."""
        self.risky = False

    def ends(self, body: Sequence[Stmt]) -> set[End]:
        """How the ways through some statements end."""
        return ends_of(body, self._end, "open")

    def _stops(self, statement: Stmt) -> bool:
        """A call that refuses such callers stands in the statement itself, before what it leads to."""
        stopped = False
        for name in ("test", "value"):
            expr = getattr(statement, name, None)
            for part in self._reached(expr) if expr is not None else ():
                number = self.gates.get((part.start, part.end)) if isinstance(part, Call) else None
                if number is not None:
                    self.stopped.add(number)
                    stopped = True
        return stopped

    def _end(self, statement: Stmt) -> set[End]:
        if self.gates and self._stops(statement):
            return {"refused"}
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

    def _branches(self, test: AnyExpr, then: Sequence[Stmt], orelse: Sequence[Stmt]) -> set[End]:
        self._used(test)
        held = self.holds(test)
        if held is not None:
            known = self.known
            self.known = known or (held and self.asked) or (not held and _welcomes(then))
            ends = self.ends(then if held else orelse)
            if held:
                self.known = known
            return ends
        before = set(self.empty)
        ends = self.ends(then)
        after, self.empty = self.empty, before
        ends |= self.ends(orelse)
        self.empty &= after
        return ends

    def _returned(self, value: AnyExpr | None) -> set[End]:
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

    def _done(self, value: AnyExpr) -> set[End]:
        self._used(value)
        inner = value.value if isinstance(value, Await) else value
        if self.passing == "answer":
            kind = self._kind(inner) if self._answers(inner) else None
            if kind is None and self.gates and isinstance(inner, Call) and inner.name in _SENDS:
                return {"passed"} if self._answers(inner) else {"open"}
            return {kind} if kind is not None else {"open"}
        if self.passing == "forward":
            return self._called(inner) or {"open"}
        return {"refused"} if self._answers(inner) else {"open"}

    def _kind(self, node: Node) -> End | None:
        """What an answer or failure is written with."""
        text = self.source[node.start : node.end].decode("utf-8", "replace")
        if _REFUSAL.search(text):
            return "refused"
        if self.known and isinstance(node, Call) and _ELSEWHERE.search(node.name):
            return "refused" if _LOGIN.search(text) else "sent"
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

    def _called(self, value: AnyExpr | None) -> set[End] | None:
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
        empty = self.begins_empty if value is None else self.holds(value) is False
        for target in targets:
            if isinstance(target, Object):
                for entry in target.entries:
                    name = dotted(entry.value)
                    if value is not None and self.is_request(value) and entry.name in HOLDERS:
                        self.holders.add(name)
                        continue
                    held = value is not None and self.is_source(value) and CREDENTIAL.search(entry.name)
                    self._bind(name, empty=bool(held) or (empty and value is not None))
            elif isinstance(target, Items):
                for item in target.items:
                    self._bind_one_of(dotted(item), empty=empty)
            elif value is not None and self.is_holder(value):
                self.holders.add(dotted(target))
            else:
                name = dotted(target)
                self._bind(name, empty=empty or (value is not None and self._is_called_one(name, value)))

    def _is_called_one(self, name: str, value: AnyExpr) -> bool:
        """`const token = req.cookies[config.name]`: under a key that nobody can read, by the name that it is given."""
        return isinstance(value, Index) and self.is_holder(value.base) and CREDENTIAL.search(name) is not None

    def _bind_one_of(self, name: str, *, empty: bool) -> None:
        """One of several names that a value is taken apart into."""
        self._bind(name, empty=empty)

    def _bind(self, name: str, *, empty: bool) -> None:
        if name:
            (self.empty.add if empty else self.empty.discard)(name)

    def _used(self, expr: AnyExpr) -> None:
        """A call that is given a credential fails for want of one, unless it only takes it out of somewhere."""
        for part in self._reached(expr):
            if isinstance(part, Let):
                self._assigned((part.target,), part.value)
            if not isinstance(part, Call) or self.is_credential(part):
                continue
            if isinstance(part.func, Member) and part.func.name in TEXT:
                continue
            if any(self._is_given(a) for a in (*part.args, *(k.value for k in part.kwargs))):
                self.risky = True

    def _is_given(self, value: AnyExpr) -> bool:
        """A credential, or what is made of one where there is one: `token.value if token else None`."""
        if isinstance(value, Ternary):
            return any(self.is_credential(v) for v in (value.then, value.orelse)) and self.holds(value) is False
        return self.is_credential(value)

    def _reached(self, expr: AnyExpr) -> Iterator[AnyExpr]:
        """The parts of an expression that are computed for such a caller; not those of functions in it."""
        pending = [expr]
        while pending:
            part = pending.pop()
            match part:
                case Lambda():
                    continue
                case Ternary(test=test, then=then, orelse=orelse) if (held := self.holds(test)) is not None:
                    pending += [then if held else orelse, test]
                case Binary(op="and" | "or" as op, left=left) if self.holds(left) is (op == "or"):
                    pending.append(left)
                case _:
                    yield part
                    pending.extend(children(part)[::-1])


def _welcomes(body: Sequence[Stmt]) -> bool:
    """Whoever gets here is answered, and sent nowhere else."""
    last = body[-1] if body else None
    value = last.value if isinstance(last, Return) else None
    return value is not None and not (isinstance(value, Call) and _ELSEWHERE.search(value.name))


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
