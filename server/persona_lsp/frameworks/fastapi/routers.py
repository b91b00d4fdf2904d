"""What makes routers, what they are mounted on, and how they are handed to functions and come back."""

from typing import Final

from persona_lsp.facts.http import LOADED, Guard, Level, Mount, Router
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.fastapi.configuration import error_handlers_of, middleware
from persona_lsp.frameworks.fastapi.dependencies import guards_in
from persona_lsp.frameworks.fastapi.found import Env, Found
from persona_lsp.frameworks.fastapi.loops import LOADS, expanded
from persona_lsp.frameworks.fastapi.names import FACTORY, from_fastapi, uses_fastapi
from persona_lsp.frameworks.fastapi.registration import registered
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Items,
    Member,
    Name,
    Node,
    Spread,
    Str,
    dotted,
)
from persona_lsp.syntax.python_names import Names, items_of, origin, place, ref_name, text_of
from persona_lsp.text.patterns import lazy

APPS: Final = frozenset({"FastAPI", "Starlette", "FastAPIOffline", "VersionedFastAPI"})
ROUTERS: Final = frozenset({"APIRouter", "Router", "InferringRouter", "VersionedAPIRouter", "DishkaRoute"})
LISTED: Final = frozenset({"Route", "WebSocketRoute", "Mount", "Host", "APIRoute", "APIWebSocketRoute"})


def makes_routers(called: str, env: Env, found: Found) -> bool:
    """`router = make_router()`: each call makes a router of its own, with what the function gives to all of them."""
    function = called.removesuffix("()")
    if function in found.names.functions:
        symbol = found.aliases.get(called, "")
        return symbol.startswith(f"{function}.") and found.routers[symbol].kind == "router"
    return env.nested and function in found.names.imports and _ROUTER_MAKER.match(function) is not None


_ROUTER_MAKER: Final = lazy(r"(?:make|create|build|new)_\w*router$")


def kind_made(call: Call, names: Names) -> str:
    """`app` or `router` if the call makes one."""
    package, name = origin(call.func, names)
    known = from_fastapi(call.func, names)
    cls = names.classes.get(name)
    for _ in range(3):
        if cls is None or not cls.bases:
            break
        package, name = origin(cls.bases[0], names)
        known = from_fastapi(cls.bases[0], names)
        cls = names.classes.get(name)
    if known in APPS or (package and name in APPS):
        return "app"
    if known in ROUTERS or ((known or package) and ("APIRouter" in name or name.endswith("InferringRouter"))):
        return "router"
    # A subclass of the project's own, imported under a name that says so.
    foreign = not package or package.split(".", 1)[0] in _OTHER_ROUTERS
    own = not foreign and name.endswith("Router") and name != "Router" and all(isinstance(a, Spread) for a in call.args)
    return "router" if own and uses_fastapi(names.module) else ""


_OTHER_ROUTERS: Final = frozenset({"rest_framework", "ninja", "aiogram", "faststream", "strawberry", "django", "sanic"})


def add_router(symbol: str, kind: str, call: Call, env: Env, found: Found) -> None:
    """Note the application or router that a call makes, with what its arguments say of it."""
    names = found.names
    prefix = text_of(call.kwarg("prefix"), names.module, env.local) if kind == "router" else ()
    level = Level.APP if kind == "app" else Level.ROUTER
    found.routers[symbol] = Router(
        symbol,
        kind,
        "fastapi",
        place(call, names.module),
        (prefix,),
        guards_in(call.kwarg("dependencies"), level, names, env.values),
        conditional=env.conditional,
    )
    listed = call.kwarg("routes")
    if listed is not None:
        if isinstance(listed, Items):
            add_listed(listed.items, symbol, env, found)
        else:
            add_mount(Ref(symbol), listed, (), (), listed, env, found)
    lifespan = ref_name(call.kwarg("lifespan"))
    if lifespan:
        where = place(call, names.module)
        found.mounts.append(Mount(Ref(symbol), Ref(f"{lifespan}.0"), "fastapi", where, found.next_order()))
    for item in items_of(call.kwarg("middleware"), names) or ():
        if isinstance(item, Call):
            middleware(item, symbol, found, env)
    error_handlers_of(call.kwarg("exception_handlers"), symbol, found, env)


def add_listed(items: tuple[AnyExpr, ...], symbol: str, env: Env, found: Found) -> None:
    """Starlette's `Route(...)` and `Mount(...)`, in order."""
    for item in items:
        if not isinstance(item, Call):
            continue
        if item.name in ("Mount", "Host"):
            path = item.args[0] if item.args else item.kwarg("path")
            prefix = text_of(path, found.names.module, env.local) if item.name == "Mount" else ()
            inner = item.kwarg("routes")
            child = item.kwarg("app") or (item.args[1] if len(item.args) > 1 else None)
            if isinstance(inner, Items):
                found.synthetic += 1
                below = f"{symbol}.mount{found.synthetic}"
                found.routers[below] = Router(below, "router", "fastapi", place(item, found.names.module))
                found.mounts.append(
                    Mount(
                        Ref(symbol), Ref(below), "fastapi", place(item, found.names.module), found.next_order(), prefix
                    )
                )
                add_listed(inner.items, below, env, found)
            elif inner is not None or child is not None:
                add_mount(Ref(symbol), inner if inner is not None else child, prefix, (), item, env, found)
        elif item.name in LISTED:
            registered(item, symbol, env, found)


def handed_on(call: Call, env: Env, found: Found) -> str:
    """`register_routes(app)`: the function's parameter is a router under the name `register_routes.0`.

    Returns the symbol of the first router among the arguments.
    """
    function = expanded(ref_name(call.func), env)  # `for configure in (add_routes, add_errors): configure(app)`
    root = function.split(".", 1)[0]
    if not function or call.name in _FOREIGN:
        return ""
    if root == "self" and env.cls:
        function = f"{env.cls}.{function.removeprefix('self.')}"
    local = root in found.names.functions or root in found.names.classes or function != ref_name(call.func)
    if function.rpartition(".")[2][:1].isupper():
        function = f"{function}.__init__"  # `Registrar(app)`
    package = found.names.imports.get(root, ("", ""))[0]
    if not local and (not package or package.split(".", 1)[0] in _FOREIGN_PACKAGES):
        return ""
    given = [(str(index), arg) for index, arg in enumerate(call.args[:4])]
    given += [(k.name, k.value) for k in call.kwargs if k.name]
    where = place(call, found.names.module)
    first = ""
    texts = tuple(text_of(arg, found.names.module, env.local) for arg in call.args)
    named = tuple((k.name or "*", text_of(k.value, found.names.module, env.local)) for k in call.kwargs)
    if any(isinstance(arg, Spread) for arg in call.args):
        texts, named = (), (*named, ("*", ()))
    order = found.next_order(
        unordered=env.unordered
    )  # of the call, by which its arguments are told from those of other calls
    for name, arg in given:
        written = dotted(arg)
        symbol = env.symbols.get(written, "")
        plain = expanded(written, env)
        if not symbol and (_is_router_module(plain, found) or _made_elsewhere(plain, found)):
            symbol = plain
        elif isinstance(arg, Call) and (kind := kind_made(arg, found.names)):  # `with_routes(APIRouter(prefix="/x"))`
            found.synthetic += 1
            symbol = env.symbol(f"given{found.synthetic}")
            add_router(symbol, kind, arg, env, found)
        if symbol:
            first = first or symbol
            # What the function registers on its parameter belongs to the argument; where it includes its parameter,
            # the argument is included.
            below, above = f"{function}.{name}", f"{function}.{name}.included"
            for parent, child in ((symbol, below), (above, symbol)):
                found.mounts.append(
                    Mount(
                        Ref(parent), Ref(child), "fastapi", where, order, conditional=env.conditional,
                        passed_to=function, given=texts, named=named,
                    )
                )  # fmt: skip
    return first


def given_back(call: Call, env: Env, found: Found) -> str:
    """`router = with_routes(APIRouter())`: the router that a function is given and returns, "" for other calls."""
    function = ref_name(call.func)
    first = call.args[0] if call.args else None
    if isinstance(first, Call) and kind_made(first, found.names):
        local = function in found.names.functions
        if not local or _returns_parameter(function, found):
            return handed_on(call, env, found)
    elif dotted(first) in env.symbols and _returns_parameter(function, found):
        return handed_on(call, env, found)
    return ""


def _returns_parameter(function: str, found: Found) -> bool:
    return found.aliases.get(f"{function}()") == f"{function}.0"


def _is_router_module(name: str, found: Found) -> bool:
    """An imported name that says that it is a router."""
    return name.split(".", 1)[0] in found.names.imports and name.endswith(("router", "app", "api"))


def _made_elsewhere(name: str, found: Found) -> bool:
    """`app = create_app()`, of a function of another file."""
    made = name if name.endswith("()") else found.aliases.get(name, "")
    known = made.endswith("()") and made.split(".", 1)[0].removesuffix("()") in found.names.imports
    return known and FACTORY.search(made.removesuffix("()")) is not None


def _of_attribute(name: str, env: Env) -> str:
    """`self.pubsub.router` after `self.pubsub = PubSub()`: the router that objects of the class have; "" if unknown."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 1, -1):
        held = env.values.get(".".join(parts[:cut]))
        if parts[0] == "self" and isinstance(held, Call) and ref_name(held.func):
            return ".".join([ref_name(held.func), *parts[cut:]])
    return ""


_FOREIGN: Final = frozenset({"run", "TestClient", "AsyncClient", "add_pagination", "instrument_app", "Mangum", "print"})
_FOREIGN_PACKAGES: Final = frozenset({"fastapi", "starlette", "uvicorn", "httpx", "pytest", "prometheus_client"})


def symbol_of(expr: AnyExpr | None, env: Env, found: Found) -> str:
    """The symbol of a router by the name it has here; imported ones keep their name."""
    name = dotted(expr)
    if name in env.symbols:
        return env.symbols[name]
    root, _, rest = name.partition(".")
    if rest == "router" and root in env.symbols:
        return env.symbols[root]  # `app.router` registers on the application
    if root in found.names.imports or _made_elsewhere(name, found):
        return name
    local = expanded(name, env) if env.local.get(root) else ""
    if local and ((not rest and _made_elsewhere(local, found)) or _is_held(local, found)):
        return local
    return _of_attribute(name, env)


def _is_held(name: str, found: Found) -> bool:
    """`RestApi._router`: the router that objects of a class have, after `def add_routes(api: RestApi)`."""
    owner, _, last = name.rpartition(".")
    root = owner.split(".", 1)[0]
    known = root in found.names.classes or root in found.names.imports
    return known and owner.rpartition(".")[2][:1].isupper() and last.endswith(("router", "app", "api"))


def _loaded(child: AnyExpr | None, env: Env, found: Found, *, known: bool) -> str:
    """`app.include_router(import_module(f"app.routers.{name}").router)`: what is mounted, as far as it is written.

    `known`: the name that is mounted stands for something; then a module has to be loaded for it.
    """
    if LOADS not in found.names.module.source:
        return ""
    attribute = ""
    if isinstance(child, Call) and child.name == "getattr" and len(child.args) > 1 and isinstance(child.args[1], Str):
        attribute, child = child.args[1].value or "", child.args[0]
    elif isinstance(child, Member):
        attribute, child = child.name, child.base
    held: AnyExpr | None = env.values.get(child.id, child) if isinstance(child, Name) else child
    loading = held if isinstance(held, Call) and held.name == "import_module" and held.args else None
    if loading is None:
        untold = isinstance(child, Name) and env.local.get(child.id) == ""
        return f"{LOADED}:" if untold and not (known or attribute) else ""
    written = text_of(loading.args[0], found.names.module, env.local)
    package = written[0].rpartition(".")[0] if written and isinstance(written[0], str) else ""
    return f"{LOADED}{package.strip('.')}:{attribute}"


def add_mount(
    parent: Ref, child: AnyExpr | None, prefix: Text, guards: tuple[Guard, ...], node: Node, env: Env, found: Found
) -> None:
    """Note that one router is included in another, or mounted on it."""
    if isinstance(child, Call):
        made = kind_made(child, found.names)
        if made:  # `app.include_router(APIRouter(...))`
            found.synthetic += 1
            symbol = env.symbol(f"mount{found.synthetic}")
            add_router(symbol, made, child, env, found)
            name = symbol
        elif returned := given_back(child, env, found):  # `app.include_router(with_routes(APIRouter()))`
            name = returned
        else:
            name = ref_name(child)
            name = found.aliases.get(name, name) if found.aliases.get(name) in found.routers else name
    else:
        name = dotted(child)
        root = name.partition(".")[0]
        if name in env.symbols:
            name = env.symbols[name]
            if name in env.given:
                name = f"{name}.included"
                found.routers.setdefault(name, Router(name, "router", "fastapi", place(node, found.names.module)))
        elif root in env.local:
            name = expanded(name, env)
        elif root == "self":
            name = _of_attribute(name, env)
        elif not name:
            name = ref_name(child)
    name = _loaded(child, env, found, known=bool(name)) or name
    if not name or name.split(".")[-1] in ("StaticFiles()", "make_asgi_app()"):
        return
    found.mounts.append(
        Mount(
            parent, Ref(name), "fastapi", place(node, found.names.module),
            found.next_order(unordered=env.unordered), prefix, guards, env.conditional,
        )
    )  # fmt: skip  # in the order of the fields
