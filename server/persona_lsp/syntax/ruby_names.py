"""Names of Ruby as they are written one after another."""

from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name


def chain(expr: AnyExpr | None) -> str:
    """`Rails.application.routes` for names joined by calls without arguments; "" for anything else."""
    out: list[str] = []
    while True:
        match expr:
            case Member(base=base, name=name):
                out.append(name)
                expr = base
            case Call(func=func, args=(), kwargs=(), block=None):
                expr = func
            case Name(id=name):
                out.append(name)
                return ".".join(reversed(out))
            case _:
                return ""
