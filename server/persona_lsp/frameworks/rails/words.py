"""What Rails' words mean inside actions, filters and helpers of controllers."""

from functools import lru_cache
from typing import Final

from persona_lsp.flow.status import status_of
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    Object,
    Str,
    dotted,
)
from persona_lsp.syntax.ruby_names import chain
from persona_lsp.text.patterns import lazy

_JSON: Final = ("json", "xml", "jsonapi", "jsonp", "js", "yaml", "csv", "msgpack", "json_api")
_TEXTS: Final = ("plain", "body", "text", "inline")
_GONE_OVER: Final = frozenset({"each", "each_pair", "each_key", "keys", "find", "detect", "select", "map", "any?"})
"""What looks at every input."""
_MERGES: Final = frozenset({"merge", "merge!", "update", "deep_merge"})
_OPTIONS: Final = lazy(r"(?:^|_)(?:options?|opts)$")
_PAGES: Final = ("html", "template", "action", "partial", "layout", "nothing", "turbo_stream", "component")
_EMPTY: Final = frozenset({204, 205, 304})
_FILES: Final = frozenset({"send_file", "send_data", "send_stream"})
_REDIRECTS: Final = frozenset({"redirect_to", "redirect_back", "redirect_back_or_to", "redirect_back_or_default"})
_CHALLENGES: Final = frozenset(
    {
        "request_http_token_authentication", "request_http_basic_authentication", "request_http_digest_authentication",
    }
)  # fmt: skip
_ASKS: Final = frozenset(
    {
        "authenticate_or_request_with_http_token", "authenticate_or_request_with_http_basic",
        "authenticate_or_request_with_http_digest",
    }
)  # fmt: skip
_RIGHTS: Final = {"authorize": ("Pundit.NotAuthorizedError", 403), "authorize!": ("CanCan.AccessDenied", None)}
_ENDS: Final = frozenset(
    {"render", "head", "respond_with", "throw", *_RIGHTS, *_REDIRECTS, *_FILES, *_CHALLENGES, *_ASKS}
)
_HOLDERS: Final = {
    "params": "any", "cookies": "cookie", "path_params": "any", "path_parameters": "any", "route_params": "any",
    "url_params": "any", "request_params": "any", "query_params": "any",
}  # fmt: skip
"""Methods that hold inputs by name: Rails' own, and what projects call theirs."""
STATUSES: Final = {
    "ActiveRecord.RecordNotFound": 404,
    "ActiveRecord.StaleObjectError": 409,
    "ActiveRecord.RecordInvalid": 422,
    "ActiveRecord.RecordNotSaved": 422,
    "ActionController.RoutingError": 404,
    "AbstractController.ActionNotFound": 404,
    "ActionController.MethodNotAllowed": 405,
    "ActionController.UnknownHttpMethod": 405,
    "ActionController.NotImplemented": 501,
    "ActionController.UnknownFormat": 406,
    "ActionController.InvalidAuthenticityToken": 422,
    "ActionController.InvalidCrossOriginRequest": 422,
    "ActionController.BadRequest": 400,
    "ActionController.ParameterMissing": 400,
    "ActionController.TooManyRequests": 429,
    "ActionDispatch.Http.Parameters.ParseError": 400,
    "Pundit.NotAuthorizedError": 403,
    "Mongoid.Errors.DocumentNotFound": 404,
}
"""What `ActionDispatch::ExceptionWrapper` answers for an exception that nobody rescues."""

_PRINCIPAL: Final = lazy(
    r"current_(?:\w*user|\w*admin|account|member|customer|person|resource_owner|ability|identity|profile|token|session)$"
    r"|(?:authorize!?|policy_scope|doorkeeper_token|true_user|can\?|cannot\?|allowed_to\?)$"
)
_WHOLE: Final = frozenset({"permit!", "to_unsafe_h", "to_unsafe_hash"})
_READERS: Final = frozenset({"require", "permit", "expect", "fetch", "dig", "delete", "extract_value", "expect!"})


@lru_cache(maxsize=4)
def is_controller(cls: ClassNode | None, module: Module) -> bool:
    """The class or module is part of a controller (asked for nearly every expression)."""
    if cls is None:
        return False
    if cls.name.endswith("Controller") or "/controllers/" in "/" + module.path:
        return True
    return any(_controls(dotted(base)) for base in cls.bases)


def _controls(name: str) -> bool:
    return name.endswith("Controller") or name.startswith(
        ("ActionController.API", "ActionController.Base", "ActionController.Metal")
    )


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Public methods of controllers are actions; the others help them and may answer as well."""
    if not is_controller(cls, module) or "static" in function.modifiers or cls is None:
        return None
    hidden = "private" in function.modifiers or "protected" in function.modifiers
    if hidden or cls.kind == "module":
        return Handling(kind="before-action", forwards_errors=True)
    return Handling(kind="handler", implicit_answer=True, forwards_errors=True)


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`render`, `head`, `redirect_to`, `send_file` and their like."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Name):
        return None
    name = expr.func.id
    if name == "render":
        return _render(expr) if is_controller(scope.cls, scope.module) else None
    if name == "head" and expr.args:
        if not is_controller(scope.cls, scope.module):
            return None
        found = status_of(expr.args[0])
        if found is None:
            return Answer(status_unknown=True, body_kind="none")
        return Answer(found[0], status_node=found[1], body_kind="none")
    if name in _REDIRECTS:
        found = status_of(expr.option("status"))
        status, node = found if found is not None else (302, None)
        return Answer(status, status_node=node, body_kind="redirect")
    if name in _FILES:
        return _stated(expr, None, "file")
    if name == "respond_with" and expr.args:
        given = expr.option("status")
        found = status_of(given) if given is not None else None
        if found is not None:
            empty = found[0] in _EMPTY  # Rails sends no body with it
            return Answer(found[0], status_node=found[1], body=None if empty else expr.args[0])
        # What draws a template answers 200; else the responder decides by the method of the request.
        drawn = given is None and expr.option("default_template") is not None
        return Answer(200 if drawn else None, status_unknown=not drawn, body=expr.args[0])
    if name in _CHALLENGES:
        return Answer(401, body_kind="string")
    return None


def ends(call: Call) -> bool:
    """The call answers the request, or fails for want of rights."""
    return isinstance(call.func, Name) and call.func.id in _ENDS


def _render(call: Call) -> Answer:
    nothing = call.option("nothing")
    if isinstance(nothing, Const) and nothing.value is True:
        return _stated(call, None, "none")
    for key in _JSON:
        value = call.option(key)
        if value is not None:
            return _stated(call, value, "")
    for key in _TEXTS:
        value = call.option(key)
        if value is not None:
            return _stated(call, value, "string")
    if call.option("file") is not None:
        return _stated(call, None, "file")
    other = next(
        (k for k in call.kwargs if k.name and k.name not in (*_PAGES, "status", "locals", "content_type", "location", "formats", "variants", "prefixes", "assigns")),
        None,
    )  # fmt: skip
    if (
        not call.args
        and other is not None
        and call.option("locals") is None
        and not any(call.option(p) for p in _PAGES)
    ):
        # A renderer that the project or a gem has added: `render blueprint: order`.
        return _stated(call, other.value, "value")
    if len(call.args) == 1 and not call.kwargs and _gives_options(call.args[0]):
        return _merged(call.args[0])
    return _stated(call, None, "html")


def _gives_options(given: AnyExpr) -> bool:
    """`render uploaded(file: file)`, `render options.merge(json: order)`: a status is among what that gives, or none is."""
    if isinstance(given, Name):
        return _OPTIONS.search(given.id) is not None
    if not isinstance(given, Call):
        return False
    return given.name in _MERGES if isinstance(given.func, Member) else bool(given.kwargs)


def _merged(given: AnyExpr) -> Answer:
    """What `render` does with options that are put together: what is merged into them is said last."""
    said = given.option("status") if isinstance(given, Call) and given.name in _MERGES else None
    found = status_of(said) if said is not None else None
    return (
        Answer(found[0], status_node=found[1]) if found is not None else Answer(status_unknown=True, body_kind="html")
    )


def _stated(call: Call, body: AnyExpr | None, kind: str) -> Answer:
    given = call.option("status")
    if given is None:
        return Answer(200, body=body, body_kind=kind) if kind == "file" else Answer(body=body, body_kind=kind)
    found = status_of(given)
    if found is None:
        return Answer(status_unknown=True, body=body, body_kind=kind)
    return Answer(found[0], status_node=found[1], body=body, body_kind=kind)


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """Exceptions that Rails itself gives a status, and helpers that ask for credentials."""
    if isinstance(expr, Call) and not expr.new:
        if isinstance(expr.func, Name) and expr.func.id in _ASKS and is_controller(scope.cls, scope.module):
            return Thrown(expr.func.id, 401, ends=False)
        return _denied(expr, scope)
    name = dotted(expr.func if isinstance(expr, Call) else expr)
    status = STATUSES.get(name)
    if status is None:
        return None
    message = expr.args[0] if isinstance(expr, Call) and expr.args else None
    return Thrown(name, status, message=message)


def _denied(call: Call, scope: Scope) -> Thrown | None:
    """`authorize @order` of Pundit, whose failure Rails answers with 403; `authorize! :show, @order` of CanCan."""
    name = call.func.id if isinstance(call.func, Name) else ""
    failure = _RIGHTS.get(name)
    if failure is None or not call.args or not is_controller(scope.cls, scope.module):
        return None
    if scope.cls is not None and any(m.name == name for m in scope.cls.methods):
        return None
    return Thrown(*failure, ends=False) if name != "authorize" or not isinstance(call.args[0], Str) else None


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """Inputs: `params`, headers, cookies, the raw body."""
    if isinstance(expr, Member) or not is_controller(scope.cls, scope.module):
        return None
    if isinstance(expr, Index):
        return _indexed(expr)
    if isinstance(expr, Call):
        return _called(expr)
    return None


def _indexed(expr: Index) -> Read | None:
    key = expr.keys[0] if len(expr.keys) == 1 else None
    name = key.value if isinstance(key, Str) else None
    if name is None:
        return None
    place = _holder(expr.base)
    if place == "env":
        return (
            Read("header", name.removeprefix("HTTP_").replace("_", "-").title(), key)
            if name.startswith("HTTP_")
            else None
        )
    if not place:
        return None
    return Read(place, name, key)


def _holder(expr: AnyExpr) -> str:
    """The place of inputs that an expression holds."""
    if isinstance(expr, Call) and isinstance(expr.func, Name) and not expr.args:
        return _HOLDERS.get(expr.func.id, "")
    name = chain(expr)
    return {
        "request.headers": "header",
        "request.params": "any",
        "request.query_parameters": "query",
        "request.GET": "query",
        "request.request_parameters": "body",
        "request.POST": "body",
        "request.path_parameters": "path",
        "request.cookies": "cookie",
        "request.env": "env",
        "cookies.signed": "cookie",
        "cookies.encrypted": "cookie",
        "cookies.permanent": "cookie",
        "self.params": "any",
    }.get(name, "")


def _called(expr: Call) -> Read | None:
    if isinstance(expr.func, Name):
        # The whole of `params`. Rails refuses it as attributes until they are permitted, so it is no body that is
        # written whole.
        return Read("request", "") if expr.func.id == "params" and not expr.args and expr.block is None else None
    receiver = expr.receiver
    if receiver is None:
        return None
    name = expr.name
    if (
        name in _GONE_OVER
        and isinstance(receiver, Call)
        and isinstance(receiver.func, Name)
        and receiver.name == "params"
    ):
        return Read("any", "")
    if name in _WHOLE:
        return Read("body", "") if _from_params(receiver) else None
    if name in _READERS and _holder(receiver) == "any":
        first = expr.args[0] if expr.args else None
        text, node = _first(first, expr)
        if text:
            place = "body" if name in ("require", "expect") and (name == "require" or expr.kwargs) else "any"
            return Read(place, text, node, guarded=name == "fetch" and (len(expr.args) > 1 or expr.block is not None))
        return None
    if name == "permit" and _from_params(receiver):
        inner = (
            _called(receiver)
            if isinstance(receiver, Call)
            else _indexed(receiver)
            if isinstance(receiver, Index)
            else None
        )
        # What is permitted by name is no longer whatever the caller sent.
        return Read(inner.place, inner.name, inner.key_node, guarded=True) if inner is not None and inner.name else None
    if name in ("fetch", "get") and _holder(receiver) == "header" and expr.args:
        key = expr.args[0]
        return (
            Read("header", key.value, key, guarded=len(expr.args) > 1) if isinstance(key, Str) and key.value else None
        )
    whole = chain(expr)
    if whole in ("request.raw_post", "request.body.read", "request.body.string"):
        return Read("body", "")
    if whole == "request.authorization":
        return Read("header", "Authorization")
    return None


def _first(first: AnyExpr | None, call: Call) -> tuple[str, Str | None]:
    """The name of the first input that is asked for."""
    if isinstance(first, Str):
        return first.value or "", first
    if isinstance(first, Items) and first.items and isinstance(first.items[0], Str):
        return first.items[0].value or "", first.items[0]
    if isinstance(first, Object) and first.entries:
        return first.entries[0].name, None
    if call.kwargs and call.kwargs[0].name:
        return call.kwargs[0].name, None
    return "", None


def _from_params(expr: AnyExpr) -> bool:
    """`params`, `params[:user]`, `params.require(:user)`, `params.fetch(:user, {})`."""
    if _holder(expr) == "any":
        return True
    if isinstance(expr, Index):
        return _from_params(expr.base)
    return (
        isinstance(expr, Call) and expr.name in _READERS and expr.receiver is not None and _from_params(expr.receiver)
    )


_CURRENT: Final = frozenset(
    {"User.current", "Current.user", "Current.account", "Current.session", "Current.identity", "warden.user"}
)
_CURRENT_NAMES: Final = frozenset(name.rsplit(".", 1)[-1] for name in _CURRENT)


def principal(expr: AnyExpr, _scope: Scope) -> bool:
    """`current_user` and what says the same in other projects."""
    match expr:
        case Call(func=Name(id=name)):
            return _PRINCIPAL.match(name) is not None
        case Name(id=name):
            return name.startswith("@current_") and _PRINCIPAL.match(name[1:]) is not None
        case Member() | Call():
            return expr.name in _CURRENT_NAMES and chain(expr) in _CURRENT
        case _:
            return False


def number(expr: AnyExpr | None) -> int | None:
    """A whole number as written."""
    if isinstance(expr, Const) and isinstance(expr.value, int) and not isinstance(expr.value, bool):
        return expr.value
    return None


VOCABULARY: Final = Vocabulary(
    "rails",
    ("ruby",),
    handling,
    answer,
    thrown,
    read,
    principal,
    (
        "render",
        "head",
        "redirect",
        "params",
        "request",
        "cookies",
        "current_",
        "Current",
        "authorize",
        "send_",
        "raise",
    ),
)
