"""C#'s names across files: types by namespace, constants of types, and methods that extend what they are called on."""

from collections.abc import Callable, Iterator, Sequence

from persona_lsp.facts.code import Import
from persona_lsp.workspace.modules import shared
from persona_lsp.workspace.names import FileIndex, Names, Target

INSTANCE = "instance"
"""The parameter of a method that an object has, which somebody makes and calls."""
Member = Callable[[Names, Target, str, int], Target | None]


def named(all_names: Names, entry: FileIndex, name: str, depth: int, member: Member) -> Target | None:
    """What a dotted name means in a file: a type that it sees, a member of one, or an extension method.

    A type that several files declare in parts is looked into in all of them.
    """
    parts = name.split(".")
    alias = entry.imports.get(parts[0])
    if alias is not None:
        parts = [*(p for p in alias.module.split(".") if p), alias.name, *parts[1:]]
    for cut in range(1, len(parts) + 1):
        rest = ".".join(parts[cut:])
        for path, cls in types(all_names, entry, parts[:cut]):
            target = Target("class", path, cls)
            found = member(all_names, target, rest, depth + 1) if rest else _whole(all_names, path, cls)
            if found is not None:
                return found
    for star in entry.stars:
        if isinstance(star, Import) and star.module[:1].isupper():
            held = star.module.split(".")
            for path, cls in types(all_names, entry, held) if len(held) > 1 else ():
                found = member(all_names, Target("class", path, cls), name, depth + 1)
                if found is not None:
                    return found
    return _extension(all_names, entry, name) if len(parts) == 1 else None


def types(all_names: Names, entry: FileIndex, parts: Sequence[str]) -> list[tuple[str, str]]:
    """(file, class) of the type that the parts name, seen from a file; several if it is declared in parts."""
    wanted = ".".join(parts)
    found: dict[str, list[tuple[str, str]]] = {}
    for path, cls in all_names.classes.get(parts[-1], ()):
        facts = all_names.files[path].facts
        if facts.language != "csharp":
            continue
        full = f"{facts.package}.{cls}".lstrip(".")
        if (len(parts) == 1 and cls == wanted) or (len(parts) > 1 and (full == wanted or full.endswith("." + wanted))):
            found.setdefault(full, []).append((path, cls))
    if not found:
        return []
    own = entry.facts.path
    if len(found) > 1 or len({project(all_names, path) for path, _ in next(iter(found.values()))}) > 1:
        held = {full: _referred(all_names, own, candidates) for full, candidates in found.items()}
        found = {full: candidates for full, candidates in held.items() if candidates} or found
    if len(found) > 1:
        seen = {full: c for full, c in found.items() if _sees(entry, all_names.files[c[0][0]].facts.package)}
        found = seen or found
        if len(found) > 1:
            # The nearest namespace around the file hides those farther out.
            around = [p for full in found if _is_around(entry, p := full.removesuffix("." + wanted))]
            nearest = max(around, key=len, default="")
            found = {full: c for full, c in found.items() if full == f"{nearest}.{wanted}"} or found
    return _nearest(all_names, own, next(iter(found.values()))) if len(found) == 1 else []


def parts(all_names: Names, path: str, cls: str) -> Iterator[tuple[str, str]]:
    """(file, class) of the other parts of a class that several files of a project declare (`partial`)."""
    facts = all_names.files[path].facts
    if facts.language != "csharp":
        return
    for other, name in all_names.classes.get(cls.rsplit(".", 1)[-1], ()):
        same = name == cls and all_names.files[other].facts.package == facts.package
        if same and other != path and project(all_names, other) == project(all_names, path):
            yield other, name


def _is_around(entry: FileIndex, package: str) -> bool:
    return entry.facts.package == package or entry.facts.package.startswith(package + ".")


def _referred(all_names: Names, path: str, candidates: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of projects that the file's project refers to; all of them where that is not told."""
    seen = projects_of(all_names, project(all_names, path))
    return [c for c in candidates if seen is None or project(all_names, c[0]) in seen]


def projects_of(all_names: Names, root: str) -> frozenset[str] | None:
    """A project with those that it refers to, directly or through others."""
    if root not in all_names.seen_projects:
        found: set[str] = set()
        pending = [root]
        while pending:
            folder = pending.pop()
            if folder in found:
                continue
            found.add(folder)
            files = all_names.projects.get(folder, ())
            pending += [s.module.rpartition("/")[0] for f in files for s in _references(all_names, f)]
        told = found <= all_names.projects.keys()
        all_names.seen_projects[root] = frozenset(found) if told else None
    return all_names.seen_projects[root]


def _references(all_names: Names, file: str) -> Iterator[Import]:
    return (s for s in all_names.files[file].stars if isinstance(s, Import))


def _nearest(all_names: Names, path: str, candidates: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of one project: the file's own, or the nearest one. A workspace may hold an application more than once."""
    if len({project(all_names, other) for other, _ in candidates}) < 2:
        return list(candidates)
    inside = [c for c in candidates if project(all_names, c[0]) == project(all_names, path)]
    if inside:
        return inside
    near = max(shared(other, path) for other, _ in candidates)
    nearest = [c for c in candidates if shared(c[0], path) == near]
    return nearest if len({project(all_names, other) for other, _ in nearest}) == 1 else []


def _sees(entry: FileIndex, package: str) -> bool:
    """The namespace is the file's own, one around it, or one that it uses."""
    own = entry.facts.package
    if not package or own == package or own.startswith(package + "."):
        return True
    used = [s.module for s in entry.stars if isinstance(s, Import)]
    if package in used:
        return True
    # `using Orders.Api;` inside of a namespace means one that begins as that does.
    parts = own.split(".")
    around = {".".join(parts[:cut]) for cut in range(1, len(parts) + 1)}
    return any(package.endswith("." + module) and package.removesuffix("." + module) in around for module in used)


def _whole(all_names: Names, path: str, cls: str) -> Target:
    return Target("router" if cls in all_names.files[path].routers else "class", path, cls)


def _extension(all_names: Names, entry: FileIndex, name: str) -> Target | None:
    """The method that registers endpoints on what it extends."""
    candidates = all_names.methods.get(name, ())
    if len(candidates) > 1:
        seen = tuple(c for c in candidates if _sees(entry, all_names.files[c[0]].facts.package))
        candidates = seen or candidates
    own = entry.facts.path
    if len(candidates) > 1:
        candidates = tuple(_referred(all_names, own, candidates)) or candidates
    nearest = _nearest(all_names, own, candidates)
    return Target("router", *nearest[0]) if len(nearest) == 1 else None


def found_by_type(all_names: Names, path: str) -> Iterator[Target]:
    """The instances of a project that a library finds by their type, to have them register what they serve."""
    root = project(all_names, path)
    for candidates in all_names.methods.values():
        for other, symbol in candidates:
            router = all_names.files[other].routers[symbol]
            if router.parameter == INSTANCE and project(all_names, other) == root:
                yield Target("router", other, symbol)


def all_named(all_names: Names, path: str, method: str) -> Iterator[Target]:
    """Every class's method of that name that registers endpoints, of the project of the file if it has some."""
    root = project(all_names, path)
    candidates = [c for c in all_names.methods.get(method, ()) if c[0] != path or "." in c[1]]
    near = [c for c in candidates if project(all_names, c[0]) == root]
    for found in near or candidates:
        yield Target("router", *found)


def project(all_names: Names, path: str) -> str:
    """The folder of the nearest `.csproj` above a file, "" if there is none."""
    folder = path.rpartition("/")[0]
    while True:
        if folder in all_names.projects:
            return folder
        if not folder:
            return ""
        folder = folder.rpartition("/")[0]
