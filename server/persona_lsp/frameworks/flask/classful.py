"""Flask-Classful: classes that say paths by the names and arguments of their methods, and where they are registered."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.class_paths import ClassPaths, MethodPath
from persona_lsp.facts.http import Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.facts.views import View
from persona_lsp.frameworks.flask.found import Env, Found
from persona_lsp.frameworks.flask.names import braces
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, Decorator, FunctionNode, Member, Name, Str
from persona_lsp.syntax.python_names import Names, flag, items_of, origin, place, ref_name, text_of
from persona_lsp.text.patterns import lazy

PACKAGES: Final = frozenset({"flask_classful", "flask_classy"})
_MARKS: Final = (b"flask_class", b"route_base", b"route_prefix", b".register(")
_REGISTERS: Final = lazy(rb"\b[A-Z]\w*\.register\(")
_TYPES: Final = frozenset({"int", "float", "str", "UUID"})
_VERBS: Final = frozenset({"index", "get", "post", "put", "patch", "delete"})
_NO_ROUTE: Final = frozenset({"staticmethod", "classmethod", "property", "cached_property"})


def views(found: Found) -> Iterator[View]:
    """What each class of the file would say of paths, if it is such a class."""
    if not method_paths(found.names):
        return
    for cls in found.names.classes.values():
        name = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
        yield View(name, place(cls, found.names.module), "classful", paths=_paths(cls, found.names))


def is_member(function: FunctionNode, cls: ClassNode, names: Names) -> bool:
    """The method may answer requests: of a class of Flask-Classful, or of one that such classes are put together of."""
    if not method_paths(names) or not is_public(function.name):
        return False
    if any(_from(d, names) for d in function.decorators):
        return True
    fields = {f.name for f in cls.fields}
    if function.name in _VERBS and _MARKS[0] in names.module.source:
        return True
    return bool(cls.bases) and (
        any(origin(b, names)[0] in PACKAGES for b in cls.bases)
        or not fields.isdisjoint({"route_base", "route_prefix"})
        or f"{cls.name}.register(".encode() in names.module.source
    )


def is_public(name: str) -> bool:
    """Methods of that name have paths."""
    return not name.startswith(("_", "before_", "after_")) and name != "register"


def registered(call: Call, func: Member, holder: str, env: Env, found: Found) -> None:
    """`OrdersView.register(app, route_prefix="/api")`: what is served, if that is such a class."""
    name = ref_name(func.base)
    local = env.local.get(name, "")
    name = local if isinstance(local, str) and local else name
    if not name.rsplit(".", 1)[-1][:1].isupper():
        return
    module = found.names.module
    where = place(call, module)
    said = ClassPaths(
        prefix=_given(call.kwarg("route_prefix") or _at(call, 3), env, found),
        base=_given(call.kwarg("route_base") or _at(call, 1), env, found),
        slash=flag(call.kwarg("trailing_slash")), dashed=flag(call.kwarg("method_dashified")),
    )  # fmt: skip
    found.routes.append(
        Route(
            ("ANY",), (), "flask", Where(module.path, func.name_start, call.end), where, found.next_order(),
            Ref(holder), Ref(name), handler_name=name, conditional=env.conditional, forwards_errors=True,
            view="classful", class_view=True, paths=said,
        )
    )  # fmt: skip


def _at(call: Call, place_of: int) -> AnyExpr | None:
    return call.args[place_of] if len(call.args) > place_of else None


def _given(expr: AnyExpr | None, env: Env, found: Found) -> Text | None:
    return braces(text_of(expr, found.names.module, env.local)) if expr is not None else None


def method_paths(names: Names) -> bool:
    """The file may hold such classes, or what they are put together of."""
    source = names.module.source
    return any(mark in source for mark in _MARKS[:3]) or (_MARKS[3] in source and _REGISTERS.search(source) is not None)


def _paths(cls: ClassNode, names: Names) -> ClassPaths:
    values = {f.name: f.value for f in cls.fields if f.value is not None}
    texts = {k: braces(text_of(v, names.module)) for k, v in values.items() if k in ("route_base", "route_prefix")}
    return ClassPaths(
        _text(texts.get("route_prefix")), _text(texts.get("route_base")),
        flag(values.get("trailing_slash")), flag(values.get("method_dashified")), flag(values.get("inspect_args")),
        _words(values.get("excluded_methods"), names), _words(values.get("base_args"), names),
        _words(values.get("default_methods"), names),
        tuple(m for f in cls.methods if is_public(f.name) and (m := _member(f, names)) is not None),
    )  # fmt: skip


def _text(value: Text | None) -> Text | None:
    return None if value == (Ref("None"),) else value


def _member(function: FunctionNode, names: Names) -> MethodPath | None:
    decorators = function.decorators
    if any(d.name.rsplit(".", 1)[-1] in _NO_ROUTE or d.name.endswith(".setter") for d in decorators):
        return None
    module = names.module
    rules: list[tuple[Text, tuple[str, ...]]] = []
    methods: list[str] = []
    where = Where(module.path, function.name_start, function.name_end)
    for decorator in decorators:
        call, word = decorator.call, _from(decorator, names)
        if call is None or not word:
            continue
        given = call.args[0] if call.args else call.kwarg("rule")
        if word == "method" and isinstance(given, Str) and given.value:
            methods.append(given.value.upper())
        elif word == "route" and given is not None:
            listed = call.kwarg("methods")
            verbs = _words(listed, names) if listed is not None else ("GET",)
            where = Where(module.path, call.start, given.end) if not rules else where
            # Which methods those are, nobody can tell, and nothing is claimed about them.
            rules.append((braces(text_of(given, module)), tuple(v.upper() for v in verbs or ())))
    start = function.start if function.outer_start < 0 else function.outer_start
    return MethodPath(
        function.name, where, Where(module.path, start, function.end), tuple(rules),
        tuple((p.name, _type(p.type)) for p in function.params if p.kind == "plain" and p.default is None),
        tuple(methods),
    )  # fmt: skip


def _type(expr: AnyExpr | None) -> str:
    name = ref_name(expr).rsplit(".", 1)[-1]
    return name.lower() if name in _TYPES else ""


def _from(decorator: Decorator, names: Names) -> str:
    """`route` or `method` of Flask-Classful."""
    call = decorator.call
    package, name = origin(call.func, names) if call is not None else ("", "")
    # `from shop.views.base import FlaskView, route`: by way of another file of the project.
    handed = package and name == "route" and call is not None and isinstance(call.func, Name)
    return name if (package in PACKAGES and name in ("route", "method")) or handed else ""


def _words(expr: AnyExpr | None, names: Names) -> tuple[str, ...] | None:
    items = items_of(expr, names)
    if items is None:
        return None
    return tuple(i.value for i in items if isinstance(i, Str) and i.value)
