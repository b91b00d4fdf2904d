"""Fastify."""

from typing import Final

from persona_lsp.frameworks.api import Framework
from persona_lsp.frameworks.fastify import LANGUAGES
from persona_lsp.frameworks.fastify.fixes import spell
from persona_lsp.frameworks.fastify.routes import extract
from persona_lsp.frameworks.fastify.signs import detects
from persona_lsp.frameworks.fastify.words import VOCABULARY

FRAMEWORK: Final = Framework(
    id="fastify",
    title="Fastify",
    languages=LANGUAGES,
    detects=detects,
    extract=extract,
    vocabulary=VOCABULARY,
    spell=spell,
    order_decides=False,
    packages=("fastify",),
)
