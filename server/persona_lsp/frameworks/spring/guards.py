"""Guards: annotations on handlers and controllers, and the rules of security filter chains."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.spring.annotations import argument, flag, listed, simple, string, type_name, where
from persona_lsp.syntax.ir import Decorator, FunctionNode, Module, ParamNode, Str, dotted
from persona_lsp.text.patterns import lazy

_ROLES: Final = lazy(r"has(?:Any)?(?:Role|Authority)|hasPermission|hasScope|hasAnyScope|#oauth2")
_AUTHENTICATED: Final = lazy(r"^\s*(?:is(?:Fully)?Authenticated\(\)|authenticated|isRememberMe\(\))\s*$")
_EVERYONE: Final = lazy(r"^\s*(?:permitAll(?:\(\))?|isAnonymous\(\)|true)\s*$")
_LIKE_GUARD: Final = lazy(
    r"^(?!EnableGlobal)(?:.*(?:Auth(?!or\b)|Secured|Permission|Login|Admin|Role|Access|Privilege|Protected|Scope[sd]?$|Check.*Owner|Owner(?:ship)?Check))",
    re.IGNORECASE,
)
_NOT_GUARD: Final = frozenset({
    "Scope", "RefreshScope", "JobScope", "StepScope", "RequestScope", "SessionScope", "AuthenticationPrincipal",
    "SecurityRequirement", "SecurityRequirements", "EnableMethodSecurity", "Authorization", "AuthorizationScope",
    "ApplicationScope",
})  # fmt: skip
_SHIRO: Final = {
    "RequiresPermissions": GuardKind.ROLE, "RequiresRoles": GuardKind.ROLE, "RequiresAuthentication": GuardKind.AUTHN,
    "RequiresUser": GuardKind.AUTHN, "SaCheckLogin": GuardKind.AUTHN, "SaCheckRole": GuardKind.ROLE,
    "SaCheckPermission": GuardKind.ROLE, "RolesAllowed": GuardKind.ROLE, "Authenticated": GuardKind.AUTHN,
    "DenyAll": GuardKind.AUTHZ,
}  # fmt: skip
_OPEN: Final = frozenset({"PermitAll", "SaIgnore", "RequiresGuest", "Anonymous", "AnonymousAccess", "PassToken"})
_LIMITS: Final = frozenset({"RateLimiter", "RateLimit", "RateLimited", "Bucket4j", "Bulkhead", "SentinelResource"})
_LIKE_CALLER: Final = lazy(
    r"^(?!RequestAttribute|SessionAttribute|Author(?!i))"
    r".*(?:User|Login|Auth|Member|Account|Principal|Current|Logged|Caller|Identity|Jwt|Token|Tenant|Session)"
)
_CALLERS: Final = frozenset({
    "Principal", "Authentication", "Jwt", "UserDetails", "JwtAuthenticationToken", "OAuth2AuthenticationToken",
    "OAuth2User", "OidcUser", "UsernamePasswordAuthenticationToken", "UserPrincipal", "CurrentUser", "LoginUser",
})  # fmt: skip
COMPOSED: Final = "@"
"""The mark of an annotation that may carry others, which say what it demands."""
_COMMON: Final = frozenset({
    "Override", "Deprecated", "SuppressWarnings", "RestController", "Controller", "RequestMapping", "ResponseBody",
    "ResponseStatus", "Path", "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "Consumes", "Produces", "Slf4j",
    "RequiredArgsConstructor", "AllArgsConstructor", "Transactional", "Valid", "Validated", "CrossOrigin", "Autowired",
    "Service", "Component", "Configuration", "Tag", "Operation", "ApiResponse", "ApiResponses", "ApiOperation", "Api",
    "Target", "Retention", "Documented", "Inherited", "Entity", "Table", "Data", "Getter", "Setter", "Builder",
})  # fmt: skip
_LIBRARIES: Final = (
    "org.springframework", "org.springdoc", "io.swagger", "lombok", "jakarta", "javax", "java.", "com.fasterxml", "org.junit",
    "org.slf4j", "io.micrometer", "org.hibernate", "org.mapstruct", "com.google", "org.apache", "reactor", "io.quarkus",
    "com.netflix", "kotlin",
)  # fmt: skip
_CREDENTIALS: Final = lazy(r"authorization|.*token|.*api-?key", re.IGNORECASE)
_AUTHORIZATION: Final = lazy(r"(?:http_?headers\.)?authorization", re.IGNORECASE)


def caller_guards(method: FunctionNode, module: Module) -> tuple[Guard, ...]:
    """Arguments that carry the caller: whatever resolves them may refuse strangers, and stands somewhere else."""
    found: list[Guard] = []
    for p in method.params:
        for d in p.decorators:
            name = simple(d.name)
            if name == "RequestHeader":
                given = argument(d, "value", "name")
                named = string(given) or dotted(given) or p.name
                if _AUTHORIZATION.fullmatch(named):
                    found.append(_header(p, d, module))
                    continue
                asks = _CREDENTIALS.fullmatch(named) is not None
            else:
                asks = _LIKE_CALLER.match(name) is not None
            if asks:
                found.append(_caller(name, module, d.start, d.end))
        if not p.decorators and type_name(p.type) in _CALLERS:
            found.append(_caller(type_name(p.type), module, p.start, p.end))
    return tuple(sorted(found, key=lambda guard: (guard.optional, guard.conditional))[:1])


def _header(p: ParamNode, d: Decorator, module: Module) -> Guard:
    """`@RequestHeader("Authorization")`: Spring refuses with 400 whoever does not bring it, unless it need not be."""
    free = (
        flag(argument(d, "required")) is False
        or argument(d, "defaultValue") is not None
        or type_name(p.type) == "Optional"
        or any(simple(own.name) == "Nullable" for own in p.decorators)
    )
    at, source = where(module, d), module.text(d)
    return Guard(simple(d.name), GuardKind.AUTHN, Level.ROUTE, at, None, source, optional=free, handed=True)


def _caller(name: str, module: Module, start: int, end: int) -> Guard:
    return Guard(name, GuardKind.AUTHN, Level.ROUTE, Where(module.path, start, end), conditional=True)


def declared_guards(decorators: Iterable[Decorator], level: Level, module: Module) -> tuple[Guard, ...]:
    """The guards among the annotations of a class or method."""
    return tuple(guard for d in decorators for guard in _declared(d, level, module))


def _declared(d: Decorator, level: Level, module: Module) -> Iterator[Guard]:
    name = simple(d.name)
    at = where(module, d)
    source = module.text(d)
    if name in {"PreAuthorize", "PostAuthorize"}:
        value = argument(d, "value")
        text = string(value)
        kind = expression_kind(text) if isinstance(value, Str) else GuardKind.AUTHZ
        yield Guard(name, kind, level, at, Ref(d.name), source, allows_all=bool(_EVERYONE.match(text)))
    elif flag(argument(d, "optional")) is True or flag(argument(d, "required")) is False:
        if name == "Secured" or _LIKE_GUARD.match(name):
            # The project's own annotation says that callers may be nobody.
            yield Guard(name, GuardKind.AUTHN, level, at, Ref(d.name), source, optional=True)
    elif name == "Secured":
        roles = [string(item) for item in listed(argument(d, "value"))]
        anonymous = "IS_AUTHENTICATED_ANONYMOUSLY" in roles
        kind = GuardKind.AUTHN if any(r.startswith("IS_AUTHENTICATED") for r in roles) else GuardKind.ROLE
        yield Guard(name, kind, level, at, Ref(d.name), source, allows_all=anonymous)
    elif name in _SHIRO and not _is_nested(d.name):
        yield Guard(name, _SHIRO[name], level, at, Ref(d.name), source)
    elif name in _OPEN:
        yield Guard(name, GuardKind.AUTHN, level, at, Ref(d.name), source, allows_all=True)
    elif name in _LIMITS:
        yield Guard(name, GuardKind.RATE_LIMIT, level, at, Ref(d.name), source)
    elif name not in _NOT_GUARD and _LIKE_GUARD.match(name):
        # The project's own annotation: what it does stands in an aspect or interceptor that is not read here.
        yield Guard(name, GuardKind.UNKNOWN, level, at, Ref(d.name), source, mark=COMPOSED)
    elif _may_be_own(name, module):
        yield Guard(name, GuardKind.OTHER, level, at, Ref(d.name), source, mark=COMPOSED)


def _is_nested(name: str) -> bool:
    """`@Responses.Authenticated`: an annotation that a class of the project holds, whatever the last part is called."""
    above = name.rpartition(".")[0].rpartition(".")[2]
    return above[:1].isupper()


def _may_be_own(name: str, module: Module) -> bool:
    """The annotation may be the project's own, which carries others: it is imported from next to the file, or not."""
    if name in _COMMON or name.endswith("Mapping"):
        return False
    imported = next((i.module for i in module.imports if i.local == name), "")
    return not imported.startswith(_LIBRARIES)


def expression_kind(text: str) -> GuardKind:
    """What a security expression demands."""
    if _AUTHENTICATED.match(text) or _EVERYONE.match(text):
        return GuardKind.AUTHN
    return GuardKind.ROLE if _ROLES.search(text) else GuardKind.AUTHZ
