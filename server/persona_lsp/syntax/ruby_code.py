"""Ruby statements and expressions as the code tree has them. `ruby` lowers the declarations around them."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax import ir

_LIMIT: Final = 110
"""Nesting beyond this is left out: no one reads it, and Python's stack ends."""

_OPERATORS: Final = {"&&": "and", "||": "or", "//": "/"}
_NAMES: Final = frozenset({"it", "_1", "_2", "__method__", "__FILE__", "__dir__", "__LINE__"})
_SKIPPED: Final = frozenset(
    {"comment", "heredoc_body", "empty_statement", "heredoc_end", "uninterpreted", "alias", "undef"}
)
_JUMPS: Final = {"next": "continue", "break": "break", "redo": "redo", "retry": "retry"}
_TRUTHY: Final = frozenset(
    {"render", "redirect_to", "redirect_back", "redirect_back_or_to", "head", "send_file", "send_data", "respond_with"}
)
"""What `x and return` can follow as a mere sequence: these never answer nil or false."""
_ESCAPES: Final = {"\\n": "\n", "\\t": "\t", "\\s": " ", "\\r": "\r", "\\0": "\0", "\\e": "\x1b"}
_HEREDOC: Final = re.compile(rb"<<[~-]?(?:[A-Z_a-z]\w*|\"[^\"\n]+\"|'[^'\n]+'|`[^`\n]+`)")


class Code:
    """Where the lowering stands: the source, the local variables known so far, the depth."""

    __slots__ = ("declare", "depth", "locals", "owner", "root", "source")

    def __init__(
        self,
        source: bytes,
        root: Tree,
        declare: Callable[["Code", Tree], ir.Stmt | None],
        owner: str = "",
        known: Iterable[str] = (),
    ) -> None:
        self.source = source
        self.root = root
        self.declare = declare
        self.owner = owner
        self.locals = set(known)
        self.depth = 0

    def text(self, node: Tree) -> str:
        """The source of a node."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def inner(self, known: Iterable[str] = ()) -> "Code":
        """The same place inside a block, which sees the variables around it and keeps its own."""
        code = Code(self.source, self.root, self.declare, self.owner, self.locals)
        code.locals.update(known)
        return code


def expression(code: Code, node: Tree) -> ir.AnyExpr:
    """Lower a node that is used as a value."""
    lowering = _EXPRESSIONS.get(node.type, _unknown)
    if code.depth >= _LIMIT:
        return ir.Expr(node.start_byte, node.end_byte)
    code.depth += 1
    value = lowering(code, node)
    code.depth -= 1
    return value


def statements(code: Code, nodes: Iterable[Tree], tail: bool = False) -> tuple[ir.Stmt, ...]:
    """Lower nodes in sequence. `tail`: the value of the last one is returned."""
    out: list[ir.Stmt] = []
    for node in nodes:
        if node.is_named and node.type not in _SKIPPED:
            statement(code, node, out)
    return _implied(out) if tail else tuple(out)


def statement(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    """Lower a node that stands for itself, to one or several statements."""
    if code.depth >= _LIMIT:
        out.append(ir.Do(node.start_byte, node.end_byte, ir.Expr(node.start_byte, node.end_byte)))
        return
    lowering = _STATEMENTS.get(node.type)
    if lowering is not None:
        code.depth += 1
        lowering(code, node, out)
        code.depth -= 1
        return
    value = expression(code, node)
    if isinstance(value, ir.BlockExpr):
        out.extend(value.body)
    elif value.end > value.start or not node.is_missing:
        out.append(ir.Do(node.start_byte, node.end_byte, value))


def protected(code: Code, nodes: Sequence[Tree], tail: bool = False) -> tuple[ir.Stmt, ...]:
    """Lower the children of a body that may have `rescue`, `else` and `ensure` of its own."""
    first = next((i for i, n in enumerate(nodes) if n.type in ("rescue", "else", "ensure")), None)
    if first is None:
        return statements(code, nodes, tail)
    body = statements(code, nodes[:first])
    catches: list[ir.CatchNode] = []
    orelse: tuple[ir.Stmt, ...] = ()
    final: tuple[ir.Stmt, ...] = ()
    for node in nodes[first:]:
        if node.type == "rescue":
            catches.append(_rescue(code, node, tail))
        elif node.type == "else":
            orelse = statements(code, node.children, tail)
        elif node.type == "ensure":
            final = statements(code, node.children)
    if tail and not orelse:
        body = _implied(list(body))
    named = [n for n in nodes if n.is_named]
    return (ir.Try(named[0].start_byte, named[-1].end_byte, body, tuple(catches), orelse, final),)


def parameters(code: Code, node: Tree | None) -> tuple[ir.ParamNode, ...]:
    """Lower the parameters of a method, block or lambda; they become known variables of `code`."""
    if node is None:
        return ()
    out: list[ir.ParamNode] = []
    for child in node.children:
        kind = _PARAMETERS.get(child.type)
        if kind is None:
            continue
        start, end = child.start_byte, child.end_byte
        if child.type == "identifier":
            name = code.text(child)
            code.locals.add(name)
            out.append(ir.ParamNode(start, end, name, name_start=start, name_end=end))
            continue
        if child.type == "destructured_parameter":
            pattern = _destructured(code, child)
            out.append(ir.ParamNode(start, end, "", pattern=pattern, name_start=start, name_end=end))
            continue
        named = child.child_by_field_name("name")
        name = code.text(named) if named is not None else ""
        if name:
            code.locals.add(name)
        value = child.child_by_field_name("value")
        out.append(
            ir.ParamNode(
                start,
                end,
                name,
                default=expression(code, value) if value is not None else None,
                kind=kind,
                name_start=named.start_byte if named is not None else start,
                name_end=named.end_byte if named is not None else end,
            )
        )
    return tuple(out)


def constant_name(code: Code, node: Tree) -> str:
    """`A::B` as `A.B`; "" if it is no constant."""
    if node.type in ("constant", "identifier"):
        return code.text(node)
    if node.type == "scope_resolution":
        return code.text(node).replace("::", ".").lstrip(".").replace(" ", "")
    return ""


_PARAMETERS: Final = {
    "identifier": "plain",
    "optional_parameter": "plain",
    "splat_parameter": "rest",
    "hash_splat_parameter": "kwrest",
    "keyword_parameter": "keyword",
    "block_parameter": "block",
    "destructured_parameter": "plain",
}


def _implied(out: list[ir.Stmt]) -> tuple[ir.Stmt, ...]:
    """The statements with the value of the last one returned, in each branch that ends them."""
    if not out:
        return ()
    last = out[-1]
    match last:
        case ir.Do(start=start, end=end, value=value):
            out[-1] = ir.Return(start, end, value, implicit=True)
        case ir.If(then=then, orelse=orelse):
            last.then = _implied(list(then))
            last.orelse = _implied(list(orelse))
        case ir.Switch(arms=arms):
            last.arms = tuple((patterns, _implied(list(body))) for patterns, body in arms)
        case ir.Try(body=body, catches=catches, orelse=orelse):
            if orelse:
                last.orelse = _implied(list(orelse))
            else:
                last.body = _implied(list(body))
            for catch in catches:
                catch.body = _implied(list(catch.body))
        case ir.Group(body=body):
            last.body = _implied(list(body))
        case _:
            pass
    return tuple(out)


# Statements


def _assignment(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    targets: list[ir.AnyExpr] = []
    at: Tree | None = node
    while at is not None and at.type == "assignment":
        left = at.child_by_field_name("left")
        if left is not None:
            targets.append(_target(code, left))
        at = at.child_by_field_name("right")
    value = expression(code, at) if at is not None else None
    out.append(ir.Assign(node.start_byte, node.end_byte, tuple(targets), value))


def _operator_assignment(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        out.append(ir.Do(node.start_byte, node.end_byte, _unknown(code, node)))
        return
    op = code.text(operator)[:-1]
    target = _target(code, left)
    out.append(ir.Assign(node.start_byte, node.end_byte, (target,), expression(code, right), op=_OPERATORS.get(op, op)))


def _target(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    match node.type:
        case "identifier":
            name = code.text(node)
            code.locals.add(name)
            return ir.Name(start, end, name)
        case "call":
            receiver, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
            if receiver is not None and method is not None:
                return ir.Member(start, end, expression(code, receiver), code.text(method), method.start_byte)
            return expression(code, node)
        case "left_assignment_list" | "destructured_left_assignment":
            return ir.Items(start, end, tuple(_target(code, c) for c in node.children if c.is_named), "tuple")
        case "rest_assignment":
            inner = next((c for c in node.children if c.is_named), None)
            return ir.Spread(start, end, _target(code, inner) if inner is not None else ir.Name(start, end, "*"))
        case _:
            return expression(code, node)


def _destructured(code: Code, node: Tree) -> ir.AnyExpr:
    items: list[ir.AnyExpr] = []
    for child in node.children:
        if child.type == "identifier":
            items.append(_target(code, child))
        elif child.type == "destructured_parameter":
            items.append(_destructured(code, child))
        elif child.type == "splat_parameter":
            named = child.child_by_field_name("name")
            if named is not None:
                items.append(ir.Spread(child.start_byte, child.end_byte, _target(code, named)))
    return ir.Items(node.start_byte, node.end_byte, tuple(items), "tuple")


def _if(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.append(_if_node(code, node))


def _if_node(code: Code, node: Tree) -> ir.If:
    condition = node.child_by_field_name("condition")
    test = expression(code, condition) if condition is not None else ir.Expr(node.start_byte, node.start_byte)
    if node.type == "unless":
        test = ir.Unary(test.start, test.end, "not", test)
    consequence = node.child_by_field_name("consequence")
    then = statements(code, consequence.children) if consequence is not None else ()
    alternative = node.child_by_field_name("alternative")
    orelse: tuple[ir.Stmt, ...] = ()
    if alternative is not None and code.depth < _LIMIT:
        code.depth += 1
        if alternative.type == "elsif":
            orelse = (_if_node(code, alternative),)
        else:
            orelse = statements(code, alternative.children)
        code.depth -= 1
    return ir.If(node.start_byte, node.end_byte, test, then, orelse)


def _if_modifier(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    body, condition = node.child_by_field_name("body"), node.child_by_field_name("condition")
    if body is None or condition is None:
        out.append(ir.Do(node.start_byte, node.end_byte, _unknown(code, node)))
        return
    test = expression(code, condition)
    if node.type == "unless_modifier":
        test = ir.Unary(test.start, test.end, "not", test)
    then: list[ir.Stmt] = []
    statement(code, body, then)
    out.append(ir.If(node.start_byte, node.end_byte, test, tuple(then), modifier=True))


def _while(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    body, condition = node.child_by_field_name("body"), node.child_by_field_name("condition")
    test = expression(code, condition) if condition is not None else None
    if test is not None and node.type.startswith("until"):
        test = ir.Unary(test.start, test.end, "not", test)
    inner: tuple[ir.Stmt, ...] = ()
    if body is not None:
        inner = statements(code, body.children if body.type == "do" else (body,))
    out.append(ir.For(node.start_byte, node.end_byte, "while", None, None, test, inner))


def _for(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    body = node.child_by_field_name("body")
    within = next((c for c in value.children if c.is_named), None) if value is not None else None
    iterable = expression(code, within) if within is not None else None
    target = _target(code, pattern) if pattern is not None else None
    inner = statements(code, body.children) if body is not None else ()
    out.append(ir.For(node.start_byte, node.end_byte, "each", target, iterable, None, inner))


def _case(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.append(_switch(code, node))


def _switch(code: Code, node: Tree) -> ir.Switch:
    value = node.child_by_field_name("value")
    subject = expression(code, value) if value is not None else None
    arms: list[tuple[tuple[ir.AnyExpr, ...], tuple[ir.Stmt, ...]]] = []
    for child in node.children:
        if child.type == "when":
            patterns: list[ir.AnyExpr] = []
            body: tuple[ir.Stmt, ...] = ()
            for part in child.children:
                if part.type == "pattern":
                    patterns.extend(expression(code, p) for p in part.children if p.is_named)
                elif part.type == "then":
                    body = statements(code, part.children)
            arms.append((tuple(patterns), body))
        elif child.type == "in_clause":
            pattern, then = child.child_by_field_name("pattern"), child.child_by_field_name("body")
            shape = (_pattern(code, pattern),) if pattern is not None else ()
            arms.append((shape, statements(code, then.children) if then is not None else ()))
        elif child.type == "else":
            arms.append(((), statements(code, child.children)))
    return ir.Switch(node.start_byte, node.end_byte, subject, tuple(arms))


def _pattern(code: Code, node: Tree) -> ir.AnyExpr:
    if node.type == "identifier":
        return _target(code, node)
    if node.type.endswith("_pattern") or node.type == "splat_parameter":
        if code.depth >= _LIMIT:
            return ir.Expr(node.start_byte, node.end_byte)
        code.depth += 1
        parts = tuple(
            _pattern(code, c) for c in node.children if c.is_named and c.type not in ("hash_key_symbol", "comment")
        )
        code.depth -= 1
        if node.type == "keyword_pattern" and not parts:
            code.locals.add(code.text(node).rstrip(": "))
        return ir.Expr(node.start_byte, node.end_byte, parts)
    return expression(code, node)


def _begin(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    body = protected(code, node.children)
    if len(body) == 1 and isinstance(body[0], ir.Try):
        out.extend(body)
    else:
        out.append(ir.Group(node.start_byte, node.end_byte, body))


def _rescue(code: Code, node: Tree, tail: bool) -> ir.CatchNode:
    types: tuple[str, ...] = ()
    variable = ""
    body: tuple[ir.Stmt, ...] = ()
    start = end = node.end_byte
    for child in node.children:
        if child.type == "exceptions":
            types = tuple(code.text(c).replace("::", ".").lstrip(".") for c in child.children if c.is_named)
        elif child.type == "exception_variable":
            named = next((c for c in child.children if c.is_named), None)
            if named is not None:
                target = _target(code, named)
                variable = target.id if isinstance(target, ir.Name) else ""
        elif child.type == "then":
            inside = [c for c in child.children if c.is_named]
            body = statements(code, inside, tail)
            if inside:
                start, end = inside[0].start_byte, inside[-1].end_byte
    return ir.CatchNode(node.start_byte, node.end_byte, types, variable, body, start, end)


def _rescue_modifier(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    body, handler = node.child_by_field_name("body"), node.child_by_field_name("handler")
    inside: list[ir.Stmt] = []
    if body is not None:
        statement(code, body, inside)
    caught: list[ir.Stmt] = []
    start = end = node.end_byte
    if handler is not None:
        statement(code, handler, caught)
        start, end = handler.start_byte, handler.end_byte
    catch = ir.CatchNode(start, end, (), "", tuple(caught), start, end)
    out.append(ir.Try(node.start_byte, node.end_byte, tuple(inside), (catch,)))


def _return(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.append(ir.Return(node.start_byte, node.end_byte, _given(code, node)))


def _given(code: Code, node: Tree) -> ir.AnyExpr | None:
    """The value after `return`, `next` or `break`: several are a list, named ones a hash."""
    listed = next((c for c in node.children if c.type == "argument_list"), None)
    if listed is None:
        return None
    args, kwargs, _ = _arguments(code, listed)
    if kwargs:
        entries = tuple(
            ir.Entry(k.start, k.end, k.name, ir.Str(k.start, k.start + len(k.name), (k.name,), symbol=True), k.value)
            for k in kwargs
        )
        args = (*args, ir.Object(listed.start_byte, listed.end_byte, entries))
    if not args:
        return None
    return args[0] if len(args) == 1 else ir.Items(listed.start_byte, listed.end_byte, args)


def _jump(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    value = _given(code, node)
    if value is not None:
        out.append(ir.Do(value.start, value.end, value))
    out.append(ir.Jump(node.start_byte, node.end_byte, _JUMPS[node.type]))


def _connected(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    """`render(...) and return`, `x or raise`: a condition and what depends on it."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    op = code.text(operator) if operator is not None else ""
    op = _OPERATORS.get(op, op)
    if left is None or right is None or op not in ("and", "or"):
        out.append(ir.Do(node.start_byte, node.end_byte, expression(code, node)))
        return
    test = expression(code, left)
    then: list[ir.Stmt] = []
    statement(code, right, then)
    if not any(isinstance(s, ir.Return | ir.Raise | ir.Jump) for s in then):
        only = then[0].value if len(then) == 1 and isinstance(then[0], ir.Do) else None
        if only is not None:
            out.append(ir.Do(node.start_byte, node.end_byte, ir.Binary(node.start_byte, node.end_byte, op, test, only)))
            return
    if op == "and" and isinstance(test, ir.Call) and isinstance(test.func, ir.Name) and test.name in _TRUTHY:
        out.append(ir.Do(test.start, test.end, test))
        out.extend(then)
        return
    if op == "or":
        test = ir.Unary(test.start, test.end, "not", test)
    out.append(ir.If(node.start_byte, node.end_byte, test, tuple(then), modifier=True))


def _parenthesized(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.extend(statements(code, node.children))


def _braced(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.append(ir.Group(node.start_byte, node.end_byte, statements(code, node.children)))


def _declared(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    declared = code.declare(code, node)
    if declared is not None:
        out.append(declared)


def _matched(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    value, pattern = node.child_by_field_name("value"), node.child_by_field_name("pattern")
    if value is None or pattern is None:
        out.append(ir.Do(node.start_byte, node.end_byte, _unknown(code, node)))
        return
    subject = expression(code, value)
    out.append(ir.Assign(node.start_byte, node.end_byte, (_pattern(code, pattern),), subject))


def _torn(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    """A syntax error: what stands in it is read as far as it makes sense."""
    for child in node.children:
        if child.is_named and child.type not in _SKIPPED:
            statement(code, child, out)


# Expressions


def _unknown(code: Code, node: Tree) -> ir.AnyExpr:
    parts = tuple(expression(code, c) for c in node.children if c.is_named and c.type not in _SKIPPED)
    return ir.Expr(node.start_byte, node.end_byte, parts)


def _identifier(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    name = code.source[start:end].decode("utf-8", "replace")
    if name in code.locals or name in _NAMES:
        return ir.Name(start, end, name)
    if name in ("raise", "fail"):
        return ir.BlockExpr(start, end, (ir.Raise(start, end),))
    return ir.Call(start, end, ir.Name(start, end, name), args_start=end, args_end=end)


def _name(code: Code, node: Tree) -> ir.AnyExpr:
    return ir.Name(node.start_byte, node.end_byte, code.text(node))


def _scope(code: Code, node: Tree) -> ir.AnyExpr:
    scope, name = node.child_by_field_name("scope"), node.child_by_field_name("name")
    if name is None:
        return _unknown(code, node)
    if scope is None:
        return ir.Name(node.start_byte, node.end_byte, code.text(name))
    return ir.Member(node.start_byte, node.end_byte, expression(code, scope), code.text(name), name.start_byte)


def _call(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    receiver = method = listed = blocked = operator = None
    for child in node.children:
        kind = child.type
        if kind == "argument_list":
            listed = child
        elif kind in ("do_block", "block"):
            blocked = child
        elif kind in (".", "&.", "::"):
            operator = child
            receiver, method = method, None
        elif kind not in _SKIPPED and kind != "ERROR" and method is None:
            method = child
    args: tuple[ir.AnyExpr, ...] = ()
    kwargs: tuple[ir.Kwarg, ...] = ()
    block: ir.Lambda | None = None
    base = expression(code, receiver) if receiver is not None else None
    if listed is not None:
        args, kwargs, block = _arguments(code, listed)
        opened = code.source[listed.start_byte : listed.start_byte + 1] == b"("
        args_start = listed.start_byte + opened
        args_end = listed.end_byte - (opened and code.source[listed.end_byte - 1 : listed.end_byte] == b")")
    else:
        args_start = args_end = method.end_byte if method is not None else end
    if blocked is not None:
        block = _block(code, blocked)
    name = code.text(method) if method is not None else "call"
    name_at = method if method is not None else (operator if operator is not None else node)
    optional = operator is not None and operator.type == "&."
    func: ir.AnyExpr
    if base is not None:
        if name == "new" and receiver is not None and receiver.type in ("constant", "scope_resolution"):
            return ir.Call(start, end, base, args, kwargs, block, True, False, False, args_start, args_end)
        func = ir.Member(
            receiver.start_byte if receiver is not None else start,
            name_at.end_byte,
            base,
            name,
            name_at.start_byte,
            optional,
        )
    else:
        special = _word(node, name, args, block)
        if special is not None:
            return special
        func = ir.Name(name_at.start_byte, name_at.end_byte, name)
    return ir.Call(start, end, func, args, kwargs, block, False, False, optional, args_start, args_end)


def _word(node: Tree, name: str, args: tuple[ir.AnyExpr, ...], block: ir.Lambda | None) -> ir.AnyExpr | None:
    """Calls that are the language's own statements: `raise`, `loop`, `lambda`."""
    start, end = node.start_byte, node.end_byte
    if name in ("raise", "fail"):
        return ir.BlockExpr(start, end, (ir.Raise(start, end, _thrown(args)),))
    if block is None or args:
        return None
    if name == "loop":
        # The variables of the block are its own, but its statements stand in the method: `break` and `return` too.
        body = block.function.body
        if body and isinstance(body[-1], ir.Return) and body[-1].implicit and body[-1].value is not None:
            last = body[-1]
            body = (*body[:-1], ir.Do(last.start, last.end, body[-1].value))
        return ir.BlockExpr(start, end, (ir.For(start, end, "forever", None, None, None, body),))
    return block if name in ("lambda", "proc") else None


def _thrown(args: tuple[ir.AnyExpr, ...]) -> ir.AnyExpr | None:
    """`raise X, "message"` is `raise X.new("message")`; a mere text is a RuntimeError."""
    if not args:
        return None
    first = args[0]
    if isinstance(first, ir.Str):
        name = ir.Name(first.start, first.start, "RuntimeError")
        return ir.Call(first.start, first.end, name, (first,), new=True, args_start=first.start, args_end=first.end)
    if len(args) > 1 and isinstance(first, ir.Name | ir.Member):
        message = args[1]
        return ir.Call(
            first.start, message.end, first, (message,), new=True, args_start=message.start, args_end=message.end
        )
    return first


def _arguments(code: Code, node: Tree) -> tuple[tuple[ir.AnyExpr, ...], tuple[ir.Kwarg, ...], ir.Lambda | None]:
    args: list[ir.AnyExpr] = []
    kwargs: list[ir.Kwarg] = []
    entries: list[ir.Entry] = []
    block: ir.Lambda | None = None
    for child in node.children:
        if not child.is_named:
            continue
        kind = child.type
        if kind == "pair":
            entry = _entry(code, child)
            if entry.name and _names_argument(child):
                kwargs.append(ir.Kwarg(entry.start, entry.end, entry.name, entry.value))
            else:
                entries.append(entry)
        elif kind == "block_argument":
            inner = next((c for c in child.children if c.is_named), None)
            if inner is not None and inner.type == "simple_symbol":
                block = _symbol_block(code, inner)
            elif inner is not None:
                args.append(ir.Expr(child.start_byte, child.end_byte, (expression(code, inner),)))
        elif kind == "hash_splat_argument":
            inner = next((c for c in child.children if c.is_named), None)
            if inner is not None:
                kwargs.append(ir.Kwarg(child.start_byte, child.end_byte, "", expression(code, inner)))
        elif kind not in _SKIPPED and kind != "forward_argument":
            args.append(expression(code, child))
    if entries:
        args.append(ir.Object(entries[0].start, entries[-1].end, tuple(entries)))
    return tuple(args), tuple(kwargs), block


def _names_argument(pair: Tree) -> bool:
    """A symbol names an argument; `'text' => value` is an entry of a hash without braces."""
    key = pair.child_by_field_name("key")
    return key is not None and (key.type != "string" or any(c.type == ":" for c in pair.children))


def _entry(code: Code, node: Tree) -> ir.Entry:
    key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
    start, end = node.start_byte, node.end_byte
    name = ""
    at: ir.AnyExpr | None = None
    if key is not None:
        if key.type == "hash_key_symbol":
            name = code.text(key)
            at = ir.Str(key.start_byte, key.end_byte, (name,), symbol=True)
        else:
            at = expression(code, key)
            if isinstance(at, ir.Str):
                name = at.value or ""
    if value is not None:
        return ir.Entry(start, end, name, at, expression(code, value))
    if name and key is not None:
        if name in code.locals:
            return ir.Entry(start, end, name, at, ir.Name(key.start_byte, key.end_byte, name))
        named = ir.Name(key.start_byte, key.end_byte, name)
        called = ir.Call(named.start, named.end, named, args_start=named.end, args_end=named.end)
        return ir.Entry(start, end, name, at, called)
    return ir.Entry(start, end, name, at, ir.Expr(end, end))


def _symbol_block(code: Code, node: Tree) -> ir.Lambda:
    """`&:name` as the block that it stands for."""
    start, end = node.start_byte, node.end_byte
    name = code.text(node)[1:]
    item = ir.Name(start, start, "it")
    called = ir.Call(start, end, ir.Member(start, end, item, name, start + 1), args_start=end, args_end=end)
    body: tuple[ir.Stmt, ...] = (ir.Return(start, end, called, implicit=True),)
    params = (ir.ParamNode(start, start, "it", name_start=start, name_end=start),)
    function = ir.FunctionNode(start, end, "", start, start, params, start, end, lambda: body, expression_body=True)
    return ir.Lambda(start, end, function)


def _block(code: Code, node: Tree) -> ir.Lambda:
    inner = code.inner()
    listed = body = None
    for child in node.children:
        if child.type == "block_parameters":
            listed = child
        elif child.type in ("body_statement", "block_body"):
            body = child
    return _closure(code, node, inner, parameters(inner, listed), body, listed)


def _lambda(code: Code, node: Tree) -> ir.AnyExpr:
    inner = code.inner()
    listed, block = node.child_by_field_name("parameters"), node.child_by_field_name("body")
    body = None
    if block is not None:
        body = next((c for c in block.children if c.type in ("body_statement", "block_body")), None)
    return _closure(code, node, inner, parameters(inner, listed), body, listed)


def _closure(
    code: Code, node: Tree, inner: Code, params: tuple[ir.ParamNode, ...], body: Tree | None, listed: Tree | None
) -> ir.Lambda:
    start, end = node.start_byte, node.end_byte
    body_start = body.start_byte if body is not None else (listed.end_byte if listed is not None else end)
    function = ir.FunctionNode(
        start,
        end,
        "",
        start,
        start,
        params,
        body_start,
        body.end_byte if body is not None else body_start,
        lambda: protected(inner, body.children, tail=True) if body is not None else (),
        owner=code.owner,
        outer_start=start,
        has_error=node.has_error,
    )
    return ir.Lambda(start, end, function)


def _string(code: Code, node: Tree) -> ir.AnyExpr:
    kind = node.type
    return ir.Str(
        node.start_byte,
        node.end_byte,
        _pieces(code, node),
        symbol=kind in ("delimited_symbol", "bare_symbol"),
        regex=kind == "regex",
    )


def _pieces(code: Code, node: Tree) -> tuple[str | ir.AnyExpr, ...]:
    parts: list[str | ir.AnyExpr] = []
    for child in node.children:
        kind = child.type
        if kind in ("string_content", "heredoc_content"):
            _add(parts, code.text(child).replace("\r\n", "\n"))
        elif kind == "escape_sequence":
            raw = code.text(child)
            _add(parts, _ESCAPES.get(raw, raw[1:]) if node.type != "regex" else raw)
        elif kind == "interpolation":
            inside = [c for c in child.children if c.is_named and c.type not in _SKIPPED]
            if len(inside) == 1:
                parts.append(expression(code, inside[0]))
            elif inside:
                parts.append(ir.BlockExpr(child.start_byte, child.end_byte, statements(code, inside)))
        elif kind in ("string", "chained_string"):
            for piece in _pieces(code, child):
                if isinstance(piece, str):
                    _add(parts, piece)
                else:
                    parts.append(piece)
    return tuple(parts)


def _add(parts: list[str | ir.AnyExpr], text: str) -> None:
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    elif text:
        parts.append(text)


def _heredoc(code: Code, node: Tree) -> ir.AnyExpr:
    """The text of a heredoc stands after the line; the n-th beginning of a line owns the n-th text."""
    start, end = node.start_byte, node.end_byte
    source = code.source
    line_end = source.find(b"\n", end)
    if line_end < 0:
        return ir.Str(start, end, ())
    number = len(_HEREDOC.findall(source, source.rfind(b"\n", 0, start) + 1, start))
    at = line_end
    body = None
    for _ in range(number + 1):
        body = _heredoc_at(code, at)
        if body is None:
            return ir.Str(start, end, ())
        at = body.end_byte
    if body is None:
        return ir.Str(start, end, ())
    parts = list(_pieces(code, body))
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip("\r").removeprefix("\n")
    return ir.Str(start, end, tuple(parts))


def _heredoc_at(code: Code, offset: int) -> Tree | None:
    found = code.root.descendant_for_byte_range(offset, offset + 1)
    while found is not None and found.type != "heredoc_body":
        found = found.parent
    return found


def _words(code: Code, node: Tree) -> ir.AnyExpr:
    symbol = node.type == "symbol_array"
    items = tuple(
        ir.Str(c.start_byte, c.end_byte, _pieces(code, c), symbol=symbol)
        for c in node.children
        if c.type in ("bare_string", "bare_symbol")
    )
    return ir.Items(node.start_byte, node.end_byte, items)


def _symbol(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    return ir.Str(start, end, (code.source[start + 1 : end].decode("utf-8", "replace"),), symbol=True)


def _character(code: Code, node: Tree) -> ir.AnyExpr:
    return ir.Str(node.start_byte, node.end_byte, (code.text(node)[1:],))


def _shell(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    text = ir.Str(start, end, _pieces(code, node))
    return ir.Call(start, end, ir.Name(start, start + 1, "`"), (text,), args_start=start, args_end=end)


def _number(code: Code, node: Tree) -> ir.AnyExpr:
    text = code.text(node).replace("_", "")
    value: int | float | None
    try:
        value = int(text, 0) if node.type == "integer" and not _OCTAL.match(text) else _other_number(text)
    except ValueError:
        return ir.Expr(node.start_byte, node.end_byte)
    return ir.Const(node.start_byte, node.end_byte, value)


_OCTAL: Final = re.compile(r"0[0-7]+$|0d")


def _other_number(text: str) -> int | float:
    if text.startswith("0d"):
        return int(text[2:])
    return int(text, 8) if _OCTAL.match(text) else float(text)


def _constant(value: bool | None) -> Callable[[Code, Tree], ir.AnyExpr]:
    return lambda _, node: ir.Const(node.start_byte, node.end_byte, value)


def _hash(code: Code, node: Tree) -> ir.AnyExpr:
    entries: list[ir.Entry] = []
    for child in node.children:
        if child.type == "pair":
            entries.append(_entry(code, child))
        elif child.type == "hash_splat_argument":
            inner = next((c for c in child.children if c.is_named), None)
            if inner is not None:
                entries.append(ir.Entry(child.start_byte, child.end_byte, "", None, expression(code, inner)))
    return ir.Object(node.start_byte, node.end_byte, tuple(entries))


def _array(code: Code, node: Tree) -> ir.AnyExpr:
    # The elements of an array are spelled like arguments: `[1, *rest, key: value]`.
    args, kwargs, _ = _arguments(code, node)
    if kwargs:
        entries = tuple(ir.Entry(k.start, k.end, k.name, None, k.value) for k in kwargs)
        args = (*args, ir.Object(kwargs[0].start, kwargs[-1].end, entries))
    return ir.Items(node.start_byte, node.end_byte, args)


def _index(code: Code, node: Tree) -> ir.AnyExpr:
    named = [c for c in node.children if c.is_named and c.type not in _SKIPPED]
    if not named:
        return _unknown(code, node)
    base = expression(code, named[0])
    keys = tuple(
        _entry(code, k).value if k.type == "pair" else expression(code, k)
        for k in named[1:]
        if k.type not in ("block", "do_block")
    )
    return ir.Index(node.start_byte, node.end_byte, base, keys)


def _binary(code: Code, node: Tree) -> ir.AnyExpr:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return _unknown(code, node)
    op = code.text(operator)
    start, end = node.start_byte, node.end_byte
    first, second = expression(code, left), expression(code, right)
    if op == "!~":
        return ir.Unary(start, end, "not", ir.Binary(start, end, "=~", first, second))
    return ir.Binary(start, end, _OPERATORS.get(op, op), first, second)


def _range(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    low, high = node.child_by_field_name("begin"), node.child_by_field_name("end")
    operator = node.child_by_field_name("operator")
    first = expression(code, low) if low is not None else ir.Const(start, start, None)
    second = expression(code, high) if high is not None else ir.Const(end, end, None)
    return ir.Binary(start, end, code.text(operator) if operator is not None else "..", first, second)


def _unary(code: Code, node: Tree) -> ir.AnyExpr:
    operand, operator = node.child_by_field_name("operand"), node.child_by_field_name("operator")
    if operand is None or operator is None:
        return _unknown(code, node)
    op = code.text(operator)
    value = expression(code, operand)
    if op == "-" and isinstance(value, ir.Const) and isinstance(value.value, int | float):
        return ir.Const(node.start_byte, node.end_byte, -value.value)
    return ir.Unary(node.start_byte, node.end_byte, {"!": "not"}.get(op, op), value)


def _conditional(code: Code, node: Tree) -> ir.AnyExpr:
    test, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    orelse = node.child_by_field_name("alternative")
    if test is None or then is None or orelse is None:
        return _unknown(code, node)
    return ir.Ternary(
        node.start_byte, node.end_byte, expression(code, test), expression(code, then), expression(code, orelse)
    )


def _value_of(lowering: Callable[[Code, Tree, list[ir.Stmt]], None]) -> Callable[[Code, Tree], ir.AnyExpr]:
    """A statement used as a value: short ones become expressions, the others keep their statements."""

    def lower(code: Code, node: Tree) -> ir.AnyExpr:
        out: list[ir.Stmt] = []
        lowering(code, node, out)
        start, end = node.start_byte, node.end_byte
        if len(out) != 1:
            return ir.BlockExpr(start, end, tuple(out))
        match out[0]:
            case ir.Do(value=value):
                return value
            case ir.If(test=test, then=(ir.Do(value=then),), orelse=(ir.Do(value=orelse),)):
                return ir.Ternary(start, end, test, then, orelse)
            case ir.If(test=test, then=(ir.Do(value=then),), orelse=()):
                return ir.Ternary(start, end, test, then, ir.Const(end, end, None))
            case ir.Switch(subject=subject, arms=arms) if all(
                len(body) == 1 and isinstance(body[0], ir.Do) for _, body in arms
            ):
                values = tuple((patterns, body[0].value) for patterns, body in arms if isinstance(body[0], ir.Do))
                return ir.SwitchExpr(start, end, subject, values)
            case ir.Assign(targets=(target,), value=value, op=op) if value is not None:
                return ir.Let(start, end, target, value, op)
            case ir.Group(body=(ir.Do(value=value),)):
                return value
            case ir.Group(body=body):
                return ir.BlockExpr(start, end, body)
            case other:
                return ir.BlockExpr(start, end, (other,))

    return lower


def _parenthesized_value(code: Code, node: Tree) -> ir.AnyExpr:
    inside = [c for c in node.children if c.is_named and c.type not in _SKIPPED]
    if len(inside) == 1:
        return expression(code, inside[0])
    return ir.BlockExpr(node.start_byte, node.end_byte, statements(code, inside))


def _yield(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    listed = next((c for c in node.children if c.type == "argument_list"), None)
    args, kwargs, _ = _arguments(code, listed) if listed is not None else ((), (), None)
    return ir.Call(start, end, ir.Name(start, start + 5, "yield"), args, kwargs, args_start=start + 5, args_end=end)


def _super(code: Code, node: Tree) -> ir.AnyExpr:
    end = node.end_byte
    return ir.Call(node.start_byte, end, _name(code, node), args_start=end, args_end=end)


def _splat(code: Code, node: Tree) -> ir.AnyExpr:
    inner = next((c for c in node.children if c.is_named), None)
    start, end = node.start_byte, node.end_byte
    return ir.Spread(start, end, expression(code, inner) if inner is not None else ir.Name(start, end, "*"))


def _tested(code: Code, node: Tree) -> ir.AnyExpr:
    value, pattern = node.child_by_field_name("value"), node.child_by_field_name("pattern")
    if value is None or pattern is None:
        return _unknown(code, node)
    return ir.Binary(node.start_byte, node.end_byte, "in", expression(code, value), _pattern(code, pattern))


def _method_value(code: Code, node: Tree) -> ir.AnyExpr:
    """`private def x`: the definition is worth its name. The class has collected the method itself."""
    name = node.child_by_field_name("name")
    if name is None:
        return _unknown(code, node)
    return ir.Str(name.start_byte, name.end_byte, (code.text(name),), symbol=True)


_STATEMENTS: Final[dict[str, Callable[[Code, Tree, list[ir.Stmt]], None]]] = {
    "assignment": _assignment,
    "operator_assignment": _operator_assignment,
    "if": _if,
    "unless": _if,
    "if_modifier": _if_modifier,
    "unless_modifier": _if_modifier,
    "while": _while,
    "until": _while,
    "while_modifier": _while,
    "until_modifier": _while,
    "for": _for,
    "case": _case,
    "case_match": _case,
    "begin": _begin,
    "rescue_modifier": _rescue_modifier,
    "return": _return,
    "next": _jump,
    "break": _jump,
    "redo": _jump,
    "retry": _jump,
    "binary": _connected,
    "parenthesized_statements": _parenthesized,
    "begin_block": _braced,
    "end_block": _braced,
    "method": _declared,
    "singleton_method": _declared,
    "class": _declared,
    "module": _declared,
    "singleton_class": _declared,
    "match_pattern": _matched,
    "ERROR": _torn,
}

_EXPRESSIONS: Final[dict[str, Callable[[Code, Tree], ir.AnyExpr]]] = {
    "identifier": _identifier,
    "constant": _name,
    "instance_variable": _name,
    "class_variable": _name,
    "global_variable": _name,
    "self": _name,
    "encoding": _name,
    "file": _name,
    "line": _name,
    "scope_resolution": _scope,
    "call": _call,
    "super": _super,
    "yield": _yield,
    "lambda": _lambda,
    "string": _string,
    "chained_string": _string,
    "bare_string": _string,
    "bare_symbol": _string,
    "delimited_symbol": _string,
    "regex": _string,
    "heredoc_beginning": _heredoc,
    "string_array": _words,
    "symbol_array": _words,
    "simple_symbol": _symbol,
    "hash_key_symbol": _character,
    "character": _character,
    "subshell": _shell,
    "integer": _number,
    "float": _number,
    "nil": _constant(None),
    "true": _constant(True),
    "false": _constant(False),
    "hash": _hash,
    "array": _array,
    "right_assignment_list": _array,
    "element_reference": _index,
    "binary": _binary,
    "range": _range,
    "unary": _unary,
    "conditional": _conditional,
    "if": _value_of(_if),
    "unless": _value_of(_if),
    "if_modifier": _value_of(_if_modifier),
    "unless_modifier": _value_of(_if_modifier),
    "while": _value_of(_while),
    "until": _value_of(_while),
    "case": _value_of(_case),
    "case_match": _value_of(_case),
    "begin": _value_of(_begin),
    "assignment": _value_of(_assignment),
    "operator_assignment": _value_of(_operator_assignment),
    "rescue_modifier": _value_of(_rescue_modifier),
    "return": _value_of(_return),
    "next": _value_of(_jump),
    "break": _value_of(_jump),
    "redo": _value_of(_jump),
    "retry": _value_of(_jump),
    "parenthesized_statements": _parenthesized_value,
    "splat_argument": _splat,
    "test_pattern": _tested,
    "method": _method_value,
    "singleton_method": _method_value,
}
