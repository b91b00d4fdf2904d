"""Types of TypeScript: names, generics and unions as expressions, so that one reader understands every language."""

from collections.abc import Callable
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax.ir import AnyExpr, Binary, Const, Entry, Expr, Index, Items, Member, Name, Object, Str, Unary
from persona_lsp.syntax.javascript.expressions import MAX_DEPTH, expression, key_name


def annotated(node: Tree | None, s: bytes, d: int) -> AnyExpr | None:
    """The type of a `: T` annotation."""
    if node is None:
        return None
    inner = [c for c in node.children if c.is_named and c.type != "comment"]
    return type_of(inner[0], s, d) if inner else None


def type_of(node: Tree, s: bytes, d: int) -> AnyExpr:
    """Lower a type."""
    if d > MAX_DEPTH:
        return Expr(node.start_byte, node.end_byte)
    return _TYPES.get(node.type, _other)(node, s, d + 1)


def members(node: Tree, s: bytes, d: int) -> list[tuple[Tree, str, AnyExpr | None, bool]]:
    """The properties of an interface or object type: node of the name, name, type, optional."""
    found: list[tuple[Tree, str, AnyExpr | None, bool]] = []
    for child in node.children:
        if child.type not in {"property_signature", "method_signature"}:
            continue
        name = child.child_by_field_name("name")
        if name is None:
            continue
        declared = annotated(child.child_by_field_name("type"), s, d) if child.type == "property_signature" else None
        found.append((name, key_name(name, s), declared, any(c.type == "?" for c in child.children)))
    return found


def _named(node: Tree) -> list[Tree]:
    return [c for c in node.children if c.is_named and c.type != "comment"]


def _name(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    start, end = node.start_byte, node.end_byte
    return Name(start, end, s[start:end].decode()) if start < end else Expr(start, end)


def _qualified(node: Tree, s: bytes, d: int) -> AnyExpr:
    children = _named(node)
    if len(children) != 2:
        return _other(node, s, d)
    last = children[1]
    name = s[last.start_byte : last.end_byte].decode()
    return Member(node.start_byte, node.end_byte, type_of(children[0], s, d), name, last.start_byte)


def _generic(node: Tree, s: bytes, d: int) -> AnyExpr:
    children = _named(node)
    arguments = next((c for c in children if c.type == "type_arguments"), None)
    if arguments is None or children[0] is arguments:
        return _other(node, s, d)
    keys = tuple([type_of(c, s, d) for c in _named(arguments)])
    return Index(node.start_byte, node.end_byte, type_of(children[0], s, d), keys)


def _array(node: Tree, s: bytes, d: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    children = _named(node)
    if not children:
        return Expr(start, end)
    return Index(start, end, Name(start, start, "Array"), (type_of(children[0], s, d),))


def _union(node: Tree, s: bytes, d: int) -> AnyExpr:
    # The grammar nests unions to the left; long ones become a bag of their alternatives.
    terms: list[Tree] = []
    while node.type == "union_type":
        children = _named(node)
        terms.extend(reversed(children[1:]))
        if not children:
            break
        node = children[0]
        if node.type != "union_type":
            terms.append(node)
    terms.reverse()
    if not terms:
        return _other(node, s, d)
    lowered = [type_of(t, s, d + len(terms)) for t in terms]
    if len(lowered) > 40:
        return Expr(terms[0].start_byte, terms[-1].end_byte, tuple(lowered))
    result = lowered[0]
    for term in lowered[1:]:
        result = Binary(result.start, term.end, "|", result, term)
    return result


def _wrapped(node: Tree, s: bytes, d: int) -> AnyExpr:
    children = _named(node)
    return type_of(children[-1], s, d) if children else Expr(node.start_byte, node.end_byte)


def _literal(node: Tree, s: bytes, d: int) -> AnyExpr:
    children = _named(node)
    return expression(children[0], s, d) if children else Expr(node.start_byte, node.end_byte)


def _object(node: Tree, s: bytes, d: int) -> AnyExpr:
    entries = [
        Entry(
            key.start_byte,
            key.end_byte,
            name,
            Str(key.start_byte, key.end_byte, (name,)),
            declared or Expr(key.end_byte, key.end_byte),
        )
        for key, name, declared, _ in members(node, s, d)
    ]
    return Object(node.start_byte, node.end_byte, tuple(entries))


def _tuple(node: Tree, s: bytes, d: int) -> AnyExpr:
    return Items(node.start_byte, node.end_byte, tuple([type_of(c, s, d) for c in _named(node)]), "tuple")


def _query(node: Tree, s: bytes, d: int) -> AnyExpr:
    children = _named(node)
    if not children:
        return Expr(node.start_byte, node.end_byte)
    return Unary(node.start_byte, node.end_byte, "typeof", expression(children[0], s, d))


def _null(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    return Const(node.start_byte, node.end_byte, None)


def _other(node: Tree, s: bytes, d: int) -> AnyExpr:
    inner = [type_of(c, s, d) for c in _named(node) if c.type in _TYPES]
    return Expr(node.start_byte, node.end_byte, tuple(inner))


_TYPES: Final[dict[str, Callable[[Tree, bytes, int], AnyExpr]]] = {
    "type_identifier": _name,
    "identifier": _name,
    "predefined_type": _name,
    "this_type": _name,
    "this": _name,
    "nested_type_identifier": _qualified,
    "nested_identifier": _qualified,
    "generic_type": _generic,
    "array_type": _array,
    "union_type": _union,
    "parenthesized_type": _wrapped,
    "readonly_type": _wrapped,
    "optional_type": _wrapped,
    "literal_type": _literal,
    "object_type": _object,
    "tuple_type": _tuple,
    "type_query": _query,
    "intersection_type": _other,
    "null": _null,
    "undefined": _null,
}
