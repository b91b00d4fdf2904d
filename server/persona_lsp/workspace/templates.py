"""Actions that answer with their template: Rails renders one where the code of an action does not answer."""

from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.body import Function
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.constants import base_of
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.snapshot import Endpoint

_MAY_ANSWER: Final = lazy(
    r"(?!respond_to$)(?:render|respond|redirect|head|send|super|stream|answer|reply|deny|error|success|not_found|fail"
    r"|json|serve|handle|process|return)|.*_(?:response|json|error|answer)!?$"
)
_ERRORS: Final = 400
_OK: Final = 200
_NOTHING: Final = 204
_HOPS: Final = 6
_DRAWING: Final = frozenset({"jbuilder", "rabl", "jb", "props_template"})
"""Gems whose templates are the answers of APIs."""


def renders(endpoint: Endpoint, callees: Sequence[Function]) -> bool:
    """Whether a `GET` reaches the end of its action without an answer, as far as every word of it is known."""
    return endpoint.method == "GET" and _ends_silent(endpoint, callees, allowed=1)


def silent_status(names: Names, endpoint: Endpoint, callees: Sequence[Function]) -> int | None:
    """What an action answers that changes something and says nothing of how it succeeded; None if nobody can tell.

    An API without a gem for templates has none, so nothing is what it sends. With one, all but deletions draw theirs.
    """
    if endpoint.framework != "rails":
        return None
    if endpoint.method == "GET" and _responds(endpoint, callees):
        return _OK
    if endpoint.method in ("GET", "ANY") or not _ends_silent(endpoint, callees, allowed=0):
        return None
    handler = endpoint.handler
    drawing = any(
        package in _DRAWING
        for entry in names.files.values()
        if entry.facts.language == "config"
        for package, _ in entry.facts.versions
    )
    if drawing and endpoint.method != "DELETE":
        return _OK
    api = handler is not None and _is_api(names, handler.path, handler.class_name, 0)
    return _NOTHING if api else None


def _responds(endpoint: Endpoint, callees: Sequence[Function]) -> bool:
    """`respond_with(order)` shows what somebody asks for."""
    functions = (*([endpoint.handler] if endpoint.handler is not None else []), *callees)
    return any(r.status is None and r.source.startswith("respond_with") for f in functions for r in f.responses)


def _is_api(names: Names, path: str, cls: str, depth: int) -> bool:
    """The controller descends from `ActionController::API`, as far as the project's own classes tell."""
    entry = names.files.get(path)
    facts = entry.classes.get(cls) if entry is not None else None
    for base in facts.bases if facts is not None and depth < _HOPS else ():
        if base.name.lstrip(".") == "ActionController.API":
            return True
        found = base_of(names, path, cls, base.name)
        if found is not None and (found.path, found.name) != (path, cls):
            return _is_api(names, found.path, found.name, depth + 1)
    return False


def _ends_silent(endpoint: Endpoint, callees: Sequence[Function], allowed: int) -> bool:
    """The end of the action is reached without an answer; `allowed`: how many conditional successes it may tell."""
    handler = endpoint.handler
    if endpoint.framework != "rails" or handler is None or not handler.complete:
        return False
    if handler.handling != "handler" or any(not r.site.conditional for r in handler.responses):
        return False
    said = [r for r in handler.responses if r.status is None or r.status < _ERRORS]
    if len(said) > allowed or any(r.status is None for r in said):
        return False
    # A finder that may fail is no `raise`: where it finds what it looks for, the action goes on.
    may_fail = {*(q.span for q in handler.queries), *(c.span for c in handler.calls)}
    if any(not t.site.conditional and t.site.catch < 0 and t.span not in may_fail for t in handler.raises):
        return False
    if any(r.status is None or r.status < _ERRORS for f in callees if f.handling for r in f.responses):
        return False
    found = {function.name for function in callees}
    if any(c.name not in found and not c.receiver and _MAY_ANSWER.match(c.name) for c in handler.calls):
        return False
    # What a helper does for each format may stand in helpers of its own, which are not followed.
    return not any(c.name == "respond_to" and not c.receiver for f in callees for c in f.calls)
