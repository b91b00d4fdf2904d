"""CORS: `app.enableCors(options)`, and what `NestFactory.create` is given."""

from collections.abc import Iterator

from msgspec.structs import replace

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.flow.script.cors import policy
from persona_lsp.flow.script.development import is_for_developers
from persona_lsp.flow.script.names import reduce
from persona_lsp.flow.walking import every_call
from persona_lsp.frameworks.nestjs.names import Names
from persona_lsp.syntax.ir import Const, Object


def policies(names: Names) -> Iterator[CorsPolicy]:
    """Every place where a file switches CORS on with options that stand there."""
    module, scope = names.module, names.scope
    if b"enableCors" not in module.source and b"cors:" not in module.source:
        return
    for call in every_call(module):
        if call.name == "enableCors":
            given = call.args[0] if call.args else None
        elif call.name == "create" and len(call.args) > 1:
            options = reduce(call.args[-1], scope)
            given = options.get("cors") if isinstance(options, Object) else None
            if given is None:
                continue
        else:
            continue
        value = reduce(given, scope) if given is not None else None
        if value is None or (isinstance(value, Const) and value.value is True):
            value = Object(call.end, call.end, ())
        if isinstance(value, Object):
            yield replace(policy("@nestjs/core", call, value, scope), development_only=is_for_developers(call, module))
