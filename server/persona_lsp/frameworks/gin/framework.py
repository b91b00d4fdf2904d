"""Gin."""

from typing import Final

from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.gin import LANGUAGES
from persona_lsp.frameworks.gin.words import VOCABULARY
from persona_lsp.frameworks.golang.dialects import GIN
from persona_lsp.frameworks.golang.fixes import spell
from persona_lsp.frameworks.golang.routes import extracted, first_of, uses
from persona_lsp.syntax.ir import Module


def _detects(module: Module) -> bool:
    return b"gin-gonic/gin" in module.source and uses(module, GIN)


def _extract(module: Module) -> Extracted:
    return extracted(module, GIN.id, shared=first_of(module) is GIN)


FRAMEWORK: Final = Framework(
    id=GIN.id,
    title="Gin",
    languages=LANGUAGES,
    detects=_detects,
    extract=_extract,
    vocabulary=VOCABULARY,
    spell=spell,
    order_decides=False,
    packages=("github.com/gin-gonic/gin",),
)
