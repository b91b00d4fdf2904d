"""Java members, one at a time: methods, fields, constants of enums, elements of annotation types."""

from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import AnyExpr, Call, Decorator, FieldNode, FunctionNode, Name, ParamNode, Stmt
from persona_lsp.syntax.java_expressions import annotation, arguments_of, expression, parameters
from persona_lsp.syntax.java_statements import block
from persona_lsp.syntax.java_types import COMMENTS, DEPTH, text_of, type_of

_ANNOTATIONS: Final = frozenset({"annotation", "marker_annotation"})


def modifiers_of(n: Syntax, s: bytes) -> tuple[tuple[Decorator, ...], tuple[str, ...], int]:
    """Annotations, keywords, and where the first keyword begins (-1 without one)."""
    decorators: list[Decorator] = []
    words: list[str] = []
    begin = -1
    for child in n.children:
        kind = child.type
        if kind in _ANNOTATIONS:
            decorators.append(annotation(child, s))
            continue
        if kind in COMMENTS:
            continue
        words.append(kind)
        if begin < 0:
            begin = child.start_byte
    return tuple(decorators), tuple(words), begin


def method_of(n: Syntax, s: bytes, owner: str, doc: str, *, interface: bool) -> FunctionNode:
    """A method or constructor; its body is lowered when it is asked for."""
    decorators: tuple[Decorator, ...] = ()
    words: tuple[str, ...] = ()
    outer, end = n.start_byte, n.end_byte
    start = -1
    returns: AnyExpr | None = None
    name: Syntax | None = None
    params: tuple[ParamNode, ...] = ()
    body: Syntax | None = None
    for child in n.children:
        kind = child.type
        if kind == "modifiers":
            decorators, words, start = modifiers_of(child, s)
        elif kind == "identifier":
            name = child
        elif kind == "formal_parameters":
            params = parameters(child, s)
        elif kind in {"block", "constructor_body"}:
            body = child
        elif kind in _SKIPPED:
            pass
        elif child.is_named and returns is None and name is None:
            returns = type_of(child, s)
        if start < 0 and kind != "modifiers" and kind not in COMMENTS:
            start = child.start_byte
    if n.type != "method_declaration":
        words += ("constructor",)
    at, to = (name.start_byte, name.end_byte) if name is not None else (start, start)
    if body is None:
        if interface or "abstract" not in words:
            words += ("abstract",)
        return FunctionNode(
            start,
            end,
            text_of(name, s) if name is not None else "",
            at,
            to,
            params,
            end,
            end,
            _nothing,
            decorators,
            returns,
            False,
            words,
            doc,
            False,
            owner,
            (),
            outer,
            n.has_error,
        )
    inside = body.start_byte + 1
    return FunctionNode(
        start,
        end,
        text_of(name, s) if name is not None else "",
        at,
        to,
        params,
        inside,
        max(inside, end - 1),
        lambda: block(body, s, DEPTH),
        decorators,
        returns,
        False,
        words,
        doc,
        False,
        owner,
        None,
        outer,
        n.has_error,
    )


_SKIPPED: Final = frozenset({"type_parameters", "throws", "dimensions", ";", "ERROR", *COMMENTS})


def _nothing() -> tuple[Stmt, ...]:
    return ()


def initializer_of(n: Syntax, s: bytes, owner: str) -> FunctionNode:
    """A static or instance initializer, as a constructor without a name of its own."""
    body = n.children[-1] if n.type == "static_initializer" else n
    static = n.type == "static_initializer"
    start, end = n.start_byte, n.end_byte
    return FunctionNode(
        start,
        end,
        "static" if static else "init",
        start,
        start,
        (),
        body.start_byte + 1,
        max(body.start_byte + 1, end - 1),
        lambda: block(body, s, DEPTH),
        (),
        None,
        False,
        ("constructor",),
        "",
        False,
        owner,
        None,
        start,
        n.has_error,
    )


def fields_of(n: Syntax, s: bytes) -> list[FieldNode]:
    """The fields of one declaration."""
    decorators: tuple[Decorator, ...] = ()
    words: tuple[str, ...] = ()
    declared: AnyExpr | None = None
    found: list[FieldNode] = []
    if n.type == "constant_declaration":
        words = ("static", "final")
    for child in n.children:
        kind = child.type
        if kind == "modifiers":
            decorators, more, _ = modifiers_of(child, s)
            words += more
        elif kind == "variable_declarator":
            name = child.child_by_field_name("name")
            value = child.child_by_field_name("value")
            if name is not None:
                found.append(
                    FieldNode(
                        n.start_byte,
                        n.end_byte,
                        text_of(name, s),
                        declared,
                        expression(value, s) if value is not None else None,
                        decorators,
                        words,
                        name.start_byte,
                    )
                )
        elif child.is_named and declared is None and kind not in COMMENTS:
            declared = type_of(child, s)
    return found


def enum_constant_of(n: Syntax, s: bytes) -> FieldNode:
    """A constant of an enum; its arguments are those of a constructor call."""
    name = n.child_by_field_name("name")
    arguments = n.child_by_field_name("arguments")
    start, end = n.start_byte, n.end_byte
    at = name.start_byte if name is not None else start
    text = text_of(name, s) if name is not None else ""
    value: AnyExpr | None = None
    if arguments is not None:
        value = Call(
            start,
            arguments.end_byte,
            Name(at, at, text),
            arguments_of(arguments, s, DEPTH),
            new=True,
            args_start=arguments.start_byte + 1,
            args_end=arguments.end_byte - 1,
        )
    return FieldNode(start, end, text, None, value, (), ("static", "final", "enum"), at)


def annotation_element_of(n: Syntax, s: bytes) -> FieldNode:
    """An element of an annotation type, with its default."""
    name, declared, value = (n.child_by_field_name(f) for f in ("name", "type", "value"))
    modifiers = next((c for c in n.children if c.type == "modifiers"), None)
    decorators = modifiers_of(modifiers, s)[0] if modifiers is not None else ()
    return FieldNode(
        n.start_byte,
        n.end_byte,
        text_of(name, s) if name is not None else "",
        type_of(declared, s) if declared is not None else None,
        expression(value, s) if value is not None else None,
        decorators,
        (),
        name.start_byte if name is not None else n.start_byte,
    )


def doc_of(comment: Syntax | None, s: bytes) -> str:
    """The text of a Javadoc comment, "" for other comments."""
    if comment is None or not s.startswith(b"/**", comment.start_byte):
        return ""
    text = s[comment.start_byte + 3 : comment.end_byte - 2].decode("utf-8", "replace")
    lines = [line.strip().removeprefix("*").strip() for line in text.split("\n")]
    return "\n".join(lines).strip()
