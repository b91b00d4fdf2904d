"""net/http, Go's own."""

from typing import Final

from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.golang.dialects import NET_HTTP
from persona_lsp.frameworks.golang.fixes import spell
from persona_lsp.frameworks.golang.routes import extracted, first_of, registers
from persona_lsp.frameworks.nethttp import LANGUAGES
from persona_lsp.frameworks.nethttp.words import VOCABULARY
from persona_lsp.syntax.ir import Module


def _detects(module: Module) -> bool:
    if first_of(module) is NET_HTTP:
        return registers(module)
    return b"http.Handle" in module.source or b"ServeMux" in module.source


def _extract(module: Module) -> Extracted:
    return extracted(module, NET_HTTP.id, shared=first_of(module) is NET_HTTP)


FRAMEWORK: Final = Framework(
    id=NET_HTTP.id,
    title="net/http",
    languages=LANGUAGES,
    detects=_detects,
    extract=_extract,
    vocabulary=VOCABULARY,
    spell=spell,
    order_decides=False,
    packages=("go",),
)
