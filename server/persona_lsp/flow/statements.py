"""Statements by kind."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from persona_lsp.flow.answers import default_status, respond
from persona_lsp.flow.arguments import walk_nested
from persona_lsp.flow.bindings import assign, with_
from persona_lsp.flow.context import NEVER, Context, inside
from persona_lsp.flow.failures import note_failure, raise_, try_
from persona_lsp.flow.loops import for_
from persona_lsp.flow.paths import if_, succeeded, switch
from persona_lsp.flow.queries import note_use
from persona_lsp.flow.scope import State
from persona_lsp.flow.vocabulary import Answer, Handling
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Call,
    ClassDef,
    Def,
    Do,
    For,
    Group,
    If,
    Items,
    Jump,
    Member,
    Name,
    Raise,
    Return,
    Switch,
    Try,
    Unary,
    With,
)
from persona_lsp.text.patterns import lazy

_TURNS: Final = lazy(r"(?:To|As|Into|Handle|Match)(?:[A-Z]\w*)?$")
"""Names of methods that may turn a value into a whole answer (C#)."""
_COMPOSED: Final = (Items, Member)
"""What a value may be that is an answer and no call: a status alone, or with its body."""

_FAILURES: Final = (Name, Member, Unary, Call)
"""What a failure that is returned as a value can be (Go)."""


def _do(state: State, node: Do, ctx: Context) -> bool:
    before = len(state.raises)
    state.visit(node.value, replace(ctx, discarded=True))
    value = node.value.value if isinstance(node.value, Await) else node.value
    if isinstance(value, Call) and len(state.raises) > before and state.raises[-1].get("_ends"):
        return bool(state.raises[-1]["_call"] is not value)
    return not (isinstance(value, Call) and state.responses and state.responses[-1].get("_ends_call") is value)


def _return(state: State, node: Return, ctx: Context) -> bool:
    handling = state.handling
    state.returns = True
    if node.value is None:
        if handling is not None and handling.returns_answer and ctx.nested == 0:
            succeeded(state)
        return False
    before = len(state.responses)
    raised = len(state.raises)
    ctx = replace(ctx, returned=True)
    fails = handling is not None and state.module.language == "go" and isinstance(node.value, _FAILURES)
    failed = state.failed(node.value) if fails else None
    if failed is not None and (failed.status is not None or ctx.nested == 0):
        note_failure(state, failed, node.value, ctx)
        return False
    if handling is not None and handling.returns_answer and ctx.nested == 0:
        # `return order, 201`: the value says more than a body.
        whole = state.returned(node.value)
        if whole is not None:
            respond(state, whole, node.value, ctx, default=default_status(state, whole))
            state.in_answer = True
            state.visit(node.value, ctx)
            state.in_answer = False
            return False
        answer = state.answer(node.value) if isinstance(node.value, _COMPOSED) else None
        if answer is not None:
            respond(state, answer, node.value, ctx, default=default_status(state, answer))
            if answer.body is not None:
                state.visit(answer.body, inside(ctx))
            return False
    others = handling is None or handling.passing == "nothing"
    made = state.returned(node.value) if others and isinstance(node.value, Items) else None
    if made is not None and ctx.nested == 0:  # a function that makes the answers of handlers
        respond(state, made, node.value, ctx, default=default_status(state, made))
        if made.body is not None:
            state.visit(made.body, inside(ctx))
        return False
    query = state.visit(node.value, ctx)
    value = node.value.value if isinstance(node.value, Await) else node.value
    if isinstance(value, Items) and value.items and state.module.language == "go":
        value = value.items[0]  # the result, with its failure behind it
    if isinstance(value, Name) and value.id in state.query_of:
        query = state.query_of[value.id]
    if query >= 0 and ctx.nested == 0:
        state.returns_query = query if state.returns_query == NEVER else state.returns_query
    if handling is not None and handling.returns_answer and ctx.nested == 0:
        sent = isinstance(value, Name) and value.id in handling.response
        if len(state.responses) == before and len(state.raises) == raised and not sent:
            _returned_value(state, handling, value, query, ctx)
    elif query >= 0 and ctx.nested == 0:
        state.queries[query]["checked"] = True
    return False


def _returned_value(state: State, handling: Handling, value: AnyExpr, query: int, ctx: Context) -> None:
    answered = state.locals.get(value.id) if isinstance(value, Name) else None
    if answered is not None and any(r["_node"] is answered for r in state.responses):
        for r in state.responses:
            if r["_node"] is answered:
                r["returned"] = True
        return
    made = answered or value
    own = isinstance(made, Call) and made.receiver is None and not made.new
    turned = isinstance(made, Call) and handling.opaque == "turned" and _TURNS.match(made.name) is not None
    unknown = handling.opaque == "all" or (handling.opaque == "own" and own) or turned
    answer = Answer(body=value, sends=False, status_unknown=unknown)
    respond(state, answer, value, ctx, default=handling.default_status)
    if query >= 0:
        note_use(state, query, "answer", value, ctx)


def _jump(state: State, node: Jump, _ctx: Context) -> bool:
    if node.kind == "pass":
        return True
    if state.exits:
        state.exits[-1] |= state.open
    return False


def _def(state: State, node: Def, ctx: Context) -> bool:
    walk_nested(state, node.function, ctx)
    return True


def _class(_state: State, _node: ClassDef, _ctx: Context) -> bool:
    return True


def _group(state: State, node: Group, ctx: Context) -> bool:
    return state.block(node.body, ctx)


STATEMENTS: Final[dict[type, Callable[[State, Any, Context], bool]]] = {
    Do: _do,
    Assign: assign,
    Return: _return,
    Raise: raise_,
    Jump: _jump,
    If: if_,
    For: for_,
    Try: try_,
    With: with_,
    Switch: switch,
    Def: _def,
    ClassDef: _class,
    Group: _group,
}
"""What walks a statement of a kind; its answer is whether control goes on after it."""
