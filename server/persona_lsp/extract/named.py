"""Endpoints with names among the facts of a file: what its receivers read, beside what its frameworks did."""

from collections.abc import Mapping
from functools import cache

from msgspec.structs import replace

from persona_lsp.extract.known import receivers_of
from persona_lsp.flow.receiving import Received, Receiver
from persona_lsp.flow.vocabulary import Handling
from persona_lsp.frameworks.api import Extracted
from persona_lsp.syntax.ir import Module
from persona_lsp.text.patterns import Words


def receiving(module: Module) -> tuple[Received, ...]:
    """What the receivers of the file's language read out of it."""
    source = module.source
    if not _signs(module.language).within(source):
        return ()
    return tuple(
        one
        for receiver, signs in _receivers(module.language)
        if signs.within(source)
        for one in receiver.extract(module)
    )


@cache
def _receivers(language: str) -> tuple[tuple[Receiver, Words], ...]:
    return tuple((receiver, Words(*receiver.signs)) for receiver in receivers_of(language))


@cache
def _signs(language: str) -> Words:
    """Those of all receivers: most files hold none."""
    return Words(*(sign for receiver in receivers_of(language) for sign in receiver.signs))


def with_named(found: Extracted, more: tuple[Received, ...]) -> Extracted:
    """What the frameworks read, with the endpoints of the receivers.

    Those with names are numbered below zero through the whole file: there is no order among them, but one number each.
    Functions in place that would have one key are told apart by numbers; a function is named by the first who does.
    """
    if not more and not any(route.named for route in found.routes):
        return found
    routes = list(found.routes)
    inline = dict(found.inline)
    taken = set(inline.values())
    for one in more:
        route = one.route
        if one.start >= 0:
            key, count = inline.get(one.start, route.handler_key), 0
            while one.start not in inline and key in taken:
                count += 1
                key = f"{route.handler_key}#{count}"
            inline[one.start] = key
            taken.add(key)
            route = replace(route, handler_key=key)
        routes.append(route)
    numbers = iter(range(-1, -len(routes) - 1, -1))
    numbered = tuple(replace(route, order=next(numbers)) if route.named else route for route in routes)
    return replace(found, routes=numbered, inline=tuple(inline.items()))


def answering(found: Extracted, more: tuple[Received, ...]) -> Mapping[str, Handling]:
    """How the functions of a file that answer by name take part, by key: who comes to their end has succeeded."""
    inline = dict(found.inline)
    inputs = {inline[one.start]: one.inputs for one in more if one.start in inline}
    handled: dict[str, Handling] = {}
    for route in found.routes:
        key = route.handler_key or (route.handler.name if route.handler is not None else "")
        if route.named and key:
            sent = dict.fromkeys(inputs.get(key, ()), "argument")
            handled[key] = Handling(kind="receiver", inputs=sent, implicit_answer=True)
    return handled
