"""What Echo's words mean inside functions: `c.JSON(http.StatusOK, x)`, `echo.NewHTTPError(404)`, `c.Bind(&x)`."""

from typing import Final

from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.golang.handlers import CONTEXTS, own_context
from persona_lsp.frameworks.golang.words import (
    context_handling,
    helper_answer,
    is_request,
    is_response,
    is_user_key,
    key_of,
    returned_failure,
    status_of,
)
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, FunctionNode, Member, Module, dotted
from persona_lsp.text.patterns import lazy

_CONTEXT: Final = "echo.Context"
_OWN_HANDLER: Final = lazy(rb"\(\w+ \*?(?!(?:fiber|context|gin)\.)(?:\w+\.)?\w*(?:Ctx|Context)\) error\b")
_BODIES: Final = {
    **dict.fromkeys(("JSON", "JSONPretty", "JSONBlob", "JSONP", "JSONPBlob", "XML", "XMLPretty", "XMLBlob", "Blob"), ""),
    "String": "string", "HTML": "html", "HTMLBlob": "html", "Render": "html", "Stream": "stream", "Redirect": "redirect",
}  # fmt: skip
_FILES: Final = frozenset({"File", "Attachment", "Inline"})
_READS: Final = {
    "Param": "path", "QueryParam": "query", "FormValue": "form", "FormFile": "file", "Cookie": "cookie",
}  # fmt: skip
_BINDS: Final = {"Bind": "body", "QueryParams": "query", "FormParams": "form", "MultipartForm": "form"}
_ERRORS: Final = {
    "ErrBadRequest": 400, "ErrUnauthorized": 401, "ErrForbidden": 403, "ErrNotFound": 404, "ErrMethodNotAllowed": 405,
    "ErrInternalServerError": 500, "ErrTooManyRequests": 429, "ErrUnsupportedMediaType": 415,
}  # fmt: skip


def handling(function: FunctionNode, _cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers, middleware and helpers by their `echo.Context`, or by one of the project's own that has it inside."""
    kind = own_context(function, module) or _CONTEXT
    return context_handling(function, kind, b"next(", module.source[function.body_start : function.body_end])


def _is_context(base: AnyExpr, scope: Scope) -> bool:
    """Whether what a method is asked of is the context of the handler."""
    kind = scope.type_of(base)
    return kind == _CONTEXT or (kind not in CONTEXTS and own_context(scope.function, scope.module) != "")


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`c.JSON(200, x)`, `c.NoContent(204)`."""
    if not isinstance(expr, Call):
        return None
    if not isinstance(expr.func, Member) or not is_response(expr.func.base, scope):
        return helper_answer(expr, scope) if dotted(expr.func) != "echo.NewHTTPError" else None
    if not _is_context(expr.func.base, scope):
        return None
    name, args = expr.func.name, expr.args
    if name == "NoContent" and args:
        found = status_of(args[0], scope)
        return Answer(found[0] if found else None, found is None, found[1] if found else None, None, "none")
    if name in _BODIES and args:
        found = status_of(args[0], scope)
        at = 1 if name in {"JSONPretty", "XMLPretty"} else -1
        body = args[at] if len(args) > 1 else None
        return Answer(found[0] if found else None, found is None, found[1] if found else None, body, _BODIES[name])
    return Answer(None, False, None, None, "file") if name in _FILES else None


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`echo.NewHTTPError(http.StatusNotFound, "no such book")`."""
    if isinstance(expr, Member) and dotted(expr.base) == "echo" and expr.name in _ERRORS:
        return Thrown("echo.HTTPError", _ERRORS[expr.name])
    if not isinstance(expr, Call) or dotted(expr.func) != "echo.NewHTTPError" or not expr.args:
        return None
    found = status_of(expr.args[0], scope)
    message = expr.args[1] if len(expr.args) > 1 else None
    return Thrown("echo.HTTPError", found[0] if found else None, found[1] if found else None, message, ends=False)


def failed(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`return echo.ErrNotFound`, `return errs.NotFound`."""
    return thrown(expr, scope) or returned_failure(expr, scope) if not isinstance(expr, Call) or expr.new else None


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`c.Param("id")`, `c.QueryParam("page")`, `c.Bind(&x)`, `c.Request().Header.Get("X-Id")`."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Member):
        return None
    base, name = expr.func.base, expr.func.name
    if name == "Get" and isinstance(base, Member) and base.name == "Header" and isinstance(base.base, Call):
        key = key_of(expr)
        asked = isinstance(base.base.func, Member) and is_request(base.base.func.base, scope)
        return Read("header", key.value or "", key) if key is not None and asked else None
    if not is_request(base, scope) or not _is_context(base, scope):
        return None
    if name in _READS:
        key = key_of(expr)
        return Read(_READS[name], key.value or "" if key else "", key)
    return Read(_BINDS[name], "", into=expr.args[0] if expr.args else None) if name in _BINDS else None


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`c.Get("user")`."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Member) or expr.func.name != "Get":
        return False
    return bool(expr.args) and is_request(expr.func.base, scope) and is_user_key(expr.args[0])


def _applies(module: Module) -> bool:
    """Files that mention Echo, or that have handlers with a context of the project's own."""
    return b"echo." in module.source or _OWN_HANDLER.search(module.source) is not None


VOCABULARY: Final = Vocabulary(
    framework="echo",
    languages=("go",),
    handling=handling,
    applies=_applies,
    answer=answer,
    thrown=thrown,
    failed=failed,
    read=read,
    principal=principal,
    triggers=("echo.Context",),
)
