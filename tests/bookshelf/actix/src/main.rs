//! The application.

use actix_cors::Cors;
use actix_web::middleware::Logger;
use actix_web::{get, web, App, HttpResponse, HttpServer, Responder};
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::PgConnection;
use serde_json::json;

mod auth;
mod error;
mod models;
mod routes;
mod schema;

pub type DbPool = Pool<ConnectionManager<PgConnection>>;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is set");
    let pool: DbPool = Pool::new(ConnectionManager::new(url)).expect("the database is reachable");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(pool.clone()))
            .wrap(Cors::default().allowed_origin("https://bookshelf.example.com"))
            .wrap(Logger::default())
            .service(health)
            .service(web::scope("/api").configure(routes::configure))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

#[get("/health")]
async fn health() -> impl Responder {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}
