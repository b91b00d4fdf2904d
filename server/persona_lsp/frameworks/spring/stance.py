"""What an interceptor or a servlet filter does with a request: read off the ways out of its `preHandle` or `doFilter`.

It demands a login where it answers 401 or 403, or redirects to a login page, and nothing but a check of the caller
lets anybody pass before. A way out that cannot be read leaves its kind unknown; one that depends on anything but the
caller (the address, an annotation) leaves it open whom it lets in, which is what `conditional` says.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.http import GuardKind
from persona_lsp.frameworks.spring.annotations import type_name
from persona_lsp.frameworks.spring.code import calls_of
from persona_lsp.frameworks.spring.statuses import status_value
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassNode,
    Const,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Module,
    Raise,
    Return,
    Stmt,
    Str,
    Switch,
    Try,
    Unary,
    With,
    walk,
)
from persona_lsp.text.patterns import lazy

METHOD: Final = "preHandle"
LIKE_AUTH: Final = lazy(
    r"auth|login|token|jwt|session|security|permission|signature|api_?key|identity|user", re.IGNORECASE
)
_REFUSED: Final = frozenset({401, 403})
_ERRORS: Final = range(400, 600)
_ABOUT_LOGIN: Final = lazy(r"login|sign-?in|auth", re.IGNORECASE)
_CALLER: Final = lazy(
    r"session|user|token|login|logged|auth|principal|subject|account|member|admin|jwt|claims|credential", re.IGNORECASE
)
_EXEMPTS: Final = lazy(
    r"ur[il]|path|white|anon|skip|ignor|annotation|exclu|permit|public|match|contains|with\(|method|enable|debug|\.class",
    re.IGNORECASE,
)
"""Words of a condition that is about the request or the handler, and not about who calls."""
_NO_CONTROLLER: Final = lazy(r"instanceof\s+(?:\w+\.)*(?:HandlerMethod|ResourceHttpRequestHandler)\b")
_SHIRO: Final = frozenset({"isAccessAllowed", "onAccessDenied"})
_STRANGERS: Final = frozenset({"executeLogin", "isAccessAllowed", "isAuthenticated", "isRemembered"})
"""Methods of Shiro that say no to whom nobody knows."""
_FORWARDS: Final = "doFilter"
_SERVLET: Final = ("doFilterInternal", _FORWARDS)
_ABSENT: Final = frozenset({"isEmpty", "isBlank", "isNull", "isNullOrEmpty"})
_PRESENT: Final = frozenset({"hasText", "hasLength", "isNotBlank", "isNotEmpty", "nonNull", "isPresent", "startsWith"})
_PREFLIGHT: Final = lazy(r"OPTIONS|[pP]re-?[fF]light")
_CHECKS: Final = lazy(r"auth|login|token|permission|verify|check|valid|access", re.IGNORECASE)


class Stance(Struct, frozen=True):
    """What an interceptor demands. `conditional`: it lets some pass for another reason than who they are."""

    kind: GuardKind
    conditional: bool = False


class _Out(Struct, frozen=True):
    """A way out: `passes` is None where it cannot be read. `tests` are the conditions on the way, with their sense."""

    passes: bool | None
    statuses: frozenset[int]
    tests: tuple[tuple[AnyExpr | None, bool], ...]
    checked: bool


def stance(method: FunctionNode, cls: ClassNode, module: Module) -> Stance:
    """What the interceptor `cls`, whose `preHandle` is `method`, demands of a request."""
    body = _closed(method.body) if method.name in _SERVLET else method.body
    outs = list(_outs(body, cls, module, (), frozenset(), checked=False))
    refusing = [number for number, out in enumerate(outs) if out.passes is False]
    if any(out.passes is None for out in outs) or method.has_error:
        return Stance(GuardKind.UNKNOWN)
    demanding = [number for number in refusing if outs[number].statuses & _REFUSED]
    if not demanding:
        if any(not outs[number].statuses for number in refusing):
            return Stance(GuardKind.UNKNOWN)
        # What it calls may throw for strangers; a limit of requests or a check of their form is none of our business.
        doubtful = not refusing and any(_CHECKS.search(made.call.name) for made in calls_of(method))
        return Stance(GuardKind.UNKNOWN if doubtful else GuardKind.OTHER)
    certain = any(
        _is_about_caller(outs[number], module) and all(_is_earned(out, module) for out in outs[:number] if out.passes)
        for number in demanding
    )
    return Stance(GuardKind.AUTHN, conditional=not certain)


def servlet_stance(cls: ClassNode, module: Module) -> Stance | None:
    """What a filter of servlets demands, read off its `doFilter`; None for a class that has none."""
    method = next((m for m in cls.methods if m.name in _SERVLET and len(m.params) == 3), None)
    if method is None:
        return None
    taken = stance(method, cls, module)
    spares = any(m.name.startswith("shouldNotFilter") for m in cls.methods)
    return Stance(taken.kind, conditional=taken.conditional or spares)


def filter_stance(cls: ClassNode, module: Module) -> GuardKind | None:
    """What a filter of Shiro demands, read off `isAccessAllowed` and, for whom that refuses, `onAccessDenied`.

    None for a class that is no such filter; `other` for one that lets everybody pass.
    """
    methods = {m.name: m for m in cls.methods if m.name in _SHIRO and len(m.params) > 1}
    first = methods.get("isAccessAllowed") or methods.get("onAccessDenied")
    if first is None:
        return None
    outs = list(_outs(first.body, cls, module, (), frozenset(), checked=False))
    then = methods.get("onAccessDenied")
    if then is not None and then is not first and any(out.passes is False for out in outs):
        outs = [out for out in outs if out.passes is not False]
        outs += _outs(then.body, cls, module, (), frozenset(), checked=False)
    if not outs or any(out.passes is None for out in outs) or any(m.has_error for m in methods.values()):
        return GuardKind.UNKNOWN
    open_ = any(out.passes and not _is_earned(out, module) for out in outs)
    if all(out.passes for out in outs):
        return GuardKind.OTHER if open_ else GuardKind.UNKNOWN
    return GuardKind.UNKNOWN if open_ else GuardKind.AUTHN


def _is_about_caller(out: _Out, module: Module) -> bool:
    """Everybody comes to this refusal whose call does not satisfy plain checks of the caller."""
    return all(
        test is not None
        and _holds_for_strangers(test, module) in (None, wanted)
        and (_is_no_controller(test, module) or (not _mixes(test, wanted) and not _EXEMPTS.search(module.text(test))))
        for test, wanted in out.tests
    )


def _is_earned(out: _Out, module: Module) -> bool:
    """Only those pass here who were told to be known, and requests that are for no controller."""
    tests = [(test, wanted) for test, wanted in out.tests if test is not None]
    if len(tests) < len(out.tests):
        return False
    if any(_is_no_controller(test, module) for test, wanted in tests if wanted):
        return True
    told = [(_holds_for_strangers(test, module), wanted) for test, wanted in tests]
    if any(held is wanted for held, wanted in told) and all(held in (None, wanted) for held, wanted in told):
        return False
    about = [module.text(test) for test, wanted in tests if not _mixes(test, not wanted)]
    if any(_EXEMPTS.search(module.text(test)) for test, _ in tests):
        return False
    return out.checked or any(_CALLER.search(text) for text in about)


def _holds_for_strangers(test: AnyExpr, module: Module) -> bool | None:
    """Whether a condition holds for a caller who brings nothing: `token == null`; None if nobody can tell."""
    match test:
        case Unary(op="not", operand=operand):
            held = _holds_for_strangers(operand, module)
            return None if held is None else not held
        case Binary(op="and" | "or" as op, left=left, right=right):
            sides = {_holds_for_strangers(left, module), _holds_for_strangers(right, module)}
            deciding = op == "or"
            return deciding if deciding in sides else None if None in sides else not deciding
        case Binary(op="==" | "!=" as op, left=left, right=Const(value=None)) if _CALLER.search(module.text(left)):
            return op == "=="
        case Call() if test.name in _ABSENT | _PRESENT and _CALLER.search(module.text(test)):
            return test.name in _ABSENT
        case _:
            return None


def _is_no_controller(test: AnyExpr, module: Module) -> bool:
    return _NO_CONTROLLER.search(module.text(test)) is not None and not any(
        isinstance(part, Binary) and part.op in {"and", "or"} for part in walk(test)
    )


def _mixes(test: AnyExpr, wanted: bool) -> bool:
    """The branch asks for more than one thing at once: `a && b` where it holds, `a || b` where it does not."""
    if isinstance(test, Unary) and test.op == "not":
        return _mixes(test.operand, not wanted)
    return isinstance(test, Binary) and test.op == ("and" if wanted else "or")


def _closed(body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
    """The statements of a method that returns nothing, with a return where it comes to its end."""
    last = body[-1] if body else None
    match last:
        case If(then=then, orelse=orelse):
            return (*body[:-1], replace(last, then=_closed(then), orelse=_closed(orelse)))
        case Try(body=inner, catches=catches, orelse=(), final=()):
            caught = tuple(replace(one, body=_closed(one.body)) for one in catches)
            return (*body[:-1], replace(last, body=_closed(inner), catches=caught))
        case Return() | Raise():
            return body
        case _:
            at = last.end if last is not None else 0
            return (*body, Return(at, at))


def _outs(
    body: tuple[Stmt, ...], cls: ClassNode, module: Module, tests: tuple[tuple[AnyExpr | None, bool], ...],
    statuses: frozenset[int], *, checked: bool,
) -> Iterator[_Out]:  # fmt: skip
    for statement in body:
        match statement:
            case If(test=test, then=then, orelse=orelse):
                if not _PREFLIGHT.search(module.text(test)):
                    yield from _outs(then, cls, module, (*tests, (test, True)), statuses, checked=checked)
                yield from _outs(orelse, cls, module, (*tests, (test, False)), statuses, checked=checked)
            case Return(value=value):
                passes, said = _answered(value, cls)
                yield _Out(passes, statuses | said, tests, checked)
            case Raise(value=value):
                yield _Out(False, statuses | _thrown(value), tests, checked)
            case Do(value=Call() as call) if call.name == _FORWARDS:
                yield _Out(True, statuses, tests, checked)
                return
            case Do(value=value) | Assign(value=value) if value is not None:
                statuses |= _said(value, cls)
                checked = checked or any(isinstance(p, Call) and _CHECKS.search(p.name) for p in walk(value))
            case Try(body=inner, catches=catches, orelse=orelse, final=final):
                made = any(_CHECKS.search(c.name) for c in _calls(inner))
                yield from _outs((*inner, *orelse), cls, module, tests, statuses, checked=checked or made)
                for catch in catches:
                    yield from _outs(catch.body, cls, module, tests, statuses, checked=checked)
                yield from _outs(final, cls, module, tests, statuses, checked=checked)
            case With(body=inner) | Group(body=inner):
                yield from _outs(inner, cls, module, tests, statuses, checked=checked)
            case For(body=inner):
                yield from _outs(inner, cls, module, (*tests, (None, True)), statuses, checked=checked)
            case Switch(arms=arms):
                for _, inner in arms:
                    yield from _outs(inner, cls, module, (*tests, (None, True)), statuses, checked=checked)
            case _:
                pass


def _calls(body: tuple[Stmt, ...]) -> Iterator[Call]:
    for statement in body:
        if isinstance(statement, Do | Assign) and statement.value is not None:
            yield from (part for part in walk(statement.value) if isinstance(part, Call))


def _answered(value: AnyExpr | None, cls: ClassNode) -> tuple[bool | None, frozenset[int]]:
    """Whether `return value` lets the request pass, and the statuses that are said with it."""
    if value is None:
        return False, frozenset()
    if isinstance(value, Const) and isinstance(value.value, bool):
        return value.value, frozenset()
    if isinstance(value, Binary) and value.op == "or":
        sides = [_answered(side, cls) for side in (value.left, value.right)]
        return (False, sides[0][1]) if all(passes is False for passes, _ in sides) else (None, frozenset())
    if isinstance(value, Call):
        if value.name == METHOD:
            return True, frozenset()
        if value.name in _STRANGERS:
            return False, frozenset({401})
        helper = next((m for m in cls.methods if m.name == value.name), None)
        if helper is not None and value.receiver is None and _is_refusal(helper):
            return False, _said(value, cls)
    return None, frozenset()


def _is_refusal(method: FunctionNode) -> bool:
    """Whatever happens, the method returns false."""
    returned = list(_returned(method.body))
    return bool(returned) and all(isinstance(v, Const) and v.value is False for v in returned)


def _returned(body: tuple[Stmt, ...]) -> Iterator[AnyExpr | None]:
    for statement in body:
        if isinstance(statement, Return):
            yield statement.value
        for name in ("body", "then", "orelse", "final"):
            yield from _returned(getattr(statement, name, ()))
        for catch in getattr(statement, "catches", ()):
            yield from _returned(catch.body)


def _said(value: AnyExpr, cls: ClassNode, depth: int = 0) -> frozenset[int]:
    """Statuses that an expression answers with, itself or in a method of the class; 401 for a way to the login."""
    found: set[int] = set()
    for part in walk(value):
        code = status_value(part)[0]
        if code is not None and code in _ERRORS:
            found.add(code)
        if not isinstance(part, Call):
            continue
        if part.name == "sendRedirect":
            texts = (t for arg in part.args for p in walk(arg) if isinstance(p, Str) and (t := p.value))
            if any(_ABOUT_LOGIN.search(text) for text in texts):
                found.add(401)
        helper = next((m for m in cls.methods if m.name == part.name), None) if part.receiver is None else None
        if helper is not None and depth == 0:
            for made in calls_of(helper):
                found |= _said(made.call, cls, depth + 1)
    return frozenset(found)


def _thrown(value: AnyExpr | None) -> frozenset[int]:
    if not isinstance(value, Call):
        return frozenset()
    codes = (status_value(part)[0] for arg in value.args for part in walk(arg))
    said = frozenset(code for code in codes if code is not None and code in _ERRORS)
    if said:
        return said
    return frozenset({401}) if LIKE_AUTH.search(type_name(value.func)) else frozenset()
