"""Lists of dependencies that code puts together, and what a dependency or middleware means by what it does."""

import pytest
from tests.frameworks.test_fastapi import only, serve, served

from persona_lsp.facts.http import GuardKind
from persona_lsp.workspace.snapshot import Auth

HEAD = "from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request\n"
USER = "def get_current_user(token: str): ...\n"
ROUTE = '@app.get("/x")\ndef f(): ...\n'


@pytest.mark.parametrize(
    ("made", "auth"),
    [
        ("deps = [Depends(get_current_user)]\napp = FastAPI(dependencies=deps)\n", Auth.REQUIRED),
        ("app = FastAPI(dependencies=[Depends(log)] + [Depends(get_current_user)])\n", Auth.REQUIRED),
        ("deps = [Depends(get_current_user)]\napp = FastAPI(dependencies=[*deps])\n", Auth.REQUIRED),
        ("app = FastAPI(dependencies=None)\n", Auth.NONE),
        ("app = FastAPI(dependencies=[])\n", Auth.NONE),
        ("app = FastAPI(dependencies=[Depends(get_current_user)] if SECURE else [])\n", Auth.UNKNOWN),
        ("app = FastAPI(dependencies=[Depends(get_current_user) if SECURE else None])\n", Auth.UNKNOWN),
        ("app = FastAPI(dependencies=made())\n", Auth.UNKNOWN),
        ("from app.guards import PROTECTED\napp = FastAPI(dependencies=PROTECTED)\n", Auth.UNKNOWN),
        ("deps = []\nif SECURE:\n    deps = [Depends(get_current_user)]\napp = FastAPI(dependencies=deps)\n", Auth.UNKNOWN),
        ("if SECURE:\n    deps = [Depends(get_current_user)]\nelse:\n    deps = []\napp = FastAPI(dependencies=deps)\n", Auth.UNKNOWN),
    ],
)  # fmt: skip
def test_a_list_of_dependencies(made: str, auth: Auth) -> None:
    assert only(HEAD + USER + made + ROUTE).auth is auth


@pytest.mark.parametrize(
    ("grows", "auth"),
    [
        ("deps.append(Depends(get_current_user))", Auth.REQUIRED),
        ("deps.extend([Depends(get_current_user)])", Auth.REQUIRED),
        ("if secure:\n        deps.append(Depends(get_current_user))", Auth.UNKNOWN),
        ("pass", Auth.NONE),
    ],
)
def test_a_list_that_grows_in_a_function(grows: str, auth: Auth) -> None:
    make = f'def make(secure: bool):\n    deps = []\n    {grows}\n    router = APIRouter(prefix="/v1", dependencies=deps)\n    router.include_router(orders)\n    return router\n'
    source = f'{HEAD}{USER}orders = APIRouter()\n@orders.get("/orders")\ndef f(): ...\n{make}app = FastAPI()\napp.include_router(make(True))\n'
    (endpoint,) = serve({"app/main.py": source})
    assert endpoint.label == "GET /v1/orders"
    assert endpoint.auth is auth


def test_what_is_perhaps_asked_answers_nothing_for_certain() -> None:
    demo = "def demo_site():\n    raise HTTPException(status_code=403)\n"
    made = "app = FastAPI(dependencies=[Depends(demo_site)]%s)\n"
    assert only(HEAD + demo + made % "" + ROUTE).statuses == (200, 403)
    assert only(HEAD + demo + made % " if DEMO else None" + ROUTE).statuses == (200,)


def test_middleware_that_passes_on_what_it_caught() -> None:
    log = '@app.middleware("http")\nasync def log_all(request: Request, call_next):\n    try:\n        return await call_next(request)\n    except Exception:\n        logger.exception("failed")\n        raise%s\n'
    app = HEAD + "app = FastAPI()\n"
    assert only(app + log % "" + ROUTE).auth is Auth.NONE
    assert only(app + log % " PermissionDenied()" + ROUTE).auth is Auth.UNKNOWN


def test_a_handler_that_has_no_name_may_ask() -> None:
    app = HEAD + "from app.users import router\napp = FastAPI()\n"
    assert only(app + 'app.add_api_route("/me", router.routes[0].endpoint)\n').auth is Auth.UNKNOWN
    assert only(app + 'app.add_api_route("/me", lambda: 1)\n').auth is Auth.NONE


def test_a_feature_that_is_switched_on_asks_for_nobody() -> None:
    feature = "def authorization_server_enabled(request: Request):\n    if not request.app.state.serves:\n        raise HTTPException(status_code=404)\n"
    route = '@app.get("/x", dependencies=[Depends(authorization_server_enabled)])\ndef f(): ...\n'
    assert only(HEAD + "app = FastAPI()\n" + feature + route).auth is Auth.NONE
    named = feature.replace("_enabled", "_user"), route.replace("_enabled", "_user")
    assert only(HEAD + "app = FastAPI()\n" + "".join(named)).auth is Auth.REQUIRED


def test_a_verifier_that_is_made_in_place() -> None:
    app = HEAD + "from app.identity import Identity\napp = FastAPI()\n"
    route = '@app.get("/x")\ndef f(caller=Depends(Identity.get_auth_verifier%s)): ...\n'
    assert only(app + route % '(["read"])').auth is Auth.REQUIRED
    assert only(app + route % "").auth is Auth.UNKNOWN


def test_what_refuses_requests_for_other_reasons_than_the_caller() -> None:
    refuses = "def unless_read_only(request: Request):\n    if %s:\n        raise HTTPException(status_code=403)\n"
    route = '@app.get("/x", dependencies=[Depends(unless_read_only)])\ndef f(): ...\n'
    app = HEAD + "app = FastAPI()\n"
    assert only(app + refuses % "request.app.state.read_only" + route).auth is Auth.NONE
    assert only(app + refuses % "request.state.user.blocked" + route).auth is not Auth.NONE
    bearer = "from fastapi.security import HTTPBearer\nclass Listener(HTTPBearer):\n    async def __call__(self, request: Request):\n        found = await super().__call__(request)\n        if not verify_jwt(found.credentials):\n            raise HTTPException(status_code=403)\nlistener = Listener()\n"
    assert only(app + bearer + route.replace("unless_read_only", "listener")).auth is Auth.REQUIRED
    assert only(app + refuses % 'request.headers.get("x-api-key") != KEY' + route).auth is Auth.REQUIRED


def test_middleware_without_a_base_may_ask_some_callers_alone() -> None:
    asks = 'class Uploads:\n    def __init__(self, app):\n        self.app = app\n    async def __call__(self, scope, receive, send):\n        if scope["path"] != "/upload":\n            return await self.app(scope, receive, send)\n        if not %s:\n            return await JSONResponse({}, status_code=%d)(scope, receive, send)\n        return await self.app(scope, receive, send)\n'
    app = HEAD + "from fastapi.responses import JSONResponse\napp = FastAPI()\napp.add_middleware(Uploads)\n"
    assert only(app + asks % ('Headers(scope=scope).get("authorization")', 401) + ROUTE).auth is Auth.UNKNOWN


@pytest.mark.parametrize("name", ["RoleServices", "AdminAdjustmentValidation", "AuthHelpers", "UserRepositories"])
def test_what_works_for_a_handler_asks_for_nobody(name: str) -> None:
    app = HEAD + f"from app.services import {name}\napp = FastAPI()\n"
    assert only(app + f'@app.get("/x")\ndef f(service: {name} = Depends()): ...\n').auth is Auth.NONE


def test_pages_that_a_condition_adds() -> None:
    pages = 'from fastapi import FastAPI\ndef add_pages(app: FastAPI) -> bool:\n    @app.get("/ui")\n    def ui(): ...\n    return True\n'
    main = "from fastapi import FastAPI\nfrom app.pages import add_pages\napp = FastAPI()\nif %sadd_pages(app):\n    print(1)\n"
    for word in ("", "not "):
        assert served({"app/pages.py": pages, "app/main.py": main % word}) == ["GET /ui"]


def test_middleware_without_a_base_that_is_given_the_headers() -> None:
    keeps = "class ForwardedHost:\n    def __init__(self, app):\n        self.app = app\n    async def __call__(self, scope, receive, send):\n        headers = MutableHeaders(scope=scope)\n        headers.update({'host': headers['x-forwarded-host']})\n        return await self.app(scope, receive, send)\n"
    app = HEAD + "app = FastAPI()\napp.add_middleware(ForwardedHost)\n"
    assert only(app + keeps + ROUTE).auth is Auth.NONE


def test_a_list_that_a_function_is_given() -> None:
    setup = "def add_routes(app: FastAPI, dependencies%s):\n    app.include_router(orders, dependencies=dependencies)\n"
    source = (
        f"{HEAD}orders = APIRouter()\n@orders.get('/orders')\ndef f(): ...\n{setup}app = FastAPI()\nadd_routes(app)\n"
    )
    assert only(source % "=None").auth is Auth.NONE
    assert only(source % "").auth is Auth.UNKNOWN


def test_what_is_perhaps_asked_is_known_by_what_it_does() -> None:
    viewers = "def unless_viewer(request: Request):\n    if request.user.is_viewer:\n        raise HTTPException(status_code=403)\n"
    made = "app = FastAPI(dependencies=[Depends(unless_viewer)] if SECURE else [])\n"
    endpoint = only(HEAD + viewers + made + ROUTE)
    assert endpoint.auth is Auth.UNKNOWN
    assert [guard.kind for guard in endpoint.guards] == [GuardKind.AUTHZ]
    assert endpoint.statuses == (200,)
