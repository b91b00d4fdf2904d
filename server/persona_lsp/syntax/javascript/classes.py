"""Classes, interfaces, enums and object types.

A field that holds a function (`list = async (req, res) => {}`) is a method: it is called like one. A parameter of the
constructor that declares a field (`constructor(private users: UserService)`) is a field too.
"""

from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax.ir import AnyExpr, ClassNode, Decorator, FieldNode, FunctionNode, Name, Stmt
from persona_lsp.syntax.javascript.expressions import expression, key_name
from persona_lsp.syntax.javascript.functions import MODIFIERS, decorator, function, sole_function
from persona_lsp.syntax.javascript.types import annotated, members, type_of


def class_node(
    node: Tree,
    s: bytes,
    d: int,
    *,
    named: Tree | None = None,
    outer: tuple[Decorator, ...] = (),
    doc: str = "",
    unnamed: str = "",
) -> ClassNode:
    """Lower a class declaration or expression. `outer`: decorators that stand before `export`."""
    name: Tree | None = None
    body: Tree | None = None
    bases: list[AnyExpr] = []
    decorators = list(outer)
    words: list[str] = []
    for child in node.children:
        kind = child.type
        if kind in {"type_identifier", "identifier"} and name is None:
            name = child
        elif kind == "class_heritage":
            bases = _heritage(child, s, d)
        elif kind == "class_body":
            body = child
        elif kind == "decorator":
            decorators.append(decorator(child, s, d))
        elif kind == "abstract":
            words.append(kind)
    if name is None:
        name = named
    text = s[name.start_byte : name.end_byte].decode() if name is not None else unnamed
    fields, methods, rest = _members(body, s, d, text) if body is not None else ([], [], ())
    return ClassNode(
        node.start_byte,
        node.end_byte,
        text,
        name.start_byte if name is not None else node.start_byte,
        name.end_byte if name is not None else node.start_byte,
        bases=tuple(bases),
        decorators=tuple(decorators),
        fields=tuple(fields),
        methods=tuple(methods),
        body=rest,
        modifiers=tuple(words),
        doc=doc,
        body_start=body.start_byte + 1 if body is not None else node.end_byte,
        body_end=max(body.end_byte - 1, body.start_byte + 1) if body is not None else node.end_byte,
    )


def interface_node(node: Tree, s: bytes, d: int, doc: str = "") -> ClassNode | None:
    """Lower an interface, an enum, or an alias of an object type; None for other aliases."""
    name = node.child_by_field_name("name")
    if name is None:
        return None
    kind = {"interface_declaration": "interface", "enum_declaration": "enum"}.get(node.type, "type")
    body = node.child_by_field_name("value" if kind == "type" else "body")
    bases: list[AnyExpr] = []
    if kind == "type" and body is not None and body.type == "intersection_type":
        parts = [c for c in body.children if c.is_named]
        bases = [type_of(c, s, d) for c in parts if c.type != "object_type"]
        body = next((c for c in parts if c.type == "object_type"), None)
    if body is None or (kind == "type" and body.type != "object_type"):
        return None
    for child in node.children:
        if child.type in {"extends_type_clause", "extends_clause"}:
            bases = [type_of(c, s, d) for c in child.children if c.is_named]
    return ClassNode(
        node.start_byte,
        node.end_byte,
        s[name.start_byte : name.end_byte].decode(),
        name.start_byte,
        name.end_byte,
        kind=kind,
        bases=tuple(bases),
        fields=tuple(_choices(body, s, d) if kind == "enum" else _properties(body, s, d)),
        doc=doc,
        body_start=body.start_byte + 1,
        body_end=max(body.end_byte - 1, body.start_byte + 1),
    )


def doc_text(comment: Tree | None, s: bytes) -> str:
    """The text of a `/** */` comment without its stars, "" for other comments."""
    if comment is None:
        return ""
    raw = s[comment.start_byte : comment.end_byte]
    if not raw.startswith(b"/**"):
        return ""
    lines = [line.strip().lstrip("*").strip() for line in raw[3:-2].decode().splitlines()]
    return "\n".join(lines).strip()


def _heritage(node: Tree, s: bytes, d: int) -> list[AnyExpr]:
    found: list[AnyExpr] = []
    for child in node.children:
        if child.type == "extends_clause":
            # `extends Base<T>`: the type arguments are a sibling of the value.
            value = child.child_by_field_name("value")
            if value is not None:
                found.append(expression(value, s, d))
        elif child.type == "implements_clause":
            found.extend(type_of(c, s, d) for c in child.children if c.is_named)
        elif child.is_named and child.type != "comment":
            found.append(expression(child, s, d))
    return found


def _members(body: Tree, s: bytes, d: int, owner: str) -> tuple[list[FieldNode], list[FunctionNode], tuple[Stmt, ...]]:
    fields: list[FieldNode] = []
    methods: list[FunctionNode] = []
    rest: list[Stmt] = []
    pending: list[Decorator] = []
    comment: Tree | None = None
    for child in body.children:
        kind = child.type
        if kind == "comment":
            comment = child
            continue
        if kind == "decorator":
            pending.append(decorator(child, s, d))
            continue
        if kind in _METHODS:
            own = [decorator(c, s, d) for c in child.children if c.type == "decorator"]
            method = function(
                child, s, d, decorators=tuple(pending + own), doc=doc_text(comment, s), owner=owner, modifiers=()
            )
            methods.append(method)
            if method.name == "constructor":
                fields.extend(_injected(child, s, d))
            pending = []
        elif kind in {"public_field_definition", "field_definition"}:
            _field(child, s, d, owner, tuple(pending), doc_text(comment, s), fields, methods)
            pending = []
        elif kind == "class_static_block":
            rest.extend(_static(child, s, d))
        if child.is_named:
            comment = None
    return fields, methods, tuple(rest)


def _field(
    node: Tree,
    s: bytes,
    d: int,
    owner: str,
    pending: tuple[Decorator, ...],
    doc: str,
    fields: list[FieldNode],
    methods: list[FunctionNode],
) -> None:
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    if name is None:
        return
    value = node.child_by_field_name("value")
    words = tuple([s[c.start_byte : c.end_byte].decode() for c in node.children if c.type in MODIFIERS])
    decorators = pending + tuple([decorator(c, s, d) for c in node.children if c.type == "decorator"])
    if value is not None and value.type in {"arrow_function", "function_expression"}:
        methods.append(function(value, s, d, named=name, decorators=decorators, doc=doc, owner=owner, modifiers=words))
        return
    lowered = expression(value, s, d) if value is not None else None
    wrapped = sole_function(lowered)
    if wrapped is not None:
        wrapped.name, wrapped.name_start, wrapped.name_end = key_name(name, s), name.start_byte, name.end_byte
        wrapped.owner, wrapped.decorators, wrapped.doc = owner, decorators, doc
        methods.append(wrapped)
        return
    fields.append(
        FieldNode(
            node.start_byte,
            node.end_byte,
            key_name(name, s),
            annotated(node.child_by_field_name("type"), s, d),
            lowered,
            decorators,
            words,
            name.start_byte,
        )
    )


def _injected(method: Tree, s: bytes, d: int) -> list[FieldNode]:
    params = method.child_by_field_name("parameters")
    found: list[FieldNode] = []
    for param in params.children if params is not None else ():
        words = tuple([s[c.start_byte : c.end_byte].decode() for c in param.children if c.type in _DECLARES_FIELD])
        pattern = param.child_by_field_name("pattern") if words else None
        if pattern is not None:
            found.append(
                FieldNode(
                    param.start_byte,
                    param.end_byte,
                    s[pattern.start_byte : pattern.end_byte].decode(),
                    annotated(param.child_by_field_name("type"), s, d),
                    modifiers=words,
                    decorators=tuple([decorator(c, s, d) for c in param.children if c.type == "decorator"]),
                    name_start=pattern.start_byte,
                )
            )
    return found


def _static(node: Tree, s: bytes, d: int) -> tuple[Stmt, ...]:
    from persona_lsp.syntax.javascript.statements import statements

    body = node.child_by_field_name("body")
    return statements(body.children, s, d) if body is not None else ()


def _properties(body: Tree, s: bytes, d: int) -> list[FieldNode]:
    return [
        FieldNode(
            key.start_byte,
            declared.end if declared is not None else key.end_byte,
            name,
            declared,
            modifiers=("optional",) if optional else (),
            name_start=key.start_byte,
        )
        for key, name, declared, optional in members(body, s, d)
    ]


def _choices(body: Tree, s: bytes, d: int) -> list[FieldNode]:
    found: list[FieldNode] = []
    for child in body.children:
        if child.type == "enum_assignment":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None:
                lowered = expression(value, s, d) if value is not None else None
                found.append(
                    FieldNode(
                        child.start_byte,
                        child.end_byte,
                        key_name(name, s),
                        value=lowered,
                        modifiers=("static", "readonly"),
                        name_start=name.start_byte,
                    )
                )
        elif child.type in {"property_identifier", "string"}:
            name_text = key_name(child, s)
            found.append(
                FieldNode(
                    child.start_byte,
                    child.end_byte,
                    name_text,
                    value=Name(child.start_byte, child.end_byte, name_text),
                    modifiers=("static", "readonly"),
                    name_start=child.start_byte,
                )
            )
    return found


_METHODS: Final = frozenset({"method_definition", "abstract_method_signature"})
_DECLARES_FIELD: Final = frozenset({"accessibility_modifier", "readonly"})
