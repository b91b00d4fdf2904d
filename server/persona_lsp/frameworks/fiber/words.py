"""What Fiber's words mean inside functions: `c.Status(201).JSON(x)`, `fiber.NewError(404)`, `c.BodyParser(&x)`."""

from typing import Final

from persona_lsp.flow.status import status_named
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.golang.words import (
    context_handling,
    helper_answer,
    is_request,
    is_response,
    is_user_key,
    key_of,
    mentions,
    returned_failure,
    same_block,
    status_of,
)
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, Const, FunctionNode, Member, Module, Name, Node, dotted
from persona_lsp.text.patterns import lazy

_BODIES: Final = {
    "JSON": "", "JSONP": "", "XML": "", "Send": "", "SendString": "string", "Render": "html", "SendFile": "file",
    "Download": "file", "SendStream": "stream", "Redirect": "redirect", "Format": "", "WriteString": "string",
}  # fmt: skip
_READS: Final = {
    "Params": "path", "ParamsInt": "path", "Query": "query", "QueryInt": "query", "QueryBool": "query",
    "QueryFloat": "query", "FormValue": "form", "FormFile": "file", "Get": "header", "Cookies": "cookie",
}  # fmt: skip
_BINDS: Final = {
    "BodyParser": "body", "Body": "body", "BodyRaw": "body", "QueryParser": "query", "ParamsParser": "path",
    "ReqHeaderParser": "header", "CookieParser": "cookie", "AllParams": "path", "Queries": "query", "MultipartForm": "form",
}  # fmt: skip
_STATUS_SET: Final = lazy(rb"(?<![\w.])(?P<context>\w+)\.Status\((?P<code>[\w.]+)\)\s*[\n;}]")
_BOUND: Final = {"Body": "body", "JSON": "body", "Form": "form", "Query": "query", "URI": "path", "Header": "header"}


def handling(function: FunctionNode, _cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers, middleware and helpers by their `*fiber.Ctx`."""
    return context_handling(function, "fiber.Ctx", b".Next()", module.source[function.body_start : function.body_end])


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`c.JSON(x)`, `c.Status(201).JSON(x)`, `c.SendStatus(204)`."""
    if not isinstance(expr, Call):
        return None
    func = expr.func
    if not isinstance(func, Member):
        return helper_answer(expr, scope)
    base, status = _root(func.base, scope)
    if not is_response(base, scope) or scope.type_of(base) != "fiber.Ctx":
        return helper_answer(expr, scope)
    if func.name == "SendStatus" and expr.args:
        found = status_of(expr.args[0], scope)
        # Nothing is sent before the handler has returned: a body that comes after it is sent with this status.
        node = found[1] if found else None
        return Answer(found[0] if found else None, found is None, node, None, "none", streaming=True)
    if func.name not in _BODIES:
        return None
    if status is None:
        status = _set_before(base, expr, scope)
    code = status[0] if status is not None else None
    node = status[1] if status is not None else None
    unknown = status is not None and code is None
    return Answer(code, unknown, node, expr.args[0] if expr.args else None, _BODIES[func.name])


def _set_before(base: AnyExpr, expr: Call, scope: Scope) -> tuple[int | None, Node | None] | None:
    """The status that a statement of its own has set on the way: `c.Status(500)`, and then `return c.JSON(x)`."""
    text = scope.module.source[scope.function.body_start : expr.start]
    for found in reversed(list(_STATUS_SET.finditer(text))):
        if isinstance(base, Name) and found["context"].decode() == base.id and same_block(text[found.end() - 1 :]):
            last = found["code"].decode().rpartition(".")[2]
            return (int(last) if last.isdigit() else status_named(last)), None
    return None


def _root(expr: AnyExpr, scope: Scope) -> tuple[AnyExpr, tuple[int | None, Node | None] | None]:
    """The context at the start of a chain, and the status that the chain sets."""
    status: tuple[int | None, Node | None] | None = None
    while isinstance(expr, Call) and isinstance(expr.func, Member):
        if expr.func.name == "Status" and expr.args and status is None:
            found = status_of(expr.args[0], scope)
            status = found if found is not None else (None, None)
        expr = expr.func.base
    return expr, status


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`fiber.NewError(fiber.StatusNotFound, "no such book")`."""
    if not isinstance(expr, Call) or dotted(expr.func) != "fiber.NewError" or not expr.args:
        return None
    found = status_of(expr.args[0], scope)
    message = expr.args[1] if len(expr.args) > 1 else None
    return Thrown("fiber.Error", found[0] if found else None, found[1] if found else None, message, ends=False)


def failed(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`return fiber.ErrNotFound`, `return errs.NotFound`."""
    if isinstance(expr, Member) and dotted(expr.base) == "fiber":
        status = status_named("Status" + expr.name.removeprefix("Err"))
        return Thrown("fiber.Error", status, ends=False) if status is not None else None
    return returned_failure(expr, scope)


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`c.Params("id")`, `c.QueryInt("page", 1)`, `c.BodyParser(&x)`, `c.Bind().Body(&x)`."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Member):
        return None
    base, name = expr.func.base, expr.func.name
    if isinstance(base, Call) and isinstance(base.func, Member) and base.func.name == "Bind":
        known = name in _BOUND and is_request(base.func.base, scope)
        return Read(_BOUND[name], "", into=expr.args[0] if expr.args else None) if known else None
    if not is_request(base, scope) or scope.type_of(base) != "fiber.Ctx":
        return None
    if name in _READS:
        key = key_of(expr)
        guarded = len(expr.args) > 1 and not (isinstance(expr.args[1], Const) and expr.args[1].value is None)
        return Read(_READS[name], key.value or "" if key else "", key, guarded=guarded)
    return Read(_BINDS[name], "", into=expr.args[0] if expr.args else None) if name in _BINDS else None


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`c.Locals("user")`."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Member) or expr.func.name != "Locals":
        return False
    return len(expr.args) == 1 and is_request(expr.func.base, scope) and is_user_key(expr.args[0])


VOCABULARY: Final = Vocabulary(
    framework="fiber",
    languages=("go",),
    handling=handling,
    applies=mentions(b"fiber."),
    answer=answer,
    thrown=thrown,
    failed=failed,
    read=read,
    principal=principal,
    triggers=("fiber.Ctx",),
)
