"""The facts that a Go file registers with the routers of one framework. All frameworks of a file are read together."""

from msgspec.structs import replace

from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.golang.cors import policies
from persona_lsp.frameworks.golang.dialects import DIALECTS, NET_HTTP, PASSES, REGISTERS, Dialect, imported
from persona_lsp.frameworks.golang.failures import HANDLING, error_handlers
from persona_lsp.frameworks.golang.found import Found
from persona_lsp.frameworks.golang.registers import Registering
from persona_lsp.syntax.ir import Module

_last: list[tuple[Module, Found]] = []


def read(module: Module) -> Found:
    """All that a file registers; the last file is remembered, since every framework asks."""
    if _last and _last[0][0] is module:
        return _last[0][1]
    found = Registering(module).read()
    for above, below in found.below:
        found.uses.extend(replace(use, router=Ref(below)) for use in found.uses[:] if use.router.name == above)
    _last[:] = [(module, found)]
    return found


def extracted(module: Module, framework: str, *, shared: bool) -> Extracted:
    """What belongs to a framework. `shared`: what belongs to none of them goes with this one."""
    found = read(module)
    return Extracted(
        routers=tuple(r for r in found.routers.values() if r.framework == framework),
        mounts=tuple(m for m in found.mounts if m.framework == framework),
        uses=tuple(found.uses) if shared else (),
        routes=tuple(r for r in found.routes if r.framework == framework),
        aliases=tuple(found.aliases.items()) if shared else (),
        inline=tuple(found.inline.items()) if shared else (),
        problems=tuple(found.problems) if shared else (),
        cors=tuple(policies(module, found.packages)) if shared else (),
        error_handlers=tuple(error_handlers(module, framework)) if framework in HANDLING else (),
    )


def registers(module: Module) -> bool:
    """Whether anything in the file looks like a registration, or like a function that makes handlers."""
    source = module.source
    return b"Handler" in source or PASSES.search(source) is not None or REGISTERS.search(source) is not None


def uses(module: Module, dialect: Dialect) -> bool:
    """Whether the file imports the framework."""
    return dialect in imported(module).values()


def first_of(module: Module) -> Dialect:
    """The framework that goes first where a file uses several: net/http is there for all of them."""
    found = imported(module).values()
    return next((d for d in DIALECTS if d in found), NET_HTTP)
