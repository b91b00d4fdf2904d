"""Functions of Go that hand out middleware of a library: `func Protected() fiber.Handler { return jwtware.New(config) }`."""

from collections.abc import Iterator, Mapping

from persona_lsp.facts.http import GuardKind
from persona_lsp.frameworks.golang.guards import classify
from persona_lsp.frameworks.golang.handlers import framework_of
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, FunctionNode, Lambda, Member, Module, Name, Return, walk


def handed_out(
    function: FunctionNode, functions: Mapping[str, FunctionNode], packages: Mapping[str, str], module: Module
) -> str:
    """What the middleware does that a function makes with a library, for the linker: `@authn`, `@authn?`; "" unknown."""
    for statement in function.body:
        made = statement.value if isinstance(statement, Return) else None
        if isinstance(made, Lambda) and not framework_of(made.function):
            return handed_out(made.function, functions, packages, module)
        while isinstance(made, Call) and isinstance(held := _held(made), Call):
            made = held
        if not isinstance(made, Call) or not isinstance(made.func, Member) or not isinstance(made.func.base, Name):
            continue
        package = packages.get(made.func.base.id, "")
        kind, optional, conditional = classify(made, package)
        if package and kind is not GuardKind.UNKNOWN and not conditional:
            lenient = optional or any(_lets_pass(one, module) for one in _answering(function, functions))
            return f"@{kind.value}{'?' if lenient else ''}"
    return ""


def _held(call: Call) -> AnyExpr | None:
    """What is asked or called: `cors.New(config).Handler(next)`, `jwtauth.Verify(auth)(next)`."""
    return call.func.base if isinstance(call.func, Member) else call.func


def _answering(function: FunctionNode, functions: Mapping[str, FunctionNode]) -> Iterator[FunctionNode]:
    """The functions of the file that answer where the library refuses: `Config{ErrorHandler: passOn}`."""
    for statement in function.body:
        value = statement.value if isinstance(statement, Assign | Return) else None
        for part in walk(value) if value is not None else ():
            for kwarg in part.kwargs if isinstance(part, Call) else ():
                if kwarg.name == "ErrorHandler" and isinstance(kwarg.value, Name) and kwarg.value.id in functions:
                    yield functions[kwarg.value.id]


def _lets_pass(function: FunctionNode, module: Module) -> bool:
    text = module.source[function.body_start : function.body_end]
    return b"Next()" in text and b"Unauthorized" not in text and b"401" not in text
