"""Express 4 and 5."""

import re
from typing import Final

from persona_lsp.flow.script.names import EXPRESS
from persona_lsp.frameworks.api import Framework
from persona_lsp.frameworks.express import LANGUAGES
from persona_lsp.frameworks.express.fixes import spell
from persona_lsp.frameworks.express.routes import routes
from persona_lsp.frameworks.express.words import VOCABULARY
from persona_lsp.syntax.ir import Module

__all__ = ["FRAMEWORK"]

_OTHERS: Final = (
    "fastify",
    "koa",
    "@koa/router",
    "koa-router",
    "hono",
    "restify",
    "@hapi/hapi",
    "@nestjs/common",
    "polka",
    "elysia",
)
_REGISTERS: Final = re.compile(
    rb"\b(?:app|router|server|api|route|routes)\.(?:get|post|put|patch|delete|use|all|route)\("
    rb"|\(\s*_?req\w*\s*(?::[^,()]*)?,\s*_?res\w*\s*[,:)]"
    rb"|\b(?:app|router|expressApp)\s*[,)}]|extends\s+\w*(?:Error|Exception)\b|\bnew\s+\w+\(\s*\["
)

_FASTIFY: Final = re.compile(rb"\bfastify\b|[(,]\s*reply\s*[,):]")
"""Signs of Fastify, whose plugins are given an application that may have any name."""


def _detects(module: Module) -> bool:
    modules = {item.module for item in module.imports}
    if not EXPRESS.isdisjoint(modules):
        return True
    if any(module_name in modules for module_name in _OTHERS):
        return False
    return _REGISTERS.search(module.source) is not None and _FASTIFY.search(module.source) is None


FRAMEWORK: Final = Framework(
    id="express",
    title="Express",
    languages=LANGUAGES,
    detects=_detects,
    extract=routes,
    vocabulary=VOCABULARY,
    spell=spell,
    order_decides=True,
    packages=("express",),
)
