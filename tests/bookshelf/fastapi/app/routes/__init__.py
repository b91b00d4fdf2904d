"""All routes."""

from fastapi import APIRouter

from app.routes import authors, books, reviews

router = APIRouter()
router.include_router(authors.router, prefix="/authors", tags=["authors"])
router.include_router(books.router, prefix="/books", tags=["books"])
router.include_router(reviews.router, prefix="/books/{book_id}/reviews", tags=["reviews"])
