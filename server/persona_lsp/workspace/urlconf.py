"""URLconfs of Django across files: which list an `include` means, and which list the application serves."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Mount
from persona_lsp.workspace.names import Names, Target, exported, module_file, resolve

SITE: Final = "<site>"
"""The router that stands for the application in the file that says what it serves."""
_LIST: Final = "urlpatterns"


def included(names: Names, path: str, mount: Mount) -> Iterator[tuple[str, str]]:
    """(file, symbol) of the list or router that a mount means; nothing where that is not part of the workspace."""
    target = named(names, path, mount.child.name)
    if target is None:
        return
    if target.kind == "module":
        target = Target("router", target.path, _LIST)
    if target.kind == "class":
        return
    if target.name not in names.files[target.path].routers:
        return
    # What a test serves is not what the project serves.
    if names.files[path].facts.role != "test" or names.files[target.path].facts.role == "test":
        yield target.path, target.name


def named(names: Names, path: str, name: str) -> Target | None:
    """What a name of a file means; `@shop.urls` is a text that names a module, or something in one, from outside."""
    if not name.startswith("@"):
        return resolve(names, path, name)
    parts = name[1:].split(".")
    for cut in range(len(parts), 0, -1):
        file = module_file(names, path, ".".join(parts[:cut]))
        if file is not None:
            rest = ".".join(parts[cut:])
            return exported(names, file, rest) if rest else Target("module", file, "")
    return None


def sites_of(names: Names) -> frozenset[str]:
    """The files whose word on what is served counts.

    Settings say so, one file for each URLconf. Where none do, the only list of patterns is served that nothing includes.
    """
    told: dict[tuple[str, str], str] = {}
    loose: dict[tuple[str, str], str] = {}
    mounted: set[tuple[str, str]] = set()
    for path, entry in names.files.items():
        role = entry.facts.role
        for mount in entry.facts.mounts:
            if mount.framework != "django":
                continue
            if mount.parent.name != SITE:
                mounted.update(included(names, path, mount))
            elif mount.child.name == _LIST:
                if role == "prod":
                    loose[path, _LIST] = path
            else:
                for key in included(names, path, mount):
                    known = told.get(key)
                    if known is None or (names.files[known].facts.role != "prod" and role == "prod"):
                        told[key] = path
    if told:
        return frozenset(told.values())
    free = [path for key, path in loose.items() if key not in mounted]
    return frozenset(free) if len(free) == 1 else frozenset()
