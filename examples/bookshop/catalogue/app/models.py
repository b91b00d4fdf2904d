"""Tables and the shapes in which they travel."""

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    biography: Mapped[str] = mapped_column(default="")
    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    price_cents: Mapped[int]
    sold: Mapped[int] = mapped_column(default=0, index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"), index=True)
    author: Mapped[Author] = relationship(back_populates="books")


class Review(Base):
    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), index=True)
    stars: Mapped[int]
    text: Mapped[str]


class BookIn(BaseModel):
    title: str = Field(min_length=1, max_length=300)
    price_cents: int = Field(ge=0)
    author_id: int


class BookOut(BookIn):
    model_config = ConfigDict(from_attributes=True)

    id: int


class AuthorIn(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    biography: str = ""


class AuthorOut(AuthorIn):
    model_config = ConfigDict(from_attributes=True)

    id: int
