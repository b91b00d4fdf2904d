"""Functions that FastAPI calls before a handler, and aliases that stand for them.

A dependency is a `Route` of kind `dependency` without methods: its params, guards and further dependencies belong to
every endpoint that names it. `handler_key` is the function, or `handler` the alias.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, In, Level, Param, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.fastapi.classes import CLASS, class_dependencies
from persona_lsp.frameworks.fastapi.found import Found
from persona_lsp.frameworks.fastapi.guards import SECURITY_CLASSES, by_object, guard_of
from persona_lsp.frameworks.fastapi.names import from_fastapi
from persona_lsp.frameworks.fastapi.signature import DEPENDS, MARKERS, may_depend, signature, type_name
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    ClassNode,
    Const,
    Def,
    FunctionNode,
    Index,
    Items,
    Name,
    ParamNode,
    Return,
    Spread,
    Ternary,
)  # fmt: skip
from persona_lsp.syntax.python_names import Names, place, ref_name, unwrap_annotated
from persona_lsp.text.patterns import lazy

KIND: Final = "dependency"
_LONGEST_FACTORY: Final = 4000
_DEEPEST: Final = 6
_MAKES: Final = lazy(rb"return (?:Depends|Security|[A-Z]\w*)\(")
_SPARES: Final = lazy(r"exclude|except|skip|ignore|public|allow")
"""Names of arguments that spare some requests."""


def guards_in(
    expr: AnyExpr | None, level: Level, names: Names, values: Mapping[str, AnyExpr] = MappingProxyType({})
) -> tuple[Guard, ...]:
    """`dependencies=[Depends(a), Security(b), LoggedIn]`: the last one is what another line or function makes.

    `values`: what the names of the function around it stand for.
    """
    out: list[Guard] = []
    for item, sure in listed(expr, names, values):
        if item is None:
            source = names.module.text(expr)[:80] if expr is not None else ""
            where = place(expr, names.module) if expr is not None else Where(names.module.path, 0, 0)
            out.append(Guard("?", GuardKind.UNKNOWN, level, where, source=source))
            continue
        if not isinstance(item, Call) or item.name not in DEPENDS:
            made = guard_of(item, item, level, names) if ref_name(item) else None
            if made is not None:
                spares = isinstance(item, Call) and any(_SPARES.search(k.name) for k in item.kwargs)
                out.append(replace(made, conditional=spares) if sure else _perhaps(made))
            continue
        target = item.args[0] if item.args else item.kwarg("dependency")
        if target is None:
            continue
        guard = guard_of(target, item, level, names, always=True, scopes=item.kwarg("scopes"))
        if guard is not None:
            out.append(guard if sure else _perhaps(guard))
    return tuple(out)


def _perhaps(guard: Guard) -> Guard:
    """One that is there under a condition: what it answers is not known to be part of an endpoint."""
    return replace(guard, conditional=True)


def listed(
    expr: AnyExpr | None, names: Names, values: Mapping[str, AnyExpr], depth: int = 0
) -> Iterator[tuple[AnyExpr | None, bool]]:
    """The elements of a list, each with whether it is there in any case; None for those that nobody can tell."""
    match expr:
        case None | Const():
            return
        case Items(items=items):
            for item in items:
                if isinstance(item, Spread):
                    yield from listed(item.value, names, values, depth + 1)
                elif isinstance(item, Ternary):
                    yield from ((part, False) for part in (item.then, item.orelse) if not isinstance(part, Const))
                else:
                    yield item, True
        case Ternary(then=then, orelse=orelse):
            for part in (then, orelse):
                yield from ((item, False) for item, _ in listed(part, names, values, depth + 1))
        case Binary(op="+", left=left, right=right):
            yield from listed(left, names, values, depth + 1)
            yield from listed(right, names, values, depth + 1)
        case Name(id=name) if depth < _DEEPEST and (held := values.get(name, names.values.get(name))) is not None:
            yield from listed(held, names, values, depth + 1)
        case _:
            yield None, False


def dependencies(found: Found) -> None:
    """Add the dependencies that the file defines."""
    handlers = {r.handler_key for r in found.routes}
    names = found.names
    for key, function in names.functions.items():
        if key not in handlers and not key.startswith("test") and _may_be_called(function, names):
            _function(key, function, found)
        if key not in handlers and not _makes_depends(key, function, found):
            _factory(key, function, found)
        if function.returns is not None and (returned := ref_name(function.returns)):
            found.aliases.setdefault(f"{key}()", returned)
    for cls in names.classes.values():
        _class(cls, found)
    for name, value in names.values.items():
        if isinstance(value, Index) and type_name(value) and ref_name(value.base).endswith("Annotated"):
            _alias(name, value, found)
        elif isinstance(value, Call) and value.name in DEPENDS:
            _named(name, value, found)
        elif isinstance(value, Call):
            _instance(name, value, found)


def _may_be_called(function: FunctionNode, names: Names) -> bool:
    """Every parameter can be injected: it has a type or a default; and the file, or the function, knows FastAPI."""
    if names.module.source.find(b"Depends", function.start, function.end) >= 0:
        return True
    return all(p.type is not None or p.default is not None for p in function.params if p.kind == "plain")


def _function(key: str, function: FunctionNode, found: Found, params: tuple[ParamNode, ...] | None = None) -> None:
    names = found.names
    declared = signature(function.params if params is None else params, names)
    if not declared.marked and (declared.body is not None or declared.unknown):
        # An ordinary function: nothing says that FastAPI calls it.
        declared_params = tuple(p for p in declared.params if p.place is In.QUERY)
        if not declared_params or declared.body is not None:
            return
    where = place(function, names.module)
    found.routes.append(
        Route(
            (), (), "fastapi", where, where, found.next_order(), handler_key=key, handler_name=function.name,
            guards=by_object(declared.guards, function, names), params=declared.params, kind=KIND,
            unknown_params=declared.unknown, dependencies=declared.dependencies,
        )
    )  # fmt: skip  # positional ones first


def _factory(key: str, function: FunctionNode, found: Found) -> None:
    """`Depends(get_current_user_authorizer(required=False))`: the function that a factory returns is the dependency."""
    names = found.names
    if function.end - function.start > _LONGEST_FACTORY:
        return
    source = names.module.source
    if source.find(b"return ", function.body_start, function.end) < 0:
        return
    inner = {s.function.name: s.function for s in function.body if isinstance(s, Def)}
    returned = [
        name
        for s in function.body
        if isinstance(s, Return) and s.value is not None
        for name in _names_in(s.value)
        if name != function.name
    ]
    made = [inner[n] for n in returned if n in inner]
    outer = tuple(Ref(n) for n in returned if n not in inner and n in names.functions)
    if not made and not outer:
        return
    declared = [signature(f.params, names) for f in made]
    where = place(function, names.module)
    found.routes.append(
        Route(
            (), (), "fastapi", where, where, found.next_order(), handler=Ref(f"{key}()"), handler_key=key,
            handler_name=f"{key}()", guards=tuple(g for d in declared for g in d.guards),
            params=tuple(p for d in declared for p in d.params), kind=KIND,
            unknown_params=any(d.unknown for d in declared),
            dependencies=(*outer, *(r for d in declared for r in d.dependencies)),
        )
    )  # fmt: skip  # positional ones first


def _names_in(expr: AnyExpr) -> tuple[str, ...]:
    match expr:
        case Name(id=name):
            return (name,)
        case Ternary(then=then, orelse=orelse):
            return (*_names_in(then), *_names_in(orelse))
        case _:
            return ()


def _class(cls: ClassNode, found: Found) -> None:
    name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    depended = class_dependencies(cls, found.names)
    if depended and found.names.module.source.find(b"Depends(") >= 0:
        where = place(cls, found.names.module)
        label = f"{cls.name}.{CLASS}"
        found.routes.append(
            Route(
                (), (), "fastapi", where, where, found.next_order(), handler=Ref(label), handler_name=label, kind=KIND,
                dependencies=depended,
            )
        )  # fmt: skip  # positional ones first
    for method in cls.methods:
        called = method.name in ("__init__", "__call__")
        source = found.names.module.source
        if (called and _may_be_called(method, found.names)) or (
            not called and source.find(b"Depends(", method.start, method.body_start) >= 0
        ):
            _function(f"{name}.{method.name}", method, found)


def _makes_depends(key: str, function: FunctionNode, found: Found) -> bool:
    """`def LoggedIn(): return Depends(current_user)`, `def allowed(right): return Allowed(right)`: what calls of it stand for."""
    source = found.names.module.source
    if function.end - function.start > _LONGEST_FACTORY:
        return False
    if _MAKES.search(source, function.body_start, function.end) is None:
        return False
    last = function.body[-1] if function.body else None
    made = last.value if isinstance(last, Return) else None
    if isinstance(made, Call) and made.name not in DEPENDS and isinstance(made.func, Name):
        where, label = place(made, found.names.module), f"{key}()"
        found.routes.append(
            Route(
                (), (), "fastapi", where, where, found.next_order(), handler=Ref(label), handler_name=label, kind=KIND,
                dependencies=(Ref(f"{made.name}()"),),
            )
        )  # fmt: skip  # positional ones first
        return True
    if not isinstance(made, Call) or made.name not in DEPENDS:
        return False
    _named(f"{key}()", made, found)
    return True


def _named(name: str, made: Call, found: Found) -> None:
    """`LoggedIn = Depends(current_user)`: a dependency under another name."""
    names = found.names
    target = made.args[0] if made.args else made.kwarg("dependency")
    depended = ref_name(target)
    if target is None or not depended:
        return
    where = place(made, names.module)
    guard = guard_of(target, made, Level.ROUTE, names, scopes=made.kwarg("scopes"))
    found.routes.append(
        Route(
            (), (), "fastapi", where, where, found.next_order(), handler=Ref(name), handler_name=name,
            guards=() if guard is None else (guard,), kind=KIND, dependencies=(Ref(depended),),
        )
    )  # fmt: skip  # positional ones first


def _instance(name: str, made: Call, found: Found) -> None:
    """`bearer = HTTPBearer()`: one of FastAPI's own security schemes."""
    names = found.names
    if from_fastapi(made.func, names) not in SECURITY_CLASSES:
        return
    where = place(made, names.module)
    guard = guard_of(Name(made.start, made.end, name), made, Level.ROUTE, names)
    found.routes.append(
        Route(
            (), (), "fastapi", where, where, found.next_order(), handler=Ref(name), handler_name=name,
            guards=() if guard is None else (guard,), kind=KIND,
        )
    )  # fmt: skip  # positional ones first


def _alias(name: str, value: AnyExpr, found: Found) -> None:
    """`CurrentUser = Annotated[User, Depends(get_current_user)]`, `Limit = Annotated[int, Query(le=100)]`."""
    names = found.names
    _, metadata = unwrap_annotated(value, names)
    found.aliases.setdefault(name, names.module.text(value)[:200])
    known = any(isinstance(m, Call) and (m.name in DEPENDS or m.name in MARKERS) for m in metadata)
    if not known and not may_depend(metadata):
        return
    node = ParamNode(value.start, value.end, "", value)
    declared = signature((node,), names)
    guards = declared.guards
    if not guards and declared.dependencies and (made := guard_of_name(name, value, names)) is not None:
        guards = (made,)
    params: tuple[Param, ...] = declared.params
    where = place(value, names.module)
    found.routes.append(
        Route(
            (), (), "fastapi", where, where, found.next_order(), handler=Ref(name), handler_name=name, guards=guards,
            params=params, kind=KIND, dependencies=declared.dependencies, unknown_params=declared.unknown,
        )
    )  # fmt: skip  # positional ones first


def guard_of_name(name: str, value: AnyExpr, names: Names) -> Guard | None:
    """The guard that an alias is by its own name (`CurrentUser`)."""
    return guard_of(Name(value.start, value.end, name), value, Level.ROUTE, names)
