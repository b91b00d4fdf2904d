"""Routers of REST framework: `router.register("articles", ArticleViewSet)`."""

from typing import Final

from persona_lsp.facts.http import Mount, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.facts.views import Registry
from persona_lsp.frameworks.django.found import Found
from persona_lsp.frameworks.django.paths import from_regex
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, Do, For, If, Items, Member, Name, Stmt, Str, Try
from persona_lsp.syntax.python_names import flag, items_of, place, ref_name, text_of

_FOREIGN: Final = frozenset(
    {"APIRouter", "Router", "DatabaseRouter", "URLRouter", "ProtocolTypeRouter", "ChannelNameRouter"}
)
"""Called routers, but of other things: `Router` is django-ninja's."""


def read_routers(body: tuple[Stmt, ...], found: Found, *, conditional: bool = False) -> None:
    """Read the routers that the statements of a file make and fill."""
    for statement in body:
        match statement:
            case Assign(op="", value=Call() as call):
                for target in statement.targets:
                    name = ref_name(target)
                    if name and _made(call, found):
                        _router(name, call, found, conditional)
                    elif name:
                        registered = _registered(call, found, conditional, {})
                        if registered:
                            found.registries[name] = registered
                            found.routers[name] = Router(name, "router", "django", place(call, found.names.module))
            case Do(value=Call() as call):
                _done(call, found, conditional, {})
            case If(then=then, orelse=orelse):
                read_routers(then, found, conditional=True)
                read_routers(orelse, found, conditional=True)
            case Try(body=tried, orelse=orelse):
                read_routers(tried, found, conditional=conditional)
                read_routers(orelse, found, conditional=conditional)
            case For() if statement.target is not None and statement.iterable is not None:
                _loop(statement, statement.target, statement.iterable, found, conditional)
            case _:
                pass


def _loop(statement: For, target: AnyExpr, iterable: AnyExpr, found: Found, conditional: bool) -> None:
    """`for prefix, view in [("a", A), ("b", B)]: router.register(prefix, view)` is as good as written out."""
    for item in items_of(iterable, found.names) or ():
        values: dict[str, AnyExpr] = {}
        if isinstance(target, Name):
            values[target.id] = item
        elif isinstance(target, Items) and isinstance(item, Items) and len(target.items) == len(item.items):
            values = {t.id: i for t, i in zip(target.items, item.items, strict=True) if isinstance(t, Name)}
        for inner in statement.body:
            if isinstance(inner, Do) and isinstance(inner.value, Call) and inner.value.name == "register":
                spread = inner.value.args
                if isinstance(target, Name) and len(spread) == 1 and isinstance(item, Items):
                    call = Call(inner.value.start, inner.value.end, inner.value.func, item.items, inner.value.kwargs)
                    _done(call, found, conditional, values)
                else:
                    _done(inner.value, found, conditional, values)


def _made(call: Call, found: Found) -> bool:
    name = call.name
    if not name.endswith("Router") or name in _FOREIGN:
        return False
    module, _ = found.names.imports.get(ref_name(call.func).split(".", 1)[0], ("", ""))
    return module.split(".", 1)[0] not in ("fastapi", "ninja", "channels", "starlette", "aiogram")


def _router(name: str, call: Call, found: Found, conditional: bool) -> None:
    names = found.names
    given = call.kwarg("trailing_slash")
    slash: str | None = None
    if given is not None:
        on = flag(given)
        slash = "/" if on else "" if on is False else given.value if isinstance(given, Str) else None
    parent = lookup = None
    below = call.args[1] if len(call.args) > 1 else call.kwarg("parent_prefix")
    if call.args and "Nested" in call.name:
        parent = ref_name(call.args[0])
        lookup = call.kwarg("lookup")
    found.registries[name] = Registry(
        Ref(ref_name(call.func)), slash, Ref(parent) if parent else None,
        text_of(below, names.module) if parent else (), lookup.value or "" if isinstance(lookup, Str) else "nested_1",
    )  # fmt: skip
    found.routers[name] = Router(name, "router", "django", place(call, names.module), conditional=conditional)


def _done(call: Call, found: Found, conditional: bool, values: dict[str, AnyExpr]) -> None:
    if not isinstance(call.func, Member):
        return
    holder = ref_name(call.func.base)
    if call.name == "register":
        _registered(call, found, conditional, values)
    elif call.name == "extend" and holder.endswith(".registry") and call.args:
        other = ref_name(call.args[0]).removesuffix(".registry")
        own = holder.removesuffix(".registry")
        if other:
            where = place(call, found.names.module)
            found.mounts.append(
                Mount(Ref(own), Ref(other), "django", where, found.next_order(), conditional=conditional)
            )


def _registered(call: Call, found: Found, conditional: bool, values: dict[str, AnyExpr]) -> Registry | None:
    """Add the route of one registration; what it gives back, where it can be registered on itself (drf-extensions)."""
    if call.name != "register" or not isinstance(call.func, Member):
        return None
    names = found.names
    holder: AnyExpr = call.func.base
    outer: Registry | None = None
    if isinstance(holder, Call):
        outer = _registered(holder, found, conditional, values)
        name = outer.parent.name if outer is not None and outer.parent is not None else ""
    else:
        name = ref_name(holder)
        known = found.registries.get(name)
        if known is not None and known.lookup == "<registered>":
            outer = known
            name = known.parent.name if known.parent is not None else ""
    prefix = call.args[0] if call.args else call.kwarg("prefix")
    view = call.args[1] if len(call.args) > 1 else call.kwarg("viewset")
    if not name or prefix is None or view is None or name.endswith(("site", "library")):
        return None
    if isinstance(prefix, Name) and prefix.id in values:
        prefix = values[prefix.id]
    if isinstance(view, Name) and view.id in values:
        view = values[view.id]
    target = ref_name(view)
    if not target or isinstance(prefix, Items | Call) or (name not in found.registries and name not in names.imports):
        return None
    path = from_regex(text_of(prefix, names.module))
    if outer is not None:
        lookups = items_of(call.kwarg("parents_query_lookups"), names)
        if not lookups or not isinstance(lookups[-1], Str):
            return None
        path = (*outer.below, "/{parent_lookup_" + (lookups[-1].value or "") + "}/", *path)
    found.routes.append(
        Route(
            ("ANY",), path, "django", Where(names.module.path, call.func.name_start, prefix.end),
            place(call, names.module), found.next_order(), Ref(name), Ref(target),
            handler_name=target.rsplit(".", 1)[-1], conditional=conditional,
            path_where=place(prefix, names.module), view="registered",
        )
    )  # fmt: skip
    return Registry(Ref(""), None, Ref(name), path, "<registered>")
