"""NestJS: what role marks and guards of the application make of who may call."""

import pytest
from tests.frameworks.test_nestjs import MAIN, endpoints

from persona_lsp.workspace.snapshot import Auth

ROLES = "import { SetMetadata } from '@nestjs/common';\nexport const Roles = (...roles: string[]) => SetMetadata('roles', roles);"
CONTROLLER = """
import { Roles } from './roles';
@Controller('a')
export class A {
  @Get() list() { return []; }
  @Roles('public') @Get('open') open() { return []; }
  @Roles('admin') @Post() make() { return {}; }
}
"""
MODULE = "import { Module } from '@nestjs/common';\nimport { A } from './a.controller';\n@Module({ controllers: [A] }) export class AppModule {}"
ABILITY = """
import { Injectable, CanActivate, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
@Injectable() export class Ability implements CanActivate {
  async canActivate(context) {
    const roles = this.reflector.get<string[]>('roles', context.getHandler());
    if (roles?.includes('public')) { return true; }
    const { user } = context.switchToHttp().getRequest();
    if (!user) { throw new UnauthorizedException(); }
    return this.permissions.allow(user);
  }
}
"""
CORE = "import { APP_GUARD } from '@nestjs/core';\nimport { Module } from '@nestjs/common';\nimport { Ability } from './ability';\n"
PROVIDED = {
    "a constant": CORE + "export const PROVIDERS = [{ provide: APP_GUARD, useClass: Ability }];",
    "what a function returns": CORE + "export function providers() { return [{ provide: APP_GUARD, useClass: Ability }]; }",
    "what an arrow returns": CORE + "export const providers = () => { return [{ provide: APP_GUARD, useClass: Ability }]; };",
    "an expression of an arrow": CORE + "export const providers = () => [{ provide: APP_GUARD, useClass: Ability }];",
    "a static method": CORE
    + "export class M { static forRoot() { return { module: M, providers: [{ provide: APP_GUARD, useClass: Ability }] }; } }",
    "a decorator of the project": CORE
    + "const GUARDS = [{ provide: APP_GUARD, useClass: Ability }];\n"
    + "export const App = (more = {}) => { const { providers = [], ...rest } = more; return Module({ ...rest, providers: [...GUARDS, ...providers] }); };",
}  # fmt: skip


@pytest.mark.parametrize("module", PROVIDED.values(), ids=list(PROVIDED))
def test_a_guard_of_all_routes_is_found_wherever_it_is_listed(module: str) -> None:
    found = endpoints(
        CONTROLLER, roles=ROLES, ability=ABILITY, providers=module, app__module=MODULE, main=MAIN % ""
    )  # fmt: skip
    assert found["GET /a"].auth is Auth.REQUIRED
    assert found["GET /a/open"].auth is Auth.NONE
    assert found["POST /a"].auth is Auth.REQUIRED


def test_without_it_nobody_asks() -> None:
    found = endpoints(CONTROLLER, roles=ROLES, ability=ABILITY, app__module=MODULE, main=MAIN % "")
    assert found["GET /a"].auth is Auth.NONE


MARKS = {
    "no guard reads it": (ROLES, ""),
    "a package makes it, no guard reads it": ("export { Roles } from 'roles-of-somebody';", ""),
    "the guard reads another mark": (ROLES, ABILITY.replace("'roles'", "'features'")),
}


@pytest.mark.parametrize(("roles", "guard"), MARKS.values(), ids=list(MARKS))
def test_a_mark_that_no_guard_reads_demands_nothing_that_is_known(roles: str, guard: str) -> None:
    found = endpoints(CONTROLLER, roles=roles, ability=guard, app__module=MODULE, main=MAIN % "")
    assert found["POST /a"].auth is Auth.UNKNOWN
    assert found["GET /a/open"].auth is Auth.UNKNOWN


READERS = {
    "its key is a text": ("'roles'", "'roles'"),
    "its key is a constant": ("KEY", "KEY"),
    "a text here and a constant there": ("'roles'", "KEY"),
}


@pytest.mark.parametrize(("key", "read"), READERS.values(), ids=list(READERS))
def test_a_mark_that_a_guard_reads_demands_what_it_says(key: str, read: str) -> None:
    guard = f"""
    import {{ Injectable, CanActivate }} from '@nestjs/common';
    import {{ KEY }} from './key';
    @Injectable() export class RolesGuard implements CanActivate {{
      canActivate(context) {{
        const wanted = this.reflector.getAllAndOverride<string[]>({read}, [context.getHandler()]);
        if (!wanted) {{ return true; }}
        const {{ user }} = context.switchToHttp().getRequest();
        return wanted.some((role) => user.roles.includes(role));
      }}
    }}
    """
    found = endpoints(
        CONTROLLER.replace("@Controller('a')", "@UseGuards(RolesGuard)\n@Controller('a')")
        + "import { RolesGuard } from './guard';",
        key="export const KEY = 'roles';",
        roles=f"import {{ SetMetadata }} from '@nestjs/common';\nimport {{ KEY }} from './key';\nexport const Roles = (...roles) => SetMetadata({key}, roles);",
        guard=guard,
    )
    assert found["GET /a"].auth is Auth.NONE
    assert found["POST /a"].auth is Auth.REQUIRED
    assert found["GET /a/open"].auth is Auth.UNKNOWN  # `public` may be a role like any other


@pytest.mark.parametrize("test", ["roles?.includes(Role.Public)", "role === 'public'", "'public' === role"])
def test_what_a_guard_lets_pass_is_told_by_the_value_of_the_mark(test: str) -> None:
    name = "role" if "===" in test else "roles"
    found = endpoints(
        CONTROLLER.replace("'public'", "Role.Public" if "Role." in test else "'public'"),
        roles=ROLES,
        ability=ABILITY.replace("const roles", f"const {name}").replace("roles?.includes('public')", test),
        providers=PROVIDED["a constant"], app__module=MODULE, main=MAIN % "",
    )  # fmt: skip
    assert found["GET /a/open"].auth is Auth.NONE
    assert found["POST /a"].auth is Auth.REQUIRED


def test_a_mark_that_is_set_in_place() -> None:
    found = endpoints(
        """
        @Controller('a')
        export class A { @SetMetadata('roles', ['public']) @Get() list() { return []; } @Post() make() { return {}; } }
        """,
        ability=ABILITY, providers=PROVIDED["a constant"], app__module=MODULE, main=MAIN % "",
    )  # fmt: skip
    assert found["GET /a"].auth is Auth.NONE
    assert found["POST /a"].auth is Auth.REQUIRED


def test_a_decorator_that_the_reflector_makes() -> None:
    found = endpoints(
        CONTROLLER,
        roles="import { Reflector } from '@nestjs/core';\nexport const Roles = Reflector.createDecorator<string[]>();",
        ability="import { Roles } from './roles';\n" + ABILITY.replace("'roles'", "Roles"),
        providers=PROVIDED["a constant"], app__module=MODULE, main=MAIN % "",
    )  # fmt: skip
    assert found["GET /a"].auth is Auth.REQUIRED
    assert found["GET /a/open"].auth is Auth.NONE


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return this.rights.may(context.switchToHttp().getRequest().user);", Auth.UNKNOWN),
        ("return this.features.enabled('a');", Auth.NONE),
        ("if (this.full) { throw new BadRequestException(); } return true;", Auth.NONE),
    ],
)
def test_a_guard_that_refuses_without_a_word(body: str, expected: Auth) -> None:
    guard = f"""
    import {{ Injectable, CanActivate, BadRequestException }} from '@nestjs/common';
    @Injectable() export class AttachmentGuard implements CanActivate {{ canActivate(context) {{ {body} }} }}
    """
    found = endpoints(
        "import { AttachmentGuard } from './guard';\n@UseGuards(AttachmentGuard) @Controller('a') export class A { @Get() list() { return []; } }",
        guard=guard,
    )
    assert found["GET /a"].auth is expected


UNMARKED = ("roles === undefined", "roles == null", "!roles", "roles === undefined || roles.length === 0")


@pytest.mark.parametrize("asked", UNMARKED)
def test_a_guard_that_lets_pass_what_carries_no_mark(asked: str) -> None:
    guard = """
import { Injectable, CanActivate, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
@Injectable() export class Ability implements CanActivate {
  canActivate(context) {
    const { caller } = context.switchToHttp().getRequest();
    const roles = this.reflector.getAllAndOverride('roles', [context.getHandler(), context.getClass()]);
    if (%s) return true;
    if (roles.includes(caller.role)) return true;
    throw new UnauthorizedException();
  }
}
"""
    found = endpoints(
        CONTROLLER, roles=ROLES, ability=guard % asked, app__module=MODULE, main=MAIN % "",
        providers=PROVIDED["a constant"],
    )  # fmt: skip
    assert found["GET /a"].auth is Auth.NONE
    assert found["POST /a"].auth is Auth.REQUIRED
