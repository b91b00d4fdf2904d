"""How a call is understood: libraries first, then frameworks, then what every language has."""

from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import CallSite, Tx
from persona_lsp.flow.answers import default_status, respond
from persona_lsp.flow.arguments import note_names, walk_arguments, walk_chain, walk_nested
from persona_lsp.flow.context import NEVER, SAFE_ON_ABSENT, Context, inside
from persona_lsp.flow.elements import per_element
from persona_lsp.flow.failures import mapped, note_failure, promise
from persona_lsp.flow.given import told
from persona_lsp.flow.inputs import note_input, note_merge
from persona_lsp.flow.loops import callback_loop
from persona_lsp.flow.paths import mark_checked
from persona_lsp.flow.queries import note_query
from persona_lsp.flow.scope import State
from persona_lsp.flow.vocabulary import QueryMeaning, TxMeaning
from persona_lsp.syntax.ir import Call, Const, Lambda, Member, Name, Str, dotted, walk
from persona_lsp.text.patterns import lazy

_LOOPING: Final = frozenset(
    {
        "map", "forEach", "filter", "flatMap", "each", "each_with_index", "collect", "select", "reject", "flat_map",
        "each_with_object", "find_each", "each_entry", "times", "for_each", "reduce", "inject", "some", "every",
        "each_slice", "in_batches", "find_in_batches", "each_pair", "filter_map", "sum", "mapSeries", "eachSeries",
        "each_value", "each_key", "Select", "SelectMany", "ForEach", "ForEachAsync", "ForAll", "upto", "any?", "all?", "sort_by", "group_by", "to_h", "index_by", "partition",
    }
)  # fmt: skip
_PAST_THE_ROUTE: Final = frozenset({"route", "router"})
_CONCURRENT: Final = lazy(
    r"^(?:Task\.(?:WhenAll|WhenAny)|Promise\.(?:all|allSettled|any|race)|asyncio\.gather|gather|pMap|Parallel\.\w+)$"
)
_MEDIATES: Final = frozenset({"Send", "SendAsync"})
_SETTER: Final = lazy(r"set[A-Z]")


def call(state: State, expr: Call, ctx: Context) -> int:
    """Walk a call; the index of the query that it is, `NEVER` if it is none."""
    # The order is that in which a call is understood: the surest reading first.
    for library in state.libraries:
        meaning = library.meaning(expr, state)
        if meaning is not None:
            if isinstance(meaning, QueryMeaning):
                return note_query(state, meaning, library, expr, ctx)
            if isinstance(meaning, TxMeaning):
                return _transaction(state, meaning, expr, ctx)
            _called(state, expr, ctx, effect=meaning.kind)
            walk_arguments(state, expr, inside(ctx))
            return NEVER
    read = state.read(expr)
    if read is not None:
        note_names(state, expr)
        note_input(state, read, expr, ctx)
        for arg in expr.args:
            if not isinstance(arg, Str):
                state.visit(arg, inside(ctx))
        return NEVER
    thrown = state.thrown(expr)
    if thrown is not None:
        # `repository.find(id).orElseThrow(...)` throws only if there is nothing, and is what was found otherwise.
        found = state.visit(expr.receiver, inside(ctx)) if expr.receiver is not None else NEVER
        failing = ctx if thrown.ends else replace(ctx, conditional=True)
        if thrown.caught:
            failing = mapped(state, thrown.caught, expr, failing)
        note_failure(state, thrown, expr, failing)
        walk_arguments(state, expr, inside(ctx))
        if not thrown.ends:
            # Who is asked whether something is allowed with what is absent says no, or fails.
            for arg in expr.args:
                if isinstance(arg, Name | Member):
                    mark_checked(state, arg)
        if found >= 0 and not thrown.ends:
            # What stands for another failure says nothing of what is absent.
            state.queries[found]["checked"] = state.queries[found]["checked"] or not thrown.caught
            return found
        return NEVER
    answer = state.answer(expr) if not state.in_answer else None
    if answer is not None:
        respond(state, answer, expr, ctx, default=default_status(state, answer))
        # What an answer is made of is none of its own: `make_response(jsonify(order), 201)`.
        state.in_answer = not answer.sends
        walk_chain(state, expr, inside(ctx))
        state.in_answer = False
        return NEVER
    if not state.reads_principal and state.principal(expr):
        state.reads_principal = True
    name, receiver = expr.name, expr.receiver
    if name == "orElse" and receiver is not None and len(expr.args) == 1 and isinstance(expr.args[0], Const):
        # `findById(id).orElse(null)`: what is absent stays absent.
        return state.visit(receiver, ctx)
    if name in ("then", "catch", "finally") and receiver is not None and expr.args:
        return promise(state, expr, receiver, ctx)
    if _CONCURRENT.match(dotted(expr.func)):
        inner = replace(inside(ctx), concurrent=True, awaited=ctx.awaited)
        for arg in expr.args:
            state.visit(arg, inner)
        _called(state, expr, ctx)
        return NEVER
    callback = _callback(expr)
    if callback is not None and name in _LOOPING and receiver is not None and per_element(expr, state):
        return callback_loop(state, expr, receiver, callback, ctx)
    query = state.visit(expr.func, inside(ctx)) if not isinstance(expr.func, Name) else NEVER
    if isinstance(expr.func, Name):
        state.names_read.add(expr.func.id)
        forward = state.handling.forward if state.handling is not None else ()
        if expr.func.id in forward:
            texts = [part.value for arg in expr.args for part in walk(arg) if isinstance(part, Str)]
            leaves = any(text in _PAST_THE_ROUTE for text in texts)
            state.leaves_route = state.leaves_route or leaves
            state.passes_on = state.passes_on or leaves or not expr.args or isinstance(expr.args[0], Str)
    if receiver is not None:
        behind = state.query_of.get(dotted(receiver), query) if state.query_of else query
        if behind >= 0 and name in SAFE_ON_ABSENT:
            state.queries[behind]["checked"] = True
    _called(state, expr, ctx)
    walk_arguments(state, expr, inside(ctx), escaping=True)
    if isinstance(receiver, Name) and len(expr.args) == 1 and _SETTER.match(name) and state.module.language == "java":
        state.written_attributes.setdefault(receiver.id, []).append(name[3:4].lower() + name[4:])
    if name in ("assign", "merge", "update", "assign_attributes", "copyProperties", "set", "attributes=", "merge!"):
        note_merge(state, expr)
    return NEVER


def _called(state: State, expr: Call, ctx: Context, *, effect: str = "") -> None:
    receiver = expr.receiver
    handling = state.handling
    arguments = []
    passes_request = passes_caught = False
    for arg in (*expr.args, *(k.value for k in expr.kwargs)):
        if isinstance(arg, Name):
            arguments.append(arg.id)
            passes_request = passes_request or bool(handling and arg.id in handling.request)
            passes_caught = passes_caught or arg.id in ctx.caught
        else:
            arguments.append(told(state, arg))
            if ctx.caught and not passes_caught:
                passes_caught = any(isinstance(p, Name) and p.id in ctx.caught for p in walk(arg))
            read = state.read(arg) if isinstance(arg, Member | Call) else None
            passes_request = passes_request or (read is not None and not read.name)
    source = ""
    if receiver is not None:
        source = dotted(receiver) or (state.text(receiver) if receiver.end - receiver.start <= 60 else "")  # as above
    state.calls.append(
        CallSite(
            expr.name, state.span(expr), state.site(ctx), source, tuple(arguments), ctx.awaited, passes_request,
            passes_caught, effect, ctx.statement,
            state.type_of(receiver) if receiver is not None else "", _handed(state, expr),
        )
    )  # fmt: skip


def _handed(state: State, expr: Call) -> str:
    """The type of what a mediator is given (C#)."""
    if expr.name not in _MEDIATES or state.module.language != "csharp" or expr.receiver is None or not expr.args:
        return ""
    given = expr.args[0]
    if isinstance(given, Name):
        held = state.assigned(given.id)
        given = held if isinstance(held, Call) and held.new else given
    if isinstance(given, Call) and given.new:
        return dotted(given.func)
    return state.type_of(given)


def _callback(expr: Call) -> Lambda | None:
    if expr.block is not None:
        return expr.block
    return next((a for a in expr.args if isinstance(a, Lambda)), None)


def _transaction(state: State, meaning: TxMeaning, expr: Call, ctx: Context) -> int:
    index = len(state.txs)
    state.txs.append(Tx(meaning.style, state.span(expr), meaning.handle))
    if meaning.style == "manual":
        state.manual_tx = index
    inner = replace(inside(ctx), tx=index, awaited=ctx.awaited)
    if expr.receiver is not None:
        note_names(state, expr.receiver)
    for arg in (*expr.args, *(k.value for k in expr.kwargs)):
        state.visit(arg, inner)
    if expr.block is not None:
        walk_nested(state, expr.block.function, inner)
    return NEVER
