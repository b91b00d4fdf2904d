"""Functions of files that are named and not read (`extract.aside`), read after all for whoever asks about one of them."""

from msgspec.structs import replace

from persona_lsp.extract.file import Extraction
from persona_lsp.extract.known import heard_in
from persona_lsp.extract.patch import found_again
from persona_lsp.facts.body import Function
from persona_lsp.flow.analyse import analyse


def looked_into(extraction: Extraction, function: Function) -> Function:
    """The function of the file with the facts of its body; as it is where they are known, or cannot be."""
    around = (extraction.whole or extraction).around
    unit = around.units.get(function.key) if around is not None and around.aside else None
    if around is None or unit is None or function.complete:
        return function
    node = found_again(extraction.parsed, function, unit)
    if node is None:
        return function
    module = replace(around.module, source=extraction.parsed.source)
    return analyse(
        node, unit.cls, module, around.names, heard_in(module, around.words), around.libraries,
        around.roles[function.key], key=function.key, forwards_errors=unit.wrapped,
    )  # fmt: skip
