//! Authors.

use actix_web::{get, web, HttpResponse};
use diesel::prelude::*;

use super::connection;
use crate::error::AppError;
use crate::models::Author;
use crate::schema::authors;
use crate::DbPool;

#[get("/authors")]
pub async fn list_authors(pool: web::Data<DbPool>) -> Result<HttpResponse, AppError> {
    let mut conn = connection(&pool)?;
    let list = authors::table.order(authors::name).limit(1000).load::<Author>(&mut conn)?;
    Ok(HttpResponse::Ok().json(list))
}
