"""Reviews of a book."""

from collections.abc import Sequence

from fastapi import APIRouter, status
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.database import SessionDep
from app.core.errors import DuplicateReview
from app.core.security import CurrentUser
from app.dependencies import BookDep, PageDep
from app.models import Review
from app.schemas import ReviewRead, ReviewWrite

router = APIRouter()


@router.get("", summary="A page of reviews", response_model=list[ReviewRead])
def list_reviews(session: SessionDep, book: BookDep, page: PageDep) -> Sequence[Review]:
    statement = select(Review).where(Review.book_id == book.id).order_by(Review.id)
    return session.scalars(statement.limit(page.limit).offset(page.offset)).all()


@router.post("", summary="Review a book", response_model=ReviewRead, status_code=status.HTTP_201_CREATED)
def create_review(session: SessionDep, user: CurrentUser, book: BookDep, data: ReviewWrite) -> Review:
    review = Review(book_id=book.id, user_id=user.id, rating=data.rating, text=data.text)
    session.add(review)
    try:
        session.commit()
    except IntegrityError as error:
        raise DuplicateReview from error
    return review
