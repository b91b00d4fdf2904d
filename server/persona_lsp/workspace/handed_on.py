"""Callers who need not say who they are, handed on to what may refuse them after all (Rust)."""

import re
from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.calls import Calls, callees
from persona_lsp.workspace.guard_code import FORBIDDEN, UNAUTHENTICATED

_HOPS: Final = 3
_HELD: Final = lazy(r"^\w+(?:\.\w+)*$")
_KEEPS: Final = frozenset({"insert", "push", "bind", "extend", "send", "set", "eq", "ne"})
"""Methods of what keeps a value, or compares it."""


def may_be_refused(calls: Calls, handler: Function, guards: Sequence[Guard]) -> bool:
    """Whether what an optional extractor gave is handed to a method that nobody has seen, or to a function that refuses."""
    if handler.language != "rust":
        return False
    taken = {guard.name for guard in guards if guard.optional}
    return _handed(calls, handler, frozenset(p.name for p in handler.params if _last(p.type) in taken), 0)


def _last(kind: str) -> str:
    """`Option<auth::User>` is a `User`."""
    return re.split(r"::|\.", kind.removeprefix("Option<").removesuffix(">"))[-1]


def _handed(calls: Calls, function: Function, names: frozenset[str], depth: int) -> bool:
    if not names or depth > _HOPS:
        return False
    known = dict(callees(calls, function))
    for number, call in enumerate(function.calls):
        places = [n for n, given in enumerate(call.arguments) if given.lstrip("&").removesuffix(".clone()") in names]
        if not places:
            continue
        callee = known.get(number)
        if callee is None:
            if call.name not in _KEEPS and call.receiver not in names and _HELD.match(call.receiver):
                return True
            continue
        params = [p for p in callee.params if p.name != "self"]
        inner = frozenset(params[n].name for n in places if n < len(params))
        if any(r.status in (UNAUTHENTICATED, FORBIDDEN) for r in callee.raises) or _handed(
            calls, callee, inner, depth + 1
        ):
            return True
    return False
