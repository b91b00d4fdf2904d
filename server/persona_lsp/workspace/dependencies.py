"""What runs before a handler by its signature: dependencies, followed through files, aliases and classes."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, GuardKind, Level, Param, Route
from persona_lsp.workspace.names import Names, module_file, resolve

KIND: Final = "dependency"
_DEEPEST: Final = 8
_PROTECTS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})


class Gathered(Struct):
    """What the dependencies of a route add to it. `unknown`: one of them is not part of the project.

    `body_is_dependency`: the type that was taken for the request body stands for a dependency.
    """

    params: list[Param] = []
    guards: list[Guard] = []
    functions: list[Function] = []
    unknown: bool = False
    body_is_dependency: bool = False
    known: list[Guard] = []
    settled: set[str] = set()
    """Names of functions that give dependencies back which are known (`def LoggedIn(): return Depends(current_user)`)."""
    bodies: list[Function] = []
    """Functions that every request passes, whoever makes it: what they ask for, their code tells."""


def gathered(names: Names, path: str, route: Route, guards: Iterable[Guard] = ()) -> Gathered:
    """Follow the dependencies of `route`, which stands in the file `path`.

    Of `guards`, those of routers are dependencies too, whose parameters belong to the endpoint.
    """
    found = Gathered([], [], [], known=list(route.guards), settled=set())
    if path not in names.files or route.framework == "django":
        return found  # what a view calls on the way is no part of its signature
    for guard in guards:
        if guard.symbol is not None and guard.level is Level.ROUTER and guard.where.path in names.files:
            own = Gathered([], [], [])
            _follow(names, guard.where.path, guard.symbol.name, own, set(), False, "", 0)
            found.params.extend(own.params)
    if not route.dependencies:
        return found
    optional = {g.symbol.name for g in route.guards if g.optional and g.symbol is not None}
    seen: set[tuple[str, str]] = set()
    body = route.body.type_ref.name if route.body is not None and route.body.type_ref is not None else ""
    for ref in route.dependencies:
        known = _follow(names, path, ref.name, found, seen, ref.name not in optional, "", 0)
        if known and ref.name == body:
            found.body_is_dependency = True
        located = _record(names, path, ref.name, 0) if known and ref.name.endswith("()") else None
        if located is not None and located[1].handler is not None and located[1].dependencies:
            file, record = located
            if all(
                _record(names, file, r.name, 0) or _plain(names, file, r.name, Gathered([], [], []))
                for r in record.dependencies
            ):
                found.settled.add(ref.name.removesuffix("()").rpartition(".")[2])
        found.unknown = found.unknown or not (known or ref.name == body or _is_choice(names, path, ref.name))
    return found


def _adds(guard: Guard, known: list[Guard]) -> bool:
    """A guard that only tells who calls adds nothing below one that already does, or does more."""
    if guard.kind is GuardKind.AUTHN and any(g.kind in _PROTECTS and not g.optional for g in known):
        return False
    return all(guard.name != g.name for g in known)


def _is_choice(names: Names, path: str, name: str) -> bool:
    target = resolve(names, path, name)
    cls = names.files[target.path].classes.get(target.name) if target is not None and target.kind == "class" else None
    return cls is not None and any(b.name.rsplit(".", 1)[-1] in ("Enum", "StrEnum", "IntEnum") for b in cls.bases)


def _follow(
    names: Names,
    path: str,
    name: str,
    found: Gathered,
    seen: set[tuple[str, str]],
    guarding: bool,
    via: str,
    depth: int,
) -> bool:
    """Add one dependency and those that it has; False if it is not part of the project."""
    located = _record(names, path, name, 0)
    if located is None:
        return _plain(names, path, name, found)
    where, record = located
    if (where, record.handler_name) in seen or depth > _DEEPEST:
        return True
    seen.add((where, record.handler_name))
    label = via or name.removesuffix("()").rsplit(".", 1)[-1]
    made = name.endswith("()") and record.handler is None and not record.handler_key.endswith("__call__")
    if record.handler_key:
        function = names.files[where].functions.get(record.handler_key)
        if function is not None:
            found.functions.append(function)
            if guarding and not made:
                found.bodies.append(function)
    if made:
        # What a factory takes is given by the program, not by the request; what it makes may read anything.
        found.unknown = True
    else:
        found.params.extend(replace(p, via=p.via or label) for p in record.params if p.name)
        found.unknown = found.unknown or record.unknown_params
    optional = {g.symbol.name for g in record.guards if g.optional and g.symbol is not None}
    if guarding and not made:
        found.guards.extend(g for g in record.guards if _adds(g, found.known))
        found.known.extend(record.guards)
    for ref in record.dependencies:
        inside = guarding and ref.name not in optional
        if not _follow(names, where, ref.name, found, seen, inside, label, depth + 1):
            found.unknown = found.unknown or not made
    return True


def _plain(names: Names, path: str, name: str, found: Gathered) -> bool:
    """A function that takes nothing, a class without such attributes, or something of the framework itself."""
    if name.endswith(">"):
        return True
    first = name.removesuffix("()").partition(".")[0]
    item = names.files[path].imports.get(first)
    if item is not None and item.module.split(".", 1)[0] in ("fastapi", "starlette"):
        return True
    target = resolve(names, path, name.removesuffix("()"))
    if target is None or target.kind != "function":
        return False
    function = names.files[target.path].functions[target.name]
    if any(p.name not in ("self", "cls") for p in function.params):
        return False
    found.functions.append(function)
    return True


def _record(names: Names, path: str, name: str, depth: int) -> tuple[str, Route] | None:
    """The file and record of a dependency by the name that it has in the file `path`."""
    entry = names.files.get(path)
    if entry is None or depth > _DEEPEST:
        return None
    plain = name.removesuffix("()")
    keys = (f"{plain}.__call__", plain) if plain != name else (plain, f"{plain}.__init__")
    best: Route | None = None
    for route in reversed(entry.dependencies):
        if route.handler is not None:
            if route.handler.name == name:
                return path, route
        elif route.handler_key in keys:
            best = best or route
    if best is not None:
        return path, best
    first, _, rest = plain.partition(".")
    item = entry.imports.get(first)
    if item is not None:
        inner = module_file(names, path, item.module)
        given = item.name if item.name != "*" else ""
        wanted = ".".join(part for part in (given, rest) if part)
        joint = "" if item.module.endswith(".") else "."
        module = module_file(names, path, f"{item.module}{joint}{given}") if given and rest else None
        for file, inside in ((inner, wanted), (module, rest)):
            if file is not None and file != path and inside:
                again = _record(names, file, inside + name[len(plain) :], depth + 1)
                if again is not None:
                    return again
    target = resolve(names, path, plain)
    if target is None or target.kind not in ("function", "class"):
        return None
    made = name != plain
    if target.kind == "class" and plain.rpartition(".")[2] != target.name.rpartition(".")[2]:
        made = True  # the name of an instance
    again_name = f"{target.name}()" if made else target.name
    if (target.path, again_name) == (path, name):
        return None
    return _record(names, target.path, again_name, depth + 1)
