"""Controllers of Express that decorators make: which application serves them, and below which path."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Mount, Router
from persona_lsp.facts.text import Ref, Text
from persona_lsp.workspace.modules import shared
from persona_lsp.workspace.names import Names, unit

_BY: Final = "by"
_TSOA: Final = "tsoa"
_LAST: Final = 1 << 30
"""After everything that the application uses."""


def mounts(names: Names) -> Iterator[tuple[tuple[str, str], tuple[str, Mount]]]:
    """(file, class) of each controller with its mount, and the file that this stands in."""
    serving: dict[str, list[tuple[str, Router]]] = {}
    classes: list[tuple[str, str, Router]] = []
    before: list[tuple[str, str]] = []
    for path, entry in names.files.items():
        if entry.facts.role == "test":
            continue
        before += [(path, item.value) for item in entry.facts.config if path.endswith("tsoa.json")]
        for router in entry.routers.values():
            by = next((value for key, value in router.settings if key == _BY), "")
            if by and router.kind == "class":
                classes.append((path, by, router))
            elif by:
                serving.setdefault(by, []).append((path, router))
    for path, by, router in classes:
        for at, one in _nearest(path, serving.get(by, [])):
            prefix = _configured(path, before) if by == _TSOA else ()
            mount = Mount(Ref(one.symbol), Ref(router.symbol), router.framework, one.where, _LAST, prefix)
            yield (path, router.symbol), (at, mount)


def _nearest(path: str, found: list[tuple[str, Router]]) -> list[tuple[str, Router]]:
    near = [one for one in found if unit(one[0]) == unit(path)] or found
    best = max((shared(at, path) for at, _ in near), default=0)
    return [one for one in near if shared(one[0], path) == best]


def _configured(path: str, before: list[tuple[str, str]]) -> Text:
    """The `basePath` of the nearest `tsoa.json`."""
    found = max(before, key=lambda one: shared(one[0], path), default=None)
    return (found[1],) if found is not None and found[1].strip("/") else ()
