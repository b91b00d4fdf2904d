"""actix-web: applications, scopes, resources, configuration in other files, attributes."""

import pytest
from tests.harness.engine import read

from persona_lsp import review
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace.snapshot import Auth, Endpoint

USE = "use actix_web::{web, App, HttpResponse, HttpServer, HttpRequest, get, post, Responder};\n"


def endpoints(**files: str) -> dict[str, Endpoint]:
    sources = {f"src/{name.replace('__', '/')}.rs": (USE + text).encode() for name, text in files.items()}
    return {e.label: e for e in read(sources).snapshot.endpoints}


def labels(**files: str) -> list[str]:
    return sorted(endpoints(**files))


def test_scopes_resources_and_routes() -> None:
    assert labels(
        main="""
        async fn main() {
            HttpServer::new(move || {
                App::new()
                    .wrap(Logger::default())
                    .service(web::resource("/").to(index))
                    .service(
                        web::scope("/api")
                            .service(web::resource("users").route(web::get().to(list)).route(web::post().to_async(create)))
                            .service(web::resource(["/a", "/b"]).route(web::route().method(Method::PUT).to(put)))
                            .route("/users/{id:\\\\d+}", web::delete().to(remove))
                            .route("/guarded", web::route().guard(guard::Patch()).to(patch)),
                    )
                    .route("/files/{tail:.*}", web::get().to(files))
            }).bind(address)?.run().await
        }
        """
    ) == [
        "ANY /", "DELETE /api/users/{id}", "GET /api/users", "GET /files/{tail}", "PATCH /api/guarded", "POST /api/users",
        "PUT /api/a", "PUT /api/b",
    ]  # fmt: skip


def test_configuration_in_other_files() -> None:
    assert labels(
        main="""
        mod routes;
        async fn main() { HttpServer::new(|| App::new().configure(routes::configure).service(web::scope("/v1").configure(|cfg| { routes::configure(cfg); }))); }
        """,
        routes__mod="""
        mod users;
        pub fn configure(cfg: &mut web::ServiceConfig) { cfg.route("/x", web::get().to(x)); users::add(cfg); cfg.service(users::scope()); }
        """,
        routes__users="""
        pub fn add(config: &mut web::ServiceConfig) { config.service(web::resource("/added").route(web::get().to(x))); }
        pub fn scope() -> actix_web::Scope { web::scope("/users").route("", web::get().to(x)) }
        """,
    ) == ["GET /added", "GET /users", "GET /v1/added", "GET /v1/users", "GET /v1/x", "GET /x"]


def test_attributes_are_served_where_they_are_registered() -> None:
    assert labels(
        main="""
        mod users;
        async fn main() { HttpServer::new(|| App::new().service(hello).service(web::scope("/api").service(users::list).service((users::both, users::again)))); }
        #[get("/hello/{name}")]
        async fn hello(path: web::Path<String>) -> impl Responder { HttpResponse::Ok() }
        #[get("/never")]
        async fn never() -> impl Responder { HttpResponse::Ok() }
        """,
        users="""
        pub use self::inner::again;
        mod inner;
        #[actix_web::get("/users")]
        pub async fn list() -> HttpResponse { HttpResponse::Ok().finish() }
        #[actix_web::route("/both", method = "GET", method = "POST")]
        pub async fn both() -> HttpResponse { HttpResponse::Ok().finish() }
        """,
        users__inner='#[post("/again")] pub async fn again() -> HttpResponse { HttpResponse::Created().finish() }',
    ) == ["GET /api/both", "GET /api/users", "GET /hello/{name}", "POST /api/again", "POST /api/both"]


def test_answers_and_errors() -> None:
    found = endpoints(
        main="""
        async fn main() { HttpServer::new(|| App::new().service(a).service(b).service(c).service(d)); }
        #[post("/a")]
        async fn a(body: web::Json<New>) -> Result<HttpResponse, AppError> {
            let x = find().await?.ok_or_else(|| AppError::NotFound)?;
            Ok(HttpResponse::Created().json(x))
        }
        #[get("/b")]
        async fn b() -> impl Responder {
            match load().await { Ok(x) => HttpResponse::Ok().json(x), Err(e) => HttpResponse::InternalServerError().finish() }
        }
        #[get("/c")]
        async fn c() -> actix_web::Result<web::Json<i32>> { let x = load().map_err(error::ErrorBadRequest)?; Ok(web::Json(x)) }
        #[get("/d")]
        async fn d() -> HttpResponse { HttpResponse::build(StatusCode::ACCEPTED).json(1) }
        pub enum AppError { NotFound, Internal }
        impl ResponseError for AppError {
            fn status_code(&self) -> StatusCode { match *self { AppError::NotFound => StatusCode::NOT_FOUND, AppError::Internal => StatusCode::INTERNAL_SERVER_ERROR } }
        }
        """
    )
    assert {e.path: e.statuses for e in found.values()} == {
        "/a": (201, 404), "/b": (200, 500), "/c": (200, 400), "/d": (202,),
    }  # fmt: skip


def test_middleware_guards_the_whole_scope() -> None:
    found = endpoints(
        main="""
        async fn main() {
            HttpServer::new(|| App::new()
                .service(web::scope("/in").route("/a", web::get().to(h)).wrap(HttpAuthentication::bearer(validator)))
                .service(web::scope("/out").wrap(Logger::default()).route("/a", web::get().to(h)))
                .route("/who", web::get().to(who)));
        }
        async fn h() -> HttpResponse { HttpResponse::Ok().finish() }
        async fn who(user: Option<Identity>) -> HttpResponse { HttpResponse::Ok().finish() }
        """
    )
    assert {e.path: e.auth for e in found.values()} == {
        "/in/a": Auth.REQUIRED, "/out/a": Auth.NONE, "/who": Auth.OPTIONAL,
    }  # fmt: skip


def test_what_is_no_route_is_silent() -> None:
    assert (
        labels(
            main="""
            fn f(req: HttpRequest) { req.headers().get("x"); session.get("user"); map.route("/x", 1); client.post("/y"); }
            #[cfg(test)]
            mod tests { fn a() { App::new().route("/test", web::get().to(x)); } }
            """
        )
        == []
    )


def test_answers_and_failures_that_other_functions_make() -> None:
    found = endpoints(
        main="""
        mod routes; mod utils; mod auth;
        use crate::routes::{home, change};
        use crate::auth::reject_anonymous_users;
        fn app() {
            App::new()
                .route("/", web::get().to(home))
                .service(
                    web::scope("/admin").wrap(from_fn(reject_anonymous_users)).route("/password", web::post().to(change)),
                );
        }
        """,
        routes__mod="mod home; mod change; pub use home::*; pub use change::*;",
        routes__home="pub async fn home() -> HttpResponse { HttpResponse::Ok().finish() }",
        routes__change="""
        use crate::utils::{e500, see_other};
        pub async fn change(form: web::Form<Data>) -> Result<HttpResponse, actix_web::Error> {
            store(form).await.map_err(e500)?;
            Ok(see_other("/login"))
        }
        """,
        utils="""
        pub fn e500<T>(e: T) -> actix_web::Error { actix_web::error::ErrorInternalServerError(e) }
        pub fn see_other(to: &str) -> HttpResponse { HttpResponse::SeeOther().insert_header((LOCATION, to)).finish() }
        """,
        auth="""
        use crate::utils::see_other;
        pub async fn reject_anonymous_users(req: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse, Error> {
            match user_of(&req) {
                Some(id) => next.call(req).await,
                None => Err(InternalError::from_response(anyhow!("nobody"), see_other("/login")).into()),
            }
        }
        """,
    )
    assert found["GET /"].success == (200,)
    assert found["POST /admin/password"].statuses == (303, 500)
    assert found["POST /admin/password"].auth is Auth.REQUIRED


def test_what_a_setting_may_put_before_all_paths() -> None:
    sources = {
        "src/main.rs": (
            USE
            + """
            fn router(cfg: &mut web::ServiceConfig, settings: &Settings) {
                if let Some(prefix) = &settings.prefix {
                    cfg.service(web::scope(prefix).configure(|cfg| { services(cfg); }));
                } else {
                    services(cfg);
                }
            }
            fn services(cfg: &mut web::ServiceConfig) { cfg.route("/a", web::get().to(a)); }
            async fn main() { HttpServer::new(move || App::new().configure(|c| router(c, &settings))); }
            """
        ).encode()
    }
    found = review.endpoints(read(sources).snapshot, lambda path: LineTable(sources[path]), every=True)
    assert [(row.method, row.path, row.path_known) for row in found] == [("GET", "/a", True)]


def test_what_a_transform_makes_refuses_or_does_not() -> None:
    found = endpoints(
        main="""
        mod checks;
        use crate::checks::{Checked, Late, Timed};
        async fn main() {
            HttpServer::new(|| {
                let late = Late::new(3);
                App::new()
                    .service(web::scope("/in").wrap(Checked).route("/a", web::get().to(h)))
                    .service(web::scope("/time").wrap(Timed::new(1)).route("/a", web::get().to(h)))
                    .service(web::scope("/late").wrap(late.clone()).route("/a", web::get().to(h)))
                    .service(web::scope("/far").wrap(elsewhere::Counted::new()).route("/a", web::get().to(h)))
                    .service(web::scope("/own").wrap(crate::lost::Gate::new()).route("/a", web::get().to(h)))
            });
        }
        async fn h() -> HttpResponse { HttpResponse::Ok().finish() }
        """,
        checks="""
        use actix_web::{dev::{Service, ServiceRequest, ServiceResponse, Transform}, error::ErrorUnauthorized};
        pub struct Checked;
        impl<S, B> Transform<S, ServiceRequest> for Checked {
            type Transform = CheckedService<S>;
            fn new_transform(&self, service: S) -> Self::Future { ready(Ok(CheckedService { service })) }
        }
        pub struct CheckedService<S> { service: S }
        impl<S, B> Service<ServiceRequest> for CheckedService<S> {
            fn call(&self, req: ServiceRequest) -> Self::Future {
                if !is_known(&req) { return Box::pin(async { Err(ErrorUnauthorized("who are you")) }); }
                let next = self.service.call(req);
                Box::pin(async move { next.await })
            }
        }
        pub struct Timed { n: u32 }
        impl<S, B> Transform<S, ServiceRequest> for Timed {
            fn new_transform(&self, service: S) -> Self::Future { ready(Ok(TimedService { service, n: self.n })) }
        }
        pub struct TimedService<S> { service: S, n: u32 }
        impl<S, B> Service<ServiceRequest> for TimedService<S> {
            fn call(&self, req: ServiceRequest) -> Self::Future {
                let start = Instant::now();
                let next = self.service.call(req);
                Box::pin(async move { let answer = next.await?; log::info!("{:?}", start.elapsed()); Ok(answer) })
            }
        }
        pub struct Late { n: u32 }
        impl<S, B> Transform<S, ServiceRequest> for Late {
            fn new_transform(&self, service: S) -> Self::Future { ready(Ok(LateService { service: Rc::new(service) })) }
        }
        pub struct LateService<S> { service: Rc<S> }
        impl<S, B> Service<ServiceRequest> for LateService<S> {
            fn call(&self, req: ServiceRequest) -> Self::Future {
                let service = self.service.clone();
                Box::pin(async move {
                    if find(&req).is_none() {
                        let (request, _) = req.into_parts();
                        return Ok(ServiceResponse::new(request, HttpResponse::Unauthorized().finish()));
                    }
                    service.call(req).await
                })
            }
        }
        """,
    )
    assert {e.path: e.auth for e in found.values()} == {
        "/in/a": Auth.REQUIRED, "/time/a": Auth.NONE, "/late/a": Auth.REQUIRED, "/far/a": Auth.NONE, "/own/a": Auth.UNKNOWN,
    }  # fmt: skip


def test_failures_that_are_turned_into_answers_by_their_type() -> None:
    found = endpoints(
        main="""
        mod err; use err::MyErr;
        fn main() { HttpServer::new(|| App::new().service(a).service(b)) }
        #[get("/a")] async fn a() -> Result<HttpResponse, MyErr> {
            let x = find()?;
            if y() { return Err(MyErr::Gone); }
            Ok(HttpResponse::Ok().finish())
        }
        fn find() -> Result<i32, DbErr> { Err(DbErr::Busy) }
        #[get("/b")] async fn b() -> actix_web::Result<HttpResponse> {
            let x = load().map_err(ErrorNotFound)?;
            Ok(HttpResponse::Created().finish())
        }
        """,
        err="""
        pub enum MyErr { Gone, Db }
        impl ResponseError for MyErr {
            fn status_code(&self) -> StatusCode {
                match self { MyErr::Gone => StatusCode::GONE, MyErr::Db => StatusCode::SERVICE_UNAVAILABLE }
            }
        }
        impl From<DbErr> for MyErr { fn from(e: DbErr) -> Self { MyErr::Db } }
        """,
    )
    assert {e.path: e.statuses for e in found.values()} == {"/a": (200, 410, 503), "/b": (201, 404)}


LOOKING = """
use actix_web::{dev::{Service, ServiceRequest, ServiceResponse, Transform}, error::{ErrorInternalServerError, ErrorUnauthorized}};
pub struct Authentication;
impl<S, B> Transform<S, ServiceRequest> for Authentication {
    fn new_transform(&self, service: S) -> Self::Future { ready(Ok(AuthenticationService { service: Rc::new(service) })) }
}
pub struct AuthenticationService<S> { service: Rc<S> }
impl<S, B> Service<ServiceRequest> for AuthenticationService<S> {
    fn call(&self, req: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        async move {
            let key = match req.app_data::<Data<Key>>() {
                Some(key) => key,
                None => return Err(ErrorInternalServerError("no key")),
            };
            if let Some(header) = req.headers().get("Authorization") {
                ASKED
            }
            let answer = service.call(req);
            let res = answer.await?;
            Ok(res)
        }.boxed_local()
    }
}
"""


@pytest.mark.parametrize(
    ("asked", "auth"),
    [
        ("if let Ok(user) = decoded(header, key) { req.extensions_mut().insert(user); }", Auth.OPTIONAL),
        ("let user = decoded(header, key)?; req.extensions_mut().insert(user);", Auth.REQUIRED),
        ("if let Err(e) = decoded(header, key) { return Err(e.into()); }", Auth.REQUIRED),
        ('if decoded(header, key).is_err() { return Err(ErrorUnauthorized("no")); }', Auth.REQUIRED),
    ],
)
def test_middleware_that_hands_on_everybody_refuses_nobody(asked: str, auth: Auth) -> None:
    found = endpoints(
        main="""
        mod looking;
        fn main() { HttpServer::new(|| App::new().wrap(crate::looking::Authentication).route("/a", web::get().to(h))); }
        async fn h() -> HttpResponse { HttpResponse::Ok().finish() }
        """,
        looking=LOOKING.replace("ASKED", asked),
    )
    assert found["GET /a"].auth is auth


ASKING = """
use actix_web::{HttpRequest, http::header::AUTHORIZATION};
pub fn authenticate(state: &Data<AppState>, req: &HttpRequest) -> impl Future<Item = User, Error = Error> {
    result(token_of(req.headers().get(AUTHORIZATION))).and_then(move |token| state.users.send(token).from_err())
}
fn token_of(header: Option<&HeaderValue>) -> Result<String, Error> {
    match header { Some(h) => Ok(read(h)), None => Err(Error::Unauthorized("who are you")) }
}
pub fn counted(state: &Data<AppState>, req: &HttpRequest) -> Result<u64, Error> { Ok(req.headers().len() as u64) }
"""


@pytest.mark.parametrize(
    ("body", "auth"),
    [
        ("authenticate(&state, &req).and_then(move |user| show(user))", Auth.REQUIRED),
        ("ready(check(&form)).from_err().and_then(move |_| authenticate(&state, &req)).and_then(move |user| show(user))", Auth.REQUIRED),
        ("let user = authenticate(&state, &req).await?; show(user)", Auth.REQUIRED),
        ("let user = authenticate(&state, &req).await.map_err(|e| wrapped(e))?; show(user)", Auth.REQUIRED),
        ("authenticate(&state, &req).then(move |user| show(user.ok()))", Auth.OPTIONAL),
        ("authenticate(&state, &req).then(move |user| shown(user))", Auth.UNKNOWN),
        ("let user = authenticate(&state, &req).await; show(user)", Auth.UNKNOWN),
        ("let n = counted(&state, &req)?; show(n)", Auth.NONE),
        ("let bearer = BearerAuth::from_request(&req, &mut payload).await?; show(bearer)", Auth.REQUIRED),
        ("show(1)", Auth.NONE),
    ],
)  # fmt: skip
def test_handlers_that_let_a_function_ask_who_calls(body: str, auth: Auth) -> None:
    found = endpoints(
        main=f"""
        mod asking;
        use crate::asking::{{authenticate, counted}};
        fn main() {{ HttpServer::new(|| App::new().route("/a", web::get().to(h))); }}
        async fn h(state: web::Data<AppState>, (form, req): (web::Json<Form>, HttpRequest)) -> Result<HttpResponse, Error> {{ {body} }}
        """,
        asking=ASKING,
    )
    assert found["GET /a"].auth is auth
