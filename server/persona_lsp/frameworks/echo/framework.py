"""Echo."""

from typing import Final

from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.echo import LANGUAGES
from persona_lsp.frameworks.echo.words import VOCABULARY
from persona_lsp.frameworks.golang.dialects import ECHO
from persona_lsp.frameworks.golang.fixes import spell
from persona_lsp.frameworks.golang.routes import extracted, first_of, uses
from persona_lsp.syntax.ir import Module


def _detects(module: Module) -> bool:
    return b"labstack/echo" in module.source and uses(module, ECHO)


def _extract(module: Module) -> Extracted:
    return extracted(module, ECHO.id, shared=first_of(module) is ECHO)


FRAMEWORK: Final = Framework(
    id=ECHO.id,
    title="Echo",
    languages=LANGUAGES,
    detects=_detects,
    extract=_extract,
    vocabulary=VOCABULARY,
    spell=spell,
    order_decides=False,
    packages=("github.com/labstack/echo",),
)
