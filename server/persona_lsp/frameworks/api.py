"""What a framework package offers: `FRAMEWORK` in `persona_lsp.frameworks.<id>.framework`, and `LANGUAGES` beside it."""

from collections.abc import Callable

from msgspec import Struct

from persona_lsp.facts.code import ClassFacts, ConfigEntry, Constant, FileFacts, Problem
from persona_lsp.facts.http import CorsPolicy, ErrorHandler, Mount, Route, Router, Use
from persona_lsp.facts.views import Registry, View
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import Intent
from persona_lsp.flow.vocabulary import Vocabulary
from persona_lsp.syntax.ir import Module


class Extracted(Struct, frozen=True, gc=False):
    """What a framework reads out of one file. `inline` names functions that routes hold inline: (start, key) pairs."""

    routers: tuple[Router, ...] = ()
    mounts: tuple[Mount, ...] = ()
    uses: tuple[Use, ...] = ()
    routes: tuple[Route, ...] = ()
    error_handlers: tuple[ErrorHandler, ...] = ()
    cors: tuple[CorsPolicy, ...] = ()
    classes: tuple[ClassFacts, ...] = ()
    constants: tuple[Constant, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    inline: tuple[tuple[int, str], ...] = ()
    config: tuple[ConfigEntry, ...] = ()
    """Settings that are made in code (`@ApplicationPath`), under the key that a configuration file would have."""
    problems: tuple[Problem, ...] = ()
    views: tuple[View, ...] = ()
    registries: tuple[tuple[str, Registry], ...] = ()
    wrapped: tuple[int, ...] = ()
    """Starts of handlers that are wrapped so that their rejections reach the error handler (`asyncHandler(fn)`)."""


class Framework(Struct, frozen=True):
    """A framework.

    `detects(module)`: the file uses it (its imports, base classes, or its place such as `config/routes.rb`); must be
    cheap. `extract(module)`: its routes and what belongs to them, from this file alone. `spell(intent, module, facts)`:
    the edits of a fix, None when it cannot be spelled here. `order_decides`: the first registered route that matches
    wins. `title`: for people. `packages`: names in manifests, for versions.
    """

    id: str
    title: str
    languages: tuple[str, ...]
    detects: Callable[[Module], bool]
    extract: Callable[[Module], Extracted]
    vocabulary: Vocabulary
    spell: Callable[[Intent, Module, FileFacts], tuple[Edit, ...] | None]
    order_decides: bool
    packages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Kinds of endpoints with names (`facts.http.NAMED`) that it reads beside its routes."""
