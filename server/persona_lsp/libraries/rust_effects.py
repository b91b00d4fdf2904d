"""Effects of Rust calls outside of the database: logs, HTTP, mail."""

from typing import Final

from persona_lsp.flow.vocabulary import EffectMeaning, Library, Meaning, Scope
from persona_lsp.libraries.rust_values import LANGUAGES, last
from persona_lsp.syntax.ir import Call, Member

_LOGS: Final = frozenset(
    {
        "trace!", "debug!", "info!", "warn!", "error!", "println!", "eprintln!", "print!", "eprint!", "dbg!", "event!", "log!",
        "info_span!", "span!", "debug_span!", "slog_error!", "error_!",
    }
)  # fmt: skip
_METHODS: Final = frozenset({"get", "post", "put", "delete", "patch", "request", "head"})
_MAILERS: Final = frozenset({"mailer", "transport", "smtp", "email_client", "mail"})


def meaning(call: Call, scope: Scope) -> Meaning | None:  # noqa: ARG001 -- as all libraries
    """The effect of a call; None for calls without one that is known."""
    name = call.name
    if name in _LOGS:
        return EffectMeaning("log")
    if name == "send" and isinstance(call.func, Member):
        if not call.args and _is_request(call):
            return EffectMeaning("http")
        if call.args and last(call.func.base).lower() in _MAILERS:
            return EffectMeaning("email")
    if name == "send_email":
        return EffectMeaning("email")
    if name == "capture_error" or (name == "capture_message" and call.args):
        return EffectMeaning("log")
    return None


def _is_request(call: Call) -> bool:
    """`client.get(url).header(...).send()`."""
    node = call.receiver
    while isinstance(node, Call):
        if node.name in _METHODS and node.args:
            return True
        node = node.receiver
    return False


LIBRARY: Final = Library(
    id="rust-effects",
    languages=LANGUAGES,
    packages=(),
    meaning=meaning,
    triggers=("!(", ".send(", "send_email", "capture_"),
)
