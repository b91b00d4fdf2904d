//! The application.

use axum::{http::HeaderValue, routing::get, Json, Router};
use serde_json::{json, Value};
use sqlx::PgPool;
use tower_http::cors::CorsLayer;
use tower_http::trace::TraceLayer;

mod auth;
mod error;
mod models;
mod page;
mod routes;

const API: &str = "/api";
const SHOP: &str = "https://bookshelf.example.com";

#[derive(Clone)]
pub struct AppState {
    pub db: PgPool,
    pub jwt_secret: String,
}

#[tokio::main]
async fn main() {
    let state = AppState {
        db: PgPool::connect(&setting("DATABASE_URL")).await.expect("the database is reachable"),
        jwt_secret: setting("JWT_SECRET"),
    };
    let app = Router::new()
        .route("/health", get(health))
        .nest(API, routes::router())
        .layer(CorsLayer::new().allow_origin(SHOP.parse::<HeaderValue>().expect("an origin")).allow_credentials(true))
        .layer(TraceLayer::new_for_http())
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.expect("the port is free");
    axum::serve(listener, app).await.expect("the server runs");
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set"))
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
