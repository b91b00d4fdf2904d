"""What a controller takes over from its base classes and interfaces: prefixes, and the bases themselves."""

from collections.abc import Iterator

from persona_lsp.facts.http import Guard, Router
from persona_lsp.facts.text import Text
from persona_lsp.workspace import csharp
from persona_lsp.workspace.names import Names, resolve, text

_ALIAS = "alias"


def prefixes_of(names: Names, path: str, router: Router) -> Iterator[tuple[str, bool]]:
    """The router's prefixes, its own or inherited, each with whether all of it is known."""
    if router.copies is not None and _original(names, path, router) is None:
        yield "", False
        return
    source, prefixes = own_prefixes(names, path, router)
    for prefix in prefixes:
        yield text(names, source, prefix)


def own_guards(names: Names, path: str, router: Router) -> tuple[Guard, ...]:
    """The guards of a router, with those of all that the same function makes."""
    original = _original(names, path, router)
    return router.guards if original is None else (*original[1].guards, *router.guards)


def _original(names: Names, path: str, router: Router) -> tuple[str, Router] | None:
    found = resolve(names, path, router.copies.name) if router.copies is not None else None
    if found is None or found.kind != "router":
        return None
    return found.path, names.files[found.path].routers[found.name]


def own_prefixes(names: Names, path: str, router: Router) -> tuple[str, tuple[Text, ...]]:
    """The router's prefixes with the file they are written in; those of its nearest base where it has none (Spring)."""
    if (original := _original(names, path, router)) is not None:
        return original[0], original[1].prefixes or ((),)
    if router.inherits_prefix:
        if (given := _given(names, path, router)) is not None:
            return path, given
        declared = [(path, router), *_parts(names, path, router)]
        for part_path, part in declared[1:]:
            if any(part.prefixes):
                return part_path, part.prefixes
        for part_path, part in declared:
            for base_path, base in bases_of(names, part_path, part):
                if any(base.prefixes):
                    return base_path, base.prefixes
    return path, router.prefixes or ((),)


def _given(names: Names, path: str, router: Router) -> tuple[Text, ...] | None:
    """The prefixes that an annotation of the project is given, if it hands them on to the one of its framework."""
    for ref, attribute, texts in router.given:
        found = resolve(names, path, ref.name)
        carried = names.files[found.path].routers.get(found.name) if found is not None else None
        if carried is not None and (_ALIAS, attribute) in carried.settings:
            return texts
    return None


def _parts(names: Names, path: str, router: Router) -> Iterator[tuple[str, Router]]:
    """The routers that stand for other parts of the same class (C#), each with its file."""
    for other, name in csharp.parts(names, path, router.symbol):
        part = names.files[other].routers.get(name)
        if part is not None:
            yield other, part


def bases_of(names: Names, path: str, router: Router, depth: int = 0) -> Iterator[tuple[str, Router]]:
    """The base classes and interfaces of a controller that are routers, nearest first, each with its file."""
    for ref in router.inherits:
        found = resolve(names, path, ref.name)
        if found is None or found.kind not in ("router", "class") or depth > 6:  # class hierarchies end somewhere
            continue
        base = names.files[found.path].routers.get(found.name)
        if base is not None:
            yield found.path, base
            yield from bases_of(names, found.path, base, depth + 1)
