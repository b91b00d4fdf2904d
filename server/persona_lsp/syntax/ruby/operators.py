"""Operators of Ruby, and statements that are used as values."""

from collections.abc import Callable, Mapping
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax import ir
from persona_lsp.syntax.ruby.calls import entry_of
from persona_lsp.syntax.ruby.code import OPERATORS, SKIPPED, Code, Value, expression, statements, unknown_value
from persona_lsp.syntax.ruby.statements import pattern_of


def _index(code: Code, node: Tree) -> ir.AnyExpr:
    named = [c for c in node.children if c.is_named and c.type not in SKIPPED]
    if not named:
        return unknown_value(code, node)
    base = expression(code, named[0])
    keys = tuple(
        entry_of(code, k).value if k.type == "pair" else expression(code, k)
        for k in named[1:]
        if k.type not in ("block", "do_block")
    )
    return ir.Index(node.start_byte, node.end_byte, base, keys)


def _binary(code: Code, node: Tree) -> ir.AnyExpr:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return unknown_value(code, node)
    op = code.text(operator)
    start, end = node.start_byte, node.end_byte
    first, second = expression(code, left), expression(code, right)
    if op == "!~":
        return ir.Unary(start, end, "not", ir.Binary(start, end, "=~", first, second))
    return ir.Binary(start, end, OPERATORS.get(op, op), first, second)


def _range(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    low, high = node.child_by_field_name("begin"), node.child_by_field_name("end")
    operator = node.child_by_field_name("operator")
    first = expression(code, low) if low is not None else ir.Const(start, start, None)
    second = expression(code, high) if high is not None else ir.Const(end, end, None)
    return ir.Binary(start, end, code.text(operator) if operator is not None else "..", first, second)


def _unary(code: Code, node: Tree) -> ir.AnyExpr:
    operand, operator = node.child_by_field_name("operand"), node.child_by_field_name("operator")
    if operand is None or operator is None:
        return unknown_value(code, node)
    op = code.text(operator)
    value = expression(code, operand)
    if op == "-" and isinstance(value, ir.Const) and isinstance(value.value, int | float):
        return ir.Const(node.start_byte, node.end_byte, -value.value)
    return ir.Unary(node.start_byte, node.end_byte, {"!": "not"}.get(op, op), value)


def _conditional(code: Code, node: Tree) -> ir.AnyExpr:
    test, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    orelse = node.child_by_field_name("alternative")
    if test is None or then is None or orelse is None:
        return unknown_value(code, node)
    return ir.Ternary(
        node.start_byte, node.end_byte, expression(code, test), expression(code, then), expression(code, orelse)
    )


def value_of(lowering: Callable[[Code, Tree, list[ir.Stmt]], None]) -> Callable[[Code, Tree], ir.AnyExpr]:
    """A statement used as a value: short ones become expressions, the others keep their statements."""

    def lower(code: Code, node: Tree) -> ir.AnyExpr:
        out: list[ir.Stmt] = []
        lowering(code, node, out)
        start, end = node.start_byte, node.end_byte
        if len(out) != 1:
            return ir.BlockExpr(start, end, tuple(out))
        match out[0]:
            case ir.Do(value=value):
                return value
            case ir.If(test=test, then=(ir.Do(value=then),), orelse=(ir.Do(value=orelse),)):
                return ir.Ternary(start, end, test, then, orelse)
            case ir.If(test=test, then=(ir.Do(value=then),), orelse=()):
                return ir.Ternary(start, end, test, then, ir.Const(end, end, None))
            case ir.Switch(subject=subject, arms=arms) if all(
                len(body) == 1 and isinstance(body[0], ir.Do) for _, body in arms
            ):
                values = tuple((patterns, body[0].value) for patterns, body in arms if isinstance(body[0], ir.Do))
                return ir.SwitchExpr(start, end, subject, values)
            case ir.Assign(targets=(target,), value=value, op=op) if value is not None:
                return ir.Let(start, end, target, value, op)
            case ir.Group(body=(ir.Do(value=value),)):
                return value
            case ir.Group(body=body):
                return ir.BlockExpr(start, end, body)
            case other:
                return ir.BlockExpr(start, end, (other,))

    return lower


def _parenthesized_value(code: Code, node: Tree) -> ir.AnyExpr:
    inside = [c for c in node.children if c.is_named and c.type not in SKIPPED]
    if len(inside) == 1:
        return expression(code, inside[0])
    return ir.BlockExpr(node.start_byte, node.end_byte, statements(code, inside))


def _tested(code: Code, node: Tree) -> ir.AnyExpr:
    value, pattern = node.child_by_field_name("value"), node.child_by_field_name("pattern")
    if value is None or pattern is None:
        return unknown_value(code, node)
    return ir.Binary(node.start_byte, node.end_byte, "in", expression(code, value), pattern_of(code, pattern))


def _method_value(code: Code, node: Tree) -> ir.AnyExpr:
    """`private def x`: the definition is worth its name. The class has collected the method itself."""
    name = node.child_by_field_name("name")
    if name is None:
        return unknown_value(code, node)
    return ir.Str(name.start_byte, name.end_byte, (code.text(name),), symbol=True)


VALUES: Final[Mapping[str, Value]] = {
    "element_reference": _index,
    "binary": _binary,
    "range": _range,
    "unary": _unary,
    "conditional": _conditional,
    "parenthesized_statements": _parenthesized_value,
    "test_pattern": _tested,
    "method": _method_value,
    "singleton_method": _method_value,
}
