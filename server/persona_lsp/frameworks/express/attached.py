"""What decorators put before the methods of controllers on Express: middleware, and demands on who calls."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.text import Ref
from persona_lsp.flow.script.decorators import Names, arguments, own_name, where
from persona_lsp.flow.script.guards import classify, guard_name
from persona_lsp.flow.script.names import reference
from persona_lsp.frameworks.express.dialects import INVERSIFY, Dialect
from persona_lsp.syntax.ir import AnyExpr, Const, Decorator, Items, Name
from persona_lsp.text.patterns import lazy

_ANYBODY: Final = lazy(r"optional|anonymous|public", re.IGNORECASE)


def attached(
    decorators: Iterable[Decorator], dialect: Dialect, names: Names, *, on_class: bool = False
) -> tuple[Guard, ...]:
    """The guards that the decorators of a class or method attach, in the order in which requests pass them."""
    level = Level.CLASS if on_class else Level.ROUTE
    return tuple(guard for one in decorators for guard in _of(one, dialect, level, names))


def required_user(decorator: Decorator, names: Names) -> Guard:
    """`@CurrentUser({ required: true })`; without it anybody passes, and nobody is given."""
    call = decorator.call
    flag = call.option("required") if call is not None else None
    required = isinstance(flag, Const) and flag.value is True
    at = where(decorator, names.module)
    return Guard("CurrentUser", GuardKind.AUTHN, Level.ROUTE, at, source="CurrentUser", optional=not required)


def middleware(expr: AnyExpr, dialect: Dialect, level: Level, names: Names) -> Guard:
    """A function, a class with a method that is called, or a name that a container knows."""
    name = guard_name(expr)
    last = name.rsplit(".", 1)[-1]
    package = names.scope.imports.get(name.partition(".")[0], ("", ""))[0]
    plain: AnyExpr = Name(expr.start, expr.end, last[:1].lower() + last[1:]) if isinstance(expr, Name) else expr
    kind, optional = classify(plain, package)
    ref = reference(expr, names.scope) if name else None
    if isinstance(expr, Name) and last[:1].isupper():
        ref = Ref(f"{name}.{'handler' if dialect is INVERSIFY else 'use'}")
    return Guard(
        last or "?", kind, level, where(expr, names.module), ref, names.module.text(expr)[:200], optional=optional
    )


def _of(decorator: Decorator, dialect: Dialect, level: Level, names: Names) -> Iterator[Guard]:
    word = own_name(decorator.name, names)
    given = arguments(decorator)
    at, source = where(decorator, names.module), names.module.text(decorator)[:200]
    if word == "Authorized":
        yield Guard(word, GuardKind.ROLE if given else GuardKind.AUTHN, level, at, source=source)
    elif word == "Security":
        yield Guard(word, GuardKind.AUTHN, level, at, source=source, optional=_ANYBODY.search(source) is not None)
    elif word == "NoSecurity":
        yield Guard(word, GuardKind.OTHER, level, at, source=source, skips="Security")
    elif word in dialect.guards:
        yield from (middleware(one, dialect, level, names) for one in _flat(given))
    elif dialect is INVERSIFY and (word in dialect.methods or word in dialect.controllers):
        yield from (middleware(one, dialect, level, names) for one in _flat(given[1:]))


def _flat(given: Iterable[AnyExpr]) -> Iterator[AnyExpr]:
    for one in given:
        if isinstance(one, Items):
            yield from one.items
        else:
            yield one
