"""C# files, lowered to the code tree: namespaces, usings, types and their members, statements at the top of a file.

A class that is being typed is an error node with its header and members loose inside; they are put together again,
so that the routes of a controller stay known while one of its methods is incomplete.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from tree_sitter import Node as Syntax

from persona_lsp.syntax.csharp_members import (
    attributes_of,
    doc_of,
    enum_member_of,
    fields_of,
    header,
    method_of,
    parameters,
    property_of,
)
from persona_lsp.syntax.csharp_statements import statements
from persona_lsp.syntax.csharp_types import COMMENTS, PREPROCESSED, errors, text_of, type_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    ClassDef,
    ClassNode,
    Decorator,
    ExportNode,
    FieldNode,
    FunctionNode,
    ImportNode,
    Module,
    ParamNode,
    Stmt,
)

_CLASSES: Final = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "record_declaration": "record",
    "record_struct_declaration": "record",
    "struct_declaration": "class",
    "enum_declaration": "enum",
}
_KEYWORDS: Final = {"class": "class", "interface": "interface", "record": "record", "struct": "class"}
_BODIES: Final = frozenset({"declaration_list", "enum_member_declaration_list"})
_METHODS: Final = frozenset({"method_declaration", "constructor_declaration", "destructor_declaration"})
_NESTING: Final = 40
"""Classes inside classes that are followed."""


def lower(root: Syntax, source: bytes, path: str) -> Module:
    """The code tree of a file."""
    module = Module(path, "csharp", source)
    imports: list[ImportNode] = []
    top: list[Syntax] = []
    types: list[Syntax] = []
    for n in _spread(root.children, source, module, imports):
        # Statements at the top are a method of their own; in a file with an error, members may stand loose there.
        (top if n.type == "global_statement" or (n.type in PREPROCESSED and _is_code(n)) else types).append(n)
    body: list[Stmt] = list(statements(top, source)) if top else []
    members = _members(types, source, "")
    body += [ClassDef(c.start, c.end, c) for c in members.classes]
    body.sort(key=lambda statement: statement.start)
    module.body = tuple(body)
    module.imports = tuple(imports)
    module.exports = tuple(ExportNode(c.start, c.end, c.name, c.name) for c in members.classes)
    module.error_count = errors(root) if root.has_error else 0
    return module


def _is_code(n: Syntax) -> bool:
    return any(c.type == "global_statement" or (c.type in PREPROCESSED and _is_code(c)) for c in n.children)


def _spread(nodes: Iterable[Syntax], s: bytes, module: Module, imports: list[ImportNode]) -> Iterator[Syntax]:
    """What a file declares, namespaces opened; usings and the name of the first namespace are taken out."""
    for n in nodes:
        kind = n.type
        if kind == "using_directive":
            made = _using(n, s)
            if made is not None:
                imports.append(made)
        elif kind in {"namespace_declaration", "file_scoped_namespace_declaration"}:
            name = n.child_by_field_name("name")
            if not module.package and name is not None:
                module.package = "".join(text_of(name, s).split())
            body = n.child_by_field_name("body")
            inner = body.children if body is not None else [c for c in n.named_children if c.type in _CLASSES]
            yield from _spread(inner, s, module, imports)
        else:
            yield n


def _using(n: Syntax, s: bytes) -> ImportNode | None:
    """`using A.B` opens a namespace, `using static A.B.C` a class: both have the local name `*`; an alias has its own."""
    alias = n.child_by_field_name("name")
    named = [c for c in n.named_children if c.type not in COMMENTS and (alias is None or c.id != alias.id)]
    if not named:
        return None
    path = "".join(text_of(named[-1], s).split()).removeprefix("global::")
    start, end = n.start_byte, n.end_byte
    if alias is not None:
        module, _, name = path.partition("<")[0].rpartition(".")
        return ImportNode(start, end, text_of(alias, s), module, name)
    return ImportNode(start, end, "*", path, "*")


def class_of(n: Syntax, s: bytes, owner: str, doc: str = "", depth: int = 0) -> ClassNode:
    """A class, interface, record, struct or enum."""
    made = _Header(_CLASSES[n.type])
    body: Sequence[Syntax] = ()
    inside = (n.end_byte, n.end_byte)
    made.decorators, made.modifiers, _ = header(n, s)
    for child in n.children:
        if child.type in _BODIES:
            body = child.children
            inside = (child.start_byte + 1, max(child.start_byte + 1, child.end_byte - 1))
        else:
            made.read(child, s)
    return _class(made, body, s, owner, (n.start_byte, n.end_byte), inside, doc, depth)


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
        if kind == "identifier" and self.name is None:
            self.name = n
        elif kind == "base_list":
            for base in n.named_children:
                if base.type == "primary_constructor_base_type":
                    held = base.child_by_field_name("type") or (base.named_children[0] if base.named_children else base)
                    self.bases.append(type_of(held, s))
                elif base.type not in {*COMMENTS, "argument_list"}:
                    self.bases.append(type_of(base, s))
        elif kind == "parameter_list":
            self.components = parameters(n, s)
        elif kind == "type_parameter_list":
            self.modifiers += ("generic",)


class _Members(Struct):
    fields: list[FieldNode]
    methods: list[FunctionNode]
    classes: list[ClassNode]


def _class(
    made: _Header, body: Sequence[Syntax], s: bytes, owner: str, span: tuple[int, int], inside: tuple[int, int],
    doc: str, depth: int,
) -> ClassNode:  # fmt: skip
    at, to = (made.name.start_byte, made.name.end_byte) if made.name is not None else (span[0], span[0])
    name = s[at:to].decode("utf-8", "replace")
    dotted = f"{owner}.{name}" if owner else name
    members = _Members([], [], [])
    if depth < _NESTING:
        members = _members(body, s, dotted, depth + 1, interface=made.kind == "interface")
    words = ("public", "property", "component") if made.kind == "record" else ("private", "component")
    fields = [
        FieldNode(p.start, p.end, p.name, p.type, p.default, p.decorators, words, p.name_start) for p in made.components
    ]
    return ClassNode(
        span[0], span[1], name, at, to, made.kind, tuple(made.bases), (), made.decorators, (*fields, *members.fields),
        tuple(members.methods), tuple(members.classes), (), made.modifiers, doc, owner, inside[0], inside[1],
    )  # fmt: skip


def _flat(nodes: Iterable[Syntax]) -> Iterator[Syntax]:
    """The nodes; in place of errors and of what a compiler's symbol switches, what they hold."""
    stack = list(nodes)[::-1]
    while stack:
        n = stack.pop()
        if n.type == "ERROR" or n.type in PREPROCESSED:
            stack.extend(reversed(n.children))
        else:
            yield n


def _members(nodes: Iterable[Syntax], s: bytes, owner: str, depth: int = 0, *, interface: bool = False) -> _Members:
    found = _Members([], [], [])
    comments: list[Syntax] = []
    stream = list(_flat(nodes))
    at = 0
    while at < len(stream):
        n = stream[at]
        kind = n.type
        at += 1
        if kind == "comment":
            comments.append(n)
            continue
        if kind in _METHODS:
            found.methods.append(method_of(n, s, owner, doc_of(comments, s), interface=interface))
        elif kind in {"field_declaration", "event_field_declaration"}:
            found.fields += fields_of(n, s)
        elif kind == "property_declaration":
            field, accessors = property_of(n, s, owner)
            found.fields.append(field)
            found.methods += accessors
        elif kind in _CLASSES:
            found.classes.append(class_of(n, s, owner, doc_of(comments, s), depth))
        elif kind == "enum_member_declaration":
            found.fields.append(enum_member_of(n, s))
        elif kind == "local_function_statement":
            # What is a method to its author, where the class around it is torn.
            found.methods.append(method_of(n, s, owner, doc_of(comments, s), interface=interface))
        elif kind in _KEYWORDS and at < len(stream) and stream[at].type == "identifier":
            at = _unfinished(stream, at - 1, s, owner, doc_of(comments, s), depth, found)
        comments = []
    return found


def _unfinished(stream: list[Syntax], at: int, s: bytes, owner: str, doc: str, depth: int, found: _Members) -> int:
    """The class whose keyword stands at `at` and that nothing closes; all that follows belongs to it."""
    made = _Header(_KEYWORDS[stream[at].type])
    first = at
    while first > 0 and stream[first - 1].type in {"modifier", "attribute_list"}:
        first -= 1
    decorators: list[Decorator] = []
    for n in stream[first:at]:
        if n.type == "modifier":
            made.modifiers += (text_of(n, s),)
        else:
            decorators += attributes_of(n, s)
    made.decorators = tuple(decorators)
    index = at + 1
    while index < len(stream) and stream[index].type not in {"{", *_BODIES}:
        made.read(stream[index], s)
        index += 1
    opened = index < len(stream)
    body: list[Syntax] = []
    if opened and stream[index].type in _BODIES:
        body = list(_flat(stream[index].children))
    start = stream[index].end_byte if opened else stream[-1].end_byte
    body += stream[index + 1 :]
    span = (stream[first].start_byte, stream[-1].end_byte)
    if depth < _NESTING:
        found.classes.append(_class(made, body, s, owner, span, (start, span[1]), doc, depth + 1))
    return len(stream)


def function_of(node: Syntax, root: Syntax, source: bytes, owner: str) -> FunctionNode | None:  # noqa: ARG001 - every lowering has the same signature
    """Lower one method or constructor again."""
    if node.type not in {"method_declaration", "constructor_declaration"}:
        return None
    return method_of(node, source, owner, "", interface=False)
