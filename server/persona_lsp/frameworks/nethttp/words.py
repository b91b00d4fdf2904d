"""What the words of net/http mean inside functions: `w.WriteHeader(201)`, `http.Error(w, ...)`, `r.PathValue("id")`."""

import re
from typing import Final

from persona_lsp.flow.status import status_named
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.golang.words import (
    after,
    helper_answer,
    is_request,
    is_response,
    is_user_key,
    key_of,
    made_error,
    params_of,
    same_block,
    status_of,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    Index,
    Member,
    Module,
    Name,
    Node,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

_HEADER: Final = lazy(rb"\b(\w+)\.WriteHeader\(\s*([\w.]+)\s*\)")
_RENDERED: Final = lazy(rb"\brender\.Status\(\s*\w+\s*,\s*([\w.]+)\s*\)")
_READS: Final = {
    "PathValue": "path",
    "FormValue": "query",
    "PostFormValue": "form",
    "FormFile": "file",
    "Cookie": "cookie",
}
_WRITES: Final = {
    "fmt.Fprint": "string", "fmt.Fprintf": "string", "fmt.Fprintln": "string", "io.WriteString": "string", "io.Copy": "stream",
}  # fmt: skip
_RENDERS: Final = {"render.JSON": "", "render.XML": "", "render.PlainText": "string", "render.HTML": "html",
                   "render.Data": "file", "render.Render": "", "render.Respond": "", "render.RenderList": ""}  # fmt: skip
_NEXT: Final = lazy(rb"\.ServeHTTP\(")
_HELD: Final = ("Get", "Exists", "Pop")
"""Begin the methods of what holds sessions."""


def handling(function: FunctionNode, _cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers, middleware and helpers by their `http.ResponseWriter`."""
    params = params_of(function)
    writers = tuple(p.name for p in params if p.name and dotted(p.type) == "http.ResponseWriter")
    requests = tuple(p.name for p in params if p.name and dotted(p.type) == "http.Request")
    if not writers:
        return None
    role = "handler" if len(params) == 2 and requests else "helper"  # writer and request
    if role == "handler" and _NEXT.search(module.source, function.body_start, function.body_end):
        role = "middleware"
    return Handling(kind=role, request=requests[:1], response=writers[:1], default_status=200)


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`http.Error(w, "x", 404)`, `json.NewEncoder(w).Encode(x)`, `w.WriteHeader(204)`."""
    if not isinstance(expr, Call):
        return None
    func, args = expr.func, expr.args
    name = dotted(func)
    if isinstance(func, Member) and is_response(func.base, scope):
        if scope.type_of(func.base) != "http.ResponseWriter":
            return None
        return _written(expr, func, scope)
    if not args or scope.handling is None:
        return None
    if isinstance(func, Member) and func.name == "Encode" and isinstance(func.base, Call):
        inner = func.base
        if dotted(inner.func).endswith("NewEncoder") and inner.args and is_response(inner.args[0], scope):
            return _body(expr, args[0], "", scope, streaming=_flushes(scope))
    if not any(is_response(a, scope) for a in args[:1]):
        return helper_answer(expr, scope)
    if name == "http.Error" and len(args) == 3:  # writer, message, code
        found = status_of(args[2], scope)
        return Answer(found[0] if found else None, found is None, found[1] if found else None, args[1], "string")
    if name == "http.NotFound":
        return Answer(404, False, None, None, "string")
    if name == "http.Redirect":
        found = status_of(args[-1], scope)
        return Answer(found[0] if found else None, found is None, found[1] if found else None, None, "redirect")
    if name in {"http.ServeFile", "http.ServeContent", "http.ServeFileFS"}:
        return Answer(None, True, None, None, "file")
    if name in _WRITES:
        return _body(expr, args[-1], _WRITES[name], scope, streaming=name != "io.Copy")
    if name in _RENDERS:
        return _rendered(expr, args[-1], _RENDERS[name], scope)
    return helper_answer(expr, scope)


def _written(expr: Call, func: Member, scope: Scope) -> Answer | None:
    if func.name == "Write" and expr.args:
        return _body(expr, expr.args[0], "", scope, streaming=True)
    if func.name != "WriteHeader" or not expr.args:
        return None
    source, writer = scope.module.source, rb"\b" + re.escape(dotted(func.base).encode()) + rb"\b"
    rest, later = after(source, expr.end, scope.function.body_end)
    if re.search(writer, rest) or (not rest.rstrip().endswith(b"return") and re.search(writer, later)):
        return None  # what is written afterwards is the answer
    found = status_of(expr.args[0], scope)
    return Answer(found[0] if found else None, found is None, found[1] if found else None, None, "none")


def _body(expr: Call, body: AnyExpr, kind: str, scope: Scope, *, streaming: bool = False) -> Answer:
    """What writes the body answers with the status that was written before it."""
    source = scope.module.source
    start, end = max(0, scope.function.body_start - 1), expr.start
    for match in reversed(list(_HEADER.finditer(source, start, end))):
        if same_block(source[match.end() : end]):
            node = Const(match.start(2), match.end(2), 0)
            code = _named(match[2].decode())
            return Answer(code, code is None, node if code is not None else None, body, kind, streaming=streaming)
    return Answer(None, False, None, body, kind, streaming=streaming)


def _flushes(scope: Scope) -> bool:
    """What is written is sent at once, and more may follow it."""
    return scope.module.source.find(b".Flush()", scope.function.body_start, scope.function.body_end) >= 0


def _rendered(expr: Call, body: AnyExpr, kind: str, scope: Scope) -> Answer:
    source = scope.module.source
    start, end = max(0, scope.function.body_start - 1), expr.start
    for match in reversed(list(_RENDERED.finditer(source, start, end))):
        if same_block(source[match.end() : end]):
            code = _named(match[1].decode())
            node: Node = Const(match.start(1), match.end(1), 0)
            return Answer(code, code is None, node if code is not None else None, body, kind)
    return Answer(None, isinstance(body, Call), None, body, kind)


def _named(text: str) -> int | None:
    if text.isdigit():
        return int(text) if 100 <= int(text) <= 599 else None
    return status_named(text.rsplit(".", 1)[-1]) if "." in text else None


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """Failures that the project makes with a status."""
    return made_error(expr, scope)


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`r.PathValue("id")`, `r.URL.Query().Get("page")`, `json.NewDecoder(r.Body).Decode(&x)`, `chi.URLParam(r, "id")`."""
    match expr:
        case Call(func=Member(base=base, name="Get" | "Values")) if (key := key_of(expr)) is not None:
            place = _values(base, scope)
            return Read(place, key.value or "", key) if place else None
        case Index(base=base, keys=(Str() as key, *_)) if key.value:
            place = _values(base, scope)
            return Read(place, key.value, key) if place else None
        case Call(func=Member(base=base, name=name), args=args):
            if is_request(base, scope) and name in _READS:
                key = key_of(expr)
                return Read(_READS[name], key.value or "" if key else "", key)
            if name == "URLParam" and len(args) == 2 and is_request(args[0], scope):  # request and name
                given = args[1]
                return Read("path", given.value or "", given) if isinstance(given, Str) and given.value else None
            if name in {"Decode", "ReadAll"} and _reads_body(expr, scope):
                return Read("body", "", into=args[0] if args and name == "Decode" else None)
        case Member(base=Member(base=base, name="URL"), name="Path") if is_request(base, scope):
            return Read("path", "")
        case _:
            pass
    return None


def _values(base: AnyExpr, scope: Scope, depth: int = 0) -> str:
    """Which values of the request the expression is: `r.URL.Query()`, `r.Header`, `r.Form`, `mux.Vars(r)`."""
    match base:
        case Call(func=Member(base=Member(base=inner, name="URL"), name="Query")) if is_request(inner, scope):
            return "query"
        case Call(func=Member(name="Vars"), args=(given,)) if is_request(given, scope):
            return "path"
        case Member(base=inner, name="Header") if is_request(inner, scope):
            return "header"
        case Member(base=inner, name="Form" | "PostForm") if is_request(inner, scope):
            return "form"
        case _:
            held = scope.assigned(dotted(base)) if depth == 0 and dotted(base) and "." not in dotted(base) else None
            return _values(held, scope, depth + 1) if held is not None else ""


def _reads_body(call: Call, scope: Scope) -> bool:
    """`json.NewDecoder(r.Body).Decode(&x)`, `io.ReadAll(r.Body)`."""
    held: AnyExpr | None = call.receiver
    if isinstance(held, Call) and held.args:
        held = held.args[0]
    elif held is not None and dotted(held) and scope.assigned(dotted(held)) is not None:
        made = scope.assigned(dotted(held))
        held = made.args[0] if isinstance(made, Call) and made.args else None
    if call.name == "ReadAll":
        held = call.args[0] if call.args else None
    while isinstance(held, Call) and held.args:
        held = held.args[-1] if dotted(held.func) != "http.MaxBytesReader" else held.args[1]
    return isinstance(held, Member) and held.name == "Body" and is_request(held.base, scope)


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`r.Context().Value(userKey)`, `ctx.Value(userKey)`, `sessions.GetInt64(r.Context(), "userID")`."""
    match expr:
        case Call(func=Member(base=Call(func=Member(base=base, name="Context")), name="Value"), args=(key,)):
            return is_request(base, scope) and is_user_key(key)
        case Call(func=Member(base=Name(id="ctx"), name="Value"), args=(key,)):
            return is_user_key(key)
        case Call(func=Member(name=name), args=(Call(func=Member(base=base, name="Context")), key)):
            return name.startswith(_HELD) and is_request(base, scope) and isinstance(key, Str) and is_user_key(key)
        case _:
            return False


VOCABULARY: Final = Vocabulary(
    framework="nethttp",
    languages=("go",),
    handling=handling,
    answer=answer,
    thrown=thrown,
    read=read,
    principal=principal,
    triggers=("http.ResponseWriter", "http.Request", "http.Status"),
)
