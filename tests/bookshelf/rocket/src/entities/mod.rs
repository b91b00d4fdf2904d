//! The tables.

pub mod authors;
pub mod books;
pub mod reviews;
