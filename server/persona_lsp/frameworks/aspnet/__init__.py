"""ASP.NET Core."""

from typing import Final

LANGUAGES: Final = ("csharp",)
"""What it is written in: told here so that `framework` is imported for files of these languages only."""
