"""Single routes: `get "path", to: ...`, its relatives, and what answers them."""

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from persona_lsp.facts.http import Declared
from persona_lsp.frameworks.rails.inflection import underscored
from persona_lsp.frameworks.rails.literals import literal, names, resolved
from persona_lsp.frameworks.rails.scope import Scope, formatted, joined, known
from persona_lsp.syntax.ir import AnyExpr, Call, Const, FunctionNode, Items, Lambda, Name, Object, Return, Str
from persona_lsp.syntax.ruby_names import chain
from persona_lsp.text.patterns import lazy

if TYPE_CHECKING:
    from persona_lsp.frameworks.rails.mapper import Mapper

_CANONICAL: Final = frozenset({"index", "create", "new", "show", "update", "destroy"})
_SHORTHAND: Final = lazy(r"/?[-\w]+/[-\w/]+$")
_ACTION: Final = lazy(r"[\w\-/]+$")


def match(mapper: "Mapper", call: Call, scope: Scope, methods: tuple[str, ...]) -> None:
    """`get "path", to: ...` and its relatives."""
    given, _ = mapper.options(call, scope)
    targets: list[tuple[AnyExpr, AnyExpr | None]] = []
    for arg in call.args:
        value = resolved(arg, mapper.env)
        if isinstance(value, Object):
            # `get "path" => "controller#action"`: the path is the key that is a text.
            for entry in value.entries:
                if isinstance(entry.key, Str) and not entry.key.symbol:
                    targets.append((entry.key, entry.value))
                    given.pop(entry.name, None)
                    break
                if isinstance(entry.key, Name | Call) and not entry.name:
                    targets.append((entry.key, entry.value))
                    break
        elif isinstance(value, Items):
            targets.extend((item, None) for item in value.items)
        elif value is not None:
            targets.append((arg, None))
    for path, to in targets:
        options_ = dict(given)
        if to is not None:
            _target(mapper, options_, to)
        _match_one(mapper, call, path, options_, scope, methods)


def _target(mapper: "Mapper", given: dict[str, AnyExpr], to: AnyExpr) -> None:
    value = resolved(to, mapper.env)
    if isinstance(value, Str) and value.symbol:
        given["action"] = value
    elif isinstance(value, Str) and not any("#" in p for p in value.parts if isinstance(p, str)):
        given["controller"] = value
    else:
        given["to"] = to


def _match_one(
    mapper: "Mapper", call: Call, path: AnyExpr, given: dict[str, AnyExpr], scope: Scope, methods: tuple[str, ...]
) -> None:
    on = literal(given.pop("on", None), mapper.env)
    if on is not None:
        scope = {"member": mapper.member, "collection": mapper.collection, "new": mapper.new}.get(on, mapper.nested)(
            scope
        )
    elif scope.level == "resources":
        scope = mapper.nested(scope)
    elif scope.level == "resource":
        scope = mapper.member(scope)
    if "format" in given:
        scope = formatted(given["format"], scope)
    if not methods:
        methods = via(mapper, given["via"]) if "via" in given else scope.via or ("ANY",)
    value = resolved(path, mapper.env)
    symbol = isinstance(value, Str) and value.symbol
    written = mapper.path_of(path)
    controller = mapper.path_of(given["controller"]) if "controller" in given else scope.controller
    option_path = mapper.path_of(given["path"]) if "path" in given else None
    action = mapper.path_of(given["action"]) if "action" in given else scope.action
    to: AnyExpr | None = given.get("to")
    if to is None and scope.to:
        to = Str(call.start, call.start, (scope.to,))
    target: str | AnyExpr | None = to
    if to is None and not symbol and not action and known(written):
        plain = re.sub(r"\(\.:format\)$", "", written)
        if _SHORTHAND.match(plain):
            target = re.sub(r"/([^/]*)$", r"#\1", plain.removeprefix("/")).replace("-", "_")
    full = _path_for(scope, written, option_path if symbol else None, symbol=symbol)
    if not action and known(written) and _ACTION.match(written) and "/" not in written:
        action = written.replace("-", "_")
    for key, pattern in given.items():
        if isinstance(pattern, Str) and pattern.regex:
            scope = replace(scope, variants=(*scope.variants, f"{key}={mapper.module.text(pattern)}"))
    if "constraints" in given:
        scope = mapper.constrained(given["constraints"], scope)
    handler, declared = handled(mapper, scope, controller, action, target)
    mapper.add(scope, methods, full, handler, call, path, declared=declared)


def _path_for(scope: Scope, written: str, option_path: str | None, *, symbol: bool) -> str:
    if not symbol:
        return joined(scope.path, written)
    if option_path is not None:
        return joined(scope.path, option_path)
    if scope.level in ("member", "collection", "new") and written in _CANONICAL:
        return scope.path
    return joined(scope.path, scope.path_name(written))


def handled(
    mapper: "Mapper", scope: Scope, controller: str, action: str, to: str | AnyExpr | None
) -> tuple[str, tuple[Declared, ...]]:
    """What answers: `controller#action`, or "" with the status of a redirect or inline answer."""
    if isinstance(to, str):
        first, _, second = to.partition("#")
        return mapper.handler(scope, first, second), ()
    value = resolved(to, mapper.env)
    match value:
        case None:
            return mapper.handler(scope, controller, action), ()
        case Str():
            text = mapper.path_of(value)
            first, sharp, second = text.partition("#")
            if sharp:
                return mapper.handler(scope, first, second), ()
            return mapper.handler(scope, controller, text), ()
        case Call() if value.name == "redirect":
            status = value.option("status")
            code = status.value if isinstance(status, Const) and isinstance(status.value, int) else 301
            return "", (Declared(int(code), mapper.where(value)),)
        case Call() if value.name == "action" and value.args:
            owner, called = chain(value.receiver), literal(value.args[0], mapper.env)
            if owner.endswith("Controller") and called:
                return f"{_controller_path(owner)}#{called}", ()
            return "", ()
        case Lambda(function=function):
            return "", _rack(mapper, function)
        case _:
            return "", ()


def _rack(mapper: "Mapper", function: FunctionNode) -> tuple[Declared, ...]:
    """`->(env) { [200, {}, ["ok"]] }`."""
    for statement in function.body:
        value = statement.value if isinstance(statement, Return) else None
        if isinstance(value, Items) and value.items and isinstance(value.items[0], Const):
            code = value.items[0].value
            if isinstance(code, int) and not isinstance(code, bool):
                return (Declared(code, mapper.where(value.items[0])),)
    return ()


def via(mapper: "Mapper", expr: AnyExpr) -> tuple[str, ...]:
    """The methods that `via:` names."""
    found = names(expr, mapper.env)
    if found is None or "all" in found:
        return ("ANY",)
    return tuple(f.upper() for f in found)


def _controller_path(name: str) -> str:
    return underscored(name.replace(".", "::")).removesuffix("_controller")
