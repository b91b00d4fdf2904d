"""What the words of Go's frameworks have in common: statuses by their constants, functions that answer for handlers."""

import re
from collections.abc import Callable
from typing import Final

from persona_lsp.flow.status import status_named
from persona_lsp.flow.vocabulary import Answer, Handling, Scope, Thrown, Vocabulary
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Const,
    FunctionNode,
    Member,
    Module,
    Name,
    Node,
    ParamNode,
    Str,
    Unary,
    dotted,
)
from persona_lsp.text.patterns import lazy

_SPECIAL: Final = {"StatusNonAuthoritativeInfo": 203, "StatusTeapot": 418, "StatusRequestEntityTooLarge": 413}
_STATUS: Final = lazy(r"^Status[A-Z]")
_USERS: Final = lazy(
    r"user|account|principal|claims|identity|subject|uid|member|current|jwt|token|session", re.IGNORECASE
)
_ERROR: Final = lazy(r"Err(?:or)?(?![a-z])|Problem|Exception|Fault")
_FAILED: Final = 400
_SENTINEL: Final = lazy(r"^[eE]rr[A-Z]\w")
_BRACES: Final = lazy(rb"[{}]|\n[ \t]*(?:case\b|default[ \t]*:)")
_ELSE: Final = lazy(rb"\s*else\b[^{]*\{")
_SHIPPED: Final = frozenset(
    {"json", "fmt", "io", "http", "log", "slog", "context", "strings", "errors", "template", "render"}
)


def status_of(expr: AnyExpr | None, scope: Scope, depth: int = 0) -> tuple[int, Node] | None:
    """The code of a number, of `http.StatusCreated`, or of a variable that holds one."""
    match expr:
        case Const(value=bool()):
            return None
        case Const(value=int(code)) if 100 <= code <= 599:
            return code, expr
        case Member(name=name) if _STATUS.match(name):
            named = _SPECIAL.get(name, status_named(name))
            return (named, expr) if named is not None else None
        case Name(id=name) if depth < 3:  # one name for another is rare
            value = scope.assigned(name) if _assigned_once(name, expr.start, scope) else None
            inner = status_of(value, scope, depth + 1) if value is not None else None
            return (inner[0], expr) if inner is not None else None
        case _:
            return None


def _assigned_once(name: str, before: int, scope: Scope) -> bool:
    """Whether a name has one value only: `if failed { code = 500 }` makes two of it."""
    text = scope.module.source[scope.function.body_start : before]
    return len(re.findall(rb"(?<![\w.])" + name.encode() + rb"\s*:?=[^=]", text)) <= 1


def params_of(function: FunctionNode) -> tuple[ParamNode, ...]:
    """The parameters without the receiver."""
    return tuple(p for p in function.params if p.kind != "self")


def context_handling(function: FunctionNode, kind: str, forward: bytes, text: bytes) -> Handling | None:
    """How a function takes part that is given a context of a framework: alone as a handler, with more as a helper."""
    params = params_of(function)
    contexts = tuple(p.name for p in params if p.name and dotted(p.type) == kind)
    if not contexts:
        return None
    role = "handler" if len(params) == 1 else "helper"
    if role == "handler" and forward in text:
        role = "middleware"
    return Handling(kind=role, request=contexts[:1], response=contexts[:1], default_status=200)


def helper_answer(call: Call, scope: Scope) -> Answer | None:
    """`writeJSON(w, http.StatusCreated, book)`: the project's own function answers with the status that it is given."""
    handling = scope.handling
    if handling is None or not handling.response or call.new:
        return None
    receiver = call.receiver
    if isinstance(receiver, Name) and (receiver.id in handling.response or receiver.id in _SHIPPED):
        return None
    if not any(isinstance(a, Name) and a.id in handling.response for a in call.args):
        return None
    # `response.New(out, http.StatusCreated).Send(w)`: what is sent was made with its status.
    made = receiver.args if isinstance(receiver, Call) and not receiver.new else ()
    for given in (call.args, made):
        for index, arg in enumerate(given):
            if isinstance(arg, Name) or (isinstance(arg, Const) and index > 3):
                continue
            found = status_of(arg, scope)
            if found is not None:
                rest = [a for a in given[index + 1 :] if not isinstance(a, Const)]
                # It may answer only if something failed, and end the function or not: nothing is argued from its place.
                return Answer(found[0], False, found[1], rest[0] if rest else None, streaming=True)
    return None


def made_error(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`&APIError{Status: http.StatusNotFound}`, `NewHTTPError(404, "x")`: a failure of the project's own with its status."""
    if not isinstance(expr, Call) or _ERROR.search(expr.name.rsplit(".", 1)[-1]) is None:
        return None
    given = (*expr.args, *(k.value for k in expr.kwargs))
    if any(is_response(a, scope) for a in given) or is_response(expr.receiver, scope):
        return None
    for arg in given:
        found = status_of(arg, scope) if isinstance(arg, Member | Const) else None
        if found is not None and found[0] >= _FAILED:
            message = next((a for a in given if a is not arg and not isinstance(a, Const)), None)
            return Thrown(dotted(expr.func) or expr.name, found[0], found[1], message, ends=False)
    return None


def returned_failure(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`return errs.NotFound`, `return &Denied{}`: a failure whose status its kind decides, where failures are handled."""
    if scope.handling is None or scope.handling.kind != "handler" or dotted(scope.function.returns) != "error":
        return None
    match expr:
        case Unary(operand=Call(new=True) as made):
            return returned_failure(made, scope)
        case Name(id=name) if _SENTINEL.match(name):
            return Thrown(name, ends=False)
        case Member(base=Name(id="echo" | "fiber")):
            return None
        case Member(base=Name(id=base), name=name) if name[:1].isupper() and scope.imported(base) is not None:
            return Thrown(f"{base}.{name}", ends=False)
        case Call(new=True, func=func) if dotted(func):
            return Thrown(dotted(func), ends=False)
        case _:
            return None


def is_response(expr: AnyExpr | None, scope: Scope) -> bool:
    """The expression is what the handler answers through."""
    handling = scope.handling
    return handling is not None and isinstance(expr, Name) and expr.id in handling.response


def is_request(expr: AnyExpr | None, scope: Scope) -> bool:
    """The expression is the request, or the context that holds it."""
    handling = scope.handling
    return handling is not None and isinstance(expr, Name) and expr.id in handling.request


def key_of(call: Call) -> Str | None:
    """The literal name that a reader is given first."""
    first = call.args[0] if call.args else None
    return first if isinstance(first, Str) and first.value else None


def is_user_key(expr: AnyExpr | None) -> bool:
    """What is looked up in the context is who calls."""
    name = (expr.value or "") if isinstance(expr, Str) else dotted(expr)
    return _USERS.search(name) is not None


def after(source: bytes, start: int, end: int) -> tuple[bytes, bytes]:
    """The text from `start` to the end of the block or the case that it stands in, and what may run after that."""
    close, stop = _end(source, start, end)
    rest, later = source[start:stop], b""
    while close < end:
        while (other := _ELSE.match(source, close + 1, end)) is not None:  # other branches of the condition do not run
            close, _ = _end(source, other.end(), end)
        begin = close + 1
        close, stop = _end(source, begin, end)
        later += source[begin:stop]
    return rest, later


def _end(source: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the block ends that `start` stands in, and where its case does if it is one of several."""
    depth, case = 0, -1
    for mark in _BRACES.finditer(source, start, end):
        kind = mark[0]
        if kind == b"{":
            depth += 1
        elif kind == b"}":
            depth -= 1
            if depth < 0:
                return mark.start(), case if case >= 0 else mark.start()
        elif depth == 0 and case < 0:
            case = mark.start()
    return end, case if case >= 0 else end


def same_block(between: bytes) -> bool:
    """Whether what stands before and after is not separated by the end of a block or of a case."""
    depth = 0
    for mark in _BRACES.finditer(between):
        kind = mark[0]
        depth += (kind == b"{") - (kind == b"}")
        if depth < 0 or (depth == 0 and kind not in b"{}"):
            return False
    return True


def mentions(word: bytes) -> Callable[[Module], bool]:
    """Whether a file has a word without which it has nothing of a framework."""
    return lambda module: word in module.source


def silent(framework: str) -> Vocabulary:
    """The vocabulary of a router whose handlers speak the words of net/http."""
    return Vocabulary(
        framework=framework,
        languages=("go",),
        handling=lambda _function, _cls, _module: None,
        applies=lambda _module: False,
        answer=lambda _expr, _scope: None,
        thrown=lambda _expr, _scope: None,
        read=lambda _expr, _scope: None,
        principal=lambda _expr, _scope: False,
    )
