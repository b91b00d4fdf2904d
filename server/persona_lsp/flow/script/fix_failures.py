"""Fixes of how failures travel: to `next`, and on from where they were caught."""

import re
from typing import Any, Final

from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    ForwardErrors,
    Rethrow,
)
from persona_lsp.flow.script.fix_edits import Edits, edit
from persona_lsp.syntax.ir import (
    Await,
    Call,
    CatchNode,
    Do,
    FunctionNode,
    Lambda,
    Module,
    Str,
)
from persona_lsp.syntax.places import (
    exactly,
    indent_at,
    line_end,
    line_start,
    newline,
    place,
    semicolon,
    unit,
)
from persona_lsp.text.patterns import lazy

_WRAPPER: Final = lazy(
    r"^(?:asyncHandler|expressAsyncHandler|catchAsync|catchAsyncErrors|asyncWrapper|wrapAsync|asyncMiddleware|asyncWrap)$"
)


def forward_errors(intent: ForwardErrors, module: Module) -> Edits:
    """Failures of an asynchronous handler reach `next`."""
    found = place(module, intent.where)
    function = found.handler()
    if function is None or len(function.params) > 3 or function.has_error:
        return None
    promise = exactly(found, intent.where, (Call, Await))
    if isinstance(promise, Call) and not any(isinstance(n, Await) for n in found.nodes):
        # A chain that nobody waits for: `load().then((x) => res.json(x))`.
        name, added = _forward_param(function, module)
        return (*added, edit(module, promise.end, promise.end, f".catch({name})")) if name else None
    wrapper = next((i.local for i in module.imports if _WRAPPER.match(i.local)), "")
    if wrapper and not function.name and any(isinstance(n, Lambda) and n.function is function for n in found.nodes):
        return (
            edit(module, function.start, function.start, f"{wrapper}("),
            edit(module, function.end, function.end, ")"),
        )
    source = module.source
    if function.expression_body or not source[function.body_start : function.body_end].strip():
        return None
    name, added = _forward_param(function, module)
    if not name:
        return None
    return (*added, *_try_around(function, name, module))


def return_promise(intent: ForwardErrors, module: Module) -> Edits:
    """The promise that a handler ends with is given back, and waited for."""
    found = place(module, intent.where)
    function, statement = found.function, found.statement
    if function is None or not function.body or function.expression_body or not isinstance(statement, Do):
        return None
    if statement.start != intent.where.start or function.body[-1] is not statement:
        return None
    if function.returns is not None and "void" in module.text(function.returns):
        return None
    return (edit(module, statement.start, statement.start, "return "),)


def _forward_param(function: FunctionNode, module: Module) -> tuple[str, tuple[Edit, ...]]:
    params = function.params
    if len(params) == 3:
        return params[2].name, ()
    last = params[1]
    if last.type is None:
        return "next", (edit(module, last.end, last.end, ", next"),)
    written = module.text(last.type)
    owner = written.rsplit(".", 1)[0] + "." if "." in written else ""
    edits = [edit(module, last.end, last.end, f", next: {owner}NextFunction")]
    if not owner and not any(i.local == "NextFunction" for i in module.imports):
        response = next((i for i in module.imports if i.module == "express" and i.name == "Response"), None)
        if response is None:
            return "", ()
        edits.insert(0, edit(module, response.start, response.start, "NextFunction, "))
    return "next", tuple(edits)


def _try_around(function: FunctionNode, forward: str, module: Module) -> tuple[Edit, ...]:
    source = module.source
    step, line, end = unit(source), newline(source), semicolon(source)
    body = function.body
    first, last = body[0], body[-1]
    indent = indent_at(source, first.start)
    if indent is None:
        # A body on one line: `{ res.json(await x); }`.
        text = source[first.start : last.end].decode()
        outer = re.match(rb"[ \t]*", source[line_start(source, function.start) :])
        base = outer[0].decode() if outer is not None else ""
        inner = base + step
        wrapped = (
            f"{line}{inner}try {{{line}{inner}{step}{text}{line}{inner}}} catch (err) {{{line}"
            f"{inner}{step}{forward}(err){end}{line}{inner}}}{line}{base}"
        )
        return (edit(module, function.body_start, function.body_end, wrapped),)
    edits = [edit(module, first.start, first.start, f"try {{{line}{indent}{step}")]
    kept = _literal_lines(function)
    at = line_end(source, first.start)
    while at < last.end:
        if source[at : line_end(source, at)].strip() and not any(s < at <= e for s, e in kept):
            edits.append(edit(module, at, at, step))
        at = line_end(source, at)
    tail = f"{line}{indent}}} catch (err) {{{line}{indent}{step}{forward}(err){end}{line}{indent}}}"
    edits.append(edit(module, last.end, last.end, tail))
    return tuple(edits)


def _literal_lines(function: FunctionNode) -> list[tuple[int, int]]:
    """Texts over several lines: their inside must not be indented."""
    spans: list[tuple[int, int]] = []
    stack: list[Any] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, Str):
            spans.append((node.start, node.end))
        if isinstance(node, FunctionNode):
            stack.extend(node.body)
        elif isinstance(node, tuple):
            stack.extend(node)
        elif hasattr(node, "__struct_fields__"):
            stack.extend(getattr(node, name) for name in node.__struct_fields__)
    return spans


def rethrow(intent: Rethrow, module: Module) -> Edits:
    """The caught failure goes on."""
    source = module.source
    found = place(module, Where(module.path, max(0, intent.where.start - 1), max(0, intent.where.start - 1)))
    catch = next((n for n in reversed(found.nodes) if isinstance(n, CatchNode)), None)
    if catch is None:
        return None
    function = found.handler()
    forward = function.params[2].name if function is not None and len(function.params) == 3 else ""
    variable = catch.variable or "err"
    edits: list[Edit] = []
    if not catch.variable:
        brace = source.rfind(b"{", catch.start, catch.body_start)
        if brace < 0 or b"(" in source[catch.start : brace]:
            return None
        edits.append(edit(module, brace, brace, f"({variable}) "))
    line, end = newline(source), semicolon(source)
    text = f"return {forward}({variable}){end}" if forward else f"throw {variable}{end}"
    if catch.body:
        last = catch.body[-1]
        indent = indent_at(source, last.start)
        joint = f"{line}{indent}" if indent is not None else " "
        edits.append(edit(module, last.end, last.end, joint + text))
    else:
        outer = re.match(rb"[ \t]*", source[line_start(source, catch.start) :])
        base = outer[0].decode() if outer is not None else ""
        inside = source[catch.body_start : catch.body_end].strip().decode()
        kept = f"{base}{unit(source)}{inside}{line}" if inside else ""
        edits.append(
            edit(module, catch.body_start, catch.body_end, f"{line}{kept}{base}{unit(source)}{text}{line}{base}")
        )
    return tuple(edits)
