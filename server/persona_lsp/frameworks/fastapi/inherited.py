"""Routers that classes have by a base, or by a field that makes one for each object."""

import re

from msgspec.structs import replace

from persona_lsp.facts.http import Mount, Router
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.fastapi.found import Env, Found
from persona_lsp.syntax.ir import Call, ClassNode, FieldNode, Name
from persona_lsp.syntax.python_names import place, ref_name
from persona_lsp.text.patterns import lazy

_USED = lazy(
    rb"\bself\.(\w*router)\.(?:get|post|put|patch|delete|api_route|websocket|add_api_route|add_api_websocket_route"
    rb"|include_router)\("
)


def made_by_field(field: FieldNode) -> Call | None:
    """What a field of a class makes: `router = APIRouter()`, `router: APIRouter = field(default_factory=APIRouter)`."""
    value = field.value
    if not isinstance(value, Call):
        return None
    factory = value.kwarg("default_factory") or value.kwarg("factory")
    if isinstance(factory, Name) and field.type is not None and ref_name(factory) == ref_name(field.type):
        return replace(value, func=factory, args=(), kwargs=())
    return value


def add_inherited(cls: ClassNode, name: str, env: Env, found: Found) -> None:
    """Routers that methods of a class register on, and that a base of it makes: each class has one of its own."""
    source = found.names.module.source
    base = next((ref_name(b) for b in cls.bases if ref_name(b)), "")
    if not base:
        return
    for used in sorted({m[1].decode() for m in _USED.finditer(source, cls.start, cls.end)}):
        own = f"self.{used}"
        if own in env.symbols or re.search(
            rb"\bself\.%s\s*(?::[^=\n]+)?=[^=]" % used.encode(), source[cls.start : cls.end]
        ):
            continue
        symbol, where = f"{name}.{used}", place(cls, found.names.module)
        env.symbols[own] = symbol
        found.routers[symbol] = Router(symbol, "router", "fastapi", where, copies=Ref(f"{base}.{used}"))
        # What the base registers is registered for each of them.
        found.mounts.append(
            Mount(
                Ref(symbol), Ref(f"{base}.{used}"), "fastapi", where, found.next_order(), replaces_prefix=True
            )
        )  # fmt: skip
