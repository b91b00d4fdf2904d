"""Guards that refuse wrong credentials and let those pass who bring none, and handlers that ask who calls themselves."""

import pytest
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth

EXPRESS = """const express = require('express'); const jwt = require('jsonwebtoken'); const { User } = require('./models');
const app = express();
const getToken = (req) => req.headers.authorization ? req.headers.authorization.split(' ')[1] : null;
const auth = async (req, res, next) => { BODY };
app.get('/books', auth, (req, res) => res.json([]));
"""
OPTIONAL = {
    "no header": "if (!req.headers.authorization) return next(); req.user = jwt.verify(getToken(req), KEY); next();",
    "taken apart": "const { headers } = req; if (!headers.authorization) return next(); jwt.verify(headers.authorization, KEY); next();",
    "undefined": "const { authorization } = req.headers; if (authorization === undefined) { return next(); } jwt.verify(authorization, KEY); next();",
    "a token of several": "const token = req.headers['x-access-token'] || getToken(req) || req.query.token; if (!token) { return next(); } jwt.verify(token, KEY); next();",
    "within try": "try { if (!req.get('Authorization')) return next(); req.user = jwt.verify(req.get('Authorization'), KEY); next(); } catch (e) { next(e); }",
    "asked the other way": "const header = req.headers.authorization; if (header && header.startsWith('Bearer ')) { jwt.verify(header.slice(7), KEY); } next();",
    "set before": "let user = null; if (req.cookies.token) { user = await jwt.verify(req.cookies.token, KEY); } req.user = user; next();",
    "only one way verifies": "const token = getToken(req); req.user = token ? jwt.verify(token, KEY) : null; next();",
    "a key that nobody can read": "const auth_token = req.signedCookies[config.cookie]; if (!auth_token) { return next(); } User.find(auth_token, done);",
    "passport's own callback": "passport.authenticate('jwt', { session: false }, (err, user) => { if (err) { return next(err); } req.user = user; next(); })(req, res, next);",
}
REQUIRED = {
    "a key that nobody can read, refused": "const auth_token = req.signedCookies[config.cookie]; if (!auth_token) { return res.sendStatus(401); } next();",
    "refused": "if (!req.headers.authorization) return res.sendStatus(401); req.user = jwt.verify(getToken(req), KEY); next();",
    "verified first": "req.user = jwt.verify(req.headers.authorization, KEY); if (!req.headers.authorization) return next(); next();",
    "another condition": "if (req.path === '/health') return next(); if (!getToken(req)) { return res.status(401).end(); } next();",
    "the other way round": "if (req.headers.authorization) { return next(); } return res.status(401).end();",
    "left without a word": "const token = getToken(req); if (token) { next(); }",
    "what fails is refused": "try { req.user = jwt.verify(getToken(req), KEY); next(); } catch (e) { res.status(401).end(); }",
    "a callback that refuses": "passport.authenticate('jwt', (err, user) => { if (err || !user) { return res.sendStatus(401); } next(); })(req, res, next);",
}


def auth(body: str) -> Auth:
    (found,) = read({"app.js": EXPRESS.replace("BODY", body).encode()}).snapshot.endpoints
    return found.auth


@pytest.mark.parametrize("body", OPTIONAL.values(), ids=list(OPTIONAL))
def test_who_brings_no_credential_passes(body: str) -> None:
    assert auth(body) is Auth.OPTIONAL


@pytest.mark.parametrize("body", REQUIRED.values(), ids=list(REQUIRED))
def test_who_brings_no_credential_is_refused(body: str) -> None:
    assert auth(body) is Auth.REQUIRED


def test_who_is_refused_by_what_a_function_makes() -> None:
    made = """const block = () => {
  return (req, res, next) => { if (CONDITION) { return res.status(403).send('blocked'); } next(); };
};
"""
    source = EXPRESS.replace("const auth = async (req, res, next) => { BODY };", made).replace("auth,", "block(),")
    for condition, expected in (
        ("req.session.user && req.session.user.blocked", Auth.OPTIONAL),
        ("!req.session.user || req.session.user.blocked", Auth.REQUIRED),
    ):
        (found,) = read({"app.js": source.replace("CONDITION", condition).encode()}).snapshot.endpoints
        assert found.auth is expected


def test_what_is_handed_to_a_guard_as_it_is() -> None:
    source = """const express = require('express'); const auth = require('./auth'); const app = express();
app.all('/private/*', (req, res, next) => auth(req, res, next));
app.get('/private/books', (req, res) => res.json([]));
app.get('/books', (req, res) => res.json([]));
"""
    guard = (
        "module.exports = (req, res, next) => { if (!req.headers.authorization) return res.sendStatus(401); next(); };"
    )
    found = read({"app.js": source.encode(), "auth.js": guard.encode()}).snapshot.endpoints
    assert {e.label: e.auth for e in found} == {"GET /private/books": Auth.REQUIRED, "GET /books": Auth.NONE}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("req.session.userId = found.id; res.json({});", Auth.NONE),
        ("req.session.regenerate(() => { req.session.user = found; res.json({}); });", Auth.NONE),
        ("req.session.destroy(() => res.redirect('/'));", Auth.NONE),
        ("res.locals['user'] = found; req.user = found; res.json({});", Auth.NONE),
        ("res.json(find(req.session.userId));", Auth.OPTIONAL),
        ("seen[req.session.userId] = 1; res.json({});", Auth.OPTIONAL),
        ("req.session.user.seen = find(req.user); res.json({});", Auth.OPTIONAL),
    ],
)
def test_who_signs_somebody_in_asks_nobody_who_calls(body: str, expected: Auth) -> None:
    source = (
        f"const express = require('express'); const app = express();\napp.post('/x', (req, res) => {{ {body} }});\n"
    )
    (found,) = read({"app.js": source.encode()}).snapshot.endpoints
    assert found.auth is expected


def test_a_module_of_guards() -> None:
    source = b"""const express = require('express'); const auth = require('./auth'); const router = express();
router.get('/books', auth.optional, (req, res) => res.json([]));
router.post('/books', auth.required, (req, res) => res.json({}));
"""
    guards = b"""const jwt = require('express-jwt');
module.exports = { required: jwt({ secret: KEY }), optional: jwt({ secret: KEY, credentialsRequired: false }) };
"""
    found = read({"app.js": source, "auth.js": guards}).snapshot.endpoints
    assert {e.label: e.auth for e in found} == {"GET /books": Auth.OPTIONAL, "POST /books": Auth.REQUIRED}


def test_middleware_of_another_package_of_the_workspace() -> None:
    files = {
        "apps/web/app.ts": b"""import express from 'express';
import { attach } from '@shop/middleware';
const app = express();
app.get('/books', attach, (req, res) => res.json([]));
""",
        "packages/middleware/package.json": b'{ "name": "@shop/middleware", "version": "1.0.0" }',
        "packages/middleware/src/index.ts": b"export * from './auth';\n",
        "packages/middleware/src/auth.ts": b"""import { RequestHandler } from 'express';
export const attach: RequestHandler = (req, res, next) => {
  if (!req.headers.authorization) { return res.status(401).json({}); }
  next();
};
""",
    }
    (found,) = read(files).snapshot.endpoints
    assert found.auth is Auth.REQUIRED


HANDLER = """const express = require('express'); const app = express();
const attach = (req, res, next) => { if (!req.headers.authorization) return next(); req.user = read(req); next(); };
app.post('/books', attach, async (req, res, next) => { BODY });
"""
DEMANDS = {
    "an answer": "if (!req.user) { return res.status(401).json({}); } res.json({});",
    "an exception": "try { const { loggedUser } = req; if (!loggedUser) throw new UnauthorizedError(); res.json({}); } catch (e) { next(e); }",
    "behind another check": "if (!req.body.title) { return res.status(400).end(); } if (!req.user) return res.sendStatus(401); res.json({});",
}
ANSWERS = {
    "a wrong password": "const user = await User.findOne({ email: req.body.email }); if (!user) { return res.sendStatus(401); } res.json({});",
    "what only some may": "if (req.user) { if (!req.user.admin) return res.sendStatus(403); } res.json({});",
    "other input": "const { token } = req.body; if (!token) { return res.status(401).end(); } res.json({});",
}


@pytest.mark.parametrize("body", DEMANDS.values(), ids=list(DEMANDS))
def test_a_handler_asks_who_calls(body: str) -> None:
    (found,) = read({"app.js": HANDLER.replace("BODY", body).encode()}).snapshot.endpoints
    assert found.auth is Auth.REQUIRED


@pytest.mark.parametrize("body", ANSWERS.values(), ids=list(ANSWERS))
def test_a_handler_refuses_for_another_reason(body: str) -> None:
    (found,) = read({"app.js": HANDLER.replace("BODY", body).encode()}).snapshot.endpoints
    assert found.auth in (Auth.OPTIONAL, Auth.UNKNOWN)


def test_a_view_of_flask_asks_who_calls() -> None:
    source = b"""from flask import Flask, request
from auth import get_user_id_from_token
app = Flask(__name__)

@app.post("/books")
def create():
    if not (user_id := get_user_id_from_token()):
        return {"message": "Invalid token"}, 401
    return {"id": 1}

@app.post("/login")
def login():
    user = find(request.json["email"])
    if not user:
        return {"message": "wrong"}, 401
    return {"token": user.token}
"""
    found = read({"app.py": source}).snapshot.endpoints
    assert {e.label: e.auth for e in found} == {"POST /books": Auth.REQUIRED, "POST /login": Auth.NONE}


def test_a_dependency_of_fastapi_that_returns_nobody() -> None:
    source = b"""from fastapi import Depends, FastAPI, HTTPException, Request
app = FastAPI()

async def authenticate(request: Request):
    token = request.headers.get("Authorization")
    if not token:
        return None
    return await users.by_token(token)

async def authenticated(request: Request):
    token = request.headers.get("Authorization")
    return await authenticate_token(token)

@app.get("/books")
async def books(user = Depends(authenticate)):
    return []

@app.get("/orders")
async def orders(user = Depends(authenticated)):
    return []
"""
    found = read({"app.py": source}).snapshot.endpoints
    assert {e.label: e.auth for e in found} == {"GET /books": Auth.OPTIONAL, "GET /orders": Auth.REQUIRED}


NEST = """import { CanActivate, Controller, ExecutionContext, Get, Injectable, SetMetadata, UseGuards } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
export const MaybeUser = () => SetMetadata('maybe-user', true);
export const Everybody = () => SetMetadata(EVERYBODY, true);
@Injectable()
export class TokenGuard GUARD
@Controller('books')
@UseGuards(TokenGuard)
export class Books {
  @Get() @MaybeUser() list() { return []; }
  @Get('open') @Everybody() open() { return []; }
  @Get('own') own() { return []; }
}
"""
MARKED = """implements CanActivate {
  constructor(private reflector: Reflector) {}
  async canActivate(context: ExecutionContext) {
    const open = this.reflector.getAllAndOverride<boolean>(EVERYBODY, [context.getHandler(), context.getClass()]);
    if (open) { return true; }
    const maybe = this.reflector.get<boolean>('maybe-user', context.getHandler());
    const request = context.switchToHttp().getRequest();
    const token = this.tokenOf(request);
    if (maybe && !token) { return true; }
    if (!token) { throw new UnauthorizedException(); }
    request.user = this.jwt.verify(token);
    return true;
  }
}"""
PASSPORT = """extends AuthGuard('jwt') {
  constructor(private reflector: Reflector) { super(); }
  handleRequest(err: any, user: any, info: any, context: ExecutionContext) {
    const maybe = this.reflector.get<string[]>('maybe-user', context.getHandler());
    if (user) return user;
    if (maybe) return null;
    throw new UnauthorizedException();
  }
}"""
NOBODY = """extends AuthGuard('jwt') {
  handleRequest(err: any, user: any) {
    if (err) throw err;
    return user;
  }
}"""


def nest(guard: str) -> dict[str, Auth]:
    found = read({"src/books.ts": NEST.replace("GUARD", guard).encode()}).snapshot.endpoints
    return {e.path: e.auth for e in found}


def test_marks_of_routes_that_a_guard_looks_for() -> None:
    assert nest(MARKED) == {"/books": Auth.OPTIONAL, "/books/open": Auth.NONE, "/books/own": Auth.REQUIRED}


def test_a_strategy_that_finds_nobody() -> None:
    assert nest(PASSPORT)["/books"] is Auth.OPTIONAL
    assert nest(PASSPORT)["/books/own"] is Auth.REQUIRED
    assert nest(NOBODY)["/books/own"] is Auth.OPTIONAL


def test_a_wrapper_that_is_called_after_authentication() -> None:
    source = b"""const express = require('express'); const { withAuth, createAuthenticatedHandler, asyncHandler } = require('./http'); const app = express();
app.get('/books', withAuth((req, res) => res.json([])));
app.get('/orders', createAuthenticatedHandler((user) => async (_, res) => res.json(user)));
app.get('/tags', asyncHandler(async (req, res) => res.json([])));
"""
    found = read({"app.js": source}).snapshot.endpoints
    assert {e.label: e.auth for e in found} == {
        "GET /books": Auth.REQUIRED, "GET /orders": Auth.UNKNOWN, "GET /tags": Auth.NONE,
    }  # fmt: skip


def test_a_handler_that_looks_who_calls_and_refuses_nobody() -> None:
    """Who is handed a user may be handed a new one, and who signs somebody in reads nobody."""
    django = b"""from django.contrib.auth.models import User
from django.http import JsonResponse
from django.urls import path

def books(request):
    return JsonResponse({"mine": Book.objects.filter(owner=request.user).count(), "all": Book.objects.count()})

def tags(request):
    return JsonResponse({"tags": []})

urlpatterns = [path("books", books), path("tags", tags)]
"""
    spring = b"""@RestController
class Shelves {
  @GetMapping("/shelves")
  Object list() { return shelves.of(mine()); }
  @PostMapping("/login")
  Object login(@RequestBody Credentials given) {
    SecurityContextHolder.getContext().setAuthentication(manager.authenticate(given.token()));
    return new Token();
  }
  @PostMapping("/users")
  Object register(@RequestBody Credentials given) { return shown(users.save(new User(given))); }
  private Object shown(UserPrincipal user) { return user.getName(); }
  private Object mine() { return SecurityContextHolder.getContext().getAuthentication(); }
}
"""
    assert {e.label: e.auth for e in read({"manage.py": b"", "shop/urls.py": django}).snapshot.endpoints} == {
        "ANY /books": Auth.OPTIONAL,
        "ANY /tags": Auth.NONE,
    }
    assert {e.label: e.auth for e in read({"src/main/java/Shelves.java": spring}).snapshot.endpoints} == {
        "GET /shelves": Auth.OPTIONAL,
        "POST /login": Auth.NONE,
        "POST /users": Auth.NONE,
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('reader := r.Context().Value(userKey); show(w, reader)', Auth.OPTIONAL),
        ('ctx := r.Context(); reader := ctx.Value(userKey); show(w, reader)', Auth.OPTIONAL),
        ('if app.sessions.Exists(r.Context(), "userID") { mine = app.sessions.GetInt64(r.Context(), "userID") }', Auth.OPTIONAL),
        ('shown := app.sessions.GetString(r.Context(), "language"); show(w, shown)', Auth.NONE),
        ('ctx := r.Context(); trace := ctx.Value(traceKey); show(w, trace)', Auth.NONE),
        ('book := app.books.Get(r.Context(), userID); show(w, book)', Auth.NONE),
    ],
)  # fmt: skip
def test_a_handler_of_go_that_looks_who_calls(body: str, expected: Auth) -> None:
    source = f"""package main

import "net/http"

func (app *App) list(w http.ResponseWriter, r *http.Request) {{
	{body}
}}

func main() {{
	app := &App{{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /books", app.list)
	http.ListenAndServe(":80", mux)
}}
"""
    (found,) = read({"go.mod": b"module shop\n\ngo 1.22\n", "main.go": source.encode()}).snapshot.endpoints
    assert found.auth is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [("user = user_of(token)", Auth.UNKNOWN), ("user = user_of(token) if token else None", Auth.OPTIONAL)],
)
def test_guards_let_pass_whom_the_handler_may_have_refused(body: str, expected: Auth) -> None:
    source = f"""from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
app = FastAPI()
token_of = OAuth2PasswordBearer(tokenUrl="token", auto_error=False)

def user_of(token):
    try:
        return users[int(token)]
    except ValueError:
        raise HTTPException(status_code=401)

@app.get("/books")
def books(token: str = Depends(token_of)):
    {body}
    return shown(user)
"""
    (found,) = read({"main.py": source.encode()}).snapshot.endpoints
    assert found.auth is expected
