"""What tells how an endpoint treats its callers beside its guards: what it is given, what it reads, what it refuses."""

from typing import Final

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import In
from persona_lsp.rules.predicates import answers, has_unknown_guard, words
from persona_lsp.workspace.snapshot import Endpoint

_CREDENTIALS: Final = frozenset({"auth", "authorization", "credential", "credentials", "key", "token"})
"""Words of headers that say who calls."""
_REFUSALS: Final = frozenset({401, 403})


def reached(endpoint: Endpoint) -> tuple[Function, ...]:
    """The project's functions that a request of the endpoint goes through, as far as they are known."""
    handler = (endpoint.handler,) if endpoint.handler is not None else ()
    return (*handler, *endpoint.before, *endpoint.callees)


def given(endpoint: Endpoint) -> frozenset[str]:
    """The last words of what the endpoint is given: `shareToken` is a token, and `tokenId` is none."""
    names = [*endpoint.path_params, *(param.name for param in endpoint.params)]
    names += [read.name for one in (endpoint.handler, *endpoint.before) if one is not None for read in one.inputs]
    return frozenset(parts[-1] for name in names if (parts := words(name)))


def asks_itself(endpoint: Endpoint) -> bool:
    """The handler refuses strangers by itself, or might do so where nobody can see it."""
    if endpoint.handler is None or not endpoint.handler.complete or _REFUSALS & set(endpoint.statuses):
        return True
    asking = reached(endpoint)
    if any(one.reads_principal or any(answer.status in _REFUSALS for answer in answers(one)) for one in asking):
        return True
    read = [(one.place, one.name) for function in asking for one in function.inputs]
    read += [(param.place, param.name) for param in endpoint.params]
    return any(_says_who_calls(place, name) for place, name in read) or has_unknown_guard(endpoint)


def _says_who_calls(place: str, name: str) -> bool:
    return place == In.COOKIE or (place == In.HEADER and bool(_CREDENTIALS & set(words(name))))
