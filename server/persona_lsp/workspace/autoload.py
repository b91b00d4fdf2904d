"""Fastify's plugins: folders whose files are registered one by one, hooks that plugins share, and where it starts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Mount, Router, Use
from persona_lsp.facts.text import Ref, Text, literal
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.modules import SCRIPT
from persona_lsp.workspace.names import Names, Target, exported, resolve

_STEM: Final = lazy(r"\.(?:c|m)?(?:j|t)sx?$")
_INDEX: Final = lazy(r".*\bindex$|^plugin$")
_HOOKS: Final = lazy(r"^[._]?auto_?hooks?$|\.autohooks$", re.IGNORECASE)
_PREFIXES: Final = ("autoPrefix", "prefixOverride")


def is_folder(mount: Mount) -> bool:
    """The mount is one of every file below a folder: `routes/**`."""
    return "/**" in mount.child.name


def loaded(names: Names, path: str, mount: Mount) -> Iterator[tuple[Target, Mount]]:
    """Every plugin below the folder, mounted where its folder says.

    Of a folder that has an index file, no other file is a plugin. Files of hooks stand before those of their folder,
    and of the folders below it where hooks cascade.
    """
    written, _, flags = mount.child.name.partition("/**")
    root = _inside(path, written)
    if root is None:
        return
    plugins: dict[str, list[tuple[str, Target]]] = {}
    hooks: dict[str, Target] = {}
    for file, entry in names.files.items():
        if not file.startswith(root) or entry.facts.language not in SCRIPT or not _STEM.search(file):
            continue
        folder, _, name = file[len(root) :].rpartition("/")
        stem = _STEM.sub("", name)
        if stem.endswith((".test", ".spec", ".d", ".schema")) or "node_modules" in folder:
            continue
        made = exported(names, file, "default", 0) or _own(names, file)
        if made is None or made.kind != "router":
            continue
        if _HOOKS.match(stem):
            hooks[folder] = made
        else:
            plugins.setdefault(folder, []).append((stem, made))
    for folder, found in plugins.items():
        indexes = [(stem, made) for stem, made in found if _INDEX.match(stem)]
        for _, made in indexes or found:
            prefix = _prefix(names, made.path, folder, mount.prefix, named="-names" not in flags, flags=flags)
            moved = replace(mount, child=Ref(made.name), prefix=prefix)
            if "+hooks" in flags:
                guards = tuple(
                    use.guard
                    for at in _above(folder, cascade="+cascade" in flags)
                    if at in hooks
                    for use in names.files[hooks[at].path].facts.uses
                    if use.router.name == hooks[at].name
                )
                moved = replace(moved, guards=(*moved.guards, *guards))
            yield made, moved


def shared_uses(
    names: Names,
    mounts: Mapping[tuple[str, str], Sequence[tuple[str, Mount]]],
    uses: dict[tuple[str, str], list[tuple[str, Use]]],
) -> None:
    """Add the hooks of plugins that are not encapsulated to those of the application that registers them."""
    below: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for child, found in mounts.items():
        entry = names.files.get(child[0])
        router = entry.routers.get(child[1]) if entry is not None else None
        if router is None or router.framework != "fastify":
            continue
        for path, mount in found:
            parent = resolve(names, path, mount.parent.name) if _is_shared(router) or mount.passed_to else None
            if parent is not None and (parent.path, parent.name) != child:
                below.setdefault((parent.path, parent.name), []).append(child)
    for above in below:
        added = [use for child in _descendants(below, above) for use in uses.get(child, ())]
        if added:
            uses[above] = [*uses.get(above, ()), *(u for u in added if u not in uses.get(above, ()))]


def is_entry(path: str, router: Router) -> bool:
    """The plugin is what `fastify-cli` starts: nothing registers it, and its file is called like an application."""
    folders = path.split("/")[:-1]
    stem = _STEM.sub("", path.rsplit("/", 1)[-1])
    plain = router.framework == "fastify" and "." not in router.symbol
    return plain and stem in ("app", "server", "index", "main") and not {"routes", "plugins", "test"} & set(folders)


def _is_shared(router: Router) -> bool:
    return ("shared", "true") in router.settings


def _descendants(
    below: Mapping[tuple[str, str], Sequence[tuple[str, str]]], key: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    seen = {key}
    pending = list(below.get(key, ()))
    while pending:
        child = pending.pop()
        if child not in seen:
            seen.add(child)
            yield child
            pending.extend(below.get(child, ()))


def _own(names: Names, file: str) -> Target | None:
    routers = [r for r in names.files[file].routers.values() if r.framework == "fastify" and "." not in r.symbol]
    return Target("router", file, routers[0].symbol) if len(routers) == 1 else None


def _inside(path: str, written: str) -> str | None:
    parts = path.split("/")[:-1]
    for piece in written.split("/"):
        if piece == "..":
            if not parts:
                return None
            parts.pop()
        elif piece not in (".", ""):
            parts.append(piece)
    return "/".join([*parts, ""]) if parts else ""


def _prefix(names: Names, file: str, folder: str, before: Text, *, named: bool, flags: str) -> Text:
    constants = names.files[file].constants
    for key in _PREFIXES:
        for name in (key, f"default.{key}", f"module.exports.{key}"):
            constant = constants.get(name)
            own = literal(constant.value) if constant is not None and constant.value is not None else None
            if own is not None:
                return (own,) if key == "prefixOverride" else (*before, "/", own.lstrip("/"))
    if not named or not folder:
        return before
    pieces = folder.split("/")
    if "+params" in flags:
        pieces = [re.sub(r"^_{1,2}(\w+)$", r":\1", piece) for piece in pieces]
    return (*before, "/", "/".join(pieces))


def _above(folder: str, *, cascade: bool) -> Iterator[str]:
    if cascade:
        parts = folder.split("/") if folder else []
        for count in range(len(parts) + 1):
            yield "/".join(parts[:count])
    else:
        yield folder
