"""chi."""

from typing import Final

from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.chi import LANGUAGES
from persona_lsp.frameworks.golang.dialects import CHI
from persona_lsp.frameworks.golang.fixes import spell
from persona_lsp.frameworks.golang.routes import extracted, first_of, uses
from persona_lsp.frameworks.golang.words import silent
from persona_lsp.syntax.ir import Module


def _detects(module: Module) -> bool:
    return b"/chi" in module.source and uses(module, CHI)


def _extract(module: Module) -> Extracted:
    return extracted(module, CHI.id, shared=first_of(module) is CHI)


FRAMEWORK: Final = Framework(
    id=CHI.id,
    title="chi",
    languages=LANGUAGES,
    detects=_detects,
    extract=_extract,
    vocabulary=silent(CHI.id),
    spell=spell,
    order_decides=False,
    packages=("github.com/go-chi/chi",),
)
