"""C# members, one at a time: methods, constructors, accessors, fields, properties, attributes and parameters."""

from collections.abc import Callable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.csharp_expressions import arguments_of, expression, inside
from persona_lsp.syntax.csharp_statements import block
from persona_lsp.syntax.csharp_types import COMMENTS, DEPTH, text_of, type_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Decorator,
    Do,
    FieldNode,
    FunctionNode,
    Index,
    Member,
    Name,
    ParamNode,
    Return,
    Stmt,
)
from persona_lsp.text.patterns import lazy

_HEADERS: Final = frozenset({"attribute_list", *COMMENTS})
_TAG: Final = lazy(r"<(/?)([a-zA-Z]+)[^>]*?>")
_REFERENCE: Final = lazy(r'<(?:see|paramref|typeparamref)\s+\w+="(?:[A-Z]:)?([^"]*)"\s*/>')


def attributes_of(n: Syntax, s: bytes) -> tuple[Decorator, ...]:
    """The attributes between one pair of brackets; those of a return value or an assembly say nothing here."""
    if any(c.type == "attribute_target_specifier" for c in n.children):
        return ()
    return tuple(_attribute(c, s) for c in n.named_children if c.type == "attribute")


def _attribute(n: Syntax, s: bytes) -> Decorator:
    name = n.child_by_field_name("name")
    start, end = n.start_byte, n.end_byte
    func = type_of(name, s) if name is not None else Name(start, start, "")
    held = func.base if isinstance(func, Index) else func
    text = _dotted(held).removesuffix("Attribute")
    given = next((c for c in n.children if c.type == "attribute_argument_list"), None)
    types = func.keys if isinstance(func, Index) else ()
    if given is None and not types:
        return Decorator(start, end, text, held)
    args, named = arguments_of(given, s, DEPTH)
    at, to = inside(given, end, s)
    return Decorator(start, end, text, Call(start, end, held, args, named, args_start=at, args_end=to, types=types))


def _dotted(expr: AnyExpr) -> str:
    if isinstance(expr, Member):
        return f"{_dotted(expr.base)}.{expr.name}"
    return expr.id if isinstance(expr, Name) else ""


def parameters(n: Syntax | None, s: bytes) -> tuple[ParamNode, ...]:
    """Parameters in order; `this` of an extension method makes the kind `self`, `params` a rest."""
    found: list[ParamNode] = []
    rest: Syntax | None = None
    loose = False
    for child in n.children if n is not None else ():
        if child.type == "parameter":
            found.append(_parameter(child, s))
        elif child.type == "params":
            loose = True
        elif loose and child.type == "identifier":
            declared = type_of(rest, s) if rest is not None else None
            at, to = child.start_byte, child.end_byte
            found.append(ParamNode(at, to, text_of(child, s), declared, kind="rest", name_start=at, name_end=to))
        elif loose and child.is_named:
            rest = child
    return tuple(found)


def _parameter(n: Syntax, s: bytes) -> ParamNode:
    name, declared = n.child_by_field_name("name"), n.child_by_field_name("type")
    decorators: tuple[Decorator, ...] = ()
    extends = False
    value: Syntax | None = None
    equals = False
    for child in n.children:
        if child.type == "attribute_list":
            decorators += attributes_of(child, s)
        elif child.type in {"modifier", "parameter_modifier", "this"} and text_of(child, s) == "this":
            extends = True
        elif child.type == "=":
            equals = True
        elif equals and child.is_named and child.type not in COMMENTS:
            value = child
    return ParamNode(
        n.start_byte, n.end_byte, text_of(name, s) if name is not None else "",
        type_of(declared, s) if declared is not None else None,
        expression(value, s) if value is not None else None, decorators, "self" if extends else "plain",
        optional=value is not None or (declared is not None and declared.type == "nullable_type"),
        name_start=name.start_byte if name is not None else n.start_byte,
        name_end=name.end_byte if name is not None else n.start_byte,
    )  # fmt: skip


def method_of(n: Syntax, s: bytes, owner: str, doc: str, *, interface: bool) -> FunctionNode:
    """A method, constructor or local function; its body is lowered when it is asked for."""
    name, params = n.child_by_field_name("name"), n.child_by_field_name("parameters")
    returns = n.child_by_field_name("returns") or n.child_by_field_name("type")
    body = n.child_by_field_name("body")
    decorators, words, start = header(n, s)
    initializer = next((c for c in n.children if c.type == "constructor_initializer"), None)
    if n.type in {"constructor_declaration", "destructor_declaration"}:
        words += ("constructor",)
    at, to = (name.start_byte, name.end_byte) if name is not None else (start, start)
    if body is None and (interface or n.type == "method_declaration"):
        words += ("abstract",)
    begin, stop = _limits(body, n.end_byte)
    return FunctionNode(
        start, n.end_byte, text_of(name, s) if name is not None else "", at, to, parameters(params, s), begin, stop,
        lambda: (*_initialised(initializer, s), *_body(body, s)), decorators,
        type_of(returns, s) if returns is not None else None, "async" in words, words, doc,
        body is not None and body.type == "arrow_expression_clause", owner, () if body is None else None, n.start_byte,
        n.has_error,
    )  # fmt: skip


def header(n: Syntax, s: bytes) -> tuple[tuple[Decorator, ...], tuple[str, ...], int]:
    """Attributes, keywords, and where the declaration begins behind the attributes."""
    decorators: tuple[Decorator, ...] = ()
    words: list[str] = []
    start = -1
    for child in n.children:
        if child.type == "attribute_list":
            decorators += attributes_of(child, s)
        elif child.type == "modifier":
            words.append(text_of(child, s))
        if start < 0 and child.type not in _HEADERS:
            start = child.start_byte
    return decorators, tuple(words), start if start >= 0 else n.start_byte


def _limits(body: Syntax | None, end: int) -> tuple[int, int]:
    if body is None:
        return end, end
    if body.type == "arrow_expression_clause":
        value = body.named_children[-1] if body.named_children else body
        return value.start_byte, value.end_byte
    return body.start_byte + 1, max(body.start_byte + 1, body.end_byte - 1)


def _body(body: Syntax | None, s: bytes) -> tuple[Stmt, ...]:
    if body is None:
        return ()
    if body.type != "arrow_expression_clause":
        return block(body, s, DEPTH)
    value = next((c for c in body.named_children if c.type not in COMMENTS), None)
    if value is None:
        return ()
    if value.type == "throw_expression":
        from persona_lsp.syntax.csharp_statements import statements

        return statements((value,), s)
    return (Return(value.start_byte, value.end_byte, expression(value, s), implicit=True),)


def _initialised(n: Syntax | None, s: bytes) -> tuple[Stmt, ...]:
    """`: base(x)` is a call that the constructor begins with."""
    if n is None:
        return ()
    given = next((c for c in n.children if c.type == "argument_list"), None)
    word = next((c for c in n.children if text_of(c, s) in {"base", "this"}), n)
    args, named = arguments_of(given, s, DEPTH)
    at, to = inside(given, n.end_byte, s)
    start, end = word.start_byte, n.end_byte
    func = Name(start, word.end_byte, text_of(word, s) if word is not n else "base")
    return (Do(start, end, Call(start, end, func, args, named, args_start=at, args_end=to)),)


def fields_of(n: Syntax, s: bytes) -> list[FieldNode]:
    """The fields of one declaration."""
    decorators, words, _ = header(n, s)
    found: list[FieldNode] = []
    for declaration in n.named_children:
        if declaration.type != "variable_declaration":
            continue
        kind = declaration.child_by_field_name("type")
        declared = type_of(kind, s) if kind is not None else None
        for child in declaration.named_children:
            if child.type != "variable_declarator":
                continue
            held = [c for c in child.named_children if c.type not in COMMENTS]
            name = child.child_by_field_name("name") or (held[0] if held else None)
            if name is None:
                continue
            value = expression(held[-1], s) if len(held) > 1 else None
            found.append(
                FieldNode(
                    n.start_byte, n.end_byte, text_of(name, s), declared, value, decorators, words, name.start_byte
                )
            )
    return found


def property_of(n: Syntax, s: bytes, owner: str) -> tuple[FieldNode, list[FunctionNode]]:
    """A property as a field, and what its accessors do as methods of its name."""
    name, kind, value = (n.child_by_field_name(f) for f in ("name", "type", "value"))
    decorators, words, start = header(n, s)
    text = text_of(name, s) if name is not None else ""
    at = name.start_byte if name is not None else start
    declared = type_of(kind, s) if kind is not None else None
    accessors = n.child_by_field_name("accessors")
    bodies = [(n, value)] if value is not None and value.type == "arrow_expression_clause" else []
    writable = False
    for child in accessors.named_children if accessors is not None else ():
        if child.type == "accessor_declaration":
            writable = writable or any(c.type in {"set", "init"} for c in child.children)
            body = child.child_by_field_name("body")
            if body is not None:
                bodies.append((child, body))
    methods = [
        FunctionNode(
            body.start_byte if outer is n else outer.start_byte, body.end_byte if outer is n else outer.end_byte, text,
            at, at + len(text), (), *_limits(body, n.end_byte), _lowering(body, s), (), declared, False,
            (*words, "accessor"), "", body.type == "arrow_expression_clause", owner, None, -1, outer.has_error,
        )
        for outer, body in bodies
    ]  # fmt: skip
    constant = expression(value, s) if value is not None and not bodies else None
    if bodies and bodies[0][0] is n and bodies[0][1].named_children:
        given = bodies[0][1].named_children[-1]
        if "static" in words or (given.type == "string_literal" and "virtual" not in words):
            constant = expression(given, s)
    words += ("property", *(("writable",) if writable else ()))
    return FieldNode(n.start_byte, n.end_byte, text, declared, constant, decorators, words, at), methods


def _lowering(body: Syntax, s: bytes) -> Callable[[], tuple[Stmt, ...]]:
    return lambda: _body(body, s)


def enum_member_of(n: Syntax, s: bytes) -> FieldNode:
    """A constant of an enum."""
    name, value = n.child_by_field_name("name"), n.child_by_field_name("value")
    at = name.start_byte if name is not None else n.start_byte
    made = expression(value, s) if value is not None else None
    text = text_of(name, s) if name is not None else ""
    return FieldNode(n.start_byte, n.end_byte, text, None, made, (), ("static", "enum"), at)


def doc_of(lines: list[Syntax], s: bytes) -> str:
    """The text of documentation comments: the summary, then the remarks, without their tags."""
    text = "\n".join(_line(n, s) for n in lines)
    if not text:
        return ""
    text = _REFERENCE.sub(lambda m: m[1].rpartition(".")[2] or m[1], text)
    parts = [_inner(text, tag) for tag in ("summary", "remarks")]
    plain = "\n\n".join(p for p in parts if p) if "<" in text else text
    return _TAG.sub("", plain).strip()


def _inner(text: str, tag: str) -> str:
    _, found, rest = text.partition(f"<{tag}>")
    inner = rest.partition(f"</{tag}>")[0] if found else ""
    return "\n".join(line.strip() for line in inner.strip().split("\n"))


def _line(n: Syntax, s: bytes) -> str:
    text = text_of(n, s)
    return text[3:].strip() if text.startswith("///") else ""
