"""What failures become: functions that are given an error and the context, and answer by what the error is (Echo, Fiber)."""

from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.http import ErrorHandler
from persona_lsp.facts.place import Where
from persona_lsp.flow.status import status_named
from persona_lsp.flow.walking import every_statement, expressions, statements
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassDef,
    Const,
    Def,
    FunctionNode,
    If,
    Lambda,
    Member,
    Module,
    Name,
    Stmt,
    Switch,
    Unary,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

HANDLING: Final = {"echo": ("error", "echo.Context"), "fiber": ("fiber.Ctx", "error")}
"""Frameworks with a central handler of failures, and what that is given."""
_SIGNS: Final = lazy(rb"\(\s*\w+\s+error\s*,\s*\w+\s+\*?echo\.Context|\(\s*\w+\s+\*?fiber\.Ctx\s*,\s*\w+\s+error\s*\)")
_LIBRARY: Final = frozenset({"echo.HTTPError", "fiber.Error", "error", "nil"})
"""Failures that bring their own status."""
_STATUS: Final = lazy(r"^Status[A-Z]")
_FAILED: Final = range(400, 600)
_ANY: Final = "error"


def error_handlers(module: Module, framework: str) -> Iterator[ErrorHandler]:
    """What each kind of failure becomes, as the file's own handlers of failures say; and which functions these are."""
    if _SIGNS.search(module.source) is None:
        return
    for function, key in _functions(module):
        types = tuple(dotted(p.type) for p in function.params if p.kind != "self")
        if types != HANDLING[framework]:
            continue
        error = next(p.name for p in function.params if dotted(p.type) == _ANY)
        where = Where(module.path, function.start, function.end)
        yield ErrorHandler(_ANY, where, None, key)
        for exception, body in _asked(function, error):
            status = _answered(body)
            if exception not in _LIBRARY and status is not None:
                yield ErrorHandler(exception, where, status, key)


def _functions(module: Module) -> Iterator[tuple[FunctionNode, str]]:
    """All functions of a file with their keys, "" for those without a name."""
    for statement in module.body:
        if isinstance(statement, Def):
            function = statement.function
            yield function, f"{function.owner}.{function.name}" if function.owner else function.name
        elif isinstance(statement, ClassDef):
            for method in statement.cls.methods:
                yield method, f"{statement.cls.name}.{method.name}"
    for statement in every_statement(module):
        for expr in expressions(statement):
            for part in walk(expr):
                if isinstance(part, Lambda):
                    yield part.function, ""


def _asked(function: FunctionNode, error: str) -> Iterator[tuple[str, Sequence[Stmt]]]:
    """The kinds of failures that the function asks for, with what it does then."""
    types: dict[str, str] = {}
    for statement in statements(function.body):
        match statement:
            case Assign(targets=(Name(id=name),), value=None, type=kind) if kind is not None:
                types[name] = dotted(kind)
            case If(test=test, then=then):
                for asked in _alternatives(test):
                    found = _kind(asked, error, types)
                    if found:
                        yield found, then
            case Switch(subject=Name(id=name), arms=arms) if name == error:
                for patterns, body in arms:
                    for pattern in patterns:
                        yield dotted(pattern), body
            case _:
                pass


def _alternatives(test: AnyExpr) -> Iterator[AnyExpr]:
    if isinstance(test, Binary) and test.op == "or":
        yield from _alternatives(test.left)
        yield from _alternatives(test.right)
    else:
        yield test


def _kind(test: AnyExpr, error: str, types: dict[str, str]) -> str:
    """The failure that a condition asks for: `errors.Is(err, ErrGone)`, `errors.As(err, &denied)`, `err == ErrGone`."""
    match test:
        case Call(func=Member(name="Is"), args=(Name(id=name), wanted)) if name == error:
            return dotted(wanted)
        case Call(func=Member(name="As"), args=(Name(id=name), Unary(operand=Name(id=held)))) if name == error:
            return types.get(held, "")
        case Call(func=Member(name="As"), args=(Name(id=name), Name(id=held))) if name == error:
            return types.get(held, "")
        case Binary(op="==", left=Name(id=name), right=wanted) if name == error:
            return dotted(wanted)
        case _:
            return ""


def _answered(body: Sequence[Stmt]) -> int | None:
    """The one status of a failure that some statements name."""
    found: set[int] = set()
    for statement in statements(tuple(body)):
        for expr in expressions(statement):
            for part in walk(expr):
                if isinstance(part, Const) and isinstance(part.value, int) and part.value in _FAILED:
                    found.add(part.value)
                elif isinstance(part, Member) and _STATUS.match(part.name):
                    status = status_named(part.name)
                    found.add(status if status is not None else 0)
    return found.pop() if len(found) == 1 and 0 not in found else None
