"""What Nest's words mean inside functions: handlers answer with what they return; guards and filters are methods."""

import re
from typing import Final

from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.nestjs.controllers import default_status, mapping_of
from persona_lsp.frameworks.nestjs.inputs import inputs
from persona_lsp.frameworks.nestjs.marks import requests_of
from persona_lsp.frameworks.nestjs.names import Names, find, names_of, uses_nest
from persona_lsp.syntax.ir import AnyExpr, ClassNode, FunctionNode, Member, Module, Name
from persona_lsp.text.patterns import lazy

_PRINCIPAL: Final = lazy(
    r"^(?:current_?|auth(?:ed|enticated)?_?|logged_?in_?|session_?|req_?)?(?:user|account|principal|identity|member|me|auth)(?:_?(?:id|data|info))?$",
    re.IGNORECASE,
)


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers by their decorators, guards, middleware and filters by the method that Nest calls."""
    if cls is None or not uses_nest(module):
        return None
    names = names_of(module)
    if not names.own:
        return None
    if any(True for _ in mapping_of(function, names)):
        return _handler(function, names)
    params = tuple(p.name for p in function.params)
    if function.name == "use" and len(params) == 3:
        return Handling(kind="middleware", request=params[:1], response=params[1:2], forward=params[2:])
    if function.name == "canActivate" and len(params) >= 1:
        return Handling(kind="dependency", request=requests_of(function, module))
    if function.name == "catch" and len(params) == 2 and find(cls.decorators, names, "Catch") is not None:
        return Handling(kind="error-handler", inputs={params[0]: "error"}, response=_responses(function, module))
    return None


_TAKES_RESPONSE: Final = lazy(rb"(?:const|let|var)\s+(\w+)[^=;\n]*=[^;]{0,160}?\.getResponse\b")


def _responses(function: FunctionNode, module: Module) -> tuple[str, ...]:
    found = _TAKES_RESPONSE.findall(module.source, function.body_start, function.body_end)
    return tuple(dict.fromkeys(n.decode() for n in found))


def _handler(function: FunctionNode, names: Names) -> Handling:
    taken = inputs(function, names)
    status, _ = default_status(function, names)
    if taken.response and not taken.manual and _sets_status(function, taken.response, names):
        status = None  # `@Res({ passthrough: true })`: what is set on the response holds
    return Handling(
        kind="handler",
        returns_answer=not taken.manual,
        default_status=status,
        inputs=dict(taken.local),
        request=taken.request,
        response=taken.response,
        forwards_errors=True,
        validated=taken.validated,
        implicit_answer=not taken.manual,
        body_kind="html" if find(function.decorators, names, "Render") is not None else "",
    )


def _sets_status(function: FunctionNode, response: tuple[str, ...], names: Names) -> bool:
    """The status is set on the response, or the response is given to somebody who may set it."""
    body = names.module.source[function.body_start : function.body_end]
    for name in response:
        for found in re.finditer(rb"\b%s\b\s*(\.\s*\w+|.)" % re.escape(name.encode()), body, re.DOTALL):
            word = found[1].lstrip(b". \t\n")
            if not found[1].startswith(b".") or word in (
                b"status",
                b"code",
                b"statusCode",
                b"sendStatus",
                b"redirect",
                b"raw",
            ):
                return True
    return False


def _nothing(_: AnyExpr, __: Scope) -> Answer | None:
    return None


def _not_thrown(_: AnyExpr, __: Scope) -> Thrown | None:
    return None


def _not_read(_: AnyExpr, __: Scope) -> Read | None:
    return None


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """A parameter that a decorator of the project fills: `@CurrentUser() user`; `request.user`."""
    handled = scope.handling
    if isinstance(expr, Name):
        param = next((p for p in scope.function.params if p.name == expr.id), None)
        return (
            param is not None
            and bool(param.decorators)
            and expr.id not in (handled.inputs if handled is not None else {})
            and any(_PRINCIPAL.match(d.name.rsplit(".", 1)[-1]) for d in param.decorators)
        )
    if isinstance(expr, Member) and isinstance(expr.base, Name) and handled is not None:
        return expr.base.id in handled.request and expr.name in ("user", "auth", "session")
    return False


VOCABULARY: Final = Vocabulary(
    framework="nestjs",
    languages=("typescript", "tsx", "javascript"),
    handling=handling,
    answer=_nothing,
    thrown=_not_thrown,
    read=_not_read,
    principal=principal,
    triggers=(),
)
