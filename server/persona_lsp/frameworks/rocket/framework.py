"""Rocket, versions 0.4 and 0.5."""

from typing import Final

from persona_lsp.flow.rust.conversions import conversions
from persona_lsp.flow.rust.fixes import spell
from persona_lsp.flow.rust.names import rust_file
from persona_lsp.flow.rust.schemas import schemas
from persona_lsp.flow.rust.words import error_handlers
from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.rocket import LANGUAGES
from persona_lsp.frameworks.rocket.routes import catchers, found_in
from persona_lsp.frameworks.rocket.words import WORDS, detects
from persona_lsp.syntax.ir import Module

_TRAITS: Final = frozenset({"Responder"})
_METHODS: Final = frozenset({"respond_to", "status", "status_code"})


def extract(module: Module) -> Extracted:
    """Attributes with the signatures of their functions, mounts, errors and types of requests."""
    file = rust_file(module)
    found = found_in(module)
    return Extracted(
        routers=tuple(found.routers), mounts=tuple(found.mounts), uses=tuple(found.uses), routes=tuple(found.routes),
        error_handlers=(*error_handlers(file, _TRAITS, _METHODS), *conversions(file), *catchers(file)), classes=tuple(schemas(file)),
        inline=tuple(found.inline), problems=tuple(found.problems),
    )  # fmt: skip


FRAMEWORK: Final = Framework(
    id="rocket", title="Rocket", languages=LANGUAGES, detects=detects, extract=extract, vocabulary=WORDS, spell=spell,
    order_decides=False, packages=("rocket",),
)  # fmt: skip
