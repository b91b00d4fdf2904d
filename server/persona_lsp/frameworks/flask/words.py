"""What Flask's words mean inside functions: `return body, 404`, `abort(404)`, `request.args.get("q")`."""

import re
from typing import Final

from persona_lsp.flow.status import status_named, status_of
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.flask.classful import is_member
from persona_lsp.frameworks.flask.found import Found
from persona_lsp.frameworks.flask.names import detects, is_flask_package, path_names
from persona_lsp.frameworks.flask.registration import declared
from persona_lsp.frameworks.flask.routes import found_in
from persona_lsp.frameworks.flask.views import VERBS
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    Node,
    Object,
    Str,
    dotted,
)
from persona_lsp.syntax.python_names import origin
from persona_lsp.text.patterns import lazy

_PLACES: Final = {
    "args": "query", "form": "form", "json": "body", "values": "any", "headers": "header", "cookies": "cookie",
    "files": "file", "data": "body", "view_args": "path",
}  # fmt: skip
_WHOLE: Final = {"get_json": "body", "get_data": "body"}
_ANSWERS: Final = {
    "jsonify": "", "make_response": "", "Response": "", "render_template": "html", "render_template_string": "html",
    "send_file": "file", "send_from_directory": "file", "redirect": "redirect", "stream_with_context": "stream",
    "output_json": "",
}  # fmt: skip
_BASES: Final = lazy(r"(?:Resource|MethodView|View|Api|API|Handler|Controller|Endpoint)$")
_PRINCIPALS: Final = frozenset(
    {"current_user", "current_identity", "g.user", "g.current_user", "g.identity", "session.user_id"}
)
_IDENTITY: Final = frozenset(
    {"get_jwt_identity", "get_jwt", "get_current_user", "get_raw_jwt", "get_jwt_claims", "current_user"}
)
_RESOURCES: Final = frozenset({"flask_restful", "flask_restx", "flask_restplus"})
_FOUND: Final = 302
_DEEPEST: Final = 4


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers by their registration, or by their class; functions that run before, and error handlers."""
    if not detects(module):
        return None
    found = found_in(module)
    if function.start in found.handled:
        params = {n for path in found.handled[function.start] for n in path_names(path)}
        return _handler(function, params, module)
    if function.start in found.failing:
        names = [p.name for p in function.params if p.kind != "self"]
        return Handling(
            kind="error-handler", returns_answer=True, default_status=None,
            inputs={names[0]: "error"} if names else {}, request=("request",),
        )  # fmt: skip
    if function.start in found.before:
        return Handling(kind="before-action", request=("request",), passing=found.before[function.start])
    if cls is None:
        return None
    answers = function.name in VERBS or function.name == "dispatch_request"
    if (answers and _serves(cls, found)) or is_member(function, cls, found.names):
        # Which parameters stand in the path is told where the class is registered, which may be anywhere.
        params = {p.name for p in function.params if p.kind == "plain" and p.name not in ("self", "cls")}
        return _handler(function, params, module, cls)
    return None


def _serves(cls: ClassNode, found: Found, depth: int = 0) -> bool:
    """The class is called like a view, is registered in this file, or derives from one of those."""
    name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    if name in found.classes_served:
        return True
    for base in cls.bases:
        if _BASES.search(dotted(base).rsplit(".", 1)[-1]) is not None:
            return True
        above = found.names.classes.get(dotted(base))
        if above is not None and above is not cls and depth < _DEEPEST and _serves(above, found, depth + 1):
            return True
    return False


def _handler(function: FunctionNode, params: set[str], module: Module, cls: ClassNode | None = None) -> Handling:
    said = declared(function.decorators, found_in(module))
    status = next((d.status for d in said if not d.documented_only), 200)
    # Flask itself fails where a function returns nothing; what makes an answer of any value makes one of that, too.
    silence = any(not d.documented_only for d in said) or (cls is not None and _is_resource(cls, module))
    return Handling(
        kind="handler",
        returns_answer=True,
        default_status=status,
        inputs={p.name: "path" for p in function.params if p.name in params},
        request=("request",),
        forwards_errors=True,
        silence=silence,
    )


def _is_resource(cls: ClassNode, module: Module) -> bool:
    """A resource of Flask-RESTful or Flask-RESTX."""
    names = found_in(module).names
    return any(origin(b, names)[0].split(".", 1)[0] in _RESOURCES for b in cls.bases)


def _flask(expr: AnyExpr, scope: Scope) -> str:
    """The name of something of Flask or an extension, "" for anything else."""
    name = dotted(expr)
    root, _, rest = name.partition(".")
    found = scope.imported(root) if root else None
    if found is None or not is_flask_package(found[0]):
        return ""
    return rest.rsplit(".", 1)[-1] if rest else found[1]


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`jsonify(...)`, `make_response(body, 201)`, `redirect(...)`, `render_template(...)`."""
    found = _called(expr, scope) if isinstance(expr, Call) else None
    return None if found is None or _is_unfinished(expr, scope) else found


def returned(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`body, 404`, and a response that got its status after it was made."""
    match expr:
        case Items(kind="tuple", items=(body, status, *_)) if (
            (scope.handling is not None and (scope.handling.returns_answer or scope.handling.passing == "nothing"))
            # `return jsonify(order), 201`: a function that makes the answer of others.
            or (isinstance(body, Call) and _called(body, scope) is not None)
        ):
            known = status_of(status)
            if known is None and isinstance(status, Object):
                return answer(body, scope) or Answer(body=body, sends=False)
            held = scope.assigned(body.id) if isinstance(body, Name) else body
            inner = _called(held, scope) if isinstance(held, Call) else None
            sent = inner.body if inner is not None else body
            kind = inner.body_kind if inner is not None else ""
            if known is None and isinstance(status, Name):
                value = scope.assigned(status.id)
                known = status_of(value)
                known = (known[0], status) if known is not None else None
            if known is None:
                return Answer(status_unknown=True, body=sent, body_kind=kind, sends=False)
            return Answer(known[0], False, known[1], sent, kind, sends=False)
        case Items(kind="tuple", items=(body,)):
            return returned(body, scope) or answer(body, scope)
        case Name(id=name):
            code = scope.assigned(f"{name}.status_code") or scope.assigned(f"{name}.status")
            if code is None:
                return None
            value = scope.assigned(name)
            inner = _called(value, scope) if isinstance(value, Call) else None
            sent = inner.body if inner is not None else None
            known = status_of(code)
            kind = "" if sent is not None else "unknown"
            return Answer(
                known[0] if known else None, known is None, known[1] if known else None, sent, kind, sends=False
            )
        case _:
            return None


_ASSIGNED: Final = lazy(rb"(?:^|[\n;:])[ \t]*(\w+)[ \t]*(?::[^=\n]*)?=[ \t]*$")


def _is_unfinished(call: AnyExpr, scope: Scope) -> bool:
    """What is made gets its status later: `resp = jsonify(x); resp.status_code = 201`, `return resp, 201`."""
    source, function = scope.module.source, scope.function
    held = _ASSIGNED.search(source, max(0, call.start - 120), call.start)
    if held is None:
        return False
    later = rb"\b%(n)s\.status(?:_code)?\s*=|\breturn\s+\(?\s*%(n)s\s*,|make_response\(\s*%(n)s\b"
    pattern = re.compile(later.replace(b"%(n)s", re.escape(held[1])))
    return pattern.search(source, call.end, function.end) is not None


def _called(call: Call, scope: Scope) -> Answer | None:
    name = _flask(call.func, scope)
    kind = _ANSWERS.get(name)
    if kind is None:
        return None
    if name == "redirect":
        given = call.kwarg("code") or (call.args[1] if len(call.args) > 1 else None)
        known, node, unknown = _status(given, _FOUND)
        return Answer(known, unknown, node, None, kind, sends=False)
    if name == "make_response":
        first = call.args[0] if call.args else None
        if len(call.args) == 1 and isinstance(first, Items) and first.kind == "tuple":
            return returned(first, scope)
        inner = answer(first, scope) if isinstance(first, Call) else None
        known, node, unknown = _status(call.args[1] if len(call.args) > 1 else None, None)
        body = inner.body if inner is not None else first
        return Answer(known, unknown, node, body, inner.body_kind if inner is not None else "", sends=False)
    if name == "Response":
        given = call.kwarg("status") or (call.args[1] if len(call.args) > 1 else None)
        body = call.args[0] if call.args else call.kwarg("response")
        known, node, unknown = _status(given, 200)
        return Answer(known, unknown, node, body, "" if body is not None else "none", sends=False)
    if name == "jsonify":
        if not call.args and not call.kwargs:
            return Answer(None, False, None, None, "none", sends=False)
        body = call.args[0] if len(call.args) == 1 and not call.kwargs else call
        return Answer(None, False, None, body, sends=False)
    return Answer(None, False, None, None if kind in ("html", "file") else call, kind, sends=False)


def _status(given: AnyExpr | None, default: int | None) -> tuple[int | None, Node | None, bool]:
    if given is None:
        return default, None, False
    known = status_of(given)
    if known is None and isinstance(given, Str) and (given.value or "")[:3].isdigit():
        return int((given.value or "")[:3]), given, False
    return (known[0], known[1], False) if known is not None else (None, None, True)


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`abort(404)`, `api.abort(404, "...")`, `raise NotFound()`."""
    if isinstance(expr, Name):
        made = scope.imported(expr.id)
        if made is not None and made[0].startswith("werkzeug.exceptions"):
            return Thrown(expr.id, status_named(made[1]))
        return None
    if not isinstance(expr, Call):
        return None
    if expr.name == "abort":
        if not (_flask(expr.func, scope) == "abort" or isinstance(expr.func, Member)):
            return None
        if isinstance(expr.func, Member) and scope.handling is None and not expr.args:
            return None
        given = expr.args[0] if expr.args else expr.kwarg("http_status_code") or expr.kwarg("code")
        known = status_of(given)
        message = expr.args[1] if len(expr.args) > 1 else expr.kwarg("message") or expr.kwarg("description")
        if known is None and isinstance(expr.func, Member):
            return None
        return Thrown("abort", known[0] if known else None, known[1] if known else given, message)
    root = dotted(expr.func).split(".", 1)[0]
    source = scope.imported(root) if root else None
    if source is not None and (source[0].startswith("werkzeug") or dotted(expr.func).startswith("werkzeug.exceptions")):
        before = scope.module.source[max(0, expr.start - 40) : expr.start].rstrip()
        if before.endswith(b"raise"):
            message = expr.args[0] if expr.args else expr.kwarg("description")
            return Thrown(dotted(expr.func), status_named(expr.name), None, message)
    return None


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`request.args.get("page", 1)`, `request.form["name"]`, `request.get_json()`, `request.json["x"]`."""
    match expr:
        case Index(base=Member(base=base, name=name), keys=(key,)) if name in _PLACES and _is_request(base, scope):
            return Read(_PLACES[name], key.value or "" if isinstance(key, Str) else "", key)
        case Call(func=Member(base=Member(base=base, name=name), name="get" | "getlist"), args=(key, *rest)) if (
            name in _PLACES and _is_request(base, scope)
        ):
            guarded = bool(rest) or expr.kwarg("default") is not None
            return Read(_PLACES[name], key.value or "" if isinstance(key, Str) else "", key, guarded)
        case Call(func=Member(base=base, name=name)) if name in _WHOLE and _is_request(base, scope):
            return Read(_WHOLE[name], "", expr)
        case Member(base=base, name="json" | "data" | "form" | "values") if _is_request(base, scope):
            return Read(_PLACES[expr.name], "", expr)
        case _:
            return None


def _is_request(expr: AnyExpr, scope: Scope) -> bool:
    if isinstance(expr, Name):
        found = scope.imported(expr.id)
        return found is not None and found[1] == "request" and is_flask_package(found[0])
    return isinstance(expr, Member) and dotted(expr) in ("flask.request", "quart.request")


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`current_user`, `g.user`, `get_jwt_identity()`."""
    match expr:
        case Name(id=name):
            found = scope.imported(name)
            return name in _PRINCIPALS and found is not None
        case Member():
            name = dotted(expr)
            return name in _PRINCIPALS and scope.imported(name.split(".", 1)[0]) is not None
        case Call(func=Name(id=name)):
            return name in _IDENTITY and scope.imported(name) is not None
        case _:
            return False


_NAMES: Final = frozenset({name.split(".", 1)[0] for name in _PRINCIPALS} | _IDENTITY)


def silent(module: Module) -> list[str]:
    """What can find nothing in a file that neither imports what it asks for nor names it."""
    source = module.source
    flask = caller = False
    for item in module.imports:
        flask = flask or is_flask_package(item.module)
        caller = caller or item.local in _NAMES
    none = [] if flask else ["answer"]
    if not (flask or b"flask.request" in source or b"quart.request" in source):
        none.append("read")
    if not caller:
        none.append("principal")
    if b"abort" not in source and b"werkzeug" not in source:
        none.append("thrown")
    return none


WORDS: Final = Vocabulary(
    framework="flask",
    languages=("python",),
    handling=handling,
    answer=answer,
    thrown=thrown,
    read=read,
    principal=principal,
    returned=returned,
    silent=silent,
    triggers=("request.", "abort(", "current_user", "jsonify", "make_response"),
)
