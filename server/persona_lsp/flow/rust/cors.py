"""CORS of Rust's back ends: tower-http, actix-cors."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.facts.place import Where
from persona_lsp.flow.rust.names import RustFile, last_name
from persona_lsp.flow.walking import calls
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Member, Name

_REFLECTING: Final = {"very_permissive": "tower-http", "permissive": "actix-cors"}
_ANY: Final = frozenset({"Any", "any"})


def policies(file: RustFile) -> Iterator[CorsPolicy]:
    """The policies that the functions of a file build."""
    module = file.module
    if b"Cors" not in module.source:
        return
    for unit in file.units:
        if b"Cors" not in module.source[unit.node.start : unit.node.end]:
            continue
        seen: set[int] = set()
        for call in calls(unit.node.body):
            chain = _chain(call)
            start = chain[-1]
            owner = last_name(start.func.base) if isinstance(start.func, Member) else ""
            if owner not in ("CorsLayer", "Cors") or start.start in seen or id(call) in seen:
                continue
            seen.add(start.start)
            made = _policy(chain, owner, module.path)
            if made is not None:
                yield made


def _chain(call: Call) -> list[Call]:
    links = [call]
    while isinstance(links[-1].func, Member) and isinstance(links[-1].func.base, Call):
        links.append(links[-1].func.base)
    return links


def _policy(chain: list[Call], owner: str, path: str) -> CorsPolicy | None:
    start = chain[-1]
    library = "tower-http" if owner == "CorsLayer" else "actix-cors"
    origins: bool | None = None
    credentials: bool | None = False
    effect = "reflects"
    at: Where | None = None
    credentials_at: Where | None = None
    if _REFLECTING.get(start.name) == library:
        origins, credentials = True, True
        at = credentials_at = Where(path, start.start, start.end)
    elif start.name not in ("new", "default", "permissive"):
        return None
    elif start.name == "permissive":
        origins, at = True, Where(path, start.start, start.end)
    for link in reversed(chain[:-1]):
        name, args = link.name, link.args
        here = Where(path, link.func.name_start, link.end) if isinstance(link.func, Member) else None
        if name in ("allow_origin", "allow_origin_fn", "allowed_origin", "allow_any_origin", "allowed_origin_fn"):
            told, effect_here = _origins(name, args)
            origins, effect, at = told, effect_here or effect, here
            if args:
                at = Where(path, args[0].start, args[0].end)
        elif name == "allow_credentials":
            given = args[0] if args else None
            credentials = bool(given.value) if isinstance(given, Const) else None
            credentials_at = Where(path, given.start, given.end) if given is not None else None
        elif name == "supports_credentials":
            credentials, credentials_at = True, here
    if origins is None and credentials is False:
        return None
    where = at or Where(path, start.start, start.end)
    return CorsPolicy(library, where, origins, credentials, effect, at, credentials_at)


def _origins(name: str, args: tuple[AnyExpr, ...]) -> tuple[bool | None, str]:
    """Whether every origin is allowed; what happens with credentials then."""
    if name == "allow_any_origin":
        return True, "reflects"
    given = args[0] if args else None
    if isinstance(given, Name | Member):
        last = given.id if isinstance(given, Name) else given.name
        return (True, "fails") if last in _ANY else (None, "")
    if isinstance(given, Call):
        if given.name in _ANY:
            return True, "fails"
        if given.name == "mirror_request":
            return True, "reflects"
    return (False, "") if name == "allowed_origin" and not isinstance(given, Name) else (None, "")
