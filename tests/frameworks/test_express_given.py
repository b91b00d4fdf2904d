"""Express: applications and routers that functions and classes are given, by whatever name and from wherever."""

import pytest
from tests.frameworks.test_express import APP, endpoints

from persona_lsp.workspace.ignore import skipped
from persona_lsp.workspace.snapshot import Auth

CLASS = """import express from 'express';
export class App {
  app: express.Application;
  constructor(controllers: Controller[], port: number) { this.app = express(); this.init(controllers); }
  private init(controllers: Controller[]) {
    controllers.forEach((c) => { this.app.use(PREFIX, c.router); });
  }
}"""
USERS = """import { Router } from 'express';
export class Users {
  FIELD
  router = Router();
  constructor() { SET; this.router.get('/x', f); }
}"""
PREFIXES = {
    ("`/api${c.path}`", "path = '/users'", ""): ["GET /api/users/x"],
    ("'/api' + c.path", "path: string", "this.path = '/users'"): ["GET /api/users/x"],
    ("c.path", "path = '/users'", ""): ["GET /users/x"],
    ("`/api${c.path}`", "path = where()", ""): ["?GET /api/x"],
    ("`/api/${c.path}/v1`", "path = '/users'", ""): [],
    ("'/api'", "path = '/users'", ""): ["GET /api/x"],
}


@pytest.mark.parametrize(("given", "expected"), PREFIXES.items(), ids=[f"{a}, {b}, {c}" for a, b, c in PREFIXES])
def test_controllers_of_a_list_below_their_own_paths(given: tuple[str, str, str], expected: list[str]) -> None:
    prefix, field, constructed = given
    files = {
        "app.ts": CLASS.replace("PREFIX", prefix),
        "users.ts": USERS.replace("FIELD", field).replace("SET", constructed or "f()"),
        "server.ts": "import { App } from './app'; import { Users } from './users';\n"
        "db.connect().then(async () => { const app = new App([new Users()], 3000); app.listen(); });",
    }
    found = list(endpoints(files))
    assert found == expected or (not expected and all(shown.startswith("?") for shown in found))


def test_controllers_of_a_list_among_other_settings() -> None:
    files = {
        "app.ts": CLASS.replace("PREFIX", "c.path").replace("Controller[], port: number", "any").replace(
            "init(controllers)", "init(controllers.all)"
        ),
        "users.ts": USERS.replace("FIELD", "path = '/users'").replace("SET", "f()"),
        "server.ts": "import { App } from './app'; import { Users } from './users';\n"
        "new App({ port: 3000, all: [new Users()] });",
    }  # fmt: skip
    assert list(endpoints(files)) == ["GET /users/x"]


def test_routers_that_a_function_is_given() -> None:
    files = {
        "server.js": "import express from 'express'; import Router from './router.js';\n"
        "const app = express(); const webRouter = express.Router(); const apiRouter = express.Router();\n"
        "app.use('/api', apiRouter); app.use(webRouter); await Router.initialize(webRouter, apiRouter);",
        "router.js": "import Books from './books.js';\n"
        "function initialize(webRouter, apiRouter) { apiRouter.get('/a', f); Books.apply(webRouter, apiRouter); }\n"
        "export default { initialize };",
        "books.js": "export default { apply(webRouter, apiRouter) { webRouter.get('/b', f); apiRouter.get('/c', f); } };",
    }
    assert sorted(endpoints(files)) == ["GET /api/a", "GET /api/c", "GET /b"]


def test_an_object_that_is_exported_where_it_gets_its_name() -> None:
    files = {
        "app.js": "import express from 'express'; import Routes from './routes.js'; const app = express(); Routes.add(app, 1);",
        "routes.js": "let Routes;\nexport default Routes = { add(app, io) { app.get('/a', (req, res) => res.end()); } };",
    }
    assert list(endpoints(files)) == ["GET /a"]


STARTED = {
    "async function onStartUp(application) { application.use('/r', routes); } service.init({ onStartUp });": True,
    "function onStartUp(express) { express.use('/r', routes); } service.init(onStartUp);": True,
    "function add(app: Application) { app.use('/r', routes); } start({ before: add });": True,
    "function add(router) { router.use('/r', routes); } start({ add });": False,
    "export function add(app) { app.use('/r', routes); } start({ add });": False,
    "function add(app) { app.use('/r', routes); } add(given());": False,
    "function add(app) { app.use('/r', routes); }": False,
    "function add(app: FastifyInstance) { app.use('/r', routes); } start({ add });": False,
}


@pytest.mark.parametrize(("source", "known"), STARTED.items(), ids=list(STARTED))
def test_a_function_that_is_handed_over_and_given_an_application(source: str, known: bool) -> None:
    routes = "import express from 'express'; const r = express.Router(); r.get('/a', f); export default r;"
    files = {"start.ts": f"import routes from './routes';\n{source}", "routes.ts": routes}
    assert ("GET /r/a" in endpoints(files)) is known


def test_a_value_that_is_put_on_the_application() -> None:
    assert list(endpoints("app['oauth'] = oauth; app.get('/a', f)")) == ["GET /a"]


def test_a_router_of_an_alias_that_is_called_like_a_guard() -> None:
    files = {
        "server/app.ts": "import express from 'express'; import { authenticated } from '@server/routers/external';\n"
        "const app = express(); const prefix = `/api/v1`; app.use(prefix, authenticated);",
        "server/routers/external.ts": "import { Router } from 'express'; export const authenticated = Router();\n"
        "authenticated.get('/a', f);",
    }
    found = endpoints(files)
    assert list(found) == ["GET /api/v1/a"]
    assert found["GET /api/v1/a"].auth is not Auth.REQUIRED


def test_a_pattern_that_another_file_holds() -> None:
    assert list(endpoints("const t = require('./t'); app.get(`/read/:token(${t.PATTERN})/x`, f)")) == [
        "GET /read/{token}/x"
    ]


GUARDS = {
    "if (open) { app.all('*', requireLogin) } app.get('/a', f)": Auth.UNKNOWN,
    "app.all('*', requireLogin); app.get('/a', f)": Auth.REQUIRED,
    "app.all('*', auth.requireGlobalLogin); app.get('/a', f)": Auth.REQUIRED,
    "const bearerToken = require('express-bearer-token'); app.use(bearerToken()); app.get('/a', f)": Auth.NONE,
    "function validateAdmin(req, res, next) { const user = who(req.session); if (!rights(user)) { return next(); } "
    "if (!user.email) { return next(new Error('x')); } return next(); } app.use(validateAdmin); app.get('/a', f)": Auth.UNKNOWN,
    "function validateAdmin(req, res, next) { if (rights(req.user)) { return next(); } if (own(req)) { return next(); } "
    "return res.status(403).end(); } app.use(validateAdmin); app.get('/a', f)": Auth.REQUIRED,
    "function authenticate(req, res, next) { passport.authenticate('jwt', (err, user) => { req.login(user, {}, () => next()); })(req, res, next); } "
    "app.use(authenticate); app.get('/a', f)": Auth.UNKNOWN,
    "function authenticate(req, res, next) { passport.authenticate('jwt', (err, user) => { if (!user) { return res.sendStatus(401); } "
    "next(); })(req, res, next); } app.use(authenticate); app.get('/a', f)": Auth.REQUIRED,
    "function isAdmin(req, res, next) { if (rights(req.user)) { return next(); } if (own(req)) { return next(); } "
    "throw new Unauthorized('x'); } app.use(isAdmin); app.get('/a', f)": Auth.REQUIRED,
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), GUARDS.items(), ids=list(GUARDS))
def test_guards_that_may_not_stand_there_or_may_refuse_no_stranger(source: str, expected: Auth) -> None:
    assert endpoints({"app.js": f"{APP}function f(req, res) {{ res.json([]); }}\n{source}"})["GET /a"].auth is expected


ROWS = """const router = express.Router(); app.use('/api', router);
const rows = [
  { method: 'get', url: '/a', middleware: [requireLogin], handler: (req, res) => res.json([]) },
  { method: 'post', url: '/b/:id', handler: (req, res) => res.status(201).json({}) },
];
for (const row of rows) {
  const all = row.middleware || [];
  all.unshift(row.url); all.push(row.handler);
  router[row.method](...all);
}"""


def test_rows_that_say_what_a_method_is_given() -> None:
    found = endpoints(ROWS)
    assert {(name, e.auth, e.success) for name, e in found.items()} == {
        ("GET /api/a", Auth.REQUIRED, (200,)), ("POST /api/b/{id}", Auth.NONE, (201,)),
    }  # fmt: skip
    assert not endpoints(ROWS.replace("url:", "where:"))


FILLED = {
    "export default createRouter((router: Router) => { router.get('/a', requireLogin, f); });": ["GET /r/a"],
    "export default createRouter((router) => { router.route('/a').get(f).post(g); });": ["GET /r/a", "POST /r/a"],
    "const made = fill((router) => { router.get('/a', f); });\nexport default made;": ["GET /r/a"],
    "export default createRouter('/x', (router) => { router.get('/a', f); });": [],
    "export default define((app) => { app.get('/a', f); });": [],
    "fill((router) => { router.get('/a', f); });": [],
}


@pytest.mark.parametrize(("source", "expected"), FILLED.items(), ids=list(FILLED))
def test_a_router_that_a_function_fills(source: str, expected: list[str]) -> None:
    files = {
        "app.ts": "import express from 'express'; import r from './r'; const app = express(); app.use('/r', r);",
        "r.ts": f"import type {{ Router }} from 'express'; import {{ createRouter }} from './create';\n{source}",
        "create.ts": "import { Router } from 'express';\n"
        "export function createRouter(callback: (router: Router) => void) { const router = Router(); callback(router); return router; }",
    }
    assert sorted(endpoints(files)) == expected


def test_what_is_started_stands_in_bin() -> None:
    assert not skipped("bin", ["package.json"])
    assert skipped("bin", ["package.json", "Shop.csproj"])
    assert skipped("bin", ["pom.xml"])
    assert skipped("build", ["package.json"])
