"""Books."""

from flask import Blueprint, abort, jsonify, request
from flask.views import MethodView
from flask_jwt_extended import jwt_required

from bookshelf.extensions import db
from bookshelf.models import Book
from bookshelf.schemas import BookSchema

bp = Blueprint("books", __name__)
book_schema = BookSchema()
books_schema = BookSchema(many=True)


@bp.get("")
def list_books():
    """A page of books."""
    limit = min(request.args.get("limit", 20, type=int), 100)
    offset = request.args.get("offset", 0, type=int)
    books = db.session.scalars(db.select(Book).order_by(Book.id).limit(limit).offset(offset)).all()
    return jsonify(books_schema.dump(books))


@bp.post("")
@jwt_required()
def create_book():
    data = book_schema.load(request.get_json())
    book = Book(title=data["title"], author_id=data["author_id"])
    db.session.add(book)
    db.session.commit()
    return jsonify(book_schema.dump(book)), 201


class BookView(MethodView):
    """One book."""

    def get(self, book_id):
        book = db.session.get(Book, book_id)
        if book is None:
            abort(404)
        return jsonify(book_schema.dump(book))

    @jwt_required()
    def put(self, book_id):
        data = book_schema.load(request.get_json())
        book = db.session.get(Book, book_id)
        if book is None:
            abort(404)
        book.title = data["title"]
        book.author_id = data["author_id"]
        db.session.commit()
        return jsonify(book_schema.dump(book))

    @jwt_required()
    def delete(self, book_id):
        book = db.session.get(Book, book_id)
        if book is None:
            abort(404)
        db.session.delete(book)
        db.session.commit()
        return "", 204


bp.add_url_rule("/<int:book_id>", view_func=BookView.as_view("book"))
