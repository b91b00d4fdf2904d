"""Names that stand for instances: `settings = Settings()`, and functions that say what they return. Python and Go."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.syntax.ir import Assign, Call, Def, FunctionNode, If, Items, Module, Name, Stmt, Str, Try, dotted
from persona_lsp.text.patterns import lazy

_PLAIN: Final = frozenset(
    {"None", "str", "int", "bool", "float", "dict", "list", "bytes", "tuple", "set", "Any", "object", "Response"}
)

_SETTINGS: Final = lazy(r"(?:Settings|Config|Configuration|Env|Environment)$")
_MADE: Final = lazy(rb"\breturn\s+((?:\w+\.)?(?:[A-Z]\w*)?(?:Settings|Config|Configuration))\(")
_SHORT: Final = 600
"""A function that makes the settings and nothing else is not longer than this, in bytes."""


def aliases_of(module: Module) -> Iterator[tuple[str, str]]:
    """`("settings", "Settings()")` for file-level instances, `("get_settings()", "Settings")` for functions."""
    if module.language == "python":
        yield from _aliases(module.body, module)
    elif module.language == "go":
        yield from _results(module)


_BUILT_IN: Final = frozenset(
    "string bool byte rune error any int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 float32 float64 func "
    "interface struct slice map chan uintptr complex64 complex128".split()
)
_COMPOSED: Final = lazy(rb"\breturn\s+&?([A-Za-z_]\w*)\{")


def _results(module: Module) -> Iterator[tuple[str, str]]:
    """`("NewStore()", "Store")`: what a function returns first; of an interface, the type that it makes for it."""
    for statement in module.body:
        if isinstance(statement, Def) and statement.function.returns is not None:
            function = statement.function
            first = (
                next(iter(function.returns.items), None) if isinstance(function.returns, Items) else function.returns
            )
            name = dotted(first)
            if name and name not in _BUILT_IN:
                made = set(_COMPOSED.findall(module.source, function.body_start, function.end))
                name = made.pop().decode() if len(made) == 1 else name
                yield f"{function.owner}.{function.name}()".removeprefix("."), name


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
