"""Parameters that several routes share."""

from typing import Annotated

from fastapi import Depends, HTTPException, Query, status

from app.core.database import SessionDep
from app.models import Book


class Page:
    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> None:
        self.limit = limit
        self.offset = offset


def get_book(book_id: int, session: SessionDep) -> Book:
    book = session.get(Book, book_id)
    if book is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "The book does not exist.")
    return book


BookDep = Annotated[Book, Depends(get_book)]
PageDep = Annotated[Page, Depends(Page)]
