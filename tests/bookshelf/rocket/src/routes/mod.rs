//! All routes.

use rocket::Route;

pub mod authors;
mod books;
mod reviews;

pub fn all() -> Vec<Route> {
    let mut list = books::routes();
    list.extend(reviews::routes());
    list
}

/// The number of rows that a page may have.
pub fn bounded(limit: Option<u64>) -> u64 {
    limit.unwrap_or(20).clamp(1, 100)
}
