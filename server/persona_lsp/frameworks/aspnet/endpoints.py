"""Endpoints that are classes: FastEndpoints, whose `Configure` says the verb and the path."""

from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import Body, Declared, Doc, Guard, GuardKind, Level, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Ref, Text, literal
from persona_lsp.flow.vocabulary import Answer
from persona_lsp.frameworks.aspnet.attributes import (
    classes,
    find,
    method_keys,
    simple,
    string,
    type_arguments,
    type_name,
    where,
)
from persona_lsp.frameworks.aspnet.found import FRAMEWORK_ID, Found
from persona_lsp.frameworks.aspnet.guards import called_guards
from persona_lsp.frameworks.aspnet.pipeline import statements_of
from persona_lsp.frameworks.aspnet.statuses import status_value
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassNode,
    Const,
    Do,
    FunctionNode,
    Index,
    Lambda,
    Member,
    Module,
    Name,
    Return,
    Stmt,
    dotted,
)
from persona_lsp.text.patterns import lazy

_BASES: Final = frozenset({"Endpoint", "EndpointWithoutRequest", "EndpointWithMapping", "EndpointWithMapper"})
_FLUENT: Final = lazy(r"^Ep\.(?:Req|NoReq)\b")
_VERBS: Final = {"Get": "GET", "Post": "POST", "Put": "PUT", "Delete": "DELETE", "Patch": "PATCH", "Head": "HEAD"}
_ATTRIBUTES: Final = {f"Http{name}": verb for name, verb in _VERBS.items()}
_HANDLES: Final = frozenset({"HandleAsync", "ExecuteAsync"})
_AUTH: Final = frozenset(
    {"Roles", "Claims", "ClaimsAll", "Permissions", "PermissionsAll", "Policies", "Policy", "AuthSchemes"}
)
_FILLED: Final = lazy(rb"(?<![.\w])Response(?:\.[\w.]+)?\s*=(?!=)")
_GROUPS: Final = frozenset({"Group", "SubGroup"})
PREFIX_KEY: Final = "fastendpoints.prefix"
_PREFIX: Final = Ref("${" + PREFIX_KEY + ":}")
_VERSION_KEY: Final = "fastendpoints.version"
_VERSION: Final = Ref("${" + _VERSION_KEY + ":v}")
"""What stands before the number of a version, at the end of a path."""
_UNVERSIONED_KEY: Final = "fastendpoints.unversioned"
_UNVERSIONED: Final = Ref("${" + _UNVERSIONED_KEY + ":}")
"""The end of the path of an endpoint that names no version."""
SENDS: Final = {
    "SendAsync": 200, "SendOkAsync": 200, "SendCreatedAtAsync": 201, "SendNoContentAsync": 204, "SendNotFoundAsync": 404,
    "SendUnauthorizedAsync": 401, "SendForbiddenAsync": 403, "SendErrorsAsync": 400, "SendStringAsync": 200,
    "SendBytesAsync": 200, "SendFileAsync": 200, "SendStreamAsync": 200, "SendRedirectAsync": 302,
    "SendAcceptedAtAsync": 202, "SendResultAsync": None, "SendResponseAsync": None,
}  # fmt: skip
_SHORT: Final = {name.removeprefix("Send"): status for name, status in SENDS.items()} | {
    "ResponseAsync": 200, "ResultAsync": None, "StatusCodeAsync": None,
}  # fmt: skip


def is_endpoint(cls: ClassNode) -> bool:
    """A class that derives from one of FastEndpoints' bases."""
    return any(type_name(base) in _BASES or _FLUENT.match(_plain(base)) for base in cls.bases)


def _plain(base: AnyExpr) -> str:
    """`Ep.Req.Res` of `Ep.Req<Request>.Res<Response>`."""
    names: list[str] = []
    current: AnyExpr | None = base
    while isinstance(current, Member | Index):
        if isinstance(current, Member):
            names.append(current.name)
        current = current.base
    return ".".join((*([current.id] if isinstance(current, Name) else ()), *reversed(names)))


def is_handle(function: FunctionNode) -> bool:
    """The method that handles the request."""
    return function.name in _HANDLES


def answered(call: Call) -> Answer:
    """`SendAsync(x, 201)`, `Send.OkAsync(x)`."""
    table = _SHORT if call.receiver is not None else SENDS
    status = table.get(call.name)
    given = call.kwarg("statusCode") or (
        call.args[1] if call.name in {"SendAsync", "ResponseAsync"} and len(call.args) > 1 else None
    )
    node = None
    unknown = status is None
    if given is not None:
        code, node = status_value(given)
        if code is not None or call.kwarg("statusCode") is not None:
            status, unknown = code, code is None
    created = call.name in {"SendCreatedAtAsync", "CreatedAtAsync"}
    position = (1 if len(call.args) < 3 else 2) if created else 0
    body: AnyExpr | None = call.args[position] if len(call.args) > position else None
    if status in {204, 404, 401, 403} or (
        isinstance(body, Name) and body.id in {"ct", "cancellationToken", "cancellation"}
    ):
        body = None
    return Answer(status, unknown, node, body, "" if body is not None else "none", sends=True)


def endpoint_classes(found: Found) -> None:
    """The routes of all endpoint classes of a file, and the prefix of the application."""
    module = found.module
    if not any(word in module.source for word in (b"Endpoint", b"Group", b"Ep.")):
        return
    for cls, path in classes(module):
        if is_endpoint(cls):
            _endpoint(cls, path, found)
        elif any(type_name(base) in _GROUPS for base in cls.bases):
            _group(cls, path, found)
    _prefix(module, found)


def _endpoint(cls: ClassNode, path: str, found: Found) -> None:
    configure = next((m for m in cls.methods if m.name == "Configure"), None)
    handle = next(((m, key) for m, key in method_keys(cls, path) if is_handle(m)), None)
    calls = [c for s in configure.body for c in _calls(s)] if configure is not None else []
    verbs, routes, at = _mapping(cls, calls, found, path)
    if not verbs or at is None:
        return
    module = found.module
    guards: tuple[Guard, ...] = ()
    declared: tuple[Declared, ...] = ()
    open_to = [string(a) or simple(dotted(a)) for c in calls if c.name == "AllowAnonymous" for a in c.args]
    opened = any(c.name == "AllowAnonymous" for c in calls) or find(cls.decorators, "AllowAnonymous") is not None
    for call in calls:
        guards += _demanded(call, Level.ROUTE, module) if call.receiver is None else ()
    name = Where(module.path, cls.name_start, cls.name_end)
    # Whoever says nothing is behind the login that FastEndpoints asks for.
    login = (Guard("FastEndpoints", GuardKind.AUTHN, Level.ROUTE, name),)
    if not opened and not guards:
        guards = login
    group = next((c for c in calls if c.name == "Group" and c.types), None)
    router = f"{path}:group" if group is not None else ""
    prefix: Text = (_PREFIX, "/") if group is None else ()
    version = _version(calls)
    if group is not None:
        found.router(router, "router", name)
        found.mount(dotted(group.types[0]), router, name)
    body = _body(cls, module) if set(verbs) & {"POST", "PUT", "PATCH"} else None
    summary = " ".join(cls.doc.partition("\n\n")[0].split())
    if handle is not None and _responds(cls, handle[0], module):
        declared = (Declared(200, Where(module.path, handle[0].name_start, handle[0].name_end), is_default=True),)
    shared = [verbs] if not open_to else [(v,) for v in verbs]
    for methods, text in [(m, t) for m in shared for t in routes]:
        # `AllowAnonymous(Http.POST)` opens one of several verbs.
        closed = bool(open_to) and not set(methods) & {o.upper() for o in open_to}
        found.routes.append(
            Route(
                methods, (*prefix, *text, *version), FRAMEWORK_ID, at, where(module, cls_node(cls)), found.next_order(),
                Ref(router) if router else None, None, handle[1] if handle is not None else "", f"{cls.name}.{handle[0].name}" if handle else cls.name,
                guards=tuple(g for g in guards if not g.allows_all) or login if closed else guards,
                body=body, declared=declared, doc=Doc(summary), unknown_params=True,
            )
        )  # fmt: skip


def _version(calls: Sequence[Call]) -> Text:
    """The end of a path: `/v2` for `Version(2)`."""
    said = next((c for c in calls if c.name == "Version" and c.receiver is None and c.args), None)
    if said is None:
        return (_UNVERSIONED,)
    given = said.args[0]
    if not isinstance(given, Const) or not isinstance(given.value, int):
        return (Hole("version", "Version"),)
    return ("/", _VERSION, str(given.value)) if given.value > 0 else (_UNVERSIONED,)


def _responds(cls: ClassNode, handle: FunctionNode, module: Module) -> bool:
    """The handler fills in `Response`, which FastEndpoints sends when it ends."""
    typed = any(len(type_arguments(base)) > 1 or type_name(base) == "EndpointWithoutRequest" for base in cls.bases)
    return typed and _FILLED.search(module.source, handle.body_start, handle.body_end) is not None


def _demanded(call: Call, level: Level, module: Module) -> tuple[Guard, ...]:
    if call.name in _AUTH:
        kind = GuardKind.AUTHN if call.name == "AuthSchemes" else GuardKind.AUTHZ
        return (Guard(call.name, kind, level, where(module, call), None, module.text(call)),)
    return called_guards((call,), level, module)


def _group(cls: ClassNode, path: str, found: Found) -> None:
    """`class Orders : Group`, whose constructor says `Configure("orders", ep => ep.Roles("admin"))`."""
    made = [m for m in cls.methods if "constructor" in m.modifiers]
    calls = [c for m in made for s in m.body for c in _calls(s) if c.name == "Configure" and c.receiver is None]
    if len(calls) != 1 or not calls[0].args:
        return
    module, at = found.module, Where(found.module.path, cls.name_start, cls.name_end)
    text = found.values.text(calls[0].args[0], path)
    guards: tuple[Guard, ...] = ()
    for given in calls[0].args[1:]:
        for statement in given.function.body if isinstance(given, Lambda) else ():
            guards += tuple(g for c in _calls(statement) for g in _demanded(c, Level.ROUTER, module))
    above = next((type_arguments(b)[0] for b in cls.bases if type_name(b) == "SubGroup" and type_arguments(b)), None)
    if above is None:
        found.router(path, "app", at, (_PREFIX, "/", *text), guards)
    else:
        found.router(path, "router", at, text, guards)
        found.mount(dotted(above), path, at)


def cls_node(cls: ClassNode) -> Name:
    """The class as a place."""
    return Name(cls.start, cls.end, cls.name)


def _mapping(
    cls: ClassNode, calls: list[Call], found: Found, path: str
) -> tuple[tuple[str, ...], list[Text], Where | None]:
    verbs: tuple[str, ...] = ()
    routes: list[Text] = []
    at: Where | None = None
    for d in cls.decorators:
        if simple(d.name) in _ATTRIBUTES and d.call is not None:
            verbs += (_ATTRIBUTES[simple(d.name)],)
            routes += [found.values.text(a, path) for a in d.call.args]
            at = where(found.module, d)
    for call in calls:
        if call.receiver is not None:
            continue
        if call.name in _VERBS and call.args:
            verbs += (_VERBS[call.name],)
            routes += [found.values.text(a, path) for a in call.args]
            at = where(found.module, call)
        elif call.name == "Verbs":
            verbs += tuple((string(a) or simple(dotted(a))).upper() for a in call.args)
            at = at or where(found.module, call)
        elif call.name == "Routes":
            routes += [found.values.text(a, path) for a in call.args]
            at = where(found.module, call)
    return tuple(v for v in verbs if v), routes, at


def _body(cls: ClassNode, module: Module) -> Body | None:
    for base in cls.bases:
        given = type_arguments(base)
        if given and type_name(base) in _BASES and type_name(base) != "EndpointWithoutRequest":
            name = dotted(given[0])
            return Body(module.text(given[0]), where(module, given[0]), "req", False, None, Ref(name) if name else None)
    return None


def _calls(statement: Stmt) -> list[Call]:
    value = statement.value if isinstance(statement, Do | Assign | Return) else None
    found: list[Call] = []
    while isinstance(value, Call):
        found.insert(0, value)
        value = value.receiver
    return found


def _prefix(module: Module, found: Found) -> None:
    """`c.Endpoints.RoutePrefix = "api"`, `c.Versioning.Prefix = "ver"` and where versions stand."""
    if b"RoutePrefix" not in module.source and b".Versioning." not in module.source:
        return
    before, at = "v", None
    number: AnyExpr | None = None
    for node in statements_of(module):
        target = node.targets[0] if isinstance(node, Assign) else None
        if not isinstance(node, Assign) or not isinstance(target, Member):
            continue
        versions = dotted(target.base).endswith("Versioning")
        text = literal(found.values.text(node.value, ""))
        if target.name == "RoutePrefix" and text is not None:
            found.config.append(ConfigEntry(PREFIX_KEY, text, where(module, node)))
        elif versions and target.name == "Prefix":
            before = text if text is not None else "${?}"
            found.config.append(ConfigEntry(_VERSION_KEY, before, where(module, node)))
        elif versions and target.name == "PrependToRoute" and not _is_false(node.value):
            # Where the version stands then depends on the groups.
            found.config.append(ConfigEntry(_VERSION_KEY, "${?}", where(module, node)))
        elif versions and target.name == "DefaultVersion":
            number, at = node.value, where(module, node)
    if at is not None:
        known = isinstance(number, Const) and isinstance(number.value, int)
        end = f"/{before}{number.value}" if known and isinstance(number, Const) and number.value else ""
        found.config.append(ConfigEntry(_UNVERSIONED_KEY, end if known else "${?}", at))


def _is_false(value: AnyExpr | None) -> bool:
    return isinstance(value, Const) and value.value is False
