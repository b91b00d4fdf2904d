"""What a mount names: one router, several, those of a table, a list or a folder."""

from collections.abc import Iterator

from msgspec.structs import replace

from persona_lsp.facts.http import INJECTED, LOADED, Mount
from persona_lsp.facts.text import Ref
from persona_lsp.workspace.csharp import all_named, found_by_type
from persona_lsp.workspace.names import (
    Names,
    Target,
    exported,
    module_file,
    resolve,
)


def served(all_names: Names, path: str, mount: Mount) -> Iterator[tuple[tuple[str, str], Mount]]:
    """(file, symbol) of the routers that a mount means, each with the mount as it is for that one."""
    if mount.child.name.endswith("{}"):
        several = _table(all_names, path, mount)
    elif mount.child.name.startswith(LOADED):
        python = all_names.files[path].facts.language == "python"
        several = (_loaded if python else _given_to_files)(all_names, path, mount)
    elif mount.child.name.startswith(INJECTED):
        several = _injected(all_names, mount)
    elif "/*" in mount.child.name:
        several = _folder(all_names, path, mount)
    else:
        children = _given(all_names, path, mount) if mount.argument else _mounted(all_names, path, mount.child)
        is_test = all_names.files[path].facts.role == "test"
        # An app that a test builds out of the project's routers is not what the project serves.
        several = ((c, mount) for c in children if not is_test or all_names.files[c.path].facts.role == "test")
    for target, moved in several:
        yield (target.path, target.name), moved


def _mounted(all_names: Names, path: str, child: Ref) -> Iterator[Target]:
    """The router that a mount names, or those that a list of another file holds (`ROUTERS[]`, `MODULES[].router`)."""
    if child.name.startswith("?."):
        named = resolve(all_names, path, child.name[2:])
        yield from all_named(all_names, path, child.name[2:]) if named is None else (named,)
        return
    base, _, place = child.name.removesuffix(")").rpartition("(")
    if place.isdigit() and child.name.endswith(")"):
        held = resolve(all_names, path, base)
        symbol = f"{held.name}({place})" if held is not None else ""
        if held is not None and symbol in all_names.files[held.path].routers:
            yield Target("router", held.path, symbol)
        return
    if child.name.startswith("??."):
        named = resolve(all_names, path, child.name[3:])
        yield from found_by_type(all_names, path) if named is None else (named,)
        return
    listed, several, field = child.name.partition("[]")
    if not several:
        found = router_target(all_names, path, child)
        if found is not None:
            yield found
        return
    table = resolve(all_names, path, listed)
    if table is None or table.kind != "constant":
        return
    for item in all_names.files[table.path].constants[table.name].items or ():
        if len(item) == 1 and isinstance(item[0], Ref):
            found = router_target(all_names, table.path, Ref(item[0].name + field))
            if found is not None:
                yield found


def _table(all_names: Names, path: str, mount: Mount) -> Iterator[tuple[Target, Mount]]:
    """Every router that a table of another file holds, mounted where its key says."""
    written = mount.child.name.removesuffix("{}")
    owner, _, table = written.rpartition(".")
    item = all_names.files[path].imports.get(written) if not owner else None
    found = resolve(all_names, path, owner) if owner else None
    file = found.path if found is not None and found.kind == "module" else None
    if item is not None:
        file, table = module_file(all_names, path, item.module), item.name
    if file is None:
        return
    for name, constant in all_names.files[file].constants.items():
        value = constant.value
        if not name.startswith(f"{table}.") or value is None or len(value) != 1 or not isinstance(value[0], Ref):
            continue
        served = router_target(all_names, file, value[0])
        if served is not None and served.kind == "router":
            key = name.removeprefix(f"{table}.")
            prefix = tuple(key if part == Ref(f"{written}{{}}.key") else part for part in mount.prefix)
            yield served, replace(mount, child=Ref(served.name), prefix=prefix)


def _given(all_names: Names, path: str, mount: Mount) -> Iterator[Target]:
    """What a function does with the argument that the mounted router is: nothing, unless it adds to that one."""
    named = resolve(all_names, path, mount.child.name) or Target("function", path, mount.child.name)
    if named.kind == "constant":
        named = router_target(all_names, path, mount.child) or named  # `export default { initialize }`
    several = f"{named.name}({mount.argument})"
    if several in all_names.files[named.path].routers:
        yield Target("router", named.path, several)
        return
    if "+" in mount.argument:
        return  # a text that is handed on beside the router: nobody there makes a path of it
    found = router_target(all_names, path, mount.child)
    router = all_names.files[found.path].routers.get(found.name) if found is not None else None
    if found is not None and (router is None or router.parameter in ("", mount.argument)):
        yield found


def _injected(all_names: Names, mount: Mount) -> Iterator[tuple[Target, Mount]]:
    """Every function that takes a router by that name out of what it is given: a container gives it this one."""
    place = "." + mount.child.name.removeprefix(INJECTED)
    for path, entry in all_names.files.items():
        for symbol, router in entry.routers.items():
            if router.framework == mount.framework and router.parameter.endswith(place):
                yield Target("router", path, symbol), mount


def _loaded(all_names: Names, path: str, mount: Mount) -> Iterator[tuple[Target, Mount]]:
    """The routers of the modules that are loaded by names which only running tells: those that nobody else mounts.

    Where no package is told, the project is what stands around the folder of the file that loads them.
    """
    package, _, attribute = mount.child.name.removeprefix(LOADED).partition(":")
    inside = f"/{package.replace('.', '/')}/" if package else ""
    project = "/".join(path.split("/")[:-2])
    for file, entry in all_names.files.items():
        if (
            entry.facts.language != "python"
            or file == path
            or not f"/{file}".startswith(f"/{project}/".replace("//", "/"))
        ):
            continue
        if entry.facts.role == "test" or (inside and inside not in f"/{file}"):
            continue
        for symbol, router in entry.routers.items():
            own = router.framework == mount.framework and router.kind == "router" and "." not in symbol
            if own and attribute in ("", symbol):
                yield Target("router", file, symbol), replace(mount, otherwise=True)


def _given_to_files(all_names: Names, path: str, mount: Mount) -> Iterator[tuple[Target, Mount]]:
    """The functions that files of the package export and that add routes to what they are given (JavaScript)."""
    place = mount.child.name.removeprefix(f"{LOADED}:")
    folders = path.split("/")[:-1]
    while folders and "/".join([*folders, "package.json"]) not in all_names.files:
        folders.pop()
    package = "".join(f"{folder}/" for folder in folders)
    for file, entry in all_names.files.items():
        if file == path or not entry.routers or entry.facts.role == "test" or not file.startswith(package):
            continue
        made = exported(all_names, file, "default", 0)
        router = entry.routers.get(made.name) if made is not None and made.path == file else None
        if made is not None and router is not None and router.parameter == place:
            yield Target("router", file, made.name), replace(mount, otherwise=True)


def _folder(all_names: Names, path: str, mount: Mount) -> Iterator[tuple[Target, Mount]]:
    """Every file of a folder that exports a router (`./routes/*`), mounted where its name says.

    `./routes/*.router!auth,health`: what it exports under a name, without two of the files.
    """
    written, _, rest = mount.child.name.partition("*")
    member, _, without = rest.partition("!")
    left_out = {"index", *without.split(",")}
    folder = "/".join([*path.split("/")[:-1], written.removeprefix("./")])
    for file in all_names.files:
        stem = file.removeprefix(folder).split(".", 1)[0]
        if not file.startswith(folder) or "/" in file.removeprefix(folder) or stem in left_out or file == path:
            continue
        made = exported(all_names, file, member.removeprefix(".") or "default", 0)
        found = router_target(all_names, made.path, Ref(made.name)) if made is not None and made.name else None
        if found is not None and found.kind == "router":
            prefix = tuple(stem if isinstance(part, Ref) and part.name == "*" else part for part in mount.prefix)
            yield found, replace(mount, child=Ref(found.name), prefix=prefix)


def router_target(all_names: Names, path: str, ref: Ref, trail: frozenset[Target] = frozenset()) -> Target | None:
    """What a name stands for when it is mounted. `trail`: the constants it came by, which may stand for each other."""
    found = resolve(all_names, path, ref.name)
    if found in trail:
        return None
    if found is None or found.kind == "router":
        return found
    if found.kind == "constant":
        value = all_names.files[found.path].constants[found.name].value
        if value is not None and len(value) == 1 and isinstance(value[0], Ref):
            return router_target(all_names, found.path, value[0], trail | {found})
    if found.kind == "module":
        routers = [r for r in all_names.files[found.path].routers.values() if r.kind != "class"]
        return Target("router", found.path, routers[0].symbol) if len(routers) == 1 else None
    if found.kind == "class":
        entry = all_names.files[found.path]
        bases = entry.classes[found.name].bases
        # A type has the methods of the router that it embeds (Go).
        names = (found.name, *(f"{found.name}.{b.name.rpartition('.')[2]}" for b in bases))
        return next((Target("router", found.path, name) for name in names if name in entry.routers), None)
    return found
