"""Guards: what an unresolved one does, told by the project function behind it, and whom an endpoint lets in."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, GuardKind, In, Level, Param
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.flow.forgery import without_forgery
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.attributes import demanded
from persona_lsp.workspace.calls import Calls, callees, function_of
from persona_lsp.workspace.guard_code import (
    CREDENTIAL,
    FORBIDDEN,
    PROTECTS,
    UNAUTHENTICATED,
    asks_for_no_caller,
    asks_for_parameters,
    asks_for_the_host,
    extractor,
    implemented,
    is_silent,
    kind_of,
    lets_pass,
    may_ask,
    of_filter,
    passes_in_several_ways,
    refuses_no_stranger,
    refuses_nobody,
    refuses_strangers,
    with_callees,
)
from persona_lsp.workspace.matchers import with_constants
from persona_lsp.workspace.names import Names, resolve
from persona_lsp.workspace.snapshot import Auth

_INTERCEPTOR: Final = "interceptor"
_FILTER: Final = "filter"
_SHIRO: Final = "shiro"
_REGEX: Final = "regex:"
_BASES: Final = 4  # interceptors extend one or two of their kind
_FIRST_ERROR: Final = 400
_DEEPER: Final = 2
"""So many functions hand a request on before one asks who calls."""
_CARRIES: Final = frozenset({In.HEADER, In.QUERY, In.COOKIE, "any"})
_ASKED: Final = frozenset({*PROTECTS, GuardKind.UNKNOWN})
_MADE: Final = "()"
_SWITCH: Final = lazy(r"[(,]\s*(true|false)\s*[,)]")
_LENIENT: Final = lazy(r"optional|anonymous|lenient|soft|allow|public|guest", re.IGNORECASE)
_STRICT: Final = lazy(r"require|must|force|strict|mandatory|auto|abort|enforce", re.IGNORECASE)
"""Names of parameters of what makes middleware."""
_HANDLES: Final = frozenset({"middleware", "handler"})
_SKIPS: Final = lazy(r"^[Ss]kip\w*$|^Next$|^Filter$")
LOOKED: Final = "~"
"""What stands before the patterns of requests that a guard lets pass after it looked who calls (`Guard.outside`)."""
_OF_PARTS: Final = ".from_request_parts"
"""What takes an extractor of axum from the request; where there is none, it is taken from the whole request."""


def resolved(
    names: Names, calls: Calls, path: str, guards: tuple[Guard, ...], sole: Mapping[str, int]
) -> tuple[Guard, ...]:
    """The guards, classified by the function that their symbol names where their own name does not tell.

    One whose name promises protection and whose body lets everybody pass is optional: it looks who calls, no more.
    `sole`: the status that each exception becomes.
    """
    return tuple(_resolved(names, calls, path, g, sole) if g.kind in _ASKED else g for g in guards)


def told_by_bodies(
    calls: Calls, functions: Sequence[Function], guards: Sequence[Guard], where: Where, sole: Mapping[str, int]
) -> tuple[Guard, ...]:
    """What dependencies ask of callers that no name tells: their code refuses those who bring no credential (Python)."""
    named = {g.symbol.name.removesuffix("()").rsplit(".", 1)[-1] for g in guards if g.symbol is not None}
    found = []
    for function in functions:
        if function.language != "python" or function.name in named or function.class_name.rsplit(".", 1)[-1] in named:
            continue
        if without_forgery(function.name) != function.name:
            continue  # it asks where the request comes from
        kind = kind_of(function, sole)
        if kind is GuardKind.AUTHZ and not any(map(CREDENTIAL.search, _taken(function))):
            kind = GuardKind.UNKNOWN  # refused for what, nobody can tell
        elif kind is not GuardKind.AUTHN and kind is not GuardKind.AUTHZ:
            kind = GuardKind.UNKNOWN if may_ask(calls, function, sole) else None
        if kind is not None:
            optional = kind in PROTECTS and (function.admits or lets_pass(calls, function))
            found.append(Guard(function.name, kind, Level.ROUTE, where, optional=optional))
    return tuple(found)


def _taken(function: Function) -> list[str]:
    """The names of what a function takes."""
    return [p.name for p in function.params] + [i.name for i in function.inputs]


def _resolved(names: Names, calls: Calls, path: str, guard: Guard, sole: Mapping[str, int]) -> Guard:
    if guard.symbol is None:
        return guard
    symbol = guard.symbol.name
    guard = _told(names, calls, path, guard)
    function = function_of(names, calls, guard.where.path or path, symbol)
    if function is None and symbol.endswith(_OF_PARTS):
        whole = symbol.removesuffix(_OF_PARTS) + ".from_request"
        function = function_of(names, calls, guard.where.path or path, whole)
    if function is None and ".from_request" in symbol:
        function = implemented(names, calls, symbol)
    if function is None and symbol.endswith(_MADE):
        # Middleware of Go that is no function which makes one, but handles requests itself.
        own = function_of(names, calls, guard.where.path or path, symbol.removesuffix(_MADE))
        function = own if own is not None and own.handling in _HANDLES else None
        told = (
            names.files[own.path].aliases.get(f"{own.key}{_MADE}", "") if own is not None and function is None else ""
        )
        if told.startswith("@"):
            optional = guard.optional or told.endswith("?")
            return replace(guard, kind=GuardKind(told.strip("@?")), optional=optional)
    if function is None and (kind := demanded(names, guard.where.path or path, symbol)) is not None:
        return replace(guard, kind=kind)
    if function is None:
        return replace(guard, kind=GuardKind.OTHER) if is_silent(names, guard.where.path or path, guard) else guard
    if function.language == "rust":
        return extractor(names, calls, guard, function, sole)
    kind = guard.kind if guard.kind in PROTECTS else kind_of(function)
    of_request = asks_for_the_host(function) or asks_for_parameters(function)
    if kind is GuardKind.AUTHZ and guard.kind not in PROTECTS and of_request:
        kind = GuardKind.OTHER
    if function.language == "ruby" and kind is GuardKind.OTHER and not of_request:
        kind = of_filter(calls, function)
    quiet = _chooses(function) and (kind_of(function) is GuardKind.OTHER or refuses_nobody(calls, function))
    if quiet and not may_ask(calls, function, sole):
        kind = GuardKind.OTHER  # `AuthCookieMiddleware` keeps cookies, and refuses nobody
    if kind is None and function.language == "go":
        kind = with_callees(calls, function, 0)
    if function.language == "python" and kind is GuardKind.OTHER and may_ask(calls, function, sole):
        kind = None
    if kind is GuardKind.AUTHZ and guard.kind not in PROTECTS and _refuses_for_no_caller(function):
        kind = GuardKind.OTHER
    if function.language == "python" and kind not in PROTECTS and function.demands:
        kind = GuardKind.AUTHN
    if kind is None and _chooses(function) and asks_for_no_caller(function):
        kind = GuardKind.OTHER
    if kind in (None, GuardKind.OTHER) and function.gates:
        asked = asks_by_calls(calls, function)
        kind = GuardKind.AUTHN if asked is Auth.REQUIRED else None if asked is Auth.UNKNOWN else kind
    if kind is None:
        return guard
    optional = (guard.optional and not function.demands) or (
        kind in PROTECTS and (function.admits or lets_pass(calls, function))
    )
    guard = _looking(guard, function) if guard.outside and function.language == "go" else guard
    doubtful = (
        not optional and refuses_no_stranger(function, sole)
        if guard.kind in PROTECTS
        else passes_in_several_ways(function) or _chooses(function)
    )
    return replace(guard, kind=kind, optional=optional, conditional=guard.conditional or doubtful)


def _looking(guard: Guard, function: Function) -> Guard:
    """Middleware of Go that asks whom to let pass after it looked who calls, as the first of what it asks tells."""
    asked = [_SKIPS.match(call.name) is not None for call in function.calls if call.passes_request]
    if not any(asked):
        return replace(guard, outside=(), conditional=True)
    return guard if asked[0] else replace(guard, outside=tuple(LOOKED + one for one in guard.outside))


def _refuses_for_no_caller(function: Function) -> bool:
    """What refuses requests with 403 takes no credential, and none of its words is about who calls (Python)."""
    if function.language != "python" or _chooses(function) or function.reads_principal:
        return False
    return asks_for_no_caller(function) and not any(map(CREDENTIAL.search, _taken(function)))


def _chooses(function: Function) -> bool:
    """Middleware of Python stands before everything: what it demands may be demanded of some requests alone."""
    return function.language == "python" and function.handling == "middleware"


def _told(names: Names, calls: Calls, path: str, guard: Guard) -> Guard:
    """`Auth(secret, true)`: what the parameter of that place is called tells whether anonymous callers pass (Go)."""
    switch = _SWITCH.search(guard.source) if guard.symbol is not None and guard.symbol.name.endswith(_MADE) else None
    if switch is None or guard.symbol is None:
        return guard
    maker = function_of(names, calls, guard.where.path or path, guard.symbol.name.removesuffix(_MADE))
    place = guard.source.count(",", 0, switch.start(1))
    if maker is None or maker.language != "go" or place >= len(maker.params) or maker.class_name:
        return guard
    name, on = maker.params[place].name, switch[1] == "true"
    if _LENIENT.search(name):
        return replace(guard, optional=on)
    return replace(guard, optional=not on) if _STRICT.search(name) else guard


def auth_of(guards: Sequence[Guard], handler: Function | None) -> Auth:
    """Whether anonymous callers are let in. A guard that nobody could classify makes it unknown."""
    protecting = [g for g in guards if g.kind in PROTECTS]
    if any(g.allows_all for g in guards):
        # An argument that carries the caller of what is open to all carries nobody where nobody has signed in.
        asked = any(g.conditional and g.level is Level.ROUTE and g.symbol is None for g in protecting)
        return Auth.OPTIONAL if asked else Auth.NONE
    if any(not g.optional and not g.conditional for g in protecting):
        return Auth.REQUIRED
    if handler is not None and handler.demands:
        # Middleware of Go that lets strangers pass may leave an empty caller for them, which the handler then finds.
        left = handler.language == "go" and any(g.optional for g in protecting)
        return Auth.UNKNOWN if left else Auth.REQUIRED
    if any(g.kind is GuardKind.UNKNOWN for g in guards if not g.optional) or any(g.conditional for g in protecting):
        return Auth.UNKNOWN
    if protecting:
        return Auth.OPTIONAL
    if handler is not None and any(
        thrown.status == UNAUTHENTICATED
        and not thrown.site.conditional
        # What comes after an answer is reached by those only who were not answered.
        and not any(r.site.step < thrown.site.step for r in handler.responses)
        for thrown in handler.raises
    ):
        return Auth.REQUIRED
    # Strangers are sent elsewhere: perhaps to where they sign in.
    return Auth.UNKNOWN if handler is not None and handler.sends_away else Auth.NONE


def asks_by_calls(calls: Calls, handler: Function, depth: int = 0) -> Auth:
    """Whether the functions that a handler hands its request to refuse callers who do not say who they are."""
    known = dict(callees(calls, handler))
    refusing = {
        number
        for number, callee in known.items()
        if (handler.calls[number].passes_request and (callee.demands or _asks_deeper(calls, callee, depth)))
        or (handler.language == "rust" and callee is not handler and refuses_strangers(calls, callee))
    }
    for group in handler.gates:
        # What is thrown may be caught here, and mean something else.
        if refusing.issuperset(group) and not any(
            handler.calls[n].site.tries and not known[n].responses for n in group
        ):
            return Auth.REQUIRED
    if refusing and refusing.issubset(handler.doors):
        return Auth.OPTIONAL
    return Auth.UNKNOWN if refusing else Auth.NONE


def _asks_deeper(calls: Calls, callee: Function, depth: int) -> bool:
    return depth < _DEEPER and bool(callee.gates) and asks_by_calls(calls, callee, depth + 1) is Auth.REQUIRED


def takes_credential(handler: Function, params: Sequence[Param]) -> bool:
    """The handler reads what callers identify themselves with."""
    named = [(p.place, p.name) for p in params] + [(r.place, r.name) for r in handler.inputs]
    return any(place in _CARRIES and CREDENTIAL.search(name) for place, name in named)


def refuses_itself(handler: Function, params: Sequence[Param]) -> bool:
    """The handler reads what callers identify themselves with, and refuses some of them."""
    if not takes_credential(handler, params):
        return False
    given = {p.local or p.name for p in params if p.place in _CARRIES and CREDENTIAL.search(p.name)}
    read = [r for r in handler.inputs if r.place in _CARRIES and CREDENTIAL.search(r.name)]
    given |= {r.variable for r in read if r.variable}
    names = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(given))) + r")\b") if given else None
    said = [(r.status, r.condition) for r in handler.raises] + [(r.status, r.condition) for r in handler.responses]
    for status, condition in said:
        if status in (UNAUTHENTICATED, FORBIDDEN):
            return True
        if names is not None and names.search(condition) and (status or _FIRST_ERROR) >= _FIRST_ERROR:
            return True
    # A socket hands its credential on, or closes: what becomes of strangers is not told.
    return handler.handling == "socket" and any(
        (c.name == "close" and c.site.conditional) or (names is not None and any(names.search(a) for a in c.arguments))
        for c in handler.calls
    )


def security_rules(names: Names, rules: Sequence[tuple[float, Guard]]) -> tuple[tuple[str, Guard], ...]:
    """URL rules in the order in which they are tried: (pattern, guard). Filters that are not read come last."""
    ordered = sorted(rules, key=lambda rule: (rule[1].name == _FILTER, rule[0]))
    told = (one for _, guard in ordered if guard.name != _INTERCEPTOR for one in with_constants(names, guard))
    return tuple((guard.matcher, _filtered(names, guard)) for guard in told)


def _filtered(names: Names, guard: Guard) -> Guard:
    """A rule that names a filter of the project's own (Shiro), with what the class of that demands."""
    own = _demanded(names, guard, _SHIRO) if guard.kind is GuardKind.UNKNOWN and guard.symbol is not None else None
    if own is None or own.kind is GuardKind.UNKNOWN:
        return guard
    if own.allows_all:
        return replace(guard, kind=GuardKind.AUTHN, allows_all=True, symbol=None)
    return replace(guard, kind=own.kind, symbol=None)


def interceptors(names: Names, rules: Sequence[tuple[float, Guard]]) -> tuple[tuple[str, Guard], ...]:
    """The interceptors that demand something, or may: (pattern, guard). Their classes say what, where they are known."""
    found: list[tuple[str, Guard]] = []
    for _, guard in rules:
        if guard.name != _INTERCEPTOR:
            continue
        own = _demanded(names, guard, _INTERCEPTOR)
        if own is not None:
            guard = replace(
                guard, kind=own.kind, conditional=guard.conditional or own.conditional, symbol=own.symbol
            )  # fmt: skip
        if guard.kind is not GuardKind.OTHER:
            found += ((one.matcher, one) for one in with_constants(names, guard))
    return tuple(found)


def _demanded(names: Names, guard: Guard, kind: str) -> Guard | None:
    """What the class of an interceptor or filter, or the nearest of its bases that does its work, says of itself."""
    path, name = guard.where.path, guard.symbol.name if guard.symbol is not None else ""
    for _ in range(_BASES):
        found = resolve(names, path, name) if name else None
        if found is None or found.kind != "class":
            return None
        cls = names.files[found.path].classes[found.name]
        own = next((g for g in cls.guards if g.name == kind), None)
        if own is not None:
            full = f"{names.files[found.path].facts.package}.{cls.name}".lstrip(".")
            return replace(own, symbol=Ref(f"{full}.{own.only[0]}"))
        path, name = found.path, next((b.name for b in cls.bases), "")
    return None


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removeprefix(_REGEX))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Ant patterns of Spring: `?` one character, `*` within a segment, `**` any number of segments."""
    out = ""
    text = "/" + pattern.strip("/")
    index = 0
    while index < len(text):
        if text.startswith("/**", index):
            out += r"(?:/.*)?"
            index += 3
        elif text[index] == "*":
            out += r"[^/]*"
            index += 1
        elif text[index] == "?":
            out += r"[^/]"
            index += 1
        elif text[index] == "{":
            end = text.find("}", index)
            out += r"[^/]+"
            index = end + 1 if end > 0 else len(text)
        else:
            out += re.escape(text[index])
            index += 1
    return re.compile(f"^{out}/?$")


def matches(pattern: str, path: str) -> bool:
    """An ant pattern (or `anyRequest`, written `/**`), or a regular expression (`regex:`), covers the path."""
    if pattern.startswith(_REGEX):
        return _expression(pattern).fullmatch(re.sub(r"\{[^}]*\}", "1", path)) is not None
    return _compiled(pattern).match(re.sub(r"\{[^}]*\}", "x", path)) is not None
