"""Functions, their parameters and their decorators. Bodies are lowered when they are first asked for."""

from collections.abc import Callable
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Decorator,
    FunctionNode,
    Lambda,
    Let,
    Name,
    ParamNode,
    Return,
    Stmt,
    dotted,
)
from persona_lsp.syntax.javascript.expressions import expression, key_name
from persona_lsp.syntax.javascript.types import annotated

MODIFIERS: Final = frozenset(
    {"async", "static", "get", "set", "readonly", "abstract", "override", "accessibility_modifier", "declare", "*"}
)


def function(
    node: Tree,
    s: bytes,
    d: int,
    *,
    named: Tree | None = None,
    decorators: tuple[Decorator, ...] = (),
    doc: str = "",
    owner: str = "",
    modifiers: tuple[str, ...] = (),
) -> FunctionNode:
    """Lower any kind of function node. `named`: what it is bound to, when it has no name of its own."""
    name: Tree | None = None
    body: Tree | None = None
    returns: Tree | None = None
    params: tuple[ParamNode, ...] = ()
    words = list(modifiers)
    arrow = node.type == "arrow_function"
    for child in node.children:
        kind = child.type
        if kind in _NAMES and name is None and not arrow:
            name = child
        elif kind == "formal_parameters":
            params = parameters(child, s, d)
        elif kind in MODIFIERS:
            words.append(s[child.start_byte : child.end_byte].decode())
        elif kind == "type_annotation":
            returns = child
        elif kind == "statement_block":
            body = child
        elif arrow and kind == "identifier" and not params and body is None and child.start_byte < _arrow(node):
            params = (_plain(child, s),)
        elif arrow and child.is_named and kind not in _NOT_BODY and child.start_byte > _arrow(node):
            body = child
    if name is None:
        name = named
    start, end = node.start_byte, node.end_byte
    lower, body_start, body_end, is_expression = _body(body, s, d, end)
    return FunctionNode(
        start,
        end,
        key_name(name, s) if name is not None else "",
        name.start_byte if name is not None else start,
        name.end_byte if name is not None else start,
        params,
        body_start,
        body_end,
        lower,
        decorators=decorators,
        returns=annotated(returns, s, d),
        is_async="async" in words,
        modifiers=tuple(words),
        doc=doc,
        expression_body=is_expression,
        owner=owner,
        outer_start=decorators[0].start if decorators else start,
        has_error=node.has_error and broken(node),
    )


def parameters(node: Tree, s: bytes, d: int) -> tuple[ParamNode, ...]:
    """Lower a parameter list."""
    found: list[ParamNode] = []
    for child in node.children:
        if child.is_named and child.type not in {"comment", "ERROR", "decorator"}:
            param = _parameter(child, s, d)
            if param is not None:
                found.append(param)
    return tuple(found)


def decorator(node: Tree, s: bytes, d: int) -> Decorator:
    """Lower `@name` or `@name(...)`."""
    inner = next((c for c in node.children if c.is_named and c.type != "comment"), None)
    value: AnyExpr = expression(inner, s, d) if inner is not None else Name(node.start_byte, node.end_byte, "")
    name = dotted(value.func if isinstance(value, Call) else value)
    return Decorator(node.start_byte, node.end_byte, name, value)


def broken(node: Tree) -> bool:
    """Whether the syntax tree has an error that hides code.

    The grammar reports a missing `!` for every generic tagged template (sql<T>`...`), where nothing is wrong.
    """
    stack = [node]
    while stack:
        item = stack.pop()
        if item.type == "ERROR" or (item.is_missing and item.type != "!"):
            return True
        stack.extend(c for c in item.children if c.has_error or c.is_missing)
    return False


def sole_function(value: AnyExpr | None) -> FunctionNode | None:
    """The only function of a value, through its wrappers: `wrap(log(async (req, res) => {}))`."""
    for _ in range(4):
        if isinstance(value, Lambda):
            return value.function
        if not isinstance(value, Call) or value.new or value.tagged:
            return None
        candidates = [a for a in value.args if _holds_function(a)]
        if len(candidates) != 1:
            return None
        value = candidates[0]
    return None


def _holds_function(value: AnyExpr) -> bool:
    return isinstance(value, Lambda) or (isinstance(value, Call) and any(_holds_function(a) for a in value.args))


def _parameter(node: Tree, s: bytes, d: int) -> ParamNode | None:
    kind = node.type
    if kind in {"identifier", "undefined"}:
        return _plain(node, s)
    if kind in {"required_parameter", "optional_parameter"}:
        return _typed(node, s, d)
    if kind == "assignment_pattern":
        return _from_pattern(node, node.children[0], s, d, default=expression(node.children[-1], s, d))
    if kind in {"object_pattern", "array_pattern", "rest_pattern"}:
        return _from_pattern(node, node, s, d)
    return None


def _typed(node: Tree, s: bytes, d: int) -> ParamNode | None:
    pattern = node.child_by_field_name("pattern")
    if pattern is None or pattern.type == "this":
        return None
    default = node.child_by_field_name("value")
    return _from_pattern(
        node,
        pattern,
        s,
        d,
        default=expression(default, s, d) if default is not None else None,
        declared=annotated(node.child_by_field_name("type"), s, d),
        decorators=tuple([decorator(c, s, d) for c in node.children if c.type == "decorator"]),
        optional=node.type == "optional_parameter",
    )


def _from_pattern(
    node: Tree,
    pattern: Tree,
    s: bytes,
    d: int,
    *,
    default: AnyExpr | None = None,
    declared: AnyExpr | None = None,
    decorators: tuple[Decorator, ...] = (),
    optional: bool = False,
) -> ParamNode:
    kind, name, destructured = "plain", "", None
    at = pattern
    if pattern.type == "rest_pattern":
        kind = "rest"
        at = pattern.children[-1]
    if at.type == "identifier":
        name = s[at.start_byte : at.end_byte].decode()
    else:
        destructured = expression(at, s, d)
        if isinstance(destructured, Let):
            destructured = destructured.target
    return ParamNode(
        node.start_byte,
        node.end_byte,
        name,
        declared,
        default,
        decorators,
        kind,
        destructured,
        optional,
        at.start_byte,
        at.end_byte,
    )


def _plain(node: Tree, s: bytes) -> ParamNode:
    start, end = node.start_byte, node.end_byte
    return ParamNode(start, end, s[start:end].decode(), name_start=start, name_end=end)


def _arrow(node: Tree) -> int:
    return next((c.start_byte for c in node.children if c.type == "=>"), node.end_byte)


def _body(body: Tree | None, s: bytes, d: int, end: int) -> tuple[Callable[[], tuple[Stmt, ...]], int, int, bool]:
    if body is None:
        return _nothing, end, end, False
    start, stop = body.start_byte, body.end_byte
    if body.type == "statement_block":
        closed = stop - start > 1 and s[stop - 1 : stop] == b"}"
        return lambda: _block(body, s, d), min(start + 1, stop), stop - 1 if closed else stop, False
    return lambda: (Return(start, stop, expression(body, s, d), implicit=True),), start, stop, True


def _block(body: Tree, s: bytes, d: int) -> tuple[Stmt, ...]:
    from persona_lsp.syntax.javascript.statements import statements

    return statements(body.children, s, d)


def _nothing() -> tuple[Stmt, ...]:
    return ()


_NAMES: Final = frozenset(
    {
        "identifier",
        "property_identifier",
        "private_property_identifier",
        "string",
        "number",
        "computed_property_name",
    }
)
_NOT_BODY: Final = frozenset(
    {"comment", "formal_parameters", "type_annotation", "type_parameters", "type_predicate_annotation", "ERROR"}
)
