"""Which functions serve requests, as far as calls could be followed, and whether only administrators make them."""

import re
from typing import Final

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, GuardKind
from persona_lsp.rules.memo import per_snapshot
from persona_lsp.rules.predicates import words
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot

_ADMINS: Final = frozenset({"admin", "admins", "administrator", "root", "staff", "sudo", "superadmin", "superuser"})
_OTHERS: Final = lazy(r"[.\"':](all|any|customer|default|guest|member|user)s?\b", re.IGNORECASE)
"""Roles beside that of the administrator in what a guard is given."""


def is_serving(function: Function, snapshot: Snapshot) -> bool:
    """A request reaches the function: it handles an endpoint, runs before one, or is called on the way."""
    return (function.path, function.key) in _serving(snapshot)


def serves_admins_only(function: Function, snapshot: Snapshot) -> bool:
    """Every endpoint whose requests reach the function is for administrators; False where none is known."""
    served = _serving(snapshot).get((function.path, function.key), [])
    return bool(served) and all(is_for_admins(endpoint) for endpoint in served)


def is_for_admins(endpoint: Endpoint) -> bool:
    """A guard says so, or the path does and callers have to log in."""
    if any(_lets_admins_in_only(guard) for guard in endpoint.guards):
        return True
    below = any(not segment.param and _ADMINS & set(words(segment.literal)) for segment in endpoint.segments)
    return below and endpoint.auth is Auth.REQUIRED


def _lets_admins_in_only(guard: Guard) -> bool:
    if guard.allows_all or guard.optional or guard.kind not in {GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE}:
        return False
    told = f"{guard.name} {guard.source}"
    return bool(_ADMINS & set(words(told))) and _OTHERS.search(guard.source) is None


@per_snapshot
def _serving(snapshot: Snapshot) -> dict[tuple[str, str], list[Endpoint]]:
    """The endpoints whose requests reach a function, by file and key. Whoever sends a message waits for nobody."""
    found: dict[tuple[str, str], list[Endpoint]] = {}
    for endpoint in snapshot.endpoints:
        if endpoint.route.kind == "message":
            continue
        handler = (endpoint.handler,) if endpoint.handler is not None else ()
        for function in (*handler, *endpoint.before, *endpoint.callees):
            found.setdefault((function.path, function.key), []).append(endpoint)
    return found
