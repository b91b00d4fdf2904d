"""Guards: attributes on controllers and actions, and the calls behind a minimal endpoint that mean the same."""

import re
from collections.abc import Iterable
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.aspnet.attributes import argument, flag, simple, type_name, where
from persona_lsp.syntax.ir import AnyExpr, Call, Decorator, Member, Module, dotted, walk
from persona_lsp.text.patterns import lazy

_LIKE_AUTH: Final = lazy(
    r"authori[sz]|authenti|permission|requires?(?:role|claim|scope|login|user)|api_?key|token|jwt|session"
    r"|(?:user|admin|role|access|policy)(?:filter|only|required)?$|secur|signature|captcha",
    re.IGNORECASE,
)
_HARMLESS: Final = frozenset({
    "ValidateAntiForgeryToken", "IgnoreAntiforgeryToken", "AutoValidateAntiforgeryToken", "RequireAntiforgeryToken",
    "DisableRequestSizeLimit", "CancellationTokenBinder",
})  # fmt: skip
OWN: Final = "@"
"""The mark of what the project may have made itself: its class says what it demands."""
_COMMON: Final = frozenset({
    "Route", "Area", "NonAction", "AcceptVerbs", "ActionName", "NonController", "Obsolete", "Tags", "Consumes", "Produces",
    "SuppressMessage", "ResponseCache", "OutputCache", "Controller", "Serializable", "EnableQuery", "DisableCors",
    "EnableCors", "DisableRateLimiting", "RequestSizeLimit", "RequestFormLimits", "MapToApiVersion", "FeatureGate",
})  # fmt: skip
_COMMON_BEGINNINGS: Final = (
    "Http",
    "Api",
    "Produces",
    "Swagger",
    "Endpoint",
    "OpenApi",
    "Experimental",
    "EditorBrowsable",
)
_FILTERS: Final = frozenset({"ServiceFilter", "TypeFilter", "MiddlewareFilter"})


def declared_guards(decorators: Iterable[Decorator], level: Level, module: Module) -> tuple[Guard, ...]:
    """What the attributes of a class or method demand of callers."""
    found: list[Guard] = []
    for d in decorators:
        name = simple(d.name)
        at = where(module, d)
        source = f"[{module.text(d)}]"
        if name == "Authorize":
            kind = GuardKind.AUTHN
            if argument(d, "Roles", position=-1) is not None:
                kind = GuardKind.ROLE
            elif argument(d, "Policy", "policy") is not None:
                kind = GuardKind.AUTHZ
            found.append(Guard(name, kind, level, at, None, source))
        elif name == "AllowAnonymous":
            found.append(Guard(name, GuardKind.AUTHN, level, at, None, source, allows_all=True))
        elif name == "EnableRateLimiting":
            found.append(Guard(name, GuardKind.RATE_LIMIT, level, at, None, source))
        elif name in _FILTERS:
            kind = GuardKind.UNKNOWN if _LIKE_AUTH.search(source) else GuardKind.OTHER
            found.append(Guard(name, kind, level, at, _typed(argument(d)), source, mark=OWN))
        elif name not in _HARMLESS and _LIKE_AUTH.search(name):
            # An attribute of the project's own: what it demands stands in its class.
            found.append(Guard(name, GuardKind.UNKNOWN, level, at, _attribute(d), source, mark=OWN))
        elif name not in _COMMON and not name.startswith(_COMMON_BEGINNINGS):
            found.append(Guard(name, GuardKind.OTHER, level, at, _attribute(d), source, mark=OWN))
    return tuple(found)


def _attribute(d: Decorator) -> Ref:
    return Ref(d.name if d.name.endswith("Attribute") else f"{d.name}Attribute")


def _typed(value: AnyExpr | None) -> Ref | None:
    """`X` of `typeof(X)`."""
    named = dotted(value.args[0]) if isinstance(value, Call) and value.name == "typeof" and value.args else ""
    return Ref(named) if named else None


def called_guards(calls: Iterable[Call], level: Level, module: Module) -> tuple[Guard, ...]:
    """`.RequireAuthorization()`, `.AllowAnonymous()`, `.RequireRateLimiting()`, `.AddEndpointFilter<T>()` in a chain."""
    found: list[Guard] = []
    for call in calls:
        at = _tail(call, module)
        source = module.source[at.start : at.end].decode("utf-8", "replace")
        if call.name == "RequireAuthorization":
            kind = GuardKind.AUTHZ if call.args else GuardKind.AUTHN
            if any(isinstance(p, Call) and p.name == "RequireRole" for a in call.args for p in walk(a)):
                kind = GuardKind.ROLE
            found.append(Guard(call.name, kind, level, at, None, source))
        elif call.name in {"AllowAnonymous", "AllowAnonymousAccess"}:
            found.append(Guard(call.name, GuardKind.AUTHN, level, at, None, source, allows_all=True))
        elif call.name == "RequireRateLimiting":
            found.append(Guard(call.name, GuardKind.RATE_LIMIT, level, at, None, source))
        elif call.name in {"AddEndpointFilter", "AddEndpointFilterFactory"}:
            named = next((type_name(t) for t in call.types), "")
            if not named or _LIKE_AUTH.search(named):
                symbol = Ref(named) if named else None
                found.append(Guard(call.name, GuardKind.UNKNOWN, level, at, symbol, source, mark=OWN if named else ""))
        elif call.name == "WithMetadata":
            made = {type_name(arg.func) for arg in call.args if isinstance(arg, Call) and arg.new}
            if made & {"AuthorizeAttribute", "Authorize"}:
                found.append(Guard("Authorize", GuardKind.AUTHN, level, at, None, source))
        elif _LIKE_AUTH.search(call.name) and call.name.startswith(("Require", "With", "Add", "Must", "Has")):
            found.append(Guard(call.name, GuardKind.UNKNOWN, level, at, Ref(call.name), source))
    return tuple(found)


def looks_like_auth(name: str) -> bool:
    """The name of a middleware or filter speaks of who calls."""
    return _LIKE_AUTH.search(name) is not None


def exempts(decorator: Decorator) -> bool:
    """`[ApiExplorerSettings(IgnoreApi = true)]`."""
    return flag(argument(decorator, "IgnoreApi", position=-1)) is True


def _tail(call: Call, module: Module) -> Where:
    """The name of the method and what it is given: `.RequireAuthorization("x")` without what it is called on."""
    start = call.func.name_start if isinstance(call.func, Member) else call.start
    return Where(module.path, start, call.end)


def middleware_name(call: Call) -> str:
    """`X` of `app.UseMiddleware<X>()`, and `UseX` of `app.UseX()`."""
    if call.name == "UseMiddleware":
        return next((type_name(t) for t in call.types), "") or next((dotted(a) for a in call.args), "")
    return call.name
