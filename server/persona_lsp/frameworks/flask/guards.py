"""Guards: decorators of handlers and functions that run before requests, as far as their names tell."""

import re
from collections.abc import Iterable
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.text import Ref
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Decorator, Node
from persona_lsp.syntax.python_names import Names, flag, place, ref_name
from persona_lsp.text.patterns import lazy

_AUTHN: Final = lazy(
    r"login_(?:or_\w+_)?required|logged_in|jwt_(?:required|optional)|jwt_refresh_token_required|token_(?:auth_)?required|auth(?:entication)?_(?:token_)?required"
    r"|(?:^|_)(?:require|requires|required|needs?|ensure|check|verify|validate)_?(?:s|d)?_(?:auth\w*|login|token|user(?!_(?!is_|logged|auth|required|login))|jwt|api_?key|session)"
    r"|(?:^|_)authenticated?(?:_only|_user|_required)?$|authed_only|api_?key_required|http_auth_required|auth_token_required|session_required"
    r"|^login_required|(?:^|_)protected$|^requires?_auth|basic_auth|require_oauth|authenticate$|user_required|fresh_login",
    re.IGNORECASE,
)
_ROLE: Final = lazy(
    r"admins?_?(?:only|required|login)|(?:role|permission|scope|group|privilege|superuser|staff|moderator|owner|capabilit)\w*_(?:required|accepted)"
    r"|require[sd]?_(?:any_)?(?:of_)?(?:admin|role|permission|scope|super|owner|access|acl)|roles_(?:required|accepted)|^requires_access|has_(?:role|permission)"
    r"|^(?:allows|permission|requires)$|can_(?:edit|view|delete|access)|is_admin|superuser_required|auth_required_with_role|permission_check",
    re.IGNORECASE,
)
_RATE: Final = lazy(r"rate_?limit|limiter|^limit$|throttl", re.IGNORECASE)
_OPENS: Final = lazy(
    r"(?<!if)(?<!when)(?:^|_)(?:no_auth|without_auth|skip_auth|anonymous|guest|logged_out|not_logged_in)", re.IGNORECASE
)
_OPTIONAL: Final = lazy(r"optional|maybe|soft", re.IGNORECASE)
_VALIDATES: Final = lazy(
    r"^use_(?:kw)?args$|^arguments$|^expect$|^validate|schema$|^input$|^body$|_schema_|^parse_with$|webargs",
    re.IGNORECASE,
)
_HARMLESS: Final = frozenset(
    {
        "route", "get", "post", "put", "patch", "delete", "marshal_with", "marshal_list_with", "marshal", "doc", "response",
        "cached", "memoize", "cache", "exempt", "cross_origin", "swag_from", "wraps", "staticmethod", "classmethod",
        "property", "paginate", "etag", "alt_response", "output", "hide", "deprecated", "errorhandler", "contextmanager",
        "override", "templated", "nocache", "no_cache", "produces", "header", "param", "expects", "timeit", "jsonify",
        "before_request", "after_request", "teardown_request", "context_processor", "app_errorhandler", "as_json",
        "before_app_request", "cached_property", "tenant_scoped", "inject", "deco", "app_template_filter", "vary",
        "login_manager.user_loader", "user_loader", "json_response", "crossdomain", "gzip", "instrument", "trace",
    }
)  # fmt: skip
_KNOWN: Final = frozenset({"flask_restful", "flask_restx", "flask_apispec", "flasgger", "flask_cors", "flask_caching", "apifairy", "marshmallow", "webargs", "functools", "quart_schema", "flask_breadcrumbs", "flask_menu"})  # fmt: skip
_CHOOSES: Final = lazy(
    rb"\brequest\.(?:path|endpoint|method|blueprint|url|full_path|url_rule|view_args)\b|is_public|whitelist|exempt"
)


def kind_of(name: str) -> GuardKind | None:
    """What a decorator of that name does with a request; None if its name doesn't say."""
    last = name.replace("()", "").rsplit(".", 1)[-1]
    if last in _HARMLESS or _OPENS.search(last):
        return GuardKind.OTHER
    if _RATE.search(last):
        return GuardKind.RATE_LIMIT
    if _ROLE.search(last):
        return GuardKind.ROLE
    if _AUTHN.search(last) or (_OPTIONAL.search(last) and "jwt" in last):
        return GuardKind.AUTHN
    if _VALIDATES.search(last):
        return GuardKind.VALIDATION
    return None


def decorator_guards(decorators: Iterable[Decorator], level: Level, names: Names) -> tuple[Guard, ...]:
    """The guards that decorators between the registration and the function are, outermost first."""
    found: list[Guard] = []
    for decorator in decorators:
        guard = guard_of(decorator.value, decorator, level, names)
        if guard is not None:
            found.append(guard)
    return tuple(found)


def guard_of(expr: AnyExpr, holder: Node, level: Level, names: Names) -> Guard | None:
    """The guard that a decorator is; None for what guards nothing."""
    call = expr if isinstance(expr, Call) else None
    name = ref_name(call.func if call is not None else expr)
    if not name:
        return Guard("?", GuardKind.UNKNOWN, level, place(holder, names.module), source=names.module.text(holder)[:200])
    kind = kind_of(name)
    if kind is GuardKind.OTHER:
        return None
    optional = _OPTIONAL.search(name.rsplit(".", 1)[-1]) is not None
    if call is not None:
        optional = optional or flag(call.kwarg("optional")) is True or flag(call.kwarg("required")) is False
        if kind is GuardKind.AUTHN and any(
            call.kwarg(k) is not None for k in ("role", "roles", "permission", "scopes")
        ):
            kind = GuardKind.ROLE
        if kind is GuardKind.VALIDATION and call.name == "expect":
            checks = call.kwarg("validate")
            kind = GuardKind.VALIDATION if isinstance(checks, Const) and checks.value is True else GuardKind.OTHER
    if kind is None:
        package = names.imports.get(name.split(".", 1)[0], ("", ""))[0]
        if package.split(".", 1)[0] in _KNOWN:
            return None
        kind = GuardKind.UNKNOWN
    return Guard(
        name.rsplit(".", 1)[-1], kind, level, place(holder, names.module), Ref(name), names.module.text(holder)[:200], optional
    )  # fmt: skip


def before_guard(name: str, start: int, end: int, node: Node, names: Names, level: Level) -> Guard:
    """A function that runs before requests: what it does is told by its body, unless it chooses among them."""
    chooses = _CHOOSES.search(names.module.source, start, end) is not None
    kind = kind_of(name) or GuardKind.UNKNOWN
    if kind is GuardKind.OTHER and not _OPENS.search(name):
        kind = GuardKind.UNKNOWN
    return Guard(name, kind, level, place(node, names.module), Ref(name), conditional=chooses)
