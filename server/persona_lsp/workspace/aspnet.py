"""Paths of ASP.NET: absolute templates, tokens, conventional patterns; and what an application demands of all callers."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Route
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.attributes import demanded
from persona_lsp.workspace.csharp import project, projects_of
from persona_lsp.workspace.names import Names, resolve
from persona_lsp.workspace.paths import join

FRAMEWORK: Final = "aspnet"
_PATTERN: Final = "aspnet.pattern"
_MIDDLEWARE: Final = "middleware"
_ODATA: Final = "odata"
_ODATA_SET: Final = "aspnet.odata.set"
_ODATA_PREFIX: Final = "aspnet.odata.prefix"
_SET_UP: Final = frozenset({"fallback", "controllers"})
_HOPS: Final = 4
_PARAMETER: Final = lazy(r"\{(\*{0,2})(\w+)((?::(?:[^{}]|\{\{|\}\})*)?)(\?|=[^{}]*)?\}")
_ENDS: Final = lazy(r"[:(=?]")
_NUMBERS: Final = frozenset({"int", "long"})
_TOKEN: Final = lazy(r"\[(controller|action|area|namespace)\]", re.IGNORECASE)
_REQUIRED: Final = lazy(r"\{(controller|action)(?:[:=?][^{}]*)?\}", re.IGNORECASE)
_OTHER: Final = lazy(r"(?:^|/)\[\w+\](?=/|$)")
_PROTECTS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})


def paths(
    names: Names, path: str, route: Route, controller: str, prefix: str, own: str, *, is_class: bool, attributed: bool
) -> Iterator[str]:
    """The full paths of a route. `controller` is the class that serves it, `attributed` says that it has a template."""
    stem = controller.rsplit(".", 1)[-1].removesuffix("Controller")
    if is_class and not attributed and route.conventional:
        served = names.files[path].routers.get(route.router.name) if route.router is not None else None
        by_model = served is not None and any(key == _ODATA for key, _ in served.settings)
        yield from _modelled(names, path, stem, route) if by_model else _conventional(names, path, stem, route)
        return
    if is_class and own.startswith(("/", "~/")):
        raw = own.removeprefix("~")
    else:
        raw = join(prefix, own)
    # `[namespace]` is what the library of endpoint classes adds to ASP.NET's own tokens.
    last = names.files[path].facts.package.rpartition(".")[2]
    tokens = {"controller": stem, "action": route.action, "namespace": last if is_class else ""}
    made = _TOKEN.sub(lambda m: tokens.get(m[1].lower()) or m[0], raw)
    if is_class:
        # A parameter of that name takes the value of the action alone.
        made = _REQUIRED.sub(lambda m: tokens.get(m[1].lower()) or m[0], made)
    if not _OTHER.search(made):
        yield template(made)


def template(raw: str) -> str:
    """A template with its constraints, defaults and catch-alls in the notation of all frameworks."""
    return _PARAMETER.sub(_parameter, raw)


def _parameter(match: re.Match[str]) -> str:
    star, name, constraint, _ = match.groups()
    if star:
        return "{*" + name + "}"
    first = _ENDS.split(constraint.lstrip(":"), maxsplit=1)[0]
    if first in _NUMBERS:
        return "{" + name + ":int}"
    return "{" + name + (f":{first}" if first.isalpha() else "") + "}"


def _conventional(names: Names, path: str, stem: str, route: Route) -> Iterator[str]:
    """What the application's patterns make of a controller and an action."""
    area = names.files[path].routers[route.router.name].controller if route.router is not None else ""
    action = route.action
    for given, pattern in _patterns(names, path):
        values = {"controller": stem, "action": action}
        if any(given.get(k, v).lower() != v.lower() for k, v in values.items()):
            continue
        has_area = "{area" in pattern or "area" in given
        if has_area != bool(area) or (area and given.get("area", area).lower() != area.lower()):
            continue
        if "{controller" not in pattern and "controller" not in given:
            continue
        if "{action" not in pattern and "action" not in given and "{controller" in pattern:
            continue
        takes_id = any(p.local == "id" for p in route.params)
        yield _filled(pattern, {**values, "area": area}, keep_id=takes_id)
        return


def _modelled(names: Names, path: str, stem: str, route: Route) -> Iterator[str]:
    """What the model of the application makes of an action of OData that has the name of what it does."""
    prefixes = set(_settings(names, path, _ODATA_PREFIX))
    entity = next((e for n, _, e in (s.partition("=") for s in _settings(names, path, _ODATA_SET)) if n == stem), "")
    verb = route.methods[0].title()
    if not entity or len(prefixes) != 1 or route.action not in {verb, verb + stem, verb + entity}:
        return
    key = "({key})" if any(p.local == "key" for p in route.params) else ""
    yield join(prefixes.pop(), stem + key)


def _settings(names: Names, path: str, key: str) -> Iterator[str]:
    """What the configuration of the application that a file belongs to says under a key."""
    root = project(names, path)
    for other, entry in names.files.items():
        if entry.facts.role != "test" and project(names, other) == root:
            yield from (item.value for item in entry.facts.config if item.key == key)


def _filled(pattern: str, values: dict[str, str], *, keep_id: bool) -> str:
    segments: list[str] = []
    for segment in pattern.strip("/").split("/"):
        match = _PARAMETER.fullmatch(segment)
        if match is None:
            segments.append(segment)
        elif match[2] in values:
            segments.append(values[match[2]])
        elif keep_id or not (match[4] or "?" in match[3] or "=" in match[3]):
            segments.append(_parameter(match))
    return "/" + "/".join(segments)


def _patterns(names: Names, path: str) -> list[tuple[dict[str, str], str]]:
    """The patterns of the application that a file belongs to, in order: (values that they set, template)."""
    root = project(names, path)
    found = [
        (project(names, other), item.value)
        for other, entry in names.files.items()
        for item in entry.facts.config
        if item.key == _PATTERN and entry.facts.role != "test"
    ]
    near = [value for owner, value in found if owner == root]
    if not near and root not in applications(names) and len({owner for owner, _ in found}) == 1:
        near = [value for _, value in found]
    made: list[tuple[dict[str, str], str]] = []
    for value in near:
        given, _, pattern = value.partition("|")
        made.append((dict(pair.split("=", 1) for pair in given.split("&") if "=" in pair), pattern))
    return made


def applications(names: Names) -> frozenset[str]:
    """The projects that make an application of their own."""
    return frozenset(project(names, path) for path, symbol in names.apps if symbol)


def marked(names: Names, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """Guards with those that the project made itself as their classes are; what demands nothing of callers is none."""
    found: list[Guard] = []
    for guard in guards:
        told = _of_class(names, guard) if guard.mark else guard
        if told is not None and (told.kind is not GuardKind.OTHER or not guard.mark):
            found.append(told)
    return tuple(found)


def _of_class(names: Names, guard: Guard) -> Guard | None:
    """What the class of an attribute or filter demands; the guard as its name alone says where that cannot be told."""
    symbol = guard.symbol
    if symbol is None:
        return guard
    kind = demanded(names, guard.where.path, symbol.name)
    if kind is not None:
        return replace(guard, kind=kind)
    target = resolve(names, guard.where.path, symbol.name)
    own = names.files[target.path].classes.get(target.name) if target is not None else None
    told = next((g for g in own.guards if g.name == _MIDDLEWARE), None) if own is not None else None
    if told is None or told.kind is GuardKind.UNKNOWN:
        return replace(guard, kind=GuardKind.UNKNOWN) if told is not None and told.conditional else guard
    return replace(guard, kind=told.kind)


def settled(names: Names, rules: Sequence[Guard]) -> list[Guard]:
    """The rules of all applications, with middleware as its class, or the method that puts it there, says it is."""
    return [
        found for rule in rules for found in (_placed(names, rules, rule, 0) if rule.name == _MIDDLEWARE else (rule,))
    ]


def _placed(names: Names, rules: Sequence[Guard], rule: Guard, depth: int) -> Iterator[Guard]:
    target = resolve(names, rule.where.path, rule.symbol.name) if rule.symbol is not None and depth < _HOPS else None
    entry = names.files[target.path] if target is not None else None
    if entry is None or target is None:
        if rule.kind is not GuardKind.OTHER:
            yield rule
        return
    function = entry.functions.get(target.name)
    if function is not None:
        # `app.UseGates()`: what that puts there stands in it, perhaps in another project.
        for inner in rules:
            if inner.where.path == target.path and function.start <= inner.where.start < function.end:
                for found in _placed(names, rules, inner, depth + 1) if inner.name == _MIDDLEWARE else (inner,):
                    yield replace(found, where=rule.where)
        return
    own = entry.classes.get(target.name)
    told = next((g for g in own.guards if g.name == _MIDDLEWARE), None) if own is not None else None
    if told is None or told.kind is GuardKind.UNKNOWN:
        if rule.kind is not GuardKind.OTHER or (told is not None and told.conditional):
            yield replace(rule, kind=GuardKind.UNKNOWN)
    elif told.kind is not GuardKind.OTHER:
        yield replace(rule, kind=told.kind)


def ruled(
    names: Names, rules: Sequence[Guard], path: str, guards: tuple[Guard, ...], *, is_class: bool
) -> tuple[Guard, ...]:
    """The guards with what the application demands of all endpoints that say nothing themselves, or of all controllers."""
    root = project(names, path)
    near = [rule for rule in rules if project(names, rule.where.path) == root]
    # A library that the application refers to may be asked to set it up, or may not.
    below = projects_of(names, root) or frozenset()
    near += [
        replace(rule, kind=GuardKind.UNKNOWN)
        for rule in rules
        if rule.name in _SET_UP
        and (own := project(names, rule.where.path)) != root
        and own in below
        and not rule.allows_all
    ]
    if not near and root not in applications(names) and len({project(names, r.where.path) for r in rules}) == 1:
        near = list(rules)  # a library of controllers, and one application that may serve them
    said = any(g.kind in _PROTECTS for g in guards)
    added = tuple(
        rule
        for rule in near
        if (rule.name == "controllers" and is_class and not (rule.allows_all and said))
        or (rule.name in {"fallback", "middleware"} and not said)
    )
    return (*added, *guards)
