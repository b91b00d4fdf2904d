"""The API."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from ninja import NinjaAPI

from shelf.errors import DuplicateReview

api = NinjaAPI(title="Bookshelf")
api.add_router("/authors", "shelf.api.authors")
api.add_router("/books", "shelf.api.books")


@api.exception_handler(DuplicateReview)
def on_duplicate_review(request: HttpRequest, error: DuplicateReview) -> HttpResponse:
    return api.create_response(request, {"detail": "You have reviewed this book already."}, status=409)


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})
