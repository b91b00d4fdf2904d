"""Expressions and patterns of JavaScript and TypeScript.

Depth is counted from the file down, through function bodies too: whoever walks the code tree recurses as deep as it is.
A default in a destructuring pattern (`{ limit = 10 }`) is `Let(target, default, op="default")`.
"""

from collections.abc import Callable
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    Const,
    Entry,
    Expr,
    Index,
    Items,
    Lambda,
    Let,
    Member,
    Name,
    Object,
    Spread,
    Str,
    Ternary,
    Unary,
    dotted,
)
from persona_lsp.syntax.javascript.literals import number, unescape

MAX_DEPTH: Final = 100
_MAX_TERMS: Final = 60
OPERATORS: Final = {
    "&&": "and",
    "||": "or",
    "===": "==",
    "!==": "!=",
    "!": "not",
    "&&=": "and",
    "||=": "or",
}
Lower = Callable[[Tree, bytes, int], AnyExpr]


def expression(node: Tree, s: bytes, d: int) -> AnyExpr:
    """Lower an expression, pattern or anything else that stands where a value is expected."""
    if d > MAX_DEPTH:
        return Expr(node.start_byte, node.end_byte)
    return _EXPRESSIONS.get(node.type, _other)(node, s, d + 1)


def is_expression(kind: str) -> bool:
    """Whether nodes of this kind are values (to tell them from punctuation in a syntax error)."""
    return kind in _EXPRESSIONS


def parts(nodes: list[Tree], s: bytes, d: int) -> tuple[AnyExpr, ...]:
    """Lower what is named among the nodes: arguments, items, operands."""
    return tuple([expression(n, s, d) for n in nodes if n.is_named and n.type != "comment"])


def key_name(node: Tree, s: bytes) -> str:
    """The name of a property, "" if it is computed."""
    match node.type:
        case "string":
            return unescape(s[node.start_byte + 1 : node.end_byte - 1].decode())
        case "computed_property_name":
            inner = next((c for c in node.children if c.is_named and c.type != "comment"), None)
            return key_name(inner, s) if inner is not None and inner.type == "string" else ""
        case _:
            return s[node.start_byte : node.end_byte].decode()


def function_value(node: Tree, s: bytes, d: int, named: Tree | None = None) -> AnyExpr:
    """Lower a value; a function among them takes the name that it is bound to, as the language has it."""
    if named is not None and node.type in _FUNCTIONS:
        return _function(node, s, d, named)
    return expression(node, s, d)


def _function(node: Tree, s: bytes, d: int, named: Tree | None = None) -> AnyExpr:
    from persona_lsp.syntax.javascript.functions import function

    return Lambda(node.start_byte, node.end_byte, function(node, s, d, named=named))


def _other(node: Tree, s: bytes, d: int) -> AnyExpr:
    return Expr(node.start_byte, node.end_byte, parts(node.children, s, d))


def _name(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    start, end = node.start_byte, node.end_byte
    return Name(start, end, s[start:end].decode()) if start < end else Expr(start, end)


def _undefined(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    return Const(node.start_byte, node.end_byte, None)


def _true(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    return Const(node.start_byte, node.end_byte, True)


def _false(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    return Const(node.start_byte, node.end_byte, False)


def _number(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    start, end = node.start_byte, node.end_byte
    value = number(s[start:end].decode())
    return Expr(start, end) if value is None else Const(start, end, value)


def _string(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    start, end = node.start_byte, node.end_byte
    raw = s[start + 1 : end - 1]
    text = raw.decode()
    return Str(start, end, (unescape(text) if b"\\" in raw else text,) if text else ())


def _template(node: Tree, s: bytes, d: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    pieces: list[str | AnyExpr] = []
    at = start + 1
    for child in node.children:
        if child.type == "template_substitution":
            if at < child.start_byte:
                pieces.append(unescape(s[at : child.start_byte].decode()))
            inner = next((c for c in child.children if c.is_named and c.type != "comment"), None)
            pieces.append(expression(inner, s, d) if inner is not None else Expr(child.start_byte, child.end_byte))
            at = child.end_byte
    if at < end - 1:
        pieces.append(unescape(s[at : end - 1].decode()))
    return Str(start, end, tuple(pieces))


def _regex(node: Tree, s: bytes, d: int) -> AnyExpr:  # noqa: ARG001  # all lowerings share one signature
    pattern = node.child_by_field_name("pattern")
    text = s[pattern.start_byte : pattern.end_byte].decode() if pattern is not None else ""
    return Str(node.start_byte, node.end_byte, (text,), regex=True)


def _member(node: Tree, s: bytes, d: int) -> AnyExpr:
    children = node.children
    last = children[-1]
    at, end = last.start_byte, last.end_byte
    optional = len(children) > 2 and any(c.type == "optional_chain" for c in children[1:-1])
    return Member(node.start_byte, end, expression(children[0], s, d), s[at:end].decode(), at, optional)


def _subscript(node: Tree, s: bytes, d: int) -> AnyExpr:
    base, index = node.child_by_field_name("object"), node.child_by_field_name("index")
    if base is None or index is None:
        return _other(node, s, d)
    return Index(node.start_byte, node.end_byte, expression(base, s, d), (expression(index, s, d),))


def _call(node: Tree, s: bytes, d: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    children = node.children
    last, func = children[-1], _unwrapped(children[0])
    if last.type == "template_string":
        return _tagged(start, end, func, last, s, d)
    if last.type != "arguments":
        return _other(node, s, d)
    optional = len(children) > 2 and any(c.type == "optional_chain" for c in children[1:-1])
    at = start
    waits = func.type == "await_expression"
    if waits:
        # The grammar reads "await db.find<T>(1)" as a call of "await db.find".
        func = _unwrapped(func.children[-1])
        at = func.start_byte
    callee, arguments = expression(func, s, d), parts(last.children, s, d)
    for argument in arguments:
        if isinstance(argument, Lambda):
            argument.function.passed_to = dotted(callee)
    call = Call(
        at,
        end,
        callee,
        arguments,
        optional=optional,
        args_start=last.start_byte + 1,
        args_end=_closing(last),
    )
    return Await(start, end, call) if waits else call


def _tagged(start: int, end: int, func: Tree, template: Tree, s: bytes, d: int) -> AnyExpr:
    # The grammar reads "await db.sql<T>`...`" as a call of "await db.sql".
    waits = func.type == "await_expression"
    at = start
    if waits:
        func = _unwrapped(func.children[-1])
        at = func.start_byte
    text = expression(template, s, d)
    call = Call(
        at,
        end,
        expression(func, s, d),
        (text,),
        tagged=True,
        args_start=template.start_byte,
        args_end=template.end_byte,
    )
    return Await(start, end, call) if waits else call


def _unwrapped(node: Tree) -> Tree:
    while node.type in _TRANSPARENT:
        inner = next((c for c in node.children if c.is_named and c.type != "comment"), None)
        if inner is None:
            return node
        node = inner
    return node


def _closing(arguments: Tree) -> int:
    last = arguments.children[-1] if arguments.children else arguments
    return last.start_byte if last.type == ")" else arguments.end_byte


def _new(node: Tree, s: bytes, d: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    func, arguments = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
    if func is None:
        return _other(node, s, d)
    lowered = expression(func, s, d)
    if arguments is None:
        return Call(start, end, lowered, new=True, args_start=end, args_end=end)
    return Call(
        start,
        end,
        lowered,
        parts(arguments.children, s, d),
        new=True,
        args_start=arguments.start_byte + 1,
        args_end=_closing(arguments),
    )


def _inner(node: Tree, s: bytes, d: int) -> AnyExpr:
    for child in node.children:
        if child.is_named and child.type != "comment":
            return expression(child, s, d)
    return Expr(node.start_byte, node.end_byte)


def _assertion(node: Tree, s: bytes, d: int) -> AnyExpr:
    # `<T>value`: the value is the last child.
    return expression(node.children[-1], s, d)


def _object(node: Tree, s: bytes, d: int) -> AnyExpr:
    entries: list[Entry] = []
    for child in node.children:
        entry = _ENTRIES.get(child.type)
        if entry is not None:
            entries.append(entry(child, s, d))
        elif child.type == "ERROR":
            entries.append(Entry(child.start_byte, child.end_byte, "", None, _other(child, s, d)))
    return Object(node.start_byte, node.end_byte, tuple(entries))


def _pair(node: Tree, s: bytes, d: int) -> Entry:
    children = node.children
    key, value = children[0], children[-1]
    name = key_name(key, s)
    lowered = _key(key, name, s, d)
    named = key if name and key.type == "property_identifier" else None
    return Entry(node.start_byte, node.end_byte, name, lowered, function_value(value, s, d, named))


def _key(node: Tree, name: str, s: bytes, d: int) -> AnyExpr:
    if name:
        return Str(node.start_byte, node.end_byte, (name,))
    if node.type == "computed_property_name":
        return _inner(node, s, d)
    return expression(node, s, d)


def _shorthand(node: Tree, s: bytes, d: int) -> Entry:  # noqa: ARG001  # all lowerings share one signature
    start, end = node.start_byte, node.end_byte
    name = s[start:end].decode()
    return Entry(start, end, name, Str(start, end, (name,)), Name(start, end, name))


def _shorthand_default(node: Tree, s: bytes, d: int) -> Entry:
    start, end = node.start_byte, node.end_byte
    left, right = node.children[0], node.children[-1]
    target, default = expression(left, s, d), expression(right, s, d)
    name = s[left.start_byte : left.end_byte].decode()
    key = Str(left.start_byte, left.end_byte, (name,))
    return Entry(start, end, name, key, Let(start, end, target, default, "default"))


def _spread_entry(node: Tree, s: bytes, d: int) -> Entry:
    return Entry(node.start_byte, node.end_byte, "", None, _inner(node, s, d))


def _method_entry(node: Tree, s: bytes, d: int) -> Entry:
    key = node.child_by_field_name("name")
    name = key_name(key, s) if key is not None else ""
    lowered = _key(key, name, s, d) if key is not None else None
    return Entry(node.start_byte, node.end_byte, name, lowered, _function(node, s, d))


def _array(node: Tree, s: bytes, d: int) -> AnyExpr:
    children = node.children
    if node.type == "array_pattern":
        # Holes keep their places: `const [, second] = pair`.
        return Items(node.start_byte, node.end_byte, tuple(_with_holes(children, s, d)))
    return Items(node.start_byte, node.end_byte, parts(children, s, d))


def _with_holes(children: list[Tree], s: bytes, d: int) -> list[AnyExpr]:
    items: list[AnyExpr] = []
    empty = True
    for child in children[1:]:
        if child.is_named and child.type != "comment":
            items.append(expression(child, s, d))
            empty = False
        elif child.type == ",":
            if empty:
                items.append(Expr(child.start_byte, child.start_byte))
            empty = True
    return items


def _spread(node: Tree, s: bytes, d: int) -> AnyExpr:
    return Spread(node.start_byte, node.end_byte, _inner(node, s, d))


def _binary(node: Tree, s: bytes, d: int) -> AnyExpr:
    # Long chains lean to the left: they are walked down in a loop, and given up as a bag of terms where too long.
    chain: list[tuple[Tree, str, Tree]] = []
    left = node
    while left.type == "binary_expression":
        children = [c for c in left.children if c.type != "comment"]
        if len(children) != 3:
            break
        operator = children[1]
        spelled = operator.type
        chain.append((left, OPERATORS.get(spelled, spelled), children[2]))
        left = children[0]
    if not chain:
        return _other(node, s, d)
    if len(chain) > _MAX_TERMS or d + len(chain) > MAX_DEPTH:
        terms = [expression(left, s, d), *(expression(right, s, d) for _, _, right in reversed(chain))]
        return Expr(node.start_byte, node.end_byte, tuple(terms))
    result = expression(left, s, d + len(chain) - 1)
    for whole, operator_name, right in reversed(chain):
        result = Binary(whole.start_byte, whole.end_byte, operator_name, result, expression(right, s, d))
    return result


def _unary(node: Tree, s: bytes, d: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    children = node.children
    operator = children[0].type
    operand = expression(children[-1], s, d)
    if operator == "-" and isinstance(operand, Const) and type(operand.value) in (int, float):
        return Const(start, end, -operand.value)  # type: ignore[operator]  # the type was just tested
    if operator == "void":
        return Const(start, end, None) if isinstance(operand, Const) else Unary(start, end, operator, operand)
    return Unary(start, end, OPERATORS.get(operator, operator), operand)


def _update(node: Tree, s: bytes, d: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    argument = node.child_by_field_name("argument")
    if argument is None:
        return _other(node, s, d)
    operator = "+" if b"++" in s[start:end] else "-"
    return Let(start, end, expression(argument, s, d), Const(start, end, 1), operator)


def _assignment(node: Tree, s: bytes, d: int) -> AnyExpr:
    children = [c for c in node.children if c.type != "comment"]
    left, right = children[0], children[-1]
    operator = children[1].type if len(children) == 3 else "="
    op = "" if operator == "=" else OPERATORS.get(operator, operator[:-1])
    named = left if left.type == "identifier" else None
    return Let(node.start_byte, node.end_byte, expression(left, s, d), function_value(right, s, d, named), op)


def _default(node: Tree, s: bytes, d: int) -> AnyExpr:
    left, right = node.children[0], node.children[-1]
    return Let(node.start_byte, node.end_byte, expression(left, s, d), expression(right, s, d), "default")


def _await(node: Tree, s: bytes, d: int) -> AnyExpr:
    return Await(node.start_byte, node.end_byte, _inner(node, s, d))


def _yield(node: Tree, s: bytes, d: int) -> AnyExpr:
    named = [c for c in node.children if c.is_named and c.type != "comment"]
    start, end = node.start_byte, node.end_byte
    value: AnyExpr = expression(named[0], s, d) if named else Const(end, end, None)
    return Unary(start, end, "yield*" if any(c.type == "*" for c in node.children) else "yield", value)


def _ternary(node: Tree, s: bytes, d: int) -> AnyExpr:
    named = [c for c in node.children if c.is_named and c.type != "comment"]
    if len(named) != 3:
        return _other(node, s, d)
    test, then, orelse = (expression(n, s, d) for n in named)
    return Ternary(node.start_byte, node.end_byte, test, then, orelse)


_FUNCTIONS: Final = frozenset({"arrow_function", "function_expression", "generator_function", "function"})
_TRANSPARENT: Final = frozenset(
    {
        "parenthesized_expression",
        "non_null_expression",
        "instantiation_expression",
        "as_expression",
        "satisfies_expression",
    }
)
_ENTRIES: Final[dict[str, Callable[[Tree, bytes, int], Entry]]] = {
    "pair": _pair,
    "pair_pattern": _pair,
    "shorthand_property_identifier": _shorthand,
    "shorthand_property_identifier_pattern": _shorthand,
    "object_assignment_pattern": _shorthand_default,
    "spread_element": _spread_entry,
    "rest_pattern": _spread_entry,
    "method_definition": _method_entry,
}
_EXPRESSIONS: Final[dict[str, Lower]] = {
    "identifier": _name,
    "this": _name,
    "super": _name,
    "import": _name,
    "meta_property": _name,
    "property_identifier": _name,
    "private_property_identifier": _name,
    "shorthand_property_identifier_pattern": _name,
    "statement_identifier": _name,
    "type_identifier": _name,
    "undefined": _undefined,
    "null": _undefined,
    "true": _true,
    "false": _false,
    "number": _number,
    "string": _string,
    "template_string": _template,
    "regex": _regex,
    "member_expression": _member,
    "subscript_expression": _subscript,
    "call_expression": _call,
    "new_expression": _new,
    "parenthesized_expression": _inner,
    "as_expression": _inner,
    "satisfies_expression": _inner,
    "non_null_expression": _inner,
    "instantiation_expression": _inner,
    "type_assertion": _assertion,
    "object": _object,
    "object_pattern": _object,
    "array": _array,
    "array_pattern": _array,
    "spread_element": _spread,
    "rest_pattern": _spread,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "update_expression": _update,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _assignment,
    "assignment_pattern": _default,
    "await_expression": _await,
    "yield_expression": _yield,
    "ternary_expression": _ternary,
    "sequence_expression": _other,
    "arrow_function": _function,
    "function_expression": _function,
    "generator_function": _function,
    "class": _other,
    "jsx_element": _other,
    "jsx_self_closing_element": _other,
}
