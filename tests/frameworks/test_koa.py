"""Koa: routers of koa-router and @koa/router, read as Express's are."""

import pytest
from tests.frameworks.test_express import endpoints

from persona_lsp.workspace.snapshot import Auth, Endpoint

HEADS = {
    "CommonJS": "const Koa = require('koa'); const Router = require('koa-router'); const mount = require('koa-mount');\n"
    "const compose = require('koa-compose'); const jwt = require('koa-jwt');\n",
    "ESM": "import Koa from 'koa'; import Router from '@koa/router'; import mount from 'koa-mount'; import compose from 'koa-compose';\n"
    "import jwt from 'koa-jwt';\n",
}
HEAD = HEADS["ESM"]
APP = HEAD + "const app = new Koa(); const router = new Router();\n"


def served(source: str, head: str = APP) -> dict[str, Endpoint]:
    return endpoints({"app.js": head + source})


SINGLE = {
    "router.get('/a', f); app.use(router.routes())": ["GET /a"],
    "router.get('/a/:id', f).post('/b', g); app.use(router.routes()).use(router.allowedMethods())": ["GET /a/{id}", "POST /b"],
    "router.del('/a', f); router.all('/b', g); app.use(router.routes())": ["ANY /b", "DELETE /a"],
    "router.get('book', '/books/:id', f); app.use(router.routes())": ["GET /books/{id}"],
    "router.get(['/a', '/b'], f); app.use(router.routes())": ["GET /a", "GET /b"],
    "router.get(/^\\/a\\/b$/, f); app.use(router.routes())": ["GET /a/b"],
    "router.prefix('/v1'); router.get('/a', f); app.use(router.routes())": ["GET /v1/a"],
    "router.get('/a', f); router.prefix('/v1'); app.use(router.routes())": ["GET /v1/a"],
    "const r = new Router({ prefix: '/r' }); r.get('/a', f); app.use(r.routes())": ["GET /r/a"],
    "const r = new Router({ prefix: '/r' }); r.prefix('/v1').get('/a', f); app.use(r.routes())": ["GET /v1/r/a"],
    "const r = new Router(); r.get('/a', f); router.use('/r', r.routes(), r.allowedMethods()); app.use(router.routes())": ["GET /r/a"],
    "const r = new Router(); r.get('/a', f); router.use(r.routes()); router.prefix('/v1'); app.use(router.routes())": ["GET /v1/a"],
    "const r = new Router({ prefix: '/r' }); r.get('/a', f); router.use('/v1', r.middleware()); app.use(router.middleware())": ["GET /v1/r/a"],
    "const other = new Koa(); router.get('/a', f); other.use(router.routes()); app.use(mount('/x', other))": ["GET /x/a"],
    "router.get('/a', f); app.use(mount('/x', router.routes()))": ["GET /x/a"],
    "const b = new Router(); router.get('/a', f); b.get('/b', f); app.use(compose([router.routes(), b.routes(), router.allowedMethods()]))": [
        "GET /a", "GET /b",
    ],
    "const b = new Router(); router.get('/a', f); b.get('/b', f); app.use(router.routes(), b.routes())": ["GET /a", "GET /b"],
    "router.get('/a', [x, y], f); app.use(router.routes())": ["GET /a"],
    "router.get('/a', ...checks, f); app.use(router.routes())": ["GET /a"],
    "router.redirect('/a', '/b'); app.use(router.routes())": [],
    "app.use(mount('/files', serve('public')))": [],
    "const client = axios.create(); client.get('/a', f)": [],
    "const cache = new Map(); cache.get('/a', f)": [],
    "ctx.get('/a', f)": [],
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS.values(), ids=list(HEADS))
@pytest.mark.parametrize(("source", "expected"), SINGLE.items(), ids=list(SINGLE))
def test_one_file(source: str, expected: list[str], head: str) -> None:
    found = served(source, head + "const app = new Koa(); const router = new Router();\n")
    assert sorted(found) == expected


ROUTES = "router.get('/', users.list); router.post('/', users.make);\n"
USERS = "exports.list = async (ctx) => { ctx.body = []; };\nexports.make = async (ctx) => { ctx.status = 201; ctx.body = {}; };\n"
FILES = {
    "CommonJS": {
        "app.js": "const Koa = require('koa'); const routes = require('./routes'); const app = new Koa(); app.use(routes());",
        "routes/index.js": "const compose = require('koa-compose'); const users = require('./users');\n"
        "module.exports = () => compose([users.routes(), users.allowedMethods()]);",
        "routes/users.js": "const Router = require('koa-router'); const users = require('../users'); const router = new Router({ prefix: '/users' });\n"
        + ROUTES
        + "module.exports = router;",
        "users.js": USERS,
    },
    "ESM": {
        "app.js": "import Koa from 'koa'; import router from './routes/index.js'; const app = new Koa(); app.use(router.routes()).use(router.allowedMethods());",
        "routes/index.js": "import Router from '@koa/router'; import users from './users.js'; const router = new Router();\n"
        "router.use('/users', users.routes()); export default router;",
        "routes/users.js": "import Router from '@koa/router'; import * as users from '../users.js'; const router = new Router();\n"
        + ROUTES
        + "export default router;",
        "users.js": USERS.replace("exports.", "export const "),
    },
    "the router as middleware": {
        "app.js": "const Koa = require('koa'); const app = new Koa(); app.use(require('./routes/users').routes());",
        "routes/users.js": "const Router = require('koa-router'); const users = require('../users'); const router = new Router({ prefix: '/users' });\n"
        + ROUTES
        + "module.exports = router;",
        "users.js": USERS,
    },
    "what turns it into middleware is exported": {
        "app.js": "const Koa = require('koa'); const users = require('./routes/users'); const app = new Koa(); app.use(users);",
        "routes/users.js": "const Router = require('koa-router'); const users = require('../users'); const router = new Router({ prefix: '/users' });\n"
        + ROUTES
        + "module.exports = router.routes();",
        "users.js": USERS,
    },
}  # fmt: skip


@pytest.mark.parametrize("files", FILES.values(), ids=list(FILES))
def test_several_files(files: dict[str, str]) -> None:
    found = endpoints(files)
    assert sorted(found) == ["GET /users", "POST /users"]
    assert found["GET /users"].success == (200,)
    assert found["POST /users"].success == (201,)
    assert found["GET /users"].auth is Auth.NONE


BODIES = {
    "ctx.body = []": [200],
    "ctx.status = 201; ctx.body = {}": [201],
    "ctx.body = {}; ctx.status = 201": [201],
    "ctx.status = 204": [204],
    "ctx.response.status = 202; ctx.response.body = {}": [202],
    "ctx.throw(404)": [404],
    "ctx.throw(404, 'no such book')": [404],
    "if (!ctx.query.a) { ctx.throw(400); } ctx.body = []": [200, 400],
    "if (!ctx.query.a) { ctx.status = 400; ctx.body = {}; return; } ctx.body = []": [200, 400],
    "ctx.assert(ctx.query.a, 400); ctx.body = []": [200, 400],
    "ctx.redirect('/b')": [302],
    "ctx.status = code; ctx.body = []": [],
}


@pytest.mark.parametrize(("body", "expected"), BODIES.items(), ids=list(BODIES))
def test_what_handlers_answer(body: str, expected: list[int]) -> None:
    found = served(f"router.get('/a', async (ctx) => {{ {body}; }}); app.use(router.routes());")
    assert list(found["GET /a"].statuses) == expected


AUTH = {
    "nobody asks": ("", Auth.NONE),
    "middleware that logs": ("app.use(async (ctx, next) => { console.log(ctx.url); await next(); });", Auth.NONE),
    "what catches failures, those of others too": (
        "app.use(async (ctx, next) => { try { await next(); } catch (err) { if (err.status === 401) { ctx.status = 401; } else { throw err; } } });",
        Auth.NONE,
    ),
    "koa-jwt": ("app.use(jwt({ secret: 'x' }));", Auth.REQUIRED),
    "koa-jwt, that lets strangers pass": ("app.use(jwt({ secret: 'x', passthrough: true }));", Auth.OPTIONAL),
    "of the router": ("router.use(requireAuth);", Auth.REQUIRED),
    "before another path": ("router.use('/b', requireAuth);", Auth.NONE),
    "in place": (
        "app.use(async (ctx, next) => { if (!ctx.headers.authorization) { ctx.throw(401); } await next(); });",
        Auth.REQUIRED,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), AUTH.values(), ids=list(AUTH))
def test_who_may_call(source: str, expected: Auth) -> None:
    found = served(f"{source} router.get('/a', async (ctx) => {{ ctx.body = []; }}); app.use(router.routes());")
    assert found["GET /a"].auth is expected


def test_a_router_that_middleware_comes_after() -> None:
    found = served(
        "const open = new Router(); const mine = new Router(); open.get('/a', f); mine.get('/b', f);\n"
        "app.use(open.routes()); app.use(jwt({ secret: 'x' })); app.use(mine.routes());"
    )
    assert found["GET /a"].auth is Auth.NONE
    assert found["GET /b"].auth is Auth.REQUIRED


def test_what_handlers_read() -> None:
    found = served(
        "router.get('/a/:id', async (ctx) => { ctx.body = find(ctx.params.id, ctx.query.page, ctx.get('X-Tenant'), ctx.request.query.size); });"
        "app.use(router.routes());"
    )
    assert sorted((p.place, p.name) for p in found["GET /a/{id}"].params) == [
        ("header", "X-Tenant"), ("path", "id"), ("query", "page"), ("query", "size"),
    ]  # fmt: skip


def test_middleware_that_a_function_makes() -> None:
    found = endpoints(
        {
            "app.js": APP
            + "import registration from './registration.js'; router.put('/a', registration(), f); app.use(router.routes());",
            "registration.js": "export default function registration() {\n"
            "  return async function check(ctx, next) { if (!ctx.headers.authorization) { throw new Error('who?'); } return next(); };\n}",
        }
    )
    assert found["PUT /a"].auth is Auth.REQUIRED


def test_an_application_that_a_function_is_given() -> None:
    found = endpoints(
        {
            "web.ts": "import Koa from 'koa'; import mount from 'koa-mount'; import api from './api';\n"
            "export default function init(app: Koa = new Koa()) { app.use(mount('/api', api)); return app; }",
            "api.ts": "import Koa from 'koa'; import Router from 'koa-router'; const api = new Koa(); const router = new Router();\n"
            "router.post('books.list', async (ctx) => { ctx.body = []; }); api.use(router.routes()); export default api;",
        }
    )
    assert sorted(found) == ["POST /api/books.list"]


def test_rejections_reach_the_application() -> None:
    found = served("router.get('/a', async (ctx) => { ctx.body = await load(); }); app.use(router.routes());")
    assert found["GET /a"].wrapped


def test_a_callback_for_a_parameter() -> None:
    found = served(
        "router.param('id', checkUser); router.get('/a/:id', f); router.get('/b', f); app.use(router.routes());"
    )
    assert [g.name for g in found["GET /a/{id}"].guards] == ["checkUser"]
    assert not found["GET /b"].guards


def test_koa_that_is_imported_and_not_used() -> None:
    assert not endpoints({"app.js": "const Koa = require('koa'); const cache = load(); cache.get('/a', f);"})


def test_middleware_that_another_file_holds_is_no_path() -> None:
    found = endpoints(
        {
            "app.js": "const Koa = require('koa'); const Router = require('koa-router'); const auth = require('./auth');\n"
            "const app = new Koa(); const router = new Router(); const books = require('./books');\n"
            "router.post('/a', auth, async (ctx) => { ctx.body = {}; }); router.use(auth, books);\n"
            "app.use(router.routes());",
            "auth.js": "module.exports = (ctx, next) => { ctx.assert(ctx.state.user, 401); return next(); };",
            "books.js": "const Router = require('koa-router'); const router = new Router();\n"
            "router.get('/books', async (ctx) => { ctx.body = []; }); module.exports = router.routes();",
        }
    )
    assert {label: e.auth for label, e in found.items()} == {
        "POST /a": Auth.REQUIRED, "GET /books": Auth.REQUIRED,
    }  # fmt: skip


def test_an_application_of_a_class() -> None:
    found = endpoints(
        {
            "server.js": "const Koa = require('koa'); const router = require('./routes');\n"
            "class Server extends Koa { constructor(...all) { super(...all); this.prepare(); this.routes(); }\n"
            "  prepare() { this.use(async (ctx, next) => { ctx.assert(ctx.state.user, 401); await next(); }); }\n"
            "  routes() { this.use(router.routes()); } }\nmodule.exports = Server;",
            "routes.js": "const Router = require('koa-router'); const router = new Router();\n"
            "router.get('/a', async (ctx) => { ctx.body = []; }); module.exports = router;",
        }
    )
    assert {label: e.auth for label, e in found.items()} == {"GET /a": Auth.REQUIRED}


def test_what_a_callback_for_a_parameter_answers() -> None:
    found = served(
        "async function load(id, ctx, next) { ctx.assert(id, 404); return next(); }\nrouter.param('id', load);\n"
        "router.get('/a/:id', async (ctx) => { ctx.body = {}; }); app.use(router.routes());"
    )
    assert found["GET /a/{id}"].statuses == (200, 404)


def test_what_tells_the_failures_of_others_asks_nobody() -> None:
    found = endpoints(
        {
            "app.js": "const Koa = require('koa'); const Router = require('koa-router'); const failures = require('./failures');\n"
            "const app = new Koa(); const router = new Router(); app.use(failures());\n"
            "router.get('/a', async (ctx) => { ctx.body = []; }); app.use(router.routes());",
            "failures.js": "module.exports = function failures() { return async (ctx, next) => {\n"
            "  try { await next(); } catch (err) { if (err.code === 'token') { ctx.throw(401); } ctx.throw(500); } }; };",
        }
    )
    assert found["GET /a"].auth is Auth.NONE


def test_routers_of_functions_that_are_given_all_at_once() -> None:
    found = endpoints(
        {
            "app.ts": "import Koa from 'koa'; import mount from 'koa-mount'; import init from './init';\n"
            "const app = new Koa(); app.use(mount('/api', init(tenant)));",
            "init.ts": "import Koa from 'koa'; import Router from 'koa-router'; import bookRoutes from './books'; import homeRoutes from './home';\n"
            "const createRouters = (tenant) => { const guarded = new Router(); guarded.use(requireAuth); bookRoutes(guarded, tenant);\n"
            "  const open: Open = new Router(); homeRoutes(open, tenant); return [guarded, open]; };\n"
            "export default function init(tenant): Koa { const own = new Koa();\n"
            "  for (const router of createRouters(tenant)) { own.use(router.routes()).use(router.allowedMethods()); }\n  return own; }",
            "books.ts": "import pageRoutes from './pages';\nexport default function bookRoutes<T extends Open>(...[router, { queries }]: RouterArgs<T>) {\n"
            "  router.get('/books', async (ctx) => { ctx.body = []; }); }",
            "home.ts": "import innerRoutes from './inner';\n"
            "export default function homeRoutes<T extends Open>(...args: RouterArgs<T>) { innerRoutes(...args); }",
            "inner.ts": "export default function innerRoutes<T extends Open>(...args: RouterArgs<T>) { const [router, tenant] = args;\n"
            "  router.get('/home', async (ctx) => { ctx.body = []; }); }",
        }
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /api/books": Auth.REQUIRED, "GET /api/home": Auth.NONE,
    }  # fmt: skip
