"""Guards: what decorators attach, and what the decorators and guard classes that a project makes itself do."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level, Use
from persona_lsp.facts.text import Ref
from persona_lsp.flow.anonymous import admits
from persona_lsp.flow.forgery import without_forgery
from persona_lsp.flow.script.guards import classify
from persona_lsp.flow.script.names import Scope, text
from persona_lsp.frameworks.nestjs.marks import (
    PUBLIC,
    READS_MARKS,
    ROLES,
    created,
    deciding,
    looked_for,
    mark,
    requests_of,
    values,
)
from persona_lsp.frameworks.nestjs.names import Names, arguments, foreign, own_name, where
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassNode,
    Const,
    Decorator,
    Def,
    Do,
    FunctionNode,
    If,
    Items,
    Lambda,
    Member,
    Name,
    Node,
    Raise,
    Return,
    Stmt,
    Str,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

DECORATOR: Final = "@"
"""Goes before the name of a decorator or guard class that a file defines, where its guards are told."""
CONTROLLER: Final = "controller"
"""What a decorator that makes controllers is told by."""
OPT_IN: Final = "opt-in"
"""A guard class that lets everybody pass where no decorator says otherwise."""
OPT_OUT: Final = "opt-out"
_AUTHENTICATES: Final = lazy(r"auth(?!or)|jwt|bearer|api_?key|session|logged_?in|passport|token", re.IGNORECASE)
_OPTIONAL: Final = lazy(r"optional|maybe|anonymous|soft", re.IGNORECASE)
_LIMITS: Final = lazy(r"throttl|rate_?limit", re.IGNORECASE)
_LETS_UNMARKED: Final = lazy(
    r"if\s*\(\s*(?:!\s*\w+|\w+\s*={2,3}\s*(?:undefined|null)\b)[^)]*\)\s*(?:\{\s*)?return\s+(?:true|Promise|of)"
)
_ASKS: Final = lazy(
    rb"\b\w*(?:user|session|auth|token|roles?|permission|cookie|headers?|member|owner|jwt)\w*\b", re.IGNORECASE
)
"""Words of a guard that looks who calls."""
_LETS_MARKED: Final = lazy(r"if\s*\(\s*(\w+)[^)!]*\)\s*(?:\{\s*)?return\s+(?:true|Promise|of)")


def attached(decorators: Iterable[Decorator], level: Level, names: Names) -> tuple[Guard, ...]:
    """The guards that the decorators of a class or method attach."""
    decorators = tuple(decorators)
    found: list[Guard] = []
    for decorator in decorators:
        if own_name(decorator.name, names) == "UseGuards":
            found += [guard_class(arg, level, names) for arg in arguments(decorator)]
        elif own_name(decorator.name, names) == "SetMetadata" and decorator.call is not None and decorator.call.args:
            found.append(mark(decorator.call, "", names, level))
    for decorator in foreign(decorators, names):
        own = _decorator(decorator, level, names)
        if own is not None:
            found.append(own)
    return tuple(found)


def guard_class(expr: AnyExpr, level: Level, names: Names) -> Guard:
    """The guard that `UseGuards` is given: a class, an instance, or what a function makes."""
    called = expr.func if isinstance(expr, Call) else expr
    name = dotted(called)
    last = name.rsplit(".", 1)[-1]
    kind, optional = GuardKind.UNKNOWN, False
    if own_name(name, names) == "AuthGuard":
        kind = GuardKind.AUTHN
    elif last:
        kind, optional = kind_of(last)
    symbol = Ref(f"{name}.canActivate") if name and (not isinstance(expr, Call) or expr.new) else None
    return Guard(
        last or "?", kind, level, where(expr, names.module), symbol, names.module.text(expr)[:200], optional=optional
    )


def kind_of(name: str) -> tuple[GuardKind, bool]:
    """What a guard class of that name does, and whether anonymous callers pass too."""
    named = name.removesuffix("Guard")
    plain = without_forgery(named)
    if plain != named and not ROLES.search(plain) and not _AUTHENTICATES.search(plain):
        return GuardKind.OTHER, False
    if _LIMITS.search(plain):
        return GuardKind.RATE_LIMIT, False
    if ROLES.search(plain) and not _AUTHENTICATES.search(plain):
        return GuardKind.ROLE, False
    if _AUTHENTICATES.search(plain):
        return GuardKind.AUTHN, _OPTIONAL.search(plain) is not None
    kind, optional = classify(Name(0, 0, name[:1].lower() + name[1:]), "")
    known = kind not in (GuardKind.OTHER, GuardKind.UNKNOWN)
    return (kind, optional) if known else (GuardKind.UNKNOWN, False)


def _decorator(decorator: Decorator, level: Level, names: Names) -> Guard | None:
    """What a decorator of the project adds, as far as its name tells; what it is made of is told where it is made."""
    name = decorator.name
    last = name.rsplit(".", 1)[-1]
    if not last:
        return None
    at = where(decorator, names.module)
    source = names.module.text(decorator)[:200]
    if PUBLIC.search(last):
        # What is handed on (`PublicRoute(options.public)`) may open the route, and may not.
        certain = all(not isinstance(a, Name | Member | Binary) and not _is_false(a) for a in arguments(decorator))
        return Guard(last, GuardKind.OTHER, level, at, Ref(name), source, allows_all=certain)
    if last.startswith("Api") and last != "ApiKey":
        return Guard(last, GuardKind.OTHER, level, at, Ref(name), source)
    if ROLES.search(last):
        return Guard(last, GuardKind.ROLE, level, at, Ref(name), source, values=tuple(values(arguments(decorator))))
    if _AUTHENTICATES.search(last):
        return Guard(last, GuardKind.AUTHN, level, at, Ref(name), source, optional=_OPTIONAL.search(last) is not None)
    return Guard(last, GuardKind.OTHER, level, at, Ref(name), source)


def _is_false(expr: AnyExpr) -> bool:
    return isinstance(expr, Const) and expr.value is False


def definitions(names: Names) -> Iterator[Use]:
    """What the decorators and guard classes of this file do: the guards that stand for them."""
    source = names.module.source
    if (
        b"UseGuards" in source
        or b"SetMetadata" in source
        or b"applyDecorators" in source
        or b"createDecorator" in source
        or b"Controller(" in source
    ):
        for name, function in _factories(names):
            for guard in _composed(function, name, names):
                yield Use(Ref(DECORATOR + name), guard)
    if b"canActivate" in source or b"AuthGuard(" in source:
        for cls in names.module.classes():
            stance = _stance(cls, names)
            if stance is not None:
                yield Use(Ref(DECORATOR + cls.name), stance)
                for guard in looked_for(cls, names):
                    yield Use(Ref(DECORATOR + cls.name), guard)


def _factories(names: Names) -> Iterator[tuple[str, FunctionNode | AnyExpr]]:
    for statement in names.module.body:
        if isinstance(statement, Def):
            yield statement.function.name, statement.function
        elif isinstance(statement, Assign) and statement.value is not None:
            name = next((n for t in statement.targets if (n := dotted(t))), "")
            value = statement.value
            if name and isinstance(value, Lambda):
                yield name, value.function
            elif name and isinstance(value, Call):
                yield name, value


def _composed(made: FunctionNode | AnyExpr, name: str, names: Names) -> Iterator[Guard]:
    """The guards of a decorator that is made of others."""
    for value, conditional in _values(made):
        for guard in _among(value, made, name, names):
            yield replace(guard, conditional=True) if conditional and guard.name != CONTROLLER else guard


def _values(made: FunctionNode | AnyExpr) -> Iterator[tuple[AnyExpr, bool]]:
    """What a decorator is made of, and whether that depends on a condition."""
    if not isinstance(made, FunctionNode):
        yield made, False
        return
    pending: list[tuple[Stmt, bool]] = [(statement, False) for statement in made.body]
    while pending:
        statement, conditional = pending.pop(0)
        value = getattr(statement, "value", None)
        if isinstance(statement, Return | Do | Assign) and value is not None:
            yield value, conditional
        elif isinstance(statement, If):
            pending += [(inner, True) for inner in (*statement.then, *statement.orelse)]


def _among(value: AnyExpr, made: FunctionNode | AnyExpr, name: str, names: Names) -> Iterator[Guard]:
    for part in walk(value):
        if not isinstance(part, Call):
            continue
        own = own_name(dotted(part.func), names)
        if own == "Controller":
            at = where(part, names.module)
            yield Guard(CONTROLLER, GuardKind.OTHER, Level.CLASS, at, source=_around(part, made, names))
        elif own == "UseGuards":
            yield from (guard_class(arg, Level.ROUTE, names) for arg in part.args)
        elif own == "SetMetadata" and part.args:
            yield mark(part, name, names)
        elif part.name == "createDecorator" and own_name(dotted(part.receiver), names) == "Reflector":
            yield created(part, name, names)
        elif own == "AuthGuard":
            yield Guard("AuthGuard", GuardKind.AUTHN, Level.ROUTE, where(part, names.module))
        elif isinstance(part.func, Name) and own == "" and part.func.id[:1].isupper() and not part.new:
            inner = _decorator(Decorator(part.start, part.end, part.func.id, part), Level.ROUTE, names)
            if inner is not None and inner.name != name:
                yield inner


def _around(call: Call, made: FunctionNode | AnyExpr, names: Names) -> str:
    """The path that a decorator of the project gives to controllers: `{}` is its own first argument, `${NAME}` a text
    of another file, "?" unknown.
    """
    if not call.args:
        return ""
    scope = Scope(names.module, names.scope.imports, parent=names.scope)
    for name, function in _factories(names):
        if isinstance(function, FunctionNode):
            scope.values[name] = Lambda(function.start, function.end, function)
    if isinstance(made, FunctionNode):
        scope = Scope(names.module, names.scope.imports, parent=scope)
        _bind(made, scope)
    pieces = [
        part if isinstance(part, str) else f"${{{part.name}}}" if isinstance(part, Ref) else "?"
        for part in text(call.args[0], scope)
    ]
    return "".join(pieces)


def _bind(made: FunctionNode, scope: Scope) -> None:
    """The names that hold in a decorator of the project; what it is given first is `{}`."""
    own = Str(made.start, made.start, ("{}",))
    rest = next((p.name for p in made.params[:1] if p.kind == "rest"), "")
    scope.hidden.update(p.name for p in made.params if p.name)
    if made.params and not rest:
        scope.values[made.params[0].name] = own
    for statement in made.body:
        target = statement.targets[0] if isinstance(statement, Assign) and statement.targets else None
        value = getattr(statement, "value", None)
        if isinstance(target, Items) and rest and dotted(value) == rest:
            first = target.items[0] if target.items else None
            scope.values.update({first.id: own} if isinstance(first, Name) else {})
        elif isinstance(target, Name) and value is not None and target.id not in scope.values:
            scope.values[target.id] = value


def _stance(cls: ClassNode, names: Names) -> Guard | None:
    """What a guard class does with routes that carry no mark, and whether it lets anonymous callers pass.

    `conditional`: it looks who calls, and refuses without a word.
    """
    method = next((m for m in cls.methods if m.name == "canActivate"), None)
    passport = any(isinstance(b, Call) and own_name(dotted(b.func), names) == "AuthGuard" for b in cls.bases)
    if method is None and not passport:
        return None
    at: Node = Name(cls.name_start, cls.name_end, cls.name)
    handled = next((m for m in cls.methods if m.name == "handleRequest"), None)
    optional = False
    if handled is not None:
        body = names.module.source[handled.body_start : handled.body_end]
        optional = b"throw" not in body and b"super.handleRequest" not in body
    optional = optional or any(
        admits(one, passing, request=requests_of(one, names.module), empty=empty)
        for one, passing, empty in deciding(cls)
    )
    name = ""
    if method is not None:
        body_text = names.module.source[method.body_start : method.body_end].decode("utf-8", "replace")
        if READS_MARKS.search(body_text):
            name = OPT_IN if _LETS_UNMARKED.search(body_text) else OPT_OUT if _LETS_MARKED.search(body_text) else ""
    kind = GuardKind.AUTHN if passport else GuardKind.UNKNOWN
    symbol = Ref(f"{cls.name}.canActivate")
    decides = method is not None and _decides(method) and _ASKS.search(names.module.source, cls.start, cls.end)
    return Guard(name, kind, Level.APP, where(at, names.module), symbol, optional=optional, conditional=bool(decides))


def _decides(method: FunctionNode) -> bool:
    """What it returns says whether the request passes, and is not always true."""
    pending = list(method.body)
    while pending:
        statement = pending.pop()
        if isinstance(statement, Return):
            if not (isinstance(statement.value, Const) and statement.value.value is True):
                return True
        elif isinstance(statement, If):
            pending += [*statement.then, *statement.orelse]
        elif not isinstance(statement, Assign | Do | Raise):
            return True
    return False
