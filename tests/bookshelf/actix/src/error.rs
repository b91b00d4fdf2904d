//! Errors of the domain, and how they are answered.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use diesel::r2d2::PoolError;
use diesel::result::Error as DieselError;
use serde_json::json;

#[derive(Debug)]
pub enum AppError {
    NotFound,
    DuplicateReview,
    Unauthenticated,
    Invalid,
    Internal,
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AppError::NotFound => "The book does not exist.",
            AppError::DuplicateReview => "You have reviewed this book already.",
            AppError::Unauthenticated => "The token is not valid.",
            AppError::Invalid => "The body is not valid.",
            AppError::Internal => "Internal server error",
        })
    }
}

impl From<DieselError> for AppError {
    fn from(error: DieselError) -> Self {
        log::error!("the database failed: {error}");
        AppError::Internal
    }
}

impl From<PoolError> for AppError {
    fn from(error: PoolError) -> Self {
        log::error!("the pool failed: {error}");
        AppError::Internal
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            AppError::NotFound => StatusCode::NOT_FOUND,
            AppError::DuplicateReview => StatusCode::CONFLICT,
            AppError::Unauthenticated => StatusCode::UNAUTHORIZED,
            AppError::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({ "detail": self.to_string() }))
    }
}
