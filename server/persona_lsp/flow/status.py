"""HTTP status codes by the names that frameworks give them, and the code that an expression stands for."""

import re
from types import MappingProxyType
from typing import Final

from persona_lsp.syntax.ir import AnyExpr, Const, Member, Name, Node, Str
from persona_lsp.text.patterns import lazy

_PHRASES: Final = {
    100: "CONTINUE", 101: "SWITCHING_PROTOCOLS", 102: "PROCESSING", 103: "EARLY_HINTS",
    200: "OK", 201: "CREATED", 202: "ACCEPTED", 203: "NON_AUTHORITATIVE_INFORMATION", 204: "NO_CONTENT",
    205: "RESET_CONTENT", 206: "PARTIAL_CONTENT", 207: "MULTI_STATUS", 208: "ALREADY_REPORTED", 226: "IM_USED",
    300: "MULTIPLE_CHOICES", 301: "MOVED_PERMANENTLY", 302: "FOUND", 303: "SEE_OTHER", 304: "NOT_MODIFIED",
    305: "USE_PROXY", 307: "TEMPORARY_REDIRECT", 308: "PERMANENT_REDIRECT",
    400: "BAD_REQUEST", 401: "UNAUTHORIZED", 402: "PAYMENT_REQUIRED", 403: "FORBIDDEN", 404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED", 406: "NOT_ACCEPTABLE", 407: "PROXY_AUTHENTICATION_REQUIRED", 408: "REQUEST_TIMEOUT",
    409: "CONFLICT", 410: "GONE", 411: "LENGTH_REQUIRED", 412: "PRECONDITION_FAILED", 413: "CONTENT_TOO_LARGE",
    414: "URI_TOO_LONG", 415: "UNSUPPORTED_MEDIA_TYPE", 416: "RANGE_NOT_SATISFIABLE", 417: "EXPECTATION_FAILED",
    418: "IM_A_TEAPOT", 421: "MISDIRECTED_REQUEST", 422: "UNPROCESSABLE_CONTENT", 423: "LOCKED",
    424: "FAILED_DEPENDENCY", 425: "TOO_EARLY", 426: "UPGRADE_REQUIRED", 428: "PRECONDITION_REQUIRED",
    429: "TOO_MANY_REQUESTS", 431: "REQUEST_HEADER_FIELDS_TOO_LARGE", 451: "UNAVAILABLE_FOR_LEGAL_REASONS",
    500: "INTERNAL_SERVER_ERROR", 501: "NOT_IMPLEMENTED", 502: "BAD_GATEWAY", 503: "SERVICE_UNAVAILABLE",
    504: "GATEWAY_TIMEOUT", 505: "HTTP_VERSION_NOT_SUPPORTED", 506: "VARIANT_ALSO_NEGOTIATES",
    507: "INSUFFICIENT_STORAGE", 508: "LOOP_DETECTED", 510: "NOT_EXTENDED", 511: "NETWORK_AUTHENTICATION_REQUIRED",
}  # fmt: skip
_ALIASES: Final = {
    "MULTISTATUS": 207, "MOVED_TEMPORARILY": 302, "FORBIDEN": 403, "PAYLOAD_TOO_LARGE": 413,
    "REQUEST_ENTITY_TOO_LARGE": 413, "REQUEST_TOO_LONG": 413, "REQUEST_URI_TOO_LONG": 414,
    "REQUESTED_RANGE_NOT_SATISFIABLE": 416, "I_AM_A_TEAPOT": 418, "UNPROCESSABLE_ENTITY": 422, "SERVER_ERROR": 500,
    "INTERNAL_ERROR": 500, "HTTP_VERSION_NOT_SUPPORTED": 505, "BANDWIDTH_LIMIT_EXCEEDED": 509, "SUCCESS": 200,
}  # fmt: skip

STATUS_NAMES: Final = MappingProxyType({name: code for code, name in _PHRASES.items()} | _ALIASES)
"""Upper-case names with underscores, as of the IANA registry and older spellings of it."""

STATUS_TITLES: Final = MappingProxyType({code: name.replace("_", " ").title() for code, name in _PHRASES.items()})

_PREFIX: Final = lazy(r"^(?:HTTP_?|STATUS_?|SC_)?(?:(?P<code>[1-5]\d\d)_)?")
_CAMEL: Final = lazy(r"(?<=[a-z0-9])(?=[A-Z])")
_HOLDERS: Final = lazy(r"status|http|codes?$|response|^sc$", re.IGNORECASE)


def status_of(expr: AnyExpr | None) -> tuple[int, Node] | None:
    """The code of a literal, a constant of a status class (`HttpStatus.CREATED`, `status.HTTP_201_CREATED`) or symbol."""
    match expr:
        case Const(value=bool()):
            return None
        case Const(value=int(code)) if 100 <= code <= 599:
            return code, expr
        case Str(symbol=True):
            return _at(status_named(expr.value or ""), expr)
        case Member(base=base, name=name):
            inner = base.name if isinstance(base, Member) else base.id if isinstance(base, Name) else ""
            if name in ("value", "value_"):
                return status_of(base)
            return _at(status_named(name), expr) if _HOLDERS.search(inner) else None
        case Name(id=name) if name.startswith(("HTTP_", "SC_")):
            return _at(status_named(name), expr)
        case _:
            return None


def _at(code: int | None, node: Node) -> tuple[int, Node] | None:
    return (code, node) if code is not None else None


def status_named(name: str) -> int | None:
    """The code of a name in any spelling: `NOT_FOUND`, `NotFound`, `not_found`, `HTTP_404_NOT_FOUND`, `Status404NotFound`."""
    upper = _CAMEL.sub("_", name).upper() if not name.isupper() else name
    match = _PREFIX.match(upper)
    if match is not None and match["code"]:
        return int(match["code"])
    rest = upper[match.end() :] if match is not None else upper
    found = STATUS_NAMES.get(rest, STATUS_NAMES.get(upper))
    if found is not None:
        return found
    digits = re.fullmatch(r"(?:HTTP_?|STATUS_?|SC_?)?([1-5]\d\d)", upper)
    return int(digits[1]) if digits is not None else None
