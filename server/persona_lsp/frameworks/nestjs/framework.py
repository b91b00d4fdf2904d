"""NestJS."""

from typing import Final

from persona_lsp.flow.script.errors import exception_classes
from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.nestjs import LANGUAGES
from persona_lsp.frameworks.nestjs.applications import applications, configured
from persona_lsp.frameworks.nestjs.controllers import controllers
from persona_lsp.frameworks.nestjs.cors import policies
from persona_lsp.frameworks.nestjs.filters import filters
from persona_lsp.frameworks.nestjs.fixes import spell
from persona_lsp.frameworks.nestjs.guards import definitions
from persona_lsp.frameworks.nestjs.modules import modules
from persona_lsp.frameworks.nestjs.named import named
from persona_lsp.frameworks.nestjs.names import names_of, uses_nest
from persona_lsp.frameworks.nestjs.words import VOCABULARY
from persona_lsp.syntax.ir import Module
from persona_lsp.text.patterns import lazy

_NAMED: Final = lazy(rb"@nestjs/(?:graphql|websockets|microservices|bull|bullmq)|Rabbit(?:Subscribe|RPC)")


def detects(module: Module) -> bool:
    """The file imports Nest."""
    return uses_nest(module)


def extract(module: Module) -> Extracted:
    """Controllers, modules, applications, and what guards are made of, of one file."""
    names = names_of(module)
    routers, routes = controllers(names)
    apps, uses = applications(names)
    mounts, more = modules(names)
    return Extracted(
        routers=(*routers, *apps),
        routes=(*routes, *(named(names) if _NAMED.search(module.source) else ())),
        mounts=tuple(mounts),
        classes=exception_classes(module),
        cors=tuple(policies(names)),
        error_handlers=tuple(filters(names)),
        constants=tuple(configured(names)),
        uses=(*uses, *more, *definitions(names)),
    )


FRAMEWORK: Final = Framework(
    id="nestjs",
    title="NestJS",
    languages=LANGUAGES,
    detects=detects,
    extract=extract,
    vocabulary=VOCABULARY,
    spell=spell,
    order_decides=True,
    packages=("@nestjs/core", "@nestjs/common"),
    kinds=("graphql", "websocket", "grpc", "message"),
)
