"""Flask, with the extensions that serve classes: Flask-RESTful, Flask-RESTX, flask-smorest."""

from typing import Final

LANGUAGES: Final = ("python",)
"""What it is written in: told here so that `framework` is imported for files of these languages only."""
