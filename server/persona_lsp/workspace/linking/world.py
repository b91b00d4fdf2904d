"""What linking looks up again and again: the graph of mounts and uses, statuses of errors, rules of the application."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import Guard, Mount, Use
from persona_lsp.facts.text import Ref
from persona_lsp.workspace import autoload, calls, nest
from persona_lsp.workspace.constants import drawn
from persona_lsp.workspace.errors import answered
from persona_lsp.workspace.guards import (
    interceptors,
    security_rules,
)
from persona_lsp.workspace.linking.mounts import (
    given,
    is_module,
    loops_table,
    mounted,
    of_folder,
    of_table,
    router_target,
)
from persona_lsp.workspace.names import (
    Names,
)
from persona_lsp.workspace.urlconf import SITE, included, sites_of
from persona_lsp.workspace.versions import Versions

Passed = tuple[tuple[str, tuple[str, int]], ...]
"""(function, (file and order of the call))."""


class Chain(Struct, frozen=True, gc=False):
    """One way from an application to a router: what stands before the router's own paths."""

    app: str
    prefix: str
    known: bool
    guards: tuple[Guard, ...]
    position: tuple[int, ...] | None
    conditional: bool
    rooted: bool
    files: tuple[str, ...] = ()
    calls: "Passed" = ()
    """Functions that routers were passed to on the way, with the call of each."""


class World(Struct):
    """What linking looks up again and again."""

    names: Names
    mounts: Mapping[tuple[str, str], Sequence[tuple[str, Mount]]]
    uses: Mapping[tuple[str, str], Sequence[tuple[str, Use]]]
    chains: dict[tuple[str, str], tuple[Chain, ...]]
    sole_status: Mapping[str, int]
    versions: Versions
    calls: calls.Calls
    rules: Sequence[tuple[str, Guard]]
    interceptors: Sequence[tuple[str, Guard]]
    serves: bool
    """There are routes in files of the application itself."""
    shared: Mapping[tuple[str, str], tuple[Ref, ...]]
    """(file, class) -> methods that take something from the request before each handler of the class (Spring)."""
    advice: tuple[Ref, ...]
    """The same of classes that advise all controllers."""
    everywhere: Sequence[Guard]
    """What ASP.NET applications demand of all callers."""
    loose: frozenset[str]
    """Last names of what is mounted and cannot be followed: `app.use("/auth", context.auth.endpoints)` (Express)."""
    nest: nest.Nest | None


def world_of(files: Mapping[str, FileFacts], all_names: Names) -> World:
    """Gather what all files say about mounts, guards, statuses of errors and rules of the application."""
    mounts: dict[tuple[str, str], list[tuple[str, Mount]]] = {}
    uses: dict[tuple[str, str], list[tuple[str, Use]]] = {}
    loose: set[str] = set()
    statuses: dict[str, int] = {}
    rules: list[tuple[float, Guard]] = []
    sites = sites_of(all_names)
    everywhere: list[Guard] = []
    for path, facts in files.items():
        for mount in facts.mounts:
            if mount.framework == "rails":
                for key in drawn(all_names, path, mount):
                    mounts.setdefault(key, []).append((path, mount))
                continue
            if mount.framework == nest.FRAMEWORK or is_module(all_names, path, mount):
                continue
            if mount.framework == "django":
                if mount.parent.name != SITE or path in sites:
                    for key in included(all_names, path, mount):
                        mounts.setdefault(key, []).append((path, mount))
                continue
            if loops_table(mount.child):
                for served, moved in of_table(all_names, path, mount):
                    mounts.setdefault((served.path, served.name), []).append((path, moved))
                continue
            if autoload.is_folder(mount):
                for served, moved in autoload.loaded(all_names, path, mount):
                    mounts.setdefault((served.path, served.name), []).append((path, moved))
                continue
            if mount.child.name.endswith("/*"):
                for served, moved in of_folder(all_names, path, mount):
                    mounts.setdefault((served.path, served.name), []).append((path, moved))
                continue
            children = tuple(given(all_names, path, mount) if mount.argument else mounted(all_names, path, mount.child))
            dotted = mount.framework == "express" and bool(mount.prefix) and "." in mount.child.name
            if dotted and not children and facts.role != "test":
                loose.add(mount.child.name.rsplit(".", 1)[-1])
            for child in children:
                # An app that a test builds out of the project's routers is not what the project serves.
                if facts.role != "test" or files[child.path].role == "test":
                    mounts.setdefault((child.path, child.name), []).append((path, mount))
        for use in facts.uses:
            if use.router.name.startswith("@"):
                continue  # known to the linker of its framework
            target = router_target(all_names, path, use.router)
            if target is not None:
                uses.setdefault((target.path, target.name), []).append((path, use))
            elif facts.language == "csharp":
                everywhere += [use.guard] if facts.role != "test" else []
            elif use.guard.matcher and facts.role != "test":
                rules.append((use.rank, use.guard))
        for handler in facts.error_handlers:
            status = handler.status if handler.status is not None else answered(all_names, path, handler)
            if status is not None:
                name = handler.exception.rsplit(".", 1)[-1].rsplit("::", 1)[-1]
                # The variants of Rust's enums are called alike; each counts with its enum.
                statuses.setdefault(handler.exception if facts.language == "rust" else name, status)
        for cls in facts.classes:
            if cls.status is not None:
                statuses.setdefault(cls.name.rsplit(".", 1)[-1], cls.status)
    autoload.shared_uses(all_names, mounts, uses)
    return World(
        all_names, mounts, uses, {}, statuses, Versions(files), calls.index(all_names),
        security_rules(rules), interceptors(all_names, rules),
        any(f.routes and f.role == "prod" for f in files.values()), *_shared(all_names), everywhere,
        frozenset(loose - _ENTRIES), nest.nest(all_names),
    )  # fmt: skip


def _shared(all_names: Names) -> tuple[Mapping[tuple[str, str], tuple[Ref, ...]], tuple[Ref, ...]]:
    """Methods that run before all handlers of their class, and those that run before all handlers there are."""
    found: dict[tuple[str, str], tuple[Ref, ...]] = {}
    advice: list[Ref] = []
    for path, entry in all_names.files.items():
        for route in entry.dependencies:
            if route.framework != "spring":
                continue
            name = f"{entry.facts.package}.{route.handler_key}".lstrip(".")
            cls = route.handler_key.rpartition(".")[0]
            if entry.classes[cls].annotations and not _ADVICE.isdisjoint(entry.classes[cls].annotations):
                advice.append(Ref(name))
            else:
                found[path, cls] = (*found.get((path, cls), ()), Ref(name))
    return found, tuple(advice)


_ADVICE: Final = frozenset({"ControllerAdvice", "RestControllerAdvice"})


_ENTRIES: Final = frozenset({"app", "server", "index", "main"})
"""Names of files that applications start in."""
