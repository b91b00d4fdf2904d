"""Statuses as Spring spells them: `HttpStatus.CREATED`, `CREATED`, `HttpStatus.CREATED.value()`, `201`."""

from persona_lsp.flow.status import status_named, status_of
from persona_lsp.syntax.ir import AnyExpr, Call, Name, Node


def status_value(expr: AnyExpr | None) -> tuple[int | None, Node | None]:
    """The code, and where it stands; nothing if the expression is no status that is known."""
    found = status_of(expr)
    if found is not None:
        return found
    match expr:
        case Call(args=args) if expr.name in {"valueOf", "resolve", "of"} and args:
            return status_of(args[0]) or (None, None)
        case Call() if expr.name in {"value", "getStatusCode", "getCode"} and expr.receiver is not None:
            return status_value(expr.receiver)[0], expr
        case Name(id=name) if name.isupper():
            code = status_named(name)
            return (code, expr) if code is not None else (None, None)
        case _:
            return None, None
