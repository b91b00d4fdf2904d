"""C# patterns, lowered to the code tree: what `is` and `case` ask, as comparisons that every language has."""

from collections.abc import Callable, Iterable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.csharp_types import COMMENTS, text_of, type_of
from persona_lsp.syntax.ir import AnyExpr, Binary, Const, Expr, Let, Name, Ternary

_LOOSER: Final = frozenset({"&&", "||", "??", "==", "!=", "&", "|", "^"})
"""Operators that bind looser than `is`."""
_WORDS: Final = {"&&": "and", "||": "or"}
Lower = Callable[[Syntax, bytes, int], AnyExpr]
_OPPOSITE: Final = {"is": "is-not", "==": "!=", ">": "<=", "<": ">=", ">=": "<", "<=": ">"}


def tested(n: Syntax, value: AnyExpr, pattern: Syntax, s: bytes, d: int, lower: Lower) -> AnyExpr:
    """`value is pattern`: null is a plain comparison, a name that is bound is an assignment.

    The grammar takes `x is null || y` for `x is (null || y)`: what follows the constant is taken out again.
    """
    constant, rest = _swallowed(pattern)
    made = _tested(n, value, pattern, s, d, lower, constant)
    for kind, parts in rest:
        held = [lower(part, s, d) for part in parts]
        if kind == "?" and len(held) == 2:
            made = Ternary(n.start_byte, n.end_byte, made, held[0], held[1])
        elif len(held) == 1:
            made = Binary(n.start_byte, held[0].end, _WORDS.get(kind, kind), made, held[0])
    return made


def _swallowed(pattern: Syntax) -> tuple[Syntax | None, list[tuple[str, list[Syntax]]]]:
    """The constant that a pattern ends with, and (operator, operands) of what the grammar put behind it."""
    while pattern.type in {"negated_pattern", "relational_pattern"} and pattern.named_children:
        inner = pattern.named_children[-1]
        if inner.type in {"binary_expression", "conditional_expression"}:
            break
        pattern = inner
    if pattern.type not in {"constant_pattern", "relational_pattern"} or not pattern.named_children:
        return None, []
    held: Syntax | None = pattern.named_children[-1]
    rest: list[tuple[str, list[Syntax]]] = []
    while held is not None:
        if held.type == "conditional_expression":
            sides = [held.child_by_field_name(f) for f in ("consequence", "alternative")]
            rest.insert(0, ("?", [side for side in sides if side is not None]))
            held = held.child_by_field_name("condition")
        elif held.type == "binary_expression":
            operator, right = held.child_by_field_name("operator"), held.child_by_field_name("right")
            if operator is None or right is None or operator.type not in _LOOSER:
                break
            rest.insert(0, (operator.type, [right]))
            held = held.child_by_field_name("left")
        else:
            break
    return (held, rest) if rest else (None, [])


def _tested(
    n: Syntax, value: AnyExpr, pattern: Syntax, s: bytes, d: int, lower: Lower, constant: Syntax | None
) -> AnyExpr:
    start, end = n.start_byte, n.end_byte
    if d <= 0:
        return Expr(start, end, (value,))
    inner = [c for c in pattern.named_children if c.type not in COMMENTS]
    match pattern.type:
        case "negated_pattern" if inner:
            made = _tested(n, value, inner[-1], s, d - 1, lower, constant)
            if isinstance(made, Binary) and made.op in _OPPOSITE:
                return Binary(start, end, _OPPOSITE[made.op], made.left, made.right)
            if isinstance(made, Binary) and made.op == "is-not":
                return Binary(start, end, "is", made.left, made.right)
            return Expr(start, end, (made,))
        case "parenthesized_pattern" if inner:
            return _tested(n, value, inner[0], s, d - 1, lower, None)
        case "constant_pattern" if inner:
            held = lower(constant or inner[0], s, d)
            null = isinstance(held, Const) and held.value is None
            return Binary(start, end, "is" if null else "==", value, held)
        case "null_literal":
            return Binary(start, end, "is", value, lower(pattern, s, d))
        case "relational_pattern" if inner:
            return Binary(start, end, pattern.children[0].type, value, lower(constant or inner[0], s, d))
        case "and_pattern" | "or_pattern" if len(inner) >= 2:
            left, right = (_tested(n, value, p, s, d - 1, lower, None) for p in (inner[0], inner[-1]))
            return Binary(start, end, pattern.type.removesuffix("_pattern"), left, right)
        case "declaration_pattern" | "var_pattern":
            bound = _bound(pattern, value, s)
            kind = pattern.child_by_field_name("type")
            if kind is None:
                return Binary(start, end, "is-not", bound, Const(end, end, None))
            return Binary(start, end, "is", bound, type_of(kind, s, d))
        case "recursive_pattern":
            bound = _bound(pattern, value, s)
            clause = next((c for c in inner if c.type == "property_pattern_clause"), None)
            kind = pattern.child_by_field_name("type")
            if kind is None and clause is not None and not clause.named_children:
                return Binary(start, end, "is-not", bound, Const(end, end, None))
            return Expr(start, end, (bound,))
        case _:
            return Binary(start, end, "is", value, type_of(pattern, s, d))


def case_patterns(nodes: Iterable[Syntax], s: bytes, d: int, lower: Lower) -> tuple[AnyExpr, ...]:
    """What an arm is for: constants and types; nothing for the one that takes the rest."""
    found: list[AnyExpr] = []
    for n in nodes:
        inner = [c for c in n.named_children if c.type not in COMMENTS]
        if n.type == "discard" or (n.type == "identifier" and text_of(n, s) == "_"):
            continue
        if n.type == "constant_pattern" and inner:
            found.append(lower(inner[0], s, d))
        elif n.type in {"or_pattern", "parenthesized_pattern"}:
            found += case_patterns(inner, s, d - 1, lower) if d > 0 else ()
        elif n.type in {"declaration_pattern", "type_pattern"}:
            kind = n.child_by_field_name("type")
            found.append(type_of(kind, s, d) if kind is not None else Expr(n.start_byte, n.end_byte))
        elif n.type.endswith(("_pattern", "_clause")):
            found.append(Expr(n.start_byte, n.end_byte))
        elif n.type not in COMMENTS:
            found.append(lower(n, s, d))
    return tuple(found)


def _bound(pattern: Syntax, value: AnyExpr, s: bytes) -> AnyExpr:
    name = pattern.child_by_field_name("name")
    if name is None:
        return value
    return Let(value.start, name.end_byte, Name(name.start_byte, name.end_byte, text_of(name, s)), value)
