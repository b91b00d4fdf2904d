"""Whether the client has its answer already."""

from persona_lsp.flow.context import Context
from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import AnyExpr


def answered_before(state: State, expr: AnyExpr, ctx: Context) -> bool:
    """Whether the request has had its answer on the way to here: the client does not wait any more."""
    here = state.span(expr)
    return any(
        r["span"].end <= here.start
        and ctx.path[: len(r["site"].path)] == r["site"].path
        and r["site"].nested == ctx.nested
        and (r["site"].path or not r["site"].conditional)
        for r in state.responses
    )
