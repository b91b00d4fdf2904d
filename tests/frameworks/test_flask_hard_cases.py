"""Flask: what replaces views, stands before them or derives from them, and what libraries put around them."""

import pytest
from tests.frameworks.test_flask import endpoints

from persona_lsp.facts.http import In


def states(text: str = "", **files: str) -> dict[str, str]:
    """Whom each endpoint lets in."""
    return {label: e.auth.value for label, e in endpoints(text, **files).items()}


# -- views that are replaced -----------------------------------------------------------------------------------------

FACTORY = """
from flask import Blueprint, Flask
from flask_login import login_required
bp = Blueprint("bp", __name__)
@bp.route("/a")
def a(): return ""
@bp.route("/b")
def b(): return ""
def create_app():
    app = Flask(__name__)
    BEFORE
    for name in LOOP:
        BODY
    AFTER
    return app
"""
PLAIN = "app.view_functions[name] = login_required(app.view_functions[name])"
LOOPS = {
    "all of them": (("app.register_blueprint(bp)", "app.view_functions", PLAIN, "pass"), "required"),
    "a copy of the names": (("app.register_blueprint(bp)", "list(app.view_functions)", PLAIN, "pass"), "required"),
    "some of them": (
        (
            "app.register_blueprint(bp)",
            "app.view_functions",
            f"if name != 'login':\n            {PLAIN}",
            "pass",
        ),
        "unknown",
    ),
    "names from elsewhere": (("app.register_blueprint(bp)", "NAMES", PLAIN, "pass"), "unknown"),
    "what comes later is not replaced": (
        ("pass", "app.view_functions", PLAIN, "app.register_blueprint(bp)"),
        "unknown",
    ),
    "by what nobody knows": (
        ("app.register_blueprint(bp)", "app.view_functions", "app.view_functions[name] = wrapped(name)", "pass"),
        "unknown",
    ),
    "by what lets everybody in": (
        (
            "app.register_blueprint(bp)",
            "app.view_functions",
            "app.view_functions[name] = csrf.exempt(app.view_functions[name])",
            "pass",
        ),
        "none",
    ),
    "another table": (
        ("app.register_blueprint(bp)", "app.views", "app.views[name] = login_required(app.views[name])", "pass"),
        "none",
    ),
}


@pytest.mark.parametrize(("parts", "expected"), LOOPS.values(), ids=list(LOOPS))
def test_views_that_a_loop_replaces(parts: tuple[str, str, str, str], expected: str) -> None:
    source = FACTORY
    for word, part in zip(("BEFORE", "LOOP", "BODY", "AFTER"), parts, strict=True):
        source = source.replace(word, part)
    assert states(app=source) == {"GET /a": expected, "GET /b": expected}


def test_a_view_that_is_replaced_by_its_name() -> None:
    assert states("""
from flask_login import login_required
@app.route("/a")
def a(): return ""
@app.route("/b")
def b(): return ""
app.view_functions["a"] = login_required(app.view_functions["a"])
app.view_functions["static"] = login_required(app.send_static_file)
""") == {"GET /a": "required", "GET /b": "none"}


def test_a_loop_in_a_file_that_others_register_in_is_no_proof() -> None:
    assert states(
        """
from flask_login import login_required
@app.route("/a")
def a(): return ""
for name, view in app.view_functions.items():
    app.view_functions[name] = login_required(view)
""",
        more="from shop.app import app\n@app.route('/late')\ndef late(): return ''\n",
    ) == {"GET /a": "unknown", "GET /late": "unknown"}


# -- functions that run before requests ------------------------------------------------------------------------------

BEFORE = """
from flask import g, render_template, session, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException
class SentElsewhere(HTTPException):
    code = 303
bp = Blueprint("bp", __name__)
@bp.WORD
def before(PARAMS):
    BODY
@bp.route("/x")
def x(): return ""
app.register_blueprint(bp)
"""
CHECKS = {
    'if "user" not in session:\n        return redirect(url_for("login"))': ("required", "unknown"),
    "if not session.get('user_id'):\n        abort(400)": ("required", "required"),
    "if not session.get('logged_in'):\n        return render_template('login.html')": ("required", "unknown"),
    "if not current_user.is_authenticated:\n        return 'Who are you?', 401": ("required", "none"),
    "if current_user.is_anonymous:\n        return redirect('/login')": ("required", "unknown"),
    "if request.endpoint == 'login':\n        return\n    if not session.get('user'):\n        raise SentElsewhere()": (
        "unknown",
        "unknown",
    ),
    "if session.get('user') or request.args.get('invited'):\n        return None\n    raise SentElsewhere()": (
        "unknown",
        "unknown",
    ),
    "g.language = session.get('language')": ("none", "none"),
    "g.user = session.get('user_id')": ("none", "none"),
    "if not request.is_json:\n        abort(400)": ("none", "none"),
}


@pytest.mark.parametrize(("body", "expected"), CHECKS.items(), ids=list(CHECKS))
def test_what_runs_before_may_send_strangers_away(body: str, expected: tuple[str, str]) -> None:
    for word, params, state in (
        ("before_request", "", expected[0]),
        ("url_value_preprocessor", "endpoint, values", expected[1]),
    ):
        source = BEFORE.replace("WORD", word).replace("PARAMS", params).replace("BODY", body)
        assert states(source) == {"GET /x": state}, word


def test_where_strangers_are_sent_is_no_success_of_the_handler() -> None:
    source = BEFORE.replace("WORD", "before_request").replace("PARAMS", "")
    found = endpoints(source.replace("BODY", "if not session.get('user'):\n        raise SentElsewhere()"))
    assert found["GET /x"].success == (200,)


# -- one function, several rules -------------------------------------------------------------------------------------


def test_rules_that_give_a_parameter_its_value() -> None:
    found = endpoints("""
@app.route("/users/", defaults={"page": 1})
@app.route("/users/page/<int:page>")
def users(page): return ""
def order(number): return ""
app.add_url_rule("/order", defaults={"number": 0}, view_func=order)
app.add_url_rule("/order/<int:number>", view_func=order)
""")
    assert sorted(found) == ["GET /order", "GET /order/{number}", "GET /users/", "GET /users/page/{page}"]
    assert [p.name for p in found["GET /order"].params] == []
    assert [(p.name, p.place) for p in found["GET /order/{number}"].params] == [("number", In.PATH)]


# -- classes ---------------------------------------------------------------------------------------------------------


def test_views_that_derive_from_views_of_other_files() -> None:
    found = endpoints(
        """
from shop.base import Base, Page, Sent
class Kept(Base):
    def post(self): return "", 201
class Again(Page):
    def dispatch_request(self, id): return ""
class Listed(MethodView):
    methods = ["GET"]
    def get(self): return ""
    def post(self): return ""
class Below(Listed):
    def put(self): return "", 202
for rule, view in (("/kept", Kept), ("/page", Page), ("/sent", Sent), ("/again/<id>", Again), ("/listed", Listed)):
    app.add_url_rule(rule, view_func=view.as_view(rule))
app.add_url_rule("/below", view_func=Below.as_view("below"))
""",
        base="""
from flask.views import MethodView, View
from flask_login import login_required
class Base(MethodView):
    decorators = [login_required]
    def get(self): return ""
class Page(View):
    methods = ["GET", "POST"]
    def dispatch_request(self): return ""
class Sent(Page):
    methods = ["PUT"]
""",
    )
    assert {label: (e.auth.value, *e.success) for label, e in found.items()} == {
        "GET /kept": ("required", 200), "POST /kept": ("required", 201), "GET /page": ("none", 200),
        "POST /page": ("none", 200), "PUT /sent": ("none", 200), "GET /again/{id}": ("none", 200),
        "POST /again/{id}": ("none", 200), "GET /listed": ("none", 200), "GET /below": ("none", 200),
        "POST /below": ("none", 200), "PUT /below": ("none", 202),
    }  # fmt: skip


def test_what_answers_where_a_method_returns_nothing() -> None:
    found = endpoints("""
from flask_smorest import Api, Blueprint as Smore
from flask_restx import Api as RestX, Namespace, Resource
api = Api(app)
blp = Smore("pets", "pets", url_prefix="/pets")
@blp.route("/<pet_id>")
class Pet(MethodView):
    @blp.arguments(PetSchema)
    @blp.response(200, PetSchema)
    @blp.alt_response(409, schema=Problem)
    def put(self, data, pet_id): return data
    @blp.response(204)
    def delete(self, pet_id): remove(pet_id)
@blp.post("/")
@blp.arguments(PetSchema)
@blp.response(status_code=202)
def create(data): return data
api.register_blueprint(blp)
orders = Namespace("orders")
@orders.route("/")
@orders.route("/all")
class Orders(Resource):
    @orders.expect(model, validate=True)
    @orders.marshal_with(model, code=201)
    @orders.response(404, "Not found")
    def post(self): return {}, 201
    def delete(self): remove()
@orders.route("/<int:id>")
class Order(Resource):
    method_decorators = [token_required]
    def get(self, id): return {}
rest = RestX(app)
rest.add_namespace(orders)
class Plain(MethodView):
    def get(self): remove()
app.add_url_rule("/plain", view_func=Plain.as_view("plain"))
""")
    assert {label: (e.auth.value, *e.success) for label, e in found.items()} == {
        "PUT /pets/{pet_id}": ("none", 200), "DELETE /pets/{pet_id}": ("none", 204), "POST /pets/": ("none", 202),
        "POST /orders/": ("none", 201), "DELETE /orders/": ("none", 200), "POST /orders/all": ("none", 201),
        "DELETE /orders/all": ("none", 200), "GET /orders/{id}": ("required", 200), "GET /plain": ("none",),
    }  # fmt: skip
    assert found["POST /pets/"].body is not None
    assert found["POST /pets/"].body.validated


# -- classes that register what they are given -----------------------------------------------------------------------

SERVICE = """
from flask import Blueprint, Flask
from flask.views import MethodView
class Resource(MethodView):
    pass
class Service:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.blueprint = Blueprint("api", __name__, url_prefix="/api")
    def add_resource(self, resource, *urls, documented=True):
        view = resource.as_view(resource.__name__)
        for url in urls:
            self.blueprint.add_url_rule(rule=RULE, view_func=view)
    def register(self):
        self.app.register_blueprint(self.blueprint)
"""
SERVED = """
from flask import abort, request
from shop.core import api, app
from shop.service import Resource
class Ping(Resource):
    def get(self): return ""
api.add_resource(Ping, "/ping", "/pong")
@api.blueprint.before_request
def check():
    if not request.headers.get("Authorization"):
        abort(401)
api.register()
"""


def test_an_object_that_registers_resources_on_its_blueprint() -> None:
    core = "from flask import Flask\nfrom shop.service import Service\napp = Flask(__name__)\napi = Service(app)\n"
    assert states(service=SERVICE.replace("RULE", "url"), core=core, main=SERVED) == {
        "GET /api/ping": "required", "GET /api/pong": "required",
    }  # fmt: skip
    # What the class makes of a path is not known.
    assert states(service=SERVICE.replace("RULE", "self.v + url"), core=core, main=SERVED) == {}
    other = SERVICE.replace("RULE", "url").replace("self.blueprint.add_url_rule", "self.later.append")
    assert states(service=other, core=core, main=SERVED) == {}


def test_a_decorator_for_those_who_have_not_signed_in() -> None:
    found = states("""
from shop.auth import redirect_if_no_auth, no_auth
@app.route("/a")
@redirect_if_no_auth
def a(): return ""
@app.route("/b")
@no_auth
def b(): return ""
""")
    assert found == {"GET /a": "unknown", "GET /b": "none"}


# -- routers that classes hold ----------------------------------------------------------------------------------------

DTO = """
from flask_restx import Namespace, fields
class UserDto:
    api = Namespace("user", description="users")
    user = api.model("user", {"email": fields.String})
"""
CONTROLLER = """
from flask_jwt_extended import jwt_required
from flask_restx import Resource
from .dto import UserDto
api = UserDto.api
other = UserDto.user
@api.route("/<name>")
class One(Resource):
    @jwt_required()
    def get(self, name): return {}
@other.route("/nothing")
class Nothing(Resource):
    def get(self): return {}
"""
MOUNTED = """
from flask import Blueprint, Flask
from flask_restx import Api
from .controller import api as users
bp = Blueprint("api", __name__)
Api(bp).add_namespace(users)
rest = Api(bp)
rest.add_namespace(users, path="/user")
app = Flask(__name__)
app.register_blueprint(bp, url_prefix="/api")
"""


def test_namespaces_that_classes_of_other_files_hold() -> None:
    assert states(dto=DTO, controller=CONTROLLER, main=MOUNTED) == {"GET /api/user/{name}": "required"}


def test_decorators_that_document_quart_guard_nothing() -> None:
    source = """
from quart import Quart
from flask_breadcrumbs import register_breadcrumb
from quart_schema import operation_id, tag, validate_querystring
app = Quart(__name__)
@app.get("/a")
@tag(["a"])
@operation_id("a")
@register_breadcrumb(app, ".", "a")
@validate_querystring(Query)
async def a(): return {}
@app.get("/b")
@other
async def b(): return {}
"""
    assert states(main=source) == {"GET /a": "none", "GET /b": "unknown"}
