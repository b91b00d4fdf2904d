"""Go types and the text of nodes. A qualified type is one name, `gin.Context`: packages are no values."""

from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import AnyExpr, Expr, Index, Name
from persona_lsp.text.patterns import lazy

DEPTH: Final = 60
"""Nesting that is followed."""
COMMENTS: Final = frozenset({"comment"})
_WRAPPED: Final = frozenset({"pointer_type", "parenthesized_type", "type_elem", "negated_type"})
_MARKS: Final = lazy(r"^\s*(?://+|/\*+)\s?|\s*\*/\s*$")


def text_of(n: Syntax, s: bytes) -> str:
    """The source of a node."""
    return s[n.start_byte : n.end_byte].decode("utf-8", "replace")


def type_of(n: Syntax | None, s: bytes, d: int = DEPTH) -> AnyExpr:
    """A type. Pointers are what they point to; `[]T` is `slice[T]`, `map[K]V` is `map[K, V]`."""
    if n is None:
        return Expr(0, 0)
    start, end = n.start_byte, n.end_byte
    kind = n.type
    if d <= 0:
        return Expr(start, end)
    if kind in {"type_identifier", "identifier", "package_identifier", "field_identifier", "qualified_type"}:
        return Name(start, end, "".join(text_of(n, s).split()))
    if kind in _WRAPPED:
        inner = next((c for c in n.named_children if c.type not in COMMENTS), None)
        return type_of(inner, s, d - 1) if inner is not None else Expr(start, end)
    if kind in {"slice_type", "array_type", "implicit_length_array_type"}:
        element = type_of(n.child_by_field_name("element"), s, d - 1)
        return Index(start, end, Name(start, start, "slice"), (element,))
    if kind == "map_type":
        key, value = n.child_by_field_name("key"), n.child_by_field_name("value")
        return Index(start, end, Name(start, start, "map"), (type_of(key, s, d - 1), type_of(value, s, d - 1)))
    if kind == "generic_type":
        arguments = n.child_by_field_name("type_arguments")
        given = arguments.named_children if arguments is not None else ()
        return Index(
            start, end, type_of(n.child_by_field_name("type"), s, d - 1), tuple(type_of(c, s, d - 1) for c in given)
        )
    if kind == "channel_type":
        return Index(start, end, Name(start, start, "chan"), (type_of(n.child_by_field_name("value"), s, d - 1),))
    if kind == "function_type":
        return Name(start, end, "func")
    if kind == "interface_type":
        return Name(start, end, "interface" if n.named_child_count else "any")
    if kind == "struct_type":
        return Name(start, end, "struct")
    return Expr(start, end)


def doc_of(comments: list[Syntax], s: bytes) -> str:
    """What the comments above a declaration say."""
    return "\n".join(
        _MARKS.sub("", line).strip() for c in comments for line in text_of(c, s).splitlines()
    ).strip()  # fmt: skip
