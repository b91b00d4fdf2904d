"""Statements of Ruby: assignments, branches, loops, failures, jumps."""

from collections.abc import Mapping, Sequence
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax import ir
from persona_lsp.syntax.ruby.code import (
    LIMIT,
    OPERATORS,
    SKIPPED,
    Code,
    Statement,
    expression,
    implied,
    statement,
    statements,
    unknown_value,
)

_TRUTHY: Final = frozenset(
    {"render", "redirect_to", "redirect_back", "redirect_back_or_to", "head", "send_file", "send_data", "respond_with"}
)
"""What `x and return` can follow as a mere sequence: these never answer nil or false."""


def protected(code: Code, nodes: Sequence[Tree], tail: bool = False) -> tuple[ir.Stmt, ...]:
    """Lower the children of a body that may have `rescue`, `else` and `ensure` of its own."""
    first = next((i for i, n in enumerate(nodes) if n.type in ("rescue", "else", "ensure")), None)
    if first is None:
        return statements(code, nodes, tail)
    body = statements(code, nodes[:first])
    catches: list[ir.CatchNode] = []
    orelse: tuple[ir.Stmt, ...] = ()
    final: tuple[ir.Stmt, ...] = ()
    for node in nodes[first:]:
        if node.type == "rescue":
            catches.append(_rescue(code, node, tail))
        elif node.type == "else":
            orelse = statements(code, node.children, tail)
        elif node.type == "ensure":
            final = statements(code, node.children)
    if tail and not orelse:
        body = implied(list(body))
    named = [n for n in nodes if n.is_named]
    return (ir.Try(named[0].start_byte, named[-1].end_byte, body, tuple(catches), orelse, final),)


def _assignment(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    targets: list[ir.AnyExpr] = []
    at: Tree | None = node
    while at is not None and at.type == "assignment":
        left = at.child_by_field_name("left")
        if left is not None:
            targets.append(_target(code, left))
        at = at.child_by_field_name("right")
    value = expression(code, at) if at is not None else None
    out.append(ir.Assign(node.start_byte, node.end_byte, tuple(targets), value))


def _operator_assignment(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        out.append(ir.Do(node.start_byte, node.end_byte, unknown_value(code, node)))
        return
    op = code.text(operator)[:-1]
    target = _target(code, left)
    out.append(ir.Assign(node.start_byte, node.end_byte, (target,), expression(code, right), op=OPERATORS.get(op, op)))


def _target(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    match node.type:
        case "identifier":
            name = code.text(node)
            code.locals.add(name)
            return ir.Name(start, end, name)
        case "call":
            receiver, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
            if receiver is not None and method is not None:
                return ir.Member(start, end, expression(code, receiver), code.text(method), method.start_byte)
            return expression(code, node)
        case "left_assignment_list" | "destructured_left_assignment":
            return ir.Items(start, end, tuple(_target(code, c) for c in node.children if c.is_named), "tuple")
        case "rest_assignment":
            inner = next((c for c in node.children if c.is_named), None)
            return ir.Spread(start, end, _target(code, inner) if inner is not None else ir.Name(start, end, "*"))
        case _:
            return expression(code, node)


def destructured(code: Code, node: Tree) -> ir.AnyExpr:
    """Several targets at once: `a, (b, *c) = ...`."""
    items: list[ir.AnyExpr] = []
    for child in node.children:
        if child.type == "identifier":
            items.append(_target(code, child))
        elif child.type == "destructured_parameter":
            items.append(destructured(code, child))
        elif child.type == "splat_parameter":
            named = child.child_by_field_name("name")
            if named is not None:
                items.append(ir.Spread(child.start_byte, child.end_byte, _target(code, named)))
    return ir.Items(node.start_byte, node.end_byte, tuple(items), "tuple")


def _if(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.append(_if_node(code, node))


def _if_node(code: Code, node: Tree) -> ir.If:
    condition = node.child_by_field_name("condition")
    test = expression(code, condition) if condition is not None else ir.Expr(node.start_byte, node.start_byte)
    if node.type == "unless":
        test = ir.Unary(test.start, test.end, "not", test)
    consequence = node.child_by_field_name("consequence")
    then = statements(code, consequence.children) if consequence is not None else ()
    alternative = node.child_by_field_name("alternative")
    orelse: tuple[ir.Stmt, ...] = ()
    if alternative is not None and code.depth < LIMIT:
        code.depth += 1
        if alternative.type == "elsif":
            orelse = (_if_node(code, alternative),)
        else:
            orelse = statements(code, alternative.children)
        code.depth -= 1
    return ir.If(node.start_byte, node.end_byte, test, then, orelse)


def _if_modifier(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    body, condition = node.child_by_field_name("body"), node.child_by_field_name("condition")
    if body is None or condition is None:
        out.append(ir.Do(node.start_byte, node.end_byte, unknown_value(code, node)))
        return
    test = expression(code, condition)
    if node.type == "unless_modifier":
        test = ir.Unary(test.start, test.end, "not", test)
    then: list[ir.Stmt] = []
    statement(code, body, then)
    out.append(ir.If(node.start_byte, node.end_byte, test, tuple(then), modifier=True))


def _while(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    body, condition = node.child_by_field_name("body"), node.child_by_field_name("condition")
    test = expression(code, condition) if condition is not None else None
    if test is not None and node.type.startswith("until"):
        test = ir.Unary(test.start, test.end, "not", test)
    inner: tuple[ir.Stmt, ...] = ()
    if body is not None:
        inner = statements(code, body.children if body.type == "do" else (body,))
    out.append(ir.For(node.start_byte, node.end_byte, "while", None, None, test, inner))


def _for(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    body = node.child_by_field_name("body")
    within = next((c for c in value.children if c.is_named), None) if value is not None else None
    iterable = expression(code, within) if within is not None else None
    target = _target(code, pattern) if pattern is not None else None
    inner = statements(code, body.children) if body is not None else ()
    out.append(ir.For(node.start_byte, node.end_byte, "each", target, iterable, None, inner))


def _case(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.append(_switch(code, node))


def _switch(code: Code, node: Tree) -> ir.Switch:
    value = node.child_by_field_name("value")
    subject = expression(code, value) if value is not None else None
    arms: list[tuple[tuple[ir.AnyExpr, ...], tuple[ir.Stmt, ...]]] = []
    for child in node.children:
        if child.type == "when":
            patterns: list[ir.AnyExpr] = []
            body: tuple[ir.Stmt, ...] = ()
            for part in child.children:
                if part.type == "pattern":
                    patterns.extend(expression(code, p) for p in part.children if p.is_named)
                elif part.type == "then":
                    body = statements(code, part.children)
            arms.append((tuple(patterns), body))
        elif child.type == "in_clause":
            pattern, then = child.child_by_field_name("pattern"), child.child_by_field_name("body")
            shape = (pattern_of(code, pattern),) if pattern is not None else ()
            arms.append((shape, statements(code, then.children) if then is not None else ()))
        elif child.type == "else":
            arms.append(((), statements(code, child.children)))
    return ir.Switch(node.start_byte, node.end_byte, subject, tuple(arms))


def pattern_of(code: Code, node: Tree) -> ir.AnyExpr:
    """What a branch of `case` matches."""
    if node.type == "identifier":
        return _target(code, node)
    if node.type.endswith("pattern_of") or node.type == "splat_parameter":
        if code.depth >= LIMIT:
            return ir.Expr(node.start_byte, node.end_byte)
        code.depth += 1
        parts = tuple(
            pattern_of(code, c) for c in node.children if c.is_named and c.type not in ("hash_key_symbol", "comment")
        )
        code.depth -= 1
        if node.type == "keyword_pattern" and not parts:
            code.locals.add(code.text(node).rstrip(": "))
        return ir.Expr(node.start_byte, node.end_byte, parts)
    return expression(code, node)


def _begin(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    body = protected(code, node.children)
    if len(body) == 1 and isinstance(body[0], ir.Try):
        out.extend(body)
    else:
        out.append(ir.Group(node.start_byte, node.end_byte, body))


def _rescue(code: Code, node: Tree, tail: bool) -> ir.CatchNode:
    types: tuple[str, ...] = ()
    variable = ""
    body: tuple[ir.Stmt, ...] = ()
    start = end = node.end_byte
    for child in node.children:
        if child.type == "exceptions":
            types = tuple(code.text(c).replace("::", ".").lstrip(".") for c in child.children if c.is_named)
        elif child.type == "exception_variable":
            named = next((c for c in child.children if c.is_named), None)
            if named is not None:
                target = _target(code, named)
                variable = target.id if isinstance(target, ir.Name) else ""
        elif child.type == "then":
            inside = [c for c in child.children if c.is_named]
            body = statements(code, inside, tail)
            if inside:
                start, end = inside[0].start_byte, inside[-1].end_byte
    return ir.CatchNode(node.start_byte, node.end_byte, types, variable, body, start, end)


def _rescue_modifier(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    body, handler = node.child_by_field_name("body"), node.child_by_field_name("handler")
    inside: list[ir.Stmt] = []
    if body is not None:
        statement(code, body, inside)
    caught: list[ir.Stmt] = []
    start = end = node.end_byte
    if handler is not None:
        statement(code, handler, caught)
        start, end = handler.start_byte, handler.end_byte
    catch = ir.CatchNode(start, end, (), "", tuple(caught), start, end)
    out.append(ir.Try(node.start_byte, node.end_byte, tuple(inside), (catch,)))


def _connected(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    """`render(...) and return`, `x or raise`: a condition and what depends on it."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    op = code.text(operator) if operator is not None else ""
    op = OPERATORS.get(op, op)
    if left is None or right is None or op not in ("and", "or"):
        out.append(ir.Do(node.start_byte, node.end_byte, expression(code, node)))
        return
    test = expression(code, left)
    then: list[ir.Stmt] = []
    statement(code, right, then)
    if not any(isinstance(s, ir.Return | ir.Raise | ir.Jump) for s in then):
        only = then[0].value if len(then) == 1 and isinstance(then[0], ir.Do) else None
        if only is not None:
            out.append(ir.Do(node.start_byte, node.end_byte, ir.Binary(node.start_byte, node.end_byte, op, test, only)))
            return
    if op == "and" and isinstance(test, ir.Call) and isinstance(test.func, ir.Name) and test.name in _TRUTHY:
        out.append(ir.Do(test.start, test.end, test))
        out.extend(then)
        return
    if op == "or":
        test = ir.Unary(test.start, test.end, "not", test)
    out.append(ir.If(node.start_byte, node.end_byte, test, tuple(then), modifier=True))


def _parenthesized(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.extend(statements(code, node.children))


def _braced(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.append(ir.Group(node.start_byte, node.end_byte, statements(code, node.children)))


def _declared(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    declared = code.declare(code, node)
    if declared is not None:
        out.append(declared)


def _matched(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    value, pattern = node.child_by_field_name("value"), node.child_by_field_name("pattern")
    if value is None or pattern is None:
        out.append(ir.Do(node.start_byte, node.end_byte, unknown_value(code, node)))
        return
    subject = expression(code, value)
    out.append(ir.Assign(node.start_byte, node.end_byte, (pattern_of(code, pattern),), subject))


def _torn(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    """A syntax error: what stands in it is read as far as it makes sense."""
    for child in node.children:
        if child.is_named and child.type not in SKIPPED:
            statement(code, child, out)


STATEMENTS: Final[Mapping[str, Statement]] = {
    "assignment": _assignment,
    "operator_assignment": _operator_assignment,
    "if": _if,
    "unless": _if,
    "if_modifier": _if_modifier,
    "unless_modifier": _if_modifier,
    "while": _while,
    "until": _while,
    "while_modifier": _while,
    "until_modifier": _while,
    "for": _for,
    "case": _case,
    "case_match": _case,
    "begin": _begin,
    "rescue_modifier": _rescue_modifier,
    "binary": _connected,
    "parenthesized_statements": _parenthesized,
    "begin_block": _braced,
    "end_block": _braced,
    "method": _declared,
    "singleton_method": _declared,
    "class": _declared,
    "module": _declared,
    "singleton_class": _declared,
    "match_pattern": _matched,
    "ERROR": _torn,
}
