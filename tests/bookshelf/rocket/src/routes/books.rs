//! Books.

use rocket::http::Status;
use rocket::response::status;
use rocket::serde::json::Json;
use rocket::{Route, State};
use sea_orm::{ActiveModelTrait, DatabaseConnection, EntityTrait, QueryOrder, QuerySelect, Set};
use serde::Deserialize;

use super::bounded;
use crate::auth::CurrentUser;
use crate::entities::books;
use crate::error::AppError;

pub fn routes() -> Vec<Route> {
    routes![list_books, create_book, read_book, replace_book, delete_book]
}

#[derive(Deserialize)]
pub struct BookWrite {
    pub title: String,
    pub author_id: i32,
}

pub async fn find_book(db: &DatabaseConnection, id: i32) -> Result<books::Model, AppError> {
    books::Entity::find_by_id(id).one(db).await?.ok_or(AppError::NotFound)
}

#[get("/books?<limit>&<offset>")]
async fn list_books(
    limit: Option<u64>,
    offset: Option<u64>,
    db: &State<DatabaseConnection>,
) -> Result<Json<Vec<books::Model>>, AppError> {
    let list = books::Entity::find()
        .order_by_asc(books::Column::Id)
        .limit(bounded(limit))
        .offset(offset.unwrap_or(0))
        .all(db.inner())
        .await?;
    Ok(Json(list))
}

#[post("/books", format = "json", data = "<data>")]
async fn create_book(
    _user: CurrentUser,
    data: Json<BookWrite>,
    db: &State<DatabaseConnection>,
) -> Result<status::Created<Json<books::Model>>, AppError> {
    let book = books::ActiveModel { title: Set(data.title.clone()), author_id: Set(data.author_id), ..Default::default() };
    let book = book.insert(db.inner()).await?;
    Ok(status::Created::new(format!("/api/books/{}", book.id)).body(Json(book)))
}

#[get("/books/<book_id>")]
async fn read_book(book_id: i32, db: &State<DatabaseConnection>) -> Result<Json<books::Model>, AppError> {
    let book = find_book(db, book_id).await?;
    Ok(Json(book))
}

#[put("/books/<book_id>", format = "json", data = "<data>")]
async fn replace_book(
    book_id: i32,
    _user: CurrentUser,
    data: Json<BookWrite>,
    db: &State<DatabaseConnection>,
) -> Result<Json<books::Model>, AppError> {
    let mut book: books::ActiveModel = find_book(db, book_id).await?.into();
    book.title = Set(data.title.clone());
    book.author_id = Set(data.author_id);
    let book = book.update(db.inner()).await?;
    Ok(Json(book))
}

#[delete("/books/<book_id>")]
async fn delete_book(book_id: i32, _user: CurrentUser, db: &State<DatabaseConnection>) -> Result<Status, AppError> {
    let book = find_book(db, book_id).await?;
    books::Entity::delete_by_id(book.id).exec(db.inner()).await?;
    Ok(Status::NoContent)
}
