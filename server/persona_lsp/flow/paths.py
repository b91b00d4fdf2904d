"""Where paths part and meet again: `if`, `switch`, conditional expressions, and what their tests make sure of."""

from msgspec.structs import replace

from persona_lsp.facts.body import Branch
from persona_lsp.facts.place import Span
from persona_lsp.flow import branches
from persona_lsp.flow.context import NEVER, Context, inside
from persona_lsp.flow.picked import picks
from persona_lsp.flow.returned import absence_of, asks_for_right, failed, failure_of
from persona_lsp.flow.scope import Open, State
from persona_lsp.flow.surroundings import developers
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    If,
    Items,
    Jump,
    Member,
    Name,
    Str,
    Switch,
    SwitchExpr,
    Ternary,
    Unary,
    dotted,
    walk,
)


def if_(state: State, node: If, ctx: Context) -> bool:
    """Both branches, and what is still open where they meet."""
    reads = len(state.inputs)
    state.visit(node.test, replace(ctx, discarded=False))
    for read in state.inputs[reads:]:
        # What a condition reads is tested by it.
        read["guarded"] = True
    text = state.text(node.test)
    if isinstance(node.test, Unary) and node.test.op == "not" and node.test.operand.start == node.test.start:
        text = f"not {text}"  # `unless` says so itself
    mark_checked(state, node.test)
    state.branch_ids += 1
    identity = state.branch_ids * 100
    principal = state.principal
    then_kind = branches.classify(node.test, negated=False, looked_up=state.looked_up, principal=principal, text=text)
    if then_kind is Branch.FORBIDDEN and branches.is_mixed(node.test, principal, state.locals.get):
        then_kind = Branch.OTHER
    before = state.open
    failure = failure_of(state, node.test) if state.failures or state.query_of else None
    if failure is not None and state.module.language == "go":
        return _failure_branches(state, node, failure, before, ctx)
    if state.module.language == "go" and absence_of(node.test):
        then_kind = Branch.NOT_FOUND
    elif state.module.language == "go" and then_kind is Branch.UNAUTHENTICATED and asks_for_right(state, node.test):
        then_kind = Branch.FORBIDDEN
    state.open = _open(before, node.test, holds=True)
    inner = ctx.branch
    asked = developers(state, node.test)
    kind = picks(state, node.test) if ctx.caught else None
    then_ctx = replace(
        ctx, branch=_deeper(inner, then_kind), conditional=True, path=(*ctx.path, identity), condition=text[:200],
        developers=ctx.developers or (asked is not None and asked >= 0), picked=ctx.picked or kind == 1,
    )  # fmt: skip
    falls_then = state.block(node.then, then_ctx)
    after_then = state.open if falls_then else frozenset()
    state.open = _open(before, node.test, holds=False)
    if node.orelse:
        else_kind = branches.classify(
            node.test, negated=True, looked_up=state.looked_up, principal=principal, text=text
        )
        else_ctx = replace(
            ctx, branch=_deeper(inner, else_kind if else_kind in (Branch.NOT_FOUND, Branch.UNAUTHENTICATED) else Branch.OTHER if ctx.branch is not Branch.MAIN else Branch.MAIN),
            conditional=True, path=(*ctx.path, identity + 1), condition="not " + text[:200],
            developers=ctx.developers or (asked is not None and asked <= 0), picked=ctx.picked or kind == -1,
        )  # fmt: skip
        falls_else = state.block(node.orelse, else_ctx)
    else:
        falls_else = True
    after_else = state.open if falls_else else frozenset()
    state.open = after_then | after_else
    return falls_then or falls_else


def _failure_branches(state: State, node: If, failure: tuple[str, bool], before: Open, ctx: Context) -> bool:
    """`if err != nil {} else {}`: one branch handles the failure, the other goes on without it."""
    name, holds = failure
    falls = failed(state, node, name, holds, ctx)
    after = state.open if falls else frozenset()
    state.open = before
    state.branch_ids += 1
    other = node.orelse if holds else node.then
    goes_on = state.block(
        other, replace(ctx, conditional=bool(other) or ctx.conditional, path=(*ctx.path, state.branch_ids * 100 + 1))
    )  # fmt: skip
    state.open = after | (state.open if goes_on else frozenset())
    return falls or goes_on


def ternary(state: State, expr: Ternary, ctx: Context) -> int:
    """`test ? then : orelse`: two branches of an expression."""
    inner = inside(ctx)
    state.visit(expr.test, replace(inner, returned=False))
    text = state.text(expr.test)
    mark_checked(state, expr.test)
    state.branch_ids += 1
    identity = state.branch_ids * 100
    kind = branches.classify(expr.test, negated=False, looked_up=state.looked_up, principal=state.principal, text=text)
    before = state.open
    state.open = _open(before, expr.test, holds=True)
    then = replace(
        ctx,
        conditional=True,
        path=(*ctx.path, identity),
        branch=_deeper(ctx.branch, kind if kind is not Branch.OTHER else Branch.MAIN),
        condition=text[:200],
    )
    state.visit(expr.then, then)
    after = state.open
    state.open = _open(before, expr.test, holds=False)
    other = branches.classify(expr.test, negated=True, looked_up=state.looked_up, principal=state.principal, text=text)
    keep = other if other in (Branch.NOT_FOUND, Branch.UNAUTHENTICATED, Branch.VALIDATION) else Branch.MAIN
    state.visit(
        expr.orelse,
        replace(
            ctx,
            conditional=True,
            path=(*ctx.path, identity + 1),
            branch=_deeper(ctx.branch, keep),
            condition="not " + text[:200],
        ),
    )
    state.open |= after
    return NEVER


def switch(state: State, node: Switch, ctx: Context) -> bool:
    """All arms, and what is still open where they meet."""
    if node.subject is not None:
        state.visit(node.subject, ctx)
        mark_checked(state, node.subject)
    before = state.open
    merged: Open = frozenset()
    falls = False
    default = False
    state.branch_ids += 1
    identity = state.branch_ids * 100
    for number, (patterns, body) in enumerate(node.arms):
        default = default or not patterns
        for pattern in patterns:
            note_compared(state, pattern)
            state.visit(pattern, ctx)
        state.open = before
        state.exits.append(frozenset())
        arm_falls = state.block(
            body,
            replace(
                ctx,
                conditional=True,
                branch=_deeper(ctx.branch, Branch.OTHER),
                path=(*ctx.path, identity + number + 1),
            ),
        )
        left = state.exits.pop()
        if arm_falls or any(isinstance(s, Jump) and s.kind == "break" for s in body):
            falls = True
            merged |= (state.open if arm_falls else frozenset()) | left
    if not default:
        falls = True
        merged |= before
    state.open = merged
    return falls


def switch_expr(state: State, expr: SwitchExpr, ctx: Context) -> int:
    """A `switch` that is a value."""
    if expr.subject is not None:
        state.visit(expr.subject, inside(ctx))
        mark_checked(state, expr.subject)
    for patterns, value in expr.arms:
        for pattern in patterns:
            state.visit(pattern, inside(ctx))
        state.visit(value, replace(ctx, conditional=True, branch=_deeper(ctx.branch, Branch.OTHER)))
    return NEVER


def mark_checked(state: State, test: AnyExpr) -> None:
    """What the test mentions is tested by it: records that were looked up, and inputs."""
    for part in walk(test):
        if isinstance(part, Call) and part.receiver is None and part.name.endswith("?") and not part.args:
            # `if valid_order?` asks about what the object holds (Ruby).
            for held, query in state.query_of.items():
                if held.startswith("@"):
                    state.queries[query]["checked"] = True
        name = part.id if isinstance(part, Name) else dotted(part) if isinstance(part, Member) else ""
        if name:
            query = state.query_of.get(name, -1)
            if query >= 0:
                state.queries[query]["checked"] = True
            for read in state.inputs:
                if read["variable"] == name:
                    read["guarded"] = True


def note_compared(state: State, side: AnyExpr) -> None:
    """Remember a text that something is compared with."""
    if isinstance(side, Str) and side.value is not None:
        state.compares.add(side.value)
    elif isinstance(side, Items):
        state.compares.update(i.value for i in side.items if isinstance(i, Str) and i.value is not None)


def happened(state: State, span: Span, kind: str, ctx: Context, *, streaming: bool = False) -> None:
    """Something that must not follow an answer happens now: open answers continue to here."""
    if streaming or (ctx.catch >= 0 and kind == "write"):
        return
    for what, index in state.open:
        if what == "r" and state.responses[index].get("continues_to") is None:
            draft = state.responses[index]
            if draft["site"].nested == ctx.nested:
                draft["continues_to"] = span
                draft["continues_kind"] = kind


def succeeded(state: State) -> None:
    """Control gets to a success: what was caught silently before goes unseen."""
    for what, index in state.open:
        if what == "c":
            state.catches[index]["then_succeeds"] = True


def _open(before: Open, test: AnyExpr, *, holds: bool) -> Open:
    """What is still open where the test holds (or fails): no answer, where it asks whether there was one."""
    if before and branches.unanswered(test, holds=holds):
        return frozenset(one for one in before if one[0] != "r")
    return before


def _deeper(outer: Branch, inner: Branch) -> Branch:
    """The more telling one of two branch kinds."""
    if inner in (Branch.MAIN, Branch.OTHER) and outer is not Branch.MAIN:
        return outer
    return inner
