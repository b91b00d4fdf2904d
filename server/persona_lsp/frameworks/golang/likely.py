"""What looks like a registration on a router that another file declares."""

from persona_lsp.frameworks.golang.dialects import NAMED, VERBS
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Items, Lambda, Member, Name, Object, Str


def likely(call: Call, name: str) -> bool:
    """The call looks like a registration on a router: a path, and something that handles."""
    args = call.args
    if name in VERBS or name in NAMED:
        at = 1 if name in NAMED and name != "Handle" else 0
        if len(args) < at + 2 or not _is_path(args[at]) or isinstance(args[-1], Str):
            return False
        return not isinstance(args[-1], Items | Object) and _handles(args[-1])
    if name in {"Group", "Route", "PathPrefix", "Mount"}:
        return bool(args) and (_is_path(args[0]) or isinstance(args[0], Lambda))
    return name in {"Use", "With"} and bool(args)


def _handles(expr: AnyExpr) -> bool:
    match expr:
        case Lambda() | Name() | Member():
            return True
        case Call():
            return not expr.new
        case _:
            return False


def _is_path(expr: AnyExpr) -> bool:
    """Text that begins with a slash, or with a method and a slash; or what other text is added to."""
    if isinstance(expr, Binary):
        return expr.op == "+"
    if not isinstance(expr, Str):
        return isinstance(expr, Member) and expr.name[:1].isupper() and "/" not in expr.name
    value = expr.value or ""
    return value == "" or value.rpartition(" ")[2].startswith("/")
