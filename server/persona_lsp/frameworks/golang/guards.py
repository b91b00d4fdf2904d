"""What middleware of Go does, as far as its name and its package tell. Unknown names stay unknown."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import GuardKind
from persona_lsp.flow.forgery import without_forgery
from persona_lsp.frameworks.golang.skipping import let_pass
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Kwarg, Lambda, Member, Name, dotted
from persona_lsp.text.patterns import lazy

_LIMITS: Final = lazy(r"rate.?limit|limiter|throttl", re.IGNORECASE)
_HARMLESS: Final = lazy(
    r"^(?:logger|recover(?:y|er)?|cors|gzip|compress|decompress|secure|helmet|request.?id|real.?ip|timeout|etag|favicon|"
    r"no.?cache|heartbeat|profiler|strip.?slashes|redirect.?slashes|clean.?path|get.?head|static|session|sessions|csrf|"
    r"body.?(?:limit|dump)|remove.?trailing.?slash|add.?trailing.?slash|method.?override|proxy|pprof|monitor|expvar|"
    r"allow.?content.?(?:type|encoding)|content.?(?:charset|type)|set.?header|with.?value|metrics|prometheus|tracing|trace|"
    r"not.?found|https?.?redirect|force.?https|hsts|security.?headers|default.?compress|new.?compressor|error.?handler|location|i18n|locale|otel\w*|sentry|load.?and.?save)$"
    r"|(?:logger|logging|recover(?:y|er)?|cors|gzip|metrics|tracing|headers?|request.?id|with.?config.?cors|i18n)$|(?:^|_)panics?(?:_|$)|(?:logger|recovery)_with_\w+$",
    re.IGNORECASE,
)
_PACKAGES: Final = (
    (lazy(r"gin-contrib/cors|rs/cors|go-chi/cors|fiber/v\d/middleware/cors|gin-contrib/(?:gzip|logger|zap|sessions|static|secure|requestid|pprof|timeout|size)"), GuardKind.OTHER),
    (lazy(r"gofiber/(?:contrib/)?jwt|appleboy/gin-jwt|echo-jwt|go-chi/jwtauth|basicauth|keyauth|auth0/go-jwt-middleware"), GuardKind.AUTHN),
    (lazy(r"prometheus/promhttp|swaggo/|net/http/pprof|^net/http$|^expvar$"), GuardKind.OTHER),
    (lazy(r"didip/tollbooth|go-chi/httprate|ulule/limiter|middleware/limiter"), GuardKind.RATE_LIMIT),
)  # fmt: skip
_CAMEL: Final = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ROLES: Final = lazy(
    r"(?:^|_)(?:is|require[sd]?|has|check|need|verify|ensure|only|restrict|allow|permit|must)_(?:\w*_)?"
    r"(?:admin|role|permission|scope|owner|staff|moderator|privilege|capabilit)"
    r"|^(?:admin|role|permission)s?(?:_(?:only|auth|required|guard|middleware))?$|casbin|^rbac$|^acl$"
)
_AUTHENTICATES: Final = lazy(
    r"auth(?!or(?!i[sz]))|jwt|bearer|logged_?in|login_?required|protected|^secured?$"
    r"|(?:^|_)(?:require[sd]?|ensure|need|must|check|verify|is|validate|with|has|force|only)_(?:\w*_)?"
    r"(?:auth|user|login|session|token|signed|identity|account|logged|api_?key)|api_?key|^basic_?auth"
)
_OPTIONAL: Final = lazy(r"optional|maybe|soft|if.?(?:present|any)|anonymous|try|load.?user|set.?user", re.IGNORECASE)
_NO_LOGIN: Final = lazy(
    r"(?:no|not|un|skip|without|redirect.?if|guest)_?(?:auth|logged|log.?in|login|authenticated)|^guest", re.IGNORECASE
)
_CONFIGURED: Final = lazy(r"WithConfig$|Handler$|Middleware$")
_LOOKS: Final = lazy(r"verif(?:y|ier)$")
_MAKERS: Final = frozenset({"New", "Default", "Handle", "Handler", "Middleware", ""})
_SKIPS: Final = frozenset({"Skipper", "Next", "Filter", "ContinueOnIgnoredError"})


def classify(expr: AnyExpr, package: str) -> tuple[GuardKind, bool, bool]:
    """(kind, optional, conditional) of a middleware. `package` is the import path that it comes from, or ""."""
    name = guard_name(expr)
    last = _CONFIGURED.sub("", name.rsplit(".", 1)[-1])
    if last in _MAKERS and "." in name:
        last = name.rsplit(".", 2)[-2]  # `logger.New()` is what its package is called
    last = _CAMEL.sub("_", last).lower()
    conditional = _skips(expr)
    for known, kind in _PACKAGES:
        if known.search(package):
            # What only looks for a token refuses nobody: chi's `jwtauth.Verifier`.
            return kind, kind is GuardKind.AUTHN and _LOOKS.match(last) is not None, conditional
    rest = without_forgery(last)
    if rest != last and not _ROLES.search(rest) and not _AUTHENTICATES.search(rest):
        return GuardKind.OTHER, False, conditional
    last = rest
    if _LIMITS.search(last):
        return GuardKind.RATE_LIMIT, False, conditional
    if _NO_LOGIN.search(last):
        return GuardKind.OTHER, False, conditional
    if _ROLES.search(last):
        return GuardKind.ROLE, False, conditional
    if _HARMLESS.search(last):
        return GuardKind.OTHER, False, conditional
    if _AUTHENTICATES.search(last):
        return GuardKind.AUTHN, _OPTIONAL.search(last) is not None or _says_no(expr), conditional
    return GuardKind.UNKNOWN, False, conditional


def guard_name(expr: AnyExpr) -> str:
    """The dotted name of a middleware, or of the function that makes it; "" for one that is written in place."""
    while isinstance(expr, Call):
        expr = expr.func
    if isinstance(expr, Lambda):
        return ""
    return dotted(expr) or (expr.name if isinstance(expr, Member) else expr.id if isinstance(expr, Name) else "")


def _says_no(expr: AnyExpr) -> bool:
    """`AuthMiddleware(false)`: what demands a login is told not to."""
    return isinstance(expr, Call) and any(isinstance(a, Const) and a.value is False for a in expr.args)


def _skips(expr: AnyExpr) -> bool:
    """`JWTConfig{Skipper: func(c) bool {...}}`: some requests pass without it."""
    return any(True for _ in _skippers(expr))


def spared(expr: AnyExpr) -> tuple[str, ...]:
    """The requests that pass without it, as `Guard.outside`; empty if nobody can tell."""
    given = tuple(_skippers(expr))
    return let_pass(given[0]) if len(given) == 1 and isinstance(given[0], Lambda) else ()


def _skippers(expr: AnyExpr) -> Iterator[AnyExpr]:
    for arg in expr.args if isinstance(expr, Call) else ():
        given: tuple[Kwarg, ...] = arg.kwargs if isinstance(arg, Call) else ()
        yield from (k.value for k in given if k.name in _SKIPS)
