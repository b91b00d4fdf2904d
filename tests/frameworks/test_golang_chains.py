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
