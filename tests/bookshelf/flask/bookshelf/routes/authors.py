"""Authors."""

from flask import Blueprint, jsonify

from bookshelf.extensions import db
from bookshelf.models import Author
from bookshelf.schemas import AuthorSchema

bp = Blueprint("authors", __name__)
authors_schema = AuthorSchema(many=True)


@bp.get("")
def list_authors():
    """All authors."""
    authors = db.session.scalars(db.select(Author).order_by(Author.name)).all()
    return jsonify(authors_schema.dump(authors))
