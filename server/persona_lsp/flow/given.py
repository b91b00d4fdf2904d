"""What a function is given for something: the parameter that an expression is, or what goes by a key in one."""

from persona_lsp.facts.body import FromParam
from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import AnyExpr, Binary, Const, FunctionNode, Let, Member, Name, Node, Object, dotted

_DEPTH = 6
_NUMBERED = 60
"""Longer arguments are told by what they hold of numbers and names."""


def from_param(state: State, node: Node | None, depth: int = 0) -> FromParam | None:
    """Where a call gives what the expression stands for: `status`, `options.status`, `code || 500`."""
    if depth > _DEPTH:
        return None
    match node:
        case Binary(op="or" | "??", left=left, right=right):
            found = from_param(state, left, depth + 1)
            return FromParam(found.place, found.key, state.text(right)) if found is not None else None
        case Name(id=name) if name not in state.locals:
            return _named(state.function, name, state)
        case Name(id=name):
            held = state.locals.get(name)
            return from_param(state, held, depth + 1) if isinstance(held, Member | Binary) else None
        case Member(base=Name(id=base), name=key) if base not in state.locals:
            found = _named(state.function, base, state)
            return FromParam(found.place, key) if found is not None and not found.key else None
        case _:
            return None


def _named(function: FunctionNode, name: str, state: State) -> FromParam | None:
    for place, param in enumerate(function.params):
        if param.pattern is None and param.name == name:
            return FromParam(place, default=state.text(param.default) if param.default is not None else "")
        for entry in param.pattern.entries if isinstance(param.pattern, Object) else ():
            held = entry.value
            target = held.target if isinstance(held, Let) else held
            if entry.name and isinstance(target, Name) and target.id == name:
                default = state.text(held.value) if isinstance(held, Let) else ""
                return FromParam(place, entry.name, default)
    return None


def told(state: State, arg: AnyExpr) -> str:
    """An argument as written, where it is short; of a long object, what it holds of numbers and names."""
    if arg.end - arg.start <= _NUMBERED:
        return state.text(arg)
    if not isinstance(arg, Object):
        return ""  # longer ones help nobody
    held = [f"{e.name}: {state.text(e.value)}" for e in arg.entries if isinstance(e.value, Const) or dotted(e.value)]
    text = "{ " + ", ".join(held) + " }"
    return text if held and len(text) <= _NUMBERED else ""
