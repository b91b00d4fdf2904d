"""All statements and calls of a function, with those inside of others and of closures."""

from collections.abc import Iterator

from persona_lsp.syntax.ir import AnyExpr, Call, ClassDef, Def, Lambda, Module, Stmt, walk

_DEEPEST = 30
"""Code is nested less deep."""


def statements(body: tuple[Stmt, ...], depth: int = 0) -> Iterator[Stmt]:
    """All statements, in order."""
    if depth > _DEEPEST:
        return
    for statement in body:
        yield statement
        for name in ("body", "then", "orelse", "final"):
            inner = getattr(statement, name, ())
            if isinstance(inner, tuple):
                yield from statements(inner, depth + 1)
        for catch in getattr(statement, "catches", ()):
            yield from statements(catch.body, depth + 1)
        for _, inner in getattr(statement, "arms", ()):
            yield from statements(inner, depth + 1)
        for expr in expressions(statement):
            for part in walk(expr):
                if isinstance(part, Lambda):
                    yield from statements(part.function.body, depth + 1)


def expressions(statement: Stmt) -> Iterator[AnyExpr]:
    """The expressions that stand in a statement itself."""
    for name in ("value", "test", "iterable", "subject"):
        expr = getattr(statement, name, None)
        if expr is not None:
            yield expr


def calls(body: tuple[Stmt, ...]) -> Iterator[Call]:
    """All calls."""
    for statement in statements(body):
        for expr in expressions(statement):
            for part in walk(expr):
                if isinstance(part, Call):
                    yield part


def every_statement(module: Module) -> Iterator[Stmt]:
    """All statements of a file, those in its functions and classes among them."""
    yield from _with_functions(module.body, 0)


def every_call(module: Module) -> Iterator[Call]:
    """All calls of a file, those in its functions and classes among them."""
    for statement in every_statement(module):
        for expr in expressions(statement):
            for part in walk(expr):
                if isinstance(part, Call):
                    yield part


def _with_functions(body: tuple[Stmt, ...], depth: int) -> Iterator[Stmt]:
    for statement in statements(body, depth):
        yield statement
        if isinstance(statement, Def):
            yield from _with_functions(statement.function.body, depth + 1)
        elif isinstance(statement, ClassDef):
            for method in statement.cls.methods:
                yield from _with_functions(method.body, depth + 1)
