//! The tables, and what travels in requests.

use serde::{Deserialize, Serialize};
use validator::Validate;

#[derive(Serialize, sqlx::FromRow)]
pub struct Author {
    pub id: i32,
    pub name: String,
}

#[derive(Serialize, sqlx::FromRow)]
pub struct Book {
    pub id: i32,
    pub title: String,
    pub author_id: i32,
}

#[derive(Serialize, sqlx::FromRow)]
pub struct Review {
    pub id: i32,
    pub book_id: i32,
    pub rating: i32,
    pub text: String,
}

#[derive(Deserialize, Validate)]
pub struct BookWrite {
    #[validate(length(min = 1, max = 200))]
    pub title: String,
    pub author_id: i32,
}

#[derive(Deserialize, Validate)]
pub struct ReviewWrite {
    #[validate(range(min = 1, max = 5))]
    pub rating: i32,
    #[validate(length(max = 5000))]
    pub text: String,
}
