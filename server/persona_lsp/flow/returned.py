"""Failures that are values: Go's `err`, where it comes from and what the code does where it asks for it."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import WRITES, Branch
from persona_lsp.facts.place import Span
from persona_lsp.flow.context import Context
from persona_lsp.flow.failures import called_name, catch_body
from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Const, If, Index, Items, Member, Name, Unary, dotted
from persona_lsp.text.patterns import lazy

_NAMED: Final = lazy(r"^(?:e|err|error|\w*[Ee]rr(?:or)?)$")
_INPUT: Final = lazy(
    r"^(?:ShouldBind\w*|Bind\w*|MustBind\w*|BodyParser|QueryParser|ParamsParser|Decode|Unmarshal|Validate\w*|Struct|Var|"
    r"Parse\w*|Atoi|ParamsInt|FromString|ObjectIDFromHex|ReadAll|readJSON|ReadJSON|FormFile|MultipartForm|Cookie)$"
)
"""Calls that fail where what the client sent is wrong."""
_ABSENT: Final = lazy(r"NoRows|NotFound|NoDocuments|ErrNil$|RecordNotFound|NotExist", re.IGNORECASE)
INPUT: Final = "input"


def results(state: State, target: AnyExpr, value: AnyExpr, query: int, ctx: Context, marks: tuple[int, int]) -> bool:
    """`book, err := find(id)`: what the names stand for, if it is such an assignment. `marks`: counts before the call."""
    from persona_lsp.flow.bindings import bind

    items = target.items if isinstance(target, Items) else (target,)
    last = items[-1] if items else None
    fails = isinstance(last, Name) and _NAMED.match(last.id) is not None and _may_fail(value)
    if isinstance(target, Items):
        if isinstance(value, Items):
            return False
        for index, item in enumerate(items):
            if index == 0 and not (fails and len(items) == 1):
                bind(state, item, value, query, ctx)
            elif isinstance(item, Name) and item.id != "_":
                state.locals[item.id] = value
                state.origins[item.id] = state.origin(value)
                state.query_of.pop(item.id, None)
                state.whole_body_names.discard(item.id)
    elif not fails:
        return False
    if fails and isinstance(last, Name):
        state.locals[last.id] = value
        state.query_of.pop(last.id, None)
        state.failures[last.id] = tuple(_covered(state, value, marks))
    return True


def failure_of(state: State, test: AnyExpr) -> tuple[str, bool] | None:
    """(name, holds) where a condition asks for a failure: `err != nil` holds where there is one."""
    match test:
        case Binary(op="!=" | "==", left=left, right=Const(value=None)):
            name = dotted(left) if isinstance(left, Name | Member) else ""
            return (name, test.op == "!=") if _is_failure(state, name) else None
        case Binary(op="and" | "or", left=left, right=right):
            found = failure_of(state, left)
            # `err != nil && x` holds only where there is one; `err != nil || x` may hold without.
            return found if found is not None and (test.op == "and") == found[1] and not _asks(right) else None
        case _:
            return None


def absence_of(test: AnyExpr) -> bool:
    """`errors.Is(err, sql.ErrNoRows)`, `err == gorm.ErrRecordNotFound`: there is no such record."""
    match test:
        case Call() if dotted(test.func) in {"errors.Is", "gorm.IsRecordNotFoundError"}:
            return len(test.args) < 2 or _ABSENT.search(dotted(test.args[-1])) is not None
        case Call():
            return _ABSENT.search(test.name) is not None and test.name.startswith(("Is", "is"))
        case Binary(op="==", right=right):
            return _ABSENT.search(dotted(right)) is not None
        case Binary(op="and" | "or", left=left, right=right):
            return absence_of(left) or absence_of(right)
        case _:
            return False


def failed(state: State, node: If, name: str, body_holds: bool, ctx: Context) -> bool:
    """Walk the branch that a failure takes, as what handles it; False if control never reaches its end."""
    body = node.then if body_holds else node.orelse
    covers = state.failures.get(name, ())
    sent = _answers(state, name)
    if sent:
        # Nobody hears what is said after an answer that could not be sent, and nobody is told twice.
        state.open = frozenset(one for one in state.open if one not in sent)
    if sent or any(kind == INPUT for kind, _ in covers):
        state.branch_ids += 1
        inner = replace(
            ctx, branch=Branch.OTHER if sent else Branch.VALIDATION, conditional=True, path=(*ctx.path, state.branch_ids * 100),
            condition=state.text(node.test)[:200],
        )  # fmt: skip
        return state.block(body, inner)
    index = len(state.catches)
    start, end = (body[0].start, body[-1].end) if body else (node.end - 1, node.end - 1)
    state.catches.append(
        {
            "types": (), "variable": name, "span": state.span(node.test), "body": Span(start - state.base, end - state.base),
            "site": state.site(ctx), "broad": True, "covers": covers, "_node": None,
            "is_value": True,
        }
    )  # fmt: skip
    known = state.locals.get(name)
    state.open = catch_body(state, index, body, name, ctx)
    if known is not None:
        state.locals.setdefault(name, known)
    return bool(state.catches[index]["_falls"])


def _answers(state: State, name: str) -> frozenset[tuple[str, int]]:
    """The answers whose sending is what failed: `err := json.NewEncoder(w).Encode(book)`."""
    value = state.locals.get(name)
    span = state.span(value) if value is not None else None
    return frozenset(("r", i) for i, response in enumerate(state.responses) if response["span"] == span)


def asks_for_right(state: State, test: AnyExpr) -> bool:
    """`!allowed` where `allowed` was looked up in a table of rights: `claims.Permissions["book:write"]`."""
    operand = test.operand if isinstance(test, Unary) and test.op == "not" else None
    return isinstance(operand, Name) and isinstance(state.locals.get(operand.id), Index)


def _may_fail(value: AnyExpr) -> bool:
    return isinstance(value, Call) or (isinstance(value, Member) and value.name == "Error")


def _is_failure(state: State, name: str) -> bool:
    if name in state.failures:
        return True
    owner, _, last = name.rpartition(".")
    if last == "Error" and owner in state.query_of:
        query = state.queries[state.query_of[owner]]
        state.failures[name] = (("write" if query["op"] in WRITES else "query", query["api"]),)
        return True
    return False


def _asks(test: AnyExpr) -> bool:
    return isinstance(test, Call) and dotted(test.func).startswith("errors.")


def _covered(state: State, value: AnyExpr, marks: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """What fails where the value does: queries, calls, and what takes in the client's input."""
    call = value if isinstance(value, Call) else None
    if call is not None and _INPUT.match(call.name):
        yield INPUT, call.name
    for draft in state.queries[marks[0] :]:
        yield "write" if draft["op"] in WRITES else "query", draft["api"]
    for site in state.calls[marks[1] :]:
        yield site.effect or "call", called_name(site)
