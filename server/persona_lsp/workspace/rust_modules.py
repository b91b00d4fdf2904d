"""Rust's modules: which file a path such as `crate::routes::users` leads to, by the places of files alone."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final

from persona_lsp.facts.code import FileFacts

_ROOTS: Final = ("lib.rs", "main.rs")
_OWN_FOLDER: Final = frozenset({"mod", "lib", "main"})
_MANIFEST: Final = "Cargo.toml"
_INLINE: Final = 3
"""Modules that are written inside of each other in one file, at most."""


def crates(files: Mapping[str, FileFacts]) -> Iterator[tuple[str, str]]:
    """Libraries of the workspace: the name that code has for each, and the file that it begins with."""
    for path, facts in files.items():
        folder, _, name = path.rpartition("/")
        if name != _MANIFEST or not facts.package:
            continue
        root = f"{folder}/src/lib.rs" if folder else "src/lib.rs"
        if root in files:
            yield facts.package, root


def located(
    files: Container[str], libraries: Mapping[str, str], path: str, parts: Sequence[str]
) -> tuple[str, list[str]] | None:
    """The file that a path leads to, seen from another file, with the names that remain; None outside the workspace."""
    rest = [p for p in parts if p]
    if not rest:
        return None
    first = rest[0]
    here: str | None = path
    if first == "crate":
        here, rest = _root(files, path), rest[1:]
    elif first == "self":
        rest = rest[1:]
    elif first == "super":
        while rest and rest[0] == "super" and here is not None:
            here, rest = _parent(files, here), rest[1:]
    elif first.startswith("file:"):
        folder = path.rpartition("/")[0]
        named = first.removeprefix("file:") + "".join(f".{p}" for p in rest[1:2])
        here, rest = (f"{folder}/{named}" if folder else named), rest[2:]
        here = here if here in files else None
    elif _descend(files, path, rest) is None:
        if first in libraries:
            here, rest = libraries[first], rest[1:]
        else:
            # Before the edition of 2018, what `use` names begins in the crate.
            here = _root(files, path)
            if here is None or _descend(files, here, rest) is None:
                return None
    while rest and here is not None:
        below = _descend(files, here, rest)
        if below is None:
            break
        here, rest = below
    return (here, rest) if here is not None else None


def _base(path: str) -> str:
    """The folder that the modules of a file stand in."""
    folder, _, name = path.rpartition("/")
    stem = name.removesuffix(".rs")
    if stem in _OWN_FOLDER or folder.endswith("src/bin") or folder == "src/bin":
        return folder
    return f"{folder}/{stem}" if folder else stem


def _child(files: Container[str], path: str, name: str) -> str | None:
    base = _base(path)
    stem = f"{base}/{name}" if base else name
    return next((c for c in (f"{stem}.rs", f"{stem}/mod.rs") if c in files and c != path), None)


def _descend(files: Container[str], path: str, rest: Sequence[str]) -> tuple[str, list[str]] | None:
    """The file that the first names lead to: `a` is a file, or `mod a { mod b; }` stands in this one and `a/b` is."""
    for deep in range(1, min(len(rest), _INLINE) + 1):
        child = _child(files, path, "/".join(rest[:deep]))
        if child is not None:
            return child, list(rest[deep:])
    return None


def _parent(files: Container[str], path: str) -> str | None:
    folder, _, name = path.rpartition("/")
    if name in _ROOTS:
        return None
    if name == "mod.rs":
        folder, _, _ = folder.rpartition("/")
    above = f"{folder}/" if folder else ""
    candidates = (f"{above}mod.rs", *(f"{above}{root}" for root in _ROOTS), f"{folder}.rs")
    return next((c for c in candidates if c in files and c != path), None)


def _root(files: Container[str], path: str) -> str | None:
    folder, _, name = path.rpartition("/")
    if name in _ROOTS or folder == "src/bin" or folder.endswith("/src/bin"):
        return path
    while True:
        above = f"{folder}/" if folder else ""
        found = next((f"{above}{root}" for root in _ROOTS if f"{above}{root}" in files), None)
        if found is not None or not folder:
            return found
        folder = folder.rpartition("/")[0]
