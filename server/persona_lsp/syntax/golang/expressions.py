"""Go expressions, lowered to the code tree."""

from collections.abc import Callable, Iterable
from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax.golang.types import COMMENTS, DEPTH, text_of, type_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    Entry,
    Expr,
    FunctionNode,
    Index,
    Items,
    Kwarg,
    Lambda,
    Member,
    Name,
    Object,
    ParamNode,
    Spread,
    Stmt,
    Str,
    Unary,
)

_OPERATORS: Final = {"&&": "and", "||": "or"}
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CONSTANTS: Final = {"true": True, "false": False, "nil": None}
_SLICES: Final = frozenset({"slice_type", "array_type", "implicit_length_array_type"})
_MAKES: Final = frozenset({"make", "new"})


def expression(n: Syntax | None, s: bytes, d: int = DEPTH) -> AnyExpr:
    """One expression. What is too deep or not known keeps its place and its parts."""
    if n is None:
        return Expr(0, 0)
    if d <= 0:
        return Expr(n.start_byte, n.end_byte)
    lower = _KINDS.get(n.type)
    if lower is not None:
        return lower(n, s, d - 1)
    return Expr(n.start_byte, n.end_byte, tuple(expression(c, s, d - 1) for c in _real(n.named_children)))


def expressions(n: Syntax | None, s: bytes, d: int = DEPTH) -> tuple[AnyExpr, ...]:
    """The members of an expression list, or the one expression that there is."""
    if n is None:
        return ()
    if n.type == "expression_list":
        return tuple(expression(c, s, d) for c in _real(n.named_children))
    return (expression(n, s, d),)


def parameters(n: Syntax | None, s: bytes, kind: str = "plain") -> tuple[ParamNode, ...]:
    """The parameters of a function; those without a name have an empty one."""
    found: list[ParamNode] = []
    for child in _real(n.named_children) if n is not None else ():
        if child.type not in {"parameter_declaration", "variadic_parameter_declaration"}:
            continue
        kind_here = "rest" if child.type.startswith("variadic") else kind
        type_ = type_of(child.child_by_field_name("type"), s)
        names = [c for c in child.children_by_field_name("name") if c.is_named]
        if not names:
            found.append(ParamNode(child.start_byte, child.end_byte, "", type_, kind=kind_here))
        found += [
            ParamNode(
                child.start_byte, child.end_byte, text_of(name, s), type_, kind=kind_here,
                name_start=name.start_byte, name_end=name.end_byte,
            )
            for name in names
        ]  # fmt: skip
    return tuple(found)


def function_from(
    n: Syntax, s: bytes, *, owner: str = "", first: tuple[ParamNode, ...] = (), doc: str = ""
) -> FunctionNode:
    """A function, method or function literal. `first` is the receiver of a method."""
    name, body = n.child_by_field_name("name"), n.child_by_field_name("body")
    result = n.child_by_field_name("result")
    at, to = (name.start_byte, name.end_byte) if name is not None else (n.start_byte, n.start_byte)
    inside = (body.start_byte + 1, max(body.start_byte + 1, body.end_byte - 1)) if body else (n.end_byte, n.end_byte)
    label = s[at:to].decode("utf-8", "replace")

    def lower() -> tuple[Stmt, ...]:
        from persona_lsp.syntax.golang.statements import block

        return block(body, s, DEPTH)

    return FunctionNode(
        n.start_byte, n.end_byte, label, at, to, (*first, *parameters(n.child_by_field_name("parameters"), s)),
        inside[0], inside[1], lower, returns=results(result, s) if result is not None else None,
        modifiers=() if label[:1].isupper() or not label else ("package",), doc=doc, owner=owner,
        has_error=n.has_error,
    )  # fmt: skip


def results(n: Syntax, s: bytes) -> AnyExpr:
    """What a function returns: one type, or several as a tuple."""
    if n.type != "parameter_list":
        return type_of(n, s)
    types = tuple(p.type for p in parameters(n, s) if p.type is not None)
    return types[0] if len(types) == 1 else Items(n.start_byte, n.end_byte, types, "tuple")


def _real(nodes: Iterable[Syntax]) -> list[Syntax]:
    return [n for n in nodes if n.type not in COMMENTS]


def _name(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    return Name(n.start_byte, n.end_byte, text_of(n, s))


def _constant(n: Syntax, _s: bytes, _d: int) -> AnyExpr:
    return Const(n.start_byte, n.end_byte, _CONSTANTS[n.type])


def _number(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    text = text_of(n, s).replace("_", "").lower()
    try:
        if n.type == "float_literal":
            return Const(n.start_byte, n.end_byte, float(text))
        if len(text) > 1 and text[0] == "0" and text.isdigit():
            return Const(n.start_byte, n.end_byte, int(text, 8))
        return Const(n.start_byte, n.end_byte, int(text, 0))
    except ValueError:
        return Expr(n.start_byte, n.end_byte)


def _text(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    raw = s[n.start_byte : n.end_byte].decode("utf-8", "replace")
    inner = raw[1:-1] if len(raw) > 1 and raw[-1] == raw[0] else raw[1:]
    if n.type != "raw_string_literal" and "\\" in inner:
        inner = _unescaped(inner)
    return Str(n.start_byte, n.end_byte, (inner,) if inner else ())


def _unescaped(text: str) -> str:
    found: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char != "\\" or at + 1 >= len(text):
            found.append(char)
            at += 1
            continue
        code = text[at + 1]
        size = {"x": 2, "u": 4, "U": 8}.get(code)
        digits = text[at + 2 : at + 2 + size] if size else ""
        if size and len(digits) == size and all(c in "0123456789abcdefABCDEF" for c in digits):
            number = int(digits, 16)
            found.append(chr(number) if number < 0x110000 else "")
            at += 2 + size
            continue
        found.append(_ESCAPES.get(code, code))
        at += 2
    return "".join(found)


def _selector(n: Syntax, s: bytes, d: int) -> AnyExpr:
    field = n.child_by_field_name("field")
    base = expression(n.child_by_field_name("operand"), s, d)
    if field is None:
        return Expr(n.start_byte, n.end_byte, (base,))
    return Member(n.start_byte, n.end_byte, base, text_of(field, s), field.start_byte)


def _call(n: Syntax, s: bytes, d: int) -> AnyExpr:
    func, arguments = n.child_by_field_name("function"), n.child_by_field_name("arguments")
    start, end = n.start_byte, n.end_byte
    nodes = _real(arguments.named_children) if arguments is not None else []
    if func is not None and func.type == "identifier" and nodes and text_of(func, s) in _MAKES:
        made = _made(n, nodes[0], s, d, text_of(func, s))
        if made is not None:
            return made
    args = tuple(expression(c, s, d) for c in nodes)
    args_start = arguments.start_byte + 1 if arguments is not None else end
    args_end = max(args_start, arguments.end_byte - 1) if arguments is not None else end
    return Call(start, end, _callee(func, s, d), args, args_start=args_start, args_end=args_end)


def _made(n: Syntax, first: Syntax, s: bytes, d: int, word: str) -> AnyExpr | None:
    """`new(T)`, `make([]T, 0)`, `make(map[K]V)`."""
    start, end = n.start_byte, n.end_byte
    if word == "new":
        return Call(start, end, type_of(first, s, d), new=True, args_start=end, args_end=end)
    if first.type in _SLICES:
        return Items(start, end, ())
    return Object(start, end, ()) if first.type == "map_type" else None


def _callee(func: Syntax | None, s: bytes, d: int) -> AnyExpr:
    """What is called: a generic function goes by its name."""
    if func is not None and func.type in {"type_instantiation_expression", "generic_type"} and func.named_children:
        return expression(func.named_children[0], s, d)
    return expression(func, s, d)


def _conversion(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`[]byte(x)` is `x`; `gen[int](3)` looks like a conversion and is a call."""
    operand = expression(n.child_by_field_name("operand"), s, d)
    kind = n.child_by_field_name("type")
    if kind is not None and kind.type == "generic_type":
        name = kind.child_by_field_name("type")
        func = type_of(name, s, d)
        return Call(n.start_byte, n.end_byte, func, (operand,), args_start=operand.start, args_end=operand.end)
    return operand


def _inner(n: Syntax, s: bytes, d: int) -> AnyExpr:
    inner = next(iter(_real(n.named_children)), None)
    return expression(inner, s, d) if inner is not None else Expr(n.start_byte, n.end_byte)


def _operand(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return expression(n.child_by_field_name("operand"), s, d)


def _unary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    operator, operand = n.child_by_field_name("operator"), n.child_by_field_name("operand")
    op = text_of(operator, s) if operator is not None else ""
    value = expression(operand, s, d)
    if op in {"&", "*", "+"}:
        return value
    return Unary(n.start_byte, n.end_byte, "not" if op == "!" else op, value)


def _binary(n: Syntax, s: bytes, d: int) -> AnyExpr:
    operator = n.child_by_field_name("operator")
    op = text_of(operator, s) if operator is not None else ""
    left, right = expression(n.child_by_field_name("left"), s, d), expression(n.child_by_field_name("right"), s, d)
    return Binary(n.start_byte, n.end_byte, _OPERATORS.get(op, op), left, right)


def _indexed(n: Syntax, s: bytes, d: int) -> AnyExpr:
    base = expression(n.child_by_field_name("operand"), s, d)
    fields = ("index", "start", "end", "capacity")
    keys = tuple(expression(k, s, d) for f in fields if (k := n.child_by_field_name(f)) is not None)
    return Index(n.start_byte, n.end_byte, base, keys)


def _function(n: Syntax, s: bytes, _d: int) -> AnyExpr:
    return Lambda(n.start_byte, n.end_byte, function_from(n, s))


def _spread(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return Spread(n.start_byte, n.end_byte, _inner(n, s, d))


def _composite(n: Syntax, s: bytes, d: int) -> AnyExpr:
    return _literal(n.child_by_field_name("body"), n.child_by_field_name("type"), s, d, n.start_byte, n.end_byte)


def _literal(body: Syntax | None, kind: Syntax | None, s: bytes, d: int, start: int, end: int) -> AnyExpr:
    """`T{...}`: a map is an `Object`, a slice `Items`, anything else a call that makes a `T`."""
    if body is None or d <= 0:
        return Expr(start, end)
    while kind is not None and kind.type == "pointer_type" and kind.named_children:
        kind = kind.named_children[0]
    inner = None
    if kind is not None and kind.type in _SLICES:
        inner = kind.child_by_field_name("element")
    elif kind is not None and kind.type == "map_type":
        inner = kind.child_by_field_name("value")
    members = _real(body.named_children)
    pairs = [(_keyed(m, s, inner, d) if m.type == "keyed_element" else None) for m in members]
    if kind is not None and kind.type in _SLICES:
        values = [p[1] if p is not None else _element(m, s, inner, d) for p, m in zip(pairs, members, strict=True)]
        return Items(start, end, tuple(values))
    keyed = [p for p in pairs if p is not None]
    is_map = kind is not None and kind.type == "map_type"
    if is_map or (keyed and all(not isinstance(k, Name) for k, _ in keyed)):
        return Object(start, end, tuple(_entry(k, v) for k, v in keyed))
    func = type_of(kind, s, d) if kind is not None else Name(start, start, "")
    if kind is not None and kind.type == "struct_type" and not keyed:
        # A type without a name has its fields at hand.
        values = [_element(m, s, None, d) for m in members]
        kwargs = tuple(Kwarg(v.start, v.end, f, v) for f, v in zip(_fields(kind, s), values, strict=False))
        return Call(start, end, func, (), kwargs, new=True, args_start=start, args_end=end)
    if not members and isinstance(func, Name) and func.id in {"gin.H", "echo.Map", "fiber.Map", "bson.M"}:
        return Object(start, end, ())
    args = tuple(_element(m, s, None, d) for p, m in zip(pairs, members, strict=True) if p is None)
    kwargs = tuple(Kwarg(k.start, v.end, k.id, v) for k, v in keyed if isinstance(k, Name))
    at = body.start_byte + 1
    return Call(start, end, func, args, kwargs, new=True, args_start=at, args_end=max(at, body.end_byte - 1))


def _fields(kind: Syntax, s: bytes) -> list[str]:
    return [
        text_of(name, s)
        for members in kind.named_children
        for field in members.named_children
        for name in field.children_by_field_name("name")
        if name.is_named
    ]


def _keyed(n: Syntax, s: bytes, inner: Syntax | None, d: int) -> tuple[AnyExpr, AnyExpr] | None:
    key, value = n.child_by_field_name("key"), n.child_by_field_name("value")
    if key is None or value is None:
        both = _real(n.named_children)
        if len(both) != 2:  # key and value
            return None
        key, value = both
    return _element(key, s, None, d), _element(value, s, inner, d)


def _element(n: Syntax, s: bytes, kind: Syntax | None, d: int) -> AnyExpr:
    """A member of a literal, whose own type may be left out."""
    inner = next(iter(_real(n.named_children)), n) if n.type == "literal_element" else n
    if inner.type == "literal_value":
        return _literal(inner, kind, s, d - 1, inner.start_byte, inner.end_byte)
    return expression(inner, s, d)


def _entry(key: AnyExpr, value: AnyExpr) -> Entry:
    name = key.value if isinstance(key, Str) else None
    return Entry(key.start, value.end, name or "", key, value)


_KINDS: Final[dict[str, Callable[[Syntax, bytes, int], AnyExpr]]] = {
    "identifier": _name,
    "field_identifier": _name,
    "package_identifier": _name,
    "blank_identifier": _name,
    "type_identifier": _name,
    "iota": _name,
    "dot": _name,
    "label_name": _name,
    "true": _constant,
    "false": _constant,
    "nil": _constant,
    "int_literal": _number,
    "float_literal": _number,
    "interpreted_string_literal": _text,
    "raw_string_literal": _text,
    "rune_literal": _text,
    "selector_expression": _selector,
    "call_expression": _call,
    "type_conversion_expression": _conversion,
    "parenthesized_expression": _inner,
    "type_assertion_expression": _operand,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "index_expression": _indexed,
    "slice_expression": _indexed,
    "func_literal": _function,
    "variadic_argument": _spread,
    "composite_literal": _composite,
    "literal_element": _inner,
    "expression_list": _inner,
    **dict.fromkeys(
        ("slice_type", "array_type", "map_type", "pointer_type", "qualified_type", "generic_type", "function_type",
         "interface_type", "struct_type", "channel_type", "type_elem"),
        type_of,
    ),
}  # fmt: skip
