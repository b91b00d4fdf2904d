"""Fastify: which endpoints a back end serves, what they take and answer, and whom they let in."""

import pytest
from tests.harness.engine import read

from persona_lsp.facts.http import In
from persona_lsp.workspace.snapshot import Auth, Endpoint

APP = "const fastify = require('fastify')({ logger: true });\n"


def endpoints(text: str = "", **files: str) -> dict[str, Endpoint]:
    """Endpoints by label; `name="…"` is `src/name.js` (`___` is a slash), the text is `src/app.js` after its head."""
    sources = {f"src/{name.replace('___', '/')}.js": source.encode() for name, source in files.items()}
    if text:
        sources["src/app.js"] = (APP + text).encode()
    return {e.label: e for e in read(sources).snapshot.endpoints if e.path_known}


def labels(text: str = "", **files: str) -> list[str]:
    return sorted(endpoints(text, **files))


# -- routes ----------------------------------------------------------------------------------------------------------


def test_shorthands_and_objects() -> None:
    assert labels("""
        const opts = { schema: {}, handler: async (request, reply) => [] };
        fastify.get('/a', async () => ({})).post('/b', { schema }, handler);
        fastify.get('/c', opts);
        fastify.all('/d/*', (request, reply) => { reply.send('') });
        fastify.route({ method: ['GET', 'DELETE'], url: '/e/:id(^\\\\d+)', handler: async function (request, reply) {} });
        fastify.route({ method: 'PUT', path: `/f/${'g'}`, handler });
        fastify.route({ method: method(), url: '/unknown', handler });
    """) == ["ANY /d/{rest}", "DELETE /e/{id}", "GET /a", "GET /c", "GET /e/{id}", "POST /b", "PUT /f/g"]


def test_plugins_of_other_files_with_prefixes() -> None:
    assert labels(
        """
        fastify.register(require('./orders'), { prefix: '/orders' });
        fastify.register(import('./users.js'), { prefix: '/v1/users' });
        fastify.register(async (scope) => {
          scope.get('/', async () => 1);
          scope.register(require('./orders'), { prefix: '/inner' });
        }, { prefix: '/outer' });
        """,
        orders="module.exports = async function (app, opts) { app.get('/:id', async (request, reply) => 1); };",
        users="""
        import fp from 'fastify-plugin';
        const routes = async (f, opts) => { f.delete('/me', async () => {}); };
        export default fp(routes);
        """,
    ) == ["DELETE /v1/users/me", "GET /orders/{id}", "GET /outer/", "GET /outer/inner/{id}"]


def test_typed_plugins_and_functions_that_are_given_the_application() -> None:
    sources = {
        "src/server.ts": b"""
        import Fastify, { FastifyInstance } from 'fastify';
        import { ZodTypeProvider } from 'fastify-type-provider-zod';
        import { userRoutes } from './users';
        import routes from './routes';
        export async function build() {
          const app = Fastify({ logger: true }).withTypeProvider<ZodTypeProvider>();
          await app.register(userRoutes, { prefix: 'users' });
          routes(app);
          return app;
        }
        """,
        "src/users.ts": b"""
        import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
        export const userRoutes: FastifyPluginAsyncZod = async (server) => {
          server.withTypeProvider().get('/:id', { schema: { params } }, async (request) => 1);
        };
        """,
        "src/routes.ts": b"""
        import { FastifyInstance } from 'fastify';
        export default function (x: FastifyInstance): void { x.post('/things', create); }
        """,
    }
    found = {e.label for e in read(sources).snapshot.endpoints if e.path_known}
    assert found == {"GET /users/{id}", "POST /things"}


def test_a_plugin_that_is_made_by_a_function() -> None:
    assert labels(
        "fastify.register(orders(service), { prefix: '/orders' });\nconst orders = require('./orders');",
        orders="""
        const orders = (service) => async (fastify) => { fastify.get('/', async () => service.list()); };
        module.exports = orders;
        """,
    ) == ["GET /orders/"]


def test_folders_give_their_names() -> None:
    assert labels(
        """
        const path = require('path');
        fastify.register(require('@fastify/autoload'), {
          dir: path.join(__dirname, 'routes'), options: { prefix: '/api' }, routeParams: true,
        });
        """,
        routes___root="module.exports = async function (fastify, opts) { fastify.get('/', async () => 1); };",
        routes___users___index="module.exports = async (fastify) => { fastify.get('/', async () => 1); };",
        routes___users___other="module.exports = async (fastify) => { fastify.get('/not-loaded', async () => 1); };",
        routes____id___things="module.exports = async (fastify) => { fastify.put('/x', async () => 1); };",
        routes___deep___a="module.exports = async (fastify) => { fastify.get('/y', async () => 1); };\nmodule.exports.autoPrefix = '/shallow';",
    ) == ["GET /api/", "GET /api/shallow/y", "GET /api/users/", "PUT /api/{id}/x"]


def test_what_only_looks_like_routes() -> None:
    assert (
        labels("""
        fastify.get('setting');
        const config = app.get('setting', 'default');
        client.get('/orders', async (request, reply) => 1);
        cache.delete('/orders', { force: true });
    """)
        == []
    )


def test_a_plugin_that_nothing_registers_is_not_served() -> None:
    assert labels(lost="module.exports = async function (fastify) { fastify.get('/x', async () => 1); };") == []


def test_the_plugin_that_the_command_starts() -> None:
    assert labels(app="module.exports = async function (fastify, opts) { fastify.get('/x', async () => 1); };") == [
        "GET /x"
    ]


def test_express_does_not_read_them_too() -> None:
    found = read({
        "src/app.js": (APP + "fastify.register(require('./plugin'));").encode(),
        "src/plugin.js": b"module.exports = async function (app, opts) { app.get('/x', async (request, reply) => 1); };",
    }).snapshot.endpoints  # fmt: skip
    assert [(e.label, e.framework) for e in found] == [("GET /x", "fastify")]


# -- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "auth"),
    [
        ("{ preHandler: [fastify.authenticate] }", Auth.REQUIRED),
        ("{ onRequest: fastify.auth([fastify.verifyJWT, fastify.verifyBasic]) }", Auth.REQUIRED),
        ("{ preHandler: async (request, reply) => { await request.jwtVerify(); } }", Auth.REQUIRED),
        ("{ preHandler: (request, reply) => request.isAdmin(reply) }", Auth.UNKNOWN),
        ("{ preHandler: fastify.rateLimit() }", Auth.NONE),
        ("{ schema: { body: Order } }", Auth.NONE),
    ],
)
def test_hooks_of_a_route(options: str, auth: Auth) -> None:
    assert endpoints(f"fastify.get('/x', {options}, async (request, reply) => 1);")["GET /x"].auth is auth


def test_hooks_hold_inside_of_their_plugin() -> None:
    found = endpoints("""
        fastify.register(async (scope) => {
          scope.get('/before', async () => 1);
          scope.addHook('onRequest', async (request, reply) => { if (!request.user) reply.code(401).send(); });
          scope.register(async (inner) => { inner.get('/inside', async () => 1); });
        });
        fastify.get('/outside', async () => 1);
    """)
    assert {label: e.auth for label, e in found.items()} == {
        "GET /before": Auth.REQUIRED, "GET /inside": Auth.REQUIRED, "GET /outside": Auth.NONE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("if (request.url === '/open') return;", {"/open": "none", "/open/{id}": "required", "/shut": "required"}),
        ("if (request.url.startsWith('/open')) { return; }", {"/open": "none", "/open/{id}": "none", "/shut": "required"}),
        ("const { url } = request.raw; if (OPEN.some((one) => url.includes(one))) return;", {"/open": "none", "/open/{id}": "none", "/shut": "required"}),
        ("let path = request.url.split('?')[0]; if (OPEN.includes(path) || !path) return;", {"/open": "none", "/open/{id}": "required", "/shut": "required"}),
        ("if (request.url === '/open' && request.method === 'POST') return true;", {"/open": "unknown", "/open/{id}": "required", "/shut": "required"}),
        ("if (request.url.startsWith('/open')) { if (await isPublic(request.url)) return; }", {"/open": "unknown", "/open/{id}": "unknown", "/shut": "required"}),
        ("if (isOpen(request.url)) return;", {"/open": "unknown", "/open/{id}": "unknown", "/shut": "unknown"}),
        ("if (listed.includes(request.url)) return;", {"/open": "unknown", "/open/{id}": "unknown", "/shut": "unknown"}),
    ],
)  # fmt: skip
def test_a_hook_that_lets_some_paths_pass(choice: str, expected: dict[str, str]) -> None:
    found = endpoints(f"""
        const OPEN = ['/open'];
        fastify.addHook('onRequest', async (request, reply) => {{
          {choice}
          if (!(await sessionOf(request))) return reply.status(401).send({{}});
        }});
        fastify.get('/open', async () => 1);
        fastify.get('/open/:id', async () => 1);
        fastify.get('/shut', async () => 1);
    """)
    assert {label.removeprefix("GET "): e.auth.value for label, e in found.items()} == expected


def test_hooks_of_wrapped_plugins_are_those_of_the_application() -> None:
    plain = "async function auth(fastify) { fastify.addHook('onRequest', async (request, reply) => { await request.jwtVerify(); }); }"
    text = "fastify.register(require('./auth'));\nfastify.get('/x', async () => 1);"
    wrapped = endpoints(text, auth=f"const fp = require('fastify-plugin');\n{plain}\nmodule.exports = fp(auth);")
    assert wrapped["GET /x"].auth is Auth.REQUIRED
    assert endpoints(text, auth=f"{plain}\nmodule.exports = auth;")["GET /x"].auth is Auth.NONE


def test_hooks_of_folders() -> None:
    hook = "module.exports = async function (fastify) { fastify.addHook('preHandler', async (request, reply) => { await request.jwtVerify(); }); };"
    found = endpoints(
        """
        fastify.register(require('@fastify/autoload'), { dir: require('path').join(__dirname, 'routes'), autoHooks: true });
        """,
        routes___private___autohooks=hook,
        routes___private___index="module.exports = async (fastify) => { fastify.get('/', async () => 1); };",
        routes___open___index="module.exports = async (fastify) => { fastify.get('/', async () => 1); };",
    )
    assert {label: e.auth for label, e in found.items()} == {"GET /open/": Auth.NONE, "GET /private/": Auth.REQUIRED}


# -- what they take and answer ---------------------------------------------------------------------------------------


def test_statuses() -> None:
    found = endpoints("""
        fastify.post('/a', async (request, reply) => { reply.code(201); return {}; });
        fastify.get('/b', async (request, reply) => { if (!x) { reply.code(404).send({}); return reply; } return {}; });
        fastify.get('/c', async (request, reply) => { if (!x) { return reply.notFound('x'); } if (y) return 1; throw fastify.httpErrors.conflict(); });
        fastify.delete('/d', (request, reply) => { reply.status(204).send(); });
        fastify.get('/e', async (request, reply) => { if (x) { reply.code(202); return {}; } return []; });
    """)
    assert {label: e.statuses for label, e in found.items()} == {
        "POST /a": (201,), "GET /b": (200, 404), "GET /c": (200, 404, 409), "DELETE /d": (204,), "GET /e": (200, 202),
    }  # fmt: skip


def test_schemas_are_inputs() -> None:
    found = endpoints("""
        const query = { type: 'object', properties: { limit: { type: 'integer', maximum: 100 }, q: { type: 'string' } }, required: ['q'] };
        fastify.post('/a/:id', { schema: { querystring: query, body: OrderSchema, response: { 201: Order } } }, async (request) => {
          const { name } = request.body;
          return request.params.id;
        });
        fastify.get('/b', { schema: { querystring: Type.Object({ page: Type.Optional(Type.Number({ maximum: 9 })) }) } }, list);
    """)
    made = found["POST /a/{id}"]
    assert [(p.name, p.place, p.required) for p in made.params] == [
        ("limit", In.QUERY, False), ("q", In.QUERY, True), ("id", In.PATH, True),
    ]  # fmt: skip
    assert made.body is not None
    assert made.body.validated
    assert [d.status for d in made.declared if d.documented_only] == [201]
    bounds = [p.constraint.maximum if p.constraint else None for p in (*made.params, *found["GET /b"].params)]
    assert bounds == [100, None, None, 9]


@pytest.mark.parametrize(
    ("options", "any_origin", "credentials", "effect"),
    [
        ("{}", True, False, "fails"),
        ("{ origin: true, credentials: true }", True, True, "reflects"),
        ("{ origin: '*', credentials: true }", True, True, "fails"),
        ("{ origin: ['https://shop.example'], credentials: true }", False, True, "reflects"),
        ("{ origin: allowed }", None, False, "reflects"),
    ],
)
def test_cors(options: str, any_origin: bool | None, credentials: bool | None, effect: str) -> None:
    source = f"{APP}fastify.register(require('@fastify/cors'), {options});"
    (policy,) = read({"app.js": source.encode()}).facts["app.js"].cors
    assert (policy.origins_any, policy.credentials, policy.effect) == (any_origin, credentials, effect)


def test_a_chain_on_an_application_that_a_function_makes() -> None:
    files = {
        "app.ts": b"""import Fastify from 'fastify'; import cors from '@fastify/cors'; import { books } from './books';
function createApp() { if (process.env.DEBUG) { return Fastify({ logger: true }).register(log); } return Fastify(); }
const app = createApp().register(cors).register(books, { prefix: '/api' });
export default app;
""",
        "books.ts": b"""import type { FastifyInstance } from 'fastify';
export async function books(app: FastifyInstance) { app.get('/books', async () => []); }
""",
    }
    assert [e.label for e in read(files).snapshot.endpoints] == ["GET /api/books"]


def test_a_prefix_that_a_call_gives() -> None:
    files = {
        "app.ts": b"""import fastify from 'fastify'; import { addBooks } from './books';
const server = fastify();
addBooks(server, '/api/books');
addBooks(server, '/v2/books');
""",
        "books.ts": b"""import { FastifyInstance } from 'fastify';
export function addBooks(server: FastifyInstance, prefix: string): void {
  server.register(async (instance) => {
    const typed = instance.withTypeProvider<Types>();
    typed.get('/latest', async () => []);
  }, { prefix });
  server.get(`${prefix}/all`, async () => []);
}
""",
    }
    assert sorted(e.label for e in read(files).snapshot.endpoints) == [
        "GET /api/books/all", "GET /api/books/latest", "GET /v2/books/all", "GET /v2/books/latest",
    ]  # fmt: skip


def test_one_of_several_guards_is_enough() -> None:
    source = b"""const fastify = require('fastify')();
fastify.get('/books', { preHandler: fastify.auth([fastify.allowAnonymous, fastify.verifyJWT]) }, async () => []);
fastify.get('/orders', { preHandler: fastify.auth([fastify.verifyJWT, fastify.verifyKey]) }, async () => []);
"""
    found = read({"app.js": source}).snapshot.endpoints
    assert {e.label: e.auth.value for e in found} == {"GET /books": "optional", "GET /orders": "required"}
