"""django-ninja and django-ninja-extra: operations of APIs, routers and controllers."""

import re
from typing import Final

from persona_lsp.facts.http import Declared, Doc, ErrorHandler, Guard, GuardKind, Level, Mount, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.django.found import Found
from persona_lsp.frameworks.django.guards import permissions
from persona_lsp.frameworks.django.ninja_inputs import inputs
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassDef,
    ClassNode,
    Const,
    Def,
    Do,
    FunctionNode,
    If,
    Items,
    Lambda,
    Member,
    Object,
    Stmt,
    Str,
    Try,
)
from persona_lsp.syntax.python_names import flag, items_of, numbered, origin, place, ref_name, text_of
from persona_lsp.text.patterns import lazy

_APIS: Final = frozenset({"NinjaAPI", "NinjaExtraAPI"})
_VERBS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_EXTRA: Final = {f"http_{verb}": verb for verb in _VERBS}
_CONVERTED: Final = lazy(r"\{(\w+):(\w+)\}")
_KINDS: Final = {"int": "int", "str": "", "path": "path", "slug": "[-a-zA-Z0-9_]+"}
_AUTH: Final = "auth"


def read_ninja(body: tuple[Stmt, ...], found: Found, *, conditional: bool = False) -> None:
    """Read the APIs, routers and operations among the statements of a file."""
    for statement in body:
        match statement:
            case Assign(op="", value=Call() as call):
                for target in statement.targets:
                    name = ref_name(target)
                    if name:
                        _made(name, call, found, conditional)
            case Do(value=Call() as call):
                _called(call, found, conditional)
            case Def(function=function):
                _decorated(function, found, conditional)
            case ClassDef(cls=cls):
                _controller(cls, found)
            case If(then=then, orelse=orelse):
                read_ninja(then, found, conditional=True)
                read_ninja(orelse, found, conditional=True)
            case Try(body=inner):
                read_ninja(inner, found, conditional=conditional)
            case _:
                pass


def _made(name: str, call: Call, found: Found, conditional: bool) -> None:
    module, last = origin(call.func, found.names)
    root = module.split(".", 1)[0]
    if last in _APIS or (last.endswith("NinjaAPI") and not module.startswith("django.")):
        level = Level.APP
    elif last.endswith("Router") and (root in ("ninja", "ninja_extra") or last == "NinjaRouter"):
        level = Level.ROUTER
    else:
        return
    found.routers[name] = Router(
        name, "router", "django", place(call, found.names.module),
        guards=_auth(call.kwarg("auth"), level, found), conditional=conditional,
    )  # fmt: skip


def _called(call: Call, found: Found, conditional: bool) -> None:
    """`api.add_router("/events", router)`, `api.register_controllers(A, B)`."""
    if not isinstance(call.func, Member):
        return
    holder = ref_name(call.func.base)
    if not holder or (holder not in found.routers and holder not in found.names.imports):
        return
    module = found.names.module
    where = place(call, module)
    if call.name == "add_router":
        prefix = call.args[0] if call.args else call.kwarg("prefix")
        router = call.args[1] if len(call.args) > 1 else call.kwarg("router")
        child = Ref(f"@{router.value}") if isinstance(router, Str) and router.value else Ref(ref_name(router))
        if prefix is not None and child.name:
            guards = _auth(call.kwarg("auth"), Level.ROUTER, found)
            found.mounts.append(
                Mount(
                    Ref(holder), child, "django", where, found.next_order(), _path(prefix, found), guards, conditional
                )
            )
    elif call.name == "register_controllers":
        for arg in call.args:
            name = ref_name(arg)
            if name:
                found.mounts.append(Mount(Ref(holder), Ref(name), "django", place(arg, module), found.next_order()))
            elif isinstance(arg, Str) and arg.value:
                found.mounts.append(Mount(Ref(holder), Ref(f"@{arg.value}"), "django", where, found.next_order()))


def _path(expr: AnyExpr, found: Found) -> Text:
    text = text_of(expr, found.names.module)
    return tuple(_CONVERTED.sub(_parameter, part) if isinstance(part, str) else part for part in text)


def _parameter(match: re.Match[str]) -> str:
    pattern = _KINDS.get(match[1], f"(?!{match[1]})")
    return "{" + match[2] + (f":{pattern}" if pattern else "") + "}"


# -- operations ------------------------------------------------------------------------------------------------------


def _decorated(function: FunctionNode, found: Found, conditional: bool) -> None:
    for decorator in function.decorators:
        call = decorator.call
        if call is None or not isinstance(call.func, Member):
            continue
        holder = ref_name(call.func.base)
        known = holder in found.routers or _is_imported(holder, found)
        if not known:
            continue
        if call.name in _VERBS or call.name == "api_operation":
            key = numbered(function.name, function, found.names.module, found.starts)
            _operation(function, call, holder, key, found, conditional)
        elif call.name == "exception_handler" and call.args:
            name = ref_name(call.args[0])
            if name:
                where = place(decorator, found.names.module)
                found.error_handlers.append(ErrorHandler(name, where, handler_key=function.name, router=Ref(holder)))
                found.failing.add(function.start)


def _is_imported(holder: str, found: Found) -> bool:
    """The router is another file's: `from app.api import api`, in a file that has nothing of other frameworks."""
    return holder in found.names.imports and holder.endswith(("api", "router"))


def _operation(
    function: FunctionNode, call: Call, holder: str, key: str, found: Found, conditional: bool,
    verb: str = "",
) -> None:  # fmt: skip
    module = found.names.module
    path = call.args[0] if call.args else call.kwarg("path")
    methods: tuple[str, ...] = ((verb or call.name).upper(),)
    if call.name == "api_operation":
        listed = items_of(call.args[0] if call.args else call.kwarg("methods"), found.names)
        path = call.args[1] if len(call.args) > 1 else call.kwarg("path")
        methods = tuple(i.value.upper() for i in listed or () if isinstance(i, Str) and i.value)
    if not methods or (path is None and not verb):
        return
    text = _path(path, found) if path is not None else ()
    start = function.start if function.outer_start < 0 else function.outer_start
    name_start = call.func.name_start if isinstance(call.func, Member) else call.func.start
    where = Where(module.path, name_start, path.end if path is not None else call.func.end)
    names = frozenset(re.findall(r"\{(\w+)", "".join(p for p in text if isinstance(p, str))))
    declared = inputs(function, names, found.names)
    found.handled[function.start] = declared
    found.routes.append(
        Route(
            methods, text, "django", where, Where(module.path, start, function.end), found.next_order(), Ref(holder),
            handler_key=key, handler_name=key.partition("#")[0], guards=_own_auth(call, found), params=declared.params,
            body=declared.body, declared=tuple(_statuses(call, where, found)), doc=_doc(call, function),
            conditional=conditional, path_where=place(path, module) if path is not None else None,
            method_where=Where(module.path, name_start, call.func.end),
        )
    )  # fmt: skip


def _statuses(call: Call, where: Where, found: Found) -> list[Declared]:
    """What is answered where the function says nothing, and what `response={...}` documents."""
    given = call.kwarg("response")
    out = [Declared(200, where, is_default=True)]
    if isinstance(given, Object):
        for entry in given.entries:
            known = status_of(entry.key)
            number = known[0] if known is not None else int(entry.name) if entry.name.isdigit() else None
            out.append(Declared(number, place(entry, found.names.module), documented_only=True))
    return out


def _doc(call: Call, function: FunctionNode) -> Doc:
    def literal(name: str) -> str:
        given = call.kwarg(name)
        return given.value or "" if isinstance(given, Str) else ""

    return Doc(
        literal("summary"), literal("description") or function.doc, operation_id=literal("operation_id"),
        deprecated=flag(call.kwarg("deprecated")) is True, hidden=flag(call.kwarg("include_in_schema")) is False,
    )  # fmt: skip


# -- controllers -----------------------------------------------------------------------------------------------------


def _controller(cls: ClassNode, found: Found) -> None:
    """`@api_controller("/users")` over a class, with `@http_get("/x")` or `@route.get("/x")` over its methods."""
    made = next((d for d in cls.decorators if d.name.rsplit(".", 1)[-1] == "api_controller"), None)
    if made is None:
        return
    call = made.call
    prefix = (call.args[0] if call.args else call.kwarg("prefix_or_class")) if call is not None else None
    guards = _auth(call.kwarg("auth"), Level.CLASS, found) if call is not None else ()
    guards += _permissions(call, Level.CLASS, found)
    name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    found.routers[name] = Router(
        name, "router", "django", place(cls, found.names.module),
        (_path(prefix, found) if prefix is not None else (),), guards,
    )  # fmt: skip
    # A method that is written again stands for both of that name.
    for method in {m.name: m for m in cls.methods}.values():
        again = sum(m.name == method.name for m in cls.methods) - 1
        key = f"{name}.{method.name}#{again}" if again else f"{name}.{method.name}"
        for decorator in method.decorators:
            last = decorator.name.rsplit(".", 1)[-1]
            verb = _EXTRA.get(last, last if decorator.name.startswith("route.") and last in _VERBS else "")
            if verb and decorator.call is not None:
                _operation(method, decorator.call, name, key, found, False, verb)


def _permissions(call: Call | None, level: Level, found: Found) -> tuple[Guard, ...]:
    given = call.kwarg("permissions") if call is not None else None
    if given is None:
        return ()
    return permissions(given, level, found.names)


# -- who may call ----------------------------------------------------------------------------------------------------


def _own_auth(call: Call, found: Found) -> tuple[Guard, ...]:
    return (*_auth(call.kwarg("auth"), Level.ROUTE, found), *_permissions(call, Level.ROUTE, found))


def _auth(expr: AnyExpr | None, level: Level, found: Found) -> tuple[Guard, ...]:
    """`auth=...`: takes the place of what stands further out; `auth=None` lets everybody in."""
    if expr is None or ref_name(expr) == "NOT_SET":
        return ()
    where = place(expr, found.names.module)
    source = found.names.module.text(expr)[:80]
    instead = Guard(_AUTH, GuardKind.OTHER, level, where, source=source, skips=_AUTH)
    if isinstance(expr, Const) and expr.value is None:
        return (instead,)
    items = expr.items if isinstance(expr, Items) else (expr,)
    sure = all(_refuses(item) for item in items)
    kind = GuardKind.AUTHN if sure and items else GuardKind.UNKNOWN
    return (instead, Guard(_AUTH, kind, level, where, source=source))


def _refuses(item: AnyExpr) -> bool:
    """What is given as `auth` refuses who is not known; one that is told otherwise may not."""
    if isinstance(item, Lambda):
        return False
    if isinstance(item, Call):
        return not any(flag(k.value) is not None for k in item.kwargs) and bool(ref_name(item.func))
    return bool(ref_name(item))
