"""NestJS: which endpoints a back end serves, what they take and answer, and whom they let in."""

import pytest
from tests.harness.engine import read

from persona_lsp.facts.http import In
from persona_lsp.facts.role import role
from persona_lsp.workspace.snapshot import Auth, Endpoint

HEAD = "import * as nest from '@nestjs/common';\nimport { Controller, Get, Post, Put, Delete, All, Body, Param, Query, Version, VERSION_NEUTRAL, UseGuards, HttpCode, Module, Res, SetMetadata, applyDecorators, RequestMethod } from '@nestjs/common';\n"
MAIN = """
import { NestFactory } from '@nestjs/core';
import { VersioningType, RequestMethod } from '@nestjs/common';
import { AppModule } from './app.module';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  %s
  await app.listen(3000);
}
bootstrap();
"""


def endpoints(controller: str = "", **files: str) -> dict[str, Endpoint]:
    """Endpoints by label; `name="…"` is `src/name.ts` (`__` is a dot, `___` a slash)."""
    sources = {f"src/{name.replace('___', '/').replace('__', '.')}.ts": text.encode() for name, text in files.items()}
    if controller:
        sources["src/a.controller.ts"] = (HEAD + controller).encode()
    return {e.label: e for e in read(sources).snapshot.endpoints}


def labels(controller: str = "", **files: str) -> list[str]:
    return sorted(endpoints(controller, **files))


# -- routes ----------------------------------------------------------------------------------------------------------


def test_prefixes_and_paths_are_texts_lists_or_objects() -> None:
    assert labels("""
        @Controller(['orders', 'bills'])
        export class A {
          @Get() list() { return []; }
          @Get(['latest', ':id']) show(@Param('id') id: string) { return id; }
        }
        @Controller({ path: 'users', host: 'admin.example.com' })
        export class B { @All('*splat') any() {} }
        @Controller()
        export class C { @nest.Put('me') me() {} }
    """) == [
        "ANY /users/{splat}", "GET /bills", "GET /bills/latest", "GET /bills/{id}", "GET /orders", "GET /orders/latest",
        "GET /orders/{id}", "PUT /me",
    ]  # fmt: skip


def test_the_decorator_that_is_told_the_method() -> None:
    found = endpoints("""
        @Controller('a')
        export class A {
          @nest.RequestMapping({ path: 'x', method: RequestMethod.POST }) x() { return {}; }
          @nest.RequestMapping({ path: 'y' }) y() { return {}; }
          @nest.RequestMapping({ path: 'z', method: METHOD }) z() { return {}; }
        }
    """)
    assert {label: e.statuses for label, e in found.items()} == {
        "POST /a/x": (201,), "GET /a/y": (200,),
    }  # fmt: skip


def test_constants_and_enums_of_other_files_are_followed() -> None:
    assert labels(
        """
        import { Paths, API } from './paths';
        enum Own { Show = 'show/:id' }
        @Controller(`${API}/${Paths.Orders}`)
        export class A { @Get(Own.Show) show() {} @Post(Paths.New) make() {} }
        """,
        paths="export const API = 'v1';\nexport enum Paths { Orders = 'orders', New = 'new' }",
    ) == ["GET /v1/orders/show/{id}", "POST /v1/orders/new"]


def test_what_is_not_from_nest_is_no_route() -> None:
    assert labels("""
        import { Get as Fetch } from 'http-client';
        @Controller('a')
        export class A { @Fetch('x') fetch() {} @Get('y') y() {} }
    """) == ["GET /a/y"]
    sources = {"src/api.ts": b"import { Controller, Get } from './own';\n@Controller('a') class A { @Get('x') x() {} }"}
    assert read(sources).snapshot.endpoints == ()


def test_the_prefix_of_all_spares_what_it_excludes() -> None:
    main = MAIN % "app.setGlobalPrefix('api', { exclude: ['health', { path: 'a/:id', method: RequestMethod.GET }] });"
    controller = """
        @Controller() export class H { @Get('health') health() {} }
        @Controller('a') export class A { @Get(':id') show() {} @Put(':id') put() {} }
    """
    assert labels(controller, main=main) == ["GET /a/{id}", "GET /health", "PUT /api/a/{id}"]


def test_versions_stand_in_the_path_where_the_application_says_so() -> None:
    controller = """
        @Controller({ path: 'a', version: ['1', '2'] })
        export class A { @Get() list() {} @Version('3') @Get('x') x() {} }
        @Controller({ path: 'n', version: VERSION_NEUTRAL }) export class N { @Get() n() {} }
        @Controller('b') export class B { @Get() list() {} }
    """
    uri = MAIN % "app.setGlobalPrefix('api'); app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });"
    assert labels(controller, main=uri) == [
        "GET /api/n", "GET /api/v1/a", "GET /api/v1/b", "GET /api/v2/a", "GET /api/v3/a/x",
    ]  # fmt: skip
    header = MAIN % "app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' });"
    assert labels(controller, main=header) == ["GET /a", "GET /a/x", "GET /b", "GET /n"]


def test_a_prefix_that_nobody_can_tell_leaves_the_path_unknown() -> None:
    main = MAIN % "app.setGlobalPrefix(config.get('PREFIX'));"
    found = endpoints("@Controller('a') export class A { @Get() list() {} }", main=main)
    assert [e.path_known for e in found.values()] == [False]


def test_a_prefix_may_be_a_setting() -> None:
    config = "import { registerAs } from '@nestjs/config';\nexport default registerAs('app', () => ({ prefix: process.env.PREFIX || 'api' }));"
    main = MAIN % "app.setGlobalPrefix(app.get(ConfigService).getOrThrow('app.prefix', { infer: true }));"
    assert labels("@Controller('a') export class A { @Get() list() {} }", main=main, config=config) == ["GET /api/a"]


def test_what_another_function_sets_on_the_application() -> None:
    main = (
        MAIN.replace("import { AppModule }", "import { configure } from './setup';\nimport { AppModule }")
        % "configure(app);"
    )
    setup = """
        import { INestApplication, ValidationPipe, VersioningType } from '@nestjs/common';
        import { PREFIX } from './names';
        export function configure(app: INestApplication) {
          app.setGlobalPrefix(PREFIX);
          app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
        }
    """
    controller = "@Controller('a') export class A { @Get() list() {} }"
    assert labels(controller, main=main, setup=setup, names="export const PREFIX = 'api';") == ["GET /api/v1/a"]


def test_controllers_may_be_about_scripts() -> None:
    sources = {
        "src/scripts/scripts.controller.ts": (
            HEAD + "@Controller('scripts') export class S { @Get() list() {} }"
        ).encode()
    }
    assert [e.test for e in read(sources).snapshot.endpoints] == [False]
    assert role("src/scripts/scripts.controller.ts") == "prod"


def test_an_application_of_a_script_serves_nothing() -> None:
    script = MAIN.replace("./app.module", "../seed.module") % "app.setGlobalPrefix('seed');"
    controller = "@Controller('a') export class A { @Get() list() {} }"
    assert labels(controller, main=MAIN % "app.setGlobalPrefix('api');", seeds___run=script) == ["GET /api/a"]


def test_module_paths_hold_for_controllers_of_the_module() -> None:
    module = """
        import { Module } from '@nestjs/common';
        import { RouterModule } from '@nestjs/core';
        import { A } from './a.controller';
        @Module({ controllers: [A] }) export class StatsModule {}
        @Module({ imports: [StatsModule] }) export class AdminModule {}
        @Module({
          imports: [AdminModule, StatsModule,
            RouterModule.register([{ path: 'admin', module: AdminModule, children: [{ path: 'stats', module: StatsModule }] }])],
        }) export class AppModule {}
    """
    controller = "@Controller('daily') export class A { @Get() list() {} }"
    assert labels(controller, app__module=module, main=MAIN % "") == ["GET /admin/stats/daily"]


def test_each_application_serves_the_controllers_of_its_modules() -> None:
    api = "import { Module } from '@nestjs/common';\nimport { %s } from '../a.controller';\n@Module({ controllers: [%s] }) export class AppModule {}"
    controller = """
        @Controller('a') export class A { @Get() list() {} }
        @Controller('b') export class B { @Get() list() {} }
    """
    assert labels(
        controller,
        one___main=MAIN % "app.setGlobalPrefix('one');",
        one___app__module=api % ("A", "A"),
        two___main=MAIN % "app.setGlobalPrefix('two');",
        two___app__module=api % ("B", "B"),
    ) == ["GET /one/a", "GET /two/b"]


def test_routes_of_base_classes_are_served_below_the_prefix_of_the_controller() -> None:
    found = endpoints(
        """
        import { Base } from './base';
        @Controller('orders') export class Orders extends Base<Order> { @Get('own') own() {} }
        @Controller('bills') export class Bills extends Base<Bill> { list() { return []; } }
        """,
        base="""
        import { Get, Delete, UseGuards } from '@nestjs/common';
        import { JwtAuthGuard } from './jwt';
        export abstract class Base<T> {
          @Get() list() { return []; }
          @UseGuards(JwtAuthGuard) @Delete(':id') remove() {}
        }
        """,
    )
    assert sorted(found) == [
        "DELETE /bills/{id}", "DELETE /orders/{id}", "GET /bills", "GET /orders", "GET /orders/own",
    ]  # fmt: skip
    assert found["DELETE /orders/{id}"].auth is Auth.REQUIRED


def test_a_module_file_or_a_test_serves_nothing() -> None:
    spec = "@Controller('x') export class X { @Get() x() {} }"
    found = read({"test/app.e2e-spec.ts": (HEAD + spec).encode()}).snapshot.endpoints
    assert all(e.test for e in found)


# -- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decorators", "auth"),
    [
        ("@UseGuards(JwtAuthGuard)", Auth.REQUIRED),
        ("@UseGuards(AuthGuard('jwt'))", Auth.REQUIRED),
        ("@UseGuards(new ApiKeyGuard(keys))", Auth.REQUIRED),
        ("@UseGuards(OptionalJwtGuard)", Auth.OPTIONAL),
        ("@UseGuards(ThrottlerGuard)", Auth.NONE),
        ("@UseGuards(TenantGuard)", Auth.UNKNOWN),
        ("@UseGuards(CsrfTokenGuard)", Auth.NONE),
        ("", Auth.NONE),
    ],
)
def test_guards_of_a_method(decorators: str, auth: Auth) -> None:
    found = endpoints(
        "import { AuthGuard } from '@nestjs/passport';\nimport { ThrottlerGuard } from '@nestjs/throttler';\n"
        f"@Controller('a') export class A {{ {decorators} @Get() list() {{ return []; }} }}"
    )
    assert found["GET /a"].auth is auth


def test_a_guard_of_all_routes_and_those_that_it_leaves_out() -> None:
    module = """
        import { Module } from '@nestjs/common';
        import { APP_GUARD } from '@nestjs/core';
        import { A } from './a.controller';
        import { JwtAuthGuard } from './guard';
        @Module({ controllers: [A], providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }] }) export class AppModule {}
    """
    found = endpoints(
        """
        import { Open } from './open';
        @Controller('a')
        export class A { @Get() list() { return []; } @Open() @Post('login') login() {} }
        """,
        app__module=module,
        main=MAIN % "",
        open="import { SetMetadata } from '@nestjs/common';\nexport const KEY = 'isPublic';\nexport const Open = () => SetMetadata('isPublic', true);",
        guard="""
        import { Injectable } from '@nestjs/common';
        import { AuthGuard } from '@nestjs/passport';
        @Injectable() export class JwtAuthGuard extends AuthGuard('jwt') {
          canActivate(context) {
            const isPublic = this.reflector.getAllAndOverride('isPublic', [context.getHandler()]);
            if (isPublic) { return true; }
            return super.canActivate(context);
          }
        }
        """,
    )
    assert found["GET /a"].auth is Auth.REQUIRED
    assert found["POST /a/login"].auth is Auth.NONE


def test_a_guard_of_all_routes_that_asks_marked_ones_only() -> None:
    guard = """
        import { Injectable, CanActivate } from '@nestjs/common';
        import { APP_GUARD } from '@nestjs/core';
        @Injectable() export class AuthGuard implements CanActivate {
          async canActivate(context) {
            const options = this.reflector.getAllAndOverride('auth', [context.getHandler()]);
            if (!options) { return true; }
            await this.service.authenticate(context);
            return true;
          }
        }
        export const providers = [{ provide: APP_GUARD, useClass: AuthGuard }];
    """
    found = endpoints(
        """
        import { Authenticated } from './authenticated';
        @Controller('a')
        export class A { @Get() list() { return []; } @Authenticated() @Post() make() {} }
        """,
        guard=guard,
        authenticated="""
        import { SetMetadata, applyDecorators } from '@nestjs/common';
        export const Authenticated = (options = {}) => applyDecorators(SetMetadata('auth', options));
        """,
    )
    assert found["GET /a"].auth is Auth.NONE
    assert found["POST /a"].auth is Auth.REQUIRED


def test_a_guard_of_all_routes_that_forbids_something_may_let_most_pass() -> None:
    guard = """
        import { Injectable, CanActivate, ForbiddenException } from '@nestjs/common';
        import { APP_GUARD } from '@nestjs/core';
        @Injectable() export class ReadOnlyGuard implements CanActivate {
          canActivate(context) {
            const request = context.switchToHttp().getRequest();
            if (request.session.readOnly) { throw new ForbiddenException(); }
            return true;
          }
        }
        export const providers = [{ provide: APP_GUARD, useClass: ReadOnlyGuard }];
    """
    found = endpoints("@Controller('a') export class A { @Get() list() { return []; } }", guard=guard)
    assert found["GET /a"].auth is Auth.UNKNOWN


def test_decorators_of_the_project_are_what_they_are_made_of() -> None:
    found = endpoints(
        """
        import { Members, Counted } from './decorators';
        @Controller('a')
        export class A { @Members() @Get() list() { return []; } @Counted() @Post() make() {} }
        """,
        decorators="""
        import { applyDecorators, UseGuards, UseInterceptors } from '@nestjs/common';
        import { JwtAuthGuard } from './jwt';
        export function Members(...roles: string[]) { return applyDecorators(UseGuards(JwtAuthGuard)); }
        export const Counted = () => applyDecorators(UseInterceptors(CountingInterceptor));
        """,
    )
    assert found["GET /a"].auth is Auth.REQUIRED
    assert found["POST /a"].auth is Auth.NONE


def test_a_decorator_that_is_told_whether_it_opens() -> None:
    found = endpoints(
        """
        import { Auth } from './decorators';
        @Controller('a')
        export class A { @Auth(['admin']) @Get() list() { return []; } @Auth([], { public: true }) @Post() make() {} }
        """,
        decorators="""
        import { applyDecorators, UseGuards } from '@nestjs/common';
        import { PublicRoute } from './public';
        import { AuthGuard } from './auth.guard';
        export function Auth(roles = [], options?) {
          const isPublic = options?.public;
          return applyDecorators(UseGuards(AuthGuard({ public: isPublic })), PublicRoute(isPublic));
        }
        """,
        public="import { SetMetadata } from '@nestjs/common';\nexport const PublicRoute = (open = false) => SetMetadata('public_route', open);",
    )
    assert found["GET /a"].auth is Auth.REQUIRED
    assert found["POST /a"].auth is Auth.OPTIONAL


def test_controllers_by_a_decorator_of_the_project() -> None:
    controller = """
        import { ApiController, Unrelated } from './decorators';
        @ApiController('a') export class A { @Get() list() { return []; } }
        @OtherController('b') export class B { @Get() list() { return []; } }
    """
    decorators = """
        import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
        import { JwtAuthGuard } from './jwt';
        export const ApiController = (name: string) => applyDecorators(Controller(`api/${name}`), UseGuards(JwtAuthGuard));
    """
    found = endpoints(controller, decorators=decorators)
    assert {label: e.auth for label, e in found.items()} == {"GET /api/a": Auth.REQUIRED}


PREFIXED = """
import { Controller } from '@nestjs/common';
import { VERSION, isDev } from './settings';
const prefix = isDev ? '' : `/api/v${VERSION}`;
"""
DECORATORS = {
    "a helper": PREFIXED
    + "const under = (path: string) => `${prefix}/${path.replace(/^\\/*/, '')}`;\n"
    + "export const ApiController = (path?: string) => { if (!path) { return Controller(prefix); } return Controller(under(path)); };",
    "all that it is given": PREFIXED
    + "export const ApiController = (...all) => { const [path, ...rest] = all; if (!path) { return Controller(prefix); }\n"
    + "  const full = `${prefix}/${path}`; return Controller(full, ...rest); };",
}


@pytest.mark.parametrize("decorators", DECORATORS.values(), ids=list(DECORATORS))
def test_a_decorator_that_puts_the_prefix_together(decorators: str) -> None:
    controller = """
        import { ApiController } from './decorators';
        @ApiController('a') export class A { @Get() list() { return []; } }
        @ApiController(['b', 'c']) export class B { @Get('x') list() { return []; } }
        @ApiController() export class C { @Get('y') list() { return []; } }
    """
    settings = "export const VERSION = 3;\nexport const isDev = process.env.NODE_ENV === 'development';"
    found = endpoints(controller, decorators=decorators, settings=settings)
    assert sorted(found) == ["GET /api/v3/a", "GET /api/v3/b/x", "GET /api/v3/c/x", "GET /api/v3/y"]
    assert all(e.path_known for e in found.values())
    unknown = endpoints(controller, decorators=decorators, settings="export const VERSION = load();")
    assert not any(e.path_known for e in unknown.values())


def test_middleware_stands_before_the_paths_that_it_is_applied_to() -> None:
    module = """
        import { MiddlewareConsumer, Module, RequestMethod } from '@nestjs/common';
        import { AuthMiddleware } from './auth.middleware';
        import { A } from './a.controller';
        @Module({ controllers: [A] })
        export class AppModule {
          configure(consumer: MiddlewareConsumer) {
            consumer.apply(AuthMiddleware).exclude('a/open').forRoutes({ path: 'a/:id', method: RequestMethod.ALL }, { path: 'a', method: RequestMethod.POST });
          }
        }
    """
    found = endpoints(
        "@Controller('a') export class A { @Get() list() {} @Post() make() {} @Get('open') open() {} @Get(':id') show() {} }",
        app__module=module,
        main=MAIN % "app.setGlobalPrefix('api');",
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /api/a": Auth.NONE, "POST /api/a": Auth.REQUIRED, "GET /api/a/open": Auth.NONE, "GET /api/a/{id}": Auth.REQUIRED,
    }  # fmt: skip


def test_a_piece_of_the_prefix_that_brings_its_own_slash_may_be_missing() -> None:
    controller = "@Controller('a') export class A { @Get() list() { return []; } @nest.Version('2') @Post() make() {} }"
    configured = "import { nameOf } from 'names';\nexport const BASE = nameOf(process.env.BASE);"
    head = "import { BASE } from './settings';\n" + MAIN
    versions = head % "app.enableVersioning({ type: VersioningType.URI, prefix: `${BASE}v`, defaultVersion: '1' });"
    assert labels(controller, main=versions, settings=configured) == ["GET /v1/a", "POST /v2/a"]
    assert labels(controller, main=head % "app.setGlobalPrefix(`${BASE}v1`);", settings=configured) == [
        "GET /v1/a",
        "POST /v1/a",
    ]
    whole = endpoints(controller, main=head % "app.setGlobalPrefix(`${BASE}/v1`);", settings=configured)
    assert not any(e.path_known for e in whole.values())


CONTROLLERS = {
    "a list of its own": "controllers: [Open, ...guarded]",
    "a choice": "controllers: process.env.SMALL ? [Open] : [Open, ...guarded]",
    "without what is not there": "controllers: [Open, ...guarded].filter(Boolean)",
    "a condition": "controllers: [Open, process.env.FULL && A]",
}


@pytest.mark.parametrize("listed", CONTROLLERS.values(), ids=list(CONTROLLERS))
def test_middleware_of_controllers_that_a_list_holds(listed: str) -> None:
    module = f"""
        import {{ MiddlewareConsumer, Module }} from '@nestjs/common';
        import {{ AuthMiddleware }} from './auth.middleware';
        import {{ A, Open }} from './a.controller';
        const guarded = [A];
        @Module({{ {listed} }})
        export class AppModule {{
          configure(consumer: MiddlewareConsumer) {{ consumer.apply(AuthMiddleware).forRoutes(...guarded); }}
        }}
    """
    found = endpoints(
        "@Controller('a') export class A { @Get() list() {} } @Controller('open') export class Open { @Get() list() {} }",
        app__module=module,
        main=MAIN % "app.setGlobalPrefix('api');",
        other="import { NestFactory } from '@nestjs/core';\nimport { WorkModule } from './work.module';\n"
        "async function work() { const app = await NestFactory.create(WorkModule); app.setGlobalPrefix('work'); await app.listen(1); }",
        work__module="import { Module } from '@nestjs/common';\n@Module({}) export class WorkModule {}",
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /api/a": Auth.REQUIRED, "GET /api/open": Auth.NONE,
    }  # fmt: skip


# -- what they take and answer ---------------------------------------------------------------------------------------


def test_statuses() -> None:
    found = endpoints("""
        @Controller('a')
        export class A {
          @Get() list() { return []; }
          @Post() make() { return {}; }
          @HttpCode(204) @Delete(':id') remove() {}
          @Put(':id') put() { throw new nest.NotFoundException('gone'); }
          @Post('raw') raw(@Res() response) { response.status(202).json({}); }
        }
    """)
    assert {label: e.statuses for label, e in found.items()} == {
        "GET /a": (200,), "POST /a": (201,), "DELETE /a/{id}": (204,), "PUT /a/{id}": (404,), "POST /a/raw": (202,),
    }  # fmt: skip


def test_a_handler_that_takes_the_request_of_fastify_is_one_of_nest() -> None:
    found = endpoints("""
        import { FastifyRequest } from 'fastify';
        @Controller('a')
        export class A {
          @Post() async make(@Req() request: FastifyRequest) { const made = await this.shop.make(request); return { made }; }
        }
    """)
    assert found["POST /a"].statuses == (201,)


def test_inputs() -> None:
    found = endpoints("""
        @Controller('a')
        export class A {
          @Post(':id') make(@Param('id') id: string, @Query('page') page: number, @Body() dto: MakeDto) { return {}; }
          @Put(':id') put(@Param() params, @Body() data: any) { return params.id; }
        }
    """)
    made = found["POST /a/{id}"]
    assert [(p.name, p.place) for p in made.params] == [("id", In.PATH), ("page", In.QUERY)]
    assert made.body is not None
    assert (made.body.type, made.body.untyped) == ("MakeDto", False)
    put = found["PUT /a/{id}"]
    assert put.body is not None
    assert put.body.untyped
    assert put.handler is not None
    assert [(r.place, r.name) for r in put.handler.inputs] == [("path", "id")]


def test_a_pipe_of_all_routes_checks_typed_bodies() -> None:
    main = MAIN % "app.useGlobalPipes(new ValidationPipe({ whitelist: true }));"
    found = endpoints(
        "@Controller('a') export class A { @Post() make(@Body() dto: MakeDto) {} @Put() put(@Body() dto) {} }",
        main=main,
    )
    bodies = {label: e.body for label, e in found.items()}
    assert {label: b.validated if b is not None else None for label, b in bodies.items()} == {
        "POST /a": True, "PUT /a": None,
    }  # fmt: skip


def test_a_response_that_is_only_lent() -> None:
    found = endpoints("""
        @Controller('sessions')
        export class Sessions {
          @Post() @HttpCode(200) login(@Res({ passthrough: true }) res: Response) { res.cookie('a', 'b'); return {}; }
          @Post('late') late(@Res({ passthrough: true }) res: Response) { res.status(202); return {}; }
        }
    """)
    assert [d.status for d in found["POST /sessions"].route.declared] == [200]
    assert {r.status for r in found["POST /sessions"].handler.responses} == {200}  # type: ignore[union-attr]  # it has a handler
    assert 201 not in {r.status for r in found["POST /sessions/late"].handler.responses}  # type: ignore[union-attr]  # it has a handler
