"""Go statements, lowered to the code tree.

`if x := f(); test {}` is a group of the assignment and the `if`; `defer f()` and `go f()` are the effect of a `Unary`.
"""

from collections.abc import Callable, Iterable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.golang.expressions import expression, expressions
from persona_lsp.syntax.golang.types import COMMENTS, text_of, type_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassDef,
    Const,
    Do,
    Expr,
    For,
    Group,
    If,
    Items,
    Jump,
    Name,
    Raise,
    Return,
    Stmt,
    Switch,
    Unary,
)

_IGNORED: Final = COMMENTS | {"{", "}", ";", "\n", "empty_statement"}
_ARMS: Final = frozenset({"expression_case", "default_case", "type_case", "communication_case"})
Arms = list[tuple[tuple[AnyExpr, ...], tuple[Stmt, ...]]]


def block(n: Syntax | None, s: bytes, d: int) -> tuple[Stmt, ...]:
    """The statements between braces."""
    if n is None:
        return ()
    return statements(n.children, s, d) if n.type in {"block", "statement_list"} else statements((n,), s, d)


def statements(nodes: Iterable[Syntax], s: bytes, d: int) -> tuple[Stmt, ...]:
    """Statements in order. What an error node holds is lowered as if it stood in its place."""
    found: list[Stmt] = []
    for n in nodes:
        kind = n.type
        if kind in _IGNORED:
            continue
        lower = _STATEMENTS.get(kind)
        if d <= 0:
            found.append(Do(n.start_byte, n.end_byte, Expr(n.start_byte, n.end_byte)))
        elif lower is not None:
            lower(n, s, d - 1, found)
        elif kind in {"ERROR", "statement_list"}:
            found += statements(n.named_children, s, d - 1)
        elif n.is_named:
            found.append(Do(n.start_byte, n.end_byte, expression(n, s, d - 1)))
    return tuple(found)


def declared(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    """`var` and `const` declarations, alone or in a group."""
    const = n.type == "const_declaration"
    stack = list(reversed(n.named_children))
    while stack:
        spec = stack.pop()
        if spec.type == "var_spec_list":
            stack.extend(reversed(spec.named_children))
        elif spec.type in {"var_spec", "const_spec"}:
            _spec(spec, s, d, found, const=const)


def _spec(n: Syntax, s: bytes, d: int, found: list[Stmt], *, const: bool) -> None:
    names = [Name(c.start_byte, c.end_byte, text_of(c, s)) for c in n.children_by_field_name("name") if c.is_named]
    values = expressions(n.child_by_field_name("value"), s, d)
    kind = n.child_by_field_name("type")
    type_ = type_of(kind, s) if kind is not None else None
    start, end = n.start_byte, n.end_byte
    if len(values) == 1 and len(names) > 1:
        several = Items(start, end, tuple(names), "tuple")
        found.append(Assign(start, end, (several,), values[0], "", type_, const, declares=True))
        return
    for index, name in enumerate(names):
        value = values[index] if index < len(values) else None
        found.append(Assign(start, end, (name,), value, "", type_, const, declares=True))


def _assign(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    left, right = expressions(n.child_by_field_name("left"), s, d), expressions(n.child_by_field_name("right"), s, d)
    operator = n.child_by_field_name("operator")
    op = text_of(operator, s).rstrip("=").rstrip(":") if operator is not None else ""
    declares = n.type == "short_var_declaration"
    start, end = n.start_byte, n.end_byte
    if len(left) == len(right):
        for target, value in zip(left, right, strict=True):
            found.append(Assign(start, end, (target,), value, op, declares=declares))
    elif left and right:
        value = right[0] if len(right) == 1 else Items(right[0].start, right[-1].end, right, "tuple")
        targets = (Items(left[0].start, left[-1].end, left, "tuple"),)
        found.append(Assign(start, end, targets, value, op, declares=declares))


def _step(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    target = next(iter(expressions(n.named_children[0] if n.named_children else None, s, d)), Expr(0, 0))
    op = "+" if n.type == "inc_statement" else "-"
    found.append(Assign(n.start_byte, n.end_byte, (target,), Const(n.end_byte, n.end_byte, 1), op))


def _do(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    inner = next((c for c in n.named_children if c.type not in COMMENTS), None)
    value = expression(inner, s, d)
    if isinstance(value, Call) and isinstance(value.func, Name) and value.func.id == "panic":
        found.append(Raise(n.start_byte, n.end_byte, value.args[0] if value.args else None))
        return
    found.append(Do(n.start_byte, n.end_byte, value))


def _later(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    inner = next((c for c in n.named_children if c.type not in COMMENTS), None)
    word = "defer" if n.type == "defer_statement" else "go"
    found.append(Do(n.start_byte, n.end_byte, Unary(n.start_byte, n.end_byte, word, expression(inner, s, d))))


def _send(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    parts = tuple(expression(c, s, d) for c in n.named_children)
    found.append(Do(n.start_byte, n.end_byte, Expr(n.start_byte, n.end_byte, parts)))


def _return(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    inner = next((c for c in n.named_children if c.type not in COMMENTS), None)
    values = expressions(inner, s, d)
    value: AnyExpr | None = values[0] if values else None
    if len(values) > 1:
        value = Items(values[0].start, values[-1].end, values, "tuple")
    found.append(Return(n.start_byte, n.end_byte, value))


def _jump(n: Syntax, _s: bytes, _d: int, found: list[Stmt]) -> None:
    kind = {"continue_statement": "continue", "fallthrough_statement": "pass"}.get(n.type, "break")
    found.append(Jump(n.start_byte, n.end_byte, kind))


def _with_initializer(n: Syntax, s: bytes, d: int, made: Stmt, found: list[Stmt]) -> None:
    initializer = n.child_by_field_name("initializer")
    if initializer is None:
        found.append(made)
        return
    found.append(Group(n.start_byte, n.end_byte, (*statements((initializer,), s, d), made)))


def _if(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    test = expression(n.child_by_field_name("condition"), s, d)
    then = block(n.child_by_field_name("consequence"), s, d)
    orelse = block(n.child_by_field_name("alternative"), s, d)
    _with_initializer(n, s, d, If(n.start_byte, n.end_byte, test, then, orelse), found)


def _for(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    body = block(n.child_by_field_name("body"), s, d)
    start, end = n.start_byte, n.end_byte
    head = next((c for c in n.named_children if c.type not in COMMENTS and c.type != "block"), None)
    if head is None:
        found.append(For(start, end, "forever", None, None, None, body))
    elif head.type == "range_clause":
        names = expressions(head.child_by_field_name("left"), s, d)
        target: AnyExpr | None = names[0] if names else None
        if len(names) > 1:
            first = names[0]
            blank = isinstance(first, Name) and first.id == "_"
            target = names[1] if blank else Items(first.start, names[-1].end, names, "tuple")
        found.append(For(start, end, "each", target, expression(head.child_by_field_name("right"), s, d), None, body))
    elif head.type == "for_clause":
        initializer, update = head.child_by_field_name("initializer"), head.child_by_field_name("update")
        test = head.child_by_field_name("condition")
        init = statements((initializer,), s, d) if initializer is not None else ()
        after = statements((update,), s, d) if update is not None else ()
        condition = expression(test, s, d) if test is not None else None
        found.append(For(start, end, "count", None, None, condition, (*body, *after), init=init))
    else:
        found.append(For(start, end, "while", None, None, expression(head, s, d), body))


def _switch(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    value = n.child_by_field_name("value")
    arms: Arms = []
    for case in n.named_children:
        if case.type not in _ARMS:
            continue
        patterns: tuple[AnyExpr, ...] = ()
        if case.type == "type_case":
            patterns = tuple(type_of(t, s, d) for t in case.children_by_field_name("type"))
        elif case.type == "expression_case":
            patterns = expressions(case.child_by_field_name("value"), s, d)
        inside: list[Stmt] = []
        communication = case.child_by_field_name("communication")
        if communication is not None:
            inside += statements((communication,), s, d)
            patterns = (Expr(communication.start_byte, communication.end_byte),)
        for child in case.children:
            if child.type == "statement_list":
                inside += statements(child.children, s, d)
        if inside and isinstance(inside[-1], Jump) and inside[-1].kind == "break":
            inside.pop()
        arms.append((patterns, tuple(inside)))
    subject = expression(value, s, d) if value is not None else None
    if subject is None and n.type == "expression_switch_statement" and arms and not _falls_through(arms):
        _with_initializer(n, s, d, _tested(n, arms), found)
        return
    alias = next(iter(expressions(n.child_by_field_name("alias"), s, d)), None)
    made: Stmt = Switch(n.start_byte, n.end_byte, subject, tuple(arms))
    if alias is not None and subject is not None:
        made = Group(n.start_byte, n.end_byte, (Assign(alias.start, subject.end, (alias,), subject), made))
    _with_initializer(n, s, d, made, found)


def _falls_through(arms: Arms) -> bool:
    return any(isinstance(statement, Jump) for _, body in arms for statement in body)


def _tested(n: Syntax, arms: Arms) -> Stmt:
    """`switch { case a: ...; default: ... }` is `if a {} else {}`."""
    orelse: tuple[Stmt, ...] = next((body for patterns, body in arms if not patterns), ())
    made: Stmt | None = None
    for patterns, body in reversed([arm for arm in arms if arm[0]]):
        test = patterns[0]
        for other in patterns[1:]:
            test = Binary(test.start, other.end, "or", test, other)
        made = If(test.start, body[-1].end if body else test.end, test, body, orelse)
        orelse = (made,)
    return made if made is not None else Group(n.start_byte, n.end_byte, orelse)


def _block(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    found.append(Group(n.start_byte, n.end_byte, block(n, s, d)))


def _labelled(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    inner = [c for c in n.named_children if c.type != "label_name"]
    found.append(Group(n.start_byte, n.end_byte, statements(inner, s, d)))


def _type(n: Syntax, s: bytes, _d: int, found: list[Stmt]) -> None:
    from persona_lsp.syntax.golang import types_in

    found += [ClassDef(c.start, c.end, c) for c in types_in(n, s, "")]


_STATEMENTS: Final[dict[str, Callable[[Syntax, bytes, int, list[Stmt]], None]]] = {
    "short_var_declaration": _assign,
    "assignment_statement": _assign,
    "receive_statement": _assign,
    "var_declaration": declared,
    "const_declaration": declared,
    "inc_statement": _step,
    "dec_statement": _step,
    "expression_statement": _do,
    "defer_statement": _later,
    "go_statement": _later,
    "send_statement": _send,
    "return_statement": _return,
    "break_statement": _jump,
    "continue_statement": _jump,
    "goto_statement": _jump,
    "fallthrough_statement": _jump,
    "if_statement": _if,
    "for_statement": _for,
    "expression_switch_statement": _switch,
    "type_switch_statement": _switch,
    "select_statement": _switch,
    "block": _block,
    "labeled_statement": _labelled,
    "type_declaration": _type,
}
