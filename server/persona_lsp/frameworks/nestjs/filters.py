"""Exception filters: `@Catch(NotFound)` classes, and what they answer."""

from collections.abc import Iterator

from persona_lsp.facts.http import ErrorHandler
from persona_lsp.flow.script.errors import answered, mapping
from persona_lsp.frameworks.nestjs.names import Names, arguments, find, where
from persona_lsp.syntax.ir import dotted


def filters(names: Names) -> Iterator[ErrorHandler]:
    """What the filters of a file answer to which exceptions."""
    if b"@Catch" not in names.module.source:
        return
    for cls in names.module.classes():
        decorator = find(cls.decorators, names, "Catch")
        method = next((m for m in cls.methods if m.name == "catch" and m.params), None)
        if decorator is None or method is None:
            continue
        at = where(method, names.module)
        status = answered(method.body)
        caught = [name for arg in arguments(decorator) if (name := dotted(arg)) and name != "HttpException"]
        if status is not None:
            yield from (ErrorHandler(name, at, status) for name in caught)
        for exception, code in mapping(method.body, method.params[0].name):
            yield ErrorHandler(exception, at, code)
