"""Rules of Spring Security's filter chains as guards that match paths, first match wins.

A rule whose pattern cannot be read becomes a guard of unknown kind over everything: what comes after it is not certain.
"""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, literal
from persona_lsp.frameworks.spring.annotations import (
    VERBS,
    Values,
    argument,
    classes,
    find,
    number,
    simple,
    type_name,
    where,
)
from persona_lsp.frameworks.spring.code import Made, calls_of, parameter_of_type
from persona_lsp.frameworks.spring.guards import expression_kind
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    FunctionNode,
    Items,
    Lambda,
    Member,
    Module,
    Name,
    Str,
    dotted,
)

EVERYWHERE: Final = Ref("*")
"""The router of guards that stand in front of everything that the application serves."""

_MATCHERS: Final = frozenset({"antMatchers", "mvcMatchers", "requestMatchers", "regexMatchers", "pathMatchers"})
_ANY: Final = frozenset({"anyRequest", "anyExchange"})
_SCOPES: Final = frozenset({"securityMatcher", "securityMatchers", "antMatcher", "mvcMatcher"})
_RULES: Final = {
    "permitAll": GuardKind.AUTHN, "anonymous": GuardKind.AUTHN, "authenticated": GuardKind.AUTHN,
    "fullyAuthenticated": GuardKind.AUTHN, "rememberMe": GuardKind.AUTHN, "denyAll": GuardKind.AUTHZ,
    "hasRole": GuardKind.ROLE, "hasAnyRole": GuardKind.ROLE, "hasAuthority": GuardKind.ROLE,
    "hasAnyAuthority": GuardKind.ROLE, "hasIpAddress": GuardKind.AUTHZ, "access": GuardKind.AUTHZ,
    "hasAllRoles": GuardKind.ROLE, "hasAllAuthorities": GuardKind.ROLE,
}  # fmt: skip
_DEMANDS: Final = re.compile(r"\.access\(.*(?:has(?:Any)?(?:Role|Authority)|[aA]uthenticated\(\))", re.DOTALL)
_MAY_BE_OPEN: Final = re.compile(r"permitAll|anonymous|anyOf|->|\bnew\b")
_OPEN: Final = frozenset({"permitAll", "anonymous"})
_NOT_ENDPOINTS: Final = frozenset({
    "toStaticResources", "atCommonLocations", "toH2Console", "toAnyEndpoint", "EndpointRequest", "PathRequest",
    "StaticResourceRequest", "toLinks",
})  # fmt: skip


def chains(module: Module, values: Values) -> Iterator[Use]:
    """The rules of all filter chains that the file configures, in their order."""
    found: list[tuple[float, list[Guard]]] = []
    for cls, path in classes(module):
        default = _order(cls)
        for method in cls.methods:
            web = parameter_of_type(method, ("WebSecurity",)) or type_name(method.returns) == "WebSecurityCustomizer"
            if web:
                found.append((-1.0, list(_ignored(method, path, module, values))))
                continue
            http = parameter_of_type(method, ("HttpSecurity", "ServerHttpSecurity"))
            if http:
                order = find(method.decorators, "Order")
                rank = number(argument(order, "value")) if order is not None else default
                found.append((1e9 if rank is None else rank, list(_rules(method, http, path, module, values))))
    found.sort(key=lambda chain: chain[0])
    count = 0
    for _, guards in found:
        for guard in guards:
            yield Use(EVERYWHERE, guard, count)
            count += 1


def _order(cls: ClassNode) -> float | None:
    order = find(cls.decorators, "Order")
    return number(argument(order, "value")) if order is not None else None


def _rules(method: FunctionNode, http: str, path: str, module: Module, values: Values) -> Iterator[Guard]:
    pending: tuple[Call, tuple[str, ...], tuple[str, ...] | None] | None = None
    within: tuple[str, ...] = ()
    scoping = False
    for made in calls_of(method):
        call = made.call
        name = call.name
        on_http = isinstance(call.receiver, Name) and call.receiver.id == http
        if call.receiver is None and name != "requestMatchers":
            continue
        if (name in _SCOPES and not dotted(call.receiver)[:1].isupper()) or (name == "requestMatchers" and on_http):
            read = _patterns(call, path, values)
            within += read[1] or ()
            scoping = name == "requestMatchers" or (bool(call.args) and isinstance(call.args[0], Lambda))
            pending = None
        elif name in {"and", "authorizeRequests", "authorizeHttpRequests", "authorizeExchange"}:
            scoping = False
        elif name in _ANY:
            pending = (call, (), ("/**",))
        elif name in _MATCHERS:
            methods, patterns = _patterns(call, path, values)
            if scoping:
                within += patterns or ()
            elif patterns is None or patterns or methods:
                pending = (call, methods, patterns if patterns is None or patterns else ("/**",))
            else:
                pending = None
        elif name in _RULES and pending is not None:
            yield from _guards(pending, made, method, module, path, within)
            pending = None


def _guards(
    pending: tuple[Call, tuple[str, ...], tuple[str, ...] | None], made: Made, method: FunctionNode, module: Module,
    path: str, within: tuple[str, ...],
) -> Iterator[Guard]:  # fmt: skip
    matcher, methods, patterns = pending
    name = made.call.name
    start = matcher.func.name_start if isinstance(matcher.func, Member) else matcher.start
    at = Where(module.path, start, max(start, made.call.end))
    source = module.source[at.start : at.end].decode("utf-8", "replace")
    symbol = Ref(f"{path}.{method.name}")
    if patterns is None:
        yield Guard(
            name, GuardKind.UNKNOWN, Level.APP, at, symbol, source, matcher="/**", methods=methods, within=within
        )
        return
    kind = GuardKind.UNKNOWN if made.conditional else _RULES[name]
    if name == "access" and not made.conditional:
        text = made.call.args[0] if made.call.args else None
        kind = expression_kind(text.value or "") if isinstance(text, Str) else _manager_kind(source)
    for pattern in patterns:
        yield Guard(
            name, kind, Level.APP, at, symbol, source, allows_all=name in _OPEN and not made.conditional, conditional=made.conditional,
            matcher=pattern, methods=methods, within=within,
        )  # fmt: skip


def _manager_kind(source: str) -> GuardKind:
    """`access(allOf(authenticated(), hasAuthority("X")))`: what authorization managers demand together."""
    if _DEMANDS.search(source) and not _MAY_BE_OPEN.search(source.rpartition(".access(")[2]):
        return GuardKind.ROLE
    return GuardKind.UNKNOWN


def _ignored(method: FunctionNode, path: str, module: Module, values: Values) -> Iterator[Guard]:
    for made in calls_of(method):
        if made.call.name not in _MATCHERS:
            continue
        methods, patterns = _patterns(made.call, path, values)
        at = where(module, made.call)
        symbol = Ref(f"{path}.{method.name}")
        if patterns is None:
            yield Guard("ignoring", GuardKind.UNKNOWN, Level.APP, at, symbol, "", matcher="/**", methods=methods)
            continue
        for pattern in patterns or (("/**",) if methods else ()):
            yield Guard(
                "ignoring", GuardKind.AUTHN, Level.APP, at, symbol, module.text(made.call)[-80:], allows_all=True,
                conditional=made.conditional, matcher=pattern, methods=methods,
            )  # fmt: skip


def _patterns(call: Call, path: str, values: Values) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Methods and patterns of a matcher; None instead of patterns if one of them cannot be read."""
    methods: list[str] = []
    patterns: list[str] = []
    for arg in call.args:
        if isinstance(arg, Lambda):
            continue
        read = _pattern(arg, path, values, 0)
        if read is None:
            return tuple(methods), None
        methods += read[0]
        patterns += read[1]
    return tuple(methods), tuple(patterns)


def _pattern(arg: AnyExpr, path: str, values: Values, depth: int) -> tuple[list[str], list[str]] | None:
    match arg:
        case Items(items=items):
            return _all(items, path, values, depth)
        case Call():
            if {part.name for part in _chain(arg)} & _NOT_ENDPOINTS or dotted(arg.receiver) in _NOT_ENDPOINTS:
                return [], []
            if arg.name in {"toArray", "of", "asList", "stream"} and depth < 4 and not isinstance(arg.receiver, Call):
                return _all(arg.args, path, values, depth)
            if arg.name.endswith(("Matcher", "Matchers", "pattern", "matcher")) and depth < 4:
                return _all(arg.args, path, values, depth)
            return None
        case Name() | Member():
            last = simple(dotted(arg))
            if last in VERBS and (isinstance(arg, Member) or last not in values.fields):
                return [last], []
            field = values.field(dotted(arg), path)
            if field is not None and field.value is not None and not isinstance(field.value, Str) and depth < 4:
                return _pattern(field.value, path, values, depth + 1)
        case _:
            pass
    text = literal(values.text(arg, path))
    if text is None:
        return None
    if text in VERBS:
        return [text], []
    return [], [text if text.startswith(("/", "^", "*", ".")) else "/" + text]


def _all(items: tuple[AnyExpr, ...], path: str, values: Values, depth: int) -> tuple[list[str], list[str]] | None:
    methods: list[str] = []
    patterns: list[str] = []
    for item in items:
        read = _pattern(item, path, values, depth + 1)
        if read is None:
            return None
        methods += read[0]
        patterns += read[1]
    return methods, patterns


def _chain(call: Call) -> Iterator[Call]:
    current: AnyExpr | None = call
    while isinstance(current, Call):
        yield current
        current = current.receiver
