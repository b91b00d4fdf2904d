"""Rust expressions, lowered to the code tree. References, casts, `?`, `Some(...)` and `Ok(...)` vanish."""

from collections.abc import Callable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    BlockExpr,
    Call,
    Const,
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
    Stmt,
    Str,
    SwitchExpr,
    Ternary,
    Unary,
)
from persona_lsp.syntax.rust_macros import macro
from persona_lsp.syntax.rust_types import (
    COMMENTS,
    DEPTH,
    HOLDERS,
    alternatives,
    bound_names,
    head_of_pattern,
    path_of,
    target_of,
    text_of,
    type_of,
)
from persona_lsp.text.patterns import lazy

_OPERATORS: Final = {"&&": "and", "||": "or", "<<": "shl", ">>": "shr", "|": "bit-or"}
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'"}
_SUFFIX: Final = lazy(r"(?:[iu](?:8|16|32|64|128|size)|f(?:32|64))$")
_CONTINUED: Final = lazy(r"\\\r?\n\s*")


def expression(n: Syntax, s: bytes, d: int = DEPTH) -> AnyExpr:
    """The expression of a node."""
    if d <= 0:
        return Expr(n.start_byte, n.end_byte)
    lower = _EXPRESSIONS.get(n.type)
    if lower is not None:
        return lower(n, s, d - 1)
    parts = tuple(expression(c, s, d - 1) for c in n.named_children if c.type not in COMMENTS)
    return Expr(n.start_byte, n.end_byte, parts)


def _inner(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """What vanishes around something else: parentheses, references, casts, `?`."""
    held = n.child_by_field_name("value") or next(
        (c for c in n.named_children if c.type not in {"mutable_specifier", *COMMENTS}), None
    )
    return expression(held, s, d) if held is not None else Expr(n.start_byte, n.end_byte)


def _path(n: Syntax, s: bytes, d: int) -> AnyExpr:
    name = path_of(n, s, d)
    return Const(n.start_byte, n.end_byte, None) if isinstance(name, Name) and name.id == "None" else name


def _number(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    text = text_of(n, s).replace("_", "")
    try:
        if n.type == "float_literal":
            return Const(n.start_byte, n.end_byte, float(_SUFFIX.sub("", text)))
        return Const(n.start_byte, n.end_byte, int(_SUFFIX.sub("", text), 0))
    except ValueError:
        return Expr(n.start_byte, n.end_byte)


def _boolean(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    return Const(n.start_byte, n.end_byte, s[n.start_byte : n.end_byte] == b"true")


def _string(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    text = ""
    for child in n.children:
        if child.type == "string_content":
            text += text_of(child, s)
        elif child.type == "escape_sequence":
            text += _escape(text_of(child, s))
    return Str(n.start_byte, n.end_byte, (_CONTINUED.sub("", text),) if text else ())


def _escape(text: str) -> str:
    if text[1:2] in ("\n", "\r"):
        return ""
    return _ESCAPES.get(text[1:2], text)


def _character(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    text = text_of(n, s).lstrip("b").strip("'")
    return Str(n.start_byte, n.end_byte, (_escape(text) if text.startswith("\\") else text,))


def arguments_of(n: Syntax | None, s: bytes, d: int) -> tuple[AnyExpr, ...]:
    """The arguments of a call."""
    if n is None:
        return ()
    return tuple(expression(c, s, d) for c in n.named_children if c.type not in {"attribute_item", *COMMENTS})


_LINKS: Final = frozenset({"call_expression", "field_expression", "await_expression", "try_expression"})


def _receiver(n: Syntax) -> Syntax | None:
    """What a link of a chain of calls is made on, if that is a link too."""
    held: Syntax | None
    if n.type == "call_expression":
        function = n.child_by_field_name("function")
        if function is not None and function.type == "generic_function":
            function = function.child_by_field_name("function")
        held = function if function is not None and function.type == "field_expression" else None
    elif n.type == "field_expression":
        held = n.child_by_field_name("value")
    else:
        held = next((c for c in n.named_children if c.type not in COMMENTS), None)
    return held if held is not None and held.type in _LINKS else None


def _link(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """A chain of calls, which may be longer than anything else is deep: from its first link on."""
    spine = [n]
    while (held := _receiver(spine[-1])) is not None:
        spine.append(held)
    made: AnyExpr | None = None
    for node in reversed(spine):
        made = _LINK[node.type](node, s, d, made)
    return made if made is not None else Expr(n.start_byte, n.end_byte)


def _call(n: Syntax, s: bytes, d: int, inner: AnyExpr | None) -> AnyExpr:
    function, given = n.child_by_field_name("function"), n.child_by_field_name("arguments")
    start, end = n.start_byte, n.end_byte
    while function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    if function is None:
        return Expr(start, end)
    args = arguments_of(given, s, d)
    func = inner if inner is not None else expression(function, s, d)
    if isinstance(func, Name) and func.id in HOLDERS and func.id != "Err" and len(args) == 1:
        return args[0]
    opened = given.start_byte + 1 if given is not None else end
    made = (
        isinstance(func, Member)
        and func.name == "new"
        and isinstance(func.base, Name | Member)
        and (func.base.id if isinstance(func.base, Name) else func.base.name)[:1].isupper()
    )
    return Call(start, end, func, args, new=made, args_start=opened, args_end=max(opened, end - 1))


def _member(n: Syntax, s: bytes, d: int, inner: AnyExpr | None) -> AnyExpr:
    value, field = n.child_by_field_name("value"), n.child_by_field_name("field")
    start, end = n.start_byte, n.end_byte
    if value is None or field is None:
        return inner if inner is not None else Expr(start, end)
    base = inner if inner is not None else expression(value, s, d)
    return Member(start, end, base, text_of(field, s), field.start_byte)


def _await(n: Syntax, s: bytes, d: int, inner: AnyExpr | None) -> AnyExpr:
    return Await(n.start_byte, n.end_byte, inner if inner is not None else _inner(n, s, d))


def _try(n: Syntax, s: bytes, d: int, inner: AnyExpr | None) -> AnyExpr:
    held = inner if inner is not None else _inner(n, s, d)
    if n.parent is not None and n.parent.type == "try_expression":
        # `x??` asks whether there is something, after it asked whether that failed.
        start, end = n.start_byte, n.end_byte
        return Call(start, end, Member(start, end, held, "transpose", end), args_start=end, args_end=end)
    return held


_LINK: Final[dict[str, Callable[[Syntax, bytes, int, AnyExpr | None], AnyExpr]]] = {
    "call_expression": _call, "field_expression": _member, "await_expression": _await, "try_expression": _try,
}  # fmt: skip


def _unary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    operator = n.children[0].type if n.children else ""
    held = _inner(n, s, d)
    if operator == "!":
        return Unary(n.start_byte, n.end_byte, "not", held)
    return Unary(n.start_byte, n.end_byte, "-", held) if operator == "-" else held


def _binary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    # Long sums nest to the left, deeper than anything else.
    spine: list[Syntax] = [n]
    while (left := spine[-1].child_by_field_name("left")) is not None and left.type == "binary_expression":
        spine.append(left)
    first = spine[-1].child_by_field_name("left")
    made: AnyExpr = expression(first, s, d) if first is not None else Expr(n.start_byte, n.start_byte)
    for node in reversed(spine):
        right, operator = node.child_by_field_name("right"), node.child_by_field_name("operator")
        word = operator.type if operator is not None else "+"
        made = Binary(
            node.start_byte, node.end_byte, _OPERATORS.get(word, word), made,
            expression(right, s, d) if right is not None else Expr(node.end_byte, node.end_byte),
        )  # fmt: skip
    return made


def _assignment(n: Syntax, s: bytes, d: int) -> AnyExpr:
    left, right = n.child_by_field_name("left"), n.child_by_field_name("right")
    operator = n.child_by_field_name("operator")
    start, end = n.start_byte, n.end_byte
    return Let(
        start, end,
        expression(left, s, d) if left is not None else Expr(start, start),
        expression(right, s, d) if right is not None else Expr(end, end),
        text_of(operator, s).removesuffix("=") if operator is not None else "",
    )  # fmt: skip


def _index(n: Syntax, s: bytes, d: int) -> AnyExpr:
    held = [c for c in n.named_children if c.type not in COMMENTS]
    if len(held) != 2:  # base and key
        return Expr(n.start_byte, n.end_byte)
    base, key = expression(held[0], s, d), expression(held[1], s, d)
    if held[1].type == "range_expression":
        return base
    return Index(n.start_byte, n.end_byte, base, (key,))


def _tuple(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return Items(n.start_byte, n.end_byte, arguments_of(n, s, d), "tuple")


def _array(n: Syntax, s: bytes, d: int) -> AnyExpr:
    if n.child_by_field_name("length") is not None:
        return Expr(n.start_byte, n.end_byte)
    return Items(n.start_byte, n.end_byte, arguments_of(n, s, d))


def _struct(n: Syntax, s: bytes, d: int) -> AnyExpr:
    name, body = n.child_by_field_name("name"), n.child_by_field_name("body")
    start, end = n.start_byte, n.end_byte
    kwargs: list[Kwarg] = []
    for child in body.named_children if body is not None else ():
        at, to = child.start_byte, child.end_byte
        if child.type == "shorthand_field_initializer":
            word = text_of(child.named_children[-1], s) if child.named_children else ""
            kwargs.append(Kwarg(at, to, word, Name(at, to, word)))
        elif child.type == "field_initializer":
            field, value = child.child_by_field_name("field"), child.child_by_field_name("value")
            if field is not None and value is not None:
                kwargs.append(Kwarg(at, to, text_of(field, s), expression(value, s, d)))
        elif child.type == "base_field_initializer":
            kwargs.append(Kwarg(at, to, "", _inner(child, s, d)))
    opened = body.start_byte + 1 if body is not None else end
    func: AnyExpr = path_of(name, s, d) if name is not None else Expr(start, start)
    return Call(start, end, func, (), tuple(kwargs), new=True, args_start=opened, args_end=max(opened, end - 1))


def parameters(n: Syntax | None, s: bytes) -> tuple[ParamNode, ...]:
    """The parameters of a function or closure; a pattern that binds one name is called like it."""
    found: list[ParamNode] = []
    for child in n.named_children if n is not None else ():
        at, to = child.start_byte, child.end_byte
        if child.type == "self_parameter":
            found.append(ParamNode(at, to, "self", kind="self", name_start=at, name_end=to))
            continue
        if child.type in {"attribute_item", "mutable_specifier", *COMMENTS}:
            continue
        declared = child.child_by_field_name("type") if child.type == "parameter" else None
        pattern = child.child_by_field_name("pattern") if child.type == "parameter" else child
        if pattern is None:
            continue
        target = target_of(pattern, s)
        names = bound_names(target)
        only = names[0] if len(names) == 1 else None
        found.append(
            ParamNode(
                at, to, only.id if only is not None else "",
                type_of(declared, s) if declared is not None else None,
                pattern=None if isinstance(target, Name) else target,
                name_start=only.start if only is not None else pattern.start_byte,
                name_end=only.end if only is not None else pattern.end_byte,
            )
        )  # fmt: skip
    return tuple(found)


def _closure(n: Syntax, s: bytes, d: int) -> AnyExpr:
    params, body = n.child_by_field_name("parameters"), n.child_by_field_name("body")
    asynchronous = any(c.type == "async" for c in n.children)
    if body is not None and body.type == "async_block":
        asynchronous = True
        body = next((c for c in body.children if c.type == "block"), body)
    return Lambda(n.start_byte, n.end_byte, _function(n, params, body, s, d, asynchronous=asynchronous))


def _async_block(n: Syntax, s: bytes, d: int) -> AnyExpr:
    body = next((c for c in n.children if c.type == "block"), None)
    return Lambda(n.start_byte, n.end_byte, _function(n, None, body, s, d, asynchronous=True))


def _function(
    n: Syntax, params: Syntax | None, body: Syntax | None, s: bytes, d: int, *, asynchronous: bool
) -> FunctionNode:
    start, end = n.start_byte, n.end_byte
    block = body is not None and body.type == "block"
    inside = (end, end) if body is None else (body.start_byte + int(block), body.end_byte - int(block))

    def lower() -> tuple[Stmt, ...]:
        from persona_lsp.syntax.rust_statements import body_of

        return body_of(body, s, d)

    return FunctionNode(
        start, end, "", start, start, parameters(params, s), inside[0], max(inside), lower,
        is_async=asynchronous, expression_body=not block, has_error=n.has_error,
    )  # fmt: skip


def _block(n: Syntax, s: bytes, d: int) -> AnyExpr:
    held = next((c for c in n.children if c.type == "block"), n)
    inner = [c for c in held.named_children if c.type not in COMMENTS]
    if len(inner) == 1 and inner[0].type not in _STATEMENT_KINDS:
        return expression(inner[0], s, d)
    return _statement(n, s, d)


def _statement(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """What is a statement in other languages."""
    from persona_lsp.syntax.rust_statements import statements

    return BlockExpr(n.start_byte, n.end_byte, statements((n,), s, d))


def _plain(n: Syntax | None) -> Syntax | None:
    """The only expression of a block."""
    if n is None:
        return None
    if n.type == "else_clause":
        n = next((c for c in n.named_children if c.type not in COMMENTS), n)
    if n.type != "block":
        return n
    inner = [c for c in n.named_children if c.type not in COMMENTS]
    return inner[0] if len(inner) == 1 and inner[0].type not in _STATEMENT_KINDS else None


def _if(n: Syntax, s: bytes, d: int) -> AnyExpr:
    test, then = n.child_by_field_name("condition"), _plain(n.child_by_field_name("consequence"))
    orelse = _plain(n.child_by_field_name("alternative"))
    if test is None or then is None or orelse is None or is_failure_test(test, s):
        return _statement(n, s, d)
    return Ternary(
        n.start_byte, n.end_byte, expression(test, s, d), expression(then, s, d), expression(orelse, s, d)
    )  # fmt: skip


def is_failure_test(test: Syntax, s: bytes) -> bool:
    """`if let Err(e) = ...`."""
    pattern = test.child_by_field_name("pattern") if test.type == "let_condition" else None
    return pattern is not None and head_of_pattern(pattern, s) == "Err"


def _let_condition(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`let Some(x) = y`: an assignment that holds if there is something; other patterns are comparisons."""
    pattern, value = n.child_by_field_name("pattern"), n.child_by_field_name("value")
    start, end = n.start_byte, n.end_byte
    if pattern is None or value is None:
        return Expr(start, end)
    made = expression(value, s, d)
    if head_of_pattern(pattern, s) in {"Some", "Ok"}:
        target = target_of(pattern, s)
        names = bound_names(target)
        held: AnyExpr = names[0] if len(names) == 1 else target if names else Name(start, start, "_")
        return Let(start, end, held, made)
    compared = pattern_expression(pattern, s, d)
    return Binary(
        start, end, "==", made, compared if compared is not None else Expr(pattern.start_byte, pattern.end_byte)
    )


def pattern_expression(n: Syntax, s: bytes, d: int) -> AnyExpr | None:
    """What a pattern compares with: a literal, a variant; None for what matches anything."""
    kind = n.type
    if kind in {"tuple_struct_pattern", "struct_pattern"}:
        head = n.child_by_field_name("type")
        return path_of(head, s, d) if head is not None else Expr(n.start_byte, n.end_byte)
    if kind in {"reference_pattern", "ref_pattern", "captured_pattern", "match_pattern"}:
        held = n.named_children[-1] if n.named_children else None
        return pattern_expression(held, s, d) if held is not None else None
    if kind == "identifier":
        name = text_of(n, s)
        if name == "None":
            return Const(n.start_byte, n.end_byte, None)
        return path_of(n, s, d) if name[:1].isupper() else None
    if kind in {"_", "mut_pattern", "remaining_field_pattern"}:
        return None
    if kind in {"tuple_pattern", "slice_pattern", "or_pattern"}:
        inner = [pattern_expression(c, s, d) for c in n.named_children if c.type not in COMMENTS]
        return Items(n.start_byte, n.end_byte, tuple(i for i in inner if i is not None), "tuple")
    return expression(n, s, d)


def _chain(n: Syntax, s: bytes, d: int) -> AnyExpr:
    held = [expression(c, s, d) for c in n.named_children if c.type not in COMMENTS]
    made: AnyExpr = held[0] if held else Expr(n.start_byte, n.end_byte)
    for part in held[1:]:
        made = Binary(made.start, part.end, "and", made, part)
    return made


_LEAVING: Final = lazy(rb"\breturn\b|\bbreak\b|\bcontinue\b")


def leaves(n: Syntax, s: bytes) -> bool:
    """Something in the expression leaves the function or the loop."""
    return _LEAVING.search(s, n.start_byte, n.end_byte) is not None


def _match(n: Syntax, s: bytes, d: int) -> AnyExpr:
    value, body = n.child_by_field_name("value"), n.child_by_field_name("body")
    if value is None or body is None:
        return Expr(n.start_byte, n.end_byte)
    arms: list[tuple[tuple[AnyExpr, ...], AnyExpr]] = []
    for arm in body.named_children:
        pattern, held = arm.child_by_field_name("pattern"), arm.child_by_field_name("value")
        if arm.type != "match_arm" or pattern is None or held is None:
            continue
        options = alternatives(pattern)
        if any(head_of_pattern(p, s) in {"Ok", "Err", "Some", "None"} for p in options):
            return _statement(n, s, d)
        compared = [pattern_expression(p, s, d) for p in options]
        arms.append((tuple(p for p in compared if p is not None), expression(held, s, d)))
    return SwitchExpr(n.start_byte, n.end_byte, expression(value, s, d), tuple(arms))


def _macro(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return macro(n, s, d, expression)


_STATEMENT_KINDS: Final = frozenset(
    {
        "expression_statement", "let_declaration", "empty_statement", "function_item", "use_declaration", "struct_item",
        "const_item", "static_item", "enum_item", "impl_item", "mod_item", "macro_definition", "trait_item", "type_item",
        "attribute_item", "ERROR",
    }
)  # fmt: skip
_EXPRESSIONS: Final[dict[str, Callable[[Syntax, bytes, int], AnyExpr]]] = {
    "identifier": _path, "scoped_identifier": _path, "self": _path, "crate": _path, "super": _path,
    "type_identifier": _path, "scoped_type_identifier": _path, "generic_function": _path, "metavariable": _path,
    "generic_type": _path,
    "integer_literal": _number, "float_literal": _number, "boolean_literal": _boolean, "string_literal": _string,
    "raw_string_literal": _string, "char_literal": _character,
    "call_expression": _link, "field_expression": _link, "await_expression": _link, "try_expression": _link,
    "reference_expression": _inner, "parenthesized_expression": _inner, "type_cast_expression": _inner,
    "unary_expression": _unary, "binary_expression": _binary, "assignment_expression": _assignment,
    "compound_assignment_expr": _assignment, "index_expression": _index, "tuple_expression": _tuple,
    "unit_expression": _tuple, "array_expression": _array, "struct_expression": _struct,
    "closure_expression": _closure, "async_block": _async_block, "block": _block, "unsafe_block": _block,
    "const_block": _block, "if_expression": _if, "match_expression": _match, "let_condition": _let_condition,
    "let_chain": _chain, "macro_invocation": _macro, "return_expression": _statement, "break_expression": _statement,
    "continue_expression": _statement, "loop_expression": _statement, "while_expression": _statement,
    "for_expression": _statement, "expression_statement": _inner, "literal_pattern": _inner,
}  # fmt: skip
