"""CORS: what `@fastify/cors` is registered with."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.flow.script.cors import policy
from persona_lsp.flow.script.development import is_for_developers
from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.flow.walking import every_call
from persona_lsp.syntax.ir import Module, Object, dotted
from persona_lsp.syntax.javascript import required_module

_PACKAGES: Final = frozenset({"@fastify/cors", "fastify-cors"})


def policies(module: Module, scope: Scope) -> Iterator[CorsPolicy]:
    """Every registration of the package with its options in place."""
    if not any(i.module in _PACKAGES for i in module.imports):
        return
    for call in every_call(module):
        if call.name != "register" or not call.args:
            continue
        plugin = call.args[0]
        source = scope.imports.get(dotted(plugin), ("", ""))[0]
        if source not in _PACKAGES and required_module(plugin) not in _PACKAGES:
            continue
        options = reduce(call.args[1], scope) if len(call.args) > 1 else Object(call.end, call.end, ())
        if isinstance(options, Object):
            yield replace(
                policy("@fastify/cors", call, options, scope), development_only=is_for_developers(call, module)
            )
