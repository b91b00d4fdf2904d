"""Middleware of actix-web: which guards lie around a scope, and what stands behind a `Transform`."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.text import Ref
from persona_lsp.flow.rust.guards import kind_of, middleware_guard
from persona_lsp.flow.rust.names import RustFile, Unit, full_name, place, ref_name
from persona_lsp.flow.walking import calls
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name, dotted, walk

_HARMLESS: Final = frozenset(
    {
        "Logger", "Compress", "DefaultHeaders", "NormalizePath", "Cors", "TracingLogger", "SessionMiddleware", "ErrorHandlers",
        "CookieSession", "Tracing", "RequestTracing", "RequestMetrics", "PrometheusMetrics", "PrometheusMetricsBuilder",
        "IdentityService", "IdentityMiddleware", "FlashMessagesFramework", "CatchPanic", "Sentry", "Condition",
    }
)  # fmt: skip
_OURS: Final = frozenset({"crate", "self", "super"})


def guards_of(given: AnyExpr, unit: Unit, file: RustFile) -> tuple[Guard, ...]:
    """The guards that a middleware of actix-web is."""
    module = file.module
    if isinstance(given, Call) and given.name == "clone" and isinstance(given.receiver, Name):
        given = given.receiver
    for part in walk(given):
        if isinstance(part, Call):
            name = part.name
            path = dotted(part.func.base) if isinstance(part.func, Member) else ""
            owner = path.rsplit(".", 1)[-1]
            if owner == "HttpAuthentication":
                target = ref_name(part.args[0] if part.args else None, unit)
                where, source = place(part, module), module.text(part)[:200]
                symbol = Ref(target) if target else None
                return (Guard("HttpAuthentication", GuardKind.AUTHN, Level.ROUTER, where, symbol, source),)
            if name in ("from_fn", "mw_from_fn") and part.args:
                target = ref_name(part.args[0], unit)
                return (middleware_guard(target, part, Level.ROUTER, module),) if target else ()
            if owner not in _HARMLESS and name not in _HARMLESS:
                if kind_of(owner or name) is not None:
                    return (
                        middleware_guard(owner or name, part, Level.ROUTER, module, f"{owner}.call" if owner else name),
                    )
                if _is_ours(path, file):
                    return (middleware_guard(owner, part, Level.ROUTER, module, f"{path}.call"),)
        elif isinstance(part, Name | Member) and part is given:
            found_here = _named(dotted(part), part, unit, file)
            if found_here is not None:
                return (found_here,)
    return ()


def _named(path: str, part: Name | Member, unit: Unit, file: RustFile) -> Guard | None:
    """`.wrap(Checked)`, or a variable that one was made for."""
    if path[:1].islower() and "." not in path:
        made = re.search(
            rb"\blet\s+(?:mut\s+)?" + path.encode() + rb"\s*=\s*((?:\w+::)*[A-Z]\w*)",
            file.module.source[unit.node.body_start : part.start],
        )
        path = made[1].decode().replace("::", ".") if made is not None else path
    name = path.rsplit(".", 1)[-1]
    if not name or name in _HARMLESS or (kind_of(name) is None and not _is_ours(path, file)):
        return None
    symbol = f"{path}.call" if name[:1].isupper() else ""
    return middleware_guard(name, part, Level.ROUTER, file.module, symbol)


def _is_ours(path: str, file: RustFile) -> bool:
    """A type that the project declares."""
    name = path.rsplit(".", 1)[-1]
    if not name[:1].isupper():
        return False
    whole = full_name(Name(0, 0, path), file) if "." not in path else path
    first = path.partition(".")[0]
    bound = file.imports.get(first)
    return (
        name in file.classes
        or whole.partition(".")[0] in _OURS
        or (bound is not None and bound[0].partition(".")[0] in _OURS)
    )


def transforms(file: RustFile) -> Iterator[tuple[str, str]]:
    """`impl Transform for Checked`: what its `call` is, the service says that `new_transform` makes."""
    for unit in file.units:
        if unit.node.name != "new_transform" or "." not in unit.key:
            continue
        made = next((c for c in calls(unit.node.body) if c.new and dotted(c.func)), None)
        if made is not None:
            yield f"{unit.key.rpartition('.')[0]}.call", f"{dotted(made.func)}.call"
