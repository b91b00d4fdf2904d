"""What Rails serves beside HTTP: channels of Action Cable and jobs of Active Job."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Route
from persona_lsp.flow.receiving import method_keys, name_of, received
from persona_lsp.syntax.ir import ClassNode, Module
from persona_lsp.syntax.ruby_names import chain

_ID: Final = "rails"
_LIFE: Final = frozenset({"unsubscribed", "initialize", "connect", "disconnect"})


def named(module: Module) -> Iterator[Route]:
    """The endpoints of a file that are no routes."""
    if b"Channel" not in module.source and b"Job" not in module.source:
        return
    for cls in module.classes():
        base = next((name for b in cls.bases if (name := chain(b))), "")
        if (base.endswith("Channel") or base == "ActionCable.Channel.Base") and cls.name != "Channel":
            yield from _channel(cls, module)
        elif base.endswith("Job") or base == "ActiveJob.Base":
            yield from _job(cls, module)


def _name(cls: ClassNode) -> str:
    return (f"{cls.owner}.{cls.name}" if cls.owner else cls.name).replace(".", "::")


def _channel(cls: ClassNode, module: Module) -> Iterator[Route]:
    """Clients subscribe to a channel, and may call every public method of it."""
    for method, key in method_keys(cls):
        if method.name in _LIFE or not {"private", "protected", "static"}.isdisjoint(method.modifiers):
            continue
        name = _name(cls) if method.name == "subscribed" else f"{_name(cls)}/{method.name}"
        yield received("websocket", name, _ID, name_of(method, module), key=key).route


def _job(cls: ClassNode, module: Module) -> Iterator[Route]:
    for method, key in method_keys(cls):
        if method.name == "perform":
            yield received("message", _name(cls), _ID, name_of(method, module), key=key).route
