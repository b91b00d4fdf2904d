"""What tells how an endpoint treats its callers beside its guards: what it is given, what it reads, what it refuses."""

from typing import Final

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import In
from persona_lsp.rules.memo import per_snapshot
from persona_lsp.rules.predicates import answers, has_unknown_guard, words
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_CREDENTIALS: Final = frozenset({"auth", "authorization", "credential", "credentials", "key", "token"})
"""Words of headers that say who calls."""
_REFUSALS: Final = frozenset({401, 403})
_BEARERS: Final = lazy(
    r":(?:HTTPBearer|OAuth2PasswordBearer|OAuth2AuthorizationCodeBearer)$"
    r"|^(?:jsonwebtoken|jose|express-jwt|express-oauth2-jwt-bearer|passport-jwt):"
)
"""Imports (`module:name`) of what reads tokens."""
_KEEPERS: Final = lazy(
    r":(?:SessionMiddleware|APIKeyCookie|Cookie|CookieTransport|CookieAuthentication|HttpSession|ResponseCookie|CookieValue)$"
    r"|^(?:starlette\.middleware\.sessions|starsessions|fastapi_sessions?|fastapi_csrf_protect|authlib|itsdangerous)\b"
    r"|^(?:express-session|cookie|cookie-session|cookie-parser|csurf|csrf-csrf|lusca|passport|iron-session|connect-[\w-]+):"
    r"|^org\.springframework\.session\b"
)
"""Imports of what keeps callers in cookies and sessions."""
_COOKIES: Final = frozenset({"set_cookie", "delete_cookie", "cookie", "clearCookie", "setCookie", "addCookie"})


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


@per_snapshot
def brings_tokens_only(snapshot: Snapshot) -> bool:
    """Callers show a token in a header, and nothing in the project knows of cookies, sessions or browser log-ins."""
    files = [
        facts for facts in snapshot.files.values() if facts.role == "prod" and facts.path not in snapshot.front_end
    ]
    if any(param.place == In.COOKIE for endpoint in snapshot.endpoints for param in endpoint.params):
        return False
    if "always" in snapshot.sessions or any(_keeps_callers(facts) for facts in files):
        return False
    if "default" in snapshot.sessions:
        return any(_is_stateless(facts) for facts in files)
    return any(_reads_tokens(facts) for facts in files)


def _keeps_callers(facts: FileFacts) -> bool:
    if any(_KEEPERS.search(f"{known.module}:{known.name}") for known in facts.imports):
        return True
    return any(
        any(read.place == In.COOKIE for read in function.inputs)
        or any(call.name in _COOKIES or call.name == "httpBasic" for call in function.calls)
        for function in facts.functions
    )


def _is_stateless(facts: FileFacts) -> bool:
    return any(
        call.name == "sessionCreationPolicy" and any(argument.endswith("STATELESS") for argument in call.arguments)
        for function in facts.functions
        for call in function.calls
    )


def _reads_tokens(facts: FileFacts) -> bool:
    if any(_BEARERS.search(f"{known.module}:{known.name}") for known in facts.imports):
        return True
    return any(
        read.place == In.HEADER and read.name.lower() == "authorization"
        for function in facts.functions
        for read in function.inputs
    )
