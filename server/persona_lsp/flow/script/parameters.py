"""What parameters take from the request whose decorators say so: inputs with names, and bodies."""

import re
from typing import Final

from persona_lsp.facts.http import Body, In, Param
from persona_lsp.facts.text import Ref
from persona_lsp.flow.script.decorators import Names, arguments, where
from persona_lsp.syntax.ir import AnyExpr, Decorator, FunctionNode, Index, Items, ParamNode, Str, dotted
from persona_lsp.text.patterns import lazy

_UNTYPED: Final = lazy(
    r"^(?:any|object|unknown|Object|Record(?:<.*>)?|\{\s*\}|\{\s*\[.*\}|Map(?:<.*>)?|JSON\w*|any\[\]|string|Buffer)$",
    re.DOTALL,
)


def param_of(param: ParamNode, key: str, place: In, names: Names) -> Param:
    """The input that a parameter carries under a name."""
    name = key.lower() if place is In.HEADER else key
    default = type_text(param.default, names) if param.default is not None else None
    return Param(
        name, where(param, names.module), place, param.name, type_text(param.type, names),
        required=place is In.PATH or not (param.optional or default is not None),
        default=default,
    )  # fmt: skip


def body_of(param: ParamNode, names: Names, *, checked: bool) -> Body:
    """The body that a parameter carries."""
    declared = type_text(param.type, names)
    element = param.type
    while isinstance(element, Index | Items):
        inner = element.keys if isinstance(element, Index) else element.items
        if not inner or (isinstance(element, Index) and dotted(element.base) not in ("Array", "Partial", "Readonly")):
            break
        element = inner[-1]
    name = dotted(element) if element is not None else ""
    untyped = is_untyped(declared)
    return Body(
        declared, where(param, names.module), param.name, untyped, True if checked else None,
        Ref(name) if name and not untyped else None,
    )  # fmt: skip


def taken_whole(param: ParamNode, method: FunctionNode, names: Names) -> bool:
    """All parameters of the path are taken apart where they are declared, or handed on together."""
    if param.pattern is not None or not param.name:
        return True
    body = names.module.source[method.body_start : method.body_end]
    return re.search(rb"\b%s\b(?!\s*[.\[?])" % re.escape(param.name.encode()), body) is not None


def type_text(expr: AnyExpr | None, names: Names) -> str:
    """The declared type as written, "" if there is none."""
    return names.module.text(expr)[:80] if expr is not None else ""


def is_untyped(declared: str) -> bool:
    """The type says nothing of what it holds."""
    return not declared or _UNTYPED.match(declared) is not None


def key_of(decorator: Decorator) -> str:
    """The name that a decorator of a parameter is given, "" for none."""
    given = next(iter(arguments(decorator)), None)
    return (given.value or "") if isinstance(given, Str) else ""
