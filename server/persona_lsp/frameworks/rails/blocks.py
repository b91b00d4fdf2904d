"""Filters that are written where they are declared: `before_action { response.set_header(…) }`.

Such a block is analysed as a method is; what it does itself is told here, what it calls is left to the linker.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.frameworks.rails.words import ends
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    BlockExpr,
    Call,
    Do,
    For,
    Group,
    If,
    Lambda,
    Module,
    Raise,
    Return,
    Stmt,
    Switch,
    Ternary,
    Try,
    With,
    walk,
)
from persona_lsp.text.patterns import lazy

ABOUT_CALLERS: Final = lazy(
    r"warden|user|session|auth|admin|signed|log(?:ged_?)?in|current_|token|role|cookie|account|staff|owner|member",
    re.IGNORECASE,
)
"""Words of a condition that is about who calls."""


def lambdas(call: Call) -> Iterator[Lambda]:
    """The blocks that a declaration of filters is given."""
    yield from (arg for arg in call.args if isinstance(arg, Lambda))
    if call.block is not None:
        yield call.block


def turns_away(block: Lambda, module: Module) -> bool:
    """The block may answer or fail for callers who have not signed in, or for everybody."""
    return any(
        not tests or any(ABOUT_CALLERS.search(test) for test in tests)
        for tests in _endings(block.function.body, (), module)
    )  # fmt: skip


def _endings(body: Sequence[Stmt], tests: tuple[str, ...], module: Module) -> Iterator[tuple[str, ...]]:
    """The conditions of each answer and failure."""
    for statement in body:
        match statement:
            case Raise():
                yield tests
            case Do(value=value) | Return(value=value) | Assign(value=value) if value is not None:
                yield from _within(value, tests, module)
            case If(test=test, then=then, orelse=orelse):
                inner = (*tests, module.text(test))
                yield from _within(test, tests, module)
                yield from _endings(then, inner, module)
                yield from _endings(orelse, inner, module)
            case Try(body=inside, catches=catches, orelse=orelse, final=final):
                yield from _endings((*inside, *orelse, *final), tests, module)
                for catch in catches:
                    yield from _endings(catch.body, tests, module)
            case For(body=inside) | With(body=inside) | Group(body=inside):
                yield from _endings(inside, tests, module)
            case Switch(arms=arms):
                for _, inside in arms:
                    yield from _endings(inside, (*tests, module.text(statement)), module)
            case _:
                pass


def _within(value: AnyExpr, tests: tuple[str, ...], module: Module) -> Iterator[tuple[str, ...]]:
    chosen = (*tests, module.text(value)) if isinstance(value, Binary | Ternary) else tests
    for part in walk(value):
        if isinstance(part, BlockExpr):
            yield from _endings(part.body, chosen, module)
        elif isinstance(part, Lambda):
            yield from _endings(part.function.body, chosen, module)
        elif isinstance(part, Call) and (ends(part) or _asks(part, module)):
            yield chosen


def _asks(call: Call, module: Module) -> bool:
    """`warden.authenticate!`: whoever is not let in is not let on."""
    return call.name.endswith("!") and ABOUT_CALLERS.search(module.text(call.func)) is not None
