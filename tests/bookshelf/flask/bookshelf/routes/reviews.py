"""Reviews of a book."""

from flask import Blueprint, abort, jsonify, request
from flask_jwt_extended import get_jwt_identity, jwt_required
from sqlalchemy.exc import IntegrityError

from bookshelf.errors import DuplicateReview
from bookshelf.extensions import db
from bookshelf.models import Book, Review
from bookshelf.schemas import ReviewSchema

bp = Blueprint("reviews", __name__)
review_schema = ReviewSchema()
reviews_schema = ReviewSchema(many=True)


def require_book(book_id):
    book = db.session.get(Book, book_id)
    if book is None:
        abort(404)
    return book


@bp.get("")
def list_reviews(book_id):
    """A page of a book's reviews."""
    book = require_book(book_id)
    limit = min(request.args.get("limit", 20, type=int), 100)
    offset = request.args.get("offset", 0, type=int)
    statement = db.select(Review).where(Review.book_id == book.id).order_by(Review.id)
    return jsonify(reviews_schema.dump(db.session.scalars(statement.limit(limit).offset(offset)).all()))


@bp.post("")
@jwt_required()
def create_review(book_id):
    book = require_book(book_id)
    data = review_schema.load(request.get_json())
    review = Review(book_id=book.id, user_id=get_jwt_identity(), rating=data["rating"], text=data["text"])
    db.session.add(review)
    try:
        db.session.commit()
    except IntegrityError as error:
        raise DuplicateReview from error
    return jsonify(review_schema.dump(review)), 201
