"""What only running tells: tables, loops, patched objects and packages that make routes. Nothing is made up of it."""

import pytest
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth, Endpoint


def served(files: dict[str, str]) -> dict[str, Endpoint]:
    found = read({path: text.encode() for path, text in files.items()}).snapshot.endpoints
    return {e.label: e for e in found if e.path_known}


def test_a_package_makes_the_routes_of_a_controller_of_nest() -> None:
    controller = """import { Controller, Get } from '@nestjs/common';
import { Crud, CrudController } from '@nestjsx/crud';
@Crud({ model: { type: Book } })
@Controller('books')
export class BooksController implements CrudController<Book> {
  constructor(public service: BooksService) {}
  @Get('best') best() { return this.service.best(); }
}
"""
    assert list(served({"package.json": "{}", "src/books.ts": controller})) == ["GET /books/best"]


def test_an_interceptor_of_nest_may_change_what_is_answered_and_no_status() -> None:
    controller = """import { Controller, Get, Post, UseInterceptors } from '@nestjs/common';
@Controller('books')
@UseInterceptors(WrapInterceptor)
export class BooksController {
  @Get() list() { return []; }
  @Post() add() { return {}; }
}
"""
    found = served({"package.json": "{}", "src/books.ts": controller})
    assert {label: e.statuses for label, e in found.items()} == {"GET /books": (200,), "POST /books": (201,)}


@pytest.mark.parametrize(
    "built",
    [
        'let mut app = Router::new(); for path in PATHS { app = app.route(path, get(list)); } app',
        'PATHS.iter().fold(Router::new(), |app, path| app.route(path, get(list)))',
    ],
)  # fmt: skip
def test_a_router_of_rust_that_a_loop_builds(built: str) -> None:
    source = f"""use axum::{{routing::get, Router}};
fn app() -> Router {{ {built} }}
async fn list() -> &'static str {{ "" }}
"""
    assert served({"Cargo.toml": '[dependencies]\naxum = "0.8"\n', "src/main.rs": source}) == {}


def test_methods_that_somebody_adds_to_the_response_of_express() -> None:
    source = """const express = require('express');
const app = express();
express.response.fail = function (status) { return this.status(status).json({}); };
app.use((req, res, next) => { res.done = (body) => res.status(202).json(body); next(); });
app.get('/a', (req, res) => res.done({}));
app.get('/b', (req, res) => { if (!req.query.q) return res.fail(400); res.json({}); });
"""
    found = served({"package.json": "{}", "app.js": source})
    assert 200 not in found["GET /a"].statuses
    assert found["GET /b"].success == (200,)


def test_routes_of_express_from_a_configuration_file() -> None:
    source = """const express = require('express'); const routes = require('./routes.json');
const app = express();
Object.entries(routes).forEach(([path, name]) => app.get(path, handlers[name]));
for (const one of config.get('routes')) { app[one.method](one.path, handlers[one.name]); }
"""
    assert served({"package.json": "{}", "app.js": source, "routes.json": '{ "/a": "list" }'}) == {}


def test_decorators_of_flask_below_the_route_stand_before_the_view_and_those_above_do_not() -> None:
    source = """from flask import Flask
from flask_login import login_required
app = Flask(__name__)

@app.get("/inner")
@login_required
def inner(): return {}

@login_required
@app.get("/outer")
def outer(): return {}
"""
    found = served({"app.py": source})
    assert {label: e.auth for label, e in found.items()} == {"GET /inner": Auth.REQUIRED, "GET /outer": Auth.NONE}


def test_paths_of_fastapi_that_differ_by_their_slash() -> None:
    source = """from fastapi import FastAPI
app = FastAPI()

@app.get("/items")
def items(): ...

@app.get("/items/")
def items_too(): ...
"""
    assert list(served({"main.py": source})) == ["GET /items", "GET /items/"]


def test_what_an_error_or_of_csharp_becomes_is_told_where_both_ways_are_named() -> None:
    source = """using ErrorOr; using Microsoft.AspNetCore.Mvc;
[ApiController, Route("books")]
public class BooksController : ControllerBase {
    [HttpGet("{id}")]
    public IActionResult Read(int id) {
        ErrorOr<Book> found = books.Find(id);
        return found.Match<IActionResult>(book => Ok(book), errors => NotFound());
    }
    [HttpGet]
    public IActionResult List() => books.All().Match(Ok, Problem);
}
"""
    found = served({"Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>', "BooksController.cs": source})
    assert found["GET /books/{id}"].statuses == (200, 404)
    assert found["GET /books"].success in ((200,), ())


def test_a_view_of_django_that_lists_what_belongs_to_its_caller() -> None:
    views = """from rest_framework import viewsets
from rest_framework.permissions import IsAuthenticated

class Books(viewsets.ModelViewSet):
    permission_classes = [IsAuthenticated]

    def get_queryset(self):
        return Book.objects.filter(owner=self.request.user)
"""
    urls = """from django.urls import include, path
from rest_framework.routers import DefaultRouter
from shop.views import Books
router = DefaultRouter()
router.register("books", Books, basename="book")
urlpatterns = [path("api/", include(router.urls))]
urlpatterns += [path("own/", Books.as_view({"get": "list"}))]
"""
    files = {"site/settings.py": 'ROOT_URLCONF = "site.urls"\n', "site/urls.py": urls, "shop/views.py": views}
    found = served({**files, "site/__init__.py": "", "shop/__init__.py": ""})
    assert {e.auth for e in found.values() if e.handler_name.startswith("Books")} == {Auth.REQUIRED}
    assert {"GET /api/books/{pk}/", "DELETE /api/books/{pk}/", "GET /own/"} <= found.keys()


def test_a_store_of_go_behind_an_interface_is_asked_nothing_that_anybody_knows() -> None:
    source = """package main

import "github.com/gin-gonic/gin"

type Store interface {
	Find(id string) (*Book, error)
}

type API struct{ store Store }

func (a *API) read(c *gin.Context) {
	book, err := a.store.Find(c.Param("id"))
	if err != nil {
		c.JSON(404, gin.H{})
		return
	}
	c.JSON(200, book)
}

func main() {
	r := gin.Default()
	api := &API{}
	r.GET("/books/:id", api.read)
	r.Run()
}
"""
    found = served({"go.mod": "module shop\n\ngo 1.22\n", "main.go": source})["GET /books/{id}"]
    assert found.statuses == (200, 404)
    assert found.handler is not None
    assert found.handler.queries == ()
