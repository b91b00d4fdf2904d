"""Statuses as ASP.NET spells them: `StatusCodes.Status201Created`, `HttpStatusCode.Created`, `(int)…`, `201`."""

from persona_lsp.flow.status import status_named, status_of
from persona_lsp.syntax.ir import AnyExpr, Member, Node, dotted


def status_value(expr: AnyExpr | None) -> tuple[int | None, Node | None]:
    """The code, and where it stands; nothing if the expression is no status that is known."""
    found = status_of(expr)
    if found is not None:
        return found
    if isinstance(expr, Member) and dotted(expr.base).rsplit(".", 1)[-1] in {"StatusCodes", "HttpStatusCode"}:
        code = status_named(expr.name)
        return (code, expr) if code is not None else (None, None)
    return None, None
