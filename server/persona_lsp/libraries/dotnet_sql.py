"""What a statement in C# does, told by the words that it begins with."""

from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.sql import operation
from persona_lsp.flow.vocabulary import Scope
from persona_lsp.syntax.ir import AnyExpr, Binary, Name, Str

_HOPS: Final = 5


def op_of(expr: AnyExpr, scope: Scope) -> Op:
    """The kind of a statement, through local names and what is put together."""
    return operation(_text(expr, scope))


def _text(expr: AnyExpr, scope: Scope, hops: int = 0) -> str:
    if hops > _HOPS:
        return ""
    match expr:
        case Str(parts=parts):
            return "".join(part if isinstance(part, str) else "x" for part in parts)
        case Binary(op="+", left=left, right=right):
            return _text(left, scope, hops + 1) + (_text(right, scope, hops + 1) or "x")
        case Name(id=name):
            held = scope.assigned(name)
            return _text(held, scope, hops + 1) if held is not None else ""
        case _:
            return ""
