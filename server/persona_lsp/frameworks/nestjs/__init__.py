"""NestJS."""

from typing import Final

LANGUAGES: Final = ("typescript", "tsx", "javascript")
"""What it is written in: told here so that `framework` is imported for files of these languages only."""
