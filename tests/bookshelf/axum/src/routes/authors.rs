//! Authors.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};

use crate::error::AppError;
use crate::models::Author;
use crate::AppState;

pub fn router() -> Router<AppState> {
    Router::new().route("/", get(list_authors))
}

async fn list_authors(State(state): State<AppState>) -> Result<Json<Vec<Author>>, AppError> {
    let authors = sqlx::query_as::<_, Author>("SELECT id, name FROM authors ORDER BY name LIMIT 1000")
        .fetch_all(&state.db)
        .await?;
    Ok(Json(authors))
}
