//! Errors of the domain, and how they are answered.

use rocket::http::Status;
use rocket::response::{self, Responder};
use rocket::serde::json::json;
use rocket::Request;
use sea_orm::DbErr;

#[derive(Debug)]
pub enum AppError {
    NotFound,
    DuplicateReview,
    Database(DbErr),
}

impl From<DbErr> for AppError {
    fn from(error: DbErr) -> Self {
        AppError::Database(error)
    }
}

impl<'r> Responder<'r, 'static> for AppError {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let (status, detail) = match self {
            AppError::NotFound => (Status::NotFound, "The book does not exist."),
            AppError::DuplicateReview => (Status::Conflict, "You have reviewed this book already."),
            AppError::Database(error) => {
                error!("the database failed: {error}");
                (Status::InternalServerError, "Internal server error")
            }
        };
        (status, json!({ "detail": detail })).respond_to(request)
    }
}
