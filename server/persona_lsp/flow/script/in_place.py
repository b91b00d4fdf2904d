"""What middleware that is written in place does, told by its text: it has no name under which it could be looked up."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level, Route
from persona_lsp.facts.place import Where
from persona_lsp.flow.script.names import Scope
from persona_lsp.flow.script.spared import spared
from persona_lsp.syntax.ir import FunctionNode, Module
from persona_lsp.text.patterns import lazy

_SHOWN = 200
"""How much of its text a guard carries."""
_PARAM = lazy(r"\{(\w+)")
_CHOOSES = lazy(
    r"\.(?:url|path|originalUrl|baseUrl|routerPath|routeOptions|raw\.url|method|is404|routerMethod)\b"
    r"|\{[^{}]*\b(?:url|path|originalUrl|method)\b[^{}]*\}\s*=\s*_?(?:req|request|ctx)\b"
)


def guard_in_place(function: FunctionNode, module: Module, level: Level, where: Where, scope: Scope) -> Guard:
    """The guard that `(req, res, next) => { ... }` is."""
    source = module.source[where.start : where.end].decode("utf-8", "replace")
    outside = spared(function, scope) if chooses(source) else None
    return Guard(
        "",
        _kind(_before_failure(function, source), understood=bool(outside)),
        level,
        where,
        source=source[:_SHOWN],
        leaves_route=leaves_route(function, module),
        path_params=path_params(function, module),
        outside=outside or (),
    )


def with_callbacks(route: Route, callbacks: Sequence[tuple[str, Guard]]) -> Route:
    """The route with the callbacks for its parameters in front of it: `router.param("id", load)`.

    `callbacks` are those of its router, with the parameters that they are called for.
    """
    written = "".join(part for part in route.path if isinstance(part, str))
    names = set(_PARAM.findall(written))
    guards = tuple(guard for name, guard in callbacks if name in names)
    return replace(route, guards=(*guards, *route.guards)) if guards else route


def leaves_route(function: FunctionNode, module: Module) -> bool:
    """It may hand the request past the rest of its route: `next("route")`."""
    if len(function.params) < 3 or not function.params[2].name:
        return False
    forward = re.escape(function.params[2].name)
    return re.search(rf"\b{forward}\([^()]*[\"'`]router?[\"'`]", _body(function, module)) is not None


def path_params(function: FunctionNode, module: Module) -> tuple[str, ...]:
    """The path parameters that it mentions, sorted; `*` if it takes all of them, or hands the request to other code."""
    if not function.params:
        return ()
    body = _body(function, module)
    request = function.params[0].name
    if not request:
        return ("*",) if "params" in body else ()
    name = re.escape(request)
    found = re.finditer(rf"\b{name}\.params\b(?:\??\.(\w+)|\[[\"'`](\w+)[\"'`]\])?", body)
    names = {match[1] or match[2] or "*" for match in found}
    if re.search(rf"[(,=]\s*{name}\s*[,);]", body):
        names.add("*")
    return tuple(sorted(names))


def chooses(source: str) -> bool:
    """It asks for the path or the method of a request, and may let some pass and others not."""
    return _CHOOSES.search(source) is not None


def _before_failure(function: FunctionNode, source: str) -> str:
    """What middleware of Koa says before it catches what fails behind it (`catch (err) { if (err.status === 401) }`)."""
    first = function.params[0].name if function.params else ""
    return re.split(r"\bcatch\b", source)[0] if first in ("ctx", "context") and "next()" in source else source


def _kind(source: str, *, understood: bool) -> GuardKind:
    """What it does, by what it answers."""
    if not understood and chooses(source) and re.search(r"401|403|[uU]nauth|[fF]orbid", source):
        # It lets some paths pass and not others.
        return GuardKind.UNKNOWN
    if re.search(r"\b401\b|[uU]nauthori[sz]ed|[uU]nauthenticated", source):
        return GuardKind.AUTHN
    if re.search(r"\b403\b|[fF]orbidden", source):
        return GuardKind.AUTHZ
    return GuardKind.OTHER


def _body(function: FunctionNode, module: Module) -> str:
    return module.source[function.body_start : function.body_end].decode("utf-8", "replace")
