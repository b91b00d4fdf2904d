"""The nodes of a code tree around a place, outermost first."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from persona_lsp.syntax.ir import FunctionNode, Module


def around(module: Module, start: int, end: int) -> tuple[Any, ...]:
    """Statements, functions, classes, parameters and expressions that cover `start`..`end`, outermost first."""
    path: list[Any] = []
    inside: list[Any] = list(module.body)
    while inside:
        hit = next((n for n in inside if _start(n) <= start and end <= n.end), None)
        if hit is None:
            break
        path.append(hit)
        inside = list(_parts(hit))
    return tuple(path)


def _start(node: Any) -> int:
    if isinstance(node, FunctionNode) and node.outer_start >= 0:
        return min(node.outer_start, node.start)
    start: int = node.start
    return start


def _parts(node: Any) -> Iterator[Any]:
    if isinstance(node, FunctionNode):
        yield from node.decorators
        yield from node.params
        if node.returns is not None:
            yield node.returns
        yield from node.body
        return
    for name in node.__struct_fields__:
        yield from _nodes(getattr(node, name))


def _nodes(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, Struct) and hasattr(value, "start"):
        yield value
