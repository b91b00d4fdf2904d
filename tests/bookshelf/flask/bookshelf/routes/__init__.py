"""All routes."""

from bookshelf.routes import authors, books, reviews

API_PREFIX = "/api"


def register_routes(app):
    app.register_blueprint(authors.bp, url_prefix=f"{API_PREFIX}/authors")
    app.register_blueprint(books.bp, url_prefix=f"{API_PREFIX}/books")
    app.register_blueprint(reviews.bp, url_prefix=f"{API_PREFIX}/books/<int:book_id>/reviews")
