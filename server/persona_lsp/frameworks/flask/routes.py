"""Routers, mounts, routes and what belongs to them, read from the statements of one file in order."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Level, Mount, Router, Use
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.flask import classful
from persona_lsp.frameworks.flask.configuration import cors, error_handler
from persona_lsp.frameworks.flask.found import Env, Found, Registered
from persona_lsp.frameworks.flask.guards import before_guard, decorator_guards
from persona_lsp.frameworks.flask.names import made_kind
from persona_lsp.frameworks.flask.registration import METHODS, listed_methods, register, register_class
from persona_lsp.frameworks.flask.replaced import HELD, replaced, runs_over_views, settle
from persona_lsp.frameworks.flask.routers import (
    EACH,
    FOREIGN,
    FRAMEWORK_ID,
    GIVEN,
    add_mount,
    add_namespace,
    add_router,
    handed_on,
    initialised,
    served_by,
    symbol_of,
    written,
)
from persona_lsp.frameworks.flask.tables import added, tables
from persona_lsp.frameworks.flask.views import classes
from persona_lsp.frameworks.flask.wrapping import wrapping
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassDef,
    ClassNode,
    Def,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Index,
    Items,
    Member,
    Module,
    Name,
    Return,
    Stmt,
    Str,
    Try,
    With,
    dotted,
)
from persona_lsp.syntax.python_names import items_of, names_of, place, ref_name
from persona_lsp.text.patterns import lazy

_TYPES: Final = frozenset({"Flask", "Quart", "Blueprint", "Api", "APIFlask", "Namespace", "Sanic"})
_BUILDS: Final = lazy(
    rb"view_functions|Flask\(|Quart\(|Blueprint\(|Api\(|Namespace\(|register_blueprint|add_url_rule|add_resource|add_namespace|\.route\("
    rb"|\.(?:get|post|put|patch|delete)\(|before_request|url_value_preprocessor|errorhandler|register_error_handler|\.init_app\(|CORS\(|\bapp\b|\bregister"
)
_BEFORE: Final = frozenset(
    {"before_request", "before_app_request", "url_value_preprocessor", "app_url_value_preprocessor"}
)


def extract(module: Module) -> Extracted:
    """The HTTP facts of a file."""
    return found_in(module).extracted()


def found_in(module: Module) -> Found:
    """The same as a draft, which knows more; made once for the statements of a file."""
    for body, known in _latest:
        if body is module.body:
            return known
    found = Found(names_of(module))
    _statements(module.body, Env("", {}, {}, {}), found)
    tables(found)
    settle(found)
    found.classes.extend(classes(found))
    found.views.extend(classful.views(found))
    _latest.insert(0, (module.body, found))
    del _latest[_REMEMBERED:]
    return found


_REMEMBERED: Final = 4
_latest: list[tuple[tuple[Stmt, ...], Found]] = []


def _statements(body: tuple[Stmt, ...], env: Env, found: Found) -> None:
    for statement in body:
        match statement:
            case Assign(op="", value=value) if value is not None:
                _assigned(statement.targets, value, env, found)
            case Do(value=value):
                _done(value, env, found)
            case Return(value=value) if value is not None:
                _done(value, env, found)
            case Def(function=function):
                _function(function, env, found)
            case ClassDef(cls=cls):
                if env.nested:  # `class Strict(Flask): ...`, where the application is made
                    found.names = replace(found.names, classes={cls.name: cls, **found.names.classes})
                _class(cls, env, found)
            case If(test=test, then=then, orelse=orelse):
                if "__main__" in found.names.module.text(test):
                    continue
                inner = replace(env, conditional=True, every_view=False)
                _statements(then, inner, found)
                _statements(orelse, inner, found)
            case For() if (mount := added(statement, env.symbols, found)) is not None:
                found.mounts.append(mount)
            case For(iterable=iterable, body=inner_body) if iterable is not None and runs_over_views(iterable):
                _statements(inner_body, replace(env, every_view=True), found)
            case For(target=target, iterable=iterable, body=inner_body) if target is not None and iterable is not None:
                rounds = list(_rounds(target, iterable, env, found))
                if not rounds and HELD in found.names.module.source:
                    rounds = [replace(env, conditional=True)]  # which views it replaces, nobody can tell
                    inner_body = tuple(s for s in inner_body if isinstance(s, Assign | If))
                for inner in rounds:
                    _statements(inner_body, inner, found)
            case With(body=inner_body) | Group(body=inner_body):
                _statements(inner_body, env, found)
            case Try(body=tried, orelse=orelse, final=final):
                for part in (tried, orelse, final):
                    _statements(part, env, found)
            case _:
                pass


def _rounds(target: AnyExpr, iterable: AnyExpr, env: Env, found: Found) -> Iterator[Env]:
    """The names of each round of a loop over what is written in the file, or over a list of another file."""
    if isinstance(iterable, Name) and isinstance(env.values.get(iterable.id), Items):
        iterable = env.values[iterable.id]
    elements = items_of(iterable, found.names)
    if elements is None:
        listed = dotted(iterable)
        if listed.split(".", 1)[0] in found.names.imports and isinstance(target, Name):
            local = {**env.local, target.id: f"{listed}{EACH}"}
            symbols = {k: v for k, v in env.symbols.items() if k != target.id}
            yield replace(env, symbols=symbols, local=local)
        return
    for element in elements:
        inner = replace(env, symbols=dict(env.symbols), local=dict(env.local), values=dict(env.values))
        pairs = [(target, element)]
        if isinstance(target, Items) and isinstance(element, Items):
            pairs = list(zip(target.items, element.items, strict=False))
        for name, value in pairs:
            if not isinstance(name, Name):
                continue
            known = ref_name(value)
            inner.values[name.id] = value
            if known in env.symbols:
                inner.symbols[name.id] = env.symbols[known]
            else:
                inner.symbols.pop(name.id, None)
                inner.local[name.id] = written(value, env, found) or known
        yield inner


def _assigned(targets: tuple[AnyExpr, ...], value: AnyExpr, env: Env, found: Found) -> None:
    made = ""
    for target in targets:
        if isinstance(target, Index):
            if HELD in found.names.module.source and isinstance(target.base, Member):
                replaced(target, value, symbol_of(target.base.base, env, found), env, found)
            continue
        name = dotted(target)
        if not name:
            continue
        env.values[name] = value
        if made:
            env.symbols[name] = made
            continue
        if isinstance(value, Call):
            kind = made_kind(value, found.names)
            if kind:
                made = env.symbol(name)
                env.symbols[name] = made
                add_router(made, kind, value, env, found)
                continue
            inner = add_namespace(value, env, found, env.symbol(name))
            if inner:
                made = env.symbols[name] = inner
                continue
            first = value.args[0] if value.args else None
            if dotted(first) and dotted(first) in env.symbols and name == dotted(first):
                continue  # `app = wrap(app)` serves the same routes
            _done(value, env, found)
        elif dotted(value) in env.symbols:
            env.symbols[name] = env.symbols[dotted(value)]
            if not env.nested:
                found.aliases.setdefault(name, env.symbols[dotted(value)])
            continue
        elif isinstance(value, Member) and (held := served_by(value, env, found)):
            env.symbols[name] = held  # `api = UserDto.api`, of a class of another file
            if not env.nested:
                found.aliases.setdefault(name, held)
            continue
        known = ref_name(value)
        if env.nested:
            env.local[name] = written(value, env, found) or (env.local.get(known, known) if known else "")


def _done(value: AnyExpr, env: Env, found: Found) -> None:
    if not isinstance(value, Call):
        return
    call = value
    name, receiver = call.name, call.receiver
    holder = symbol_of(receiver, env, found) if receiver is not None else ""
    if name == "register_blueprint" and holder:
        child = call.args[0] if call.args else call.kwarg("blueprint")
        add_mount(holder, child, call.kwarg("url_prefix"), call, env, found)
    elif name == "add_namespace" and holder:
        child = call.args[0] if call.args else call.kwarg("ns")
        add_mount(holder, child, call.kwarg("path") or (call.args[1] if len(call.args) > 1 else None), call, env, found)
    elif name == "add_url_rule" and holder:
        path = call.args[0] if call.args else call.kwarg("rule")
        view = call.kwarg("view_func") or (call.args[2] if len(call.args) > 2 else None)
        if path is not None and view is not None:
            given = call.kwarg("methods")
            methods = listed_methods(given, env, found) if given is not None else ()
            register(Registered(call, holder, path, methods), view, env, found)
    elif name in ("add_resource", "add_url") and holder and call.args:
        for path in call.args[1:]:
            if not isinstance(path, Str) or path.value is None or path.value.startswith("/") or path.value == "":
                register_class(call.args[0], Registered(call, holder, path, ()), env, found)
    elif name == "init_app" and isinstance(receiver, Name | Member):
        initialised(call, receiver, env, found)
    elif name == "register_error_handler" and holder and len(call.args) > 1:
        error_handler(call.args[0], ref_name(call.args[1]), holder, call, found)
    elif name in _BEFORE and holder and call.args:
        _before(name, call.args[0], holder, found)
    elif name == "CORS":
        cors(call, found, conditional=env.conditional)
    elif isinstance(call.func, Call) and isinstance(call.func.func, Member) and call.args:
        _decorating(call.func, call.func.func, call.args[0], env, found)
    else:
        if name == "register" and isinstance(call.func, Member):
            app = symbol_of(call.args[0] if call.args else call.kwarg("app"), env, found)
            if app:
                classful.registered(call, call.func, app, env, found)
        handed_on(call, env, found)


def _decorating(made: Call, func: Member, function: AnyExpr, env: Env, found: Found) -> None:
    """`app.errorhandler(404)(on_missing)`, `app.route("/x")(show)`."""
    holder = symbol_of(func.base, env, found)
    if not holder:
        return
    if func.name in ("errorhandler", "app_errorhandler") and made.args:
        error_handler(made.args[0], ref_name(function), holder, made, found)
        return
    methods = _verbs(func.name, made, env, found)
    path = made.args[0] if made.args else made.kwarg("rule")
    if methods is not None and path is not None:
        register(Registered(made, holder, path, methods), function, env, found)


def _verbs(word: str, call: Call, env: Env, found: Found) -> tuple[str, ...] | None:
    """The methods that a decorator registers, None if it registers none or nobody can tell; () for its default."""
    if word in METHODS:
        return (word.upper(),)
    if word != "route":
        return None
    given = call.kwarg("methods")
    return () if given is None else listed_methods(given, env, found)


def _function(function: FunctionNode, env: Env, found: Found) -> None:
    key = f"{env.scope}.{function.name}" if env.scope else function.name
    for index, decorator in enumerate(function.decorators):
        call = decorator.call
        func = call.func if call is not None else decorator.value
        if not isinstance(func, Member):
            continue
        holder = symbol_of(func.base, env, found)
        if not holder:
            continue
        if func.name in _BEFORE:
            guard = before_guard(function.name, function.body_start, function.end, decorator, found.names, Level.ROUTER)
            found.uses.append(Use(Ref(holder), guard))
            # `@api.before_request`, then `@auth.login_required`: whoever that one refuses gets no further.
            rest = (*function.decorators[:index], *function.decorators[index + 1 :])
            found.uses += [Use(Ref(holder), more) for more in decorator_guards(rest, Level.ROUTER, found.names)]
            found.before[function.start] = _passing(func.name)
        elif call is None:
            continue
        elif func.name in ("errorhandler", "app_errorhandler"):
            if call.args:
                error_handler(call.args[0], key, holder, call, found)
                found.failing.add(function.start)
        else:
            methods = _verbs(func.name, call, env, found)
            path = call.args[0] if call.args else call.kwarg("rule")
            if methods is not None and path is not None:
                inner = function.decorators[index + 1 :]
                register(Registered(call, holder, path, methods, inner), function, env, found, key=key)
    if _BUILDS.search(found.names.module.source, function.body_start, function.end) is not None:
        _body(function, key, env, found)


def _body(function: FunctionNode, key: str, env: Env, found: Found) -> None:
    symbols, local = dict(env.symbols), dict(env.local)
    position = 0
    for param in function.params:
        if param.kind == "self":
            continue
        symbols.pop(param.name, None)
        local[param.name] = ""
        typed = ref_name(param.type).rsplit(".", 1)[-1]
        if typed in _TYPES or (param.name in GIVEN and not (typed and typed not in _TYPES and typed[:1].isupper())):
            symbol = f"{key}.{position}"
            symbols[param.name] = symbol
            where = place(param, found.names.module)
            named = f"{key}.{param.name}"
            found.routers[symbol] = Router(symbol, "router", FRAMEWORK_ID, where, conditional=env.conditional)
            found.routers[named] = Router(named, "router", FRAMEWORK_ID, where, conditional=env.conditional)
            found.mounts.append(Mount(Ref(named), Ref(symbol), FRAMEWORK_ID, where, found.next_order()))
        position += 1
    inner = Env(key, symbols, local, dict(env.values), env.cls, env.conditional, True)
    _statements(function.body, inner, found)
    # What a method keeps in its object, the other methods have.
    env.symbols.update((name, symbol) for name, symbol in inner.symbols.items() if name.startswith("self."))
    returned = next((s.value for s in reversed(function.body) if isinstance(s, Return)), None)
    kind = made_kind(returned, found.names) if isinstance(returned, Call) else ""
    if isinstance(returned, Call) and kind:  # `return Flask(__name__)`
        add_router(f"{key}.returned", kind, returned, inner, found)
        found.aliases.setdefault(f"{key}()", f"{key}.returned")
    given = [returned]
    if isinstance(returned, Call) and ref_name(returned.func).split(".", 1)[0] not in FOREIGN:
        # `return add_routes(blueprint)`: the function returns what it is given.
        given = [*returned.args, *(k.value for k in returned.kwargs)]
    for one in given:
        if one is not None and inner.symbols.get(dotted(one)) in found.routers:
            found.aliases.setdefault(f"{key}()", inner.symbols[dotted(one)])


def _class(cls: ClassNode, env: Env, found: Found) -> None:
    name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    for field in cls.fields:
        kind = made_kind(field.value, found.names) if isinstance(field.value, Call) else ""
        if kind and isinstance(field.value, Call):  # `class UserDto: api = Namespace("users")`
            symbol = env.symbols[f"{name}.{field.name}"] = f"{name}.{field.name}"
            add_router(symbol, kind, field.value, env, found)
    for index, decorator in enumerate(cls.decorators):
        call = decorator.call
        func = call.func if call is not None else None
        if call is None or not isinstance(func, Member) or func.name not in ("route", "resource"):
            continue
        holder = symbol_of(func.base, env, found)
        if not holder:
            continue
        inner = cls.decorators[index + 1 :]
        for path in call.args:
            register_class(
                Name(cls.name_start, cls.name_end, name), Registered(call, holder, path, (), inner), env, found
            )
    inside = replace(env, scope=name, symbols=dict(env.symbols), cls=name)
    for method in sorted(cls.methods, key=lambda m: m.name != "__init__"):
        _function(method, inside, found)
    wrapping(cls, name, inside.symbols, found)
    for nested in cls.classes:
        _class(nested, env, found)


def _passing(word: str) -> str:
    """What is returned by functions that prepare the parts of a path is thrown away."""
    return "whatever" if "preprocessor" in word else "nothing"


def _before(word: str, expr: AnyExpr, holder: str, found: Found) -> None:
    """`app.before_request(load_user)`."""
    name = ref_name(expr)
    function = found.names.functions.get(name)
    if not name:
        return
    start, end = (function.body_start, function.end) if function is not None else (0, 0)
    found.uses.append(Use(Ref(holder), before_guard(name, start, end, expr, found.names, Level.ROUTER)))
    if function is not None:
        found.before[function.start] = _passing(word)
