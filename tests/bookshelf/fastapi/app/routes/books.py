"""Books."""

from collections.abc import Sequence

from fastapi import APIRouter, status
from sqlalchemy import select

from app.core.database import SessionDep
from app.core.security import CurrentUser
from app.dependencies import BookDep, PageDep
from app.models import Book
from app.schemas import BookRead, BookWrite

router = APIRouter()


@router.get("", summary="A page of books", response_model=list[BookRead])
def list_books(session: SessionDep, page: PageDep) -> Sequence[Book]:
    return session.scalars(select(Book).order_by(Book.id).limit(page.limit).offset(page.offset)).all()


@router.post("", summary="Add a book", response_model=BookRead, status_code=status.HTTP_201_CREATED)
def create_book(session: SessionDep, user: CurrentUser, data: BookWrite) -> Book:
    book = Book(title=data.title, author_id=data.author_id)
    session.add(book)
    session.commit()
    return book


@router.get("/{book_id}", summary="One book", response_model=BookRead)
def read_book(book: BookDep) -> Book:
    return book


@router.put("/{book_id}", summary="Replace a book", response_model=BookRead)
def replace_book(session: SessionDep, user: CurrentUser, book: BookDep, data: BookWrite) -> Book:
    book.title = data.title
    book.author_id = data.author_id
    session.commit()
    return book


@router.delete("/{book_id}", summary="Remove a book", status_code=status.HTTP_204_NO_CONTENT)
def delete_book(session: SessionDep, user: CurrentUser, book: BookDep) -> None:
    session.delete(book)
    session.commit()
