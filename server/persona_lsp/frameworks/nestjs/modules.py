"""Modules: what they import and which controllers they have, guards for all routes, middleware and module paths."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level, Mount, Use
from persona_lsp.facts.text import EMPTY, Ref, Text
from persona_lsp.flow.script.guards import classify
from persona_lsp.flow.script.names import reduce, text
from persona_lsp.frameworks.nestjs.controllers import FRAMEWORK_ID
from persona_lsp.frameworks.nestjs.guards import guard_class
from persona_lsp.frameworks.nestjs.names import Names, arguments, entry, find, items, own_name, reference, where
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassDef,
    ClassNode,
    Def,
    Do,
    FunctionNode,
    If,
    Items,
    Lambda,
    Member,
    Name,
    Object,
    Return,
    Spread,
    Stmt,
    Ternary,
    dotted,
    walk,
)

GLOBAL_GUARD: Final = "@APP_GUARD"
MIDDLEWARE: Final = "@middleware"
MODULE_PATH: Final = "@path"
_DEPTH: Final = 6


def modules(names: Names) -> tuple[list[Mount], list[Use]]:
    """The graph of the modules of a file, and what they put before routes."""
    mounts: list[Mount] = []
    uses: list[Use] = []
    source = names.module.source
    for cls in names.module.classes():
        decorator = find(cls.decorators, names, "Module")
        if decorator is None:
            continue
        given = next(iter(arguments(decorator)), None)
        parent = Ref(cls.name)
        for key in ("imports", "controllers"):
            for item, conditional in _listed(entry(given, key, names), names, 0):
                child = reference(item)
                if child is not None:
                    at = where(item, names.module)
                    mounts.append(Mount(parent, child, FRAMEWORK_ID, at, -1, conditional=conditional))
        if b"MiddlewareConsumer" in source or b".forRoutes(" in source:
            uses += [u for m in cls.methods if m.name == "configure" for u in _middleware(m, cls, names)]
    if b"RouterModule" in source:
        mounts += _paths(names)
    if b"APP_GUARD" in source:
        uses += _global_guards(names)
    return mounts, uses


def _listed(expr: AnyExpr | None, names: Names, depth: int) -> Iterator[tuple[AnyExpr, bool]]:
    """The elements of a list, with those of lists that it spreads; whether each depends on a condition."""
    if expr is None or depth > _DEPTH:
        return
    value = reduce(expr, names.scope)
    while isinstance(value, Call) and isinstance(value.func, Member) and value.func.name in ("filter", "concat"):
        # `[isDev && DebugModule, UsersModule].filter(Boolean)`
        for arg in value.args if value.func.name == "concat" else ():
            yield from _listed(arg, names, depth + 1)
        value = reduce(value.func.base, names.scope)
    if isinstance(value, Ternary):
        for side in (value.then, value.orelse):
            yield from ((found, True) for found, _ in _listed(side, names, depth + 1))
        return
    if not isinstance(value, Items):
        return
    for item in value.items:
        if isinstance(item, Binary) and item.op in ("and", "or"):
            yield item.right, True
            continue
        if isinstance(item, Ternary):
            yield from ((side, True) for side in (item.then, item.orelse))
            continue
        if not isinstance(item, Spread):
            yield item, False
            continue
        inner = item.value
        if isinstance(inner, Ternary):
            for side in (inner.then, inner.orelse):
                yield from ((found, True) for found, _ in _listed(side, names, depth + 1))
        else:
            for part in walk(inner):
                if isinstance(part, Items):
                    yield from ((found, part is not inner) for found in part.items)
                    break
            else:
                yield from _listed(inner, names, depth + 1)


def _paths(names: Names) -> Iterator[Mount]:
    """`RouterModule.register([{ path: "admin", module: AdminModule, children: [...] }])`."""
    for call in _calls(names):
        if call.name in ("register", "forRoutes") and own_name(dotted(call.receiver), names) == "RouterModule":
            yield from _tree(next(iter(call.args), None), EMPTY, names, 0)


def _tree(expr: AnyExpr | None, above: Text, names: Names, depth: int) -> Iterator[Mount]:
    if expr is None or depth > _DEPTH:
        return
    for item in items(expr, names):
        named = reference(item) if not isinstance(item, Object) else None
        if named is not None and dotted(reduce(item, names.scope)):
            yield Mount(Ref(MODULE_PATH), named, FRAMEWORK_ID, where(item, names.module), -1, above)
            continue
        value = reduce(item, names.scope)
        if not isinstance(value, Object):
            continue
        own = value.get("path")
        path: Text = (*above, "/", *text(own, names.scope)) if own is not None else above
        module = reference(value.get("module"))
        if module is not None:
            yield Mount(Ref(MODULE_PATH), module, FRAMEWORK_ID, where(item, names.module), -1, path)
        yield from _tree(value.get("children"), path, names, depth + 1)


def _calls(names: Names) -> Iterator[Call]:
    """Calls in the decorators of the classes, and among the values of the file."""
    for cls in names.module.classes():
        for decorator in cls.decorators:
            yield from (part for part in walk(decorator.value) if isinstance(part, Call))
    for value in names.scope.values.values():
        yield from (part for part in walk(value) if isinstance(part, Call))


def _global_guards(names: Names) -> Iterator[Use]:
    """`{ provide: APP_GUARD, useClass: JwtAuthGuard }`, wherever it is listed."""
    decorators = (d.value for c in names.module.classes() for d in c.decorators)
    seen: set[int] = set()
    for value in (*decorators, *names.scope.values.values(), *_returned(names)):
        for part in walk(value):
            if (
                part.start in seen
                or not isinstance(part, Object)
                or own_name(dotted(part.get("provide")), names) != "APP_GUARD"
            ):
                continue
            seen.add(part.start)
            made = part.get("useClass") or part.get("useExisting") or part.get("useValue")
            if made is not None:
                yield Use(Ref(GLOBAL_GUARD), guard_class(made, Level.APP, names))
            else:
                at = where(part, names.module)
                yield Use(Ref(GLOBAL_GUARD), Guard("?", GuardKind.UNKNOWN, Level.APP, at))


def _returned(names: Names) -> Iterator[AnyExpr]:
    """What the functions and methods of the file compute, whatever they do with it."""
    pending: list[Stmt] = list(names.module.body)
    while pending:
        statement = pending.pop()
        value = getattr(statement, "value", None)
        match statement:
            case Def(function=function):
                pending += function.body
            case ClassDef(cls=cls):
                pending += [s for method in cls.methods for s in method.body]
            case Return() | Assign() | Do() if value is not None:
                yield value
                pending += [s for part in walk(value) if isinstance(part, Lambda) for s in part.function.body]
            case If(then=then, orelse=orelse):
                pending += [*then, *orelse]
            case _:
                pass


def _middleware(method: FunctionNode, cls: ClassNode, names: Names) -> Iterator[Use]:
    """`consumer.apply(AuthMiddleware).exclude("login").forRoutes({ path: "orders", method: RequestMethod.POST })`."""
    for statement in method.body:
        value = statement.value if isinstance(statement, Do | Return) else None
        if value is None:
            continue
        chain = _chain(value)
        applied: list[AnyExpr] = []
        outside: list[str] = []
        for call in chain:
            if call.name == "apply":
                applied, outside = list(call.args), []
            elif call.name == "exclude":
                outside += [p for a in call.args for p, _ in _patterns(a, names)]
            elif call.name == "forRoutes":
                for one in applied:
                    for arg in call.args:
                        yield from _guarding(one, arg, tuple(outside), names)
    del cls


def _chain(value: AnyExpr) -> list[Call]:
    """The calls of a chain, the first one first."""
    found: list[Call] = []
    node: AnyExpr | None = value
    while isinstance(node, Call):
        found.append(node)
        node = node.func.base if isinstance(node.func, Member) else None
    return found[::-1]


def _guarding(applied: AnyExpr, target: AnyExpr, outside: tuple[str, ...], names: Names) -> Iterator[Use]:
    name = dotted(applied.func if isinstance(applied, Call) else applied)
    package = names.scope.imports.get(name.partition(".")[0], ("", ""))[0]
    kind, optional = classify(applied, package)
    symbol = Ref(f"{name}.use") if name and not isinstance(applied, Call) else None
    for pattern, method in _patterns(target, names):
        guard = Guard(
            name or "?", kind, Level.APP, where(applied, names.module), symbol, names.module.text(applied)[:200],
            optional=optional, matcher=pattern, methods=(method,) if method else (), outside=outside,
        )  # fmt: skip
        yield Use(Ref(MIDDLEWARE), guard)


def _patterns(expr: AnyExpr, names: Names) -> Iterator[tuple[str, str]]:
    """(pattern, method) of what middleware is for: a path, a path with a method, or a controller (`@Name`)."""
    value = reduce(expr.value if isinstance(expr, Spread) else expr, names.scope)
    if isinstance(value, Items):
        for item in value.items:
            yield from _patterns(item, names)
        return
    if isinstance(value, Object):
        method = dotted(value.get("method")).rsplit(".", 1)[-1]
        inner = value.get("path")
        for pattern, _ in _patterns(inner, names) if inner is not None else ():
            yield pattern, "" if method in ("", "ALL") else method
        return
    known = text(value, names.scope)
    if known and all(isinstance(part, str) for part in known):
        yield "".join(p for p in known if isinstance(p, str)) or "/", ""
    elif isinstance(value, Name) and value.id[:1].isupper():
        yield f"@{value.id}", ""
    else:
        yield "?", ""
