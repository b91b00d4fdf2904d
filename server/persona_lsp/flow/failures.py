"""What is thrown, what is caught, and what becomes of it."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import WRITES, AsyncGap, Branch, CallSite
from persona_lsp.facts.place import Span
from persona_lsp.facts.text import Ref
from persona_lsp.flow.answered import answered_before
from persona_lsp.flow.arguments import walk_nested
from persona_lsp.flow.context import NEVER, Context, Draft, inside
from persona_lsp.flow.leaks import is_told, leak_of
from persona_lsp.flow.scope import Open, State
from persona_lsp.flow.settling import settled
from persona_lsp.flow.vocabulary import Thrown
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Call,
    CatchNode,
    Do,
    Items,
    Jump,
    Lambda,
    Member,
    Name,
    Node,
    Object,
    Raise,
    Return,
    Stmt,
    Str,
    Try,
    children,
    dotted,
)
from persona_lsp.text.patterns import lazy

_ERROR: Final = 400
_LOGGING: Final = lazy(
    r"(?:^|\.)(?:log(?:ger|ging|s)?|console|_log(?:ger)?|LOG(?:GER)?|winston|pino|slog|Sentry|Rails\.logger|Bugsnag|Rollbar|Airbrake|Honeybadger|newrelic)\b"
    r"|^(?:print|puts|pp|warn|p|capture_exception|captureException|log_error|logError|debug)$",
    re.IGNORECASE,
)


def raise_(state: State, node: Raise, ctx: Context) -> bool:
    """`raise`, `throw`; nothing after it runs."""
    value = node.value
    if value is None or (isinstance(value, Name) and value.id in ctx.caught):
        note_failure(state, Thrown("", None), node, ctx, rethrow=True)
        return False
    thrown = state.thrown(value)
    if thrown is None:
        name = value
        call = value if isinstance(value, Call) else None
        exception = dotted(call.func if call else name) or (call.name if call else "")
        if call is not None and call.new and call.name == "new" and call.receiver is not None:
            exception = dotted(call.receiver)
        message = call.args[0] if call is not None and call.args else None
        thrown = Thrown(exception, message=message)
    note_failure(state, thrown, value, ctx)
    for child in children(value) if isinstance(value, Call) else (value,):
        if not (isinstance(value, Call) and child is value.func):
            state.visit(child, ctx)
    return False


def try_(state: State, node: Try, ctx: Context) -> bool:
    """`try` with its catches, and what is still open after it."""
    before = state.open
    first = len(state.catches)
    for catch in node.catches:
        state.catches.append(
            {
                "types": catch.types, "variable": catch.variable, "span": state.span(catch),
                "body": Span(catch.body_start - state.base, catch.body_end - state.base) if catch.body_end else state.span(catch),
                "site": state.site(ctx), "broad": _broad(catch), "covers": [], "_node": catch,
            }
        )  # fmt: skip
    indexes = tuple(range(first, first + len(node.catches)))
    counts = (len(state.queries), len(state.calls))
    tries = (*indexes, *_left_at_last(state, node, ctx), *ctx.tries)
    falls = state.block(node.body, replace(ctx, tries=tries))
    covers = [("write" if q["op"] in WRITES else "query", q["api"]) for q in state.queries[counts[0] :]]
    covers += [(c.effect or "call", called_name(c)) for c in state.calls[counts[1] :] if not _is_in_memory(state, c)]
    if falls and node.orelse:
        falls = state.block(node.orelse, ctx)
    merged = state.open if falls else frozenset()
    for index, catch in zip(indexes, node.catches, strict=True):
        state.open = before
        state.catches[index]["covers"] = tuple(covers)
        merged |= catch_body(state, index, catch.body, catch.variable, ctx)
        falls = falls or bool(state.catches[index]["_falls"])
    state.open = merged
    if node.final:
        gaps = len(state.gaps)
        falls = state.block(node.final, ctx) and falls
        if node.catches:
            del state.gaps[gaps:]
    return falls


def _left_at_last(state: State, node: Try, ctx: Context) -> tuple[int, ...]:
    """`finally: return answer`: whatever fails is forgotten there."""
    last = next((s for s in node.final if isinstance(s, Return)), None)
    if last is None:
        return ()
    state.catches.append(
        {
            "types": (), "variable": "", "span": state.span(last), "body": state.span(last), "site": state.site(ctx),
            "broad": True, "covers": (), "outcome": "handled", "_falls": False, "_node": None,
        }
    )  # fmt: skip
    return (len(state.catches) - 1,)


def promise(state: State, expr: Call, receiver: AnyExpr, ctx: Context) -> int:
    """`p.then(f, g)`, `p.catch(g)`: the callbacks run in the same request, failures of `p` go to `g`."""
    answered = len(state.responses)
    lost = -1
    handlers = [expr.args[0]] if expr.name == "catch" else list(expr.args[1:2])
    index = len(state.catches)
    inner = replace(ctx, discarded=False)
    if expr.name != "finally" and handlers:
        function = handlers[0].function if isinstance(handlers[0], Lambda) else None
        body = (
            Span(function.body_start - state.base, function.body_end - state.base)
            if function
            else state.span(handlers[0])
        )
        variable = function.params[0].name if function and function.params else ""
        state.catches.append(
            {
                "types": (), "variable": variable, "span": state.span(handlers[0]), "body": body,
                "site": state.site(ctx), "broad": True, "covers": (),
                "outcome": "handled", "_falls": False, "_node": None,
            }
        )  # fmt: skip
        counts = (len(state.queries), len(state.calls))
        query = state.visit(receiver, replace(inner, tries=(index, *ctx.tries), awaited=True))
        state.catches[index]["covers"] = tuple(
            [("write" if q["op"] in WRITES else "query", q["api"]) for q in state.queries[counts[0] :]]
            + [(c.effect or "call", called_name(c)) for c in state.calls[counts[1] :]]
        )
        if function is not None:
            saved = state.open
            state.open = frozenset()
            catch_body(state, index, function.body, variable, replace(inner, nested=ctx.nested + 1))
            state.open = saved
        else:
            state.visit(handlers[0], inner)
    else:
        query = state.visit(receiver, inner)
        # A `try` around it has ended before the promise is rejected.
        if ctx.discarded and not ctx.awaited and not settled(receiver) and not answered_before(state, expr, ctx):
            lost = len(state.gaps)
            state.gaps.append(AsyncGap(state.span(expr), "then"))
    if expr.name == "then" and isinstance(expr.args[0], Lambda):
        callback = expr.args[0].function
        if callback.params and query >= 0:
            state.query_of[callback.params[0].name] = query
            state.locals[callback.params[0].name] = receiver
            state.queries[query]["variable"] = state.queries[query]["variable"] or callback.params[0].name
            state.block(callback.body, replace(inside(inner), nested=ctx.nested + 1))
        else:
            walk_nested(state, callback, inner)
    if lost >= 0 and len(state.responses) > answered:
        state.gaps[lost] = replace(state.gaps[lost], answers=True)
    return NEVER


def mapped(state: State, variable: str, expr: Call, ctx: Context) -> Context:
    """The context of what takes the place of a failure (`map_err(|e| ...)`): that of a catch that throws again."""
    span = state.span(expr)
    inside = [q for q in state.queries if span.start <= q["span"].start and q["span"].end <= span.end]
    state.catches.append(
        {
            "types": (), "variable": variable, "span": state.span(expr.args[0]), "body": state.span(expr.args[0]),
            "site": state.site(ctx), "broad": True, "covers": tuple(("query", q["api"]) for q in inside),
            "outcome": "raise", "_falls": False, "_node": None,
        }
    )  # fmt: skip
    return replace(ctx, caught=(*ctx.caught, variable), catch=len(state.catches) - 1, branch=Branch.CATCH)


_CAUSES: Final = frozenset({"java", "csharp"})


def note_failure(state: State, thrown: Thrown, node: Node, ctx: Context, *, rethrow: bool = False) -> None:
    """Note a failure."""
    leak = leak_of(state, thrown.message, ctx) if thrown.message is not None else None
    if leak is not None and (is_told(state, thrown.status, ctx) or _is_cause(state, thrown, ctx)):
        leak = None
    text = thrown.message.value if isinstance(thrown.message, Str) else None
    named = dotted(thrown.message) if isinstance(thrown.message, Name | Member) else ""
    state.raises.append(
        {
            "exception": thrown.exception, "span": state.span(node), "site": state.site(ctx, last=True),
            "status": thrown.status,
            "message": text or "", "message_name": named.rpartition(".")[2],
            "condition": ctx.condition, "rethrow": rethrow,
            "leaks": leak[0] if leak else "", "leak_span": leak[1] if leak else None, "leak_kind": leak[2] if leak else "",
            "symbol": Ref(thrown.exception) if thrown.exception else None, "_call": node, "_ends": thrown.ends,
        }
    )  # fmt: skip


def _is_cause(state: State, thrown: Thrown, ctx: Context) -> bool:
    """A failure that is given to the next one as it is: its cause, which is kept and not told (Java, C#)."""
    message = thrown.message
    return state.module.language in _CAUSES and isinstance(message, Name) and message.id in ctx.caught


def would_catch(catch: Draft, exception: str) -> bool:
    """A rescue that would take the exception: broad, or by its name or that of its family."""
    names = {t.rsplit(".", 1)[-1] for t in catch["types"]}
    return bool(catch["broad"]) or exception.rsplit(".", 1)[-1] in names or "ActiveRecordError" in names


def catch_body(state: State, index: int, body: Sequence[Stmt], variable: str, ctx: Context) -> Open:
    """Walk what handles a failure, the catch `index`; what is still open after it."""
    draft = state.catches[index]
    marks = (len(state.raises), len(state.responses), len(state.calls), len(state.queries))
    state.branch_ids += 1
    if variable:
        state.locals.pop(variable, None)
    inner = replace(
        ctx, branch=Branch.CATCH, catch=index, conditional=True, path=(*ctx.path, state.branch_ids * 100),
        caught=(*ctx.caught, variable) if variable else ctx.caught, condition="",
    )  # fmt: skip
    falls = state.block(body, inner)
    responses = state.responses[marks[1] :]
    calls = state.calls[marks[2] :]
    draft["logs"] = any(_is_log(c) for c in calls)
    draft["_falls"] = falls
    draft["outcome"] = _outcome(
        state, body, falls=falls, raised=len(state.raises) > marks[0], responses=responses, calls=calls
    )
    after = state.open
    if draft["outcome"] in ("empty", "log", "other") and falls:
        return after | {("c", index)}
    if draft["outcome"] == "answer-success":
        draft["then_succeeds"] = True
    return after if falls else frozenset()


def _outcome(
    state: State,
    body: Sequence[Stmt],
    *,
    falls: bool,
    raised: bool,
    responses: list[Draft],
    calls: list[CallSite],
) -> str:
    if raised:
        return "raise"
    if responses:
        return "answer-error" if any(_tells_failure(r) for r in responses) else "answer-success"
    real = [s for s in body if not (isinstance(s, Jump) and s.kind == "pass")]
    if not real:
        return "empty"
    if any(c.passes_caught and not _is_log(c) for c in calls):
        return "handled"
    if not falls:
        return "return"
    logged = {c.span for c in calls if _is_log(c)}
    if all(isinstance(s, Do) and state.span(_unawaited(s.value)) in logged for s in real):
        return "log"
    return "other"


def _tells_failure(response: Draft) -> bool:
    status = response["status"]
    # Where a redirect or a page leads to, nobody can tell.
    return status is None or status >= _ERROR or response["body_kind"] in ("redirect", "html")


def _broad(catch: CatchNode) -> bool:
    return not catch.types or any(
        t.rsplit(".", 1)[-1]
        in ("Exception", "BaseException", "Throwable", "StandardError", "Error", "RuntimeException")
        for t in catch.types
    )


def _is_in_memory(state: State, call: CallSite) -> bool:
    """`found.update(more)`, where the function itself has made the dictionary, list or text."""
    made = state.locals.get(call.receiver) if not call.effect else None
    return isinstance(made, Object | Items | Str) or (isinstance(made, Call) and dotted(made.func) in _CONTAINERS)


_CONTAINERS: Final = frozenset({"dict", "list", "set", "defaultdict", "OrderedDict", "Counter", "deque"})


def called_name(call: CallSite) -> str:
    """The call as a reader names it."""
    return f"{call.receiver}.{call.name}" if call.receiver else call.name


def _is_log(call: CallSite) -> bool:
    return call.effect in ("log", "metric") or _LOGGING.search(called_name(call)) is not None


def _unawaited(expr: AnyExpr) -> AnyExpr:
    return expr.value if isinstance(expr, Await) else expr
