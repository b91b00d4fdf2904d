//! Reviews of a book.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use validator::Validate;

use super::books::find_book;
use crate::auth::CurrentUser;
use crate::error::AppError;
use crate::models::{Review, ReviewWrite};
use crate::page::Page;
use crate::AppState;

pub fn router() -> Router<AppState> {
    Router::new().route("/", get(list_reviews).post(create_review))
}

async fn list_reviews(
    State(state): State<AppState>,
    Path(book_id): Path<i32>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<Review>>, AppError> {
    let book = find_book(&state.db, book_id).await?;
    let reviews = sqlx::query_as::<_, Review>(
        "SELECT id, book_id, rating, text FROM reviews WHERE book_id = $1 ORDER BY id LIMIT $2 OFFSET $3",
    )
    .bind(book.id)
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&state.db)
    .await?;
    Ok(Json(reviews))
}

async fn create_review(
    user: CurrentUser,
    State(state): State<AppState>,
    Path(book_id): Path<i32>,
    Json(data): Json<ReviewWrite>,
) -> Result<(StatusCode, Json<Review>), AppError> {
    data.validate().map_err(|_| AppError::Invalid)?;
    let book = find_book(&state.db, book_id).await?;
    let made = sqlx::query_as::<_, Review>(
        "INSERT INTO reviews (book_id, user_id, rating, text) VALUES ($1, $2, $3, $4) RETURNING id, book_id, rating, text",
    )
    .bind(book.id)
    .bind(user.sub)
    .bind(data.rating)
    .bind(&data.text)
    .fetch_one(&state.db)
    .await;
    match made {
        Ok(review) => Ok((StatusCode::CREATED, Json(review))),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(AppError::DuplicateReview),
        Err(error) => Err(error.into()),
    }
}
