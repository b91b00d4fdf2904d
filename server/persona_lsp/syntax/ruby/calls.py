"""Names, calls, blocks and parameters of Ruby."""

from collections.abc import Mapping
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax import ir
from persona_lsp.syntax.ruby.code import SKIPPED, Code, Value, expression, unknown_value
from persona_lsp.syntax.ruby.statements import destructured, protected

_NAMES: Final = frozenset({"it", "_1", "_2", "__method__", "__FILE__", "__dir__", "__LINE__"})


_PARAMETERS: Final = {
    "identifier": "plain",
    "optional_parameter": "plain",
    "splat_parameter": "rest",
    "hash_splat_parameter": "kwrest",
    "keyword_parameter": "keyword",
    "block_parameter": "block",
    "destructured_parameter": "plain",
}


def constant_name(code: Code, node: Tree) -> str:
    """`A::B` as `A.B`; "" if it is no constant."""
    if node.type in ("constant", "identifier"):
        return code.text(node)
    if node.type == "scope_resolution":
        return code.text(node).replace("::", ".").lstrip(".").replace(" ", "")
    return ""


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
            pattern = destructured(code, child)
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
        return unknown_value(code, node)
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
        elif kind not in SKIPPED and kind != "ERROR" and method is None:
            method = child
    args: tuple[ir.AnyExpr, ...] = ()
    kwargs: tuple[ir.Kwarg, ...] = ()
    block: ir.Lambda | None = None
    base = expression(code, receiver) if receiver is not None else None
    if listed is not None:
        args, kwargs, block = arguments_of(code, listed)
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


def arguments_of(code: Code, node: Tree) -> tuple[tuple[ir.AnyExpr, ...], tuple[ir.Kwarg, ...], ir.Lambda | None]:
    """The arguments of a call, those with names, and its block."""
    args: list[ir.AnyExpr] = []
    kwargs: list[ir.Kwarg] = []
    entries: list[ir.Entry] = []
    block: ir.Lambda | None = None
    for child in node.children:
        if not child.is_named:
            continue
        kind = child.type
        if kind == "pair":
            entry = entry_of(code, child)
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
        elif kind not in SKIPPED and kind != "forward_argument":
            args.append(expression(code, child))
    if entries:
        args.append(ir.Object(entries[0].start, entries[-1].end, tuple(entries)))
    return tuple(args), tuple(kwargs), block


def _names_argument(pair: Tree) -> bool:
    """A symbol names an argument; `'text' => value` is an entry of a hash without braces."""
    key = pair.child_by_field_name("key")
    return key is not None and (key.type != "string" or any(c.type == ":" for c in pair.children))


def entry_of(code: Code, node: Tree) -> ir.Entry:
    """An entry of a hash: its key as a name where it is one, and its value."""
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


def _yield(code: Code, node: Tree) -> ir.AnyExpr:
    start, end = node.start_byte, node.end_byte
    listed = next((c for c in node.children if c.type == "argument_list"), None)
    args, kwargs, _ = arguments_of(code, listed) if listed is not None else ((), (), None)
    return ir.Call(start, end, ir.Name(start, start + 5, "yield"), args, kwargs, args_start=start + 5, args_end=end)


def _super(code: Code, node: Tree) -> ir.AnyExpr:
    end = node.end_byte
    return ir.Call(node.start_byte, end, _name(code, node), args_start=end, args_end=end)


def _splat(code: Code, node: Tree) -> ir.AnyExpr:
    inner = next((c for c in node.children if c.is_named), None)
    start, end = node.start_byte, node.end_byte
    return ir.Spread(start, end, expression(code, inner) if inner is not None else ir.Name(start, end, "*"))


VALUES: Final[Mapping[str, Value]] = {
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
    "splat_argument": _splat,
}
