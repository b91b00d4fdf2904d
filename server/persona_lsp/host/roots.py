"""Where documents stand: absolute locations and URIs on one side, the workspace's own paths on the other."""

import os
import re

from msgspec import Struct

SUFFIXES = {
    "python": ".py",
    "javascript": ".js",
    "javascriptreact": ".jsx",
    "typescript": ".ts",
    "typescriptreact": ".tsx",
    "java": ".java",
    "csharp": ".cs",
    "ruby": ".rb",
    "go": ".go",
    "rust": ".rs",
    "markdown": ".md",
}
"""File name suffixes by an editor's language identifier, for documents whose name has none.

The rest of the program tells languages by names.
"""


class Root(Struct, frozen=True):
    """A folder of the workspace. `prefix` stands before the paths in it: "" for a single folder, else `name/`."""

    folder: str
    prefix: str


def roots_of(folders: tuple[str, ...]) -> tuple[Root, ...]:
    """The roots of a workspace; folders with the same name get a number."""
    folders = tuple(dict.fromkeys(os.path.normpath(folder) for folder in folders if folder))
    if len(folders) == 1:
        return (Root(folders[0], ""),)
    roots: list[Root] = []
    for folder in folders:
        name = os.path.basename(folder) or "root"
        taken = {root.prefix for root in roots}
        prefix, number = f"{name}/", 2
        while prefix in taken:
            prefix, number = f"{name}-{number}/", number + 1
        roots.append(Root(folder, prefix))
    return tuple(roots)


def path_of(location: str, roots: tuple[Root, ...]) -> str:
    """The workspace's path of an absolute location: relative to its innermost root, else the location itself."""
    location = os.path.normpath(location)
    best: Root | None = None
    for root in roots:
        inside = location.startswith(root.folder.rstrip(os.sep) + os.sep)
        if inside and (best is None or len(root.folder) > len(best.folder)):
            best = root
    if best is None:
        return location.replace(os.sep, "/")
    return best.prefix + os.path.relpath(location, best.folder).replace(os.sep, "/")


def location_of(path: str, roots: tuple[Root, ...]) -> str:
    """The absolute location of a path of the workspace."""
    if os.path.isabs(path) or re.match(r"[A-Za-z]:/", path):
        return path
    for root in roots:
        if path.startswith(root.prefix):
            return os.path.join(root.folder, path[len(root.prefix) :].replace("/", os.sep))
    return path


def root_of(path: str, roots: tuple[Root, ...]) -> Root | None:
    """The root that a path of the workspace lies in."""
    if os.path.isabs(path) or re.match(r"[A-Za-z][\w+.-]+:", path):
        return None
    return next((root for root in roots if path.startswith(root.prefix)), None)


def path_of_uri(uri: str, language: str) -> str:
    """A path for a document that is in no file: `untitled:Untitled-1` in Python is `untitled:Untitled-1.py`."""
    path = uri.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    suffix = SUFFIXES.get(language, "")
    has_suffix = re.search(r"\.\w{1,5}$", path) is not None
    return path if has_suffix or not suffix else path + suffix
