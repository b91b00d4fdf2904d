"""JavaScript and TypeScript, with JSX, CommonJS and ECMAScript modules: syntax tree to code tree."""

from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    ExportNode,
    FunctionNode,
    Member,
    Module,
    Name,
    Node,
    Object,
)
from persona_lsp.syntax.javascript.functions import function, sole_function
from persona_lsp.syntax.javascript.modules import exports, imports, required, required_module
from persona_lsp.syntax.javascript.statements import statements
from persona_lsp.text.patterns import lazy

__all__ = ["function_of", "lower", "required", "required_module"]

_ESCAPED: Final = lazy("[\udc80-\udcff]")


def lower(root: Tree, source: bytes, path: str) -> Module:
    """The code tree of a file. Never raises; what is not understood stays visible as far as possible."""
    s = _decodable(source)
    nodes = root.children
    body = statements(nodes, s, 0)
    exported = exports(nodes, body, s)
    for stmt in body:
        if isinstance(stmt, Assign) and stmt.value is not None:
            _christen(stmt)
    for export in exported:
        if export.value is not None:
            _christen_export(export)
    return Module(
        path,
        "javascript",
        source,
        body,
        imports(nodes, body, s),
        exported,
        error_count=_errors(root),
    )


_FUNCTIONS: Final = frozenset(
    {
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function_declaration",
    }
)


def function_of(node: Tree, root: Tree, source: bytes, owner: str) -> FunctionNode | None:  # noqa: ARG001 - every lowering has the same signature
    """Lower one function again, without the name that its surroundings give it."""
    return function(node, _decodable(source), 0, owner=owner) if node.type in _FUNCTIONS else None


def _decodable(source: bytes) -> bytes:
    # Bytes that are no UTF-8 become question marks of the same length, so that every slice can be decoded.
    try:
        source.decode()
    except UnicodeDecodeError:
        return _ESCAPED.sub("?", source.decode("utf-8", "surrogateescape")).encode()
    return source


def _errors(root: Tree) -> int:
    if not root.has_error:
        return 0
    count, stack = 0, [root]
    while stack:
        node = stack.pop()
        if node.type == "ERROR" or (node.is_missing and node.type != "!"):
            count += 1
        else:
            stack.extend(c for c in node.children if c.has_error or c.is_missing)
    return count


def _christen(stmt: Assign) -> None:
    # `exports.list = wrap(async () => {})`, `const orders = { list: async () => {} }`, `orders.list = () => {}`:
    # functions are called by the names that they are reached by.
    target, value = stmt.targets[0], stmt.value
    if value is None:
        return
    owner = ""
    if isinstance(target, Member):
        base = target.base.id if isinstance(target.base, Name) else ""
        owner = "" if base in {"exports", "module", ""} else base
        at: Node = target
        name, start = target.name, target.name_start
        if base == "module":
            name, start = "", target.start
    elif isinstance(target, Name):
        name, start, at = target.id, target.start, target
    else:
        return
    _name_functions(value, name, start, at.end, owner)


def _christen_export(export: ExportNode) -> None:
    if export.value is not None:
        name = "" if export.name == "default" else export.name
        _name_functions(export.value, name, export.start, export.start + len(name), "")


def _name_functions(value: AnyExpr, name: str, start: int, end: int, owner: str) -> None:
    if isinstance(value, Object):
        for entry in value.entries:
            if entry.name and entry.key is not None:
                _name_functions(entry.value, entry.name, entry.key.start, entry.key.end, name or owner)
        return
    function = sole_function(value)
    if function is not None and name and not function.name:
        function.name, function.name_start, function.name_end = name, start, end
    if function is not None and owner and not function.owner:
        function.owner = owner
