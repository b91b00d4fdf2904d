"""Effects of .NET code outside of the database: logging, HTTP, mail, queues, caches."""

import re
from typing import Final

from persona_lsp.flow.vocabulary import EffectMeaning, Library, Meaning, Scope
from persona_lsp.syntax.ir import Call, Member, Name, dotted
from persona_lsp.text.patterns import lazy

_LOGGERS: Final = lazy(r"^_?(?:log|logger|serilog)$", re.IGNORECASE)
_LEVELS: Final = lazy(
    r"^(?:Log(?:Trace|Debug|Information|Warning|Error|Critical)?|Trace|Debug|Information|Info|Warning|Warn|Error|Fatal|Verbose|Exception)$"
)
_HTTP: Final = lazy(
    r"^(?:Get|Post|Put|Patch|Delete|Send)(?:String|Stream|ByteArray|FromJson|AsJson)?Async$|^(?:PostAsJson|PutAsJson|PatchAsJson|GetFromJson|DeleteFromJson)Async$"
)
_TYPES: Final = {
    "HttpClient": ("http", _HTTP), "SmtpClient": ("email", lazy(r"^Send")),
    "ISendGridClient": ("email", lazy(r"^Send")), "SendGridClient": ("email", lazy(r"^Send")),
    "IEmailSender": ("email", lazy(r"^Send")), "IEmailService": ("email", lazy(r"^Send")),
    "IPublishEndpoint": ("queue", lazy(r"^Publish")), "IBus": ("queue", lazy(r"^(?:Publish|Send)")),
    "IEventBus": ("queue", lazy(r"^Publish")), "ServiceBusSender": ("queue", lazy(r"^Send")),
    "IModel": ("queue", lazy(r"^BasicPublish")), "IProducer": ("queue", lazy(r"^Produce")),
    "IDistributedCache": ("cache", lazy(r"^(?:Set|Remove|Refresh)")),
    "IMemoryCache": ("cache", lazy(r"^(?:Set|Remove)")),
    "IBackgroundJobClient": ("queue", lazy(r"^(?:Enqueue|Schedule)")),
}  # fmt: skip
_NAMES: Final = {"httpClient": "HttpClient", "emailSender": "IEmailSender", "publishEndpoint": "IPublishEndpoint"}


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """The effect of a call; None for calls without one that is known."""
    receiver = call.receiver
    if not isinstance(receiver, Name | Member):
        return None
    last = dotted(receiver).rsplit(".", 1)[-1]
    if _LEVELS.match(call.name) and (_LOGGERS.match(last) or last in {"Log", "Logger"}):
        return EffectMeaning("log")
    if last in {"Console", "Debug", "Trace"} and call.name.startswith("Write"):
        return EffectMeaning("log")
    known = _TYPES.get(scope.type_of(receiver) or _NAMES.get(last.lstrip("_"), ""))
    if known is not None and known[1].match(call.name):
        return EffectMeaning(known[0])
    return None


LIBRARY: Final = Library(
    id="dotnet-effects",
    languages=("csharp",),
    packages=(),
    meaning=meaning,
    triggers=("Log", "log", "Console.", "Client", "Send", "Publish", "ache.", "Enqueue"),
    relational=None,
)
