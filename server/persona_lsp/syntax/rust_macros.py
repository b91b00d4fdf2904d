"""Rust macros and attributes: what stands in their token trees, lowered to the code tree where it is an expression.

The name of a macro keeps its `!`, so that `error!(...)` is no call of a function `error`.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from tree_sitter import Node as Syntax
from tree_sitter import Parser, Point, Range

from persona_lsp.syntax.ir import (
    AnyExpr,
    BlockExpr,
    Call,
    Const,
    Decorator,
    Entry,
    Expr,
    If,
    Items,
    Kwarg,
    Member,
    Name,
    Object,
    Raise,
    Stmt,
    Str,
    Unary,
)
from persona_lsp.syntax.rust_types import COMMENTS, DEPTH, Lowered, path_of, text_of
from persona_lsp.text.patterns import lazy

_DELIMITERS: Final = frozenset({"(", ")", "[", "]", "{", "}"})
_WORDS: Final = frozenset({"identifier", "self", "super", "crate", "type_identifier", "primitive_type", "metavariable"})
_LITERALS: Final = frozenset(
    {"string_literal", "raw_string_literal", "integer_literal", "float_literal", "boolean_literal", "char_literal"}
)
_FORMATTING: Final = frozenset(
    {
        "format", "println", "print", "eprintln", "eprint", "panic", "anyhow", "eyre", "bail", "trace", "debug", "info",
        "warn", "error", "todo", "unimplemented", "unreachable", "format_args", "write", "writeln", "log", "ensure",
    }
)  # fmt: skip
_LISTED: Final = frozenset({"mount_endpoints_and_merged_docs"})
"""Macros whose braces hold arguments: other code in braces is anything."""
_PLACEHOLDER: Final = lazy(r"\{\{|\}\}|\{([^{}:]*)(?::[^{}]*)?\}")
_LARGEST: Final = 400
"""Pieces of a macro that are looked at."""


def macro(n: Syntax, s: bytes, d: int, expression: Lowered) -> AnyExpr:
    """`name!(...)`: a call of `name!`; `format!` is its text, `vec!` a list, `json!` an object, `bail!` throws."""
    head = n.child_by_field_name("macro")
    tree = next((c for c in n.children if c.type == "token_tree"), None)
    start, end = n.start_byte, n.end_byte
    if head is None or tree is None or d <= 0:
        return Expr(start, end)
    name = text_of(head, s).rsplit("::", 1)[-1]
    if name == "json":
        return _json(_inside(tree), s, d - 1, expression, start, end)
    if name == "vec":
        repeated = any(c.type == ";" for c in tree.children)
        return Expr(start, end) if repeated else Items(start, end, _values(tree, s, d, expression))
    listed = tree.children[0].type != "{" or name in _LISTED
    args, kwargs = _arguments(tree, s, d - 1, expression) if listed else ((), ())
    if name in _FORMATTING:
        args = _formatted(args, kwargs, s)
    if name in {"format", "format_args"} and len(args) == 1 and isinstance(args[0], Str):
        return args[0]
    if name == "concat" and all(isinstance(a, Str) for a in args):
        return Str(start, end, tuple(part for a in args if isinstance(a, Str) for part in a.parts))
    call = Call(
        start, end, _bang(path_of(head, s), n), args, kwargs,
        args_start=tree.start_byte + 1, args_end=max(tree.start_byte + 1, end - 1),
    )  # fmt: skip
    if name == "bail":
        return BlockExpr(start, end, (Raise(start, end, call),))
    if name == "ensure" and args:
        failed: tuple[Stmt, ...] = (Raise(start, end, args[1] if len(args) > 1 else call),)
        return BlockExpr(start, end, (If(start, end, Unary(args[0].start, args[0].end, "not", args[0]), failed),))
    return call


def _bang(head: AnyExpr, n: Syntax) -> AnyExpr:
    match head:
        case Name(id=name):
            return Name(head.start, head.end, f"{name}!")
        case Member(base=base, name=name, name_start=at):
            return Member(head.start, head.end, base, f"{name}!", at)
        case _:
            return Name(n.start_byte, n.start_byte, "macro!")


def attribute(n: Syntax, s: bytes, expression: Lowered) -> Decorator | None:
    """`#[name(...)]`, `#[name = value]`, `#[name]`."""
    held = next((c for c in n.children if c.type == "attribute"), None)
    if held is None:
        return None
    head = next((c for c in held.children if c.type in {"identifier", "scoped_identifier", "crate", "self"}), None)
    if head is None:
        return None
    start, end = n.start_byte, n.end_byte
    path = path_of(head, s)
    name = "".join(text_of(head, s).split()).replace("::", ".")
    tree, value = held.child_by_field_name("arguments"), held.child_by_field_name("value")
    if tree is not None:
        args, kwargs = _arguments(tree, s, DEPTH, expression)
        call = Call(
            held.start_byte, held.end_byte, path, args, kwargs,
            args_start=tree.start_byte + 1, args_end=max(tree.start_byte + 1, tree.end_byte - 1),
        )  # fmt: skip
        return Decorator(start, end, name, call)
    if value is not None:
        given = expression(value, s, DEPTH)
        return Decorator(start, end, name, Call(held.start_byte, held.end_byte, path, (given,)))
    return Decorator(start, end, name, path)


def _inside(tree: Syntax) -> list[Syntax]:
    children = [c for c in tree.children if c.type not in COMMENTS]
    if children and children[0].type in _DELIMITERS:
        children = children[1:]
    if children and children[-1].type in _DELIMITERS:
        children = children[:-1]
    return children


def _split(nodes: Sequence[Syntax], at: str = ",") -> Iterator[list[Syntax]]:
    """The pieces between commas."""
    piece: list[Syntax] = []
    for n in nodes:
        if n.type == at or (at == "," and n.type == ";"):
            if piece:
                yield piece
            piece = []
        else:
            piece.append(n)
    if piece:
        yield piece


def _values(tree: Syntax, s: bytes, d: int, expression: Lowered) -> tuple[AnyExpr, ...]:
    return tuple(_piece(p, s, d - 1, expression) for p in _split(_inside(tree)))


def _arguments(tree: Syntax, s: bytes, d: int, expression: Lowered) -> tuple[tuple[AnyExpr, ...], tuple[Kwarg, ...]]:
    """Positional and named arguments: `a, b, key = value, "key" => value`."""
    args: list[AnyExpr] = []
    kwargs: list[Kwarg] = []
    for number, piece in enumerate(_split(_inside(tree))):
        if number > _LARGEST or d <= 0:
            break
        if (
            len(piece) > 2
            and piece[1].type in {"=", "=>"}
            and piece[0].type in {"identifier", "string_literal", "type"}
        ):
            value = _piece(piece[2:], s, d - 1, expression)
            name = text_of(piece[0], s).strip('"')
            kwargs.append(Kwarg(piece[0].start_byte, piece[-1].end_byte, name, value))
        else:
            args.append(_piece(piece, s, d - 1, expression))
    return tuple(args), tuple(kwargs)


def _piece(nodes: Sequence[Syntax], s: bytes, d: int, expression: Lowered) -> AnyExpr:
    """One argument: simple ones are read off their tokens, the others are parsed."""
    start, end = nodes[0].start_byte, nodes[-1].end_byte
    if d <= 0:
        return Expr(start, end)
    first = nodes[0]
    if len(nodes) == 1:
        if first.type in _LITERALS:
            return expression(first, s, d)
        if first.type == "token_tree":
            return _tree(first, s, d, expression)
    rest = list(nodes)
    while len(rest) > 1 and rest[0].type in {"&", "*", "mut", "mutable_specifier"}:
        rest = rest[1:]
    path = _path(rest, s)
    if path is not None:
        return path
    if rest[-1].type == "token_tree" and rest[-1].children and rest[-1].children[0].type == "(":
        func = _path(rest[:-1], s) if len(rest) > 1 else None
        if func is not None:
            tree = rest[-1]
            args, kwargs = _arguments(tree, s, d - 1, expression)
            return Call(
                start, end, func, args, kwargs, args_start=tree.start_byte + 1, args_end=max(tree.start_byte + 1, end - 1)
            )  # fmt: skip
    return _parsed(start, end, s, d, expression)


def _path(nodes: Sequence[Syntax], s: bytes) -> AnyExpr | None:
    """`a`, `a::b`, `a.b.0`: names with nothing but colons or dots between them."""
    if not nodes or nodes[0].type not in _WORDS or len(nodes) % 2 == 0:
        return None
    made: AnyExpr = Name(nodes[0].start_byte, nodes[0].end_byte, text_of(nodes[0], s))
    for joint, word in zip(nodes[1::2], nodes[2::2], strict=True):
        if joint.type not in {"::", "."} or word.type not in {*_WORDS, "integer_literal"}:
            return None
        made = Member(nodes[0].start_byte, word.end_byte, made, text_of(word, s), word.start_byte)
    return made


def _tree(tree: Syntax, s: bytes, d: int, expression: Lowered) -> AnyExpr:
    start, end = tree.start_byte, tree.end_byte
    mark = tree.children[0].type if tree.children else ""
    if mark == "[":
        return Items(start, end, _values(tree, s, d, expression))
    if mark == "(":
        args, kwargs = _arguments(tree, s, d - 1, expression)
        if kwargs:
            return Call(start, end, Name(start, start, ""), args, kwargs, args_start=start + 1, args_end=end - 1)
        return args[0] if len(args) == 1 else Items(start, end, args, "tuple")
    return _parsed(start, end, s, d, expression)


def _json(nodes: Sequence[Syntax], s: bytes, d: int, expression: Lowered, start: int, end: int) -> AnyExpr:
    """A JSON value with expressions in it."""
    if d <= 0 or not nodes:
        return Expr(start, end)
    first = nodes[0]
    if len(nodes) == 1 and first.type == "token_tree" and first.children:
        mark = first.children[0].type
        if mark == "{":
            entries = tuple(_entry(p, s, d - 1, expression) for p in _split(_inside(first)))
            return Object(first.start_byte, first.end_byte, entries)
        if mark == "[":
            items = tuple(
                _json(p, s, d - 1, expression, p[0].start_byte, p[-1].end_byte) for p in _split(_inside(first))
            )
            return Items(first.start_byte, first.end_byte, items)
    if len(nodes) == 1 and first.type == "identifier" and text_of(first, s) == "null":
        return Const(first.start_byte, first.end_byte, None)
    return _piece(nodes, s, d - 1, expression)


def _entry(nodes: Sequence[Syntax], s: bytes, d: int, expression: Lowered) -> Entry:
    start, end = nodes[0].start_byte, nodes[-1].end_byte
    if len(nodes) > 2 and nodes[1].type == ":":
        key = _piece(nodes[:1], s, d, expression)
        name = key.value or "" if isinstance(key, Str) else ""
        return Entry(start, end, name, key, _json(nodes[2:], s, d, expression, nodes[2].start_byte, end))
    return Entry(start, end, "", None, _piece(nodes, s, d, expression))


def _formatted(args: tuple[AnyExpr, ...], kwargs: tuple[Kwarg, ...], s: bytes) -> tuple[AnyExpr, ...]:
    """The arguments with the format and what fills it as one text."""
    at = next((i for i, a in enumerate(args) if isinstance(a, Str) and a.value is not None), -1)
    if at < 0:
        return args
    template = args[at]
    if not isinstance(template, Str) or "{" not in (template.value or ""):
        return args
    given = list(args[at + 1 :])
    named = {k.name: k.value for k in kwargs}
    parts: list[str | AnyExpr] = []
    last = used = 0
    text = template.value or ""
    for found in _PLACEHOLDER.finditer(text):
        parts.append(text[last : found.start()])
        last = found.end()
        key = (found[1] or "").strip()
        if found[0] in ("{{", "}}"):
            parts.append(found[0][0])
        elif not key and used < len(given):
            parts.append(given[used])
            used += 1
        elif key.isdigit() and int(key) < len(given):
            parts.append(given[int(key)])
        elif key in named:
            parts.append(named[key])
        elif key.replace(".", "_").isidentifier():
            where = _inline_place(template, s, key)
            made: AnyExpr = Name(where, where + len(key.split(".")[0]), key.split(".")[0])
            for field in key.split(".")[1:]:
                made = Member(where, where + len(key), made, field, where)
            parts.append(made)
        else:
            parts.append(Expr(template.start, template.end))
    parts.append(text[last:])
    merged: list[str | AnyExpr] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    end = args[-1].end if len(args) > at + 1 else template.end
    return (*args[:at], Str(template.start, max(end, template.end), tuple(merged)))


def _inline_place(template: Str, s: bytes, key: str) -> int:
    found = s.find(b"{" + key.encode(), template.start, template.end)
    return found + 1 if found >= 0 else template.start


@cache
def _parser() -> Parser:
    from persona_lsp.syntax.languages import fresh_parser

    return fresh_parser("rust")


def _parsed(start: int, end: int, s: bytes, d: int, expression: Lowered) -> AnyExpr:
    """Parse a piece of a token tree as the expression that it probably is."""
    parser = _parser()
    ranges = [Range(Point(0, start), Point(0, end), start, end)]
    # With a semicolon behind it, wherever that comes from, the grammar takes it for a statement.
    closing = s.find(b";", end)
    if closing >= 0:
        ranges.append(Range(Point(0, closing), Point(0, closing + 1), closing, closing + 1))
    parser.included_ranges = ranges
    tree = parser.parse(s)
    n: Syntax | None = tree.root_node
    while n is not None and n.type in {"source_file", "ERROR", "expression_statement"}:
        n = next((c for c in n.named_children if c.type not in COMMENTS), None)
    if n is None or n.start_byte != start:
        return Expr(start, end)
    return expression(n, s, d - 1)
