"""Calls that serve controllers: `createExpressServer()`, `RegisterRoutes(app)`, `new InversifyExpressServer()`."""

from typing import Final

from msgspec import Struct

from persona_lsp.facts.text import EMPTY, Text
from persona_lsp.flow.script.names import Scope, reduce, text
from persona_lsp.frameworks.express.dialects import INVERSIFY, ROUTING_CONTROLLERS, TSOA, Dialect
from persona_lsp.syntax.ir import Call, Module, Object, dotted
from persona_lsp.text.patterns import lazy

_GENERATED: Final = lazy(rb"export function RegisterRoutes\(")


class Serving(Struct, frozen=True):
    """`given`: the place of the application among the arguments, -1 where the call makes one itself."""

    dialect: Dialect
    prefix: Text = EMPTY
    given: int = -1


def symbol_of(dialect: Dialect) -> str:
    """What serves the controllers of a library in a file."""
    return f"{dialect.id}()"


def is_generated(module: Module) -> bool:
    """The file is what tsoa makes of the controllers, which are read themselves."""
    return _GENERATED.search(module.source) is not None and b"tsoa" in module.source


def serving(call: Call, scope: Scope) -> Serving | None:
    """What a call serves, None for any other call."""
    name = dotted(call.func)
    if not name:
        return None
    package, original = scope.imported(name.partition(".")[0]) or ("", "")
    word = name.rpartition(".")[2] if "." in name else original
    if package in ROUTING_CONTROLLERS.packages and word in ("createExpressServer", "useExpressServer"):
        given = 0 if word == "useExpressServer" else -1
        return Serving(ROUTING_CONTROLLERS, _prefix(call, given + 1, ROUTING_CONTROLLERS, scope), given)
    if package in INVERSIFY.packages and word == "InversifyExpressServer" and call.new:
        return Serving(INVERSIFY, _prefix(call, 2, INVERSIFY, scope))
    if word == "RegisterRoutes" and package and call.args:
        return Serving(TSOA, EMPTY, 0)
    return None


def _prefix(call: Call, place: int, dialect: Dialect, scope: Scope) -> Text:
    options = reduce(call.args[place], scope) if len(call.args) > place else None
    given = options.get(dialect.prefix) if isinstance(options, Object) else None
    return text(given, scope) if given is not None else EMPTY
