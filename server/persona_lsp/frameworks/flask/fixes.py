"""Fixes: intents spelled in Python for Flask."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    CapLimit,
    ChangeMethod,
    CopyGuard,
    DropBody,
    GuardNotFound,
    Intent,
    RestrictOrigins,
    SetStatus,
)
from persona_lsp.flow.python_fixes import (
    SPELLERS,
    answer_absent,
    restrict_origins,
)
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.flask.names import is_flask_package
from persona_lsp.frameworks.flask.registration import METHODS
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import (
    Call,
    Const,
    Decorator,
    FunctionNode,
    Items,
    Member,
    Module,
    Return,
    Stmt,
    Str,
)
from persona_lsp.syntax.python_edits import indent_of, line_end, with_import

Edits = tuple[Edit, ...] | None
_MAKERS: Final = frozenset({"make_response", "Response"})


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001 - the tree says it all
    """The edits of a fix, None when it cannot be spelled here."""
    if not any(is_flask_package(i.module) for i in module.imports):
        return None
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


def _set_status(intent: SetStatus, module: Module) -> Edits:
    """`return order, 201`, `abort(403)`; for a route, what its function returns, where it returns once."""
    path = around(module, intent.where.start, intent.where.end)
    registered = _registration(module, intent)
    if registered is not None and registered[1] is not None:
        returns = [s for s in _inside(registered[1].body) if isinstance(s, Return)]
        only = returns[0].value if len(returns) == 1 else None
        return _returned(only, intent.status, module) if only is not None else None
    for node in reversed(path):
        if isinstance(node, Call) and node.name == "abort" and node.args and status_of(node.args[0]) is not None:
            return (Edit(module.path, node.args[0].start, node.args[0].end, str(intent.status)),)
        if isinstance(node, Return) and node.value is not None:
            return _returned(node.value, intent.status, module)
    return None


def _inside(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    for statement in body:
        yield statement
        for name in ("body", "then", "orelse", "final"):
            yield from _inside(getattr(statement, name, ()))
        for catch in getattr(statement, "catches", ()):
            yield from _inside(catch.body)


def _returned(value: Any, status: int, module: Module) -> Edits:
    if isinstance(value, Items) and value.kind == "tuple" and len(value.items) > 1:
        given = value.items[1]
        return (Edit(module.path, given.start, given.end, str(status)),) if isinstance(given, Const) else None
    if isinstance(value, Call) and value.name in _MAKERS:
        made = value.kwarg("status") or (value.args[1] if len(value.args) > 1 else None)
        return (Edit(module.path, made.start, made.end, str(status)),) if isinstance(made, Const) else None
    return (Edit(module.path, value.end, value.end, f", {status}"),)


def _drop_body(intent: DropBody, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    last = next((n for n in reversed(path) if isinstance(n, Return)), None)
    value = last.value if last is not None else None
    if isinstance(value, Items) and value.kind == "tuple" and len(value.items) > 1:
        body = value.items[0]
        return (Edit(module.path, body.start, body.end, '""'),)
    return None


def _guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    added = answer_absent(intent, module, "abort(404)")
    if added is None or any(i.local == "abort" for i in module.imports):
        return added
    return (*added, *with_import(module, "flask", "abort"))


def _registration(module: Module, intent: Intent) -> tuple[Call, FunctionNode | None] | None:
    """The decorator or call that registers the route at a place, and the function below it."""
    path = around(module, intent.where.start, intent.where.end)
    function = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
    for node in reversed(path):
        call = node.value if isinstance(node, Decorator) else node
        if isinstance(call, Call) and isinstance(call.func, Member) and call.func.name_start == intent.where.start:
            return call, function
    return None


def _change_method(intent: ChangeMethod, module: Module) -> Edits:
    found = _registration(module, intent)
    if found is None or not isinstance(found[0].func, Member):
        return None
    call, func = found[0], found[0].func
    if func.name in METHODS:
        return (Edit(module.path, func.name_start, func.name_start + len(func.name), intent.method.lower()),)
    methods = call.kwarg("methods")
    if isinstance(methods, Items) and len(methods.items) == 1 and isinstance(methods.items[0], Str):
        only = methods.items[0]
        return (Edit(module.path, only.start, only.end, f'"{intent.method.upper()}"'),)
    if methods is None and func.name == "route" and call.args:
        last = max([*call.args, *call.kwargs], key=lambda n: n.end)
        return (Edit(module.path, last.end, last.end, f', methods=["{intent.method.upper()}"]'),)
    return None


def _copy_guard(intent: CopyGuard, module: Module) -> Edits:
    """The decorator that its siblings have, below the one that registers the route."""
    found = _registration(module, intent)
    if found is None or found[1] is None or not intent.source.startswith("@"):
        return None
    if intent.target.path not in ("", module.path):
        return None
    call, source = found[0], module.source
    at = line_end(source, call.end - 1)
    return (Edit(module.path, at, at, f"{indent_of(source, call.start)}{intent.source}\n"),)


def _cap_limit(intent: CapLimit, module: Module) -> Edits:
    """`min(request.args.get("limit", 20, type=int), 100)`."""
    path = around(module, intent.where.start, intent.where.end)
    exact = next(
        (n for n in path if isinstance(n, Call) and n.start == intent.where.start and n.end == intent.where.end), None
    )
    if exact is None:
        return None
    number = next((n for n in path if isinstance(n, Call) and n.name == "int" and exact in n.args), None)
    whole = number or exact
    typed = exact.kwarg("type")
    if number is None and (typed is None or module.text(typed) != "int"):
        return None
    return (Edit(module.path, whole.start, whole.end, f"min({module.text(whole)}, {intent.maximum})"),)


def _restrict_origins(intent: RestrictOrigins, module: Module) -> Edits:
    return restrict_origins(intent, module, ("origins", "resources"))


_SPELLERS: Final[dict[type[Intent], Callable[[Any, Module], Edits]]] = {
    **SPELLERS,
    SetStatus: _set_status,
    DropBody: _drop_body,
    GuardNotFound: _guard_not_found,
    ChangeMethod: _change_method,
    CopyGuard: _copy_guard,
    CapLimit: _cap_limit,
    RestrictOrigins: _restrict_origins,
}
