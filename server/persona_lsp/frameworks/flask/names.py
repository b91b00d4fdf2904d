"""Which names are Flask's, its extensions' or like them, and paths with `<int:id>` as paths with `{id:int}`."""

import re
from functools import lru_cache
from typing import Final

from persona_lsp.facts.text import Text
from persona_lsp.syntax.ir import Call, Module
from persona_lsp.syntax.python_names import Names, origin
from persona_lsp.text.patterns import Words, lazy

PACKAGES: Final = frozenset(
    {"flask", "quart", "werkzeug", "apiflask", "webargs", "marshmallow", "flasgger", "quart_schema"}
)
_OTHERS: Final = frozenset(
    {
        "fastapi",
        "starlette",
        "sanic",
        "bottle",
        "chalice",
        "aiohttp",
        "tornado",
        "falcon",
        "django",
        "blacksheep",
        "litestar",
    }
)
_ROUTES: Final = lazy(rb"\.(?:route|add_url_rule|add_resource|register_blueprint|add_namespace|errorhandler)\(")
_CLASSES: Final = lazy(rb"^class \w+\([^)]*(?:Resource|MethodView|View|Api|API|Handler)\b[^)]*\):", re.MULTILINE)
_MARKS: Final = Words(b".route(", b"add_url_rule", b"add_resource", b"register_blueprint", b"add_namespace", b"errorhandler(",
                 b"Resource", b"MethodView", b"View)", b"View,", b"Api)", b"API)", b"Handler)")  # fmt: skip
_APPS: Final = frozenset({"Flask", "Quart", "APIFlask", "OpenAPI"})
_BLUEPRINTS: Final = frozenset({"Blueprint", "APIBlueprint"})
HOLDS_TABLE: Final = lazy(
    rb"^[A-Za-z_]\w*(?: *:[^=\n]+)? *= *[\[(]\s*\(\s*[A-Za-z_][\w.]*,\s*[rf]?[\"']/", re.MULTILINE
)
"""`ROUTES = [(Orders, "/orders"), ...]`."""
_MAKES: Final = lazy(rb"=\s*[A-Z]\w*Flask(?:\w*App(?:lication)?)?\(")
_APPLICATION: Final = lazy(r"Flask(?:\w*App(?:lication)?)?$")
_TOKEN: Final = lazy(r"<(?:(?P<converter>[A-Za-z_]\w*)(?:\((?P<args>[^<>]*)\))?:)?(?P<name>[A-Za-z_]\w*)>")


def is_flask_package(package: str) -> bool:
    """The module is Flask's, of one of its extensions, or of what is like it."""
    root = package.split(".", 1)[0]
    return root in PACKAGES or root.startswith(("flask_", "quart_"))


@lru_cache(maxsize=4)
def detects(module: Module) -> bool:
    """The file imports Flask or an extension, or registers on what another file made."""
    roots = {i.module.split(".", 1)[0] for i in module.imports}
    if any(is_flask_package(root) for root in roots):
        return True
    if not _OTHERS.isdisjoint(roots):
        return False
    source = module.source
    if b'"/' in source and b"(" in source and HOLDS_TABLE.search(source) is not None:
        return True
    if b"Flask" in source and _MAKES.search(source) is not None:
        return True
    return _MARKS.within(source) and (_ROUTES.search(source) is not None or _CLASSES.search(source) is not None)


def made_kind(call: Call, names: Names) -> str:
    """What a call makes: app, blueprint, api (Flask-RESTful and the like), namespace, or "" for anything else."""
    package, name = origin(call.func, names)
    cls = names.classes.get(name) if not package else None
    for _ in range(4):  # classes of the project that extend Flask's
        if cls is None or not cls.bases:
            break
        package, name = origin(cls.bases[0], names)
        cls = names.classes.get(name) if not package else None
    ours = is_flask_package(package) or (
        not package and name in _APPS | _BLUEPRINTS and name not in names.classes and _takes_all(names.module)
    )
    if ours and name in _APPS:
        return "app"
    if ours and name in _BLUEPRINTS:
        return "blueprint"
    if ours and name == "Api" and package.split(".", 1)[0] != "flask_rebar":
        return "api"
    if ours and name == "Namespace":
        return "namespace"
    if package and not ours and package.split(".", 1)[0] not in _OTHERS:
        # A class of the project in another file, by what it is called after.
        if name.endswith("Blueprint") and name[:1].isupper():
            return "blueprint"
        if _APPLICATION.search(name) and name[:1].isupper():
            return "app"
        if name.endswith("Namespace") and name[:1].isupper() and name != "SimpleNamespace":
            return "namespace" if any(is_flask_package(m) for m, _ in names.imports.values()) else ""
    return ""


def _takes_all(module: Module) -> bool:
    """`from app.shortcuts import *`: names of Flask may come by another file."""
    return any(i.name == "*" for i in module.imports)


def braces(path: Text) -> Text:
    """`/orders/<int:id>` as `/orders/{id:int}`."""
    return tuple([_TOKEN.sub(_parameter, part) if isinstance(part, str) else part for part in path])


def path_names(path: Text) -> tuple[str, ...]:
    """The names of the parameters of a path with braces."""
    return tuple(n for part in path if isinstance(part, str) for n in re.findall(r"\{\*?(\w+)", part))


def _parameter(match: re.Match[str]) -> str:
    name, converter = match["name"], match["converter"] or ""
    if converter == "path":
        return "{*" + name + "}"
    if converter in ("", "string", "default"):
        return "{" + name + "}"
    if converter == "any" and match["args"]:
        choices = "|".join(re.escape(c.strip().strip("'\"")) for c in match["args"].split(","))
        return "{" + name + ":" + choices + "}"
    return "{" + name + ":" + converter + "}"
