"""C# types, lowered to the code tree, and what all lowerings of C# share."""

from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import AnyExpr, Expr, Index, Items, Member, Name

DEPTH: Final = 90
"""Levels of nesting that are lowered: with three Python frames a level, this stays clear of the recursion limit."""

COMMENTS: Final = frozenset({"comment"})
PREPROCESSED: Final = frozenset({"preproc_if", "preproc_elif", "preproc_else"})
_PLAIN: Final = frozenset({"identifier", "predefined_type", "implicit_type", "discard"})
_HOLDING: Final = frozenset({"nullable_type", "ref_type", "scoped_type", "pointer_type", "type", "constant_pattern"})


def type_of(n: Syntax, s: bytes, d: int = DEPTH) -> AnyExpr:
    """A type: `List<Order>` is an `Index`, `Order[]` is `Array` of `Order`; `?`, `ref` and pointers vanish."""
    kind, start, end = n.type, n.start_byte, n.end_byte
    if kind in _PLAIN:
        return Name(start, end, text_of(n, s))
    if d <= 0:
        return Expr(start, end)
    if kind == "generic_name":
        return _generic(n, s, d)
    if kind in {"qualified_name", "alias_qualified_name", "member_access_expression"}:
        return _qualified(n, s, d)
    if kind == "array_type":
        element = n.child_by_field_name("type")
        held = type_of(element, s, d - 1) if element is not None else Expr(start, end)
        return Index(start, end, Name(start, start, "Array"), (held,))
    if kind == "tuple_type":
        parts = [c.child_by_field_name("type") for c in n.named_children if c.type == "tuple_element"]
        return Items(start, end, tuple(type_of(p, s, d - 1) for p in parts if p is not None), "tuple")
    if kind in _HOLDING:
        inner = n.child_by_field_name("type") or next((c for c in n.named_children if c.type not in COMMENTS), None)
        if inner is not None:
            return type_of(inner, s, d - 1)
    return Name(start, end, text_of(n, s))


def type_arguments_of(n: Syntax, s: bytes, d: int) -> tuple[AnyExpr, ...]:
    """`A` and `B` of `F<A, B>`."""
    for child in n.named_children:
        if child.type == "type_argument_list":
            return tuple(type_of(c, s, d - 1) for c in child.named_children if c.type not in COMMENTS)
    return ()


def _generic(n: Syntax, s: bytes, d: int) -> AnyExpr:
    name = next((c for c in n.named_children if c.type == "identifier"), None)
    if name is None:
        return Expr(n.start_byte, n.end_byte)
    held = Name(name.start_byte, name.end_byte, text_of(name, s))
    return Index(n.start_byte, n.end_byte, held, type_arguments_of(n, s, d))


def _qualified(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`A.B<C>`: the arguments stand with the whole name; `global::A` is `A`."""
    start, end = n.start_byte, n.end_byte
    first = n.child_by_field_name("qualifier") or n.child_by_field_name("expression")
    last = n.child_by_field_name("name")
    if last is None:
        return Expr(start, end)
    inner = type_of(last, s, d - 1)
    if first is None:
        return inner
    base = type_of(first, s, d - 1)
    if isinstance(inner, Index) and isinstance(inner.base, Name):
        held = Member(start, inner.base.end, base, inner.base.id, inner.base.start)
        return Index(start, end, held, inner.keys)
    return Member(start, end, base, inner.id if isinstance(inner, Name) else text_of(last, s), last.start_byte)


def text_of(n: Syntax, s: bytes) -> str:
    """The source of a node, the sign of a name that is a keyword left out."""
    text = s[n.start_byte : n.end_byte].decode("utf-8", "replace")
    return text[1:] if text[:1] == "@" and n.type == "identifier" else text


def errors(root: Syntax) -> int:
    """How many error and missing nodes there are; only what contains one is looked into."""
    count = 0
    stack = [root]
    while stack:
        n = stack.pop()
        if n.type == "ERROR" or n.is_missing:
            count += 1
        stack.extend(c for c in n.children if c.has_error or c.is_missing)
    return count
