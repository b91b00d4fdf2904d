"""Which names of a file are FastAPI's or Starlette's."""

import re
from functools import lru_cache
from typing import Final

from persona_lsp.syntax.ir import AnyExpr, Module
from persona_lsp.syntax.python_names import Names, origin
from persona_lsp.text.patterns import Words, lazy

PACKAGES: Final = ("fastapi", "starlette", "fastapi_utils", "fastapi_restful", "fastapi_users", "fastapi_pagination")


def uses_fastapi(module: Module) -> bool:
    """The file imports FastAPI, Starlette or one of their extensions."""
    return any(i.module.split(".", 1)[0] in PACKAGES or i.module.startswith("fastapi_") for i in module.imports)


_REGISTERS: Final = Words(b".include_router(", b".add_api_route(", b"APIRouter", b"Depends(")
_HANDS_OVER: Final = lazy(rb"router=\w*router\b")
FACTORY: Final = lazy(r"(?:create|make|build|init|get)_?\w*app\w*$|app_?factory$", re.IGNORECASE)
_STARTS: Final = lazy(
    rb"^(\w*app\w*) = [\w.]*(?:(?:create|make|build|init|get)_?\w*app\w*|app_?factory)\(", re.MULTILINE
)
_ADDS: Final = lazy(
    rb"^[ \t]*@(?:(self)\.\w*router|(?<=@)(\w*(?:app|router|api)))\.(?:get|post|put|patch|delete|websocket)\(",
    re.MULTILINE,
)
_OTHERS: Final = frozenset(
    {
        "flask",
        "quart",
        "django",
        "sanic",
        "bottle",
        "aiohttp",
        "tornado",
        "falcon",
        "litestar",
        "celery",
        "typer",
        "click",
    }
)


@lru_cache(maxsize=4)
def detects(module: Module) -> bool:
    """The file imports FastAPI or Starlette, or registers routers on something that it was given."""
    source = module.source
    return (
        uses_fastapi(module)
        or _REGISTERS.within(source)
        or (b"router=" in source and _HANDS_OVER.search(source) is not None)
        or (not _is_of_others(module) and (hands_over(module) or _adds_to_imported(module)))
    )


def _is_of_others(module: Module) -> bool:
    return any(i.module.split(".", 1)[0] in _OTHERS for i in module.imports)


def _adds_to_imported(module: Module) -> bool:
    """`from server import app`, then `@app.get("/x")`: routes of an application that another file makes."""
    source = module.source
    if b"@" not in source or (b"app." not in source and b"outer." not in source and b"api." not in source):
        return False
    found = {(m[1] or m[2]).decode() for m in _ADDS.finditer(source)}
    return "self" in found or any(i.local in found for i in module.imports)


def hands_over(module: Module) -> bool:
    """`app = create_app()`, then `register_routes(app)`: a file that is no framework's puts the parts together."""
    source = module.source
    made = _STARTS.search(source) if b"app" in source else None
    if made is None:
        return False
    given = rb"^[\w.]+\(\s*(?:\w+\s*=\s*)?" + re.escape(made[1]) + rb"\s*[,)]"
    return re.search(given, source[made.end() :], re.MULTILINE) is not None


def from_fastapi(expr: AnyExpr, names: Names) -> str:
    """The name of something of FastAPI or Starlette, "" for anything else."""
    package, name = origin(expr, names)
    return name if package.split(".", 1)[0] in PACKAGES else ""
