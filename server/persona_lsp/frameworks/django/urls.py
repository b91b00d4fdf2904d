"""URLconfs: `urlpatterns` and the lists that it is made of, as routers, mounts and routes."""

from typing import Final

from persona_lsp.facts.http import Guard, Level, Mount, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Part, Ref, Text
from persona_lsp.frameworks.django.found import Found
from persona_lsp.frameworks.django.guards import of_decorator
from persona_lsp.frameworks.django.paths import converted, from_regex
from persona_lsp.frameworks.django.views import made_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    Do,
    Each,
    For,
    If,
    Items,
    Lambda,
    Member,
    Name,
    Spread,
    Stmt,
    Str,
    Ternary,
    Try,
)
from persona_lsp.syntax.python_names import place, ref_name, text_of

SITE: Final = "<site>"
"""The application: `ROOT_URLCONF` is mounted on it."""
_CONSTANTS: Final = 6
"""How deep constants stand for constants."""
_PATTERNS: Final = {"path": converted, "re_path": from_regex, "url": from_regex}
_WRAPPERS: Final = frozenset(
    {
        "format_suffix_patterns", "i18n_patterns", "list", "tuple", "never_cache", "decorator_include", "required",
        "patterns",
    }
)  # fmt: skip
_STATIC: Final = frozenset({"static", "staticfiles_urlpatterns", "debug_toolbar_urls"})
_NOT_HTTP: Final = frozenset({"websocket_urlpatterns", "ws_urlpatterns", "http_urlpatterns", "websocket_patterns"})
_CONCATENATED: Final = frozenset({"+", "|"})


def read_patterns(body: tuple[Stmt, ...], found: Found, *, conditional: bool = False) -> None:
    """Read the lists of patterns among the statements of a file."""
    for statement in body:
        match statement:
            case Assign(value=value) if value is not None and statement.op in ("", "+"):
                for target in statement.targets:
                    name = ref_name(target)
                    if name and _is_list(name, value, found):
                        _listed(value, name, target, found, conditional)
            case Do(value=Call() as call):
                _called(call, found, conditional)
            case If(then=then, orelse=orelse):
                read_patterns(then, found, conditional=True)
                read_patterns(orelse, found, conditional=True)
            case Try(body=tried, orelse=orelse):
                read_patterns(tried, found, conditional=conditional)
                read_patterns(orelse, found, conditional=conditional)
            case For():
                pass  # what a loop adds, only running it tells
            case _:
                pass


def _is_list(name: str, value: AnyExpr, found: Found) -> bool:
    """The value is a list of patterns, or is added to one."""
    if name in _NOT_HTTP:
        return False
    if name == "urlpatterns" or name in found.routers:
        return name not in found.registries
    if isinstance(value, Member) and value.name == "urls" and ref_name(value.base) in found.registries:
        return True
    return any(isinstance(i, Call) and i.name in _PATTERNS for i in _first_items(value))


def _first_items(value: AnyExpr) -> tuple[AnyExpr, ...]:
    match value:
        case Items(items=items):
            # `patterns, app_name = ([path(...)], "shop")`: a pair of a list and the name of an application
            return items[0].items if items and isinstance(items[0], Items) else items
        case Binary(left=left, right=right):
            return (*_first_items(left), *_first_items(right))
        case Call(args=args) if value.name in _WRAPPERS:
            return tuple(i for a in args for i in ((a,) if isinstance(a, Call) else _first_items(a)))
        case _:
            return ()


def _router(symbol: str, node: AnyExpr, found: Found) -> None:
    if symbol not in found.routers:
        found.routers[symbol] = Router(symbol, "router", "django", place(node, found.names.module))


def _listed(value: AnyExpr, symbol: str, node: AnyExpr, found: Found, conditional: bool) -> None:
    _router(symbol, node, found)
    add(value, symbol, found, conditional)


def _called(call: Call, found: Found, conditional: bool) -> None:
    """`urlpatterns.append(path(...))`, `.extend([...])`, `.insert(0, ...)`."""
    if not isinstance(call.func, Member) or call.name not in ("append", "extend", "insert"):
        return
    holder = ref_name(call.func.base)
    if holder not in found.routers or holder in found.registries or not call.args:
        return
    given = call.args[-1]
    if call.name == "extend":
        add(given, holder, found, conditional, unordered=False)
    else:
        _item(given, holder, found, conditional, unordered=call.name == "insert")


def add(value: AnyExpr, symbol: str, found: Found, conditional: bool, *, unordered: bool = False) -> None:
    """Everything that an expression adds to a list of patterns."""
    match value:
        case Items(items=items):
            if (
                value.kind == "tuple"
                and len(items) == 2
                and isinstance(items[1], Str)
                and not isinstance(items[0], Call)
            ):
                add(items[0], symbol, found, conditional, unordered=unordered)
                return
            for item in items:
                _item(item, symbol, found, conditional, unordered=unordered)
        case Binary(op=op, left=left, right=right) if op in _CONCATENATED:
            add(left, symbol, found, conditional, unordered=unordered)
            add(right, symbol, found, conditional, unordered=unordered)
        case Ternary(then=then, orelse=orelse):
            add(then, symbol, found, True, unordered=unordered)
            add(orelse, symbol, found, True, unordered=unordered)
        case Call() if value.name == "i18n_patterns":
            _translated(value, symbol, found, conditional)
        case Call() if value.name == "patterns":
            _old(value, symbol, found, conditional)
        case Call() if value.name in _WRAPPERS:
            for arg in value.args[:1]:
                add(arg, symbol, found, conditional, unordered=unordered)
        case Name() | Member():
            _mount((), value, symbol, value, found, conditional, ())
        case _:
            pass


def _item(item: AnyExpr, symbol: str, found: Found, conditional: bool, *, unordered: bool = False) -> None:
    match item:
        case Call() if item.name in _PATTERNS:
            _pattern(item, symbol, found, conditional, unordered=unordered)
        case Call() if item.name in _STATIC:
            pass
        case Call() if item.name in _WRAPPERS:
            add(item, symbol, found, conditional, unordered=unordered)
        case Spread(value=value):
            add(value, symbol, found, conditional, unordered=unordered)
        case Ternary(then=then, orelse=orelse):
            _item(then, symbol, found, True, unordered=unordered)
            _item(orelse, symbol, found, True, unordered=unordered)
        case Each():
            pass  # what a comprehension adds, only running it tells
        case _:
            pass


def _translated(call: Call, symbol: str, found: Found, conditional: bool) -> None:
    """`i18n_patterns(...)`: below the language, which is that of the settings unless it is said to be left out."""
    inner = found.new_symbol("i18n")
    _router(inner, call, found)
    for arg in call.args:
        _item(arg, inner, found, conditional)
    given = call.kwarg("prefix_default_language")
    bare = given is not None and found.names.module.text(given) == "False"
    prefix: Text = () if bare else (Ref("${LANGUAGE_CODE:en-us}"), "/")
    where = place(call, found.names.module)
    found.mounts.append(
        Mount(Ref(symbol), Ref(inner), "django", where, found.next_order(), prefix, conditional=conditional)
    )


def _old(call: Call, symbol: str, found: Found, conditional: bool) -> None:
    """`patterns("app.views", url(r"^$", "index"))`, as it was before Django 1.10."""
    first = call.args[0] if call.args else None
    before = first.value or "" if isinstance(first, Str) else ""
    for arg in call.args[1:]:
        if isinstance(arg, Call) and arg.name in _PATTERNS:
            _pattern(arg, symbol, found, conditional, before=before)


def _pattern(
    call: Call, symbol: str, found: Found, conditional: bool, *, unordered: bool = False, before: str = ""
) -> None:
    """`path(route, view)`."""
    route = call.args[0] if call.args else call.kwarg("route") or call.kwarg("regex")
    view = call.args[1] if len(call.args) > 1 else call.kwarg("view")
    if route is None or view is None:
        return
    if isinstance(route, Call) and route.args and route.name in ("_", "gettext_lazy", "pgettext_lazy", "gettext"):
        route = route.args[-1]  # the text that translations are looked up by
    path = _PATTERNS[call.name](_text(route, found))
    _view(view, path, call, route, symbol, found, conditional, unordered=unordered, before=before)


def _text(expr: AnyExpr, found: Found) -> Text:
    """The text of a route; `settings.API_PREFIX` is what the settings say."""
    names = found.names
    text = _whole(text_of(expr, names.module), found)
    if names.imports.get("settings") != ("django.conf", "settings"):
        return text
    return tuple(
        Ref("${" + part.name + "}") if isinstance(part, Ref) and part.name.startswith("settings.") else part
        for part in text
    )


def _whole(text: Text, found: Found, depth: int = 0) -> Text:
    """The text with the constants of this file in their places: half a regular expression may stand in each."""
    out: list[Part] = []
    for part in text:
        held = found.names.values.get(part.name) if isinstance(part, Ref) and depth < _CONSTANTS else None
        known = isinstance(held, Str | Binary)
        out.extend(_whole(text_of(held, found.names.module), found, depth + 1) if known else (part,))
    return tuple(out)


def _view(
    view: AnyExpr, path: Text, call: Call, route: AnyExpr, symbol: str, found: Found, conditional: bool,
    guards: tuple[Guard, ...] = (), *, unordered: bool = False, before: str = "",
) -> None:  # fmt: skip
    names = found.names

    def register(kind: str, ref: Ref | None, serves: tuple[tuple[str, str], ...] = (), key: str = "") -> None:
        found.routes.append(
            Route(
                ("ANY",), path, "django", Where(names.module.path, call.start, route.end), place(call, names.module),
                found.next_order(unordered=unordered), Ref(symbol), ref, key,
                handler_name=ref.name.rsplit(".", 1)[-1] if ref is not None else key, guards=guards,
                conditional=conditional, path_where=place(route, names.module), view=kind, serves=serves,
                unknown_params=len(call.args) > 2 or call.kwarg("kwargs") is not None,
            )
        )  # fmt: skip

    match view:
        case Str(value=str(dotted)) if dotted:
            register("named", Ref(f"@{before}.{dotted}" if before else f"@{dotted}"))
        case Lambda(function=function):
            key = f"lambda {found.order}"
            found.inline[function.start] = key
            register("", None, key=key)
        case Member(name="urls") | Items():
            _mount(path, view, symbol, call, found, conditional, guards, unordered=unordered)
        case Name() | Member():
            name = ref_name(view)
            if name:
                register("named", Ref(name))
        case Call() if view.name == "include" or view.name.endswith("_include"):
            included = view.args[-1] if view.name != "include" and len(view.args) > 1 else None
            guard = of_decorator(view.args[0], Level.ROUTER, names) if included is not None else None
            target = included or (view.args[0] if view.args else view.kwarg("arg"))
            if target is not None:
                more = (*guards, *((guard,) if guard is not None else ()))
                _mount(path, target, symbol, call, found, conditional, more, unordered=unordered)
        case Call():
            made = made_of(view, names)
            if made is not None:
                guards = (*guards, *made[2])
                register("set" if made[1] else "class", made[0], made[1])
                return
            wrapped = next((a for a in reversed(view.args) if isinstance(a, Name | Member | Call | Lambda)), None)
            last = view.name
            guard = of_decorator(view.func, Level.ROUTE, names)
            if wrapped is not None and (len(view.args) == 1 or last == "partial") and not last[:1].isupper():
                more = (*guards, *((guard,) if guard is not None else ()))
                _view(
                    wrapped, path, call, route, symbol, found, conditional, more, unordered=unordered, before=before
                )  # fmt: skip
                return
            register("named", None)
        case _:
            pass


def _mount(
    path: Text, target: AnyExpr, symbol: str, node: AnyExpr, found: Found, conditional: bool,
    guards: tuple[Guard, ...], *, unordered: bool = False,
) -> None:  # fmt: skip
    """Patterns of another list, module or router below a path."""
    names = found.names
    child: Ref | None = None
    match target:
        case Str(value=str(dotted)) if dotted:
            child = Ref(f"@{dotted}")
        case Str() | Binary():
            text = text_of(target, names.module)
            child = Ref(f"@{''.join(text)}") if all(isinstance(p, str) for p in text) else None  # type: ignore[arg-type]  # every part was just tested to be str
        case Items(items=items, kind="tuple") if items and (len(items) > 1 and not isinstance(items[-1], Call)):
            _mount(path, items[0], symbol, node, found, conditional, guards, unordered=unordered)
            return
        case Items() | Call() | Spread():
            inner = found.new_symbol("patterns")
            _router(inner, target, found)
            add(target, inner, found, conditional)
            child = Ref(inner)
        case Name() | Member():
            name = ref_name(target)
            if name not in names.imports:  # `import shop.urls` names a module, `router.urls` what a router serves
                name = name.removesuffix(".urls").removesuffix(".urlpatterns")
            if name.endswith("site") or not name:
                return  # the administration
            child = Ref(name)
        case _:
            pass
    if child is None:
        return
    where = Where(names.module.path, node.start, target.end)
    found.mounts.append(
        Mount(Ref(symbol), child, "django", where, found.next_order(unordered=unordered), path, guards, conditional)
    )
