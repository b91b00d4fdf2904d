"""Spring MVC and WebFlux (Spring Boot), with Jersey resources."""

import re
from typing import Final

from persona_lsp.facts.http import Use
from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.spring import LANGUAGES
from persona_lsp.frameworks.spring.annotations import Values
from persona_lsp.frameworks.spring.cors import policies
from persona_lsp.frameworks.spring.data_rest import configured, repositories
from persona_lsp.frameworks.spring.errors import error_handlers
from persona_lsp.frameworks.spring.fixes import spell
from persona_lsp.frameworks.spring.functional import functional
from persona_lsp.frameworks.spring.interceptors import registered
from persona_lsp.frameworks.spring.jaxrs import application_path, resources
from persona_lsp.frameworks.spring.model import class_facts, constants
from persona_lsp.frameworks.spring.named import named
from persona_lsp.frameworks.spring.prefixes import path_prefixes
from persona_lsp.frameworks.spring.routes import controllers
from persona_lsp.frameworks.spring.security import chains
from persona_lsp.frameworks.spring.shiro import shiro_chains
from persona_lsp.frameworks.spring.web import unread_guards
from persona_lsp.frameworks.spring.words import WORDS
from persona_lsp.syntax.ir import ClassDef, Module
from persona_lsp.text.patterns import lazy

_PACKAGES: Final = (
    "org.springframework", "jakarta.ws.rs", "javax.ws.rs", "jakarta.persistence", "javax.persistence",
    "jakarta.validation", "javax.validation",
)  # fmt: skip
_NAMES: Final = lazy(
    r"(?:Controller|Api|Resource|Endpoint|Rest|Exception|Advice|Handler|Constants?|Paths?|Routes?|Urls?|Uris?|Repository)$",
    re.IGNORECASE,
)


def detects(module: Module) -> bool:
    """The file imports Spring, JPA, validation or JAX-RS, or holds a class that others of the kind build upon."""
    if any(i.module.startswith(_PACKAGES) for i in module.imports):
        return True
    return any(isinstance(s, ClassDef) and (_NAMES.search(s.cls.name) or s.cls.decorators) for s in module.body)


def extract(module: Module) -> Extracted:
    """Controllers, functional routes, security rules, error mapping, CORS and classes of one file."""
    values = Values(module)
    routers, routes = controllers(module, values)
    more_routers, more_routes = resources(module, values, len(routes))
    routers += more_routers
    routes += more_routes
    more_routers, more_routes = repositories(module, values, {router.symbol for router in routers}, len(routes))
    routers += more_routers
    routes += more_routes
    more_routers, more_routes, inline = functional(module, values, len(routes))
    uses: tuple[Use, ...] = (*unread_guards(module, values), *registered(module, values))
    if b"Security" in module.source:
        uses = (*chains(module, values), *uses)
    uses = (*shiro_chains(module, values), *uses)
    return Extracted(
        routers=(*routers, *more_routers),
        routes=(*routes, *more_routes, *named(module, values)),
        uses=uses,
        error_handlers=tuple(error_handlers(module)),
        cors=tuple(policies(module)),
        classes=tuple(class_facts(module, values)),
        constants=tuple(constants(module, values)),
        inline=tuple(inline),
        config=(*application_path(module, values), *path_prefixes(module, values), *configured(module, values)),
    )


FRAMEWORK: Final = Framework(
    id="spring",
    title="Spring Boot",
    languages=LANGUAGES,
    detects=detects,
    extract=extract,
    vocabulary=WORDS,
    spell=spell,
    order_decides=False,
    packages=("spring-boot", "spring-boot-starter-web", "spring-boot-starter-webflux", "org.springframework.boot"),
    kinds=("graphql", "websocket", "grpc", "message"),
)
