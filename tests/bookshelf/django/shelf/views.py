"""Views of authors, books and reviews."""

import json

from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_GET

from .forms import BookForm, ReviewForm
from .models import Author, Book, Review


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_GET
def authors(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"authors": list(Author.objects.order_by("name").values("id", "name"))})


class BookList(View):
    def get(self, request: HttpRequest) -> JsonResponse:
        limit = min(int(request.GET.get("limit", "20")), 100)
        offset = int(request.GET.get("offset", "0"))
        books = Book.objects.order_by("id")[offset : offset + limit]
        return JsonResponse({"books": [model_to_dict(book) for book in books]})

    @method_decorator(login_required)
    def post(self, request: HttpRequest) -> JsonResponse:
        form = BookForm(json.loads(request.body))
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=422)
        return JsonResponse(model_to_dict(form.save()), status=201)


class BookDetail(View):
    def get(self, request: HttpRequest, book_id: int) -> JsonResponse:
        return JsonResponse(model_to_dict(get_object_or_404(Book, pk=book_id)))

    @method_decorator(login_required)
    def put(self, request: HttpRequest, book_id: int) -> JsonResponse:
        book = get_object_or_404(Book, pk=book_id)
        form = BookForm(json.loads(request.body), instance=book)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=422)
        return JsonResponse(model_to_dict(form.save()))

    @method_decorator(login_required)
    def delete(self, request: HttpRequest, book_id: int) -> HttpResponse:
        get_object_or_404(Book, pk=book_id).delete()
        return HttpResponse(status=204)


class ReviewList(View):
    def get(self, request: HttpRequest, book_id: int) -> JsonResponse:
        book = get_object_or_404(Book, pk=book_id)
        limit = min(int(request.GET.get("limit", "20")), 100)
        offset = int(request.GET.get("offset", "0"))
        reviews = Review.objects.filter(book=book).order_by("id")[offset : offset + limit]
        return JsonResponse({"reviews": [model_to_dict(review) for review in reviews]})

    @method_decorator(login_required)
    def post(self, request: HttpRequest, book_id: int) -> JsonResponse:
        book = get_object_or_404(Book, pk=book_id)
        form = ReviewForm(json.loads(request.body))
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=422)
        review = form.save(commit=False)
        review.book = book
        review.user = request.user
        try:
            review.save()
        except IntegrityError:
            return JsonResponse({"error": "You have reviewed this book already."}, status=409)
        return JsonResponse(model_to_dict(review), status=201)
