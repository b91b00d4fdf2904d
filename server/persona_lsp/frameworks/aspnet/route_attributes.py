"""Attributes of the project's own that bring a template, because they derive from `RouteAttribute`."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import Constant
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Ref, Text
from persona_lsp.frameworks.aspnet.attributes import Values, classes, simple, type_name
from persona_lsp.syntax.ir import Call, Const, Decorator, Do, FunctionNode, Kwarg, Module
from persona_lsp.text.patterns import lazy

_LIKE_ROUTES: Final = lazy(
    r"^(?!Api(?:Controller$|Version|Explorer))(?!(?:Non)?Controller$|Route$)(?!.*(?:Auth|Key|Filter|Exception|Limit))"
    r"(?:.*(?:Route|Controller|Api)|V\d)"
)
"""Names of attributes that may say where a controller is reached, and are none of the framework's."""
_TEMPLATE: Final = "<template>"
_BEFORE: Final = "<before>"
_AFTER: Final = "<after>"
"""Constants of such an attribute: its template, or what stands around the text that it is given."""


def may_bring(decorator: Decorator) -> bool:
    """The name of the attribute says that it may say where a controller is reached."""
    given = decorator.call.args[:1] if decorator.call is not None else ()
    return _LIKE_ROUTES.search(simple(decorator.name)) is not None and not any(isinstance(a, Const) for a in given)


def templated(decorator: Decorator, values: Values, scope: str) -> Text:
    """The template that an attribute of the project's own brings: what its class gives to `RouteAttribute`."""
    name = decorator.name if decorator.name.endswith("Attribute") else f"{decorator.name}Attribute"
    given = (*decorator.call.args, *decorator.call.kwargs) if decorator.call is not None else ()
    if not given:
        return (Ref(f"{name}.{_TEMPLATE}"),)
    if len(given) > 1 or isinstance(given[0], Kwarg):
        return (Hole("an attribute of the project", ""),)
    return (Ref(f"{name}.{_BEFORE}"), *values.text(given[0], scope), Ref(f"{name}.{_AFTER}"))


def own_templates(module: Module, values: Values) -> Iterator[Constant]:
    """`class ApiV1Attribute : RouteAttribute`: what its constructors hand on, alone or around what they are given."""
    if b"RouteAttribute" not in module.source:
        return
    for cls, path in classes(module):
        if not any(type_name(base) == "RouteAttribute" for base in cls.bases):
            continue
        for method in (m for m in cls.methods if "constructor" in m.modifiers and len(m.params) < 2):
            call = _handed(method)
            if call is None:
                continue
            text, at = values.text(call.args[0], path), Where(module.path, call.start, call.end)
            if not method.params:
                yield Constant(f"{path}.{_TEMPLATE}", text, at)
                continue
            given = method.params[0].name
            taken = [n for n, part in enumerate(text) if isinstance(part, Ref) and simple(part.name) == given]
            if len(taken) == 1:
                yield Constant(f"{path}.{_BEFORE}", text[: taken[0]], at)
                yield Constant(f"{path}.{_AFTER}", text[taken[0] + 1 :], at)


def _handed(constructor: FunctionNode) -> Call | None:
    """`: base("api/[controller]")`."""
    calls = (s.value for s in constructor.body if isinstance(s, Do) and isinstance(s.value, Call))
    return next((c for c in calls if c.name == "base" and len(c.args) == 1), None)
