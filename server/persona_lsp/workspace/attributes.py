"""Attributes of the project's own (C#), which demand what the attribute that they derive from demands."""

from typing import Final

from persona_lsp.facts.http import GuardKind
from persona_lsp.workspace.names import Names, resolve

_SUFFIX: Final = "Attribute"
_DEMANDS: Final = frozenset({"Authorize", "AuthorizeAttribute"})
_OPENS: Final = "IAllowAnonymous"
"""What ASP.NET lets everybody pass for: what the attribute asks for then stands in its code."""
_HOPS: Final = 6


def demanded(names: Names, path: str, attribute: str, depth: int = 0) -> GuardKind | None:
    """What an attribute that derives from `AuthorizeAttribute` demands; None of any other, `unknown` where both hold."""
    if not attribute.endswith(_SUFFIX) or depth > _HOPS:
        return None
    found = resolve(names, path, attribute)
    if found is None or found.kind != "class":
        return None
    bases = [base.name for base in names.files[found.path].classes[found.name].bases]
    opened = any(name.rpartition(".")[2] == _OPENS for name in bases)
    for name in bases:
        if name.rpartition(".")[2] in _DEMANDS:
            return GuardKind.UNKNOWN if opened else GuardKind.AUTHZ
        deeper = demanded(names, found.path, name, depth + 1)
        if deeper is not None:
            return GuardKind.UNKNOWN if opened else deeper
    return None
