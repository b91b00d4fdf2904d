"""What the project's error handlers answer."""

from collections.abc import Mapping
from typing import Final

from persona_lsp.facts.http import ErrorHandler
from persona_lsp.workspace.constants import base_of
from persona_lsp.workspace.names import Names, Target, resolve

_HOPS: Final = 6


def answered(names: Names, path: str, handler: ErrorHandler) -> int | None:
    """The status that the function of an error handler in the file `path` answers, if it is always the same."""
    target = _function(names, path, handler)
    if target is None:
        return None
    responses = names.files[target.path].functions[target.name].responses
    statuses = {r.status for r in responses}
    return statuses.pop() if len(statuses) == 1 else None


def sole_statuses(names: Names) -> Mapping[str, int]:
    """The status that each exception becomes, by its last name: as error handlers and the exceptions' classes say."""
    found: dict[str, int] = {}
    variants: dict[str, set[int]] = {}
    for path, entry in names.files.items():
        for handler in entry.facts.error_handlers:
            status = handler.status if handler.status is not None else answered(names, path, handler)
            if status is not None:
                name = handler.exception.rsplit(".", 1)[-1].rsplit("::", 1)[-1]
                # The variants of Rust's enums are called alike; each counts with its enum.
                found.setdefault(handler.exception if entry.facts.language == "rust" else name, status)
                if entry.facts.language == "rust" and "." in handler.exception:
                    variants.setdefault(name, set()).add(status)
        for cls in entry.facts.classes:
            if cls.status is not None:
                found.setdefault(cls.name.rsplit(".", 1)[-1], cls.status)
    found |= {f"*.{name}": one for name, (one, *others) in variants.items() if not others and name != "*"}
    return found


def status_of(sole: Mapping[str, int], exception: str) -> int | None:
    """The status that an exception becomes by its name: with its enum (Rust), alone, or as one of its enum's."""
    plain = exception.replace("::", ".")
    owner, _, last = plain.rpartition(".")
    held = owner.rsplit(".", 1)[-1]
    # A variant may be imported: then it stands without its enum.
    for key in (f"{held}.{last}" if held else f"*.{last}", last, f"{held}.*", f"{last}.*"):
        if key in sole:
            return sole[key]
    return None


def answering(names: Names) -> frozenset[tuple[str, str]]:
    """(file, key) of all functions that answer for failures."""
    found = (
        _function(names, path, handler) for path, entry in names.files.items() for handler in entry.facts.error_handlers
    )
    return frozenset((target.path, target.name) for target in found if target is not None)


def _function(names: Names, path: str, handler: ErrorHandler) -> Target | None:
    if not handler.handler_key:
        return None
    target = resolve(names, path, handler.handler_key)
    if target is not None and target.kind == "function":
        return target
    owner, _, method = handler.handler_key.rpartition(".")
    return _inherited(names, path, owner, method, 0)


def _inherited(names: Names, path: str, owner: str, method: str, depth: int) -> Target | None:
    """The method of that name in what a class descends from or includes (Ruby)."""
    facts = names.files[path].classes.get(owner)
    if facts is None or depth > _HOPS:
        return None
    for base in facts.bases:
        found = base_of(names, path, owner, base.name)
        if found is None or (found.path, found.name) == (path, owner):
            continue
        if f"{found.name}.{method}" in names.files[found.path].functions:
            return Target("function", found.path, f"{found.name}.{method}")
        deeper = _inherited(names, found.path, found.name, method, depth + 1)
        if deeper is not None:
            return deeper
    return None
