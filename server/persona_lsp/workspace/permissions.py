"""What views ask of callers: permission classes of the project, told by their code, and what the settings ask for."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.views import View
from persona_lsp.workspace.guard_code import PROTECTS
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
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "ANY")
_SUPER: Final = "super"
"""Among the functions that a permission asks: the same one of its bases."""
_WITHOUT_OBJECT: Final = frozenset({"list", "create"})


def asked(names: Names, guards: Sequence[Guard], action: str = "") -> tuple[Guard, ...]:
    """The permissions, with those of the project classified by what their code looks at."""
    return tuple(g for guard in guards for g in _asked(names, guard, action))


def _asked(names: Names, guard: Guard, action: str) -> Iterator[Guard]:
    if guard.either:
        yield from _one_of(names, guard, action)
        return
    if guard.kind is not GuardKind.UNKNOWN or guard.symbol is None:
        yield guard
        return
    target = named(names, guard.where.path, guard.symbol.name)
    if target is None or target.kind != "class":
        yield guard
        return
    line = [Base(*pair) for pair in line_of(names, target.path, target.name)]
    told = next(
        ((place, found) for place, b in enumerate(line) if not b.library and (found := _deciding(names, b))), None
    )
    by_base = next((_KNOWN[b.last] for b in line if b.library and b.last in _KNOWN), None)
    if told is not None:
        place, every = told
        for deciding in every:
            kind = by_base if deciding.kind is GuardKind.OTHER else deciding.kind
            if deciding.kind is GuardKind.OTHER and by_base is None:
                kind = _above(names, line[place + 1 :])
            if deciding.symbol is not None and _refuses(names, line, place, deciding.symbol.name.split()):
                kind = GuardKind.AUTHN
            yield replace(guard, kind=kind, methods=deciding.methods) if kind is not None else guard
    elif by_base is not None:
        yield replace(guard, kind=by_base)
    elif action not in _WITHOUT_OBJECT or any(b.library and b.last not in ("BasePermission", "object") for b in line):
        yield guard  # what looks at objects alone lets lists and what is created pass


def _deciding(names: Names, base: Base) -> tuple[Guard, ...]:
    """What the class's own `has_permission` demands."""
    view = names.files[base.path].views.get(base.name)
    return view.guards if view is not None and view.kind == "permission" else ()


def _above(names: Names, line: Sequence[Base]) -> GuardKind | None:
    """What the nearest `has_permission` of the bases demands of all; None if that cannot be told."""
    for place, base in enumerate(line):
        for told in () if base.library else _deciding(names, base):
            if told.kind is GuardKind.OTHER:
                return _above(names, line[place + 1 :])
            if told.symbol is not None:
                refused = _refuses(names, line, place, told.symbol.name.split())
                return GuardKind.AUTHN if refused else None
            return told.kind if told.kind is not GuardKind.UNKNOWN and not told.methods else None
    return None


def _refuses(names: Names, line: Sequence[Base], place: int, needed: Sequence[str]) -> bool:
    """Whether each of the functions that a `has_permission` asks lets no stranger pass."""
    for name in needed:
        if name == _SUPER:
            if _above(names, line[place + 1 :]) is None:
                return False
            continue
        target = named(names, line[place].path, name)
        view = names.files[target.path].views.get(target.name) if target is not None else None
        if target is None or target.kind != "function" or view is None or view.kind != "asks":
            return False
    return True


def _one_of(names: Names, guard: Guard, action: str) -> Iterator[Guard]:
    """One of several alternatives: demanded is what each of them demands; what one leaves open may be open.

    Where the guard is conditional, something that is not known chooses among them, and not the caller.
    """
    demanded: set[str] | None = None
    doubtful = False
    for way in guard.either:
        held = [g for one in way for g in _asked(names, one, action)]
        mine: set[str] = set()
        for one in held:
            if one.kind in PROTECTS and not one.optional:
                mine |= set(one.methods or _METHODS)
        if not mine and all(g.kind is GuardKind.OTHER or g.allows_all for g in held):
            if not guard.conditional:
                return  # everybody passes this way
            doubtful = True  # which way it is, the caller does not choose
        doubtful = doubtful or any(g.kind is GuardKind.UNKNOWN for g in held)
        demanded = mine if demanded is None else demanded & mine
    every = frozenset(_METHODS)
    if demanded:
        methods = () if demanded >= every else tuple(sorted(demanded))
        yield replace(guard, kind=GuardKind.AUTHZ, methods=methods, either=(), conditional=False)
    if doubtful and not (demanded or set()) >= every:
        yield replace(guard, kind=GuardKind.UNKNOWN, either=(), conditional=False)


def site_permissions(names: Names, path: str) -> tuple[Guard, ...]:
    """What the settings ask of callers where a view of REST framework says nothing: nothing, unless they do."""
    told = _told(names, path, _DEFAULT)
    if told:
        asks = [view.permissions or () for view in told]
        if all([g.name for g in one] == [g.name for g in asks[0]] for one in asks):
            return asked(names, asks[0])
        return (Guard(_DEFAULT, GuardKind.UNKNOWN, Level.APP, told[0].where),)
    unread = next((e.where for _, e in _entries(names, "REST_FRAMEWORK.*")), None)
    if unread is None and _entries(names, "ROOT_URLCONF"):
        return ()
    return (Guard(_DEFAULT, GuardKind.UNKNOWN, Level.APP, unread or Where(path, 0, 0)),)


def pages_of_site(names: Names, path: str) -> tuple[str, str]:
    """The class that cuts lists into pages where a view says nothing, as the settings name it, and their file."""
    entry, file = _nearest(names, path, "REST_FRAMEWORK.DEFAULT_PAGINATION_CLASS")
    return (f"@{entry.value}" if entry is not None else ""), file


def backends_of_site(names: Names, path: str) -> tuple[str, ...]:
    """The last names of the classes that filter lists where a view says nothing."""
    entry, _ = _nearest(names, path, "REST_FRAMEWORK.DEFAULT_FILTER_BACKENDS")
    return tuple(_lasts(entry)) if entry is not None else ()


def site_throttles(names: Names, path: str) -> tuple[Guard, ...]:
    """What limits how often somebody may call a view that says nothing itself."""
    entry, _ = _nearest(names, path, "REST_FRAMEWORK.DEFAULT_THROTTLE_CLASSES")
    if entry is None:
        return ()
    return tuple(Guard(name, GuardKind.RATE_LIMIT, Level.APP, entry.where, source=name) for name in _lasts(entry))


def _lasts(entry: ConfigEntry) -> list[str]:
    return [name.rsplit(".", 1)[-1] for name in entry.value.split("\n") if name]


def _nearest(names: Names, path: str, key: str) -> tuple[ConfigEntry | None, str]:
    """What the settings nearest to a file say under a key, and their file."""
    found = [
        (shared(file, path), e.value, file, e)
        for file, e in _entries(names, key)
        if not e.profile and e.value not in ("", "?")
    ]
    if not found:
        return None, path
    _, _, file, told = max(found, key=lambda one: one[:3])
    return told, file


def site_guards(names: Names, path: str, rest: bool) -> tuple[Guard, ...]:
    """Middleware that refuses callers. That of Django itself leaves the views of REST framework alone."""
    told = _told(names, path, "MIDDLEWARE")
    return tuple(g for g in (told[0].guards if told else ()) if not rest or g.kind is GuardKind.UNKNOWN)


def _told(names: Names, path: str, key: str) -> list[View]:
    """What the settings say under a key: those nearest to the file, leaving out those of tests and the like."""
    if key not in names.told_views:
        names.told_views[key] = tuple(
            (file, entry.views[key]) for file, entry in names.files.items()
            if key in entry.views and entry.facts.role == "prod"
            and not any(e.profile for e in entry.facts.config if e.where == entry.views[key].where)
        )  # fmt: skip
    found = [(shared(file, path), view) for file, view in names.told_views[key]]
    nearest = max((near for near, _ in found), default=0)
    return [view for near, view in found if near == nearest]


def _entries(names: Names, key: str) -> tuple[tuple[str, ConfigEntry], ...]:
    """What settings of Python say under a key, each with its file; those of tests and the like left out."""
    if key not in names.told:
        names.told[key] = tuple(
            (file, e)
            for file, entry in names.files.items()
            if entry.facts.language == "python" and entry.facts.role == "prod"
            for e in entry.facts.config
            if e.key == key
        )
    return names.told[key]
