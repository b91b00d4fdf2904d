"""CORS policies: `AllowAnyOrigin()`, `WithOrigins(…)`, `SetIsOriginAllowed(_ => true)`, `AllowCredentials()`."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.frameworks.aspnet.attributes import string, where
from persona_lsp.frameworks.aspnet.pipeline import statements_of
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Lambda, Member, Module, Node, Return, Str

_LIBRARY: Final = "Microsoft.AspNetCore.Cors"
_ORIGINS: Final = frozenset({"AllowAnyOrigin", "WithOrigins", "SetIsOriginAllowed"})


def policies(module: Module) -> Iterator[CorsPolicy]:
    """The policies of a file: each chain of builder calls that says which origins it lets in."""
    if not any(word in module.source for word in (b"AllowAnyOrigin", b"WithOrigins", b"SetIsOriginAllowed")):
        return
    inner: set[int] = set()
    for node in statements_of(module):
        if not isinstance(node, Call) or id(node) in inner:
            continue
        chain = _chain(node)
        inner |= {id(c) for c in chain}
        origins = next((c for c in chain if c.name in _ORIGINS), None)
        if origins is None:
            continue
        credentials = next((c for c in chain if c.name == "AllowCredentials"), None)
        anyone = _any(origins)
        yield CorsPolicy(
            _LIBRARY, where(module, _tail(origins)), anyone, credentials is not None,
            # The middleware refuses to start with any origin and credentials; a predicate that is always true reflects.
            "fails" if origins.name == "AllowAnyOrigin" else "reflects",
            origins_where=where(module, _tail(origins)),
            credentials_where=where(module, _tail(credentials)) if credentials is not None else None,
        )  # fmt: skip


def _chain(call: Call) -> list[Call]:
    found: list[Call] = []
    current: AnyExpr | None = call
    while isinstance(current, Call):
        found.append(current)
        current = current.receiver
    return found


def _any(call: Call) -> bool | None:
    if call.name == "AllowAnyOrigin":
        return True
    if call.name == "WithOrigins":
        if any(isinstance(a, Str) and string(a) == "*" for a in call.args):
            return True
        return False if all(isinstance(a, Str) for a in call.args) else None
    given = call.args[0] if call.args else None
    if isinstance(given, Lambda) and given.function.expression_body:
        body = given.function.body
        value = body[0].value if body and isinstance(body[0], Return) else None
        if isinstance(value, Const) and value.value is True:
            return True
    return None


def _tail(call: Call) -> Node:
    start = call.func.name_start if isinstance(call.func, Member) else call.start
    return Str(start, call.end, ())
