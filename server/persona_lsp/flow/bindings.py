"""What names stand for: assignments, destructuring, `with`."""

from msgspec.structs import replace

from persona_lsp.facts.body import Tx
from persona_lsp.flow.answers import default_status, respond
from persona_lsp.flow.context import Context, target_name
from persona_lsp.flow.inputs import note_input, whole_body
from persona_lsp.flow.names import simple_type
from persona_lsp.flow.returned import results
from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Index,
    Items,
    Let,
    Member,
    Name,
    Object,
    Spread,
    Str,
    With,
    dotted,
)


def assign(state: State, node: Assign, ctx: Context) -> bool:
    """`name = value`: the value first, then what the targets stand for."""
    if node.value is None:
        for target in node.targets:
            if isinstance(target, Name) and node.type is not None:
                state.local_types[target.id] = simple_type(node.type)
        return True
    only = node.targets[0] if len(node.targets) == 1 else None
    name = only.id if isinstance(only, Name) else dotted(only) if isinstance(only, Member) else ""
    reads_before = len(state.inputs)
    marks = (len(state.queries), len(state.calls))
    query = state.visit(node.value, replace(ctx, assigned_to=name))
    if state.module.language == "go" and only is not None and not node.op:
        if isinstance(only, Items) and only.items and isinstance(only.items[0], Name):
            name = only.items[0].id
            for read in state.inputs[reads_before:]:
                read["variable"] = read["variable"] or name
        if results(state, only, node.value, query, ctx, marks):
            return True
    for target in node.targets:
        bind(state, target, node.value, query, ctx, op=node.op)
        if isinstance(target, Name) and node.type is not None:
            state.local_types[target.id] = simple_type(node.type)
        if not isinstance(target, Name | Items | Object):
            known = state.reads_principal
            state.visit(target, ctx)
            if _is_only_written(target):
                state.reads_principal = known  # `req.session.user = user` asks nobody who calls
        answer = state.given_as_answer(target, node.value) if isinstance(target, Member) and not node.op else None
        if answer is not None:
            respond(state, answer, target, ctx, default=default_status(state, answer))
    if name:
        for read in state.inputs[reads_before:]:
            if not read["variable"]:
                read["variable"] = name
    return True


def _is_only_written(target: AnyExpr) -> bool:
    """A member of something that has a name, or an entry under a written key."""
    while isinstance(target, Member) or (isinstance(target, Index) and all(isinstance(k, Str) for k in target.keys)):
        target = target.base
    return isinstance(target, Name)


def let(state: State, expr: Let, ctx: Context) -> int:
    """An assignment that is a value itself."""
    query = state.visit(expr.value, replace(ctx, assigned_to=target_name(expr.target)))
    bind(state, expr.target, expr.value, query, ctx, op=expr.op)
    return query


def with_(state: State, node: With, ctx: Context) -> bool:
    """`with`, `using`, try-with-resources: a transaction that is opened there covers the body."""
    inner = ctx
    for item, target in node.items:
        opened = len(state.txs)
        query = state.visit(item, ctx)
        if target is not None:
            bind(state, target, item, query, ctx)
        if len(state.txs) > opened:
            tx = state.txs[-1]
            handle = target_name(target) if target is not None else tx.handle
            state.txs[-1] = Tx("block", state.span(node), handle)
            inner = replace(inner, tx=len(state.txs) - 1)
    return state.block(node.body, inner)


def bind(state: State, target: AnyExpr, value: AnyExpr, query: int, ctx: Context, *, op: str = "") -> None:
    """The target stands for the value from now on; `query` is the index of the query whose result it is."""
    match target:
        case Name(id=name) | Spread(value=Name(id=name)):
            if op in ("+", "<<", "concat"):
                state.appends.setdefault(name, []).append(value)
                return
            if op:
                return
            # Told now, while a name that the value is made of still stands for what it was.
            state.origins[name] = state.origin(value)
            state.locals[name] = value
            if ctx.picked:
                state.told.add(name)
            else:
                state.told.discard(name)
            state.loop_variables.pop(name, None)
            state.appends.pop(name, None)
            state.query_of.pop(name, None)
            alias = value.value if isinstance(value, Await) else value
            if isinstance(alias, Name) and alias.id in state.query_of:
                query = state.query_of[alias.id]
            if query >= 0:
                state.query_of[name] = query
                if not state.queries[query]["variable"]:
                    state.queries[query]["variable"] = name
            if whole_body(state, value):
                state.whole_body_names.add(name)
            else:
                state.whole_body_names.discard(name)
        case Member():
            name = dotted(target)
            read = state.read(target)
            if read is not None and read.place == "path":
                state.provides.add(read.name or "*")
            if isinstance(target.base, Name):
                state.written_attributes.setdefault(target.base.id, []).append(target.name)
            if name and not op:
                state.locals[name] = value
                if query >= 0:
                    state.query_of[name] = query
                    state.queries[query]["variable"] = state.queries[query]["variable"] or name
        case Items(items=items):
            for index, item in enumerate(items):
                element: AnyExpr = value
                if isinstance(value, Items) and index < len(value.items):
                    element = value.items[index]
                _bind_part(state, item, element, query)
        case Object(entries=entries):
            for entry in entries:
                part = Member(value.start, value.end, value, entry.name, value.start) if entry.name else value
                _bind_part(state, entry.value, part, query)
                read = state.read(part) if isinstance(part, Member) else None
                if read is not None:
                    note_input(state, read, entry, replace(ctx, assigned_to=target_name(entry.value)))
        case _:
            pass


def _bind_part(state: State, target: AnyExpr, value: AnyExpr, query: int) -> None:
    name = target_name(target)
    if name:
        state.origins[name] = state.origin(value)
        state.locals[name] = value
        state.query_of.pop(name, None)
        state.whole_body_names.discard(name)
        if query >= 0:
            state.queries[query]["checked"] = True
