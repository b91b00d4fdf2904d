"""Whether a function refuses callers who do not say who they are: by its own code, or by that of what it calls."""

import re
from collections.abc import Mapping
from typing import Final

from persona_lsp.flow.anonymous import Passing, demands, gates, sends_away, turns_away
from persona_lsp.flow.anonymous_go import GoRun
from persona_lsp.flow.rust.asking import given_the_request, requests_of, takes_credential
from persona_lsp.flow.rust.asking import outcome as outcome_of
from persona_lsp.flow.walk import Walk
from persona_lsp.text.patterns import lazy

CREDENTIALS: Final = lazy(rb"uthorization|oken|redential|ookie|pi_?[kK]ey|session|\buser|current_user|logged_in")
BEFORE: Final[Mapping[str, Passing]] = {"nothing": "nothing", "whatever": "whatever"}
_REFUSES: Final = lazy(rb"40[13]|nauthori[sz]ed|NAUTHORI|orbidden|FORBIDDEN|uthenticated|edirect")
_SENDS: Final = lazy(rb"edirect\w*\(")
_SCRIPTS: Final = frozenset({"javascript", "typescript", "tsx"})
_REQUEST: Final = lazy(r"^_*(?:req|request|ctx|context)$")
_ASKS: Final = lazy(r"auth|session|login|logged|token|credential|user|permission|access|guard|protect", re.IGNORECASE)
_MOST: Final = 6


def demands_of(walk: Walk) -> bool:
    """The function refuses everybody who does not say who calls."""
    function, role = walk.function, walk.handling
    if walk.module.language == "rust":
        return role is not None and takes_credential(walk.module.source[function.body_start : function.body_end])
    if role is not None and (passing := BEFORE.get(role.passing)) is not None:
        if CREDENTIALS.search(walk.module.source, function.body_start, function.body_end) is None:
            return False
        return turns_away(function, walk.module.source, passing, request=role.request)
    if role is not None and role.kind not in ("handler", "middleware", "helper"):
        return False
    request = role.request if role is not None else ()
    if not request and walk.module.language in _SCRIPTS:
        request = tuple(p.name for p in function.params if _REQUEST.match(p.name))
    if not request and (role is None or walk.module.language in _SCRIPTS):
        return False
    if _REFUSES.search(walk.module.source, function.body_start, function.body_end) is None:
        return False
    response, forward = (role.response, role.forward) if role is not None else ((), ())
    run_as = GoRun if walk.module.language == "go" else None
    return demands(function, walk.module.source, request=request, response=response, forward=forward, run_as=run_as)


def sends_away_of(walk: Walk) -> bool:
    """The handler sends everybody elsewhere who does not say who calls (Python)."""
    function, role, source = walk.function, walk.handling, walk.module.source
    if role is None or role.kind != "handler" or walk.module.language != "python":
        return False
    if _SENDS.search(source, function.body_start, function.body_end) is None:
        return False
    if CREDENTIALS.search(source, function.body_start, function.body_end) is None:
        return False
    return sends_away(function, source, request=role.request, response=role.response, forward=role.forward)


def doors_of(walk: Walk, start: int) -> tuple[int, ...]:
    """Calls that are given the request, without whose success it is served, too (Rust)."""
    return _ending(walk, start, "served") if walk.handling is not None and walk.module.language == "rust" else ()


def _ending(walk: Walk, start: int, outcome: str) -> tuple[int, ...]:
    """The calls that are given the request, whose failure has this outcome for it (Rust)."""
    return tuple(
        number for number in given_the_request(walk.calls, requests_of(walk.function))
        if not walk.calls[number].site.conditional
        and outcome_of(walk.module.source, start + walk.calls[number].span.start, start + walk.calls[number].span.end) == outcome
    )  # fmt: skip


def gates_of(walk: Walk, start: int) -> tuple[tuple[int, ...], ...]:
    """Calls that are given the request, by which alone it may refuse callers: one by one, and those that ask together."""
    function, role = walk.function, walk.handling
    if role is None or role.kind not in ("handler", "middleware") or function.has_error:
        return ()
    if walk.module.language == "rust":
        return tuple((number,) for number in _ending(walk, start, "refused"))
    if walk.module.language not in _SCRIPTS:
        return ()
    given = [n for n, call in enumerate(walk.calls) if call.passes_request and not call.effect]
    if not given:
        return ()
    groups: list[tuple[int, ...]] = [(n,) for n in given[:_MOST]]
    asking = tuple(n for n in given if _ASKS.search(walk.calls[n].name))
    if len(asking) > 1:
        groups.append(asking)
    found: list[tuple[int, ...]] = []
    for group in groups:
        spans = [walk.calls[n].span for n in group]
        reached = gates(
            function, walk.module.source, [(start + s.start, start + s.end) for s in spans],
            request=role.request, response=role.response, forward=role.forward,
        )  # fmt: skip
        if reached:
            found.append(tuple(group[n] for n in reached))
    return tuple(dict.fromkeys(found))
