"""How lists are cut."""

from rest_framework.pagination import LimitOffsetPagination


class Page(LimitOffsetPagination):
    default_limit = 20
    max_limit = 100
