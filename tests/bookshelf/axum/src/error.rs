//! Errors of the domain, and how they are answered.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde_json::json;

pub enum AppError {
    NotFound,
    DuplicateReview,
    Unauthenticated,
    Invalid,
    Database(sqlx::Error),
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        AppError::Database(error)
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, detail) = match self {
            AppError::NotFound => (StatusCode::NOT_FOUND, "The book does not exist."),
            AppError::DuplicateReview => (StatusCode::CONFLICT, "You have reviewed this book already."),
            AppError::Unauthenticated => (StatusCode::UNAUTHORIZED, "The token is not valid."),
            AppError::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "The body is not valid."),
            AppError::Database(error) => {
                tracing::error!("the database failed: {error}");
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
            }
        };
        (status, Json(json!({ "detail": detail }))).into_response()
    }
}
