"""What the modules of a Java project that run together have in common: rules by URL, settings, Spring Security itself."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.workspace.builds import Builds, builds
from persona_lsp.workspace.names import Names, properties_of, unit

_STARTERS: Final = (
    "spring-boot-starter-security", "spring-boot-starter-oauth2-resource-server",
    "spring-boot-starter-security-oauth2-resource-server",
)  # fmt: skip
"""What lets nobody in who has not signed in, unless the application says otherwise."""
_CONFIGURES: Final = (
    "org.springframework.security.config", "org.springframework.security.web", "org.springframework.security.oauth2.config",
    "org.springframework.boot.autoconfigure.security", "org.springframework.boot.security", "org.springframework.cloud.security",
    "org.springframework.boot.actuate.autoconfigure.security", "org.keycloak.adapters",
)  # fmt: skip
"""Packages of which somebody imports who says otherwise."""
_SECURITY: Final = "org.springframework.security."
_ADDS: Final = tuple(
    f"{_SECURITY}web.{part}" for part in ("authentication", "access", "AuthenticationEntryPoint", "FilterInvocation")
)
"""Packages of what stands in a chain that somebody puts together."""
_CHAINS: Final = frozenset({
    "HttpSecurity", "ServerHttpSecurity", "WebSecurity", "WebSecurityCustomizer", "WebSecurityConfigurerAdapter",
    "ResourceServerConfigurerAdapter",
})  # fmt: skip
"""What code that puts a chain together names."""
_NOBODY_KNOWS: Final = GuardKind.UNKNOWN
_METHODS: Final = "org.springframework.security.config.annotation.method"
_SETTINGS: Final = ("spring.autoconfigure.exclude", "security.basic", "security.ignored")
"""Settings that may switch it off, the latter two up to Spring Boot 1."""
_UNREAD: Final = ("kotlin", "groovy")
"""Parts of names of packages that code needs which is not read here."""
_ELSEWHERE: Final = "ImportResource"
_GATEWAYS: Final = ("gateway", "zuul")
"""Parts of names of packages that hand requests on to other applications, after they may have looked who calls."""

Told = tuple[str, str, str]
"""(file, for what, text) of something that code says."""
Rule = tuple[str, Guard]
"""(pattern of paths, guard)."""


class BuiltWith:
    """Answers about the modules of one set of files."""

    def __init__(self, names: Names) -> None:
        """Nothing is read before somebody asks."""
        self._names = names
        self._told: dict[str, tuple[Rule, ...]] = {}

    @cached_property
    def _builds(self) -> Builds:
        return builds(self._names)

    def rules_for(self, rules: Sequence[Rule], file: str) -> Sequence[Rule]:
        """The rules of the module that the file belongs to; where it has none of its own, those it runs with.

        Where the manifests do not tell which those are, it may be those of any other module.
        """
        root = unit(file)
        own = [rule for rule in rules if unit(rule[1].where.path) == root]
        if own or not rules:
            return own
        if applications := self._builds.applications(root):
            seen = [self._of(rules, application) for application in applications]
            if all(one == seen[0] for one in seen):
                before = [] if seen[0] else [rule for rule in rules if self._is_gateway(unit(rule[1].where.path))]
                return seen[0] or _unknown(before)
            rules = [rule for rule in rules if any(rule in one for one in seen)]
        elif len({unit(guard.where.path) for _, guard in rules}) < 2:
            return rules
        # Which of the modules' rules the application runs with is a matter of its class path.
        return _unknown(rules)

    def _of(self, rules: Sequence[Rule], application: str) -> list[Rule]:
        own = [rule for rule in rules if unit(rule[1].where.path) == application]
        parts = self._builds.reach[application]
        return own or [rule for rule in rules if unit(rule[1].where.path) in parts]

    def _is_gateway(self, application: str) -> bool:
        return any(part in name for name in self._builds.asks.get(application, ()) for part in _GATEWAYS)

    def of_module(self, entries: Sequence[Told], file: str) -> Sequence[Told]:
        """Those of entries (the file first) that hold for a file: of its own module, else of what that runs with."""
        root = unit(file)
        own = [one for one in entries if unit(one[0]) == root]
        if own:
            return own
        if applications := self._builds.applications(root):
            parts = frozenset().union(*(self._builds.reach[one] for one in applications))
            return [one for one in entries if unit(one[0]) in parts]
        # A library that nothing here starts brings with it what it is built with.
        parts = self._builds.reach.get(root, frozenset())
        own = [one for one in entries if unit(one[0]) in parts]
        return own or (entries if len(self._names.properties) == 1 else ())

    def settings_of(self, file: str) -> str:
        """A file of the unit whose settings hold for the file: its own, else that of the only application it is in."""
        if unit(file) in self._names.properties or properties_of(self._names, file) is not None:
            return file
        applications = self._builds.applications(unit(file))
        return self._builds.runs[applications[0]] if len(applications) == 1 else file

    def without_rules(self, file: str) -> tuple[Rule, ...]:
        """What Spring Security demands by itself of a module for which nobody wrote rules, or wrote them elsewhere."""
        root = unit(file)
        if root not in self._told:
            asked = [self._demanded(application) for application in self._builds.applications(root)]
            if not asked:
                asked = [self._elsewhere(None)]
            known = [guard for guard in asked if guard is not None]
            if known and not all(guard == known[0] for guard in asked):
                known[0] = replace(known[0], kind=_NOBODY_KNOWS)
            self._told[root] = tuple(("/**", guard) for guard in known[:1])
        return self._told[root]

    def _demanded(self, application: str) -> Guard | None:
        """A login, where the manifest of an application asks for Spring Security, and it is left to do as it likes."""
        asks, parts = self._builds.asks[application], self._builds.reach[application]
        place = next((asks[name] for name in _STARTERS if name in asks), None)
        if place is None or self._is_configured(parts):
            return self._elsewhere(parts)
        unread = any(part in name for name in asks for part in _UNREAD) or any(
            _ELSEWHERE in cls.annotations for facts in self._files(parts) for cls in facts.classes
        )
        return Guard("authenticated", _NOBODY_KNOWS if unread else GuardKind.AUTHN, Level.APP, place, matcher="/**")

    def _elsewhere(self, parts: frozenset[str] | None) -> Guard | None:
        """Code adds to what Spring Security does, and no code says for whom it is: rules stand in XML, which is not read."""
        places = [i for facts in self._files(parts) for i in facts.imports if i.module.startswith(_SECURITY)]
        if any(i.name in _CHAINS or (i.name == "*" and i.module.startswith(_CONFIGURES[0])) for i in places):
            return None
        place = next((i.where for i in places if i.module.startswith(_ADDS)), None)
        return Guard("security", _NOBODY_KNOWS, Level.APP, place, matcher="/**") if place is not None else None

    def _files(self, parts: frozenset[str] | None) -> Iterator[FileFacts]:
        """The files of some modules, or all, less those of tests."""
        for path, entry in self._names.files.items():
            if entry.facts.role != "test" and (parts is None or unit(path) in parts):
                yield entry.facts

    def _is_configured(self, parts: frozenset[str]) -> bool:
        for facts in self._files(parts):
            if any(i.module.startswith(_CONFIGURES) and not i.module.startswith(_METHODS) for i in facts.imports):
                return True
            if any(one.key.startswith(_SETTINGS) for one in facts.config):
                return True
        return False


def _unknown(rules: Sequence[Rule]) -> Sequence[Rule]:
    """One rule for all paths, of which nobody knows whom it lets in; none where there are none."""
    return tuple(("/**", Guard(guard.name, GuardKind.UNKNOWN, guard.level, guard.where)) for _, guard in rules[:1])
