"""What is read of the request, and what holds its whole body."""

from msgspec.structs import replace

from persona_lsp.facts.body import Origin
from persona_lsp.flow.context import VALIDATORS, Context
from persona_lsp.flow.scope import State
from persona_lsp.flow.vocabulary import Read
from persona_lsp.syntax.ir import AnyExpr, Await, Call, Index, Member, Name, Node, Object, Spread, dotted


def note_input(state: State, read: Read, node: Node, ctx: Context) -> None:
    """Note an input."""
    if isinstance(read.into, Name) and not read.name:
        if read.place == "body":
            state.whole_body_names.add(read.into.id)
        state.origins[read.into.id] = Origin.REQUEST
        state.locals.setdefault(read.into.id, read.into)
        ctx = replace(ctx, assigned_to=read.into.id)
    state.inputs.append(
        {
            "place": read.place, "name": read.name, "span": state.span(node), "site": state.site(ctx),
            "variable": ctx.assigned_to, "guarded": read.guarded, "escapes": False, "bounded": None, "sink": ctx.sink,
            "key_span": state.span(read.key_node) if read.key_node is not None else None, "validated": False,
        }
    )  # fmt: skip


def note_pattern(state: State, pattern: Object, ctx: Context, depth: int = 0) -> None:
    """Note the inputs that a parameter is taken apart into: `({ params: { id } }, res) => {}`."""
    handling = state.handling
    if handling is None:
        return
    for entry in pattern.entries:
        if isinstance(entry.value, Object):
            note_pattern(state, entry.value, ctx, depth + 1)
        elif depth > 0 and isinstance(entry.value, Name):
            place = handling.inputs.get(entry.value.id)
            if place is not None:
                note_input(state, Read(place, entry.name), entry, replace(ctx, assigned_to=entry.value.id))


def note_merge(state: State, expr: Call) -> None:
    """`Object.assign(user, req.body)`, `user.update(body)`: the record now holds the whole body."""
    target: AnyExpr | None = (
        expr.args[0]
        if expr.name in ("assign", "merge") and dotted(expr.receiver) in ("Object", "_", "lodash") and expr.args
        else expr.receiver
    )
    if expr.name == "copyProperties" and len(expr.args) > 1:
        target = expr.args[1]
    name = dotted(target) if target is not None else ""
    if name and any(whole_body(state, a) for a in (*expr.args, *(k.value for k in expr.kwargs if not k.name))):
        state.whole_body_names.add(name)


def whole_body(state: State, expr: AnyExpr, depth: int = 0) -> bool:
    """The value is the request body as a whole, unchecked."""
    if depth > 4:  # spread, constructor, variable, body
        return False
    match expr:
        case Name(id=name):
            if name in state.whole_body_names:
                return True
            if name in state.locals:
                return False
            handling = state.handling
            return bool(handling is not None and handling.inputs.get(name) == "body" and name not in handling.validated)
        case Spread(value=value) | Await(value=value):
            return whole_body(state, value, depth + 1)
        case Object(entries=entries):
            return any(e.key is None and not e.name and whole_body(state, e.value, depth + 1) for e in entries)
        case Member() | Index():
            read = state.read(expr)
            return read is not None and read.place in ("body", "any") and not read.name
        case Call():
            read = state.read(expr)
            if read is not None:
                return read.place in ("body", "any") and not read.name
            if expr.name in VALIDATORS or expr.name in ("pick", "permit", "slice", "require", "only"):
                return False
            if expr.name in ("dict", "to_h", "to_unsafe_h", "copy", "model_dump", "permit!"):
                return expr.receiver is not None and whole_body(state, expr.receiver, depth + 1)
            if expr.new or expr.name[:1].isupper() or dotted(expr.func) in ("Object.assign", "dict"):
                given = (*expr.args, *(k.value for k in expr.kwargs if not k.name))
                return any(whole_body(state, a, depth + 1) for a in given)
            return False
        case _:
            return False
