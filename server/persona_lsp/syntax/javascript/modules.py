"""Imports and exports: ECMAScript modules, CommonJS and TypeScript's mixtures of both.

`require("x")` in the middle of an expression is an import too; it is bound to `required("x")`, a name that no
source can contain.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Call,
    ClassDef,
    Const,
    Do,
    ExportNode,
    ImportNode,
    Items,
    Let,
    Member,
    Name,
    Object,
    Stmt,
    Str,
    dotted,
)
from persona_lsp.syntax.javascript.expressions import expression, key_name
from persona_lsp.text.patterns import lazy

_REQUIRE: Final = lazy(rb"""\b(?:require|import)\(\s*(?:"([^"\n]+)"|'([^'\n]+)'|`([^`$\n]+)`)\s*,?\s*\)""")
_NOT_A_NAME: Final = lazy(r"\W")


def required(module: str) -> str:
    """The local name of a module that is required in the middle of an expression, or for its effects only."""
    return "require$" + _NOT_A_NAME.sub("_", module)


def required_module(expr: AnyExpr | None) -> str:
    """The module that a `require("x")` or `import("x")` call loads, "" for anything else."""
    if isinstance(expr, Await):
        expr = expr.value
    if not isinstance(expr, Call) or not isinstance(expr.func, Name) or len(expr.args) != 1:
        return ""
    argument = expr.args[0]
    if expr.func.id not in {"require", "import"} or not isinstance(argument, Str):
        return ""
    return argument.value or ""


def imports(nodes: Iterable[Tree], body: Iterable[Stmt], s: bytes) -> tuple[ImportNode, ...]:
    """Everything that the file imports."""
    found: list[ImportNode] = []
    for node in nodes:
        if node.type == "import_statement":
            found.extend(_import(node, s))
    for stmt in body:
        if isinstance(stmt, Assign) and len(stmt.targets) == 1 and stmt.value is not None:
            found.extend(_bound(stmt.targets[0], stmt.value))
    seen: set[str] = set()
    # What a pattern begins with is looked for much faster than the pattern.
    for match in _REQUIRE.finditer(s) if b"require(" in s or b"import(" in s else ():
        module = (match[1] or match[2] or match[3]).decode()
        if module not in seen:
            seen.add(module)
            found.append(ImportNode(match.start(), match.end(), required(module), module, "*"))
    return tuple(found)


def exports(nodes: Iterable[Tree], body: Iterable[Stmt], s: bytes) -> tuple[ExportNode, ...]:
    """Everything that the file exports."""
    found: list[ExportNode] = []
    values = {stmt.start: stmt.value for stmt in body if isinstance(stmt, Do)}
    for node in nodes:
        if node.type == "export_statement":
            found.extend(_export(node, s, values))
    for stmt in body:
        if isinstance(stmt, Assign) and stmt.value is not None:
            found.extend(_assigned(stmt, stmt.value))
        elif isinstance(stmt, Do) and s.startswith((b"module.exports", b"exports"), stmt.start):
            found.extend(_value(stmt.start, stmt.end, stmt.value, commonjs=True))
        elif isinstance(stmt, ClassDef) and s.startswith((b"module.exports", b"exports."), stmt.start):
            found.append(ExportNode(stmt.start, stmt.end, _class_export(stmt, s), stmt.cls.name))
    return tuple(found)


def _assigned(stmt: Assign, value: AnyExpr) -> Iterator[ExportNode]:
    names = [dotted(target) for target in stmt.targets]
    own = next((t.id for t in stmt.targets if isinstance(t, Name) and t.id != "exports"), "")
    for name in names:
        if name == "module.exports" and own:
            yield ExportNode(stmt.start, stmt.end, "default", own)
        elif name.startswith(("module.exports.", "exports.")):
            last = name.removeprefix("module.").removeprefix("exports.")
            if "." in last:
                continue
            if own or not isinstance(value, Name | Member | Call):
                yield ExportNode(stmt.start, stmt.end, last, own or last)
            else:
                yield _one(stmt.start, stmt.end, last, value, last)


def _class_export(stmt: ClassDef, s: bytes) -> str:
    left = s[stmt.start : stmt.end].split(b"=", 1)[0].strip()
    return "default" if left == b"module.exports" else left.rsplit(b".", 1)[-1].decode()


def _text(node: Tree, s: bytes) -> str:
    return key_name(node, s)


def _import(node: Tree, s: bytes) -> Iterator[ImportNode]:
    source = next((c for c in node.children if c.type == "string"), None)
    clause = next((c for c in node.children if c.type in {"import_clause", "import_require_clause"}), None)
    if clause is not None and clause.type == "import_require_clause":
        name = next((c for c in clause.children if c.type == "identifier"), None)
        source = next((c for c in clause.children if c.type == "string"), None)
        if name is not None and source is not None:
            yield ImportNode(node.start_byte, node.end_byte, _text(name, s), _text(source, s), "*")
        return
    if source is None:
        return
    module = _text(source, s)
    if clause is None:
        yield ImportNode(node.start_byte, node.end_byte, required(module), module, "*")
        return
    for part in clause.children:
        start, end = part.start_byte, part.end_byte
        if part.type == "identifier":
            yield ImportNode(start, end, _text(part, s), module, "default")
        elif part.type == "namespace_import":
            yield ImportNode(start, end, _text(part.children[-1], s), module, "*")
        elif part.type == "named_imports":
            for item in part.children:
                if item.type == "import_specifier":
                    imported, local = _renamed(item, s)
                    yield ImportNode(item.start_byte, item.end_byte, local, module, imported)


def _renamed(item: Tree, s: bytes) -> tuple[str, str]:
    name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
    first = _text(name, s) if name is not None else ""
    return first, _text(alias, s) if alias is not None else first


def _bound(target: AnyExpr, value: AnyExpr) -> Iterator[ImportNode]:
    name = "*"
    if isinstance(value, Member):
        name, value = value.name, value.base
    module = required_module(value)
    if not module:
        return
    if isinstance(target, Name):
        yield ImportNode(target.start, target.end, target.id, module, name)
    elif isinstance(target, Object) and name in {"*", "default"}:
        for entry in target.entries:
            local = entry.value.target if isinstance(entry.value, Let) else entry.value
            if isinstance(local, Name):
                yield ImportNode(entry.start, entry.end, local.id, module, entry.name or "*")


def _export(node: Tree, s: bytes, values: dict[int, AnyExpr]) -> Iterator[ExportNode]:
    start, end = node.start_byte, node.end_byte
    children = node.children
    source = next((_text(c, s) for c in children if c.type == "string"), "")
    default = any(c.type == "default" for c in children)
    for child in children:
        kind = child.type
        if kind == "*" and source:
            yield ExportNode(start, end, "*", "", source)
        elif kind == "namespace_export" and source:
            yield ExportNode(start, end, _text(child.children[-1], s), "*", source)
        elif kind == "export_clause":
            for item in child.children:
                if item.type == "export_specifier":
                    local, name = _renamed(item, s)
                    yield ExportNode(item.start_byte, item.end_byte, name, local, source)
        elif kind in {"lexical_declaration", "variable_declaration"}:
            yield from _variables(child, s)
        elif kind in _NAMED:
            name_node = child.child_by_field_name("name")
            local = _text(name_node, s) if name_node is not None else "default"
            yield ExportNode(start, end, "default" if default else local, local)
        elif child.is_named and kind not in _NO_VALUE and (default or _equals(children)):
            yield from _value(start, end, values.get(start) or expression(child, s, 0))


def _equals(children: list[Tree]) -> bool:
    # `export = value` of TypeScript.
    return len(children) > 1 and children[1].type == "="


def _variables(node: Tree, s: bytes) -> Iterator[ExportNode]:
    for child in node.children:
        if child.type != "variable_declarator":
            continue
        name = child.children[0]
        if name.type == "identifier":
            text = _text(name, s)
            yield ExportNode(child.start_byte, child.end_byte, text, text)
        else:
            pattern = expression(name, s, 0)
            for entry in pattern.entries if isinstance(pattern, Object) else ():
                local = entry.value.target if isinstance(entry.value, Let) else entry.value
                if isinstance(local, Name):
                    yield ExportNode(entry.start, entry.end, local.id, local.id)


def _value(start: int, end: int, value: AnyExpr, *, commonjs: bool = False) -> Iterator[ExportNode]:
    if isinstance(value, Let) and isinstance(value.target, Name):
        yield ExportNode(start, end, "default", value.target.id)  # `export default Router = {}`
        return
    node = _one(start, end, "default", value, "default")
    yield ExportNode(
        start, end, "default", node.local, node.module, None if node.module or isinstance(value, Name) else value
    )
    # The names of a CommonJS object can be imported one by one; of a default export they are reached through it.
    if isinstance(value, Object):
        for entry in value.entries:
            if entry.name:
                # Functions go by their own name, other values by their place in the object.
                plain = isinstance(entry.value, Str | Const | Object | Items)
                known = f"default.{entry.name}" if plain else entry.name
                yield _one(entry.start, entry.end, entry.name, entry.value, known)
            elif commonjs and required_module(entry.value):
                yield ExportNode(entry.start, entry.end, "*", "", required_module(entry.value))
    elif commonjs and isinstance(value, Call) and value.name in _MERGES:
        for arg in value.args:
            if required_module(arg):
                yield ExportNode(arg.start, arg.end, "*", "", required_module(arg))


def _one(start: int, end: int, name: str, value: AnyExpr, otherwise: str) -> ExportNode:
    """The export of a value: of a name, of something in another module, or of what is known here as `otherwise`."""
    if isinstance(value, Name):
        return ExportNode(start, end, name, value.id)
    picked, base = ("*", value) if not isinstance(value, Member) else (value.name, value.base)
    module = required_module(base)
    if module:
        return ExportNode(start, end, name, picked, module)
    return ExportNode(start, end, name, dotted(value) or otherwise)


_MERGES: Final = frozenset({"extend", "assign", "merge", "assignIn"})
"""`_.extend(require("./a"), require("./b"))`, `Object.assign({}, require("./a"))`: everything of several modules."""
_NAMED: Final = frozenset(
    {
        "class_declaration",
        "abstract_class_declaration",
        "function_declaration",
        "generator_function_declaration",
        "interface_declaration",
        "enum_declaration",
        "type_alias_declaration",
        "function_signature",
        "internal_module",
    }
)
_NO_VALUE: Final = frozenset({"comment", "string", "decorator", "ERROR", "class"})
