"""The code that a fix is about: what stands at a place of the code tree, and how the file is written around it."""

import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from persona_lsp.facts.place import Where
from persona_lsp.syntax.ir import (
    ClassNode,
    FunctionNode,
    Module,
    Node,
    Stmt,
    around,
)

_NODES: Final = (Node, FunctionNode, ClassNode)
"""Everything with a position; parameters, catches, entries and decorators are nodes too."""


class Place(Struct, frozen=True):
    """The nodes around a range, outermost first."""

    nodes: tuple[Any, ...]

    @property
    def function(self) -> FunctionNode | None:
        """The innermost function."""
        return next((n for n in reversed(self.nodes) if isinstance(n, FunctionNode)), None)

    @property
    def statement(self) -> Stmt | None:
        """The innermost statement."""
        return next((n for n in reversed(self.nodes) if isinstance(n, Stmt)), None)

    def handler(self) -> FunctionNode | None:
        """The innermost function with two parameters or more, as handlers have."""
        return next((n for n in reversed(self.nodes) if isinstance(n, FunctionNode) and len(n.params) >= 2), None)


def place(module: Module, where: Where) -> Place:
    """What stands around a range."""
    nodes: list[Any] = []
    current: Any = module
    while True:
        held = around(current.body, where.start, where.end) if isinstance(current, Module) else _children(current)
        inner = next((c for c in held if c.start <= where.start and where.end <= c.end), None)
        if inner is None:
            return Place(tuple(nodes))
        nodes.append(inner)
        current = inner


def exactly(found: Place, where: Where, kind: Any) -> Any:
    """The innermost node of a kind that begins where the range begins and covers it, or the one that it lies in."""
    exact = [n for n in found.nodes if isinstance(n, kind) and n.start == where.start and n.end == where.end]
    if exact:
        return exact[-1]
    begins = [n for n in found.nodes if isinstance(n, kind) and n.start == where.start]
    return begins[-1] if begins else None


def indent_at(source: bytes, offset: int) -> str | None:
    """The white space before an offset if nothing else stands before it on its line, else None."""
    line = source.rfind(b"\n", 0, offset) + 1
    text = source[line:offset]
    return text.decode() if not text.strip() else None


def unit(source: bytes) -> str:
    """One step of indentation as the file has it."""
    match = re.search(rb"\n(\t+|  +)\S", source)
    if match is None:
        return "  "
    if match[1].startswith(b"\t"):
        return "\t"
    widths = [len(m[1]) for m in re.finditer(rb"\n( +)\S", source[:20000])]
    return " " * min((w for w in widths if w in {2, 4, 8}), default=2)


def newline(source: bytes) -> str:
    """The line end of the file."""
    return "\r\n" if b"\r\n" in source[:4000] else "\n"


def quote(source: bytes) -> str:
    """The quotation mark that the file prefers."""
    return '"' if source.count(b'"') > source.count(b"'") else "'"


def semicolon(source: bytes) -> str:
    """`;` if the file ends its statements with it."""
    return ";" if len(re.findall(rb";\s*\n", source)) * 4 >= len(re.findall(rb"[)\w'\"]\s*\n", source)) else ""


def line_start(source: bytes, offset: int) -> int:
    """Where the line of an offset begins."""
    return source.rfind(b"\n", 0, offset) + 1


def line_end(source: bytes, offset: int) -> int:
    """Where the line of an offset ends, its line end included."""
    found = source.find(b"\n", offset)
    return len(source) if found < 0 else found + 1


def gap_before(source: bytes, start: int) -> int:
    """The start of the blank lines above a line."""
    while start > 0:
        above = line_start(source, start - 1)
        if source[above:start].strip():
            return start
        start = above
    return start


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node, Module):
        yield from node.body
        return
    if isinstance(node, FunctionNode):
        yield from node.params
        yield from node.decorators
        yield from node.body
        return
    for name in node.__struct_fields__:
        yield from _nodes(getattr(node, name))


def _nodes(value: Any) -> Iterator[Any]:
    if isinstance(value, _NODES):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
