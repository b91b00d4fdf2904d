"""Rocket: attributes, mounts in other files, request guards, answers."""

from tests.harness.engine import read

from persona_lsp.extract import extract
from persona_lsp.facts.http import In
from persona_lsp.workspace.snapshot import Auth, Endpoint


def endpoints(**files: str) -> dict[str, Endpoint]:
    sources = {f"src/{name.replace('__', '/')}.rs": text.encode() for name, text in files.items()}
    return {e.label: e for e in read(sources).snapshot.endpoints}


def labels(**files: str) -> list[str]:
    return sorted(endpoints(**files))


def test_mounts_of_lists_from_everywhere() -> None:
    assert labels(
        main="""
        #[macro_use] extern crate rocket;
        mod routes;
        #[launch]
        fn rocket() -> _ {
            let base = "/v1";
            rocket::build()
                .mount("/", routes![index])
                .mount([base, "/api"].concat(), routes::all())
                .mount("/users", routes![routes::users::list, routes::users::show])
                .register("/", catchers![not_found])
        }
        #[get("/")]
        fn index() -> &'static str { "hello" }
        #[get("/unmounted")]
        fn unmounted() -> &'static str { "" }
        #[catch(404)]
        fn not_found() -> &'static str { "nothing" }
        """,
        routes__mod="""
        pub mod users;
        use rocket::Route;
        pub fn all() -> Vec<Route> { let mut list = routes![one]; list.append(&mut users::routes()); list }
        #[get("/one")]
        fn one() -> String { String::new() }
        """,
        routes__users="""
        use rocket::Route;
        pub fn routes() -> Vec<Route> { routes![create] }
        #[get("/?<page>&<filter..>")]
        pub fn list(page: Option<i32>, filter: Filter) -> Json<i32> { Json(1) }
        #[get("/<id>", rank = 2)]
        pub fn show(id: i32) -> Option<Json<i32>> { None }
        #[post("/new/<path..>", format = "json", data = "<user>")]
        fn create(path: PathBuf, user: Json<New>) -> Status { Status::Created }
        #[derive(FromForm)]
        pub struct Filter { name: String, #[field(name = "s")] sort: Option<String> }
        """,
    ) == ["GET /", "GET /users", "GET /users/{id}", "GET /v1/api/one", "POST /v1/api/new/{path}"]


def test_parameters_bodies_and_statuses() -> None:
    found = endpoints(
        main="""
        #[macro_use] extern crate rocket;
        fn main() { rocket::ignite().mount("/", routes![list, create, other, moved]).launch(); }
        #[get("/a/<id>?<page>&<filter..>")]
        fn list(id: i32, page: Option<i32>, filter: Filter, db: Db) -> Json<i32> { Json(1) }
        #[derive(FromForm)]
        struct Filter { name: String }
        #[post("/b", data = "<user>")]
        fn create(user: Json<New>) -> Result<status::Created<Json<i32>>, Status> {
            if bad(&user) { return Err(Status::UnprocessableEntity); }
            Ok(status::Created::new("/b/1").body(Json(1)))
        }
        #[put("/c")]
        fn other() -> (Status, Json<i32>) { (Status::Accepted, Json(1)) }
        #[delete("/d")]
        fn moved() -> Redirect { Redirect::to(uri!("/")) }
        """
    )
    first = found["GET /a/{id}"]
    assert [(p.name, p.place, p.required) for p in first.params] == [
        ("id", In.PATH, True), ("page", In.QUERY, False), ("name", In.QUERY, True),
    ]  # fmt: skip
    assert found["POST /b"].body is not None
    assert {e.path: e.statuses for e in found.values()} == {
        "/a/{id}": (200,), "/b": (201, 422), "/c": (202,), "/d": (303,),
    }  # fmt: skip


def test_request_guards() -> None:
    found = endpoints(
        main="""
        #[macro_use] extern crate rocket;
        fn main() { rocket::build().mount("/", routes![a, b, c, d]); }
        #[get("/a")] fn a(auth: Auth) -> String { x() }
        #[get("/b")] fn b(auth: Option<Auth>) -> String { x() }
        #[get("/c")] fn c(key: Key) -> String { x() }
        #[get("/d")] fn d(db: Db, state: &State<App>, cookies: &CookieJar<'_>) -> String { x() }
        impl<'r> FromRequest<'r> for Key {
            async fn from_request(req: &'r Request<'_>) -> Outcome<Self, ()> { match find(req) { Some(k) => Outcome::Success(k), None => Outcome::Forward(()) } }
        }
        fn find(req: &Request) -> Option<Key> { req.headers().get_one("authorization").map(decode) }
        """
    )
    assert {e.path: e.auth for e in found.values()} == {
        "/a": Auth.REQUIRED, "/b": Auth.OPTIONAL, "/c": Auth.REQUIRED, "/d": Auth.NONE,
    }  # fmt: skip


def test_macros_modules_and_functions_share_names() -> None:
    found = labels(
        main="""
        use rocket::{routes, Build};
        mod routes;
        mod controllers { pub mod items; }
        use crate::controllers::items;
        pub fn rocket() -> rocket::Rocket<Build> {
            rocket::build()
                .mount("/api", routes![routes::tags::list])
                .mount("/users", routes::users::routes())
                .mount("/items", items::all())
        }
        """,
        routes__mod="pub mod tags; pub mod users;",
        routes__tags="""
        #[get("/tags")]
        pub fn list() -> &'static str { "" }
        """,
        routes__users__mod="mod routes; pub use routes::routes;",
        routes__users__routes="""
        use rocket::route::Route;
        pub fn routes() -> Vec<Route> { routes![show] }
        #[get("/<id>")]
        fn show(id: i32) -> String { String::new() }
        """,
        controllers__items="""
        pub fn all() -> Vec<rocket::Route> { return listed(); }
        fn listed() -> Vec<rocket::Route> { routes![list] }
        #[get("/")]
        fn list() -> String { String::new() }
        """,
    )
    assert found == ["GET /api/tags", "GET /items", "GET /users/{id}"]


def test_paths_begin_in_the_crate_before_2018() -> None:
    found = labels(
        main="mod api; mod config; fn main() { config::rocket().launch(); }",
        config="""
        use api::accounts::*;
        pub fn rocket() -> Rocket { rocket::ignite().mount("/api/auth", routes![login]) }
        """,
        api__mod="pub mod accounts;",
        api__accounts="""
        #[post("/login")]
        pub fn login() -> String { String::new() }
        """,
    )
    assert found == ["POST /api/auth/login"]


def test_guards_that_are_given_as_results() -> None:
    found = endpoints(
        main="""
        use rocket::{get, routes};
        #[launch]
        fn rocket() -> _ { rocket::build().mount("/", routes![left, asked, open]) }
        #[get("/left")]
        fn left(token: Result<AuthUser, Status>) -> Status {
            if let Err(e) = token { return e; }
            Status::Ok
        }
        #[get("/asked")]
        fn asked(token: Result<AuthUser, Status>) -> Result<Status, Status> { let user = token?; Ok(Status::Ok) }
        #[get("/open")]
        fn open(token: Result<AuthUser, Status>) -> Status { show(token.ok()); Status::Ok }
        """,
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /left": Auth.REQUIRED,
        "GET /asked": Auth.REQUIRED,
        "GET /open": Auth.UNKNOWN,
    }


def test_lists_that_okapi_mounts_with_their_documentation() -> None:
    assert labels(
        main="""
        #[macro_use] extern crate rocket;
        mod users;
        fn mount(mut rocket: Rocket<Build>) -> Rocket<Build> {
            mount_endpoints_and_merged_docs! {
                rocket, "/v1".to_owned(), settings,
                "/" => (vec![], spec()),
                "" => openapi_get_routes_spec![root],
                "/users" => users::routes()
            };
            rocket
        }
        #[get("/")] fn root() -> String { x() }
        """,
        users="""
        pub fn routes() -> (Vec<Route>, OpenApi) { openapi_get_routes_spec![list] }
        #[get("/<id>")] fn list(id: i32) -> String { x() }
        """,
    ) == ["GET /v1", "GET /v1/users/{id}"]


def test_what_the_type_of_a_handler_says_it_answers() -> None:
    found = endpoints(
        main="""
        #[macro_use] extern crate rocket;
        use rocket_empty::EmptyResponse;
        fn main() { rocket::build().mount("/", routes![a, b, c, d, e, f]); }
        #[get("/a")] fn a() -> Option<Json<i32>> { find().map(Json) }
        #[get("/b")] fn b() -> Result<Option<Json<i32>>, Status> { Ok(find().map(Json)) }
        #[delete("/c")] fn c() -> Result<EmptyResponse> { gone().map(|_| EmptyResponse) }
        #[get("/d")] fn d() -> MyResponse { MyResponse::new() }
        #[get("/e")] fn e() -> (ContentType, Vec<u8>) { image() }
        #[get("/f")] fn f() -> Result<Listed> { list() }
        type Listed = Json<Vec<i32>>;
        """
    )
    assert {e.path: (e.success, e.statuses) for e in found.values()} == {
        "/a": ((200,), (200, 404)), "/b": ((200,), (200, 404)), "/c": ((204,), (204,)), "/d": ((), ()),
        "/e": ((200,), (200,)), "/f": ((200,), (200,)),
    }  # fmt: skip


def test_catchers_answer_for_a_status() -> None:
    source = b"""
    #[macro_use] extern crate rocket;
    #[catch(404)] fn missing(req: &Request) -> Json<i32> { Json(1) }
    #[catch(default)] fn other(status: Status, req: &Request) -> Json<i32> { Json(1) }
    """
    extraction = extract("src/main.rs", source)
    assert extraction is not None
    assert [(h.exception, h.status, h.handler_key) for h in extraction.facts.error_handlers] == [
        ("404", 404, "missing")
    ]
