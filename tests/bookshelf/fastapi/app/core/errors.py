"""Errors of the domain, and how they are answered."""

from fastapi import FastAPI, Request, status
from fastapi.responses import JSONResponse


class DuplicateReview(Exception):
    """A reader reviews a book once."""


async def on_duplicate_review(request: Request, error: DuplicateReview) -> JSONResponse:
    return JSONResponse(
        status_code=status.HTTP_409_CONFLICT, content={"detail": "You have reviewed this book already."}
    )


def register_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(DuplicateReview, on_duplicate_review)
