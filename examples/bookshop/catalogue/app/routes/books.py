"""Books: what the shop sells."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, status
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import get_session
from app.models import Author, Book, BookIn, BookOut, Review
from app.security import require_editor

router = APIRouter(prefix="/books", tags=["books"])


@router.get("", response_model=list[BookOut])
def list_books(
    limit: int = 20, offset: Annotated[int, Query(ge=0)] = 0, session: Session = Depends(get_session)
):
    """List the books, by title."""
    return session.scalars(select(Book).order_by(Book.title).limit(limit).offset(offset)).all()


@router.get("/{book_id}", response_model=BookOut)
def read_book(book_id: int, session: Session = Depends(get_session)):
    """Read one book."""
    book = session.get(Book, book_id)
    if book is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such book.")
    return book


@router.get("/bestsellers", response_model=list[BookOut])
def list_bestsellers(session: Session = Depends(get_session)):
    """List the ten books that sell best."""
    return session.scalars(select(Book).order_by(Book.sold.desc()).limit(10)).all()


@router.get("/{book_id}/ratings")
def read_ratings(book_id: int, session: Session = Depends(get_session)) -> dict[str, float]:
    """Tell how well a book and the others of its author are liked."""
    book = session.get(Book, book_id)
    ratings = {}
    for other in session.scalars(select(Book).where(Book.author_id == book.author_id).limit(100)):
        stars = session.scalar(select(func.avg(Review.stars)).where(Review.book_id == other.id))
        ratings[other.title] = round(float(stars or 0), 1)
    return ratings


@router.post("", response_model=BookOut, dependencies=[Depends(require_editor)])
def add_book(new: BookIn, session: Session = Depends(get_session)):
    """Add a book."""
    if session.get(Author, new.author_id) is None:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY, "No such author.")
    book = Book(title=new.title, price_cents=new.price_cents, author_id=new.author_id)
    session.add(book)
    session.commit()
    return book


@router.delete("/{book_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[Depends(require_editor)])
def remove_book(book_id: int, session: Session = Depends(get_session)) -> None:
    """Take a book out of the catalogue."""
    book = session.get(Book, book_id)
    if book is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such book.")
    session.delete(book)
    session.commit()
