"""Flask: which endpoints a back end serves, what they take and answer, and whom they let in."""

import pytest
from tests.harness.engine import read

from persona_lsp.extract import extract
from persona_lsp.facts.body import Function
from persona_lsp.facts.http import In
from persona_lsp.workspace.snapshot import Auth, Endpoint

APP = "from flask import Flask, Blueprint, abort, jsonify, make_response, redirect, request\nfrom flask.views import MethodView, View\napp = Flask(__name__)\n"


def endpoints(text: str = "", **files: str) -> dict[str, Endpoint]:
    """Endpoints by label; `name="…"` is `shop/name.py` (`___` is a slash), the text is `shop/app.py` after its head."""
    sources = {
        f"shop/{name.replace('package', '__init__').replace('___', '/')}.py": v.encode() for name, v in files.items()
    }
    sources.setdefault("shop/__init__.py", b"")
    if text:
        sources["shop/app.py"] = (APP + text).encode()
    return {e.label: e for e in read(sources).snapshot.endpoints if e.path_known}


def labels(text: str = "", **files: str) -> list[str]:
    return sorted(endpoints(text, **files))


# -- routes ----------------------------------------------------------------------------------------------------------


def test_methods_and_converters() -> None:
    assert labels("""
@app.route("/")
def index(): return ""
@app.route("/orders/<int:order_id>", methods=["GET", "DELETE"])
def order(order_id): return ""
@app.post("/orders/<uuid:key>/pay")
def pay(key): return ""
@app.route("/a/<path:rest>")
@app.route("/b")
def several(rest=""): return ""
METHODS = ("PUT", "PATCH")
@app.route("/c", methods=METHODS)
def listed(): return ""
@app.route("/d", methods=config.METHODS)
def unknown(): return ""
""") == [
        "DELETE /orders/{order_id}", "GET /", "GET /a/{rest}", "GET /b", "GET /orders/{order_id}", "PATCH /c",
        "POST /orders/{key}/pay", "PUT /c",
    ]  # fmt: skip


def test_blueprints_are_registered_by_functions_of_other_files() -> None:
    assert labels(
        factory="""
from flask import Flask
from shop.registry import register_blueprints
def create_app():
    app = Flask(__name__)
    register_blueprints(app)
    return app
""",
        registry="""
from shop import orders
from shop.users import bp as users
def register_blueprints(application):
    for blueprint in (orders.bp,):
        application.register_blueprint(blueprint, url_prefix="/api/orders")
    application.register_blueprint(users)
""",
        orders="""
from flask import Blueprint
bp = Blueprint("orders", __name__, url_prefix="/replaced")
@bp.get("/<int:id>")
def show(id): return ""
""",
        users___package="from flask import Blueprint\nbp = Blueprint('users', __name__, url_prefix='/users')\nfrom shop.users import routes\n",
        users___routes="""
from shop.users import bp
@bp.route("/me")
def me(): return ""
""",
    ) == ["GET /api/orders/{id}", "GET /users/me"]


def test_blueprints_in_lists() -> None:
    assert labels(
        """
from shop.parts import ALL, orders, users
first = Blueprint("first", __name__)
@first.get("/first")
def show(): return ""
for part, prefix in [(orders, "/orders"), (users, "/users")]:
    app.register_blueprint(part, url_prefix=prefix)
for part in ALL:
    app.register_blueprint(part, url_prefix="/all")
def extend(app):
    mine = [first]
    for part in mine:
        app.register_blueprint(part)
extend(app)
for part in loaded():
    app.register_blueprint(part)
""",
        parts="""
from flask import Blueprint
orders = Blueprint("orders", __name__)
users = Blueprint("users", __name__)
@orders.get("/a")
def a(): return ""
@users.get("/b")
def b(): return ""
ALL = [orders]
""",
    ) == ["GET /all/a", "GET /first", "GET /orders/a", "GET /users/b"]


def test_an_application_that_other_files_import() -> None:
    assert labels(
        package="from flask import Flask\napp = Flask(__name__)\nfrom shop import routes\n",
        routes="from shop import app\n@app.route('/a')\ndef a(): return ''\n",
        factory="from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
        wsgi="from shop.factory import create_app\napp = create_app()\n@app.route('/b')\ndef b(): return ''\n",
    ) == ["GET /a", "GET /b"]


def test_nested_blueprints() -> None:
    assert labels("""
outer = Blueprint("outer", __name__, url_prefix="/outer")
inner = Blueprint("inner", __name__, url_prefix="/inner")
@inner.route("/x")
def x(): return ""
outer.register_blueprint(inner)
outer.register_blueprint(inner, url_prefix="/other", name="other")
app.register_blueprint(outer, url_prefix="/v1")
""") == ["GET /v1/inner/x", "GET /v1/other/x"]


def test_a_blueprint_that_nothing_registers_is_not_served() -> None:
    assert (
        labels("""
lost = Blueprint("lost", __name__)
@lost.route("/lost")
def x(): return ""
""")
        == []
    )


def test_modules_with_a_function_for_applications() -> None:
    assert labels(
        factory="""
from flask import Flask
def create_app():
    from shop import handlers, database
    app = Flask(__name__)
    handlers.init_app(app)
    database.init_app(app)
    return app
""",
        handlers="""
from flask import Blueprint
from flask_restful import Api
from shop.resources import Order
bp = Blueprint("h", __name__)
api = Api(prefix="/api")
api.add_resource(Order, "/orders/<id>", "/o/<id>")
@bp.route("/ping")
def ping(): return ""
def init_app(app):
    app.register_blueprint(bp)
    api.init_app(app)
""",
        resources="""
from flask_restful import Resource
class Base(Resource):
    def options(self, id): return ""
class Order(Base):
    def get(self, id): return {}
    def delete(self, id): return "", 204
    def helper(self): return 1
""",
        database="def init_app(app):\n    app.engine = None\n",
    ) == [
        "DELETE /api/o/{id}", "DELETE /api/orders/{id}", "GET /api/o/{id}", "GET /api/orders/{id}", "GET /ping",
        "OPTIONS /api/o/{id}", "OPTIONS /api/orders/{id}",
    ]  # fmt: skip


def test_class_views() -> None:
    found = endpoints("""
def login_required(f): ...
class Orders(MethodView):
    decorators = [login_required]
    def get(self): return []
    def post(self): return {}, 201
class Page(View):
    methods = ["GET", "POST"]
    def dispatch_request(self): return ""
view = Orders.as_view("orders")
app.add_url_rule("/orders", view_func=view, methods=["GET"])
app.add_url_rule("/all", view_func=Orders.as_view("all"))
app.add_url_rule("/page", view_func=login_required(Page.as_view("page")))
def plain(): return ""
app.add_url_rule("/plain", "plain", plain)
""")
    assert sorted(found) == [
        "GET /all", "GET /orders", "GET /page", "GET /plain", "POST /all", "POST /page",
    ]  # fmt: skip
    assert {label for label, e in found.items() if e.auth is Auth.REQUIRED} == set(found) - {"GET /plain"}
    assert found["POST /all"].statuses == (201,)


def test_tables_of_resources_that_another_file_adds() -> None:
    resources = "from flask_restful import Resource\nclass Orders(Resource):\n    def get(self): return []\n    def post(self): return {}, 201\nclass Order(Resource):\n    def get(self, key): return {}\n"
    table = "from .resources import Order, Orders\nROUTES = [\n    (Orders, '/orders'),\n    (Order, '/orders/<int:key>', '/o/<int:key>'),\n]\nUNUSED = [(Orders, '/unused')]\n".replace(
        "'", '"'
    )
    head = "from flask_restful import Api\nfrom .table import ROUTES\napi = Api(app, prefix='/v1')\n"
    expected = ["GET /v1/o/{key}", "GET /v1/orders", "GET /v1/orders/{key}", "POST /v1/orders"]
    spread = head + "for route in ROUTES:\n    api.add_resource(*route)\n"
    found = endpoints(spread, table=table, resources=resources)
    assert sorted(found) == expected
    assert found["POST /v1/orders"].success == (201,)
    assert found["POST /v1/orders"].where.path == "shop/table.py"
    pairs = table.replace(', "/o/<int:key>"', "")
    unpacked = head + "for resource, path in ROUTES:\n    api.add_resource(resource, path)\n"
    assert labels(unpacked, table=pairs, resources=resources) == expected[1:]
    # What is done to a row before is not known.
    assert (
        labels(head + "for r, p in ROUTES:\n    api.add_resource(r, base + p)\n", table=pairs, resources=resources)
        == []
    )


def test_namespaces_of_restx() -> None:
    assert labels(
        api="""
from flask import Flask
from flask_restx import Api
from shop.orders import ns
app = Flask(__name__)
api = Api(app, prefix="/v1")
api.add_namespace(ns, path="/orders")
users = api.namespace("users")
@users.route("/<int:id>", "/by-id/<int:id>")
class User:
    def get(self, id): return {}
""",
        orders="""
from flask_restx import Namespace, Resource
ns = Namespace("o")
@ns.route("/")
class Orders(Resource):
    @ns.doc("list")
    def get(self): return []
""",
    ) == ["GET /v1/orders/", "GET /v1/users/by-id/{id}", "GET /v1/users/{id}"]


def test_smorest() -> None:
    found = endpoints("""
from flask_smorest import Api, Blueprint as Smore
api = Api(app)
blp = Smore("pets", "pets", url_prefix="/pets")
@blp.route("/")
class Pets(MethodView):
    @blp.arguments(PetSchema)
    @blp.response(201, PetSchema)
    def post(self, data): return data
api.register_blueprint(blp, url_prefix="/animals")
""")
    assert sorted(found) == ["POST /animals/"]
    assert found["POST /animals/"].success == (201,)


def test_what_is_no_application_serves_nothing() -> None:
    assert (
        labels("""
import requests
from shop.clients import client
def fetch():
    requests.get("/orders")
    client.get("/orders")
    app.config.get("/setting")
    app.get("setting")
@client.get("/orders")
def fetched(): ...
""")
        == []
    )


def test_a_script_is_no_part_of_the_application() -> None:
    assert (
        labels("""
if __name__ == "__main__":
    @app.route("/debug")
    def debug(): return ""
""")
        == []
    )


# -- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decorators", "auth"),
    [
        ("@app.route('/x')\n@login_required", Auth.REQUIRED),
        ("@login_required\n@app.route('/x')", Auth.NONE),
        ("@app.route('/x')\n@jwt_required(optional=True)", Auth.OPTIONAL),
        ("@app.route('/x')\n@roles_required('admin')", Auth.REQUIRED),
        ("@app.route('/x')\n@auth.login_required", Auth.REQUIRED),
        ("@app.route('/x')\n@cache.cached(timeout=5)", Auth.NONE),
        ("@app.route('/x')\n@tenant('a')", Auth.UNKNOWN),
        ("@app.route('/x')", Auth.NONE),
    ],
)
def test_decorators_between_the_route_and_the_function(decorators: str, auth: Auth) -> None:
    found = endpoints(f"from lib import *\n{decorators}\ndef x(): return ''\n")
    assert found["GET /x"].auth is auth


def test_decorators_of_the_project_are_read() -> None:
    found = endpoints("""
from functools import wraps
def members(f):
    @wraps(f)
    def inner(*args):
        if not request.headers.get("Authorization"):
            abort(401)
        return f(*args)
    return inner
@app.route("/x")
@members
def x(): return ""
""")
    assert found["GET /x"].auth is Auth.REQUIRED


def test_a_decorator_with_several_ways_through_is_doubtful() -> None:
    found = endpoints("""
from functools import wraps
def visible(f):
    @wraps(f)
    def inner(*args):
        if setting("public"):
            return f(*args)
        if not request.headers.get("Authorization"):
            abort(401)
        return f(*args)
    return inner
@app.route("/x")
@visible
def x(): return ""
""")
    assert found["GET /x"].auth is Auth.UNKNOWN


def test_functions_that_run_before_requests() -> None:
    found = endpoints("""
bp = Blueprint("bp", __name__)
@bp.before_request
def check():
    if not request.headers.get("Authorization"):
        abort(401)
@bp.route("/x")
def x(): return ""
@app.route("/y")
def y(): return ""
app.register_blueprint(bp)
""")
    assert {label: e.auth for label, e in found.items()} == {"GET /x": Auth.REQUIRED, "GET /y": Auth.NONE}


def test_guards_of_resources() -> None:
    found = endpoints("""
from flask_restful import Api, Resource
from flask_jwt_extended import jwt_required
api = Api(app)
class A(Resource):
    method_decorators = {"post": [jwt_required()]}
    def get(self): return {}
    def post(self): return {}
    @jwt_required()
    def put(self): return {}
api.add_resource(A, "/a")
""")
    assert {label: e.auth for label, e in found.items()} == {
        "GET /a": Auth.NONE, "POST /a": Auth.REQUIRED, "PUT /a": Auth.REQUIRED,
    }  # fmt: skip


# -- what they take and answer ---------------------------------------------------------------------------------------


def test_statuses() -> None:
    found = endpoints("""
from werkzeug.exceptions import NotFound
class Taken(Exception):
    status_code = 409
@app.route("/a", methods=["POST"])
def a(): return jsonify({}), 201
@app.route("/b")
def b():
    if not x: abort(404)
    return make_response(jsonify({}), 202)
@app.route("/c")
def c():
    if x: raise NotFound("x")
    if y: raise Taken()
    return redirect("/b")
@app.route("/d")
def d():
    response = jsonify({})
    response.status_code = 203
    return response
@app.route("/e", methods=["DELETE"])
def e(): return "", 204
@app.route("/f")
def f(): return jsonify({}), status
""")
    assert {label: e.statuses for label, e in found.items()} == {
        "POST /a": (201,), "GET /b": (202, 404), "GET /c": (302, 404, 409), "GET /d": (203,), "DELETE /e": (204,),
        "GET /f": (),
    }  # fmt: skip


def test_a_function_of_the_project_makes_the_answer() -> None:
    found = endpoints(
        """
from shop.definitions import CREATED
from shop.answers import Answers, created, ok, odd, rows
class Orders(Answers, MethodView):
    def get(self): return self.to_json(1)
    def post(self): return self.to_json(1, status_code=CREATED)
    def put(self): return self.to_json(1, None, CREATED)
    def patch(self): return self.to_json(1, status_code=chosen())
app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
@app.post("/created")
def a(): return created({})
@app.post("/ok")
def b(): return ok({})
@app.post("/odd")
def c(): return odd({})
@app.post("/rows")
def d(): return rows()
""",
        definitions="OK = 200\nCREATED = 201\n",
        answers="""
from flask import jsonify, make_response
from .definitions import OK
class Answers:
    def to_json(self, model, meta=None, status_code: int = OK):
        response = jsonify(model)
        response.status_code = status_code
        return response
def created(body): return jsonify(body), 201
def ok(body): return jsonify(body)
def odd(body):
    response = make_response(jsonify(body), chosen())
    return response
def rows(): return []
""",
    )
    assert {label: e.success for label, e in found.items()} == {
        "GET /orders": (200,), "POST /orders": (201,), "PUT /orders": (201,), "PATCH /orders": (),
        "POST /created": (201,), "POST /ok": (200,), "POST /odd": (), "POST /rows": (200,),
    }  # fmt: skip


def test_inputs() -> None:
    found = endpoints("""
from webargs.flaskparser import use_kwargs
@app.route("/a/<id>", methods=["POST"])
def a(id):
    page = request.args.get("page", 1, type=int)
    data = request.get_json()
    return data["name"]
@app.route("/b")
@use_kwargs({"limit": fields.Int(load_default=10)}, location="query")
def b(limit): return ""
""")
    made = found["POST /a/{id}"]
    assert [(p.name, p.place) for p in made.params] == [("id", In.PATH), ("page", In.QUERY)]
    assert made.handler is not None
    assert ("body", "") in {(r.place, r.name) for r in made.handler.inputs}
    assert [(p.name, p.place, p.default) for p in found["GET /b"].params] == [("limit", In.QUERY, "10")]


@pytest.mark.parametrize(
    ("call", "any_origin", "credentials"),
    [
        ("CORS(app)", True, False),
        ("CORS(app, supports_credentials=True)", True, True),
        ("CORS(app, resources={r'/*': {'origins': '*'}}, supports_credentials=True)", True, True),
        ("CORS(app, origins=['https://shop.example'], supports_credentials=True)", False, True),
        ("CORS(app, origins=settings.ORIGINS)", None, False),
    ],
)
def test_cors(call: str, any_origin: bool | None, credentials: bool | None) -> None:
    source = f"{APP}from flask_cors import CORS\n{call}\n"
    (policy,) = read({"app.py": source.encode()}).facts["app.py"].cors
    assert (policy.origins_any, policy.credentials) == (any_origin, credentials)


def test_parameters_of_the_path_are_those_of_the_handler() -> None:
    found = endpoints("""
class A(MethodView):
    def get(self, key): return lookup(key)
app.add_url_rule("/a/<key>", view_func=A.as_view("a"))
@app.route("/b/<key>/<other>")
def b(key, **rest): return key
""")
    assert [(p.name, p.local) for p in found["GET /a/{key}"].params] == [("key", "key")]
    assert [(p.name, p.local) for p in found["GET /b/{key}/{other}"].params] == [("key", "key"), ("other", "")]


def test_what_takes_parts_of_a_path_before_the_handler() -> None:
    found = endpoints("""
@app.url_value_preprocessor
def pull_shop(endpoint, values):
    shop = values.pop("shop", None)
    if shop and shop not in session:
        raise RedirectToLogin(shop)
@app.post("/<shop>/orders/<int:key>")
def pay(key): return str(key)
""")
    (endpoint,) = found.values()
    assert [(p.name, bool(p.via)) for p in endpoint.params] == [("key", False), ("shop", True)]
    assert endpoint.auth is Auth.UNKNOWN


def test_a_path_that_a_function_makes_is_not_known() -> None:
    source = APP + "@app.route(scoped('/orders/<id>'))\ndef show(id): return ''\n"
    (found,) = read({"app.py": source.encode()}).snapshot.endpoints
    assert (found.path, found.path_known) == ("/orders/{id}", False)


def test_a_class_of_the_project_that_extends_flask() -> None:
    files = {
        "application.py": b"from app import create_app\nfrom app.shop import ShopFlaskApp\n\napplication = ShopFlaskApp('app')\ncreate_app(application)\n",
        "app/shop.py": b"from flask import Flask\n\nclass ShopFlaskApp(Flask):\n    pass\n",
        "app/__init__.py": b"""def create_app(application):
    register_blueprint(application)

def register_blueprint(application):
    from app.books import books
    from app.auth import requires_token
    books.before_request(requires_token)
    application.register_blueprint(books, url_prefix="/books")
""",
        "app/auth.py": b"from flask import abort, request\n\ndef requires_token():\n    if not request.headers.get('Authorization'):\n        abort(401)\n",
        "app/books.py": b"from flask import Blueprint\nbooks = Blueprint('books', __name__)\n\n@books.get('/<int:id>')\ndef show(id):\n    return {}\n",
    }
    (found,) = read(files).snapshot.endpoints
    assert (found.label, found.auth) == ("GET /books/{id}", Auth.REQUIRED)


def test_an_application_that_a_file_without_a_framework_puts_together() -> None:
    assert labels(
        setup="""
from flask import Flask, Blueprint
def create_app():
    return Flask(__name__)
def register_all(app):
    app.register_blueprint(orders, url_prefix="/orders")
orders = Blueprint("orders", __name__)
@orders.get("/x")
def x(): return ""
""",
        wsgi="from shop.setup import create_app, register_all\napp = create_app()\nregister_all(app)\n",
    ) == ["GET /orders/x"]


def test_a_class_that_extends_flask_where_the_application_is_made() -> None:
    assert labels(
        factory="""
from flask import Flask
def create_app():
    class Strict(Flask):
        pass
    app = Strict(__name__)
    @app.get("/x")
    def x(): return ""
    return app
"""
    ) == ["GET /x"]


def test_a_function_that_is_given_application_and_blueprint() -> None:
    files = {
        "app/__init__.py": b"from flask import Flask\nfrom app.api import init_app\n\napp = Flask(__name__)\ninit_app(app)\n",
        "app/api/__init__.py": b"""from flask import Flask
from app.helpers import register
from .books import bp as books_bp
from .users import bp as users_bp

def init_app(app: Flask):
    register(app, books_bp)
    register(app, users_bp)
""",
        "app/helpers.py": b"def register(app, bp):\n    app.register_blueprint(bp, url_prefix='/api')\n",
        "app/shortcuts.py": b"from flask import Blueprint, jsonify\n",
        "app/api/books.py": b"from app.shortcuts import *\nbp = Blueprint('books', __name__)\n\n@bp.route('/books')\ndef books():\n    return []\n",
        "app/api/users.py": b"from flask import Blueprint\nbp = Blueprint('users', __name__)\n\n@bp.route('/users')\ndef users():\n    return []\n",
    }
    assert sorted(e.label for e in read(files).snapshot.endpoints) == ["GET /api/books", "GET /api/users"]


def test_a_blueprint_that_a_function_returns_as_it_was_given() -> None:
    files = {
        "server.py": b"from flask import Flask\nfrom books.server import BookServer\n\napp = Flask(__name__)\nbook_blueprint = BookServer.create()\napp.register_blueprint(book_blueprint, url_prefix='/api')\n",
        "books/server.py": b"""from flask import Blueprint
from books.router import BookRouter

class BookServer:
    @staticmethod
    def create() -> Blueprint:
        blueprint = Blueprint("books", __name__)
        return BookRouter.create_route(blueprint=blueprint)
""",
        "books/router.py": b"""from flask import Blueprint
from books.view import BookView

class BookRouter:
    @staticmethod
    def create_route(*, blueprint: Blueprint) -> Blueprint:
        blueprint.add_url_rule("/books", view_func=BookView.as_view("books"))
        return blueprint
""",
        "books/view.py": b"from flask.views import MethodView\n\nclass BookView(MethodView):\n    def get(self):\n        return []\n",
    }
    assert [e.label for e in read(files).snapshot.endpoints] == ["GET /api/books"]


def test_decorators_of_what_runs_before_requests() -> None:
    source = b"""from flask import Flask, Blueprint
from flask_httpauth import HTTPBasicAuth
auth = HTTPBasicAuth()
api = Blueprint("api", __name__)
app = Flask(__name__)

@api.before_request
@auth.login_required
def before_request():
    pass

@api.get("/books")
def books():
    return []

app.register_blueprint(api, url_prefix="/api")
"""
    (found,) = read({"app.py": source}).snapshot.endpoints
    assert (found.label, found.auth) == ("GET /api/books", Auth.REQUIRED)


def test_decorators_of_apifairy() -> None:
    source = b"""from flask import Blueprint, Flask
from apifairy import authenticate, body, other_responses, response
books = Blueprint("books", __name__)
app = Flask(__name__)
app.register_blueprint(books)

@books.post("/books")
@authenticate(token_auth)
@body(book_schema)
@response(book_schema, 201)
@other_responses({404: "no author"})
def create(data):
    return Book(**data)

@books.post("/tokens/reset")
@body(reset_schema)
@response(EmptySchema, status_code=204, description="asked for")
def reset(data):
    return {}
"""
    found = {e.label: e for e in read({"app.py": source}).snapshot.endpoints}
    assert {k: (e.auth, e.default_status or [d.status for d in e.declared]) for k, e in found.items()} == {
        "POST /books": (Auth.REQUIRED, [201]), "POST /tokens/reset": (Auth.NONE, [204]),
    }  # fmt: skip


def test_what_is_called_after_no_authentication() -> None:
    source = b"""from flask import Flask, Blueprint
from shop.auth import requires_no_auth, requires_auth
status = Blueprint("status", __name__)
orders = Blueprint("orders", __name__)
app = Flask(__name__)
status.before_request(requires_no_auth)
orders.before_request(requires_auth)
app.register_blueprint(status)
app.register_blueprint(orders)

@status.get("/status")
def show():
    return {}

@orders.get("/orders")
def listed():
    return []
"""
    found = read({"app.py": source}).snapshot.endpoints
    assert {e.label: e.auth for e in found} == {"GET /status": Auth.NONE, "GET /orders": Auth.REQUIRED}


def test_what_a_function_runs_before_the_requests_of_the_application_that_it_is_given() -> None:
    hooks = "def install(app):\n    @app.before_request\n    @login_required\n    def check(): pass\n"
    found = endpoints(
        "from flask_login import login_required\n" + hooks + "install(app)\n@app.get('/x')\ndef x(): return ''\n"
    )
    assert found["GET /x"].auth is Auth.REQUIRED


# -- Flask-Classful --------------------------------------------------------------------------------------------------

CLASSFUL = "from flask_classful import FlaskView, route\n"


def test_methods_of_a_class_have_paths_of_their_names_and_arguments() -> None:
    found = endpoints(f"""
{CLASSFUL}
class OrderLinesView(FlaskView):
    def index(self): return ""
    def get(self, key): return ""
    def post(self): return "", 201
    def export_all(self, year: int, page=1): return ""
    @route("/<int:key>/notes", methods=["GET", "PUT"])
    @route("/notes")
    def notes(self, key=0): return ""
    @property
    def prefix(self): return ""
    @staticmethod
    def total(lines): return 0
    def before_request(self, name): pass
    def _hidden(self): return ""
OrderLinesView.register(app)
""")
    assert sorted(found) == [
        "GET /order-lines/", "GET /order-lines/export_all/{year}/", "GET /order-lines/notes", "GET /order-lines/{key}/",
        "GET /order-lines/{key}/notes", "POST /order-lines/", "PUT /order-lines/{key}/notes",
    ]  # fmt: skip
    assert found["POST /order-lines/"].success == (201,)
    assert found["GET /order-lines/{key}/"].handler_name == "OrderLinesView.get"
    assert [p.name for p in found["GET /order-lines/{key}/notes"].params] == ["key"]


def test_a_class_and_its_registration_say_where_its_methods_are_served() -> None:
    assert labels(
        f"""
{CLASSFUL}
class V1(FlaskView):
    route_prefix = "/v1"
    trailing_slash = False
    route_base = "orders/<shop>"
    excluded_methods = ["helper"]
    method_dashified = True
    def index(self, shop): return ""
    def open_ones(self, shop): return ""
    def helper(self): return ""
V1.register(app)
V1.register(app, route_prefix="/v2", route_base="/", trailing_slash=True)
for view in [V1]:
    view.register(app, route_prefix=config.PREFIX)
"""
    ) == [
        "GET /v1/orders/{shop}", "GET /v1/orders/{shop}/open-ones",
        "GET /v2/open-ones/{shop}/", "GET /v2/{shop}/",
    ]  # fmt: skip


def test_what_bases_say_of_a_class_with_paths() -> None:
    found = endpoints(
        base="""
from flask_classful import FlaskView, route
from flask_login import login_required
class Lists:
    def index(self, **kwargs): return ""
    @route("/count")
    def count(self): return ""
class Generic(FlaskView):
    route_prefix = "/v3/"
    trailing_slash = False
    decorators = [login_required]
""",
        orders="""
from flask import Blueprint
from shop.base import Generic, Lists
bp = Blueprint("orders", __name__)
class OrderView(Lists, Generic):
    route_base = "orders"
class PublicView(Lists, Generic):
    route_base = "public"
    decorators = []
OrderView.register(bp)
PublicView.register(bp)
""",
        app="from flask import Flask\nfrom shop.orders import bp\napp = Flask(__name__)\napp.register_blueprint(bp, url_prefix='/api')\n",
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /api/v3/orders": Auth.REQUIRED, "GET /api/v3/orders/count": Auth.REQUIRED,
        "GET /api/v3/public": Auth.NONE, "GET /api/v3/public/count": Auth.NONE,
    }  # fmt: skip
    assert found["GET /api/v3/orders/count"].where.path == "shop/base.py"


def test_a_route_of_a_class_that_comes_by_way_of_another_file() -> None:
    assert labels(
        base="from flask_classful import FlaskView, route\n",
        app="from flask import Flask\nfrom shop.base import FlaskView, route\napp = Flask(__name__)\n"
        "class OrderView(FlaskView):\n    route_base = 'orders'\n    @route('/import', methods=['POST'])\n    def import_all(self): return ''\n"
        "OrderView.register(app)\n",
    ) == ["POST /orders/import"]


def test_what_only_looks_like_a_class_with_paths_serves_nothing() -> None:
    assert (
        labels("""
class Signals:
    def index(self): return ""
class Meta(type):
    def get(cls): return ""
Signals.register(app)
Meta.register(app)
Loaded.register(app)
""")
        == []
    )


# -- views that derive from views ------------------------------------------------------------------------------------


def test_decorators_of_views_that_derive_from_others() -> None:
    found = endpoints("""
from flask_login import login_required
class Base(MethodView):
    decorators = [login_required]
    def get(self): return ""
class Kept(Base):
    def post(self): return ""
class Opened(Base):
    decorators = []
class Added(Base):
    decorators = [login_required] + Base.decorators
class Unsure(Base):
    decorators = list(Base.decorators)
class Single(MethodView):
    @login_required
    def get(self): return ""
class Overridden(Single):
    def get(self): return ""
for path, view in (("/kept", Kept), ("/opened", Opened), ("/added", Added), ("/unsure", Unsure), ("/single", Single), ("/over", Overridden)):
    app.add_url_rule(path, view_func=view.as_view(path))
""")
    assert {label: e.auth.value for label, e in found.items()} == {
        "GET /kept": "required", "POST /kept": "required", "GET /opened": "none", "GET /added": "required",
        "GET /unsure": "unknown", "GET /single": "required", "GET /over": "none",
    }  # fmt: skip


def _function(source: str) -> Function:
    extraction = extract("shop/query.py", source.encode())
    assert extraction is not None
    (function,) = extraction.facts.functions
    return function


@pytest.mark.parametrize(
    ("imports", "value"),
    [
        ("from flask import request", "request.args['q']"),
        ("import flask", "flask.request.args['q']"),
        ("from quart import request", "request.args['q']"),
        ("from flask_restful import request", "request.args['q']"),
    ],
)
def test_inputs_are_read_in_files_without_endpoints_too(imports: str, value: str) -> None:
    function = _function(f"{imports}\n\ndef word():\n    return clean({value})\n")
    assert [(r.place, r.name) for r in function.inputs] == [("query", "q")]


@pytest.mark.parametrize(
    ("imports", "failure", "status"),
    [
        ("from flask import abort", "abort(404)", 404),
        ("from shop.api import api", "api.abort(404)", 404),
        ("from werkzeug.exceptions import NotFound", "raise NotFound()", 404),
        ("from werkzeug.exceptions import NotFound", "raise NotFound", 404),
        ("import werkzeug", "raise werkzeug.exceptions.Conflict()", 409),
    ],
)
def test_failures_are_told_in_files_without_endpoints_too(imports: str, failure: str, status: int) -> None:
    function = _function(f"{imports}\n\ndef word(q):\n    {failure}\n")
    assert [r.status for r in function.raises] == [status]


@pytest.mark.parametrize(
    ("imports", "caller"),
    [
        ("from flask_login import current_user", "current_user.id"),
        ("from flask import g", "g.user"),
        ("from shop.auth import get_current_user", "get_current_user()"),
        ("from flask_jwt_extended import get_jwt_identity", "get_jwt_identity()"),
    ],
)
def test_callers_are_known_in_files_without_endpoints_too(imports: str, caller: str) -> None:
    function = _function(f"{imports}\n\ndef word():\n    return find({caller}, request)\n")
    assert function.reads_principal
