"""Gin."""

from typing import Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import Intent
from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.gin import LANGUAGES
from persona_lsp.frameworks.gin.words import VOCABULARY
from persona_lsp.frameworks.golang.dialects import GIN
from persona_lsp.frameworks.golang.routes import extracted, first_of, uses
from persona_lsp.syntax.ir import Module


def _detects(module: Module) -> bool:
    return b"gin-gonic/gin" in module.source and uses(module, GIN)


def _extract(module: Module) -> Extracted:
    return extracted(module, GIN.id, shared=first_of(module) is GIN)


def _spell(_intent: Intent, _module: Module, _facts: FileFacts) -> tuple[Edit, ...] | None:
    return None


FRAMEWORK: Final = Framework(
    id=GIN.id,
    title="Gin",
    languages=LANGUAGES,
    detects=_detects,
    extract=_extract,
    vocabulary=VOCABULARY,
    spell=_spell,
    order_decides=False,
    packages=("github.com/gin-gonic/gin",),
)
