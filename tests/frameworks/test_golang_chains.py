"""Go: handlers behind wrappers of modules that are not there, paths that functions put together, forged requests."""

import pytest
from tests.frameworks.test_golang import CHI, MUX, endpoints, single

from persona_lsp.workspace.snapshot import Auth

MIDDLEWARE = """package main
import ("net/http"; "example.org/kit/chain")
type app struct{}
func (a *app) requireUser(next chain.Handler) chain.Handler {
    return chain.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
        if r.Header.Get("Authorization") == "" { w.WriteHeader(http.StatusUnauthorized); return nil }
        return next.ServeHTTP(w, r)
    })
}
func (a *app) counted(next chain.Handler) chain.Handler {
    return chain.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
        hits.Inc()
        return next.ServeHTTP(w, r)
    })
}
func (a *app) authLogin() chain.HandlerFunc {
    return func(w http.ResponseWriter, r *http.Request) error { w.WriteHeader(http.StatusUnauthorized); return nil }
}
func plain(w http.ResponseWriter, r *http.Request) {}
"""


@pytest.mark.parametrize(
    ("given", "auth"),
    [
        ("c.Then(a.authLogin(), guards...)", Auth.REQUIRED),
        ("c.Then(a.authLogin(), a.requireUser)", Auth.REQUIRED),
        ("c.Then(a.authLogin(), a.counted)", Auth.UNKNOWN),
        ("c.Then(a.authLogin())", Auth.UNKNOWN),
        ("c.Then(a.authLogin(), others...)", Auth.UNKNOWN),
        ("chain.Adapt(plain)", Auth.UNKNOWN),
        ("chain.Serve(registry)", Auth.NONE),
        ("promhttp.InstrumentMetricHandler(registry, plain)", Auth.NONE),
    ],
)
def test_a_handler_that_an_unknown_function_gets_may_be_guarded(given: str, auth: Auth) -> None:
    main = f"""package main
    import ("net/http"; "{CHI}"; "example.org/kit/chain"; "github.com/prometheus/client_golang/prometheus/promhttp")
    func main() {{
        r := chi.NewRouter()
        a := &app{{}}
        c := chain.New(nil)
        guards := []chain.Middleware{{a.requireUser}}
        r.Get("/a", {given})
    }}
    """
    found = endpoints({"main.go": main, "middleware.go": MIDDLEWARE})
    assert {label: e.auth for label, e in found.items()} == {"GET /a": auth}


def test_what_a_function_puts_before_a_path_leaves_the_path() -> None:
    found = single('r := chi.NewRouter(); at := paths.Below(prefix); r.Get(at("/users"), f)', CHI, "example.org/paths")
    assert list(found) == ["?GET /users"]


@pytest.mark.parametrize(
    ("name", "auth"),
    [
        ("requireCSRFToken", Auth.NONE),
        ("checkXsrf", Auth.NONE),
        ("verifyAntiForgeryToken", Auth.NONE),
        ("requireLoginAndCSRF", Auth.REQUIRED),
    ],
)
def test_a_check_for_forged_requests_asks_nobody_who_they_are(name: str, auth: Auth) -> None:
    found = single(f'r := mux.NewRouter(); r.Use({name}); r.HandleFunc("/a", f)', MUX)
    assert found["ANY /a"].auth is auth


AFTER = "who, err := tokenOf(c); if err != nil { if config.Skipper(c) { return next(c) }; return c.NoContent(401) }"
FIRST = "if config.Skipper(c) { return next(c) }; who, err := tokenOf(c); if err != nil { return c.NoContent(401) }"


@pytest.mark.parametrize(
    ("body", "skipper", "auths"),
    [
        (AFTER, 'return c.Request().Method == "GET" && c.Path() != "/a/own"', "optional required required"),
        (FIRST, 'return c.Request().Method == "GET" && c.Path() != "/a/own"', "none required required"),
        (FIRST, 'if c.Path() == "/a/own" { return false }; return c.Method() == http.MethodGet', "none required required"),
        (FIRST, 'switch c.Path() { case "/a/own", "/b": return true }; return false', "required none required"),
        (FIRST, 'return !strings.HasPrefix(c.Path(), "/a")', "required required required"),
        (FIRST, 'return c.Method() != "POST" || c.Path() == "/b"', "none none required"),
        (FIRST, 'return c.Path() == "/a" && isOpen()', "unknown unknown unknown"),
        (FIRST, "return isOpen(c)", "unknown unknown unknown"),
        ("if config.open { return next(c) }; if tokenOf(c) { return c.NoContent(401) }", 'return c.Path() == "/a"',
         "unknown unknown unknown"),
    ],
)  # fmt: skip
def test_what_middleware_is_told_to_skip(body: str, skipper: str, auths: str) -> None:
    guard = f"""package guard
    import "github.com/labstack/echo/v4"
    type JWTConfig struct {{ Skipper func(c echo.Context) bool }}
    func JWTWithConfig(config JWTConfig) echo.MiddlewareFunc {{
        return func(next echo.HandlerFunc) echo.HandlerFunc {{
            return func(c echo.Context) error {{ {body}; return next(c) }}
        }}
    }}
    """
    main = f"""package main
    import ("net/http"; "strings"; "github.com/labstack/echo/v4"; "example.org/shop/guard")
    func main() {{
        e := echo.New()
        g := e.Group("/a", guard.JWTWithConfig(guard.JWTConfig{{Skipper: func(c echo.Context) bool {{ {skipper} }}}}))
        g.GET("", list)
        g.GET("/own", list)
        g.POST("", list)
    }}
    func list(c echo.Context) error {{ return c.NoContent(200) }}
    """
    found = endpoints({"go.mod": "module example.org/shop\n", "main.go": main, "guard/guard.go": guard})
    assert [found[label].auth.value for label in ("GET /a", "GET /a/own", "POST /a")] == auths.split()


def test_handlers_with_a_context_of_the_project() -> None:
    web = """package web
    import "github.com/labstack/echo/v4"
    type Ctx struct { echo.Context; tenant string }
    func Handler(next func(*Ctx) error) echo.HandlerFunc {
        return func(c echo.Context) error { return next(&Ctx{Context: c}) }
    }
    func Timed(next func(ctx context.Context) error) echo.HandlerFunc {
        return func(c echo.Context) error { return c.NoContent(202) }
    }
    """
    books = """package books
    import ("net/http"; "example.org/shop/web")
    type Books struct {}
    func (b *Books) Add(c *web.Ctx) error {
        if c.Param("id") == "" { return c.NoContent(http.StatusNotFound) }
        return c.JSON(http.StatusCreated, b)
    }
    func (b *Books) Sync(ctx context.Context) error { return nil }
    """
    main = """package main
    import ("github.com/labstack/echo/v4"; "example.org/shop/web"; "example.org/shop/books")
    func main() {
        e := echo.New()
        b := &books.Books{}
        e.POST("/books/:id", web.Handler(b.Add))
        e.POST("/sync", web.Timed(b.Sync))
    }
    """
    files = {"go.mod": "module example.org/shop\n", "main.go": main, "web/web.go": web, "books/books.go": books}
    found = endpoints(files)
    assert {label: (e.success, e.statuses) for label, e in found.items()} == {
        "POST /books/{id}": ((201,), (201, 404)),
        "POST /sync": ((202,), (202,)),
    }


@pytest.mark.parametrize(
    ("option", "auth"),
    [
        ("e.Use(authn.RequireUser)", Auth.UNKNOWN),
        ("e.Use(middleware.Logger())", Auth.NONE),
        ("e.Debug = true", Auth.NONE),
    ],
)
@pytest.mark.parametrize(
    "applied",
    ["for _, opt := range opts { opt(e) }", "for _, o := range opts { if err := o(e); err != nil { return nil } }"],
)
def test_options_that_a_router_is_given_to(option: str, auth: Auth, applied: str) -> None:
    options = f"""package web
    import ("github.com/labstack/echo/v4"; "github.com/labstack/echo/v4/middleware"; "example.org/shop/authn")
    type Option func(e *echo.Echo) error
    func WithIt() Option {{
        return func(e *echo.Echo) error {{ {option}; return nil }}
    }}
    func WithMetrics() Option {{
        return func(e *echo.Echo) error {{ e.GET("/metrics", metrics); return nil }}
    }}
    func metrics(c echo.Context) error {{ return c.NoContent(200) }}
    """
    router = f"""package web
    import "github.com/labstack/echo/v4"
    func NewRouter(opts ...Option) *echo.Echo {{
        e := echo.New()
        {applied}
        e.GET("/a", metrics)
        return e
    }}
    """
    found = endpoints({"web/options.go": options, "web/router.go": router})
    assert set(found) == {"GET /a", "GET /metrics"}
    assert found["GET /a"].auth is auth


@pytest.mark.parametrize(
    ("code", "auths"),
    [
        ("e := gin.New(); e.GET('/a', m); guarded(e); e.GET('/b', m)", "none required"),
        ("e := gin.New(); outer(e); e.GET('/a', m); e.GET('/b', m)", "required required"),
        ("e := gin.New(); if strict { guarded(e) }; e.GET('/a', m); e.GET('/b', m)", "unknown unknown"),
        ("e := gin.New(); guarded(e.Group('/x')); e.GET('/a', m); e.GET('/b', m)", "none none"),
        ("e := gin.New(); both(e); e.GET('/b', m)", "none required"),
        ("e := gin.New(); logged(e); e.GET('/a', m); e.GET('/b', m)", "none none"),
    ],
)
def test_what_a_function_attaches_to_the_router_that_it_is_given(code: str, auths: str) -> None:
    setup = """package main
    import "github.com/gin-gonic/gin"
    func guarded(r gin.IRouter) { r.Use(RequireUser) }
    func outer(r gin.IRouter) { guarded(r) }
    func both(r gin.IRouter) { routed(r); guarded(r) }
    func routed(r gin.IRouter) { r.GET("/a", m) }
    func logged(r gin.IRouter) { r.Use(gin.LoggerWithFormatter(line), gin.RecoveryWithWriter(out)) }
    func m(c *gin.Context) { c.Status(200) }
    """
    main = 'package main\nimport "github.com/gin-gonic/gin"\nfunc main() { CODE }\n'.replace(
        "CODE", code.replace("'", '"')
    )
    found = endpoints({"setup.go": setup, "main.go": main})
    assert [found[label].auth.value for label in ("GET /a", "GET /b")] == auths.split()
