"""Java statements, lowered to the code tree."""

from collections.abc import Callable, Iterable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.effect import effect
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    CatchNode,
    ClassDef,
    Do,
    Expr,
    For,
    Group,
    If,
    Jump,
    Name,
    Raise,
    Return,
    Stmt,
    Switch,
    Try,
    With,
)
from persona_lsp.syntax.java_expressions import arguments_of, expression
from persona_lsp.syntax.java_types import COMMENTS, type_of

_CLASSES: Final = frozenset(
    {
        "class_declaration",
        "interface_declaration",
        "record_declaration",
        "enum_declaration",
        "annotation_type_declaration",
    }
)
_IGNORED: Final = COMMENTS | {"{", "}", ";", "modifiers"}


def block(n: Syntax, s: bytes, d: int) -> tuple[Stmt, ...]:
    """The statements between braces; a single statement is a block of itself."""
    if n.type in {"block", "constructor_body"}:
        return statements(n.children, s, d)
    return statements((n,), s, d)


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
        elif kind in _CLASSES:
            found.append(_local_class(n, s))
        elif kind == "ERROR":
            found += statements(n.named_children, s, d - 1)
        elif n.is_named:
            found.append(Do(n.start_byte, n.end_byte, expression(n, s, d - 1)))
    return tuple(found)


def switch_arms(n: Syntax, s: bytes, d: int) -> list[tuple[tuple[AnyExpr, ...], tuple[Stmt, ...]]]:
    """(patterns, body) of each arm; labels without a body belong to the next; a final `break` vanishes."""
    arms: list[tuple[tuple[AnyExpr, ...], tuple[Stmt, ...]]] = []
    body = n.child_by_field_name("body")
    waiting: tuple[AnyExpr, ...] = ()
    for group in body.named_children if body is not None else ():
        if group.type not in {"switch_block_statement_group", "switch_rule"}:
            continue
        patterns: list[AnyExpr] = []
        rest: list[Syntax] = []
        for child in group.children:
            if child.type == "switch_label":
                patterns += [_pattern(c, s, d) for c in child.named_children if c.type not in COMMENTS]
            elif child.type not in {":", "->"}:
                rest.append(child)
        made = statements(rest, s, d)
        if len(made) == 1 and isinstance(made[0], Group) and group.type == "switch_rule":
            made = made[0].body
        if made and isinstance(made[-1], Jump) and made[-1].kind == "break":
            made = made[:-1]
        elif not made and group.type == "switch_block_statement_group":
            waiting += tuple(patterns)
            continue
        arms.append(((*waiting, *patterns), made))
        waiting = ()
    return arms


def _pattern(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return type_of(n.named_children[0], s, d) if n.type == "pattern" and n.named_children else expression(n, s, d)


def _local_class(n: Syntax, s: bytes) -> Stmt:
    from persona_lsp.syntax.java import class_of

    return ClassDef(n.start_byte, n.end_byte, class_of(n, s, ""))


def _expression(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    for child in n.named_children:
        if child.type in COMMENTS:
            continue
        if child.type == "switch_expression":
            _switch(child, s, d, found)
            continue
        found.append(effect(expression(child, s, d), n.start_byte, n.end_byte))


def _local(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    declared: AnyExpr | None = None
    const = False
    for child in n.children:
        kind = child.type
        if kind == "modifiers":
            const = b"final" in s[child.start_byte : child.end_byte]
        elif kind == "variable_declarator":
            name = child.child_by_field_name("name")
            if name is None:
                continue
            value = child.child_by_field_name("value")
            at, to = name.start_byte, name.end_byte
            target = Name(at, to, s[at:to].decode("utf-8", "replace"))
            made = expression(value, s, d) if value is not None else None
            found.append(Assign(n.start_byte, n.end_byte, (target,), made, "", declared, const))
        elif child.is_named and kind not in COMMENTS and declared is None and kind != "ERROR":
            declared = type_of(child, s, d)
            if isinstance(declared, Name) and declared.id == "var":
                declared = None


def _return(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    found.append(Return(n.start_byte, n.end_byte, _only(n, s, d)))


def _throw(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    found.append(Raise(n.start_byte, n.end_byte, _only(n, s, d)))


def _yield(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    value = _only(n, s, d)
    if value is not None:
        found.append(Do(n.start_byte, n.end_byte, value))


def _only(n: Syntax, s: bytes, d: int) -> AnyExpr | None:
    for child in n.named_children:
        if child.type not in COMMENTS:
            return expression(child, s, d)
    return None


def _jump(n: Syntax, _s: bytes, _d: int, found: list[Stmt]) -> None:
    found.append(Jump(n.start_byte, n.end_byte, n.children[0].type))


def _if(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    test, then = n.child_by_field_name("condition"), n.child_by_field_name("consequence")
    orelse = n.child_by_field_name("alternative")
    start, end = n.start_byte, n.end_byte
    found.append(
        If(
            start,
            end,
            expression(test, s, d) if test is not None else Expr(start, start),
            block(then, s, d) if then is not None else (),
            block(orelse, s, d) if orelse is not None else (),
        )
    )


def _each(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    name, value, body = (n.child_by_field_name(f) for f in ("name", "value", "body"))
    target = expression(name, s, d) if name is not None else None
    iterable = expression(value, s, d) if value is not None else None
    found.append(
        For(n.start_byte, n.end_byte, "each", target, iterable, None, block(body, s, d) if body is not None else ())
    )


def _for(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    init: list[Stmt] = []
    for child in n.children_by_field_name("init"):
        if child.type == "local_variable_declaration":
            _local(child, s, d, init)
        elif child.is_named:
            init.append(effect(expression(child, s, d), child.start_byte, child.end_byte))
    test, body = n.child_by_field_name("condition"), n.child_by_field_name("body")
    made = block(body, s, d) if body is not None else ()
    for child in n.children_by_field_name("update"):
        if child.is_named:
            made += (effect(expression(child, s, d), child.start_byte, child.end_byte),)
    kind = "count" if test is not None else "forever"
    found.append(
        For(
            n.start_byte,
            n.end_byte,
            kind,
            None,
            None,
            expression(test, s, d) if test is not None else None,
            made,
            init=tuple(init),
        )
    )


def _while(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    test, body = n.child_by_field_name("condition"), n.child_by_field_name("body")
    made = expression(test, s, d) if test is not None else None
    endless = test is not None and s[test.start_byte : test.end_byte].strip(b"() ") == b"true"
    found.append(
        For(
            n.start_byte,
            n.end_byte,
            "forever" if endless else "while",
            None,
            None,
            None if endless else made,
            block(body, s, d) if body is not None else (),
        )
    )


def _try(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    body: tuple[Stmt, ...] = ()
    catches: list[CatchNode] = []
    final: tuple[Stmt, ...] = ()
    items: list[tuple[AnyExpr, AnyExpr | None]] = []
    for child in n.children:
        kind = child.type
        if kind == "block":
            body = statements(child.children, s, d)
        elif kind == "resource_specification":
            items = [_resource(c, s, d) for c in child.named_children if c.type == "resource"]
        elif kind == "catch_clause":
            catches.append(_catch(child, s, d))
        elif kind == "finally_clause":
            final = statements([c for c in child.children if c.type == "block"], s, d)
            if len(final) == 1 and isinstance(final[0], Group):
                final = final[0].body
    start, end = n.start_byte, n.end_byte
    if items:
        body = (With(start, end, tuple(items), body),)
    if catches or final or not items:
        found.append(Try(start, end, body, tuple(catches), (), final))
    else:
        found += body


def _resource(n: Syntax, s: bytes, d: int) -> tuple[AnyExpr, AnyExpr | None]:
    name, value = n.child_by_field_name("name"), n.child_by_field_name("value")
    if value is None:
        return _only(n, s, d) or Expr(n.start_byte, n.end_byte), None
    return expression(value, s, d), expression(name, s, d) if name is not None else None


def _catch(n: Syntax, s: bytes, d: int) -> CatchNode:
    types: list[str] = []
    variable = ""
    body: Syntax | None = None
    for child in n.named_children:
        if child.type == "catch_formal_parameter":
            name = child.child_by_field_name("name")
            variable = s[name.start_byte : name.end_byte].decode("utf-8", "replace") if name is not None else ""
            for part in child.named_children:
                if part.type == "catch_type":
                    types += [
                        s[c.start_byte : c.end_byte].decode("utf-8", "replace")
                        for c in part.named_children
                        if c.type not in COMMENTS
                    ]
        elif child.type == "block":
            body = child
    inside = (body.start_byte + 1, max(body.start_byte + 1, body.end_byte - 1)) if body is not None else (0, 0)
    return CatchNode(
        n.start_byte,
        n.end_byte,
        tuple(types),
        variable,
        statements(body.children, s, d) if body is not None else (),
        *inside,
    )


def _switch(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    subject = n.child_by_field_name("condition")
    found.append(
        Switch(
            n.start_byte,
            n.end_byte,
            expression(subject, s, d) if subject is not None else None,
            tuple(switch_arms(n, s, d)),
        )
    )


def _synchronized(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    lock = next((c for c in n.named_children if c.type == "parenthesized_expression"), None)
    body = n.child_by_field_name("body")
    start, end = n.start_byte, n.end_byte
    held = expression(lock, s, d) if lock is not None else Expr(start, start)
    found.append(With(start, end, ((held, None),), block(body, s, d) if body is not None else ()))


def _block(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    found.append(Group(n.start_byte, n.end_byte, statements(n.children, s, d)))


def _labelled(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    found.append(Group(n.start_byte, n.end_byte, statements(n.named_children[1:], s, d)))


def _constructor_call(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    constructor, arguments = n.child_by_field_name("constructor"), n.child_by_field_name("arguments")
    start, end = n.start_byte, n.end_byte
    if constructor is None or arguments is None:
        return
    call = Call(
        start,
        arguments.end_byte,
        expression(constructor, s, d),
        arguments_of(arguments, s, d),
        args_start=arguments.start_byte + 1,
        args_end=arguments.end_byte - 1,
    )
    found.append(Do(start, end, call))


_STATEMENTS: Final[dict[str, Callable[[Syntax, bytes, int, list[Stmt]], None]]] = {
    "expression_statement": _expression,
    "local_variable_declaration": _local,
    "return_statement": _return,
    "throw_statement": _throw,
    "yield_statement": _yield,
    "break_statement": _jump,
    "continue_statement": _jump,
    "if_statement": _if,
    "enhanced_for_statement": _each,
    "for_statement": _for,
    "while_statement": _while,
    "do_statement": _while,
    "try_statement": _try,
    "try_with_resources_statement": _try,
    "switch_expression": _switch,
    "switch_statement": _switch,
    "synchronized_statement": _synchronized,
    "block": _block,
    "labeled_statement": _labelled,
    "explicit_constructor_invocation": _constructor_call,
}
