"""Chains of calls as Rust's database libraries are used, read from their end."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.sql import operation
from persona_lsp.flow.vocabulary import Scope
from persona_lsp.syntax.ir import AnyExpr, Await, Call, Member, Name, Str, dotted

LANGUAGES: Final = ("rust",)


def links(call: Call, scope: Scope) -> Iterator[Call]:
    """The calls of a chain, the last one first; on through the local variable that it begins with."""
    node: AnyExpr | None = call
    hops = 0
    while node is not None:
        if isinstance(node, Await):
            node = node.value
        elif isinstance(node, Call):
            yield node
            node = node.func.base if isinstance(node.func, Member) else None
        elif isinstance(node, Member):
            node = node.base
        elif isinstance(node, Name) and hops < 3:  # builders are assigned again and again
            hops += 1
            value = scope.assigned(node.id)
            node = value if value is not node and isinstance(value, Call | Await) else None
        else:
            return


def root(call: Call) -> AnyExpr:
    """What a chain begins with."""
    node: AnyExpr = call
    while True:
        if isinstance(node, Await):
            node = node.value
        elif isinstance(node, Call) and isinstance(node.func, Member):
            node = node.func.base
        else:
            return node


def named(chain: list[Call], *names: str) -> Call | None:
    """The first call of the chain with one of these names."""
    return next((c for c in chain if c.name in names), None)


def sql_operation(expr: AnyExpr | None) -> Op:
    """What SQL text does, by its literal pieces."""
    if not isinstance(expr, Str):
        return Op.UNKNOWN
    return operation("".join(p if isinstance(p, str) else "{}" for p in expr.parts))


def text_behind(expr: AnyExpr | None, scope: Scope) -> AnyExpr | None:
    """A text, or what a local name stands for."""
    for _ in range(3):  # names of names
        if not isinstance(expr, Name):
            break
        expr = scope.assigned(expr.id)
    return expr


def last(expr: AnyExpr | None) -> str:
    """The last name of a path."""
    return dotted(expr).rsplit(".", 1)[-1]
