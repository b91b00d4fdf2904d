"""Go: registrations of every everyday style and framework, linked to endpoints across files and packages."""

import pytest

from persona_lsp.extract import config, extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Auth, Endpoint

GIN, ECHO, FIBER = "github.com/gin-gonic/gin", "github.com/labstack/echo/v4", "github.com/gofiber/fiber/v2"
CHI, MUX, HTTP = "github.com/go-chi/chi/v5", "github.com/gorilla/mux", "net/http"


def endpoints(files: dict[str, str]) -> dict[str, Endpoint]:
    facts: dict[str, FileFacts] = {}
    for path, source in files.items():
        extraction = extract(path, source.encode())
        found = extraction.facts if extraction is not None else config(path, source.encode())
        assert found is not None
        facts[path] = found
    return {e.label if e.path_known else "?" + e.label: e for e in link(facts).endpoints}


def single(code: str, *imports: str, more: str = "") -> dict[str, Endpoint]:
    listed = "\n".join(f'"{i}"' for i in (*imports, HTTP))
    return endpoints({"main.go": f"package main\nimport (\n{listed}\n)\n{more}\nfunc main() {{\n{code}\n}}\n"})


NET_HTTP = {
    'http.HandleFunc("/a", f)': ["ANY /a"],
    'http.HandleFunc("GET /a/{id}", f)': ["GET /a/{id}"],
    'http.Handle("/a", http.HandlerFunc(f))': ["ANY /a"],
    'm := http.NewServeMux(); m.HandleFunc("POST /a", f)': ["POST /a"],
    'm := http.NewServeMux(); m.HandleFunc("GET /files/{path...}", f)': ["GET /files/{path}"],
    'm := http.NewServeMux(); m.HandleFunc("GET /{$}", f)': ["GET /"],
    'm := http.NewServeMux(); m.HandleFunc("GET example.com/a", f)': ["GET /a"],
    'api := http.NewServeMux(); api.HandleFunc("GET /a", f); m := http.NewServeMux();'
    ' m.Handle("/api/", http.StripPrefix("/api", api))': ["GET /api/a"],
    'api := http.NewServeMux(); api.HandleFunc("GET /api/a", f); http.Handle("/api/", api)': ["GET /api/a"],
    'm := &http.ServeMux{}; _ = m; http.Get("/a")': [],
    'client.Get("/a", f)': [],
    'm := http.NewServeMux(); p := "/v1"; m.HandleFunc("GET "+p+"/a", f)': ["GET /v1/a"],
}
GORILLA = {
    'r := mux.NewRouter(); r.HandleFunc("/a", f)': ["ANY /a"],
    'r := mux.NewRouter(); r.HandleFunc("/a/{id:[0-9]+}", f).Methods("GET", "HEAD")': ["GET /a/{id}", "HEAD /a/{id}"],
    'r := mux.NewRouter(); r.HandleFunc("/a", f).Methods(http.MethodPost).Name("x")': ["POST /a"],
    'r := mux.NewRouter(); r.Methods("PUT").Path("/a").HandlerFunc(f)': ["PUT /a"],
    'r := mux.NewRouter(); r.Path("/a").Methods("PUT").Handler(h)': ["PUT /a"],
    'r := mux.NewRouter(); s := r.PathPrefix("/api").Subrouter(); s.HandleFunc("/a", f).Methods("GET")': ["GET /api/a"],
    'r := mux.NewRouter(); r.PathPrefix("/static/").Handler(http.FileServer(d))': [],
    'r := mux.NewRouter(); r.HandleFunc("/a", f).Methods("GET").Queries("q", "{q}")': ["GET /a"],
    'r := mux.NewRouter(); vars := mux.Vars(q); vars.Get("/a", f)': [],
    'r := mux.NewRouter(); s := r.NewRoute().Subrouter(); s.Handle("/a", h).Methods("GET")': ["GET /a"],
    'r := mux.NewRouter().StrictSlash(true); if base != "" { r = r.PathPrefix("/"+base).Subrouter(); r.HandleFunc("/b", f) };'
    ' r.HandleFunc("/a", f)': ["?ANY /b", "ANY /a"],
}
CHI_STYLE = {
    'r := chi.NewRouter(); r.Get("/a/{id}", f)': ["GET /a/{id}"],
    'r := chi.NewRouter(); r.Route("/a", func(r chi.Router) { r.Get("/", f); r.Post("/b", f) })': [
        "GET /a/", "POST /a/b",
    ],
    'r := chi.NewRouter(); r.Group(func(r chi.Router) { r.Use(auth); r.Put("/a", f) })': ["PUT /a"],
    'r := chi.NewRouter(); r.With(auth).Delete("/a", f)': ["DELETE /a"],
    'a := chi.NewRouter(); a.Get("/x", f); r := chi.NewRouter(); r.Mount("/a", a)': ["GET /a/x"],
    'r := chi.NewRouter(); r.Method("PATCH", "/a", h); r.MethodFunc(http.MethodGet, "/b", f)': ["PATCH /a", "GET /b"],
    'r := chi.NewRouter(); add := func(r chi.Router) { r.Get("/x", f) }; r.Route("/a", add)': ["GET /a/x"],
    'r := chi.NewRouter(); r.Get("/a/*", f)': ["GET /a/{rest}"],
    'r := chi.NewRouter(); r.NotFound(f); r.Use(mw)': [],
}  # fmt: skip
GIN_STYLE = {
    'r := gin.Default(); r.GET("/a/:id", f)': ["GET /a/{id}"],
    'r := gin.New(); v := r.Group("/v1", auth()); { v.POST("/a", mw, f) }': ["POST /v1/a"],
    'r := gin.New(); r.Group("/v1").Group("/x").GET("/a", f)': ["GET /v1/x/a"],
    'r := gin.New(); r.Any("/a", f); r.Handle("PURGE", "/b", f)': ["ANY /a", "PURGE /b"],
    'r := gin.New(); r.Match([]string{"GET", "POST"}, "/a", f)': ["GET /a", "POST /a"],
    'r := gin.New(); r.GET("/files/*path", f)': ["GET /files/{path}"],
    'r := gin.New(); r.GET("", f); r.Static("/assets", "./x"); r.NoRoute(f)': ["GET /"],
    'r := gin.New(); if debug { r.GET("/a", f) }': ["GET /a"],
    'r := gin.New(); var v *gin.RouterGroup; v = r.Group("/x"); v.GET("/a", f)': ["GET /x/a"],
    'r := gin.New(); r.GET(prefix()+"/a", f)': ["?GET /a"],
}
ECHO_STYLE = {
    'e := echo.New(); e.GET("/a/:id", f, auth)': ["GET /a/{id}"],
    'e := echo.New(); g := e.Group("/v1"); g.Use(auth); g.PUT("/a", f)': ["PUT /v1/a"],
    'e := echo.New(); e.Any("/a", f); e.Add("POST", "/b", f); e.Match([]string{"GET"}, "/c", f)': [
        "ANY /a", "POST /b", "GET /c",
    ],
    'e := echo.New(); e.Static("/", "x"); e.Logger.Fatal(e.Start(":1"))': [],
    'e := echo.New(); var (\np = "/v1"\ng = e.Group(p)\n); g.GET("/a", f)': ["GET /v1/a"],
    'const admin = "/admin"; e := echo.New(); e.GET(path.Join(admin, ""), f); e.GET(path.Join(admin, "/x/"), f)': [
        "GET /admin", "GET /admin/x",
    ],
    'e := echo.New(); e.GET(path.Join(base(), "/x"), f)': ["?GET /x"],
}  # fmt: skip
FIBER_STYLE = {
    'app := fiber.New(); app.Get("/a/:id", f)': ["GET /a/{id}"],
    'app := fiber.New(); app.Get("/a/:id?", f)': ["GET /a/{id}", "GET /a"],
    'app := fiber.New(); app.Get("/a/:id<int>", f)': ["GET /a/{id}"],
    'app := fiber.New(); v := app.Group("/v1", auth); v.Post("/a", mw, f)': ["POST /v1/a"],
    'app := fiber.New(); app.Route("/v1", func(r fiber.Router) { r.Get("/a", f) })': ["GET /v1/a"],
    'a := fiber.New(); a.Get("/x", f); app := fiber.New(); app.Mount("/a", a)': ["GET /a/x"],
    'app := fiber.New(); app.All("/a", f); app.Add("PATCH", "/b", f)': ["ANY /a", "PATCH /b"],
    'a := fiber.New(); a.Get("/x", f); app := fiber.New(); app.Use("/a", a)': ["GET /a/x"],
}
STYLES = [
    (code, package, expected)
    for package, table in (
        (HTTP, NET_HTTP), (MUX, GORILLA), (CHI, CHI_STYLE), (GIN, GIN_STYLE), (ECHO, ECHO_STYLE), (FIBER, FIBER_STYLE),
    )
    for code, expected in table.items()
]  # fmt: skip


@pytest.mark.parametrize(("code", "package", "expected"), STYLES, ids=[s[0] for s in STYLES])
def test_styles(code: str, package: str, expected: list[str]) -> None:
    assert list(single(code, package)) == expected


TABLE = """
type Route struct {
    Name, Method, Pattern string
    Handler http.HandlerFunc
}
type Routes []Route
var routes = Routes{
    Route{"list", "GET", "/a", list},
    {"make", http.MethodPost, "/a", create},
}
"""


def test_tables_of_routes() -> None:
    code = "r := mux.NewRouter()\nfor _, route := range routes {\nr.Methods(route.Method).Path(route.Pattern).Handler(route.Handler)\n}"
    found = single(code, MUX, more=TABLE + "func list(w http.ResponseWriter, r *http.Request) {}")
    assert list(found) == ["GET /a", "POST /a"]
    assert found["GET /a"].handler is not None
    assert [e.where.start for e in found.values()] == sorted({e.where.start for e in found.values()})
    listed = 'r := gin.New()\nfor _, x := range []struct{ path string; h gin.HandlerFunc }{{"/a", f}, {"/b", g}} { r.GET(x.path, x.h) }'
    assert list(single(listed, GIN)) == ["GET /a", "GET /b"]
    assert list(single("r := gin.New()\nfor _, x := range load() { r.GET(x.path, x.h) }", GIN)) == ["?GET /"]


SWITCHES = {
    'switch r.Method { case http.MethodGet: a(w)\ncase "POST": b(w)\ndefault: http.Error(w, "", 405) }': [
        "GET",
        "POST",
    ],
    "switch r.Method { case http.MethodGet: a(w) }": ["GET"],
    "switch r.Method { case http.MethodGet: a(w)\ndefault: b(w) }": ["ANY"],
    "if r.Method != http.MethodPost { w.WriteHeader(405); return }": ["POST"],
    "if r.Method == http.MethodOptions { return }": ["ANY"],
    'if r.Method == "GET" { a() } else if r.Method == "PUT" { b() } else { w.WriteHeader(405) }': ["GET", "PUT"],
}


@pytest.mark.parametrize("code", SWITCHES)
def test_handlers_that_ask_for_the_method(code: str) -> None:
    handler = "func f(w http.ResponseWriter, r *http.Request) {\n" + code + "\n}\n"
    found = single('http.HandleFunc("/a", f)', more=handler)
    assert list(found) == [f"{method} /a" for method in SWITCHES[code]]


def test_a_router_behind_a_guard() -> None:
    handler = "func requireLogin(next http.Handler) http.Handler { return next }\n"
    code = 'mux := http.NewServeMux()\nmux.HandleFunc("GET /a", f)\nhttp.ListenAndServe(":1", requireLogin(mux))'
    assert single(code, more=handler)["GET /a"].auth is Auth.REQUIRED


def test_the_handler_inside_of_a_wrapper() -> None:
    more = """func authenticate(next http.Handler, secret string) http.Handler { return next }
func show(secret string) http.Handler { return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }) }
"""
    found = single('secret := ""\nhttp.Handle("GET /a", authenticate(show(secret), secret))', more=more)
    assert (found["GET /a"].success, found["GET /a"].auth) == ((204,), Auth.REQUIRED)


def test_middleware_that_lets_some_pass() -> None:
    code = "app := fiber.New()\napp.Use(logger.New())\nguard := jwtware.New(jwtware.Config{Filter: func(c *fiber.Ctx) bool { return true }})\n"
    jwt = "github.com/gofiber/contrib/jwt"
    imports = (FIBER, "github.com/gofiber/fiber/v2/middleware/logger")
    found = single(code + 'app.Get("/a", f)\napp.Get("/b", guard, f)\napp.Get("/c", jwtware.New(), f)', *imports, jwt)
    assert [e.auth for e in found.values()] == [Auth.NONE, Auth.UNKNOWN, Auth.REQUIRED]


def test_a_router_that_the_package_holds() -> None:
    found = endpoints(
        {
            "go.mod": "module example.com/shop\n",
            "main.go": 'package main\nimport (\n"example.com/shop/router"\n"example.com/shop/users"\n)\nfunc main() {\nr := router.New()\nusers.Register(r)\n}\n',
            "router/router.go": 'package router\nimport "github.com/gofiber/fiber/v2"\nfunc New() *fiber.App {\nf := fiber.New()\nreturn f\n}\n',
            "users/users.go": 'package users\nimport "github.com/gofiber/fiber/v2"\nfunc Register(r *fiber.App) {\nr.Get("/a", f)\n}\n',
            "api/vars.go": 'package api\nimport "github.com/gin-gonic/gin"\nvar V1 *gin.RouterGroup\n',
            "api/start.go": 'package api\nimport "github.com/gin-gonic/gin"\nfunc start() {\nr := gin.New()\nV1 = r.Group("/v1")\n}\n',
            "api/routes.go": 'package api\nimport "example.com/shop/books"\nfunc routes() {\nbooks.List(V1)\n}\n',
            "books/books.go": 'package books\nimport "github.com/gin-gonic/gin"\nfunc List(r *gin.RouterGroup) {\nr.GET("/books", f)\n}\n',
        }
    )  # fmt: skip
    assert set(found) == {"GET /a", "GET /v1/books"}


MOD = "module example.com/shop\n\ngo 1.22\n\nrequire github.com/gin-gonic/gin v1.9.1\n"


def test_groups_are_followed_into_other_packages() -> None:
    found = endpoints(
        {
            "go.mod": MOD,
            "main.go": 'package main\nimport (\n"github.com/gin-gonic/gin"\n"example.com/shop/users"\n"example.com/shop/orders")\n'
            'func main() {\nr := gin.Default()\nv1 := r.Group("/api")\nusers.Register(v1.Group("/users"))\nv1.Use(AuthRequired())\n'
            'h := orders.New(nil)\nh.Routes(1, v1)\n}\n',
            "users/routes.go": 'package users\nimport "github.com/gin-gonic/gin"\n'
            'func Register(g *gin.RouterGroup) {\ng.GET("/:id", Show)\n}\n',
            "users/show.go": 'package users\nimport "github.com/gin-gonic/gin"\nfunc Show(c *gin.Context) { c.JSON(200, c.Param("id")) }\n',
            "orders/handler.go": 'package orders\nimport "github.com/gin-gonic/gin"\ntype Handler struct { db *DB }\n'
            'func New(db *DB) *Handler { return &Handler{db} }\n'
            'func (h *Handler) Routes(n int, g *gin.RouterGroup) {\no := g.Group("/orders")\no.POST("", h.Create)\n}\n',
            "orders/create.go": 'package orders\nimport (\n"net/http"\n"github.com/gin-gonic/gin")\n'
            'func (h *Handler) Create(c *gin.Context) { c.JSON(http.StatusCreated, nil) }\n',
        }
    )  # fmt: skip
    assert set(found) == {"GET /api/users/{id}", "POST /api/orders"}
    show, create = found["GET /api/users/{id}"], found["POST /api/orders"]
    assert show.handler is not None
    assert show.handler.path == "users/show.go"
    assert create.handler is not None
    assert (create.handler.path, create.handler.key) == ("orders/create.go", "Handler.Create")
    assert (show.auth, create.auth) == (Auth.NONE, Auth.REQUIRED)
    assert create.success == (201,)


def test_routers_that_structs_hold_and_functions_return() -> None:
    found = endpoints(
        {
            "go.mod": "module example.com/shop\n",
            "server.go": 'package main\nimport (\n"net/http"\n"github.com/go-chi/chi/v5"\n"example.com/shop/books")\n'
            "type Server struct { router *chi.Mux }\n"
            'func NewServer() *Server {\ns := &Server{router: chi.NewRouter()}\ns.routes()\ns.router.Mount("/books", books.Resource{}.Routes())\nreturn s\n}\n',
            "routes.go": 'package main\nfunc (s *Server) routes() {\ns.router.Get("/health", s.handleHealth())\n}\n',
            "handlers.go": 'package main\nimport "net/http"\nfunc (s *Server) handleHealth() http.HandlerFunc {\n'
            "return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }\n}\n",
            "books/routes.go": 'package books\nimport "github.com/go-chi/chi/v5"\ntype Resource struct{}\n'
            'func (rs Resource) Routes() chi.Router {\nr := chi.NewRouter()\nr.Get("/{id}", rs.Get)\nreturn r\n}\n',
        }
    )  # fmt: skip
    assert set(found) == {"GET /health", "GET /books/{id}"}
    assert found["GET /health"].success == (204,)
    assert {e.framework for e in found.values()} == {"chi"}


def test_a_type_that_embeds_a_router_has_its_methods() -> None:
    found = endpoints(
        {
            "go.mod": "module example.com/shop\n",
            "main.go": 'package main\nimport (\n"github.com/gofiber/fiber/v2"\n"example.com/shop/routes"\n)\n'
            "type App struct {\n*fiber.App\nDB *DB\n}\n"
            "func main() {\napp := App{App: fiber.New(), DB: open()}\napp.register()\n"
            'app.Get("/health", f)\nroutes.Register(app.Group("/api").Group("/v1"))\n}\n',
            "more.go": 'package main\nfunc (app *App) register() {\napp.Post("/jobs", app.run)\n}\n',
            "routes/routes.go": 'package routes\nimport "github.com/gofiber/fiber/v2"\n'
            'func Register(api fiber.Router) {\napi.Get("/users", f)\n}\n',
        }
    )
    assert set(found) == {"GET /health", "GET /api/v1/users", "POST /jobs"}


def test_a_variable_of_the_package_has_a_type() -> None:
    found = endpoints(
        {
            "go.mod": "module shop\n",
            "main.go": 'package main\nimport (\n"github.com/gin-gonic/gin"\n"shop/routes"\n)\n'
            "var (\nserver *gin.Engine\nUsers routes.Users\n)\n"
            "func init() {\nUsers = routes.New()\nserver = gin.Default()\n}\n"
            'func main() {\nUsers.Route(server.Group("/api"))\n}\n',
            "routes/users.go": 'package routes\nimport "github.com/gin-gonic/gin"\ntype Users struct{}\n'
            "func New() Users { return Users{} }\n"
            'func (u *Users) Route(rg *gin.RouterGroup) {\nrg.GET("/users", u.list)\n}\n'
            "func (u *Users) list(c *gin.Context) { c.JSON(200, 1) }\n",
        }
    )
    assert set(found) == {"GET /api/users"}
    assert found["GET /api/users"].success == (200,)


def test_handlers_behind_interfaces() -> None:
    found = endpoints(
        {
            "go.mod": "module shop\n",
            "main.go": """package main
            import (
                "github.com/labstack/echo/v4"
                "shop/api/v1"
            )
            func main() {
                e := echo.New()
                v1.Routes(e.Group("/api"), v1.NewHandlers(nil), v1.NewPages())
            }
            """,
            "api/v1/routes.go": """package v1
            import "github.com/labstack/echo/v4"
            type Handlers interface {
                Create() echo.HandlerFunc
                Delete() echo.HandlerFunc
            }
            type Pages interface { Show(c echo.Context) error }
            func Routes(g *echo.Group, h Handlers, p Pages) {
                g.POST("/items", h.Create())
                g.DELETE("/items/:id", h.Delete())
                g.GET("/", p.Show)
            }
            """,
            "api/v1/handlers.go": """package v1
            import "github.com/labstack/echo/v4"
            type handlers struct { uc UseCase }
            type pages struct{}
            func NewHandlers(uc UseCase) Handlers { return &handlers{uc} }
            func NewPages() Pages { return &pages{} }
            func (h *handlers) Create() echo.HandlerFunc { return func(c echo.Context) error { return c.JSON(201, 1) } }
            func (h *handlers) Delete() echo.HandlerFunc { return func(c echo.Context) error { return c.NoContent(204) } }
            func (p *pages) Show(c echo.Context) error { return c.String(200, "") }
            """,
            "api/v1/usecase.go": """package v1
            import "context"
            type useCase struct{}
            func (u *useCase) Create(ctx context.Context) error { return nil }
            func (u *useCase) Delete(ctx context.Context, id int) error { return nil }
            """,
        }
    )
    assert {label: e.success for label, e in found.items()} == {
        "POST /api/items": (201,),
        "DELETE /api/items/{id}": (204,),
        "GET /api/": (200,),
    }


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        ('if err := run(); err != nil { http.Error(w, "", 500); return }', (200, 500)),
        ("template.Must(t, nil).Execute(w, nil)", ()),
        ("w.WriteHeader(code)", ()),
        ('http.Error(w, "gone", 410)', (410,)),
        ("other(w, r)", ()),
        ("code := 200; if run() != nil { code = 500 }; w.WriteHeader(code)", ()),
    ],
)
def test_what_comes_to_its_end_without_a_word_answers_200(body: str, statuses: tuple[int, ...]) -> None:
    handler = f"func h(w http.ResponseWriter, r *http.Request) {{\n{body}\n}}\n"
    assert single('http.HandleFunc("DELETE /a", h)', more=handler)["DELETE /a"].statuses == statuses


@pytest.mark.parametrize(
    ("guard", "auth"),
    [
        ("headers", Auth.NONE),
        ("traced", Auth.NONE),
        ("checked", Auth.REQUIRED),
        ("library", Auth.UNKNOWN),
        ("middleware.ListOwners()", Auth.UNKNOWN),
    ],
)
def test_what_middleware_does_with_those_it_asks(guard: str, auth: Auth) -> None:
    more = """
    func headers(c *fiber.Ctx) error { c.Set("A", "b"); return c.Next() }
    func traced(c *fiber.Ctx) error { note(c); return c.Next() }
    func note(c *fiber.Ctx) { c.Locals("at", now()) }
    func checked(c *fiber.Ctx) error { if !known(c) { return c.SendStatus(401) }; return c.Next() }
    func library(c *fiber.Ctx) error { elsewhere.Do(c); return c.Next() }
    func list(c *fiber.Ctx) error { return c.JSON(1) }
    """
    found = single(f'a := fiber.New(); a.Get("/a", {guard}, list)', FIBER, more=more)
    assert found["GET /a"].auth is auth


def test_what_makes_a_handler_is_no_guard() -> None:
    more = """
    func LoginHandler(l *app.Logic) gin.HandlerFunc { return func(c *gin.Context) { c.JSON(200, 1) } }
    func RegisterUser(db *DB) gin.HandlerFunc { return func(c *gin.Context) { c.JSON(201, 1) } }
    func routes(g *gin.Engine, l *app.Logic) {
        db, err := ent.Open()
        g.POST("/login", LoginHandler(l))
        g.POST("/users", RegisterUser(db))
    }
    """
    found = single("routes(gin.Default(), nil)", GIN, more=more)
    assert {label: (e.auth, e.success) for label, e in found.items()} == {
        "POST /login": (Auth.NONE, (200,)),
        "POST /users": (Auth.NONE, (201,)),
    }


def test_whom_a_handler_without_a_name_lets_in_is_not_known() -> None:
    code = 'm := http.NewServeMux(); wrap := func(f custom) http.Handler { return adapt(f) }; m.Handle("GET /a", wrap(list))'
    assert single(code)["GET /a"].auth is Auth.UNKNOWN


def test_what_only_looks_like_a_registration_is_none() -> None:
    code = (
        'package main\nimport "net/http"\ntype Server struct { cache *Cache }\n'
        'func (s *Server) load(r *http.Request) {\ns.cache.Get("/users", s.load)\nsessionManager.Get(r.Context(), "userID")\n'
        'http.Get("/x")\nclient.Post("/y", f)\nm := map[string]int{}\nm.Get("/z", f)\n}\n'
    )
    assert endpoints({"main.go": code}) == {}


def test_an_application_that_nobody_is_seen_to_hand_over_is_all_there_is() -> None:
    code = 'package a\nimport "github.com/labstack/echo/v4"\nfunc Register(e *echo.Echo, h *Handler) {\ne.Group("/a").GET("/b", f)\n}\n'
    assert set(endpoints({"a/a.go": code})) == {"GET /a/b"}
    mounted = {
        "a/a.go": code,
        "main.go": 'package main\nimport (\n"github.com/labstack/echo/v4"\n"example.com/shop/a"\n)\nfunc main() {\na.Register(echo.New(), nil)\n}\n',
        "go.mod": "module example.com/shop\n",
    }  # fmt: skip
    assert set(endpoints(mounted)) == {"GET /a/b"}


def test_without_a_mount_the_prefix_is_not_known() -> None:
    code = 'package a\nimport "github.com/labstack/echo/v4"\nfunc Register(g *echo.Group) {\ng.GET("/a", f)\n}\n'
    assert set(endpoints({"a/a.go": code})) == {"?GET /a"}


@pytest.mark.parametrize(
    ("parameter", "given", "auth"),
    [
        ("isOptional", "true", Auth.OPTIONAL),
        ("isOptional", "false", Auth.REQUIRED),
        ("required", "true", Auth.REQUIRED),
        ("auto401", "false", Auth.OPTIONAL),
    ],
)
def test_what_makes_middleware_is_told_whether_anonymous_callers_pass(parameter: str, given: str, auth: Auth) -> None:
    more = f"""
    func AuthMiddleware(secret string, {parameter} bool) gin.HandlerFunc {{
        return func(c *gin.Context) {{ decide(c, {parameter}) }}
    }}
    func list(c *gin.Context) {{ c.JSON(200, 1) }}
    """
    found = single(f'r := gin.Default(); auth := AuthMiddleware("s", {given}); r.GET("/a", auth, list)', GIN, more=more)
    assert found["GET /a"].auth is auth


@pytest.mark.parametrize(
    ("code", "auth"),
    [
        ("return jwtware.New(jwtware.Config{SigningKey: key})", Auth.REQUIRED),
        ("config := jwtware.Config{SigningKey: key, ErrorHandler: pass}; return jwtware.New(config)", Auth.OPTIONAL),
        ("config := jwtware.Config{SigningKey: key, ErrorHandler: refuse}; return jwtware.New(config)", Auth.REQUIRED),
        ("return requestid.New()", Auth.NONE),
        ("return other.New()", Auth.UNKNOWN),
    ],
)
def test_middleware_of_libraries_that_functions_hand_out(code: str, auth: Auth) -> None:
    more = f"""
    func Checked() fiber.Handler {{ {code} }}
    func pass(c *fiber.Ctx, err error) error {{ return c.Next() }}
    func refuse(c *fiber.Ctx, err error) error {{ return c.SendStatus(fiber.StatusUnauthorized) }}
    func list(c *fiber.Ctx) error {{ return c.JSON(1) }}
    """
    packages = (FIBER, "github.com/gofiber/jwt/v3", "github.com/gofiber/fiber/v2/middleware/requestid", "acme.io/other")
    code = 'a := fiber.New(); a.Get("/a", Checked(), list)'
    assert single(code, *packages, more=more.replace("jwtware.", "jwt."))["GET /a"].auth is auth


def test_what_only_looks_for_a_token_refuses_nobody() -> None:
    more = """
    func Verifier(ja *jwtauth.JWTAuth) func(http.Handler) http.Handler {
        return func(next http.Handler) http.Handler { return jwtauth.Verify(ja, jwtauth.TokenFromHeader)(next) }
    }
    func list(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200) }
    """
    code = """r := chi.NewRouter()
    r.Group(func(r chi.Router) { r.Use(Verifier(auth)); r.Get("/a", list) })
    r.Group(func(r chi.Router) { r.Use(jwtauth.Verifier(auth), jwtauth.Authenticator(auth)); r.Get("/b", list) })
    r.With(jwtauth.Verifier(auth)).Get("/c", list)"""
    found = single(code, CHI, "github.com/go-chi/jwtauth/v5", more=more)
    assert {label: e.auth for label, e in found.items()} == {
        "GET /a": Auth.OPTIONAL,
        "GET /b": Auth.REQUIRED,
        "GET /c": Auth.OPTIONAL,
    }


def test_a_path_that_is_handed_on_beside_the_router() -> None:
    files = {
        "go.mod": "module shop\n",
        "main.go": f'package main\nimport (\n"{ECHO}"\n"shop/gen"\n)\nfunc main() {{\ne := echo.New()\ngen.Register(e, nil, "/api")\n'
        'gen.Plain(e, "/other")\n}\n',
        "gen/gen.go": f'package gen\nimport "{ECHO}"\n'
        "type Routing interface {\nGET(path string, h echo.HandlerFunc) *echo.Route\nPOST(path string, h echo.HandlerFunc) *echo.Route\n"
        "PUT(path string, h echo.HandlerFunc) *echo.Route\nDELETE(path string, h echo.HandlerFunc) *echo.Route\n"
        "Group(path string) *echo.Group\nUse(m ...echo.MiddlewareFunc)\n}\n"
        "func Register(r Routing, si Server, base string) {\nr.Use(RequireAuth)\n"
        'r.GET(base+"/pets", si.Pets)\ng := r.Group(base + "/shops")\ng.POST("/:id", si.Shop)\nr.GET("/health", si.Health)\n}\n'
        'func Plain(r *echo.Echo, title string) {\nr.GET("/plain", f)\n}\n'
        'func Nobody(r *echo.Echo, base string) {\nr.GET(base+"/nobody", f)\n}\n',
    }
    found = endpoints(files)
    assert {label for label in found if not label.startswith("?")} == {
        "GET /api/pets", "POST /api/shops/{id}", "GET /health", "GET /plain",
    }  # fmt: skip
    assert found["GET /api/pets"].auth is Auth.REQUIRED


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        ("if err := run(); err != nil {\nc.Status(500)\nreturn c.JSON(err)\n}\nreturn c.JSON(1)", (200, 500)),
        ("c.Status(fiber.StatusCreated)\nreturn c.JSON(1)", (201,)),
        ("c.Status(code)\nreturn c.JSON(1)", ()),
    ],
)
def test_fiber_keeps_the_status_that_a_statement_set(body: str, statuses: tuple[int, ...]) -> None:
    more = f"func h(c *fiber.Ctx) error {{\n{body}\n}}\n"
    assert single('a := fiber.New(); a.Get("/a", h)', FIBER, more=more)["GET /a"].statuses == statuses


@pytest.mark.parametrize(
    ("code", "package"),
    [
        ('r := gin.Default(); g := r.Group("/a"); g.GET("/one", list); g.Use(RequireAuth()); g.GET("/two", list)', GIN),
        ('a := fiber.New(); g := a.Group("/a"); g.Get("/one", list); g.Use(RequireAuth()); g.Get("/two", list)', FIBER),
        ('e := echo.New(); g := e.Group("/a"); g.GET("/one", list); g.Use(RequireAuth()); g.GET("/two", list)', ECHO),
        ('r := chi.NewRouter(); r.Route("/a", func(r chi.Router) { r.Get("/one", list); r.With(RequireAuth).Get("/two", list) })', CHI),
    ],
)  # fmt: skip
def test_one_group_is_open_first_and_guarded_then(code: str, package: str) -> None:
    found = single(code, package)
    assert (found["GET /a/one"].auth, found["GET /a/two"].auth) == (Auth.NONE, Auth.REQUIRED)


def test_what_a_wrapper_of_another_file_is_given_is_the_handler() -> None:
    guards = """package main
    import "net/http"
    func authenticated(handler func(w http.ResponseWriter, r *http.Request), redirect bool) http.Handler {
        return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
            if !known(r) { refuse(w, r); return }
            handler(w, r)
        })
    }
    func logged(next http.Handler) http.Handler {
        return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) })
    }
    func refuse(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusUnauthorized) }
    func counted(s *Store) http.Handler {
        return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(202) })
    }
    """
    main = f"""package main
    import ("net/http"; "{MUX}")
    func main() {{
        r := mux.NewRouter()
        r.Handle("/a", authenticated(list, false)).Methods("GET")
        r.Handle("/b", logged(authenticated(list, true))).Methods("GET")
        r.Handle("/c", logged(list)).Methods("GET")
        r.Handle("/d", counted(store)).Methods("GET")
    }}
    """
    handlers = (
        'package main\nimport "net/http"\nfunc list(w http.ResponseWriter, r *http.Request) { w.WriteHeader(201) }\n'
    )
    found = endpoints({"main.go": main, "guards.go": guards, "list.go": handlers})
    assert {label: (e.handler_name, e.auth, e.success) for label, e in found.items()} == {
        "GET /a": ("list", Auth.REQUIRED, (201,)),
        "GET /b": ("list", Auth.REQUIRED, (201,)),
        "GET /c": ("list", Auth.NONE, (201,)),
        "GET /d": ("counted", Auth.NONE, (202,)),
    }


def test_what_a_router_is_told_does_not_end_it() -> None:
    more = """
    func checked(next http.Handler) http.Handler {
        return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
            if !known(r) { http.Error(w, "no", 401); return }
            next.ServeHTTP(w, r)
        })
    }
    func list(w http.ResponseWriter, r *http.Request) {}
    """
    found = single('r := mux.NewRouter().StrictSlash(true); r.Use(checked); r.HandleFunc("/a", list)', MUX, more=more)
    assert found["ANY /a"].auth is Auth.REQUIRED
