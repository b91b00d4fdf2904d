"""What a call is given: arguments, callbacks, and the links of the chain that it ends."""

from msgspec.structs import replace

from persona_lsp.flow.context import VALIDATORS, Context, inside
from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import AnyExpr, Await, Call, FunctionNode, Index, Member, Name, Spread, dotted, walk


def walk_arguments(state: State, expr: Call, ctx: Context, *, escaping: bool = False) -> None:
    """Walk what the call is given; `escaping`: to code that is not understood."""
    validates = expr.name in VALIDATORS
    reads = len(state.inputs)
    for arg in (*expr.args, *(k.value for k in expr.kwargs)):
        query = state.visit(arg, ctx)
        if escaping and query >= 0:
            state.queries[query]["checked"] = True
        if escaping and isinstance(arg, Name | Spread):
            name = arg.id if isinstance(arg, Name) else dotted(arg.value)
            for read in state.inputs:
                if read["variable"] == name:
                    read["escapes"] = True
                    if validates:
                        read["validated"] = True
    if escaping:
        for read in state.inputs[reads:]:
            read["escapes"] = True
            read["validated"] = read["validated"] or validates
    if expr.block is not None:
        walk_nested(state, expr.block.function, ctx)


def walk_chain(state: State, expr: Call, ctx: Context) -> None:
    """Arguments of this call and of the calls that its receiver is made of."""
    node: AnyExpr | None = expr
    while node is not None:
        if isinstance(node, Call):
            walk_arguments(state, node, ctx)
            node = node.receiver
        elif isinstance(node, Member | Index):
            if isinstance(node, Index):
                for key in node.keys:
                    state.visit(key, ctx)
            node = node.base
        elif isinstance(node, Await):
            node = node.value
        else:
            note_names(state, node)
            return


def chain_arguments(expr: Call) -> list[AnyExpr]:
    """What this call and the calls of its receiver are given, and what the chain begins with."""
    found: list[AnyExpr] = []
    node: AnyExpr | None = expr
    while node is not None:
        if isinstance(node, Call):
            found.extend(node.args)
            found.extend(k.value for k in node.kwargs)
            node = node.receiver
        elif isinstance(node, Member):
            node = node.base
        elif isinstance(node, Await):
            node = node.value
        else:
            found.append(node)
            break
    return found


def beginning(expr: Call) -> Call | None:
    """The function that a chain of calls begins with, called without arguments: `current_shop.orders.find_by!(…)`."""
    node: AnyExpr | None = expr.receiver
    first: Call | None = None
    while node is not None:
        if isinstance(node, Call):
            first, node = node, node.receiver
        elif isinstance(node, Member | Index):
            first, node = None, node.base
        elif isinstance(node, Await):
            node = node.value
        else:
            return None
    return first if first is not None and not (first.args or first.kwargs or first.block) else None


def walk_nested(state: State, function: FunctionNode, ctx: Context) -> None:
    """A function inside this one: its events belong here, its returns do not end this one."""
    if function.start in state.stops:
        return
    saved_open, saved_exits = state.open, state.exits
    state.open, state.exits = frozenset(), []
    shadowed = {p.name: state.locals.pop(p.name) for p in function.params if p.name in state.locals}
    for param in function.params:
        state.query_of.pop(param.name, None)
        if param.default is not None:
            state.visit(param.default, inside(ctx))
    state.block(
        function.body,
        replace(
            inside(ctx),
            nested=ctx.nested + 1,
            tries=() if function.is_async and ctx.nested == 0 and not ctx.awaited else ctx.tries,
        ),
    )
    state.locals.update(shadowed)
    state.open, state.exits = saved_open, saved_exits


def note_names(state: State, expr: AnyExpr) -> None:
    """Count the names as read, without walking the expression."""
    for part in walk(expr):
        if isinstance(part, Name):
            state.names_read.add(part.id)
