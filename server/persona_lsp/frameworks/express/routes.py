"""Routers, mounts and routes of Express, as one file registers them.

A function that is given an app (`module.exports = (app) => {}`), or returns a router, is a router itself under its own
name: whoever calls it mounts it. Loops over literal lists are run; other loops register nothing that can be known.
"""

from collections.abc import Iterator

from persona_lsp.flow.script.errors import error_handlers, exception_classes
from persona_lsp.flow.script.in_place import with_callbacks
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.express.controllers import controllers
from persona_lsp.frameworks.express.reader import Reader
from persona_lsp.frameworks.express.serving import is_generated
from persona_lsp.syntax.ir import (
    Assign,
    Call,
    Module,
    Name,
    dotted,
)


def routes(module: Module) -> Extracted:
    """Everything that the file says about HTTP in the words of Express."""
    if is_generated(module):
        return Extracted()
    reader = Reader(module)
    reader.run()
    routers, served = controllers(module)
    return Extracted(
        routers=(*reader.routers.values(), *routers),
        mounts=tuple(reader.distinct_mounts()),
        uses=tuple(reader.uses),
        routes=(
            *(
                with_callbacks(route, reader.callbacks.get(route.router.name, ()))
                if route.router is not None
                else route
                for route in reader.routes
            ),
            *served,
        ),
        error_handlers=(*reader.error_handlers, *error_handlers(module)),
        cors=tuple(reader.cors),
        classes=exception_classes(module),
        aliases=tuple(_instances(module)),
        inline=tuple(reader.inline.items()),
        wrapped=tuple(sorted(reader.wrapped)),
        problems=tuple(dict.fromkeys(reader.problems)),
    )


def _instances(module: Module) -> Iterator[tuple[str, str]]:
    """Names of the file that hold an instance of a class: `export const users = new UserController()`."""
    for stmt in module.body:
        if isinstance(stmt, Assign) and isinstance(stmt.value, Call) and stmt.value.new:
            for target in stmt.targets:
                if isinstance(target, Name) and dotted(stmt.value.func):
                    yield target.id, dotted(stmt.value.func)
    for export in module.exports:
        if isinstance(export.value, Call) and export.value.new and dotted(export.value.func):
            yield "default", dotted(export.value.func)
