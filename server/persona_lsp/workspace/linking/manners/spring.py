"""Spring: paths before all paths, rules by URL, interceptors, and what classes take from each request."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, GuardKind, Route, Router, Use
from persona_lsp.facts.text import Ref
from persona_lsp.workspace.guards import interceptors, matches, security_rules
from persona_lsp.workspace.linking.built_with import BuiltWith, Rule
from persona_lsp.workspace.linking.chain import Chain
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.linking.prefixed import Prefixed
from persona_lsp.workspace.modules import above
from persona_lsp.workspace.names import Names, resolve, text
from persona_lsp.workspace.paths import join

_PROTECTS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})
_FILTER: Final = "filter"
_DEEPEST: Final = 4
"""Annotations that carry annotations end somewhere."""
_ADVICE: Final = frozenset({"ControllerAdvice", "RestControllerAdvice"})
_CONTEXTS: Final = (
    ("server.servlet.context-path", "server.servlet.contextPath"),
    ("spring.mvc.servlet.path", "spring.mvc.servlet.path"),
    ("spring.webflux.base-path", "spring.webflux.basePath"),
    ("quarkus.http.root-path", "quarkus.http.root-path"),
)
"""Settings of what stands before everything that is served, in their order, each as Spring spells it."""
_OLD_CONTEXTS: Final = (("server.context-path", "server.contextPath"),)
"""What Spring Boot 1 called it."""
_REPOSITORIES: Final = (("spring.data.rest.base-path", "spring.data.rest.basePath"),)
"""What stands before the repositories that Spring Data REST exports, and before controllers that are aware of it."""
_STRATEGY: Final = (Ref("${spring.data.rest.detection-strategy:default}"),)
_EXPORT: Final = frozenset({"spring-boot-starter-data-rest", "spring-data-rest-webmvc", "spring-data-rest-core"})
_WITHOUT_CRUD: Final = 3
"""Since Spring Boot 3, a repository that sorts and pages does not save."""


class Spring(Manner):
    """The manner of Spring MVC, WebFlux and JAX-RS."""

    colons = False

    sessions = "default"

    def __init__(self, names: Names) -> None:
        """Find the methods that run before handlers."""
        super().__init__(names)
        self._told: list[tuple[float, Guard]] = []
        self._shared, self._advice = _shared(names)
        self._built_with = BuiltWith(names)
        self._prefixed = Prefixed(names, self._built_with)

    @cached_property
    def _rules(self) -> Sequence[Rule]:
        return security_rules(self.names, self._told)

    @cached_property
    def _interceptors(self) -> Sequence[Rule]:
        return interceptors(self.names, self._told)

    def unplaced(self, use: Use) -> None:
        """A rule by URL holds for all endpoints that it matches."""
        if use.guard.matcher:
            self._told.append((use.rank, use.guard))

    def adopted(self, route: Route, entry: Router | None) -> Route | None:
        """The route; none where a repository is not exported, or has no method for it."""
        said = dict(entry.settings) if entry is not None else {}
        if said.get("exported") == "public":
            strategy, known = text(self.names, route.where.path, _STRATEGY)
            exported = not self._exporting.isdisjoint(above(route.where.path))
            if not exported or not known or strategy.lower() not in ("default", "visibility", "all"):
                return None
        alone = (
            said.get("base") == "paging" and route.derived and (route.methods != ("GET",) or route.path == ("/{id}",))
        )
        return None if alone and max(self._generations, default=0) >= _WITHOUT_CRUD else route

    def path(self, path: str, route: Route, router: Key | None, chain: Chain, own: str) -> tuple[str, str, bool] | None:
        """The path behind that of the unit and the prefix of all controllers, or that of all repositories."""
        every, known = self._prefixed.before(path)
        entry = self.names.files[router[0]].routers.get(router[1]) if router is not None else None
        if entry is not None and any(key == "base" for key, _ in entry.settings):
            every, known = self._set(path, _REPOSITORIES)
        before = self._set(self._built_with.settings_of(path), self._contexts)[0]
        return join(before, every, chain.prefix, own), join(every, chain.prefix, own), known

    def _set(self, path: str, groups: Sequence[tuple[str, str]]) -> tuple[str, bool]:
        """What the settings of the unit put before a path, in the order of `groups`; whether all of it is known."""
        found: list[str] = []
        sure = True
        for keys in groups:
            told = [text(self.names, path, (Ref("${" + key + ":}"),)) for key in keys]
            found.append(next((value for value, known in told if value and known), ""))
            sure = sure and all(known for _, known in told)
        return (join(*found) if any(found) else ""), sure

    @cached_property
    def _contexts(self) -> Sequence[tuple[str, str]]:
        return (*_CONTEXTS, *(_OLD_CONTEXTS if 1 in self._generations else ()))

    @cached_property
    def _generations(self) -> frozenset[int]:
        """The major versions of Spring Boot that manifests name."""
        every = (pair for entry in self.names.files.values() for pair in entry.facts.versions)
        majors = (version.partition(".")[0] for package, version in every if package.startswith("spring-boot"))
        return frozenset(int(major) for major in majors if major.isdecimal())

    @cached_property
    def _exporting(self) -> frozenset[str]:
        """Folders whose manifest asks for Spring Data REST."""
        return frozenset(
            path.rpartition("/")[0]
            for path, entry in self.names.files.items()
            if any(package in _EXPORT for package, _ in entry.facts.versions)
        )

    def declared(self, route: Route, handler: Function | None, classes: Sequence[Key], named: tuple[str, ...]) -> Route:
        """The route with what its class, the bases of that, and the advice of all controllers take from the request."""
        if not classes or not (self._shared or self._advice):
            return route
        own = [ref for key in classes for ref in self._shared.get(key, ())]
        added = tuple(ref for ref in (*own, *self._advice) if ref not in route.dependencies)
        return replace(route, dependencies=(*route.dependencies, *added)) if added else route

    def marked(self, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
        """Annotations of the project with those that they carry."""
        return tuple(found for guard in guards for found in (self._carried(guard, 0) if guard.mark else (guard,)))

    def _carried(self, guard: Guard, depth: int) -> tuple[Guard, ...]:
        kept = (guard,) if guard.kind is not GuardKind.OTHER else ()
        named = resolve(self.names, guard.where.path, guard.symbol.name) if guard.symbol is not None else None
        if named is None or named.kind not in ("class", "router") or depth > _DEEPEST:
            return kept
        carried = self.names.files[named.path].classes[named.name].guards
        found = tuple(
            g for one in carried if not one.only for g in (self._carried(one, depth + 1) if one.mark else (one,))
        )
        return tuple(replace(g, level=guard.level, where=guard.where, source=guard.source) for g in found) or kept

    def ruled(
        self,
        path: str,
        router: Key | None,
        method: str,
        below: str,
        before: tuple[Guard, ...],
        after: tuple[Guard, ...],
    ) -> tuple[Guard, ...]:
        """Add the first rule by URL that matches, and all interceptors, which come after the rules.

        A rule that lets everybody in leaves the rest as it is. What an interceptor may demand counts where no rule, or
        one that lets everybody in, says something.
        """
        stopping = tuple(
            g for p, g in self._built_with.rules_for(self._interceptors, path) if _covers(p, g, method, below)
        )
        certain = tuple(g for g in stopping if g.kind in _PROTECTS and not g.conditional)
        rules = self._built_with.rules_for(self._rules, path) or self._built_with.without_rules(path)
        for pattern, guard in rules:
            if not _covers(pattern, guard, method, below):
                continue
            if not guard.allows_all:
                return (guard, *certain, *after)
            # A filter that is registered apart stands before whatever the rules let in.
            apart = tuple(g for p, g in rules if _is_apart(g) and _covers(p, g, method, below))
            stopping = (*stopping, *apart)
            protected = any(g.kind in _PROTECTS and not g.allows_all and not g.conditional for g in (*certain, *after))
            return (*stopping, *after) if protected or stopping else (guard, *after)
        return (*stopping, *after)


def _shared(names: Names) -> tuple[Mapping[tuple[str, str], tuple[Ref, ...]], tuple[Ref, ...]]:
    """Methods that run before all handlers of their class, and those that run before all handlers there are."""
    found: dict[tuple[str, str], tuple[Ref, ...]] = {}
    advice: list[Ref] = []
    for path, entry in names.files.items():
        for route in entry.dependencies:
            if route.framework != "spring":
                continue
            name = f"{entry.facts.package}.{route.handler_key}".lstrip(".")
            cls = route.handler_key.rpartition(".")[0]
            if entry.classes[cls].annotations and not _ADVICE.isdisjoint(entry.classes[cls].annotations):
                advice.append(Ref(name))
            else:
                found[path, cls] = (*found.get((path, cls), ()), Ref(name))
    return found, tuple(advice)


def _is_apart(guard: Guard) -> bool:
    """`FilterRegistrationBean.setFilter`, which names no class here."""
    return guard.name == _FILTER and guard.symbol is None


def _covers(pattern: str, guard: Guard, method: str, path: str) -> bool:
    """The guard stands before requests of this method for this path."""
    if guard.methods and method not in guard.methods and method != "ANY":
        return False
    if guard.within and not any(matches(scope, path) for scope in guard.within):
        return False
    return matches(pattern, path) and not any(matches(left_out, path) for left_out in guard.outside)
