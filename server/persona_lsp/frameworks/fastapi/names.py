"""Which names of a file are FastAPI's or Starlette's."""

import re
from functools import lru_cache
from typing import Final

from persona_lsp.syntax.ir import AnyExpr, Module
from persona_lsp.syntax.python_names import Names, origin

PACKAGES: Final = ("fastapi", "starlette", "fastapi_utils", "fastapi_restful", "fastapi_users", "fastapi_pagination")


def uses_fastapi(module: Module) -> bool:
    """The file imports FastAPI, Starlette or one of their extensions."""
    return any(i.module.split(".", 1)[0] in PACKAGES for i in module.imports)


_REGISTERS: Final = (b".include_router(", b".add_api_route(", b"APIRouter", b"Depends(")
_HANDS_OVER: Final = re.compile(rb"router=\w*router\b")


@lru_cache(maxsize=4)
def detects(module: Module) -> bool:
    """The file imports FastAPI or Starlette, or registers routers on something that it was given."""
    source = module.source
    return (
        uses_fastapi(module)
        or any(word in source for word in _REGISTERS)
        or (b"router=" in source and _HANDS_OVER.search(source) is not None)
    )


def from_fastapi(expr: AnyExpr, names: Names) -> str:
    """The name of something of FastAPI or Starlette, "" for anything else."""
    package, name = origin(expr, names)
    return name if package.split(".", 1)[0] in PACKAGES else ""
