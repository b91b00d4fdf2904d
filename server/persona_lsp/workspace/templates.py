"""Actions that answer with their template: Rails renders one where the code of an action does not answer."""

import re
from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.body import Function
from persona_lsp.workspace.snapshot import Endpoint

_MAY_ANSWER: Final = re.compile(
    r"(?!respond_to$)(?:render|respond|redirect|head|send|super|stream|answer|reply|deny|error|success|not_found|fail"
    r"|json|serve|handle|process|return)|.*_(?:response|json|error|answer)!?$"
)
_ERRORS: Final = 400


def renders(endpoint: Endpoint, callees: Sequence[Function]) -> bool:
    """Whether a `GET` reaches the end of its action without an answer, as far as every word of it is known."""
    handler = endpoint.handler
    if endpoint.framework != "rails" or endpoint.method != "GET" or handler is None or not handler.complete:
        return False
    if handler.handling != "handler":
        return False
    said = [r for r in handler.responses if r.status is None or r.status < _ERRORS]
    if len(said) > 1 or any(not r.site.conditional or r.status is None for r in said):
        return False
    if any(not thrown.site.conditional and thrown.site.catch < 0 for thrown in handler.raises):
        return False
    if any(r.status is None or r.status < _ERRORS for f in callees if f.handling for r in f.responses):
        return False
    found = {function.name for function in callees}
    return not any(c.name not in found and not c.receiver and _MAY_ANSWER.match(c.name) for c in handler.calls)
