"""The function that answers for a route, and the class that it belongs to."""

from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import ClassFacts, FileFacts
from persona_lsp.facts.http import Guard, GuardKind, Level, Route
from persona_lsp.facts.text import Ref
from persona_lsp.workspace import calls, csharp
from persona_lsp.workspace.constants import base_of, controllers
from persona_lsp.workspace.linking.world import World
from persona_lsp.workspace.names import (
    Target,
    resolve,
)

_OF_RAILS: Final = frozenset(
    {"ActionController", "AbstractController", "ActionMailer", "ActiveStorage", "Rails", "Devise", "DeviseTokenAuth"}
)
"""Modules whose controllers demand nothing of callers, or what is told of them apart."""
_LISTS: Final = frozenset({"decorators", "method_decorators"})


_DEEPEST: Final = 8
"""Class hierarchies end somewhere."""


def handler_of(
    world: World, path: str, facts: FileFacts, route: Route, router: Target | None
) -> tuple[Function | None, tuple[str, str] | None]:
    """The handler, and (file, class) of the controller that it belongs to."""
    if route.handler_key:
        found = world.names.files[path].functions.get(route.handler_key)
        owner = (path, found.class_name) if found is not None and found.class_name else None
        return found, owner
    ref = route.handler
    if ref is None:
        return None, None
    if "#" in ref.name:
        return _action(world, ref.name, route)
    start = (
        router.path if router is not None and router.path != path and ref.name.startswith(router.name + ".") else path
    )
    target = resolve(world.names, start, ref.name)
    if target is None:
        kind, _, method = ref.name.rpartition(".")
        held = calls.of_type(world.calls, start, kind, method) if kind else None
        if held is not None:
            return held, _owner(world, start, ref, held)
        return _loose(world, path, ref), None
    entry = world.names.files[target.path]
    if target.kind == "function":
        function = entry.functions[target.name]
        return function, _owner(world, start, ref, function)
    if target.kind == "constant":
        value = entry.constants[target.name].value
        if value is not None and len(value) == 1 and isinstance(value[0], Ref):
            again = resolve(world.names, target.path, value[0].name)
            if again is not None and again.kind == "function":
                return world.names.files[again.path].functions[again.name], None
    del facts
    return None, None


def _owner(world: World, start: str, ref: Ref, function: Function) -> tuple[str, str] | None:
    """The class that a method is registered of."""
    if not function.class_name:
        return None
    if function.language == "python":
        # What stands before the class that is registered stands before the methods of its bases, too.
        registered = resolve(world.names, start, ref.name.rpartition(".")[0])
        if registered is not None and registered.kind == "class":
            return registered.path, registered.name
    return function.path, function.class_name


def _loose(world: World, path: str, ref: Ref) -> Function | None:
    """`controller.method` where `controller` is made from a class that is known."""
    first, _, rest = ref.name.partition(".")
    alias = world.names.files[path].aliases.get(first)
    if alias and rest:
        target = resolve(world.names, path, alias.split("(", 1)[0].removeprefix("new ").strip())
        if target is not None and target.kind == "class":
            return world.names.files[target.path].functions.get(f"{target.name}.{rest}")
    return None


def _action(world: World, name: str, route: Route) -> tuple[Function | None, tuple[str, str] | None]:
    """Rails' `api/v1/articles#show`: the method of the controller, or of a class or concern that it includes."""
    controller, _, action = name.partition("#")
    candidates = controllers(world.names, controller, route.where.path)
    for path, cls in candidates:
        found = method_of(world, path, cls, action)
        if found is not None:
            return found, (path, cls)
    return None, candidates[0] if candidates else None


def method_of(world: World, path: str, cls: str, action: str, depth: int = 0) -> Function | None:
    """The method of a class, or the one that it inherits."""
    entry = world.names.files[path]
    found = entry.functions.get(f"{cls}.{action}")
    if found is not None or depth > 6:  # class hierarchies end somewhere
        return found
    facts = entry.classes.get(cls)
    for base in facts.bases if facts is not None else ():
        target = base_of(world.names, path, cls, base.name)
        if target is not None and target.kind == "class" and (target.path, target.name) != (path, cls):
            inherited = method_of(world, target.path, target.name, action, depth + 1)
            if inherited is not None:
                return inherited
    return None


def class_guards(
    world: World, owner: tuple[str, str] | None, handler: Function | None, route: Route
) -> tuple[Guard, ...]:
    """Guards declared on the controller's class and its bases that hold for this action."""
    if owner is None:
        return ()
    action = handler.name if handler is not None else route.handler_name.rpartition("#")[2]
    if route.handler is not None and "#" in route.handler.name:
        action = route.handler.name.rpartition("#")[2]
    if owner[0].endswith(".py"):
        return tuple(_of_python(hierarchy(world, *owner), handler, action))
    found: list[Guard] = []
    for path, cls in _evaluated(world, *owner, set()):
        found.extend(g for g in cls.guards if (not g.only or action in g.only) and action not in g.except_)
        if path.endswith(".rb") and cls.kind == "controller" and cls.bases and _is_foreign(world, path, cls):
            # What a controller of a gem demands stands in the gem.
            found.append(Guard(cls.bases[0].name, GuardKind.UNKNOWN, Level.CLASS, cls.where))
    return tuple(found)


def _is_foreign(world: World, path: str, cls: ClassFacts) -> bool:
    """A controller of Ruby derives from one that stands in no file of the workspace, and is none of Rails' own."""
    name = cls.bases[0].name
    known = "." not in name or name.partition(".")[0] in _OF_RAILS
    return not known and base_of(world.names, path, cls.name, name) is None


def _evaluated(
    world: World, path: str, name: str, seen: set[tuple[str, str]], depth: int = 0
) -> Iterator[tuple[str, ClassFacts]]:
    """What a class derives from and includes, in the order of its source, each before what comes of it, and once."""
    cls = world.names.files[path].classes.get(name)
    if cls is None or (path, name) in seen or depth > _DEEPEST:
        return
    seen.add((path, name))
    for base in cls.bases:
        target = base_of(world.names, path, cls.name, base.name)
        if target is not None and target.kind in ("class", "router"):
            yield from _evaluated(world, target.path, target.name, seen, depth + 1)
    for other, part in csharp.parts(world.names, path, name):
        yield from _evaluated(world, other, part, seen, depth + 1)
    yield path, cls


def _of_python(classes: Sequence[tuple[str, ClassFacts]], handler: Function | None, action: str) -> Iterator[Guard]:
    """Decorators of a method are those of the class that defines it; a list of decorators hides that of a base."""
    listed = False
    for path, cls in classes:
        own = handler is not None and (path, cls.name) == (handler.path, handler.class_name)
        for guard in cls.guards:
            if guard.only and action not in guard.only:
                continue
            if guard.level is Level.ROUTE and guard.only:
                if own:
                    yield guard
            elif not listed:
                yield guard
        listed = listed or any(f.name in _LISTS for f in cls.fields)


def hierarchy(world: World, path: str, name: str) -> Sequence[tuple[str, ClassFacts]]:
    """The class and what it derives from, as far as they stand in the workspace, each with its file."""
    known = world.lineages.get((path, name))
    if known is None:
        known = world.lineages[path, name] = tuple(_hierarchy(world, path, name))
    return known


def _hierarchy(world: World, path: str, name: str, depth: int = 0) -> Iterator[tuple[str, ClassFacts]]:
    cls = world.names.files[path].classes.get(name)
    if cls is None or depth > _DEEPEST:
        return
    yield path, cls
    for base in cls.bases:
        target = base_of(world.names, path, cls.name, base.name)
        if target is not None and target.kind in ("class", "router") and (target.path, target.name) != (path, name):
            yield from _hierarchy(world, target.path, target.name, depth + 1)
