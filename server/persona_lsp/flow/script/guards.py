"""What middleware does, as far as its name and its package tell. Unknown names stay unknown: they may be anything."""

import re
from functools import lru_cache
from typing import Final

from persona_lsp.facts.http import GuardKind
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Member, Name, Str, dotted
from persona_lsp.syntax.javascript import required_module
from persona_lsp.text.patterns import lazy

_PACKAGES: Final = {
    "express-jwt": GuardKind.AUTHN,
    "express-oauth2-jwt-bearer": GuardKind.AUTHN,
    "express-basic-auth": GuardKind.AUTHN,
    "passport": GuardKind.AUTHN,
    "express-openid-connect": GuardKind.AUTHN,
    "connect-ensure-login": GuardKind.AUTHN,
    "koa-jwt": GuardKind.AUTHN,
    "koa-passport": GuardKind.AUTHN,
    "koa-basic-auth": GuardKind.AUTHN,
    "koa-ratelimit": GuardKind.RATE_LIMIT,
    "express-rate-limit": GuardKind.RATE_LIMIT,
    "express-slow-down": GuardKind.RATE_LIMIT,
    "rate-limiter-flexible": GuardKind.RATE_LIMIT,
    "express-brute": GuardKind.RATE_LIMIT,
    "celebrate": GuardKind.VALIDATION,
    "express-validator": GuardKind.VALIDATION,
    "express-validation": GuardKind.VALIDATION,
    "express-joi-validation": GuardKind.VALIDATION,
    "express-zod-api": GuardKind.VALIDATION,
    "zod-express-middleware": GuardKind.VALIDATION,
    "express-openapi-validator": GuardKind.VALIDATION,
    **dict.fromkeys(
        (
            "body-parser", "compression", "cookie-parser", "cookie-session", "cors", "errorhandler", "express",
            "express-fileupload", "express-flash", "express-session", "helmet", "hpp", "lusca", "method-override",
            "morgan", "multer", "pino-http", "express-pino-logger", "response-time", "serve-favicon", "serve-index",
            "serve-static", "swagger-ui-express", "xss-clean", "express-mongo-sanitize", "csurf", "connect-timeout",
            "express-winston", "connect-flash", "apicache", "express-status-monitor", "http-proxy-middleware",
            "express-actuator", "on-finished", "i18n", "i18next-http-middleware", "@sentry/node", "connect-livereload",
            "express-useragent", "express-requests-logger", "express-http-context", "nocache", "timeout",
            "koa-body", "koa-bodyparser", "@koa/bodyparser", "koa-compress", "koa-conditional-get", "@koa/cors", "koa-cors",
            "koa2-cors", "koa-ejs", "koa-error", "koa-etag", "koa-favicon", "koa-helmet", "koa-json", "koa-logger", "koa-static",
            "koa-morgan", "@koa/multer", "koa-onerror", "koa-pino-logger", "koa-response-time", "koa-session", "koa-send",
            "koa-views", "koa-x-request-id", "koa2-swagger-ui", "koa-generic-session", "koa-convert",
            "bunyan-middleware", "cls-rtracer", "connect-assets", "connect-busboy", "connect-gzip-static",
            "connect-history-api-fallback", "connect-multiparty", "connect-slashes", "csrf-csrf", "csrf-sync",
            "dont-sniff-mimetype", "elastic-apm-node", "express-bunyan-logger", "express-busboy", "express-correlation-id",
            "express-device", "express-ejs-layouts", "express-enforces-ssl", "express-expeditious", "express-force-ssl",
            "express-form-data", "express-formidable", "express-handlebars", "express-healthcheck", "express-http-proxy",
            "express-ip", "express-locale", "express-messages", "express-minify", "express-minify-html", "express-partials",
            "express-robots-txt", "express-sslify", "express-static-gzip", "feature-policy", "frameguard", "helmet-csp",
            "hide-powered-by", "hsts", "ienoopen", "less-middleware", "loader-connect", "morgan-body", "node-sass-middleware",
            "overload-protection", "permissions-policy", "prerender-node", "redoc-express", "referrer-policy", "request-ip",
            "swagger-stats", "toobusy-js", "trim-request", "vhost", "webpack-hot-middleware", "x-xss-protection",
            "express-request-id", "express-bearer-token", "prom-client", "express-prom-bundle", "webpack-dev-middleware",
        ),
        GuardKind.OTHER,
    ),
}  # fmt: skip
_VALIDATORS: Final = frozenset(
    {"body", "param", "query", "header", "cookie", "check", "oneOf", "checkSchema", "checkExact", "validationResult"}
)
_WORDS: Final = lazy(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_HARMLESS: Final = lazy(
    r"^(?:json|urlencoded|raw|text|static|initialize|session|cors|helmet|morgan|compression|logger|log|logging|"
    r"multer|upload|single|array|fields|none|any|cache|serve|setup|sanitize|parse_?(?:form|body|json|query|params?|multipart|uploads?|files?)|sanitizer|notFound|rateLimit)$"
    r"|^log(?:ger|ging)|shut.?down|(?:logger|logging|[a-z]Log|compress(?:ion)?|parser|uploader|cors|helmet|i18n|metrics|not.?found|request.?id)$",
    re.IGNORECASE,
)
_FORGERY: Final = lazy(r"[cx]srf", re.IGNORECASE)
"""Where a request comes from, whoever sends it."""
_ABOUT_CALLERS: Final = lazy(r"auth|user|log_?in|session|admin|role|permission", re.IGNORECASE)
_PARSES: Final = lazy(r"(?:parser|logger|compression|cors|helmet)$", re.IGNORECASE)
"""What middleware of packages is called that looks at no caller."""
_PROVIDERS: Final = frozenset(
    "apple auth0 azure azuread-openidconnect bitbucket discord facebook github gitlab google instagram keycloak linkedin "
    "microsoft oidc openidconnect saml slack spotify steam twitch twitter yahoo".split()
)
"""Strategies of passport that send everybody to somebody else to log in."""
_LIMITS: Final = lazy(r"rate.?limit|limiter|throttl|slow.?down|brute", re.IGNORECASE)
_VALIDATES: Final = lazy(
    r"validat|celebrate|schema|sanitiz(?!e$)|(?:^|[._])(?:dto|joi|zod|yup)|^check(?:body|params|query|input)",
    re.IGNORECASE,
)
_ROLES: Final = lazy(
    r"(?:^|_|\b)(?:is|require|require_|has|check|need|verify|ensure|only|restrict|allow|permit)\w*"
    r"(?:admin|role|permission|scope|owner|staff|moderator|superuser|manager|access|capabilit|privilege)"
    r"|restrictTo|permit|^acl$|^rbac$|grantAccess|admin(?:Only|Auth|Guard|Required|Protect)?$|roles?$|permissions?$"
    r"|authorizeRoles?|hasRole|checkRole|^can[A-Z]\w*|accounting$",
    re.IGNORECASE,
)
_AUTHORIZES: Final = lazy(r"authori[sz]e?(?!d$|ation$)", re.IGNORECASE)
_OPTIONAL: Final = lazy(
    r"optional|maybe|soft|if.?(?:present|any|exists)|anonymous|attach|populate|load.?user|set.?user|add.?user|deserialize"
    r"|current.?user$|get.?user$|append.?user|inject|^try_?(?=[A-Z]|auth|log|load|user|verify)",
    re.IGNORECASE,
)
_AUTHENTICATES: Final = lazy(
    r"auth(?!or(?!i[sz]))|jwt|passport|protect|bearer|logged.?in|is.?log(?:ged|in)|login.?required|sign.?in.?required"
    r"|(?:require|ensure|need|must|check|verify|is|validate|with|has|force)[._]?\w*"
    r"(?:auth|user|login|session|token|sign|identity|account|logged|api.?key)"
    r"|^(?:secure[dr]?|private|guard|guarded|session.?required|token|user.?required|identify)$|api.?key|deny.?all",
    re.IGNORECASE,
)
_ENFORCING: Final = frozenset(
    "auth authn authenticate authenticated authentication authenticator authorize authorized authorise authorised "
    "authorization authorizer jwt jwts passport protect protected protection bearer logged login log in required require "
    "requires ensure ensures need needs must check checks checking checker verify verifies verifying verifier validate "
    "valid validator is with has force user users session sessions token tokens sign signed signin identity account api "
    "apis key keys secure secured security private guard guarded guards middleware middlewares mw handler route routes "
    "access only strategy or and not me be been for header headers basic oauth o cookie cookies web client customer "
    "member req request requests the to deny all firebase clerk cognito auth0 supabase keycloak google local person "
    "active logged by from password a b c id exists existing does exist at of student teacher admin employee seller "
    "vendor owner staff http express fn func util global".split()
)
_NOT_AUTH: Final = lazy(
    r"(?:^|\.)(?:no|skip|without|disable)_?auth|guest|logged.?out|not.?(?:logged|authenticated)|^anonymous.?only|captcha|csrf|xsrf|email.?token|verif(?:y|ied).?email|^author(?!i)|push.?token",
    re.IGNORECASE,
)


def classify(expr: AnyExpr, package: str) -> tuple[GuardKind, bool]:
    """The kind of a middleware, and whether it lets anonymous callers pass too. `package` it was imported from, or ""."""
    call = _innermost(expr)
    name = guard_name(expr)
    last = name.rsplit(".", 1)[-1]
    if package in ("passport", "koa-passport") and last in {"initialize", "session"}:
        return GuardKind.OTHER, False
    if package == "passport" and last == "authenticate" and call is not None and _logs_in(call):
        return GuardKind.OTHER, False
    if package in _PACKAGES:
        return _PACKAGES[package], call is not None and _lets_anonymous_pass(call)
    if package and not package.startswith((".", "@/", "~", "src/", "#", "/")) and package.count("/") == 0:
        kind = _by_name(name, last)
        harmless = _PARSES.search(last) is not None and not names_authentication(package)
        return (kind if kind is not GuardKind.OTHER or harmless else GuardKind.UNKNOWN), False
    if call is not None and isinstance(call.func, Name) and call.func.id in _VALIDATORS and _chained(expr):
        return GuardKind.VALIDATION, False
    optional = _OPTIONAL.search(last) is not None or (call is not None and _lets_anonymous_pass(call))
    kind = _by_name(name, last)
    if kind is GuardKind.UNKNOWN and optional and name != last and _AUTH_MODULE.fullmatch(name.split(".", 1)[0]):
        kind = GuardKind.AUTHN  # `auth.optional`
    return kind, optional


def _logs_in(call: Call) -> bool:
    given = call.args[0] if call.args else None
    return isinstance(given, Str) and (given.value or "") in _PROVIDERS


@lru_cache(maxsize=2048)
def names_authentication(name: str) -> bool:
    """The name has to do with who calls, whatever it does about it: `createAuthenticatedHandler`."""
    last = name.rsplit(".", 1)[-1]
    return re.search(
        r"auth(?!or(?!i[sz]))|logged.?in|protect", last, re.IGNORECASE
    ) is not None and not _NOT_AUTH.search(last)


def guard_name(expr: AnyExpr) -> str:
    """The dotted name of what is called or mentioned: of `auth("admin")`, of the start of a chain."""
    call = _innermost(expr)
    module = required_module(call)
    return module or dotted(call.func if call is not None else expr)


@lru_cache(maxsize=2048)
def is_error_name(name: str) -> bool:
    """Whether the name of a middleware says that it takes errors."""
    last = name.rsplit(".", 1)[-1]
    return re.search(r"err(?:or)?s?(?![a-z])|exception", last, re.IGNORECASE) is not None


@lru_cache(maxsize=2048)
def _by_name(name: str, last: str) -> GuardKind:
    if not name:
        return GuardKind.UNKNOWN
    if _LIMITS.search(last):
        return GuardKind.RATE_LIMIT
    if _HARMLESS.search(last):
        return GuardKind.OTHER
    if _ROLES.search(last) and not _NOT_AUTH.search(last):
        return GuardKind.ROLE
    if _AUTHENTICATES.search(last) and not _NOT_AUTH.search(last):
        if _VALIDATES.search(last) and not re.search(r"token|session|jwt|user$|auth", last, re.IGNORECASE):
            return GuardKind.VALIDATION
        if not _ENFORCING.issuperset(w.lower() for w in _WORDS.findall(last)) and not _OPTIONAL.search(last):
            # `updateAuthenticatedUsers`, `jwtMetrics`: has to do with authentication, and may demand nothing.
            return GuardKind.UNKNOWN
        return GuardKind.AUTHZ if _AUTHORIZES.search(last) and not _AUTHORIZED.search(last) else GuardKind.AUTHN
    if _VALIDATES.search(last) or _VALIDATES.search(name):
        return GuardKind.VALIDATION
    head = name.split(".", 1)[0]
    demands = _ENFORCING.issuperset(w.lower() for w in _WORDS.findall(last))
    if head != last and demands and _AUTH_MODULE.fullmatch(head):
        # `auth.required`, `auth.user`: what the module is called says it.
        return GuardKind.AUTHN
    harmless = (head != last and _HARMLESS.search(head)) or (_FORGERY.search(last) and not _ABOUT_CALLERS.search(last))
    return GuardKind.OTHER if harmless else GuardKind.UNKNOWN


_AUTH_MODULE: Final = lazy(r"(?:\w*auth\w*|passport|jwt|guards?)", re.IGNORECASE)
_AUTHORIZED: Final = lazy(r"is.?authori[sz]ed|authori[sz]ed$|^authori[sz]e$|authori[sz]ation$", re.IGNORECASE)


def _innermost(expr: AnyExpr) -> Call | None:
    """The first call of a chain: `body("x")` of `body("x").isEmail().trim()`."""
    found: Call | None = None
    while isinstance(expr, Call | Member):
        if isinstance(expr, Call):
            found = expr
            expr = expr.func.base if isinstance(expr.func, Member) else expr.func
        else:
            expr = expr.base
    return found


def _chained(expr: AnyExpr) -> bool:
    return isinstance(expr, Call) and (isinstance(expr.func, Member) or bool(expr.args))


def _lets_anonymous_pass(call: Call) -> bool:
    required = call.option("credentialsRequired")
    if isinstance(required, Const):
        return required.value is False
    flag = call.option("required") or call.option("optional")
    if isinstance(flag, Const):
        return flag.value is (call.option("required") is None)
    passes = call.option("passthrough")
    if isinstance(passes, Const):
        return passes.value is True
    return False
