"""What servlet filters put before controllers: guards that are not read.

A filter that looks like authentication makes it unknown whom an endpoint lets in, where no security
rule says it and its code does not tell.
"""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, literal
from persona_lsp.frameworks.spring.annotations import STEREOTYPES, Values, classes, find, simple, type_name, where
from persona_lsp.frameworks.spring.code import calls_of
from persona_lsp.frameworks.spring.security import EVERYWHERE
from persona_lsp.frameworks.spring.stance import LIKE_AUTH, servlet_stance
from persona_lsp.syntax.ir import Call, ClassNode, FunctionNode, Module, Name, dotted, walk
from persona_lsp.text.patterns import lazy

FILTER: Final = "filter"
_FILTERS: Final = frozenset({"OncePerRequestFilter", "GenericFilterBean", "Filter", "WebFilter", "HttpFilter"})
_FOR_ALL: Final = frozenset({
    "Provider", "Priority", "PreMatching", "ApplicationScoped", "Singleton", "Component", "Slf4j", "RequiredArgsConstructor",
})  # fmt: skip
"""Annotations of a filter of JAX-RS that bind it to no resource in particular."""
_BEFORE_ALL: Final = frozenset({
    "Component", "Order", "Slf4j", "Log4j2", "RequiredArgsConstructor", "AllArgsConstructor", "SuppressWarnings",
})  # fmt: skip
"""Annotations of a filter of servlets that leave it before all paths, whatever the settings."""
_REFUSES: Final = lazy(rb"UNAUTHORIZED|NotAuthorizedException|\b401\b|FORBIDDEN|\b403\b")
_SA_TOKEN: Final = frozenset({"SaServletFilter", "SaReactorFilter", "SaTokenContextFilter"})
_REGISTERS: Final = lazy(rb"setFilter\b|SaServletFilter|SaReactorFilter|SaTokenContextFilter")


def unread_guards(module: Module, values: Values) -> Iterator[Use]:
    """Filters that are registered or beans, if their names speak of authentication or their code refuses callers."""
    for cls, path in classes(module):
        bases = {type_name(base) for base in cls.bases}
        if bases & _FILTERS and find(cls.decorators, *STEREOTYPES, "WebFilter"):
            kind = _of_servlets(cls, module)
            if kind is not None:
                yield _use(Ref(path), Where(module.path, cls.name_start, cls.name_end), kind)
        if "ContainerRequestFilter" in bases and not {simple(d.name) for d in cls.decorators} - _FOR_ALL:
            kind = _of_jersey(cls, module)
            if kind is not None:
                yield _use(Ref(path), Where(module.path, cls.name_start, cls.name_end), kind)
        if not _REGISTERS.search(module.source):
            continue
        for method in cls.methods:
            for made in calls_of(method):
                if made.call.new and type_name(made.call.func) in _SA_TOKEN:
                    yield _use(None, where(module, made.call))
                if made.call.name == "setFilter" and made.call.args and not _is_off(method, module):
                    named = " ".join(
                        dotted(part.func) if isinstance(part, Call) else part.id
                        for part in walk(made.call.args[0])
                        if isinstance(part, Call | Name)
                    )
                    if LIKE_AUTH.search(named):
                        for pattern in _patterns(method, path, values):
                            yield _use(None, where(module, made.call), pattern=pattern)


def _of_servlets(cls: ClassNode, module: Module) -> GuardKind | None:
    """What a filter before all paths demands of callers; None for one that is about something else."""
    refuses = _REFUSES.search(module.source[cls.start : cls.end]) is not None
    taken = servlet_stance(cls, module) if refuses else None
    everywhere = {simple(d.name) for d in cls.decorators} <= _BEFORE_ALL
    if taken is not None and taken.kind is GuardKind.AUTHN and not taken.conditional and everywhere:
        return GuardKind.AUTHN
    doubtful = LIKE_AUTH.search(cls.name) is not None or (taken is not None and taken.kind is not GuardKind.OTHER)
    return GuardKind.UNKNOWN if doubtful else None


def _of_jersey(cls: ClassNode, module: Module) -> GuardKind | None:
    """What a filter before all resources demands: a login of all but those that say `@PermitAll`, or nobody can tell."""
    body = module.source[cls.start : cls.end]
    if _REFUSES.search(body) is None:
        return GuardKind.UNKNOWN if LIKE_AUTH.search(cls.name) else None
    return GuardKind.AUTHN if b"PermitAll.class" in body else GuardKind.UNKNOWN


def _is_off(method: FunctionNode, module: Module) -> bool:
    """`registration.setEnabled(false)`: a filter that stands in a chain is taken from before all paths."""
    return b"setEnabled(false)" in module.source[method.body_start : method.body_end]


def _patterns(method: FunctionNode, path: str, values: Values) -> tuple[str, ...]:
    """What a registration of a filter is limited to: `addUrlPatterns("/api/*")`; everything where it cannot be read."""
    found: list[str] = []
    for made in calls_of(method):
        if made.call.name in {"addUrlPatterns", "setUrlPatterns"}:
            for text in (literal(values.text(arg, path)) for arg in made.call.args):
                if text is None:
                    return ("/**",)
                found.append(f"{text}*" if text.endswith("/*") else text)
    return tuple(found) or ("/**",)


def _use(symbol: Ref | None, at: Where, kind: GuardKind = GuardKind.UNKNOWN, *, pattern: str = "/**") -> Use:
    return Use(EVERYWHERE, Guard(FILTER, kind, Level.APP, at, symbol, matcher=pattern))
