"""The bound of a query's rows: whose choice it is, and whether something caps it."""

import re
from typing import Final

from persona_lsp.facts.body import LimitUse
from persona_lsp.facts.place import Span
from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Expr, Index, Member, Name, Ternary, walk

_CLAMPS: Final = frozenset({"min", "clamp", "Clamp", "clip", "coerceAtMost", "Min", "minimum", "min_by", "limit_to"})


def note_limit(state: State, limit: AnyExpr, query: int) -> None:
    """Note the expression that bounds the rows of a query."""
    clamped = False
    name = ""
    input_span: Span | None = None
    seen: set[str] = set()
    methods: set[int] = set()
    pending: list[AnyExpr] = [limit]
    source = state.text(limit)[:60]
    origin = state.origin(limit)
    while pending:
        part = pending.pop()
        for node in walk(part):
            if state.module.language == "rust" and isinstance(node, Call):
                methods.add(id(node.func))
            if isinstance(node, Member) and isinstance(node.base, Name) and id(node) not in methods and not name:
                name = node.name if _carries(state, node.base.id) else ""
            if isinstance(node, Call) and node.name in _CLAMPS:
                clamped = True
            if isinstance(node, Ternary):
                clamped = clamped or any(
                    isinstance(p, Binary) and p.op in ("<", ">", "<=", ">=") for p in walk(node.test)
                )
            if isinstance(node, Member | Index | Call):
                read = state.read(node)
                if read is not None and read.name:
                    name = read.name
                    input_span = state.span(node)
            if isinstance(node, Name) and node.id not in seen:
                seen.add(node.id)
                value = state.locals.get(node.id)
                if value is not None:
                    # What an object makes of the inputs that it is constructed with, nobody can tell.
                    if not (isinstance(value, Call) and value.new):
                        pending.append(value)
                elif node.id in state.params and state.handling is not None and state.handling.inputs.get(node.id):
                    name = name or node.id
        if len(seen) > 20:  # enough hops for any real clamp
            break
    if not clamped and seen:
        clamped = _compared(state, seen)
    state.limits.append(LimitUse(source, state.span(limit), origin, name, clamped, input_span, query))


def _carries(state: State, name: str) -> bool:
    """The parameter holds the whole query of the request, read into a type (Rust)."""
    inputs = state.handling.inputs if state.module.language == "rust" and state.handling is not None else {}
    return inputs.get(name) == "query"


def sliced(state: State, expr: Index) -> AnyExpr | None:
    """How many rows `rows[a:b]` takes at most: `b`, or `n` where `b` is `a + n`; None if it is no slice or has no end."""
    key = expr.keys[0] if len(expr.keys) == 1 else None
    if type(key) is not Expr or not key.parts:
        return None
    source = state.module.source
    last = key.parts[-1]
    if b":" not in source[key.start : last.start]:
        return None
    first = key.parts[0] if len(key.parts) > 1 else None
    if first is not None and isinstance(last, Binary) and last.op == "+" and state.text(last.left) == state.text(first):
        return last.right
    return last


def _compared(state: State, names: set[str]) -> bool:
    """Some condition of the function compares one of the names with a bound."""
    body = state.module.source[state.function.start : state.function.end].decode("utf-8", "replace")
    return any(
        re.search(
            rf"\b{re.escape(n)}\b\s*(?:>=?|<=?)|(?:>=?|<=?)\s*{re.escape(n)}\b|\b(?:min|clamp|max)\w*\s*\(.*\b{re.escape(n)}\b",
            body,
        )
        for n in names
    )
