"""Everything that one file of a Django project says."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import ClassFacts, Constant
from persona_lsp.facts.http import Mount, Router
from persona_lsp.facts.text import Ref
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.django.channels import sockets
from persona_lsp.frameworks.django.found import Found
from persona_lsp.frameworks.django.names import imported
from persona_lsp.frameworks.django.ninja import read_ninja
from persona_lsp.frameworks.django.routers import read_routers
from persona_lsp.frameworks.django.settings import cors_of, is_settings, read_settings
from persona_lsp.frameworks.django.urls import SITE, read_patterns
from persona_lsp.frameworks.django.views import views
from persona_lsp.syntax.ir import ClassNode, Module, Stmt
from persona_lsp.syntax.python_names import names_of, place, ref_name

_REMEMBERED = 4
_latest: list[tuple[tuple[Stmt, ...], Found]] = []


def extract(module: Module) -> Extracted:
    """The HTTP facts of a file."""
    found = found_in(module)
    said = (*found.views, *views(found.names))
    return Extracted(
        routers=tuple(found.routers.values()),
        mounts=tuple(found.mounts),
        routes=(*found.routes, *sockets(module)),
        error_handlers=tuple(found.error_handlers),
        cors=tuple(cors_of(found)),
        config=tuple(found.config),
        views=said,
        classes=tuple(_failures(found)),
        constants=tuple(Constant(v.name, None, v.where) for v in said if v.kind == "made"),
        registries=tuple((n, r) for n, r in found.registries.items() if r.lookup != "<registered>"),
        inline=tuple(found.inline.items()),
    )


def _failures(found: Found) -> Iterator[ClassFacts]:
    """Exceptions that say which status they become (`APIException`)."""
    for cls in found.names.classes.values():
        bases = tuple(Ref(name) for b in cls.bases if (name := ref_name(b)))
        if not any(b.name.endswith(("Exception", "Error")) or b.name in _RAISED for b in bases):
            continue
        given = next((f.value for f in cls.fields if f.name == "status_code"), None)
        known = status_of(given) or _inherited(cls, found)
        if known is not None:
            name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
            yield ClassFacts(
                name, place(cls, found.names.module), "exception", bases, methods=tuple(m.name for m in cls.methods),
                status=known[0],
            )  # fmt: skip


def _inherited(cls: ClassNode, found: Found) -> tuple[int, bool] | None:
    """The status of Django's or REST framework's exception that the class extends."""
    for base in cls.bases:
        top, name = imported(base, found.names)
        if top in ("django", "rest_framework") and name in _RAISED:
            return _RAISED[name], False
    return None


_RAISED: Final = {
    "Http404": 404, "NotFound": 404, "PermissionDenied": 403, "Throttled": 429, "AuthenticationFailed": 401,
    "NotAuthenticated": 401, "ParseError": 400, "MethodNotAllowed": 405,
}  # fmt: skip


def found_in(module: Module) -> Found:
    """The same as a draft, which knows more; made once for the statements of a file."""
    for body, known in _latest:
        if body is module.body:
            return known
    found = _found(module)
    _latest.insert(0, (module.body, found))
    del _latest[_REMEMBERED:]
    return found


def _found(module: Module) -> Found:
    found = Found(names_of(module), {}, {}, [], [], [], [], {}, {}, [], set(), {})
    source = module.source
    if b"ninja" in source or b".add_router(" in source:
        read_ninja(module.body, found)
    if b"Router" in source or b".register(" in source:
        read_routers(module.body, found)
    if b"urlpatterns" in source or b"path(" in source or b"url(" in source:
        read_patterns(module.body, found)
    if is_settings(module):
        read_settings(module.body, found)
    if "urlpatterns" in found.routers and SITE not in found.routers:
        # Where no settings say what is served, the only list that nothing includes is.
        where = found.routers["urlpatterns"].where
        found.routers[SITE] = Router(SITE, "app", "django", where)
        found.mounts.append(Mount(Ref(SITE), Ref("urlpatterns"), "django", where, 0))
    return found
