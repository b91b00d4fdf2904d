"""Routers, mounts, routes and what belongs to them, from one file."""

from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level, Router, Use
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.fastapi.classes import classes
from persona_lsp.frameworks.fastapi.configuration import configuration
from persona_lsp.frameworks.fastapi.dependencies import dependencies, guards_in
from persona_lsp.frameworks.fastapi.found import Env, Found
from persona_lsp.frameworks.fastapi.guards import guard_of
from persona_lsp.frameworks.fastapi.inherited import add_inherited, made_by_field
from persona_lsp.frameworks.fastapi.loops import bound, expanded, grown, perhaps, rounds, written_text
from persona_lsp.frameworks.fastapi.parameters import add_parameter, given_text, held_by, is_text, is_used_as_router
from persona_lsp.frameworks.fastapi.passing import passing, written_out
from persona_lsp.frameworks.fastapi.registration import DECORATORS, decorated, handler_key, registered
from persona_lsp.frameworks.fastapi.routers import (
    APPS,
    LISTED,
    ROUTERS,
    add_listed,
    add_mount,
    add_router,
    given_back,
    handed_on,
    kind_made,
    makes_routers,
    symbol_of,
)
from persona_lsp.frameworks.fastapi.signature import DEPENDS
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Call,
    ClassDef,
    ClassNode,
    Const,
    Def,
    Do,
    Each,
    For,
    FunctionNode,
    Group,
    If,
    Items,
    Lambda,
    Member,
    Module,
    Name,
    Return,
    Stmt,
    Ternary,
    Try,
    Unary,
    With,
    dotted,
    walk,
)
from persona_lsp.syntax.python_names import items_of, names_of, place, ref_name, text_of
from persona_lsp.text.patterns import lazy

_BUILDS: Final = lazy(
    rb"FastAPI\(|Router\(|Starlette\(|include_router|add_api_route|add_api_websocket_route|add_route\(|\.mount\("
    rb"|add_middleware|exception_handler|\.middleware\(|Mount\(|= *[\w.]*(?:create|make|build|init|get)_?\w*app\w*\(|: *(?:FastAPI|APIRouter|Starlette)\b"
)
_NESTS: Final = lazy(rb"@[\w.]+\.(?:get|post|put|patch|delete|head|options|api_route|websocket)\(")
"""A handler inside a function: `def make(db): @router.get("/x") ...; return router`."""


def extract(module: Module) -> Extracted:
    """The HTTP facts of a file."""
    return found_in(module).extracted()


def found_in(module: Module) -> Found:
    """The same as a draft, which knows more; made once for the statements of a file.

    The statements are what counts: an edit inside a function gives a new text to the same statements.
    """
    for body, known in _latest:
        if body is module.body:
            return known
    found = _found(module)
    _latest.insert(0, (module.body, found))
    del _latest[_REMEMBERED:]
    return found


_REMEMBERED: Final = 4
_latest: list[tuple[tuple[Stmt, ...], Found]] = []


def _found(module: Module) -> Found:
    found = Found(names_of(module), {}, [], [], [], [], [], [], {}, {}, {}, set())
    _statements(module.body, Env("", {}, {}, {}), found)
    dependencies(found)
    found.classes.extend(classes(found.names))
    return found


def _statements(body: tuple[Stmt, ...], env: Env, found: Found) -> None:
    for statement in body:
        match statement:
            case Assign(op="", value=value) if value is not None:
                _assigned(statement.targets, value, env, found)
            case Do(value=value):
                _done(value, env, found)
            case Def(function=function):
                _function(function, env, found)
                if env.nested:
                    env.values[function.name] = Lambda(function.start, function.end, function)
            case ClassDef(cls=cls):
                _class(cls, env, found)
            case If(test=test, then=then, orelse=orelse):
                if "__main__" in found.names.module.text(test):
                    continue
                asked = test.operand if isinstance(test, Unary) else test
                if isinstance(asked, Call) and not asked.receiver:
                    _done(asked, env, found)  # `if not add_pages(app): ...`
                inner = replace(env, conditional=True)
                _statements(then, inner, found)
                _statements(orelse, inner, found)
            case For():
                _loop(statement, env, found)
            case With(body=inner_body):
                _statements(inner_body, env, found)
            case Try(body=tried, orelse=orelse, final=final):
                _statements(tried, env, found)
                _statements(orelse, env, found)
                _statements(final, env, found)
            case Group(body=inner_body):
                _statements(inner_body, env, found)
            case Return(value=value) if value is not None and env.nested:
                _returned(value, env, found)
            case _:
                pass


def _loop(node: For, env: Env, found: Found) -> None:
    # `for router in (a, b): app.include_router(router)` is as good as written out; other loops tell nothing.
    if node.iterable is None or node.target is None:
        return
    for inner in rounds(node.target, node.iterable, env, found):
        _statements(node.body, inner, found)


def _assigned(targets: tuple[AnyExpr, ...], value: AnyExpr, env: Env, found: Found) -> None:
    if isinstance(value, Await):
        value = value.value
    made = ""
    for target in targets:
        name = dotted(target)
        if not name:
            continue
        env.values[name] = _perhaps(value, env.values.get(name)) if env.conditional else value
        if made:  # `users_router = r = APIRouter()`: two names of one router
            env.symbols[name] = made
            if not env.nested:
                found.aliases.setdefault(name, made)
            continue
        if isinstance(value, Call):
            kind = kind_made(value, found.names)
            if kind:
                made = symbol = env.symbol(name)
                env.symbols[name] = symbol
                add_router(symbol, kind, value, env, found)
                continue
            first = value.args[0] if value.args else None
            if dotted(first) and dotted(first) in env.symbols and name == dotted(first):
                continue  # `app = wrap(app)` serves the same routes
            returned = given_back(value, env, found)
            if returned:
                env.symbols[name] = returned
                if not env.nested:
                    found.aliases.setdefault(name, returned)
                continue
            called = ref_name(value)
            if _decorates(name, env, found) and makes_routers(called, env, found):
                made = env.symbols[name] = env.symbol(name)
                where = place(value, found.names.module)
                found.routers[made] = Router(made, "router", "fastapi", where, copies=Ref(called))
                continue
            if called in found.aliases and found.aliases[called] in found.routers:
                env.symbols[name] = found.aliases[called]
            _done(value, env, found)
        elif (
            isinstance(value, Items)
            and value.items
            and all(isinstance(i, Call) and i.name in LISTED for i in value.items)
        ):
            symbol = env.symbol(name)
            env.symbols[name] = symbol
            found.routers[symbol] = Router(symbol, "router", "fastapi", place(target, found.names.module))
            add_listed(value.items, symbol, env, found)
            continue
        elif dotted(value) in env.symbols:
            env.symbols[name] = env.symbols[dotted(value)]
            continue
        known: str | Text = ref_name(value)
        if known and not env.nested and isinstance(target, Name):
            found.aliases.setdefault(name, str(known))
        if env.nested:
            env.local[name] = expanded(str(known), env) if known else written_text(value, env, found)


def _perhaps(value: AnyExpr, held: AnyExpr | None) -> AnyExpr:
    """A list of dependencies that a name stands for under a condition, and the one that it stands for otherwise."""
    lists = [part for part in (value, held) if isinstance(part, Items | Ternary)]
    depends = any(isinstance(part, Call) and part.name in DEPENDS for one in lists for part in walk(one))
    return perhaps(value, held) if depends and isinstance(value, Items) else value


def _decorates(name: str, env: Env, found: Found) -> bool:
    """Whether routes are given to a router by its name: `@router.get("/x")`, not inside of what made it."""
    source, word = found.names.module.source, f"@{name}.".encode()
    return word in source if env.nested else source.startswith(word) or b"\n" + word in source


def _done(value: AnyExpr, env: Env, found: Found) -> None:
    match value:
        case Await(value=inner):
            _done(inner, env, found)
        case Ternary(then=then, orelse=orelse):
            inside = replace(env, conditional=True)
            _done(then, inside, found)
            _done(orelse, inside, found)
        case Each(target=target, iterable=iterable, element=element):
            for scope in rounds(target, iterable, env, found):
                _done(element, scope, found)
        case Call():
            _called(value, env, found)
        case _:
            pass


def _called(call: Call, env: Env, found: Found) -> None:
    receiver = call.receiver
    name = call.name
    holder = symbol_of(receiver, env, found) if receiver is not None else ""
    plain = written_out(call)  # `router.get("/x")(show)`
    if plain is not None and (owner := symbol_of(plain.receiver, env, found)):
        registered(plain, owner, env, found)
        return
    if name == "include_router" and holder:
        child = bound(call.args[0] if call.args else call.kwarg("router"), env)
        given = bound(call.kwarg("prefix") or (call.args[1] if len(call.args) > 1 else None), env)
        prefix = text_of(given, found.names.module, env.local)
        guards = guards_in(call.kwarg("dependencies"), Level.ROUTER, found.names, env.values)
        add_mount(Ref(holder), child, prefix, guards, call, env, found)
    elif name == "mount" and holder:
        path = bound(call.args[0] if call.args else call.kwarg("path"), env)
        child = bound(call.args[1] if len(call.args) > 1 else call.kwarg("app"), env)
        before = len(found.mounts)
        add_mount(Ref(holder), child, text_of(path, found.names.module, env.local), (), call, env, found)
        found.mounts[before:] = [replace(mount, apart=True) for mount in found.mounts[before:]]
    elif name in ("add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route") and holder:
        registered(call, holder, env, found)
    elif (name in ("add_middleware", "add_exception_handler")) and holder:
        configuration(call, holder, found, env)
    elif (name in ("extend", "append")) and isinstance(receiver, Member) and receiver.name == "routes":
        outer = symbol_of(receiver.base, env, found)
        items = items_of(call.args[0], found.names) if call.args and name == "extend" else call.args
        if outer and items:
            add_listed(items, outer, env, found)
    elif not grown(call, env, found):
        if isinstance(receiver, Call):
            handed_on(receiver, env, found)  # `Registrar(app).register()`
        handed_on(call, env, found)


def _returned(value: AnyExpr, env: Env, found: Found) -> None:
    """A function that makes a router and returns it stands for that router."""
    if isinstance(value, Call) and kind_made(value, found.names):
        symbol = f"{env.scope}.returned"
        add_router(symbol, kind_made(value, found.names), value, env, found)
        found.aliases.setdefault(f"{env.scope}()", symbol)
        return
    name = dotted(value)
    if name in env.symbols:
        found.aliases[f"{env.scope}()"] = env.symbols[name]
    elif name in found.names.imports:
        found.aliases.setdefault(f"{env.scope}()", name)


def _function(function: FunctionNode, env: Env, found: Found) -> None:
    key = f"{env.scope}.{function.name}" if env.scope else function.name
    for decorator in function.decorators:
        call = decorator.call
        func = call.func if call is not None else decorator.value
        made = passing(call, env, found)
        if made and call is not None:
            # What the decorator does besides is not known.
            guard = guard_of(func, call, Level.ROUTE, found.names, always=True)
            guards = (guard,) if guard is not None else ()
            for method, passed in made:
                holder = symbol_of(method.base, env, found)
                if decorated(function, passed, method, holder, key, env, found, guards) and env.nested:
                    found.inline[function.start] = key
            continue
        if not isinstance(func, Member):
            continue
        holder = symbol_of(func.base, env, found)
        if not holder:
            continue
        if func.name in DECORATORS and call is not None:
            if decorated(function, call, func, holder, key, env, found) and env.nested:
                found.inline[function.start] = key
        elif func.name == "exception_handler" and call is not None:
            configuration(call, holder, found, env, handler=handler_key(function, key, env, found))
            found.failing.add(function.start)
            if env.nested:
                found.inline[function.start] = key
        elif func.name == "middleware" and call is not None:
            where = place(function, found.names.module)
            if env.nested:
                found.inline[function.start] = key
            guard = Guard(function.name, GuardKind.UNKNOWN, Level.APP, where, Ref(key if env.nested else function.name))
            found.uses.append(Use(Ref(holder), guard))
    source = found.names.module.source
    builds = _BUILDS.search(source, function.start, function.end) or _NESTS.search(
        source, function.body_start, function.end
    )
    if builds is not None or ref_name(function.returns).rsplit(".", 1)[-1] in APPS | ROUTERS:
        _body(function, key, env, found)


def _body(function: FunctionNode, key: str, env: Env, found: Found) -> None:
    symbols, local = dict(env.symbols), dict(env.local)
    values = dict(env.values)
    given: set[str] = set()
    position = 0
    for param in function.params:
        if param.kind == "self":
            continue
        symbols.pop(param.name, None)
        values.pop(param.name, None)
        if isinstance(param.default, Const) and param.default.value is None:
            values[param.name] = param.default  # what calls leave out; those that give more are not looked at
        local[param.name] = held_by(param, found)
        typed = ref_name(param.type).rsplit(".", 1)[-1]
        if typed in APPS or typed in ROUTERS or (param.type is None and is_used_as_router(param.name, function, found)):
            symbol = f"{key}.{position}"
            symbols[param.name] = symbol
            local[param.name] = ""
            given.add(symbol)
            add_parameter(symbol, f"{key}.{param.name}", param, env, found)
        elif is_text(param):
            local[param.name] = given_text(param, position, key)
        position += 1
    inner = Env(key, symbols, local, values, env.cls, env.conditional, True, frozenset(given))
    before = set(inner.symbols)
    _statements(function.body, inner, found)
    for name in set(inner.symbols) - before:
        if name.startswith("self."):
            env.symbols[name] = inner.symbols[name]
    env.values.update((name, value) for name, value in inner.values.items() if name.startswith("self."))
    if function.returns is not None and ref_name(function.returns):
        found.aliases.setdefault(f"{key}()", ref_name(function.returns))


def _class(cls: ClassNode, env: Env, found: Found) -> None:
    name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    inner = replace(env, scope=name, symbols=dict(env.symbols), cls=name)
    for field in cls.fields:
        made = made_by_field(field)
        kind = kind_made(made, found.names) if made is not None else ""
        if made is not None and kind:
            symbol = f"{name}.{field.name}"
            inner.symbols[field.name] = inner.symbols[f"self.{field.name}"] = symbol
            add_router(symbol, kind, made, inner, found)
    add_inherited(cls, name, inner, found)
    for method in sorted(cls.methods, key=lambda m: m.name != "__init__"):
        _function(method, inner, found)
    for nested in cls.classes:
        _class(nested, env, found)
    for statement in cls.body:
        if isinstance(statement, Do | If):
            _statements((statement,), inner, found)
