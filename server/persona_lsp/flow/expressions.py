"""Expressions by kind."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from persona_lsp.facts.body import AsyncGap
from persona_lsp.flow.answered import answered_before
from persona_lsp.flow.arguments import note_names, walk_nested
from persona_lsp.flow.bindings import let
from persona_lsp.flow.calls import call
from persona_lsp.flow.context import NEVER, SAFE_ON_ABSENT, Context, inside
from persona_lsp.flow.inputs import note_input
from persona_lsp.flow.limits import note_limit, sliced
from persona_lsp.flow.loops import each
from persona_lsp.flow.paths import mark_checked, note_compared, switch_expr, ternary
from persona_lsp.flow.queries import note_use
from persona_lsp.flow.scope import State
from persona_lsp.flow.settling import gives_quiet, settled
from persona_lsp.syntax.ir import (
    Await,
    Binary,
    BlockExpr,
    Call,
    Const,
    Each,
    Index,
    Lambda,
    Let,
    Member,
    Name,
    Object,
    Str,
    SwitchExpr,
    Ternary,
    dotted,
)

_TAKES: Final = frozenset({"unwrap", "expect", "unwrap_unchecked"})
"""Methods of an `Option` that take for granted that it holds something."""


def _plain(_state: State, _expr: Const, _ctx: Context) -> int:
    return NEVER


def _text(state: State, expr: Str, ctx: Context) -> int:
    for part in expr.parts:
        if not isinstance(part, str):
            state.visit(part, inside(ctx))
    return NEVER


def _name(state: State, expr: Name, ctx: Context) -> int:
    state.names_read.add(expr.id)
    if ctx.sink:
        for read in state.inputs:
            if read["variable"] == expr.id and not read["sink"]:
                read["sink"] = ctx.sink
    if not state.reads_principal and state.principal(expr):
        state.reads_principal = True
    return state.query_of.get(expr.id, NEVER)


_OF_SESSION: Final = frozenset({"regenerate", "destroy", "save", "reload", "touch", "cookie", "resetMaxAge"})
"""What is done with a session, whoever it belongs to."""


def _member(state: State, expr: Member, ctx: Context) -> int:
    read = state.read(expr)
    if read is not None:
        note_names(state, expr)
        note_input(state, read, expr, ctx)
        return NEVER
    if not state.reads_principal and state.principal(expr):
        state.reads_principal = True
    if expr.name in _OF_SESSION and isinstance(expr.base, Member) and expr.base.name == "session":
        return state.visit(expr.base.base, inside(ctx))  # whose it is nobody asks
    query = state.visit(expr.base, inside(ctx))
    known = state.query_of.get(dotted(expr), NEVER) if state.query_of else NEVER
    if known >= 0:
        return known
    if query >= 0:
        # What has another method in Rust than an `Option` has was asked before whether it is there.
        certain = state.module.language == "rust" and expr.name not in _TAKES
        if expr.optional or certain or expr.name in SAFE_ON_ABSENT:
            state.queries[query]["checked"] = True
        else:
            note_use(state, query, "deref", expr, ctx)
    return NEVER


def _index(state: State, expr: Index, ctx: Context) -> int:
    read = state.read(expr)
    if read is not None:
        note_names(state, expr)
        note_input(state, read, expr, ctx)
        return NEVER
    query = state.visit(expr.base, inside(ctx))
    cut = sliced(state, expr) if query >= 0 and state.queries[query]["lazy"] else None
    if cut is not None:
        # Rows that nobody has asked for yet are cut by the database: `orders[offset : offset + limit]`.
        state.queries[query]["limited"] = True
        note_limit(state, cut, query)
    elif query >= 0:
        note_use(state, query, "deref", expr, ctx)
    for key in expr.keys:
        state.visit(key, inside(ctx))
    return query if cut is not None else NEVER


def _await(state: State, expr: Await, ctx: Context) -> int:
    # What cleans up after a failure is trusted: it stands in a catch, or in what follows one.
    unheard = ctx.nested == 0 and state.function.is_async and not ctx.tries and ctx.catch < 0
    if unheard and not settled(expr.value) and not answered_before(state, expr, ctx):
        state.gaps.append(AsyncGap(state.span(expr), "await", gives_quiet(expr.value)))
    return state.visit(expr.value, replace(ctx, awaited=True))


def _binary(state: State, expr: Binary, ctx: Context) -> int:
    inner = inside(ctx)
    left = state.visit(expr.left, inner)
    if expr.op in ("and", "or", "??"):
        mark_checked(state, expr.left)
        if left >= 0 and expr.op in ("or", "??"):
            state.queries[left]["checked"] = True
    right = state.visit(expr.right, replace(inner, conditional=True) if expr.op in ("and", "or", "??") else inner)
    if expr.op in ("==", "!=", "in", "not-in"):
        note_compared(state, expr.left)
        note_compared(state, expr.right)
    if expr.op == "<<" and isinstance(expr.left, Name):
        state.appends.setdefault(expr.left.id, []).append(expr.right)
    return left if expr.op in ("or", "??") and left >= 0 else (right if expr.op == "and" else NEVER)


def _lambda(state: State, expr: Lambda, ctx: Context) -> int:
    walk_nested(state, expr.function, ctx)
    return NEVER


def _block_expr(state: State, expr: BlockExpr, ctx: Context) -> int:
    state.block(expr.body, ctx)
    return NEVER


def _object(state: State, expr: Object, ctx: Context) -> int:
    inner = inside(ctx)
    for entry in expr.entries:
        if entry.key is not None and not entry.name:
            state.visit(entry.key, inner)
        state.visit(entry.value, inner)
    return NEVER


EXPRESSIONS: Final[dict[type, Callable[[State, Any, Context], int]]] = {
    Const: _plain,
    Str: _text,
    Name: _name,
    Member: _member,
    Index: _index,
    Call: call,
    Await: _await,
    Binary: _binary,
    Ternary: ternary,
    Let: let,
    Lambda: _lambda,
    Each: each,
    SwitchExpr: switch_expr,
    BlockExpr: _block_expr,
    Object: _object,
}
"""What walks an expression of a kind; its answer is the index of the query whose result the expression is."""
