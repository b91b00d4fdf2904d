"""Inlay hints and code lenses: the full path beside a relative one, the default status, one line above a handler."""

from persona_lsp.review.profile import Profile
from persona_lsp.review.views import Hint, Lens
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot

_SHOWN = 3


def hints(snapshot: Snapshot, path: str, start: int, end: int, profile: Profile) -> tuple[Hint, ...]:
    """The hints between two offsets of a file. Nothing is said that the line says already."""
    del profile
    found: dict[int, Hint] = {}
    groups: dict[int, list[Endpoint]] = {}
    for endpoint in snapshot.by_file.get(path, ()):
        if endpoint.route.named:
            continue
        if endpoint.where.path == path and start <= endpoint.where.end and endpoint.where.start <= end:
            groups.setdefault(endpoint.where.start, []).append(endpoint)
    for endpoints in groups.values():
        first = endpoints[0]
        at = first.route.path_where.end if first.route.path_where is not None else first.where.end
        paths = list(dict.fromkeys(e.path for e in endpoints if e.path_known))
        label = ""
        if paths and not _written(first, paths[0]):
            more = f" +{len(paths) - 1}" if len(paths) > 1 else ""
            label = f"⇒ {paths[0]}{more}"
        status = _default_status(first)
        if status is not None:
            label = f"{label} → {status}".strip()
        if label:
            found[at] = Hint(at, label, "\n".join(e.label for e in endpoints), after=True)
    return tuple(found[at] for at in sorted(found))


def _written(endpoint: Endpoint, path: str) -> bool:
    """The source says the full path itself."""
    parts = endpoint.route.path
    text = "".join(p for p in parts if isinstance(p, str))
    return text.strip("/").replace(":", "").replace("{", "").replace("}", "") == path.strip("/").replace(
        "{", ""
    ).replace("}", "")


def _default_status(endpoint: Endpoint) -> int | None:
    """The framework's own status, where nothing in the source says one."""
    default = next((d.status for d in endpoint.declared if d.is_default), None)
    return default if default is not None and endpoint.success == (default,) else None


def lenses(snapshot: Snapshot, path: str, profile: Profile) -> tuple[Lens, ...]:
    """At most one line per handler: endpoint, who may call it, what it answers."""
    del profile
    found: dict[tuple[int, int], list[Endpoint]] = {}
    for endpoint in snapshot.by_file.get(path, ()):
        handler = endpoint.handler
        if handler is not None and handler.path == path:
            key = (handler.start, handler.start + handler.name_span.end)
        elif endpoint.where.path == path:
            key = (endpoint.where.start, endpoint.where.end)
        else:
            continue
        found.setdefault(key, []).append(endpoint)
    return tuple(Lens(start, end, _title(endpoints)) for (start, end), endpoints in sorted(found.items()))


def _title(endpoints: list[Endpoint]) -> str:
    first = endpoints[0]
    labels = list(dict.fromkeys(e.label for e in endpoints))
    shown = ", ".join(labels[:_SHOWN]) + (f" +{len(labels) - _SHOWN}" if len(labels) > _SHOWN else "")
    parts = [shown, "" if first.route.named and first.auth is Auth.UNKNOWN else auth_words(first)]
    if first.statuses:
        parts.append(" ".join(str(s) for s in first.statuses))
    return " · ".join(p for p in parts if p)


def auth_words(endpoint: Endpoint) -> str:
    """Who may call it, in two words."""
    return {
        Auth.REQUIRED: "🔒 login required", Auth.OPTIONAL: "login optional", Auth.NONE: "public", Auth.UNKNOWN: "auth unknown",
    }[endpoint.auth]  # fmt: skip
