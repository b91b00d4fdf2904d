"""Rules of Apache Shiro's filter chains as guards that match paths, first match wins.

`map.put("/admin/**", "authc")` for `setFilterChainDefinitionMap` or in what `getFilterChainDefinitionMap` gives, and
`chain.addPathDefinition("/admin/**", "authc")`.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, literal
from persona_lsp.frameworks.spring.annotations import Values, classes, where
from persona_lsp.frameworks.spring.code import Made, calls_of
from persona_lsp.frameworks.spring.security import EVERYWHERE
from persona_lsp.frameworks.spring.stance import filter_stance
from persona_lsp.syntax.ir import Call, ClassNode, Module, Str, dotted
from persona_lsp.text.patterns import lazy

OWN: Final = "shiro"
_WORDS: Final = {
    "anon": None, "authc": GuardKind.AUTHN, "authcBasic": GuardKind.AUTHN, "authcBearer": GuardKind.AUTHN,
    "user": GuardKind.AUTHN, "perms": GuardKind.ROLE, "roles": GuardKind.ROLE, "rest": GuardKind.ROLE,
}  # fmt: skip
_CONFIGURES: Final = (b"etFilterChainDefinitionMap", b"addPathDefinition")
_NEUTRAL: Final = frozenset({"noSessionCreation", "ssl", "port", "invalidRequest"})
"""Filters that let everybody pass who keeps to the protocol."""
_FILTER: Final = lazy(r"(\w+)(?:\[[^\]]*\])?")
_CHAIN: Final = lazy(r"\s*\w+(?:\[[^\]]*\])?(?:\s*,\s*\w+(?:\[[^\]]*\])?)*\s*")


def shiro_chains(module: Module, values: Values) -> Iterator[Use]:
    """The rules of the file in their order; one that cannot be read makes what comes after it uncertain."""
    source = module.source
    if not any(word in source for word in _CONFIGURES):
        return
    own = _own_filters(module)
    guards = [
        guard
        for cls, path in classes(module)
        for method in cls.methods
        for made in calls_of(method)
        if (guard := _guard(made, path, module, values, own)) is not None
    ]
    if not guards:
        for cls, _ in classes(module):
            for method in cls.methods:
                guards += [
                    Guard("shiro", GuardKind.UNKNOWN, Level.APP, where(module, made.call), matcher="/**")
                    for made in calls_of(method)
                    if made.call.name in {"setFilterChainDefinitionMap", "addPathDefinitions"}
                ]
    for count, guard in enumerate(guards):
        yield Use(EVERYWHERE, guard, count)


def filter_demands(cls: ClassNode, module: Module) -> Iterator[Guard]:
    """What a filter of the project's own demands: a guard of its class, which the rules of the chains name."""
    kind = filter_stance(cls, module)
    if kind is not None:
        at = Where(module.path, cls.name_start, cls.name_end)
        yield Guard(OWN, kind, Level.APP, at, allows_all=kind is GuardKind.OTHER, only=("isAccessAllowed",))


def _own_filters(module: Module) -> Mapping[str, str]:
    """`filters.put("jwt", new JwtFilter())`: the class behind the name of a filter."""
    found: dict[str, str] = {}
    for cls, _ in classes(module):
        for method in cls.methods:
            for made in calls_of(method):
                call = made.call
                if call.name == "put" and len(call.args) == 2 and isinstance(call.args[0], Str):
                    value = call.args[1]
                    name = call.args[0].value or ""
                    if isinstance(value, Call) and value.new:
                        found[name] = dotted(value.func) if name not in found and not made.conditional else ""
    return found


def _guard(made: Made, path: str, module: Module, values: Values, own: Mapping[str, str]) -> Guard | None:
    call = made.call
    if call.name == "putAll":
        # Rules that stand somewhere else come first.
        return Guard("shiro", GuardKind.UNKNOWN, Level.APP, where(module, call), matcher="/**")
    if call.name not in {"put", "addPathDefinition"} or len(call.args) != 2:
        return None
    pattern = literal(values.text(call.args[0], path))
    chain = literal(values.text(call.args[1], path))
    certain = call.name == "addPathDefinition"
    if not certain and pattern is not None and not pattern.startswith("/"):
        return None  # the map of the filters themselves
    if not certain and chain is None and not (pattern or "").startswith("/"):
        return None
    at = where(module, call)
    text = module.text(call)
    if pattern is None or chain is None or not _CHAIN.fullmatch(chain):
        return Guard("shiro", GuardKind.UNKNOWN, Level.APP, at, source=text, matcher=pattern or "/**")
    names = [name for name in _FILTER.findall(chain) if name not in _NEUTRAL]
    name = names[-1] if names else "anon"
    known = all(name in _WORDS for name in names) and not made.conditional
    kinds = [kind for name in names if (kind := _WORDS.get(name)) is not None]
    if (not known and not kinds) or made.conditional:
        behind = own.get(name, "") if len(names) == 1 and not made.conditional else ""
        symbol = Ref(behind) if behind else None
        return Guard(name, GuardKind.UNKNOWN, Level.APP, at, symbol, text, matcher=pattern)
    kind = kinds[-1] if kinds else GuardKind.AUTHN
    return Guard(name, kind, Level.APP, at, Ref(name), text, allows_all=not kinds, matcher=pattern)
