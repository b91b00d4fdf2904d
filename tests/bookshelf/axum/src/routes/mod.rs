//! All routes.

use axum::Router;

use crate::AppState;

mod authors;
mod books;
mod reviews;

pub fn router() -> Router<AppState> {
    Router::new()
        .nest("/authors", authors::router())
        .nest("/books", books::router())
        .nest("/books/{book_id}/reviews", reviews::router())
}
