"""What FastAPI and Starlette code says, file by file and linked."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import GuardKind
from persona_lsp.facts.text import Hole
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.fastapi.framework import FRAMEWORK
from persona_lsp.frameworks.fastapi.guards import kind_of
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Auth, Endpoint

HEAD = "from fastapi import APIRouter, Depends, FastAPI, Query\n\napp = FastAPI()\nrouter = APIRouter()\n\n"


def read(source: str) -> Extracted:
    """One file."""
    return FRAMEWORK.extract(parse("app/main.py", source.encode(), LANGUAGES["python"]).module)


def routes(source: str) -> list[tuple[str, object]]:
    """Methods and path of every route in a file."""
    return [("|".join(r.methods), "".join(map(str, r.path))) for r in read(source).routes if r.methods]


def serve(files: dict[str, str]) -> tuple[Endpoint, ...]:
    """The endpoints of a project."""
    facts: dict[str, FileFacts] = {}
    for path, source in files.items():
        extraction = extract(path, source.encode())
        assert extraction is not None
        facts[path] = extraction.facts
    return link(facts).endpoints


def served(files: dict[str, str]) -> list[str]:
    """`GET /path` of every endpoint whose whole path is known."""
    return [e.label for e in serve(files) if e.path_known]


def only(source: str) -> Endpoint:
    """The endpoint of a file that has one."""
    (found,) = serve({"app/main.py": source})
    return found


REGISTERED = {
    '@app.get("/x")\ndef f(): ...\n': [("GET", "/x")],
    '@app.post(path="/x", status_code=201)\nasync def f(): ...\n': [("POST", "/x")],
    '@router.get("")\ndef f(): ...\n': [("GET", "")],
    '@app.get("/x")\n@app.get("/y")\ndef f(): ...\n': [("GET", "/x"), ("GET", "/y")],
    '@app.api_route("/x", methods=["GET", "post"])\ndef f(): ...\n': [("GET|POST", "/x")],
    '@app.api_route("/x")\ndef f(): ...\n': [("GET", "/x")],
    '@app.api_route("/x", methods=METHODS)\ndef f(): ...\n': [],
    'def f(): ...\napp.add_api_route("/x", f, methods=["PUT"])\n': [("PUT", "/x")],
    'def f(): ...\napp.add_api_route(path="/x", endpoint=f)\n': [("GET", "/x")],
    'from views import f\nrouter.add_api_route("/x", f)\n': [("GET", "/x")],
    '@cached\n@app.delete("/x/{a}/{b:path}")\ndef f(a, b): ...\n': [("DELETE", "/x/{a}/{b:path}")],
    "@app.get(f'/x/{1}')\ndef f(): ...\n": [("GET", f"/x/{Hole('expression', '1')}")],
    "@app.websocket('/ws')\nasync def f(socket: WebSocket): ...\n": [("WS", "/ws")],
    "if DEBUG:\n    @app.get('/debug')\n    def f(): ...\n": [("GET", "/debug")],
    "app.get('setting')\n": [],
    "client.get('/x')\n": [],
    "d = {}\nd.get('/x')\n": [],
    "@lru_cache\ndef f(): ...\n": [],
    "@property.get('/x')\ndef f(): ...\n": [],
}


@pytest.mark.parametrize(("source", "expected"), REGISTERED.items(), ids=list(REGISTERED))
def test_a_registration(source: str, expected: list[tuple[str, object]]) -> None:
    assert routes(HEAD + source) == expected


def test_a_route_is_placed_on_its_verb_and_path() -> None:
    source = HEAD + '@app.get(\n    "/x",\n)\ndef f(): ...\n'
    (route,) = (r for r in read(source).routes if r.methods)
    assert source[route.where.start : route.where.end] == 'get(\n    "/x"'
    assert source[route.statement.start : route.statement.end] == '@app.get(\n    "/x",\n)\ndef f(): ...'
    assert route.path_where is not None
    assert source[route.path_where.start : route.path_where.end] == '"/x"'
    assert route.method_where is not None
    assert source[route.method_where.start : route.method_where.end] == "get"


def test_a_function_name_that_is_used_twice() -> None:
    source = HEAD + '@app.get("/a")\ndef f():\n    return 1\n\n@app.get("/b")\ndef f():\n    return 2\n'
    first, second = serve({"main.py": source})
    assert (first.handler and first.handler.key, second.handler and second.handler.key) == ("f", "f#1")


def test_prefixes_compose_over_files() -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": "from fastapi import FastAPI\nfrom app.api import router as api\n\napp = FastAPI()\napp.include_router(api, prefix='/api')\n",
        "app/api/__init__.py": (
            "from fastapi import APIRouter\nfrom . import books\nfrom .users import router as users\n\n"
            "router = APIRouter(prefix='/v1')\nrouter.include_router(router=books.router, prefix='/books')\n"
            "router.include_router(users)\n"
        ),
        "app/api/books.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n@router.get('/{id}')\ndef one(id: int): ...\n",
        "app/api/users.py": "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/users')\n\n@router.get('')\ndef all_(): ...\n",
    }
    assert served(files) == ["GET /api/v1/books/{id}", "GET /api/v1/users"]


def test_a_router_that_is_included_twice_serves_twice() -> None:
    source = (
        HEAD
        + "@router.get('/x')\ndef f(): ...\napp.include_router(router, prefix='/a')\napp.include_router(router, prefix='/b')\n"
    )
    assert served({"main.py": source}) == ["GET /a/x", "GET /b/x"]


def test_a_prefix_from_settings() -> None:
    files = {
        "app/config.py": "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    API: str = '/api/v1'\n\nsettings = Settings()\n",
        "app/main.py": HEAD
        + "from app.config import settings\n\n@router.get('/x')\ndef f(): ...\napp.include_router(router, prefix=settings.API)\n",
    }
    assert served(files) == ["GET /api/v1/x"]


def test_a_prefix_from_a_function_that_returns_settings() -> None:
    files = {
        "app/base.py": "class Base:\n    prefix: str = '/api'\n",
        "app/settings.py": "from app.base import Base\n\nclass Settings(Base):\n    debug = False\n",
        "app/config.py": "from app.settings import Settings\n\ndef get_settings() -> Settings:\n    return Settings()\n",
        "app/main.py": (
            "from fastapi import FastAPI\nfrom app.config import get_settings\nfrom app.routes import router\n\n"
            "def get_application() -> FastAPI:\n    settings = get_settings()\n    application = FastAPI()\n"
            "    application.include_router(router, prefix=settings.prefix)\n    return application\n\napp = get_application()\n"
        ),
        "app/routes.py": "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/x')\ndef f(): ...\n",
    }
    assert served(files) == ["GET /api/x"]


def test_an_unknown_prefix_makes_no_known_path() -> None:
    source = (
        HEAD
        + "from os import environ\n\n@router.get('/x')\ndef f(): ...\napp.include_router(router, prefix=environ['P'])\n"
    )
    assert [e.path_known for e in serve({"main.py": source})] == [False]


def test_routes_in_a_factory() -> None:
    source = (
        "from fastapi import FastAPI\n\ndef create_app():\n    app = FastAPI()\n\n    @app.get('/x')\n    async def f(q: str):\n"
        "        return {'a': 1}\n\n    return app\n\napp = create_app()\n"
    )
    (endpoint,) = serve({"main.py": source})
    assert endpoint.label == "GET /x"
    assert endpoint.path_known
    assert endpoint.handler is not None
    assert endpoint.handler.key == "create_app.f"
    assert [p.name for p in endpoint.params] == ["q"]


def test_an_application_that_is_handed_to_functions_of_other_files() -> None:
    files = {
        "app/main.py": "from fastapi import FastAPI\nfrom app.routes import register\n\napp = FastAPI()\nregister(app)\n",
        "app/routes.py": "from fastapi import FastAPI\nfrom app.books import router\n\ndef register(app: FastAPI) -> None:\n    app.include_router(router, prefix='/api')\n",
        "app/books.py": "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/books')\ndef f(): ...\n",
    }
    assert served(files) == ["GET /api/books"]


def test_routers_in_a_loop_over_a_literal() -> None:
    files = {
        "main.py": "from fastapi import FastAPI\nimport a, b\n\napp = FastAPI()\nfor r in (a.router, b.router):\n    app.include_router(r, prefix='/api')\n",
        "a.py": "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/a')\ndef f(): ...\n",
        "b.py": "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/b')\ndef f(): ...\n",
    }
    assert served(files) == ["GET /api/a", "GET /api/b"]


LOADING = "from fastapi import FastAPI\nimport importlib\n\napp = FastAPI()\n"
LOADED = "from fastapi import APIRouter\nrouter = APIRouter(prefix='/a')\n\n@router.get('/x')\ndef f(): ...\n"


@pytest.mark.parametrize(
    ("loop", "known"),
    [
        ("for name in names():\n    app.include_router(importlib.import_module(name).router)\n", True),
        ("for name in names():\n    module = importlib.import_module(f'app.parts.{name}')\n    if hasattr(module, 'router'):\n        app.include_router(module.router)\n", True),
        ("for name in names():\n    app.include_router(getattr(importlib.import_module(name), 'router'))\n", True),
        ("for name in names():\n    app.include_router(importlib.import_module(f'app.others.{name}').router)\n", False),
        ("for name in names():\n    app.include_router(importlib.import_module(name).api)\n", False),
        ("for router in found(importlib.import_module('app')):\n    app.include_router(router)\n", True),
        ("for name in names():\n    app.include_router(importlib.import_module(name).router, prefix=prefix_of(name))\n", False),
        ("names = [importlib.import_module(n) for n in names()]\n", False),
    ],
)  # fmt: skip
def test_routers_that_are_loaded_by_name(loop: str, known: bool) -> None:
    files = {"app/main.py": LOADING + loop, "app/parts/a.py": LOADED, "other/b.py": LOADED.replace("/a", "/b")}
    found = {e.path: e.path_known for e in serve(files)}
    assert found["/a/x"] is known


def test_a_router_that_is_mounted_is_loaded_no_more() -> None:
    loop = "for name in names():\n    app.include_router(importlib.import_module(name).router)\n"
    mounted = "from app.parts import a\napp.include_router(a.router, prefix='/v1')\n"
    files = {"app/main.py": LOADING + loop + mounted, "app/parts/a.py": LOADED}
    assert served(files) == ["GET /v1/a/x"]


def test_a_class_that_loads_routers() -> None:
    register = """import importlib
from fastapi import APIRouter, FastAPI
class Router(APIRouter): ...
class Registrar:
    def __init__(self, app: FastAPI) -> None:
        self.app = app
    def register(self, routers):
        for name, router in routers:
            self.app.include_router(router=router)
def register(app: FastAPI) -> None:
    Registrar(app).register([importlib.import_module(name) for name in names()])
"""
    main = "from fastapi import FastAPI\nfrom app.common.loading import register\napp = FastAPI()\nregister(app)\n"
    files = {"app/main.py": main, "app/common/loading.py": register, "app/users/api.py": LOADED}
    assert served(files) == ["GET /a/x"]


def test_a_conditional_router() -> None:
    source = HEAD + "@router.get('/x')\ndef f(): ...\napp.include_router(router) if DEBUG else None\n"
    assert only(source).conditional


def test_a_sub_application() -> None:
    source = (
        HEAD
        + "sub = FastAPI()\n\n@sub.get('/x')\ndef f(): ...\napp.mount('/admin', sub)\napp.mount('/static', StaticFiles(directory='s'))\n"
    )
    assert served({"main.py": source}) == ["GET /admin/x"]


def test_starlette_routes() -> None:
    source = (
        "from starlette.applications import Starlette\nfrom starlette.routing import Mount, Route, WebSocketRoute\n"
        "from starlette.endpoints import HTTPEndpoint\n\nasync def home(request): ...\n\n"
        "class Books(HTTPEndpoint):\n    async def get(self, request): ...\n    async def post(self, request): ...\n\n"
        "routes = [\n    Route('/', home),\n    Route('/x', home, methods=['GET', 'POST']),\n    Mount('/api', routes=[Route('/books', Books)]),\n"
        "    WebSocketRoute('/ws', home),\n]\napp = Starlette(routes=routes)\n"
    )
    endpoints = [e for e in serve({"main.py": source}) if e.route.kind == "http"]
    assert [e.label for e in endpoints] == ["GET /", "GET /x", "POST /x", "GET /api/books", "POST /api/books"]
    assert all(e.handler is not None and e.path_known for e in endpoints)


def test_class_based_views() -> None:
    source = HEAD + (
        "from fastapi_utils.cbv import cbv\n\n@cbv(router)\nclass Books:\n    session = Depends(get_session)\n\n"
        "    @router.get('/books')\n    def all_(self): ...\n\napp.include_router(router)\n"
    )
    (endpoint,) = serve({"main.py": source})
    assert endpoint.label == "GET /books"
    assert endpoint.handler is not None
    assert endpoint.handler.key == "Books.all_"


def test_a_router_of_an_object() -> None:
    source = (
        "from fastapi import APIRouter, FastAPI\n\nclass Books:\n    def __init__(self):\n        self.router = APIRouter(prefix='/books')\n"
        "        self.router.add_api_route('/', self.all, methods=['GET'])\n\n    def all(self): ...\n\n"
        "app = FastAPI()\nbooks = Books()\napp.include_router(books.router)\n"
    )
    (endpoint,) = serve({"main.py": source})
    assert endpoint.label == "GET /books/"
    assert endpoint.path_known
    assert endpoint.handler is not None
    assert endpoint.handler.key == "Books.all"


# -- parameters, body ------------------------------------------------------------------------------------------------

PARAMS = {
    "id: int": [("id", "path", True)],
    "q: str": [("q", "query", True)],
    "q": [("q", "query", True)],
    "q: str | None = None": [("q", "query", False)],
    "q: Optional[str] = None": [("q", "query", False)],
    "q: str = Query(...)": [("q", "query", True)],
    "q: str = Query('a', max_length=3)": [("q", "query", False)],
    "q: Annotated[list[str], Query()] = []": [("q", "query", False)],
    "q: Annotated[str, Query(alias='query')]": [("query", "query", True)],
    "user_agent: str = Header()": [("user-agent", "header", True)],
    "token: str = Cookie(None)": [("token", "cookie", False)],
    "name: str = Form()": [("name", "form", True)],
    "file: UploadFile": [("file", "file", True)],
    "files: list[UploadFile]": [("files", "file", True)],
    "kind: Literal['a', 'b'] = 'a'": [("kind", "query", False)],
    "kind: Kind = Kind.A": [("kind", "query", False)],
    "request: Request": [],
    "tasks: BackgroundTasks": [],
    "book: Book": [],
    "data: dict": [],
    "session = Depends(get_session)": [],
}


@pytest.mark.parametrize(("declared", "expected"), PARAMS.items(), ids=list(PARAMS))
def test_a_parameter(declared: str, expected: list[tuple[str, str, bool]]) -> None:
    (route,) = (r for r in read(f"{HEAD}@app.post('/x/{{id}}')\ndef f({declared}): ...\n").routes if r.methods)
    assert [(p.name, p.place.value, p.required) for p in route.params] == expected


def test_bodies() -> None:
    def body(declared: str) -> tuple[str, bool, bool | None] | None:
        (route,) = (r for r in read(f"{HEAD}@app.post('/x')\ndef f({declared}): ...\n").routes if r.methods)
        return (route.body.type, route.body.untyped, route.body.validated) if route.body else None

    assert body("book: Book") == ("Book", False, True)
    assert body("session: SessionDep, user: CurrentUser, *, book: BookCreate") == ("BookCreate", False, True)
    assert body("book: schemas.Book | None = None") == ("schemas.Book | None", False, True)
    assert body("data: dict") == ("dict", True, False)
    assert body("data: Any = Body()") == ("Any", True, False)
    assert body("ids: list[int]") == ("list[int]", False, True)
    assert body("q: str") is None


def test_constraints() -> None:
    (route,) = (
        r
        for r in read(
            f"{HEAD}MOST = 50\n\n@app.get('/x')\ndef f(a: int = Query(1, ge=1, le=100), b: Annotated[int, Query(lt=10)] = 1,"
            " c: int = Query(le=MOST), d: str = Query(pattern='x', max_length=3), e: int = 5, g: Annotated[int, Field(gt=0)] = 1,"
            " h: int = Query(le=settings.MOST)): ...\n"
        ).routes
        if r.methods
    )
    found = {p.name: p.constraint for p in route.params}
    assert (found["a"] and (found["a"].minimum, found["a"].maximum)) == (1, 100)
    assert (found["b"] and found["b"].maximum) == 9
    assert (found["c"] and found["c"].maximum) == 50
    assert (found["d"] and (found["d"].pattern, found["d"].max_length)) == ("x", 3)
    assert found["e"] is None
    assert (found["h"] and found["h"].maximum) == float("inf")
    assert (found["g"] and found["g"].minimum) == 1


# -- statuses, documentation, configuration --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("", 200),
        (", status_code=201", 201),
        (", status_code=status.HTTP_204_NO_CONTENT", 204),
        (", status_code=HTTP_201_CREATED", 201),
        (", status_code=HTTPStatus.CREATED", 201),
        (", status_code=settings.CODE", None),
    ],
)
def test_the_declared_status(given: str, status: int | None) -> None:
    (route,) = (r for r in read(f"{HEAD}@app.post('/x'{given})\ndef f(): ...\n").routes if r.methods)
    (declared,) = route.declared
    assert declared.status == status
    assert declared.is_default is (given == "")


def test_documentation() -> None:
    source = HEAD + (
        "@app.get('/x', summary='All', tags=['a'], operation_id='all', deprecated=True, include_in_schema=False,"
        " responses={404: {'description': 'No'}})\ndef f():\n    '''Every one.'''\n"
    )
    (route,) = (r for r in read(source).routes if r.methods)
    assert (route.doc.summary, route.doc.description, route.doc.tags) == ("All", "Every one.", ("a",))
    assert (route.doc.operation_id, route.doc.deprecated, route.doc.hidden) == ("all", True, True)
    assert [(d.status, d.documented_only, d.description) for d in route.declared] == [
        (200, False, ""),
        (404, True, "No"),
    ]


def test_statuses_of_the_body() -> None:
    source = HEAD + (
        "from fastapi import HTTPException, Response, status\nfrom fastapi.responses import JSONResponse\n\n"
        "@app.get('/x')\ndef f(a: int):\n    if a == 1:\n        raise HTTPException(status_code=404, detail='no')\n"
        "    if a == 2:\n        raise HTTPException(status.HTTP_409_CONFLICT)\n    if a == 3:\n        return JSONResponse({}, 202)\n"
        "    error = HTTPException(401)\n    if a == 4:\n        raise error\n    return {}\n"
    )
    endpoint = only(source)
    assert endpoint.statuses == (200, 202, 401, 404, 409)


def test_a_status_that_is_set_on_the_response_is_unknown() -> None:
    source = (
        HEAD
        + "@app.put('/x')\ndef f(response: Response):\n    if created():\n        response.status_code = 201\n    return {}\n"
    )
    source = source.replace("FastAPI, Query", "FastAPI, Query, Response")
    assert only(source).success == ()


def test_a_response_that_is_made_elsewhere_has_a_status_of_its_own() -> None:
    source = (
        HEAD
        + "from fastapi import Response\n\n@app.delete('/x', status_code=204)\ndef f() -> Response:\n    return answer()\n"
    )
    assert only(source).success == ()


def test_error_handlers() -> None:
    source = HEAD + (
        "@app.exception_handler(Missing)\nasync def on_missing(request, error):\n    return JSONResponse({}, status_code=404)\n\n"
        "def on_value(request, error): ...\n\napp.add_exception_handler(ValueError, on_value)\napp.add_exception_handler(500, on_value)\n"
        "other = FastAPI(exception_handlers={KeyError: on_value})\n"
    )
    handlers = read(source).error_handlers
    assert [(h.exception, h.status, h.handler_key) for h in handlers] == [
        ("Missing", None, "on_missing"),
        ("ValueError", None, "on_value"),
        ("500", 500, "on_value"),
        ("KeyError", None, "on_value"),
    ]


def test_exceptions_that_carry_a_status() -> None:
    source = HEAD + (
        "from fastapi import HTTPException\n\nclass Missing(HTTPException):\n    def __init__(self):\n"
        "        super().__init__(status_code=404, detail='no')\n\nclass Taken(Exception):\n    status_code = 409\n\n"
        "@app.get('/x')\ndef f(a: int):\n    if a:\n        raise Missing()\n    raise Taken\n"
    )
    assert only(source).statuses == (404, 409)


CORS = {
    "allow_origins=['*'], allow_credentials=True": (True, True),
    "allow_origins=['*']": (True, False),
    "allow_origins=['https://a.example'], allow_credentials=True": (False, True),
    "allow_origins=ORIGINS, allow_credentials=True": (True, True),
    "allow_origins=settings.ORIGINS, allow_credentials=True": (None, True),
    "allow_origin_regex='.*', allow_credentials=True": (True, True),
    "allow_origin_regex=r'https://.*\\.example', allow_credentials=True": (False, True),
    "allow_origins=['*'], allow_credentials=settings.C": (True, None),
}


@pytest.mark.parametrize(("given", "expected"), CORS.items(), ids=list(CORS))
def test_cors(given: str, expected: tuple[bool | None, bool | None]) -> None:
    source = f"{HEAD}from fastapi.middleware.cors import CORSMiddleware\nORIGINS = ['*']\napp.add_middleware(CORSMiddleware, {given})\n"
    (policy,) = read(source).cors
    assert (policy.origins_any, policy.credentials) == expected


def test_cors_in_a_list_of_middleware() -> None:
    source = (
        "from starlette.applications import Starlette\nfrom starlette.middleware import Middleware\n"
        "from starlette.middleware.cors import CORSMiddleware\n\n"
        "app = Starlette(middleware=[Middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)])\n"
    )
    (policy,) = read(source).cors
    assert (policy.origins_any, policy.credentials) == (True, True)


# -- guards and dependencies -----------------------------------------------------------------------------------------

GUARDED = {
    "def f(user: User = Depends(get_current_user)): ...": Auth.REQUIRED,
    "def f(user: Annotated[User, Depends(get_current_user)]): ...": Auth.REQUIRED,
    "def f(user: Annotated[User, Security(get_current_user, scopes=['a'])]): ...": Auth.REQUIRED,
    "def f(user: User = Depends(get_current_user_authorizer(required=False))): ...": Auth.OPTIONAL,
    "def f(user: User = Depends(get_current_user_optional)): ...": Auth.OPTIONAL,
    "def f(token: str = Depends(oauth2_scheme)): ...": Auth.REQUIRED,
    "def f(session = Depends(get_session)): ...": Auth.NONE,
    "def f(): ...": Auth.NONE,
}


@pytest.mark.parametrize(("handler", "auth"), GUARDED.items(), ids=list(GUARDED))
def test_a_guard_in_the_signature(handler: str, auth: Auth) -> None:
    assert only(f"{HEAD}@app.get('/x')\n{handler}\n").auth is auth


def test_guards_of_decorators_routers_and_includes() -> None:
    def auth(source: str) -> Auth:
        return only(HEAD + source).auth

    assert auth("@app.get('/x', dependencies=[Depends(get_current_user)])\ndef f(): ...\n") is Auth.REQUIRED
    route = "@router.get('/x')\ndef f(): ...\n"
    assert auth(route + "app.include_router(router, dependencies=[Depends(verify_token)])\n") is Auth.REQUIRED
    guarded = "router = APIRouter(dependencies=[Depends(get_current_user)])\n"
    assert auth(guarded + route + "app.include_router(router)\n") is Auth.REQUIRED
    app = "app = FastAPI(dependencies=[Depends(require_api_key)])\n"
    assert auth(app + route + "app.include_router(router)\n") is Auth.REQUIRED
    assert auth(route + "app.include_router(router)\n") is Auth.NONE


def test_a_guard_of_an_unknown_name_is_told_by_its_body() -> None:
    source = HEAD + (
        "from fastapi import HTTPException\n\ndef gate(key: str):\n    if key != 'x':\n        raise HTTPException(401)\n\n"
        "@app.get('/x', dependencies=[Depends(gate)])\ndef f(): ...\n"
    )
    (endpoint,) = (e for e in serve({"main.py": source}) if e.method)
    assert endpoint.auth is Auth.REQUIRED
    assert [(p.name, p.via) for p in endpoint.params] == [("key", "gate")]
    assert 401 in endpoint.statuses


def test_a_dependency_that_calls_what_refuses_may_be_a_guard() -> None:
    source = (
        "from fastapi import HTTPException\nfrom app.errors import AuthError\n"
        f"{HEAD}def look(x):\n    if not x:\n        raise HTTPException(403)\n\n"
        "def gate(x: str = ''):\n    look(x)\n\ndef other():\n    raise AuthError()\n\ndef version(x: int = 0):\n    if x > 3:\n"
        "        raise HTTPException(400)\n\n"
    )
    for name, auth in (("gate", Auth.UNKNOWN), ("other", Auth.UNKNOWN), ("version", Auth.NONE)):
        assert only(f"{source}@app.get('/x', dependencies=[Depends({name})])\ndef f(): ...\n").auth is auth


_SILENT = {
    "def tenant(x_api_key: str = Header(None)):\n    if not x_api_key:\n        raise HTTPException(403)\n": Auth.REQUIRED,
    "def tenant(request: Request):\n    if 'k' not in request.headers:\n        raise HTTPException(status_code=401)\n": Auth.REQUIRED,
    "def tenant(token: str | None = Header(None)):\n    if token is None:\n        return None\n    if bad(token):\n        raise HTTPException(401)\n": Auth.OPTIONAL,
    "def tenant():\n    if settings.demo:\n        raise HTTPException(403)\n": Auth.UNKNOWN,
    "def look(x):\n    raise HTTPException(401)\n\ndef tenant(x: int = 0):\n    look(x)\n": Auth.UNKNOWN,
    "def tenant(x: int = 0):\n    if x > 1:\n        raise HTTPException(404)\n": Auth.NONE,
}


@pytest.mark.parametrize(("code", "auth"), _SILENT.items())
def test_a_dependency_of_a_silent_name_is_told_by_its_body(code: str, auth: Auth) -> None:
    head = f"from fastapi import Header, HTTPException, Request\n{HEAD}{code}\n"
    assert only(f"{head}@app.get('/x')\ndef f(t=Depends(tenant)): ...\n").auth is auth
    below = f"{head}def service(t=Depends(tenant)): ...\n@app.get('/x')\ndef f(s=Depends(service)): ...\n"
    assert only(below).auth is auth


def test_a_guard_that_enforces_where_it_is_told_to_is_not_optional() -> None:
    source = f"""from fastapi import Security
from fastapi.security import HTTPBearer
{HEAD}
class ProjectAuth:
    def __init__(self, strict: bool):
        self.strict = strict
    async def __call__(self, token: HTTPBearer | None = Security(HTTPBearer(auto_error=False))):
        BODY
@app.get("/x", dependencies=[Depends(ProjectAuth(strict=True))])
def f(): ...
"""
    enforced = "context = made(token=token)\n        if self.strict:\n            await context.enforce()\n        return context"
    assert only(source.replace("BODY", enforced)).auth is Auth.REQUIRED
    told = source.replace("BODY", enforced).replace("ProjectAuth(strict=True)", "ProjectAuth(strict=False)")
    assert only(told).auth is Auth.OPTIONAL
    given = "context = made(token=token.credentials if token is not None else None)\n        return context"
    assert only(source.replace("BODY", given)).auth is Auth.REQUIRED
    assert only(source.replace("BODY", "return token.credentials if token else None")).auth is Auth.OPTIONAL


def test_an_alias_of_another_file_guards() -> None:
    files = {
        "app/deps.py": (
            "from typing import Annotated\nfrom fastapi import Depends, Query\n\ndef get_current_user() -> User: ...\n\n"
            "CurrentUser = Annotated[User, Depends(get_current_user)]\nWho = Annotated[User, Depends(get_current_user)]\n\n"
            "def paging(limit: int = Query(20, le=100), offset: int = 0): ...\n\nPaging = Annotated[dict, Depends(paging)]\n"
        ),
        "app/main.py": (
            "from fastapi import FastAPI\nfrom app.deps import CurrentUser, Paging, Who\n\napp = FastAPI()\n\n"
            "@app.post('/a')\ndef a(user: CurrentUser, book: Book): ...\n\n@app.post('/b')\ndef b(user: Who, page: Paging): ...\n\n"
            "@app.get('/c')\ndef c(page: Paging): ...\n"
        ),
    }
    a, b, c = serve(files)
    assert (a.auth, b.auth, c.auth) == (Auth.REQUIRED, Auth.REQUIRED, Auth.NONE)
    assert a.body is not None
    assert a.body.type == "Book"
    assert b.body is None
    assert [(p.name, p.place.value, p.via) for p in c.params] == [
        ("limit", "query", "Paging"),
        ("offset", "query", "Paging"),
    ]
    assert c.params[0].constraint is not None
    assert c.params[0].constraint.maximum == 100


def test_dependencies_are_followed_into_dependencies() -> None:
    source = HEAD + (
        "from fastapi import HTTPException\n\ndef get_book(book_id: int, user = Depends(get_current_user)):\n"
        "    raise HTTPException(404)\n\ndef get_current_user(token: str = Depends(scheme)):\n    raise HTTPException(401)\n\n"
        "@app.get('/books/{book_id}')\ndef f(book = Depends(get_book)): ...\n"
    )
    endpoint = only(source)
    assert endpoint.auth is Auth.REQUIRED
    assert [(p.name, p.place.value) for p in endpoint.params] == [("book_id", "path")]
    assert {401, 404} <= set(endpoint.statuses)


def test_a_class_as_a_dependency() -> None:
    source = HEAD + (
        "class Filters:\n    def __init__(self, q: str = '', limit: int = 10):\n        self.q = q\n\n"
        "class RequireRole:\n    def __init__(self, role): ...\n    def __call__(self, user = Depends(get_current_user)): ...\n\n"
        "@app.get('/x', dependencies=[Depends(RequireRole('admin'))])\ndef f(filters: Filters = Depends()): ...\n"
    )
    endpoint = only(source)
    assert [p.name for p in endpoint.params] == ["q", "limit"]
    assert [g.kind for g in endpoint.guards][:1] == [GuardKind.ROLE]


def test_a_parameter_of_the_prefix_is_no_query_parameter() -> None:
    source = (
        HEAD
        + "@router.get('/comments')\ndef f(slug: str, limit: int = 10): ...\napp.include_router(router, prefix='/articles/{slug}')\n"
    )
    assert [(p.name, p.place.value) for p in only(source).params] == [("slug", "path"), ("limit", "query")]


def test_an_unknown_dependency_is_said() -> None:
    endpoint = only(HEAD + "from elsewhere import paging\n\n@app.get('/x')\ndef f(page = Depends(paging)): ...\n")
    assert endpoint.route.unknown_params


# -- inputs and the caller -------------------------------------------------------------------------------------------


def test_reads_of_the_request() -> None:
    source = HEAD + (
        "from fastapi import Request\n\n@app.post('/x')\nasync def f(request: Request):\n    a = request.query_params['a']\n"
        "    b = request.headers.get('b', '')\n    c = await request.json()\n    return request.state.user\n"
    )
    handler = only(source).handler
    assert handler is not None
    assert [(i.place, i.name) for i in handler.inputs] == [("query", "a"), ("header", "b"), ("body", "")]
    assert handler.reads_principal


def test_the_caller_is_a_parameter() -> None:
    source = HEAD + "@app.get('/x')\ndef f(user: User = Depends(get_current_user)):\n    return user.name\n"
    handler = only(source).handler
    assert handler is not None
    assert handler.reads_principal


EVERYTHING = HEAD + (
    "@router.get('/{id}', dependencies=[Depends(get_current_user)], status_code=201)\n"
    "async def f(id: int, q: Annotated[str, Query(le=3)] = None, *, book: Book, user=Security(me, scopes=['a'])):\n"
    "    return JSONResponse(status_code=404, content={'a': 1})\n\n"
    "def build(app: FastAPI):\n    app.include_router(router, prefix=f'{settings.A}/b')\n    app.add_middleware(CORSMiddleware, allow_origins=['*'])\n"
    "    @app.exception_handler(Missing)\n    def missing(request, error): ...\n    return app\n\n"
    "class A:\n    def __init__(self):\n        self.router = APIRouter(routes=[Route('/x', f), Mount('/y', routes=[])])\n"
    "for r in (router,):\n    app.mount('/z', r)\nbuild(app)\n"
)


def test_every_prefix_is_read() -> None:
    source = EVERYTHING.encode()
    for end in range(len(source) + 1):
        extract("app/main.py", source[:end])


@pytest.mark.parametrize(
    ("name", "guards"),
    [
        ("PermissionRepository", False),
        ("get_user_roles_service", False),
        ("get_role_by_id_or_404", False),
        ("get_paginated_roles", False),
        ("get_authentication_flow", False),
        ("get_auth_controller", False),
        ("get_oauth_provider", False),
        ("provide_token_generator", False),
        ("AuthController", False),
        ("login_manager", True),
        ("auth_handler", True),
        ("get_auth_user", True),
        ("get_token_header", True),
        ("get_current_user", True),
        ("require_role_by_name", True),
        ("verify_token", True),
        ("check_permission", True),
    ],
)
def test_dependencies_that_hand_out_data_guard_nothing(name: str, guards: bool) -> None:
    assert (kind_of(name) is not None) is guards


@pytest.mark.parametrize(
    ("body", "auth"),
    [
        ("return Gate(request)", Auth.UNKNOWN),
        ("if not request.user:\n        raise HTTPException(401)", Auth.REQUIRED),
    ],
)
def test_a_dependency_of_authentication_that_gives_no_caller_is_told_by_its_body(body: str, auth: Auth) -> None:
    source = f"from fastapi import HTTPException, Request\n{HEAD}def get_auth_gate(request: Request):\n    {body}\n\n"
    assert only(f"{source}@app.get('/x')\ndef f(gate=Depends(get_auth_gate)): ...\n").auth is auth


def test_what_hands_out_a_tool_of_authentication_guards_nothing() -> None:
    source = HEAD + "def get_auth_controller(): return AuthController()\n\n"
    assert only(f"{source}@app.post('/login')\ndef f(c=Depends(get_auth_controller)): ...\n").auth is Auth.NONE


# -- handlers that refuse by themselves ------------------------------------------------------------------------------

_OWN_CHECKS = {
    'def x(authorization: str | None = Header(None)):\n    if authorization != KEY:\n        raise HTTPException(400)\n': "unknown",
    'def x(request: Request):\n    token = request.headers.get("X-Token")\n    if not known(token):\n        raise HTTPException(403)\n': "unknown",
    'def x(api_key: str = Query()):\n    if api_key not in KEYS:\n        raise HTTPException(status_code=401)\n': "unknown",
    # What is no credential, or is not refused for it, lets everybody in.
    'def x(authorization: str | None = Header(None)):\n    log(authorization)\n': "none",
    'def x(authorization: str | None = Header(None), page: int = 1):\n    if page < 1:\n        raise HTTPException(400)\n': "none",
    'def x(accept: str = Header()):\n    if accept not in KINDS:\n        raise HTTPException(403)\n': "none",
    'def x(login: Login):\n    if not login.fits():\n        raise HTTPException(403)\n': "none",
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), _OWN_CHECKS.items())
def test_a_handler_that_checks_a_credential_itself_is_not_open_to_all(body: str, expected: str) -> None:
    head = "from fastapi import FastAPI, Header, HTTPException, Query, Request\napp = FastAPI()\n@app.post('/x')\n"
    (found,) = serve({"main.py": head + body})
    assert found.auth.value == expected


@pytest.mark.parametrize(
    ("check", "expected"),
    [("if not known(token):\n        await ws.close(code=4401)\n        return\n", "unknown"), ("", "none")],
)
def test_a_socket_that_closes_on_strangers_is_not_open_to_all(check: str, expected: str) -> None:
    head = (
        "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket('/x')\nasync def x(ws: WebSocket):\n"
    )
    body = f'    token = ws.query_params.get("token")\n    {check}    await ws.accept()\n'
    (found,) = serve({"main.py": head + body})
    assert found.auth.value == expected


# -- middleware ------------------------------------------------------------------------------------------------------

_MIDDLEWARE = {
    "response = await call_next(request)\n    response.headers['X-Time'] = '1'\n    return response": Auth.NONE,
    "if request.url.path == '/old':\n        return JSONResponse({}, status_code=410)\n    return await call_next(request)": Auth.NONE,
    "if not request.headers.get('authorization'):\n        return JSONResponse({}, status_code=401)\n    return await call_next(request)": Auth.UNKNOWN,
    "check(request.headers)\n    return await call_next(request)": Auth.UNKNOWN,
    "await outside(request)\n    return await call_next(request)": Auth.UNKNOWN,
    "if busy():\n        raise AccessDenied()\n    return await call_next(request)": Auth.UNKNOWN,
}


@pytest.mark.parametrize(("body", "auth"), _MIDDLEWARE.items())
def test_middleware_is_told_by_its_code(body: str, auth: Auth) -> None:
    head = (
        "from fastapi import HTTPException, Request\nfrom starlette.middleware.base import BaseHTTPMiddleware\n"
        "from starlette.responses import JSONResponse\nfrom elsewhere import outside\n"
        f"{HEAD}def check(headers):\n    if 'x' not in headers:\n        raise HTTPException(status_code=401)\n\n"
    )
    route = "@app.get('/x')\ndef f(): ...\n"
    plain = f"@app.middleware('http')\nasync def before(request: Request, call_next):\n    {body}\n\n"
    assert only(head + plain + route).auth is auth
    inside = "def setup(app: FastAPI):\n" + "".join(f"    {line}\n" for line in plain.splitlines()) + "setup(app)\n"
    assert only(head + inside + route).auth is auth
    inner = body.replace("\n", "\n    ")
    cls = f"class Between(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n        {inner}\n\n"
    assert only(f"{head}{cls}app.add_middleware(Between)\n{route}").auth is auth


def test_a_check_for_forged_requests_asks_nobody_who_they_are() -> None:
    found = only("""from fastapi import Depends, FastAPI, Header, HTTPException
app = FastAPI()
def verify_csrf_token(x_csrf_token: str = Header()):
    if x_csrf_token != expected(): raise HTTPException(403)
@app.post("/books", dependencies=[Depends(verify_csrf_token)])
def add(): ...
""")
    assert found.auth is Auth.NONE
