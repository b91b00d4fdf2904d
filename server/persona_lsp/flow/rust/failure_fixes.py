"""Fixes in Rust of what is absent and of what failed: an answer where the handler's own type has room for one."""

import re
from typing import Any, Final

from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import GuardNotFound, ReadFromEnvironment, Rethrow
from persona_lsp.flow.rust.names import last_name, unwrapped
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, FunctionNode, Index, Member, Module, Str
from persona_lsp.syntax.places import indent_at, newline
from persona_lsp.text.patterns import lazy

Edits = tuple[Edit, ...] | None
_NAMED: Final = {404: ("NOT_FOUND", "NotFound"), 500: ("INTERNAL_SERVER_ERROR", "InternalServerError")}
_STATUS: Final = lazy(r"(?:\w+::)*StatusCode$")
_ACTIX: Final = lazy(r"(?:\w+::)*HttpResponse$")


def rethrow(intent: Rethrow, module: Module) -> Edits:
    """At the end of what deals with the failure, the handler answers 500."""
    where, source = intent.where, module.source
    function = _function(intent, module)
    answer = _answer(function, 500, module)
    body = source[where.start : where.end]
    last = where.start + len(body.rstrip())
    indent = indent_at(source, where.end)
    if not answer or b"\n" not in body or indent is None or source[last - 1 : last] not in (b";", b"}"):
        return None
    return (Edit(module.path, last, last, f"{newline(source)}{indent}{_step(source)}return {answer};"),)


def guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    """`let Some(order) = order else { return ...; };` behind the look-up; what was declared to be an `Option` is none."""
    source, name = module.source, intent.variable
    path = around(module, intent.where.start, intent.where.end)
    statement = next((n for n in reversed(path) if isinstance(n, Assign)), None)
    function = _function(intent, module)
    answer = _answer(function, 404, module)
    indent = indent_at(source, statement.start) if statement is not None else None
    if statement is None or function is None or not answer or indent is None or not name.isidentifier():
        return None
    if source[statement.end - 1 : statement.end] != b";" and source[statement.end : statement.end + 1] != b";":
        return None
    at = statement.end + (source[statement.end : statement.end + 1] == b";")
    line = newline(source)
    text = (
        f"{line}{indent}let Some({name}) = {name} else {{{line}{indent}{_step(source)}return {answer};{line}{indent}}};"
    )
    taken = re.compile(rb"(?<![\w.])" + name.encode() + rb"(\.unwrap\(\)|\.expect\([^()]*\))")
    plain = [Edit(module.path, *m.span(1), "") for m in taken.finditer(source, at, function.end)]
    return (Edit(module.path, at, at, text), *plain, *_no_option(function, module))


def read_from_environment(intent: ReadFromEnvironment, module: Module) -> Edits:
    """A text that a call is given, or that something is asked of; a constant has to be known when it is compiled."""
    path = around(module, intent.where.start, intent.where.end)
    text = next((n for n in reversed(path) if isinstance(n, Str)), None)
    if text is None or text.value is None or not intent.name or module.source[text.start : text.start + 1] != b'"':
        return None
    read = f'std::env::var("{intent.name}").expect("{intent.name} is set")'
    for node in reversed(path):
        if isinstance(node, Member) and node.base is text:
            return (Edit(module.path, text.start, text.end, read),)
        if isinstance(node, Call) and not node.name.endswith("!") and any(a is text for a in node.args):
            return (Edit(module.path, text.start, text.end, f"&{read}"),)
    return None


def _function(intent: Any, module: Module) -> FunctionNode | None:
    path = around(module, intent.where.start, intent.where.end)
    own = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
    return own if own is not None and own.name else None


def _answer(function: FunctionNode | None, status: int, module: Module) -> str:
    """What a handler of this type gives back to answer with a status; "" where its type does not tell."""
    if function is None or function.returns is None:
        return ""
    declared = function.returns
    if isinstance(declared, Index) and last_name(declared) == "Result" and len(declared.keys) == 2:
        fine, failed = (module.text(key) for key in declared.keys)
        if _STATUS.match(failed):
            return f"Err({_spelled(failed, status)})"
        return f"Ok({_spelled(fine, status)})" if _ACTIX.match(fine) else ""
    text = module.text(declared)
    return _spelled(text, status) if _STATUS.match(text) or _ACTIX.match(text) else ""


def _spelled(kind: str, status: int) -> str:
    constant, builder = _NAMED[status]
    return f"{kind}::{constant}" if _STATUS.match(kind) else f"{kind}::{builder}().finish()"


def _no_option(function: FunctionNode, module: Module) -> tuple[Edit, ...]:
    """`Json<Option<Order>>` becomes `Json<Order>`."""
    inner: AnyExpr | None = unwrapped(function.returns)
    if isinstance(inner, Index) and last_name(inner) == "Json" and inner.keys:
        held = inner.keys[0]
        if isinstance(held, Index) and last_name(held) == "Option" and held.keys:
            return (Edit(module.path, held.start, held.end, module.text(held.keys[0])),)
    return ()


def _step(source: bytes) -> str:
    return "\t" if b"\n\t" in source else "    "
