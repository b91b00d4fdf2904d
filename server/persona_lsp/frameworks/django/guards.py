"""What stands before a view: permissions of REST framework, decorators and mixins of Django."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.django import refusing
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
    Return,
    Unary,
)
from persona_lsp.syntax.python_names import Names, items_of, place, ref_name
from persona_lsp.text.patterns import lazy

UNSAFE: Final = ("POST", "PUT", "PATCH", "DELETE")
_OPEN: Final = frozenset({"AllowAny", "Anonymous", "AllowAnonymous"})
_PERMISSIONS: Final = {
    "IsAuthenticated": GuardKind.AUTHN, "IsAdminUser": GuardKind.ROLE, "IsAdminUserOrReadOnly": GuardKind.ROLE,
    "DjangoModelPermissions": GuardKind.AUTHZ, "DjangoObjectPermissions": GuardKind.AUTHZ,
    "TokenHasScope": GuardKind.AUTHZ, "TokenHasReadWriteScope": GuardKind.AUTHZ,
    "TokenMatchesOASRequirements": GuardKind.AUTHZ, "IsSuperUser": GuardKind.ROLE, "IsStaffUser": GuardKind.ROLE,
    "CurrentUserOrAdmin": GuardKind.AUTHZ, "IsAuthenticatedOrTokenHasScope": GuardKind.AUTHZ,
}  # fmt: skip
_WAYS: Final = 16
"""More alternatives than that nobody writes."""
_READ_ONLY: Final = lazy(r"OrReadOnly$|OrAnonReadOnly$")
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
_SILENT: Final = lazy(
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
    return together(guard for item in items for guard in _permission(item, level, names))


def together(guards: Iterable[Guard]) -> tuple[Guard, ...]:
    """What has to hold together: beside another permission, one that lets everybody in lets nobody in."""
    every = tuple(guards)
    asking = tuple(g for g in every if not g.allows_all)
    return asking or every[:1]


def unknown(node: Node, level: Level, names: Names) -> Guard:
    """Something that may refuse callers."""
    return Guard("?", GuardKind.UNKNOWN, level, place(node, names.module), source=names.module.text(node)[:80])


def _permission(item: AnyExpr, level: Level, names: Names) -> Iterator[Guard]:
    match item:
        case Name(id=name) if isinstance(names.values.get(name), Binary):
            # `Editors = IsAuthenticated & IsEditor`, above the view
            for guard in _permission(names.values[name], level, names):
                yield replace(guard, where=place(item, names.module), source=name)
        case Binary(op="and" | "or" as op):
            # Of two classes, Python's own words choose one: `IsAdminUser or IsOwner` is `IsAdminUser`.
            yield from _permission(item.left if op == "or" else item.right, level, names)
        case Binary(op="&"):
            ways = _ways(item, level, names)
            yield from ways[0] if len(ways) == 1 else (_either(ways, item, level, names),)
        case Binary():
            yield _either(_ways(item, level, names), item, level, names)
        case Unary() | Index():
            yield unknown(item, level, names)
        case Call(func=func):
            named = ref_name(func)
            yield from _named(named, item, level, names) if named else (unknown(item, level, names),)
        case Name() | Member():
            yield from _named(ref_name(item), item, level, names)
        case _:
            yield unknown(item, level, names)


def _ways(item: AnyExpr, level: Level, names: Names) -> tuple[tuple[Guard, ...], ...]:
    """The alternatives of `A & B | C`, each a list of what has to hold together."""
    if isinstance(item, Name) and isinstance(names.values.get(item.id), Binary):
        item = names.values[item.id]
    if isinstance(item, Binary) and item.op in ("&", "|"):
        left, right = _ways(item.left, level, names), _ways(item.right, level, names)
        if item.op == "|":
            return (*left, *right)
        if len(left) * len(right) <= _WAYS:
            return tuple(together((*one, *other)) for one in left for other in right)
        return ((unknown(item, level, names),),)
    return (tuple(_permission(item, level, names)),)


def _either(ways: tuple[tuple[Guard, ...], ...], item: AnyExpr, level: Level, names: Names) -> Guard:
    """One of several: what it demands is told when files are linked."""
    name = names.module.text(item)[:60]
    return Guard(name, GuardKind.UNKNOWN, level, place(item, names.module), source=name, either=ways)


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
    test = value.args[0] if last == "user_passes_test" and isinstance(value, Call) and value.args else None
    if isinstance(test, Lambda) and isinstance(test.function.body[0] if test.function.body else None, Return):
        kind = GuardKind.AUTHN if refusing.of_function(test.function).refused else kind
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
