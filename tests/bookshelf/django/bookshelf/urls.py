"""What is served."""

from django.urls import include, path

from shelf.views import health

urlpatterns = [
    path("health", health),
    path("api/", include("shelf.urls")),
]
