"""What classes, functions and assignments of a file say of themselves as views."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.facts.views import Action, View
from persona_lsp.frameworks.django import refusing
from persona_lsp.frameworks.django.choosing import chosen
from persona_lsp.frameworks.django.guards import MIXINS, decorated, of_decorator, permissions, unknown
from persona_lsp.frameworks.django.paths import from_regex
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassNode,
    Const,
    Decorator,
    FunctionNode,
    Member,
    Object,
    Str,
)
from persona_lsp.syntax.python_names import Names, flag, items_of, place, ref_name, text_of
from persona_lsp.text.patterns import lazy

VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_RESTRICTS: Final = {"require_GET": ("GET",), "require_POST": ("POST",), "require_safe": ("GET",)}
_ACTIONS: Final = frozenset({"action", "list_route", "detail_route", "link"})
_SAID: Final = frozenset(
    {
        "permission_classes", "http_method_names", "lookup_field", "lookup_url_kwarg", "lookup_value_regex",
        "pagination_class", "paginate_by", "serializer_class", "form_class", "login_required",
        "throttle_classes", "filter_backends", "filterset_fields", "filter_fields", "search_fields",
    }
)  # fmt: skip
_CHOOSING: Final = frozenset({"get_permissions", "check_permissions", "dispatch", "initial", "setup"})


def views(names: Names) -> Iterator[View]:
    """Every view of the file."""
    for cls in names.classes.values():
        view = _class(cls, names)
        if view is not None:
            yield view
    for function in names.functions.values():
        view = _function(function, names) or _asks(function, names)
        if view is not None:
            yield view
    for statement in names.module.body:
        if isinstance(statement, Assign) and isinstance(statement.value, Call) and not statement.op:
            for target in statement.targets:
                name = ref_name(target)
                made = made_of(statement.value, names) if name else None
                if made is not None:
                    of, serves, guards = made
                    yield View(name, place(statement, names.module), "made", of, serves, guards=guards)


def made_of(call: Call, names: Names) -> tuple[Ref, tuple[tuple[str, str], ...], tuple[Guard, ...]] | None:
    """The class of `X.as_view({...})`, what serves which method, and the decorators around it; None for anything else."""
    if call.name == "as_view" and isinstance(call.func, Member):
        base = ref_name(call.func.base)
        if not base:
            return None
        given = call.args[0] if call.args else call.kwarg("actions")
        serves: tuple[tuple[str, str], ...] = ()
        if isinstance(given, Object):
            serves = tuple(
                (e.name.upper(), e.value.value or "") for e in given.entries if e.name and isinstance(e.value, Str)
            )
        own = call.kwarg("permission_classes")
        return Ref(base), serves, permissions(own, Level.ROUTE, names) if own is not None else ()
    for arg in call.args[-1:]:
        if isinstance(arg, Call):
            inner = made_of(arg, names)
            if inner is not None:
                guard = of_decorator(call.func, Level.ROUTE, names)
                return inner[0], inner[1], (*((guard,) if guard is not None else ()), *inner[2])
    return None


# -- functions -------------------------------------------------------------------------------------------------------


def _function(function: FunctionNode, names: Names) -> View | None:
    if not function.decorators:
        return None
    verbs: tuple[str, ...] | None = None
    asked: tuple[Guard, ...] | None = None
    throttles: tuple[Guard, ...] | None = None
    rest = False
    for decorator in function.decorators:
        last = decorator.name.rsplit(".", 1)[-1]
        restricted = _restricted(decorator, names)
        if last == "api_view":
            rest = True
            verbs = _verbs(decorator.call.args[0] if decorator.call and decorator.call.args else None, names)
            if decorator.call is None or not decorator.call.args:
                named = decorator.call.kwarg("http_method_names") if decorator.call is not None else None
                verbs = _verbs(named, names) if named is not None else ("GET",)
        elif restricted is not None:
            verbs = restricted
        elif last == "permission_classes" and decorator.call is not None and decorator.call.args:
            asked = permissions(decorator.call.args[0], Level.ROUTE, names)
        elif last == "throttle_classes" and decorator.call is not None and decorator.call.args:
            throttles = _throttles(decorator.call.args[0], Level.ROUTE, names)
    guards = decorated(function.decorators, Level.ROUTE, names)
    if verbs is None and asked is None and not guards and not rest:
        return None
    where = place(function, names.module)
    return View(
        function.name, where, "function", verbs=verbs, permissions=asked, guards=guards, rest=rest, throttles=throttles
    )


def _asks(function: FunctionNode, names: Names) -> View | None:
    """A function that tells of a caller whether they may pass: `def is_editor(user): return user.is_authenticated and ...`."""
    if not function.params or function.params[0].name not in ("user", "u", "request"):
        return None
    if _ASKED.search(names.module.source, function.body_start, function.end) is None:
        return None
    if not refusing.of_function(function).refused:
        return None
    where = place(_name_of(function), names.module)
    return View(function.name, where, "asks", guards=(Guard(function.name, GuardKind.AUTHN, Level.CLASS, where),))


_ASKED: Final = lazy(rb"\bis_(?:authenticated|anonymous|staff|superuser)\b|\bhas_perms?\b")


def _restricted(decorator: Decorator, names: Names) -> tuple[str, ...] | None:
    last = decorator.name.rsplit(".", 1)[-1]
    if last in _RESTRICTS:
        return _RESTRICTS[last]
    if last == "require_http_methods" and decorator.call is not None and decorator.call.args:
        return _verbs(decorator.call.args[0], names)
    if last == "method_decorator" and decorator.call is not None and decorator.call.args:
        inner = decorator.call.args[0]
        return _restricted(Decorator(decorator.start, decorator.end, ref_name(inner), inner), names)
    return None


def _verbs(expr: AnyExpr | None, names: Names) -> tuple[str, ...] | None:
    """The methods of a list of their names; None if it cannot be read."""
    items = items_of(expr, names)
    if items is None:
        return None
    found: list[str] = []
    for item in items:
        if isinstance(item, Str) and item.value:
            found.append(item.value.upper())
        elif isinstance(item, Member):
            found.append((ref_name(item.base) if item.name == "value" else item.name).rsplit(".", 1)[-1].upper())
        else:
            return None
    return tuple(v for v in found if v not in ("HEAD", "OPTIONS", "TRACE"))


# -- classes ---------------------------------------------------------------------------------------------------------


def _class(cls: ClassNode, names: Names) -> View | None:
    name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    bases = [ref_name(b).rsplit(".", 1)[-1] for b in cls.bases]
    where = place(cls, names.module)
    if any(b.endswith("Router") for b in bases):
        return View(name, where, "router", slash=_slash(cls), own_routes=any(f.name == "routes" for f in cls.fields))
    deciding = next((m for m in cls.methods if m.name == "has_permission"), None)
    if deciding is not None:
        return View(name, where, "permission", guards=_demanded(deciding, names))
    fields = {f.name: f.value for f in cls.fields if f.value is not None}
    actions = tuple(a for m in cls.methods if (a := _action(m, cls, names)) is not None)
    on_methods = tuple((m.name, g) for m in cls.methods if (g := decorated(m.decorators, Level.ROUTE, names)))
    guards, verbs = _decorators(cls, names)
    mixed = tuple(
        Guard(ref_name(b).rsplit(".", 1)[-1], MIXINS[last], Level.CLASS, place(b, names.module), source=last)
        for b in cls.bases if (last := ref_name(b).rsplit(".", 1)[-1]) in MIXINS
    )  # fmt: skip
    asked: tuple[Guard, ...] | None = None
    if "permission_classes" in fields:
        asked = permissions(fields["permission_classes"], Level.CLASS, names)
    choosing = next((m for m in cls.methods if m.name in _CHOOSING and _may_refuse(m, names)), None)
    by_action: tuple[tuple[str, str, tuple[Guard, ...] | None], ...] = ()
    if choosing is not None and choosing.name == "get_permissions":
        by_action = chosen(choosing, cls, names)
        if not by_action:
            asked = (unknown(_name_of(choosing), Level.CLASS, names),)
    elif choosing is not None:
        guards = (*guards, unknown(_name_of(choosing), Level.CLASS, names))
    if "http_method_names" in fields:
        verbs = _verbs(fields["http_method_names"], names) if verbs is None else verbs
    says = actions or on_methods or guards or by_action or mixed or asked is not None or verbs is not None
    if not says and _SAID.isdisjoint(fields) and not any(b.endswith(("View", "ViewSet", "Mixin")) for b in bases):
        return None
    return View(
        name, where, verbs=verbs, permissions=asked, chosen=by_action, guards=(*guards, *mixed), on_methods=on_methods, actions=actions,
        lookup_field=_text(fields.get("lookup_field"), names),
        lookup_argument=_text(fields.get("lookup_url_kwarg"), names),
        lookup_pattern=_text(fields.get("lookup_value_regex"), names), pages=_pages(fields.get("pagination_class")),
        body=_reference(fields.get("serializer_class") or fields.get("form_class")),
        throttles=_throttles(fields.get("throttle_classes"), Level.CLASS, names),
        backends=_backends(fields.get("filter_backends"), names),
        filters=_filters(fields.get("filterset_fields") or fields.get("filter_fields"), names),
        searches=_some(fields.get("search_fields"), names),
    )  # fmt: skip


def _demanded(method: FunctionNode, names: Names) -> tuple[Guard, ...]:
    """What a `has_permission` looks at: who calls, which role, and for which methods of the request."""
    body = names.module.source[method.body_start : method.end]
    where = place(_name_of(method), names.module)
    if b".method" not in body:
        told = refusing.of_function(method)
        return (_of_verdict(told, body, where, ()),)
    verdicts = refusing.by_method(method)
    if len(set(verdicts.values())) == 1:
        return (_of_verdict(next(iter(verdicts.values())), body, where, ()),)
    return tuple(
        _of_verdict(told, body, where, tuple(m for m, other in verdicts.items() if other == told))
        for told in dict.fromkeys(verdicts.values()) if not told.passes
    )  # fmt: skip


def _of_verdict(told: refusing.Verdict, body: bytes, where: Where, methods: tuple[str, ...]) -> Guard:
    kind, needs = GuardKind.UNKNOWN, None
    if told.refused:
        role = _LOOKS_AT_ROLE.search(body) is not None
        # What looks at the path asks for a right, not for a name alone.
        kind = GuardKind.ROLE if role else GuardKind.AUTHZ if b"kwargs" in body else GuardKind.AUTHN
    elif told.needs == {refusing.SUPER} and not methods:
        kind = GuardKind.OTHER  # as its bases
    elif told.needs:
        needs = Ref(" ".join(sorted(told.needs)))  # who may pass, other functions say, perhaps of other files
    return Guard("has_permission", kind, Level.CLASS, where, needs, methods=methods)


_LOOKS_AT_ROLE: Final = lazy(rb"\bis_(?:staff|superuser|admin)\b|\bhas_(?:module_)?perms?\(")


def _name_of(function: FunctionNode) -> Const:
    """The name of a function as a node, for its place."""
    return Const(function.name_start, function.name_end, None)


def _may_refuse(method: FunctionNode, names: Names) -> bool:
    """An overridden step of the request may let nobody pass; one that has no word about callers does not."""
    if method.name in ("get_permissions", "check_permissions"):
        return True
    body = names.module.source[method.body_start : method.end]
    return any(w in body for w in (b"auth", b"login", b"permission", b"Denied", b"Forbidden", b"is_staff", b"user."))


def _slash(cls: ClassNode) -> str | None:
    for field in cls.fields:
        if field.name == "trailing_slash":
            return field.value.value if isinstance(field.value, Str) else None
    for method in cls.methods:
        if method.name != "__init__":
            continue
        for statement in method.body:
            if isinstance(statement, Assign) and any(ref_name(t) == "self.trailing_slash" for t in statement.targets):
                value = statement.value
                return value.value if isinstance(value, Str) else None
    return None


def _decorators(cls: ClassNode, names: Names) -> tuple[tuple[Guard, ...], tuple[str, ...] | None]:
    """`@method_decorator(login_required, name="dispatch")` over a class: guards, and the methods that it lets in."""
    guards: list[Guard] = []
    verbs: tuple[str, ...] | None = None
    for decorator in cls.decorators:
        call = decorator.call
        last = decorator.name.rsplit(".", 1)[-1]
        if last == "method_decorator" and call is not None:
            named = call.kwarg("name")
            target = named.value if isinstance(named, Str) else None
            guard = of_decorator(call, Level.CLASS, names)
            if guard is not None and target is not None and target != "dispatch":
                methods = (target.upper(),) if target in VERBS else ()
                kind = guard.kind if methods else GuardKind.UNKNOWN
                guard = Guard(guard.name, kind, guard.level, guard.where, guard.symbol, guard.source, methods=methods)
            if guard is not None:
                guards.append(guard)
            verbs = verbs or (_restricted(decorator, names) if target == "dispatch" else None)
        elif (guard := of_decorator(decorator.value, Level.CLASS, names)) is not None and last != "login_required":
            guards.append(guard)  # over a class, `login_required` guards nothing
    return tuple(guards), verbs


def _action(method: FunctionNode, cls: ClassNode, names: Names) -> Action | None:
    for decorator in method.decorators:
        last = decorator.name.rsplit(".", 1)[-1]
        if last not in _ACTIONS or decorator.name.endswith("admin.action") or decorator.name.endswith("display"):
            continue
        call = decorator.call
        detail = flag(call.kwarg("detail")) if call is not None else None
        if last == "action" and (call is None or not {k.name for k in call.kwargs} & {"detail", "methods"}):
            continue  # an action of the administration
        if last in ("detail_route", "link"):
            detail = True
        verbs = _verbs(call.kwarg("methods") or (call.args[0] if call.args else None), names) if call else None
        if call is not None and call.kwarg("methods") is None and not call.args:
            verbs = ("GET",)
        if call is not None and detail is None and call.kwarg("detail") is not None:
            return None  # nobody knows where it is served
        serves = tuple((v, method.name) for v in verbs or (("GET",) if call is None else ()))
        path = call.kwarg("url_path") if call is not None else None
        own = call.kwarg("permission_classes") if call is not None else None
        return Action(
            method.name, place(method, names.module),
            from_regex(text_of(path, names.module)) if path is not None else (method.name,),
            (*serves, *_mapped(method.name, cls)), bool(detail),
            permissions(own, Level.ROUTE, names) if own is not None else None,
        )  # fmt: skip
    return None


def _mapped(name: str, cls: ClassNode) -> Iterator[tuple[str, str]]:
    """`@name.mapping.delete` over other methods: the same path, another HTTP method."""
    for method in cls.methods:
        for decorator in method.decorators:
            owner, _, verb = decorator.name.rpartition(".")
            if owner == f"{name}.mapping" and verb in VERBS:
                yield verb.upper(), method.name


def _text(expr: AnyExpr | None, names: Names) -> Text | None:
    return None if expr is None or isinstance(expr, Const) else text_of(expr, names.module)


def _pages(expr: AnyExpr | None) -> str | None:
    if isinstance(expr, Const) and expr.value is None:
        return ""
    return ref_name(expr) or None


def _throttles(expr: AnyExpr | None, level: Level, names: Names) -> tuple[Guard, ...] | None:
    items = items_of(expr, names)
    if items is None:
        return None
    return tuple(
        Guard(ref_name(i).rsplit(".", 1)[-1], GuardKind.RATE_LIMIT, level, place(i, names.module), source=ref_name(i))
        for i in items if ref_name(i)
    )  # fmt: skip


def _backends(expr: AnyExpr | None, names: Names) -> tuple[str, ...] | None:
    items = items_of(expr, names)
    return None if items is None else tuple(ref_name(item).rsplit(".", 1)[-1] for item in items)


def _filters(expr: AnyExpr | None, names: Names) -> tuple[str, ...] | None:
    """`["name"]`, and `{"price": ["exact", "lt"]}` as `price`, `price__lt`."""
    if isinstance(expr, Object):
        found: list[str] = []
        for entry in expr.entries:
            kinds = items_of(entry.value, names)
            if not entry.name or kinds is None:
                return None
            words = [k.value if isinstance(k, Str) else None for k in kinds]
            found += [entry.name if word == "exact" else f"{entry.name}__{word}" for word in words if word]
        return tuple(found)
    items = items_of(expr, names)
    if items is None or not all(isinstance(i, Str) and i.value for i in items):
        return None
    return tuple(i.value for i in items if isinstance(i, Str) and i.value)


def _some(expr: AnyExpr | None, names: Names) -> bool | None:
    items = items_of(expr, names)
    return None if items is None else bool(items)


def _reference(expr: AnyExpr | None) -> Ref | None:
    name = ref_name(expr)
    return Ref(name) if name else None
