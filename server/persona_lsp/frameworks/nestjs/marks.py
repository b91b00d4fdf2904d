"""Marks: what `SetMetadata` and decorators that are made of it say of a route, and which guards look for them."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.flow.anonymous import Passing, admits
from persona_lsp.frameworks.nestjs.names import Names, where
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    If,
    Items,
    Member,
    Module,
    Name,
    Str,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

PUBLIC: Final = lazy(
    r"public|anonymous|unauthenticated|un_?protected|un_?guarded|(?:allow|no|skip|without|disable|bypass|ignore|open|opt_?out)"
    r"\w*(?:auth|login|guard|jwt)|^is_?open$|free_?access",
    re.IGNORECASE,
)
ROLES: Final = lazy(r"roles?|permissions?|polic(?:y|ies)|scopes?|abilit|acl|access", re.IGNORECASE)
READS_MARKS: Final = lazy(r"\b(?:getAllAndOverride|getAllAndMerge|[rR]eflector\??\.get|Reflect\.getMetadata)\b")
READS: Final = "reads"
"""A guard class looks for a mark, whatever it makes of it."""


def mark(call: Call, name: str, names: Names, level: Level = Level.ROUTE) -> Guard:
    """`SetMetadata(key, value)`: a mark that a guard may look for. Its key says whether it opens what is guarded."""
    key = names.module.text(call.args[0])
    value = call.args[1] if len(call.args) > 1 else None
    opens = (PUBLIC.search(key) or PUBLIC.search(name)) is not None
    certain = value is None or (isinstance(value, Const) and value.value is True)
    kind = GuardKind.ROLE if ROLES.search(key) else GuardKind.OTHER
    return Guard(
        f"mark {name}".rstrip(), kind, level, where(call, names.module), source=names.module.text(call)[:200],
        allows_all=opens and certain, mark=key, values=tuple(values(call.args[1:2])),
    )  # fmt: skip


def created(call: Call, name: str, names: Names) -> Guard:
    """`const Roles = Reflector.createDecorator<string[]>()`: guards look for what the decorator itself is."""
    return Guard(f"mark {name}", GuardKind.OTHER, Level.ROUTE, where(call, names.module), mark=name)


def values(given: Iterable[AnyExpr]) -> Iterator[str]:
    """What a mark says: texts, and names of constants (`Role.Public`) by their last part."""
    for expr in given:
        if isinstance(expr, Items):
            yield from values(expr.items)
        elif isinstance(expr, Str) and expr.value is not None:
            yield expr.value
        elif isinstance(expr, Member):
            yield expr.name


def deciding(cls: ClassNode) -> Iterator[tuple[FunctionNode, Passing, tuple[str, ...]]]:
    """The methods that say whether a request passes, how they say it, and what is empty for whom nobody knows."""
    for method in cls.methods:
        if method.name == "canActivate":
            yield method, "true", ()
        elif method.name == "handleRequest":
            yield method, "return", tuple(p.name for p in method.params[:2] if p.name)


def looked_for(cls: ClassNode, names: Names) -> Iterator[Guard]:
    """The marks that a guard looks for, and those by which it lets callers pass who bring no credential.

    All of them pass, or those who bring no wrong one; with any mark, or with one that says what is asked for
    (`roles.includes("public")`).
    """
    at = where(Name(cls.name_start, cls.name_end, cls.name), names.module)
    for method, passing, empty in deciding(cls):
        request = requests_of(method, names.module)
        for name, key in _marks(method, names):
            yield Guard(READS, GuardKind.OTHER, Level.APP, at, mark=key)
            for told, test in (((), None), *_asked(method, name)):
                holding = () if test is None else (test,)
                for unasked in (True, False):
                    if admits(
                        method, passing, request=request, empty=empty, marks=(name,), holding=holding, unasked=unasked
                    ):
                        yield Guard(
                            cls.name, GuardKind.OTHER, Level.APP, at, allows_all=unasked, optional=not unasked,
                            mark=key, values=told,
                        )  # fmt: skip
                        break


def _asked(method: FunctionNode, name: str) -> Iterator[tuple[tuple[str, ...], AnyExpr]]:
    """`roles.includes("public")`, `role === Role.Public`: what a mark may say, and the test for it."""
    for statement in method.body:
        test = statement.test if isinstance(statement, If) else None
        for part in walk(test) if test is not None else ():
            told: tuple[str, ...] = ()
            if isinstance(part, Call) and part.name == "includes" and dotted(part.receiver) == name:
                told = tuple(values(part.args))
            elif isinstance(part, Binary) and part.op == "==":
                sides = (part.left, part.right) if dotted(part.left) == name else (part.right, part.left)
                told = tuple(values(sides[1:])) if dotted(sides[0]) == name else ()
            if told:
                yield told, part


def _marks(method: FunctionNode, names: Names) -> Iterator[tuple[str, str]]:
    """`const isPublic = this.reflector.getAllAndOverride(IS_PUBLIC, [...])`: names with the marks that they tell."""
    for statement in method.body:
        if not isinstance(statement, Assign) or not isinstance(statement.value, Call):
            continue
        call = statement.value
        reads = READS_MARKS.search(names.module.text(call.func)) is not None
        if reads and call.args and isinstance(statement.targets[0], Name):
            yield statement.targets[0].id, names.module.text(call.args[0])


_TAKES_REQUEST: Final = lazy(rb"(?:const|let|var)\s+(\w+)[^=;\n]*=[^;]{0,160}?\.getRequest\b")


def requests_of(function: FunctionNode, module: Module) -> tuple[str, ...]:
    """The names of what is taken out of the context as the request."""
    found = _TAKES_REQUEST.findall(module.source, function.body_start, function.body_end)
    return tuple(dict.fromkeys(n.decode() for n in found))
