"""Controllers of OData without attributes: the names of their actions, and the sets of the application's model, say it."""

from typing import Final

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.text import literal
from persona_lsp.frameworks.aspnet.attributes import type_name, where
from persona_lsp.frameworks.aspnet.found import Found
from persona_lsp.frameworks.aspnet.pipeline import statements_of
from persona_lsp.syntax.ir import Call, ClassNode, FunctionNode
from persona_lsp.text.patterns import lazy

SET_KEY: Final = "aspnet.odata.set"
PREFIX_KEY: Final = "aspnet.odata.prefix"
SETTING: Final = (("odata", "sets"),)
"""What is set on the router of such a controller."""
_VERB: Final = lazy(r"(Get|Post|Put|Patch|Delete)(?![a-z])")
_COMPONENTS: Final = {"AddRouteComponents": 0, "AddModel": 0, "MapODataServiceRoute": 1, "MapODataRoute": 1}
"""Calls that say below which path a model is served, with the place of that argument."""


def is_odata(cls: ClassNode) -> bool:
    """The class derives from the base of OData's controllers."""
    return any(type_name(base) == "ODataController" for base in cls.bases)


def verb_of(method: FunctionNode) -> tuple[str, ...]:
    """`Get`, `GetProducts`, `Post`: the method that the name of an action begins with."""
    found = _VERB.match(method.name)
    return (found[1].upper(),) if found is not None else ()


def models(found: Found) -> None:
    """`builder.EntitySet<Product>("Products")`, `options.AddRouteComponents("odata", model)`."""
    source = found.module.source
    if b"EntitySet<" not in source and b"OData" not in source:
        return
    for node in statements_of(found.module):
        if not isinstance(node, Call):
            continue
        if node.name == "EntitySet" and len(node.types) == 1 and node.args:
            name = literal(found.values.text(node.args[0], ""))
            if name:
                found.config.append(
                    ConfigEntry(SET_KEY, f"{name}={type_name(node.types[0])}", where(found.module, node))
                )
        elif node.name in _COMPONENTS:
            place = _COMPONENTS[node.name]
            given = node.kwarg("routePrefix") or (node.args[place] if len(node.args) > place + 1 else None)
            text = literal(found.values.text(given, "")) if given is not None else "" if len(node.args) == 1 else None
            if text is not None:
                found.config.append(ConfigEntry(PREFIX_KEY, text, where(found.module, node)))
