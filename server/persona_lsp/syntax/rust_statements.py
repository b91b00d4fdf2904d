"""Rust statements, lowered to the code tree.

What is an expression in Rust and a statement elsewhere (`if`, `match`, blocks, loops) is lowered *into* what becomes of
its value: returned, assigned, or nothing. `match` on a `Result` and `if let Err(e)` are `Try`, on an `Option` an `If`;
`Err(e)` as the value of a function is thrown.
"""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct
from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    BlockExpr,
    Call,
    CatchNode,
    ClassDef,
    Def,
    Do,
    Expr,
    For,
    Group,
    If,
    Jump,
    Let,
    Member,
    Name,
    Raise,
    Return,
    Stmt,
    Switch,
    Try,
    Unary,
    dotted,
)
from persona_lsp.syntax.rust_expressions import expression, is_failure_test, leaves, pattern_expression
from persona_lsp.syntax.rust_types import (
    COMMENTS,
    DEPTH,
    alternatives,
    arguments_of_pattern,
    bound_names,
    head_of_pattern,
    target_of,
    text_of,
    type_of,
)

Sink = Callable[[Syntax, bytes, int, list[Stmt]], None]
"""What becomes of a value: appends the statement."""

_HELD: Final = "<matched>"
"""The name that holds what is matched, where it has none."""
_SKIPPED: Final = COMMENTS | {"{", "}", ";", "empty_statement", "attribute_item", "inner_attribute_item", "label"}
_FLOWING: Final = frozenset({"if_expression", "match_expression", "block", "unsafe_block", "parenthesized_expression"})
_RESULT: Final = frozenset({"Ok", "Err"})
_OPTION: Final = frozenset({"Some", "None"})


class _Arm(Struct, frozen=True):
    pattern: Syntax
    guard: Syntax | None
    value: Syntax


def body_of(n: Syntax | None, s: bytes, d: int = DEPTH) -> tuple[Stmt, ...]:
    """The statements of a function or closure; its last expression is returned."""
    if n is None:
        return ()
    found: list[Stmt] = []
    if n.type == "block":
        _block(n, s, d, _returning, found)
    else:
        into(n, s, d, _returning, found)
    return tuple(found)


def statements(nodes: Iterable[Syntax], s: bytes, d: int) -> tuple[Stmt, ...]:
    """Statements in order. What an error node holds is lowered as if it stood in its place."""
    found: list[Stmt] = []
    for n in nodes:
        _one(n, s, d, found)
    return tuple(found)


def _one(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    kind = n.type
    if kind in _SKIPPED:
        return
    if d <= 0:
        found.append(Do(n.start_byte, n.end_byte, Expr(n.start_byte, n.end_byte)))
    elif kind == "expression_statement":
        held = next((c for c in n.children if c.is_named and c.type not in COMMENTS), None)
        if held is not None:
            into(held, s, d - 1, _doing, found)
    elif kind == "let_declaration":
        _let(n, s, d - 1, found)
    elif kind in _ITEMS:
        _item(n, s, found)
    elif kind == "ERROR":
        for child in n.named_children:
            _one(child, s, d - 1, found)
    elif n.is_named:
        into(n, s, d - 1, _doing, found)


def _block(n: Syntax, s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    """The statements between braces; the value of the last one, if it has one, goes where the sink says."""
    children = [c for c in n.children if c.type not in _SKIPPED]
    for index, child in enumerate(children):
        last = index == len(children) - 1
        tail = _tail(child) if last and sink is not _doing else None
        if tail is not None and d > 0:
            into(tail, s, d - 1, sink, found)
        else:
            _one(child, s, d, found)


def _tail(n: Syntax) -> Syntax | None:
    """The expression that a block's last child gives as a value; None if it gives none."""
    if n.type == "expression_statement":
        last = n.children[-1] if n.children else None
        return (
            next((c for c in n.named_children if c.type not in COMMENTS), None)
            if last is not None and last.type != ";"
            else None
        )
    return n if n.is_named and n.type not in _ITEMS and n.type not in {"let_declaration", "ERROR"} else None


def into(n: Syntax, s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    """Lower an expression whose value goes where the sink says."""
    flow = _FLOWS.get(n.type)
    if d <= 0:
        found.append(Do(n.start_byte, n.end_byte, Expr(n.start_byte, n.end_byte)))
    elif flow is not None:
        flow(n, s, d - 1, sink, found)
    else:
        sink(n, s, d, found)


# -- what becomes of a value -----------------------------------------------------------------------------------------


def _doing(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    value = expression(n, s, d)
    start, end = n.start_byte, n.end_byte
    if isinstance(value, Let):
        found.append(Assign(start, end, (value.target,), value.value, value.op))
    elif isinstance(value, BlockExpr):
        found.extend(value.body)
    else:
        found.append(Do(start, end, value))


def _returning(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    """The value of a function: what `Err(...)` holds is thrown."""
    returned = n.parent is not None and n.parent.type == "return_expression"
    start, end = n.start_byte, n.end_byte
    if n.type == "try_expression" and n.named_children and n.named_children[0].type in _FLOWING:
        into(n.named_children[0], s, d - 1, _returning, found)
        return
    if n.type == "call_expression":
        held = _variant(n, s)
        if held is not None:
            word, given = held
            if word == "Err":
                value = expression(given, s, d)
                found.append(Raise(start, end, value))
                return
            if given.type in _FLOWING:
                into(given, s, d - 1, _returning, found)
                return
    value = expression(n, s, d)
    if isinstance(value, BlockExpr):
        found.extend(value.body)
        return
    if isinstance(value, Call) and value.name in {
        "compile_error!",
        "panic!",
        "unreachable!",
        "todo!",
        "unimplemented!",
    }:
        found.append(Raise(start, end, value))
        return
    found.append(Return(start, end, value, implicit=not returned))


def _variant(n: Syntax, s: bytes) -> tuple[str, Syntax] | None:
    function, given = n.child_by_field_name("function"), n.child_by_field_name("arguments")
    if function is None or given is None or function.type not in {"identifier", "generic_function"}:
        return None
    word = text_of(function, s).partition("::")[0]
    held = [c for c in given.named_children if c.type not in COMMENTS]
    return (word, held[0]) if word in ("Ok", "Err") and len(held) == 1 else None


def _assigning(target: AnyExpr, start: int, end: int, declared: AnyExpr | None) -> Sink:
    def sink(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
        value = expression(n, s, d)
        if isinstance(value, BlockExpr):
            found.extend(value.body)
            return
        found.append(Assign(max(n.start_byte, start), max(end, n.end_byte), (target,), value, "", declared))

    return sink


# -- statements ------------------------------------------------------------------------------------------------------


def _let(n: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    pattern, value = n.child_by_field_name("pattern"), n.child_by_field_name("value")
    declared, orelse = n.child_by_field_name("type"), n.child_by_field_name("alternative")
    start, end = n.start_byte, n.end_byte
    if pattern is None:
        return
    target = target_of(pattern, s)
    made_type = type_of(declared, s) if declared is not None else None
    if value is None:
        found.append(Assign(start, end, (target,), None, "", made_type))
        return
    if orelse is not None:
        _let_else(n, pattern, value, orelse, s, d, found)
        return
    held = value
    while held.type in {"try_expression", "parenthesized_expression", "await_expression"} and held.named_children:
        held = held.named_children[0]
    if held.type in {"match_expression", "if_expression", "block", "unsafe_block"} and (
        leaves(held, s) or held.type == "match_expression"
    ):
        into(held, s, d, _assigning(target, start, start, made_type), found)
        return
    found.append(Assign(start, end, (target,), expression(value, s, d), "", made_type))


def _let_else(n: Syntax, pattern: Syntax, value: Syntax, orelse: Syntax, s: bytes, d: int, found: list[Stmt]) -> None:
    """`let Some(x) = y else { return ... }`."""
    start, end = n.start_byte, n.end_byte
    names = bound_names(target_of(pattern, s))
    target: AnyExpr = names[0] if len(names) == 1 else target_of(pattern, s)
    assigned = Assign(start, value.end_byte, (target,), expression(value, s, d))
    otherwise: list[Stmt] = []
    _block(orelse, s, d, _doing, otherwise)
    head = head_of_pattern(pattern, s)
    if head == "Ok":
        inside = (orelse.start_byte + 1, max(orelse.start_byte + 1, orelse.end_byte - 1))
        catch = CatchNode(orelse.start_byte, orelse.end_byte, (), "", tuple(otherwise), *inside)
        found.append(Try(start, end, (assigned,), (catch,)))
        return
    found.append(assigned)
    held: AnyExpr = names[0] if names else Name(start, start, "_")
    found.append(If(orelse.start_byte, end, Unary(held.start, held.end, "not", held), tuple(otherwise)))


def _return(n: Syntax, s: bytes, d: int, _sink: Sink, found: list[Stmt]) -> None:
    held = next((c for c in n.named_children if c.type not in COMMENTS), None)
    if held is None:
        found.append(Return(n.start_byte, n.end_byte))
        return
    before = len(found)
    into(held, s, d, _returning, found)
    if len(found) == before + 1 and isinstance(found[-1], Return | Raise):
        found[-1].start = n.start_byte


def _jump(n: Syntax, s: bytes, d: int, _sink: Sink, found: list[Stmt]) -> None:
    held = next((c for c in n.named_children if c.type not in {"label", *COMMENTS}), None)
    if held is not None:
        _doing(held, s, d, found)
    found.append(Jump(n.start_byte, n.end_byte, "break" if n.type == "break_expression" else "continue"))


def _if(n: Syntax, s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    test, then = n.child_by_field_name("condition"), n.child_by_field_name("consequence")
    clause = n.child_by_field_name("alternative")
    orelse = next((c for c in clause.named_children if c.type not in COMMENTS), None) if clause is not None else None
    start, end = n.start_byte, n.end_byte
    if test is not None and then is not None and is_failure_test(test, s):
        value, pattern = test.child_by_field_name("value"), test.child_by_field_name("pattern")
        if value is not None and pattern is not None:
            tried = Do(value.start_byte, value.end_byte, expression(value, s, d))
            found.append(Try(start, end, (tried,), (_catch(pattern, then, s, d, sink),), _branch(orelse, s, d, sink)))
            return
    made = expression(test, s, d) if test is not None else Expr(start, start)
    found.append(If(start, end, made, _branch(then, s, d, sink), _branch(orelse, s, d, sink)))


def _branch(n: Syntax | None, s: bytes, d: int, sink: Sink) -> tuple[Stmt, ...]:
    found: list[Stmt] = []
    if n is not None:
        if n.type == "block":
            _block(n, s, d, sink, found)
        else:
            into(n, s, d, sink, found)
    return tuple(found)


def _catch(pattern: Syntax, body: Syntax, s: bytes, d: int, sink: Sink) -> CatchNode:
    """The arm that an `Err(...)` goes to."""
    inner = next((p for p in alternatives(pattern) if p.type == "tuple_struct_pattern"), None)
    types: tuple[str, ...] = ()
    names = bound_names(target_of(pattern, s))
    if inner is not None:
        held = arguments_of_pattern(inner)
        named = pattern_expression(held[0], s, d) if len(held) == 1 else None
        if named is not None and (name := dotted(named)):
            types = (name,)
    block = body.type == "block"
    inside = (body.start_byte + int(block), max(body.start_byte + int(block), body.end_byte - int(block)))
    return CatchNode(
        pattern.start_byte, body.end_byte, types, names[0].id if names else "", _branch(body, s, d, sink), *inside
    )  # fmt: skip


def _match(n: Syntax, s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    value, body = n.child_by_field_name("value"), n.child_by_field_name("body")
    if value is None or body is None:
        return
    arms: list[_Arm] = []
    for arm in body.named_children:
        pattern, held = arm.child_by_field_name("pattern"), arm.child_by_field_name("value")
        if arm.type == "match_arm" and pattern is not None and held is not None:
            guard = pattern.child_by_field_name("condition") if pattern.type == "match_pattern" else None
            arms.append(_Arm(pattern, guard, held))
    subject = expression(value, s, d)
    _matched(n, subject, arms, s, d, sink, found)


def _matched(n: Syntax, subject: AnyExpr, arms: list[_Arm], s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    heads = {head_of_pattern(p, s) for arm in arms for p in alternatives(arm.pattern)}
    if heads & _RESULT and d > 0:
        _result(n, subject, arms, s, d, sink, found)
    elif heads & _OPTION and d > 0:
        _option(n, subject, arms, s, d, sink, found)
    else:
        _switch(n, subject, arms, s, d, sink, found)


def _held(n: Syntax, subject: AnyExpr) -> Name:
    return Name(subject.start, subject.end, f"{_HELD}{n.start_byte}")


def _inner(arm: _Arm, word: str, s: bytes) -> _Arm | None:
    """The arm with what its variant holds as pattern."""
    for pattern in alternatives(arm.pattern):
        if head_of_pattern(pattern, s) == word and pattern.type == "tuple_struct_pattern":
            held = arguments_of_pattern(pattern)
            if len(held) == 1:
                return _Arm(held[0], arm.guard, arm.value)
    return None


def _result(n: Syntax, subject: AnyExpr, arms: list[_Arm], s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    """`match f() { Ok(x) => ..., Err(e) => ... }`."""
    fine: list[_Arm] = []
    failed: list[_Arm] = []
    explicit = any(head_of_pattern(p, s) == "Err" for arm in arms for p in alternatives(arm.pattern))
    for arm in arms:
        heads = {head_of_pattern(p, s) for p in alternatives(arm.pattern)}
        inner = _inner(arm, "Ok", s)
        if inner is not None:
            fine.append(inner)
        elif "Err" in heads or not explicit:
            failed.append(arm)
        else:
            fine.append(arm)
    target: AnyExpr = _held(n, subject)
    then: list[Stmt] = []
    if len(fine) == 1 and fine[0].guard is None and fine[0].pattern.type == "identifier":
        target = target_of(fine[0].pattern, s)
        then = list(_branch(fine[0].value, s, d, sink))
    elif fine:
        _matched(n, target, fine, s, d - 1, sink, then)
    tried = Assign(subject.start, subject.end, (target,), subject)
    catches = tuple(_catch(arm.pattern, arm.value, s, d, sink) for arm in failed)
    found.append(Try(n.start_byte, n.end_byte, (tried,), catches, tuple(then)))


def _option(n: Syntax, subject: AnyExpr, arms: list[_Arm], s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    """`match f() { Some(x) => ..., None => ... }`."""
    some: list[_Arm] = []
    none: list[_Arm] = []
    for arm in arms:
        inner = _inner(arm, "Some", s)
        if inner is not None:
            some.append(inner)
        else:
            none.append(arm)
    target: AnyExpr = _held(n, subject)
    then: list[Stmt] = []
    if (
        len(some) == 1
        and some[0].guard is None
        and some[0].pattern.type in {"identifier", "mut_pattern", "ref_pattern"}
    ):
        target = target_of(some[0].pattern, s)
        then = list(_branch(some[0].value, s, d, sink))
    elif some:
        _matched(n, target, some, s, d - 1, sink, then)
    otherwise = tuple(stmt for arm in none for stmt in _branch(arm.value, s, d, sink))
    test = Let(subject.start, subject.end, target, subject)
    found.append(If(n.start_byte, n.end_byte, test, tuple(then), otherwise))


def _switch(n: Syntax, subject: AnyExpr, arms: list[_Arm], s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    held = subject
    if not isinstance(subject, Name | Member):
        held = _held(n, subject)
        found.append(Assign(subject.start, subject.end, (held,), subject))
    made: list[tuple[tuple[AnyExpr, ...], tuple[Stmt, ...]]] = []
    for arm in arms:
        options = alternatives(arm.pattern)
        compared = [pattern_expression(p, s, d) for p in options]
        patterns = tuple(p for p in compared if p is not None)
        bound = bound_names(target_of(options[0], s)) if options else ()
        if options and head_of_pattern(options[0], s) not in ("_", "") and options[0].type == "identifier":
            bound = ()
        body: tuple[Stmt, ...] = _branch(arm.value, s, d, sink)
        if arm.guard is not None:
            guard = expression(arm.guard, s, d)
            body = (If(arm.guard.start_byte, arm.value.end_byte, guard, body),)
        named = tuple(
            Assign(name.start, name.end, (name,), Member(name.start, name.end, held, name.id, name.start))
            for name in bound
        )
        made.append((patterns, (*named, *body)))
    found.append(Switch(n.start_byte, n.end_byte, held, tuple(made)))


def _for(n: Syntax, s: bytes, d: int, _sink: Sink, found: list[Stmt]) -> None:
    pattern, value, body = (n.child_by_field_name(f) for f in ("pattern", "value", "body"))
    target = target_of(pattern, s) if pattern is not None else None
    iterable = expression(value, s, d) if value is not None else None
    found.append(For(n.start_byte, n.end_byte, "each", target, iterable, None, _branch(body, s, d, _doing)))


def _while(n: Syntax, s: bytes, d: int, _sink: Sink, found: list[Stmt]) -> None:
    test, body = n.child_by_field_name("condition"), n.child_by_field_name("body")
    made = expression(test, s, d) if test is not None else None
    kind = "while" if made is not None else "forever"
    found.append(For(n.start_byte, n.end_byte, kind, None, None, made, _branch(body, s, d, _doing)))


def _nested(n: Syntax, s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    held = next((c for c in n.children if c.type == "block"), n)
    inner: list[Stmt] = []
    _block(held, s, d, sink, inner)
    found.append(Group(n.start_byte, n.end_byte, tuple(inner)))


def _parenthesized(n: Syntax, s: bytes, d: int, sink: Sink, found: list[Stmt]) -> None:
    held = next((c for c in n.named_children if c.type not in COMMENTS), None)
    if held is not None:
        into(held, s, d, sink, found)


def _item(n: Syntax, s: bytes, found: list[Stmt]) -> None:
    """An item among statements: constants and functions of the function."""
    from persona_lsp.syntax.rust import class_of, function_node

    if n.type == "function_item":
        function = function_node(n, s, (), "", "")
        found.append(Def(n.start_byte, n.end_byte, function))
    elif n.type in {"const_item", "static_item"}:
        name, value = n.child_by_field_name("name"), n.child_by_field_name("value")
        if name is not None and value is not None:
            target = Name(name.start_byte, name.end_byte, text_of(name, s))
            found.append(Assign(n.start_byte, n.end_byte, (target,), expression(value, s), const=True))
    elif n.type in {"struct_item", "enum_item"}:
        found.append(ClassDef(n.start_byte, n.end_byte, class_of(n, s, (), "", "")))


_ITEMS: Final = frozenset(
    {
        "function_item", "const_item", "static_item", "struct_item", "enum_item", "use_declaration", "impl_item",
        "mod_item", "trait_item", "type_item", "macro_definition", "extern_crate_declaration", "union_item",
        "foreign_mod_item", "function_signature_item",
    }
)  # fmt: skip
_FLOWS: Final[dict[str, Callable[[Syntax, bytes, int, Sink, list[Stmt]], None]]] = {
    "if_expression": _if, "match_expression": _match, "block": _nested, "unsafe_block": _nested,
    "return_expression": _return, "break_expression": _jump, "continue_expression": _jump, "for_expression": _for,
    "while_expression": _while, "loop_expression": _while, "parenthesized_expression": _parenthesized,
}  # fmt: skip
