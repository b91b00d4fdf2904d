"""Handlers of Go that come to their end without a word: net/http answers 200 for them."""

from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.body import CallSite, Function
from persona_lsp.facts.place import Span
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace import calls

_CONTEXT: Final = lazy(r"(?:ResponseWriter|gin\.Context|echo\.Context|fiber\.Ctx)$")
_ANSWERS: Final = lazy(r"Status|Header|Redirect|Abort|Error|NoContent|Next|Hijack|Upgrade")
"""Methods of what a handler answers through, some of which set a status that is not read."""


def ends_silently(project: calls.Calls, handler: Function | None, own: Sequence[Span]) -> bool:
    """Whether some request is answered without a status: nothing that every request passes answers, nor may do so.

    `own`: the code that runs for the method in question alone.
    """
    if handler is None or handler.language != "go" or handler.handling != "handler" or not handler.complete:
        return False
    sites = (*(r.site for r in handler.responses), *(r.site for r in handler.raises))
    if not all(site.conditional for site in sites):
        return False
    through = {p.name for p in handler.params if _CONTEXT.search(p.type)}
    if not through:
        return False
    known = dict(calls.callees(project, handler))
    return not any(
        _may_answer(call, through, known.get(number))
        for number, call in enumerate(handler.calls)
        if not call.site.conditional or any(p.start <= call.span.start < p.end for p in own)
    )


def _may_answer(call: CallSite, through: set[str], callee: Function | None) -> bool:
    if call.receiver.partition(".")[0] in through and _ANSWERS.search(call.name):
        return True
    if not any(a.partition(".")[0] in through for a in call.arguments):
        return False
    return callee is None or not callee.complete or bool(callee.responses or callee.raises)
