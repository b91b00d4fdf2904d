"""Which files belong to Django, and what their names mean."""

from functools import lru_cache
from typing import Final

from persona_lsp.syntax.ir import AnyExpr, Module
from persona_lsp.syntax.python_names import Names, origin
from persona_lsp.text.patterns import Words

PACKAGES: Final = frozenset(
    {
        "django", "rest_framework", "rest_framework_nested", "rest_framework_extensions", "rest_framework_simplejwt",
        "ninja", "ninja_extra", "drf_spectacular", "drf_yasg", "django_filters", "dj_rest_auth", "djoser", "knox",
        "oauth2_provider", "guardian", "rest_framework_gis", "rest_framework_json_api", "adrf",
    }
)  # fmt: skip
_MARKS: Final = Words(
    b"urlpatterns", b"permission_classes", b"serializer_class", b"ROOT_URLCONF", b"INSTALLED_APPS", b"REST_FRAMEWORK",
    b"http_method_names", b"pagination_class", b"lookup_field", b"View)", b"ViewSet", b"View,", b"LoginRequired",
)  # fmt: skip
"""What stands in files that use Django through modules of their own project."""
_OTHERS: Final = frozenset({"fastapi", "flask", "flask_restful", "starlette", "sanic", "aiohttp", "tornado", "bottle"})


@lru_cache(maxsize=4)
def detects(module: Module) -> bool:
    """The file uses Django, or configures it."""
    if uses_django(module):
        return True
    if not _MARKS.within(module.source):
        return False
    return not any(i.module.split(".", 1)[0] in _OTHERS for i in module.imports)


def uses_django(module: Module) -> bool:
    """The file imports Django or one of the frameworks on top of it."""
    return any(i.module.split(".", 1)[0] in PACKAGES for i in module.imports)


def imported(expr: AnyExpr | None, names: Names) -> tuple[str, str]:
    """(top package, last name) of what an expression names: `("rest_framework", "action")`; ("", name) if it is the project's."""
    if expr is None:
        return "", ""
    module, name = origin(expr, names)
    top = module.split(".", 1)[0] if not module.startswith(".") else ""
    return (top, name) if top in PACKAGES else ("", name)
