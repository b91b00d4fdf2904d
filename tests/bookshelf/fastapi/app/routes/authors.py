"""Authors."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import select

from app.core.database import SessionDep
from app.models import Author
from app.schemas import AuthorRead

router = APIRouter()


@router.get("", summary="All authors", response_model=list[AuthorRead])
def list_authors(session: SessionDep) -> Sequence[Author]:
    return session.scalars(select(Author).order_by(Author.name)).all()
