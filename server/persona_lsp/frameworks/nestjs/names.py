"""What the names of a file mean to Nest: its own decorators under whatever name."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from persona_lsp.flow.script.decorators import (
    Names,
    arguments,
    collected,
    entry,
    find,
    items,
    number,
    own_name,
    reference,
    texts,
    where,
)
from persona_lsp.syntax.ir import Decorator, Module

__all__ = [
    "Names", "arguments", "entry", "find", "foreign", "items", "names_of", "number", "own_name", "reference", "texts",
    "uses_nest", "where",
]  # fmt: skip

PACKAGE: Final = "@nestjs/"
_DOCUMENTING: Final = ("@nestjs/swagger", "class-validator", "class-transformer", "typeorm", "@nestjs/typeorm")


@lru_cache(maxsize=4)
def uses_nest(module: Module) -> bool:
    """The file imports Nest (looked for once: trees are compared by identity)."""
    return b"@nestjs/" in module.source and any(i.module.startswith(PACKAGE) for i in module.imports)


@lru_cache(maxsize=4)
def names_of(module: Module) -> Names:
    """Collect the names of a file (once: trees are compared by identity)."""
    return collected(module, PACKAGE)


def foreign(decorators: Iterable[Decorator], names: Names) -> Iterator[Decorator]:
    """Decorators that are the project's own, or of a package that is not known to guard nothing."""
    for decorator in decorators:
        first = decorator.name.partition(".")[0]
        package = names.scope.imports.get(first, ("", ""))[0]
        if first and first not in names.own and not package.startswith(_DOCUMENTING):
            yield decorator
