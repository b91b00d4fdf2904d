"""Which dependencies guard an endpoint: told by their names and by FastAPI's own security classes."""

import re
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.text import Ref
from persona_lsp.flow.forgery import without_forgery
from persona_lsp.frameworks.fastapi.names import from_fastapi
from persona_lsp.syntax.ir import AnyExpr, Call, FunctionNode, Items, Name, Node
from persona_lsp.syntax.python_names import Names, flag, place, ref_name
from persona_lsp.text.patterns import lazy

SECURITY_CLASSES: Final = frozenset(
    {
        "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "OAuth2", "HTTPBearer", "HTTPBasic", "HTTPDigest",
        "APIKeyHeader", "APIKeyCookie", "APIKeyQuery", "OpenIdConnect",
    }
)  # fmt: skip
_ROLE: Final = lazy(r"(?:^|_)(?:admin|superuser|super_user|staff|moderator|role|roles|owner_or_admin)(?:_|$|s$)")
_AUTHZ: Final = lazy(
    r"permission|(?:^|_)scopes?(?:_|$)|(?:^|_)can_|is_owner|ownership|(?:^|_)owner(?:_|$)|(?:^|_)polic(?:y|ies)(?:_|$)"
    r"|(?:^|_)access_control|authori[sz]e(?:_|$)|(?:has|check|require|requires|verify|ensure|enforce)_(?:\w+_)?access(?!_?token)|privilege|entitle"
)
_AUTHN: Final = lazy(
    r"current_?(?:\w+_)?(?:user|account|member|principal|identity|client|customer|person|employee|organization|team)"
    r"|(?:^|_)(?:auth|authed|authenticated|authentication|authenticate|authenticator|authorizer|authorized|authorization)(?:_|$)"
    r"|(?:^|_)(?:verify|validate|check|require|decode|valid)_(?:\w+_)?(?:token|jwt|credentials?|session|signature|api_?key|key|user|auth|login)"
    r"|(?:^|_)(?:get|require)_(?:\w+_)?(?:api_?key|token|token_data|token_payload|credentials|jwt)(?:_|$)"
    r"|oauth2?|bearer|(?:^|_)jwt(?:_|$)|(?:^|_)login_required|logged_in|http_basic|(?:^|_)api_?key|(?:^|_)security$|session_user"
    r"|get_user_from|user_from_(?:token|request|session|cookie)|authed_user|auth_user|requires_?login|(?:^|_)login_manager$"
)
_FORMS: Final = frozenset({"HTTPBasicCredentials", "HTTPAuthorizationCredentials"})
"""Models of credentials: `Depends()` of one takes its fields from the query, and demands no login."""
_OBJECT: Final = "AuthJWT"
"""What fastapi-jwt-auth injects: it demands nothing by itself."""
_DATA: Final = lazy(
    r"_(?:repository|repositories|repo|services?|getter|store|dao|factory|registry|helpers?|flow|flows|crud|client|db)$"
    r"|(?:^|_)(?:paginated|list|all|find|fetch)_|_by_(?:id|slug|name)(?:_|$)"
)
"""Words of dependencies that hand out data or tools, whatever else they are called after."""
_TOOL: Final = lazy(
    r"_(?:controller|(?<!login_)manager|provider|handler|backend|gateway|adapter|facade|engine|strategy|generator|builder"
    r"|use_?cases?|interactor|uow|unit_of_work|config|configuration|settings|logger|cache|storage|publisher|sender|mailer"
    r"|resolver|loader|queries|commands|bus|pool|sdk|validations?)$"
)
"""What is handed out to a handler that works with it, by a function that gives it (`get_auth_controller`) or a class."""
_GIVES: Final = lazy(r"^_*(?:get|give|provide|make|build|create|new|init|inject|resolve|load|obtain)_")
_STRANGE: Final = lazy(
    r"(?:^|_)(?:auth|authentication|authorization|jwt|oauth2?|token|api_?key)_(?!(?:\w+_)?(?:user|account|member|principal"
    r"|identity|customer|client|person|caller|subject|token|header|headers|credential|credentials|info|context|ctx|data"
    r"|payload|session|claims?|key|state|scopes?|details|result|status|required|optional|guard|dependency|fail|none|sub|id"
    r"|uid|email|username|tenant|organization|team|role|roles|admin|bearer|cookie|scheme|jwt|decoded|verified)(?:_|$))\w"
)
"""A word behind authentication that means no caller: whether the function asks for one, its body tells."""
_ENFORCES: Final = lazy(
    r"(?:^|_)(?:require|requires|required|verify|check|ensure|validate|enforce|current|authenticated|protect)(?:_|$)"
)
_OPENS: Final = lazy(r"(?:^|_)(?:no_auth|without_auth|skip_auth|logged_out|not_logged_in)(?:_|$)")
_FEATURE: Final = lazy(r"_(?:enabled|disabled|configured|supported|installed)$")
"""What asks how the application is set up, whoever calls: `authorization_server_enabled`."""
_VERIFIERS: Final = lazy(r"(?:^|_)auth\w*_(?:verifier|checker|validator|guard|authenticator|dependency|enforcer)$")
"""What a function makes that is called in front of a handler: `Depends(get_auth_verifier(scopes))`."""
_RATE: Final = lazy(r"rate_?limit|limiter|throttl|slow_?api")
_OPTIONAL: Final = lazy(r"optional|maybe|or_none|or_anonymous|allow_anonymous|try_|_no_error|_or_guest")
_STRICT: Final = lazy(r"requir|rais|error|enforce|strict|mandatory|must|fail|abort")
_LENIENT: Final = lazy(r"optional|anonymous|lenient|guest|allow_none")
"""Arguments of what makes a dependency, by which it refuses those who bring no credential, or lets them pass."""
_CAMEL: Final = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=2048)
def kind_of(name: str) -> GuardKind | None:
    """What a dependency of that name does with a request; None if its name doesn't say that it guards anything."""
    written = name.replace("()", "").rsplit(".", 1)[-1]
    whole = _CAMEL.sub("_", written).lower()
    last = without_forgery(whole)
    if _OPENS.search(last) or _FEATURE.search(last):
        return None
    if _RATE.search(last):
        return GuardKind.RATE_LIMIT
    if not _ENFORCES.search(last):
        gives = _GIVES.search(last) is not None
        if _DATA.search(last) or ((gives or written[:1].isupper()) and _TOOL.search(last)):
            return None
        if gives and _STRANGE.search(last):
            return GuardKind.UNKNOWN
    if _ROLE.search(last):
        return GuardKind.ROLE
    if _AUTHN.search(last):
        return GuardKind.AUTHN
    if _AUTHZ.search(last):
        return GuardKind.AUTHZ
    return GuardKind.OTHER if last != whole else None


def guard_of(
    dependency: AnyExpr,
    holder: Node,
    level: Level,
    names: Names,
    *,
    always: bool = False,
    scopes: AnyExpr | None = None,
) -> Guard | None:
    """The guard that `Depends(dependency)` is. `holder` is what a fix would copy. `always`: even if its name is silent."""
    name = ref_name(dependency)
    if not name:
        if not always:
            return None
        return Guard("?", GuardKind.UNKNOWN, level, place(dependency, names.module), source=names.module.text(holder))
    if from_fastapi(dependency, names) in _FORMS:
        return None
    kind = kind_of(name)
    if kind is GuardKind.UNKNOWN and isinstance(dependency, Call) and _VERIFIERS.search(name.removesuffix("()")):
        kind = GuardKind.AUTHN
    optional = _OPTIONAL.search(_CAMEL.sub("_", name.rsplit(".", 1)[-1]).lower()) is not None
    made: AnyExpr | None = dependency
    if isinstance(dependency, Name):
        made = names.values.get(dependency.id)
    if isinstance(made, Call):
        if from_fastapi(made.func, names) in SECURITY_CLASSES:
            kind = GuardKind.AUTHN
        for given in made.kwargs:
            strict = _STRICT.search(given.name) is not None
            if (strict or _LENIENT.search(given.name)) and flag(given.value) is not strict:
                optional = optional or flag(given.value) is not None
        if any(k.name in ("superuser", "admin", "is_superuser") and flag(k.value) is True for k in made.kwargs) or (
            kind is GuardKind.AUTHN and (made.kwarg("roles") is not None or made.kwarg("permissions") is not None)
        ):
            kind = GuardKind.ROLE
    if kind is GuardKind.AUTHN and isinstance(scopes, Items) and scopes.items:
        kind = GuardKind.AUTHZ
    if kind is None:
        if not always:
            return None
        kind = GuardKind.UNKNOWN
    return Guard(
        name.removesuffix("()").rsplit(".", 1)[-1],
        kind,
        level,
        place(holder, names.module),
        Ref(name),
        names.module.text(holder),
        optional,
    )


def by_object(guards: tuple[Guard, ...], function: FunctionNode, names: Names) -> tuple[Guard, ...]:
    """The guards of a signature, where the object that `AuthJWT` injects is one if the function calls it to demand a login."""
    if not any(g.symbol is not None and g.symbol.name.rsplit(".", 1)[-1] == _OBJECT for g in guards):
        return guards
    found: list[Guard] = []
    for guard in guards:
        if guard.symbol is None or guard.symbol.name.rsplit(".", 1)[-1] != _OBJECT:
            found.append(guard)
            continue
        taken = next((p.name for p in function.params if p.start == guard.where.start), "")
        body = names.module.source[function.body_start : function.end]
        called = (
            set(re.findall(rb"\b" + re.escape(taken.encode()) + rb"\.(\w+)\(", body)) if taken else {b"jwt_required"}
        )
        if any(word.endswith(b"_required") for word in called):
            found.append(guard)
        elif b"jwt_optional" in called:
            found.append(replace(guard, optional=True))
        elif re.search(rb"\b" + re.escape(taken.encode()) + rb"\b(?!\.)", body) is not None:
            found.append(replace(guard, kind=GuardKind.UNKNOWN))  # others are given it
    return tuple(found)
