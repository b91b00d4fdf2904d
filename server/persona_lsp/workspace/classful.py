"""The paths of classes of Flask-Classful: of their methods, of what their bases say, and where they are registered."""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from msgspec.structs import replace

from persona_lsp.facts.class_paths import ClassPaths, MethodPath
from persona_lsp.facts.http import Guard, GuardKind, Level, Route
from persona_lsp.facts.text import Hole, Ref, Text
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.lineage import line_of
from persona_lsp.workspace.names import Names, resolve, text
from persona_lsp.workspace.paths import normalise

_BASE: Final = "FlaskView"
"""By that name, wherever it comes from: a file of the project may hand it on."""
_VERBS: Final = {
    "get": "GET", "put": "PUT", "patch": "PATCH", "post": "POST", "delete": "DELETE", "index": "GET",
}  # fmt: skip
_CAPITAL: Final = lazy(r"(.)([A-Z][a-z]+)")
_SMALL: Final = lazy(r"([a-z0-9])([A-Z])")
_SLASHES: Final = lazy(r"/{2,}")
T = TypeVar("T")
Said = tuple[str, ClassPaths]
"""What stands in a file."""


def served(names: Names, path: str, route: Route) -> Iterator[Route]:
    """The routes of a class that is registered; none where it is no class of Flask-Classful."""
    written = route.handler.name if route.handler is not None else ""
    found = resolve(names, path, written)
    if found is None or found.kind != "class":
        return
    line = line_of(names, found.path, found.name)
    if not any(not file and name.rsplit(".", 1)[-1] == _BASE for file, name in line):
        return
    own = [
        (file, name, v.paths) for file, name in line if file and (v := names.files[file].views.get(name)) and v.paths
    ]
    said: list[Said] = [*([(path, route.paths)] if route.paths else []), *((file, paths) for file, _, paths in own)]
    prefix, prefix_known = _text(names, said, lambda p: p.prefix)
    base, base_known = _text(names, said, lambda p: p.base)
    if all(p.base is None for _, p in said):
        base = _dashed(found.name.rsplit(".", 1)[-1].removesuffix("View"))
    ignored = {
        "self",
        *(_first(said, lambda p: p.ignored) or ()),
        *(n for s in normalise("/" + base)[1] for n in s.names),
    }
    excluded = _first(said, lambda p: p.excluded) or ()
    slash, dashed = _first(said, lambda p: p.slash) is not False, _first(said, lambda p: p.dashed) is True
    usual = _first(said, lambda p: p.usual) or ("GET",)
    inspects = _first(said, lambda p: p.inspects) is not False
    seen: set[str] = set()
    for file, _, paths in own:
        for member in paths.members:
            if member.name in seen or member.name in excluded:
                continue
            seen.add(member.name)
            known = prefix_known and base_known
            before = _before(names, path, route, written, member.name)
            if member.rules:
                for rule, verbs in member.rules:
                    end, sure = text(names, file, rule)
                    way = _path(prefix, base, end)
                    yield from _answered(route, member, verbs, way, before, known=known and sure)
                continue
            arguments = [_parameter(n, t) for n, t in member.arguments if n not in ignored] if inspects else []
            named = member.name.replace("_", "-") if dashed else member.name
            special = _VERBS.get(member.name)
            way = _path(prefix, base, *(() if special else (named,)), *arguments)
            way = f"{way.rstrip('/')}/" if slash or way == "/" else way
            yield from _answered(
                route, member, (special,) if special else member.methods or usual, way, before, known=known
            )


def _answered(
    route: Route, member: MethodPath, verbs: tuple[str, ...], way: str, before: tuple[Guard, ...], *, known: bool
) -> Iterator[Route]:
    if not verbs or route.handler is None:
        return
    name = f"{route.handler.name}.{member.name}"
    path: Text = (way,) if known else (way, Hole("expression", "route_base"))
    yield replace(
        route, methods=tuple(dict.fromkeys(verbs)), path=path, handler=Ref(name), handler_name=name, class_view=False,
        view="", paths=None, where=member.where, path_where=member.where if member.rules else None,
        statement=member.statement, method_by_name=not member.rules and member.name in _VERBS,
        guards=(*before, *route.guards),
    )  # fmt: skip


def _before(names: Names, path: str, route: Route, cls: str, member: str) -> tuple[Guard, ...]:
    """What the class itself runs before the method."""
    found = []
    for name in ("before_request", f"before_{member}"):
        ref = f"{cls}.{name}"
        target = resolve(names, path, ref)
        if target is not None and target.kind == "function":
            found.append(Guard(name, GuardKind.UNKNOWN, Level.CLASS, route.where, Ref(ref)))
    return tuple(found)


def _first(said: list[Said], of: Callable[[ClassPaths], T | None]) -> T | None:
    """What the nearest says that says anything."""
    return next((value for _, paths in said if (value := of(paths)) is not None), None)


def _text(names: Names, said: list[Said], of: Callable[[ClassPaths], Text | None]) -> tuple[str, bool]:
    for file, paths in said:
        value = of(paths)
        if value is not None:
            return text(names, file, value)
    return "", True


def _path(*parts: str) -> str:
    return _SLASHES.sub("/", "/" + "/".join(p for p in parts if p))


def _parameter(name: str, kind: str) -> str:
    return "{" + name + (f":{kind}" if kind and kind != "str" else "") + "}"


def _dashed(name: str) -> str:
    return _SMALL.sub(r"\1-\2", _CAPITAL.sub(r"\1-\2", name)).lower()
