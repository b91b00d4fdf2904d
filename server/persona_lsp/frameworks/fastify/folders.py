"""Folders that are registered file by file (`@fastify/autoload`), and objects of options."""

import posixpath
from typing import Final

from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.syntax.ir import AnyExpr, Call, Entry, Member, Name, Object, Str, dotted

_JOINS: Final = frozenset({"join", "resolve", "joinDesm", "desm"})
_HERE: Final = frozenset({"__dirname", "import.meta.dirname", "dirname", "currentDir", "_dirname", "rootDir", "dir"})


def options_of(expr: AnyExpr | None, scope: Scope) -> Object | None:
    """The object of options, with those that it spreads in front."""
    value = reduce(expr, scope) if expr is not None else None
    if isinstance(value, Call) and dotted(value.func) == "Object.assign":
        parts = [p for a in value.args if isinstance(p := reduce(a, scope), Object)]
        entries: tuple[Entry, ...] = tuple(e for part in reversed(parts) for e in part.entries)
        return Object(value.start, value.end, entries)
    return value if isinstance(value, Object) else None


def folder_of(expr: AnyExpr | None, scope: Scope) -> str | None:
    """The folder that `join(__dirname, "routes")` names, relative to that of the file; None if nobody can tell."""
    value = reduce(expr, scope) if expr is not None else None
    match value:
        case Call(args=args) if value.name in _JOINS and args:
            first, *rest = args
            if not (_is_here(first, scope) or value.name in ("joinDesm", "desm")):
                return None
            return _joined([reduce(a, scope) for a in rest])
        case Str(parts=parts) if len(parts) > 1 and not isinstance(parts[0], str) and _is_here(parts[0], scope):
            rest_text = "".join(p for p in parts[1:] if isinstance(p, str))
            return _normal(rest_text.lstrip("/")) if all(isinstance(p, str) for p in parts[1:]) else None
        case Call(name="fileURLToPath", args=(inner, *_)) | Member(name="pathname", base=inner):
            return folder_of(inner, scope)
        case Call(func=Name(id="URL"), args=(Str() as place, base)) if "import.meta" in scope.module.text(base):
            return _normal(place.value) if place.value is not None else None
        case _:
            return None


def _is_here(expr: AnyExpr, scope: Scope) -> bool:
    written = scope.module.text(expr)
    if dotted(expr) in _HERE and dotted(expr) != "dir":
        return True
    return "import.meta.url" in written or written in ("import.meta.dirname", "__dirname")


def _joined(parts: list[AnyExpr]) -> str | None:
    texts: list[str] = []
    for part in parts:
        if not isinstance(part, Str) or part.value is None:
            return None
        texts.append(part.value)
    return _normal("/".join(texts)) if texts else None


def _normal(path: str) -> str:
    return posixpath.normpath(path)
