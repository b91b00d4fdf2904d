//! Books.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use sqlx::PgPool;
use validator::Validate;

use crate::auth::CurrentUser;
use crate::error::AppError;
use crate::models::{Book, BookWrite};
use crate::page::Page;
use crate::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(list_books).post(create_book))
        .route("/{book_id}", get(read_book).put(replace_book).delete(delete_book))
}

pub async fn find_book(db: &PgPool, id: i32) -> Result<Book, AppError> {
    sqlx::query_as::<_, Book>("SELECT id, title, author_id FROM books WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?
        .ok_or(AppError::NotFound)
}

async fn list_books(State(state): State<AppState>, Query(page): Query<Page>) -> Result<Json<Vec<Book>>, AppError> {
    let books = sqlx::query_as::<_, Book>("SELECT id, title, author_id FROM books ORDER BY id LIMIT $1 OFFSET $2")
        .bind(page.limit())
        .bind(page.offset())
        .fetch_all(&state.db)
        .await?;
    Ok(Json(books))
}

async fn create_book(
    _user: CurrentUser,
    State(state): State<AppState>,
    Json(data): Json<BookWrite>,
) -> Result<(StatusCode, Json<Book>), AppError> {
    data.validate().map_err(|_| AppError::Invalid)?;
    let book = sqlx::query_as::<_, Book>("INSERT INTO books (title, author_id) VALUES ($1, $2) RETURNING id, title, author_id")
        .bind(&data.title)
        .bind(data.author_id)
        .fetch_one(&state.db)
        .await?;
    Ok((StatusCode::CREATED, Json(book)))
}

async fn read_book(State(state): State<AppState>, Path(book_id): Path<i32>) -> Result<Json<Book>, AppError> {
    let book = find_book(&state.db, book_id).await?;
    Ok(Json(book))
}

async fn replace_book(
    _user: CurrentUser,
    State(state): State<AppState>,
    Path(book_id): Path<i32>,
    Json(data): Json<BookWrite>,
) -> Result<Json<Book>, AppError> {
    data.validate().map_err(|_| AppError::Invalid)?;
    let book = sqlx::query_as::<_, Book>(
        "UPDATE books SET title = $1, author_id = $2 WHERE id = $3 RETURNING id, title, author_id",
    )
    .bind(&data.title)
    .bind(data.author_id)
    .bind(book_id)
    .fetch_optional(&state.db)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(Json(book))
}

async fn delete_book(
    _user: CurrentUser,
    State(state): State<AppState>,
    Path(book_id): Path<i32>,
) -> Result<StatusCode, AppError> {
    let book = find_book(&state.db, book_id).await?;
    sqlx::query("DELETE FROM books WHERE id = $1").bind(book.id).execute(&state.db).await?;
    Ok(StatusCode::NO_CONTENT)
}
