"""What becomes of a request without a credential in middleware of the project: its code is followed as such a one is.

Whatever holds a credential is empty for it, which decides conditions; where a condition stays open, both ways count.
What answers something else than a refusal (a file, a health check) says nothing about callers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.flow.ways import ends_of
from persona_lsp.frameworks.aspnet.attributes import simple, type_name
from persona_lsp.frameworks.aspnet.errors import is_middleware
from persona_lsp.frameworks.aspnet.statuses import status_value
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Binary,
    Call,
    ClassNode,
    Const,
    Do,
    FunctionNode,
    Group,
    If,
    Index,
    Member,
    Module,
    Name,
    Raise,
    Return,
    Stmt,
    Str,
    Try,
    Unary,
    With,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

MIDDLEWARE: Final = "middleware"
_End = Literal["passed", "refused", "answered", "open"]
_DEEPEST: Final = 3
_REFUSALS: Final = frozenset({401, 403})
_CREDENTIAL: Final = lazy(r"authori[sz]ation|token|api[-_ ]?key|secret|signature|credential|^x-auth", re.IGNORECASE)
_KEY_NAME: Final = lazy(r"authori[sz]ation|token|api_?key|auth|secret|credential", re.IGNORECASE)
"""Names of constants that hold the names of such headers."""
_HOLDERS: Final = frozenset({"Headers", "Query", "Cookies", "Form", "Keys"})
_TEXT: Final = frozenset({
    "FirstOrDefault", "First", "LastOrDefault", "Last", "ToString", "Split", "Trim", "Replace", "Substring", "Single",
    "SingleOrDefault", "AsSpan", "ToLower", "ToUpper", "Value",
})  # fmt: skip
_EMPTY: Final = frozenset({"IsNullOrEmpty", "IsNullOrWhiteSpace"})
_HAS: Final = frozenset({"ContainsKey", "Contains", "TryGetValue", "Any", "HasValue", "StartsWith", "Equals"})
_KNOWN: Final = frozenset({"IsAuthenticated", "Succeeded"})
_REFUSED: Final = lazy(r"unauthori[sz]|forbid|authenticat|accessdenied|security", re.IGNORECASE)


_CONTEXTS: Final = frozenset({
    "AuthorizationFilterContext", "ActionExecutingContext", "ResourceExecutingContext", "EndpointFilterInvocationContext",
})  # fmt: skip
_DELEGATES: Final = frozenset({
    "RequestDelegate", "ActionExecutionDelegate", "ResourceExecutionDelegate", "EndpointFilterDelegate",
})  # fmt: skip
_FILTER: Final = lazy(
    r"^I(?:Async)?(?:Authorization|Action|Resource)Filter$|^IEndpointFilter$|FilterAttribute$|^Attribute$"
)
_REFUSING: Final = lazy(r"(?:Unauthorized|Forbid|Challenge)(?:$|\w*Result$|HttpResult$)")
_OTHER_ANSWER: Final = 400
_SPEAKS: Final = lazy(
    r"\b40[13]\b|authori[sz]|unauthenticated|forbid|api[-_]?key|(?<!cancellation)token", re.IGNORECASE
)


class _UnclearError(Exception):
    """Something that nobody can follow."""


def middleware_demands(cls: ClassNode, module: Module) -> Iterator[Guard]:
    """What middleware demands of callers: a guard of its class; of the kind `other` if strangers pass."""
    for method in cls.methods:
        if is_middleware(method, cls) or _is_filter(method, cls):
            at = Where(module.path, cls.name_start, cls.name_end)
            kind = _kind(method, cls)
            doubtful = kind is GuardKind.UNKNOWN and speaks_of_callers(
                module.source[cls.start : cls.end].decode("utf-8", "replace")
            )
            yield Guard(MIDDLEWARE, kind, Level.APP, at, conditional=doubtful, only=(method.name,))


def _is_filter(method: FunctionNode, cls: ClassNode) -> bool:
    """A filter of actions or endpoints, which an attribute may be; not what a controller does before its own actions."""
    asked = any(type_name(p.type) in _CONTEXTS for p in method.params)
    return asked and any(_FILTER.search(type_name(base)) for base in cls.bases)


def inline_demands(function: FunctionNode) -> GuardKind:
    """What `app.Use(async (context, next) => …)` demands of callers."""
    if len(function.params) != 2:
        return GuardKind.UNKNOWN
    context, forward = (frozenset({p.name}) for p in function.params)
    return _told(_Run(context, forward, {}, {}), function)


def speaks_of_callers(text: str) -> bool:
    """The code of middleware that cannot be followed may be about who calls."""
    return _SPEAKS.search(text) is not None


def _kind(method: FunctionNode, cls: ClassNode) -> GuardKind:
    forward = {f.name for f in cls.fields if type_name(f.type) in _DELEGATES}
    forward |= {p.name for m in (method, *_made(cls)) for p in m.params if type_name(p.type) in _DELEGATES}
    context = {p.name for p in method.params if type_name(p.type) in {"HttpContext", *_CONTEXTS}}
    texts = {f.name: f.value.value or "" for f in cls.fields if isinstance(f.value, Str)}
    methods = {m.name: m for m in cls.methods}
    return _told(_Run(frozenset(context), frozenset(forward), methods, texts, passive=not forward), method)


def _told(run: "_Run", method: FunctionNode) -> GuardKind:
    try:
        ends = run.whole(method)
    except (_UnclearError, RecursionError):
        return GuardKind.UNKNOWN
    told = ends - {"answered"}
    if method.has_error or len(told) != 1:
        return GuardKind.UNKNOWN
    return GuardKind.AUTHN if told == {"refused"} else GuardKind.OTHER


def _made(cls: ClassNode) -> Iterator[FunctionNode]:
    return (m for m in cls.methods if "constructor" in m.modifiers)


class _Run:
    """The way of one request through the code: `empty` are names that hold nothing, `status` what was set so far."""

    def __init__(
        self, context: frozenset[str], forward: frozenset[str], methods: Mapping[str, FunctionNode],
        texts: Mapping[str, str], *, passive: bool = False,
    ) -> None:  # fmt: skip
        self.context = context
        self.forward = forward
        self.methods = methods
        self.texts = texts
        self.passive = passive
        self.empty: set[str] = set()
        self.status: int | None = None
        self.depth = 0

    def whole(self, method: FunctionNode) -> set[_End]:
        """How the ways through a method end; who is not passed on is answered."""
        return {self._over() if end == "open" else end for end in self.ends(method.body)}

    def ends(self, body: Sequence[Stmt]) -> set[_End]:
        """How the ways through some statements end."""
        return ends_of(body, self._end, "open")

    def _over(self) -> _End:
        """What has been answered at the end; a filter that answers nothing lets the request pass."""
        if self.passive and self.status is None:
            return "passed"
        return "refused" if self.status in _REFUSALS else "answered"

    def _end(self, statement: Stmt) -> set[_End]:
        match statement:
            case Return(value=value):
                self.status = _answer(value) or self.status
                ends: set[_End] = self._done(value) if value is not None else {"open"}
                return {self._over() if end == "open" else end for end in ends}
            case Do(value=value):
                return self._done(value)
            case Raise(value=value):
                named = type_name(value.func) if isinstance(value, Call) else ""
                return {"refused" if _REFUSED.search(named) else "answered"}
            case Assign(targets=targets, value=value) if value is not None:
                for target in targets:
                    self._assigned(target, value)
                return {"open"} if not isinstance(value, Await | Call) else self._done(value)
            case If(test=test, then=then, orelse=orelse):
                return self._branches(test, then, orelse)
            case Group(body=inner) | With(body=inner):
                return self.ends(inner)
            case Try(body=inner, catches=catches, orelse=orelse, final=final):
                if catches and any(self._is_given(part) for s in inner for part in _parts(s)):
                    raise _UnclearError
                return self.ends((*inner, *orelse, *final))
            case Assign():
                return {"open"}
            case _:
                raise _UnclearError

    def _branches(self, test: AnyExpr, then: Sequence[Stmt], orelse: Sequence[Stmt]) -> set[_End]:
        for part in walk(test):
            if isinstance(part, Call) and part.name == "TryGetValue" and self._is_taken(part):
                # What `out var key` would hold is not there.
                self.empty |= {a.id for a in part.args[1:] if isinstance(a, Name)}
        held = self._holds(test)
        if held is not None:
            return self.ends(then if held else orelse)
        if any(self._is_handed(part) for part in walk(test)):
            raise _UnclearError
        before, status = set(self.empty), self.status
        ends = self.ends(then)
        first = self.status if "open" in ends else None
        after, self.empty, self.status = self.empty, before, status
        ends |= self.ends(orelse)
        self.empty &= after
        self.status = self.status if self.status is not None else first
        return ends

    def _done(self, value: AnyExpr) -> set[_End]:
        inner = value.value if isinstance(value, Await) else value
        while isinstance(inner, Call) and inner.name == "ConfigureAwait" and inner.receiver is not None:
            inner = inner.receiver
        if not isinstance(inner, Call):
            return {"open"}
        owner = dotted(inner.receiver) if inner.receiver is not None else ""
        if (inner.name in self.forward and not owner) or (inner.name == "Invoke" and simple(owner) in self.forward):
            return {"passed"}
        own = self.methods.get(inner.name) if owner in {"", "this"} else None
        if own is not None:
            return self._inside(own, inner)
        if any(self._is_handed(part) for part in walk(inner)):
            raise _UnclearError
        return {"open"}

    def _is_handed(self, part: object) -> bool:
        """A call that is given the request, and may do with it what it likes."""
        given = part.args if isinstance(part, Call) else ()
        return any(dotted(a) in self.context or simple(dotted(a)) in self.forward for a in given)

    def _inside(self, method: FunctionNode, call: Call) -> set[_End]:
        """A method of the middleware itself, which may pass the request on or refuse it."""
        if self.depth >= _DEEPEST:
            raise _UnclearError
        inner = _Run(self.context, self.forward, self.methods, self.texts)
        inner.depth, inner.status = self.depth + 1, self.status
        names = {p.name for p in method.params if type_name(p.type) == "HttpContext"}
        inner.context |= names
        inner.forward |= {p.name for p in method.params if type_name(p.type) == "RequestDelegate"}
        for param, arg in zip(method.params, call.args, strict=False):
            if self._is_credential(arg):
                inner.empty.add(param.name)
        ends = inner.ends(method.body)
        self.status = inner.status
        return {"open" if end == "answered" and inner.status is None else end for end in ends}

    def _assigned(self, target: AnyExpr, value: AnyExpr) -> None:
        name = dotted(target)
        if name.endswith("Response.StatusCode"):
            self.status = status_value(value)[0]
        elif name.endswith(".Result") and name.partition(".")[0] in self.context:
            self.status = _answer(value) or _OTHER_ANSWER
        elif name:
            (self.empty.add if self._is_credential(value) else self.empty.discard)(name)

    def _holds(self, expr: AnyExpr) -> bool | None:
        """Whether a condition holds for a request without a credential; None if nobody can tell."""
        match expr:
            case Const(value=bool() as value):
                return value
            case Await(value=inner):
                return self._holds(inner)
            case Unary(op="not", operand=operand):
                held = self._holds(operand)
                return None if held is None else not held
            case Binary(op="and" | "or" as op, left=left, right=right):
                sides = (self._holds(left), self._holds(right))
                deciding = op == "or"
                if deciding in sides:
                    return deciding
                return None if None in sides else not deciding
            case Binary(op="==" | "is" | "!=" | "is-not" as op, left=left, right=right):
                return self._compared(left, right, same=op in {"==", "is"})
            case Member(name=name) if name in _KNOWN:
                return False
            case Call() if expr.name in _EMPTY and expr.args and self._is_credential(expr.args[0]):
                return True
            case Call() if expr.name in _HAS and self._is_taken(expr):
                return False
            case _:
                return None

    def _compared(self, left: AnyExpr, right: AnyExpr, *, same: bool) -> bool | None:
        if isinstance(right, Const) and isinstance(right.value, bool):
            held = self._holds(left)
            return None if held is None else (held is right.value) is same
        if self._is_credential(right):
            left, right = right, left
        if not self._is_credential(left):
            return None
        nothing = (isinstance(right, Const) and right.value in (None, 0)) or (
            isinstance(right, Str) and not right.value
        )
        return nothing is same

    def _is_taken(self, call: Call) -> bool:
        """`Headers.ContainsKey("X-Api-Key")`, `token.Any()`, `key.Equals(token)`."""
        if call.receiver is None:
            return False
        if self._is_credential(call.receiver) or (call.name == "Equals" and any(map(self._is_credential, call.args))):
            return True
        return self._is_holder(call.receiver) and bool(call.args) and self._names_credential(call.args[0])

    def _is_credential(self, expr: AnyExpr) -> bool:
        match expr:
            case Await(value=inner):
                return self._is_credential(inner)
            case Name(id=name):
                return name in self.empty
            case Member(base=base, name=name):
                return self._is_credential(base) or (self._is_holder(base) and _CREDENTIAL.search(name) is not None)
            case Index(base=base, keys=keys):
                return self._is_credential(base) or (
                    self._is_holder(base) and len(keys) == 1 and self._names_credential(keys[0])
                )
            case Call() if expr.name in _TEXT and expr.receiver is not None:
                return self._is_credential(expr.receiver)
            case Binary(op="??", left=left, right=right):
                return self._is_credential(left) and (self._is_credential(right) or isinstance(right, Const | Str))
            case _:
                return False

    def _is_holder(self, expr: AnyExpr) -> bool:
        name = dotted(expr)
        return simple(name) in _HOLDERS and name.partition(".")[0] in self.context

    def _names_credential(self, expr: AnyExpr) -> bool:
        if isinstance(expr, Str):
            return _CREDENTIAL.search(expr.value or "") is not None
        name = simple(dotted(expr))
        return _KEY_NAME.search(name) is not None or _CREDENTIAL.search(self.texts.get(name, "")) is not None

    def _is_given(self, part: object) -> bool:
        """A call that is given a credential may fail for want of one."""
        return isinstance(part, Call) and part.name not in _EMPTY and any(map(self._is_credential, part.args))


def _answer(value: AnyExpr | None) -> int | None:
    """The refusal that an expression answers with: `new UnauthorizedResult()`, `Results.Json(x, statusCode: 401)`."""
    if not isinstance(value, Call):
        return None
    if _REFUSING.match(type_name(value.func)):
        return 401
    given = (*value.args, *(k.value for k in value.kwargs))
    return next((code for a in given if (code := status_value(a)[0]) in _REFUSALS), None)


def _parts(statement: Stmt) -> Iterator[object]:
    value = statement.value if isinstance(statement, Do | Assign | Return) else None
    yield from walk(value) if value is not None else ()
    for name in ("then", "orelse", "body"):
        for inner in getattr(statement, name, ()):
            yield from _parts(inner)
