"""Django's settings: what decides which URLs are served, and what views ask of callers that say nothing themselves."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import CorsPolicy, Guard, GuardKind, Level, Mount, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.facts.views import View
from persona_lsp.frameworks.django.found import Found
from persona_lsp.frameworks.django.guards import permission
from persona_lsp.frameworks.django.urls import SITE
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    Const,
    If,
    Index,
    Items,
    Module,
    Name,
    Object,
    Stmt,
    Str,
    Try,
)
from persona_lsp.syntax.python_names import flag, items_of, place, ref_name
from persona_lsp.text.patterns import Words, lazy

_MARKS: Final = Words(b"ROOT_URLCONF", b"REST_FRAMEWORK", b"MIDDLEWARE", b"ATOMIC_REQUESTS", b"CORS_", b"LANGUAGE_CODE")
_KEPT: Final = frozenset({"ROOT_URLCONF", "LANGUAGE_CODE", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "DATABASES"})
_REST: Final = frozenset(
    {
        "DEFAULT_PERMISSION_CLASSES", "DEFAULT_PAGINATION_CLASS", "PAGE_SIZE", "DEFAULT_THROTTLE_CLASSES",
        "EXCEPTION_HANDLER", "DEFAULT_AUTHENTICATION_CLASSES", "PAGINATE_BY", "DEFAULT_FILTER_BACKENDS",
    }
)  # fmt: skip
_ANY_ORIGIN: Final = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
_IN_PATHS: Final = lazy(r"PREFIX|PATH|BASE|VERSION|ROOT|URL|API")
"""Names of settings that URLconfs put before their paths."""
_OTHER_PLACE: Final = lazy(r"(?:^|[_.-])(?:tests?|testing|ci|local|dev|devel|development|debug|docker|e2e)(?:[_.-]|$)")
"""Names of settings that hold where nobody is served."""
_DEMANDS: Final = lazy(
    r"(?:Login|Auth\w*|Token|Permission|Access|Key)_?Requir|Requir\w*(?:Login|Auth|Token)|Authoriz|AccessControl"
)
UNKNOWN: Final = "?"
"""What a setting is that only running the program tells."""


def is_settings(module: Module) -> bool:
    """The file may hold settings."""
    return _MARKS.within(module.source)


def read_settings(body: tuple[Stmt, ...], found: Found) -> None:
    """The settings that the statements of a file make, under their names."""
    for statement in body:
        match statement:
            case Assign(value=value) if value is not None:
                for target in statement.targets:
                    if isinstance(target, Index) and ref_name(target.base) == "REST_FRAMEWORK" and target.keys:
                        key = target.keys[0]
                        if isinstance(key, Str) and key.value in _REST:
                            _entry(f"REST_FRAMEWORK.{key.value}", value, found)
                    else:
                        _setting(ref_name(target), value, statement.op, found)
            case If(then=then, orelse=orelse):
                del then  # what holds under a condition is not what holds
                read_settings(orelse if _is_debug(statement, found) else (), found)
            case Try(body=inner):
                read_settings(inner, found)
            case _:
                pass


def cors_of(found: Found) -> Iterator[CorsPolicy]:
    """What the settings of django-cors-headers let in; with credentials, any origin is reflected."""
    given = next((found.origins[n] for n in _ANY_ORIGIN if n in found.origins), None)
    if given is None:
        return
    allowed = found.origins.get("CORS_ALLOW_CREDENTIALS")
    module = found.names.module
    credentials = flag(allowed) if allowed is not None else False
    yield CorsPolicy(
        "django-cors-headers", place(given, module), flag(given), credentials, "reflects", place(given, module),
        place(allowed, module) if allowed is not None else None, _is_other_place(module.path),
    )  # fmt: skip


def _is_other_place(path: str) -> bool:
    return _OTHER_PLACE.search(path.rsplit("/", 1)[-1].removesuffix(".py")) is not None


def _is_debug(statement: If, found: Found) -> bool:
    return "DEBUG" in found.names.module.text(statement.test)


def _setting(name: str, value: AnyExpr, op: str, found: Found) -> None:
    if name == "REST_FRAMEWORK":
        if isinstance(value, Object):
            for entry in value.entries:
                if entry.name in _REST:
                    _entry(f"REST_FRAMEWORK.{entry.name}", entry.value, found)
            if any(not entry.name for entry in value.entries):
                _entry("REST_FRAMEWORK.*", value, found)
            _entry("REST_FRAMEWORK", Const(value.start, value.end, True), found)
        elif not op:
            _entry("REST_FRAMEWORK.*", value, found)
    elif name == "DATABASES":
        if b"ATOMIC_REQUESTS" in found.names.module.source[value.start : value.end]:
            _atomic(value, found)
    elif name == "ROOT_URLCONF":
        if _entry(name, value, found) != UNKNOWN:
            _root(value, found)
    elif name in _ANY_ORIGIN or name == "CORS_ALLOW_CREDENTIALS":
        found.origins[name] = value
    elif name in _KEPT:
        _entry(name, value, found)
    elif name.isupper() and _IN_PATHS.search(name) and _value(value, found) != UNKNOWN:
        _entry(f"settings.{name}", value, found)


def _atomic(value: AnyExpr, found: Found) -> None:
    match value:
        case Object(entries=entries):
            for entry in entries:
                if entry.name == "ATOMIC_REQUESTS":
                    _entry("ATOMIC_REQUESTS", entry.value, found)
                else:
                    _atomic(entry.value, found)
        case _:
            pass


def _entry(key: str, value: AnyExpr, found: Found) -> str:
    module = found.names.module
    text = _value(value, found)
    profile = module.path.rsplit("/", 1)[-1].removesuffix(".py") if _is_other_place(module.path) else ""
    where = place(value, module)
    found.config.append(ConfigEntry(key, text, where, profile))
    if key == "REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES":
        found.views.append(View(key, where, "settings", permissions=tuple(_default(text, where))))
    elif key in ("MIDDLEWARE", "MIDDLEWARE_CLASSES"):
        found.views.append(View("MIDDLEWARE", where, "settings", guards=tuple(_middleware(text, where))))
    return text


def _default(text: str, where: Where) -> Iterator[Guard]:
    for name in text.split("\n") if text else ():
        if name == UNKNOWN:
            yield Guard("DEFAULT_PERMISSION_CLASSES", GuardKind.UNKNOWN, Level.APP, where)
        else:
            guard = permission(name, where, Level.APP, name)
            yield replace(guard, symbol=Ref(f"@{name}"))


def _middleware(text: str, where: Where) -> Iterator[Guard]:
    """Middleware that refuses anonymous callers by Django itself, or may by its name."""
    for name in text.split("\n"):
        last = name.rsplit(".", 1)[-1]
        if name == "django.contrib.auth.middleware.LoginRequiredMiddleware":
            yield Guard(last, GuardKind.AUTHN, Level.APP, where, source=name)
        elif _DEMANDS.search(last) and not name.startswith("django."):
            yield Guard(last, GuardKind.UNKNOWN, Level.APP, where, Ref(f"@{name}"), name)


def _value(value: AnyExpr, found: Found) -> str:
    match value:
        case Str(value=str(text)):
            return text
        case Const(value=known):
            return "" if known is None else str(known)
        case Name(id=name) if isinstance(found.names.values.get(name), Items):
            return _value(found.names.values[name], found)
        case Items() | Binary(op="+"):
            texts = [
                item.value if isinstance(item, Str) and item.value else UNKNOWN
                for item in items_of(value, found.names) or (value,)
                if not isinstance(item, Items) or item.items
            ]
            return "\n".join(texts)
        case Call() if value.name in ("config", "env", "str", "get", "getenv", "environ", "bool", "int"):
            default = value.kwarg("default") or (value.args[1] if len(value.args) > 1 else None)
            return _value(default, found) if default is not None else UNKNOWN
        case _:
            return UNKNOWN


def _root(value: AnyExpr, found: Found) -> None:
    """`ROOT_URLCONF = "shop.urls"`: what the application serves."""
    module = found.names.module
    text = _value(value, found)
    where = Where(module.path, value.start, value.end)
    found.routers[SITE] = Router(SITE, "app", "django", where)
    found.mounts.append(Mount(Ref(SITE), Ref(f"@{text}"), "django", where, found.next_order()))
