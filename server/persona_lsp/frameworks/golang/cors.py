"""CORS: the middleware that Go's frameworks are given, as its configuration is written."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.facts.place import Where
from persona_lsp.flow.walking import every_call
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Items, Kwarg, Lambda, Module, Name, Return, Str, dotted


class _Words(Struct, frozen=True):
    """A middleware: its type of configuration, and the names of its fields."""

    kind: str
    origins: str
    decides: tuple[str, ...]
    everyone: str = ""
    star: str = "fails"
    """What `*` does with credentials; "" where versions differ."""


_LIBRARIES: Final[Mapping[str, _Words]] = {
    "github.com/gin-contrib/cors": _Words("Config", "AllowOrigins", ("AllowOriginFunc",), "AllowAllOrigins"),
    "github.com/rs/cors": _Words("Options", "AllowedOrigins", ("AllowOriginFunc", "AllowOriginRequestFunc")),
    "github.com/go-chi/cors": _Words("Options", "AllowedOrigins", ("AllowOriginFunc",)),
    "github.com/labstack/echo/v4/middleware": _Words("CORSConfig", "AllowOrigins", ("AllowOriginFunc",), star=""),
    "github.com/gofiber/fiber/v2/middleware/cors": _Words("Config", "AllowOrigins", ("AllowOriginsFunc",)),
    "github.com/gofiber/fiber/v3/middleware/cors": _Words("Config", "AllowOrigins", ("AllowOriginsFunc",)),
}


def policies(module: Module, packages: Mapping[str, str]) -> Iterator[CorsPolicy]:
    """The configurations that a file writes. `packages`: import path by local name."""
    if b"AllowCredentials" not in module.source:
        return
    for call in every_call(module):
        owner, _, kind = dotted(call.func).rpartition(".")
        words = _LIBRARIES.get(packages.get(owner, "")) if call.new else None
        if words is not None and kind == words.kind and not call.args:
            yield _policy(call, words, packages[owner], module)


def _policy(call: Call, words: _Words, library: str, module: Module) -> CorsPolicy:
    fields = {field.name: field for field in call.kwargs}
    given = fields.get("AllowCredentials")
    credentials = _flag(given.value) if given is not None else False
    any_origin, effect, at = _origins(fields, words)
    return CorsPolicy(
        library, _where(call, module), any_origin, credentials, effect or "fails",
        _where(at.value, module) if at is not None else None,
        _where(given.value, module) if given is not None else None,
    )  # fmt: skip


def _origins(fields: Mapping[str, Kwarg], words: _Words) -> tuple[bool | None, str, Kwarg | None]:
    """Whether every origin is allowed, what follows with credentials, and the field that says so."""
    for name in words.decides:
        decides = fields.get(name)
        if decides is not None:
            return (True if _is_always(decides.value) else None), "reflects", decides
    everyone = fields.get(words.everyone)
    if everyone is not None and _flag(everyone.value) is not False:
        return _flag(everyone.value), words.star, everyone
    listed = fields.get(words.origins)
    if listed is None:
        return None, "", None
    value = listed.value
    items = value.items if isinstance(value, Items) else (value,)
    texts = [item.value for item in items if isinstance(item, Str) and item.value is not None]
    if "*" in texts:
        return (True if words.star else None), words.star, listed
    return (False if len(texts) == len(items) else None), "", listed


def _is_always(expr: AnyExpr) -> bool:
    """`func(origin string) bool { return true }`."""
    body = expr.function.body if isinstance(expr, Lambda) else ()
    return len(body) == 1 and isinstance(body[0], Return) and body[0].value is not None and _flag(body[0].value) is True


def _flag(expr: AnyExpr) -> bool | None:
    if isinstance(expr, Const) and isinstance(expr.value, bool):
        return expr.value
    return {"true": True, "false": False}.get(expr.id) if isinstance(expr, Name) else None


def _where(node: AnyExpr, module: Module) -> Where:
    return Where(module.path, node.start, node.end)
