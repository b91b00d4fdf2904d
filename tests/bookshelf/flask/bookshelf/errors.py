"""Errors of the domain, and how they are answered."""

from flask import jsonify
from marshmallow import ValidationError


class DuplicateReview(Exception):
    """A reader reviews a book once."""


def on_duplicate_review(error):
    return jsonify(error="You have reviewed this book already."), 409


def on_invalid(error):
    return jsonify(errors=error.messages), 422


def register_error_handlers(app):
    app.register_error_handler(DuplicateReview, on_duplicate_review)
    app.register_error_handler(ValidationError, on_invalid)
