"""What extractors and middleware of Rust guard, by their names."""

from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.text import Ref
from persona_lsp.flow.rust.names import (
    place,
)
from persona_lsp.syntax.ir import (
    Module,
    Node,
)
from persona_lsp.text.patterns import lazy

_CAMEL: Final = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ROLE: Final = lazy(r"(?:^|_)(?:admin|superuser|staff|moderator|mod|role|roles)(?:_|$)")
_AUTHN: Final = lazy(
    r"(?:^|_)(?:auth|authed|authn|authz|authenticated|authentication|authenticate|authorization|authorized|authorize"
    r"|logged_in|login_required|bearer|jwt|claims?|identity|principal|session_user|current_user|credentials?"
    r"|require_(?:user|login|auth|token)|reject_(?:anonymous|unauthenticated)|api_?key|token_data|access_token)(?:_|$)|(?:^|_)(?:current|auth|session)_?user(?:_|$)"
    r"|^(?:user|current|principal)$"
)
_RATE: Final = lazy(r"rate_?limit|governor|throttl|limiter")
SILENT: Final = frozenset(
    {"State", "Extension", "Data", "ReqData", "Connection", "ConnectInfo", "Database", "Path", "Query", "Json", "Form",
     "Multipart", "HeaderMap", "Bytes"}
)  # fmt: skip
"""Extractors that hand over what the application holds or what is sent, and refuse nobody for who they are."""
_OPTIONAL: Final = lazy(r"(?:^|_)(?:optional|opt|maybe|try|possibly|or_anonymous|or_guest)(?:_|$)")


def kind_of(name: str) -> GuardKind | None:
    """What a middleware or extractor of that name does with a request; None if its name does not say it guards."""
    words = _CAMEL.sub("_", name.rsplit(".", 1)[-1]).lower()
    if _RATE.search(words):
        return GuardKind.RATE_LIMIT
    if _ROLE.search(words):
        return GuardKind.ROLE
    if _AUTHN.search(words):
        return GuardKind.AUTHN
    return None


def optional_by_name(name: str) -> bool:
    """`MaybeUser`, `OptionalAuth`."""
    return _OPTIONAL.search(_CAMEL.sub("_", name.rsplit(".", 1)[-1]).lower()) is not None


def middleware_guard(name: str, node: Node, level: Level, module: Module, symbol: str = "") -> Guard:
    """A guard that its function, if it can be found, tells more about."""
    kind = kind_of(name)
    if kind is not GuardKind.RATE_LIMIT:
        kind = GuardKind.UNKNOWN
    return Guard(
        name.rsplit(".", 1)[-1], kind, level, place(node, module), Ref(symbol or name), module.text(node)[:200],
        optional_by_name(name),
    )  # fmt: skip
