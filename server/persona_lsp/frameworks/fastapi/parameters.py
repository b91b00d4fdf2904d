"""What functions are given that add routes: routers, and texts that stand in front of paths."""

import re

from persona_lsp.facts.http import Mount, Router
from persona_lsp.facts.text import Hole, Ref, Text
from persona_lsp.frameworks.fastapi.found import Env, Found
from persona_lsp.syntax.ir import Const, FunctionNode, Name, ParamNode, Str
from persona_lsp.syntax.python_names import place, ref_name


def is_text(param: ParamNode) -> bool:
    """`prefix: str`, `prefix="/api"` or a plain `prefix`: its calls may say what text it is."""
    if param.kind not in ("plain", "keyword") or (isinstance(param.type, Name) and param.type.id != "str"):
        return False
    return param.default is None or isinstance(param.default, Str | Const)


def held_by(param: ParamNode, found: Found) -> str:
    """The class of what a function is given, which may hold routers: `api: "RestApi"`; "" if it is not known."""
    named = param.type.value or "" if isinstance(param.type, Str) else ref_name(param.type)
    root = named.split(".", 1)[0]
    known = root in found.names.classes or root in found.names.imports
    return named if known and named.rpartition(".")[2][:1].isupper() else ""


def given_text(param: ParamNode, position: int, key: str) -> Text:
    """The text that calls of the function `key` give for a parameter."""
    default = param.default.value if isinstance(param.default, Str) else None
    return (Hole("parameter", param.name, position, key.rpartition(".")[2], default),)


def is_used_as_router(name: str, function: FunctionNode, found: Found) -> bool:
    """What the function does with a parameter without a type says that it is a router."""
    if name in ("app", "router", "api"):
        return True
    pattern = rb"\binclude_router\(\s*(?:router\s*=\s*)?%(name)s\s*[,)]|\b%(name)s\.include_router\("
    word = re.escape(name.encode())
    return (
        re.search(pattern % {b"name": word}, found.names.module.source[function.body_start : function.end]) is not None
    )


def add_parameter(symbol: str, named: str, param: ParamNode, env: Env, found: Found) -> None:
    """A router that a function is given: under its position and under its name."""
    where = place(param, found.names.module)
    for name in (symbol, named):
        found.routers[name] = Router(name, "router", "fastapi", where, conditional=env.conditional)
    order = found.next_order()
    found.mounts.append(Mount(Ref(named), Ref(symbol), "fastapi", where, order))
    found.mounts.append(Mount(Ref(f"{symbol}.included"), Ref(f"{named}.included"), "fastapi", where, order))
    included = f"{named}.included"
    found.routers[included] = Router(included, "router", "fastapi", where)
