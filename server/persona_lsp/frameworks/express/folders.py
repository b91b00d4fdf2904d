"""Files of a folder that are registered one by one: where the folder is, under which names, and which are left out."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.text import Ref, Text
from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    Do,
    If,
    Lambda,
    Member,
    Name,
    Return,
    Stmt,
    Str,
    Ternary,
    Try,
    dotted,
)
from persona_lsp.text.patterns import lazy

STEM: Final = Ref("*")
"""The name of a file of a folder, without its extension."""
_LOADS: Final = frozenset({"require", "import"})
_OF_FILE: Final = lazy(
    r"^(?:FILE|FILE\.(?:split|replace|slice|substring)\(.*|(?:path\.)?(?:basename|parse)\(FILE\b.*)$", re.DOTALL
)
_NAMES_FILE: Final = lazy(r"ext(?:ension)?|stem|base_?name|(?:clean|file|module|route)_?(?:file_?)?name", re.IGNORECASE)
"""What functions are called that take the extension from the name of a file."""
_LEFT_OUT: Final = lazy(r"!==?\s*(['\"`])([\w.-]+)\1|!\s*\[([^\]]*)\]\s*\.includes\(")
_LITERAL: Final = lazy(r"['\"`]([\w.-]+)['\"`]")


def loaded(expr: AnyExpr, scope: Scope) -> tuple[AnyExpr, str] | None:
    """What `require(file)` loads, and the name in it that is taken: `require(file).router`."""
    value = reduce(expr, scope)
    member = ""
    if isinstance(value, Member):
        member, value = value.name, reduce(value.base, scope)
    if isinstance(value, Call) and dotted(value.func) in _LOADS and value.args:
        return value.args[0], member
    return None


def done(body: Sequence[Stmt]) -> Iterator[AnyExpr]:
    """What is done for a file: in conditions that choose among files, too, and after it was loaded."""
    for stmt in body:
        match stmt:
            case Do(value=value):
                yield from _chosen(value)
            case Return(value=value) if value is not None:
                yield from _chosen(value)
            case If(then=then, orelse=orelse):
                yield from done((*then, *orelse))
            case Try(body=inner):
                yield from done(inner)
            case _:
                pass


def _chosen(value: AnyExpr) -> Iterator[AnyExpr]:
    match value:
        case Ternary(then=then, orelse=orelse):
            yield from _chosen(then)
            yield from _chosen(orelse)
        case Binary(op="and", right=right):
            yield from _chosen(right)
        case _:
            yield value


def awaited(value: AnyExpr) -> tuple[Call, Lambda] | None:
    """`import(file).then((module) => app.use(module.router))`: what is loaded, and what is done with it."""
    if not isinstance(value, Call) or value.name != "then" or not isinstance(value.func, Member) or not value.args:
        return None
    base, callback = value.func.base, value.args[0]
    known = isinstance(base, Call) and dotted(base.func) in _LOADS and isinstance(callback, Lambda)
    return (base, callback) if known and isinstance(base, Call) and isinstance(callback, Lambda) else None


def assigned(body: Sequence[Stmt]) -> Iterator[Assign]:
    """The names that the statements bind, in conditions too."""
    for stmt in body:
        if isinstance(stmt, Assign) and stmt.value is not None and not stmt.op:
            yield stmt
        elif isinstance(stmt, If):
            yield from assigned((*stmt.then, *stmt.orelse))
        elif isinstance(stmt, Try):
            yield from assigned(stmt.body)


def left_out(source: str) -> tuple[str, ...]:
    """The files that conditions leave out: `file !== "index.js"`, `!["auth"].includes(name)`."""
    found: list[str] = []
    for match in _LEFT_OUT.finditer(source):
        found += [match[2]] if match[2] else _LITERAL.findall(match[3] or "")
    return tuple(dict.fromkeys(name.split(".", 1)[0] for name in found if not name.startswith(".")))


def pieces(expr: AnyExpr, file: str, scope: Scope) -> Text | None:
    """Literal text and `STEM` for what is made of the file's name; None if there is anything else in it."""
    value = reduce(expr, scope)
    if isinstance(value, Name) and value.id == "__dirname":
        return (".",)
    if isinstance(value, Str) and not value.regex:
        return _joined([(part,) if isinstance(part, str) else pieces(part, file, scope) for part in value.parts])
    if isinstance(value, Binary) and value.op == "+":
        return _joined([pieces(value.left, file, scope), pieces(value.right, file, scope)])
    if isinstance(value, Call) and value.name in ("join", "resolve") and len(value.args) > 1:
        parts: list[Text | None] = []
        for number, arg in enumerate(value.args):
            parts += [("/",), pieces(arg, file, scope)] if number else [pieces(arg, file, scope)]
        return _joined(parts)
    source = re.sub(rf"\b{re.escape(file)}\b", "FILE", scope.module.text(value))
    return (STEM,) if _OF_FILE.match(source) or _names_file(value, file) else None


def _names_file(value: AnyExpr, file: str) -> bool:
    """`withoutExtension(file)`: a function of the project that is called after what it does."""
    if not isinstance(value, Call) or not isinstance(value.func, Name) or not value.args:
        return False
    return dotted(value.args[0]) == file and _NAMES_FILE.search(value.func.id) is not None


def _joined(parts: Sequence[Text | None]) -> Text | None:
    """The parts as one text, literal pieces put together and slashes between them kept single."""
    found: list[str | Ref] = []
    for part in parts:
        if part is None:
            return None
        for piece in part:
            if isinstance(piece, str) and found and isinstance(found[-1], str):
                found[-1] = re.sub(r"/(?:\./|/)+", "/", found[-1] + piece)
            elif isinstance(piece, str | Ref):
                found.append(piece)
            else:
                return None
    return tuple(found)
