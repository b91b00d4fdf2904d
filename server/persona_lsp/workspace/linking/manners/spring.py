"""Spring: paths before all paths, rules by URL, interceptors, and what classes take from each request."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, GuardKind, Route, Use
from persona_lsp.facts.text import Ref
from persona_lsp.workspace.guards import interceptors, matches, security_rules
from persona_lsp.workspace.linking.chain import Chain
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.names import Names, resolve, text, unit
from persona_lsp.workspace.paths import join

_PROTECTS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})
_DEEPEST: Final = 4
"""Annotations that carry annotations end somewhere."""
_ADVICE: Final = frozenset({"ControllerAdvice", "RestControllerAdvice"})
_PATH_PREFIX: Final = (Ref("${spring.mvc.path-prefix:}"),)
"""What a `PathMatchConfigurer` puts before the paths of controllers."""
_CONTEXTS: Final = (
    ("server.servlet.context-path", "server.servlet.contextPath"),
    ("spring.mvc.servlet.path", "spring.mvc.servlet.path"),
    ("spring.webflux.base-path", "spring.webflux.basePath"),
    ("quarkus.http.root-path", "quarkus.http.root-path"),
)
"""Settings of what stands before everything that is served, in their order, each as Spring spells it."""
_OLD_CONTEXTS: Final = (("server.context-path", "server.contextPath"),)
"""What Spring Boot 1 called it."""

Rule = tuple[str, Guard]
"""(pattern of paths, guard)."""


class Spring(Manner):
    """The manner of Spring MVC, WebFlux and JAX-RS."""

    sessions = "default"

    def __init__(self, names: Names) -> None:
        """Find the methods that run before handlers."""
        super().__init__(names)
        self._told: list[tuple[float, Guard]] = []
        self._shared, self._advice = _shared(names)

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

    def path(self, path: str, route: Route, router: Key | None, chain: Chain, own: str) -> tuple[str, str, bool] | None:
        """The path behind that of the unit and the prefix of all controllers."""
        every, known = text(self.names, path, _PATH_PREFIX)
        return join(self._context(path), every, chain.prefix, own), join(every, chain.prefix, own), known

    def _context(self, path: str) -> str:
        found: list[str] = []
        for keys in (*_CONTEXTS, *(_OLD_CONTEXTS if self._is_old else ())):
            told = (text(self.names, path, (Ref("${" + key + ":}"),)) for key in keys)
            found.append(next((value for value, known in told if value and known), ""))
        return join(*found) if any(found) else ""

    @cached_property
    def _is_old(self) -> bool:
        every = (pair for entry in self.names.files.values() for pair in entry.facts.versions)
        return any(package.startswith("spring-boot") and version.startswith("1.") for package, version in every)

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
        stopping = tuple(g for p, g in _rules_for(self._interceptors, path) if _covers(p, g, method, below))
        certain = tuple(g for g in stopping if g.kind in _PROTECTS and not g.conditional)
        for pattern, guard in _rules_for(self._rules, path):
            if not _covers(pattern, guard, method, below):
                continue
            if not guard.allows_all:
                return (guard, *certain, *after)
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


def _covers(pattern: str, guard: Guard, method: str, path: str) -> bool:
    """The guard stands before requests of this method for this path."""
    if guard.methods and method not in guard.methods and method != "ANY":
        return False
    if guard.within and not any(matches(scope, path) for scope in guard.within):
        return False
    return matches(pattern, path) and not any(matches(left_out, path) for left_out in guard.outside)


def _rules_for(rules: Sequence[Rule], file: str) -> Sequence[Rule]:
    """The rules of the module that the file belongs to; those of other modules where it has none of its own."""
    root = unit(file)
    own = [rule for rule in rules if unit(rule[1].where.path) == root]
    if own or len({unit(guard.where.path) for _, guard in rules}) < 2:
        return own or rules
    first = rules[0][1]
    # Which of the modules' rules the application runs with is a matter of its class path.
    return (("/**", Guard(first.name, GuardKind.UNKNOWN, first.level, first.where)),)
