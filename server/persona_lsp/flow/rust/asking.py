"""Handlers of Rust that let a function of their own ask who calls: `authenticate(&state, &req).and_then(move |auth| …)`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.body import CallSite
from persona_lsp.flow.rust.names import last_name, unwrapped
from persona_lsp.syntax.ir import FunctionNode, Items, Name, walk
from persona_lsp.text.patterns import lazy

_TAKES: Final = frozenset({"HttpRequest", "ServiceRequest"})
_CLOSURE: Final = lazy(rb"\|[^|;{}]*\|\s*$")
_ONLY_WITH: Final = lazy(
    rb"\s*(?:\.\s*(?:from_err|map_err\((?:[^()]|\([^()]*\))*\)|from_err\(\)|await)\s*(?:\(\))?\s*)*(?:\?|\.\s*and_then\b)"
)
_EITHER_WAY: Final = lazy(rb"\s*\.\s*then\s*\(\s*(?:move\s*)?\|\s*(?:mut\s+)?(\w+)\s*\|")
_LIBRARY: Final = lazy(
    rb"\b(?:BearerAuth|BasicAuth)::(?:from_request|extract)\((?:[^()]|\([^()]*\))*\)\s*\.\s*await\s*(?:\.\s*map_err\((?:[^()]|\([^()]*\))*\)\s*)?\?"
)
_WITHIN: Final = 400
"""Bytes behind a call in which its outcome is looked at."""


def requests_of(function: FunctionNode) -> frozenset[str]:
    """The parameters of a function that hold the whole request, alone or in a tuple."""
    return frozenset(_requests(function))


def _requests(function: FunctionNode) -> Iterator[str]:
    for param in function.params:
        kinds = param.type.items if isinstance(param.type, Items) else (param.type,)
        held = param.pattern.items if isinstance(param.pattern, Items) else (param.pattern,) if param.pattern else ()
        for place, kind in enumerate(kinds):
            if last_name(unwrapped(kind)) in _TAKES:
                if len(held) == len(kinds):
                    yield from (part.id for part in walk(held[place]) if isinstance(part, Name))
                elif param.name:
                    yield param.name


def given_the_request(calls: Sequence[CallSite], requests: frozenset[str]) -> tuple[int, ...]:
    """The calls that are handed the request."""
    return tuple(
        number for number, call in enumerate(calls)
        if not call.effect and any(given.lstrip("&").removesuffix(".clone()") in requests for given in call.arguments)
    )  # fmt: skip


def outcome(source: bytes, start: int, end: int) -> str:
    """What becomes of a request whose call from `start` to `end` fails: `refused`, `served`, or "" nobody knows."""
    after = source[end : end + _WITHIN]
    if _CLOSURE.search(source[max(0, start - _WITHIN) : start]) is not None:
        after = after.lstrip().removeprefix(b")")  # what the function gives goes on to the next link of the chain
    if _ONLY_WITH.match(after) is not None:
        return "refused"
    either = _EITHER_WAY.match(after)
    lacks = either is not None and re.search(rb"\b" + either[1] + rb"\s*\.\s*ok\s*\(\s*\)", after) is not None
    return "served" if lacks else ""


def takes_credential(body: bytes) -> bool:
    """`BearerAuth::from_request(&req, payload).await?` in every way through a body: it fails for whoever brings none."""
    return any(
        body.count(b"{", 0, found.start()) - body.count(b"}", 0, found.start()) <= body.startswith(b"{")
        for found in _LIBRARY.finditer(body)
    )
