//! The application.

#[macro_use]
extern crate rocket;

use rocket::serde::json::{json, Value};
use sea_orm::Database;

mod auth;
mod entities;
mod error;
mod routes;

const API: &str = "/api";

#[launch]
async fn rocket() -> _ {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is set");
    let db = Database::connect(url).await.expect("the database is reachable");
    rocket::build()
        .manage(db)
        .mount("/", routes![health])
        .mount(API, routes::all())
        .mount(format!("{API}/authors"), routes![routes::authors::list_authors])
}

#[get("/health")]
fn health() -> Value {
    json!({ "status": "ok" })
}
