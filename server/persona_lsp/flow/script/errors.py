"""Errors of a project in JavaScript: functions that answer for them, and classes that carry a status."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import ClassFacts
from persona_lsp.facts.http import ErrorHandler
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.flow.status import status_named, status_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassDef,
    ClassNode,
    Const,
    Def,
    Do,
    FunctionNode,
    If,
    Lambda,
    Member,
    Module,
    Name,
    Return,
    Stmt,
    Str,
    Switch,
    dotted,
    walk,
)
from persona_lsp.syntax.javascript.functions import sole_function
from persona_lsp.text.patterns import lazy

_ERROR: Final = lazy(r"^_?(?:e|err|error|ex|exception|failure|er|errors?)$", re.IGNORECASE)
STATUS_FIELDS: Final = frozenset(
    {"status", "statusCode", "httpStatus", "httpCode", "code", "status_code", "httpStatusCode", "errorCode"}
)


def takes_errors(function: FunctionNode) -> bool:
    """Whether a function is error-handling middleware: by its four parameters, the first of which is an error."""
    params = function.params
    return len(params) == 4 and (params[0].pattern is not None or _ERROR.match(params[0].name) is not None)


def error_handlers(module: Module) -> tuple[ErrorHandler, ...]:
    """What the error-handling functions of the file answer to which exceptions."""
    found: list[ErrorHandler] = []
    for name, function in _functions(module):
        if takes_errors(function):
            for exception, status in mapping(function.body, function.params[0].name):
                where = Where(module.path, function.start, function.end)
                found.append(ErrorHandler(exception, where, status, handler_key=name))
    return tuple(found)


def exception_classes(module: Module) -> tuple[ClassFacts, ...]:
    """Classes of errors that are thrown with a status of their own."""
    found: list[ClassFacts] = []
    for cls in module.classes():
        bases = [dotted(b) for b in cls.bases]
        if not any(re.search(r"(?:Error|Exception)$", base) for base in bases):
            continue
        found.append(
            ClassFacts(
                cls.name,
                Where(module.path, cls.start, cls.end),
                kind="exception",
                bases=tuple(Ref(b) for b in bases if b),
                methods=tuple(m.name for m in cls.methods),
                status=_status(cls) or _inherited(bases),
            )
        )
    return tuple(found)


def _functions(module: Module) -> Iterator[tuple[str, FunctionNode]]:
    for stmt in module.body:
        if isinstance(stmt, Def):
            yield stmt.function.name, stmt.function
        elif isinstance(stmt, Assign) and stmt.value is not None:
            function = sole_function(stmt.value)
            if function is not None:
                yield function.name, function
        elif isinstance(stmt, ClassDef):
            for method in stmt.cls.methods:
                yield f"{stmt.cls.name}.{method.name}", method
        elif isinstance(stmt, Do) and isinstance(stmt.value, Call):
            # `app.use((err, req, res, next) => {})`
            for arg in stmt.value.args:
                if isinstance(arg, Lambda) and takes_errors(arg.function):
                    yield "", arg.function
        elif isinstance(stmt, Do | Return) and isinstance(stmt.value, Lambda):
            yield "default", stmt.value.function


def mapping(body: tuple[Stmt, ...], error: str) -> Iterator[tuple[str, int]]:
    """The exceptions that statements tell apart, each with the status that they answer for it."""
    for stmt in body:
        if isinstance(stmt, If):
            names = _exceptions(stmt.test, error)
            status = answered(stmt.then) if names else None
            if status is not None:
                yield from ((name, status) for name in names)
            if not names:
                yield from mapping(stmt.then, error)
            yield from mapping(stmt.orelse, error)
        elif isinstance(stmt, Switch) and isinstance(stmt.subject, Member) and dotted(stmt.subject) in {
            f"{error}.name", f"{error}.constructor", f"{error}.constructor.name"
        }:  # fmt: skip
            for patterns, inner in stmt.arms:
                status = answered(inner)
                if status is not None:
                    for pattern in patterns:
                        name = pattern.value if isinstance(pattern, Str) else dotted(pattern)
                        if name:
                            yield name, status


def _exceptions(test: AnyExpr, error: str) -> list[str]:
    """The exceptions that a test singles out: `err instanceof X`, `err.name === "X"`, joined by `||`."""
    match test:
        case Binary(op="or", left=left, right=right):
            first, second = _exceptions(left, error), _exceptions(right, error)
            return [*first, *second] if first and second else []
        case Binary(op="instanceof", left=Name(id=name), right=right) if name == error:
            return [dotted(right)] if dotted(right) else []
        case Binary(op="==", left=Member(base=Name(id=name), name="name"), right=Str() as text) if name == error:
            return [text.value] if text.value else []
        case _:
            return []


def answered(body: tuple[Stmt, ...]) -> int | None:
    """The only literal status that statements answer with."""
    found: set[int] = set()
    for stmt in body:
        value = stmt.value if isinstance(stmt, Do | Return | Assign) else None
        for part in walk(value) if value is not None else ():
            if isinstance(part, Call) and part.name in {"status", "sendStatus", "code"} and part.args:
                code = status_of(part.args[0])
                if code is None:
                    return None
                found.add(code[0])
    return found.pop() if len(found) == 1 else None


def _inherited(bases: list[str]) -> int | None:
    """`class OrderMissing extends NotFoundException`."""
    for base in bases:
        last = base.rsplit(".", 1)[-1]
        code = status_named(last.removesuffix("Exception")) if last.endswith("Exception") else None
        if code is not None and code >= 400:
            return code
    return None


def _status(cls: ClassNode) -> int | None:
    for field in cls.fields:
        if field.name in STATUS_FIELDS and field.value is not None:
            code = _code(field.value)
            if code is not None:
                return code
    for method in cls.methods:
        if method.name != "constructor":
            continue
        for param in method.params:
            if param.name in STATUS_FIELDS and param.default is not None:
                return None
        for stmt in method.body:
            code = _assigned_status(stmt)
            if code is not None:
                return code
    return None


def _assigned_status(stmt: Stmt) -> int | None:
    if isinstance(stmt, Assign) and stmt.value is not None:
        target = stmt.targets[0]
        if isinstance(target, Member) and dotted(target.base) == "this" and target.name in STATUS_FIELDS:
            return _code(stmt.value)
    if isinstance(stmt, Do) and isinstance(stmt.value, Call) and dotted(stmt.value.func) == "super":
        codes = [c for c in (_code(a) for a in stmt.value.args) if c is not None]
        return codes[0] if len(codes) == 1 else None
    return None


def _code(expr: AnyExpr) -> int | None:
    if isinstance(expr, Const) and isinstance(expr.value, bool):
        return None
    found = status_of(expr)
    return found[0] if found is not None and found[0] >= 400 else None
