"""axum: routers across functions, files and crates; extractors, layers and answers."""

import pytest
from tests.harness.engine import read

from persona_lsp.facts.http import In
from persona_lsp.workspace.snapshot import Auth, Endpoint

USE = "use axum::{Router, Json, routing::{get, post, delete}, extract::{Path, Query, State}, http::StatusCode};\n"


def endpoints(**files: str) -> dict[str, Endpoint]:
    """Endpoints by label; `routes__users="…"` is `src/routes/users.rs`, which uses axum's names."""
    sources = {
        (f"src/{name.replace('__', '/')}.rs" if name != "cargo" else "Cargo.toml"): (
            text if name == "cargo" else USE + text
        ).encode()
        for name, text in files.items()
    }
    return {e.label: e for e in read(sources).snapshot.endpoints}


def labels(**files: str) -> list[str]:
    return sorted(endpoints(**files))


def test_chained_methods_and_parameters_of_both_notations() -> None:
    assert labels(
        main='fn app() -> Router { Router::new().route("/a/:id", get(a).post(b)).route("/b/{id}/{*rest}", axum::routing::any(c)) }'
    ) == ["ANY /b/{id}/{rest}", "GET /a/{id}", "POST /a/{id}"]


def test_nesting_and_merging_across_files() -> None:
    assert labels(
        main="""
        mod routes;
        use routes::users;
        const API: &str = "/api";
        #[tokio::main]
        async fn main() {
            let api = Router::new().nest("/users", users::router()).merge(crate::routes::router());
            let app = Router::new().route("/health", get(|| async { "ok" })).nest(API, api).with_state(());
            axum::serve(listener, app).await.unwrap();
        }
        """,
        routes__mod='pub mod users;\npub fn router() -> Router { Router::new().route("/posts", get(list)) }',
        routes__users='pub fn router() -> Router { let r = Router::new(); let r = r.route("/", get(list)); r.route("/{id}", delete(remove)) }',
    ) == ["DELETE /api/users/{id}", "GET /api/posts", "GET /api/users", "GET /health"]


def test_routers_of_other_crates_methods_and_associated_functions() -> None:
    sources = {
        "api/Cargo.toml": b'[package]\nname = "my-api"\n',
        "api/src/lib.rs": (USE + 'pub struct Api; impl Api { pub fn router() -> Router { Self::inner().route("/a", get(a)) } fn inner() -> Router { Router::new().route("/b", get(b)) } }').encode(),
        "app/Cargo.toml": b'[package]\nname = "app"\n[dependencies]\nmy-api = { path = "../api" }\n',
        "app/src/main.rs": (USE + 'use my_api::Api;\nfn app() -> Router { Router::new().nest("/v1", Api::router()) }').encode(),
    }  # fmt: skip
    assert sorted(e.label for e in read(sources).snapshot.endpoints) == ["GET /v1/a", "GET /v1/b"]


def test_a_function_that_adds_to_the_router_that_it_is_given() -> None:
    assert labels(
        main="""
        fn app() -> Router { add(Router::new().route("/a", get(a))) }
        fn add(router: Router) -> Router { router.route("/b", get(b)) }
        """
    ) == ["GET /a", "GET /b"]


def test_method_routers_of_other_files() -> None:
    assert labels(
        main='mod users; fn app() -> Router { Router::new().route("/users", users::methods()) }',
        users="use axum::routing::MethodRouter; pub fn methods() -> MethodRouter { get(list).post(create) }",
    ) == ["GET /users", "POST /users"]


def test_routes_of_literal_loops_are_known_and_others_are_not() -> None:
    assert labels(
        main="""
        fn app() -> Router {
            let mut app = Router::new();
            for path in ["/a", "/b"] { app = app.route(path, get(h)); }
            for plugin in plugins() { app = app.route(&plugin.path, get(h)); }
            app
        }
        """
    ) == ["GET /a", "GET /b"]


def test_attributes_of_utoipa_count_where_a_router_takes_the_handler() -> None:
    handlers = """
    #[utoipa::path(get, path = "/users/{id}", responses((status = 200, body = User)))]
    pub async fn show(Path(id): Path<i32>) -> Json<User> { Json(find(id)) }
    #[utoipa::path(post, path = "/unused")]
    pub async fn unused() {}
    """
    assert labels(
        main='mod users; fn app() { let (r, api) = OpenApiRouter::new().nest("/api", OpenApiRouter::new().routes(routes!(users::show))).split_for_parts(); }',
        users=handlers,
    ) == ["GET /api/users/{id}"]
    assert labels(main='fn app() -> Router { Router::new().route("/users/{id}", get(show)) }' + handlers) == [
        "GET /users/{id}"
    ]


def test_what_is_no_route_is_silent() -> None:
    assert (
        labels(
            main="""
            use std::collections::HashMap;
            fn f(headers: HeaderMap, map: HashMap<String, String>, cache: Cache) {
                headers.get("authorization"); map.get("/x"); client.get("https://example.com").send();
                cache.route("/a", key("x")); get("/not-a-route");
            }
            #[cfg(test)]
            mod tests { fn app() -> Router { Router::new().route("/test", get(h)) } }
            """
        )
        == []
    )


EXTRACTOR = """
pub struct AuthUser { id: i32 }
impl<S> axum::extract::FromRequestParts<S> for AuthUser {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let header = parts.headers.get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
        decode(header)
    }
}
pub struct MaybeUser(pub Option<AuthUser>);
impl<S> axum::extract::FromRequestParts<S> for MaybeUser {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        Ok(Self(parts.headers.get("authorization").map(decode)))
    }
}
pub struct Ctx;
impl<S> axum::extract::FromRequestParts<S> for Ctx {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        AuthUser::from_request_parts(parts, state).await?; Ok(Ctx)
    }
}
pub struct Page;
impl<S> axum::extract::FromRequestParts<S> for Page {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> { Ok(Page) }
}
"""


def test_extractors_of_other_files_say_who_may_call() -> None:
    found = endpoints(
        main="""
        mod auth; use crate::auth::*; use auth::{AuthUser, MaybeUser, Ctx, Page};
        fn app() -> Router {
            Router::new().route("/a", get(a)).route("/b", get(b)).route("/c", get(c)).route("/d", get(d)).route("/e", get(e)).route("/f", get(f))
        }
        async fn a(user: AuthUser) -> Json<i32> { Json(1) }
        async fn b(user: Option<AuthUser>) -> Json<i32> { Json(1) }
        async fn c(user: MaybeUser) -> Json<i32> { Json(1) }
        async fn d(ctx: Ctx) -> Json<i32> { Json(1) }
        async fn e(page: Page, State(db): State<Db>) -> Json<i32> { Json(1) }
        async fn f(State(db): State<Db>) -> Json<i32> { Json(1) }
        """,
        auth=EXTRACTOR,
    )
    assert {e.path: e.auth for e in found.values()} == {
        "/a": Auth.REQUIRED, "/b": Auth.OPTIONAL, "/c": Auth.OPTIONAL, "/d": Auth.REQUIRED, "/e": Auth.NONE,
        "/f": Auth.NONE,
    }  # fmt: skip


def test_layers_cover_what_was_added_before_them() -> None:
    found = endpoints(
        main="""
        mod auth;
        fn app() -> Router {
            Router::new()
                .route("/secret", get(h))
                .route_layer(axum::middleware::from_fn(auth::require))
                .route("/open", get(h))
                .route("/one", get(h).layer(from_fn_with_state(state, auth::require)))
                .layer(TraceLayer::new_for_http())
        }
        async fn h() -> Json<i32> { Json(1) }
        """,
        auth="""
        pub async fn require(request: Request, next: Next) -> Result<Response, StatusCode> {
            if check(&request) { return Err(StatusCode::UNAUTHORIZED); }
            Ok(next.run(request).await)
        }
        """,
    )
    assert {e.path: e.auth for e in found.values()} == {
        "/secret": Auth.REQUIRED, "/open": Auth.NONE, "/one": Auth.REQUIRED,
    }  # fmt: skip


def test_inputs_are_those_of_the_signature() -> None:
    found = endpoints(
        main='mod users; fn app() -> Router { Router::new().route("/users/:user_id/posts/:id", post(users::create)) }',
        users="""
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct Filter { page_size: Option<i64>, search: String, #[serde(rename = "q")] query: String, #[serde(flatten)] more: More }
        #[derive(serde::Deserialize)]
        pub struct More { sort: Option<String> }
        #[derive(serde::Deserialize)]
        pub struct NewPost { title: String }
        pub async fn create(Path((user, post)): Path<(i32, i32)>, Query(f): Query<Filter>, Json(body): Json<NewPost>) -> (StatusCode, Json<Post>) {
            (StatusCode::CREATED, Json(insert(user, body)))
        }
        """,
    )["POST /users/{user_id}/posts/{id}"]
    assert [(p.name, p.place, p.required) for p in found.params] == [
        ("user_id", In.PATH, True), ("id", In.PATH, True), ("pageSize", In.QUERY, False), ("search", In.QUERY, True),
        ("q", In.QUERY, True), ("sort", In.QUERY, False),
    ]  # fmt: skip
    assert found.body is not None
    assert found.body.type == "NewPost"
    assert found.statuses == (201,)


def test_errors_become_what_their_type_answers() -> None:
    found = endpoints(
        main="""
        mod error; use crate::error::AppError;
        fn app() -> Router { Router::new().route("/a/{id}", get(a)).route("/b", post(b)).route("/c", delete(c)) }
        async fn a(Path(id): Path<i32>) -> Result<Json<User>, AppError> {
            let user = find(id).await?.ok_or(AppError::NotFound)?;
            if user.hidden { return Err(AppError::Denied("no".into())); }
            Ok(Json(user))
        }
        async fn b(Json(x): Json<New>) -> Result<impl IntoResponse, (StatusCode, String)> {
            save(x).map_err(|e| (StatusCode::UNPROCESSABLE_ENTITY, "bad".to_string()))?;
            Ok((StatusCode::CREATED, Json(1)))
        }
        async fn c() -> StatusCode { if gone() { return StatusCode::NOT_FOUND; } StatusCode::NO_CONTENT }
        """,
        error="""
        pub enum AppError { NotFound, Denied(String), Db(sqlx::Error) }
        impl IntoResponse for AppError {
            fn into_response(self) -> Response {
                let (status, text) = match self {
                    AppError::NotFound => (StatusCode::NOT_FOUND, "gone".to_string()),
                    Self::Denied(why) => (StatusCode::FORBIDDEN, why),
                    AppError::Db(e) => { tracing::error!("{e}"); (StatusCode::INTERNAL_SERVER_ERROR, "oops".to_string()) }
                };
                (status, Json(text)).into_response()
            }
        }
        """,
    )
    assert {e.path: e.statuses for e in found.values()} == {
        "/a/{id}": (200, 403, 404), "/b": (201, 422), "/c": (204, 404),
    }  # fmt: skip


def test_texts_of_concatenations_and_formats() -> None:
    assert labels(
        main="""
        const V1: &str = "/v1";
        fn app() -> Router {
            let base = format!("{V1}/users");
            Router::new().route(&base, get(h)).route(&format!("{}/x", V1), get(h)).route([V1, "/y"].concat().as_str(), get(h))
        }
        """
    ) == ["GET /v1/users", "GET /v1/x", "GET /v1/y"]


def test_middleware_that_only_looks_on_guards_nothing() -> None:
    found = endpoints(
        main="""
        fn app() -> Router {
            Router::new().route("/a", get(h)).layer(axum::middleware::from_fn(measure))
        }
        async fn h() -> Json<i32> { Json(1) }
        async fn measure(request: Request, next: Next) -> Response {
            let start = Instant::now();
            let response = next.run(request).await;
            histogram(start.elapsed());
            response
        }
        """
    )
    assert found["GET /a"].auth is Auth.NONE


@pytest.mark.parametrize(("name", "expected"), [("optional_auth", Auth.OPTIONAL), ("optional_trace", Auth.NONE)])
def test_middleware_that_looks_who_calls_as_its_name_says(name: str, expected: Auth) -> None:
    found = endpoints(
        main=f"""
        fn app() -> Router {{
            Router::new().route("/a", get(h)).layer(ServiceBuilder::new().layer(from_fn({name})))
        }}
        async fn h() -> Json<i32> {{ Json(1) }}
        async fn {name}(token: Option<TypedHeader<Token>>, mut request: Request, next: Next) -> Response {{
            if let Some(TypedHeader(token)) = token {{
                request.extensions_mut().insert(token);
            }}
            next.run(request).await
        }}
        """
    )
    assert found["GET /a"].auth is expected


def test_handlers_of_other_files_that_only_ask_who_calls() -> None:
    found = endpoints(
        main='mod users; fn app() -> Router { Router::new().route("/me", get(users::me)).route("/all", get(users::all)) }',
        users="pub async fn me(user: CurrentUser) -> String { user.name } pub async fn all() -> String { String::new() }",
    )
    assert {e.path: e.auth for e in found.values()} == {"/me": Auth.REQUIRED, "/all": Auth.NONE}


def test_extractors_and_verbs_under_other_names_and_generic_handlers() -> None:
    found = endpoints(
        main="""
        use axum::extract::Path as UrlPath;
        use axum::routing::put as replace;
        fn app() -> Router { Router::new().route("/a/{id}", replace(change::<Postgres>)) }
        async fn change<D: Database>(UrlPath(id): UrlPath<i32>) -> Json<i32> { Json(id) }
        """
    )
    (only,) = found.values()
    assert (only.label, [p.local for p in only.params]) == ("PUT /a/{id}", ["id"])


def test_middleware_that_refuses_for_reasons_of_its_own_is_unknown() -> None:
    found = endpoints(
        main="""
        fn app() -> Router {
            Router::new().route("/a", get(h)).layer(axum::middleware::from_fn(turn_away))
        }
        async fn h() -> Json<i32> { Json(1) }
        async fn turn_away(request: Request, next: Next) -> Result<Response, Refused> {
            if nobody(&request) { return Err(Refused::elsewhere()); }
            Ok(next.run(request).await)
        }
        """
    )
    assert found["GET /a"].auth is Auth.UNKNOWN


def test_a_function_that_is_called_as_its_module() -> None:
    found = endpoints(
        main="""
        mod comments;
        use axum::{routing::get, Router};
        pub fn app() -> Router { Router::new().route("/comments", get(comments::list).delete(comments::delete)) }
        """,
        comments__mod="mod list; mod delete; pub use delete::delete; pub use list::list;",
        comments__list="pub async fn list(user: AuthUser) -> Json<i32> { Json(1) }",
        comments__delete="pub async fn delete() -> StatusCode { StatusCode::NO_CONTENT }",
    )
    assert found["GET /comments"].handler is not None
    assert found["DELETE /comments"].success == (204,)


def test_whom_a_handler_lets_in_is_not_known_without_its_signature() -> None:
    found = endpoints(
        main='fn app() -> Router { Router::new().route("/a", get(elsewhere::a)).route("/b", get(|| async { 1 })) }'
    )
    assert found["GET /a"].auth is Auth.UNKNOWN
    assert found["GET /b"].auth is Auth.NONE


def test_other_names_of_extractors_and_what_failures_become() -> None:
    found = endpoints(
        main="""
        mod state; mod db; mod session;
        use crate::state::{Db, Pool};
        use crate::session::{auth, Conn};
        fn app() -> Router {
            Router::new()
                .route("/a", get(a)).route("/b", get(b)).route("/c", get(c))
                .route("/d", get(d).route_layer(axum::middleware::from_fn(auth)))
        }
        async fn a(db: Db) -> Json<i32> { Json(1) }
        async fn b(pool: Pool) -> Json<i32> { Json(1) }
        async fn c(conn: Conn) -> Result<Json<i32>, StatusCode> { Ok(Json(1)) }
        async fn d() -> Json<i32> { Json(1) }
        """,
        state="pub type Db = State<Arc<Store>>; pub type Pool = Unread<i32>;",
        db="""
        pub fn internal<E: std::error::Error>(err: E) -> (StatusCode, String) {
            (StatusCode::INTERNAL_SERVER_ERROR, err.to_string())
        }
        """,
        session="""
        use crate::db::internal;
        use axum::{middleware::Next, extract::Request, response::Response};
        pub struct Conn(i32);
        impl FromRequestParts<S> for Conn {
            type Rejection = (StatusCode, String);
            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
                let conn = state.pool.get().await.map_err(internal)?;
                Ok(Conn(conn))
            }
        }
        pub async fn auth(mut req: Request, next: Next) -> Result<Response, AppError> {
            let user = known(&req).ok_or_else(|| NotKnown("who".into()))?;
            req.extensions_mut().insert(user);
            Ok(next.run(req).await)
        }
        """,
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /a": Auth.NONE,
        "GET /b": Auth.UNKNOWN,
        "GET /c": Auth.NONE,
        "GET /d": Auth.REQUIRED,
    }
    assert found["GET /c"].statuses == (200, 500)


def test_a_variant_that_is_imported_has_the_status_of_its_enum() -> None:
    found = endpoints(
        main="""
        mod errors;
        use crate::errors::AppError::{self, Missing};
        fn app() -> Router { Router::new().route("/a", get(a)) }
        async fn a() -> Result<Json<i32>, AppError> { let one = find().ok_or_else(|| Missing("a".into()))?; Ok(Json(one)) }
        """,
        errors="""
        pub enum AppError { Missing(String), Broken }
        impl IntoResponse for AppError {
            fn into_response(self) -> Response {
                match self {
                    AppError::Missing(name) => (StatusCode::NOT_FOUND, name).into_response(),
                    AppError::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                }
            }
        }
        """,
    )
    assert found["GET /a"].statuses == (200, 404)


def test_an_extractor_whose_impl_stands_in_another_file() -> None:
    found = endpoints(
        main="""
        mod models; mod extract; mod errors;
        use crate::models::Account;
        fn app() -> Router { Router::new().route("/a", get(a)).route("/b", get(b)) }
        async fn a(account: Account) -> Json<i32> { Json(1) }
        async fn b() -> Result<Json<i32>, Failure> { let one = find().ok_or(Kind::Missing)?; Ok(Json(one)) }
        """,
        models="pub struct Account { pub id: i32 }",
        extract="""
        use crate::models::Account;
        use crate::errors::Kind;
        impl<S> FromRequestParts<S> for Account {
            type Rejection = Kind;
            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
                session(parts).ok_or(Kind::Unknown)
            }
        }
        """,
        errors="""
        pub enum Kind { Unknown, Missing }
        pub struct Failure { kind: Kind }
        impl IntoResponse for Failure {
            fn into_response(self) -> Response {
                match self.kind {
                    Kind::Unknown => StatusCode::UNAUTHORIZED.into_response(),
                    Kind::Missing => StatusCode::NOT_FOUND.into_response(),
                }
            }
        }
        """,
    )
    assert found["GET /a"].auth is Auth.REQUIRED
    assert found["GET /b"].statuses == (200, 404)


def test_routes_of_features_and_of_macros() -> None:
    found = endpoints(
        main="""
        macro_rules! crud { ($path:expr) => { Router::new().route($path, get(list)) } }
        fn app() -> Router {
            let app = Router::new().route("/a", get(list)).merge(crud!("/made"));
            #[cfg(feature = "metrics")]
            let app = app.route("/metrics", get(list));
            app
        }
        async fn list() -> Json<i32> { Json(1) }
        """,
    )
    assert set(found) == {"GET /a", "GET /metrics"}


def test_routers_by_another_name_and_functions_that_lay_something_around_a_handler() -> None:
    found = endpoints(
        main="""
        use axum::{Router as AxumRouter, routing::MethodRouter, middleware};
        mod app;
        async fn record(request: Request, next: Next, page: &str) -> Response { next.run(request).await }
        fn counted<H, T, S>(handler: H) -> MethodRouter<S> where H: Handler<T, S> {
            get(handler).route_layer(middleware::from_fn(|request, next| async { record(request, next, "page").await }))
        }
        fn routes() -> Result<AxumRouter> {
            Ok(AxumRouter::new().route("/a", counted(list)).route("/b", counted(|| async { "b" })).merge(app::more()?))
        }
        fn main() { axum::serve(listener, routes().unwrap()); }
        async fn list() -> Json<i32> { Json(1) }
        """,
        app="""
        use crate::AppRouter;
        pub fn more() -> Result<AppRouter> { Ok(AppRouter::new().route("/c", post(add))) }
        """,
    )
    assert sorted(found) == ["GET /a", "GET /b", "POST /c"]
    assert (found["GET /a"].handler_name, found["GET /a"].auth) == ("list", Auth.NONE)
    assert found["GET /b"].success == (200,)


def test_paths_that_a_function_is_given() -> None:
    found = endpoints(
        main="""
        mod users;
        mod orders;
        fn app(state: AppState) -> Router {
            let root = state.args.root.clone();
            Router::new()
                .merge(users::routes(state.clone(), &root))
                .merge(orders::routes("/v1"))
                .merge(orders::routes(&prefix()))
        }
        """,
        users="""
        pub fn routes(state: AppState, root: &str) -> Router { Router::new().route(&format!("{root}/users/{{id}}"), get(list)) }
        """,
        orders="""
        pub fn routes(base: &str) -> Router { Router::new().route(&format!("{base}/orders"), get(list)) }
        """,
    )
    assert sorted(e.label for e in found.values() if e.path_known) == ["GET /users/{id}", "GET /v1/orders"]


def test_closures_have_no_type_that_tells_a_status() -> None:
    found = endpoints(
        main="""
        fn app() -> Router {
            Router::new().route("/a", get(|| async { moved("/b") })).route("/b", get(|| async { "b" }))
                .route("/c", get(|| async { Json(1) })).route("/d", get(|| async move { handle.render() }))
        }
        fn moved(to: &str) -> impl IntoResponse { Redirect::permanent(to) }
        """
    )
    assert {e.path: e.success for e in found.values()} == {"/a": (308,), "/b": (200,), "/c": (200,), "/d": ()}


def test_a_credential_that_may_be_missing_and_whose_absence_is_refused() -> None:
    found = endpoints(
        main="""
        use axum_extra::TypedHeader;
        fn app() -> Router { Router::new().route("/a", post(a)).route("/b", post(b)).route("/c", post(c)) }
        async fn a(key: Option<TypedHeader<Authorization<Bearer>>>) -> Result<String, StatusCode> {
            let TypedHeader(key) = key.ok_or(StatusCode::UNAUTHORIZED)?;
            Ok(run(key))
        }
        async fn b(user: Option<AuthUser>) -> Result<String, StatusCode> {
            let Some(user) = user else { return Err(StatusCode::UNAUTHORIZED); };
            Ok(run(user))
        }
        async fn c(user: Option<AuthUser>) -> String { user.map(greet).unwrap_or_default() }
        """
    )
    assert {e.path: e.auth for e in found.values()} == {"/a": Auth.REQUIRED, "/b": Auth.REQUIRED, "/c": Auth.OPTIONAL}


def test_failures_are_turned_into_those_of_another_type() -> None:
    found = endpoints(
        main="""
        mod error; mod repo;
        use crate::error::{AppError, Result};
        fn app() -> Router { Router::new().route("/a/{id}", get(a)).route("/b", get(b)).route("/c", get(c)).route("/d", get(d)) }
        async fn a(Path(id): Path<i32>) -> Result<Json<User>> { let user = repo::find(id).await?; Ok(Json(user)) }
        async fn b() -> Result<StatusCode> { check().map_err(AppError::from)?; Ok(StatusCode::ACCEPTED) }
        async fn c() -> Result<Json<User>> { let user = load().ok_or(PoolError::Closed)?; Ok(Json(user)) }
        async fn d() -> Result<Json<User>> { let user = load().ok_or(RepoError::Odd)?; Ok(Json(user)) }
        """,
        repo="""
        pub async fn find(id: i32) -> std::result::Result<User, RepoError> {
            if nobody(id) { return Err(RepoError::Missing("x")); }
            Ok(User {})
        }
        """,
        error="""
        pub type Result<T, E = AppError> = std::result::Result<T, E>;
        impl From<RepoError> for AppError {
            fn from(e: RepoError) -> Self {
                match e {
                    RepoError::Missing(_) => AppError::NotFound,
                    RepoError::Taken => { note(); Self::Taken(e) }
                    other => elsewhere(other),
                }
            }
        }
        impl From<PoolError> for AppError { fn from(e: PoolError) -> Self { AppError::Busy(e.to_string()) } }
        impl IntoResponse for AppError {
            fn into_response(self) -> Response {
                match self {
                    AppError::NotFound => StatusCode::NOT_FOUND.into_response(),
                    AppError::Taken(_) => StatusCode::CONFLICT.into_response(),
                    AppError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                }
            }
        }
        """,
    )
    assert {e.path: e.statuses for e in found.values()} == {
        "/a/{id}": (200, 404), "/b": (202,), "/c": (200, 503), "/d": (200,),
    }  # fmt: skip


def test_extractors_and_results_by_names_of_the_project() -> None:
    found = endpoints(
        main="""
        mod types; use types::{ApiResult, IdPath, AppJson, Caller};
        fn app() -> Router { Router::new().route("/a/{id}", post(a)).route("/b", get(b)) }
        async fn a(id: IdPath, AppJson(x): AppJson<New>) -> ApiResult<i32> { Err(ApiErr::Bad) }
        async fn b(caller: Caller) -> ApiResult<i32> { Ok(Json(1)) }
        """,
        types="""
        pub type ApiResult<T> = Result<Json<T>, ApiErr>;
        pub type IdPath = axum::extract::Path<i32>;
        pub type AppJson<T> = axum::Json<T>;
        pub type Caller = axum_extra::TypedHeader<Authorization<Bearer>>;
        pub enum ApiErr { Bad }
        impl IntoResponse for ApiErr {
            fn into_response(self) -> Response { match self { Self::Bad => StatusCode::BAD_REQUEST.into_response() } }
        }
        """,
    )
    assert (found["POST /a/{id}"].auth, found["POST /a/{id}"].statuses) == (Auth.NONE, (400,))
    assert found["GET /b"].auth is not Auth.NONE


def test_what_route_layer_covers_and_modules_of_features() -> None:
    found = endpoints(
        main="""
        #[cfg(feature = "admin")] mod admin;
        fn app() -> Router {
            let mut app = Router::new().route("/a", get(h)).route_layer(middleware::from_fn(auth)).route("/b", get(h));
            if cfg!(feature = "more") { app = app.route("/c", get(h)); }
            #[cfg(feature = "admin")]
            { app = app.nest("/admin", admin::routes()); }
            app
        }
        pub async fn h() -> StatusCode { StatusCode::OK }
        async fn auth(req: Request, next: Next) -> Result<Response, StatusCode> {
            if req.headers().get("authorization").is_none() { return Err(StatusCode::UNAUTHORIZED); }
            Ok(next.run(req).await)
        }
        """,
        admin='pub fn routes() -> Router { Router::new().route("/z", get(crate::h)) }',
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /a": Auth.REQUIRED, "GET /b": Auth.NONE, "GET /c": Auth.NONE, "GET /admin/z": Auth.NONE,
    }  # fmt: skip


def test_extractors_that_read_the_header_themselves() -> None:
    found = endpoints(
        main="""
        mod auth; use auth::{AuthUser, Session};
        fn app() -> Router { Router::new().route("/a", get(a)).route("/b", get(b)).route("/c", get(c)) }
        async fn a(u: AuthUser) -> StatusCode { StatusCode::OK }
        async fn b(u: Option<AuthUser>) -> StatusCode { StatusCode::OK }
        async fn c(s: Session) -> StatusCode { StatusCode::OK }
        """,
        auth="""
        impl<S> FromRequestParts<S> for AuthUser {
            type Rejection = (StatusCode, &'static str);
            async fn from_request_parts(parts: &mut Parts, s: &S) -> Result<Self, Self::Rejection> {
                let header = parts.headers.get(AUTHORIZATION).ok_or((StatusCode::UNAUTHORIZED, "no"))?;
                Ok(AuthUser)
            }
        }
        impl<S> OptionalFromRequestParts<S> for AuthUser {
            type Rejection = Infallible;
            async fn from_request_parts(parts: &mut Parts, s: &S) -> Result<Option<Self>, Self::Rejection> { Ok(None) }
        }
        impl<S> FromRequestParts<S> for Session {
            type Rejection = Infallible;
            async fn from_request_parts(parts: &mut Parts, s: &S) -> Result<Self, Self::Rejection> { Ok(Session(None)) }
        }
        """,
    )
    assert {e.path: e.auth for e in found.values()} == {"/a": Auth.REQUIRED, "/b": Auth.OPTIONAL, "/c": Auth.NONE}


SERVICE = """
pub struct Service { rights: Rights }
impl Service {
    pub async fn all(&self) -> Vec<Book> { vec![] }
}
pub async fn refusing(user: Option<i64>) -> Result<(), StatusCode> {
    if user.is_none() { return Err(StatusCode::UNAUTHORIZED); }
    Ok(())
}
pub async fn counting(user: Option<i64>) -> i64 { 1 }
pub async fn asking(state: &App, user: Option<i64>) -> i64 { state.rights.allow("list", user).await }
"""


@pytest.mark.parametrize(
    ("body", "auth"),
    [
        ("state.books.list(who).await?;", Auth.UNKNOWN),
        ("state.books.list(who.clone()).await?;", Auth.UNKNOWN),
        ("crate::service::refusing(who).await?;", Auth.UNKNOWN),
        ("crate::service::asking(&state, who).await;", Auth.UNKNOWN),
        ("crate::service::counting(who).await;", Auth.OPTIONAL),
        ("let id = who.map(|w| w.id); state.books.all().await;", Auth.OPTIONAL),
    ],
)
def test_who_need_not_sign_in_may_be_refused_by_what_is_given_the_answer(body: str, auth: Auth) -> None:
    found = endpoints(
        main=f"""
        mod service;
        pub struct OptionalUser(pub Option<i64>);
        impl<S> FromRequestParts<S> for OptionalUser {{
            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {{
                Ok(OptionalUser(parts.headers.get("Authorization").and_then(read)))
            }}
        }}
        async fn list(State(state): State<App>, OptionalUser(who): OptionalUser) -> Result<Json<i64>, AppError> {{ {body} Ok(Json(1)) }}
        fn app() -> Router {{ Router::new().route("/books", get(list)) }}
        """,
        service=SERVICE,
    )
    assert found["GET /books"].auth is auth
