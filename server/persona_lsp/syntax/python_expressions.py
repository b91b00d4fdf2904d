"""Python expressions: tree-sitter nodes to the code tree."""

# ruff: noqa: ARG001 - all functions of the dispatch table have one signature

from collections.abc import Callable
from functools import partial
from typing import Final

from tree_sitter import Node as TsNode

from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    Const,
    Each,
    Entry,
    Expr,
    FunctionNode,
    Index,
    Items,
    Kwarg,
    Lambda,
    Let,
    Member,
    Name,
    Object,
    ParamNode,
    Return,
    Spread,
    Stmt,
    Str,
    Ternary,
    Unary,
)
from persona_lsp.syntax.python_strings import pieces, plain

_ASSIGNED: Final = 3
"""Nodes of what is assigned, where nothing else stands between: the name, the sign, the value."""
DEEPEST: Final = 60
"""Expressions nested deeper are flattened, so that neither this module nor its readers run out of stack."""

_SKIPPED: Final = frozenset(
    {
        "comment", "line_continuation", "string_start", "string_content", "string_end", "escape_sequence",
        "escape_interpolation", "type_conversion", "format_specifier", "keyword_separator", "positional_separator",
        "wildcard_import",
    }
)  # fmt: skip  # one name per line would hide the list


def expr(node: TsNode, source: bytes, depth: int = 0) -> AnyExpr:
    """Lower an expression. Unknown ones become `Expr` with what they contain."""
    if depth > DEEPEST:
        return flat(node, source)
    lower = _BY_ID.get(node.kind_id)
    if lower is None:
        lower = _BY_ID[node.kind_id] = _LOWER.get(node.type, _unknown)
    return lower(node, source, depth)


def type_expr(node: TsNode, source: bytes, depth: int = 0) -> AnyExpr:
    """Lower a type annotation: a quoted name stands for the name."""
    return _unquoted(expr(node, source, depth))


def named(node: TsNode) -> list[TsNode]:
    """The named children that are code."""
    return [c for c in node.named_children if not c.is_extra or c.type == "ERROR"]


def decode(node: TsNode, source: bytes) -> str:
    """The source of a node."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def flat(node: TsNode, source: bytes) -> Expr:
    """All names, literals and calls below a node, without its structure."""
    parts: list[AnyExpr] = []
    stack = [node]
    while stack:
        top = stack.pop()
        kind = top.type
        if kind in _SKIPPED:
            continue
        if kind in _LEAVES:
            parts.append(_LOWER[kind](top, source, 0))
        elif kind == "call" and top.child_count == 2:
            func, arguments = top.children
            if func.type == "identifier":
                parts.append(_flat_call(top, arguments, _name(func, source, 0)))
                stack.append(arguments)
                continue
            field = func.child_by_field_name("attribute")
            base = func.child_by_field_name("object")
            if field is not None and base is not None:
                blank = Expr(base.start_byte, base.end_byte)
                member = Member(func.start_byte, func.end_byte, blank, decode(field, source), field.start_byte)
                parts.append(_flat_call(top, arguments, member))
                stack.extend((arguments, base))
                continue
            stack.extend((arguments, func))
        else:
            stack.extend(reversed(top.children))
    return Expr(node.start_byte, node.end_byte, tuple(parts))


def _flat_call(node: TsNode, arguments: TsNode, func: AnyExpr) -> Call:
    start, end = arguments.start_byte + 1, arguments.end_byte - 1
    return Call(node.start_byte, node.end_byte, func, args_start=start, args_end=max(start, end))


def params(node: TsNode, source: bytes, method: bool, depth: int = 0) -> tuple[ParamNode, ...]:
    """The parameters of a function or lambda. The first one of a method named `self` or `cls` is of kind self."""
    out: list[ParamNode] = []
    plain = "plain"
    for child in node.named_children:
        kind = child.type
        start, end = child.start_byte, child.end_byte
        if kind == "identifier":
            name = source[start:end].decode("utf-8", "replace")
            first = method and not out and name in ("self", "cls")
            out.append(ParamNode(start, end, name, None, None, (), "self" if first else plain, None, False, start, end))
            continue
        if kind == "keyword_separator":
            plain = "keyword"
            continue
        if kind not in _PARAMETERS:
            if kind == "tuple_pattern":
                out.append(ParamNode(start, end, "", pattern=expr(child, source, depth + 1)))
            continue
        declared = default = None
        target: TsNode | None = child
        if kind == "typed_parameter":
            target = child.child(0)
        elif kind in ("default_parameter", "typed_default_parameter"):
            target = child.child_by_field_name("name")
            value = child.child_by_field_name("value")
            default = None if value is None else expr(value, source, depth + 1)
        if kind in ("typed_parameter", "typed_default_parameter"):
            annotation = child.child_by_field_name("type")
            declared = None if annotation is None else type_expr(annotation, source, depth + 1)
        if target is None:
            continue
        role = _PARAMETERS.get(target.type, plain) or plain
        if role != plain and target.type.endswith("splat_pattern"):
            target = target.children[-1]
            if role == "rest":
                plain = "keyword"
        first = method and not out and decode(target, source) in ("self", "cls")
        out.append(
            ParamNode(
                start, end, decode(target, source), declared, default, (), "self" if first else role, None,
                default is not None, target.start_byte, target.end_byte,
            )
        )  # fmt: skip  # in the order of the fields
    return tuple(out)


_PARAMETERS: Final = {
    "typed_parameter": "",
    "default_parameter": "",
    "typed_default_parameter": "",
    "list_splat_pattern": "rest",
    "dictionary_splat_pattern": "kwrest",
}


def _unknown(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = tuple(expr(c, source, depth + 1) for c in node.children if c.is_named and c.type not in _SKIPPED)
    return Expr(node.start_byte, node.end_byte, parts)


def _name(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    if start == end:
        return Expr(start, end)
    return Name(start, end, source[start:end].decode("utf-8", "replace"))


def _number(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    text = source[start:end].decode("utf-8", "replace")
    try:
        return Const(start, end, int(text, 0) if node.type == "integer" else float(text))
    except ValueError:
        return Expr(start, end)


def _true(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    return Const(node.start_byte, node.end_byte, True)


def _false(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    return Const(node.start_byte, node.end_byte, False)


def _none(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    return Const(node.start_byte, node.end_byte, None)


def _string(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    text = plain(source, start, end)
    if text is not None:
        return Str(start, end, (text,) if text else ())
    parts = tuple([p if isinstance(p, str) else expr(p, source, depth + 1) for p in pieces(node, source)])
    return Str(start, end, parts)


def _adjacent(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts: list[str | AnyExpr] = []
    for child in node.children:
        if child.type == "string":
            parts.extend(p if isinstance(p, str) else expr(p, source, depth + 1) for p in pieces(child, source))
    return Str(node.start_byte, node.end_byte, tuple(parts))


def _attribute(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    if node.child_count < 3:
        return _unknown(node, source, depth)
    base = node.child(0)
    start, end = node.start_byte, node.end_byte
    at = source.find(b".", base.end_byte, end) + 1
    name = source[at:end].decode("utf-8", "replace")
    if not name.isidentifier():  # a line break or comment stands between the dot and the name
        field = node.child_by_field_name("attribute")
        if field is None:
            return _unknown(node, source, depth)
        at, name = field.start_byte, decode(field, source)
    return Member(start, end, expr(base, source, depth + 1), name, at)


def _call(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    children = node.children
    if len(children) != 2:
        children = named(node)
        if len(children) != 2:
            return _unknown(node, source, depth)
    func, arguments = children
    start, end = node.start_byte, node.end_byte
    if arguments.type != "argument_list":
        each = expr(arguments, source, depth + 1)
        return Call(
            start, end, expr(func, source, depth + 1), (each,), (), None, False, False, False,
            arguments.start_byte + 1, arguments.end_byte - 1,
        )  # fmt: skip  # in the order of the fields
    args, kwargs = call_arguments(arguments, source, depth)
    closed = source[end - 1 : end] == b")"
    return Call(
        start, end, expr(func, source, depth + 1), args, kwargs, None, False, False, False,
        arguments.start_byte + 1, end - 1 if closed else end,
    )  # fmt: skip  # in the order of the fields


def call_arguments(node: TsNode, source: bytes, depth: int = 0) -> tuple[tuple[AnyExpr, ...], tuple[Kwarg, ...]]:
    """The arguments of an argument list: positional ones, named ones."""
    args: list[AnyExpr] = []
    kwargs: list[Kwarg] = []
    for child in node.named_children:
        kind = child.type
        if kind == "keyword_argument":
            parts = named(child) if child.child_count != _ASSIGNED else (child.child(0), child.child(2))
            if len(parts) == 2:
                value = expr(parts[1], source, depth + 1)
                kwargs.append(Kwarg(child.start_byte, child.end_byte, decode(parts[0], source), value))
        elif kind == "dictionary_splat":
            inner = named(child)
            if inner:
                kwargs.append(Kwarg(child.start_byte, child.end_byte, "", expr(inner[0], source, depth + 1)))
        elif kind == "ERROR":
            broken = _unknown(child, source, depth)
            if isinstance(broken, Expr) and broken.parts:
                args.append(broken)
        elif not child.is_extra:
            args.append(expr(child, source, depth + 1))
    return tuple(args), tuple(kwargs)


def _subscript(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if not parts:
        return Expr(node.start_byte, node.end_byte)
    keys = tuple(expr(p, source, depth + 1) for p in parts[1:])
    return Index(node.start_byte, node.end_byte, expr(parts[0], source, depth + 1), keys)


def _generic(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if len(parts) != 2:
        return _unknown(node, source, depth)
    base = expr(parts[0], source, depth + 1)
    quoted = isinstance(base, Name) and base.id in ("Literal", "Annotated")
    keys = tuple((expr if quoted else type_expr)(p, source, depth + 1) for p in named(parts[1]))
    if quoted and isinstance(base, Name) and base.id == "Annotated" and keys:
        keys = (_unquoted(keys[0]), *keys[1:])
    return Index(node.start_byte, node.end_byte, base, keys)


def _unquoted(value: AnyExpr) -> AnyExpr:
    if isinstance(value, Str):
        text = value.value
        if text and all(p.strip().isidentifier() for side in text.split("|") for p in side.split(".")):
            sides = [_dotted(side.strip(), value) for side in text.split("|")]
            out = sides[0]
            for side in sides[1:]:
                out = Binary(value.start, value.end, "|", out, side)
            return out
    if isinstance(value, Binary) and value.op == "|":
        return Binary(value.start, value.end, "|", _unquoted(value.left), _unquoted(value.right))
    return value


def _dotted(text: str, at: AnyExpr) -> AnyExpr:
    first, *rest = text.split(".")
    out: AnyExpr = Const(at.start, at.end, None) if text == "None" else Name(at.start, at.end, first)
    for name in rest:
        out = Member(at.start, at.end, out, name, at.start)
    return out


def _inner(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if len(parts) == 1:
        return expr(parts[0], source, depth + 1)
    return _unknown(node, source, depth)


def _union_type(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if len(parts) != 2:
        return _unknown(node, source, depth)
    left, right = expr(parts[0], source, depth + 1), expr(parts[1], source, depth + 1)
    return Binary(node.start_byte, node.end_byte, "|", left, right)


def _member_type(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if len(parts) != 2:
        return _unknown(node, source, depth)
    base = expr(parts[0], source, depth + 1)
    return Member(node.start_byte, node.end_byte, base, decode(parts[1], source), parts[1].start_byte)


def _binary(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    # Left-deep chains (`a + b + c`) are walked in a loop: recursion would cost a frame per term.
    kind = node.type
    rights: list[tuple[str, TsNode, int]] = []
    while node.type == kind and len(rights) <= DEEPEST:
        left = node.child_by_field_name("left")
        op = node.child_by_field_name("operator")
        right = node.child_by_field_name("right")
        if left is None or op is None or right is None:
            break
        rights.append((op.type, right, node.end_byte))
        node = left
    if not rights:
        return _unknown(node, source, depth)
    start, end = node.start_byte, rights[0][2]
    if len(rights) > DEEPEST:
        while node.type == kind:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None:
                break
            rights.append(("", right, node.end_byte))
            node = left
        terms = [expr(node, source, DEEPEST - 8)]
        terms.extend(expr(right, source, DEEPEST - 8) for _, right, _ in reversed(rights))
        return Expr(start, end, tuple(terms))
    below = depth + len(rights)
    value = expr(node, source, below)
    for name, right, stop in reversed(rights):
        value = Binary(start, stop, name, value, expr(right, source, below))
    return value


def _comparison(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    operands: list[AnyExpr] = []
    ops: list[str] = []
    for child in node.children:
        if child.is_named:
            if not child.is_extra or child.type == "ERROR":
                operands.append(expr(child, source, depth + 1))
        else:
            ops.append(_OPERATORS.get(child.type, child.type))
    if len(operands) != len(ops) + 1 or not ops or len(ops) > DEEPEST:
        return Expr(node.start_byte, node.end_byte, tuple(operands))
    value: AnyExpr | None = None
    for left, op, right in zip(operands, ops, operands[1:], strict=False):
        pair = Binary(left.start, right.end, op, left, right)
        value = pair if value is None else Binary(operands[0].start, right.end, "and", value, pair)
    return value if value is not None else Expr(node.start_byte, node.end_byte)


_OPERATORS: Final = {"not in": "not-in", "is not": "is-not", "<>": "!="}


def _not(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    operand = node.child_by_field_name("argument")
    if operand is None:
        return _unknown(node, source, depth)
    return Unary(node.start_byte, node.end_byte, "not", expr(operand, source, depth + 1))


def _unary(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    operand = node.child_by_field_name("argument")
    op = node.child_by_field_name("operator")
    if operand is None or op is None:
        return _unknown(node, source, depth)
    value = expr(operand, source, depth + 1)
    if op.type == "-" and isinstance(value, Const) and isinstance(value.value, int | float):
        return Const(node.start_byte, node.end_byte, -value.value)
    return Unary(node.start_byte, node.end_byte, op.type, value)


def _ternary(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if len(parts) != 3:
        return _unknown(node, source, depth)
    then, test, orelse = (expr(p, source, depth + 1) for p in parts)
    return Ternary(node.start_byte, node.end_byte, test, then, orelse)


def _await(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if not parts:
        return Expr(node.start_byte, node.end_byte)
    return Await(node.start_byte, node.end_byte, expr(parts[-1], source, depth + 1))


def _yield(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    start, end = node.start_byte, node.end_byte
    if not parts:
        return Unary(start, end, "yield", Const(end, end, None))
    several = any(c.type == "from" for c in node.children)
    return Unary(start, end, "yield*" if several else "yield", expr(parts[-1], source, depth + 1))


def _let(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if len(parts) != 2:
        return _unknown(node, source, depth)
    target, value = expr(parts[0], source, depth + 1), expr(parts[1], source, depth + 1)
    return Let(node.start_byte, node.end_byte, target, value)


def _sequence(node: TsNode, source: bytes, depth: int, kind: str = "tuple") -> AnyExpr:
    items = tuple([expr(c, source, depth + 1) for c in named(node)])
    return Items(node.start_byte, node.end_byte, items, kind)


def _dictionary(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    entries: list[Entry] = []
    for child in node.children:
        kind = child.type
        if kind == "pair":
            parts = named(child)
            if len(parts) == 2:
                key, value = expr(parts[0], source, depth + 1), expr(parts[1], source, depth + 1)
                name = key.value or "" if isinstance(key, Str) else ""
                entries.append(Entry(child.start_byte, child.end_byte, name, key, value))
        elif kind == "dictionary_splat":
            parts = named(child)
            if parts:
                entries.append(Entry(child.start_byte, child.end_byte, "", None, expr(parts[0], source, depth + 1)))
        elif kind == "ERROR":
            entries.append(Entry(child.start_byte, child.end_byte, "", None, _unknown(child, source, depth)))
    return Object(node.start_byte, node.end_byte, tuple(entries))


def _comprehension(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if len(parts) < 2:
        return _unknown(node, source, depth)
    clauses: list[tuple[AnyExpr, AnyExpr, list[AnyExpr]]] = []
    for part in parts[1:]:
        if part.type == "for_in_clause":
            left, right = part.child_by_field_name("left"), part.child_by_field_name("right")
            if left is None or right is None:
                return _unknown(node, source, depth)
            clauses.append((expr(left, source, depth + 1), expr(right, source, depth + 1), []))
        elif part.type == "if_clause" and clauses:
            clauses[-1][2].extend(expr(p, source, depth + 1) for p in named(part))
    value = expr(parts[0], source, depth + 1)
    if not clauses:
        return _unknown(node, source, depth)
    for target, iterable, conditions in reversed(clauses):
        value = Each(node.start_byte, node.end_byte, target, iterable, value, tuple(conditions))
    return value


def _pair(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    items = tuple(expr(p, source, depth + 1) for p in parts)
    return Items(node.start_byte, node.end_byte, items, "tuple")


def _spread(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if not parts:
        return Expr(node.start_byte, node.end_byte)
    return Spread(node.start_byte, node.end_byte, expr(parts[0], source, depth + 1))


def _lambda(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    body = node.child_by_field_name("body")
    declared = node.child_by_field_name("parameters")
    start, end = node.start_byte, node.end_byte
    if body is None:
        return _unknown(node, source, depth)
    function = FunctionNode(
        start=start,
        end=end,
        name="",
        name_start=start,
        name_end=start,
        params=() if declared is None else params(declared, source, False, depth + 1),
        body_start=body.start_byte,
        body_end=body.end_byte,
        lower=partial(_lambda_body, body, source, depth + 1),
        expression_body=True,
        outer_start=start,
        has_error=node.has_error,
    )
    return Lambda(start, end, function)


def _lambda_body(body: TsNode, source: bytes, depth: int) -> tuple[Stmt, ...]:
    return (Return(body.start_byte, body.end_byte, expr(body, source, depth), True),)


def _as_pattern(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    parts = named(node)
    if len(parts) != 2:
        return _unknown(node, source, depth)
    value, target = expr(parts[0], source, depth + 1), expr(parts[1], source, depth + 1)
    return Let(node.start_byte, node.end_byte, target, value)


def _dotted_name(node: TsNode, source: bytes, depth: int) -> AnyExpr:
    value: AnyExpr | None = None
    for part in named(node):
        text = decode(part, source)
        if value is None:
            value = Name(part.start_byte, part.end_byte, text)
        else:
            value = Member(node.start_byte, part.end_byte, value, text, part.start_byte)
    return value if value is not None else Expr(node.start_byte, node.end_byte)


_LEAVES: Final = frozenset({"identifier", "integer", "float", "true", "false", "none", "string"})
_LOWER: Final[dict[str, Callable[[TsNode, bytes, int], AnyExpr]]] = {
    "identifier": _name,
    "attribute": _attribute,
    "call": _call,
    "string": _string,
    "concatenated_string": _adjacent,
    "integer": _number,
    "float": _number,
    "true": _true,
    "false": _false,
    "none": _none,
    "subscript": _subscript,
    "generic_type": _generic,
    "type": _inner,
    "union_type": _union_type,
    "member_type": _member_type,
    "splat_type": _spread,
    "binary_operator": _binary,
    "boolean_operator": _binary,
    "comparison_operator": _comparison,
    "not_operator": _not,
    "unary_operator": _unary,
    "conditional_expression": _ternary,
    "await": _await,
    "yield": _yield,
    "named_expression": _let,
    "parenthesized_expression": _inner,
    "parenthesized_list_splat": _inner,
    "tuple": _sequence,
    "expression_list": _sequence,
    "pattern_list": _sequence,
    "tuple_pattern": _sequence,
    "list": partial(_sequence, kind="list"),
    "list_pattern": partial(_sequence, kind="list"),
    "set": partial(_sequence, kind="set"),
    "dictionary": _dictionary,
    "list_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "pair": _pair,
    "list_splat": _spread,
    "list_splat_pattern": _spread,
    "dictionary_splat": _spread,
    "dictionary_splat_pattern": _spread,
    "lambda": _lambda,
    "as_pattern": _as_pattern,
    "as_pattern_target": _inner,
    "dotted_name": _dotted_name,
    "case_pattern": _inner,
}
_BY_ID: Final[dict[int, Callable[[TsNode, bytes, int], AnyExpr]]] = {}
"""The same by the numbers of the grammar, as they are met: a number is told in half the time that a name is."""
