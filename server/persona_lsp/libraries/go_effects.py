"""Effects of Go code outside of the database: HTTP clients, logs, mail."""

import re
from typing import Final

from persona_lsp.flow.vocabulary import EffectMeaning, Library, Meaning, Scope
from persona_lsp.syntax.ir import Call, dotted
from persona_lsp.text.patterns import lazy

_LOG: Final = lazy(
    r"^(?:log|slog|logger|zap|logrus|zerolog|glog|klog|l|lg|sugar)(?:\.|$)|(?:^|\.)(?:log|logger|Logger|Log|sugar)(?:\.|$)"
)
_LOGGED: Final = lazy(
    r"^(?:Print|Debug|Info|Warn|Warning|Error|Fatal|Panic|Trace|Notice|Msg|Send|Log|Err)\w*$", re.IGNORECASE
)
_HTTP: Final = frozenset({"http.Get", "http.Post", "http.PostForm", "http.Head", "http.DefaultClient.Do"})
_MAIL: Final = frozenset({"smtp.SendMail"})
_CLIENTS: Final = frozenset({"http.Client", "resty.Client"})


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call does to the outside."""
    name = dotted(call.func)
    if name in _HTTP:
        return EffectMeaning("http")
    if name in _MAIL:
        return EffectMeaning("email")
    receiver = call.receiver
    if receiver is None:
        return None
    start = receiver
    while isinstance(start, Call) and start.receiver is not None:
        start = start.receiver
    if _LOGGED.match(call.name) and _LOG.search(dotted(start)):
        return EffectMeaning("log")
    if call.name == "Do" and scope.type_of(receiver) in _CLIENTS:
        return EffectMeaning("http")
    return None


LIBRARY: Final = Library(
    id="go-effects",
    languages=("go",),
    packages=(),
    meaning=meaning,
    triggers=("http.Get", "http.Post", ".Do(", "log.", "logger", "Logger", "smtp."),
    relational=None,
)
