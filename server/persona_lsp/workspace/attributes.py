"""Attributes of the project's own (C#), which demand what the attribute that they derive from demands."""

from typing import Final

from persona_lsp.facts.http import GuardKind
from persona_lsp.workspace.names import Names, resolve

_SUFFIX: Final = "Attribute"
_DEMANDS: Final = frozenset({"Authorize", "AuthorizeAttribute"})
_HOPS: Final = 6


def demanded(names: Names, path: str, attribute: str, depth: int = 0) -> GuardKind | None:
    """What an attribute that derives from `AuthorizeAttribute` demands; None of any other."""
    if not attribute.endswith(_SUFFIX) or depth > _HOPS:
        return None
    found = resolve(names, path, attribute)
    if found is None or found.kind != "class":
        return None
    for base in names.files[found.path].classes[found.name].bases:
        if base.name.rpartition(".")[2] in _DEMANDS:
            return GuardKind.AUTHZ
        deeper = demanded(names, found.path, base.name, depth + 1)
        if deeper is not None:
            return deeper
    return None
