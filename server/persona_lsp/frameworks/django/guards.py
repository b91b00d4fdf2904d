"""What stands before a view: permissions of REST framework, decorators and mixins of Django."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    Decorator,
    Index,
    Items,
    Lambda,
    Member,
    Name,
    Node,
    Unary,
)
from persona_lsp.syntax.python_names import Names, items_of, place, ref_name

UNSAFE: Final = ("POST", "PUT", "PATCH", "DELETE")
_OPEN: Final = frozenset({"AllowAny", "Anonymous", "AllowAnonymous"})
_PERMISSIONS: Final = {
    "IsAuthenticated": GuardKind.AUTHN, "IsAdminUser": GuardKind.ROLE, "IsAdminUserOrReadOnly": GuardKind.ROLE,
    "DjangoModelPermissions": GuardKind.AUTHZ, "DjangoObjectPermissions": GuardKind.AUTHZ,
    "TokenHasScope": GuardKind.AUTHZ, "TokenHasReadWriteScope": GuardKind.AUTHZ,
    "TokenMatchesOASRequirements": GuardKind.AUTHZ, "IsSuperUser": GuardKind.ROLE, "IsStaffUser": GuardKind.ROLE,
    "CurrentUserOrAdmin": GuardKind.AUTHZ, "IsAuthenticatedOrTokenHasScope": GuardKind.AUTHZ,
}  # fmt: skip
_READ_ONLY: Final = re.compile(r"OrReadOnly$|OrAnonReadOnly$")
_DECORATORS: Final = {
    "login_required": GuardKind.AUTHN, "permission_required": GuardKind.AUTHZ, "user_passes_test": GuardKind.UNKNOWN,
    "staff_member_required": GuardKind.ROLE, "superuser_required": GuardKind.ROLE, "admin_required": GuardKind.ROLE,
    "jwt_required": GuardKind.AUTHN, "token_required": GuardKind.AUTHN, "auth_required": GuardKind.AUTHN,
    "require_login": GuardKind.AUTHN, "protected_resource": GuardKind.AUTHZ, "group_required": GuardKind.ROLE,
    "permission_required_or_403": GuardKind.AUTHZ, "otp_required": GuardKind.AUTHN,
}  # fmt: skip
MIXINS: Final = {
    "LoginRequiredMixin": GuardKind.AUTHN, "PermissionRequiredMixin": GuardKind.AUTHZ,
    "UserPassesTestMixin": GuardKind.AUTHZ, "AccessMixin": GuardKind.UNKNOWN, "StaffuserRequiredMixin": GuardKind.ROLE,
    "SuperuserRequiredMixin": GuardKind.ROLE, "GroupRequiredMixin": GuardKind.ROLE,
    "MultiplePermissionsRequiredMixin": GuardKind.AUTHZ, "ProtectedResourceMixin": GuardKind.AUTHZ,
    "OTPRequiredMixin": GuardKind.AUTHN,
}  # fmt: skip
"""Classes that refuse callers where they are among the bases of a view."""
_HARMLESS: Final = frozenset(
    {
        "csrf_exempt", "csrf_protect", "ensure_csrf_cookie", "requires_csrf_token", "never_cache", "cache_page",
        "cache_control", "gzip_page", "vary_on_headers", "vary_on_cookie", "require_http_methods", "require_GET",
        "require_POST", "require_safe", "api_view", "action", "atomic", "non_atomic_requests", "extend_schema",
        "swagger_auto_schema", "extend_schema_view", "condition", "etag", "last_modified", "xframe_options_exempt",
        "xframe_options_deny", "xframe_options_sameorigin", "renderer_classes", "parser_classes", "throttle_classes",
        "authentication_classes", "permission_classes", "schema", "sensitive_post_parameters", "sensitive_variables",
        "no_append_slash", "wraps", "override", "property", "staticmethod", "classmethod", "abstractmethod",
        "list_route", "detail_route", "ratelimit", "inject", "overload", "conditional_page", "versioning_class",
        "cached_property", "lru_cache", "cache", "deprecated", "typechecked", "beartype", "transaction",
        "method_decorator", "content_negotiation_class", "metadata_class", "parser_class", "document_response",
    }
)  # fmt: skip
_SILENT: Final = re.compile(
    r"auth|login|permission|token|secur|allow|require|access|protect|guard|role|admin|staff|superuser|scope|only|can_|user|jwt|oauth|api_?key|signed|verify|check"
)
"""A decorator of the project whose name has none of these words refuses nobody."""


def permissions(expr: AnyExpr, level: Level, names: Names) -> tuple[Guard, ...]:
    """The guards that a list of permission classes is; one that nobody can classify where it is no list."""
    items = items_of(expr, names)
    if items is None:
        return (unknown(expr, level, names),)
    if not items:
        return (Guard("permission_classes", GuardKind.OTHER, level, place(expr, names.module), source="[]"),)
    return tuple(guard for item in items for guard in _permission(item, level, names))


def unknown(node: Node, level: Level, names: Names) -> Guard:
    """Something that may refuse callers."""
    return Guard("?", GuardKind.UNKNOWN, level, place(node, names.module), source=names.module.text(node)[:80])


def _permission(item: AnyExpr, level: Level, names: Names) -> Iterator[Guard]:
    match item:
        case Binary(op="&" | "and", left=left, right=right):
            yield from _permission(left, level, names)
            yield from _permission(right, level, names)
        case Binary(left=left, right=right):
            sides = [*_permission(left, level, names), *_permission(right, level, names)]
            asks = all(g.kind in (GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE) and not g.methods for g in sides)
            kind = GuardKind.AUTHZ if asks else GuardKind.UNKNOWN
            name = names.module.text(item)[:60]
            yield Guard(name, kind, level, place(item, names.module), source=name)
        case Unary() | Index():
            yield unknown(item, level, names)
        case Call(func=func):
            named = ref_name(func)
            yield from _named(named, item, level, names) if named else (unknown(item, level, names),)
        case Name() | Member():
            yield from _named(ref_name(item), item, level, names)
        case _:
            yield unknown(item, level, names)


def _named(name: str, node: Node, level: Level, names: Names) -> Iterator[Guard]:
    yield permission(name, place(node, names.module), level, names.module.text(node)[:80])


def permission(name: str, where: Where, level: Level, source: str = "") -> Guard:
    """A permission class as a guard. One of the project's own is classified by its code when files are linked."""
    last = name.rsplit(".", 1)[-1]
    if last in _OPEN:
        return Guard(last, GuardKind.OTHER, level, where, Ref(name), source, allows_all=True)
    kind = _PERMISSIONS.get(last.removesuffix("OrReadOnly").removesuffix("OrAnonReadOnly"), GuardKind.UNKNOWN)
    methods = UNSAFE if _READ_ONLY.search(last) and kind is not GuardKind.UNKNOWN else ()
    return Guard(last, kind, level, where, Ref(name), source, methods=methods)


def decorated(decorators: tuple[Decorator, ...], level: Level, names: Names) -> tuple[Guard, ...]:
    """The guards among the decorators of a function or method."""
    return tuple(g for d in decorators if (g := of_decorator(d.value, level, names)) is not None)


def of_decorator(value: AnyExpr, level: Level, names: Names) -> Guard | None:
    """A decorator as a guard, None for one that refuses nobody. `method_decorator(login_required)` is what it is given."""
    name = ref_name(value.func if isinstance(value, Call) else value)
    last = name.rsplit(".", 1)[-1]
    if last == "method_decorator" and isinstance(value, Call) and value.args:
        inner = value.args[0]
        if isinstance(inner, Name) and inner.id in names.values:
            inner = names.values[inner.id]
        if isinstance(inner, Items):
            found = [g for i in inner.items if (g := of_decorator(i, level, names)) is not None]
            return found[0] if found else None
        return of_decorator(inner, level, names)
    if not name:
        return unknown(value, level, names) if isinstance(value, Call | Lambda) else None
    if last in _HARMLESS:
        return None
    kind = _DECORATORS.get(last)
    if last in ("login_not_required", "public_view", "allow_anonymous"):
        where = place(value, names.module)
        return Guard(last, GuardKind.OTHER, level, where, source=names.module.text(value)[:80], allows_all=True)
    if kind is None:
        if not _SILENT.search(last.lower()):
            return None
        kind = GuardKind.UNKNOWN
    optional = isinstance(value, Call) and any(
        k.name in ("required", "optional") and isinstance(k.value, Const) and k.value.value is (k.name == "optional")
        for k in value.kwargs
    )
    return Guard(
        last, kind, level, place(value, names.module), Ref(name), names.module.text(value)[:80], optional=optional
    )  # fmt: skip
