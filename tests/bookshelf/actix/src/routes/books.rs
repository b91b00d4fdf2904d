//! Books.

use actix_web::{web, HttpResponse};
use diesel::prelude::*;
use validator::Validate;

use super::{connection, Connection};
use crate::auth::CurrentUser;
use crate::error::AppError;
use crate::models::{Book, BookWrite, Page};
use crate::schema::books;
use crate::DbPool;

pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("")
            .route(web::get().to(list_books))
            .route(web::post().to(create_book)),
    )
    .service(
        web::resource("/{book_id}")
            .route(web::get().to(read_book))
            .route(web::put().to(replace_book))
            .route(web::delete().to(delete_book)),
    );
}

pub fn find_book(conn: &mut Connection, id: i32) -> Result<Book, AppError> {
    books::table.find(id).first::<Book>(conn).optional()?.ok_or(AppError::NotFound)
}

async fn list_books(pool: web::Data<DbPool>, page: web::Query<Page>) -> Result<HttpResponse, AppError> {
    let mut conn = connection(&pool)?;
    let list = books::table
        .order(books::id)
        .limit(page.limit())
        .offset(page.offset())
        .load::<Book>(&mut conn)?;
    Ok(HttpResponse::Ok().json(list))
}

async fn create_book(
    _user: CurrentUser,
    pool: web::Data<DbPool>,
    data: web::Json<BookWrite>,
) -> Result<HttpResponse, AppError> {
    data.validate().map_err(|_| AppError::Invalid)?;
    let mut conn = connection(&pool)?;
    let book = diesel::insert_into(books::table).values(data.into_inner()).get_result::<Book>(&mut conn)?;
    Ok(HttpResponse::Created().json(book))
}

async fn read_book(pool: web::Data<DbPool>, book_id: web::Path<i32>) -> Result<HttpResponse, AppError> {
    let mut conn = connection(&pool)?;
    let book = find_book(&mut conn, book_id.into_inner())?;
    Ok(HttpResponse::Ok().json(book))
}

async fn replace_book(
    _user: CurrentUser,
    pool: web::Data<DbPool>,
    book_id: web::Path<i32>,
    data: web::Json<BookWrite>,
) -> Result<HttpResponse, AppError> {
    data.validate().map_err(|_| AppError::Invalid)?;
    let mut conn = connection(&pool)?;
    let book = find_book(&mut conn, book_id.into_inner())?;
    let book = diesel::update(books::table.find(book.id)).set(data.into_inner()).get_result::<Book>(&mut conn)?;
    Ok(HttpResponse::Ok().json(book))
}

async fn delete_book(
    _user: CurrentUser,
    pool: web::Data<DbPool>,
    book_id: web::Path<i32>,
) -> Result<HttpResponse, AppError> {
    let mut conn = connection(&pool)?;
    let book = find_book(&mut conn, book_id.into_inner())?;
    diesel::delete(books::table.find(book.id)).execute(&mut conn)?;
    Ok(HttpResponse::NoContent().finish())
}
