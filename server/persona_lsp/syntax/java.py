"""Java files, lowered to the code tree: packages, imports, types and their members.

A class that is being typed is an error node with its header and members loose inside; they are put together again,
so that the routes of a controller stay known while one of its methods is incomplete.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import (
    AnyExpr,
    ClassDef,
    ClassNode,
    Decorator,
    Def,
    ExportNode,
    FieldNode,
    FunctionNode,
    ImportNode,
    Module,
    ParamNode,
    Stmt,
)
from persona_lsp.syntax.java_expressions import parameters
from persona_lsp.syntax.java_members import (
    annotation_element_of,
    doc_of,
    enum_constant_of,
    fields_of,
    initializer_of,
    method_of,
    modifiers_of,
)
from persona_lsp.syntax.java_statements import statements
from persona_lsp.syntax.java_types import COMMENTS, DEPTH, text_of, type_of

_CLASSES: Final = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "record_declaration": "record",
    "enum_declaration": "enum",
    "annotation_type_declaration": "annotation",
}
_KEYWORDS: Final = {"class": "class", "interface": "interface", "record": "record", "enum": "enum"}
_METHODS: Final = frozenset({"method_declaration", "constructor_declaration", "compact_constructor_declaration"})
_BODIES: Final = frozenset(
    {
        "class_body",
        "interface_body",
        "enum_body",
        "annotation_type_body",
        "enum_body_declarations",
    }
)
_NESTING: Final = 40
"""Classes inside classes that are followed."""


def lower(root: Syntax, source: bytes, path: str) -> Module:
    """The code tree of a file."""
    module = Module(path, "java", source)
    body: list[Stmt] = []
    imports: list[ImportNode] = []
    exports: list[ExportNode] = []
    rest: list[Syntax] = []
    for n in root.children:
        kind = n.type
        if kind == "import_declaration":
            made = _import(n, source)
            if made is not None:
                imports.append(made)
        elif kind == "package_declaration":
            module.package = _package(n, source)
        else:
            rest.append(n)
    members = _members(rest, source, "")
    for cls in members.classes:
        body.append(ClassDef(cls.start, cls.end, cls))
        exports.append(ExportNode(cls.start, cls.end, cls.name, cls.name))
    body += [Def(m.start, m.end, m) for m in members.methods]
    module.body = tuple(body)
    module.imports = tuple(imports)
    module.exports = tuple(exports)
    module.error_count = _errors(root) if root.has_error else 0
    return module


def methods_of(body: Syntax, s: bytes) -> tuple[FunctionNode, ...]:
    """The methods of a class body (of an anonymous class)."""
    return tuple(_members(body.children, s, "").methods)


def class_of(n: Syntax, s: bytes, owner: str, doc: str = "", depth: int = 0) -> ClassNode:
    """A class, interface, record, enum or annotation type."""
    start, end = n.start_byte, n.end_byte
    header = _Header(_CLASSES[n.type])
    body: Sequence[Syntax] = ()
    inside = (end, end)
    for child in n.children:
        if child.type in _BODIES:
            body = child.children
            inside = (child.start_byte + 1, max(child.start_byte + 1, child.end_byte - 1))
        else:
            header.read(child, s)
    return _class(header, body, s, owner, (start, end), inside, doc, depth)


class _Header:
    """What stands before the brace of a class."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.name: Syntax | None = None
        self.decorators: tuple[Decorator, ...] = ()
        self.modifiers: tuple[str, ...] = ()
        self.bases: list[AnyExpr] = []
        self.components: tuple[ParamNode, ...] = ()

    def read(self, n: Syntax, s: bytes) -> None:
        kind = n.type
        if kind == "modifiers":
            self.decorators, self.modifiers, _ = modifiers_of(n, s)
        elif kind == "identifier" and self.name is None:
            self.name = n
        elif kind == "superclass":
            self.bases += [type_of(c, s) for c in n.named_children if c.type not in COMMENTS]
        elif kind in {"super_interfaces", "extends_interfaces"}:
            for types in n.named_children:
                if types.type in {"type_list", "interface_type_list"}:
                    self.bases += [type_of(c, s) for c in types.named_children if c.type not in COMMENTS]
        elif kind == "formal_parameters":
            self.components = parameters(n, s)


class _Members(Struct):
    fields: list[FieldNode]
    methods: list[FunctionNode]
    classes: list[ClassNode]
    body: list[Stmt]


def _class(
    header: _Header,
    body: Sequence[Syntax],
    s: bytes,
    owner: str,
    span: tuple[int, int],
    inside: tuple[int, int],
    doc: str,
    depth: int,
) -> ClassNode:
    at, to = (header.name.start_byte, header.name.end_byte) if header.name is not None else (span[0], span[0])
    name = s[at:to].decode("utf-8", "replace")
    dotted = f"{owner}.{name}" if owner else name
    if depth < _NESTING:
        members = _members(body, s, dotted, depth + 1, interface=header.kind == "interface")
    else:
        members = _Members([], [], [], [])
    fields = [
        FieldNode(p.start, p.end, p.name, p.type, None, p.decorators, ("private", "final", "component"), p.name_start)
        for p in header.components
    ]
    return ClassNode(
        span[0],
        span[1],
        name,
        at,
        to,
        header.kind,
        tuple(header.bases),
        (),
        header.decorators,
        (*fields, *members.fields),
        tuple(members.methods),
        tuple(members.classes),
        tuple(members.body),
        header.modifiers,
        doc,
        owner,
        inside[0],
        inside[1],
    )


def _flat(nodes: Iterable[Syntax]) -> Iterator[Syntax]:
    """The nodes, and in place of errors what they hold."""
    for n in nodes:
        if n.type == "ERROR":
            yield from _flat_error(n)
        else:
            yield n


def _flat_error(n: Syntax) -> Iterator[Syntax]:
    stack = list(reversed(n.children))
    while stack:
        child = stack.pop()
        if child.type == "ERROR":
            stack.extend(reversed(child.children))
        else:
            yield child


def _members(nodes: Iterable[Syntax], s: bytes, owner: str, depth: int = 0, *, interface: bool = False) -> _Members:
    found = _Members([], [], [], [])
    comment: Syntax | None = None
    stream = list(_flat(nodes))
    at = 0
    while at < len(stream):
        n = stream[at]
        kind = n.type
        at += 1
        if kind == "block_comment":
            comment = n
            continue
        if kind in _METHODS:
            found.methods.append(method_of(n, s, owner, doc_of(comment, s), interface=interface))
        elif kind in {"field_declaration", "constant_declaration"}:
            found.fields += fields_of(n, s)
        elif kind in _CLASSES:
            found.classes.append(class_of(n, s, owner, doc_of(comment, s), depth))
        elif kind == "enum_constant":
            found.fields.append(enum_constant_of(n, s))
            found.methods += _constant_methods(n, s, owner)
        elif kind == "enum_body_declarations":
            inner = _members(n.children, s, owner, depth + 1)
            found.fields += inner.fields
            found.methods += inner.methods
            found.classes += inner.classes
        elif kind in {"static_initializer", "block"}:
            found.methods.append(initializer_of(n, s, owner))
        elif kind == "annotation_type_element_declaration":
            found.fields.append(annotation_element_of(n, s))
        elif kind in _KEYWORDS and at < len(stream) and stream[at].type == "identifier":
            at = _unfinished_class(stream, at - 1, s, owner, doc_of(comment, s), depth, found)
        elif kind == "formal_parameters" and at > 1 and stream[at - 2].type == "identifier":
            at = _unfinished_method(stream, at - 1, s, owner, found)
        elif kind == "line_comment":
            continue
        comment = None
    return found


def _unfinished_class(
    stream: list[Syntax], at: int, s: bytes, owner: str, doc: str, depth: int, found: _Members
) -> int:
    """The class whose keyword stands at `at` and that nothing closes; all that follows belongs to it."""
    header = _Header(_KEYWORDS[stream[at].type])
    first = at
    if at > 0 and stream[at - 1].type == "modifiers":
        first = at - 1
        header.read(stream[first], s)
    index = at + 1
    while index < len(stream) and stream[index].type not in {"{", *_BODIES}:
        header.read(stream[index], s)
        index += 1
    opened = index < len(stream)
    body: list[Syntax] = []
    if opened and stream[index].type in _BODIES:
        body = list(_flat(stream[index].children))
    inside = stream[index].end_byte if opened else stream[-1].end_byte
    body += stream[index + 1 :]
    span = (stream[first].start_byte, stream[-1].end_byte)
    if depth < _NESTING:
        found.classes.append(_class(header, body, s, owner, span, (inside, span[1]), doc, depth + 1))
    return len(stream)


def _unfinished_method(stream: list[Syntax], at: int, s: bytes, owner: str, found: _Members) -> int:
    """The method whose parameters stand at `at` and whose body is not closed yet; it ends before the next member."""
    name = stream[at - 1]
    first = at - 1
    returns: AnyExpr | None = None
    decorators: tuple[Decorator, ...] = ()
    modifiers: tuple[str, ...] = ()
    start = name.start_byte
    if first > 0 and stream[first - 1].is_named and stream[first - 1].type not in {"modifiers", *COMMENTS}:
        first -= 1
        returns = type_of(stream[first], s)
        start = stream[first].start_byte
    if returns is None or stream[first].end_byte > name.start_byte:
        return at + 1
    outer = start
    if first > 0 and stream[first - 1].type == "modifiers":
        outer = stream[first - 1].start_byte
        decorators, modifiers, begin = modifiers_of(stream[first - 1], s)
        start = begin if begin >= 0 else start
    index = at + 1
    while index < len(stream) and stream[index].type not in {"modifiers", *_METHODS, *_CLASSES}:
        index += 1
    nodes = stream[at + 1 : index]
    end = nodes[-1].end_byte if nodes else stream[at].end_byte
    opening = next((n.end_byte for n in nodes if n.type == "{"), end)
    found.methods.append(
        FunctionNode(
            start,
            end,
            text_of(name, s),
            name.start_byte,
            name.end_byte,
            parameters(stream[at], s),
            opening,
            end,
            lambda: statements(nodes, s, DEPTH),
            decorators,
            returns,
            False,
            modifiers,
            "",
            False,
            owner,
            None,
            outer,
            True,
        )
    )
    return index


def _constant_methods(n: Syntax, s: bytes, owner: str) -> list[FunctionNode]:
    body = n.child_by_field_name("body")
    return _members(body.children, s, owner).methods if body is not None else []


def _package(n: Syntax, s: bytes) -> str:
    return next((text_of(c, s) for c in n.named_children if c.type in {"scoped_identifier", "identifier"}), "")


def _import(n: Syntax, s: bytes) -> ImportNode | None:
    """`import a.B` binds B; a wildcard has the local name `*`; a static import names a member of a class."""
    named = [c for c in n.children if c.is_named and c.type not in COMMENTS and c.type != "ERROR"]
    if not named:
        return None
    path = "".join(text_of(named[0], s).split())
    start, end = n.start_byte, n.end_byte
    if any(c.type == "asterisk" for c in named):
        return ImportNode(start, end, "*", path, "*")
    module, _, name = path.rpartition(".")
    return ImportNode(start, end, name, module, name)


def _errors(root: Syntax) -> int:
    """How many error and missing nodes there are; only what contains one is looked into."""
    count = 0
    stack = [root]
    while stack:
        n = stack.pop()
        if n.type == "ERROR" or n.is_missing:
            count += 1
        stack.extend(c for c in n.children if c.has_error or c.is_missing)
    return count


def function_of(node: Syntax, root: Syntax, source: bytes, owner: str) -> FunctionNode | None:  # noqa: ARG001 - every lowering has the same signature
    """Lower one method or constructor again."""
    if node.type not in {"method_declaration", "constructor_declaration"}:
        return None
    return method_of(node, source, owner, "", interface=False)
