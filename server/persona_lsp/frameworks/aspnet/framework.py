"""ASP.NET Core: controllers, minimal APIs, and the libraries whose endpoints are classes."""

from typing import Final

from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.aspnet import LANGUAGES
from persona_lsp.frameworks.aspnet.attributes import Values, classes, method_keys
from persona_lsp.frameworks.aspnet.controllers import controllers
from persona_lsp.frameworks.aspnet.cors import policies as cors_policies
from persona_lsp.frameworks.aspnet.endpoints import endpoint_classes
from persona_lsp.frameworks.aspnet.errors import error_handlers
from persona_lsp.frameworks.aspnet.fixes import spell
from persona_lsp.frameworks.aspnet.found import Found
from persona_lsp.frameworks.aspnet.minimal import minimal
from persona_lsp.frameworks.aspnet.model import class_facts, constants
from persona_lsp.frameworks.aspnet.named import named
from persona_lsp.frameworks.aspnet.odata import models
from persona_lsp.frameworks.aspnet.pipeline import policies, validation
from persona_lsp.frameworks.aspnet.route_attributes import own_templates
from persona_lsp.frameworks.aspnet.templates import groups_of_objects
from persona_lsp.frameworks.aspnet.words import WORDS
from persona_lsp.syntax.ir import ClassDef, FunctionNode, Module
from persona_lsp.text.patterns import lazy

_REGISTERS: Final = lazy(
    rb"\bMap[A-Z]\w*\s*[(<]|\.Map\(|EndpointRouteBuilder|RouteGroupBuilder|WebApplication\b|IApplicationBuilder|UseMvc\b"
)


def detects(module: Module) -> bool:
    """The file holds classes, which may be controllers, or statements that make an application."""
    return bool(module.body) and (
        any(isinstance(s, ClassDef) for s in module.body) or bool(_REGISTERS.search(module.source))
    )


def extract(module: Module) -> Extracted:
    """Controllers, minimal endpoints, endpoint classes, policies, error mapping, CORS and classes of one file."""
    values = Values(module)
    methods: dict[str, tuple[str, FunctionNode]] = {}
    for cls, path in classes(module):
        for method, key in method_keys(cls, path):
            methods.setdefault(f"{path}.{method.name}", (key, method))
    found = Found(module, values, methods)
    routers, routes = controllers(module, values)
    found.routers.update({r.symbol: r for r in routers})
    found.routes += routes
    found.order = len(routes)
    if _REGISTERS.search(module.source):
        minimal(found)
    endpoint_classes(found)
    policies(found)
    validation(found)
    models(found)
    return Extracted(
        routers=tuple(found.routers.values()),
        mounts=tuple(found.mounts),
        uses=tuple(found.uses),
        routes=(*found.routes, *named(module, values)),
        error_handlers=tuple(error_handlers(module)),
        cors=tuple(cors_policies(module)),
        classes=tuple(class_facts(module, values)),
        constants=(*constants(module, values), *own_templates(module, values), *groups_of_objects(found)),
        inline=tuple(found.inline.items()),
        config=tuple(found.config),
    )


FRAMEWORK: Final = Framework(
    id="aspnet",
    title="ASP.NET Core",
    languages=LANGUAGES,
    detects=detects,
    extract=extract,
    vocabulary=WORDS,
    spell=spell,
    order_decides=False,
    packages=("Microsoft.AspNetCore.App", "Microsoft.NET.Sdk.Web", "Microsoft.AspNetCore.OpenApi"),
    kinds=("graphql", "websocket", "grpc", "message"),
)
