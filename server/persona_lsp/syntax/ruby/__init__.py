"""Ruby to the code tree: files, modules, classes and methods. the modules beside it lower what stands in them."""

from collections.abc import Sequence
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax import ir
from persona_lsp.syntax.ruby.calls import constant_name, parameters
from persona_lsp.syntax.ruby.code import Code, expression, statement
from persona_lsp.syntax.ruby.statements import protected
from persona_lsp.syntax.ruby.tables import KINDS

_VISIBILITIES: Final = frozenset({"private", "protected", "public", "module_function"})
_DEFINITIONS: Final = frozenset({"method", "singleton_method"})


def lower(root: Tree, source: bytes, path: str) -> ir.Module:
    """Lower the syntax tree of a Ruby file. Bodies of methods and blocks are lowered when they are asked for."""
    code = Code(KINDS, source, root, _declare)
    body: list[ir.Stmt] = []
    imports: list[ir.ImportNode] = []
    comments = _Comments(source)
    nodes = root.children
    if root.has_error:
        # What stands in an error at the top is read as if it stood in the file.
        nodes = [inner for node in nodes for inner in (node.children if node.type == "ERROR" else (node,))]
    for index, node in enumerate(nodes):
        kind = node.type
        if kind == "comment":
            comments.see(node)
            continue
        if not node.is_named:
            torn = _torn_class(code, nodes[index:])
            if torn is not None:
                body.append(ir.ClassDef(torn.start, torn.end, torn))
                break
            continue
        if kind in ("heredoc_body", "uninterpreted"):
            continue
        if kind in ("class", "module") or kind in _DEFINITIONS:
            declared = _declare(code, node, comments.before(node))
            if declared is not None:
                body.append(declared)
            continue
        if kind == "call":
            required = _import(code, node)
            if required is not None:
                imports.append(required)
        if kind == "assignment":
            made = _made_class(code, node, "")
            if made is not None:
                body.append(ir.ClassDef(node.start_byte, node.end_byte, made))
                continue
        statement(code, node, body)
    return ir.Module(path, "ruby", source, tuple(body), tuple(imports), error_count=_errors(root))


def _declare(code: Code, node: Tree, doc: str = "") -> ir.Stmt | None:
    """A definition among statements."""
    if node.type in _DEFINITIONS:
        function = _method(code, node, doc)
        return ir.Def(node.start_byte, node.end_byte, function) if function is not None else None
    if node.type in ("class", "module"):
        cls = _class(code, node, doc)
        return ir.ClassDef(node.start_byte, node.end_byte, cls) if cls is not None else None
    if node.type == "singleton_class":
        members = _Members(code)
        _collect(members, node.child_by_field_name("body"), static=True)
        defs = tuple(ir.Def(m.start, m.end, m) for m in members.methods)
        return ir.Group(node.start_byte, node.end_byte, (*defs, *members.body))
    return None


def _method(code: Code, node: Tree, doc: str = "", static: bool = False) -> ir.FunctionNode | None:
    name = node.child_by_field_name("name")
    if name is None:
        return None
    inner = Code(KINDS, code.source, code.root, _declare, code.owner)
    params = parameters(inner, node.child_by_field_name("parameters"))
    body = node.child_by_field_name("body")
    start, end = node.start_byte, node.end_byte
    if body is not None:
        body_start, body_end = body.start_byte, body.end_byte
    else:
        last = node.children[-1]
        body_start = body_end = last.start_byte if last.type == "end" else end
    one = body is not None and body.type != "body_statement"

    def statements() -> tuple[ir.Stmt, ...]:
        if body is None:
            return ()
        return protected(inner, [body] if one else body.children, tail=True)

    return ir.FunctionNode(
        start,
        end,
        code.text(name),
        name.start_byte,
        name.end_byte,
        params,
        body_start,
        body_end,
        statements,
        modifiers=("static",) if static or node.type == "singleton_method" else (),
        doc=doc,
        expression_body=one,
        owner=code.owner,
        outer_start=start,
        has_error=node.has_error,
    )


class _Members:
    """What a class body has shown so far."""

    __slots__ = ("body", "classes", "code", "fields", "methods", "torn")

    def __init__(self, code: Code) -> None:
        self.code = code
        self.body: list[ir.Stmt] = []
        self.classes: list[ir.ClassNode] = []
        self.fields: list[ir.FieldNode] = []
        self.methods: list[ir.FunctionNode] = []
        self.torn = False


def _class(code: Code, node: Tree, doc: str) -> ir.ClassNode | None:
    name = node.child_by_field_name("name")
    named = constant_name(code, name) if name is not None else ""
    if name is None or not named:
        return None
    inner = Code(KINDS, code.source, code.root, _declare, f"{code.owner}.{named}" if code.owner else named)
    members = _Members(inner)
    body = node.child_by_field_name("body")
    if code.depth < 50:  # classes in classes beyond any sense are left out
        inner.depth = code.depth + 1
        _collect(members, body)
    superclass = node.child_by_field_name("superclass")
    bases = tuple(expression(inner, c) for c in superclass.children if c.is_named) if superclass is not None else ()
    after = superclass if superclass is not None else name
    return ir.ClassNode(
        node.start_byte,
        node.end_byte,
        named,
        name.start_byte,
        name.end_byte,
        "class" if node.type == "class" else "module",
        bases,
        fields=tuple(members.fields),
        methods=tuple(members.methods),
        classes=tuple(members.classes),
        body=tuple(members.body),
        doc=doc,
        owner=code.owner,
        body_start=body.start_byte if body is not None else after.end_byte,
        body_end=body.end_byte if body is not None else after.end_byte,
    )


def _collect(members: _Members, body: Tree | None, static: bool = False) -> None:
    if body is None:
        return
    comments = _Comments(members.code.source)
    # The comments above the first member stand before the body, not in it.
    for node in body.parent.children if body.parent is not None else ():
        if node.type == "comment":
            comments.see(node)
        elif node == body:
            break
    _collect_nodes(members, body.children, comments, static)


def _collect_nodes(members: _Members, nodes: Sequence[Tree], comments: "_Comments", static: bool) -> None:
    code = members.code
    visibility = "public"
    for index, node in enumerate(nodes):
        kind = node.type
        if kind == "comment":
            comments.see(node)
        elif not node.is_named:
            torn = _torn_class(code, nodes[index:])
            if torn is not None:
                members.classes.append(torn)
                return
        elif kind in _DEFINITIONS:
            function = _method(code, node, comments.before(node), static)
            if function is not None:
                members.methods.append(_seen_as(function, visibility))
            if members.torn:
                _hoist(members, node, visibility, static)
        elif kind in ("class", "module"):
            cls = _class(code, node, comments.before(node))
            if cls is not None:
                members.classes.append(cls)
        elif kind == "singleton_class":
            _collect(members, node.child_by_field_name("body"), static=True)
        elif kind == "identifier" and code.text(node) in _VISIBILITIES:
            visibility = code.text(node)
        elif kind == "call":
            _class_call(members, node, static)
        elif kind == "assignment":
            _class_assignment(members, node)
        elif kind == "ERROR":
            _collect_nodes(members, node.children, comments, static)
        elif kind != "heredoc_body":
            statement(code, node, members.body)


def _hoist(members: _Members, node: Tree, visibility: str, static: bool) -> None:
    """While an `end` is missing, the methods that follow look as if they stood in the one that lacks it."""
    body = node.child_by_field_name("body")
    for child in body.children if body is not None else ():
        if child.type in _DEFINITIONS:
            function = _method(members.code, child, "", static)
            if function is not None:
                members.methods.append(_seen_as(function, visibility))
            _hoist(members, child, visibility, static)


def _torn_class(code: Code, nodes: Sequence[Tree]) -> ir.ClassNode | None:
    """A class whose end the parser did not find: `class`, its name, perhaps its base, and what follows."""
    if len(nodes) < 2 or nodes[0].type not in ("class", "module") or code.depth > 20:
        return None
    named = constant_name(code, nodes[1]) if nodes[1].type != "identifier" else ""
    if not named:
        return None
    inner = Code(KINDS, code.source, code.root, _declare, f"{code.owner}.{named}" if code.owner else named)
    inner.depth = code.depth + 1
    rest = nodes[2:]
    bases: tuple[ir.AnyExpr, ...] = ()
    if rest and rest[0].type == "superclass":
        bases = tuple(expression(inner, c) for c in rest[0].children if c.is_named)
        rest = rest[1:]
    members = _Members(inner)
    members.torn = True
    _collect_nodes(members, rest, _Comments(code.source), static=False)
    return ir.ClassNode(
        nodes[0].start_byte,
        nodes[-1].end_byte,
        named,
        nodes[1].start_byte,
        nodes[1].end_byte,
        nodes[0].type,
        bases,
        fields=tuple(members.fields),
        methods=tuple(members.methods),
        classes=tuple(members.classes),
        body=tuple(members.body),
        owner=code.owner,
        body_start=rest[0].start_byte if rest else nodes[-1].end_byte,
        body_end=nodes[-1].end_byte,
    )


def _class_call(members: _Members, node: Tree, static: bool) -> None:
    """A call in a class body: a macro, or a visibility for methods that are named or defined among its arguments."""
    code = members.code
    method, listed = node.child_by_field_name("method"), node.child_by_field_name("arguments")
    word = code.text(method) if method is not None and node.child_by_field_name("receiver") is None else ""
    visibility = "private" if word == "private_class_method" else word
    if listed is not None:
        for arg in listed.children:
            if arg.type in _DEFINITIONS:
                function = _method(code, arg, "", static)
                if function is not None:
                    function.outer_start = node.start_byte
                    members.methods.append(_seen_as(function, visibility))
            elif visibility in _VISIBILITIES and arg.type in ("simple_symbol", "symbol_array", "string"):
                _show_named(members, expression(code, arg), visibility)
    if word == "included":
        _include(members, node)
    statement(code, node, members.body)


def _include(members: _Members, node: Tree) -> None:
    """What a concern defines in its `included` block, it gives to each class as it does its own methods."""
    block = node.child_by_field_name("block")
    body = block.child_by_field_name("body") if block is not None else None
    visibility = "public"
    for child in body.children if body is not None else ():
        if child.type in _DEFINITIONS:
            function = _method(members.code, child)
            if function is not None:
                members.methods.append(_seen_as(function, visibility))
        elif child.type == "identifier" and members.code.text(child) in _VISIBILITIES:
            visibility = members.code.text(child)


def _show_named(members: _Members, named: ir.AnyExpr, visibility: str) -> None:
    items = named.items if isinstance(named, ir.Items) else (named,)
    names = {item.value for item in items if isinstance(item, ir.Str)}
    for function in members.methods:
        if function.name in names:
            function.modifiers = tuple(m for m in function.modifiers if m not in _VISIBILITIES)
            _seen_as(function, visibility)


def _seen_as(function: ir.FunctionNode, visibility: str) -> ir.FunctionNode:
    if visibility in ("private", "protected"):
        function.modifiers = (*function.modifiers, visibility)
    return function


def _class_assignment(members: _Members, node: Tree) -> None:
    code = members.code
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or left.type != "constant":
        statement(code, node, members.body)
        return
    made = _made_class(code, node, code.owner)
    if made is not None:
        members.classes.append(made)
        return
    members.fields.append(
        ir.FieldNode(
            node.start_byte,
            node.end_byte,
            code.text(left),
            value=expression(code, right),
            modifiers=("static", "const"),
            name_start=left.start_byte,
        )
    )


def _made_class(code: Code, node: Tree, owner: str) -> ir.ClassNode | None:
    """`NotFound = Class.new(StandardError)` declares a class."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or left.type != "constant" or right.type != "call":
        return None
    receiver, method = right.child_by_field_name("receiver"), right.child_by_field_name("method")
    if receiver is None or method is None or code.text(method) != "new" or code.text(receiver) != "Class":
        return None
    listed = right.child_by_field_name("arguments")
    bases = tuple(expression(code, c) for c in listed.children if c.is_named) if listed is not None else ()
    name = code.text(left)
    return ir.ClassNode(
        node.start_byte,
        node.end_byte,
        name,
        left.start_byte,
        left.end_byte,
        bases=bases,
        owner=owner,
        body_start=node.end_byte,
        body_end=node.end_byte,
    )


def _import(code: Code, node: Tree) -> ir.ImportNode | None:
    method, listed = node.child_by_field_name("method"), node.child_by_field_name("arguments")
    if method is None or listed is None or node.child_by_field_name("receiver") is not None:
        return None
    word = code.text(method)
    if word not in ("require", "require_relative"):
        return None
    given = next((c for c in listed.children if c.type == "string"), None)
    name = expression(code, given) if given is not None else None
    if not isinstance(name, ir.Str) or not name.value:
        return None
    module = f"./{name.value}" if word == "require_relative" and not name.value.startswith(".") else name.value
    return ir.ImportNode(node.start_byte, node.end_byte, name.value, module, "*")


class _Comments:
    """The comment lines just above a definition."""

    __slots__ = ("end", "lines", "source")

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.lines: list[str] = []
        self.end = -1

    def see(self, node: Tree) -> None:
        """Another comment: it goes on with the ones before if it follows on the next line."""
        if self.source[self.end : node.start_byte].count(b"\n") != 1 or self.end < 0:
            self.lines = []
        self.lines.append(self.source[node.start_byte : node.end_byte].decode("utf-8", "replace"))
        self.end = node.end_byte

    def before(self, node: Tree) -> str:
        """The text of the comments that end on the line above the node."""
        lines, self.lines = self.lines, []
        if not lines or self.source[self.end : node.start_byte].count(b"\n") != 1:
            return ""
        return "\n".join(line.lstrip("#").strip() for line in lines if not line.startswith("#!")).strip()


def _errors(root: Tree) -> int:
    if not root.has_error:
        return 0
    count = 0
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "ERROR" or node.is_missing:
            count += 1
        elif node.has_error:
            stack.extend(node.children)
    return count


def function_of(node: Tree, root: Tree, source: bytes, owner: str) -> ir.FunctionNode | None:
    """Lower one method again."""
    if node.type not in {"method", "singleton_method"}:
        return None
    return _method(Code(KINDS, source, root, _declare, owner), node)
