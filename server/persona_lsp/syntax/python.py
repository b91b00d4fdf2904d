"""Python: tree-sitter nodes to the code tree. Statements, functions and classes; expressions stand in their own module."""

# ruff: noqa: ARG001 - all functions of the dispatch table have one signature

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from tree_sitter import Node as TsNode

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    CatchNode,
    ClassDef,
    ClassNode,
    Decorator,
    Def,
    Do,
    Expr,
    FieldNode,
    For,
    FunctionNode,
    Group,
    If,
    Items,
    Jump,
    Let,
    Module,
    Name,
    Raise,
    Return,
    Stmt,
    Switch,
    Try,
    Unary,
    With,
    dotted,
)
from persona_lsp.syntax.python_expressions import (
    DEEPEST,
    call_arguments,
    decode,
    expr,
    flat,
    named,
    params,
    type_expr,
)
from persona_lsp.syntax.python_imports import imports


def lower(root: TsNode, source: bytes, path: str) -> Module:
    """Lower a file. Bodies of functions are lowered when they are asked for."""
    body = _statements(root.children, source, 0)
    return Module(
        path=path,
        language="python",
        source=source,
        body=body,
        imports=tuple(imports(root, source)),
        error_count=_errors(root),
        doc=_doc(root, source),
    )


def _errors(root: TsNode) -> int:
    if not root.has_error:
        return 0
    count, stack = 0, [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            count += 1
        stack.extend(c for c in node.children if c.has_error)
    return count


def _statements(nodes: Iterable[TsNode], source: bytes, depth: int, owner: str = "") -> tuple[Stmt, ...]:
    out: list[Stmt] = []
    for node in nodes:
        if not node.is_named:
            continue
        kind = node.type
        if kind in _IGNORED:
            continue
        if depth > DEEPEST:
            out.append(Do(node.start_byte, node.end_byte, flat(node, source)))
            continue
        if kind == "ERROR":
            out.extend(_statements(_broken(node), source, depth + 1, owner))
            continue
        handler = _STATEMENTS.get(kind)
        if handler is None:
            out.append(Do(node.start_byte, node.end_byte, expr(node, source, depth)))
            continue
        statement = handler(node, source, depth, owner)
        if statement is not None:
            out.append(statement)
    return tuple(out)


_IGNORED: Final = frozenset(
    {
        "comment", "line_continuation", "import_statement", "import_from_statement", "future_import_statement",
        "global_statement", "nonlocal_statement", "string_start", "string_content", "string_end", "type_conversion",
        "escape_sequence", "escape_interpolation", "format_specifier", "wildcard_import", "decorator",
    }
)  # fmt: skip  # one name per line would hide the list


def _broken(node: TsNode) -> list[TsNode]:
    # What the parser gave up on is read piece by piece; names alone say nothing.
    return [c for c in node.children if c.is_named and c.type not in ("identifier", "block")] + [
        g for c in node.children if c.type == "block" for g in c.children
    ]


def _block(node: TsNode | None, source: bytes, depth: int) -> tuple[Stmt, ...]:
    return () if node is None else _statements(node.children, source, depth + 1)


def _body(block: TsNode, source: bytes) -> tuple[Stmt, ...]:
    return _statements(block.children, source, 0)


def _expression_statement(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt | None:
    start, end = node.start_byte, node.end_byte
    if node.child_count != 1:
        items = tuple(expr(c, source, depth + 1) for c in named(node))
        return Do(start, end, items[0] if len(items) == 1 else Items(start, end, items, "tuple"))
    only = node.child(0)
    kind = only.type
    if kind == "assignment":
        return _assignment(only, source, depth, owner)
    if kind == "augmented_assignment":
        left, op, right = (only.child_by_field_name(f) for f in ("left", "operator", "right"))
        if left is not None and op is not None and right is not None:
            target, value = expr(left, source, depth + 1), expr(right, source, depth + 1)
            return Assign(start, end, (target,), value, decode(op, source).removesuffix("="))
    return Do(start, end, expr(only, source, depth))


def _assignment(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    targets: list[AnyExpr] = []
    declared: AnyExpr | None = None
    start, end = node.start_byte, node.end_byte
    value: TsNode | None = node
    while value is not None and value.type == "assignment" and len(targets) < DEEPEST:
        left = value.child_by_field_name("left")
        annotation = value.child_by_field_name("type")
        if left is not None:
            targets.append(expr(left, source, depth + 1))
        if annotation is not None:
            declared = type_expr(annotation, source, depth + 1)
        value = value.child_by_field_name("right")
    return Assign(start, end, tuple(targets), None if value is None else expr(value, source, depth + 1), "", declared)


def _type_alias(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return None
    target, value = expr(left, source, depth + 1), type_expr(right, source, depth + 1)
    return Assign(node.start_byte, node.end_byte, (target,), value)


def _return(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    value = named(node)
    return Return(node.start_byte, node.end_byte, expr(value[0], source, depth + 1) if value else None)


def _raise(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    cause = node.child_by_field_name("cause")
    parts = [c for c in named(node) if c != cause]
    value = expr(parts[0], source, depth + 1) if parts else None
    if isinstance(value, Items) and value.items:
        value = value.items[0]  # Python 2: `raise Type, message`
    return Raise(node.start_byte, node.end_byte, value, None if cause is None else expr(cause, source, depth + 1))


def _assert(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt | None:
    parts = named(node)
    start, end = node.start_byte, node.end_byte
    if not parts:
        return None
    message = tuple(expr(p, source, depth + 1) for p in parts[1:])
    failure = Call(start, end, Name(start, start + 6, "AssertionError"), message, args_start=end, args_end=end)
    test = Unary(start, parts[0].end_byte, "not", expr(parts[0], source, depth + 1))
    return If(start, end, test, (Raise(start, end, failure),))


def _delete(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    start, end = node.start_byte, node.end_byte
    parts = tuple(expr(p, source, depth + 1) for p in named(node))
    return Do(start, end, Unary(start, end, "delete", parts[0] if len(parts) == 1 else Expr(start, end, parts)))


def _jump(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    return Jump(node.start_byte, node.end_byte, node.type.removesuffix("_statement"))


def _if(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    end = node.end_byte
    arms: list[tuple[int, AnyExpr, tuple[Stmt, ...]]] = []
    orelse: tuple[Stmt, ...] = ()
    clauses = [node, *(c for c in node.children if c.type in ("elif_clause", "else_clause"))]
    for clause in clauses:
        if clause.type == "else_clause":
            orelse = _block(clause.child_by_field_name("body"), source, depth)
            continue
        test = clause.child_by_field_name("condition")
        then = _block(clause.child_by_field_name("consequence"), source, depth)
        start = clause.start_byte
        arms.append((start, Expr(start, start) if test is None else expr(test, source, depth + 1), then))
    if len(arms) > DEEPEST // 2:  # as a chain it would be too deep for those who read it
        cases = tuple(((test,), then) for _, test, then in arms)
        return Switch(node.start_byte, end, None, (*cases, ((), orelse)))
    for start, test_expr, then in reversed(arms):
        orelse = (If(start, end, test_expr, then, orelse),)
    return orelse[0]


def _for(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    loop = For(
        node.start_byte,
        node.end_byte,
        "each",
        None if left is None else expr(left, source, depth + 1),
        None if right is None else expr(right, source, depth + 1),
        None,
        _block(node.child_by_field_name("body"), source, depth),
        source.startswith(b"async", node.start_byte),
    )
    return _with_else(loop, node, source, depth)


def _while(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    condition = node.child_by_field_name("condition")
    test = None if condition is None else expr(condition, source, depth + 1)
    forever = condition is not None and decode(condition, source) in ("True", "1")
    body = _block(node.child_by_field_name("body"), source, depth)
    kind = "forever" if forever else "while"
    loop = For(node.start_byte, node.end_byte, kind, None, None, None if forever else test, body)
    return _with_else(loop, node, source, depth)


def _with_else(loop: For, node: TsNode, source: bytes, depth: int) -> Stmt:
    clause = node.child_by_field_name("alternative")
    if clause is None:
        return loop
    body = _block(clause.child_by_field_name("body"), source, depth)
    start, end = clause.start_byte, clause.end_byte
    return Group(loop.start, loop.end, (loop, If(start, end, Expr(start, start), body)))


def _try(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    catches: list[CatchNode] = []
    orelse: tuple[Stmt, ...] = ()
    final: tuple[Stmt, ...] = ()
    for clause in node.children:
        kind = clause.type
        if kind in ("except_clause", "except_group_clause"):
            catches.append(_catch(clause, source, depth))
        elif kind == "else_clause":
            orelse = _block(clause.child_by_field_name("body"), source, depth)
        elif kind == "finally_clause":
            final = _block(_child(clause, "block"), source, depth)
    body = _block(node.child_by_field_name("body"), source, depth)
    return Try(node.start_byte, node.end_byte, body, tuple(catches), orelse, final)


def _catch(clause: TsNode, source: bytes, depth: int) -> CatchNode:
    value = clause.child_by_field_name("value")
    block = _child(clause, "block")
    caught = None if value is None else expr(value, source, depth + 1)
    variable = ""
    if isinstance(caught, Let):
        variable, caught = dotted(caught.target), caught.value
    types: tuple[str, ...] = ()
    if isinstance(caught, Items):
        types = tuple(dotted(i) or source[i.start : i.end].decode("utf-8", "replace") for i in caught.items)
    elif caught is not None:
        types = (dotted(caught) or source[caught.start : caught.end].decode("utf-8", "replace"),)
    start, end = (clause.end_byte, clause.end_byte) if block is None else (block.start_byte, block.end_byte)
    return CatchNode(clause.start_byte, clause.end_byte, types, variable, _block(block, source, depth), start, end)


def _with(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    items: list[tuple[AnyExpr, AnyExpr | None]] = []
    clause = _child(node, "with_clause")
    for item in () if clause is None else clause.children:
        if item.type != "with_item":
            continue
        parts = named(item)
        value = expr(parts[0], source, depth + 1) if parts else Expr(item.start_byte, item.end_byte)
        if isinstance(value, Let):
            items.append((value.value, value.target))
        else:
            items.append((value, None))
    body = _block(node.child_by_field_name("body"), source, depth)
    is_async = source.startswith(b"async", node.start_byte)
    return With(node.start_byte, node.end_byte, tuple(items), body, is_async)


def _match(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    subjects = [expr(s, source, depth + 1) for s in node.children_by_field_name("subject")]
    start, end = node.start_byte, node.end_byte
    subject: AnyExpr | None = None
    if subjects:
        subject = subjects[0] if len(subjects) == 1 else Items(start, end, tuple(subjects), "tuple")
    arms: list[tuple[tuple[AnyExpr, ...], tuple[Stmt, ...]]] = []
    block = node.child_by_field_name("body")
    for case in () if block is None else block.children:
        if case.type != "case_clause":
            continue
        written = [c for c in case.children if c.type == "case_pattern"]
        patterns = tuple(expr(p, source, depth + 1) for p in written if decode(p, source) != "_")
        guard = case.child_by_field_name("guard")
        if guard is not None:
            inside = (*patterns, *(expr(g, source, depth + 1) for g in named(guard)))
            patterns = (Expr(case.start_byte, guard.end_byte, inside),)
        arms.append((patterns, _block(case.child_by_field_name("consequence"), source, depth)))
    return Switch(start, end, subject, tuple(arms))


def _print(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    start, end = node.start_byte, node.end_byte
    args = tuple(expr(p, source, depth + 1) for p in named(node))
    return Do(start, end, Call(start, end, Name(start, start + 5, "print"), args, args_start=end, args_end=end))


def _child(node: TsNode, kind: str) -> TsNode | None:
    return next((c for c in node.children if c.type == kind), None)


def _def(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    return Def(node.start_byte, node.end_byte, _function(node, source, (), node.start_byte, owner, depth))


def _class(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt:
    return ClassDef(node.start_byte, node.end_byte, _class_node(node, source, (), owner, depth))


def _decorated(node: TsNode, source: bytes, depth: int, owner: str) -> Stmt | None:
    decorators: list[Decorator] = []
    definition: TsNode | None = None
    for child in node.children:
        if child.type == "decorator":
            inner = named(child)
            if inner:
                value = expr(inner[0], source, depth + 1)
                name = dotted(value.func if isinstance(value, Call) else value)
                decorators.append(Decorator(child.start_byte, child.end_byte, name, value))
        elif child.type in ("function_definition", "class_definition"):
            definition = child
    start, end = node.start_byte, node.end_byte
    if definition is None:
        parts = tuple(d.value for d in decorators)
        return Do(start, end, Expr(start, end, parts)) if parts else None
    if definition.type == "class_definition":
        return ClassDef(start, end, _class_node(definition, source, tuple(decorators), owner, depth))
    return Def(start, end, _function(definition, source, tuple(decorators), start, owner, depth))


def _function(
    node: TsNode, source: bytes, decorators: tuple[Decorator, ...], outer: int, owner: str, depth: int
) -> FunctionNode:
    start, end = node.start_byte, node.end_byte
    name = node.child_by_field_name("name")
    declared = node.child_by_field_name("parameters")
    returns = node.child_by_field_name("return_type")
    block = node.child_by_field_name("body")
    is_async = source.startswith(b"async", start)
    text = "" if name is None else decode(name, source)
    modifiers = ("async",) if is_async else ()
    if text.startswith("_") and not text.endswith("__"):
        modifiers = (*modifiers, "private")
    return FunctionNode(
        start=start,
        end=end,
        name=text,
        name_start=start if name is None else name.start_byte,
        name_end=start if name is None else name.end_byte,
        params=() if declared is None else params(declared, source, bool(owner), depth),
        body_start=end if block is None else block.start_byte,
        body_end=end if block is None else block.end_byte,
        lower=tuple if block is None else partial(_body, block, source),
        decorators=decorators,
        returns=None if returns is None else type_expr(returns, source, depth + 1),
        is_async=is_async,
        modifiers=modifiers,
        doc="" if block is None else _doc(block, source),
        owner=owner,
        outer_start=outer,
        has_error=node.has_error,
    )


def _class_node(node: TsNode, source: bytes, decorators: tuple[Decorator, ...], owner: str, depth: int) -> ClassNode:
    start, end = node.start_byte, node.end_byte
    name = node.child_by_field_name("name")
    superclasses = node.child_by_field_name("superclasses")
    block = node.child_by_field_name("body")
    text = "" if name is None else decode(name, source)
    bases, base_kwargs = ((), ()) if superclasses is None else call_arguments(superclasses, source, depth)
    inside = f"{owner}.{text}" if owner else text
    fields: list[FieldNode] = []
    methods: list[FunctionNode] = []
    classes: list[ClassNode] = []
    rest: list[Stmt] = []
    for member in () if block is None else _statements(block.children, source, depth + 1, inside):
        match member:
            case Def(function=function):
                methods.append(function)
            case ClassDef(cls=cls):
                classes.append(cls)
            case Assign(targets=(Name() as target,), op="", type=declared, value=value):
                fields.append(FieldNode(member.start, member.end, target.id, declared, value, (), (), target.start))
            case _:
                rest.append(member)
    return ClassNode(
        start=start,
        end=end,
        name=text,
        name_start=start if name is None else name.start_byte,
        name_end=start if name is None else name.end_byte,
        bases=bases,
        base_kwargs=base_kwargs,
        decorators=decorators,
        fields=tuple(fields),
        methods=tuple(methods),
        classes=tuple(classes),
        body=tuple(rest),
        doc="" if block is None else _doc(block, source),
        owner=owner,
        body_start=end if block is None else block.start_byte,
        body_end=end if block is None else block.end_byte,
    )


def _doc(block: TsNode, source: bytes) -> str:
    start = block.start_byte
    if source[start : start + 1] not in _DOC_STARTS or not block.child_count:
        return ""
    first = block.child(0)
    if first.type != "expression_statement" or first.child(0).type != "string":
        return ""
    string = first.child(0)
    text = decode(string, source).lstrip("rRuU").strip("\"'")
    if "\n" not in text:
        return text.strip()
    return "\n".join(line.strip() for line in text.strip().splitlines())


_DOC_STARTS: Final = frozenset({b'"', b"'", b"r", b"R", b"u", b"U"})
_STATEMENTS: Final[dict[str, Callable[[TsNode, bytes, int, str], Stmt | None]]] = {
    "expression_statement": _expression_statement,
    "function_definition": _def,
    "class_definition": _class,
    "decorated_definition": _decorated,
    "if_statement": _if,
    "for_statement": _for,
    "while_statement": _while,
    "try_statement": _try,
    "with_statement": _with,
    "match_statement": _match,
    "return_statement": _return,
    "raise_statement": _raise,
    "assert_statement": _assert,
    "delete_statement": _delete,
    "pass_statement": _jump,
    "break_statement": _jump,
    "continue_statement": _jump,
    "type_alias_statement": _type_alias,
    "print_statement": _print,
}


def function_of(node: TsNode, root: TsNode, source: bytes, owner: str) -> FunctionNode | None:
    """Lower one function again, without its decorators."""
    return _function(node, source, (), node.start_byte, owner, 0) if node.type == "function_definition" else None
