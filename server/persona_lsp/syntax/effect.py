"""What the statement is that an expression makes when it stands alone, in languages with assignments as expressions."""

from persona_lsp.syntax.ir import AnyExpr, Assign, Do, Let, Stmt


def effect(value: AnyExpr, start: int, end: int) -> Stmt:
    """`a = b = 1;` gives both names the value; anything else is only done."""
    if not isinstance(value, Let):
        return Do(start, end, value)
    targets = [value.target]
    op, last = value.op, value.value
    while isinstance(last, Let) and not op and not last.op:
        targets.append(last.target)
        last = last.value
    return Assign(start, end, tuple(targets), last, op)
