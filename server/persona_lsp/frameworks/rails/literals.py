"""Values that `routes.rb` and class bodies write out: names, lists, options, texts with parts that are not literal."""

from collections.abc import Iterable, Mapping
from typing import Final

from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    Entry,
    Expr,
    Items,
    Lambda,
    Name,
    Object,
    Spread,
    Str,
    Unary,
)
from persona_lsp.syntax.ruby_names import chain

_SAME: Final = frozenset({"freeze", "to_s", "to_sym", "dup", "compact", "uniq", "squish", "strip", "sort", "presence"})
_MERGES: Final = {
    "merge": False, "merge!": False, "update": False, "deep_merge": False, "reverse_merge": True, "with_defaults": True,
}  # fmt: skip
"""Methods that put two hashes together: whether what the receiver says goes before what it is given."""
_DEPTH: Final = 12
_DEVELOPMENT: Final = frozenset({"Rails.env.development?", "Rails.env.test?", "Rails.env.local?"})
_DEVELOPERS: Final = frozenset({"development", "test", "local"})
_PRODUCTION: Final = frozenset({"Rails.env.production?"})

Environment = Mapping[str, AnyExpr]


def resolved(expr: AnyExpr | None, env: Environment, depth: int = 0) -> AnyExpr | None:
    """The value that a name is bound to, else the expression itself."""
    while depth < _DEPTH:
        depth += 1
        if isinstance(expr, Name) and expr.id in env:
            expr = env[expr.id]
        elif isinstance(expr, Call) and not expr.args and expr.block is None:
            if isinstance(expr.func, Name) and expr.func.id in env:
                expr = env[expr.func.id]
            elif expr.name in _SAME and expr.receiver is not None:
                expr = expr.receiver
            else:
                return expr
        else:
            return expr
    return expr


def literal(expr: AnyExpr | None, env: Environment, within: tuple[int, ...] = ()) -> str | None:
    """The text of a string, symbol or number, with bound names put in; None if a part is not literal.

    `within`: the values that it is a part of. One that mentions itself (`path = "#{path}/x"`) is none.
    """
    expr = resolved(expr, env)
    if len(within) > _DEPTH or id(expr) in within:
        return None
    deeper = (*within, id(expr))
    match expr:
        case Str(parts=parts, regex=False):
            out = ""
            for part in parts:
                piece = part if isinstance(part, str) else literal(part, env, deeper)
                if piece is None:
                    return None
                out += piece
            return out
        case Const(value=int(value)) if not isinstance(expr.value, bool):
            return str(value)
        case Binary(op="+", left=left, right=right):
            first, second = literal(left, env, deeper), literal(right, env, deeper)
            return first + second if first is not None and second is not None else None
        case _:
            return None


def items(expr: AnyExpr | None, env: Environment, within: tuple[int, ...] = ()) -> tuple[AnyExpr, ...] | None:
    """The elements of a list that is written out (`[...] + [...]`, `[...] - [...]`, `a.map(&:to_s)` are); else None.

    `within` as in `literal`.
    """
    expr = resolved(expr, env)
    if len(within) > _DEPTH or id(expr) in within:
        return None
    deeper = (*within, id(expr))
    match expr:
        case Items(items=inside):
            out: list[AnyExpr] = []
            for item in inside:
                if isinstance(item, Spread):
                    more = items(item.value, env, deeper)
                    if more is None:
                        return None
                    out.extend(more)
                else:
                    out.append(item)
            return tuple(out)
        case Binary(op="+" | "|" | "-" as op, left=left, right=right):
            first, second = items(left, env, deeper), items(right, env, deeper)
            if first is None or second is None:
                return None
            if op != "-":
                return (*first, *second)
            gone = {literal(s, env) for s in second}
            return tuple(f for f in first if literal(f, env) not in gone)
        case _:
            return None


def names(expr: AnyExpr | None, env: Environment) -> tuple[str, ...] | None:
    """One name or a list of names; None if any is unknown."""
    if expr is None:
        return None
    one = literal(expr, env)
    if one is not None:
        return (one,)
    listed = items(expr, env)
    if listed is None:
        return None
    found = tuple(literal(item, env) for item in listed)
    return None if any(f is None for f in found) else tuple(f for f in found if f is not None)


def options(call: Call, env: Environment) -> tuple[dict[str, AnyExpr], bool]:
    """The named arguments of a call, with hashes given as last arguments; whether all of them could be read."""
    out: dict[str, AnyExpr] = {}
    complete = True
    for arg in call.args:
        value, known = merged(arg, env)
        complete = complete and known
        if value is not None:
            complete = _add(out, value.entries, env) and complete
    for kwarg in call.kwargs:
        if kwarg.name:
            out[kwarg.name] = kwarg.value
            continue
        value, known = merged(kwarg.value, env)
        complete = complete and known and value is not None
        if value is not None:
            complete = _add(out, value.entries, env) and complete
    return out, complete


def merged(expr: AnyExpr | None, env: Environment, depth: int = 0) -> tuple[Object | None, bool]:
    """The hash that a literal is, or several that are merged make, and whether all of it is known.

    Nothing for what is no hash. `{only: [:show]}.merge(options)` with unknown options is what the literal says.
    """
    value = resolved(expr, env)
    if isinstance(value, Object):
        return value, True
    if not isinstance(value, Call) or value.receiver is None or value.name not in _MERGES or depth > _DEPTH:
        return None, True
    base, known = merged(value.receiver, env, depth + 1)
    entries = base.entries if base is not None else ()
    known = known and base is not None
    for arg in value.args:
        more, sure = merged(arg, env, depth + 1)
        known = known and sure and more is not None
        added = more.entries if more is not None else ()
        entries = (*added, *entries) if _MERGES[value.name] else (*entries, *added)
    given = tuple(Entry(k.start, k.end, k.name, None, k.value) for k in value.kwargs)
    entries = (*given, *entries) if _MERGES[value.name] else (*entries, *given)
    return Object(value.start, value.end, entries), known


def is_true(expr: AnyExpr | None) -> bool:
    """`true` as written."""
    return isinstance(expr, Const) and expr.value is True


def is_false(expr: AnyExpr | None) -> bool:
    """`false` as written."""
    return isinstance(expr, Const) and expr.value is False


def inside(expr: AnyExpr | None) -> tuple[AnyExpr, ...]:
    """The values that a block or lambda passed as an argument returns."""
    if not isinstance(expr, Lambda):
        return ()
    out: list[AnyExpr] = []
    for statement in expr.function.body:
        value = getattr(statement, "value", None)
        if value is not None:
            out.append(value)
    return tuple(out)


def _add(out: dict[str, AnyExpr], entries: Iterable[Entry], env: Environment, within: tuple[int, ...] = ()) -> bool:
    complete = True
    for entry in entries:
        if entry.name:
            out[entry.name] = entry.value
        elif entry.key is None:
            value = resolved(entry.value, env)
            if isinstance(value, Object) and len(within) < _DEPTH and id(value) not in within:
                complete = _add(out, value.entries, env, (*within, id(value))) and complete
            else:
                complete = False
        elif isinstance(entry.key, Expr):
            complete = False
    return complete


def is_development(test: AnyExpr, *, holds: bool) -> bool:
    """`Rails.env.development?` holds, or `Rails.env.production?` fails: nobody but developers is served."""
    match test:
        case Unary(op="not", operand=operand):
            return is_development(operand, holds=not holds)
        case Binary(op="and" | "or" as op, left=left, right=right):
            sides = (is_development(side, holds=holds) for side in (left, right))
            return any(sides) if (op == "and") == holds else all(sides)
        case Call(name="include?", receiver=Items(items=listed), args=(given,)) if (
            chain(given) == "Rails.env" and holds
        ):
            return all(isinstance(one, Str) and one.value in _DEVELOPERS for one in listed)
        case _:
            return chain(test) in (_DEVELOPMENT if holds else _PRODUCTION)
