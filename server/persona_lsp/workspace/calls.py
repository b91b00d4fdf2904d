"""Calls across files: which project function a call means, and what that adds to an endpoint."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.body import CallSite, Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.constants import base_of
from persona_lsp.workspace.golang import implementation
from persona_lsp.workspace.names import FileIndex, Names, Target, resolve
from persona_lsp.workspace.snapshot import Endpoint

_HOPS = 6
_OVERLOADED = ("csharp", "java")
_EXPORTS = ("exports", "module.exports")
_CLASSES = ("class", "router")
"""What a class is called: one that serves endpoints is a router."""
_HANDLES = ("Handle", "HandleAsync", "ExecuteAsync", "Execute")
_LISTENS = frozenset({"EventListener", "TransactionalEventListener", "ApplicationModuleListener"})
"""Marks of methods of Spring that run where somebody publishes an event, and in the transaction of whoever does."""


class Calls(Struct):
    """What is needed to resolve calls. `implementations`: interface -> its only implementing class."""

    names: Names
    implementations: Mapping[str, tuple[str, str]]
    resolved: dict[tuple[int, int], Function | None]
    mediated: Mapping[Target, tuple[str, str]] = {}
    """Types of requests -> the class that a mediator hands them to."""
    overriding: Mapping[str, tuple[tuple[str, str], ...]] | None = None
    """Method -> (file, key) of all that implement it for an interface which several classes implement (Java)."""
    extractors: dict[str, Function] | None = None
    """Types of Rust -> the function that takes them from the request; filled when it is first asked for."""


def index(names: Names) -> Calls:
    """Prepare the resolution of calls."""
    implementing: dict[str, list[tuple[str, str]]] = {}
    for path, entry in names.files.items():
        for cls in entry.facts.classes:
            if not cls.abstract and cls.kind != "alias":
                for base in cls.bases:
                    implementing.setdefault(base.name.rsplit(".", 1)[-1], []).append((path, cls.name))
    return Calls(names, {k: v[0] for k, v in implementing.items() if len(v) == 1}, {}, _mediated(names))


def _mediated(names: Names) -> dict[Target, tuple[str, str]]:
    """The only handler of each type of request."""
    found: dict[Target, list[tuple[str, str]]] = {}
    for path, entry in names.files.items():
        for cls in entry.facts.classes:
            for request in cls.handles:
                owner = cls.name.rpartition(".")[0]
                target = (resolve(names, path, f"{owner}.{request}") if owner else None) or resolve(
                    names, path, request
                )
                if target is not None and target.kind == "class":
                    found.setdefault(target, []).append((path, cls.name))
    return {request: handlers[0] for request, handlers in found.items() if len(handlers) == 1}


def _handed(calls: Calls, path: str, request: str) -> Function | None:
    """The method of the handler that a mediator hands a request of this type to."""
    target = resolve(calls.names, path, request)
    handler = calls.mediated.get(target) if target is not None else None
    if handler is None:
        return None
    return next((f for name in _HANDLES if (f := _method(calls, *handler, name)) is not None), None)


def exchange(
    calls: Calls, indexes: Mapping[str, FileIndex], exchanged: Mapping[int, Function], moved: frozenset[int]
) -> Calls:
    """The same resolution with other function facts in place of some; those of `moved` are only in another place."""
    names = calls.names
    fresh = Names(
        indexes, names.packages, names.classes, names.properties, names.resolved, names.modules, names.packages_of_go,
        methods=names.methods, apps=names.apps, projects=names.projects,
    )  # fmt: skip
    kept: dict[tuple[int, int], Function | None] = {}
    for (caller, number), callee in calls.resolved.items():
        successor = exchanged.get(caller)
        # A function that only moved calls what it called.
        if successor is None or caller in moved:
            key = caller if successor is None else id(successor)
            kept[key, number] = exchanged.get(id(callee), callee) if callee is not None else None
    return Calls(fresh, calls.implementations, kept, calls.mediated, calls.overriding)


def callees(calls: Calls, function: Function) -> Iterator[tuple[int, Function]]:
    """(index of the call, the project function it means), for calls that can be told."""
    for number, call in enumerate(function.calls):
        if call.effect:
            continue
        key = (id(function), number)
        if key not in calls.resolved:
            calls.resolved[key] = _callee(calls, function, call)
        found = calls.resolved[key]
        if found is not None and found is not function:
            yield number, found


def _callee(calls: Calls, function: Function, call: CallSite) -> Function | None:
    found = _named(calls, function, call)
    return overload(calls.names, found, len(call.arguments)) if found is not None else None


def overload(names: Names, found: Function, given: int) -> Function:
    """Of several methods of one name, the first that takes so many arguments (C#, Java)."""
    entry = names.files.get(found.path)
    if found.language not in _OVERLOADED or entry is None or f"{found.key}#1" not in entry.functions:
        return found
    several = [found]
    while (following := entry.functions.get(f"{found.key}#{len(several)}")) is not None:
        several.append(following)
    fitting = (f for f in several if sum(p.default is None for p in f.params) <= given <= len(f.params))
    return next(fitting, found)


def _named(calls: Calls, function: Function, call: CallSite) -> Function | None:
    names = calls.names
    entry = names.files.get(function.path)
    if entry is None:
        return None
    if call.hands:
        return _handed(calls, function.path, call.hands)
    if function.language == "go":
        return _go_callee(calls, function, call)
    if not call.receiver:
        if function.class_name:
            own = _method(calls, function.path, function.class_name, call.name)
            if own is not None:
                return own
        return function_of(names, calls, function.path, call.name)
    if call.receiver in ("self", "this", "cls", "Self") and function.class_name:
        return _method(calls, function.path, function.class_name, call.name)
    if call.receiver in ("base", "super") and function.class_name:
        return _inherited(calls, function.path, function.class_name, call.name, 0)
    if call.receiver_type:
        return of_type(calls, function.path, call.receiver_type, call.name)
    if call.receiver in _EXPORTS:
        return function_of(names, calls, function.path, call.name)
    return function_of(names, calls, function.path, f"{call.receiver.replace('::', '.')}.{call.name}")


def _go_callee(calls: Calls, function: Function, call: CallSite) -> Function | None:
    """A function of the package or of another one, or the method of a value whose type is known."""
    names = calls.names
    if not call.receiver:
        return _go_function(calls, function.path, call.name)
    owner = call.receiver_type
    if not owner:
        first, _, rest = call.receiver.partition(".")
        kind = next((p.type.lstrip("*") for p in function.params if p.name == first), "")
        owner = ".".join(x for x in (kind or first, rest) if x)
    found = _go_function(calls, function.path, f"{owner}.{call.name}")
    if found is None or found.body_end > found.body_start:
        return found
    only = implementation(names, found)
    return names.files[only[0]].functions.get(only[1]) if only is not None else None


def _go_function(calls: Calls, path: str, name: str) -> Function | None:
    target = resolve(calls.names, path, name)
    return (
        calls.names.files[target.path].functions[target.name]
        if target is not None and target.kind == "function"
        else None
    )


def function_of(names: Names, calls: Calls, path: str, name: str) -> Function | None:
    """The project function that a dotted name means in a file."""
    target = resolve(names, path, name)
    if target is not None and target.kind == "function":
        return names.files[target.path].functions[target.name]
    if target is not None and target.kind == "class":
        entry = names.files[target.path]
        return entry.functions.get(f"{target.name}.__call__") or entry.functions.get(f"{target.name}.dispatch")
    owner, _, last = name.rpartition(".")
    if owner:
        found = resolve(names, path, owner)
        if found is not None and found.kind in _CLASSES:
            method = _method(calls, found.path, found.name, last)
            # What a type makes another type do in its place (middleware of actix-web).
            other = names.files[found.path].aliases.get(f"{found.name}.{last}") if method is None else None
            return function_of(names, calls, found.path, other) if other else method
    return None


def of_type(calls: Calls, path: str, type_name: str, method: str) -> Function | None:
    """A method of a type that a file names; of an interface, that of the only class that implements it."""
    target = resolve(calls.names, path, type_name)
    if target is not None and target.kind in _CLASSES:
        found = _method(calls, target.path, target.name, method)
        if found is not None and found.complete and (found.calls or found.queries or found.responses or found.raises):
            return found
        only = calls.implementations.get(target.name.rsplit(".", 1)[-1])
        if only is not None:
            return _method(calls, *only, method)
        return found
    return None


def _method(calls: Calls, path: str, cls: str, name: str, depth: int = 0) -> Function | None:
    entry = calls.names.files.get(path)
    if entry is None:
        return None
    found = entry.functions.get(f"{cls}.{name}")
    if found is not None or depth > _HOPS:
        return found
    return _inherited(calls, path, cls, name, depth)


def _inherited(calls: Calls, path: str, cls: str, name: str, depth: int) -> Function | None:
    """The method as the nearest base of the class has it."""
    entry = calls.names.files.get(path)
    facts = entry.classes.get(cls) if entry is not None else None
    for base in facts.bases if facts is not None else ():
        target = base_of(calls.names, path, cls, base.name)
        if target is not None and target.kind in _CLASSES and (target.path, target.name) != (path, cls):
            inherited = _method(calls, target.path, target.name, name, depth + 1)
            if inherited is not None:
                return inherited
    return None


_DEPENDS: Final = lazy(r"(?:\w+\.)?(?:Depends|Security)\(")
"""How FastAPI's dependencies are listed."""


def before(calls: Calls, endpoint: Endpoint, handler: Function | None) -> Iterator[Function]:
    """Project functions that run before the handler: dependencies, and those behind guards."""
    seen: set[int] = set()
    names = [(endpoint.route.where.path, d.name) for d in endpoint.route.dependencies]
    names += [
        (g.where.path or endpoint.where.path, g.symbol.name)
        for g in endpoint.guards
        # A dependency that a condition lists may run or not.
        if g.symbol is not None and not (g.conditional and _DEPENDS.match(g.source))
    ]
    for path, name in names:
        found = function_of(calls.names, calls, path, name) if path in calls.names.files else None
        if found is None and handler is not None and handler.class_name and "." not in name:
            found = _method(calls, handler.path, handler.class_name, name)
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            yield found


def transactional(calls: Calls) -> dict[str, frozenset[tuple[str, str]]]:
    """File -> functions that its functions run inside a transaction, two levels deep."""
    found = {path: transactional_in(calls, entry.facts) for path, entry in calls.names.files.items()}
    return {path: functions for path, functions in found.items() if functions}


def _listens(function: Function) -> bool:
    """Whoever publishes an event may hold a transaction open for the method, unless it runs in a thread of its own."""
    marks = {mark.rsplit(".", 1)[-1] for mark in function.decorators}
    return not _LISTENS.isdisjoint(marks) and "Async" not in marks


def transactional_in(calls: Calls, facts: FileFacts) -> frozenset[tuple[str, str]]:
    """The functions that functions of one file run inside a transaction."""
    found: set[tuple[str, str]] = set()
    for function in facts.functions:
        listens = bool(function.decorators) and _listens(function)
        if listens:
            found.add((function.path, function.key))
        if not function.calls or not (function.transactional or function.txs or listens):
            continue
        inside = {n for n, c in enumerate(function.calls) if function.transactional or listens or c.site.tx >= 0}
        reached = {number: callee for number, callee in callees(calls, function) if number in inside}
        for callee in reached.values():
            found.add((callee.path, callee.key))
            found.update((deeper.path, deeper.key) for _, deeper in callees(calls, callee))
        if function.language == "java":
            # Which of several classes is asked, only running tells.
            for number in inside - reached.keys():
                found.update(_overriding(calls).get(function.calls[number].name, ()))
    return frozenset(found)


def _overriding(calls: Calls) -> Mapping[str, tuple[tuple[str, str], ...]]:
    if calls.overriding is None:
        several: dict[str, list[tuple[str, str]]] = {}
        for path, entry in calls.names.files.items():
            for cls in entry.facts.classes if entry.facts.language == "java" else ():
                for base in cls.bases:
                    target = base_of(calls.names, path, cls.name, base.name) if not cls.abstract else None
                    shared = calls.names.files[target.path].classes.get(target.name) if target is not None else None
                    if shared is None or not shared.abstract or base.name.rsplit(".", 1)[-1] in calls.implementations:
                        continue
                    for method in {*shared.methods} & {*cls.methods}:
                        several.setdefault(method, []).append((path, f"{cls.name}.{method}"))
        calls.overriding = {method: tuple(found) for method, found in several.items()}
    return calls.overriding
