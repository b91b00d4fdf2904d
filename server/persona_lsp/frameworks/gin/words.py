"""What Gin's words mean inside functions: `c.JSON(http.StatusCreated, book)`, `c.Param("id")`, `c.ShouldBindJSON(&x)`."""

from typing import Final

from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.golang.words import (
    context_handling,
    helper_answer,
    is_request,
    is_response,
    is_user_key,
    key_of,
    mentions,
    status_of,
)
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, FunctionNode, Member, Module

_BODIES: Final = {
    **dict.fromkeys(("JSON", "IndentedJSON", "PureJSON", "SecureJSON", "AsciiJSON", "JSONP", "XML", "YAML", "TOML", "ProtoBuf", "Render", "Negotiate"), ""),
    "String": "string", "HTML": "html", "Data": "file", "DataFromReader": "stream", "Redirect": "redirect",
    "AbortWithStatusJSON": "", "AbortWithStatusPureJSON": "", "AbortWithError": "string",
}  # fmt: skip
"""Methods that are given a status and a body, with the kind of the body."""
_EMPTY: Final = frozenset({"Status", "AbortWithStatus"})
_FILES: Final = {
    "File": "file",
    "FileAttachment": "file",
    "FileFromFS": "file",
    "SSEvent": "stream",
    "Stream": "stream",
}
_READS: Final = {
    "Param": "path", "Query": "query", "DefaultQuery": "query", "GetQuery": "query", "QueryArray": "query",
    "GetQueryArray": "query", "QueryMap": "query", "GetQueryMap": "query", "PostForm": "form", "DefaultPostForm": "form",
    "GetPostForm": "form", "PostFormArray": "form", "PostFormMap": "form", "FormFile": "file", "GetHeader": "header",
    "Cookie": "cookie",
}  # fmt: skip
_BINDS: Final = {
    **dict.fromkeys(("ShouldBindJSON", "BindJSON", "ShouldBind", "Bind", "ShouldBindWith", "BindWith", "MustBindWith",
                     "ShouldBindBodyWith", "ShouldBindBodyWithJSON", "ShouldBindXML", "BindXML", "ShouldBindYAML", "BindYAML",
                     "GetRawData"), "body"),
    "ShouldBindQuery": "query", "BindQuery": "query", "ShouldBindUri": "path", "BindUri": "path",
    "ShouldBindHeader": "header", "BindHeader": "header", "MultipartForm": "form",
}  # fmt: skip
"""Methods that take in a whole part of the request."""
_KEPT: Final = frozenset({"Get", "MustGet", "GetString", "GetInt", "GetInt64", "GetUint", "GetUint64", "Value"})


def handling(function: FunctionNode, _cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers, middleware and helpers by their `*gin.Context`."""
    return context_handling(function, "gin.Context", b".Next()", module.source[function.body_start : function.body_end])


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`c.JSON(200, x)`, `c.AbortWithStatus(401)`, `c.File("x")`."""
    if not isinstance(expr, Call):
        return None
    if not isinstance(expr.func, Member) or not is_response(expr.func.base, scope):
        return helper_answer(expr, scope)
    if scope.type_of(expr.func.base) != "gin.Context":
        return None
    name, args = expr.func.name, expr.args
    if name in _EMPTY and args:
        found = status_of(args[0], scope)
        return Answer(found[0] if found else None, found is None, found[1] if found else None, None, "none")
    if name in _BODIES and args:
        found = status_of(args[0], scope)
        body = args[-1] if len(args) > 1 else None
        return Answer(found[0] if found else None, found is None, found[1] if found else None, body, _BODIES[name])
    if name in _FILES:
        return Answer(None, False, None, None, _FILES[name], streaming=_FILES[name] == "stream")
    return None


def thrown(_expr: AnyExpr, _scope: Scope) -> Thrown | None:
    """Gin has no failures that answer by themselves."""
    return None


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`c.Param("id")`, `c.DefaultQuery("page", "1")`, `c.ShouldBindJSON(&x)`."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Member) or not is_request(expr.func.base, scope):
        return None
    if scope.type_of(expr.func.base) != "gin.Context":
        return None
    name = expr.func.name
    if name in _READS:
        key = key_of(expr)
        return Read(_READS[name], key.value or "" if key else "", key, guarded=name.startswith("Default"))
    return Read(_BINDS[name], "", into=expr.args[0] if expr.args else None) if name in _BINDS else None


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`c.MustGet("user")`, `c.GetUint("user_id")`."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Member) or expr.func.name not in _KEPT:
        return False
    return bool(expr.args) and is_request(expr.func.base, scope) and is_user_key(expr.args[0])


VOCABULARY: Final = Vocabulary(
    framework="gin",
    languages=("go",),
    handling=handling,
    applies=mentions(b"gin.Context"),
    answer=answer,
    thrown=thrown,
    read=read,
    principal=principal,
    triggers=("gin.Context",),
)
