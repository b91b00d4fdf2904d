"""Rocket."""

from typing import Final

LANGUAGES: Final = ("rust",)
"""What it is written in: told here so that `framework` is imported for files of these languages only."""
