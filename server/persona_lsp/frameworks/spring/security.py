"""Rules of Spring Security's filter chains as guards that match paths, first match wins.

A rule whose pattern cannot be read becomes a guard of unknown kind over everything: what comes after it is not certain.
So does whatever a chain leaves to code that is not read: a source of rules of the project's own before all rules,
filters of its own and calls that are given the chain after them.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.spring.annotations import (
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
from persona_lsp.frameworks.spring.patterns import MATCHERS, Patterns, alternatives, lists_of, patterns_of
from persona_lsp.frameworks.spring.profiles import for_developers, is_certain
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    ClassNode,
    Decorator,
    FunctionNode,
    Lambda,
    Member,
    Module,
    Name,
    Return,
    Str,
    Unary,
    dotted,
)
from persona_lsp.text.patterns import lazy

EVERYWHERE: Final = Ref("*")
"""The router of guards that stand in front of everything that the application serves."""

_ANY: Final = frozenset({"anyRequest", "anyExchange"})
_SCOPES: Final = frozenset({"securityMatcher", "securityMatchers", "antMatcher", "mvcMatcher"})
_AUTHORIZES: Final = frozenset({"authorizeRequests", "authorizeHttpRequests", "authorizeExchange"})
_RULES: Final = {
    "permitAll": GuardKind.AUTHN, "anonymous": GuardKind.AUTHN, "authenticated": GuardKind.AUTHN,
    "fullyAuthenticated": GuardKind.AUTHN, "rememberMe": GuardKind.AUTHN, "denyAll": GuardKind.AUTHZ,
    "hasRole": GuardKind.ROLE, "hasAnyRole": GuardKind.ROLE, "hasAuthority": GuardKind.ROLE,
    "hasAnyAuthority": GuardKind.ROLE, "hasIpAddress": GuardKind.AUTHZ, "access": GuardKind.AUTHZ,
    "hasAllRoles": GuardKind.ROLE, "hasAllAuthorities": GuardKind.ROLE,
}  # fmt: skip
_DEMANDS: Final = lazy(r"\.access\(.*(?:has(?:Any)?(?:Role|Authority)|[aA]uthenticated\(\))", re.DOTALL)
_MAY_BE_OPEN: Final = lazy(r"permitAll|anonymous|anyOf|->|\bnew\b")
_OPEN: Final = frozenset({"permitAll", "anonymous"})
_REPLACED: Final = lazy(r"setPublishAuthorizationSuccess|setRejectPublicInvocations|setObserveOncePerRequest")
"""What a post-processor may set without changing who is let in."""
_SETS: Final = lazy(r"\.set\w+\(")
_FIRST: Final = -1e10
_LAST: Final = 2147483647.0
_UNTOLD: Final = 1e10
_PLACES: Final = {
    "HIGHEST_PRECEDENCE": -2147483648.0, "LOWEST_PRECEDENCE": _LAST, "BASIC_AUTH_ORDER": _LAST - 5, "MIN_VALUE": -2147483648.0,
    "MAX_VALUE": _LAST,
}  # fmt: skip
"""Constants of Spring that say in which order chains are tried."""
_CREDENTIAL: Final = lazy(
    r"^(?!.*==\s*null)(?:[^!]|!=)*(?:api[-_]?key|token|bearer|authorization)(?:[^!]|!=)*$", re.IGNORECASE | re.DOTALL
)
"""A chain that serves requests with a credential alone: whoever brings none comes to the next one."""
_CHAIN_TYPES: Final = frozenset({"SecurityFilterChain", "SecurityWebFilterChain"})
_ADAPTERS: Final = {"WebSecurityConfigurerAdapter": 100.0, "ResourceServerConfigurerAdapter": 3.0}
"""The older way to configure a chain, with its place where no annotation says another."""
_HOPS: Final = 4


class _Chain(Struct):
    """A filter chain as it is read: its rules, the patterns it is limited to, and what it leaves open."""

    guards: list[Guard]
    within: tuple[str, ...] = ()
    closed: bool = False
    """A rule covers any request."""
    authorizes: str = ""
    unsure: bool = False
    """Which requests it serves cannot be told."""
    opaque: bool = False
    """Code that is not read here may refuse requests that no rule speaks of."""


def chains(module: Module, values: Values) -> Iterator[Use]:
    """The rules of all filter chains that the file configures, in their order."""
    found: list[tuple[float, list[Guard]]] = []
    for cls, path in classes(module):
        for method in cls.methods:
            web = parameter_of_type(method, ("WebSecurity",)) or type_name(method.returns) == "WebSecurityCustomizer"
            surroundings = (*cls.decorators, *method.decorators)
            if web:
                if is_certain(surroundings):
                    found.append((_FIRST, list(_ignored(method, path, module, values))))
                continue
            http = parameter_of_type(method, ("HttpSecurity", "ServerHttpSecurity"))
            bean = type_name(method.returns) in _CHAIN_TYPES and find(method.decorators, "Bean") is not None
            if not http and not bean:
                continue
            rank = _order(method.decorators, cls, path, values)
            chain = _chain(method, http, cls, path, module, values)
            if bean and not chain.guards and not chain.closed:
                chain = _handed(cls, path, module, values) or chain
            root = bean or (method.name == "configure" and any(type_name(b) in _ADAPTERS for b in cls.bases))
            guards = [*chain.guards, *(_rest(chain, method, path, module) if root else ())]
            if for_developers(surroundings):
                # Who is let in where users are served is told by other chains, or by none that is read.
                found.append((_UNTOLD, [_untold(method, path, module)]))
                continue
            if not is_certain(surroundings):
                guards = [replace(g, kind=GuardKind.UNKNOWN, allows_all=False) if g.allows_all else g for g in guards]
            if rank is None:
                # Tried before or after any other chain: what it demands may be demanded by another one.
                guards = [replace(g, kind=GuardKind.UNKNOWN, allows_all=False) for g in guards]
            # Of those that are equal, the one for everything has to come last, or Spring refuses to start.
            found.append((_FIRST / 2 if rank is None else rank + (0 if chain.within else 0.25), guards))
    found.sort(key=lambda chain: chain[0])
    count = 0
    for rank, guards in found:
        for guard in guards:
            yield Use(EVERYWHERE, guard, count, rank=rank)
            count += 1


def _handed(cls: ClassNode, path: str, module: Module, values: Values) -> _Chain | None:
    """The rules of a chain that another method of the class holds in a lambda: `return http -> http.anyRequest()…`."""
    found: list[_Chain] = []
    for method in cls.methods:
        given = [s.value for s in method.body if isinstance(s, Return) and isinstance(s.value, Lambda)]
        if len(given) == 1 and len(given[0].function.params) == 1:
            chain = _chain(method, given[0].function.params[0].name, cls, path, module, values)
            if chain.closed:
                found.append(chain)
    return found[0] if len(found) == 1 else None


def _order(decorators: tuple[Decorator, ...], cls: ClassNode, path: str, values: Values) -> float | None:
    """The place of a chain among the others; None if it cannot be told."""
    order = find(decorators, "Order") or find(cls.decorators, "Order")
    if order is None:
        return next((_ADAPTERS[name] for base in cls.bases if (name := type_name(base)) in _ADAPTERS), _LAST)
    value = argument(order, "value")
    return _number(value, path, values, 0) if value is not None else _LAST


def _number(value: AnyExpr | None, path: str, values: Values, depth: int) -> float | None:
    """`Ordered.HIGHEST_PRECEDENCE + 1`, `-10`, or a constant of the file."""
    match value:
        case Unary(op="-", operand=operand):
            given = _number(operand, path, values, depth)
            return -given if given is not None else None
        case Binary(op="+" | "-" as op, left=left, right=right):
            one, other = _number(left, path, values, depth), _number(right, path, values, depth)
            if one is None or other is None:
                return None
            return one + other if op == "+" else one - other
        case Name() | Member() if name := dotted(value):
            if simple(name) in _PLACES:
                return _PLACES[simple(name)]
            field = values.field(name, path)
            return _number(field.value, path, values, depth + 1) if field is not None and depth < _HOPS else None
        case _:
            return number(value)


def _chain(method: FunctionNode, http: str, cls: ClassNode, path: str, module: Module, values: Values) -> _Chain:
    chain = _Chain([], opaque=not http)
    pending: tuple[Call, tuple[Patterns, ...]] | None = None
    scoping = False
    lists = lists_of(method, path, values)
    given = {http} if http else set()
    for made in _calls(method, cls):
        call = made.call
        name = call.name
        on_http = isinstance(call.receiver, Name) and call.receiver.id == http
        chain.opaque = chain.opaque or _is_opaque(call, given)
        if call.receiver is None and name != "requestMatchers":
            continue
        if (name in _SCOPES and not dotted(call.receiver)[:1].isupper()) or (name == "requestMatchers" and on_http):
            if not _limit(chain, call, patterns_of(call, path, values, lists), module):
                return _Chain([], closed=True)
            scoping = name == "requestMatchers" or (bool(call.args) and isinstance(call.args[0], Lambda))
            pending = None
        elif name in _AUTHORIZES or name == "and":
            scoping = False
            if name in _AUTHORIZES:
                chain.authorizes = name
                given |= {p.name for arg in call.args if isinstance(arg, Lambda) for p in arg.function.params}
        elif name == "withObjectPostProcessor" and _is_about_rules(call, module):
            chain.guards.insert(0, _unread(name, call, method, module, path))
        elif name in _ANY:
            pending = (call, (Patterns((), ("/**",)),))
            chain.closed = True
        elif name in MATCHERS and dotted(call.receiver)[:1].isupper():
            continue  # `ServerWebExchangeMatchers.pathMatchers(…)` makes a matcher for another call
        elif name in MATCHERS and scoping:
            if not _limit(chain, call, patterns_of(call, path, values, lists), module):
                return _Chain([], closed=True)
        elif name in MATCHERS:
            reads = (r for r in alternatives(call, path, values, lists) if r.patterns or r.maybe or r.methods)
            kept = tuple(r if r.patterns or r.maybe else Patterns(r.methods, ("/**",)) for r in reads)
            pending = (call, kept) if kept else None
        elif name in _RULES and pending is not None:
            chain.guards += _guards(pending, made, method, module, path)
            pending = None
    chain.guards = [replace(guard, within=chain.within) for guard in chain.guards] if chain.within else chain.guards
    if chain.unsure:
        chain.guards = [replace(guard, kind=GuardKind.UNKNOWN, allows_all=False) for guard in chain.guards]
    return chain


def _limit(chain: _Chain, call: Call, read: Patterns | None, module: Module) -> bool:
    """Limit the chain to what a matcher is given; whether strangers come to it at all."""
    chain.within += read.patterns + read.maybe if read is not None else ()
    if call.name == "securityMatchers":
        return True  # what it is given limits the chain
    asked = [a for a in call.args if isinstance(a, Lambda)]
    chain.unsure = chain.unsure or read is None or bool(asked)
    return not any(_CREDENTIAL.search(module.text(a)) for a in asked)


def _calls(method: FunctionNode, cls: ClassNode) -> Iterator[Made]:
    """The calls of a method; rules that it leaves to a method of the class (`Security::rules`) stand in their place."""
    for made in calls_of(method):
        yield made
        for arg in made.call.args if made.call.name in _AUTHORIZES else ():
            if isinstance(arg, Lambda) and "reference" in arg.function.modifiers:
                owner, _, name = next((dotted(c.call.func) for c in calls_of(arg.function)), "").rpartition(".")
                own = owner in ("this", cls.name)
                held = [m for m in cls.methods if own and m.name == name and m is not method]
                yield from calls_of(held[0]) if len(held) == 1 else ()


def _is_opaque(call: Call, given: set[str]) -> bool:
    """The call adds something that may refuse requests, or hands the chain or its rules to other code."""
    if call.name.startswith("addFilter") or call.name in {"apply", "with"}:
        return True
    if call.name in _AUTHORIZES:
        return any(not isinstance(a, Lambda) or "reference" in a.function.modifiers for a in call.args if _speaks(a))
    return any(isinstance(arg, Name) and arg.id in given for arg in call.args)


def _speaks(arg: object) -> bool:
    return not (isinstance(arg, Call) and arg.name == "withDefaults")


def _is_about_rules(call: Call, module: Module) -> bool:
    """The post-processor belongs to the rules, and sets something else there than how they are reported."""
    current = call.receiver
    while isinstance(current, Call) and current.name != "and":
        if current.name in _AUTHORIZES:
            break
        current = current.receiver
    text = "".join(module.text(arg) for arg in call.args)
    about = (isinstance(current, Call) and current.name in _AUTHORIZES) or "FilterSecurityInterceptor" in text
    return about and not (_SETS.search(text) and len(_SETS.findall(text)) == len(_REPLACED.findall(text)))


def _rest(chain: _Chain, method: FunctionNode, path: str, module: Module) -> Iterator[Guard]:
    """What becomes of requests that the chain serves and no rule of it speaks of; no other chain sees them."""
    if chain.closed:
        return
    rest = replace(_untold(method, path, module), within=chain.within)
    if chain.opaque or chain.authorizes in {"authorizeHttpRequests", "authorizeExchange"}:
        yield rest
    elif chain.within:
        yield replace(rest, kind=GuardKind.AUTHN, allows_all=True)


def _untold(method: FunctionNode, path: str, module: Module) -> Guard:
    """A guard of which nobody knows whom it lets in, before whatever no other chain speaks of."""
    at = Where(module.path, method.name_start, method.name_end)
    return Guard(method.name, GuardKind.UNKNOWN, Level.APP, at, Ref(f"{path}.{method.name}"), matcher="/**")


def _unread(name: str, call: Call, method: FunctionNode, module: Module, path: str) -> Guard:
    """A guard that covers everything, of which nobody knows what it does."""
    start = call.func.name_start if isinstance(call.func, Member) else call.start
    at = Where(module.path, start, max(start, call.end))
    return Guard(name, GuardKind.UNKNOWN, Level.APP, at, Ref(f"{path}.{method.name}"), matcher="/**")


def _guards(
    pending: tuple[Call, tuple[Patterns, ...]], made: Made, method: FunctionNode, module: Module, path: str
) -> Iterator[Guard]:
    matcher, reads = pending
    name = made.call.name
    start = matcher.func.name_start if isinstance(matcher.func, Member) else matcher.start
    at = Where(module.path, start, max(start, made.call.end))
    source = module.source[at.start : at.end].decode("utf-8", "replace")
    symbol = Ref(f"{path}.{method.name}")
    is_open = name in _OPEN or _names_strangers(made.call)
    kind = GuardKind.UNKNOWN if made.conditional else GuardKind.AUTHN if is_open else _RULES[name]
    if name == "access" and not made.conditional:
        text = made.call.args[0] if made.call.args else None
        kind = expression_kind(text.value or "") if isinstance(text, Str) else _manager_kind(source)
    for read in reads:
        for pattern in read.patterns:
            yield Guard(
                name, kind, Level.APP, at, symbol, source, allows_all=is_open and not made.conditional, conditional=made.conditional,
                matcher=pattern, methods=read.methods,
            )  # fmt: skip
        # Whatever is denied to all lets nobody in: of the rest, other rules speak.
        for pattern in read.maybe if name != "denyAll" else ():
            yield Guard(
                name, GuardKind.UNKNOWN, Level.APP, at, symbol, source, matcher=pattern, methods=read.methods
            )  # fmt: skip


def _names_strangers(call: Call) -> bool:
    """`hasAnyRole("USER", "ANONYMOUS")`: Spring gives that role to whoever has not signed in."""
    return any(isinstance(a, Str) and (a.value or "").removeprefix("ROLE_") == "ANONYMOUS" for a in call.args)


def _manager_kind(source: str) -> GuardKind:
    """`access(allOf(authenticated(), hasAuthority("X")))`: what authorization managers demand together."""
    if _DEMANDS.search(source) and not _MAY_BE_OPEN.search(source.rpartition(".access(")[2]):
        return GuardKind.ROLE
    return GuardKind.UNKNOWN


def _ignored(method: FunctionNode, path: str, module: Module, values: Values) -> Iterator[Guard]:
    lists = lists_of(method, path, values)
    for made in calls_of(method):
        if made.call.name not in MATCHERS:
            continue
        read = patterns_of(made.call, path, values, lists)
        at = where(module, made.call)
        symbol = Ref(f"{path}.{method.name}")
        if read is None:
            yield Guard("ignoring", GuardKind.UNKNOWN, Level.APP, at, symbol, "", matcher="/**")
            continue
        for pattern in read.patterns or (("/**",) if read.methods and not read.maybe else ()):
            yield Guard(
                "ignoring", GuardKind.AUTHN, Level.APP, at, symbol, module.text(made.call)[-80:], allows_all=True,
                conditional=made.conditional, matcher=pattern, methods=read.methods,
            )  # fmt: skip
        for pattern in read.maybe:
            yield Guard("ignoring", GuardKind.UNKNOWN, Level.APP, at, symbol, matcher=pattern, methods=read.methods)
