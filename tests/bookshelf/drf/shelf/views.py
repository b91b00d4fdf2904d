"""Views of authors, books and reviews."""

from django.db import IntegrityError
from django.shortcuts import get_object_or_404
from rest_framework import generics, mixins, viewsets
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from .errors import DuplicateReview
from .models import Author, Book, Review
from .serializers import AuthorSerializer, BookSerializer, ReviewSerializer


@api_view(["GET"])
@permission_classes([AllowAny])
def health(request: Request) -> Response:
    return Response({"status": "ok"})


class AuthorList(generics.ListAPIView):
    queryset = Author.objects.order_by("name")
    serializer_class = AuthorSerializer
    pagination_class = None


class BookViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet,
):
    queryset = Book.objects.order_by("id")
    serializer_class = BookSerializer
    lookup_url_kwarg = "book_id"
    http_method_names = ["get", "post", "put", "delete"]


class ReviewList(generics.ListCreateAPIView):
    serializer_class = ReviewSerializer

    def get_queryset(self):
        book = get_object_or_404(Book, pk=self.kwargs["book_id"])
        return Review.objects.filter(book=book).order_by("id")

    def perform_create(self, serializer: ReviewSerializer) -> None:
        book = get_object_or_404(Book, pk=self.kwargs["book_id"])
        try:
            serializer.save(book=book, user=self.request.user)
        except IntegrityError as error:
            raise DuplicateReview from error
