"""Layers of axum: which guards lie around the routes that they are laid around."""

from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.flow.rust.guards import kind_of, middleware_guard
from persona_lsp.flow.rust.names import Unit, place, ref_name
from persona_lsp.syntax.ir import AnyExpr, Await, Call, Do, Items, Lambda, Member, Module, Name, Return, dotted, walk

_HARMLESS: Final = frozenset(
    {
        "TraceLayer", "CorsLayer", "CompressionLayer", "TimeoutLayer", "Extension", "AddExtensionLayer", "RequestBodyLimitLayer",
        "DefaultBodyLimit", "SetRequestIdLayer", "PropagateRequestIdLayer", "CatchPanicLayer", "NormalizePathLayer",
        "SetResponseHeaderLayer", "SetRequestHeaderLayer", "ConcurrencyLimitLayer", "SessionManagerLayer", "CookieManagerLayer",
        "BufferLayer", "LoadShedLayer", "HandleErrorLayer", "MapResponseLayer", "MapErrLayer", "SensitiveHeadersLayer",
        "SetSensitiveRequestHeadersLayer", "SetSensitiveHeadersLayer", "RequestDecompressionLayer", "DecompressionLayer",
        "PrometheusMetricLayer", "OtelAxumLayer", "NewSentryLayer", "SentryHttpLayer", "AuthManagerLayer", "LiveReloadLayer",
        "OtelInResponseLayer", "MetricLayer", "Identity", "GovernorLayer",
    }
)  # fmt: skip
_FROM_FUNCTION: Final = frozenset({"from_fn", "from_fn_with_state", "from_extractor", "from_extractor_with_state"})
_REQUIRES: Final = frozenset(
    {"RequireAuthorizationLayer", "ValidateRequestHeaderLayer", "AsyncRequireAuthorizationLayer", "login_required!", "permission_required!", "predicate_required!"}
)  # fmt: skip


def layers(given: AnyExpr, level: Level, unit: Unit, module: Module) -> tuple[Guard, ...]:
    """The guards that a layer is."""
    if isinstance(given, Items):
        return tuple(g for item in given.items for g in layers(item, level, unit, module))
    found: list[Guard] = []
    over = -1
    for part in walk(given):
        if not isinstance(part, Call) or part.start < over:
            continue
        if _begins(part) in _HARMLESS:
            # What its builder is given is no layer: `CorsLayer::new().allow_origin(SHOP.parse()?)`.
            over = part.end
            continue
        name = part.name
        owner = dotted(part.func.base).rsplit(".", 1)[-1] if isinstance(part.func, Member) else ""
        if name in _FROM_FUNCTION:
            generic = module.text(part).partition("::<")[2].partition(">")[0] if "extractor" in name else ""
            target = f"{generic}.from_request_parts" if generic else ref_name(_last(part.args), unit)
            if target:
                shown = generic or target
                found.append(middleware_guard(shown, part, level, module, target))
            else:
                found.append(Guard("from_fn", GuardKind.UNKNOWN, level, place(part, module)))
            break
        if name in _REQUIRES or owner in _REQUIRES:
            found.append(
                Guard(owner or name, GuardKind.AUTHN, level, place(part, module), None, module.text(part)[:200])
            )
            break
        if owner not in _HARMLESS and name not in _HARMLESS and kind_of(owner or name) is not None:
            found.append(middleware_guard(owner or name, part, level, module))
    if not found and isinstance(given, Name) and kind_of(given.id) is not None:
        found.append(middleware_guard(given.id, given, level, module))
    return tuple(found)


def _begins(call: Call) -> str:
    """The type that a chain of calls begins with: `CorsLayer` of `CorsLayer::new().allow_origin(x)`."""
    while isinstance(call.func, Member) and isinstance(call.func.base, Call):
        call = call.func.base
    return dotted(call.func.base).rsplit(".", 1)[-1] if isinstance(call.func, Member) else call.name


def _last(args: tuple[AnyExpr, ...]) -> AnyExpr | None:
    last = args[-1] if args else None
    if isinstance(last, Lambda) and len(last.function.body) == 1:
        # `|request, next| async { record(request, next, "page").await }` is what it calls.
        only = last.function.body[0]
        value = only.value if isinstance(only, Return | Do) else None
        while isinstance(value, Await):
            value = value.value
        names = {p.name for p in last.function.params}
        if isinstance(value, Call) and names <= {a.id for a in value.args if isinstance(a, Name)}:
            last = value
    return last.func if isinstance(last, Call) else last
