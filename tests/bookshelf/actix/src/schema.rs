diesel::table! {
    authors (id) {
        id -> Integer,
        name -> Text,
    }
}

diesel::table! {
    books (id) {
        id -> Integer,
        title -> Text,
        author_id -> Integer,
    }
}

diesel::table! {
    reviews (id) {
        id -> Integer,
        book_id -> Integer,
        user_id -> Integer,
        rating -> Integer,
        text -> Text,
    }
}
