"""What answers the request, and what it shows."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.place import Span
from persona_lsp.flow.context import Context
from persona_lsp.flow.given import from_param
from persona_lsp.flow.leaks import is_told, leak_of
from persona_lsp.flow.paths import happened, succeeded
from persona_lsp.flow.queries import note_use
from persona_lsp.flow.scope import State
from persona_lsp.flow.vocabulary import Answer
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Call,
    Const,
    Expr,
    Items,
    Member,
    Name,
    Object,
    Spread,
    Str,
    children,
    dotted,
)
from persona_lsp.text.patterns import lazy

_COUNTING: Final = frozenset({"len", "length", "size", "count", "sum", "any?", "empty?", "isEmpty", "total"})
_MAPS: Final = frozenset({"Map", "ImmutableMap", "ImmutableSortedMap"})
_FAILED: Final = 400
"""HTTP error statuses begin here."""
_FAILURE_NAMES: Final = lazy(r"fail|error|\berr\b|invalid|denied|reject", re.IGNORECASE)


_SHOWN: Final = 80
_STATUS: Final = lazy(r"^(?:http_?)?(?:status|status_?code|code)$", re.IGNORECASE)


def _source(state: State, node: AnyExpr) -> str:
    """The start of an answer's source; of a long call of Python, also the argument that tells its status."""
    text = state.text(node)
    if len(text) <= _SHOWN or not isinstance(node, Call) or state.module.language != "python":
        return text[:_SHOWN]
    named = next((k for k in node.kwargs if _STATUS.match(k.name)), None)
    if named is not None:
        return f"{text[:_SHOWN]}… {named.name}={state.text(named.value)})"
    whole = all(k.name for k in node.kwargs) and not any(isinstance(a, Spread) for a in node.args)
    return f"{text[:_SHOWN]}…{')' if whole else ''}"


def respond(state: State, answer: Answer, node: AnyExpr, ctx: Context, *, default: int | None) -> None:
    """Note an answer."""
    status = answer.status if answer.status is not None else (None if answer.status_unknown else default)
    body = answer.body
    declared = state.handling.body_kind if state.handling is not None and (status is None or status < _FAILED) else ""
    kind, keys = answer.body_kind or (body is not None and declared) or _body_kind(body), _keys(state, body)
    if (isinstance(body, Const) and body.value is None) or (isinstance(body, Str) and body.value == ""):
        kind = "none"
    leak = leak_of(state, body, ctx) if body is not None and kind not in ("redirect", "html") else None
    # In Rust, a failure that is the whole answer knows itself how to answer.
    answers_itself = state.module.language == "rust" and body is node and isinstance(body, Name)
    if leak is not None and (answers_itself or is_told(state, status, ctx)):
        leak = None
    returned = ctx.returned or not answer.sends
    span = state.span(node)
    if ctx.nested == 0 or answer.sends:
        happened(state, span, "response", ctx, streaming=answer.streaming)
    index = len(state.responses)
    state.responses.append(
        {
            "status": status, "span": span, "site": state.site(ctx, last=returned), "explicit": answer.status is not None,
            "body_kind": kind, "body_span": state.span(body) if body is not None else None, "keys": keys,
            "leaks": leak[0] if leak else "", "leak_span": leak[1] if leak else None, "leak_kind": leak[2] if leak else "",
            "returned": returned, "statement": ctx.statement, "condition": ctx.condition, "source": _source(state, node),
            "status_from": from_param(state, answer.status_node) if answer.status_unknown else None,
            "_shown": _shown(state, body), "_node": node, "_ends_call": node if answer.ends else None,
        }
    )  # fmt: skip
    fails = isinstance(body, Call) and _FAILURE_NAMES.search(body.name) is not None
    if (status is None or status < _FAILED) and not fails:
        succeeded(state)
    if answer.sends and not answer.ends and not ctx.returned and not answer.streaming:
        state.open |= {("r", index)}
    if body is not None and (status is None or status < _FAILED):
        _answered_with(state, body, ctx)


def default_status(state: State, answer: Answer) -> int | None:
    """The status of an answer that says none; None if nobody can tell."""
    if answer.status_unknown:
        return None
    handling = state.handling
    return handling.default_status if handling is not None and handling.default_status is not None else 200


def _answered_with(state: State, body: AnyExpr, ctx: Context) -> None:
    candidates = [body]
    if isinstance(body, Object):
        candidates += [e.value for e in body.entries]
    if isinstance(body, Items):
        candidates += body.items
    for value in candidates:
        plain = value.value if isinstance(value, Await) else value
        name = dotted(plain) if isinstance(plain, Name | Member) else ""
        if name in state.query_of and isinstance(plain, Name | Member):
            note_use(state, state.query_of[name], "answer", plain, ctx)


def _shown(state: State, body: AnyExpr | None) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The body with the expressions that its local variables were assigned, and what of these is only counted."""
    if body is None:
        return (), ()
    spans, counted = [state.span(body)], list[Span]()
    pending, seen = [body], set[str]()
    while pending and len(spans) < 30:  # enough for any real answer
        for part in _visible(state, pending.pop(), counted):
            if isinstance(part, Name) and part.id not in seen:
                seen.add(part.id)
                value = state.locals.get(part.id)
                query = state.query_of.get(part.id, -1)
                if query >= 0 and state.module.language == "go":
                    spans.append(state.queries[query]["span"])
                if value is not None:
                    spans.append(state.span(value))
                    pending.append(value)
    return tuple(spans), tuple(counted)


def _visible(state: State, expr: AnyExpr, counted: list[Span]) -> Iterator[AnyExpr]:
    """The expression and its parts, less those of which only a number is taken."""
    number = isinstance(expr, Call) and expr.name in _COUNTING and (not expr.args or expr.receiver is None)
    if number or (isinstance(expr, Member) and expr.name in _COUNTING):
        counted.append(state.span(expr))
        return
    yield expr
    for child in children(expr):
        yield from _visible(state, child, counted)


def _body_kind(body: AnyExpr | None) -> str:
    match body:
        case None:
            return "none"
        case Const(value=None):
            return "none"
        case Object() | Items():
            return "literal"
        case Str():
            return "string" if body.value != "" else "none"
        case Expr():
            return "unknown"
        case _:
            return "value"


def _pairs(made: Call) -> Iterator[tuple[str, AnyExpr]]:
    """Keys and values of a map that is made by a call: `Map.of("error", text)`, `Map.ofEntries(entry("error", text))`."""
    maker = dotted(made.receiver).rpartition(".")[2] if made.receiver is not None else ""
    if made.name == "ofEntries" and maker in _MAPS:
        for entry in made.args:
            if isinstance(entry, Call) and entry.name == "entry" and len(entry.args) == 2:  # a key and its value
                yield from _pair(entry.args[0], entry.args[1])
    elif (made.name == "of" and maker in _MAPS) or made.name == "singletonMap":
        for key, value in zip(made.args[::2], made.args[1::2], strict=False):
            yield from _pair(key, value)


def _pair(key: AnyExpr, value: AnyExpr) -> Iterator[tuple[str, AnyExpr]]:
    if isinstance(key, Str) and key.value:
        yield key.value, value


def _keys(state: State, body: AnyExpr | None) -> tuple[str, ...]:
    if isinstance(body, Name):
        held = state.locals.get(body.id)
        body = held if isinstance(held, Object) or (isinstance(held, Call) and any(_pairs(held))) else body
    entries: list[tuple[str, AnyExpr]] = []
    if isinstance(body, Object):
        entries = [(e.name, e.value) for e in body.entries if e.name]
    elif isinstance(body, Call) and not body.args:
        entries = [(k.name, k.value) for k in body.kwargs if k.name]
    elif isinstance(body, Call):
        entries = list(_pairs(body))
    keys: list[str] = []
    for name, value in entries:
        match value:
            case Const(value=constant):
                keys.append(f"{name}={str(constant).lower()}")
            case Str() if value.value is not None:
                keys.append(f"{name}={value.value[:40]}")
            case Items(items=()):
                keys.append(f"{name}=[]")
            case _:
                keys.append(name)
    return tuple(keys)
