ActiveRecord::Schema[8.0].define(version: 2025_01_01_000000) do
  create_table "authors" do |t|
    t.string "name", null: false
    t.timestamps
  end

  create_table "books" do |t|
    t.references "author", null: false, foreign_key: true
    t.string "title", limit: 200, null: false
    t.string "isbn", null: false
    t.timestamps
    t.index ["isbn"], unique: true
  end

  create_table "users" do |t|
    t.string "api_token", null: false
    t.timestamps
    t.index ["api_token"], unique: true
  end

  create_table "reviews" do |t|
    t.references "book", null: false, foreign_key: true
    t.references "user", null: false, foreign_key: true
    t.integer "rating", null: false
    t.text "text"
    t.timestamps
    t.index %w[book_id user_id], unique: true
  end
end
