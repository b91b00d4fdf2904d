"""Applications: what `main.ts` makes of the root module, and what it puts before the paths of all controllers."""

from collections.abc import Iterable, Iterator
from typing import Final

from persona_lsp.facts.code import Constant
from persona_lsp.facts.http import Level, Router, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text, literal
from persona_lsp.flow.script.names import Scope, reduce, text
from persona_lsp.frameworks.nestjs.controllers import FRAMEWORK_ID, NEUTRAL
from persona_lsp.frameworks.nestjs.guards import guard_class
from persona_lsp.frameworks.nestjs.modules import GLOBAL_GUARD
from persona_lsp.frameworks.nestjs.names import Names, entry, items, own_name, reference, where
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Call,
    ClassDef,
    Const,
    Def,
    Do,
    FunctionNode,
    Lambda,
    Object,
    Return,
    Stmt,
    Str,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

CONFIG: Final = "@config."
"""Before the names of settings."""
APPLICATION: Final = "@app"
"""The symbol of the application that a file makes."""
MESSAGING: Final = "@messages"
"""The symbol of the application of a file that answers messages alone: `NestFactory.createMicroservice(AppModule)`."""
HYBRID: Final = ("messages", "own")
"""The application answers messages too (`connectMicroservice`), without what is set on it for all requests."""
INHERITS: Final = ("messages", "inherited")
"""The same, with what is set on it: `{ inheritAppConfig: true }`."""
FASTIFY: Final = "@nestjs/platform-fastify"
UNORDERED: Final = ("order", "none")
"""Fastify serves the application, whose router prefers what says more, wherever it is registered."""
_CONFIGURES: Final = lazy(
    rb"NestFactory|\.connectMicroservice\b|\.setGlobalPrefix\(|\.enableVersioning\(|\.useGlobalGuards\(|\.useGlobalPipes\("
)
_CHECKING: Final = lazy(r"Validat\w*Pipe$|^(?:Zod|Joi|Yup)\w*Pipe$")


def applications(names: Names) -> tuple[list[Router], list[Use]]:
    """The application of a file, if it makes or configures one: a router with the prefix of all, and its settings."""
    if _CONFIGURES.search(names.module.source) is None:
        return [], []
    prefix: Text = ()
    settings: list[tuple[str, str]] = []
    uses: list[Use] = []
    inherits: list[Ref] = []
    apart: dict[Ref, Where] = {}
    at: Where | None = None
    for call, scope in _calls(names):
        receiver = own_name(dotted(call.receiver), names)
        if call.name == "create" and receiver == "NestFactory":
            at = at or where(call, names.module)
            root = reference(next(iter(call.args), None))
            if root is not None:
                inherits.append(root)
            if any(item.module == FASTIFY for item in names.module.imports):
                settings.append(UNORDERED)
        elif call.name == "createMicroservice" and receiver == "NestFactory":
            root = reference(next(iter(call.args), None))
            if root is not None:
                apart[root] = where(call, names.module)
        elif call.name == "connectMicroservice":
            at = at or where(call, names.module)
            inherited = any(_is_true(entry(arg, "inheritAppConfig", names)) for arg in call.args[1:])
            settings.append(INHERITS if inherited else HYBRID)
        elif call.name == "setGlobalPrefix" and call.args:
            at = at or where(call, names.module)
            prefix = _prefix(call.args[0], scope)
            settings += [("exclude", e) for e in _excluded(call, names)]
        elif call.name == "enableVersioning":
            at = at or where(call, names.module)
            settings += _versioning(call, names)
        elif call.name == "useGlobalGuards":
            at = at or where(call, names.module)
            uses += [Use(Ref(GLOBAL_GUARD), guard_class(arg, Level.APP, names)) for arg in call.args]
        elif call.name == "useGlobalPipes":
            at = at or where(call, names.module)
            if any(_CHECKING.search(dotted(a.func if isinstance(a, Call) else a)) for a in call.args):
                settings.append(("validates", "true"))
    made = [Router(MESSAGING, "app", FRAMEWORK_ID, place, ((),), inherits=(root,)) for root, place in apart.items()][:1]
    if at is None:
        return made, uses
    router = Router(
        APPLICATION, "app", FRAMEWORK_ID, at, (prefix,), inherits=tuple(dict.fromkeys(inherits)),
        settings=tuple(dict.fromkeys(settings)),
    )  # fmt: skip
    return [router, *made], uses


def _is_true(expr: AnyExpr | None) -> bool:
    return isinstance(expr, Const) and expr.value is True


def configured(names: Names) -> Iterator[Constant]:
    """`registerAs("app", () => ({ prefix: process.env.PREFIX || "api" }))`: settings that go by `app.prefix`."""
    if b"registerAs" not in names.module.source:
        return
    for value in (*(e.value for e in names.module.exports if e.value is not None), *names.scope.values.values()):
        if not isinstance(value, Call) or own_name(dotted(value.func), names) != "registerAs" or len(value.args) != 2:
            continue
        name, factory = value.args
        if not isinstance(name, Str) or not isinstance(factory, Lambda):
            continue
        returned = next((s.value for s in reversed(factory.function.body) if isinstance(s, Return)), None)
        for one in returned.entries if isinstance(returned, Object) else ():
            said = text(one.value, names.scope)
            if one.name and literal(said) is not None:
                yield Constant(f"{CONFIG}{name.value}.{one.name}", said, where(one, names.module))


def _prefix(expr: AnyExpr, scope: Scope) -> Text:
    """The text, or the name of a setting that it is read from."""
    expr = reduce(expr, scope)
    match expr:
        case Call(args=(Str() as key, *rest)) if expr.name in ("get", "getOrThrow") and key.value:
            default = next((text(arg, scope) for arg in rest if isinstance(arg, Str)), None)
            return default or (Ref(f"{CONFIG}{key.value}"),)
        case _:
            return text(expr, scope)


def _excluded(call: Call, names: Names) -> Iterator[str]:
    """`METHOD path` or `path` of what keeps its path without the prefix."""
    for item in items(call.option("exclude"), names):
        if isinstance(item, Object):
            path = literal(text(item.get("path") or item, names.scope))
            method = dotted(item.get("method")).rsplit(".", 1)[-1]
            if path is not None:
                yield path if method in ("", "ALL") else f"{method} {path}"
        else:
            path = literal(text(item, names.scope))
            yield path if path is not None else "?"


def _versioning(call: Call, names: Names) -> Iterator[tuple[str, str]]:
    kind = dotted(call.option("type")).rsplit(".", 1)[-1] or "URI"
    yield "versioning", kind
    given = call.option("prefix")
    if isinstance(given, Const) and given.value is False:
        yield "version prefix", ""
    elif given is not None:
        said = text(given, names.scope)
        if len(said) > 1 and not isinstance(said[0], str) and isinstance(said[1], str) and said[1][:1] != "/":
            said = said[1:]  # `${BASE}v`: what brings its own slash, or is not there
        yield "version prefix", literal(said) or "?"
    default = call.option("defaultVersion")
    if default is None:
        return
    for item in items(default, names) or (default,):
        neutral = dotted(item).rsplit(".", 1)[-1] == "VERSION_NEUTRAL"
        yield "default version", NEUTRAL if neutral else literal(text(item, names.scope)) or "?"


def _calls(names: Names) -> Iterator[tuple[Call, Scope]]:
    """Every call of the file's own statements and functions, with the names that hold there."""
    yield from _in(names.module.body, names.scope)


def _in(body: Iterable[Stmt], scope: Scope) -> Iterator[tuple[Call, Scope]]:
    for statement in body:
        match statement:
            case Def(function=function):
                yield from _inside(function, scope)
            case ClassDef(cls=cls):
                for method in cls.methods:
                    yield from _inside(method, scope)
            case Assign(targets=targets, value=value) if value is not None:
                plain = value.value if isinstance(value, Await) else value
                for target in targets:
                    if dotted(target) and scope.parent is not None:
                        scope.values[dotted(target)] = plain
                yield from _of(value, scope)
            case Do(value=value) | Return(value=value) if value is not None:
                yield from _of(value, scope)
            case _:
                for name in ("body", "then", "orelse", "final"):
                    yield from _in(getattr(statement, name, ()), scope)


def _inside(function: FunctionNode, scope: Scope) -> Iterator[tuple[Call, Scope]]:
    yield from _in(function.body, Scope(scope.module, scope.imports, parent=scope))


def _of(value: AnyExpr, scope: Scope) -> Iterator[tuple[Call, Scope]]:
    for part in walk(value):
        if isinstance(part, Call):
            yield part, scope
        elif isinstance(part, Lambda):
            yield from _inside(part.function, scope)
