"""Java expressions, types and annotations, lowered to the code tree.

`d` is the depth that is left: chains deeper than anyone writes by hand end in an empty `Expr`.
"""

from collections.abc import Callable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    BlockExpr,
    Call,
    Const,
    Decorator,
    Do,
    Expr,
    FunctionNode,
    Index,
    Items,
    Kwarg,
    Lambda,
    Let,
    Member,
    Name,
    ParamNode,
    Return,
    Stmt,
    SwitchExpr,
    Ternary,
    Unary,
)
from persona_lsp.syntax.java_literals import (
    character_literal,
    constant_literal,
    floating_literal,
    integer_literal,
    string_literal,
)
from persona_lsp.syntax.java_types import COMMENTS, DEPTH, NAMED_TYPES, text_of, type_of

_OPERATORS: Final = {"&&": "and", "||": "or"}
_LONG_CHAIN: Final = 48
_LONGEST_CHAIN: Final = 150
"""Calls in one fluent chain; nobody writes more, and who walks the tree needs stack for each."""
_REFERENCE_PARAMETER: Final = "_it"


def expression(n: Syntax, s: bytes, d: int = DEPTH) -> AnyExpr:
    """An expression of any kind."""
    if d <= 0:
        return Expr(n.start_byte, n.end_byte)
    lower = _EXPRESSIONS.get(n.type)
    return lower(n, s, d - 1) if lower is not None else unknown(n, s, d - 1)


def unknown(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """What has no counterpart: the expressions inside stay visible."""
    parts = tuple([expression(c, s, d) for c in n.named_children if c.type not in COMMENTS])
    return Expr(n.start_byte, n.end_byte, parts)


def annotation(n: Syntax, s: bytes, d: int = DEPTH) -> Decorator:
    """`@Name`, `@Name(value)`, `@Name(key = value)`."""
    name = n.child_by_field_name("name")
    start, end = n.start_byte, n.end_byte
    if name is None:
        return Decorator(start, end, "", Expr(start, end))
    func: AnyExpr
    at, to = name.start_byte, name.end_byte
    dotted = s[at:to].decode("utf-8", "replace")
    func = Name(at, to, dotted) if name.type == "identifier" else type_of(name, s)
    arguments = n.child_by_field_name("arguments") if n.type == "annotation" else None
    if arguments is None:
        return Decorator(start, end, dotted, func)
    args: list[AnyExpr] = []
    kwargs: list[Kwarg] = []
    for child in arguments.named_children:
        if child.type == "element_value_pair":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and value is not None:
                kwargs.append(Kwarg(child.start_byte, child.end_byte, text_of(key, s), expression(value, s, d - 1)))
        elif child.type not in COMMENTS:
            args.append(expression(child, s, d - 1))
    inside, close = arguments.start_byte + 1, arguments.end_byte - 1
    call = Call(start, end, func, tuple(args), tuple(kwargs), args_start=inside, args_end=close)
    return Decorator(start, end, dotted, call)


def parameters(n: Syntax | None, s: bytes) -> tuple[ParamNode, ...]:
    """Parameters of a method, constructor, record or lambda."""
    if n is None:
        return ()
    kind = n.type
    if kind == "identifier":
        return (_bare_parameter(n, s),)
    if kind == "inferred_parameters":
        return tuple([_bare_parameter(c, s) for c in n.named_children if c.type == "identifier"])
    return tuple([_parameter(c, s) for c in n.named_children if c.type in {"formal_parameter", "spread_parameter"}])


def arguments_of(n: Syntax, s: bytes, d: int) -> tuple[AnyExpr, ...]:
    """The arguments between parentheses."""
    return tuple([expression(c, s, d) for c in n.named_children if c.type not in COMMENTS])


def _parameter(n: Syntax, s: bytes) -> ParamNode:
    decorators: list[Decorator] = []
    declared: AnyExpr | None = None
    name: Syntax | None = None
    for child in n.named_children:
        kind = child.type
        if kind == "modifiers":
            decorators = [annotation(c, s) for c in child.named_children if c.type in _ANNOTATIONS]
        elif kind == "identifier":
            name = child
        elif kind == "variable_declarator":
            name = child.child_by_field_name("name")
        elif kind == "dimensions" and declared is not None:
            declared = Index(declared.start, child.end_byte, Name(declared.start, declared.start, "Array"), (declared,))
        elif declared is None and kind in NAMED_TYPES:
            declared = type_of(child, s)
    rest = n.type == "spread_parameter"
    at, to = (name.start_byte, name.end_byte) if name is not None else (n.end_byte, n.end_byte)
    return ParamNode(
        n.start_byte,
        n.end_byte,
        s[at:to].decode("utf-8", "replace"),
        declared,
        None,
        tuple(decorators),
        "rest" if rest else "plain",
        None,
        False,
        at,
        to,
    )


def _bare_parameter(n: Syntax, s: bytes) -> ParamNode:
    start, end = n.start_byte, n.end_byte
    return ParamNode(start, end, s[start:end].decode("utf-8", "replace"), name_start=start, name_end=end)


def _name(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    start, end = n.start_byte, n.end_byte
    return Name(start, end, s[start:end].decode("utf-8", "replace"))


def _call(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """A call; a fluent chain is built from its beginning without going deeper for each link."""
    links: list[tuple[Syntax, list[Syntax]]] = []
    first: AnyExpr | None = None
    current = n
    while current.type == "method_invocation" and len(links) < _LONGEST_CHAIN:
        parts = current.children
        if len(parts) < 2 or parts[-1].type != "argument_list" or parts[-2].type != "identifier":
            break
        links.append((current, parts))
        if len(parts) == 2:
            break
        current = parts[0]
    if not links:
        return unknown(n, s, d)
    if len(links[-1][1]) > 2:
        base = links[-1][1][0]
        first = expression(base, s, d) if len(links) < _LONGEST_CHAIN else Expr(base.start_byte, base.end_byte)
    start = n.start_byte
    for link, parts in reversed(links):
        name, arguments = parts[-2], parts[-1]
        at, to = name.start_byte, name.end_byte
        text = s[at:to].decode("utf-8", "replace")
        func: AnyExpr = Name(at, to, text) if first is None else Member(start, to, first, text, at)
        close = arguments.end_byte
        first = Call(
            start, link.end_byte, func, arguments_of(arguments, s, d), args_start=arguments.start_byte + 1,
            args_end=close - 1 if s[close - 1 : close] == b")" else close,
        )  # fmt: skip
    return first if first is not None else unknown(n, s, d)


def _new(n: Syntax, s: bytes, d: int) -> AnyExpr:
    start, end = n.start_byte, n.end_byte
    made = n.child_by_field_name("type")
    arguments = n.child_by_field_name("arguments")
    func = type_of(made, s, d) if made is not None else Expr(start, end)
    if isinstance(func, Index):
        # `new ArrayList<Order>()` is read for its name; the type arguments say nothing about the call.
        func = func.base
    args = arguments_of(arguments, s, d) if arguments is not None else ()
    last = n.children[-1]
    if last.type == "class_body":
        from persona_lsp.syntax.java import methods_of

        # What an anonymous class does when it is called back is a closure like any other.
        args += tuple(Lambda(m.start, m.end, m) for m in methods_of(last, s))
    inside = arguments.start_byte + 1 if arguments is not None else end
    return Call(
        start,
        end,
        func,
        args,
        new=True,
        args_start=inside,
        args_end=arguments.end_byte - 1 if arguments is not None else end,
    )


def _member(n: Syntax, s: bytes, d: int) -> AnyExpr:
    parts = n.children
    field = parts[-1]
    if len(parts) < 3:
        return unknown(n, s, d)
    return Member(n.start_byte, n.end_byte, expression(parts[0], s, d), text_of(field, s), field.start_byte)


def _class_literal(n: Syntax, s: bytes, d: int) -> AnyExpr:
    first = n.children[0]
    return Member(n.start_byte, n.end_byte, type_of(first, s, d), "class", n.end_byte - 5)


def _index(n: Syntax, s: bytes, d: int) -> AnyExpr:
    array, index = n.child_by_field_name("array"), n.child_by_field_name("index")
    if array is None or index is None:
        return unknown(n, s, d)
    return Index(n.start_byte, n.end_byte, expression(array, s, d), (expression(index, s, d),))


def _binary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    steps: list[tuple[str, Syntax, int]] = []
    left = n
    while left.type == "binary_expression":
        parts = left.children
        if len(parts) != 3:
            parts = [c for c in parts if c.type not in COMMENTS]
            if len(parts) != 3:
                break
        operator = parts[1].type
        steps.append((_OPERATORS.get(operator, operator), parts[2], left.end_byte))
        left = parts[0]
    if not steps:
        return unknown(n, s, d)
    first = unknown(left, s, d) if left.type == "binary_expression" else expression(left, s, d)
    if len(steps) > _LONG_CHAIN:
        return _long_chain(n, first, [(op, expression(right, s, d)) for op, right, _ in reversed(steps)])
    start = n.start_byte
    for operator, right, end in reversed(steps):
        first = Binary(start, end, operator, first, expression(right, s, d))
    return first


def _long_chain(n: Syntax, first: AnyExpr, rest: list[tuple[str, AnyExpr]]) -> AnyExpr:
    """Thousands of operands of one operator make a balanced tree, so that nobody who walks it runs out of stack."""
    operators = {op for op, _ in rest}
    level = [first, *(value for _, value in rest)]
    if len(operators) > 1:
        return Expr(n.start_byte, n.end_byte, tuple(level))
    operator = operators.pop()
    while len(level) > 1:
        pairs = [Binary(a.start, b.end, operator, a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = [*pairs, level[-1]] if len(level) % 2 else list(pairs)
    return level[0]


def _unary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    operand = n.child_by_field_name("operand")
    if operand is None:
        return unknown(n, s, d)
    operator = n.children[0].type
    return Unary(n.start_byte, n.end_byte, "not" if operator == "!" else operator, expression(operand, s, d))


def _update(n: Syntax, s: bytes, d: int) -> AnyExpr:
    target = next((c for c in n.named_children if c.type not in COMMENTS), None)
    if target is None:
        return unknown(n, s, d)
    start, end = n.start_byte, n.end_byte
    sign = "-" if s[start:end].startswith(b"--") or s[start:end].endswith(b"--") else "+"
    return Let(start, end, expression(target, s, d), Const(end, end, 1), sign)


def _assignment(n: Syntax, s: bytes, d: int) -> AnyExpr:
    left, right = n.child_by_field_name("left"), n.child_by_field_name("right")
    operator = n.child_by_field_name("operator")
    if left is None or right is None:
        return unknown(n, s, d)
    op = operator.type[:-1] if operator is not None else ""
    return Let(n.start_byte, n.end_byte, expression(left, s, d), expression(right, s, d), op)


def _ternary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    parts = [c for c in n.named_children if c.type not in COMMENTS]
    if len(parts) != 3:
        return unknown(n, s, d)
    test, then, orelse = [expression(c, s, d) for c in parts]
    return Ternary(n.start_byte, n.end_byte, test, then, orelse)


def _instanceof(n: Syntax, s: bytes, d: int) -> AnyExpr:
    left = n.child_by_field_name("left")
    right = n.child_by_field_name("right") or n.child_by_field_name("pattern")
    bound = n.child_by_field_name("name")
    if left is None or right is None:
        return unknown(n, s, d)
    value = expression(left, s, d)
    if bound is not None:
        value = Let(left.start_byte, bound.end_byte, _name(bound, s, d), value)
    return Binary(n.start_byte, n.end_byte, "is", value, type_of(right, s, d))


def _vanishing(n: Syntax, s: bytes, d: int) -> AnyExpr:
    inner = [c for c in n.named_children if c.type not in COMMENTS]
    return expression(inner[0], s, d) if len(inner) == 1 else unknown(n, s, d)


def _cast(n: Syntax, s: bytes, d: int) -> AnyExpr:
    value = n.child_by_field_name("value")
    return expression(value, s, d) if value is not None else unknown(n, s, d)


def _items(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return Items(n.start_byte, n.end_byte, arguments_of(n, s, d))


def _array(n: Syntax, s: bytes, d: int) -> AnyExpr:
    value = n.child_by_field_name("value")
    if value is not None:
        return Items(n.start_byte, n.end_byte, arguments_of(value, s, d))
    sizes = [c for c in n.named_children if c.type == "dimensions_expr"]
    return Expr(n.start_byte, n.end_byte, tuple([_vanishing(c, s, d) for c in sizes]))


def _lambda(n: Syntax, s: bytes, d: int) -> AnyExpr:
    body = n.child_by_field_name("body")
    start, end = n.start_byte, n.end_byte
    if body is None:
        return unknown(n, s, d)
    params = parameters(n.child_by_field_name("parameters"), s)
    at, to = body.start_byte, body.end_byte
    if body.type == "block":
        from persona_lsp.syntax.java_statements import block

        function = FunctionNode(
            start,
            end,
            "",
            start,
            start,
            params,
            at + 1,
            to - 1,
            lambda: block(body, s, d),
            outer_start=start,
            has_error=n.has_error,
        )
    else:
        function = FunctionNode(
            start,
            end,
            "",
            start,
            start,
            params,
            at,
            to,
            lambda: (Return(at, to, expression(body, s, d), implicit=True),),
            expression_body=True,
            outer_start=start,
            has_error=n.has_error,
        )
    return Lambda(start, end, function)


def _reference(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`repository::delete` is `it -> repository.delete(it)`, `Order::new` is `it -> new Order(it)`."""
    parts = [c for c in n.children if c.type not in COMMENTS]
    if len(parts) < 3:
        return unknown(n, s, d)
    owner, member = parts[0], parts[-1]
    start, end = n.start_byte, n.end_byte
    name, at = text_of(member, s), member.start_byte
    base = type_of(owner, s, d) if owner.type in NAMED_TYPES - {"identifier"} else expression(owner, s, d)
    it: AnyExpr = Name(end, end, _REFERENCE_PARAMETER)
    if name == "new":
        made: AnyExpr = Call(start, end, base, (it,), new=True, args_start=end, args_end=end)
    else:
        made = Call(start, end, Member(start, end, base, name, at), (it,), args_start=end, args_end=end)
    param = ParamNode(end, end, _REFERENCE_PARAMETER, name_start=end, name_end=end)
    function = FunctionNode(
        start,
        end,
        "",
        start,
        start,
        (param,),
        start,
        end,
        lambda: (Return(start, end, made, implicit=True),),
        modifiers=("reference",),
        expression_body=True,
        outer_start=start,
    )
    return Lambda(start, end, function)


def _switch(n: Syntax, s: bytes, d: int) -> AnyExpr:
    from persona_lsp.syntax.java_statements import switch_arms

    subject = n.child_by_field_name("condition")
    arms: list[tuple[tuple[AnyExpr, ...], AnyExpr]] = []
    for patterns, body in switch_arms(n, s, d):
        arms.append((patterns, _arm_value(n, body)))
    return SwitchExpr(n.start_byte, n.end_byte, expression(subject, s, d) if subject is not None else None, tuple(arms))


def _arm_value(n: Syntax, body: tuple[Stmt, ...]) -> AnyExpr:
    if len(body) == 1 and isinstance(body[0], Do):
        return body[0].value
    start, end = (body[0].start, body[-1].end) if body else (n.start_byte, n.start_byte)
    return BlockExpr(start, end, body)


def _marker(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return annotation(n, s, d).value


_ANNOTATIONS: Final = frozenset({"annotation", "marker_annotation"})

_EXPRESSIONS: Final[dict[str, Callable[[Syntax, bytes, int], AnyExpr]]] = {
    "identifier": _name,
    "type_identifier": _name,
    "this": _name,
    "super": _name,
    "underscore_pattern": _name,
    "method_invocation": _call,
    "object_creation_expression": _new,
    "field_access": _member,
    "scoped_identifier": type_of,
    "scoped_type_identifier": type_of,
    "generic_type": type_of,
    "array_type": type_of,
    "class_literal": _class_literal,
    "array_access": _index,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "update_expression": _update,
    "assignment_expression": _assignment,
    "ternary_expression": _ternary,
    "instanceof_expression": _instanceof,
    "parenthesized_expression": _vanishing,
    "condition": _vanishing,
    "cast_expression": _cast,
    "array_initializer": _items,
    "element_value_array_initializer": _items,
    "array_creation_expression": _array,
    "string_literal": string_literal,
    "character_literal": character_literal,
    "decimal_integer_literal": integer_literal,
    "hex_integer_literal": integer_literal,
    "octal_integer_literal": integer_literal,
    "binary_integer_literal": integer_literal,
    "decimal_floating_point_literal": floating_literal,
    "hex_floating_point_literal": floating_literal,
    "true": constant_literal(True),
    "false": constant_literal(False),
    "null_literal": constant_literal(None),
    "lambda_expression": _lambda,
    "method_reference": _reference,
    "switch_expression": _switch,
    "annotation": _marker,
    "marker_annotation": _marker,
}
