"""What a function attaches to an application that it is given belongs to the application of its caller (Python)."""

from collections.abc import Iterator, Mapping, Sequence

from persona_lsp.facts.http import Mount, Use
from persona_lsp.workspace.linking.mounts import router_target
from persona_lsp.workspace.names import Names

Key = tuple[str, str]
_HOPS = 6


def lifted(
    names: Names, mounted: Mapping[Key, Sequence[tuple[str, Mount]]], uses: dict[Key, list[tuple[str, Use]]]
) -> None:
    """Move guards from the parameters of functions to what their callers hand over."""
    for key in list(uses):
        above = set(_given(names, mounted, key, 0)) - {key}
        if above:
            held = uses.pop(key)
            for parent in sorted(above):
                uses.setdefault(parent, []).extend(held)


def _given(names: Names, mounted: Mapping[Key, Sequence[tuple[str, Mount]]], key: Key, depth: int) -> Iterator[Key]:
    for path, mount in mounted.get(key, ()):
        function, _, place = mount.child.name.rpartition(".")
        named = place.isdigit() and mount.parent.name.rpartition(".")[0] == function
        if depth > _HOPS or not (mount.passed_to or named):
            continue
        parent = router_target(names, path, mount.parent)
        if parent is None:
            continue
        found = (parent.path, parent.name)
        further = list(_given(names, mounted, found, depth + 1)) if found != key else []
        yield from further or ([found] if mount.passed_to else [])
