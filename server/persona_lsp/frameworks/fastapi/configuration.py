"""Middleware, CORS and error handlers of an application."""

import re
from typing import Final

from persona_lsp.facts.http import CorsPolicy, ErrorHandler, Guard, GuardKind, Level, Use
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.fastapi.found import Env, Found
from persona_lsp.frameworks.fastapi.guards import kind_of
from persona_lsp.frameworks.fastapi.names import from_fastapi
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Items, Name, Object, Str
from persona_lsp.syntax.python_names import flag, items_of, place, ref_name
from persona_lsp.text.patterns import lazy

_DEVELOPMENT: Final = lazy(r"\b(?:debug|local|dev|development|testing|is_dev)\b", re.IGNORECASE)


def configuration(call: Call, holder: str, found: Found, env: Env, handler: str = "") -> None:
    """`add_middleware(...)`, `add_exception_handler(...)`, `@app.exception_handler(...)`."""
    if call.name == "add_middleware":
        middleware(call, holder, found, env)
        return
    exception = call.args[0] if call.args else call.kwarg("exc_class_or_status_code")
    function = call.args[1] if len(call.args) > 1 else call.kwarg("handler")
    if exception is not None:
        _handler(exception, function, holder, found, call, handler)


def error_handlers_of(expr: AnyExpr | None, holder: str, found: Found, env: Env) -> None:
    """`FastAPI(exception_handlers={NotFound: on_not_found})`."""
    if isinstance(expr, Name):
        expr = env.values.get(expr.id, found.names.values.get(expr.id))
    if isinstance(expr, Object):
        for entry in expr.entries:
            if entry.key is not None:
                _handler(entry.key, entry.value, holder, found, expr, "")


def _handler(exception: AnyExpr, function: AnyExpr | None, holder: str, found: Found, node: AnyExpr, key: str) -> None:
    status = exception.value if isinstance(exception, Const) and isinstance(exception.value, int) else None
    name = ref_name(exception) or (str(status) if status is not None else "")
    target = ref_name(function)
    if not key and target in found.names.functions:
        key = target
        found.failing.add(found.names.functions[target].start)
    if name:
        found.error_handlers.append(
            ErrorHandler(name, place(node, found.names.module), status, key or target, Ref(holder))
        )


def middleware(call: Call, holder: str, found: Found, env: Env) -> None:
    """`add_middleware(Class, ...)` or `Middleware(Class, ...)`."""
    cls = call.args[0] if call.args else call.kwarg("middleware_class")
    name = ref_name(cls)
    if not name:
        return
    last = name.rsplit(".", 1)[-1]
    if last == "CORSMiddleware":
        found.cors.append(_cors(call, found, env))
        return
    kind = kind_of(last.removesuffix("Middleware"))
    if cls is not None and from_fastapi(cls, found.names) == "AuthenticationMiddleware":
        kind = GuardKind.UNKNOWN  # finds out who calls; whom it lets in is up to its backend
    elif kind is None:
        kind = GuardKind.OTHER if _HARMLESS.search(last) else GuardKind.UNKNOWN
    where = place(call, found.names.module)
    guard = Guard(last, kind, Level.APP, where, Ref(name), found.names.module.text(call), conditional=env.conditional)
    found.uses.append(Use(Ref(holder), guard))


_HARMLESS: Final = lazy(
    r"GZip|Brotli|Compress|TrustedHost|HTTPSRedirect|ProxyHeaders|Session|Prometheus|Metric|Correlation|Request_?I[dD]"
    r"|Sentry|Telemetry|Trac(?:e|ing)|Log|Timing|Time|Cache|SQLAlchemy|Database|^D[Bb]|Header|Context|Exception|Error"
    r"|Locale|I18n|Profil|Version|CORS|EventHandler|Timeout|Monitor|Inject|Container|Dishka"
)


def _cors(call: Call, found: Found, env: Env) -> CorsPolicy:
    module = found.names.module
    origins = call.kwarg("allow_origins")
    pattern = call.kwarg("allow_origin_regex")
    credentials = call.kwarg("allow_credentials")
    shown = origins
    if isinstance(origins, Name):
        shown = env.values.get(origins.id, found.names.values.get(origins.id, origins))
    any_origin: bool | None = None
    items = items_of(shown, found.names)
    if items is not None:
        literals = [i.value for i in items if isinstance(i, Str)]
        any_origin = True if "*" in literals else False if len(literals) == len(items) else None
    elif origins is None:
        any_origin = False
    if pattern is not None and not any_origin:
        matches_all = isinstance(pattern, Str) and pattern.value in (".*", "^.*$", "https?://.*", ".+", "http.*")
        any_origin = True if matches_all else any_origin if isinstance(pattern, Str) else None
        origins = pattern if matches_all else origins
    allowed = flag(credentials) if credentials is not None else False
    listed = origins if not isinstance(shown, Items) else shown
    return CorsPolicy(
        "starlette",
        place(call, module),
        any_origin,
        allowed,
        "reflects",
        place(listed, module) if listed is not None else None,
        place(credentials, module) if credentials is not None else None,
        env.conditional and _is_development(call, found),
    )


def _is_development(call: Call, found: Found) -> bool:
    """The condition on the lines before says that this is for development."""
    source = found.names.module.source
    start = source.rfind(b"\nif ", 0, call.start)
    start = max(start, source.rfind(b" if ", 0, call.start))
    line = source[start : source.find(b"\n", start + 1)].decode("utf-8", "replace") if start >= 0 else ""
    return _DEVELOPMENT.search(line) is not None
