"""Paths of routes and mounts, and lists of handlers, as calls are given them."""

import re
from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.text import EMPTY, Text, literal
from persona_lsp.flow.script.names import Scope, joins, reduce, text
from persona_lsp.flow.script.paths import expand
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Items,
    Member,
    Name,
    Spread,
    Str,
    Ternary,
    dotted,
)
from persona_lsp.text.patterns import Words


def is_path(arg: AnyExpr, scope: Scope, *, alone: bool) -> bool:
    """Whether the first argument of `use` is a path, and no middleware."""
    value = reduce(arg, scope)
    if isinstance(value, Str):
        return True
    if isinstance(value, Items):
        return bool(value.items) and all(isinstance(reduce(i, scope), Str) for i in value.items)
    if isinstance(value, Binary):
        return value.op == "+" or literal(text(arg, scope)) is not None
    if isinstance(value, Call | Ternary):
        return not alone and ((isinstance(value, Call) and joins(value)) or literal(text(value, scope)) is not None)
    if alone or not isinstance(value, Name | Member):
        return False
    # A constant from elsewhere, by the look of its name: `app.use(config.api.prefix, routes())`.
    return (
        re.search(
            r"prefix|path|base|root|version|url|endpoint|^api$|(?-i:^[A-Z][A-Z0-9_]*$)",
            dotted(value).rsplit(".", 1)[-1],
            re.IGNORECASE,
        )
        is not None
    )


def paths_of(arg: AnyExpr, scope: Scope) -> tuple[Text, ...]:
    """The paths that an argument stands for."""
    value = reduce(arg, scope)
    found: list[Text] = []
    for item in value.items if isinstance(value, Items) else (arg,):
        plain = reduce(item, scope)
        pieces = text(item, scope)
        if pieces == ("/",):
            # Express does not tell `/books` from `/books/`.
            pieces = EMPTY
        found.extend((pieces,) if isinstance(plain, Str) and plain.regex else expand(pieces))
    return tuple(found)


def flat(args: Sequence[AnyExpr], scope: Scope, within: frozenset[int] = frozenset()) -> list[AnyExpr]:
    """The handlers, those of lists one by one. `within`: the lists that are open, which may hold themselves."""
    found: list[AnyExpr] = []
    for arg in args:
        inner = arg.value if isinstance(arg, Spread) else arg
        value = reduce(inner, scope)
        if isinstance(inner, Name) and _is_filled(inner.id, scope):
            # What stands in it besides, only running it tells.
            found.append(inner)
        if isinstance(value, Items) and len(within) < 4 and id(value) not in within:
            found.extend(flat(value.items, scope, within | {id(value)}))
        else:
            found.append(inner)
    return found


def _is_filled(name: str, scope: Scope) -> bool:
    """More is put into a list after it was made."""
    source = scope.module.source
    if not _FILLS.within(source):
        return False
    return re.search(rb"(?<![\w.])%s\.(?:push|unshift|splice)\(" % re.escape(name.encode()), source) is not None


_FILLS: Final = Words(b".push(", b".unshift(", b".splice(")


def without_slash(path: Text) -> Text:
    """A mount path without the slash at its end, which means nothing."""
    if path and isinstance(path[-1], str):
        last = path[-1].rstrip("/")
        return (*path[:-1], last) if last else path[:-1]
    return path


def shown(path: Text) -> str:
    """A path as people read it."""
    known = literal(path)
    return "?" if known is None else known or "/"
