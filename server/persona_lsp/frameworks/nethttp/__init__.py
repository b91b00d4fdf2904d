"""net/http: routes and what its words mean in handlers."""

from typing import Final

LANGUAGES: Final = ("go",)
