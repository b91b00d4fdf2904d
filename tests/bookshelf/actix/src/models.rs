//! The tables, and what travels in requests.

use diesel::{AsChangeset, Insertable, Queryable};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::schema::{books, reviews};

#[derive(Queryable, Serialize)]
pub struct Author {
    pub id: i32,
    pub name: String,
}

#[derive(Queryable, Serialize)]
pub struct Book {
    pub id: i32,
    pub title: String,
    pub author_id: i32,
}

#[derive(Queryable, Serialize)]
pub struct Review {
    pub id: i32,
    pub book_id: i32,
    pub user_id: i32,
    pub rating: i32,
    pub text: String,
}

#[derive(Deserialize, Validate, Insertable, AsChangeset)]
#[diesel(table_name = books)]
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

#[derive(Insertable)]
#[diesel(table_name = reviews)]
pub struct NewReview {
    pub book_id: i32,
    pub user_id: i32,
    pub rating: i32,
    pub text: String,
}

#[derive(Deserialize)]
pub struct Page {
    pub limit: Option<i64>,
    pub offset: Option<i64>,
}

impl Page {
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(20).clamp(1, 100)
    }

    pub fn offset(&self) -> i64 {
        self.offset.unwrap_or(0).max(0)
    }
}
