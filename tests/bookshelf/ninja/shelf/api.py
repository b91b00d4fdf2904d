"""Authors, books and their reviews."""

from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.security import django_auth

from .errors import DuplicateReview
from .models import Author, Book, Review
from .schemas import AuthorRead, BookRead, BookWrite, ReviewRead, ReviewWrite

authors = Router(tags=["authors"])
books = Router(tags=["books"])
reviews = Router(tags=["reviews"])
books.add_router("/{book_id}/reviews", reviews)


@authors.get("", response=list[AuthorRead], summary="Who writes")
def list_authors(request: HttpRequest) -> QuerySet[Author]:
    return Author.objects.order_by("name")


@books.get("", response=list[BookRead])
def list_books(request: HttpRequest, limit: int = Query(20, ge=1, le=100), offset: int = Query(0, ge=0)) -> QuerySet[Book]:
    return Book.objects.order_by("id")[offset : offset + limit]


@books.post("", response={201: BookRead}, auth=django_auth)
def create_book(request: HttpRequest, data: BookWrite) -> tuple[int, Book]:
    return 201, Book.objects.create(title=data.title, author_id=data.author_id)


@books.get("/{book_id}", response=BookRead)
def read_book(request: HttpRequest, book_id: int) -> Book:
    return get_object_or_404(Book, pk=book_id)


@books.put("/{book_id}", response=BookRead, auth=django_auth)
def replace_book(request: HttpRequest, book_id: int, data: BookWrite) -> Book:
    book = get_object_or_404(Book, pk=book_id)
    book.title = data.title
    book.author_id = data.author_id
    book.save()
    return book


@books.delete("/{book_id}", response={204: None}, auth=django_auth)
def delete_book(request: HttpRequest, book_id: int) -> HttpResponse:
    get_object_or_404(Book, pk=book_id).delete()
    return HttpResponse(status=204)


@reviews.get("", response=list[ReviewRead])
def list_reviews(
    request: HttpRequest, book_id: int, limit: int = Query(20, ge=1, le=100), offset: int = Query(0, ge=0)
) -> QuerySet[Review]:
    book = get_object_or_404(Book, pk=book_id)
    return Review.objects.filter(book=book).order_by("id")[offset : offset + limit]


@reviews.post("", response={201: ReviewRead}, auth=django_auth)
def create_review(request: HttpRequest, book_id: int, data: ReviewWrite) -> tuple[int, Review]:
    book = get_object_or_404(Book, pk=book_id)
    try:
        review = Review.objects.create(book=book, user=request.user, rating=data.rating, text=data.text)
    except IntegrityError as error:
        raise DuplicateReview from error
    return 201, review
