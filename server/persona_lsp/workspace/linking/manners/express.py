"""Express: mounts that cannot be followed, and rejections that later versions pass on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from persona_lsp.facts.http import Mount, Router, Use
from persona_lsp.workspace import controllers, listed
from persona_lsp.workspace.linking.manner import Key, Manner, Placed
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.versions import Versions

_ENTRIES: Final = frozenset({"app", "server", "index", "main"})
"""Names of files that applications start in."""


class Express(Manner):
    """The manner of Express."""

    def __init__(self, names: Names) -> None:
        """Begin without any mount that could not be followed."""
        super().__init__(names)
        self._loose: set[str] = set()
        """Last names of what is mounted and cannot be followed: `app.use("/auth", context.auth.endpoints)`."""

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """What is mounted; a path with something behind it that is not known is kept in mind."""
        found = False
        for one in super().mounted(path, mount):
            found = True
            yield one
        name = mount.child.name
        dotted = bool(mount.prefix) and "." in name and not name.endswith("{}") and "/*" not in name
        if dotted and not found and self.names.files[path].facts.role != "test":
            self._loose.add(name.rsplit(".", 1)[-1])

    def settled(self, mounted: Mapping[Key, Sequence[Placed]], uses: dict[Key, list[tuple[str, Use]]]) -> None:
        """Mount each controller on what serves those of its library, nearest to it, and those of lists by their paths."""
        if isinstance(mounted, dict):
            listed.own_paths(self.names, mounted)
            for key, placed in controllers.mounts(self.names):
                mounted.setdefault(key, []).append(placed)

    def is_root(self, path: str, router: Router, *, found: bool) -> bool:
        """An application, unless its file is called like what is mounted somewhere."""
        stem = path.rsplit("/", 1)[-1].split(".", 1)[0]
        return super().is_root(path, router, found=found) and (stem in _ENTRIES or stem not in self._loose)

    @staticmethod
    def forwards(versions: Versions, path: str) -> bool:
        """Express 5 passes rejected promises on."""
        return versions.forwards(path)

    @staticmethod
    def unheard(versions: Versions, path: str) -> str:
        """Express looks at no promise before version 5, and then only at the one that it is given back."""
        return "awaits" if versions.loses(path) else "promises"
