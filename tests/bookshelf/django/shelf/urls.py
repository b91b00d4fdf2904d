"""Authors, books and their reviews."""

from django.urls import include, path

from . import views

reviews = [
    path("", views.ReviewList.as_view()),
]

urlpatterns = [
    path("authors", views.authors),
    path("books", views.BookList.as_view()),
    path("books/<int:book_id>", views.BookDetail.as_view()),
    path("books/<int:book_id>/reviews", include(reviews)),
]
