"""What travels in requests and responses."""

from ninja import Schema
from pydantic import Field


class AuthorRead(Schema):
    id: int
    name: str


class BookWrite(Schema):
    title: str = Field(min_length=1, max_length=200)
    author_id: int


class BookRead(Schema):
    id: int
    title: str
    author_id: int


class ReviewWrite(Schema):
    rating: int = Field(ge=1, le=5)
    text: str = Field(max_length=5000)


class ReviewRead(Schema):
    id: int
    book_id: int
    rating: int
    text: str
