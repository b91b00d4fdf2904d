"""What of a caught exception an expression shows."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.place import Span
from persona_lsp.flow.context import Context
from persona_lsp.flow.picked import picks
from persona_lsp.flow.scope import State
from persona_lsp.flow.surroundings import developers
from persona_lsp.syntax.ir import AnyExpr, Await, Binary, Call, Member, Name, SwitchExpr, Ternary, children, dotted
from persona_lsp.text.patterns import lazy

_LEAK_MEMBERS: Final = {
    "message": "message", "getMessage": "message", "toString": "message", "stack": "trace", "getStackTrace": "trace",
    "stackTrace": "trace", "full_message": "trace", "backtrace": "trace", "inspect": "message", "args": "message",
    "to_s": "message", "to_string": "message", "getLocalizedMessage": "message", "printStackTrace": "trace", "sqlMessage": "debug",
    "sql": "debug", "Error": "message", "cause": "message", "orig": "debug", "statement": "debug", "getCause": "message",
    "Message": "message", "StackTrace": "trace", "ToString": "message", "InnerException": "message",
}  # fmt: skip
_LEAK_CALLS: Final = {
    "str": "message", "repr": "message", "String": "message", "format_exc": "trace", "format_exception": "trace",
    "print_exc": "trace", "inspect": "message", "getStackTraceAsString": "trace", "stringify": "message",
}  # fmt: skip


_PICKED: Final = lazy(r"\binstanceof\b|\bisinstance\(|\.is_a\?|\bkind_of\?|\.(?:isOperational|expose|isJoi|isPublic)\b")


_CLIENT_ERROR: Final = range(400, 500)
_ASKED: Final = lazy(r"(?:get|is)[A-Z]")
"""Accessors, by the way they are called in Java."""


def _is_shadowed(state: State, name: str) -> bool:
    """Rust binds a name anew where it likes: what is caught is gone then."""
    return state.module.language == "rust" and name in state.locals


def is_told(state: State, status: int | None, ctx: Context) -> bool:
    """A failure that is answered as the client's mistake, and not one of the database.

    In Rust each failure has the type of what failed: that a number cannot be parsed is meant for the client.
    """
    if state.module.language != "rust" or status not in _CLIENT_ERROR or ctx.catch < 0:
        return False
    return not any(kind in ("query", "write") for kind, _ in state.catches[ctx.catch]["covers"])


def leak_of(state: State, expr: AnyExpr | None, ctx: Context, depth: int = 0) -> tuple[str, Span, str] | None:
    """What of a caught exception the expression shows: source, place, kind."""
    if expr is None or depth > 3:  # one hop through a variable, one through a wrapper
        return None
    # What is for developers is no leak, nor the text of a kind of failure that the code picked out to be told.
    if ctx.developers or ctx.picked or (_PICKED.search(ctx.condition) and not ctx.condition.startswith("not ")):
        return None
    for part in _shipped(state, expr, ctx):
        kind = ""
        match part:
            case Name(id=name) if (
                name in ctx.caught and state.module.language != "go" and not _is_shadowed(state, name)
            ):
                kind = "message"
            case Name(id=name) if name in state.told:
                continue
            case Name(id=name) if ctx.caught and name in state.locals and not isinstance(state.locals[name], Name):
                inner = leak_of(state, state.locals[name], ctx, depth + 2)
                if inner is not None:
                    return (inner[0], state.span(part), inner[2])
            case Member(base=Name(id=base), name=name) if base in ctx.caught:
                if name not in _LEAK_MEMBERS:
                    return None
                kind = _LEAK_MEMBERS[name]
            case Call():
                receiver = part.receiver
                if isinstance(receiver, Name) and receiver.id in ctx.caught:
                    if part.name not in _LEAK_MEMBERS:
                        return None
                    kind = _LEAK_MEMBERS[part.name]
                elif state.module.language == "go":
                    # A failure has no fields that JSON shows: its text goes out where somebody asks for it.
                    printed = dotted(part.func).startswith("fmt.") and part.name.lstrip("F").startswith(
                        ("Print", "Sprint", "print")
                    )
                    if printed and any(isinstance(a, Name) and a.id in ctx.caught for a in part.args):
                        kind = "message"
                elif part.name in _LEAK_CALLS and (
                    part.name.startswith("format_exc")
                    or any(isinstance(a, Name) and a.id in ctx.caught for a in part.args)
                ):
                    kind = _LEAK_CALLS[part.name]
                elif part.name in ("instance_of", "isinstance", "is_a?"):
                    return None
        if kind:
            return (state.text(part)[:60], state.span(part), kind)
    return None


def _is_part(expr: AnyExpr) -> bool:
    """Some part of what a function made of the failure: `describe(err).count`; nobody can tell what it shows."""
    if not isinstance(expr, Member) or expr.name in _LEAK_MEMBERS:
        return False
    base = expr.base.value if isinstance(expr.base, Await) else expr.base
    return isinstance(base, Call)


def _is_looked_up(state: State, expr: AnyExpr, ctx: Context) -> bool:
    """`codeOf(e.getMessage()).getText()`: what was found by the words of a failure has words of its own (Java)."""
    if not isinstance(expr, Call) or expr.args or not _ASKED.match(expr.name):
        return False
    found = expr.receiver
    if isinstance(found, Name) and found.id not in ctx.caught:
        found = state.locals.get(found.id)
    if not isinstance(found, Call) or found.new or found.name in _LEAK_CALLS:
        return False
    whole = (found.receiver, *found.args)
    return bool(found.args) and not any(isinstance(part, Name) and part.id in ctx.caught for part in whole)


def _is_handed_on(call: Call) -> bool:
    """`translator.translate(e)`: what a method makes of the whole failure, nobody can tell (Java).

    `Result.error(e)` and `new Failure(e)` answer with it.
    """
    if call.new or call.name in _LEAK_CALLS:
        return False
    root = call.receiver
    while isinstance(root, Call | Member):
        if isinstance(root, Call) and root.new:
            return False
        root = root.receiver if isinstance(root, Call) else root.base
    return not (isinstance(root, Name) and root.id[:1].isupper())


def _answers_itself(state: State, call: Call) -> bool:
    """`return fail(reply, err)`: a function that is given the answer makes it, of what it likes."""
    if state.handling is None or state.module.language not in ("javascript", "typescript", "tsx"):
        return False
    return any(isinstance(arg, Name) and arg.id in state.handling.response for arg in call.args)


def _shipped(state: State, expr: AnyExpr, ctx: Context) -> Iterator[AnyExpr]:
    """The expression and its parts, less those that only developers get to see, or of kinds that the code picked."""
    match expr:
        case Ternary(test=test, then=then, orelse=orelse):
            asked = developers(state, test)
            if asked is not None:
                if asked != 0:
                    yield from _shipped(state, orelse if asked > 0 else then, ctx)
                return
            kind = picks(state, test)
            if kind is not None:
                if kind != 0:
                    yield from _shipped(state, orelse if kind > 0 else then, ctx)
                return
        case Binary(op="and", left=left):
            asked = developers(state, left)
            if asked is not None and asked >= 0:
                return
            if picks(state, left) in (0, 1):
                return
        case SwitchExpr(arms=arms) if state.module.language == "rust":
            for _, value in arms:
                yield from _shipped(state, value, ctx)
            return
        case Call() if _answers_itself(state, expr):
            return
        case Call() if state.module.language == "rust" and not expr.new and expr.name not in _SENT:
            # What a function or macro of the project makes of a failure, nobody can tell.
            yield expr
            return
    if _is_part(expr) or (state.module.language == "java" and _is_looked_up(state, expr, ctx)):
        return
    yield expr
    handed = state.module.language == "java" and isinstance(expr, Call) and _is_handed_on(expr)
    for child in children(expr):
        if not (handed and isinstance(child, Name) and child.id in ctx.caught):
            yield from _shipped(state, child, ctx)


_SENT: Final = frozenset(
    {
        "Json",
        "Html",
        "json",
        "body",
        "from",
        "into",
        "into_response",
        "Custom",
        "to_owned",
        "finish",
        "tuple",
        "new",
        "Some",
    }
)
"""Calls of Rust whose arguments are what is sent."""
