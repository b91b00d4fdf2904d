"""What is served."""

from django.urls import path

from .api import api, health

urlpatterns = [
    path("health", health),
    path("api/", api.urls),
]
