"""What travels in requests and responses."""

from pydantic import BaseModel, ConfigDict, Field


class AuthorRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


class BookWrite(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    author_id: int


class BookRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    author_id: int


class ReviewWrite(BaseModel):
    rating: int = Field(ge=1, le=5)
    text: str = Field(max_length=5000)


class ReviewRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    book_id: int
    rating: int
    text: str
