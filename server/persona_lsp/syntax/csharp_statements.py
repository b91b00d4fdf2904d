"""C# statements, lowered to the code tree."""

from collections.abc import Callable, Iterable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.csharp_expressions import expression
from persona_lsp.syntax.csharp_patterns import case_patterns
from persona_lsp.syntax.csharp_types import COMMENTS, DEPTH, PREPROCESSED, type_of
from persona_lsp.syntax.effect import effect
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    CatchNode,
    Def,
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
    Try,
    With,
)

_IGNORED: Final = COMMENTS | {"{", "}", ";", "empty_statement"}


def block(n: Syntax, s: bytes, d: int) -> tuple[Stmt, ...]:
    """The statements between braces; a single statement is a block of itself."""
    return statements(n.children, s, d) if n.type == "block" else statements((n,), s, d)


def statements(nodes: Iterable[Syntax], s: bytes, d: int = DEPTH) -> tuple[Stmt, ...]:
    """Statements in order. `using var x = …;` covers those that follow it; errors stand for what they hold."""
    found: list[Stmt] = []
    listed = list(nodes)
    for index, n in enumerate(listed):
        kind = n.type
        if kind in _IGNORED:
            continue
        lower = _STATEMENTS.get(kind)
        if d <= 0:
            found.append(Do(n.start_byte, n.end_byte, Expr(n.start_byte, n.end_byte)))
        elif kind == "local_declaration_statement" and any(c.type == "using" for c in n.children):
            items = _resources(n, s, d - 1)
            awaited = any(c.type == "await" for c in n.children)
            # One level for each: deeply nested ones end in an empty expression like everything else.
            rest = statements(listed[index + 1 :], s, d - 1)
            found.append(With(n.start_byte, rest[-1].end if rest else n.end_byte, items, rest, awaited))
            break
        elif lower is not None:
            lower(n, s, d - 1, found)
        elif kind == "ERROR" or kind == "global_statement":
            found += statements(n.named_children, s, d - 1)
        elif kind in PREPROCESSED:
            inner = [c for c in n.named_children if c.id != getattr(n.child_by_field_name("condition"), "id", -1)]
            # What a symbol of the compiler switches is there in some builds.
            held = statements(inner, s, d - 1)
            found.append(If(n.start_byte, n.end_byte, Expr(n.start_byte, n.start_byte), held))
        elif n.is_named and not kind.startswith("preproc"):
            found.append(effect(expression(n, s, d - 1), n.start_byte, n.end_byte))
    return tuple(found)


def _expression(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    held = [c for c in n.named_children if c.type not in COMMENTS]
    found += [effect(expression(c, s, d), n.start_byte, n.end_byte) for c in held]


def _local(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    const = any(c.type in {"modifier", "const"} and s[c.start_byte : c.end_byte] == b"const" for c in n.children)
    for child in n.named_children:
        if child.type == "variable_declaration":
            for target, value, declared in _declarators(child, s, d):
                found.append(Assign(n.start_byte, n.end_byte, (target,), value, "", declared, const))


def _declarators(n: Syntax, s: bytes, d: int) -> Iterable[tuple[AnyExpr, AnyExpr | None, AnyExpr | None]]:
    """(name, value, declared type) of `T a = 1, b`; the type that `var` leaves open is None."""
    kind = n.child_by_field_name("type")
    declared = type_of(kind, s, d) if kind is not None and kind.type != "implicit_type" else None
    for child in n.named_children:
        if child.type != "variable_declarator":
            continue
        name = child.child_by_field_name("name")
        held = [c for c in child.named_children if c.type not in COMMENTS and c.type != "bracketed_argument_list"]
        if name is None:
            name = held[0] if held else None
        if name is None:
            continue
        value = held[-1] if len(held) > 1 and held[-1].id != name.id else None
        made = expression(value, s, d) if value is not None else None
        if declared is not None and value is not None and value.type == "implicit_object_creation_expression":
            made = _named(made, declared)
        yield expression(name, s, d), made, declared


def _named(made: AnyExpr | None, declared: AnyExpr) -> AnyExpr | None:
    """`Order o = new()` makes what it is declared as."""
    from persona_lsp.syntax.ir import Call, Index

    if isinstance(made, Call) and isinstance(made.func, Name) and not made.func.id:
        made.func = declared.base if isinstance(declared, Index) else declared
    return made


def _resources(n: Syntax, s: bytes, d: int) -> tuple[tuple[AnyExpr, AnyExpr | None], ...]:
    items: list[tuple[AnyExpr, AnyExpr | None]] = []
    for child in n.named_children:
        if child.type == "variable_declaration":
            items += [(v or Expr(t.start, t.end), t) for t, v, _ in _declarators(child, s, d)]
    return tuple(items)


def _using(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    body = n.child_by_field_name("body")
    items = _resources(n, s, d)
    if not items:
        held = [c for c in n.named_children if c.type not in COMMENTS and (body is None or c.id != body.id)]
        items = tuple((expression(c, s, d), None) for c in held[:1])
    awaited = any(c.type == "await" for c in n.children)
    inner = block(body, s, d) if body is not None else ()
    found.append(With(n.start_byte, n.end_byte, items, inner, awaited))


def _only(n: Syntax, s: bytes, d: int) -> AnyExpr | None:
    for child in n.named_children:
        if child.type not in COMMENTS:
            return expression(child, s, d)
    return None


def _return(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    found.append(Return(n.start_byte, n.end_byte, _only(n, s, d)))


def _throw(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    found.append(Raise(n.start_byte, n.end_byte, _only(n, s, d)))


def _yield(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    value = _only(n, s, d)
    if value is not None:
        found.append(Do(n.start_byte, n.end_byte, value))
    else:
        found.append(Jump(n.start_byte, n.end_byte, "break"))


def _jump(n: Syntax, _s: bytes, _d: int, found: list[Stmt]) -> None:
    found.append(Jump(n.start_byte, n.end_byte, n.children[0].type))


def _if(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    test, then, orelse = (n.child_by_field_name(f) for f in ("condition", "consequence", "alternative"))
    start, end = n.start_byte, n.end_byte
    found.append(
        If(
            start, end, expression(test, s, d) if test is not None else Expr(start, start),
            block(then, s, d) if then is not None else (), block(orelse, s, d) if orelse is not None else (),
        )
    )  # fmt: skip


def _each(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    left, right, body = (n.child_by_field_name(f) for f in ("left", "right", "body"))
    target = expression(left, s, d) if left is not None else None
    iterable = expression(right, s, d) if right is not None else None
    awaited = any(c.type == "await" for c in n.children)
    inner = block(body, s, d) if body is not None else ()
    found.append(For(n.start_byte, n.end_byte, "each", target, iterable, None, inner, awaited))


def _for(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    init: list[Stmt] = []
    for child in n.children_by_field_name("initializer"):
        if child.type == "variable_declaration":
            for target, value, declared in _declarators(child, s, d):
                init.append(Assign(child.start_byte, child.end_byte, (target,), value, "", declared))
        elif child.is_named:
            init.append(effect(expression(child, s, d), child.start_byte, child.end_byte))
    test, body = n.child_by_field_name("condition"), n.child_by_field_name("body")
    made = block(body, s, d) if body is not None else ()
    for child in n.children_by_field_name("update"):
        if child.is_named:
            made += (effect(expression(child, s, d), child.start_byte, child.end_byte),)
    kind = "count" if test is not None else "forever"
    tested = expression(test, s, d) if test is not None else None
    found.append(For(n.start_byte, n.end_byte, kind, None, None, tested, made, init=tuple(init)))


def _while(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    test, body = n.child_by_field_name("condition"), n.child_by_field_name("body")
    endless = test is not None and s[test.start_byte : test.end_byte].strip(b"() ") == b"true"
    made = expression(test, s, d) if test is not None and not endless else None
    inner = block(body, s, d) if body is not None else ()
    found.append(For(n.start_byte, n.end_byte, "forever" if endless else "while", None, None, made, inner))


def _try(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    body = n.child_by_field_name("body")
    catches = tuple(_catch(c, s, d) for c in n.named_children if c.type == "catch_clause")
    final = next((c for c in n.named_children if c.type == "finally_clause"), None)
    last = next((c for c in final.children if c.type == "block"), None) if final is not None else None
    found.append(
        Try(
            n.start_byte, n.end_byte, block(body, s, d) if body is not None else (), catches, (),
            block(last, s, d) if last is not None else (),
        )
    )  # fmt: skip


def _catch(n: Syntax, s: bytes, d: int) -> CatchNode:
    types: tuple[str, ...] = ()
    variable = ""
    body = n.child_by_field_name("body")
    for child in n.named_children:
        if child.type == "catch_declaration":
            kind, name = child.child_by_field_name("type"), child.child_by_field_name("name")
            if kind is not None:
                types = (s[kind.start_byte : kind.end_byte].decode("utf-8", "replace"),)
            variable = s[name.start_byte : name.end_byte].decode("utf-8", "replace") if name is not None else ""
        elif child.type == "catch_filter_clause" and not types:
            types = ("when",)  # it catches some failures, and nobody knows which
    at = (body.start_byte + 1, max(body.start_byte + 1, body.end_byte - 1)) if body is not None else (0, 0)
    inner = statements(body.children, s, d) if body is not None else ()
    return CatchNode(n.start_byte, n.end_byte, types, variable, inner, *at)


def _switch(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    subject, body = n.child_by_field_name("value"), n.child_by_field_name("body")
    arms: list[tuple[tuple[AnyExpr, ...], tuple[Stmt, ...]]] = []
    waiting: tuple[AnyExpr, ...] = ()
    for section in body.named_children if body is not None else ():
        if section.type != "switch_section":
            continue
        labels: list[Syntax] = []
        rest: list[Syntax] = []
        label = True
        for child in section.children:
            if child.type == ":":
                label = False
            elif child.type in {"case", "default"}:
                label = True
            elif label and child.type != "when_clause":
                labels.append(child)
            elif not label:
                rest.append(child)
        patterns = case_patterns(labels, s, d, expression)
        made = statements(rest, s, d)
        if not made:
            waiting += patterns
            continue
        if isinstance(made[-1], Jump) and made[-1].kind == "break":
            made = made[:-1]
        arms.append(((*waiting, *patterns), made))
        waiting = ()
    found.append(
        Switch(n.start_byte, n.end_byte, expression(subject, s, d) if subject is not None else None, tuple(arms))
    )


def _lock(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    held = [c for c in n.named_children if c.type not in COMMENTS]
    body = held[-1] if held and held[-1].type == "block" else None
    items = tuple((expression(c, s, d), None) for c in held[:1] if body is None or c.id != body.id)
    found.append(With(n.start_byte, n.end_byte, items, block(body, s, d) if body is not None else ()))


def _block(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    found.append(Group(n.start_byte, n.end_byte, statements(n.children, s, d)))


def _grouped(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    """`checked`, `unsafe` and `fixed` blocks, labelled statements."""
    inner = [c for c in n.named_children if c.type == "block" or c.type.endswith("_statement")]
    found.append(Group(n.start_byte, n.end_byte, tuple(x for c in inner for x in block(c, s, d))))


def _local_function(n: Syntax, s: bytes, _d: int, found: list[Stmt]) -> None:
    from persona_lsp.syntax.csharp_members import method_of

    found.append(Def(n.start_byte, n.end_byte, method_of(n, s, "", "", interface=False)))


def _deconstruction(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    held = [expression(c, s, d) for c in n.named_children if c.type not in COMMENTS]
    if len(held) == 2 and isinstance(held[0], Items):
        found.append(Assign(n.start_byte, n.end_byte, (held[0],), held[1]))
    else:
        found.append(Do(n.start_byte, n.end_byte, Expr(n.start_byte, n.end_byte, tuple(held))))


_STATEMENTS: Final[dict[str, Callable[[Syntax, bytes, int, list[Stmt]], None]]] = {
    "expression_statement": _expression,
    "local_declaration_statement": _local,
    "return_statement": _return,
    "throw_statement": _throw,
    "yield_statement": _yield,
    "break_statement": _jump,
    "continue_statement": _jump,
    "goto_statement": _jump,
    "if_statement": _if,
    "foreach_statement": _each,
    "for_statement": _for,
    "while_statement": _while,
    "do_statement": _while,
    "try_statement": _try,
    "switch_statement": _switch,
    "using_statement": _using,
    "lock_statement": _lock,
    "block": _block,
    "checked_statement": _grouped,
    "unsafe_statement": _grouped,
    "fixed_statement": _grouped,
    "labeled_statement": _grouped,
    "local_function_statement": _local_function,
    "deconstruction_declaration": _deconstruction,
}
