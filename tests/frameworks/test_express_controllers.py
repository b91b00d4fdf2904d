"""Controllers that decorators make on Express: routing-controllers, tsoa, inversify-express-utils."""

import pytest
from tests.harness.engine import read

from persona_lsp.facts.http import In
from persona_lsp.workspace.snapshot import Auth, Endpoint

ROUTING = (
    "import { JsonController, Get, Post, Delete, Param, QueryParam, QueryParams, Body, Req, Res, HttpCode, OnUndefined,"
    " Authorized, UseBefore, CurrentUser, NotFoundError, createExpressServer, useExpressServer } from 'routing-controllers';\n"
)
TSOA = (
    "import { Controller, Route, Get, Post, Delete, Path, Query, Body, Request, Security, NoSecurity, SuccessResponse,"
    " Middlewares } from 'tsoa';\n"
)
INVERSIFY = (
    "import { controller, httpGet, httpPost, httpDelete, requestParam, queryParam, requestBody, response, BaseHttpController,"
    " InversifyExpressServer } from 'inversify-express-utils';\nimport { Request, Response } from 'express';\n"
)


def endpoints(**files: str) -> dict[str, Endpoint]:
    """Endpoints by label; `name="…"` is `src/name.ts`, `__` a dot."""
    sources = {f"src/{name.replace('__', '.')}.ts": text.encode() for name, text in files.items()}
    return {e.label: e for e in read(sources).snapshot.endpoints if e.path_known}


# -- routing-controllers -----------------------------------------------------------------------------------------------


def test_routing_controllers() -> None:
    found = endpoints(
        users=ROUTING
        + """
        @JsonController('/users')
        export class Users {
          @Get('/') list(@QueryParam('page') page: number) { return this.service.list(page); }
          @Get('/:id') async show(@Param('id') id: number) { const found = await this.service.one(id); if (!found) throw new NotFoundError('x'); return found; }
          @HttpCode(201) @Post() create(@Body() user: NewUser) { return this.service.add(user); }
          @OnUndefined(204) @Delete('/:id') remove(@Param('id') id: number) { this.service.remove(id); }
          @Get('/:id/picture') picture(@Param('id') id: number, @Res() res: Response) { return res.status(202).send(this.of(id)); }
          @Get(/regex/) odd() { return 1; }
          @Get('/nothing') nothing() { this.service.touch(); }
        }
    """
    )
    assert {label: e.statuses for label, e in found.items()} == {
        "GET /users": (200,), "GET /users/{id}": (200, 404), "POST /users": (201,), "DELETE /users/{id}": (204,),
        "GET /users/{id}/picture": (202,), "GET /users/nothing": (),
    }  # fmt: skip
    assert [(p.name, p.place) for p in found["GET /users"].params] == [("page", In.QUERY)]
    assert [(p.name, p.place) for p in found["GET /users/{id}"].params] == [("id", In.PATH)]
    assert found["POST /users"].body is not None
    assert all(e.handler is not None for e in found.values())


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        ("createExpressServer({ controllers: [Users] }).listen(3000)", "GET /users"),
        ("createExpressServer({ routePrefix: '/api' }).listen(3000)", "GET /api/users"),
        ("const app = express(); useExpressServer(app, { routePrefix: '/v1' }); app.listen(1)", "GET /v1/users"),
        ("const app = express(); const sub = express.Router(); app.use('/x', sub); useExpressServer(sub, {})", "GET /x/users"),
        ("createExpressServer({ routePrefix: prefix() })", ""),
    ],
)  # fmt: skip
def test_what_stands_before_controllers(app: str, expected: str) -> None:
    users = ROUTING + "@JsonController('/users') export class Users { @Get() list() { return 1; } }"
    found = endpoints(users=users, app="import express from 'express';\n" + ROUTING + app)
    assert list(found) == ([expected] if expected else [])


def test_a_path_without_a_slash_runs_on() -> None:
    assert endpoints(a=ROUTING + "@JsonController('/users') export class A { @Get('list') list() { return 1; } }") == {}


def test_who_may_call_controllers() -> None:
    found = endpoints(
        a=ROUTING
        + """
        import { requireLogin } from './auth';
        @JsonController('/a')
        export class A {
          @Get('/open') open() { return 1; }
          @Authorized() @Get('/login') login() { return 1; }
          @Authorized('ADMIN') @Get('/admin') admin() { return 1; }
          @UseBefore(requireLogin) @Get('/before') before() { return 1; }
          @Get('/me') me(@CurrentUser({ required: true }) user: User) { return user; }
          @Get('/maybe') maybe(@CurrentUser() user: User) { return user; }
          @UseBefore(Mystery) @Get('/mystery') mystery() { return 1; }
        }
        @Authorized() @JsonController('/b')
        export class B { @Get() all() { return 1; } }
    """
    )
    assert {label.removeprefix("GET "): e.auth for label, e in found.items()} == {
        "/a/open": Auth.NONE, "/a/login": Auth.REQUIRED, "/a/admin": Auth.REQUIRED, "/a/before": Auth.REQUIRED,
        "/a/me": Auth.REQUIRED, "/a/maybe": Auth.OPTIONAL, "/a/mystery": Auth.UNKNOWN, "/b": Auth.REQUIRED,
    }  # fmt: skip


def test_middleware_of_the_application_stands_before_controllers() -> None:
    users = ROUTING + "@JsonController('/users') export class Users { @Get() list() { return 1; } }"
    app = (
        "import express from 'express';\n"
        + ROUTING
        + "const app = express(); app.use(requireAuth); useExpressServer(app, {});"
    )
    assert endpoints(users=users, app=app)["GET /users"].auth is Auth.REQUIRED


# -- tsoa --------------------------------------------------------------------------------------------------------------


def test_tsoa() -> None:
    found = endpoints(
        books=TSOA
        + """
        @Route('books')
        @Security('jwt')
        export class BooksController extends Controller {
          @Get() public async list(@Query() page = 1): Promise<Book[]> { return this.service.list(page); }
          @NoSecurity() @Get('{bookId}') public async show(@Path() bookId: string): Promise<Book> { return this.service.one(bookId); }
          @SuccessResponse('201', 'Created') @Post() public async create(@Body() body: NewBook): Promise<Book> { this.setStatus(201); return this.service.add(body); }
          @SuccessResponse(202) @Post('later') public async later(@Body() body: NewBook): Promise<Book> { return this.service.add(body); }
          @Post('maybe') public async maybe(@Body() body: NewBook): Promise<Book> { if (body.x) { this.setStatus(202); } return this.service.add(body); }
          @Delete('{bookId}') public async remove(bookId: string): Promise<void> { await this.service.remove(bookId); }
        }
    """
    )
    assert {label: (e.statuses, e.auth) for label, e in found.items()} == {
        "GET /books": ((200,), Auth.REQUIRED), "GET /books/{bookId}": ((200,), Auth.NONE),
        "POST /books": ((201,), Auth.REQUIRED), "POST /books/later": ((202,), Auth.REQUIRED),
        "POST /books/maybe": ((), Auth.REQUIRED), "DELETE /books/{bookId}": ((204,), Auth.REQUIRED),
    }  # fmt: skip
    assert found["POST /books"].body is not None
    assert found["POST /books"].body.validated
    assert [(p.name, p.place, p.required) for p in found["GET /books"].params] == [("page", In.QUERY, False)]
    assert [(p.name, p.place) for p in found["DELETE /books/{bookId}"].params] == [("bookId", In.PATH)]


def test_where_tsoa_registers_and_what_it_makes() -> None:
    sources = {
        "tsoa.json": b'{"entryFile": "src/app.ts", "routes": {"routesDir": "build", "basePath": "/v2"}}',
        "src/app.ts": b"""import express from 'express'; import { RegisterRoutes } from '../build/routes';
            const app = express(); const api = express.Router(); app.use('/api', api); RegisterRoutes(api);""",
        "src/books.ts": (TSOA + "@Route('books') export class Books { @Get() list(): Book[] { return []; } }").encode(),
        "build/routes.ts": b"""/* tslint:disable */ // WARNING: This file was auto-generated with tsoa.
            export function RegisterRoutes(app: express.Router) {
              app.get('/v2/books', ...(fetchMiddlewares(Books)), function Books_list(request, response, next) {}); }""",
    }
    found = [e for e in read(sources).snapshot.endpoints if e.path_known]
    assert [(e.label, e.where.path) for e in found] == [("GET /api/v2/books", "src/books.ts")]


# -- inversify-express-utils -------------------------------------------------------------------------------------------


def test_inversify() -> None:
    found = endpoints(
        users=INVERSIFY
        + """
        @controller('/users', requireLogin)
        export class Users extends BaseHttpController {
          @httpGet('/') list(@queryParam('page') page: number) { return this.service.list(page); }
          @httpGet('/:id') show(@requestParam('id') id: string) { const user = this.one(id); if (!user) return this.notFound(); return this.json(user); }
          @httpPost('/', validate(schema)) create(req: Request, res: Response) { res.status(201).json(this.add(req.body)); }
          @httpPost('/other') other(@requestBody() body: NewUser) { return this.json(this.add(body), 202); }
          @httpDelete('/:id', TYPES.Mystery) async remove(request: Request, response: Response): Promise<results.JsonResult> { return super.remove(request, response); }
        }
    """,
        server=INVERSIFY + "const server = new InversifyExpressServer(container, null, { rootPath: '/api' });",
    )
    assert {label: e.statuses for label, e in found.items()} == {
        "GET /api/users": (200,), "GET /api/users/{id}": (200, 404), "POST /api/users": (201,),
        "POST /api/users/other": (202,), "DELETE /api/users/{id}": (),
    }  # fmt: skip
    assert {e.auth for e in found.values()} == {Auth.REQUIRED}
    assert [(p.name, p.place) for p in found["GET /api/users/{id}"].params] == [("id", In.PATH)]


def test_middleware_of_the_server_stands_before_controllers() -> None:
    found = endpoints(
        users=INVERSIFY + "@controller('/users') export class Users { @httpGet('/') list() { return 1; } }",
        server=INVERSIFY
        + "const server = new InversifyExpressServer(container); server.setConfig((app) => { app.use(requireAuth); });",
    )
    assert found["GET /users"].auth is Auth.REQUIRED


# -- decoys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import { Get } from './own'; @JsonController('/a') class A { @Get('/x') x() { return 1; } }",
        "import { Controller, Get } from './own'; import { Action } from 'routing-controllers'; @Controller('/a') class A { @Get('/x') x() { return 1; } }",
        "import { Get, Route } from 'tsoa'; class A { @Get('/x') x() { return 1; } }",
        "import { injectable } from 'inversify'; @injectable() class A { get(path: string) { return path; } }",
    ],
)
def test_what_only_looks_like_a_controller(source: str) -> None:
    assert endpoints(a=source) == {}


@pytest.mark.parametrize("head", [ROUTING, TSOA, INVERSIFY])
def test_every_prefix_extracts(head: str) -> None:
    source = (
        head
        + "@controller('/a', x) @Route('a') @JsonController('/a') class A { @Get('{id}') @httpGet('/:id', y) get(@Path() id: string, @Req() req) { this.setStatus(201); return this.json(1); } }"
    )
    for end in range(0, len(source), 5):
        read({"src/a.ts": source[:end].encode()})
