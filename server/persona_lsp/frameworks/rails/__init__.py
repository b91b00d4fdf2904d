"""Ruby on Rails."""

from typing import Final

LANGUAGES: Final = ("ruby",)
"""What it is written in: told here so that `framework` is imported for files of these languages only."""
