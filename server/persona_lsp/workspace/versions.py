"""Versions of packages, as the nearest manifest above a file names them."""

import re
from collections.abc import Mapping
from typing import Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace.modules import above

_FORWARDS: Final = 5
"""From this major version on, Express forwards rejected promises itself."""
_PATCHES: Final = ("express-async-errors", "express-promise-router")


class Versions:
    """The versions that the manifests of a workspace name. `known` is one for each package, whichever came first.

    Of Express it is the oldest: what holds for a newer one is asked for each file.
    """

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self.known: dict[str, str] = {}
        self.by_folder: dict[str, dict[str, str]] = {}
        for path, facts in files.items():
            here = self.by_folder.setdefault(path.rpartition("/")[0], {}) if facts.versions else {}
            for package, version in facts.versions:
                self.known[package] = self.known.get(package) or version
                here[package] = here.get(package) or version
        express = [found["express"] for found in self.by_folder.values() if _major(found.get("express", ""))]
        if express:
            self.known["express"] = min(express, key=_major)
        self.patched = any(i.module in _PATCHES for facts in files.values() for i in facts.imports)

    def of(self, package: str, path: str) -> str:
        """The version for a file: that of the nearest folder above which names one, else the workspace's."""
        for folder in above(path):
            version = self.by_folder.get(folder, {}).get(package)
            if version:
                return version
        return self.known.get(package, "")

    def loses(self, path: str) -> bool:
        """Whether it is known that nobody hears what the file's handlers are rejected with."""
        patched = self.patched or any(patch in self.known for patch in _PATCHES)
        return not patched and 0 < _major(self.of("express", path)) < _FORWARDS

    def forwards(self, path: str) -> bool:
        """Whether Express passes rejected promises of the file's handlers on."""
        return self.patched or _major(self.of("express", path)) >= _FORWARDS


def _major(version: str) -> int:
    number = re.match(r"\d+", version)
    return int(number.group()) if number is not None else 0
