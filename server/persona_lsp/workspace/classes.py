"""Classes that are registered as handlers: their methods answer the HTTP methods that they are called after."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Route
from persona_lsp.facts.text import Ref
from persona_lsp.workspace import classful
from persona_lsp.workspace.names import Names, resolve

_VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "options")
_DISPATCH: Final = "dispatch_request"
_DEEPEST: Final = 8


def served(names: Names, path: str, route: Route) -> Iterator[Route]:
    """One route for each method of the class, or of its bases; none where the class is not known.

    The route's own methods, if it names any, are the only ones that are let in.
    """
    if route.view == "classful":
        yield from classful.served(names, path, route)
        return
    if route.handler is None:
        return
    found = resolve(names, path, route.handler.name)
    if found is None or found.kind != "class":
        return
    allowed = () if route.methods == ("ANY",) else route.methods
    methods = _methods(names, found.path, found.name, 0)
    verbs = [v for v in _VERBS if v in methods]
    if not verbs and _DISPATCH in methods:
        listed = _listed(names, found.path, found.name, 0)
        for verb in allowed or listed or ("GET",):
            yield _answered(route, verb, _DISPATCH)
    if not allowed and verbs:
        # `methods = ["GET"]`: of what the class itself has, no more is let in.
        allowed = _own(names, found.path, found.name)
    for verb in verbs:
        if not allowed or verb.upper() in allowed:
            yield _answered(route, verb.upper(), verb)


def _answered(route: Route, method: str, by: str) -> Route:
    cls = route.handler.name if route.handler is not None else ""
    return replace(route, methods=(method,), handler=Ref(f"{cls}.{by}"), handler_name=f"{cls}.{by}", class_view=False)


def _methods(names: Names, path: str, cls: str, depth: int) -> set[str]:
    facts = names.files[path].classes.get(cls)
    if facts is None or depth > _DEEPEST:
        return set()
    found = set(facts.methods)
    for base in facts.bases:
        target = resolve(names, path, base.name)
        if target is not None and target.kind == "class" and (target.path, target.name) != (path, cls):
            found |= _methods(names, target.path, target.name, depth + 1)
    return found


def _own(names: Names, path: str, cls: str) -> tuple[str, ...]:
    """The HTTP methods that a class lists itself."""
    constant = names.files[path].constants.get(f"{cls}.methods")
    if constant is None or constant.items is None:
        return ()
    return tuple("".join(p for p in item if isinstance(p, str)).upper() for item in constant.items)


def _listed(names: Names, path: str, cls: str, depth: int) -> tuple[str, ...]:
    """The HTTP methods that a class lists for its `dispatch_request`."""
    own = _own(names, path, cls)
    if own:
        return own
    entry = names.files[path]
    facts = entry.classes.get(cls)
    for base in facts.bases if facts is not None and depth < _DEEPEST else ():
        target = resolve(names, path, base.name)
        if target is not None and target.kind == "class" and (target.path, target.name) != (path, cls):
            found = _listed(names, target.path, target.name, depth + 1)
            if found:
                return found
    return ()
