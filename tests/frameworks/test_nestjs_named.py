"""NestJS beside HTTP: which guards of the application hold for operations, messages and events of sockets."""

import pytest
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth

RESOLVER = """
import { Resolver, Query, Mutation, ResolveField } from '@nestjs/graphql';
import { Public } from './auth';
@Resolver(() => Book)
export class Books {
  @Query(() => [Book]) books() { return this.all(); }
  @Public() @Query(() => Book) latest() { return this.one(); }
  @Mutation(() => Book) addBook() { return this.add(); }
  @ResolveField() author() { return this.of(); }
}
"""
CONTROLLER = """
import { Controller } from '@nestjs/common';
import { MessagePattern, EventPattern } from '@nestjs/microservices';
@Controller()
export class Sums { @MessagePattern('sum') sum() { return 1; } @EventPattern('made') made() {} }
"""
GATEWAY = """
import { WebSocketGateway, SubscribeMessage } from '@nestjs/websockets';
@WebSocketGateway()
export class Chat { @SubscribeMessage('say') say() {} }
"""
AUTH = """
import { SetMetadata, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
export const IS_PUBLIC = 'isPublic';
export const Public = () => SetMetadata(IS_PUBLIC, true);
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  canActivate(context) {
    const isPublic = this.reflector.getAllAndOverride(IS_PUBLIC, [context.getHandler()]);
    if (isPublic) return true;
    return super.canActivate(context);
  }
}
"""
MODULE = """
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtAuthGuard } from './auth';
import { Books } from './books.resolver';
import { Sums } from './sums.controller';
import { Chat } from './chat.gateway';
@Module({ controllers: [Sums], providers: [Books, Chat%s] })
export class AppModule {}
"""
MAIN = """
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { JwtAuthGuard } from './auth';
async function bootstrap() { %s }
bootstrap();
"""
PROVIDED = ", { provide: APP_GUARD, useClass: JwtAuthGuard }"
HTTP = "const app = await NestFactory.create(AppModule); await app.listen(3000);"
BY_CALL = "const app = await NestFactory.create(AppModule); app.useGlobalGuards(new JwtAuthGuard());"
MESSAGES = "const app = await NestFactory.createMicroservice(AppModule, options); await app.listen();"
HYBRID = "const app = await NestFactory.create(AppModule); app.connectMicroservice(options);"
INHERITING = (
    "const app = await NestFactory.create(AppModule); app.connectMicroservice(options, { inheritAppConfig: true });"
)


def auth(main: str, providers: str = PROVIDED) -> dict[str, Auth]:
    files = {
        "main.ts": MAIN % main, "app.module.ts": MODULE % providers, "auth.ts": AUTH, "books.resolver.ts": RESOLVER,
        "sums.controller.ts": CONTROLLER, "chat.gateway.ts": GATEWAY,
    }  # fmt: skip
    found = read({f"src/{name}": text.encode() for name, text in files.items()}).snapshot.endpoints
    return {e.path: e.auth for e in found}


@pytest.mark.parametrize(("main", "providers"), [(HTTP, PROVIDED), (BY_CALL, "")])
def test_a_guard_of_all_requests_holds_for_operations_of_graphql(main: str, providers: str) -> None:
    found = auth(main, providers)
    assert (found["Query.books"], found["Mutation.addBook"]) == (Auth.REQUIRED, Auth.REQUIRED)
    assert found["Query.latest"] is not Auth.REQUIRED
    # Fields of types are guarded only where an option of the schema says so.
    assert found["Book.author"] is Auth.UNKNOWN


def test_without_it_nobody_can_tell() -> None:
    found = auth(HTTP, "")
    assert {a for name, a in found.items() if name != "Query.latest"} == {Auth.UNKNOWN}


@pytest.mark.parametrize(
    ("main", "expected"),
    [(HTTP, Auth.UNKNOWN), (HYBRID, Auth.UNKNOWN), (INHERITING, Auth.REQUIRED), (MESSAGES, Auth.REQUIRED)],
)
def test_messages_pass_it_where_the_application_hands_it_on(main: str, expected: Auth) -> None:
    found = auth(main)
    assert (found["sum"], found["made"]) == (expected, expected)


@pytest.mark.parametrize("main", [HTTP, BY_CALL, INHERITING, MESSAGES])
def test_sockets_pass_none(main: str) -> None:
    assert auth(main)["say"] is Auth.UNKNOWN
