//! What is in stock, and where.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
    Json, Router,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgPool;

#[derive(Serialize, Deserialize, sqlx::FromRow)]
pub struct Item {
    isbn: String,
    shelf: String,
    count: i32,
}

#[derive(Deserialize)]
pub struct Page {
    limit: Option<i64>,
}

#[derive(Deserialize)]
pub struct Move {
    to: String,
    count: i32,
}

pub fn router() -> Router<PgPool> {
    Router::new()
        .route("/", get(list).post(create))
        .route("/:isbn", get(show))
        .route("/:isbn/moves", post(relocate))
}

async fn list(State(pool): State<PgPool>, Query(page): Query<Page>) -> Response {
    let limit = page.limit.unwrap_or(50);
    let found = sqlx::query_as::<_, Item>("SELECT isbn, shelf, count FROM item ORDER BY isbn LIMIT $1")
        .bind(limit)
        .fetch_all(&pool)
        .await;
    match found {
        Ok(items) => Json(items).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn show(State(pool): State<PgPool>, Path(isbn): Path<String>) -> Result<Json<Item>, StatusCode> {
    sqlx::query_as::<_, Item>("SELECT isbn, shelf, count FROM item WHERE isbn = $1")
        .bind(isbn)
        .fetch_optional(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .map(Json)
        .ok_or(StatusCode::NOT_FOUND)
}

async fn create(State(pool): State<PgPool>, Json(item): Json<Item>) -> Result<StatusCode, StatusCode> {
    sqlx::query("INSERT INTO item (isbn, shelf, count) VALUES ($1, $2, $3)")
        .bind(item.isbn)
        .bind(item.shelf)
        .bind(item.count)
        .execute(&pool)
        .await
        .map_err(|_| StatusCode::CONFLICT)?;
    Ok(StatusCode::CREATED)
}

async fn relocate(
    State(pool): State<PgPool>,
    Path(isbn): Path<String>,
    Json(moved): Json<Move>,
) -> Result<Json<serde_json::Value>, StatusCode> {
    sqlx::query("UPDATE item SET count = count - $1 WHERE isbn = $2 AND shelf <> $3")
        .bind(moved.count)
        .bind(&isbn)
        .bind(&moved.to)
        .execute(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    sqlx::query("INSERT INTO item (isbn, shelf, count) VALUES ($1, $2, $3)")
        .bind(&isbn)
        .bind(&moved.to)
        .bind(moved.count)
        .execute(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(json!({ "isbn": isbn, "shelf": moved.to })))
}
