mod items;

use axum::{http::StatusCode, routing::get, Router};
use sqlx::PgPool;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = PgPool::connect(&std::env::var("STOCK_DATABASE_URL")?).await?;
    let app = Router::new()
        .route("/health", get(|| async { StatusCode::NO_CONTENT }))
        .nest("/api/v1/items", items::router())
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
