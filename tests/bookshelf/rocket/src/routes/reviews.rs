//! Reviews of a book.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Route, State};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, SqlErr};
use serde::Deserialize;

use super::books::find_book;
use super::bounded;
use crate::auth::CurrentUser;
use crate::entities::reviews;
use crate::error::AppError;

pub fn routes() -> Vec<Route> {
    routes![list_reviews, create_review]
}

#[derive(Deserialize)]
pub struct ReviewWrite {
    pub rating: i32,
    pub text: String,
}

#[derive(FromForm)]
pub struct Page {
    limit: Option<u64>,
    offset: Option<u64>,
}

#[get("/books/<book_id>/reviews?<page..>")]
async fn list_reviews(
    book_id: i32,
    page: Page,
    db: &State<DatabaseConnection>,
) -> Result<Json<Vec<reviews::Model>>, AppError> {
    let book = find_book(db, book_id).await?;
    let list = reviews::Entity::find()
        .filter(reviews::Column::BookId.eq(book.id))
        .order_by_asc(reviews::Column::Id)
        .limit(bounded(page.limit))
        .offset(page.offset.unwrap_or(0))
        .all(db.inner())
        .await?;
    Ok(Json(list))
}

#[post("/books/<book_id>/reviews", format = "json", data = "<data>")]
async fn create_review(
    book_id: i32,
    user: CurrentUser,
    data: Json<ReviewWrite>,
    db: &State<DatabaseConnection>,
) -> Result<(Status, Json<reviews::Model>), AppError> {
    let book = find_book(db, book_id).await?;
    let review = reviews::ActiveModel {
        book_id: Set(book.id),
        user_id: Set(user.sub),
        rating: Set(data.rating),
        text: Set(data.text.clone()),
        ..Default::default()
    };
    match review.insert(db.inner()).await {
        Ok(review) => Ok((Status::Created, Json(review))),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(AppError::DuplicateReview),
        Err(error) => Err(error.into()),
    }
}
