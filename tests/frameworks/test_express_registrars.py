"""Express: functions of a file that register what they are given."""

import pytest
from tests.frameworks.test_express import APP, endpoints

from persona_lsp.workspace.snapshot import Auth

ROUTE = """
const GET = 'get', PST = 'post';
function route(method, path, middleware, handler, done = null) {
  app[method](path, ...middleware, (req, res, next) => {
    try { run(() => handler(req, res, next)); } catch (e) { next(e); }
  });
}
function apiRoute(method, path, handler) { route(method, path, [requireAuth, csrf], handler, send); }
"""
CALLS = {
    "route(GET, '/a', [], list)": ["GET /a"],
    "route('post', '/a/:id', [check], list)": ["POST /a/{id}"],
    "apiRoute(GET, '/a', list); apiRoute(PST, '/a', make)": ["GET /a", "POST /a"],
    "const B = '/v1'; route(GET, `${B}/a`, [], list)": ["GET /v1/a"],
    "function more() { apiRoute(PST, '/b', make) } more()": ["POST /b"],
    "route(method, '/a', [], list)": [],
    "route(GET, where(), [], list)": ["?GET /"],
    "route()": [],
    "other(GET, '/a', list)": [],
}


@pytest.mark.parametrize(("source", "expected"), CALLS.items(), ids=list(CALLS))
def test_calls(source: str, expected: list[str]) -> None:
    assert sorted(endpoints({"app.js": f"{APP}{ROUTE}{source}"})) == expected


def test_what_they_put_before_a_handler_and_which_it_is() -> None:
    source = f"{APP}{ROUTE}const books = require('./books');\nroute(GET, '/a', [], books.list);\napiRoute(PST, '/a', books.make);"
    found = endpoints({"app.js": source, "books.js": "exports.list = (req, res) => res.json([]);\nexports.make = (req, res) => res.status(201).json({});"})  # fmt: skip
    assert found["GET /a"].auth is Auth.NONE
    assert found["POST /a"].auth is Auth.REQUIRED
    assert found["POST /a"].success == (201,)
    assert found["POST /a"].handler is not None
    assert found["POST /a"].handler.path == "books.js"
    assert source.encode()[: found["POST /a"].where.start].count(b"\n") == source.count("\n")


def test_a_function_that_is_given_a_path_and_asks_somebody_else() -> None:
    """A client has methods that are chosen by name, too."""
    source = APP + "const client = axios.create(); function ask(method, path, body) { return client[method](path, body); } ask('get', '/a', {});"  # fmt: skip
    assert not endpoints({"app.js": source})


HEAD = "const express = require('express'); const app = express();\n"
HANDED_ON = {
    "const get = (path, h) => app.get(path, wrap(h)); get('/a', (req, res) => res.json(1));": ["?GET /", "GET /a"],
    "function post(path, h) { app.post('/api' + path, h); } post('/b', make);": ["?POST /api", "POST /api/b"],
    "const add = (name, h) => table.get(name, h); add('/c', make);": [],
    "const one = (path, h) => app.get('/fixed', h); one('/d', make);": ["GET /fixed"],
}


@pytest.mark.parametrize(("source", "expected"), HANDED_ON.items(), ids=list(HANDED_ON))
def test_functions_that_hand_a_path_on(source: str, expected: list[str]) -> None:
    assert sorted(endpoints({"app.js": HEAD + source})) == expected


MAKER = """const express = require('express');
function create() {
  const router = new express.Router();
  router.getAsync = (path, ...handlers) => router.get(path, ...safe(handlers));
  router.get('/health', (req, res) => res.json({}));
  return router;
}
module.exports = { create };
"""
MADE = """const router = require('./lib/router').create();
router.getAsync('/lists', async (req, res) => res.json(await all()));
router.post('/lists', async (req, res) => res.json(await add()));
module.exports = router;
"""


def test_a_router_that_a_function_of_the_project_makes() -> None:
    mounts = """function start() {
  const app = express();
  function mount(path, routes) { app.use(path, routes); }
  mount('/rest', require('./lists'));
  app.listen(1);
}
"""
    files = {"app.js": HEAD.split(";", 1)[0] + ";\n" + mounts, "lib/router.js": MAKER, "lists.js": MADE}
    found = endpoints(files)
    assert sorted(found) == ["GET /rest/health", "GET /rest/lists", "POST /rest/lists"]
    assert [found[label].wrapped for label in ("GET /rest/lists", "POST /rest/lists")] == [True, False]


def test_what_asks_another_server_is_no_router() -> None:
    client = "const router = require('./lib/client').create(); router.get('/lists', done); module.exports = router;\n"
    files = {
        "app.js": HEAD,
        "client.js": client.replace("router", "client"),
        "lib/client.js": "exports.create = () => 1;",
    }
    assert sorted(endpoints(files)) == []


def test_tables_of_routes() -> None:
    app = """const express = require('express'); const mapRoutes = require('express-routes-mapper'); const config = require('./config');
const app = express();
const open = mapRoutes(config.publicRoutes, 'controllers/');
app.use('/public', open);
app.use('/own', mapRoutes({ 'DELETE /users/:id': 'UserController.remove' }, 'controllers/'));
"""
    files = {
        "app.js": app,
        "config/index.js": "const publicRoutes = require('./publicRoutes');\nconst config = { publicRoutes, port: 1 };\nmodule.exports = config;\n",
        "config/publicRoutes.js": "const publicRoutes = { 'POST /user': 'UserController.register', 'GET /user/:id': 'UserController.one' };\nmodule.exports = publicRoutes;\n",
        "config/rights.js": "const rights = { 'GET /user': ['admin'], 'POST /user': 'admin' };\nmodule.exports = rights;\n",
    }
    found = endpoints(files)
    assert sorted(found) == ["DELETE /own/users/{id}", "GET /public/user/{id}", "POST /public/user"]
    assert found["POST /public/user"].handler_name == "UserController.register"
