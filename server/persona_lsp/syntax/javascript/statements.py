"""Statements of JavaScript and TypeScript. One source statement may become several (`let a = 1, b = 2`)."""

from collections.abc import Callable, Iterable
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    CatchNode,
    ClassDef,
    Const,
    Def,
    Do,
    Expr,
    For,
    Group,
    If,
    Jump,
    Let,
    Raise,
    Return,
    Stmt,
    Switch,
    Try,
    dotted,
)
from persona_lsp.syntax.javascript.classes import class_node, doc_text, interface_node
from persona_lsp.syntax.javascript.expressions import MAX_DEPTH, expression, function_value, is_expression
from persona_lsp.syntax.javascript.functions import decorator, function
from persona_lsp.syntax.javascript.types import annotated

Out = list[Stmt]


def statements(nodes: Iterable[Tree], s: bytes, d: int) -> tuple[Stmt, ...]:
    """Lower statements in order; punctuation and comments among them are left out."""
    out: Out = []
    comment: Tree | None = None
    for node in nodes:
        kind = node.type
        if kind == "comment":
            comment = node
            continue
        if kind in _DOCUMENTED:
            _documented(node, s, d, out, doc_text(comment, s))
        else:
            statement(node, s, d, out)
        if node.is_named:
            comment = None
    return tuple(out)


def statement(node: Tree, s: bytes, d: int, out: Out) -> None:
    """Lower one statement, or whatever stands in its place, and append what it becomes."""
    if d > MAX_DEPTH:
        out.append(Do(node.start_byte, node.end_byte, Expr(node.start_byte, node.end_byte)))
        return
    lower = _STATEMENTS.get(node.type)
    if lower is not None:
        lower(node, s, d + 1, out)
    elif node.type == "ERROR":
        _broken(node, s, d + 1, out)
    elif is_expression(node.type) and node.start_byte < node.end_byte:
        out.append(Do(node.start_byte, node.end_byte, expression(node, s, d)))


def _documented(node: Tree, s: bytes, d: int, out: Out, doc: str) -> None:
    kind = node.type
    start, end = node.start_byte, node.end_byte
    if kind == "export_statement":
        _export(node, s, d, out, doc)
    elif kind in {"class_declaration", "abstract_class_declaration"}:
        out.append(ClassDef(start, end, class_node(node, s, d, doc=doc)))
    else:
        out.append(Def(start, end, function(node, s, d, doc=doc)))


def _broken(node: Tree, s: bytes, d: int, out: Out) -> None:
    # What can still be recognised inside of a syntax error stays visible.
    out.extend(statements(node.children, s, d))


def _block(node: Tree | None, s: bytes, d: int) -> tuple[Stmt, ...]:
    if node is None:
        return ()
    if node.type == "statement_block":
        return statements(node.children, s, d)
    return statements((node,), s, d)


def _named(node: Tree) -> list[Tree]:
    return [c for c in node.children if c.is_named and c.type != "comment"]


def _do(node: Tree, s: bytes, d: int, out: Out) -> None:
    start, end = node.start_byte, node.end_byte
    for child in node.children:
        if not child.is_named or child.type == "comment":
            continue
        if child.type == "sequence_expression":
            for part in _named(child):
                _effect(part, part.start_byte, part.end_byte, s, d, out)
        else:
            _effect(child, start, end, s, d, out)


def _effect(child: Tree, start: int, end: int, s: bytes, d: int, out: Out) -> None:
    if child.type in {"internal_module", "module"}:
        _namespace(child, s, d, out)
        return
    if child.type in {"function_expression", "class"}:
        # A declaration that the parser took for an expression while the file is being typed.
        named = child.child_by_field_name("name")
        if named is not None:
            _documented_expression(child, s, d, out)
            return
    if child.type == "assignment_expression" and _class_value(child, s, d, out):
        return
    value = expression(child, s, d)
    if not isinstance(value, Let) or value.op == "default":
        out.append(Do(start, end, value))
        return
    targets = [value.target]
    inner = value.value
    if not value.op:
        while isinstance(inner, Let) and not inner.op:
            targets.append(inner.target)
            inner = inner.value
        if all(dotted(target) in _EXPORTED for target in targets):
            # `module.exports = value` is what `export default value` is; `modules` makes the export of it.
            out.append(Do(start, end, inner))
            return
    out.append(Assign(start, end, tuple(targets), inner, value.op))


def _documented_expression(node: Tree, s: bytes, d: int, out: Out) -> None:
    start, end = node.start_byte, node.end_byte
    if node.type == "class":
        out.append(ClassDef(start, end, class_node(node, s, d)))
    else:
        out.append(Def(start, end, function(node, s, d)))


def _class_value(assignment: Tree, s: bytes, d: int, out: Out) -> bool:
    # `module.exports = class Orders {}`, `exports.Orders = class {}`: the class stands for itself.
    left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if left is None or right is None or right.type != "class":
        return False
    prop = left.child_by_field_name("property") or left
    cls = class_node(
        right, s, d, named=prop if left.type == "identifier" or _of_exports(left, s) else None, unnamed="default"
    )
    out.append(ClassDef(assignment.start_byte, assignment.end_byte, cls))
    return True


def _of_exports(left: Tree, s: bytes) -> bool:
    return s[left.start_byte : left.end_byte] != b"module.exports"


def _declaration(node: Tree, s: bytes, d: int, out: Out) -> None:
    children = node.children
    const = bool(children) and children[0].type == "const"
    declarators = [c for c in children if c.type == "variable_declarator"]
    for child in declarators:
        whole = node if len(declarators) == 1 else child
        _declarator(child, whole, s, d, out, const=const)


def _declarator(child: Tree, whole: Tree, s: bytes, d: int, out: Out, *, const: bool) -> None:
    start, end = whole.start_byte, whole.end_byte
    parts = child.children
    name, value, declared = parts[0], None, None
    for index, part in enumerate(parts):
        if part.type == "type_annotation":
            declared = annotated(part, s, d)
        elif part.type == "=" and index + 1 < len(parts):
            value = parts[-1]
    named = name if name.type == "identifier" else None
    if value is not None and value.type == "class":
        out.append(ClassDef(start, end, class_node(value, s, d, named=named)))
        return
    targets = [expression(name, s, d)]
    lowered = function_value(value, s, d, named) if value is not None else None
    while isinstance(lowered, Let) and not lowered.op:
        # `const app = module.exports = express()`
        targets.append(lowered.target)
        lowered = lowered.value
    out.append(Assign(start, end, tuple(targets), lowered, "", declared, const))


def _return(node: Tree, s: bytes, d: int, out: Out) -> None:
    named = _named(node)
    out.append(Return(node.start_byte, node.end_byte, expression(named[0], s, d) if named else None))


def _throw(node: Tree, s: bytes, d: int, out: Out) -> None:
    named = _named(node)
    out.append(Raise(node.start_byte, node.end_byte, expression(named[0], s, d) if named else None))


def _break(node: Tree, s: bytes, d: int, out: Out) -> None:  # noqa: ARG001  # all lowerings share one signature
    out.append(Jump(node.start_byte, node.end_byte, "break"))


def _continue(node: Tree, s: bytes, d: int, out: Out) -> None:  # noqa: ARG001  # all lowerings share one signature
    out.append(Jump(node.start_byte, node.end_byte, "continue"))


def _if(node: Tree, s: bytes, d: int, out: Out) -> None:
    test = node.child_by_field_name("condition")
    alternative = node.child_by_field_name("alternative")
    orelse: tuple[Stmt, ...] = ()
    if alternative is not None:
        branch = next((c for c in alternative.children if c.is_named and c.type != "comment"), None)
        orelse = _block(branch, s, d)
    start, end = node.start_byte, node.end_byte
    then = _block(node.child_by_field_name("consequence"), s, d)
    out.append(If(start, end, _condition(test, node, s, d), then, orelse))


def _condition(test: Tree | None, node: Tree, s: bytes, d: int) -> AnyExpr:
    return expression(test, s, d) if test is not None else Expr(node.start_byte, node.start_byte)


def _for_in(node: Tree, s: bytes, d: int, out: Out) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    out.append(
        For(
            node.start_byte,
            node.end_byte,
            "each",
            expression(left, s, d) if left is not None else None,
            expression(right, s, d) if right is not None else None,
            None,
            _block(node.child_by_field_name("body"), s, d),
            is_async=any(c.type == "await" for c in node.children),
        )
    )


def _for(node: Tree, s: bytes, d: int, out: Out) -> None:
    init = node.child_by_field_name("initializer")
    test = node.child_by_field_name("condition")
    step = node.child_by_field_name("increment")
    if test is not None and test.type in {"expression_statement", "empty_statement"}:
        test = next((c for c in test.children if c.is_named and c.type != "comment"), None)
    body = _block(node.child_by_field_name("body"), s, d)
    if step is not None:
        advance: Out = []
        _effect(step, step.start_byte, step.end_byte, s, d, advance)
        body = (*body, *advance)
    out.append(
        For(
            node.start_byte,
            node.end_byte,
            "count" if test is not None else "forever",
            None,
            None,
            expression(test, s, d) if test is not None else None,
            body,
            init=statements((init,), s, d) if init is not None else (),
        )
    )


def _while(node: Tree, s: bytes, d: int, out: Out) -> None:
    test = _condition(node.child_by_field_name("condition"), node, s, d)
    forever = isinstance(test, Const) and bool(test.value)
    body = _block(node.child_by_field_name("body"), s, d)
    kind = "forever" if forever else "while"
    out.append(For(node.start_byte, node.end_byte, kind, None, None, None if forever else test, body))


def _try(node: Tree, s: bytes, d: int, out: Out) -> None:
    catches: list[CatchNode] = []
    handler, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    if handler is not None:
        param, body = handler.child_by_field_name("parameter"), handler.child_by_field_name("body")
        variable = (
            s[param.start_byte : param.end_byte].decode() if param is not None and param.type == "identifier" else ""
        )
        inner = (body.start_byte + 1, max(body.end_byte - 1, body.start_byte + 1)) if body is not None else (0, 0)
        catches.append(CatchNode(handler.start_byte, handler.end_byte, (), variable, _block(body, s, d), *inner))
    last = final.child_by_field_name("body") if final is not None else None
    out.append(
        Try(
            node.start_byte,
            node.end_byte,
            _block(node.child_by_field_name("body"), s, d),
            tuple(catches),
            final=_block(last, s, d),
        )
    )


def _switch(node: Tree, s: bytes, d: int, out: Out) -> None:
    subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
    arms: list[tuple[tuple[AnyExpr, ...], tuple[Stmt, ...]]] = []
    patterns: list[AnyExpr] = []
    for case in body.children if body is not None else ():
        if case.type not in {"switch_case", "switch_default"}:
            continue
        value = case.child_by_field_name("value")
        if value is not None:
            patterns.append(expression(value, s, d))
        colon = next((c.end_byte for c in case.children if c.type == ":"), case.end_byte)
        inner = statements([c for c in case.children if c.start_byte >= colon], s, d)
        if not inner and case.type == "switch_case":
            # An empty case shares the body of the next one.
            continue
        arms.append((() if case.type == "switch_default" else tuple(patterns), inner))
        patterns = []
    lowered = expression(subject, s, d) if subject is not None else None
    out.append(Switch(node.start_byte, node.end_byte, lowered, tuple(arms)))


def _group(node: Tree, s: bytes, d: int, out: Out) -> None:
    out.append(Group(node.start_byte, node.end_byte, statements(node.children, s, d)))


def _labeled(node: Tree, s: bytes, d: int, out: Out) -> None:
    body = node.child_by_field_name("body")
    if body is not None:
        statement(body, s, d, out)


def _with(node: Tree, s: bytes, d: int, out: Out) -> None:
    named = _named(node)
    if named:
        out.append(Do(named[0].start_byte, named[0].end_byte, expression(named[0], s, d)))
        out.extend(_block(named[-1], s, d))


def _interface(node: Tree, s: bytes, d: int, out: Out) -> None:
    lowered = interface_node(node, s, d)
    if lowered is not None:
        out.append(ClassDef(node.start_byte, node.end_byte, lowered))


def _namespace(node: Tree, s: bytes, d: int, out: Out) -> None:
    body = node.child_by_field_name("body")
    if body is not None:
        out.extend(statements(body.children, s, d))


def _ambient(node: Tree, s: bytes, d: int, out: Out) -> None:
    # `declare global { ... }` declares what exists elsewhere: only its types are of interest.
    for child in node.children:
        if child.type in {"interface_declaration", "type_alias_declaration"}:
            _interface(child, s, d, out)


def _export(node: Tree, s: bytes, d: int, out: Out, doc: str = "") -> None:
    outer = tuple([decorator(c, s, d) for c in node.children if c.type == "decorator"])
    start, end = node.start_byte, node.end_byte
    for child in node.children:
        kind = child.type
        if kind in {"class_declaration", "abstract_class_declaration", "class"}:
            out.append(ClassDef(start, end, class_node(child, s, d, outer=outer, doc=doc, unnamed="default")))
        elif kind in {"function_declaration", "generator_function_declaration"}:
            out.append(Def(start, end, function(child, s, d, doc=doc)))
        elif kind in _STATEMENTS:
            before = len(out)
            statement(child, s, d, out)
            _widened(out, before, start, end)
        elif is_expression(kind) and child.type != "string":
            out.append(Do(start, end, expression(child, s, d)))


def _widened(out: Out, before: int, start: int, end: int) -> None:
    # A single declaration is as long as its `export`; of several, each keeps its own place.
    if len(out) == before + 1:
        out[before].start, out[before].end = start, end


_EXPORTED: Final = frozenset({"module.exports", "exports"})
_DOCUMENTED: Final = frozenset(
    {
        "export_statement",
        "class_declaration",
        "abstract_class_declaration",
        "function_declaration",
        "generator_function_declaration",
    }
)


def _declared(node: Tree, s: bytes, d: int, out: Out) -> None:
    _documented(node, s, d, out, "")


_STATEMENTS: Final[dict[str, Callable[[Tree, bytes, int, Out], None]]] = {
    "expression_statement": _do,
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "using_declaration": _declaration,
    "return_statement": _return,
    "throw_statement": _throw,
    "break_statement": _break,
    "continue_statement": _continue,
    "if_statement": _if,
    "for_in_statement": _for_in,
    "for_statement": _for,
    "while_statement": _while,
    "do_statement": _while,
    "try_statement": _try,
    "switch_statement": _switch,
    "statement_block": _group,
    "labeled_statement": _labeled,
    "with_statement": _with,
    "interface_declaration": _interface,
    "enum_declaration": _interface,
    "type_alias_declaration": _interface,
    "internal_module": _namespace,
    "module": _namespace,
    "ambient_declaration": _ambient,
    **dict.fromkeys(_DOCUMENTED, _declared),
}
