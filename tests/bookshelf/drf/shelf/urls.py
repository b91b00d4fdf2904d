"""Authors, books and their reviews."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from .views import AuthorList, BookViewSet, ReviewList

router = SimpleRouter(trailing_slash=False)
router.register("books", BookViewSet)

urlpatterns = [
    path("authors", AuthorList.as_view()),
    path("books/<int:book_id>/reviews", ReviewList.as_view()),
    path("", include(router.urls)),
]
