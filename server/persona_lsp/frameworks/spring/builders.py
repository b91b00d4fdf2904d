"""Builders of answers: `ResponseEntity.ok()`, `ServerResponse.created(uri)`, also by names that `import static` binds."""

from typing import Final

from persona_lsp.flow.vocabulary import Scope
from persona_lsp.frameworks.spring.annotations import simple
from persona_lsp.frameworks.spring.errors import FIXED
from persona_lsp.frameworks.spring.statuses import status_value
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name, Node, dotted

_BUILDERS: Final = frozenset({"ResponseEntity", "ServerResponse"})
_JAX: Final = {
    "ok": 200, "created": 201, "accepted": 202, "noContent": 204, "notModified": 304, "seeOther": 303,
    "temporaryRedirect": 307, "serverError": 500, "notAcceptable": 406,
}  # fmt: skip


def builder_chain(expr: Call) -> list[Call] | None:
    """The calls of a response builder's chain, the one on `ResponseEntity` first; None if it is no such chain."""
    found = started(expr)
    return found[1] if found is not None else None


def started(expr: Call, scope: Scope | None = None) -> tuple[Call, list[Call], str] | None:
    """The first call on `ResponseEntity` of a chain, with the whole chain in order, and the name of what it is called on."""
    calls: list[Call] = []
    current: AnyExpr | None = expr
    while isinstance(current, Call):
        calls.append(current)
        receiver = current.receiver
        if isinstance(receiver, Name | Member) and simple(dotted(receiver)) in {*_BUILDERS, "Response"}:
            calls.reverse()
            return current, calls, dotted(receiver)
        if receiver is None and scope is not None and (builder := _imported_builder(current, scope)):
            calls.reverse()
            return current, calls, builder
        current = receiver
    return None


def _imported_builder(call: Call, scope: Scope) -> str:
    """The class that a method comes from by `import static`: `created(uri).build()`."""
    name = call.name
    if call.new or (name not in FIXED and name != "status"):
        return ""
    if scope.cls is not None and any(method.name == name for method in scope.cls.methods):
        return ""
    named = scope.imported(name)
    stars = (one.module for one in scope.module.imports if one.local == "*" and one.name == "*")
    owners = (named[0],) if named is not None else stars
    return next((o for o in owners if o.startswith("org.springframework.") and simple(o) in _BUILDERS), "")


def status_built(start: Call, builder: str) -> tuple[int | None, Node | None, bool]:
    """The status that the first call of a chain fixes, where it stands, and whether nobody can tell it."""
    name = start.name
    fixed = (_JAX if builder == "Response" else FIXED).get(name)
    if fixed is not None:
        at = start.func.name_start if isinstance(start.func, Member) else start.start
        return fixed, Name(at, at + len(name), name), False
    if name == "status" and start.args:
        status, node = status_value(start.args[0])
        return status, node, status is None
    return None, None, True
