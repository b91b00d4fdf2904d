"""The routers of Go's frameworks as tables: which imports, types, constructors and methods they have."""

import re
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from persona_lsp.syntax.ir import Module
from persona_lsp.text.patterns import lazy


class Dialect(Struct, frozen=True, gc=False):
    """One framework. `types`: router types by their name in the package, with the kind of router that a value is.

    `made`: constructors. `handler`: which of the arguments after the path is the handler: `last`, with guards before it
    (gin, fiber), or `first`, with guards after it (echo). `late`: guards hold for what was registered before them, too.
    """

    id: str
    imports: re.Pattern[str]
    types: MappingProxyType[str, str]
    made: frozenset[str]
    handler: str = "last"
    late: bool = False
    whole: bool = False
    """The type of an application is never that of a part of one."""


_V: Final = r"(?:/v\d+)?$"
GIN: Final = Dialect(
    "gin", lazy(r"^github\.com/gin-gonic/gin" + _V),
    MappingProxyType({"Engine": "app", "RouterGroup": "router", "IRouter": "router", "IRoutes": "router"}),
    frozenset({"New", "Default"}), whole=True)  # fmt: skip
ECHO: Final = Dialect(
    "echo", lazy(r"^github\.com/labstack/echo" + _V), MappingProxyType({"Echo": "app", "Group": "router"}),
    frozenset({"New", "NewWithConfig"}), "first", whole=True)  # fmt: skip
FIBER: Final = Dialect(
    "fiber", lazy(r"^github\.com/gofiber/fiber" + _V),
    MappingProxyType({"App": "app", "Group": "router", "Router": "router"}), frozenset({"New"}), whole=True)  # fmt: skip
CHI: Final = Dialect(
    "chi", lazy(r"^github\.com/(?:go-chi|pressly)/chi" + _V),
    MappingProxyType({"Mux": "app", "Router": "router"}), frozenset({"NewRouter", "NewMux"}), late=True,
)  # fmt: skip
GORILLA: Final = Dialect(
    "gorilla", lazy(r"^github\.com/gorilla/mux" + _V), MappingProxyType({"Router": "app"}),
    frozenset({"NewRouter"}), late=True,
)  # fmt: skip
NET_HTTP: Final = Dialect(
    "nethttp", lazy(r"^net/http$"), MappingProxyType({"ServeMux": "app"}), frozenset({"NewServeMux"}),
)  # fmt: skip
DIALECTS: Final = (GIN, ECHO, FIBER, CHI, GORILLA, NET_HTTP)
BY_ID: Final = MappingProxyType({dialect.id: dialect for dialect in DIALECTS})

VERBS: Final = MappingProxyType(
    {verb: verb for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE")}
    | {verb.title(): verb for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE")}
    | {"Any": "ANY", "All": "ANY", "HandleFunc": "ANY", "Handle": "ANY"}
)
"""Methods of routers that register a handler for a path, with the HTTP method."""
NAMED: Final = frozenset({"Method", "MethodFunc", "Add", "Match", "Handle"})
"""Methods that are given the HTTP method, or several, before the path."""
REGISTERS: Final = lazy(
    rb"\.(?:Handle|HandleFunc|Methods|Group|Route|Mount|PathPrefix|Use|Subrouter)\("
    rb"|\.(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\((?:[^(),]|\((?:[^()]|\([^()]*\))*\))*,"
    rb"|\.(?:Get|Post|Put|Patch|Delete|Head|Options|Any|All|Method|MethodFunc|Match|Add)\(\s*(?:[\"`][/\"`]|\[\]|[\w.]+\s*[+,]|\"[A-Z]+\",)"
    rb"|\bServeMux\b"
)
"""What a function that registers something, or hands on what does, has in it."""
PASSES: Final = lazy(rb"[Rr]out\w*\(|[Rr]egister\w*\(|[Ss]etup\w*\(")
"""What hands routers to functions that are called like this."""
STARTS: Final = lazy(
    r"^(?:main|init|run|start|serve|setup|register|new|build|mount|configure|execute)|rout|server|app", re.IGNORECASE
)
"""Names of functions that put an application together."""
ROUTES: Final = lazy(r"rout|^(?:register|mount)", re.IGNORECASE)
"""Names of functions that are there for it."""


def imported(module: Module) -> dict[str, Dialect]:
    """The dialects that the file imports, by the name that their package has in it."""
    found: dict[str, Dialect] = {}
    for item in module.imports:
        for dialect in DIALECTS:
            if dialect.imports.match(item.module):
                found[item.local] = dialect
    return found
