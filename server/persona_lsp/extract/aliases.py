"""Names that stand for instances: `settings = Settings()`, and functions that say what they return. Python."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.syntax.ir import Assign, Call, Def, FunctionNode, If, Module, Name, Stmt, Str, Try, dotted

_PLAIN: Final = frozenset(
    {"None", "str", "int", "bool", "float", "dict", "list", "bytes", "tuple", "set", "Any", "object", "Response"}
)


def aliases_of(module: Module) -> Iterator[tuple[str, str]]:
    """`("settings", "Settings()")` for file-level instances, `("get_settings()", "Settings")` for functions."""
    if module.language == "python":
        yield from _aliases(module.body)


def _aliases(body: tuple[Stmt, ...]) -> Iterator[tuple[str, str]]:
    for statement in body:
        match statement:
            case Assign(targets=(Name(id=name),), op="", value=Call() as value):
                called = dotted(value.func)
                if called:
                    yield name, f"{called}()"
            case Def(function=function):
                returned = _returned(function)
                if returned and returned not in _PLAIN:
                    yield f"{function.name}()", returned
            case If(then=then, orelse=orelse):
                yield from _aliases(then)
                yield from _aliases(orelse)
            case Try(body=tried):
                yield from _aliases(tried)
            case _:
                pass


def _returned(function: FunctionNode) -> str:
    returns = function.returns
    if isinstance(returns, Str):
        return returns.value or ""
    return dotted(returns)
