"""What travels in requests and responses."""

from marshmallow import Schema, fields, validate


class AuthorSchema(Schema):
    id = fields.Int(dump_only=True)
    name = fields.Str(required=True)


class BookSchema(Schema):
    id = fields.Int(dump_only=True)
    title = fields.Str(required=True, validate=validate.Length(1, 200))
    author_id = fields.Int(required=True)


class ReviewSchema(Schema):
    id = fields.Int(dump_only=True)
    book_id = fields.Int(dump_only=True)
    rating = fields.Int(required=True, validate=validate.Range(1, 5))
    text = fields.Str(required=True, validate=validate.Length(max=5000))
