"""What views ask of callers: permission classes of the project, told by their code, and what the settings ask for."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.views import View
from persona_lsp.workspace.lineage import Base, line_of
from persona_lsp.workspace.modules import shared
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.urlconf import named

_KNOWN: Final = {
    "IsAuthenticated": GuardKind.AUTHN,
    "IsAdminUser": GuardKind.ROLE,
    "DjangoModelPermissions": GuardKind.AUTHZ,
    "DjangoObjectPermissions": GuardKind.AUTHZ,
}
_DEFAULT: Final = "REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES"
_WITHOUT_OBJECT: Final = frozenset({"list", "create"})


def asked(names: Names, guards: Sequence[Guard], action: str = "") -> tuple[Guard, ...]:
    """The permissions, with those of the project classified by what their code looks at."""
    return tuple(g for guard in guards for g in _asked(names, guard, action))


def _asked(names: Names, guard: Guard, action: str) -> Iterator[Guard]:
    if guard.kind is not GuardKind.UNKNOWN or guard.symbol is None:
        yield guard
        return
    target = named(names, guard.where.path, guard.symbol.name)
    if target is None or target.kind != "class":
        yield guard
        return
    line = [Base(*pair) for pair in line_of(names, target.path, target.name)]
    told = next((g for b in line if not b.library for g in _deciding(names, b)), None)
    by_base = next((_KNOWN[b.last] for b in line if b.library and b.last in _KNOWN), None)
    if told is not None:
        kind = by_base if told.kind is GuardKind.OTHER else told.kind
        yield replace(guard, kind=kind, methods=told.methods) if kind is not None else guard
    elif by_base is not None:
        yield replace(guard, kind=by_base)
    elif action not in _WITHOUT_OBJECT or any(b.library and b.last not in ("BasePermission", "object") for b in line):
        yield guard  # what looks at objects alone lets lists and what is created pass


def _deciding(names: Names, base: Base) -> tuple[Guard, ...]:
    """What the class's own `has_permission` demands."""
    view = names.files[base.path].views.get(base.name)
    return view.guards if view is not None and view.kind == "permission" else ()


def site_permissions(names: Names, path: str) -> tuple[Guard, ...]:
    """What the settings ask of callers where a view of REST framework says nothing: nothing, unless they do."""
    told = _told(names, path, _DEFAULT)
    if told:
        asks = [view.permissions or () for view in told]
        if all([g.name for g in one] == [g.name for g in asks[0]] for one in asks):
            return asked(names, asks[0])
        return (Guard(_DEFAULT, GuardKind.UNKNOWN, Level.APP, told[0].where),)
    unread = next((e.where for e in _entries(names, "REST_FRAMEWORK.*")), None)
    if unread is None and any(True for _ in _entries(names, "ROOT_URLCONF")):
        return ()
    return (Guard(_DEFAULT, GuardKind.UNKNOWN, Level.APP, unread or Where(path, 0, 0)),)


def pages_of_site(names: Names, path: str) -> tuple[str, str]:
    """The class that cuts lists into pages where a view says nothing, as the settings name it, and their file."""
    found = [
        (shared(file, path), f"@{e.value}", file) for file, entry in names.files.items()
        if entry.facts.language == "python" and entry.facts.role == "prod" for e in entry.facts.config
        if e.key == "REST_FRAMEWORK.DEFAULT_PAGINATION_CLASS" and not e.profile and e.value not in ("", "?")
    ]  # fmt: skip
    best = max(found, default=(0, "", path))
    return best[1], best[2]


def site_guards(names: Names, path: str, rest: bool) -> tuple[Guard, ...]:
    """Middleware that refuses callers. That of Django itself leaves the views of REST framework alone."""
    told = _told(names, path, "MIDDLEWARE")
    return tuple(g for g in (told[0].guards if told else ()) if not rest or g.kind is GuardKind.UNKNOWN)


def _told(names: Names, path: str, key: str) -> list[View]:
    """What the settings say under a key: those nearest to the file, leaving out those of tests and the like."""
    found = [
        (shared(file, path), entry.views[key]) for file, entry in names.files.items()
        if key in entry.views and entry.facts.role == "prod"
        and not any(e.profile for e in entry.facts.config if e.where == entry.views[key].where)
    ]  # fmt: skip
    nearest = max((near for near, _ in found), default=0)
    return [view for near, view in found if near == nearest]


def _entries(names: Names, key: str) -> Iterator[ConfigEntry]:
    for entry in names.files.values():
        if entry.facts.language == "python":
            yield from (e for e in entry.facts.config if e.key == key and entry.facts.role == "prod")
