"""FastAPI and Starlette."""

from typing import Final

from persona_lsp.frameworks.api import Framework
from persona_lsp.frameworks.fastapi import LANGUAGES
from persona_lsp.frameworks.fastapi.fixes import spell
from persona_lsp.frameworks.fastapi.names import detects
from persona_lsp.frameworks.fastapi.routes import extract
from persona_lsp.frameworks.fastapi.words import WORDS

FRAMEWORK: Final = Framework(
    id="fastapi",
    title="FastAPI",
    languages=LANGUAGES,
    detects=detects,
    extract=extract,
    vocabulary=WORDS,
    spell=spell,
    order_decides=True,
    packages=("fastapi", "starlette"),
)
