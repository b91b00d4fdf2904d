"""TypeGraphQL: classes whose decorated methods answer the fields of a schema."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.flow.names import file_names
from persona_lsp.flow.receiving import Received, Receiver, name_of, place, received
from persona_lsp.flow.script.operations import operations
from persona_lsp.syntax.ir import Module

_ID: Final = "type-graphql"


def _extract(module: Module) -> Iterator[Received]:
    own = {i.local: i.name for i in module.imports if i.module == _ID}
    names = file_names(module)

    def called(name: str) -> str:
        first, _, rest = name.partition(".")
        return rest if own.get(first) == "*" else own.get(first, "") if not rest else ""

    for cls in module.classes():
        for one in operations(cls, called, names.values, names.imports):
            yield received(
                "graphql", one.name, _ID, name_of(one.method, module), statement=place(one.decorator.value, module),
                key=one.key,
            )  # fmt: skip


RECEIVER: Final = Receiver(
    id=_ID,
    title="TypeGraphQL",
    kinds=("graphql",),
    languages=("typescript", "tsx", "javascript"),
    signs=(b"type-graphql",),
    extract=_extract,
    packages=("type-graphql",),
)
