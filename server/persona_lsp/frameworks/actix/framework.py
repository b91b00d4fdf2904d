"""actix-web, versions 1 to 4."""

from typing import Final

from persona_lsp.facts.http import Route
from persona_lsp.flow.rust.conversions import conversions
from persona_lsp.flow.rust.cors import policies
from persona_lsp.flow.rust.fixes import spell
from persona_lsp.flow.rust.names import rust_file
from persona_lsp.flow.rust.schemas import schemas
from persona_lsp.flow.rust.signatures import may_handle, signature
from persona_lsp.flow.rust.words import error_handlers
from persona_lsp.frameworks.actix import LANGUAGES
from persona_lsp.frameworks.actix.middleware import transforms
from persona_lsp.frameworks.actix.routes import found_in
from persona_lsp.frameworks.actix.words import EXTRACTORS, WORDS, detects, handling
from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.syntax.ir import Module

_TRAITS: Final = frozenset({"ResponseError"})
_METHODS: Final = frozenset({"status_code", "error_response"})


def extract(module: Module) -> Extracted:
    """Applications, scopes and attributes, signatures of handlers, errors and types of requests."""
    file = rust_file(module)
    found = found_in(module)
    signatures: list[Route] = []
    for unit in file.units:
        role = handling(unit.node, unit.cls, module)
        if (role is not None and role.kind == "handler") or (role is None and may_handle(unit, file)):
            signatures.append(signature(unit, file, EXTRACTORS, found.order + len(signatures) + 1))
    return Extracted(
        routers=tuple(found.routers), mounts=tuple(found.mounts), uses=tuple(found.uses),
        routes=(*found.routes, *signatures), error_handlers=(*error_handlers(file, _TRAITS, _METHODS), *conversions(file)),
        classes=tuple(schemas(file)), inline=tuple(found.inline), problems=tuple(found.problems),
        cors=tuple(policies(file)), aliases=tuple(transforms(file)),
    )  # fmt: skip


FRAMEWORK: Final = Framework(
    id="actix", title="actix-web", languages=LANGUAGES, detects=detects, extract=extract, vocabulary=WORDS, spell=spell,
    order_decides=True, packages=("actix-web",),
)  # fmt: skip
