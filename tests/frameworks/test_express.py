"""Express: registrations of every everyday style, linked to endpoints."""

import pytest
from tests.harness.engine import read

from persona_lsp.extract.file import extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import GuardKind, Level
from persona_lsp.flow.script.paths import expand, regex_path
from persona_lsp.frameworks.express.framework import FRAMEWORK
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot

APP = "const express = require('express'); const app = express();\n"


def snapshot(files: dict[str, str]) -> Snapshot:
    facts: dict[str, FileFacts] = {}
    for path, source in files.items():
        extraction = extract(path, source.encode())
        assert extraction is not None
        facts[path] = extraction.facts
    return link(facts)


def endpoints(files: dict[str, str] | str) -> dict[str, Endpoint]:
    if isinstance(files, str):
        files = {"app.js": APP + files}
    found: dict[str, Endpoint] = {}
    for endpoint in snapshot(files).endpoints:
        shown = endpoint.label if endpoint.path_known else "?" + endpoint.label
        found[shown] = endpoint
    return found


SINGLE = {
    "app.get('/a', f)": ["GET /a"],
    "app.get('/a/:id', f).post('/b', g)": ["GET /a/{id}", "POST /b"],
    "app.route('/a').get(f).post(g)": ["GET /a", "POST /a"],
    "app.route('/a').all(auth).get(f)": ["GET /a"],
    "app.all('/a', f)": ["ANY /a"],
    "app.route('/a').all(f)": ["ANY /a"],
    "app.route('/a').all(f).get(g)": ["GET /a"],
    "app.route('/a').get(g).all(notAllowed)": ["GET /a"],
    "const r = express.Router(); r.get('/a/b', f); app.all('/a*', r)": ["GET /a/b"],
    "const r = express.Router(); r.get('/a', f); app.get('/a', auth, r)": ["GET /a"],
    "const r = express.Router(); r.get('/a', f); app.all('/a*', r); app.all('/b*', r)": ["GET /a"],
    "app.get('/u/:name/:slug*?', f)": ["GET /u/{name}", "GET /u/{name}/{slug}"],
    "exports.hook = (name, args, cb) => { args.app.get('/a', (req, res) => res.end()); cb() }": ["?GET /a"],
    "exports.hook = (name, { app }) => { app.get('/a', (req, res) => res.end()) }": ["?GET /a"],
    "exports.hook = (name, args) => { args.app.get('trust proxy') }": [],
    "class P { register(app) { app.get('/a', (req, res) => res.end()) } }": ["?GET /a"],
    "app.get(urljoin(settings.route, 'api/a'), f)": ["?GET /api/a"],
    "app.get(urljoin('/base/', '/a'), f)": ["GET /base/a"],
    "const B = process.env.BASE_PATH || '/api'; app.get(`${B}/a`, f)": ["GET /api/a"],
    "const B = process.env.BASE_PATH ?? '/api'; const r = express.Router(); r.get('/a', f); app.use(B, r)": [
        "GET /api/a"
    ],
    "const { BASE_PATH = '/api' } = process.env; app.get(BASE_PATH + '/a', f)": ["GET /api/a"],
    "const env = { base: process.env.X || '/api' }; app.get(env.base + '/a', f)": ["GET /api/a"],
    "const B = config.get('base'); app.get(B + '/a', f)": ["?GET /a"],
    "const rs = [{ method: 'get', path: '/a', handler: f }, { method: 'POST', path: '/b', handler: g }];"
    " rs.forEach((r) => app[r.method.toLowerCase()](r.path, r.handler))": ["GET /a", "POST /b"],
    "for (const r of [{ method: 'put', path: '/a', handler: f }]) app[r.method](r.path, r.handler)": ["PUT /a"],
    "const r = require('./r')(app); app.use('/r', r)": [],
    "function main() { const a = express(); more(a); function more(router) { router.get('/a', f) } } main()": [
        "GET /a"
    ],
    "for (const r of load()) app[r.method](r.path, r.handler)": [],
    "app.get(['/a', '/b'], f)": ["GET /a", "GET /b"],
    "app.get('/a', [x, y], f)": ["GET /a"],
    "app.get('/a/:id(\\\\d+)', f)": ["GET /a/{id}"],
    "app.get('/a/:id?', f)": ["GET /a", "GET /a/{id}"],
    "app.get('/a{/:id}', f)": ["GET /a", "GET /a/{id}"],
    "app.get('/files/*path', f)": ["GET /files/{path}"],
    "app.get(/^\\/a\\/b$/, f)": ["GET /a/b"],
    "app.get(/.*fly$/, f)": ["?GET /"],
    "app.get('setting')": [],
    "app.set('x', 1)": [],
    "app.get(); app.use(); app.route(); app.all()": [],
    "app.options('*', cors())": [],
    "app.all('/api/*', requireLogin); app.get('/api/a', f)": ["GET /api/a"],
    "const P = '/p'; app.get(P + '/a', f)": ["GET /p/a"],
    "const P = { users: '/u' }; app.get(`${P.users}/:id`, f)": ["GET /u/{id}"],
    "app.get(`/${process.env.X}/a`, f)": ["?GET /a"],
    "const r = express.Router(); app.use('/r', r); r.get('/', f)": ["GET /r"],
    "const r = express.Router(); r.get('/a', f); app.use(r)": ["GET /a"],
    "const r = express.Router(); app.use(['/r', '/s'], r); r.get('/a', f)": ["GET /r/a", "GET /s/a"],
    "app.use('/r', express.Router().get('/a', f).get('/b', g))": ["GET /r/a", "GET /r/b"],
    "[['/a', f], ['/b', g]].forEach(([p, h]) => app.get(p, h))": ["GET /a", "GET /b"],
    "for (const { path, h } of [{ path: '/a', h: f }]) { app.post(path, h) }": ["POST /a"],
    "Object.entries({ '/a': f }).forEach(([p, h]) => app.get(p, h))": ["GET /a"],
    "fs.readdirSync('./routes').forEach((file) => app.use('/' + file, require('./routes/' + file)))": [],
    "app.get('/a/{id}/b', f); app.get('/c{/d}', g)": ["GET /a/{id}/b", "GET /c", "GET /c/d"],
    "app.all('/private/*', (req, res, next) => auth(req, res, next)); app.get('/private/a', f)": ["GET /private/a"],
    "app.all('/api/*', (req, res, next) => { req.json = true; next(); }); app.get('/api/a', f)": ["GET /api/a"],
    "app.all('/api/*', (req, res, next) => { if (bad(req)) return next(new Error()); res.json({}); })": [
        "ANY /api/{rest}"
    ],
    "const client = axios.create(); client.get('/a', f)": [],
    "cache.get('/a', () => 1)": [],
    "if (process.env.DEBUG) { app.get('/debug', f) }": ["GET /debug"],
    "(async () => { await connect(); app.get('/a', f) })()": ["GET /a"],
    "connect().then(() => { app.get('/a', f) })": ["GET /a"],
}


@pytest.mark.parametrize(("source", "expected"), SINGLE.items(), ids=list(SINGLE))
def test_one_file(source: str, expected: list[str]) -> None:
    assert sorted(endpoints(source)) == sorted(expected)


ROUTER = (
    "const { Router } = require('express'); const router = Router(); router.get('/x', (req, res) => res.json({}));\n"
)
FILES = {
    "commonjs default": {
        "app.js": APP + "app.use('/r', require('./r'))",
        "r.js": ROUTER + "module.exports = router",
    },
    "commonjs named": {
        "app.js": APP + "const { router } = require('./r'); app.use('/r', router)",
        "r.js": ROUTER + "module.exports = { router }",
    },
    "commonjs property": {
        "app.js": APP + "const r = require('./r'); app.use('/r', r.users)",
        "r.js": ROUTER + "exports.users = router",
    },
    "required in place, by the name of a guard": {
        "app.js": APP + "if (config.login) app.use('/r', require('./auth')); app.use(require('./logging').metrics)",
        "auth/index.js": ROUTER + "module.exports = router",
        "logging.js": "exports.metrics = (req, res, next) => next()",
    },
    "exported by the name of middleware": {
        "app.js": APP + "app.use(require('./lib/metrics').session)",
        "lib/metrics.js": "const own = require('express').Router(); own.get('/r/x', f); exports.session = own",
    },
    "imported by the name of a guard": {
        "app.ts": "import express from 'express'; import auth from './auth'; const app = express(); app.use('/r', auth)",
        "auth.ts": "import { Router } from 'express'; const own = Router(); own.get('/x', f); export default own",
    },
    "declared as exports": {
        "app.js": APP + "const r = require('./r').router; app.use('/r', r)",
        "r.js": "var router = exports.router = require('express').Router(); router.get('/x', f)",
    },
    "default import": {
        "app.ts": "import express from 'express'; import r from './r'; const app = express(); app.use('/r', r)",
        "r.ts": "import { Router } from 'express'; const r = Router(); r.get('/x', f); export default r",
    },
    "anonymous default": {
        "app.ts": "import express from 'express'; import r from './r'; const app = express(); app.use(r)",
        "r.ts": "import { Router } from 'express'; import x from './x'; export default Router().use('/r', x)",
        "x.ts": "import { Router } from 'express'; export default Router().get('/x', f)",
    },
    "index barrel": {
        "app.ts": "import express from 'express'; import { users } from './routes'; const app = express(); app.use('/r', users)",
        "routes/index.ts": "export { default as users } from './users'",
        "routes/users.ts": "import { Router } from 'express'; const r = Router(); r.get('/x', f); export default r",
    },
    "star barrel": {
        "app.ts": "import express from 'express'; import * as r from './routes'; const app = express(); app.use('/r', r.users)",
        "routes/index.ts": "export * from './users'",
        "routes/users.ts": "import { Router } from 'express'; export const users = Router(); users.get('/x', f)",
    },
    "function that is given the app": {
        "app.js": APP + "require('./r')(app)",
        "r.js": "module.exports = (app) => { app.get('/r/x', f) }",
    },
    "function that is given the app, with a router": {
        "app.ts": "import express from 'express'; import r from './r'; const app = express(); r(app)",
        "r.ts": "import { Router } from 'express'; const route = Router();"
        "export default (app: Router) => { app.use('/r', route); route.get('/x', f) }",
    },
    "function that returns a router": {
        "app.js": APP + "const r = require('./r'); app.use('/r', r({ db }))",
        "r.js": "const { Router } = require('express'); module.exports = ({ db }) => { const r = Router(); r.get('/x', f); return r }",
    },
    "function that hands the app on": {
        "app.ts": "import express from 'express'; const app = express(); await require('./loaders').default({ expressApp: app })",
        "loaders/index.ts": "import load from './http'; export default async ({ expressApp }) => { await load({ app: expressApp }) }",
        "loaders/http.ts": "import r from '../r'; export default ({ app }) => { app.use('/r', r()) }",
        "r.ts": "import { Router } from 'express'; export default () => { const app = Router(); app.get('/x', f); return app }",
    },
    "function that is given two, and adds to the second": {
        "app.js": APP + "const r = express.Router(); app.use('/r', r); require('./r').add(app, r)",
        "r.js": "const { more } = require('./more'); function add(app, router) { more(router); listen(app); }"
        "module.exports = { add }",
        "more.js": "exports.more = (app) => { app.get('/x', f) }",
    },
    "function that adds to both": {
        "app.js": APP + "const r = express.Router(); app.use('/', r); require('./r')(app, r)",
        "r.js": "const { Router } = require('express'); const own = Router(); own.get('/x', f); const none = Router();"
        "module.exports = (app, router) => { app.use('/r', own); router.use('/none', none) }",
    },
    "function inside of another one that is given two": {
        "app.js": APP + "app.use('/r', require('./r')(app))",
        "r.js": "const express = require('express'); module.exports = function configure(app) {"
        "const api = express.Router(); function more(app, api) { api.get('/x', f) } more(app, api); return api }",
    },
    "class that is given two": {
        "app.ts": "import express from 'express'; import { Routes } from './r'; const app = express();"
        "const r = express.Router(); app.use('/r', r); new Routes(app, r)",
        "r.ts": "import { Router, Express } from 'express'; export class Routes { constructor(server: Express, router: Router)"
        " { router.get('/x', f) } }",
    },
    "object that holds two": {
        "app.js": APP + "const router = express.Router(); app.use('/r', router); require('./r')({ router, app })",
        "r.js": "module.exports = ({ app, router }) => { router.get('/x', f) }",
    },
    "function that is not given the app where it takes one": {
        "app.js": APP + "const r = express.Router(); app.use('/r', r); require('./r')(r, app)",
        "r.js": "module.exports = (router, options) => { router.get('/x', f) }",
    },
    "arguments that are spread": {
        "app.js": APP + "const r = express.Router(); app.use('/r', r); require('./r')(...options, r)",
        "r.js": "module.exports = (options, router) => { router.get('/x', f) }",
    },
    "list of routes": {
        "app.js": APP + "app.use(require('./routes'))",
        "routes.js": "const express = require('express'); const router = express.Router(); const users = require('./users');"
        "const routes = [{ path: '/r', route: users }];"
        "routes.forEach((route) => { router.use(route.path, route.route) }); module.exports = router",
        "users.js": ROUTER + "module.exports = router",
    },
    "classes": {
        "app.ts": "import express from 'express'; export class App { app: express.Application;"
        "constructor(routes: Routes[]) { this.app = express(); this.init(routes) }"
        "private init(routes: Routes[]) { routes.forEach((r) => { this.app.use('/', r.router) }) } }",
        "server.ts": "import { App } from './app'; import { Users } from './users'; const app = new App([new Users()])",
        "users.ts": "import { Router } from 'express'; export class Users { path = '/r'; router = Router();"
        "constructor() { this.router.get(`${this.path}/x`, f) } }",
    },
    "class with a getter": {
        "app.ts": "import express from 'express'; import { Routes } from './r'; const app = express(); app.use('/r', Routes.routes)",
        "r.ts": "import { Router } from 'express'; export class Routes { static get routes(): Router {"
        "const router = Router(); router.get('/x', f); return router } }",
    },
    "the app of another file": {
        "app.js": APP + "module.exports = app",
        "routes.js": "const app = require('./app'); app.get('/r/x', (req, res) => res.send('x'))",
    },
    "a prefix of another file": {
        "app.ts": "import express from 'express'; import config from './config'; import r from './r';"
        "const app = express(); app.use(config.api.prefix, r)",
        "config.ts": "export default { api: { prefix: '/r' } }",
        "r.ts": "import { Router } from 'express'; const r = Router(); r.get('/x', f); export default r",
    },
    "a path alias": {
        "src/app.ts": "import express from 'express'; import r from '@routes/r'; const app = express(); app.use('/r', r)",
        "src/routes/r.ts": "import { Router } from 'express'; const r = Router(); r.get('/x', f); export default r",
    },
}


@pytest.mark.parametrize("files", FILES.values(), ids=list(FILES))
def test_across_files(files: dict[str, str]) -> None:
    assert list(endpoints(files)) == ["GET /r/x"]


@pytest.mark.parametrize("given", ["require('./auth')", "require('./auth').check", "auth", "auth.check", "auth()"])
def test_what_is_no_router_stays_a_guard(given: str) -> None:
    found = endpoints(
        {
            "app.js": APP + f"const auth = require('./auth'); app.use({given}); app.get('/a', f)",
            "auth.js": "module.exports = (req, res, next) => { if (!req.user) return res.sendStatus(401); next() };"
            "module.exports.check = module.exports",
        }
    )
    assert [g.level for g in found["GET /a"].guards] == [Level.ROUTER]
    assert found["GET /a"].auth is Auth.REQUIRED


def test_what_takes_the_rest_of_the_path_is_no_parameter() -> None:
    found = endpoints("app.get('/:id', f); app.get('/:other', f); app.get('/files/*', f); app.get('*', g)")
    shapes = {shown: endpoint.shape for shown, endpoint in found.items()}
    assert shapes == {
        "GET /{id}": "/{}",
        "GET /{other}": "/{}",
        "GET /files/{rest}": "/files/{*}",
        "GET /{rest}": "/{*}",
    }


def test_clients_are_no_apps() -> None:
    files = {
        "src/login.ts": "import api from './api'; import axios from 'axios';"
        "export const login = (data) => api.post('/login', data); api.get('/me', options);"
        "api.get(); api.use(); axios.get('/users', config); const http = axios.create(); http.post('/x', body);",
        "src/api.ts": "import axios from 'axios'; export default axios.create()",
    }
    assert endpoints(files) == {}


HANDLERS = {
    "inline": "app.get('/a', (req, res) => res.json({}))",
    "function": "function f(req, res) { res.json({}) } app.get('/a', f)",
    "constant": "const f = async (req, res) => { res.json({}) }; app.get('/a', f)",
    "wrapped here": "app.get('/a', asyncHandler(async (req, res) => { res.json({}) }))",
    "wrapped there": "const f = catchAsync(async (req, res) => { res.json({}) }); app.get('/a', f)",
    "wrapped by name": "const f = async (req, res) => { res.json({}) }; app.get('/a', asyncHandler(f))",
    "object": "const c = { f(req, res) { res.json({}) } }; app.get('/a', c.f)",
    "instance": "class C { f(req, res) { res.json({}) } } const c = new C(); app.get('/a', c.f.bind(c))",
    "new": "class C { f = (req, res) => { res.json({}) } } app.get('/a', new C().f)",
    "factory": "const make = () => (req, res) => { res.json({}) }; app.get('/a', make())",
    "nested": "function routes(app) { const f = (req, res) => res.json({}); app.get('/a', f) } routes(app)",
}


@pytest.mark.parametrize("source", HANDLERS.values(), ids=list(HANDLERS))
def test_handlers_are_found(source: str) -> None:
    endpoint = endpoints(source)["GET /a"]
    assert endpoint.handler is not None
    assert endpoint.statuses == (200,)
    assert endpoint.wrapped == ("asyncHandler" in source or "catchAsync" in source)


@pytest.mark.parametrize("kind", ["Users", "IUsers"])
def test_handlers_of_what_a_function_is_given(kind: str) -> None:
    files = {
        "app.ts": "import express from 'express'; import { routes } from './routes'; import { Users } from './users';"
        "const app = express(); app.use('/users', routes(new Users(), check))",
        "routes.ts": f"import {{ Router, RequestHandler }} from 'express'; import {{ {kind} }} from './users';"
        f"export const routes = (users: {kind}, check: RequestHandler): Router => {{ const router = Router();"
        "router.get('/', check, users.list); router.get('/:users', (users) => users.list); return router }",
        "users.ts": "export interface IUsers { list: RequestHandler }"
        "export class Users implements IUsers { list = catchAsync(async (req, res) => { res.status(202).json([]) }) }",
    }
    found = endpoints(files)
    listed = found["GET /users"]
    assert listed.handler is not None
    assert (listed.handler.path, listed.statuses, listed.wrapped) == ("users.ts", (202,), True)
    assert found["GET /users/{users}"].handler is not listed.handler


def test_handlers_of_one_of_several_classes() -> None:
    files = {
        "routes.ts": "import { Router } from 'express'; import { IUsers } from './users';"
        "export const routes = (users: IUsers) => { const router = Router(); router.get('/', users.list); return router }",
        "users.ts": "export interface IUsers { list: RequestHandler }"
        "export class Own implements IUsers { list(req, res) { res.json([]) } }"
        "export class Others implements IUsers { list(req, res) { res.json([]) } }",
    }
    (found,) = endpoints(files).values()
    assert found.handler is None


def test_handlers_in_other_files() -> None:
    files = {
        "app.js": APP
        + "const c = require('./controllers'); app.get('/a', c.users.list); app.post('/a', c.users.create)",
        "controllers/index.js": "module.exports.users = require('./users')",
        "controllers/users.js": "const list = (req, res) => res.json([]);"
        "exports.create = [requireUser, body('name').isString(), async (req, res) => { res.status(201).json({}) }];"
        "exports.list = list",
    }
    found = endpoints(files)
    assert found["GET /a"].statuses == (200,)
    assert found["POST /a"].statuses == (201,)
    assert found["POST /a"].auth is Auth.REQUIRED


STATUSES = {
    "res.status(201).json({})": (201,),
    "res.sendStatus(204)": (204,),
    "res.status(httpStatus.NOT_FOUND).send()": (404,),
    "res.status(StatusCodes.CREATED).json({})": (201,),
    "res.redirect('/b')": (302,),
    "res.redirect(301, '/b')": (301,),
    "res.statusCode = 202; res.end()": (202,),
    "res.status(201); res.json({})": (201,),
    "if (x) { res.status(400); throw new Error('x') } res.json({})": (200, 400),
    "next(new HttpError(409, 'x'))": (409,),
    "next(createError(404))": (404,),
    "throw createError.NotFound()": (404,),
    "throw new AppError('x', 403)": (403,),
    "throw new NotFound()": (404,),
    "res.status(code).json({})": (),
    "sendError(res)": (418,),
}


@pytest.mark.parametrize(("body", "expected"), STATUSES.items(), ids=list(STATUSES))
def test_statuses(body: str, expected: tuple[int, ...]) -> None:
    source = (
        "class NotFound extends Error { constructor() { super('x'); this.status = 404 } }\n"
        "function sendError(res) { return res.status(418).json({}) }\n"
        f"app.get('/a', (req, res, next) => {{ {body} }})"
    )
    assert endpoints(source)["GET /a"].statuses == expected


AUTH = {
    "app.get('/a', requireAuth, f)": Auth.REQUIRED,
    "app.get('/a', auth('admin'), f)": Auth.REQUIRED,
    "const passport = require('passport'); app.get('/a', passport.authenticate('jwt'), f)": Auth.REQUIRED,
    "app.use(requireAuth); app.get('/a', f)": Auth.REQUIRED,
    "app.get('/a', f); app.use(requireAuth)": Auth.NONE,
    "app.use('/b', requireAuth); app.get('/a', f)": Auth.NONE,
    "app.use('/a', requireAuth); app.get('/a', f)": Auth.REQUIRED,
    "const jwt = require('express-jwt'); app.get('/a', jwt({ credentialsRequired: false }), f)": Auth.OPTIONAL,
    "app.get('/a', mystery, f)": Auth.UNKNOWN,
    "app.use(express.json()); app.get('/a', f)": Auth.NONE,
    "app.get('/a', (req, res, next) => { if (!req.user) return res.sendStatus(401); next() }, f)": Auth.REQUIRED,
    "const r = express.Router(); app.use('/x', requireAuth, r); r.get('/y', f)": Auth.REQUIRED,
    "app.use(updateAuthenticatedUsers); app.get('/a', f)": Auth.UNKNOWN,
    "const boolParser = require('express-query-boolean'); app.use(boolParser()); app.get('/a', f)": Auth.NONE,
    "const session = require('own-auth'); app.use(session()); app.get('/a', f)": Auth.UNKNOWN,
    "const passport = require('passport'); app.get('/a', passport.authenticate('github'), f)": Auth.NONE,
    "const passport = require('passport'); app.get('/a', passport.authenticate(['jwt', 'github']), f)": Auth.REQUIRED,
}


@pytest.mark.parametrize(("source", "expected"), AUTH.items(), ids=list(AUTH))
def test_auth(source: str, expected: Auth) -> None:
    (endpoint,) = endpoints(source).values()
    assert endpoint.auth is expected


SPARED = """const OPEN = ['/open'];
%s.use((req, res, next) => { if (OPEN.includes(req.path)) return next(); if (!req.user) return res.sendStatus(401); next(); });
"""


def test_middleware_that_lets_some_paths_pass() -> None:
    found = endpoints(SPARED % "app" + "app.get('/open', f); app.get('/api/open', f); app.get('/shut', f)")
    assert {label: e.auth for label, e in found.items()} == {
        "GET /open": Auth.NONE, "GET /api/open": Auth.UNKNOWN, "GET /shut": Auth.REQUIRED,
    }  # fmt: skip


def test_middleware_of_a_router_is_told_paths_below_it() -> None:
    found = endpoints(
        "const r = express.Router(); app.use('/api', r);" + SPARED % "r" + "r.get('/open', f); r.get('/shut', f)"
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /api/open": Auth.UNKNOWN, "GET /api/shut": Auth.REQUIRED,
    }  # fmt: skip


def test_a_list_of_guards_that_is_filled_later() -> None:
    source = "const checks = []; if (config.login) checks.push(requireLogin); app.get('/a', ...checks, f)"
    assert endpoints(source)["GET /a"].auth is Auth.UNKNOWN


KINDS = {
    "rateLimit({ max: 5 })": GuardKind.RATE_LIMIT,
    "limiter": GuardKind.RATE_LIMIT,
    "validate(schema)": GuardKind.VALIDATION,
    "body('email').isEmail().trim()": GuardKind.VALIDATION,
    "isAdmin": GuardKind.ROLE,
    "checkRole('admin')": GuardKind.ROLE,
    "upload.single('file')": GuardKind.OTHER,
    "verifyToken": GuardKind.AUTHN,
    "auth.required": GuardKind.AUTHN,
    "verifyCaptcha": GuardKind.UNKNOWN,
    "loadAuthor": GuardKind.UNKNOWN,
}


@pytest.mark.parametrize(("guard", "kind"), KINDS.items(), ids=list(KINDS))
def test_kinds_of_guards(guard: str, kind: GuardKind) -> None:
    (endpoint,) = endpoints(f"app.get('/a', {guard}, f)").values()
    assert [g.kind for g in endpoint.guards] == [kind]


READS = {
    "req.params.id": ("path", "id"),
    "req.query['page']": ("query", "page"),
    "req.body": ("body", ""),
    "req.body.user.email": ("body", "user"),
    "req.headers.authorization": ("header", "authorization"),
    "req.get('X-Id')": ("header", "X-Id"),
    "req.cookies.sid": ("cookie", "sid"),
}


@pytest.mark.parametrize(("expression", "expected"), READS.items(), ids=list(READS))
def test_inputs(expression: str, expected: tuple[str, str]) -> None:
    handler = endpoints(f"app.get('/a/:id', (req, res) => {{ use({expression}); res.end() }})")["GET /a/{id}"].handler
    assert handler is not None
    assert (handler.inputs[0].place, handler.inputs[0].name) == expected


def test_destructured_inputs() -> None:
    source = "app.get('/a', (req, res) => { const { page = 1, size: limit } = req.query; res.json(limit) })"
    endpoint = endpoints(source)["GET /a"]
    assert [p.name for p in endpoint.params] == ["page", "size"]


def test_inputs_that_a_parameter_is_taken_apart_into() -> None:
    source = "app.get('/a/:id', ({ params: { id: key }, body }, res) => { res.json(read(key, body.name)) })"
    handler = endpoints(source)["GET /a/{id}"].handler
    assert handler is not None
    assert [(r.place, r.name, r.variable) for r in handler.inputs] == [("path", "id", "key"), ("body", "name", "")]


CALLBACKS = {
    "app.param('id', (req, res, next, id) => next());": ("id",),
    "app.param(['page', 'id'], load);": ("id",),
    "app.param('page', load);": (),
}


@pytest.mark.parametrize(("source", "expected"), CALLBACKS.items(), ids=list(CALLBACKS))
def test_a_callback_runs_in_front_of_the_routes_that_have_its_parameter(source: str, expected: tuple[str, ...]) -> None:
    endpoint = endpoints(f"app.get('/a/:id', f);\n{source}")["GET /a/{id}"]
    assert tuple(name for guard in endpoint.guards for name in guard.path_params) == expected


IN_PLACE = {
    "(req, res, next) => { use(req.params.id, req.params['x']); next() }": (("id", "x"), False),
    "(req, res, next) => { const { id } = req.params; next() }": (("*",), False),
    "(req, res, next) => { log(req); next() }": (("*",), False),
    "(req, res, next) => { next(req.user ? 'route' : undefined) }": ((), True),
    "(req, res, next) => { next() }": ((), False),
}


@pytest.mark.parametrize(("source", "expected"), IN_PLACE.items(), ids=list(IN_PLACE))
def test_middleware_that_is_written_in_place(source: str, expected: tuple[tuple[str, ...], bool]) -> None:
    (guard,) = endpoints(f"app.get('/a/:id', {source}, f)")["GET /a/{id}"].guards
    assert (guard.path_params, guard.leaves_route) == expected


def test_parameters_of_a_parent_are_hidden_without_merge_params() -> None:
    hidden = endpoints("const r = express.Router(); app.use('/a/:id', r); r.get('/b', f)")
    merged = endpoints("const r = express.Router({ mergeParams: true }); app.use('/a/:id', r); r.get('/b', f)")
    assert hidden["GET /a/{id}/b"].hidden_params == ("id",)
    assert merged["GET /a/{id}/b"].hidden_params == ()


def test_error_handlers_map_exceptions() -> None:
    source = (
        "app.use((err, req, res, next) => { if (err instanceof Duplicate) { return res.status(409).json({}) }"
        "if (err.name === 'CastError') return res.status(400).json({}); res.status(500).json({}) })"
    )
    found = snapshot({"app.js": APP + source})
    assert dict(found.sole_status) == {"Duplicate": 409, "CastError": 400}


CORS = {
    "cors()": (True, False),
    "cors({ origin: '*', credentials: true })": (True, True),
    "cors({ origin: true, credentials: true })": (True, True),
    "cors({ origin: ['https://a.example'], credentials: true })": (False, True),
    "cors({ origin: (o, cb) => cb(null, true) })": (True, False),
    "cors({ origin: (o, cb) => check(o, cb) })": (None, False),
    "cors(options)": (None, None),
}


@pytest.mark.parametrize(("source", "expected"), CORS.items(), ids=list(CORS))
def test_cors(source: str, expected: tuple[bool | None, bool | None]) -> None:
    module = parse(
        "app.js", f"{APP}const cors = require('cors'); app.use({source})".encode(), LANGUAGES["javascript"]
    ).module
    (policy,) = FRAMEWORK.extract(module).cors
    assert (policy.origins_any, policy.credentials) == expected


def test_places() -> None:
    source = APP + "app\n  .route('/a')\n  .get(f)\n  .post(g);\n"
    get, post = snapshot({"app.js": source}).endpoints
    assert source[get.where.start :].startswith("get")
    assert source[post.where.start :].startswith("post")


PATHS = {
    "/a/:id": [("/a/{id}",)],
    "/:a-:b": [("/{a}-{b}",)],
    "/:id([0-9]+)": [("/{id:[0-9]+}",)],
    "/a\\:b": [("/a:b",)],
    "/a*": [("/a{*rest}",)],
}


@pytest.mark.parametrize(("path", "expected"), PATHS.items(), ids=list(PATHS))
def test_paths(path: str, expected: list[tuple[str, ...]]) -> None:
    assert list(expand((path,))) == expected


def test_regular_expressions_of_plain_paths() -> None:
    assert regex_path("^\\/a\\/b\\/?$") == ("/a/b",)
    assert regex_path("^\\/a.c$") is None
    assert regex_path("\\/a") is None


@pytest.mark.parametrize("files", FILES.values(), ids=list(FILES))
def test_every_prefix_extracts(files: dict[str, str]) -> None:
    for path, source in files.items():
        language = LANGUAGES["javascript" if path.endswith(".js") else "typescript"]
        for end in range(0, len(source), 3):
            FRAMEWORK.extract(parse(path, source[:end].encode(), language).module)


MADE = "const express = require('express'); module.exports = (app, ctx) => { const api = express(); api.get('/x', f); return api }"


def test_what_is_mounted_and_cannot_be_followed_is_not_known_without_its_prefix() -> None:
    files = {
        "app.js": APP + "module.exports = (ctx) => { app.use('/auth', ctx.auth.endpoints) }",
        "auth/endpoints.js": MADE,
    }
    assert sorted(endpoints(files)) == ["?GET /x"]


def test_a_function_that_is_given_the_app_and_returns_a_router_serves_below_the_prefix_alone() -> None:
    files = {"app.js": APP + "const x = require('./x')(app, {}); app.use('/p', x)", "x.js": MADE}
    assert sorted(endpoints(files)) == ["GET /p/x"]
    files = {"app.js": APP + "app.use('/p', require('./x')(app, {}))", "x.js": MADE}
    assert sorted(endpoints(files)) == ["GET /p/x"]
    files = {"app.js": APP + "app.all('/x*', require('./x')(app, {}))", "x.js": MADE}
    assert sorted(endpoints(files)) == ["GET /x"]


@pytest.mark.parametrize(
    ("test", "development"),
    [
        ("process.env.NODE_ENV === 'development'", True),
        ("process.env.NODE_ENV !== 'production'", True),
        ("options.dev", True),
        ("isDevelopment()", True),
        ("process.env.NODE_ENV === 'production'", False),
        ("process.env.NODE_ENV !== 'development'", False),
        ("!options.dev", False),
        ("options.devices", False),
        ("options.dev || options.beta", False),
        ("enabled", False),
    ],
)
def test_routes_for_developers(test: str, development: bool) -> None:
    found = endpoints(f"if ({test}) {{ app.get('/a', f) }} else {{ app.get('/b', f) }}")
    assert found["GET /a"].route.development_only is development
    assert found["GET /b"].route.development_only is (test == "process.env.NODE_ENV === 'production'")
    assert found["GET /a"].conditional


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("fs.readdirSync('./routes').map((file) => app.use('/api', require('./routes/' + file)))", "GET /api/x"),
        (
            "fs.readdirSync('./routes').forEach((f) => { app.use(`/${f.split('.')[0]}`, require(`./routes/${f}`)) })",
            "GET /users/x",
        ),
        (
            "readdirSync('routes').forEach((f) => { const n = path.parse(f).name; app.use('/api/' + n, require('./routes/' + f)) })",
            "GET /api/users/x",
        ),
        ("readdirSync(dir).forEach((f) => app.use('/api', require(path.join(dir, f))))", "?GET /x"),
        (
            "readdirSync('routes').filter((f) => { const n = withoutExtension(f); return n !== 'index' ? app.use(`/${n}`, require(`./routes/${n}`)) : '' })",
            "GET /users/x",
        ),
        (
            "readdirSync('routes').forEach((f) => { if (f !== 'users.js') app.use('/api', require(`./routes/${f}`)) })",
            "?GET /x",
        ),
        (
            "readdirSync('routes').forEach((f) => { if (!['index', 'users'].includes(f)) app.use('/api', require('./routes/' + f)) })",
            "?GET /x",
        ),
        (
            "const DIR = `${__dirname}/routes`; readdirSync(DIR).forEach((f) => { if (f.endsWith('.js')) app.use('/api', require(path.join(__dirname, 'routes', f))) })",
            "GET /api/x",
        ),
        (
            "readdirSync('routes').filter((f) => { const n = cleanFileName(f); if (n !== 'index') { import(`./routes/${n}`).then((m) => { app.use(`/${n}`, m.default) }) } })",
            "GET /users/x",
        ),
        ("readdirSync('routes').forEach((f) => app.use(prefix(f), require('./routes/' + f)))", "?GET /x"),
    ],
)
def test_folders_of_routers(loop: str, expected: str) -> None:
    files = {"app.js": APP + loop, "routes/users.js": ROUTER + "module.exports = router"}
    assert sorted(endpoints(files)) == [expected]


def test_a_function_that_gives_the_application_away() -> None:
    app = "import express from 'express';\nexport const app = express();\nconst init = async () => { try { const { setup } = await import('./routes.js'); const { start } = await setup(app, { a: 1 }); } catch (e) { stop(); } };\n"
    routes = (
        "export async function setup(app, options) { app.get('/x', (req, res) => res.json({})); return { start }; }\n"
    )
    assert sorted(endpoints({"app.ts": app, "routes.ts": routes})) == ["GET /x"]


def test_files_that_are_given_the_application_by_paths_that_only_running_tells() -> None:
    files = {
        "config/app.js": "const express = require('express'), path = require('path');\nmodule.exports.routes = function (app) { LOOP };\nmodule.exports.init = function () { const app = express(); this.routes(app); return app; };\n",
        "modules/books/routes.js": "module.exports = function (app) { app.route('/books').get((req, res) => res.json([])); };\n",
        "modules/books/more.js": "module.exports = function (io) { io.on('x', f); };\n",
    }
    for loop, expected in (
        ("config.files.routes.forEach(function (file) { require(path.resolve(file))(app); })", ["GET /books"]),
        ("config.files.routes.forEach(function (file) { require(path.resolve(file)).init(); })", ["?GET /books"]),
        ("for (const file of glob.sync('modules/*/routes.js')) { require(file)(app); }", ["GET /books"]),
    ):
        found = endpoints({**files, "config/app.js": files["config/app.js"].replace("LOOP", loop)})
        assert sorted(found) == expected, loop


def test_a_folder_of_functions_that_are_given_the_application() -> None:
    loop = "fs.readdirSync('./routes').forEach((f) => { if (f !== 'old.js') require('./routes/' + f)(app) })"
    files = {
        "app.js": APP + loop,
        "routes/users.js": "module.exports = (app) => { app.get('/users', (req, res) => res.json([])); };\n",
        "routes/old.js": "module.exports = (app) => { app.get('/old', (req, res) => res.json([])); };\n",
    }
    assert sorted(endpoints(files)) == ["?GET /old", "GET /users"]


def test_controllers_that_are_put_together_of_several_modules() -> None:
    files = {
        "app.js": APP + "const users = require('./users'); app.get('/me', users.me); app.post('/me', users.change)",
        "users.js": "const _ = require('lodash'); module.exports = _.extend(require('./reading'), require('./writing'));\n",
        "reading.js": "exports.me = (req, res) => res.status(202).json({});\n",
        "writing.js": "exports.change = (req, res) => res.status(201).json({});\n",
    }
    found = endpoints(files)
    assert [found[label].statuses for label in ("GET /me", "POST /me")] == [(202,), (201,)]


def test_a_server_that_a_function_takes_out_of_what_it_is_given() -> None:
    files = {
        "app.js": "const express = require('express'); const { setup } = require('./google'); const server = express(); setup({ server, root: 1 });\n",
        "google.js": "function setup({ server, root }) { server.get('/auth/google', (req, res) => res.redirect(root)); }\nexports.setup = setup;\n",
    }
    assert sorted(endpoints(files)) == ["GET /auth/google"]


MAKERS = {
    "functions of an object that another makes": "function Users(db) { this.list = (req, res) => res.status(202).json(db.all()); }\nmodule.exports = Users;\n",
    "functions that a function gives back": "module.exports = (db) => { const list = async (req, res) => { res.status(202).json(db.all()); }; return { list }; };\n",
    "written in what is given back": "module.exports = function (db) { return { list: (req, res) => res.status(202).json(db.all()) }; };\n",
    "declared behind what is given back": "module.exports = function (db) { return { list: every }; function every(req, res) { res.status(202).json(db.all()); } };\n",
}


@pytest.mark.parametrize("users", MAKERS.values(), ids=list(MAKERS))
def test_handlers_that_a_function_makes(users: str) -> None:
    made = "new Users(db)" if "this.list" in users else "Users(db)"
    app = APP + f"const Users = require('./users'); const users = {made}; app.get('/users', users.list)"
    (found,) = endpoints({"app.js": app, "users.js": users}).values()
    assert found.handler is not None
    assert found.statuses == (202,)


def test_a_pattern_that_a_constant_holds() -> None:
    source = "const ID = '([0-9a-f]{10,16})'; app.get(`/files/:id${ID}`, f); app.get(`/files/:id${ID}/raw`, f)"
    assert sorted(endpoints(APP + source)) == ["GET /files/{id}", "GET /files/{id}/raw"]


def test_a_folder_of_routers_with_names() -> None:
    load = "readdirSync('routes').forEach((f) => import(`./routes/${f}`).then(({ router }) => app.use('/api', router)))"
    files = {
        "app.js": APP + load,
        "routes/users.js": ROUTER + "exports.router = router",
        "routes/a.js": "exports.b = 1",
    }
    assert sorted(endpoints(files)) == ["GET /api/x"]


def test_routers_that_a_container_gives_by_name() -> None:
    server = """import express, { Router } from 'express'; import { asValue } from 'awilix';
const start = ({ container }) => {
  const app = express(); const apiRouter = Router(); app.use('/api', apiRouter);
  container.register({ apiRouter: asValue(apiRouter), port: asValue(8080) });
};
"""
    books = """import { Router } from 'express';
export const makeBooks = ({ apiRouter }) => {
  const router = Router(); router.get('/books', (req, res) => res.json([])); apiRouter.use(router);
};
"""
    assert sorted(endpoints({"server.ts": server, "books.ts": books})) == ["GET /api/books"]
    assert sorted(endpoints({"server.ts": server.replace("awilix", "other"), "books.ts": books})) == ["?GET /books"]


def test_a_prefix_that_a_call_gives() -> None:
    files = {
        "app.js": b"""const express = require('express'); const addBooks = require('./books'); const app = express();
addBooks(app, '/api/v1');
""",
        "books.js": b"""module.exports = (app, base) => {
  app.get(`${base}/books`, (req, res) => res.json([]));
  app.post(base + '/books', (req, res) => res.json({}));
};
""",
    }
    assert sorted(e.label for e in read(files).snapshot.endpoints) == ["GET /api/v1/books", "POST /api/v1/books"]


BOUND = "constructor() { this.list = this.list.bind(this); this.router = express.Router(); this.router.get('/a', this.list); }"
CONTROLLER = "const express = require('express'); class Users { BODY list(req, res) { res.status(202).json([]); } }\n"
BINDING = {
    "a router in the class": {
        "app.js": APP + "const Users = require('./users'); app.use(new Users().router);",
        "users.js": CONTROLLER.replace("BODY", BOUND) + "module.exports = Users;",
    },
    "a class that routes are given methods of": {
        "app.js": APP + "const Users = require('./users'); const users = new Users(); app.get('/a', users.list);",
        "users.js": CONTROLLER.replace("BODY", "constructor() { this.list = this.list.bind(this); }")
        + "module.exports = Users;",
    },
    "an instance that is exported": {
        "app.js": APP + "const users = require('./users'); app.get('/a', users.list);",
        "users.js": CONTROLLER.replace("BODY", "constructor() { this.list = this.list.bind(this); }")
        + "module.exports = new Users();",
    },
}


@pytest.mark.parametrize("files", BINDING.values(), ids=list(BINDING))
def test_methods_that_a_constructor_binds(files: dict[str, str]) -> None:
    found = endpoints(files)
    assert sorted(found) == ["GET /a"]
    assert found["GET /a"].success == (202,)


PREFIXES = {
    "a choice of developers": "app.use(isDev ? '' : '/api', router)",
    "a choice for users": "app.use(isProduction ? '/api' : '', router)",
    "a function that puts it together": "const under = (name) => `/${name}`; app.use(under('api'), router)",
}


@pytest.mark.parametrize("mounted", PREFIXES.values(), ids=list(PREFIXES))
def test_a_prefix_that_code_makes(mounted: str) -> None:
    source = (
        f"const express = require('express'); const app = express(); const router = express.Router(); {mounted};\n"
        "router.get('/a', (req, res) => res.json([]));"
    )
    assert sorted(endpoints({"app.js": source})) == ["GET /api/a"]
