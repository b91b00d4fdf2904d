"""Go files, lowered to the code tree.

Structs, interfaces and other named types are classes. Methods stand apart from their type, often in another file of the
package: they are functions with an `owner`, whose first parameter is the receiver (`kind` self). Tags of fields are
decorators: `json:"name" binding:"required"`.
"""

import re
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.golang.expressions import function_from, parameters, results
from persona_lsp.syntax.golang.statements import declared, statements
from persona_lsp.syntax.golang.types import DEPTH, doc_of, text_of, type_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    ClassDef,
    ClassNode,
    Decorator,
    Def,
    FieldNode,
    FunctionNode,
    ImportNode,
    Module,
    Stmt,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

_TAG: Final = lazy(r'([\w-]+):"((?:\\.|[^"\\])*)"')
_FUNCTIONS: Final = frozenset({"function_declaration", "method_declaration"})
_VERSION: Final = lazy(r"^v\d+$|^\.?v\d+$")


def lower(root: Syntax, source: bytes, path: str) -> Module:
    """The code tree of a file."""
    module = Module(path, "go", source)
    body: list[Stmt] = []
    imports: list[ImportNode] = []
    comments: list[Syntax] = []
    stack = list(reversed(root.children))
    while stack:
        n = stack.pop()
        kind = n.type
        if kind == "comment":
            if comments and n.start_point[0] > comments[-1].end_point[0] + 1:
                comments = []
            comments.append(n)
            continue
        near = bool(comments) and n.start_point[0] <= comments[-1].end_point[0] + 1
        if kind == "import_declaration":
            imports += _imports(n, source)
        elif kind == "package_clause":
            name = n.named_children[0] if n.named_children else None
            module.package = text_of(name, source) if name is not None else ""
        elif kind in _FUNCTIONS:
            function = _function(n, source, doc_of(comments, source) if near else "")
            body.append(Def(n.start_byte, n.end_byte, function))
        elif kind == "type_declaration":
            made = types_in(n, source, doc_of(comments, source) if near else "")
            body += [ClassDef(c.start, c.end, c) for c in made]
        elif kind in {"var_declaration", "const_declaration"}:
            declared(n, source, DEPTH, body)
        elif kind == "ERROR":
            stack.extend(reversed(n.children))
        elif n.is_named:
            body += statements((n,), source, DEPTH)
        if n.is_named:
            comments = []
    module.body = tuple(body)
    module.imports = tuple(imports)
    module.error_count = int(root.has_error)
    return module


def function_of(n: Syntax, _root: Syntax, source: bytes, _owner: str) -> FunctionNode | None:
    """Lower one function again. None if the node is no function."""
    if n.type in _FUNCTIONS:
        return _function(n, source, _doc_above(n, source))
    return function_from(n, source) if n.type == "func_literal" else None


def types_in(n: Syntax, s: bytes, doc: str) -> list[ClassNode]:
    """The types of a declaration, alone or in a group."""
    specs = [c for c in n.named_children if c.type in {"type_spec", "type_alias"}]
    return [_type(c, n if len(specs) == 1 else c, s, doc if len(specs) == 1 else "") for c in specs]


def _doc_above(n: Syntax, s: bytes) -> str:
    comments: list[Syntax] = []
    above, row = n.prev_sibling, n.start_point[0]
    while above is not None and above.type in {"comment", "\n"}:
        if above.type == "comment":
            if above.end_point[0] + 1 < row:
                break
            comments.insert(0, above)
            row = above.start_point[0]
        above = above.prev_sibling
    return doc_of(comments, s)


def _function(n: Syntax, s: bytes, doc: str) -> FunctionNode:
    receiver = n.child_by_field_name("receiver")
    first = parameters(receiver, s, "self")[:1] if receiver is not None else ()
    owner = dotted(first[0].type) if first else ""
    return function_from(n, s, owner=owner, first=first, doc=doc)


def _type(n: Syntax, whole: Syntax, s: bytes, doc: str) -> ClassNode:
    name, kind = n.child_by_field_name("name"), n.child_by_field_name("type")
    at, to = (name.start_byte, name.end_byte) if name is not None else (n.start_byte, n.start_byte)
    label = s[at:to].decode("utf-8", "replace")
    cls = ClassNode(whole.start_byte, whole.end_byte, label, at, to, doc=doc, body_start=to, body_end=n.end_byte)
    if kind is None:
        return cls
    if kind.type == "struct_type":
        _struct(cls, kind, s)
    elif kind.type == "interface_type":
        _interface(cls, kind, s, label)
    else:
        cls.kind = "alias" if n.type == "type_alias" else "type"
        cls.bases = (type_of(kind, s),)
    cls.modifiers = ("public",) if label[:1].isupper() else ("package",)
    return cls


def _struct(cls: ClassNode, kind: Syntax, s: bytes) -> None:
    bases: list[AnyExpr] = []
    fields: list[FieldNode] = []
    for members in kind.named_children:
        for n in members.named_children:
            if n.type != "field_declaration":
                continue
            type_ = type_of(n.child_by_field_name("type"), s)
            tags = _tags(n.child_by_field_name("tag"), s)
            names = [c for c in n.children_by_field_name("name") if c.is_named]
            if not names:
                bases.append(type_)
                last = dotted(type_).rsplit(".", 1)[-1]
                made = FieldNode(n.start_byte, n.end_byte, last, type_, None, tags, ("embedded",), type_.start)
                fields.append(made)
            fields += [
                FieldNode(n.start_byte, n.end_byte, text_of(name, s), type_, None, tags, (), name.start_byte)
                for name in names
            ]
    cls.bases = tuple(bases)
    cls.fields = tuple(fields)


def _interface(cls: ClassNode, kind: Syntax, s: bytes, label: str) -> None:
    methods: list[FunctionNode] = []
    bases: list[AnyExpr] = []
    for n in kind.named_children:
        if n.type in {"method_elem", "method_spec"}:
            methods.append(_signature(n, s, label))
        elif n.type == "type_elem" and n.named_child_count == 1:
            bases.append(type_of(n, s))
    cls.kind = "interface"
    cls.methods = tuple(methods)
    cls.bases = tuple(bases)


def _signature(n: Syntax, s: bytes, owner: str) -> FunctionNode:
    name, result = n.child_by_field_name("name"), n.child_by_field_name("result")
    at, to = (name.start_byte, name.end_byte) if name is not None else (n.start_byte, n.start_byte)
    return FunctionNode(
        n.start_byte, n.end_byte, s[at:to].decode("utf-8", "replace"), at, to,
        parameters(n.child_by_field_name("parameters"), s), n.end_byte, n.end_byte, tuple,
        returns=results(result, s) if result is not None else None, modifiers=("abstract",), owner=owner,
        has_error=n.has_error,
    )  # fmt: skip


def _tags(n: Syntax | None, s: bytes) -> tuple[Decorator, ...]:
    if n is None:
        return ()
    text = text_of(n, s)
    found: list[Decorator] = []
    for match in _TAG.finditer(text):
        start = n.start_byte + len(text[: match.start(2)].encode())
        end = start + len(match[2].encode())
        value = Str(start, end, (match[2],) if match[2] else ())
        found.append(Decorator(n.start_byte, n.end_byte, match[1], value))
    return tuple(found)


def _imports(n: Syntax, s: bytes) -> list[ImportNode]:
    found: list[ImportNode] = []
    stack = list(reversed(n.named_children))
    while stack:
        spec = stack.pop()
        if spec.type == "import_spec_list":
            stack.extend(reversed(spec.named_children))
        elif spec.type == "import_spec":
            path, name = spec.child_by_field_name("path"), spec.child_by_field_name("name")
            module = text_of(path, s).strip('"`') if path is not None else ""
            local = text_of(name, s) if name is not None else _called(module, s)
            if module and local != "_":
                local = "*" if local == "." else local
                found.append(ImportNode(spec.start_byte, spec.end_byte, local, module, "*"))
    return found


def _called(module: str, source: bytes) -> str:
    """What a file calls a package: that of `shop/api/v1` is `v1`, if the file uses a name of it."""
    last = module.rpartition("/")[2]
    if _VERSION.match(last) and re.search(rb"(?<![\w.])" + last.encode() + rb"\.[A-Z]", source):
        return last
    return package_name(module)


def package_name(module: str) -> str:
    """What a package is called by default: `echo` for `github.com/labstack/echo/v4`, `yaml` for `gopkg.in/yaml.v3`."""
    parts = [p for p in module.split("/") if p]
    if len(parts) > 1 and _VERSION.match(parts[-1]):
        parts.pop()
    last = parts[-1] if parts else ""
    head, dot, tail = last.rpartition(".")
    if dot and _VERSION.match(tail):
        last = head
    return last.removeprefix("go-").removesuffix("-go").replace("-", "_") if "-" in last else last


__all__ = ["function_of", "lower", "package_name", "types_in"]
