"""Earlier values of a Python name: what a chain of calls was built from, over several assignments."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.flow.vocabulary import Scope
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Call,
    Do,
    For,
    Group,
    If,
    Index,
    Member,
    Name,
    Return,
    Stmt,
    Switch,
    Try,
    With,
    dotted,
    walk,
)

_LONGEST: Final = 60


def unawaited(expr: AnyExpr) -> AnyExpr:
    """The expression without `await`."""
    return expr.value if isinstance(expr, Await) else expr


def links(expr: AnyExpr | None) -> tuple[tuple[Call, ...], AnyExpr | None]:
    """The calls of a chain, the last one first, and what the chain begins with (a call of a plain name, a name)."""
    calls: list[Call] = []
    while expr is not None and len(calls) < _LONGEST:
        match expr:
            case Await(value=value):
                expr = value
            case Call(func=Member(base=base)):
                calls.append(expr)
                expr = base
            case Index(base=base):
                expr = base
            case _:
                return tuple(calls), expr
    return tuple(calls), expr


def assignments(scope: Scope, name: str, before: int) -> tuple[AnyExpr, ...]:
    """Values assigned to a local name in statements that begin before an offset, in order."""
    found = [
        s.value
        for s in _statements(scope.function.body, before)
        if isinstance(s, Assign) and s.value is not None and any(dotted(t) == name for t in s.targets)
    ]
    if not found:
        value = scope.assigned(name)
        return () if value is None else (value,)
    return tuple(found)


def calls_on(scope: Scope, name: str, method: frozenset[str], before: int) -> Iterator[Call]:
    """Calls `name.method(...)` in statements that begin before an offset, in order."""
    for statement in _statements(scope.function.body, before):
        match statement:
            case Do(value=value) | Assign(value=value) | Return(value=value) if value is not None:
                parts: tuple[AnyExpr, ...] = (value,)
            case With(items=items):
                parts = tuple(item for item, _ in items)
            case If(test=test):
                parts = (test,)
            case _:
                continue
        for part in parts:
            for node in walk(part):
                if isinstance(node, Call) and node.name in method and node.start < before:
                    receiver = node.receiver
                    if receiver is not None and dotted(receiver) == name:
                        yield node


def _statements(body: tuple[Stmt, ...], before: int) -> Iterator[Stmt]:
    for statement in body:
        if statement.start >= before:
            return
        yield statement
        match statement:
            case If(then=then, orelse=orelse):
                yield from _statements(then, before)
                yield from _statements(orelse, before)
            case For(body=inner) | With(body=inner) | Group(body=inner):
                yield from _statements(inner, before)
            case Try(body=inner, catches=catches, orelse=orelse, final=final):
                yield from _statements(inner, before)
                for catch in catches:
                    yield from _statements(catch.body, before)
                yield from _statements(orelse, before)
                yield from _statements(final, before)
            case Switch(arms=arms):
                for _, arm in arms:
                    yield from _statements(arm, before)
            case _:
                pass


def last_name(expr: AnyExpr | None) -> str:
    """`a.b` is b, `b` is b."""
    return expr.id if isinstance(expr, Name) else expr.name if isinstance(expr, Member) else ""


def assigned_to(scope: Scope, expr: Call) -> str:
    """The plain name that the value of the call is assigned to, awaited or not; "" if it is used otherwise."""
    for statement in _statements(scope.function.body, expr.end):
        if isinstance(statement, Assign) and statement.value is not None and unawaited(statement.value) is expr:
            return dotted(statement.targets[0]) if len(statement.targets) == 1 else ""
        if isinstance(statement, With):
            for item, target in statement.items:
                if unawaited(item) is expr and target is not None:
                    return dotted(target)
    return ""
