"""What C# makes: objects with their initializers, collections, tuples, and queries that are written as clauses."""

from typing import Final

from tree_sitter import Node as Syntax

from persona_lsp.syntax import csharp_expressions as expressions
from persona_lsp.syntax.csharp_types import COMMENTS, text_of, type_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Entry,
    FunctionNode,
    Index,
    Items,
    Kwarg,
    Lambda,
    Member,
    Name,
    Object,
    ParamNode,
    Return,
    Spread,
    Str,
)

_COLLECTIONS: Final = frozenset(
    {"List", "HashSet", "Collection", "ObservableCollection", "Queue", "Stack", "SortedSet"}
)
_MAPS: Final = frozenset({"Dictionary", "ConcurrentDictionary", "SortedDictionary", "RouteValueDictionary"})


def created(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`new T(a) { B = c }`: the written's members are named arguments; collections are `Items` or an `Object`."""
    made = n.child_by_field_name("type")
    arguments = n.child_by_field_name("arguments") or next((c for c in n.children if c.type == "argument_list"), None)
    written = n.child_by_field_name("initializer") or next(
        (c for c in n.children if c.type == "initializer_expression"), None
    )
    start, end = n.start_byte, n.end_byte
    func: AnyExpr = type_of(made, s, d) if made is not None else Name(start, start + 3, "")
    types: tuple[AnyExpr, ...] = ()
    if isinstance(func, Index):
        types, func = func.keys, func.base
    args, named = expressions.arguments_of(arguments, s, d)
    name = func.id if isinstance(func, Name) else func.name if isinstance(func, Member) else ""
    if written is not None and name in _COLLECTIONS | _MAPS and not args:
        return initializer(written, s, d)
    if written is not None:
        held = initializer(written, s, d)
        if isinstance(held, Object):
            named = (*named, *(Kwarg(e.start, e.end, e.name, e.value) for e in held.entries))
        else:
            args = (*args, *held.items) if isinstance(held, Items) else args
    at, to = expressions.inside(arguments, end, s)
    return Call(start, end, func, args, named, new=True, args_start=at, args_end=to, types=types)


def initializer(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`{ A = 1 }` and `{ ["a"] = 1 }` are an `Object`, `{ 1, 2 }` is `Items`."""
    parts = [c for c in n.named_children if c.type not in COMMENTS]
    entries: list[Entry] = []
    items: list[AnyExpr] = []
    for part in parts:
        left, right = part.child_by_field_name("left"), part.child_by_field_name("right")
        if part.type == "assignment_expression" and left is not None and right is not None:
            key = expressions.expression(left, s, d)
            if left.type in {"element_binding_expression", "implicit_element_access", "bracketed_argument_list"}:
                held = expressions.arguments_of(left, s, d)[0] or (key,)
                key = held[0]
            name = key.id if isinstance(key, Name) else (key.value or "") if isinstance(key, Str) else ""
            value = (
                initializer(right, s, d)
                if right.type == "initializer_expression"
                else expressions.expression(right, s, d)
            )
            entries.append(Entry(part.start_byte, part.end_byte, name, key, value))
        elif part.type == "initializer_expression":
            pair = [expressions.expression(c, s, d) for c in part.named_children if c.type not in COMMENTS]
            if len(pair) == 2:
                name = (pair[0].value or "") if isinstance(pair[0], Str) else ""
                entries.append(Entry(part.start_byte, part.end_byte, name, pair[0], pair[1]))
            else:
                items += pair
        else:
            items.append(expressions.expression(part, s, d))
    if entries:
        return Object(n.start_byte, n.end_byte, tuple(entries))
    return Items(n.start_byte, n.end_byte, tuple(items)) if items or not parts else expressions.unknown(n, s, d)


def array(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`new[] { 1, 2 }`, `new int[3]`."""
    written = next((c for c in n.children if c.type == "initializer_expression"), None)
    if written is not None:
        return initializer(written, s, d)
    return (
        Items(n.start_byte, n.end_byte, ()) if b"[0]" in s[n.start_byte : n.end_byte] else expressions.unknown(n, s, d)
    )


def anonymous(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`new { Id = 1, order.Name }`."""
    entries: list[Entry] = []
    parts = [c for c in n.children if c.type not in COMMENTS and c.type not in {"new", "{", "}"}]
    index = 0
    while index < len(parts):
        part = parts[index]
        if part.type == ",":
            index += 1
            continue
        if index + 2 < len(parts) and parts[index + 1].type == "=":
            value = expressions.expression(parts[index + 2], s, d)
            name = text_of(part, s)
            index += 3
        else:
            value = expressions.expression(part, s, d)
            name = value.name if isinstance(value, Member) else value.id if isinstance(value, Name) else ""
            index += 1
        entries.append(Entry(part.start_byte, value.end, name, Name(part.start_byte, part.end_byte, name), value))
    return Object(n.start_byte, n.end_byte, tuple(entries))


def collection(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`[1, ..rest]`."""
    items: list[AnyExpr] = []
    for element in n.named_children:
        inner = (
            element.named_children[0] if element.type == "collection_element" and element.named_children else element
        )
        held = [c for c in inner.named_children if c.type not in COMMENTS]
        if inner.type == "spread_element" and held:
            items.append(Spread(inner.start_byte, inner.end_byte, expressions.expression(held[0], s, d)))
        elif inner.type == "expression_element" and held:
            items.append(expressions.expression(held[0], s, d))
        elif inner.type not in COMMENTS:
            items.append(expressions.expression(inner, s, d))
    return Items(n.start_byte, n.end_byte, tuple(items))


def tuple_of(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`(a, b)`."""
    args, named = expressions.arguments_of(n, s, d)
    return Items(n.start_byte, n.end_byte, (*args, *(k.value for k in named)), "tuple")


def query(n: Syntax, s: bytes, d: int) -> AnyExpr:
    """`from o in db.Orders where o.Paid select o.Id` is `db.Orders.Where(o => o.Paid).Select(o => o.Id)`."""
    made: AnyExpr | None = None
    variable = ""
    for clause in n.named_children:
        held = [c for c in clause.named_children if c.type not in COMMENTS]
        if clause.type == "from_clause" and held:
            name = clause.child_by_field_name("name")
            if made is None:
                variable = text_of(name, s) if name is not None else ""
                made = expressions.expression(held[-1], s, d)
            else:
                made = _applied(clause, made, "SelectMany", variable, held[-1], s, d)
        elif made is not None and clause.type in _CLAUSES:
            made = _applied(clause, made, _CLAUSES[clause.type], variable, held[-1] if held else None, s, d)
    return made if made is not None else expressions.unknown(n, s, d)


def _applied(n: Syntax, base: AnyExpr, method: str, variable: str, value: Syntax | None, s: bytes, d: int) -> AnyExpr:
    """`base.Where(variable => value)` as a clause means it."""
    start, end = n.start_byte, n.end_byte
    args: tuple[AnyExpr, ...] = ()
    if value is not None:
        at, to = value.start_byte, value.end_byte
        held = expressions.expression(value, s, d)
        param = ParamNode(at, at, variable, name_start=at, name_end=at)
        function = FunctionNode(
            at, to, "", at, at, (param,), at, to, lambda: (Return(at, to, held, implicit=True),), expression_body=True,
            outer_start=at,
        )  # fmt: skip
        args = (Lambda(at, to, function),)
    return Call(base.start, end, Member(base.start, end, base, method, start), args, args_start=end, args_end=end)


_CLAUSES: Final = {
    "where_clause": "Where", "select_clause": "Select", "order_by_clause": "OrderBy", "group_clause": "GroupBy",
    "join_clause": "Join", "let_clause": "Select",
}  # fmt: skip
