"""What path matchers put before the paths of controllers, and before those of which packages."""

from collections.abc import Iterator, Mapping
from typing import Final

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.text import Ref, literal
from persona_lsp.frameworks.spring.annotations import Values, classes, string, type_name, where
from persona_lsp.frameworks.spring.code import Made, calls_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    Do,
    FunctionNode,
    Lambda,
    Member,
    Module,
    Name,
    Return,
    Str,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

KEY: Final = "spring.mvc.path-prefix"
"""The key of what stands before paths; behind it, the packages that it holds for, or `?`."""
UNKNOWN: Final = "?"
_STEREOTYPES: Final = ("RestController", "Controller")
_GETTER: Final = lazy(r"(?:get|is)([A-Z]\w*)")
_OF_PACKAGE: Final = lazy(r"\.getPackage(?:Name\(\)|\(\)\.getName\(\))$|\.getName\(\)$")
_Bound = Mapping[str, AnyExpr]


def path_prefixes(module: Module, values: Values) -> Iterator[ConfigEntry]:
    """`configurer.addPathPrefix("/api", forAnnotation(RestController.class))`, and what `setPathPrefixes` is given."""
    adds, sets = (word in module.source for word in (b"addPathPrefix", b"setPathPrefixes"))
    if not adds and not sets:
        return
    for cls, path in classes(module):
        functions = [f for method in cls.methods for f in (method, *_inside(method))]
        made = [one for method in cls.methods for one in calls_of(method)]
        for one in made:
            name = one.call.name
            if len(one.call.args) != 2:
                continue
            if name == "addPathPrefix" or (sets and name == "put" and isinstance(one.call.args[1], Lambda)):
                yield from _entries(one, functions, made, path, module, values)


def _inside(function: FunctionNode) -> Iterator[FunctionNode]:
    """The methods of classes that a method makes in place."""
    for made in calls_of(function):
        for arg in made.call.args if made.call.new else ():
            if isinstance(arg, Lambda) and arg.function.name:
                yield arg.function


def _entries(
    made: Made, functions: list[FunctionNode], calls: list[Made], path: str, module: Module, values: Values
) -> Iterator[ConfigEntry]:
    """One for each call of the method that it stands in, where that is given what it puts there."""
    prefix, predicate = made.call.args
    around = [f for f in functions if f.start <= made.call.start < f.end]
    own = min(around, key=lambda f: f.end - f.start, default=None)
    names = [p.name for p in own.params] if own is not None else []
    used = {part.id for arg in (prefix, predicate) for part in _names(arg)} & set(names)
    sites = [c.call for c in calls if own is not None and c.call.name == own.name and len(c.call.args) == len(names)]
    types = {p.name: type_name(p.type) for f in functions for p in f.params if p not in (own.params if own else ())}
    for site in sites if used and sites else [None]:
        bound: _Bound = dict(zip(names, site.args, strict=True)) if site is not None else {}
        text = "${?}" if made.conditional and not used else _text(prefix, bound, types, path, values)
        packages = _packages(predicate, bound, types, path, values)
        at = where(module, made.call)
        yield ConfigEntry(f"{KEY} {packages}".rstrip(), text, at)


def _names(expr: AnyExpr) -> Iterator[Name]:
    for part in walk(expr):
        if isinstance(part, Name):
            yield part
        elif isinstance(part, Lambda):
            for made in calls_of(part.function):
                yield from (inner for inner in walk(made.call) if isinstance(inner, Name))


def _text(expr: AnyExpr, bound: _Bound, types: Mapping[str, str], path: str, values: Values) -> str:
    """A text, `${NAME}` for a constant of another file, `${Type@field.field}` for settings; `${?}` for all else."""
    if isinstance(expr, Name) and expr.id in bound:
        return _text(bound[expr.id], {}, types, path, values)
    if isinstance(expr, Call):
        root, fields = _read(expr, bound)
        owner = types.get(root) or values.types.get(f"{path}.{root}", "")
        return f"${{{owner}@{'.'.join(fields)}}}" if owner and fields else "${?}"
    text = values.text(expr, path)
    told = literal(text)
    if told is not None:
        return told
    alone = text[0] if len(text) == 1 else None
    return f"${{{alone.name}}}" if isinstance(alone, Ref) and not alone.name.startswith("${") else "${?}"


def _read(expr: AnyExpr, bound: _Bound) -> tuple[str, tuple[str, ...]]:
    """`settings` and (`api`, `prefix`) of `settings.getApi().getPrefix()`."""
    match expr:
        case Call(args=()) if expr.receiver is not None and (named := _GETTER.fullmatch(expr.name)):
            root, fields = _read(expr.receiver, bound)
            return root, (*fields, named[1][:1].lower() + named[1][1:])
        case Name(id=name) if name in bound:
            return _read(bound[name], {})
        case Name(id=name):
            return name, ()
        case Member(base=Name(id="this"), name=name):
            return name, ()
        case _:
            return "", ()


def _packages(expr: AnyExpr, bound: _Bound, types: Mapping[str, str], path: str, values: Values) -> str:
    """The packages of which a predicate says yes, "" for all; a pattern, several with commas between them."""
    match expr:
        case Const(value=True):
            return ""
        case Lambda(function=function):
            last = function.body[-1] if len(function.body) == 1 else None
            value = last.value if isinstance(last, Return | Do) else None
            return _packages(value, bound, types, path, values) if value is not None else UNKNOWN
        case Binary(op="and", left=left, right=right):
            sides = {_packages(side, bound, types, path, values) for side in (left, right)} - {""}
            return "" if not sides else sides.pop() if len(sides) == 1 else UNKNOWN
        case Call(name="forAnnotation" | "isAnnotationPresent", args=args) if args:
            named = {dotted(arg.base) for arg in args if isinstance(arg, Member) and arg.name == "class"}
            return "" if named & set(_STEREOTYPES) else UNKNOWN
        case Call(name="forBasePackage", args=args) if args and all(isinstance(a, Str) for a in args):
            return ",".join(f"{string(a)}**" for a in args)
        case Call(name="startsWith" | "contains" as name, args=(Str() as arg,)) if _is_package(expr.receiver, values):
            return f"{string(arg)}**" if name == "startsWith" else f"**{string(arg)}**"
        case Call(name="match", args=(pattern, package)) if _is_package(package, values):
            return _text(pattern, bound, types, path, values)
        case _:
            return UNKNOWN


def _is_package(expr: AnyExpr | None, values: Values) -> bool:
    return isinstance(expr, Call) and _OF_PACKAGE.search(values.source(expr)) is not None
