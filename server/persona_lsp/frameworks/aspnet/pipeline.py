"""What an application sets up for all of its endpoints: conventional patterns, fallback policies, unread guards."""

from typing import Final

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import Guard, GuardKind, Level, Use
from persona_lsp.facts.text import Ref, literal
from persona_lsp.frameworks.aspnet.attributes import string, where
from persona_lsp.frameworks.aspnet.found import Found
from persona_lsp.frameworks.aspnet.guards import looks_like_auth, middleware_name
from persona_lsp.frameworks.aspnet.middleware import MIDDLEWARE, inline_demands, speaks_of_callers
from persona_lsp.syntax.ir import (
    Assign,
    Call,
    ClassNode,
    FunctionNode,
    Lambda,
    Let,
    Member,
    Module,
    Node,
    Object,
    dotted,
)

PATTERN_KEY: Final = "aspnet.pattern"
VALIDATION_KEY: Final = "aspnet.validation"
_VALIDATES: Final = frozenset({"AddFluentValidation", "AddFluentValidationAutoValidation"})
EVERYWHERE: Final = Ref("(aspnet)")
FALLBACK: Final = "fallback"
_DEFAULT: Final = "{controller=Home}/{action=Index}/{id?}"
_STANDARD: Final = frozenset({
    "UseAuthentication", "UseAuthorization", "UseAntiforgery", "UseSession", "UseTokenExchange", "UseIdentity",
    "UseIdentityServer", "UseJwtBearer", "UseSecurityHeaders", "UseCookiePolicy", "UseRateLimiter",
})  # fmt: skip


def configured(call: Call, router: str, found: Found) -> None:
    """Read a call on an application: conventional patterns, and middleware whose name speaks of callers."""
    del router
    name, args = call.name, call.args
    at = where(found.module, call)
    if name in {"MapControllerRoute", "MapAreaControllerRoute", "MapRoute", "MapAreaRoute"}:
        area = name in {"MapAreaControllerRoute", "MapAreaRoute"}
        given = (
            call.kwarg("pattern")
            or call.kwarg("template")
            or (args[2 if area else 1] if len(args) > 1 + area else None)
        )
        text = literal(found.values.text(given, "")) if given is not None else None
        fixed = call.kwarg("defaults") or next((a for a in args[2:] if isinstance(a, Object)), None)
        set_ = [f"{e.name}={v}" for e in fixed.entries if (v := string(e.value))] if isinstance(fixed, Object) else []
        if area:
            named = call.kwarg("areaName") or (args[1] if len(args) > 1 else None)
            set_.append(f"area={string(named)}")
        if text is not None:
            found.config.append(ConfigEntry(PATTERN_KEY, "&".join(set_) + "|" + text, at))
    elif name in {"MapDefaultControllerRoute", "UseMvcWithDefaultRoute"}:
        found.config.append(ConfigEntry(PATTERN_KEY, f"|{_DEFAULT}", at))
    elif name == "Use" and len(args) == 1 and isinstance(args[0], Lambda):
        kind = inline_demands(args[0].function)
        if kind is GuardKind.AUTHN or (kind is GuardKind.UNKNOWN and speaks_of_callers(found.module.text(args[0]))):
            found.uses.append(_use(MIDDLEWARE, kind, call, found))
    elif name.startswith("Use") and name not in _STANDARD:
        behind = middleware_name(call)
        doubtful = looks_like_auth(behind)
        if doubtful or behind:
            # What it demands stands in its class, or in the method that puts it there.
            kind = GuardKind.UNKNOWN if doubtful else GuardKind.OTHER
            found.uses.append(_use(MIDDLEWARE, kind, call, found, symbol=Ref(behind) if behind else None))
    elif (
        name in {"RequireAuthorization", "AllowAnonymous"}
        and isinstance(call.receiver, Call)
        and call.receiver.name in {"MapControllers", "MapControllerRoute", "MapDefaultControllerRoute"}
    ):
        found.uses.append(_use("controllers", GuardKind.AUTHN, call, found, opened=name == "AllowAnonymous"))


def validation(found: Found) -> None:
    """`services.AddFluentValidationAutoValidation()`: validators run before the actions of controllers."""
    if b"AddFluentValidation" not in found.module.source:
        return
    for node in statements_of(found.module):
        if isinstance(node, Call) and node.name in _VALIDATES:
            found.config.append(ConfigEntry(VALIDATION_KEY, "on", where(found.module, node)))


def policies(found: Found) -> None:
    """`options.FallbackPolicy = …`, `SetFallbackPolicy(…)`, `options.Filters.Add(new AuthorizeFilter())`."""
    source = found.module.source
    if b"FallbackPolicy" not in source and b"AuthorizeFilter" not in source:
        return
    for node in statements_of(found.module):
        match node:
            case Assign(targets=(Member(name="FallbackPolicy"), *_), value=value) if value is not None:
                if source[value.start : value.end] != b"null":
                    found.uses.append(_use(FALLBACK, _policy(value, found), node, found))
            case Call() if node.name == "SetFallbackPolicy" and node.args:
                found.uses.append(_use(FALLBACK, _policy(node, found), node, found))
            case Call() if node.name == "Add" and dotted(node.receiver).endswith("Filters"):
                made = [a.func for a in node.args if isinstance(a, Call)]
                if any(dotted(kind).endswith("AuthorizeFilter") for kind in (*made, *node.types)):
                    found.uses.append(_use("controllers", GuardKind.AUTHN, node, found))
            case _:
                pass


def _policy(node: Node, found: Found) -> GuardKind:
    text = found.module.text(node)
    return GuardKind.AUTHN if "RequireAuthenticatedUser" in text or "DefaultPolicy" in text else GuardKind.UNKNOWN


def _use(
    name: str, kind: GuardKind, node: Node, found: Found, *, opened: bool = False, symbol: Ref | None = None
) -> Use:
    at = where(found.module, node)
    return Use(EVERYWHERE, Guard(name, kind, Level.APP, at, symbol, "", allows_all=opened, matcher="/**"))


def statements_of(module: Module) -> list[Node]:
    """Assignments and calls of the whole file, closures included."""
    pending: list[object] = [*reversed(module.body)]
    seen: list[Node] = []
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending.extend(node[::-1])
        elif isinstance(node, Lambda):
            pending.append(node.function)
        elif isinstance(node, FunctionNode):
            pending.extend(node.body[::-1])
        elif isinstance(node, Node):
            if isinstance(node, Assign | Call):
                seen.append(node)
            elif isinstance(node, Let):
                # `options => options.FallbackPolicy = …` assigns as well.
                seen.append(Assign(node.start, node.end, (node.target,), node.value))
            pending.extend(getattr(node, name) for name in node.__struct_fields__[::-1])
        elif isinstance(node, ClassNode):
            pending.extend(node.methods)
            pending.extend(node.classes)
    return seen
