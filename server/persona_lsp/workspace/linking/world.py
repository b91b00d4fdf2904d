"""What linking looks up again and again: the graph of mounts and uses, statuses of errors, manners of frameworks."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from persona_lsp.facts.code import ClassFacts, FileFacts
from persona_lsp.facts.http import Mount, Use
from persona_lsp.workspace import calls
from persona_lsp.workspace.errors import sole_statuses
from persona_lsp.workspace.linking.chain import Chain
from persona_lsp.workspace.linking.manners import Manners
from persona_lsp.workspace.linking.mounts import router_target
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.versions import Versions

_SCRIPT: Final = frozenset({"javascript", "typescript", "tsx"})
_SOCKETS: Final = frozenset({"socket.io", "socket.io-client"})


class World(Struct):
    """What linking looks up again and again."""

    names: Names
    manners: Manners
    mounts: Mapping[tuple[str, str], Sequence[tuple[str, Mount]]]
    uses: Mapping[tuple[str, str], Sequence[tuple[str, Use]]]
    chains: dict[tuple[str, str], tuple[Chain, ...]]
    sole_status: Mapping[str, int]
    versions: Versions
    calls: calls.Calls
    serves: bool
    """There are routes in files of the application itself."""
    sockets: tuple[tuple[str, str], ...]
    """Files that import Socket.IO, or its client, with which of both."""
    lineages: dict[tuple[str, str], tuple[tuple[str, ClassFacts], ...]] = {}
    """Class -> itself and what it derives from, as `handlers.hierarchy` gives it; asked for each of its endpoints."""


def world_of(files: Mapping[str, FileFacts], names: Names) -> World:
    """Gather what all files say about mounts, guards and statuses of errors."""
    manners = Manners(names)
    mounts: dict[tuple[str, str], list[tuple[str, Mount]]] = {}
    uses: dict[tuple[str, str], list[tuple[str, Use]]] = {}
    for path, facts in files.items():
        for framework in {router.framework for router in facts.routers}:
            manners.of(framework)
        for mount in facts.mounts:
            for key, moved in manners.of(mount.framework).mounted(path, mount):
                mounts.setdefault(key, []).append((path, moved))
        for use in facts.uses:
            if use.router.name.startswith("@"):
                continue  # known to the linker of its framework
            target = router_target(names, path, use.router)
            if target is not None:
                uses.setdefault((target.path, target.name), []).append((path, use))
            elif facts.role != "test":
                for manner in {manners.of(framework): None for framework in facts.frameworks}:
                    manner.unplaced(use)
    for manner in manners.made():
        manner.settled(mounts, uses)
    return World(
        names, manners, mounts, uses, {}, sole_statuses(names), Versions(files), calls.index(names),
        any(f.role == "prod" and any(not r.named for r in f.routes) for f in files.values()),
        tuple((path, i.module) for path, f in files.items() if f.language in _SCRIPT for i in f.imports if i.module in _SOCKETS),
    )  # fmt: skip
