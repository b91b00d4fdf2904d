"""Nest's applications: which modules they hold, what stands before the paths of controllers, and what guards all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Route, Router
from persona_lsp.facts.text import Ref, Text
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.modules import shared
from persona_lsp.workspace.names import Names, module_file, resolve, text, unit
from persona_lsp.workspace.nest_marks import OPT_IN, admitted, believed, keyed, located, marks_for, of_all, stance_of
from persona_lsp.workspace.paths import join

FRAMEWORK: Final = "nestjs"
_APP: Final = "@app"
_MESSAGING: Final = "@messages"
_GLOBAL_GUARD: Final = "@APP_GUARD"
_MIDDLEWARE: Final = "@middleware"
_PATH: Final = "@path"
_CONFIG: Final = "@config."
_NEUTRAL: Final = "neutral"
_CONTROLLER: Final = "controller"
_OPENED: Final = lazy(r"\b(?:public|optional|anonymous)\w*\s*:\s*true\b", re.IGNORECASE)
_VERSION: Final = "version="
_UNORDERED: Final = ("order", "none")
_OF_OTHERS: Final = lazy(r"\$\{([\w.]+)\}")


class Way(Struct, frozen=True, gc=False):
    """One way from an application to the routes of a controller: what stands before its own prefix, and guards."""

    app: str
    prefix: str
    known: bool
    guards: tuple[Guard, ...]
    validates: bool = False
    path: str = ""
    """What a module puts before the path: middleware is told paths without the prefix of all and the version."""
    ordered: bool = True
    """The first route that matches is taken."""


class Application(Struct, frozen=True):
    """An application: the file that makes it, its router, and the classes of its modules and controllers."""

    path: str
    router: Router
    holds: frozenset[tuple[str, str]]
    serves: bool = True
    """It holds a controller."""
    prefix_path: str = ""
    """The file that sets the prefix, where that is another one."""


class Nest(Struct, frozen=True):
    """What all files say of Nest's applications."""

    applications: tuple[Application, ...]
    paths: Mapping[tuple[str, str], tuple[str, Text]]
    """(file, module or controller) -> (file, the path that a `RouterModule` puts before it)."""
    guards: tuple[Guard, ...]
    middleware: tuple[Guard, ...]
    configured: Mapping[str, tuple[str, Text]]
    """What `registerAs` gives names to: (file, text) by `app.prefix`."""
    made: Mapping[tuple[str, str], tuple[Guard, ...]]
    """(file, name) of a decorator or guard class -> the guards that it stands for, or what it is like."""
    messaging: tuple[Application, ...] = ()
    """The applications that answer messages and no requests."""


def nest(names: Names) -> Nest | None:
    """Read the facts of all files; None where no file uses Nest."""
    edges: dict[tuple[str, str], list[tuple[str, str]]] = {}
    paths: dict[tuple[str, str], tuple[str, Text]] = {}
    guards: list[Guard] = []
    middleware: list[Guard] = []
    made: dict[tuple[str, str], tuple[Guard, ...]] = {}
    configured: dict[str, tuple[str, Text]] = {}
    found: list[tuple[str, Router]] = []
    apart: list[tuple[str, Router]] = []
    used = False
    for path, entry in names.files.items():
        facts = entry.facts
        if FRAMEWORK not in facts.frameworks or facts.role == "test":
            continue
        used = True
        for mount in facts.mounts:
            if mount.framework != FRAMEWORK:
                continue
            child = _class(names, path, mount.child.name)
            if child is None:
                continue
            if mount.parent.name == _PATH:
                paths[child] = (path, mount.prefix)
            else:
                edges.setdefault((path, mount.parent.name), []).append(child)
        for use in facts.uses:
            name = use.router.name
            if name == _GLOBAL_GUARD:
                guards.append(use.guard)
            elif name == _MIDDLEWARE:
                middleware.append(use.guard)
            elif name.startswith("@"):
                made[path, name[1:]] = (*made.get((path, name[1:]), ()), keyed(names, path, use.guard))
        for constant in facts.constants:
            if constant.name.startswith(_CONFIG) and constant.value is not None:
                configured.setdefault(constant.name, (path, constant.value))
        if _APP in entry.routers and facts.role in ("prod", "config"):
            found.append((path, entry.routers[_APP]))
        if _MESSAGING in entry.routers and facts.role in ("prod", "config"):
            apart.append((path, entry.routers[_MESSAGING]))
    if not used:
        return None
    for module, inner in edges.items():
        moved = paths.get(module)
        for child in inner if moved is not None else ():
            # The path is that of the module's own controllers, not of the modules that it imports.
            if moved is not None and child not in edges:
                paths.setdefault(child, moved)
    return Nest(
        _configured(names, [_application(names, edges, *one) for one in found]), paths, tuple(guards),
        tuple(middleware), configured, made, tuple(_application(names, edges, *one) for one in apart),
    )  # fmt: skip


def _application(
    names: Names, edges: Mapping[tuple[str, str], Sequence[tuple[str, str]]], path: str, router: Router
) -> Application:
    held = _reached(edges, [c for r in router.inherits if (c := _class(names, path, r.name))])
    return Application(path, router, held, any(name in names.files[file].routers for file, name in held))


def _configured(names: Names, applications: Sequence[Application]) -> tuple[Application, ...]:
    """The applications, each with what functions of the files that it imports set on it (`configure(app)`)."""
    made = [a for a in applications if a.router.inherits]
    apart = {a.path: a for a in applications if not a.router.inherits}
    if not made:
        return tuple(applications)
    taken: list[Application] = []
    for application in made:
        imported = {
            module_file(names, application.path, i.module) for i in names.files[application.path].imports.values()
        }
        router = application.router
        for other in (apart[path] for path in sorted(p for p in imported if p in apart)):
            more = tuple(s for s in other.router.settings if s not in router.settings)
            router = replace(router, settings=(*router.settings, *more))
            if not any(router.prefixes) and any(other.router.prefixes):
                application = replace(application, prefix_path=other.path)
                router = replace(router, prefixes=other.router.prefixes)
        taken.append(replace(application, router=router))
    return tuple(taken)


def ways(world: Nest, names: Names, path: str, router: Router, route: Route) -> Iterator[Way]:
    """All ways to a route of a controller: one per application and version."""
    own = [item.removeprefix(_VERSION) for item in route.variants if item.startswith(_VERSION)]
    declared = own or [value for key, value in router.settings if key == "version"]
    moved = world.paths.get((path, router.symbol))
    before, sure = text(names, moved[0], moved[1]) if moved is not None else ("", True)
    made_by = next((value for key, value in router.settings if key == "made by"), "")
    if made_by:
        around = _controller(world, names, path, made_by, given=any(router.prefixes))
        if around is None:
            return
        head, found_own, tail = around.partition("{}")
        sure = sure and (bool(found_own) or not any(router.prefixes)) and not tail and "?" not in head
        before = join(before, head) if before or head else ""
    found = _applications(world, path, router)
    if not found:
        yield Way(f"{path}:{router.symbol}", before, sure, guards_of_all(world, names, None), path=before)
        return
    for application in found:
        settings = application.router.settings
        prefix, known = _prefix(world, names, application)
        validates = ("validates", "true") in settings
        app = f"{application.path}:{path}:{router.symbol}"
        for version in _versions(settings, declared):
            shown = prefix
            if _is_excluded(names, router, route, settings, before):
                shown = ""
            parts = (shown, version, before)
            yield Way(
                app, join(*parts) if any(parts) else "", known and sure and "?" not in version,
                guards_of_all(world, names, application), validates, before, _UNORDERED not in settings,
            )  # fmt: skip


def _controller(world: Nest, names: Names, path: str, name: str, *, given: bool) -> str | None:
    """The path that a decorator of the project gives to controllers, `{}` for its own argument; None if it makes none.

    `given`: it has an argument. The decorator may have ways of its own for those that have none.
    """
    at = located(names, path, name)
    ways = [guard.source for guard in world.made.get(at, ()) if guard.name == _CONTROLLER]
    if not ways:
        return None
    chosen = next((way for way in ways if ("{}" in way) is given and "?" not in way), ways[0])
    for constant in _OF_OTHERS.findall(chosen):
        said, known = text(names, at[0], (Ref(constant),))
        chosen = chosen.replace(f"${{{constant}}}", said if known else "?")
    return chosen


def with_made(world: Nest, names: Names, guards: Sequence[Guard]) -> tuple[Guard, ...]:
    """The guards, with what decorators of the project are made of in their place."""
    found: list[Guard] = []
    for guard in guards:
        written = keyed(names, guard.where.path, guard) if guard.mark else guard
        found.extend(_expanded(world, names, written, 0))
    readers = [*found, *world.guards]
    found = [believed(world.made, names, guard, readers) for guard in found]
    kept: list[Guard] = []
    for guard in found:
        stance = stance_of(world.made, names, guard)
        if stance is None:
            kept.append(guard)
            continue
        marked = admitted(world.made, names, guard, found)
        if marked is not None and marked.allows_all:
            continue
        if guard.kind is GuardKind.AUTHN and (stance.optional or marked is not None):
            guard = replace(guard, optional=True)
        if guard.kind is GuardKind.UNKNOWN and stance.kind is GuardKind.AUTHN:
            guard = replace(guard, kind=GuardKind.AUTHN)
        if stance.name == OPT_IN:
            # It lets everybody pass where no decorator asks for more.
            marks = marks_for(world.made, names, found, guard)
            if not marks:
                continue
            guard = replace(guard, conditional=all(g.kind is GuardKind.UNKNOWN for g in marks))
        kept.append(guard)
    return tuple(kept)


def covering(world: Nest, path: str, method: str, controller: str) -> Iterator[Guard]:
    """Middleware that requests of this method for this path (without the prefix of all) pass."""
    for guard in world.middleware:
        if guard.methods and method not in guard.methods and method != "ANY":
            continue
        named = guard.matcher.startswith("@")
        if named and guard.matcher[1:] != controller:
            continue
        if not named and not _matches(guard.matcher, path):
            continue
        if any(_matches(pattern, path) for pattern in guard.outside):
            continue
        yield replace(guard, matcher="", methods=(), outside=())


def doubted(world: Nest, names: Names, before: Sequence[Guard], after: Sequence[Guard]) -> tuple[Guard, ...]:
    """The guards as they were resolved: one of which only the body tells that it forbids something may let most pass.

    One whose body tells nothing, and that refuses without a word whom it does not like, may demand anything.
    """
    found: list[Guard] = []
    for early, late in zip(before, after, strict=True):
        if early.kind is GuardKind.UNKNOWN and late.kind is GuardKind.AUTHZ:
            late = replace(late, conditional=True)
        elif early.kind is GuardKind.UNKNOWN and late.kind is GuardKind.OTHER:
            stance = stance_of(world.made, names, early)
            late = early if stance is not None and stance.conditional else late
        found.append(late)
    return tuple(found)


def _prefix(world: Nest, names: Names, application: Application) -> tuple[str, bool]:
    """What stands before all paths, also where a setting says it."""
    written = application.router.prefixes[0]
    if len(written) == 1 and isinstance(written[0], Ref) and written[0].name in world.configured:
        path, value = world.configured[written[0].name]
        return text(names, path, value)
    path = application.prefix_path or application.path
    shown, known = text(names, path, written)
    if not known and len(written) > 1 and not isinstance(written[0], str):
        # `${BASE}v1`: what brings its own slash, or is not there.
        after = written[1]
        rest, sure = text(names, path, written[1:])
        if isinstance(after, str) and not after.startswith("/") and sure and not shown[: -len(rest)]:
            return rest, True
    return shown, known


def _class(names: Names, path: str, name: str) -> tuple[str, str] | None:
    found = resolve(names, path, name)
    return (found.path, found.name) if found is not None and found.kind in ("class", "router") else None


def _reached(
    edges: Mapping[tuple[str, str], Sequence[tuple[str, str]]], roots: Sequence[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    seen = set(roots)
    pending = list(roots)
    while pending:
        for child in edges.get(pending.pop(), ()):
            if child not in seen:
                seen.add(child)
                pending.append(child)
    return frozenset(seen)


def _applications(world: Nest, path: str, router: Router) -> Sequence[Application]:
    """The applications that serve a controller: those whose modules hold it, else those that stand nearest."""
    served = [a for a in world.applications if (path, router.symbol) in a.holds]
    if served:
        # An application that only adds settings to another one says the same about the same modules.
        return served
    made = [a for a in world.applications if a.router.inherits] or list(world.applications)
    if not made:
        return ()
    made = [a for a in made if a.serves] or made
    near = [a for a in made if unit(a.path) == unit(path)] or made
    best = max(shared(a.path, path) for a in near)
    return [a for a in near if shared(a.path, path) == best]


def _versions(settings: Sequence[tuple[str, str]], declared: Sequence[str]) -> Iterator[str]:
    """What stands in the path for each version: `v1`, "" for none."""
    if ("versioning", "URI") not in settings:
        yield ""
        return
    before = next((value for key, value in settings if key == "version prefix"), "v")
    chosen = declared or [value for key, value in settings if key == "default version"] or [_NEUTRAL]
    for version in chosen:
        yield "" if version == _NEUTRAL else f"{before}{version}"


def _is_excluded(names: Names, router: Router, route: Route, settings: Sequence[tuple[str, str]], before: str) -> bool:
    """The route keeps its path without the prefix of all."""
    patterns = [value for key, value in settings if key == "exclude"]
    if not patterns:
        return False
    own, _ = text(names, route.where.path, route.path)
    prefix, _ = text(names, router.where.path, router.prefixes[0] if router.prefixes else ())
    path = join(before, prefix, own)
    for pattern in patterns:
        method, _, rest = pattern.rpartition(" ")
        if (not method or method in route.methods) and _matches(rest, path):
            return True
    return False


def _matches(pattern: str, path: str) -> bool:
    """A pattern of Nest (`orders/:id`, `orders/*`, `(.*)`) covers a path with `{id}`."""
    if pattern == "?":
        return False
    plain = re.sub(r"\{[^}]*\}", "x", path).strip("/")
    wanted = pattern.strip("/")
    if wanted in ("*", "(.*)", "{*path}", "*path", "{*splat}", "*splat"):
        return True
    out = ""
    for piece in re.split(r"(:\w+(?:\([^)]*\))?|\(\.\*\)|\{?/?\*\w*\}?)", wanted):
        if piece.startswith(":"):
            out += "[^/]+"
        elif "*" in piece:
            out += "/?.*" if piece.startswith(("/", "{/")) else ".*"
        else:
            out += re.escape(piece)
    return re.fullmatch(out, plain) is not None


def guards_of_all(world: Nest, names: Names, application: Application | None) -> tuple[Guard, ...]:
    """The guards of all routes of an application. One that only looks at roles asks nothing of routes without any."""
    guards = world.guards
    if application is not None and len(world.applications) + len(world.messaging) > 1:
        files = {path for path, _ in application.holds} | {application.path}
        own = tuple(g for g in guards if g.where.path in files)
        if own or application.holds:
            guards = own
    return tuple(g for guard in guards if (g := of_all(world.made, names, guard)) is not None)


def _expanded(world: Nest, names: Names, guard: Guard, depth: int) -> Iterator[Guard]:
    symbol = guard.symbol
    if symbol is None or symbol.name.endswith((".canActivate", ".use")) or depth > 6:  # decorators of decorators end
        yield guard
        return
    inner = world.made.get(located(names, guard.where.path, symbol.name))
    if inner is None:
        yield guard
        return
    for one in inner:
        if one.name.startswith("mark "):
            # A mark protects nothing by itself; what looks for it is told by the name of the decorator.
            yield replace(
                guard, name=one.name, kind=guard.kind, allows_all=guard.allows_all or one.allows_all, symbol=None,
                mark=one.mark, values=one.values or guard.values,
            )  # fmt: skip
        elif one.name != _CONTROLLER:
            opened = _OPENED.search(guard.source) is not None
            for inside in _expanded(world, names, one, depth + 1):
                yield replace(inside, level=guard.level, optional=inside.optional or opened)
