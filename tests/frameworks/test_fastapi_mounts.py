"""Where FastAPI's routers end up: names, loops, functions that include what they are given, settings."""

import pytest
from tests.frameworks.test_fastapi import serve, served
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth

USERS = 'from fastapi import APIRouter\nrouter = APIRouter(prefix="/users")\n@router.get("/me")\ndef me(): ...\n'
ITEMS = (
    'from fastapi import APIRouter\nrouter = APIRouter(prefix="/items")\n@router.get("/{id}")\ndef one(id: int): ...\n'
)
MAIN = "from fastapi import APIRouter, FastAPI\nfrom app import items, users\napp = FastAPI()\n"


def mounted(source: str, head: str = MAIN, **more: str) -> list[str]:
    """The endpoints of two routers below an application that mounts them."""
    files = {"app/users.py": USERS, "app/items.py": ITEMS, "app/main.py": head + source}
    return sorted(served({**files, **{f"app/{name}.py": text for name, text in more.items()}}))


BOTH = ["GET /items/{id}", "GET /users/me"]
BOTH_V1 = ["GET /v1/items/{id}", "GET /v1/users/me"]


def test_two_names_of_one_router() -> None:
    users = 'from fastapi import APIRouter\nusers_router = r = APIRouter()\n@r.get("/me")\ndef me(): ...\n'
    main = 'from fastapi import FastAPI\nfrom app.users import users_router\napp = FastAPI()\napp.include_router(users_router, prefix="/users")\n'
    assert served({"app/users.py": users, "app/main.py": main}) == ["GET /users/me"]
    assert served({"app/users.py": users, "app/main.py": main.replace("users_router", "r")}) == ["GET /users/me"]


def test_loops_over_what_is_written_out() -> None:
    for loop in (
        "for r in (users.router, items.router):\n    app.include_router(r)\n",
        "ALL = [users.router, items.router]\nfor r in ALL:\n    app.include_router(r)\n",
        "for m in (users, items):\n    app.include_router(m.router)\n",
        'ALL = {"Users": users.router, "Items": items.router}\nfor tag, r in ALL.items():\n    app.include_router(r, tags=[tag])\n',
        "ALL = {1: users.router, 2: items.router}\nfor r in ALL.values():\n    app.include_router(r)\n",
        "for i, r in enumerate([users.router, items.router]):\n    app.include_router(r)\n",
        "[app.include_router(r) for r in (users.router, items.router)]\n",
        "def setup(app):\n    for r in [users.router, items.router]:\n        app.include_router(r)\nsetup(app)\n",
        "def setup(app, r):\n    app.include_router(r)\nfor r in [users.router, items.router]:\n    setup(app, r)\n",
    ):
        assert mounted(loop) == BOTH, loop


def test_loops_that_bind_prefixes() -> None:
    for loop in (
        'for r, p in ((users.router, "/v1"), (items.router, "/v1")):\n    app.include_router(r, prefix=p)\n',
        'P = "/v1"\nfor p, r in [(P, users.router), (P, items.router)]:\n    app.include_router(r, prefix=p)\n',
        'for r in [{"router": users.router, "at": "/v1"}, {"router": items.router, "at": "/v1"}]:\n    app.include_router(r["router"], prefix=r["at"])\n',
        'for e in [(users.router, "v1"), (items.router, "v1")]:\n    app.include_router(e[0], prefix=f"/{e[1]}")\n',
        'for e in [Entry(router=users.router, at="/v1"), Entry(router=items.router, at="/v1")]:\n    app.include_router(e.router, prefix=e.at)\n',
    ):
        assert mounted(loop) == BOTH_V1, loop


def test_a_table_of_another_file() -> None:
    for table, loop in (
        ('{"/v1": users.router, "/v2": items.router}', "for p, r in tables.ALL.items():\n    app.include_router(r, prefix=p)\n"),
        ('{"v1": users.router, "v2": items.router}', "for p, r in tables.ALL.items():\n    app.mount(path='/' + p, app=r)\n"),
    ):  # fmt: skip
        routers = f"from app import items, users\nALL = {table}\n"
        found = mounted("from app import tables\n" + loop, tables=routers)
        assert found == ["GET /v1/users/me", "GET /v2/items/{id}"]
    direct = "from app.tables import ALL\nfor r in ALL.values():\n    app.include_router(r, prefix='/v1')\n"
    assert mounted(direct, tables=routers) == BOTH_V1


def test_applications_of_a_table_are_served_where_it_says_alone() -> None:
    part = 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/logo")\ndef logo(): ...\n'
    main = "from fastapi import FastAPI\nfrom app import parts, settings\napp = FastAPI()\nfor p, a in parts.ALL.items():\n    app.mount(settings.%s + p, a)\n"
    files = {
        "app/one.py": part,
        "app/parts.py": 'from app.one import app as one\nALL = {"/one": one}\n',
        "app/settings.py": 'BASE = "/parts"\n',
    }
    assert served({**files, "app/main.py": main % "BASE"}) == ["GET /parts/one/logo"]
    (unknown,) = serve({**files, "app/main.py": main % "MISSING"})
    assert not unknown.path_known


def test_a_function_that_registers_on_the_router_of_its_file() -> None:
    users = (
        "from fastapi import APIRouter\nrouter = APIRouter()\ndef make(db) -> APIRouter:\n"
        '    @router.get("/me")\n    def me():\n        return db.me()\n    return router\n'
    )
    main = "from fastapi import FastAPI\nfrom app.users import make\ndef create():\n    app = FastAPI()\n    app.include_router(make(db()), prefix='/users')\n    return app\n"
    assert served({"app/users.py": users, "app/main.py": main}) == ["GET /users/me"]


def test_an_absolute_import_means_no_module_inside_another_package() -> None:
    files = {
        "config.py": 'PREFIX = "/v1"\n',
        "app/__init__.py": "",
        "app/engine/__init__.py": "",
        "app/engine/config.py": "PREFIX = 1\n",
        "app/main.py": 'from fastapi import FastAPI\nfrom config import PREFIX\napp = FastAPI()\n@app.get(PREFIX + "/me")\ndef me(): ...\n',
    }
    assert served(files) == ["GET /v1/me"]


def test_a_list_of_another_file() -> None:
    routers = "from app import items, users\nALL = [users.router, items.router]\nMODULES = (users, items)\n"
    loop = "from app.all_routers import ALL\nfor r in ALL:\n    app.include_router(r, prefix='/v1')\n"
    assert mounted(loop, all_routers=routers) == BOTH_V1
    loop = "from app.all_routers import MODULES\nfor m in MODULES:\n    app.include_router(m.router)\n"
    assert mounted(loop, all_routers=routers) == BOTH


def test_a_loop_over_what_nobody_knows_mounts_nothing() -> None:
    assert mounted("for r in find_routers():\n    app.include_router(r)\n") == []
    assert mounted("for p in find():\n    app.include_router(users.router, prefix=p)\n") == []


def test_a_function_includes_each_router_that_it_is_given() -> None:
    source = (
        "def include(app: FastAPI, router: APIRouter):\n    app.include_router(router)\n"
        '    app.include_router(router, prefix="/teams/{team}")\n'
        "include(app, users.router)\ninclude(app, items.router)\n"
    )
    files = {"app/users.py": USERS, "app/items.py": ITEMS, "app/main.py": MAIN + source}
    found = [e for e in serve(files) if e.path_known]
    placed = [e for e in found if e.position is not None]
    assert [e.label for e in sorted(placed, key=lambda e: e.position or 0)] == [
        "GET /users/me", "GET /teams/{team}/users/me", "GET /items/{id}", "GET /teams/{team}/items/{id}",
    ]  # fmt: skip
    assert len(found) == 4


def test_a_function_that_includes_many_routers() -> None:
    lines = [
        "def include(app, router):",
        "    app.include_router(router)",
        '    app.include_router(router, prefix="/v2")',
    ]
    wanted = set()
    for n in range(150):
        lines += [f'r{n} = APIRouter(prefix="/r{n}")', f'@r{n}.get("/x")', f"def f{n}(): ...", f"include(app, r{n})"]
        wanted |= {f"GET /r{n}/x", f"GET /v2/r{n}/x"}
    assert set(mounted("\n".join(lines) + "\n")) == wanted


def test_a_function_that_gives_back_its_router() -> None:
    source = (
        "def fill(router: APIRouter) -> APIRouter:\n    router.include_router(users.router)\n    return router\n"
        'first = fill(APIRouter())\nsecond = fill(APIRouter(prefix="/{team}"))\n'
        "app.include_router(first)\napp.include_router(second)\n"
    )
    assert mounted(source) == ["GET /users/me", "GET /{team}/users/me"]
    inline = source.split("first =", 1)[0] + 'app.include_router(fill(APIRouter(prefix="/a")))\n'
    assert mounted(inline) == ["GET /a/users/me"]


def test_a_decorator_that_is_given_the_method_of_a_router() -> None:
    own = (
        "from fastapi import APIRouter, FastAPI\nfrom app.auth import protected\nrouter = APIRouter(prefix='/roms')\n"
        "@protected(router.post, '/{id}', ['write'], status_code=201)\ndef add(id: int): ...\n"
        "app = FastAPI()\napp.include_router(router)\n"
    )
    auth = "def protected(method, path, scopes=None, **kw):\n    def deco(f):\n        return method(path, **kw)(f)\n    return deco\n"
    for files in (
        {"app/main.py": own, "app/auth.py": auth},
        {"app/main.py": own.replace("from app.auth import protected", auth)},
    ):
        (found,) = serve(files)
        assert (found.label, found.default_status, found.auth) == ("POST /roms/{id}", None, Auth.UNKNOWN)
        assert found.success == (201,)
    silent = auth.replace("method(path, **kw)", "f")
    assert serve({"app/main.py": own.replace("from app.auth import protected", silent)}) == ()


SETTINGS = {
    'class Settings(BaseSettings):\n    api: str = "/v1"\nsettings = Settings()\n': "settings.api",
    'class Settings(BaseSettings):\n    api: str = Field("/v1", alias="API")\nsettings = Settings()\n': "settings.api",
    'class Settings(BaseSettings):\n    api: str = Field(default="/v1", env="API")\nsettings = Settings()\n': "settings.api",
    '@dataclass\nclass Settings:\n    api: str = "/v1"\nsettings: Settings = load()\n': "settings.api",
    'class Base(BaseSettings):\n    api: str = "/v1"\nclass Dev(Base): ...\nsettings: BaseConfig\nmatch mode:\n    case 1:\n        settings = Dev()\n'.replace(
        "BaseConfig", "Config"
    ).replace("Base(BaseSettings)", "Config(BaseSettings)"): "settings.api",
    'class Api(BaseModel):\n    prefix: str = "/v1"\nclass Settings(BaseSettings):\n    api: Api = Api()\nsettings = Settings()\n': "settings.api.prefix",
    'class Settings(BaseSettings):\n    api: str = "/v1"\n@lru_cache\ndef get_settings():\n    return Settings()\nsettings = get_settings()\n': "settings.api",
    'settings = None\nAPI = os.getenv("API", "/v1")\n': "API",
    'API = os.getenv("API", default="/v1")\n': "API",
    'API = "/" + config("API", default="/v1/").strip("/")\n': "API",
    'API = env("API", "/v1/").rstrip("/")\n': "API",
    'API = config("API", default="/v1 ").strip().removesuffix("/")\n': "API",
    'API = config("API", default="/v1")\n': "API",
    'API = config("API", cast=str, default="/v1")\n': "API",
    'API = env.str("API", "/v1")\n': "API",
    'API = os.environ.get("API") or "/v1"\n': "API",
}


def test_settings_tell_their_defaults() -> None:
    for text, name in SETTINGS.items():
        main = (
            f"from fastapi import APIRouter, FastAPI\nfrom app.config import {name.split('.', 1)[0]}\napp = FastAPI()\n"
            f'router = APIRouter(prefix={name})\n@router.get("/me")\ndef me(): ...\napp.include_router(router)\n'
        )
        assert served({"app/config.py": text, "app/main.py": main}) == ["GET /v1/me"], text


def test_settings_without_defaults_leave_the_path_unknown() -> None:
    main = (
        "from fastapi import APIRouter, FastAPI\nfrom app.config import settings\napp = FastAPI()\n"
        'router = APIRouter(prefix=settings.api)\n@router.get("/me")\ndef me(): ...\napp.include_router(router)\n'
    )
    for text in (
        "class Settings(BaseSettings):\n    api: str\nsettings = Settings()\n",
        'class Settings(BaseSettings):\n    api: str = os.environ["API"]\nsettings = Settings()\n',
        "settings = load()\n",
    ):
        assert served({"app/config.py": text, "app/main.py": main}) == []


def test_scripts_are_not_the_api() -> None:
    script = 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/wait")\ndef wait(): ...\n'
    assert [e.test for e in serve({"scripts/benchmark/server.py": script})] == [False]
    both = serve({"scripts/benchmark/server.py": script, "app/main.py": script.replace("wait", "users")})
    assert [(e.label, e.test) for e in both] == [("GET /wait", True), ("GET /users", False)]


def test_a_form_is_not_created_by_showing_it() -> None:
    source = (
        "from fastapi import FastAPI, Request\nfrom fastapi.responses import JSONResponse\napp = FastAPI()\n"
        '@app.api_route("/keys", methods=["GET", "POST"])\nasync def keys(request: Request):\n'
        '    if request.method == "POST":\n        return JSONResponse({}, status_code=201)\n'
        "    return JSONResponse({}, status_code=200)\n"
    )
    assert {e.method: e.success for e in serve({"app/main.py": source})} == {"GET": (200,), "POST": (200, 201)}


def test_what_an_authentication_backend_lets_in_is_not_known() -> None:
    source = (
        "from fastapi import FastAPI\nfrom starlette.middleware.authentication import AuthenticationMiddleware\n"
        "app = FastAPI()\napp.add_middleware(AuthenticationMiddleware, backend=Backend())\n"
        '@app.post("/login")\ndef login(): ...\n'
    )
    assert [e.auth for e in serve({"app/main.py": source})] == [Auth.UNKNOWN]


def test_an_include_may_read_the_parameter_of_its_prefix() -> None:
    users = (
        'from typing import Annotated\nfrom fastapi import APIRouter\nfrom app.auth import Allowed\nrouter = APIRouter(prefix="/users")\n'
        'Role = Annotated[str, Allowed("admin")]\n@router.get("/me")\ndef me(role: Role): ...\n'
        '@router.get("/all")\ndef everyone(): ...\n'
    )
    main = (
        "from fastapi import Depends, FastAPI\nfrom app import users\napp = FastAPI()\n"
        "def team_of(team_id: int):\n    if team_id < 1:\n        raise ValueError\n"
        'app.include_router(users.router, prefix="/teams/{team_id}", dependencies=[Depends(team_of)])\n'
    )
    auth = "from fastapi import Depends\ndef Allowed(name):\n    def inner(request): ...\n    return Depends(inner)\n"
    me, everyone = serve({"app/users.py": users, "app/main.py": main, "app/auth.py": auth})
    assert me.auth == Auth.UNKNOWN
    assert me.route.unknown_params
    (team,) = (p for p in everyone.params if p.name == "team_id")
    assert (team.place, team.via, team.type) == ("path", "team_of", "int")


def test_an_application_that_a_file_without_a_framework_puts_together() -> None:
    setup = (
        "from fastapi import FastAPI\nfrom app import items, users\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    return app\n"
        "def register_routes(app: FastAPI):\n    app.include_router(users.router)\n    app.include_router(items.router)\n"
    )
    start = "from app.setup import create_app, register_routes\n\n"
    assert mounted("app = create_app()\nregister_routes(app)\n", head=start, setup=setup) == BOTH
    assert mounted("application = create_app()\nregister_routes(app=application)\n", head=start, setup=setup) == BOTH
    inside = "from fastapi import FastAPI\n" + start + "def main():\n    app = create_app()\n    register_routes(app)\n"
    assert mounted(inside, head="", setup=setup) == BOTH
    own = "app = create_app()\napp.include_router(users.router)\n"
    assert mounted(own, head="from app.setup import create_app\nfrom app import users\n", setup=setup) == BOTH[1:]
    # What makes something else hands over something else.
    assert mounted("app = make_parser_app()\nregister_routes(app)\n", head=start, setup=setup) == []


def test_an_object_that_puts_its_application_together() -> None:
    pubsub = (
        "from fastapi import APIRouter\nclass PubSub:\n    def __init__(self):\n        self.router = APIRouter()\n"
        "        @self.router.get('/topics')\n        def topics(): ...\n"
    )
    tokens = "from fastapi import APIRouter\ndef make_router(signer):\n    router = APIRouter()\n    @router.post('/token')\n    def token(): ...\n    return router\n"
    server = """
from app.pubsub import PubSub
from app.tokens import make_router
class Server:
    def __init__(self, signer):
        self.signer = signer
        self.pubsub = PubSub()
        self.app: FastAPI = self.made()
    def made(self):
        app = FastAPI()
        self.configure(app)
        return app
    def configure(self, app: FastAPI):
        tokens_router = make_router(self.signer)
        app.include_router(tokens_router)
        app.include_router(self.pubsub.router, prefix="/pubsub")
        app.include_router(self.unknown.router, prefix="/unknown")
        app.include_router(users.router)
"""
    assert mounted(server, pubsub=pubsub, tokens=tokens) == ["GET /pubsub/topics", "GET /users/me", "POST /token"]


MAKER = """from fastapi import Depends
from fastapi_errors import ErrorRouter
from app.auth import current_user
def make_error_router(**kw):
    return ErrorRouter(OPTIONS**kw)
"""
MADE = """from fastapi import APIRouter, FastAPI
from app.errors import make_error_router
def make_items_router():
    router = make_error_router(on_error=log)
    @router.get("/items")
    def items(): ...
    return router
def make_users_router():
    router = make_error_router()
    @router.get("/users")
    def users(): ...
    return router
app = FastAPI()
app.include_router(make_items_router(), prefix="/v1")
app.include_router(make_users_router(), prefix="/v2")
"""


@pytest.mark.parametrize(
    ("options", "paths", "auth"),
    [
        ("", ["GET /v1/items", "GET /v2/users"], Auth.NONE),
        ('prefix="/api", ', ["GET /v1/api/items", "GET /v2/api/users"], Auth.NONE),
        ("dependencies=[Depends(current_user)], ", ["GET /v1/items", "GET /v2/users"], Auth.REQUIRED),
    ],
)
def test_each_call_of_a_function_makes_a_router_of_its_own(options: str, paths: list[str], auth: Auth) -> None:
    made = {"app/main.py": MADE, "app/errors.py": MAKER.replace("OPTIONS", options)}
    found = read({path: text.encode() for path, text in made.items()}).snapshot.endpoints
    assert sorted(e.label for e in found) == paths
    assert {e.auth for e in found} == {auth}
    # The same with all in one file.
    one = MAKER.replace("OPTIONS", options) + MADE.replace("from app.errors import make_error_router\n", "")
    found = read({"app/main.py": one.encode()}).snapshot.endpoints
    assert sorted(e.label for e in found) == paths
    assert {e.auth for e in found} == {auth}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            'response = await call_next(request)\n        response.set_cookie("a", "b")\n        return response',
            Auth.NONE,
        ),
        ("if not request.headers.get('Authorization'): return Response(status_code=401)\n        return await call_next(request)", Auth.REQUIRED),
        ("await self.sessions.check(request)\n        return await call_next(request)", Auth.REQUIRED),
    ],
)  # fmt: skip
def test_middleware_does_what_its_code_says_and_not_its_name(body: str, expected: Auth) -> None:
    source = f"""from fastapi import FastAPI, Response
from starlette.middleware.base import BaseHTTPMiddleware
class AuthCookieMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        {body}
app = FastAPI()
app.add_middleware(AuthCookieMiddleware)
@app.get("/items")
def items(): ...
"""
    (found,) = read({"main.py": source.encode()}).snapshot.endpoints
    assert found.auth is expected


def test_an_application_that_is_mounted_asks_for_itself() -> None:
    source = """from fastapi import Depends, FastAPI
app = FastAPI(dependencies=[Depends(get_current_user)])
admin = FastAPI()
@admin.get("/x")
def x(): ...
@app.get("/y")
def y(): ...
app.mount("/admin", admin)
"""
    found = {e.label: e.auth.value for e in serve({"app/main.py": source})}
    assert found == {"GET /admin/x": "none", "GET /y": "required"}


def test_an_object_that_asks_for_a_token_when_it_is_called() -> None:
    source = """from fastapi import Depends, FastAPI
from fastapi_jwt_auth import AuthJWT
app = FastAPI()
def check_auth(Authorize: AuthJWT = Depends()):
    Authorize.jwt_required()
    return Authorize
@app.get("/a")
def a(Authorize: AuthJWT = Depends()): return {}
@app.get("/b")
def b(Authorize: AuthJWT = Depends()):
    Authorize.jwt_required()
    return {}
@app.get("/c")
def c(auth: AuthJWT = Depends()):
    auth.jwt_optional()
    return {}
@app.get("/d")
def d(auth: AuthJWT = Depends()):
    return of(auth)
@app.get("/e")
def e(auth: AuthJWT = Depends(check_auth)): return {}
"""
    found = {e.label: e.auth.value for e in serve({"app/main.py": source})}
    assert found == {
        "GET /a": "none", "GET /b": "required", "GET /c": "optional", "GET /d": "unknown", "GET /e": "required",
    }  # fmt: skip


def test_functions_of_a_loop_are_given_the_application() -> None:
    source = """from fastapi import APIRouter, FastAPI
def create_app() -> FastAPI:
    app = FastAPI()
    for configure in [add_logging, add_routes]:
        configure(app)
    return app
def add_logging(app: FastAPI): ...
def add_routes(app: FastAPI):
    app.mount("/v1", users)
users = FastAPI()
@users.get("/me")
def me(): ...
app = create_app()
"""
    assert served({"main.py": source}) == ["GET /v1/me"]


def test_a_function_that_gives_back_a_router_of_another_file() -> None:
    building = "from fastapi import APIRouter\ndef build() -> APIRouter:\n    prepare()\n    from app.users import router as main\n    return main\n"
    main = "from fastapi import FastAPI\nfrom app.building import build\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    router = build()\n    app.include_router(router, prefix='/v1')\n    return app\n"
    files = {"app/users.py": USERS, "app/building.py": building, "app/main.py": main}
    assert served(files) == ["GET /v1/users/me"]


def test_a_function_that_makes_a_router_of_the_same_name() -> None:
    users = "from fastapi import APIRouter\ndef make():\n    router = APIRouter(prefix='/users')\n    @router.get('/me')\n    def me(): ...\n    return router\nrouter = make()\n"
    main = "from fastapi import FastAPI\nfrom app import users\napp = FastAPI()\napp.include_router(users.router)\n"
    assert served({"app/users.py": users, "app/main.py": main}) == ["GET /users/me"]


def test_an_application_that_an_installation_may_put_elsewhere() -> None:
    source = """from fastapi import FastAPI
from app.settings import settings
def create_app() -> FastAPI:
    app = FastAPI()
    @app.get("/me")
    def me(): ...
    if settings.base_url:
        outer = FastAPI()
        outer.mount(CONDITION, app)
        return outer
    return app
"""
    assert served({"app/main.py": source.replace("CONDITION", "settings.base_url")}) == ["GET /me"]
    assert served({"app/main.py": source.replace("CONDITION", '"/v1"')}) == ["GET /v1/me"]


def test_paths_that_functions_put_together() -> None:
    source = """from fastapi import FastAPI
from app.kinds import Kind
def create_app() -> FastAPI:
    app = FastAPI()
    kind = Kind.BOOKS
    base = f"/{{name}}/{kind.value}"
    @app.get(path=f"{base}:search")
    def search(name: str): ...
    @app.get(base + "/all")
    def every(name: str): ...
    return app
"""
    kinds = 'from enum import Enum\nclass Kind(str, Enum):\n    BOOKS = "Books"\n'
    found = served({"app/main.py": source, "app/kinds.py": kinds})
    assert sorted(found) == ["GET /{name}/Books/all", "GET /{name}/Books:search"]


def test_a_colon_is_what_it_says() -> None:
    source = """from fastapi import FastAPI
app = FastAPI()
@app.put("/books/{id}:close")
def close(id: int): ...
@app.put("/books/{id}:open")
def reopen(id: int): ...
@app.post("/books:search")
def search(): ...
"""
    found = serve({"main.py": source})
    assert [e.path for e in found] == ["/books/{id}:close", "/books/{id}:open", "/books:search"]
    assert [p.name for e in found for p in e.params if p.place == "path"] == ["id", "id"]


def test_a_decorator_that_is_given_a_method_and_paths_by_name() -> None:
    source = """from fastapi import FastAPI
from app.helpers import renamed
app = FastAPI()
@renamed("/old", new_path="/new", router_method=app.get, name="x")
def one(): ...
@renamed(path="/old", new_path="/new", router_method=client.get)
def two(): ...
"""
    assert sorted(served({"main.py": source})) == ["GET /new", "GET /old"]


DEPENDENCIES = """from fastapi import Depends, Request
from fastapi.security import HTTPBearer
LoggedIn = Depends(HTTPBearer())
Paged = Depends(page)
def session(): ...
def DbSession(): return Depends(session)
def current_user(request: Request, token: str = LoggedIn): return token
def CurrentUser(): return Depends(current_user)
def Checked(paths=None): return Depends(current_user)
"""


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("@app.get('/x', dependencies=[LoggedIn])\ndef x(): ...\n", Auth.REQUIRED),
        ("@app.get('/x', dependencies=[Checked()])\ndef x(): ...\n", Auth.REQUIRED),
        ("@app.get('/x')\ndef x(user: Annotated[str, CurrentUser()]): ...\n", Auth.REQUIRED),
        ("@app.get('/x')\ndef x(db: Annotated[str, DbSession()]): ...\n", Auth.NONE),
        ("@app.get('/x')\ndef x(db: Annotated[str, Unheard()]): ...\n", Auth.UNKNOWN),
        ("@app.post('/x')\ndef x(body: AuthLogin): ...\n", Auth.NONE),
        ("@app.post('/x')\ndef x(body: Annotated[HTTPBasicCredentials, Depends()]): ...\n", Auth.NONE),
    ],
)
def test_dependencies_under_other_names(route: str, expected: Auth) -> None:
    main = (
        "from typing import Annotated\nfrom fastapi import Depends, FastAPI\nfrom fastapi.security import HTTPBasicCredentials\n"
        "from app.deps import Checked, CurrentUser, DbSession, LoggedIn\nfrom app.bodies import AuthLogin\napp = FastAPI()\n"
    )
    bodies = "from pydantic import BaseModel\nclass AuthLogin(BaseModel):\n    name: str\n"
    (found,) = serve({"app/main.py": main + route, "app/deps.py": DEPENDENCIES, "app/bodies.py": bodies})
    assert found.auth is expected


def test_a_router_that_spares_some_paths() -> None:
    source = "from fastapi import APIRouter, FastAPI\nfrom app.deps import Checked\napp = FastAPI()\nrouter = APIRouter(dependencies=[Checked(ARGUMENT)])\n@router.get('/x')\ndef x(): ...\napp.include_router(router)\n"
    deps = DEPENDENCIES.replace("Checked", "CheckUser")
    for argument, expected in (("", Auth.REQUIRED), ("exclude_routes=[1]", Auth.UNKNOWN)):
        main = source.replace("Checked", "CheckUser").replace("ARGUMENT", argument)
        (found,) = serve({"app/main.py": main, "app/deps.py": deps})
        assert found.auth is expected


def test_what_functions_of_the_project_answer() -> None:
    answers = """from fastapi.responses import JSONResponse
def success(status_code: int = 200, message: str = "", data=None):
    return JSONResponse(status_code=status_code, content={"data": data})
def plain(data): return data
"""
    main = """from fastapi import FastAPI, status
from app.answers import plain, success
app = FastAPI()
@app.post("/a")
def a(): return success(message="What has been asked for was made and is kept", data=books.create(), status_code=201)
@app.post("/b")
def b(): return success(status_code=status.HTTP_202_ACCEPTED, message="x")
@app.post("/c", status_code=201)
def c(): return success()
@app.post("/d", status_code=201)
def d(): return plain(books.create())
"""
    found = {e.label: e.statuses for e in serve({"app/main.py": main, "app/answers.py": answers})}
    assert found == {"POST /a": (201,), "POST /b": (202,), "POST /c": (200,), "POST /d": (201,)}


def test_middleware_that_refuses_for_the_path_asks_nobody() -> None:
    source = """from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
from app.answers import failure
class DemoModeMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.method != "GET" and WORDS:
            return failure(msg="not here")
        return await call_next(request)
app = FastAPI()
app.add_middleware(DemoModeMiddleware)
@app.get("/x")
def x(): ...
"""
    for words, expected in (("frozen(get_client_ip(request))", Auth.NONE), ("not session_of(request)", Auth.UNKNOWN)):
        (found,) = serve({"app/main.py": source.replace("WORDS", words)})
        assert found.auth is expected


def test_what_a_class_of_the_project_answers_is_not_known() -> None:
    source = """from fastapi import FastAPI
from app.answers import JsonResponseDict
app = FastAPI()
@app.delete("/x")
def x():
    try:
        books.remove()
        return JsonResponseDict(message="gone", status_code=200)
    except Exception:
        return JsonResponseDict(message="failed", status_code=500)
"""
    project = read({"app/main.py": source.encode()})
    (found,) = project.snapshot.endpoints
    assert found.handler is not None
    assert [r.status for r in found.handler.responses] == [200, None]
    assert found.success == (200,)
    assert not any(rule == "error-with-success-status" for rule, _, _ in project.everything())


BASES = """from dataclasses import dataclass, field
from fastapi import APIRouter
class Controller:
    def __init__(self):
        self.router = APIRouter(prefix="/v1")
        self.router.get("/health")(self.health)
        self.register()
    def health(self): ...
@dataclass
class Factory:
    router: APIRouter = field(default_factory=APIRouter)
"""


@pytest.mark.parametrize(
    ("source", "made", "expected"),
    [
        ("class Users(Controller):\n    def register(self):\n        self.router.add_api_route('/users', self.every)\n    def every(self): ...\n", "Users()", ["GET /x/v1/health", "GET /x/v1/users"]),
        ("class Tiles(Factory):\n    def register(self):\n        @self.router.post('/tiles')\n        def tile(): ...\n", "Tiles()", ["POST /x/tiles"]),
        ("class Users(Missing):\n    def register(self):\n        @self.router.get('/users')\n        def users(): ...\n", "Users()", ["?GET /x/users"]),
        ("class Own(Controller):\n    def __init__(self):\n        self.router = APIRouter()\n        self.router.put('/own', status_code=202)(self.own)\n    def own(self): ...\n", "Own()", ["PUT /x/own"]),
    ],
)  # fmt: skip
def test_routers_that_classes_have_by_their_bases(source: str, made: str, expected: list[str]) -> None:
    head = "from fastapi import APIRouter\nfrom app.bases import Controller, Factory\nfrom library import Missing\n"
    main = f"from fastapi import FastAPI\nfrom app.parts import {made[:-2]}\napp = FastAPI()\napp.include_router({made}.router, prefix='/x')\n"
    found = serve({"app/bases.py": BASES, "app/parts.py": head + source, "app/main.py": main})
    mounted = [e for e in found if e.path.startswith("/x") or not e.path_known]
    assert sorted(f"{'' if e.path_known else '?'}{e.label}" for e in mounted if e.path != "/v1/health") == expected


def test_what_a_class_registers_in_the_place_of_its_base() -> None:
    bases = """from fastapi import APIRouter
class Tiles:
    def __init__(self):
        self.router = APIRouter()
        self.info()
        self.legend()
    def info(self):
        @self.router.get("/info")
        def info(): ...
    def legend(self):
        @self.router.get("/legend")
        def legend(): ...
"""
    parts = """from app.bases import Tiles
class Maps(Tiles):
    def info(self):
        @self.router.get("/info")
        def maps(): ...
"""
    main = "from fastapi import FastAPI\nfrom app.parts import Maps\napp = FastAPI()\napp.include_router(Maps().router, prefix='/maps')\n"
    found = [e for e in serve({"app/bases.py": bases, "app/parts.py": parts, "app/main.py": main}) if e.path_known]
    assert {(e.path, e.handler_name) for e in found} == {("/maps/info", "maps"), ("/maps/legend", "legend")}


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (
            "from fastapi import APIRouter, FastAPI\napp = FastAPI()\nrouter = APIRouter(prefix='/r')\n",
            ["GET /x", "POST /r/y"],
        ),
        ("from flask import Flask\napp = Flask(__name__)\nrouter = Flask(__name__)\n", []),
    ],
)
def test_routes_of_an_application_of_another_file(server: str, expected: list[str]) -> None:
    routes = (
        "from server import app, router\n@app.get('/x')\ndef x(): return {}\n@router.post('/y')\nasync def y(): ...\n"
    )
    main = "from server import app, router\nimport routes\napp.include_router(router)\n"
    found = serve({"server.py": server, "routes.py": routes, "main.py": main})
    assert [e.label for e in found if e.framework == "fastapi" and e.path_known] == expected


def test_a_list_of_routers_that_grows() -> None:
    setup = """def setup():
    routers = [(items.router, "/v1")]
    try:
        from app import users as v1_users
        routers.append((v1_users.router, "/v1"))
    except ImportError:
        raise
    for router, prefix in routers:
        try:
            app.include_router(router, prefix=prefix)
        except Exception: ...
setup()
"""
    assert mounted(setup, MAIN.replace("items, users", "items")) == BOTH_V1
    assert (
        mounted("ALL = []\nALL.extend([users.router, items.router])\nfor r in ALL:\n    app.include_router(r)\n")
        == BOTH
    )


def test_middleware_that_only_looks_at_headers_refuses_nobody() -> None:
    source = """from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
class AuthDiagMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        note(request)
        response = await call_next(request)
        if response.status_code == 401:
            logger.warning("refused")
        return response
def note(request):
    logger.info(request.headers.get("Authorization"))
app = FastAPI()
app.add_middleware(AuthDiagMiddleware)
@app.get("/x")
def x(): ...
"""
    refusing = source.replace('logger.info(request.headers.get("Authorization"))', "raise HTTPException(401)")
    verifying = source.replace(
        "note(request)\n        response", 'jwt.decode(request.headers["Authorization"])\n        response'
    )
    for code, expected in ((source, Auth.NONE), (refusing, Auth.REQUIRED), (verifying, Auth.REQUIRED)):
        (found,) = serve({"app/main.py": code})
        assert found.auth is expected


def test_a_function_that_makes_objects_which_ask_who_calls() -> None:
    deps = """from fastapi import Depends
from fastapi.security import HTTPBearer
class Gate:
    def __init__(self, module): self.module = module
    def __call__(self, token=Depends(HTTPBearer())): return token
class Page:
    def __call__(self, limit: int = 10): return limit
def gate(module: str): return Gate(module)
def page(): return Page()
"""
    main = """from fastapi import Depends, FastAPI
from app.deps import gate, page
app = FastAPI()
@app.get("/a")
def a(auth=Depends(gate("books"))): ...
@app.get("/b")
def b(limit=Depends(page())): ...
@app.get("/c")
def c(auth=Depends(require_access("books", "read"))): ...
"""
    found = {e.path: e.auth for e in serve({"app/deps.py": deps, "app/main.py": main})}
    assert found == {"/a": Auth.REQUIRED, "/b": Auth.NONE, "/c": Auth.REQUIRED}
