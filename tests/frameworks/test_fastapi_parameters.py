"""Texts that functions are given which add routes: what stands before the paths, by place, by name and by default."""

from tests.frameworks.test_fastapi import serve, served

USERS = 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/me")\ndef me(): ...\n'
SETUP = "from fastapi import FastAPI\nfrom app.users import router\ndef add_routers(app: FastAPI, %s):\n    app.include_router(router, prefix=%s)\n"
MAIN = "from fastapi import FastAPI\nfrom app.setup import add_routers\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    %s\n    return app\napp = create_app()\n"


def mounted(call: str, parameter: str = "prefix: str = '/api'", prefix: str = "prefix") -> list[str]:
    """What is served where a function of another file includes the router below a text that it is given."""
    return sorted(
        served({"app/users.py": USERS, "app/setup.py": SETUP % (parameter, prefix), "app/main.py": MAIN % call})
    )


def test_a_prefix_that_the_call_gives() -> None:
    for call in ('add_routers(app, "/v1")', 'add_routers(app, prefix="/v1")', 'add_routers(prefix="/v1", app=app)'):
        assert mounted(call) == ["GET /v1/me"], call
        assert mounted(call, "prefix") == ["GET /v1/me"], call
    assert mounted('add_routers(app, "/v1")', "prefix: str | None = None") == ["GET /v1/me"]
    assert mounted('add_routers(app, "v1")', prefix='f"/{prefix}/users"') == ["GET /v1/users/me"]


def test_a_prefix_that_the_call_leaves_out() -> None:
    assert mounted("add_routers(app)") == ["GET /api/me"]
    assert mounted("add_routers(app)", "prefix=''") == ["GET /me"]


def test_a_prefix_of_the_settings() -> None:
    main = MAIN.replace("from app.setup", "from app import settings\nfrom app.setup") % "add_routers(app, settings.API)"
    files = {"app/users.py": USERS, "app/setup.py": SETUP % ("prefix: str", "prefix"), "app/main.py": main}
    assert served({**files, "app/settings.py": 'API = "/v2"\n'}) == ["GET /v2/me"]
    assert [e.path_known for e in serve(files)] == [False]


def test_what_no_call_tells_is_unknown() -> None:
    files = {"app/users.py": USERS, "app/setup.py": SETUP % ("prefix: str = '/api'", "prefix")}
    for call in (
        "add_routers(*args)",
        "add_routers(app, *args)",
        "add_routers(app, **options)",
        "add_routers(app, at())",
    ):
        assert not any(e.path_known for e in serve({**files, "app/main.py": MAIN % call})), call
    changed = SETUP.replace("    app.include", "    prefix = prefix or default()\n    app.include")
    files["app/setup.py"] = changed % ("prefix: str", "prefix")
    assert [e.path_known for e in serve({**files, "app/main.py": MAIN % 'add_routers(app, "/v1")'})] == [False]


def test_the_call_of_another_function_says_nothing() -> None:
    make = "def make(name, prefix: str):\n    made = APIRouter()\n    made.include_router(router, prefix=prefix)\n    return made\n"
    setup = f'from fastapi import APIRouter, FastAPI\nfrom app.users import router\n{make}def add_routers(app: FastAPI, prefix: str):\n    app.include_router(make("users", "/users"), prefix="/x")\n'
    found = serve({"app/users.py": USERS, "app/setup.py": setup, "app/main.py": MAIN % 'add_routers(app, "/v1")'})
    assert [e.path_known for e in found] == [False]


def test_a_path_that_the_call_gives() -> None:
    setup = "from fastapi import FastAPI\ndef add_routers(app: FastAPI, path: str = '/health'):\n    @app.get(path)\n    def health(): ...\n"
    for call, path in (("add_routers(app)", "/health"), ('add_routers(app, "/up")', "/up")):
        assert served({"app/setup.py": setup, "app/main.py": MAIN % call}) == [f"GET {path}"]


API = "from fastapi import APIRouter, FastAPI\nfrom app.orders import add_routes\nclass RestApi:\n    def __init__(self):\n        self._app = FastAPI()\n        self._router = APIRouter(prefix='/v1')\n    def list_orders(self): ...\n    def serve(self):\n        add_routes(self)\n        self._app.include_router(self._router)\n"
ORDERS = "from typing import TYPE_CHECKING\nfrom fastapi import Depends\nif TYPE_CHECKING:\n    from app.api import RestApi\ndef add_routes(api: %s):\n    %s\n"


def test_a_router_that_an_object_holds_which_a_function_is_given() -> None:
    route = "router = api._router\n    router.add_api_route('/orders', api.list_orders, methods=['GET'])"
    direct = "api._router.add_api_route('/orders', api.list_orders, methods=['GET'])"
    for typed in ("RestApi", '"RestApi"'):
        for body in (route, direct):
            (endpoint,) = serve({"app/api.py": API, "app/orders.py": ORDERS % (typed, body)})
            assert endpoint.label == "GET /v1/orders"
            assert endpoint.handler is not None
            assert endpoint.handler.key == "RestApi.list_orders"
    assert served({"app/api.py": API, "app/orders.py": ORDERS % ("object", route)}) == []


def test_a_text_of_the_settings_that_a_function_is_given() -> None:
    settings = "class Settings:\n    prefix: str = '/v3'\n"
    setup = "from fastapi import FastAPI\nfrom app.settings import Settings\nfrom app.users import router\ndef add_routers(app: FastAPI, settings: Settings):\n    app.include_router(router, prefix=settings.prefix)\n"
    files = {"app/users.py": USERS, "app/settings.py": settings, "app/setup.py": setup}
    assert served({**files, "app/main.py": MAIN % "add_routers(app, Settings())"}) == ["GET /v3/me"]


def test_a_handler_beside_its_registration_in_a_function() -> None:
    source = "from fastapi import FastAPI, HTTPException\nasync def show(): ...\ndef add_routes(app: FastAPI):\n    async def show():\n        raise HTTPException(404)\n    app.add_api_route('/x', show, methods=['GET'])\napp = FastAPI()\nadd_routes(app)\n"
    (endpoint,) = serve({"app/main.py": source})
    assert endpoint.handler is not None
    assert endpoint.statuses == (404,)
    outer = source.replace("    async def show():\n        raise HTTPException(404)\n", "")
    (endpoint,) = serve({"app/main.py": outer})
    assert endpoint.handler is not None
    assert endpoint.statuses == (200,)
