"""What runs more than once: loops, comprehensions and callbacks per element."""

import re
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import AsyncGap, Loop, Origin
from persona_lsp.flow.arguments import walk_nested
from persona_lsp.flow.context import NEVER, Context, inside
from persona_lsp.flow.leaving import leaving
from persona_lsp.flow.paths import mark_checked
from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Call,
    Const,
    Each,
    For,
    Items,
    Lambda,
    Member,
    Name,
    Node,
    Object,
    Spread,
    Stmt,
    Str,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

_BATCHED: Final = lazy(
    r"chunk|each_slice|in_batches|find_in_batches|batched|batch|slices|pages\b|each_page|paginat", re.IGNORECASE
)
_CUTS: Final = frozenset({"limit", "take"})
"""What leaves so many elements of a list at most."""
_KEEPS: Final = frozenset({"filter", "sorted", "distinct", "peek", "toList", "stream"})
_LISTS: Final = frozenset({"of", "asList", "listOf", "setOf"})
"""Calls that make a list of their arguments."""
_OF_TABLES: Final = frozenset({"items", "keys", "values"})
"""What goes through each entry of a table (Python)."""
_RETRY: Final = lazy(r"attempt|retr(?:y|ies)|tries", re.IGNORECASE)


def for_(state: State, node: For, ctx: Context) -> bool:
    """A loop statement."""
    state.block(node.init, ctx)
    if node.iterable is not None:
        state.visit(node.iterable, ctx)
    index = _loop(state, node, node.kind, node.target, node.iterable, ctx)
    _note_leaving(state, index, node.body, ctx)
    inner = replace(ctx, loop=index, conditional=True)
    if node.test is not None:
        state.visit(node.test, inner)
        mark_checked(state, node.test)
    state.exits.append(frozenset())
    before = state.open
    state.block(node.body, inner)
    state.open |= before | state.exits.pop()
    return True


def each(state: State, expr: Each, ctx: Context) -> int:
    """A comprehension."""
    inner = inside(ctx)
    state.visit(expr.iterable, inner)
    index = _loop(state, expr, "comprehension", expr.target, expr.iterable, ctx)
    within = replace(inner, loop=index, conditional=True)
    for condition in expr.conditions:
        state.visit(condition, within)
    state.visit(expr.element, within)
    return NEVER


def callback_loop(state: State, expr: Call, receiver: AnyExpr, callback: Lambda, ctx: Context) -> int:
    """`items.map(callback)`: the callback is the body of a loop."""
    state.visit(receiver, inside(ctx))
    params = callback.function.params
    target: AnyExpr | None = None
    if params:
        first = params[-1] if expr.name in ("reduce", "inject") and len(params) > 1 else params[0]
        target = first.pattern or Name(callback.start, callback.start, first.name)
    concurrent = ctx.concurrent or (callback.function.is_async and expr.name in ("map", "flatMap", "forEach"))
    index = _loop(state, expr, "callback", target, receiver, replace(ctx, concurrent=concurrent))
    if _BATCHED.search(expr.name):
        state.loops[index] = replace(state.loops[index], batched=True)
    if callback is expr.block:  # Ruby: `return` and `break` leave the method that is given the block
        _note_leaving(state, index, callback.function.body, ctx)
    if expr.name == "forEach" and callback.function.is_async and state.function.is_async:
        state.gaps.append(AsyncGap(state.span(expr), "foreach"))
    walk_nested(state, callback.function, replace(inside(ctx), loop=index, conditional=True, awaited=ctx.awaited))
    for arg in expr.args:
        if arg is not callback:
            state.visit(arg, inside(ctx))
    return NEVER


def _loop(state: State, node: Node, kind: str, target: AnyExpr | None, iterable: AnyExpr | None, ctx: Context) -> int:
    variables = tuple(_names_in(target)) if target is not None else ()
    source = state.text(iterable) if iterable is not None else ""
    origin = state.origin(iterable) if iterable is not None else Origin.UNKNOWN
    query = _query_behind(state, iterable)
    if query >= 0:
        origin = Origin.QUERY
    index = len(state.loops)
    state.loops.append(
        Loop(
            kind, state.span(node), variables, source[:80], state.span(iterable) if iterable is not None else None,
            origin, _bound(state, iterable), _BATCHED.search(source) is not None, ctx.concurrent,
            any(_RETRY.search(v) for v in variables) or _RETRY.search(source) is not None,
        )
    )  # fmt: skip
    for name in variables:
        state.locals.pop(name, None)
        state.origins.pop(name, None)
        state.query_of.pop(name, None)
        state.loop_variables[name] = index
    return index


def _note_leaving(state: State, index: int, body: tuple[Stmt, ...], ctx: Context) -> None:
    ranges = leaving(body)
    if ranges:
        state.leaves[index] = (ctx.loop, ranges)


def _query_behind(state: State, expr: AnyExpr | None) -> int:
    while expr is not None:
        match expr:
            case Name(id=name):
                return state.query_of.get(name, -1)
            case Await(value=value):
                expr = value
            case Call() if expr.receiver is not None:
                expr = expr.receiver
            case Member():
                found = state.query_of.get(dotted(expr), -1)
                if found >= 0:
                    return found
                expr = expr.base
            case _:
                return -1
    return -1


def _bound(state: State, expr: AnyExpr | None) -> int | None:
    match expr:
        case Items(items=items) if not any(isinstance(i, Spread) for i in items):
            return len(items)
        case Name(id=name):
            value = state.assigned(name)
            return _bound(state, value) if isinstance(value, Items | Object) else None
        case Object(entries=entries) if entries and all(entry.name for entry in entries):
            return len(entries)
        case Call(receiver=Name() as table, args=()) if expr.name in _OF_TABLES:
            return _bound(state, table) if isinstance(state.assigned(table.id), Object) else None
        case Call(args=args) if expr.name in _LISTS and args and all(isinstance(arg, Str | Const) for arg in args):
            return len(args)
        case Call() if expr.name in _CUTS and len(expr.args) == 1 and isinstance(expr.args[0], Const):
            return _bound(state, expr.args[0])
        case Call(receiver=Call() as inner) if expr.name in _KEEPS:
            return _bound(state, inner)
        case Call() if expr.name == "range" and expr.args:
            last = expr.args[-1] if len(expr.args) < 3 else expr.args[1]  # range(start, stop, step)
            return int(last.value) if isinstance(last, Const) and isinstance(last.value, int) else None
        case Const(value=int(value)):
            return int(value)
        case _:
            return None


def _names_in(expr: AnyExpr) -> list[str]:
    return [part.id for part in walk(expr) if isinstance(part, Name)]
