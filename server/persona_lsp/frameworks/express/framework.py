"""Express 4 and 5."""

from typing import Final

from persona_lsp.flow.script.names import EXPRESS
from persona_lsp.frameworks.api import Framework
from persona_lsp.frameworks.express import LANGUAGES, koa, tables
from persona_lsp.frameworks.express.dialects import PACKAGES
from persona_lsp.frameworks.express.fixes import spell
from persona_lsp.frameworks.express.routes import routes
from persona_lsp.frameworks.express.words import VOCABULARY
from persona_lsp.syntax.ir import Module
from persona_lsp.text.patterns import lazy

__all__ = ["FRAMEWORK"]

_OTHERS: Final = (
    "fastify",
    "hono",
    "restify",
    "@hapi/hapi",
    "@nestjs/common",
    "@nestjs/core",
    "polka",
    "elysia",
)
_RECEIVERS: Final = (b"app", b"application", b"express", b"router", b"Router", b"server", b"api", b"route", b"routes")
_REGISTERS: Final = lazy(rb"\.(?:get|post|put|patch|delete|use|all|route)\(")
_SIGNS: Final = tuple(
    lazy(pattern)
    for pattern in (
        rb"\(\s*_?req\w*\s*(?::[^,()]*)?,\s*_?res\w*\s*[,:)]",
        rb"app(?<!\wapp)\s*[,)}]",
        rb"router(?<!\wrouter)\s*[,)}]",
        rb"expressApp\s*[,)}]",
        rb"\.\.\.\w+:\s*\w*Router",
        rb"extends\s+\w*(?:Error|Exception)\b",
        rb"new\s+\w+\(\s*\[",
        rb"\[\s*new\s+[A-Z]",
    )
)
"""Each begins with a literal, which the expression engine looks for many times faster than for alternatives."""
_FASTIFY: Final = lazy(rb"fastify|reply(?<=[(,\s]reply)\s*[,):]")
"""Signs of Fastify, whose plugins are given an application that may have any name."""


def _detects(module: Module) -> bool:
    modules = {item.module for item in module.imports}
    if not EXPRESS.isdisjoint(modules) or not modules.isdisjoint((*PACKAGES, *koa.PACKAGES)):
        return True
    if any(module_name in modules for module_name in _OTHERS):
        return False
    source = module.source
    if b"ctx." in source and koa.SIGN.search(source) is not None:
        return True
    found = any(source.endswith(_RECEIVERS, 0, m.start()) for m in _REGISTERS.finditer(source)) or any(
        sign.search(source) for sign in _SIGNS
    )
    if not found and b"Controller" in source and tables.SIGN.search(source) is not None:
        return True
    return found and _FASTIFY.search(source) is None


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
