"""Fixes of what is taken from outside: numbers of rows, fields of a body, secrets."""

import re
from typing import Any, Final

from persona_lsp.findings.intent import (
    CapLimit,
    PermitFields,
    ReadFromEnvironment,
)
from persona_lsp.flow.script.fix_edits import Edits, edit
from persona_lsp.syntax.ir import (
    Assign,
    Binary,
    Call,
    Entry,
    FunctionNode,
    Member,
    Module,
    Name,
    Spread,
    Unary,
    dotted,
    walk,
)
from persona_lsp.syntax.places import (
    Place,
    exactly,
    place,
)

_NUMERIC: Final = frozenset({"Number", "parseInt", "parseFloat", "toInteger", "toNumber"})


def cap_limit(intent: CapLimit, module: Module) -> Edits:
    """A number of rows is bounded."""
    found = place(module, intent.where)
    inner = exactly(found, intent.where, (Member, Call))
    if inner is not None and inner.end == intent.where.end:
        outer = _number(found, inner)
        text = module.text(outer)
        if outer is inner:
            text = f"Number({text})"
        return (edit(module, outer.start, outer.end, f"Math.min({text}, {intent.maximum})"),)
    return _cap_use(intent, found, module)


def _number(found: Place, inner: Any) -> Any:
    """The whole expression that makes a number of an input: `Number(req.query.limit) || 20`."""
    result = inner
    for node in reversed(found.nodes[: found.nodes.index(inner)]):
        if isinstance(node, Call):
            if dotted(node.func).rsplit(".", 1)[-1] not in _NUMERIC or node.func is result:
                break
        elif isinstance(node, Binary):
            if node.op not in {"or", "??"}:
                break
        elif not (isinstance(node, Unary) and node.op == "+"):
            break
        result = node
    return result


def _cap_use(intent: CapLimit, found: Place, module: Module) -> Edits:
    """`const { limit = 20 } = req.query`: cap it where it is used."""
    function = found.function
    if function is None or not intent.name:
        return None
    names = {intent.name}
    entry = next((n for n in reversed(found.nodes) if isinstance(n, Entry)), None)
    if entry is not None:
        names = {p.id for p in walk(entry.value) if isinstance(p, Name)}
    for used in _limits(function):
        if any(isinstance(p, Name) and p.id in names for p in walk(used)) and not (
            isinstance(used, Call) and dotted(used.func) == "Math.min"
        ):
            text = module.text(used)
            if isinstance(used, Name):
                text = f"Number({text})"
            return (edit(module, used.start, used.end, f"Math.min({text}, {intent.maximum})"),)
    return None


def _limits(function: FunctionNode) -> list[Any]:
    """Expressions that say how many rows are asked for."""
    found: list[Any] = []
    stack: list[Any] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        if isinstance(node, Call) and node.name in {"limit", "take"} and len(node.args) == 1:
            found.append(node.args[0])
        elif isinstance(node, Entry) and node.name in {"limit", "take", "first"}:
            found.append(node.value)
        if isinstance(node, FunctionNode):
            stack.extend(reversed(node.body))
        elif isinstance(node, Assign):
            # What an object is taken apart into is no use of it.
            stack.append(node.value)
        elif isinstance(node, tuple):
            stack.extend(reversed(node))
        elif hasattr(node, "__struct_fields__"):
            stack.extend(getattr(node, name) for name in reversed(node.__struct_fields__))
    return found


def permit_fields(intent: PermitFields, module: Module) -> Edits:
    """Only the named fields are taken from the request."""
    if not intent.fields:
        return None
    found = place(module, intent.where)
    node = exactly(found, intent.where, (Member, Name, Spread))
    entry = next((n for n in reversed(found.nodes) if isinstance(n, Entry)), None)
    spread = isinstance(node, Spread) or (entry is not None and entry.key is None and entry.value is node)
    base = node.value if isinstance(node, Spread) else node
    text = dotted(base)
    if node is None or not text:
        return None
    listed = ", ".join(f"{name}: {text}.{name}" for name in intent.fields)
    if spread and entry is not None:
        return (edit(module, entry.start, entry.end, listed),)
    return (edit(module, node.start, node.end, f"{{ {listed} }}"),)


def read_from_environment(intent: ReadFromEnvironment, module: Module) -> Edits:
    """A secret is read from the environment."""
    source, start, end = module.source, intent.where.start, intent.where.end
    if source[start : start + 1] not in {b"'", b'"', b"`"} and source[start - 1 : start] in {b"'", b'"', b"`"}:
        start, end = start - 1, end + 1
    if source[start : start + 1] not in {b"'", b'"', b"`"}:
        return None
    text = f"process.env.{intent.name}"
    before = re.search(rb"process\.env\.(\w+)\s*(?:\|\||\?\?)\s*$", source[max(0, start - 120) : start])
    if before is not None:
        text = f"process.env.{before[1].decode()}"
        start -= len(before[0])
    if module.language != "javascript":
        text = f"{text} as string"
    return (edit(module, start, end, text),)
