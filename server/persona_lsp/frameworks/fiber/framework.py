"""Fiber."""

from typing import Final

from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.fiber import LANGUAGES
from persona_lsp.frameworks.fiber.words import VOCABULARY
from persona_lsp.frameworks.golang.dialects import FIBER
from persona_lsp.frameworks.golang.fixes import spell
from persona_lsp.frameworks.golang.routes import extracted, first_of, uses
from persona_lsp.syntax.ir import Module


def _detects(module: Module) -> bool:
    return b"gofiber/fiber" in module.source and uses(module, FIBER)


def _extract(module: Module) -> Extracted:
    return extracted(module, FIBER.id, shared=first_of(module) is FIBER)


FRAMEWORK: Final = Framework(
    id=FIBER.id,
    title="Fiber",
    languages=LANGUAGES,
    detects=_detects,
    extract=_extract,
    vocabulary=VOCABULARY,
    spell=spell,
    order_decides=True,
    packages=("github.com/gofiber/fiber",),
)
