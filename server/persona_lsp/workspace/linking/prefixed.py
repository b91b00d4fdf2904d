"""What path matchers of Spring put before the paths of controllers, by the packages that they are in."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from persona_lsp.facts.text import Ref
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.linking.built_with import BuiltWith, Told
from persona_lsp.workspace.matchers import bound
from persona_lsp.workspace.names import Names, text

_KEY: Final = "spring.mvc.path-prefix"
_UNKNOWN: Final = "?"
_NAMED: Final = lazy(r"\$\{([^{}]+)\}")
_STARS: Final = lazy(r"^\*\*\.|\.\*\*$|\*\*|\*|(?:(?!\.\*\*$)[^*])+")


class Prefixed:
    """The prefixes that the code of one set of files tells."""

    def __init__(self, names: Names, built_with: BuiltWith) -> None:
        """Nothing is read before somebody asks."""
        self._names = names
        self._built_with = built_with

    @cached_property
    def _entries(self) -> Sequence[Told]:
        """(file, packages, text) of each."""
        return tuple(
            (path, one.key.removeprefix(_KEY).strip(), one.value)
            for path, entry in self._names.files.items()
            for one in entry.facts.config
            if one.key.startswith(_KEY) and entry.facts.role != "test" and path.endswith(".java")
        )

    def before(self, file: str) -> tuple[str, bool]:
        """What stands before the paths of the controllers of a file; whether all of it is known."""
        if not self._entries:
            return "", True
        package = self._names.files[file].facts.package
        for path, packages, value in self._built_with.of_module(self._entries, file):
            told = self._told(path, packages, file) if packages != _UNKNOWN else None
            if told is None:
                return "", False
            if not told or any(re.fullmatch(_expression(one), package) for one in told.split(",")):
                prefix = self._told(path, value, file)
                return (prefix, True) if prefix is not None else ("", False)
        return "", True

    def _told(self, path: str, value: str, file: str) -> str | None:
        """A text as it is, what a constant says, or what settings or their defaults do; None if nobody knows."""
        named = _NAMED.fullmatch(value)
        if named is None:
            return value
        owner, separator, field = named[1].partition("@")
        if separator:
            return bound(self._names, path, owner, field, self._built_with.settings_of(file))
        said, known = text(self._names, path, (Ref(owner),)) if owner != _UNKNOWN else ("", False)
        return said if known else None


def _expression(pattern: str) -> str:
    forms = {"**.": r"(?:.*\.)?", ".**": r"(?:\..*)?", "**": ".*", "*": r"[^.]*"}
    return "".join(forms.get(piece) or re.escape(piece) for piece in _STARS.findall(pattern))
