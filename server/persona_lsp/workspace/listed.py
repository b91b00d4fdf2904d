"""Controllers that a class is given in a list, each mounted on the path that it holds itself (JavaScript).

`controllers.forEach((c) => this.app.use(`/api${c.path}`, c.router))`, and elsewhere `new App([new Users()])`.
"""

from msgspec.structs import replace

from persona_lsp.facts.http import Mount
from persona_lsp.facts.text import OF_ITEM, Hole, Ref
from persona_lsp.workspace.linking.mounts import router_target
from persona_lsp.workspace.names import Names, text

Key = tuple[str, str]
"""(file, symbol) of a router."""


def own_paths(names: Names, mounted: dict[Key, list[tuple[str, Mount]]]) -> None:
    """Mount what a list holds where each of its elements says, in the place of the class that is given the list."""
    lists = {key: held for key, placed in mounted.items() if (held := _of_items(placed))}
    if not lists:
        return
    given: dict[Key, list[tuple[str, Mount]]] = {}
    for key, placed in mounted.items():
        for path, mount in placed:
            named = mount.child.name.endswith(".router") and any(mount.parent.name == name for _, name in lists)
            parent = router_target(names, path, mount.parent) if named else None
            for at, one in lists.get((parent.path, parent.name), ()) if parent is not None else ():
                given.setdefault(key, []).append((at, _placed(names, path, mount, one)))
    for key, held in lists.items():
        mounted[key] = [one for one in mounted[key] if one not in held]
    for key, found in given.items():
        mounted[key] = [*mounted[key], *found]


def _of_items(placed: list[tuple[str, Mount]]) -> list[tuple[str, Mount]]:
    return [(path, mount) for path, mount in placed if mount.prefix and _field(mount)]


def _field(mount: Mount) -> str:
    last = mount.prefix[-1]
    return last.name.removeprefix(OF_ITEM) if isinstance(last, Ref) and last.name.startswith(OF_ITEM) else ""


def _placed(names: Names, path: str, listed: Mount, one: Mount) -> Mount:
    """The mount of one element: what stands before all of them, and the path that it holds."""
    own = Ref(f"{listed.child.name.removesuffix('.router')}.{_field(one)}")
    told, known = text(names, path, (own,))
    return replace(one, child=listed.child, prefix=(*one.prefix[:-1], told if known else Hole(own.name)))
