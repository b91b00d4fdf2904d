"""What makes applications, blueprints and namespaces, what they are mounted on, and how functions are given them."""

import re
from typing import Final

from persona_lsp.facts.http import Mount, Router
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.flask.configuration import cors
from persona_lsp.frameworks.flask.found import Env, Found
from persona_lsp.frameworks.flask.names import braces, is_flask_package, made_kind
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name, Str, dotted
from persona_lsp.syntax.python_names import place, ref_name, text_of
from persona_lsp.text.patterns import lazy

FRAMEWORK_ID: Final = "flask"
GIVEN: Final = frozenset(
    {"app", "application", "flask_app", "_app", "webapp", "server", "bp", "blueprint", "api", "_api"}
)
_FACTORY: Final = lazy(r"(?:create|make|build|init|get)_?\w*app\w*$|app_?factory$", re.IGNORECASE)
EACH: Final = "[]"
"""After the name of a list of another file: any of its elements."""
_SERVED: Final = lazy(r"(?:^|[._])(?:bp|blueprint|api|routes?|ns|namespace|resources?|views?)$", re.IGNORECASE)
"""Names of what routes are registered on, where another file makes it."""
FOREIGN: Final = frozenset(
    {"print", "len", "isinstance", "getattr", "setattr", "str", "dict", "super", "run", "Migrate"}
)


def written(value: AnyExpr, env: Env, found: Found) -> Text:
    """The text that a value is, as far as it is known; () for what is none."""
    return text_of(value, found.names.module, env.local) if isinstance(value, Str) else ()


def add_router(symbol: str, kind: str, call: Call, env: Env, found: Found) -> None:
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
    holder = symbol_of(parent, env, found)
    if holder and not isinstance(parent, Str):
        found.mounts.append(
            Mount(Ref(holder), Ref(symbol), FRAMEWORK_ID, place(call, module), found.next_order(), conditional=env.conditional)
        )  # fmt: skip


def add_namespace(call: Call, env: Env, found: Found, symbol: str) -> str:
    """`ns = api.namespace("orders", path="/orders")`: makes a namespace and adds it."""
    if call.name != "namespace" or not isinstance(call.func, Member):
        return ""
    holder = symbol_of(call.func.base, env, found)
    if not holder:
        return ""
    add_router(symbol, "namespace", call, env, found)
    where = place(call, found.names.module)
    found.mounts.append(Mount(Ref(holder), Ref(symbol), FRAMEWORK_ID, where, found.next_order()))
    return symbol


def initialised(call: Call, receiver: Name | Member, env: Env, found: Found) -> None:
    """`api.init_app(app)`: the API is served by the application; `cors.init_app(app, ...)`; or a function of a module."""
    given = call.args[0] if call.args else call.kwarg("app")
    parent = symbol_of(given, env, found)
    if not parent:
        return
    held = env.values.get(dotted(receiver)) or found.names.values.get(dotted(receiver))
    if (isinstance(held, Call) and held.name == "CORS") or dotted(receiver) == "cors":
        cors(call, found, conditional=env.conditional)
        return
    child = symbol_of(receiver, env, found)
    if not child:
        return
    where = place(call, found.names.module)
    order = found.next_order()
    function = f"{dotted(receiver)}.init_app"
    found.mounts.append(Mount(Ref(parent), Ref(child), FRAMEWORK_ID, where, order, conditional=env.conditional))
    for argument in ("0", "app"):
        below = Ref(f"{function}.{argument}")
        found.mounts.append(Mount(Ref(parent), below, FRAMEWORK_ID, where, order, passed_to=function))


def handed_on(call: Call, env: Env, found: Found) -> None:
    """`register_blueprints(app)`: the function's parameter is a router under the name `register_blueprints.0`."""
    function = ref_name(call.func)
    root = function.split(".", 1)[0]
    package = found.names.imports.get(root, ("", ""))[0]
    local = root in found.names.functions or root in found.names.classes or (root == "self" and env.cls)
    if not function or call.name in FOREIGN or not (local or package) or is_flask_package(package):
        return
    if root == "self":
        function = f"{env.cls}.{function.removeprefix('self.')}"
    order = 0
    for name, arg in [*((str(i), a) for i, a in enumerate(call.args[:4])), *((k.name, k.value) for k in call.kwargs)]:
        symbol = symbol_of(arg, env, found) if isinstance(arg, Name | Member) else ""
        if symbol and name and order and (symbol in found.routers or _SERVED.search(symbol)):
            # `register(app, books)`: what the function does with `books`, it does with what that one serves.
            inside = Mount(
                Ref(f"{function}.{name}"), Ref(symbol), FRAMEWORK_ID, place(call, found.names.module), order,
                conditional=env.conditional, passed_to=function,
            )  # fmt: skip
            found.mounts.append(inside)
        if symbol and name and (symbol in found.routers or symbol.rsplit(".", 1)[-1] in GIVEN):
            order = order or found.next_order()
            mount = Mount(
                Ref(symbol), Ref(f"{function}.{name}"), FRAMEWORK_ID, place(call, found.names.module), order,
                conditional=env.conditional, passed_to=function,
            )  # fmt: skip
            found.mounts.append(mount)


def symbol_of(expr: AnyExpr | None, env: Env, found: Found) -> str:
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
        root_of = known.split(".", 1)[0].removesuffix("()").removesuffix(EACH) if isinstance(known, str) else ""
        if isinstance(known, str) and (root_of in found.names.imports or root_of in found.names.functions):
            return f"{known}.{rest}" if rest else known
        return ""
    if root in found.names.imports and not is_flask_package(found.names.imports[root][0]):
        return name
    if name == "current_app":
        return ""
    return ""


def served_by(value: Member, env: Env, found: Found) -> str:
    """The symbol of a router that a class or module of another file holds under a name of routers, "" for others."""
    symbol = symbol_of(value, env, found)
    return symbol if symbol and _SERVED.search(symbol) is not None else ""


def add_mount(holder: str, child: AnyExpr | None, prefix: AnyExpr | None, call: Call, env: Env, found: Found) -> None:
    """`app.register_blueprint(books, url_prefix="/books")`: what `holder` serves of another router, below a prefix."""
    module = found.names.module
    if isinstance(child, Call):
        kind = made_kind(child, found.names)
        if kind:
            found.synthetic += 1
            name = env.symbol(f"mount{found.synthetic}")
            add_router(name, kind, child, env, found)
        else:
            name = ref_name(child)
    else:
        name = symbol_of(child, env, found) or ref_name(child)
    if not name:
        return
    given = prefix is not None and dotted(prefix) != "None"
    found.mounts.append(
        Mount(
            Ref(holder), Ref(name), FRAMEWORK_ID, place(call, module), found.next_order(),
            braces(text_of(prefix, module, env.local)) if given else (), conditional=env.conditional, replaces_prefix=given,
        )
    )  # fmt: skip
