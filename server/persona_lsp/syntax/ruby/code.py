"""Where the lowering of Ruby stands, and the way to what a kind of node becomes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from tree_sitter import Node as Tree

from persona_lsp.syntax import ir

LIMIT: Final = 110
"""Nesting beyond this is left out: no one reads it, and Python's stack ends."""


OPERATORS: Final = {"&&": "and", "||": "or", "//": "/"}


SKIPPED: Final = frozenset(
    {"comment", "heredoc_body", "empty_statement", "heredoc_end", "uninterpreted", "alias", "undef"}
)


Value = Callable[["Code", Tree], ir.AnyExpr]
"""How a node becomes a value."""
Statement = Callable[["Code", Tree, list[ir.Stmt]], None]
"""How a node becomes statements, which are added to a list."""


class Kinds(NamedTuple):
    """What each kind of node becomes, by its name in the grammar."""

    statements: Mapping[str, Statement]
    values: Mapping[str, Value]


class Code:
    """Where the lowering stands: the source, the local variables known so far, the depth."""

    __slots__ = ("declare", "depth", "kinds", "locals", "owner", "root", "source")

    def __init__(
        self,
        kinds: Kinds,
        source: bytes,
        root: Tree,
        declare: Callable[["Code", Tree], ir.Stmt | None],
        owner: str = "",
        known: Iterable[str] = (),
    ) -> None:
        self.kinds = kinds
        self.source = source
        self.root = root
        self.declare = declare
        self.owner = owner
        self.locals = set(known)
        self.depth = 0

    def text(self, node: Tree) -> str:
        """The source of a node."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def inner(self, known: Iterable[str] = ()) -> "Code":
        """The same place inside a block, which sees the variables around it and keeps its own."""
        code = Code(self.kinds, self.source, self.root, self.declare, self.owner, self.locals)
        code.locals.update(known)
        return code


def expression(code: Code, node: Tree) -> ir.AnyExpr:
    """Lower a node that is used as a value."""
    lowering = code.kinds.values.get(node.type, unknown_value)
    if code.depth >= LIMIT:
        return ir.Expr(node.start_byte, node.end_byte)
    code.depth += 1
    value = lowering(code, node)
    code.depth -= 1
    return value


def statements(code: Code, nodes: Iterable[Tree], tail: bool = False) -> tuple[ir.Stmt, ...]:
    """Lower nodes in sequence. `tail`: the value of the last one is returned."""
    out: list[ir.Stmt] = []
    for node in nodes:
        if node.is_named and node.type not in SKIPPED:
            statement(code, node, out)
    return implied(out) if tail else tuple(out)


def statement(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    """Lower a node that stands for itself, to one or several statements."""
    if code.depth >= LIMIT:
        out.append(ir.Do(node.start_byte, node.end_byte, ir.Expr(node.start_byte, node.end_byte)))
        return
    lowering = code.kinds.statements.get(node.type)
    if lowering is not None:
        code.depth += 1
        lowering(code, node, out)
        code.depth -= 1
        return
    value = expression(code, node)
    if isinstance(value, ir.BlockExpr):
        out.extend(value.body)
    elif value.end > value.start or not node.is_missing:
        out.append(ir.Do(node.start_byte, node.end_byte, value))


def implied(out: list[ir.Stmt]) -> tuple[ir.Stmt, ...]:
    """The statements with the value of the last one returned, in each branch that ends them."""
    if not out:
        return ()
    last = out[-1]
    match last:
        case ir.Do(start=start, end=end, value=value):
            out[-1] = ir.Return(start, end, value, implicit=True)
        case ir.If(then=then, orelse=orelse):
            last.then = implied(list(then))
            last.orelse = implied(list(orelse))
        case ir.Switch(arms=arms):
            last.arms = tuple((patterns, implied(list(body))) for patterns, body in arms)
        case ir.Try(body=body, catches=catches, orelse=orelse):
            if orelse:
                last.orelse = implied(list(orelse))
            else:
                last.body = implied(list(body))
            for catch in catches:
                catch.body = implied(list(catch.body))
        case ir.Group(body=body):
            last.body = implied(list(body))
        case _:
            pass
    return tuple(out)


def unknown_value(code: Code, node: Tree) -> ir.AnyExpr:
    """A node that is not understood, with what stands in it."""
    parts = tuple(expression(code, c) for c in node.children if c.is_named and c.type not in SKIPPED)
    return ir.Expr(node.start_byte, node.end_byte, parts)
