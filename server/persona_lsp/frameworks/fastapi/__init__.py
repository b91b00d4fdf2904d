"""FastAPI and Starlette."""

import re
from typing import Final

from persona_lsp.frameworks.api import Framework
from persona_lsp.frameworks.fastapi.fixes import spell
from persona_lsp.frameworks.fastapi.names import uses_fastapi
from persona_lsp.frameworks.fastapi.routes import extract
from persona_lsp.frameworks.fastapi.words import WORDS
from persona_lsp.syntax.ir import Module

_REGISTERS: Final = re.compile(rb"\.include_router\(|\.add_api_route\(|APIRouter|\bDepends\(|\brouter=\w*router\b")


def detects(module: Module) -> bool:
    """The file imports FastAPI or Starlette, or registers routers on something that it was given."""
    return uses_fastapi(module) or _REGISTERS.search(module.source) is not None


FRAMEWORK: Final = Framework(
    id="fastapi",
    title="FastAPI",
    languages=("python",),
    detects=detects,
    extract=extract,
    vocabulary=WORDS,
    spell=spell,
    order_decides=True,
    packages=("fastapi", "starlette"),
)
