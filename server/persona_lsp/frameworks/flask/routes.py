"""Routers, mounts, routes and what belongs to them, read from the statements of one file in order."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Level, Mount, Router, Use
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.flask import classful
from persona_lsp.frameworks.flask.configuration import cors, error_handler
from persona_lsp.frameworks.flask.found import Env, Found, Registered
from persona_lsp.frameworks.flask.guards import before_guard, decorator_guards
from persona_lsp.frameworks.flask.names import braces, is_flask_package, made_kind
from persona_lsp.frameworks.flask.registration import METHODS, listed_methods, register, register_class
from persona_lsp.frameworks.flask.replaced import HELD, replaced, runs_over_views, settle
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
from persona_lsp.syntax.python_names import items_of, names_of, place, ref_name, text_of
from persona_lsp.text.patterns import lazy

FRAMEWORK_ID: Final = "flask"
_GIVEN: Final = frozenset(
    {"app", "application", "flask_app", "_app", "webapp", "server", "bp", "blueprint", "api", "_api"}
)
_TYPES: Final = frozenset({"Flask", "Quart", "Blueprint", "Api", "APIFlask", "Namespace", "Sanic"})
_BUILDS: Final = lazy(
    rb"view_functions|Flask\(|Quart\(|Blueprint\(|Api\(|Namespace\(|register_blueprint|add_url_rule|add_resource|add_namespace|\.route\("
    rb"|\.(?:get|post|put|patch|delete)\(|before_request|url_value_preprocessor|errorhandler|register_error_handler|\.init_app\(|CORS\(|\bapp\b|\bregister"
)
_FACTORY: Final = lazy(r"(?:create|make|build|init|get)_?\w*app\w*$|app_?factory$", re.IGNORECASE)
_EACH: Final = "[]"
"""After the name of a list of another file: any of its elements."""
_SERVED: Final = lazy(r"(?:^|[._])(?:bp|blueprint|api|routes?|ns|namespace|resources?|views?)$", re.IGNORECASE)
"""Names of what routes are registered on, where another file makes it."""
_FOREIGN: Final = frozenset(
    {"print", "len", "isinstance", "getattr", "setattr", "str", "dict", "super", "run", "Migrate"}
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
            local = {**env.local, target.id: f"{listed}{_EACH}"}
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
                inner.local[name.id] = _text(value, env, found) or known
        yield inner


def _assigned(targets: tuple[AnyExpr, ...], value: AnyExpr, env: Env, found: Found) -> None:
    made = ""
    for target in targets:
        if isinstance(target, Index):
            if HELD in found.names.module.source and isinstance(target.base, Member):
                replaced(target, value, _symbol(target.base.base, env, found), env, found)
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
                _router(made, kind, value, env, found)
                continue
            inner = _namespace(value, env, found, env.symbol(name))
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
        known = ref_name(value)
        if env.nested:
            env.local[name] = _text(value, env, found) or (env.local.get(known, known) if known else "")


def _text(value: AnyExpr, env: Env, found: Found) -> Text:
    return text_of(value, found.names.module, env.local) if isinstance(value, Str) else ()


def _router(symbol: str, kind: str, call: Call, env: Env, found: Found) -> None:
    """An application, blueprint, API or namespace, with what it is made for."""
    module = found.names.module
    prefix: Text = ()
    if kind == "blueprint":
        prefix = text_of(call.kwarg("url_prefix"), module, env.local)
    elif kind == "api":
        prefix = text_of(call.kwarg("prefix"), module, env.local)
    elif kind == "namespace":
        path = call.kwarg("path") or (call.args[2] if len(call.args) > 2 else None)
        own = call.args[0] if call.args else call.kwarg("name")
        prefix = text_of(path, module, env.local) if path is not None else ("/", *text_of(own, module, env.local))
    found.routers[symbol] = Router(
        symbol,
        "app" if kind == "app" else "router",
        FRAMEWORK_ID,
        place(call, module),
        (braces(prefix),),
        conditional=env.conditional,
    )
    parent = (call.kwarg("app") or (call.args[0] if call.args else None)) if kind == "api" else None
    holder = _symbol(parent, env, found)
    if holder and not isinstance(parent, Str):
        found.mounts.append(
            Mount(Ref(holder), Ref(symbol), FRAMEWORK_ID, place(call, module), found.next_order(), conditional=env.conditional)
        )  # fmt: skip


def _namespace(call: Call, env: Env, found: Found, symbol: str) -> str:
    """`ns = api.namespace("orders", path="/orders")`: makes a namespace and adds it."""
    if call.name != "namespace" or not isinstance(call.func, Member):
        return ""
    holder = _symbol(call.func.base, env, found)
    if not holder:
        return ""
    _router(symbol, "namespace", call, env, found)
    where = place(call, found.names.module)
    found.mounts.append(Mount(Ref(holder), Ref(symbol), FRAMEWORK_ID, where, found.next_order()))
    return symbol


def _done(value: AnyExpr, env: Env, found: Found) -> None:
    if not isinstance(value, Call):
        return
    call = value
    name, receiver = call.name, call.receiver
    holder = _symbol(receiver, env, found) if receiver is not None else ""
    if name == "register_blueprint" and holder:
        child = call.args[0] if call.args else call.kwarg("blueprint")
        _mount(holder, child, call.kwarg("url_prefix"), call, env, found)
    elif name == "add_namespace" and holder:
        child = call.args[0] if call.args else call.kwarg("ns")
        _mount(holder, child, call.kwarg("path") or (call.args[1] if len(call.args) > 1 else None), call, env, found)
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
        _initialised(call, receiver, env, found)
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
            app = _symbol(call.args[0] if call.args else call.kwarg("app"), env, found)
            if app:
                classful.registered(call, call.func, app, env, found)
        _passed(call, env, found)


def _initialised(call: Call, receiver: Name | Member, env: Env, found: Found) -> None:
    """`api.init_app(app)`: the API is served by the application; `cors.init_app(app, ...)`; or a function of a module."""
    given = call.args[0] if call.args else call.kwarg("app")
    parent = _symbol(given, env, found)
    if not parent:
        return
    held = env.values.get(dotted(receiver)) or found.names.values.get(dotted(receiver))
    if (isinstance(held, Call) and held.name == "CORS") or dotted(receiver) == "cors":
        cors(call, found, conditional=env.conditional)
        return
    child = _symbol(receiver, env, found)
    if not child:
        return
    where = place(call, found.names.module)
    order = found.next_order()
    function = f"{dotted(receiver)}.init_app"
    found.mounts.append(Mount(Ref(parent), Ref(child), FRAMEWORK_ID, where, order, conditional=env.conditional))
    for argument in ("0", "app"):
        below = Ref(f"{function}.{argument}")
        found.mounts.append(Mount(Ref(parent), below, FRAMEWORK_ID, where, order, passed_to=function))


def _decorating(made: Call, func: Member, function: AnyExpr, env: Env, found: Found) -> None:
    """`app.errorhandler(404)(on_missing)`, `app.route("/x")(show)`."""
    holder = _symbol(func.base, env, found)
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


def _passed(call: Call, env: Env, found: Found) -> None:
    """`register_blueprints(app)`: the function's parameter is a router under the name `register_blueprints.0`."""
    function = ref_name(call.func)
    root = function.split(".", 1)[0]
    package = found.names.imports.get(root, ("", ""))[0]
    local = root in found.names.functions or root in found.names.classes or (root == "self" and env.cls)
    if not function or call.name in _FOREIGN or not (local or package) or is_flask_package(package):
        return
    if root == "self":
        function = f"{env.cls}.{function.removeprefix('self.')}"
    order = 0
    for name, arg in [*((str(i), a) for i, a in enumerate(call.args[:4])), *((k.name, k.value) for k in call.kwargs)]:
        symbol = _symbol(arg, env, found) if isinstance(arg, Name | Member) else ""
        if symbol and name and order and (symbol in found.routers or _SERVED.search(symbol)):
            # `register(app, books)`: what the function does with `books`, it does with what that one serves.
            inside = Mount(
                Ref(f"{function}.{name}"), Ref(symbol), FRAMEWORK_ID, place(call, found.names.module), order,
                conditional=env.conditional, passed_to=function,
            )  # fmt: skip
            found.mounts.append(inside)
        if symbol and name and (symbol in found.routers or symbol.rsplit(".", 1)[-1] in _GIVEN):
            order = order or found.next_order()
            mount = Mount(
                Ref(symbol), Ref(f"{function}.{name}"), FRAMEWORK_ID, place(call, found.names.module), order,
                conditional=env.conditional, passed_to=function,
            )  # fmt: skip
            found.mounts.append(mount)


def _symbol(expr: AnyExpr | None, env: Env, found: Found) -> str:
    """The symbol of a router by the name it has here; imported ones keep their name, "" for anything else."""
    name = dotted(expr)
    if not name:
        return ""
    if name in env.symbols:
        return env.symbols[name]
    root, _, rest = name.partition(".")
    made = env.values.get(name)
    if isinstance(made, Call) and not env.nested and _FACTORY.search(ref_name(made.func)):
        maker = ref_name(made.func).split(".", 1)[0]
        if maker in found.names.functions or maker in found.names.imports:
            return name  # `app = create_app()`: what the function returns
    if root in env.local:
        known = env.local[root]
        root_of = known.split(".", 1)[0].removesuffix("()").removesuffix(_EACH) if isinstance(known, str) else ""
        if isinstance(known, str) and (root_of in found.names.imports or root_of in found.names.functions):
            return f"{known}.{rest}" if rest else known
        return ""
    if root in found.names.imports and not is_flask_package(found.names.imports[root][0]):
        return name
    if name == "current_app":
        return ""
    return ""


def _mount(holder: str, child: AnyExpr | None, prefix: AnyExpr | None, call: Call, env: Env, found: Found) -> None:
    module = found.names.module
    if isinstance(child, Call):
        kind = made_kind(child, found.names)
        if kind:
            found.synthetic += 1
            name = env.symbol(f"mount{found.synthetic}")
            _router(name, kind, child, env, found)
        else:
            name = ref_name(child)
    else:
        name = _symbol(child, env, found) or ref_name(child)
    if not name:
        return
    given = prefix is not None and dotted(prefix) != "None"
    found.mounts.append(
        Mount(
            Ref(holder), Ref(name), FRAMEWORK_ID, place(call, module), found.next_order(),
            braces(text_of(prefix, module, env.local)) if given else (), conditional=env.conditional, replaces_prefix=given,
        )
    )  # fmt: skip


def _function(function: FunctionNode, env: Env, found: Found) -> None:
    key = f"{env.scope}.{function.name}" if env.scope else function.name
    for index, decorator in enumerate(function.decorators):
        call = decorator.call
        func = call.func if call is not None else decorator.value
        if not isinstance(func, Member):
            continue
        holder = _symbol(func.base, env, found)
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
        if typed in _TYPES or (param.name in _GIVEN and not (typed and typed not in _TYPES and typed[:1].isupper())):
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
        _router(f"{key}.returned", kind, returned, inner, found)
        found.aliases.setdefault(f"{key}()", f"{key}.returned")
    given = [returned]
    if isinstance(returned, Call) and ref_name(returned.func).split(".", 1)[0] not in _FOREIGN:
        # `return add_routes(blueprint)`: the function returns what it is given.
        given = [*returned.args, *(k.value for k in returned.kwargs)]
    for one in given:
        if one is not None and inner.symbols.get(dotted(one)) in found.routers:
            found.aliases.setdefault(f"{key}()", inner.symbols[dotted(one)])


def _class(cls: ClassNode, env: Env, found: Found) -> None:
    name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    for index, decorator in enumerate(cls.decorators):
        call = decorator.call
        func = call.func if call is not None else None
        if call is None or not isinstance(func, Member) or func.name not in ("route", "resource"):
            continue
        holder = _symbol(func.base, env, found)
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
