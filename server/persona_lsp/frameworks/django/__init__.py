"""Django, Django REST framework and django-ninja."""

from typing import Final

LANGUAGES: Final = ("python",)
"""The languages it is written in; asked before the rest is imported."""
