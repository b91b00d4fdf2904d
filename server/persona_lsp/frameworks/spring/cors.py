"""CORS: `@CrossOrigin`, `CorsRegistry` mappings and `CorsConfiguration` objects."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.facts.place import Where
from persona_lsp.frameworks.spring.annotations import argument, classes, find, flag, listed, string, where
from persona_lsp.frameworks.spring.code import calls_of
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Decorator, Items, Module, Name, Str

_TRIGGERS: Final = (b"allowedOrigin", b"AllowedOrigin", b"CrossOrigin", b"applyPermitDefaultValues")
_ORIGINS: Final = frozenset({"allowedOrigins", "setAllowedOrigins", "addAllowedOrigin"})
_PATTERNS: Final = frozenset({"allowedOriginPatterns", "setAllowedOriginPatterns", "addAllowedOriginPattern"})
_CREDENTIALS: Final = frozenset({"allowCredentials", "setAllowCredentials"})
_DEVELOPMENT: Final = frozenset({"dev", "develop", "development", "local", "test", "!prod", "!production"})
_STARTS: Final = frozenset({"addMapping", "CorsConfiguration"})


def policies(module: Module) -> Iterator[CorsPolicy]:
    """All CORS configurations of the file."""
    if not any(word in module.source for word in _TRIGGERS):
        return
    for cls, _ in classes(module):
        development = _is_development(cls.decorators)
        for decorators in (cls.decorators, *(m.decorators for m in cls.methods)):
            annotated = find(decorators, "CrossOrigin")
            if annotated is not None:
                yield replace(_annotation(annotated, module), development_only=development)
        for method in cls.methods:
            text = module.source[method.body_start : method.body_end]
            if any(word in text for word in _TRIGGERS[:2]):
                local = development or _is_development(method.decorators)
                for policy in _calls([made.call for made in calls_of(method)], module):
                    yield replace(policy, development_only=local)


def _is_development(decorators: Iterable[Decorator]) -> bool:
    """`@Profile("dev")`: it is made on developers' own machines only."""
    profile = find(decorators, "Profile")
    names = [string(name).lower() for name in listed(argument(profile, "value"))] if profile is not None else []
    return bool(names) and all(name in _DEVELOPMENT for name in names)


def _annotation(d: Decorator, module: Module) -> CorsPolicy:
    origins, patterns = argument(d, "origins", "value"), argument(d, "originPatterns")
    given = patterns if patterns is not None else origins
    allowed = argument(d, "allowCredentials")
    credentials = string(allowed) == "true" if isinstance(allowed, Str) else None if allowed is not None else False
    return CorsPolicy(
        "@CrossOrigin", where(module, d), _anything((given,)) if given is not None else True, credentials,
        "reflects" if patterns is not None else "fails", where(module, given) if given is not None else None,
        where(module, allowed) if allowed is not None else None,
    )  # fmt: skip


def _calls(calls: Iterable[Call], module: Module) -> Iterator[CorsPolicy]:
    """One policy per mapping or object: the calls in order, begun anew where another one starts."""
    origins: Call | None = None
    credentials: Call | None = None
    start: Call | None = None
    for call in calls:
        if call.name in _STARTS:
            if origins is not None:
                yield _policy(origins, credentials, start, module)
            origins = credentials = None
            start = call
        elif call.name in _ORIGINS | _PATTERNS and (origins is None or call.name in _PATTERNS):
            origins = call
        elif call.name in _CREDENTIALS:
            credentials = call
    if origins is not None:
        yield _policy(origins, credentials, start, module)


def _policy(origins: Call, credentials: Call | None, start: Call | None, module: Module) -> CorsPolicy:
    given = credentials.args[0] if credentials is not None and credentials.args else None
    allowed = False if credentials is None else flag(given)
    at = Where(module.path, origins.args_start, origins.args_end)
    return CorsPolicy(
        "CorsRegistry" if start is not None and start.name == "addMapping" else "CorsConfiguration",
        where(module, origins), _anything(origins.args), allowed,
        "reflects" if origins.name in _PATTERNS else "fails", at, where(module, given) if given is not None else None,
    )  # fmt: skip


def _anything(values: tuple[AnyExpr, ...]) -> bool | None:
    """Whether `*` is among literal origins; None when they come from elsewhere."""
    known = True
    pending = list(values)
    while pending:
        value = pending.pop()
        match value:
            case Str():
                if value.value == "*":
                    return True
            case Items(items=items):
                pending += items
            case Call() if value.name in {"of", "asList", "singletonList", "singleton"}:
                pending += value.args
            case Name(id="ALL"):
                return True
            case Const(value=None):
                pass
            case _:
                if getattr(value, "name", "") == "ALL":
                    return True
                known = False
    return False if known else None
