"""What functions do as guards: middleware and extractors by their code, and by that of what they call."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import CallSite, Function, Raise, Response
from persona_lsp.facts.http import Guard, GuardKind
from persona_lsp.flow.rust.guards import SILENT
from persona_lsp.flow.rust.guards import kind_of as rust_kind
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.calls import Calls, callees
from persona_lsp.workspace.errors import status_of
from persona_lsp.workspace.modules import SCRIPT
from persona_lsp.workspace.names import Names, resolve
from persona_lsp.workspace.wrappers import forwarded

CREDENTIAL: Final = lazy(
    r"^(?!.*(?:[cx]srf|forgery))(?:(?:proxy-)?authorization$|.*(?:token$|api[-_]?key$|secret$|signature|\bjwt\b))",
    re.IGNORECASE,
)
"""Names of headers, cookies and parameters that say who calls."""
UNAUTHENTICATED: Final = 401
FORBIDDEN: Final = 403
_TO_LOGIN: Final = lazy(r"log_?in|sign_?in|auth|new_\w*session", re.IGNORECASE)
ABOUT_CALLERS: Final = lazy(
    r"current_|user|session|signed|log(?:ged_?)?_?in|admin|auth|token|member|account|permi", re.IGNORECASE
)
"""Words of a condition that is about who calls."""
_REFUSED: Final = frozenset({UNAUTHENTICATED, FORBIDDEN})
_MOVED: Final = 300
_FAILED: Final = 400
PROTECTS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})
_WHO: Final = frozenset({"session", "current_user", "user", "user_id", "is_authenticated", "logged_in", "token"})
"""Names of what says who calls, in what runs before handlers."""
_HOPS: Final = 3
_NEXT: Final = frozenset({"next", "Next", "ServeHTTP", "call_next", "app"})
"""What hands the request on is called so in Go, and in Starlette; `self.app(scope, receive, send)`."""
_SKIPS: Final = lazy(r"(?:should|can|may|is)?_?skip", re.IGNORECASE)
_HOST: Final = lazy(r"host|origin|referr?er", re.IGNORECASE)
_CALLER: Final = lazy(
    r"auth|token|user|session|role|perm|admin|key|cookie|login|claim|secret|account|owner|member|tenant|signature|cred",
    re.IGNORECASE,
)
_LOOKS: Final = lazy(r"verif|valid|check|guard|protect|permi|allow|forbid|sign|jwt|bearer|identi|caller", re.IGNORECASE)
_PLACE: Final = lazy(r"(?:^|_)ip(?:_|$)|addr|agent|locale|language|(?:^|_)(?:url|path|method|trace|header)(?:_|$)")
"""What is taken from a request that says nothing of who calls."""
_AGENT: Final = lazy(r"user_?agent", re.IGNORECASE)
"""The program that a caller uses."""
_AUTH: Final = lazy(r"auth|forbid|denied|permission|credential|token|login|access|redirect", re.IGNORECASE)
_TELLS: Final = frozenset({"render", "head", "redirect_to", "flash", "t", "params"})
"""What a filter of Rails calls to answer, and to read what it is asked."""
_SIGNED_IN: Final = lazy(r"\w*(?:signed_in|logged_in|authenticated)\?$")
_LOOKUP: Final = lazy(r"current_\w+[^!]$")
_STRANGER: Final = lazy(r"un_?auth(?:ori[sz]ed|enticated)", re.IGNORECASE)
_PASSES: Final = frozenset({"run", "call", "oneshot"})
"""How middleware of Rust hands the request on."""
_TAKES: Final = frozenset({"from_request", "from_request_parts"})


def as_guard(calls: Calls, function: Function) -> object:
    """What a function does as a guard, to be compared with what it did before an edit."""
    told: object = ()
    if function.language == "rust" and function.handling in ("middleware", "dependency"):
        raised = frozenset((r.status, r.exception) for r in function.raises)
        told = raised, frozenset(r.status for r in function.responses), len(_forwards(function)), function.complete
    return kind_of(function), lets_pass(calls, function), told


def with_callees(calls: Calls, function: Function, depth: int) -> GuardKind | None:
    """What middleware of Go does together with those to whom it hands the request; None if one of them is not known."""
    if not function.complete or depth > _HOPS:
        return None
    known = dict(callees(calls, function))
    found = kind_of(function)
    onward = _NEXT | forwarded(calls.names, function)
    for number, call in enumerate(function.calls):
        if not call.passes_request or call.name in onward or found in PROTECTS:
            continue
        callee = known.get(number)
        found = with_callees(calls, callee, depth + 1) if callee is not None else None
        if found is None:
            return None
    return found or GuardKind.OTHER


def asks_for_the_host(function: Function) -> bool:
    """Middleware of Go that refuses requests for the name they are sent to or come from, whoever sends them."""
    if function.language != "go":
        return False
    words = {*function.names_read, *(c.name for c in function.calls), *(i.name for i in function.inputs)}
    return any(map(_HOST.search, words)) and not any(map(_CALLER.search, words))


def asks_for_parameters(function: Function) -> bool:
    """A filter of Ruby that refuses requests for what they ask for, whoever sends them: `params[:page].to_i > 100`."""
    if function.language != "ruby" or function.reads_principal or not function.inputs or not function.complete:
        return False
    if any(not call.receiver and call.name not in _TELLS for call in function.calls):
        return False
    words = {i.name for i in function.inputs}
    places = {i.place for i in function.inputs}
    return places <= {"any", "query", "body", "path"} and not any(
        ABOUT_CALLERS.search(w) or _AUTH.search(w) for w in words
    )


def asks_for_no_caller(function: Function) -> bool:
    """Middleware that refuses requests for their path, method or time: none of its words is about who calls."""
    words = {*function.names_read, *(c.name for c in function.calls), *(i.name for i in function.inputs)}
    words |= {word for call in function.calls for word in call.receiver.split(".")}
    words |= {r.exception for r in function.raises} | {r.condition for r in function.raises}
    if any(_AUTH.search(r.exception) for r in function.raises):
        return False
    if any(c.passes_request and c.name not in _NEXT and not _PLACE.search(c.name) for c in function.calls):
        return False  # whoever is given the request may ask
    return not any(_CALLER.search(w) or _LOOKS.search(w) for w in words if not _AGENT.search(w))


def refuses_nobody(calls: Calls, function: Function) -> bool:
    """Middleware of Python that answers nothing itself, nor do the functions of the project that are given the request."""
    if _fails(function) or any(response.status is not None or response.explicit for response in function.responses):
        return False
    known = dict(callees(calls, function))
    for number, call in enumerate(function.calls):
        if call.name in _NEXT or (number in known and not _fails(known[number]) and not known[number].responses):
            continue
        asks = _LOOKS.search(call.name) or _CALLER.search(call.name) or call.name in ("decode", "decrypt")
        if call.passes_request or (asks and not call.site.tries):
            return False  # it may fail for want of a credential
    return True


def _fails(function: Function) -> bool:
    """It raises something of its own, more than what it caught of others."""
    return any(not thrown.rethrow for thrown in function.raises)


def passes_in_several_ways(function: Function) -> bool:
    """A guard that hands on in more than one place, one of which may be for everybody.

    A decorator calls what it stands before (Python); middleware is told whom to skip (Go).
    """
    if function.language == "go":
        skips = any(_SKIPS.match(call.name) for call in function.calls)
        return skips and sum(call.name in _NEXT for call in function.calls) > 1
    if function.language != "python" or not function.params:
        return False
    inner = function.params[0].name
    return sum(not call.receiver and call.name == inner for call in function.calls) > 1


def refuses_no_stranger(function: Function, sole: Mapping[str, int]) -> bool:
    """Middleware of Express that hands on in several ways, and whose refusals are about no caller: it answers nothing.

    So may one that asks passport and is told what comes of it: `passport.authenticate("jwt", (err, user) => next())`.
    """
    if function.language not in SCRIPT:
        return False
    hands_on = sum(call.name in _NEXT for call in function.calls)
    if hands_on and not function.responses and not function.raises and any(map(_told_by_passport, function.calls)):
        return True
    if hands_on < 2:
        return False
    if function.responses or any(_AUTH.search(r.exception) or _STRANGER.search(r.exception) for r in function.raises):
        return False
    return kind_of(function, sole) is GuardKind.OTHER


def _told_by_passport(call: CallSite) -> bool:
    """The last that it gives is a function written in place; a long one has no text of its own."""
    given = call.arguments
    asks = call.name == "authenticate" and call.receiver == "passport" and len(given) > 1
    return asks and (not given[-1] or "=>" in given[-1] or given[-1].startswith("function"))


def may_ask(calls: Calls, function: Function, sole: Mapping[str, int], depth: int = 0) -> bool:
    """Whether a function that refuses nobody for who they are may still do so, by what it calls or raises (Python)."""
    for thrown in function.raises:
        status = thrown.status if thrown.status is not None else status_of(sole, thrown.exception)
        if status in (UNAUTHENTICATED, FORBIDDEN) or (status is None and _AUTH.search(thrown.exception)):
            return True
    if function.handling in ("dependency", "before-action") and any(
        _MOVED <= (r.status or 0) < _FAILED for r in function.responses
    ):
        return True  # strangers are sent to where they sign in
    if function.handling == "before-action" and _asks_session(function, sole):
        return True
    if depth and any(r.status in (UNAUTHENTICATED, FORBIDDEN) for r in function.responses):
        return True
    return depth < _HOPS and any(may_ask(calls, callee, sole, depth + 1) for _, callee in callees(calls, function))


def of_filter(calls: Calls, function: Function, depth: int = 0) -> GuardKind:
    """What a filter does whose name tells nothing; unknown if it, or whom it calls, may turn strangers away (Rails).

    A block that is written in place is known not to do so itself.
    """
    if (function.name or depth) and _turns_away(function):
        return GuardKind.UNKNOWN
    known = dict(callees(calls, function))
    for number, call in enumerate(function.calls):
        callee = known.get(number)
        if callee is not None and _LOOKUP.match(call.name) and not (callee.responses or callee.raises):
            continue  # it tells who calls, and leaves the rest to others
        if callee is None:
            asks = not call.receiver and not call.name.endswith("?") and _AUTH.search(call.name) is not None
        else:
            about = bool(callee.responses) and (function.reads_principal or _asks_for_caller(function))
            asks = about or (depth < _HOPS and of_filter(calls, callee, depth + 1) is GuardKind.UNKNOWN)
        if asks:
            return GuardKind.UNKNOWN
    return GuardKind.OTHER if function.complete or depth else GuardKind.UNKNOWN


def _asks_for_caller(function: Function) -> bool:
    """`return if user_signed_in?`."""
    return any(not call.receiver and _SIGNED_IN.match(call.name) for call in function.calls)


def _turns_away(function: Function) -> bool:
    """It fails for want of rights, or answers where it asks who calls."""
    return any(r.status in _REFUSED or _AUTH.search(r.exception) for r in function.raises) or any(
        r.status in _REFUSED
        or function.reads_principal
        or ABOUT_CALLERS.search(r.condition)
        or _TO_LOGIN.search(r.source)
        for r in function.responses
    )


def _asks_session(function: Function, sole: Mapping[str, int]) -> bool:
    """What runs before handlers may end the request, and looks who calls or sends somebody elsewhere (Flask)."""
    if any(_MOVED <= (status or 0) < _FAILED for status in _statuses(function, sole)):
        return True
    ends = bool(function.raises or function.responses)
    return ends and (function.reads_principal or not _WHO.isdisjoint(function.names_read))


def implemented(names: Names, calls: Calls, symbol: str) -> Function | None:
    """What takes a type of Rust from the request, where that stands in another file than the type."""
    if calls.extractors is None:
        found: dict[str, list[Function]] = {}
        for entry in names.files.values():
            if entry.facts.language == "rust" and entry.facts.role != "test":
                for function in entry.facts.functions:
                    if function.name in _TAKES:
                        found.setdefault(function.class_name.rpartition(".")[2], []).append(function)
        calls.extractors = {name: several[0] for name, several in found.items() if len(several) == 1}
    owner = symbol.partition(".from_request")[0].rpartition(".")[2]
    return calls.extractors.get(owner)


def is_silent(names: Names, path: str, guard: Guard) -> bool:
    """Another name for an extractor that refuses nobody: `type Pool = State<PgPool>` (Rust)."""
    name = (
        guard.symbol.name.rpartition(".")[0]
        if guard.symbol is not None and ".from_request" in guard.symbol.name
        else ""
    )
    found = resolve(names, path, name) if name else None
    if found is None or found.kind != "class":
        return False
    cls = names.files[found.path].classes[found.name]
    return cls.kind == "alias" and any(b.name.rsplit(".", 1)[-1] in SILENT for b in cls.bases)


def extractor(names: Names, calls: Calls, guard: Guard, function: Function, sole: Mapping[str, int]) -> Guard:
    """A guard of Rust by what its function does, or those that it calls; one that holds an `Option` refuses nobody."""
    kind: GuardKind | None = guard.kind if guard.kind in PROTECTS else kind_of(function, sole)
    if kind in (None, GuardKind.OTHER):
        pending, seen = [(function, 0)], {id(function)}
        while pending:
            held, depth = pending.pop()
            for _, callee in callees(calls, held) if depth < _HOPS else ():
                if id(callee) not in seen:
                    seen.add(id(callee))
                    pending.append((callee, depth + 1))
                    deeper = kind_of(callee, sole)
                    kind = deeper if deeper in PROTECTS else kind
    # Whoever is refused for a reason that has no number, may be refused for who they are.
    told = None not in _statuses(function, sole)
    if kind is GuardKind.OTHER and not told:
        kind = None
    elif kind is None and told and function.complete:
        handed = any(c.passes_request and c.name not in _PASSES for c in function.calls)
        kind = None if handed else GuardKind.OTHER
    if kind is None and not told and function.complete:
        kind = _promised(guard, function)
    if kind is GuardKind.OTHER and guard.optional and rust_kind(guard.name) in PROTECTS:
        kind = rust_kind(guard.name)  # `optional_auth` refuses nobody, as its name says, and looks who calls
    if kind is None:
        return guard
    cls = names.files[function.path].classes.get(function.class_name.rpartition(".")[2])
    held_by = [f.type for f in cls.fields] if cls is not None else []
    wraps = bool(held_by) and all(t.startswith("Option<") for t in held_by)
    given = {c.name for c in function.calls if c.passes_request}
    looks = bool(given) and _PASSES.issuperset(given) and lets_pass(calls, function)
    return replace(guard, kind=kind, optional=guard.optional or wraps or looks)


def _promised(guard: Guard, function: Function) -> GuardKind | None:
    """What the name of middleware promises, if it refuses some requests and hands on the others in one place."""
    return rust_kind(guard.name) if len(_forwards(function)) == 1 else None


def _forwards(function: Function) -> list[CallSite]:
    """The calls that hand the request on (Rust)."""
    return [c for c in function.calls if c.name in _PASSES and c.receiver == "next"]


def _statuses(function: Function, sole: Mapping[str, int]) -> set[int | None]:
    """What a function answers; None for an answer whose status is not known."""
    own = [r for r in function.responses if not _is_of_others(function, r)]
    return {r.status for r in own} | {
        r.status if r.status is not None else status_of(sole, r.exception) if r.exception else None
        for r in function.raises
        if not _is_of_others(function, r)
    }


def _is_of_others(function: Function, answer: Response | Raise) -> bool:
    """`try { await next(); } catch (err) { ... }`: it says what a failure of those behind it becomes."""
    if not 0 <= answer.site.catch < len(function.catches):
        return False
    covers = function.catches[answer.site.catch].covers
    return bool(covers) and all(kind == "call" and name in _NEXT for kind, name in covers)


def refuses_strangers(calls: Calls, function: Function) -> bool:
    """Whether a function that is given the request reads who calls, and it or what it calls refuses those unknown (Rust)."""
    if not reads_credential(function):
        return False
    pending, seen = [(function, 0)], {id(function)}
    while pending:
        held, depth = pending.pop()
        if any(r.status == UNAUTHENTICATED or _STRANGER.search(r.exception) for r in held.raises):
            return True
        for _, callee in callees(calls, held) if depth < _HOPS else ():
            if id(callee) not in seen:
                seen.add(id(callee))
                pending.append((callee, depth + 1))
    return False


def reads_credential(function: Function) -> bool:
    """The function reads the header that callers identify themselves with."""
    return any(r.place == "header" and CREDENTIAL.search(r.name) for r in function.inputs)


def lets_pass(calls: Calls, function: Function) -> bool:
    """Whether middleware refuses nobody: it hands on every request, and no call of it fails for want of a credential."""
    if not function.complete or function.may_refuse is None:
        return False
    quiet = {q.span for q in function.queries if q.nullable or q.many}
    quiet |= {c.span for c in function.calls if c.effect == "log"}
    quiet |= {function.calls[number].span for number, callee in callees(calls, function) if _is_quiet(calls, callee, 0)}
    return quiet.issuperset(function.may_refuse)


def _is_quiet(calls: Calls, function: Function, depth: int) -> bool:
    """Whether a project function never throws of its own accord, nor what it calls."""
    if not function.complete or function.raises or function.responses or depth > _HOPS:
        return False
    if any(not (q.nullable or q.many) for q in function.queries):
        return False
    known = dict(callees(calls, function))
    return all(
        call.effect == "log" or (number in known and _is_quiet(calls, known[number], depth + 1))
        for number, call in enumerate(function.calls)
    )


def kind_of(function: Function, sole: Mapping[str, int] = MappingProxyType({})) -> GuardKind | None:
    """What a function does as a guard; None if its body does not tell."""
    statuses = _statuses(function, sole)
    if UNAUTHENTICATED in statuses or any(
        r.place == "header" and r.name.lower() == "authorization" for r in function.inputs
    ):
        return GuardKind.AUTHN
    if FORBIDDEN in statuses:
        return GuardKind.AUTHZ
    if not function.complete or any(c.passes_request and c.name not in _NEXT for c in function.calls):
        return None
    return GuardKind.OTHER
