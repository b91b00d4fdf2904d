"""Functions of Go that are given a handler and make another one of it: what they stand before, and how they hand it on."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, GuardKind, Made, Route
from persona_lsp.facts.text import Ref
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.names import Names, resolve

_HANDLERS: Final = frozenset(
    {"http.Handler", "http.HandlerFunc", "gin.HandlerFunc", "echo.HandlerFunc", "fiber.Handler"}
)
_WRITTEN_OUT: Final = lazy(
    r"^func\(\s*(?:\w+ +)?(?:(?!\*?context\.)\*?(?:\w+\.)?\w*(?:Ctx|Context)\s*\)\s*error$|(?:http\.ResponseWriter\s*,\s*(?:\w+ +)?\*?http\.Request|\*?(?:gin|echo)\.Context|\*?fiber\.Ctx)\s*\))"
)
_HANDLER: Final = lazy(r"(?:^|\.)Handler(?:Func)?$")
"""Types of handlers are called like this, whatever module they are of."""
_MAY_ASK: Final = frozenset({GuardKind.UNKNOWN, GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})


def unwrapped(names: Names, path: str, route: Route) -> Route:
    """The route with the handler that wrappers of other files are given, and with these as its guards."""
    made, guards = route.made, list[Guard]()
    while made is not None and made.given is not None:
        target = resolve(names, path, made.name)
        if target is None:
            guards += _before_unknown(names, path, made)
        if target is None or target.kind != "function":
            break
        inner = _inside(names.files[target.path].functions[target.name], made)
        if inner is None or made.guard is None:
            break
        guards.append(made.guard)
        made = inner
    if not guards or made is None:
        return route
    called = "" if made.given is None else "()"
    return replace(route, handler=Ref(made.name + called), handler_name=made.name, guards=(*route.guards, *guards))


def _before_unknown(names: Names, path: str, made: Made) -> Iterator[Guard]:
    """What may stand before a handler that a function makes which stands in no file: that one, and middleware it is given."""
    if (
        made.guard is None
        or made.guard.kind not in _MAY_ASK
        or not any(_handles(names, path, g) for g in made.given or ())
    ):
        return
    yield replace(made.guard, kind=GuardKind.UNKNOWN)
    for given in made.given or ():
        if given is not None and given.given is None and given.guard is not None:
            target = resolve(names, path, given.name)
            if target is not None and target.kind == "function":
                taken = _taken(names.files[target.path].functions[target.name])
                if len(taken) == 1 and _HANDLER.search(taken[0][1]):
                    yield replace(given.guard, kind=GuardKind.UNKNOWN)  # its body tells


def _handles(names: Names, path: str, given: Made | None) -> bool:
    """Whether what a call is given may be a handler: a function, or what a function makes."""
    if given is None:
        return False
    target = resolve(names, path, given.name)
    return target.kind == "function" if target is not None else given.given is not None


def _inside(function: Function, made: Made) -> Made | None:
    """What a call gives in the place where the function takes a handler."""
    given = made.given or ()
    return next((given[place] for place in wrapped_by(function) if place < len(given)), None)


def forwarded(names: Names, function: Function) -> frozenset[str]:
    """What the maker of a function calls the handlers that it is given: calling one of them hands the request on."""
    written = names.files[function.path].aliases.get(f"{function.key}>")
    if written is not None:  # the maker is written in place
        return frozenset(written.split(","))
    maker = (
        names.files[function.path].functions.get(function.key.removesuffix("()"))
        if function.key.endswith("()")
        else None
    )
    return frozenset(name for name, kind in _taken(maker) if _is_handler(kind)) if maker is not None else frozenset()


def wrapped_by(function: Function) -> tuple[int, ...]:
    """The places among its parameters where a function takes handlers."""
    return tuple(place for place, (_, kind) in enumerate(_taken(function)) if _is_handler(kind))


def guards_of(made: Made | None) -> Iterator[Guard]:
    """The guards that the names of a handler may turn out to be."""
    if made is not None:
        if made.guard is not None:
            yield made.guard
        for inner in made.given or ():
            yield from guards_of(inner)


def _taken(function: Function) -> list[tuple[str, str]]:
    """(name, type) of the parameters, without the receiver."""
    found = [(p.name, p.type.lstrip("*")) for p in function.params]
    return found[1:] if function.class_name and found and found[0][1] == function.class_name else found


def _is_handler(kind: str) -> bool:
    return kind in _HANDLERS or _WRITTEN_OUT.match(kind) is not None
