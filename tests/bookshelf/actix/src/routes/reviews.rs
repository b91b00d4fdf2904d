//! Reviews of a book.

use actix_web::{web, HttpResponse, Scope};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use validator::Validate;

use super::books::find_book;
use super::connection;
use crate::auth::CurrentUser;
use crate::error::AppError;
use crate::models::{NewReview, Page, Review, ReviewWrite};
use crate::schema::reviews;
use crate::DbPool;

pub fn scope() -> Scope {
    web::scope("/books/{book_id}/reviews")
        .route("", web::get().to(list_reviews))
        .route("", web::post().to(create_review))
}

async fn list_reviews(
    pool: web::Data<DbPool>,
    book_id: web::Path<i32>,
    page: web::Query<Page>,
) -> Result<HttpResponse, AppError> {
    let mut conn = connection(&pool)?;
    let book = find_book(&mut conn, book_id.into_inner())?;
    let list = reviews::table
        .filter(reviews::book_id.eq(book.id))
        .order(reviews::id)
        .limit(page.limit())
        .offset(page.offset())
        .load::<Review>(&mut conn)?;
    Ok(HttpResponse::Ok().json(list))
}

async fn create_review(
    user: CurrentUser,
    pool: web::Data<DbPool>,
    book_id: web::Path<i32>,
    data: web::Json<ReviewWrite>,
) -> Result<HttpResponse, AppError> {
    data.validate().map_err(|_| AppError::Invalid)?;
    let mut conn = connection(&pool)?;
    let book = find_book(&mut conn, book_id.into_inner())?;
    let review = NewReview { book_id: book.id, user_id: user.sub, rating: data.rating, text: data.text.clone() };
    match diesel::insert_into(reviews::table).values(&review).get_result::<Review>(&mut conn) {
        Ok(review) => Ok(HttpResponse::Created().json(review)),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Err(AppError::DuplicateReview),
        Err(error) => Err(error.into()),
    }
}
