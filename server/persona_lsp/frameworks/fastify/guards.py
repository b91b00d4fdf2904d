"""Hooks that stand before handlers: of a route, a plugin, or the application."""

from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.flow.script.guards import classify, guard_name
from persona_lsp.flow.script.in_place import chooses
from persona_lsp.flow.script.names import Scope, reduce, reference
from persona_lsp.flow.script.spared import spared
from persona_lsp.syntax.ir import AnyExpr, Call, FunctionNode, Items, Lambda, Object, Str, dotted
from persona_lsp.text.patterns import lazy

HOOKS: Final = ("onRequest", "preParsing", "preValidation", "preHandler")
_REFUSES: Final = lazy(r"\b401\b|[uU]nauthori[sz]ed|[uU]nauthenticated|jwtVerify\(|verifyJWT|authenticate\(")
_FORBIDS: Final = lazy(r"\b403\b|[fF]orbidden")
_ASKS: Final = lazy(r"\b(?:request|req)\.\w*(?:is|require|verify|check|ensure|has)\w*\(|\breply\s*[,)]")
_SHOWN: Final = 200


def route_guards(options: Object | None, scope: Scope) -> tuple[Guard, ...]:
    """The hooks among the options of a route."""
    found: list[Guard] = []
    for name in HOOKS:
        given = options.get(name) if options is not None else None
        if given is None:
            continue
        value = reduce(given, scope)
        hooks = value.items if isinstance(value, Items) else (given,)
        found += [hook_guard(hook, Level.ROUTE, scope) for hook in hooks]
    if options is not None and _checks_body(options, scope):
        at = options.get("schema") or options
        where = Where(scope.module.path, at.start, at.end)
        found.append(Guard("schema", GuardKind.VALIDATION, Level.ROUTE, where))
    return tuple(found)


def hook_guard(expr: AnyExpr, level: Level, scope: Scope) -> Guard:
    """One hook."""
    module = scope.module
    where = Where(module.path, expr.start, expr.end)
    source = module.text(expr)[:_SHOWN]
    if isinstance(expr, Lambda):
        kind, choosing = in_place(expr.function, module.text(expr))
        outside = spared(expr.function, scope) if choosing else ()
        return Guard("", kind, level, where, source=source, conditional=choosing and not outside, outside=outside or ())
    name = guard_name(expr)
    package = (scope.imported(name.split(".", 1)[0]) or ("", ""))[0] if name else ""
    kind, optional = classify(expr, package if "." not in dotted(expr) else "")
    if isinstance(expr, Call) and expr.name in ("auth", "verifyBearerAuth", "basicAuth"):
        kind = GuardKind.AUTHN
        optional = optional or (expr.name == "auth" and _one_is_enough(expr, scope))
    ref = reference(expr.func if isinstance(expr, Call) else expr, scope)
    symbol = ref or (Ref(name) if name else None)
    return Guard(name.rsplit(".", 1)[-1] or "?", kind, level, where, symbol, source, optional=optional)


def _one_is_enough(call: Call, scope: Scope) -> bool:
    """`fastify.auth([fastify.allowAnonymous, fastify.verifyJWT])`: one that passes is enough, and one lets everybody."""
    listed = reduce(call.args[0], scope) if call.args else None
    relation = call.option("relation")
    if not isinstance(listed, Items) or (isinstance(relation, Str) and relation.value == "and"):
        return False
    return len(listed.items) > 1 and any(classify(item, "")[1] for item in listed.items)


def in_place(function: FunctionNode, source: str) -> tuple[GuardKind, bool]:
    """What a hook that is written in place does, and whether it chooses among requests."""
    del function
    if _REFUSES.search(source):
        return GuardKind.AUTHN, chooses(source)
    if _FORBIDS.search(source):
        return GuardKind.AUTHZ, chooses(source)
    return (GuardKind.UNKNOWN if _ASKS.search(source) else GuardKind.OTHER), False


def _checks_body(options: Object, scope: Scope) -> bool:
    given = options.get("schema")
    schema = reduce(given, scope) if given is not None else None
    if isinstance(schema, Object):
        return schema.get("body") is not None
    return given is not None
