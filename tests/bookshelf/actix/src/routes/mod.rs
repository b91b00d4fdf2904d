//! All routes.

use actix_web::web;

use crate::error::AppError;
use crate::DbPool;

mod authors;
mod books;
mod reviews;

pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(authors::list_authors)
        .service(reviews::scope())
        .service(web::scope("/books").configure(books::configure));
}

pub type Connection = diesel::r2d2::PooledConnection<diesel::r2d2::ConnectionManager<diesel::PgConnection>>;

pub fn connection(pool: &DbPool) -> Result<Connection, AppError> {
    Ok(pool.get()?)
}
