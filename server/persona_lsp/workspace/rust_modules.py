"""Rust's modules: which file a path such as `crate::routes::users` leads to, by the places of files alone."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final

from persona_lsp.facts.code import FileFacts

_ROOTS: Final = ("lib.rs", "main.rs")
_OWN_FOLDER: Final = frozenset({"mod", "lib", "main"})
_MANIFEST: Final = "Cargo.toml"


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
    elif _child(files, path, first) is None:
        if first not in libraries:
            return None
        here, rest = libraries[first], rest[1:]
    while rest and here is not None:
        child = _child(files, here, rest[0])
        if child is None:
            break
        here, rest = child, rest[1:]
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
