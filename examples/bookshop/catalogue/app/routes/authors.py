"""Authors: who wrote what the shop sells."""

from fastapi import APIRouter, Depends, HTTPException, status
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import get_session
from app.models import Author, AuthorIn, AuthorOut
from app.security import require_editor

router = APIRouter(prefix="/authors", tags=["authors"])


@router.get("", response_model=list[AuthorOut])
def list_authors(session: Session = Depends(get_session)):
    """List the authors, by name."""
    return session.scalars(select(Author).order_by(Author.name)).all()


@router.get("/{author_id}")
def read_author(author_id: int, session: Session = Depends(get_session)):
    """Read one author, with the titles of the books."""
    author = session.get(Author, author_id)
    if author is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such author.")
    return {"name": author.name, "biography": author.biography, "titles": [book.title for book in author.books]}


@router.post("", status_code=status.HTTP_201_CREATED, response_model=AuthorOut, dependencies=[Depends(require_editor)])
def add_author(new: AuthorIn, session: Session = Depends(get_session)):
    """Add an author."""
    author = Author(name=new.name, biography=new.biography)
    session.add(author)
    session.commit()
    return author


@router.put("/{author_id}", response_model=AuthorOut, dependencies=[Depends(require_editor)])
def replace_author(author_id: int, new: AuthorIn, session: Session = Depends(get_session)):
    """Replace what is known about an author."""
    author = session.get(Author, author_id)
    if author is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such author.")
    author.name = new.name
    author.biography = new.biography
    session.commit()
    return author
