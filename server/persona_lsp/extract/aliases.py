"""Names that stand for instances: `settings = Settings()`, and functions that say what they return. Python."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.syntax.ir import Assign, Call, Def, FunctionNode, If, Module, Name, Stmt, Str, Try, dotted

_PLAIN: Final = frozenset(
    {"None", "str", "int", "bool", "float", "dict", "list", "bytes", "tuple", "set", "Any", "object", "Response"}
)

_SETTINGS: Final = re.compile(r"(?:Settings|Config|Configuration|Env|Environment)$")
_MADE: Final = re.compile(rb"\breturn\s+((?:\w+\.)?(?:[A-Z]\w*)?(?:Settings|Config|Configuration))\(")
_SHORT: Final = 600
"""A function that makes the settings and nothing else is not longer than this, in bytes."""


def aliases_of(module: Module) -> Iterator[tuple[str, str]]:
    """`("settings", "Settings()")` for file-level instances, `("get_settings()", "Settings")` for functions."""
    if module.language == "python":
        yield from _aliases(module.body, module)


def _aliases(body: tuple[Stmt, ...], module: Module) -> Iterator[tuple[str, str]]:
    for statement in body:
        match statement:
            case Assign(targets=(Name(id=name),), op="", value=None | Call() as value, type=declared):
                called = dotted(value.func) if value is not None else ""
                kind = dotted(declared)
                # What is declared says more than a function of which nothing is known: `settings: Settings = load()`.
                if _SETTINGS.search(kind) and not called.rsplit(".", 1)[-1][:1].isupper():
                    yield name, f"{kind}()"
                elif called:
                    yield name, f"{called}()"
            case Def(function=function):
                returned = _returned(function) or _made(function, module)
                if returned and returned not in _PLAIN:
                    yield f"{function.name}()", returned
            case If(then=then, orelse=orelse):
                yield from _aliases(then, module)
                yield from _aliases(orelse, module)
            case Try(body=tried):
                yield from _aliases(tried, module)
            case _:
                pass


def _returned(function: FunctionNode) -> str:
    returns = function.returns
    if isinstance(returns, Str):
        return returns.value or ""
    return dotted(returns)


def _made(function: FunctionNode, module: Module) -> str:
    """The settings class that a short function without a declared type returns an instance of, "" for others."""
    if function.returns is not None or function.end - function.body_start > _SHORT:
        return ""
    found = set(_MADE.findall(module.source, function.body_start, function.end))
    return found.pop().decode("utf-8", "replace") if len(found) == 1 else ""
