"""Error handlers and CORS of an application."""

import re
from typing import Final

from persona_lsp.facts.http import CorsPolicy, ErrorHandler
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.flask.found import Found
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Items, Object, Str
from persona_lsp.syntax.python_names import flag, items_of, place, ref_name
from persona_lsp.text.patterns import lazy

_ANY: Final = frozenset({"*", ".*"})
_DEVELOPMENT: Final = lazy(r"\b(?:debug|local|dev|development|testing|is_dev)\b", re.IGNORECASE)


def error_handler(exception: AnyExpr, function: str, holder: str, node: AnyExpr, found: Found) -> None:
    """`@app.errorhandler(NotFound)`: what answers for an exception or a status."""
    status = exception.value if isinstance(exception, Const) and isinstance(exception.value, int) else None
    name = ref_name(exception) or (str(status) if status is not None else "")
    if function in found.names.functions:
        found.failing.add(found.names.functions[function].start)
    if name:
        found.error_handlers.append(ErrorHandler(name, place(node, found.names.module), status, function, Ref(holder)))


def cors(call: Call, found: Found, *, conditional: bool) -> None:
    """`CORS(app, origins="*", supports_credentials=True)`: it reflects the origin where credentials are allowed."""
    module = found.names.module
    origins = call.kwarg("origins")
    resources = call.kwarg("resources")
    credentials = call.kwarg("supports_credentials")
    values: list[AnyExpr | None] = [origins]
    if isinstance(resources, Object):
        values = []
        for entry in resources.entries:
            inner = entry.value
            values.append(inner.get("origins") if isinstance(inner, Object) else inner)
            if isinstance(inner, Object):
                credentials = credentials or inner.get("supports_credentials")
    elif resources is not None and origins is None and not isinstance(resources, Str):
        values = [resources]
    any_origin: bool | None = False
    shown: AnyExpr | None = None
    for value in values:
        state = _any(value, found)
        if state is not False and any_origin is not True:
            any_origin, shown = state, value
    allowed = flag(credentials) if credentials is not None else False
    start = module.source.rfind(b"\nif ", 0, call.start)
    line = module.source[start : module.source.find(b"\n", start + 1)].decode("utf-8", "replace") if start >= 0 else ""
    found.cors.append(
        CorsPolicy(
            "flask-cors", place(call, module), any_origin, allowed, "reflects",
            place(shown, module) if shown is not None else None,
            place(credentials, module) if credentials is not None else None,
            conditional and _DEVELOPMENT.search(line) is not None,
        )
    )  # fmt: skip


def _any(value: AnyExpr | None, found: Found) -> bool | None:
    """Whether every origin is let in; without a word it is."""
    if value is None:
        return True
    if isinstance(value, Str):
        return value.value in _ANY if value.value is not None else None
    items = items_of(value, found.names) if not isinstance(value, Items) else value.items
    if items is None:
        return None
    literals = [i.value for i in items if isinstance(i, Str)]
    return True if any(v in _ANY for v in literals) else False if len(literals) == len(items) else None
