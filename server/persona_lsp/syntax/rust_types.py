"""Rust paths, types and patterns, lowered to the code tree."""

from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import AnyExpr, Entry, Expr, Index, Items, Member, Name, Object

COMMENTS: Final = frozenset({"line_comment", "block_comment"})
DEPTH: Final = 60
"""How deep expressions are followed."""
HOLDERS: Final = frozenset({"Some", "Ok", "Err"})
"""Variants that hold what a call gives; all but `Err` vanish."""
_SKIPPED: Final = frozenset({"lifetime", "type_binding", "trait_bounds", "use_bounds", *COMMENTS})


def text_of(n: Syntax, s: bytes) -> str:
    """The source of a node."""
    return s[n.start_byte : n.end_byte].decode("utf-8", "replace")


def path_of(n: Syntax, s: bytes, d: int = DEPTH) -> AnyExpr:
    """`a::b::C`: a chain of members; generic arguments are left out."""
    kind = n.type
    start, end = n.start_byte, n.end_byte
    if kind in _SCOPED and d > 0:
        name, path = n.child_by_field_name("name"), n.child_by_field_name("path")
        if name is None:
            return Expr(start, end)
        if path is None:
            return Name(start, end, text_of(name, s))
        return Member(start, end, path_of(path, s, d - 1), text_of(name, s), name.start_byte)
    if kind in {"generic_type", "generic_type_with_turbofish", "generic_function"} and d > 0:
        inner = n.child_by_field_name("type") or n.child_by_field_name("function")
        return path_of(inner, s, d - 1) if inner is not None else Expr(start, end)
    if kind in {"bracketed_type", "qualified_type"} and d > 0:
        held = n.child_by_field_name("type") or next((c for c in n.named_children if c.type not in COMMENTS), None)
        return path_of(held, s, d - 1) if held is not None else Expr(start, end)
    if kind in _PLAIN:
        return Name(start, end, text_of(n, s))
    return Expr(start, end)


_SCOPED: Final = frozenset({"scoped_identifier", "scoped_type_identifier"})
_PLAIN: Final = frozenset(
    {"identifier", "type_identifier", "primitive_type", "self", "super", "crate", "metavariable", "field_identifier"}
)


def type_of(n: Syntax, s: bytes, d: int = DEPTH) -> AnyExpr:
    """A type; references and lifetimes vanish, `impl T` and `dyn T` are `Index`es of these words."""
    kind = n.type
    start, end = n.start_byte, n.end_byte
    if d <= 0:
        return Expr(start, end)
    if kind == "generic_type":
        base, given = n.child_by_field_name("type"), n.child_by_field_name("type_arguments")
        keys = tuple(type_of(c, s, d - 1) for c in _listed(given)) if given is not None else ()
        plain: AnyExpr = path_of(base, s, d) if base is not None else Expr(start, start)
        return Index(start, end, plain, keys)
    if kind in {"reference_type", "pointer_type"}:
        held = n.child_by_field_name("type")
        return type_of(held, s, d - 1) if held is not None else Expr(start, end)
    if kind in {"tuple_type", "unit_type"}:
        return Items(start, end, tuple(type_of(c, s, d - 1) for c in _listed(n)), "tuple")
    if kind == "array_type":
        held = n.child_by_field_name("element")
        return Index(start, end, Name(start, start, "array"), (type_of(held, s, d - 1),) if held is not None else ())
    if kind in {"abstract_type", "dynamic_type"}:
        held = n.child_by_field_name("trait")
        word = "impl" if kind == "abstract_type" else "dyn"
        return Index(start, end, Name(start, start, word), (type_of(held, s, d - 1),) if held is not None else ())
    if kind in {"bounded_type", "higher_ranked_trait_bound"}:
        held = n.child_by_field_name("type") or next(iter(_listed(n)), None)
        return type_of(held, s, d - 1) if held is not None else Expr(start, end)
    return path_of(n, s, d)


def _listed(n: Syntax) -> Iterator[Syntax]:
    return (c for c in n.named_children if c.type not in _SKIPPED)


def target_of(n: Syntax, s: bytes, d: int = DEPTH) -> AnyExpr:
    """What a pattern binds, as the target of an assignment: a name, a tuple of them, the fields of a struct."""
    kind = n.type
    start, end = n.start_byte, n.end_byte
    if d <= 0:
        return Expr(start, end)
    if kind in {"identifier", "self", "shorthand_field_identifier"}:
        return Name(start, end, text_of(n, s))
    if kind in {"mut_pattern", "ref_pattern", "reference_pattern", "match_pattern", "captured_pattern", "or_pattern"}:
        held = next((c for c in n.named_children if c.type not in {"mutable_specifier", *COMMENTS}), None)
        return target_of(held, s, d - 1) if held is not None else Expr(start, end)
    if kind == "tuple_struct_pattern":
        inner = arguments_of_pattern(n)
        if len(inner) == 1:
            return target_of(inner[0], s, d - 1)
        return Items(start, end, tuple(target_of(c, s, d - 1) for c in inner), "tuple")
    if kind in {"tuple_pattern", "slice_pattern"}:
        return Items(
            start, end, tuple(target_of(c, s, d - 1) for c in n.named_children if c.type not in COMMENTS), "tuple"
        )
    if kind == "struct_pattern":
        return Object(start, end, tuple(_field(c, s, d) for c in n.named_children if c.type == "field_pattern"))
    return Expr(start, end)


def _field(n: Syntax, s: bytes, d: int) -> Entry:
    name, pattern = n.child_by_field_name("name"), n.child_by_field_name("pattern")
    key = text_of(name, s) if name is not None else ""
    held = pattern or name
    value = target_of(held, s, d - 1) if held is not None else Expr(n.start_byte, n.end_byte)
    return Entry(n.start_byte, n.end_byte, key, None, value)


def arguments_of_pattern(n: Syntax) -> list[Syntax]:
    """What stands in the parentheses of `Some(x)`."""
    head = n.child_by_field_name("type")
    at = head.end_byte if head is not None else n.start_byte
    return [c for c in n.children if c.start_byte >= at and c.type not in {"(", ")", ",", *COMMENTS}]


def bound_names(target: AnyExpr | None) -> tuple[Name, ...]:
    """The names that a target binds."""
    match target:
        case Name(id=name):
            return (target,) if name != "_" else ()
        case Items(items=items):
            return tuple(name for item in items for name in bound_names(item))
        case Object(entries=entries):
            return tuple(name for entry in entries for name in bound_names(entry.value))
        case _:
            return ()


def head_of_pattern(n: Syntax, s: bytes) -> str:
    """`Ok`, `Err`, `Some`, `None` or the last name of another variant; "_" for what matches anything."""
    kind = n.type
    if kind == "match_pattern":
        held = next((c for c in n.children if c.type not in COMMENTS), None)
        return head_of_pattern(held, s) if held is not None else "_"
    if kind in {"tuple_struct_pattern", "struct_pattern"}:
        head = n.child_by_field_name("type")
        return text_of(head, s).rsplit("::", 1)[-1] if head is not None else ""
    if kind == "identifier":
        name = text_of(n, s)
        return name if name[:1].isupper() else "_"
    if kind == "scoped_identifier":
        return text_of(n, s).rsplit("::", 1)[-1]
    if kind in {"_", "mut_pattern", "ref_pattern"}:
        return "_"
    if kind in {"reference_pattern", "captured_pattern"}:
        held = n.named_children[-1] if n.named_children else None
        return head_of_pattern(held, s) if held is not None else "_"
    return ""


def alternatives(n: Syntax) -> list[Syntax]:
    """The patterns of `A | B`, one after the other."""
    held = n
    if n.type == "match_pattern":
        held = next((c for c in n.children if c.type not in COMMENTS), n)
    if held.type != "or_pattern":
        return [held]
    found: list[Syntax] = []
    stack = list(reversed([c for c in held.children if c.type not in {"|", *COMMENTS}]))
    while stack:
        one = stack.pop()
        if one.type == "or_pattern":
            stack.extend(reversed([c for c in one.children if c.type not in {"|", *COMMENTS}]))
        else:
            found.append(one)
    return found


Lowered = Callable[[Syntax, bytes, int], AnyExpr]
"""What lowers an expression."""
