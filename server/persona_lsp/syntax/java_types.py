"""Java types, lowered to the code tree, and what all lowerings of Java share."""

from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import AnyExpr, Expr, Index, Member, Name

DEPTH: Final = 90
"""Levels of nesting that are lowered: with three Python frames a level, this stays clear of the recursion limit."""

COMMENTS: Final = frozenset({"line_comment", "block_comment"})
PLAIN_TYPES: Final = frozenset(
    {
        "type_identifier",
        "identifier",
        "integral_type",
        "floating_point_type",
        "boolean_type",
        "void_type",
    }
)
NAMED_TYPES: Final = PLAIN_TYPES | {
    "generic_type",
    "array_type",
    "scoped_type_identifier",
    "scoped_identifier",
    "annotated_type",
    "wildcard",
}


def type_of(n: Syntax, s: bytes, d: int = DEPTH) -> AnyExpr:
    """A type: `List<Order>` is an `Index`, `Order[]` is `Array` of `Order`, annotations and bounds vanish."""
    kind, start, end = n.type, n.start_byte, n.end_byte
    if kind in PLAIN_TYPES:
        return Name(start, end, s[start:end].decode("utf-8", "replace"))
    if d <= 0:
        return Expr(start, end)
    if kind == "generic_type":
        inner = [c for c in n.named_children if c.type not in COMMENTS]
        if not inner:
            return Expr(start, end)
        keys = [type_of(c, s, d - 1) for r in inner[1:] for c in r.named_children if c.type not in COMMENTS]
        return Index(start, end, type_of(inner[0], s, d - 1), tuple(keys))
    if kind == "array_type":
        element = n.child_by_field_name("element")
        held = type_of(element, s, d - 1) if element is not None else Expr(start, end)
        return Index(start, end, Name(start, start, "Array"), (held,))
    if kind in {"scoped_type_identifier", "scoped_identifier"}:
        parts = [c for c in n.named_children if c.type in NAMED_TYPES]
        if not parts:
            return Expr(start, end)
        result = type_of(parts[0], s, d - 1)
        for part in parts[1:]:
            result = Member(start, part.end_byte, result, text_of(part, s), part.start_byte)
        return result
    inner_types = [c for c in n.named_children if c.type in NAMED_TYPES]
    if kind in {"wildcard", "annotated_type", "catch_type", "type_pattern", "type_bound", "pattern"} and inner_types:
        return type_of(inner_types[0], s, d - 1)
    return Name(start, end, s[start:end].decode("utf-8", "replace"))


def text_of(n: Syntax, s: bytes) -> str:
    """The source of a node."""
    return s[n.start_byte : n.end_byte].decode("utf-8", "replace")
