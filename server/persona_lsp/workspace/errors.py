"""What the project's error handlers answer."""

from collections.abc import Mapping
from typing import Final

from persona_lsp.facts.http import ErrorHandler
from persona_lsp.workspace.constants import base_of
from persona_lsp.workspace.names import Names, Target, resolve

_HOPS: Final = 6
_BY_CLASS: Final = frozenset({"java", "csharp"})
"""Languages whose handlers of failures take those of derived classes, too, and say so by their type."""


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
    turned: list[ErrorHandler] = []
    for path, entry in names.files.items():
        for handler in entry.facts.error_handlers:
            if handler.becomes:
                turned.append(handler)
                continue
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
    _inherit(names, found)
    for handler in turned:
        status = status_of(found, handler.becomes)
        if status is not None and found.setdefault(handler.exception, status) == status:
            variants.setdefault(handler.exception.rpartition(".")[2], set()).add(status)
    found |= {f"*.{name}": one for name, (one, *others) in variants.items() if not others and name != "*"}
    return found


def _inherit(names: Names, found: dict[str, int]) -> None:
    """A failure that nothing is said about becomes what the nearest of its bases in the project becomes."""
    bases: dict[str, set[tuple[str, ...]]] = {}
    for entry in names.files.values():
        if entry.facts.language not in _BY_CLASS:
            continue
        for cls in entry.facts.classes:
            if cls.kind == "exception":
                above = tuple(base.name.rsplit(".", 1)[-1] for base in cls.bases)
                bases.setdefault(cls.name.rsplit(".", 1)[-1], set()).add(above)
    for name in bases:
        current, seen = name, {name}
        # Of two classes that are called alike nobody knows which one is meant.
        while current not in found and len(told := bases.get(current, set())) == 1:
            current = next((b for b in next(iter(told)) if b in bases and b not in seen), "")
            seen.add(current)
        if current in bases and current in found:
            found.setdefault(name, found[current])


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
