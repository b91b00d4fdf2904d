"""What a class takes from the request for all of its handlers: `@ModelAttribute` and `@InitBinder` methods.

Spring calls them before each handler of the class and of those that extend it; those of a `@ControllerAdvice` before
each handler of the application. Such a method is a `Route` of kind `dependency` without methods, named by its key.
"""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import In, Route
from persona_lsp.facts.place import Where
from persona_lsp.frameworks.spring.annotations import METHODS, Values, find, simple
from persona_lsp.frameworks.spring.inputs import inputs
from persona_lsp.syntax.ir import ClassNode, FunctionNode, Module

_KIND: Final = "dependency"


def shared_inputs(cls: ClassNode, path: str, module: Module, values: Values, order: int) -> Iterator[Route]:
    """The methods of a class that run before its handlers and may take something from the request."""
    for method in cls.methods:
        if any(simple(d.name) in METHODS for d in method.decorators):
            continue
        fills = find(method.decorators, "ModelAttribute") is not None
        if not fills and find(method.decorators, "InitBinder") is None:
            continue
        route = _route(method, path, module, values, order, fills=fills)
        if route.params or route.unknown_params:
            yield route
            order += 1


def _route(method: FunctionNode, path: str, module: Module, values: Values, order: int, *, fills: bool) -> Route:
    taken = inputs(method, values, path, frozenset())
    at = Where(module.path, method.start, method.end)
    return Route(
        (), (), "spring", at, at, order, handler_key=f"{path}.{method.name}", handler_name=f"{path}.{method.name}",
        # A binder is given to every `@InitBinder` method; what else it does not declare, it does not read.
        params=tuple(p for p in taken.params if fills or p.place is In.PATH), kind=_KIND,
        unknown_params=fills and taken.unknown,
    )  # fmt: skip  # positional ones first
