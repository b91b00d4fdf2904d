"""What is read out of one file, made once for its statements."""

from typing import Final

from persona_lsp.flow.script.errors import exception_classes
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.fastify.cors import policies
from persona_lsp.frameworks.fastify.reader import Reader
from persona_lsp.syntax.ir import Module, Stmt

_REMEMBERED: Final = 4
_latest: list[tuple[tuple[Stmt, ...], Reader]] = []


def reader_of(module: Module) -> Reader:
    """The registrations of a file; an edit inside a function gives a new text to the same statements."""
    for body, known in _latest:
        if body is module.body:
            return known
    reader = Reader(module)
    _latest.insert(0, (module.body, reader))
    del _latest[_REMEMBERED:]
    reader.run()
    return reader


def extract(module: Module) -> Extracted:
    """The HTTP facts of a file."""
    reader = reader_of(module)
    return Extracted(
        routers=tuple(reader.routers.values()),
        mounts=tuple(reader.mounts),
        uses=tuple(reader.uses),
        routes=tuple(reader.routes),
        error_handlers=tuple(reader.error_handlers),
        cors=tuple(policies(module, reader.scope)),
        classes=exception_classes(module),
        inline=tuple(reader.inline.items()),
    )
