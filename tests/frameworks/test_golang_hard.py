"""Go: statuses and callers that stand somewhere else than in the handler, or in some of its branches alone."""

import pytest
from tests.frameworks.test_golang import CHI, ECHO, FIBER, GIN, endpoints, single

from persona_lsp.workspace.snapshot import Auth

ERRORS = """package errs
import "errors"
var NotFound = errors.New("x")
type Denied struct{}
func (d *Denied) Error() string { return "" }
"""
FAILURES = {
    "return errs.NotFound": (404,),
    "if x() { return &errs.Denied{} }; return c.JSON(200, 1)": (200, 403),
    "if x() { return ErrGone }; return c.JSON(200, 1)": (200, 410),
    "if x() { return ErrBusy }; return c.JSON(200, 1)": (200, 503),
    "if x() { return errs.Other }; return c.JSON(200, 1)": (200,),
    "if x() { return echo.ErrTooManyRequests }; return c.JSON(200, 1)": (200, 429),
    "v, err := load(); if err != nil { return err }; return c.JSON(200, v)": (200,),
}


@pytest.mark.parametrize("body", FAILURES)
def test_the_error_handler_of_echo_says_what_failures_become(body: str) -> None:
    main = f"""package main
    import ("{ECHO}"; "net/http"; "shop/errs")
    func main() {{ e := echo.New(); e.HTTPErrorHandler = newHandler(); e.GET("/a", a) }}
    func newHandler() echo.HTTPErrorHandler {{
        return func(err error, c echo.Context) {{
            code := 500
            if errors.Is(err, ErrGone) {{ code = http.StatusGone }}
            switch {{
            case errors.Is(err, errs.NotFound):
                c.JSON(404, 1)
                return
            case err == ErrBusy: code = http.StatusServiceUnavailable
            }}
            var denied *errs.Denied
            if errors.As(err, &denied) {{ c.JSON(403, 1); return }}
            c.JSON(code, 1)
        }}
    }}
    func a(c echo.Context) error {{ {body} }}
    """
    found = endpoints({"go.mod": "module shop\n", "main.go": main, "errs/errs.go": ERRORS})
    assert found["GET /a"].statuses == FAILURES[body]


def test_the_error_handler_of_fiber_says_what_failures_become() -> None:
    main = f"""package main
    import ("{FIBER}"; "shop/errs")
    func main() {{
        a := fiber.New(fiber.Config{{ErrorHandler: answer}})
        a.Get("/a", one); a.Get("/b", two)
    }}
    func answer(c *fiber.Ctx, err error) error {{
        switch err.(type) {{
        case *errs.Denied: return c.SendStatus(fiber.StatusForbidden)
        }}
        switch err {{
        case errs.NotFound: return c.Status(404).JSON(1)
        case errs.Odd: if x() {{ return c.SendStatus(409) }}; return c.SendStatus(400)
        }}
        return c.Status(500).JSON(1)
    }}
    func one(c *fiber.Ctx) error {{ return errs.NotFound }}
    func two(c *fiber.Ctx) error {{
        if x() {{ return fiber.NewError(409, "x") }}
        if y() {{ return fiber.ErrPaymentRequired }}
        if z() {{ return errs.Odd }}
        if d() {{ return &errs.Denied{{}} }}
        return c.JSON(1)
    }}
    """
    found = endpoints({"go.mod": "module shop\n", "main.go": main, "errs/errs.go": ERRORS})
    assert [e.statuses for e in found.values()] == [(404,), (200, 402, 403, 409)]


@pytest.mark.parametrize(
    ("call", "helper"),
    [
        ("JSON(w, http.StatusCreated, 1)", "func JSON(w http.ResponseWriter, status int, v any) { w.WriteHeader(status) }"),
        ("JSON(w, 1, 201)", "func JSON(w http.ResponseWriter, v any, code int) { all(w, code, v) }"),
        ("Created(w, 1)", "func Created(w http.ResponseWriter, v any) { JSON(w, http.StatusCreated, v) }"),
        ("OK(w)", "func OK(w http.ResponseWriter) { w.WriteHeader(201) }"),
    ],
)  # fmt: skip
def test_helpers_of_another_package_answer_with_the_status_that_they_are_given(call: str, helper: str) -> None:
    files = {
        "go.mod": "module shop\n",
        "main.go": 'package main\nimport ("net/http"; "shop/response")\nfunc main() { http.HandleFunc("POST /a", h) }\n'
        "func h(w http.ResponseWriter, r *http.Request) {\n"
        f"if err := run(); err != nil {{ response.Fail(w, err); return }}\nresponse.{call} }}\n",
        "response/r.go": f"""package response
        import "net/http"
        {helper}
        func Fail(w http.ResponseWriter, err error) {{
            switch {{
            case errors.Is(err, ErrMissing): JSON(w, 404, nil)
            default: JSON(w, 500, nil)
            }}
        }}
        """,
    }
    assert endpoints(files)["POST /a"].statuses == (201, 404, 500)


def test_what_makes_something_of_writer_and_request_fails_with_nothing() -> None:
    more = """
    func New(w http.ResponseWriter, r *http.Request) *Builder { return &Builder{w: w, r: r} }
    func h(w http.ResponseWriter, r *http.Request) { New(w, r).Send() }
    """
    assert single('http.HandleFunc("GET /a", h)', more=more)["GET /a"].success == (200,)


def test_helpers_that_are_given_the_context() -> None:
    files = {
        "go.mod": "module shop\n",
        "main.go": f'package main\nimport ("{GIN}"; "shop/response")\n'
        'func main() { r := gin.Default(); r.POST("/a", h); r.POST("/b", g) }\n'
        "func h(c *gin.Context) { response.Success(c, 1) }\n"
        'func g(c *gin.Context) { if x() { response.Fail(c, 422, "x"); return }; response.Created(c, 1) }\n',
        "response/r.go": f"""package response
        import "{GIN}"
        func Success(c *gin.Context, v any) {{ Result(c, 200, v) }}
        func Result(c *gin.Context, code int, v any) {{ c.JSON(code, v) }}
        func Created(c *gin.Context, v any) {{ c.JSON(201, v) }}
        func Fail(c *gin.Context, code int, s string) {{ c.AbortWithStatusJSON(code, s) }}
        """,
    }
    assert {label: e.statuses for label, e in endpoints(files).items()} == {"POST /a": (200,), "POST /b": (201, 422)}


def test_a_status_that_a_function_makes_of_an_error_is_not_known() -> None:
    more = """
    func h(w http.ResponseWriter, r *http.Request) {
        v, err := load()
        if err != nil { http.Error(w, "no", statusOf(err)); return }
        w.WriteHeader(202)
    }
    func statusOf(err error) int { if errors.Is(err, ErrNot) { return http.StatusNotFound }; return 500 }
    """
    assert single('http.HandleFunc("GET /a", h)', more=more)["GET /a"].success == (202,)


SIGNATURES = {
    "http": ("w http.ResponseWriter, r *http.Request", "", 'http.HandleFunc("GET /a", h)', ()),
    "gin": ("c *gin.Context", "", 'r := gin.New(); r.GET("/a", h)', (GIN,)),
    "echo": ("c echo.Context", "error", 'r := echo.New(); r.GET("/a", h)', (ECHO,)),
    "fiber": ("c *fiber.Ctx", "error", 'r := fiber.New(); r.Get("/a", h)', (FIBER,)),
}
ASKS = [
    ("http", 'u, ok := r.Context().Value(userKey).(*User); if !ok { http.Error(w, "", 401); return }'),
    ("http", "ctx := r.Context(); u := ctx.Value(auth.UserCtxKey); if u == nil { fail(w, http.StatusUnauthorized); return }"),
    ("http", "u, ok := UserFrom(r.Context()); if !ok { respond(w, 401, nil); return }"),
    ("http", 'c, err := r.Cookie("session_token"); if err != nil { w.WriteHeader(401); return }'),
    ("http", 'u, pass, ok := r.BasicAuth(); if !ok || pass != secret { http.Error(w, "", 401); return }'),
    ("gin", 'u, ok := c.Get("user"); if !ok { c.AbortWithStatus(401); return }'),
    ("gin", 'id := c.GetUint("user_id"); if id == 0 { c.JSON(http.StatusUnauthorized, 1); return }'),
    ("gin", "claims, err := claimsFrom(c); if err != nil { c.JSON(403, 1); return }"),
    ("echo", 'u, ok := c.Get("user").(*jwt.Token); if !ok { return echo.ErrUnauthorized }; return c.JSON(200, u)'),
    ("fiber", 'u := c.Locals("user"); if u == nil { return c.SendStatus(401) }; return c.JSON(u)'),
]  # fmt: skip
ASKS_NOBODY = [
    ("http", 'v, ok := r.Context().Value(traceKey).(string); if !ok { http.Error(w, "", 401); return }'),
    ("gin", 'var user User; db.First(&user, c.PostForm("mail")); if user.ID == 0 { c.JSON(401, 1); return }'),
    ("gin", 'u, err := users.Find(c.Param("id")); if err != nil { c.JSON(401, 1); return }'),
]
LOOKS = ("gin", 'u, ok := c.Get("user"); if ok { c.JSON(200, u); return }; c.JSON(200, nil)')


@pytest.mark.parametrize(
    ("framework", "body", "auth"),
    [(*a, Auth.REQUIRED) for a in ASKS] + [(*a, Auth.NONE) for a in ASKS_NOBODY] + [(*LOOKS, Auth.OPTIONAL)],
)
def test_handlers_that_look_for_who_calls_in_the_context(framework: str, body: str, auth: Auth) -> None:
    given, result, code, packages = SIGNATURES[framework]
    found = single(code, *packages, more=f"func h({given}) {result} {{ {body} }}\n")
    assert found["GET /a"].auth is auth


SWITCHED = """
func users(w http.ResponseWriter, r *http.Request) {
    id := strings.TrimPrefix(r.URL.Path, "/users/")
    switch r.Method {
    case http.MethodGet:
        w.WriteHeader(206)
    case http.MethodDelete:
        remove(w, id)
    case "PUT", "PATCH":
        if err := change(id); err != nil {
            w.WriteHeader(409)
        } else {
            w.WriteHeader(202)
        }
    case "POST":
        elsewhere.Add(w, r)
    default:
        http.Error(w, "", http.StatusMethodNotAllowed)
    }
}
"""
ASKED = """
func users(w http.ResponseWriter, r *http.Request) {
    if r.Method == http.MethodGet { w.WriteHeader(206); return }
    if r.Method == "DELETE" { remove(w, ""); return }
    http.Error(w, "", http.StatusMethodNotAllowed)
}
"""
REMOVES = "func remove(w http.ResponseWriter, id string) { w.WriteHeader(204) }\n"


def test_what_older_handlers_answer_is_told_by_the_method() -> None:
    found = single('http.HandleFunc("/users/", users)', more=SWITCHED + REMOVES)
    assert {e.method: e.statuses for e in found.values()} == {
        "GET": (206,), "DELETE": (204,), "PUT": (202, 409), "PATCH": (202, 409), "POST": (),
    }  # fmt: skip
    found = single('http.HandleFunc("/users/", users)', more=ASKED + REMOVES)
    assert {e.method: e.statuses for e in found.values()} == {"GET": (206,), "DELETE": (204,)}
    other = ASKED.replace('http.Error(w, "", http.StatusMethodNotAllowed)', "list(w)")
    assert set(single('http.HandleFunc("/users/", users)', more=other)) == {"ANY /users/"}


def test_handlers_that_methods_of_a_struct_make_and_prefixes_that_are_stripped() -> None:
    more = """
    type server struct{}
    func (s *server) handleGet() http.HandlerFunc {
        var once sync.Once
        return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(206) }
    }
    func auth(next http.Handler) http.Handler {
        return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
            if bad(r) { http.Error(w, "", 401); return }
            next.ServeHTTP(w, r)
        })
    }
    """
    code = """s := &server{}
    api := http.NewServeMux()
    api.HandleFunc("GET /b/{id}", s.handleGet())
    http.Handle("/v1/", auth(http.StripPrefix("/v1", api)))"""
    only = single(code, more=more)["GET /v1/b/{id}"]
    assert (only.success, only.auth) == ((206,), Auth.REQUIRED)


def test_whom_a_skipper_lets_pass_is_not_known() -> None:
    more = """
    func guard(skip middleware.Skipper) echo.MiddlewareFunc {
        return func(next echo.HandlerFunc) echo.HandlerFunc {
            return func(c echo.Context) error {
                if skip(c) { return next(c) }
                if bad(c) { return echo.ErrUnauthorized }
                return next(c)
            }
        }
    }
    """
    for use in (
        "middleware.JWTWithConfig(middleware.JWTConfig{Skipper: func(c echo.Context) bool { return c.Path() == opened }})",
        "guard(func(c echo.Context) bool { return open(c) })",
    ):
        code = f'e := echo.New(); e.Use({use}); e.GET("/a", f)'
        found = single(code, ECHO, "github.com/labstack/echo/v4/middleware", more=more)
        assert found["GET /a"].auth is Auth.UNKNOWN


def test_handlers_that_oapi_codegen_made_of_a_contract() -> None:
    files = {
        "go.mod": "module shop\n",
        "main.go": 'package main\nimport ("net/http"; "shop/gen"; "shop/api")\n'
        'func main() { http.ListenAndServe(":1", gen.HandlerFromMux(&api.Server{}, chi.NewRouter())) }\n',
        "api/server.go": 'package api\nimport "net/http"\ntype Server struct{}\n'
        "func (s *Server) ListPets(w http.ResponseWriter, r *http.Request) { w.WriteHeader(203) }\n"
        "func (s *Server) AddPet(w http.ResponseWriter, r *http.Request) { w.WriteHeader(201) }\n",
        "gen/api.gen.go": f"""// Code generated by github.com/oapi-codegen/oapi-codegen/v2 DO NOT EDIT.
        package gen
        import ("{CHI}"; "net/http")
        type ServerInterface interface {{
            ListPets(w http.ResponseWriter, r *http.Request)
            AddPet(w http.ResponseWriter, r *http.Request)
        }}
        type ServerInterfaceWrapper struct {{
            Handler ServerInterface
            HandlerMiddlewares []MiddlewareFunc
        }}
        func (siw *ServerInterfaceWrapper) ListPets(w http.ResponseWriter, r *http.Request) {{
            handler := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {{ siw.Handler.ListPets(w, r) }}))
            for _, middleware := range siw.HandlerMiddlewares {{ handler = middleware(handler) }}
            handler.ServeHTTP(w, r)
        }}
        func (siw *ServerInterfaceWrapper) AddPet(w http.ResponseWriter, r *http.Request) {{
            handler := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {{ siw.Handler.AddPet(w, r) }}))
            handler.ServeHTTP(w, r)
        }}
        func HandlerFromMux(si ServerInterface, r chi.Router) http.Handler {{
            return HandlerWithOptions(si, ChiServerOptions{{BaseRouter: r}})
        }}
        func HandlerWithOptions(si ServerInterface, options ChiServerOptions) http.Handler {{
            r := options.BaseRouter
            if r == nil {{ r = chi.NewRouter() }}
            wrapper := ServerInterfaceWrapper{{Handler: si}}
            r.Group(func(r chi.Router) {{ r.Get(options.BaseURL+"/pets", wrapper.ListPets) }})
            r.Group(func(r chi.Router) {{ r.Post(options.BaseURL+"/pets", wrapper.AddPet) }})
            return r
        }}
        type ChiServerOptions struct {{
            BaseURL string
            BaseRouter chi.Router
        }}
        """,
    }
    found = {e.label: e for e in endpoints(files).values()}
    assert {label: (e.path_known, e.auth) for label, e in found.items()} == {
        "GET /pets": (False, Auth.UNKNOWN),
        "POST /pets": (False, Auth.UNKNOWN),
    }


LETS_PASS = [
    ('token := extractToken(c); if len(token) == 0 { c.Next(); return }; u, err := find(c, token); if err != nil { c.Next(); return }; c.Set("user", u); c.Next()', Auth.OPTIONAL),
    ('h := c.GetHeader("Authorization"); if h == "" { c.Next(); return }; if !valid(h) { c.AbortWithStatus(401); return }; c.Next()', Auth.OPTIONAL),
    ('h := c.GetHeader("Authorization"); if h == "" { c.AbortWithStatus(401); return }; c.Next()', Auth.REQUIRED),
    ('h, err := c.Cookie("token"); if err != nil { c.JSON(401, 1); c.Abort(); return }; use(h); c.Next()', Auth.REQUIRED),
    ('h := c.GetHeader("Authorization"); if h == "" { refuse(c); return }; c.Next()', Auth.REQUIRED),
]  # fmt: skip


@pytest.mark.parametrize(("body", "auth"), LETS_PASS)
def test_middleware_that_lets_callers_without_a_credential_pass(body: str, auth: Auth) -> None:
    more = f"""
    type Users struct{{}}
    func (m *Users) Auth() gin.HandlerFunc {{ return func(c *gin.Context) {{ {body} }} }}
    func extractToken(c *gin.Context) string {{ return c.GetHeader("Authorization") }}
    func list(c *gin.Context) {{ c.JSON(200, 1) }}
    """
    found = single(
        'm := &Users{}; r := gin.New(); g := r.Group("/a"); g.Use(m.Auth()); g.GET("", list)', GIN, more=more
    )
    assert found["GET /a"].auth is auth


def test_a_handler_of_a_library_behind_a_wrapper() -> None:
    guards = """package main
    import "net/http"
    func readOnly(handler http.Handler, redirect bool) http.Handler {
        return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
            if !known(r) {
                if redirect { http.Redirect(w, r, "/", 303) } else { http.Error(w, "no", 401) }
                return
            }
            handler.ServeHTTP(w, r)
        })
    }
    """
    main = """package main
    import ("net/http"; "github.com/prometheus/client_golang/prometheus/promhttp")
    func main() { http.Handle("GET /metrics", readOnly(promhttp.Handler(), false)) }
    """
    only = endpoints({"main.go": main, "guards.go": guards})["GET /metrics"]
    assert (only.handler_name, only.success) == ("promhttp.Handler", ())
    assert only.auth is not Auth.NONE


def test_where_an_installation_may_put_something_before_its_paths() -> None:
    code = """r := gin.New()
    r.Group(ui.BaseURL + "/api/v1").GET("/a", f)
    r.Group(ui.Version + "/api").GET("/b", f)
    r.Group(ui.BaseURL).GET("/c", f)
    """
    main = f'package main\nimport "{GIN}"\nfunc routes(ui *UI) {{\n{code}\n}}\n'
    assert set(endpoints({"main.go": main})) == {"GET /api/v1/a", "?GET /api/b", "?GET /c"}


WRITTEN_IN_PLACE = [
    (CHI, 'r := chi.NewRouter(); r.Get("/a", guard(s.list))', """guard := func(f errHandler) http.Handler {
        return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
            if !dev {
                c, err := r.Cookie("token")
                if err != nil { w.WriteHeader(http.StatusForbidden); json.NewEncoder(w).Encode(1); return }
                use(c)
            }
            if err := f(w, r); err != nil { fail(w, err) }
        })
    }""", Auth.REQUIRED),
    (CHI, 'r := chi.NewRouter(); r.Get("/a", guard(list))', """guard := func(f http.HandlerFunc) http.HandlerFunc {
        return func(w http.ResponseWriter, r *http.Request) { log.Println(1); f(w, r) }
    }""", Auth.NONE),
    (ECHO, 'e := echo.New(); e.Use(guard); e.GET("/a", f)', """guard := func(next echo.HandlerFunc) echo.HandlerFunc {
        return func(c echo.Context) error { if bad(c) { return echo.ErrUnauthorized }; return next(c) }
    }""", Auth.REQUIRED),
    (ECHO, 'e := echo.New(); e.Use(guard); e.GET("/a", f)', """guard := func(next echo.HandlerFunc) echo.HandlerFunc {
        return func(c echo.Context) error { c.Set("a", 1); return next(c) }
    }""", Auth.NONE),
]  # fmt: skip


@pytest.mark.parametrize(("package", "code", "guard", "auth"), WRITTEN_IN_PLACE)
def test_what_middleware_written_in_place_returns_is_what_it_does(
    package: str, code: str, guard: str, auth: Auth
) -> None:
    more = """
    type S struct{}
    func (s *S) list(w http.ResponseWriter, r *http.Request) error { w.WriteHeader(200); return nil }
    func list(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200) }
    """
    found = single(f"s := &S{{}}\n{guard}\n{code}", package, more=more)
    assert found["GET /a"].auth is auth


@pytest.mark.parametrize(
    ("test", "auth"),
    [
        ("!allowedHost(c.Request.Host)", Auth.NONE),
        ("!isOwner(c, host)", Auth.REQUIRED),
        ("!allowed(c)", Auth.REQUIRED),
    ],
)
def test_what_asks_for_the_name_of_the_host_asks_nobody(test: str, auth: Auth) -> None:
    more = f"""
    func hosts(addr net.Addr) gin.HandlerFunc {{
        return func(c *gin.Context) {{ if {test} {{ c.AbortWithStatus(403); return }}; c.Next() }}
    }}
    func list(c *gin.Context) {{ c.JSON(200, 1) }}
    """
    assert single('r := gin.New(); r.Use(hosts(a)); r.GET("/a", list)', GIN, more=more)["GET /a"].auth is auth


@pytest.mark.parametrize(
    ("mounting", "returned", "expected"),
    [
        ('server.Mount("/api", made.Routes())', "r", ["GET /api/books", "GET /ping"]),
        ('mount(server, "/api", made.Routes())', "r", ["GET /ping"]),
        ('mount(server, "/api", made.Routes())', "logged(r)", ["GET /ping"]),
    ],
)
def test_a_router_that_may_be_mounted_by_a_function_has_no_known_path(
    mounting: str, returned: str, expected: list[str]
) -> None:
    main = f"""package main
    import ("{CHI}"; "net/http"; "shop/made")
    func main() {{
        server := chi.NewRouter()
        server.Get("/ping", ping)
        {mounting}
        http.ListenAndServe(":80", server)
    }}
    func mount(to chi.Router, prefix string, what http.Handler) {{ to.Mount(prefix, what) }}
    func ping(w http.ResponseWriter, r *http.Request) {{}}
    """
    made = f"""package made
    import ("{CHI}"; "net/http")
    func Routes() http.Handler {{
        r := chi.NewRouter()
        r.Get("/books", books)
        return {returned}
    }}
    func books(w http.ResponseWriter, r *http.Request) {{}}
    """
    found = endpoints({"go.mod": "module shop\n\ngo 1.22\n", "main.go": main, "made/made.go": made})
    assert sorted(label for label, e in found.items() if e.path_known) == expected


@pytest.mark.parametrize(("guard", "expected"), [("", Auth.REQUIRED), ("optionalAuth, ", Auth.UNKNOWN)])
def test_what_a_handler_finds_may_have_been_left_for_strangers(guard: str, expected: Auth) -> None:
    main = f"""package main
    import "{FIBER}"
    func main() {{ app := fiber.New(); app.Get("/a", {guard}a) }}
    func optionalAuth(c *fiber.Ctx) error {{
        c.Locals("userID", idOf(c.Get("Authorization")))
        return c.Next()
    }}
    func a(c *fiber.Ctx) error {{
        userID, ok := c.Locals("userID").(string)
        if !ok {{ return c.SendStatus(401) }}
        return c.Status(200).JSON(userID)
    }}
    """
    assert endpoints({"main.go": main})["GET /a"].auth is expected
