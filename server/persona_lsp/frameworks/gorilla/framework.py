"""gorilla/mux."""

from typing import Final

from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.golang.dialects import GORILLA
from persona_lsp.frameworks.golang.fixes import spell
from persona_lsp.frameworks.golang.routes import extracted, first_of, uses
from persona_lsp.frameworks.golang.words import silent
from persona_lsp.frameworks.gorilla import LANGUAGES
from persona_lsp.syntax.ir import Module


def _detects(module: Module) -> bool:
    return b"gorilla/mux" in module.source and uses(module, GORILLA)


def _extract(module: Module) -> Extracted:
    return extracted(module, GORILLA.id, shared=first_of(module) is GORILLA)


FRAMEWORK: Final = Framework(
    id=GORILLA.id,
    title="gorilla/mux",
    languages=LANGUAGES,
    detects=_detects,
    extract=_extract,
    vocabulary=silent(GORILLA.id),
    spell=spell,
    order_decides=True,
    packages=("github.com/gorilla/mux",),
)
