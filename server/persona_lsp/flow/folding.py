"""Text as code assembles it, folded into literal pieces and those that only running tells."""

import re
from typing import Final, Protocol

from msgspec import Struct

from persona_lsp.facts.body import Origin
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    Const,
    Items,
    Member,
    Name,
    Node,
    Object,
    Str,
    Ternary,
    dotted,
)  # fmt: skip
from persona_lsp.text.patterns import lazy

_DEPTH: Final = 12


class Values(Protocol):
    """What folding needs to know about names."""

    def assigned(self, name: str) -> AnyExpr | None:
        """See `Scope.assigned`."""

    def appended(self, name: str) -> tuple[AnyExpr, ...]:
        """Values added to a local name with `+=`, `append` or `<<`."""

    def type_of(self, expr: AnyExpr) -> str:
        """See `Scope.type_of`."""

    def origin(self, expr: AnyExpr) -> Origin:
        """See `Scope.origin`."""

    def text(self, node: Node) -> str:
        """See `Scope.text`."""

    def is_param(self, name: str) -> bool:
        """The name is a parameter of the function, which hides file-level names."""

    def is_listed(self, expr: AnyExpr) -> bool:
        """See `State.is_listed`."""


class Dyn(Struct, frozen=True):
    """A piece that the source does not tell."""

    expr: AnyExpr


Piece = str | Dyn
_STATEMENT: Final = lazy(r"\s*\(*\s*(?:select|with)\s", re.IGNORECASE)
"""A statement of its own, which another one holds: `SELECT count(*) FROM (${query})`."""

_FORMATTERS: Final = frozenset({"format", "formatted", "sprintf", "Sprintf", "printf"})
_TRANSPARENT: Final = frozenset(
    {
        "text", "raw", "squish", "strip", "trim", "dedent", "toString", "literal", "html_safe", "freeze", "sql",
        "String", "str", "SQL", "stripIndent", "arel_sql", "to_s", "chomp", "strip_heredoc", "stripMargin",
    }
)  # fmt: skip
_PLACEHOLDER: Final = lazy(r"%(?:\.\d+)?[svdifq]|%\((\w+)\)[sdf]|\{(\w*)(?:![rs])?(?::[^}]*)?\}")


def fold(expr: AnyExpr, values: Values, within: tuple[int, ...] = ()) -> list[Piece]:
    """Literal and dynamic pieces of a text expression, in order.

    `within`: the expressions that it is a piece of. A name that stands for one of them (`sql = sql + sql`) is dynamic.
    """
    if len(within) > _DEPTH:
        return [Dyn(expr)]
    inside = (*within, id(expr))
    match expr:
        case Str(parts=parts):
            pieces: list[Piece] = []
            for part in parts:
                if isinstance(part, str):
                    pieces.append(part)
                else:
                    inner = fold(part, values, inside)
                    known = all(isinstance(p, str) for p in inner)
                    whole = (
                        isinstance(part, Name) and inner and isinstance(inner[0], str) and _STATEMENT.match(inner[0])
                    )
                    pieces.extend(inner if known or whole or isinstance(part, Str | Binary) else [Dyn(part)])
            return pieces
        case Binary(op="+", left=left, right=right):
            return fold(left, values, inside) + fold(right, values, inside)
        case Binary(op="%", left=left, right=right):
            return _formatted(left, right.items if isinstance(right, Items) else (right,), (), values, inside)
        case Await(value=value):
            return fold(value, values, inside)
        case Ternary(then=then, orelse=orelse):
            a, b = fold(then, values, inside), fold(orelse, values, inside)
            return a if all(isinstance(p, str) for p in a + b) else [Dyn(expr)]
        case Call(args=args) if expr.name in _FORMATTERS:
            kwargs = tuple((k.name, k.value) for k in expr.kwargs)
            receiver = expr.receiver
            if receiver is not None and _is_composed(receiver, values):
                return _formatted(receiver, args, kwargs, values, inside, composed=True)
            if receiver is not None and (
                isinstance(receiver, Str) or dotted(receiver) not in ("String", "fmt", "Kernel", "util")
            ):
                return _formatted(receiver, args, kwargs, values, inside)
            return _formatted(args[0], args[1:], kwargs, values, inside) if args else [Dyn(expr)]
        case Call(args=args) if expr.name in _TRANSPARENT and not expr.new:
            receiver = expr.receiver
            inner_expr = args[0] if args else receiver
            if inner_expr is None or (isinstance(receiver, Str) and not args):
                return fold(receiver, values, inside) if receiver is not None else [Dyn(expr)]
            return fold(inner_expr, values, inside)
        case Call() if expr.name in ("append", "concat") and expr.receiver is not None and expr.args:
            pieces = fold(expr.receiver, values, inside)
            for arg in expr.args:
                pieces += fold(arg, values, inside)
            return pieces
        case Call(new=True, args=args) if expr.name in ("StringBuilder", "StringBuffer"):
            return fold(args[0], values, inside) if args and not isinstance(args[0], Const) else []
        case Name(id=name):
            if values.is_param(name):
                return [Dyn(expr)]
            value = values.assigned(name)
            if value is None or id(value) in within or (isinstance(value, Name) and value.id == name):
                return [Dyn(expr)]
            if isinstance(value, Str | Binary | Call | Ternary | Name):
                pieces = fold(value, values, inside)
                for more in values.appended(name):
                    pieces += fold(more, values, inside)
                if any(isinstance(p, str) and p.strip() for p in pieces) or not pieces:
                    return pieces
            if isinstance(value, Const) and value.value is not None:
                return [str(value.value)]
            return [Dyn(expr)]
        case Const(value=value) if value is not None:
            return [str(value)]
        case Member():
            name = dotted(expr)
            found = values.assigned(name) if name else None
            return fold(found, values, inside) if isinstance(found, Str) else [Dyn(expr)]
        case _:
            return [Dyn(expr)]


def _formatted(
    template: AnyExpr,
    args: tuple[AnyExpr, ...],
    kwargs: tuple[tuple[str, AnyExpr], ...],
    values: Values,
    inside: tuple[int, ...],
    *,
    composed: bool = False,
) -> list[Piece]:
    named = dict(kwargs)
    if len(args) == 1 and isinstance(args[0], Object):
        named.update({e.name: e.value for e in args[0].entries})
    pieces: list[Piece] = []
    index = 0
    for piece in fold(template, values, inside):
        if not isinstance(piece, str):
            pieces.append(piece)
            continue
        last = 0
        for match in _PLACEHOLDER.finditer(piece):
            pieces.append(piece[last : match.start()])
            last = match.end()
            key = match.group(1) or match.group(2) or ""
            value = named.get(key) if key and not key.isdigit() else None
            if value is None:
                at = int(key) if key.isdigit() else index
                index += 1
                value = args[at] if at < len(args) else None
            if value is None or (composed and not _is_composed(value, values)):
                pieces.append(match.group())
            else:
                inner = fold(value, values, inside)
                pieces.extend(inner if all(isinstance(p, str) for p in inner) else [Dyn(value)])
        pieces.append(piece[last:])
    return pieces


def _is_composed(expr: AnyExpr, values: Values, depth: int = 0) -> bool:
    """`sql.SQL("SELECT {}")` of psycopg: what is filled in is quoted as a name or a value, unless it is SQL itself."""
    match expr:
        case Call(name="SQL"):
            return True
        case Call(name="format" | "join") if expr.receiver is not None:
            return _is_composed(expr.receiver, values, depth)
        case Ternary(then=then, orelse=orelse):
            return _is_composed(then, values, depth) or _is_composed(orelse, values, depth)
        case Name(id=name) if depth < _DEPTH and not values.is_param(name):
            value = values.assigned(name)
            return isinstance(value, Call | Ternary) and _is_composed(value, values, depth + 1)
        case _:
            return False
