"""C# expressions, lowered to the code tree.

`d` is the depth that is left: chains deeper than anyone writes by hand end in an empty `Expr`.
"""

from collections.abc import Callable, Sequence
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.csharp_creations import (
    anonymous,
    array,
    collection,
    created,
    initializer,
    query,
    tuple_of,
)
from persona_lsp.syntax.csharp_literals import (
    boolean_literal,
    character_literal,
    integer_literal,
    interpolated,
    null_literal,
    real_literal,
    string_literal,
)
from persona_lsp.syntax.csharp_patterns import case_patterns, tested
from persona_lsp.syntax.csharp_types import COMMENTS, DEPTH, text_of, type_arguments_of, type_of
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
    Raise,
    Return,
    Str,
    SwitchExpr,
    Ternary,
    Unary,
)

_OPERATORS: Final = {"&&": "and", "||": "or"}
_LONGEST_CHAIN: Final = 150
"""Links of one fluent chain; nobody writes more, and who walks the tree needs stack for each."""
_LINKS: Final = frozenset({"invocation_expression", "member_access_expression"})


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


def arguments_of(n: Syntax | None, s: bytes, d: int) -> tuple[tuple[AnyExpr, ...], tuple[Kwarg, ...]]:
    """Arguments by position and by name; `ref` and `out` vanish."""
    args: list[AnyExpr] = []
    named: list[Kwarg] = []
    for child in n.named_children if n is not None else ():
        if child.type not in {"argument", "attribute_argument"}:
            continue
        name = child.child_by_field_name("name")
        held = [c for c in child.named_children if c.type not in COMMENTS and (name is None or c.id != name.id)]
        held = held or [c for c in child.children if c.type in {"this", "base"}]
        if not held:
            continue
        value = expression(held[-1], s, d)
        if name is not None:
            named.append(Kwarg(child.start_byte, child.end_byte, text_of(name, s), value))
        else:
            args.append(value)
    return tuple(args), tuple(named)


def inside(n: Syntax | None, otherwise: int, s: bytes) -> tuple[int, int]:
    """Where the first argument begins, and where the closing parenthesis stands."""
    if n is None:
        return otherwise, otherwise
    end = n.end_byte
    return n.start_byte + 1, end - 1 if s[end - 1 : end] in {b")", b"]"} else end


def _name(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    return Name(n.start_byte, n.end_byte, text_of(n, s))


def _chain(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`a.b(c).d(e)`: one loop over the links, innermost first, so that long chains need no stack."""
    links: list[Syntax] = []
    base: Syntax | None = n
    while base is not None and base.type in _LINKS:
        links.append(base)
        base = base.child_by_field_name("function" if base.type == "invocation_expression" else "expression")
    made: AnyExpr
    if base is None or len(links) > _LONGEST_CHAIN:
        made = Expr(n.start_byte, n.start_byte)
    else:
        made = expression(base, s, d)
    types: tuple[AnyExpr, ...] = (
        type_arguments_of(base, s, d) if base is not None and base.type == "generic_name" else ()
    )
    for link in reversed(links):
        if link.type == "member_access_expression":
            made, types = _linked(link, made, s, d)
        else:
            made = called(link, made, types, s, d)
            types = ()
    return made


def _linked(n: Syntax, base: AnyExpr, s: bytes, d: int) -> tuple[AnyExpr, tuple[AnyExpr, ...]]:
    """`base.name` or `base.name<T>`: the member, and its type arguments."""
    name = n.child_by_field_name("name")
    if name is None:
        return Expr(n.start_byte, n.end_byte, (base,)), ()
    types: tuple[AnyExpr, ...] = ()
    if name.type == "generic_name":
        types = type_arguments_of(name, s, d)
        name = next((c for c in name.named_children if c.type == "identifier"), name)
    return Member(n.start_byte, n.end_byte, base, text_of(name, s), name.start_byte), types


def called(n: Syntax, func: AnyExpr, types: tuple[AnyExpr, ...], s: bytes, d: int) -> AnyExpr:
    """A call of `func`; `nameof(X)` is text, and `ConfigureAwait` says nothing."""
    if isinstance(func, Index) and isinstance(func.base, Name):
        types, func = func.keys, func.base
    arguments = n.child_by_field_name("arguments")
    args, named = arguments_of(arguments, s, d)
    if isinstance(func, Name) and func.id == "nameof" and len(args) == 1:
        last = args[0]
        text = last.name if isinstance(last, Member) else last.id if isinstance(last, Name) else ""
        return Str(n.start_byte, n.end_byte, (text,) if text else (last,))
    if isinstance(func, Member) and func.name == "ConfigureAwait":
        return func.base
    for given in (*args, *(k.value for k in named)):
        if isinstance(given, Lambda):
            given.function.passed_to = (
                func.name if isinstance(func, Member) else func.id if isinstance(func, Name) else ""
            )
    at, to = inside(arguments, n.end_byte, s)
    return Call(
        n.start_byte, n.end_byte, func, args, named, optional=isinstance(func, Member) and func.optional,
        args_start=at, args_end=to, types=types,
    )  # fmt: skip


def _generic(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return type_of(n, s, d)


def _conditional_access(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`a?.b`, `a?[0]`, `a?.b(c).d`: what follows the question mark, put on what stands before it."""
    parts = [c for c in n.named_children if c.type not in COMMENTS]
    if len(parts) != 2:
        return unknown(n, s, d)
    return _bound(parts[1], expression(parts[0], s, d), n.start_byte, s, d)


def _bound(n: Syntax, base: AnyExpr, start: int, s: bytes, d: int) -> AnyExpr:
    if d <= 0:
        return Expr(n.start_byte, n.end_byte)
    kind = n.type
    if kind == "member_binding_expression":
        name = n.child_by_field_name("name") or n
        if name.type == "generic_name":
            name = next((c for c in name.named_children if c.type == "identifier"), name)
        return Member(start, n.end_byte, base, text_of(name, s).lstrip("."), name.start_byte, optional=True)
    if kind == "element_binding_expression":
        args, _ = arguments_of(n, s, d)
        return Index(start, n.end_byte, base, args)
    if kind == "invocation_expression":
        func = n.child_by_field_name("function")
        held = _bound(func, base, start, s, d - 1) if func is not None else base
        made = called(n, held, (), s, d)
        made.start = start
        return made
    if kind == "member_access_expression":
        inner = n.child_by_field_name("expression")
        held = _bound(inner, base, start, s, d - 1) if inner is not None else base
        made, _ = _linked(n, held, s, d)
        made.start = start
        return made
    if kind == "element_access_expression":
        inner = n.child_by_field_name("expression")
        held = _bound(inner, base, start, s, d - 1) if inner is not None else base
        return Index(start, n.end_byte, held, arguments_of(n.child_by_field_name("subscript"), s, d)[0])
    if kind == "conditional_access_expression":
        parts = [c for c in n.named_children if c.type not in COMMENTS]
        if len(parts) == 2:
            return _bound(parts[1], _bound(parts[0], base, start, s, d - 1), start, s, d - 1)
    return Expr(start, n.end_byte, (base,))


def _index(n: Syntax, s: bytes, d: int) -> AnyExpr:
    held, keys = n.child_by_field_name("expression"), n.child_by_field_name("subscript")
    if held is None:
        return unknown(n, s, d)
    return Index(n.start_byte, n.end_byte, expression(held, s, d), arguments_of(keys, s, d)[0])


def _binary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    steps: list[tuple[str, Syntax, int]] = []
    left: Syntax | None = n
    while left is not None and left.type == "binary_expression":
        operator, right = left.child_by_field_name("operator"), left.child_by_field_name("right")
        if operator is None or right is None:
            break
        steps.append((_OPERATORS.get(operator.type, operator.type), right, left.end_byte))
        left = left.child_by_field_name("left")
    if not steps or left is None:
        return unknown(n, s, d)
    made = expression(left, s, d) if left.type != "binary_expression" else unknown(left, s, d)
    if len(steps) > _LONGEST_CHAIN:
        return Expr(n.start_byte, n.end_byte, (made, *(expression(r, s, d) for _, r, _ in reversed(steps))))
    for operator_, right, end in reversed(steps):
        made = Binary(n.start_byte, end, operator_, made, expression(right, s, d))
    return made


def _is(n: Syntax, s: bytes, d: int) -> AnyExpr:
    parts = [c for c in n.named_children if c.type not in COMMENTS]
    if len(parts) != 2:
        return unknown(n, s, d)
    return tested(n, expression(parts[0], s, d), parts[1], s, d, expression)


def _unary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`!x`, `-x`, `x++`; the `!` that only calms the compiler vanishes."""
    operand = next((c for c in n.named_children if c.type not in COMMENTS), None)
    if operand is None:
        return unknown(n, s, d)
    start, end = n.start_byte, n.end_byte
    held = expression(operand, s, d)
    operator = next((c.type for c in n.children if not c.is_named), "")
    if operator in {"++", "--"}:
        return Let(start, end, held, Const(end, end, 1), operator[0])
    if n.type == "postfix_unary_expression":
        return held
    return Unary(start, end, "not" if operator == "!" else operator, held)


def _assignment(n: Syntax, s: bytes, d: int) -> AnyExpr:
    left, right = n.child_by_field_name("left"), n.child_by_field_name("right")
    operator = n.child_by_field_name("operator")
    if left is None or right is None:
        return unknown(n, s, d)
    op = (operator.type if operator is not None and operator.type != "assignment_operator" else "=")[:-1]
    return Let(n.start_byte, n.end_byte, expression(left, s, d), expression(right, s, d), op)


def _ternary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    parts = [n.child_by_field_name(f) for f in ("condition", "consequence", "alternative")]
    if not all(parts):
        return unknown(n, s, d)
    test, then, orelse = [expression(p, s, d) for p in parts if p is not None]
    return Ternary(n.start_byte, n.end_byte, test, then, orelse)


def _await(n: Syntax, s: bytes, d: int) -> AnyExpr:
    held = next((c for c in n.named_children if c.type not in COMMENTS), None)
    return Await(n.start_byte, n.end_byte, expression(held, s, d)) if held is not None else unknown(n, s, d)


def _throw(n: Syntax, s: bytes, d: int) -> AnyExpr:
    held = next((c for c in n.named_children if c.type not in COMMENTS), None)
    value = expression(held, s, d) if held is not None else None
    return BlockExpr(n.start_byte, n.end_byte, (Raise(n.start_byte, n.end_byte, value),))


def _vanishing(n: Syntax, s: bytes, d: int) -> AnyExpr:
    inner = [c for c in n.named_children if c.type not in COMMENTS]
    return expression(inner[0], s, d) if len(inner) == 1 else unknown(n, s, d)


def _valued(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """Casts: the value alone."""
    value = n.child_by_field_name("value") or n.child_by_field_name("left")
    return expression(value, s, d) if value is not None else unknown(n, s, d)


def _declared(n: Syntax, s: bytes, d: int) -> AnyExpr:
    name = n.child_by_field_name("name")
    return expression(name, s, d) if name is not None else unknown(n, s, d)


def _typeof(n: Syntax, s: bytes, d: int) -> AnyExpr:
    held = n.child_by_field_name("type") or next((c for c in n.named_children if c.type not in COMMENTS), None)
    func = Name(n.start_byte, n.start_byte + 6, "typeof")
    args = (type_of(held, s, d),) if held is not None else ()
    return Call(n.start_byte, n.end_byte, func, args, args_start=n.end_byte - 1, args_end=n.end_byte - 1)


def _default(n: Syntax, s: bytes, d: int) -> AnyExpr:
    held = [c for c in n.named_children if c.type not in COMMENTS]
    return Expr(n.start_byte, n.end_byte) if held else null_literal(n, s, d)


def _lambda(n: Syntax, s: bytes, d: int) -> AnyExpr:
    from persona_lsp.syntax.csharp_members import attributes_of, parameters
    from persona_lsp.syntax.csharp_statements import block

    start, end = n.start_byte, n.end_byte
    given = n.child_by_field_name("parameters")
    body = n.child_by_field_name("body") or next((c for c in reversed(n.children) if c.type == "block"), None)
    if body is None:
        return unknown(n, s, d)
    if given is not None and given.type in {"implicit_parameter", "identifier"}:
        at, to = given.start_byte, given.end_byte
        params: tuple[ParamNode, ...] = (ParamNode(at, to, text_of(given, s), name_start=at, name_end=to),)
    else:
        params = parameters(given, s)
    decorators = tuple(a for c in n.children if c.type == "attribute_list" for a in attributes_of(c, s))
    words = tuple(text_of(c, s) for c in n.children if c.type == "modifier")
    at, to = body.start_byte, body.end_byte
    is_block = body.type == "block"
    function = FunctionNode(
        start, end, "", start, start, params, at + 1 if is_block else at, to - 1 if is_block else to,
        (lambda: block(body, s, d)) if is_block else (lambda: (Return(at, to, expression(body, s, d), implicit=True),)),
        decorators, is_async="async" in words, modifiers=words, expression_body=not is_block, outer_start=start,
        has_error=n.has_error,
    )  # fmt: skip
    return Lambda(start, end, function)


def _switch(n: Syntax, s: bytes, d: int) -> AnyExpr:
    parts = [c for c in n.named_children if c.type not in COMMENTS]
    if not parts:
        return unknown(n, s, d)
    arms: list[tuple[tuple[AnyExpr, ...], AnyExpr]] = []
    for arm in parts[1:]:
        held = [c for c in arm.named_children if c.type not in COMMENTS]
        if arm.type == "switch_expression_arm" and len(held) >= 2:
            arms.append((case_patterns(held[:-1], s, d, expression), expression(held[-1], s, d)))
    return SwitchExpr(n.start_byte, n.end_byte, expression(parts[0], s, d), tuple(arms))


def names_in(nodes: Sequence[Syntax], s: bytes) -> list[AnyExpr]:
    """The names of a deconstruction."""
    found: list[AnyExpr] = []
    for n in nodes:
        if n.type == "identifier":
            found.append(Name(n.start_byte, n.end_byte, text_of(n, s)))
        elif n.type in {"tuple_pattern", "parenthesized_variable_designation"}:
            found += names_in(n.named_children, s)
    return found


def _designation(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    return Items(n.start_byte, n.end_byte, tuple(names_in(n.named_children, s)), "tuple")


_EXPRESSIONS: Final[dict[str, Callable[[Syntax, bytes, int], AnyExpr]]] = {
    "identifier": _name, "this": _name, "base": _name, "this_expression": _name, "base_expression": _name,
    "predefined_type": _name, "discard": _name, "generic_name": _generic, "qualified_name": type_of,
    "alias_qualified_name": type_of, "invocation_expression": _chain, "member_access_expression": _chain,
    "conditional_access_expression": _conditional_access, "object_creation_expression": created,
    "implicit_object_creation_expression": created, "anonymous_object_creation_expression": anonymous,
    "array_creation_expression": array, "implicit_array_creation_expression": array,
    "initializer_expression": initializer, "collection_expression": collection, "tuple_expression": tuple_of,
    "element_access_expression": _index, "binary_expression": _binary, "is_pattern_expression": _is,
    "is_expression": _is, "prefix_unary_expression": _unary, "postfix_unary_expression": _unary,
    "assignment_expression": _assignment, "conditional_expression": _ternary, "await_expression": _await,
    "throw_expression": _throw, "parenthesized_expression": _vanishing, "checked_expression": _vanishing,
    "ref_expression": _vanishing, "cast_expression": _valued, "as_expression": _valued,
    "declaration_expression": _declared, "typeof_expression": _typeof, "default_expression": _default,
    "lambda_expression": _lambda, "anonymous_method_expression": _lambda, "switch_expression": _switch,
    "query_expression": query, "tuple_pattern": _designation, "parenthesized_variable_designation": _designation,
    "string_literal": string_literal, "verbatim_string_literal": string_literal,
    "raw_string_literal": string_literal, "interpolated_string_expression": interpolated(expression),
    "character_literal": character_literal, "integer_literal": integer_literal, "real_literal": real_literal,
    "boolean_literal": boolean_literal, "null_literal": null_literal,
}  # fmt: skip
