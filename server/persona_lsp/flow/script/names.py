"""What names stand for while registrations are read: routers, and values that are literals in the end."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct, field

from persona_lsp.facts.text import Hole, Part, Ref, Text
from persona_lsp.flow.script.development import DEVELOPMENT, PRODUCTION
from persona_lsp.flow.script.paths import regex_path
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    ClassNode,
    Const,
    Index,
    Items,
    Lambda,
    Let,
    Member,
    Module,
    Name,
    Object,
    Return,
    Str,
    Ternary,
    dotted,
)
from persona_lsp.syntax.javascript import required, required_module
from persona_lsp.text.patterns import lazy

_DEPTH: Final = 12
_JOINS: Final = lazy(r"^(?:url_?join|join_?(?:url|path)s?|(?:path\.)?(?:posix\.)?join)$", re.IGNORECASE)
EXPRESS: Final = frozenset(
    {"express", "express-promise-router", "express-ws", "router", "express-serve-static-core", "@feathersjs/express"}
)


class Scope(Struct):
    """One function, class or file. `prefix` goes before the symbols of what is declared in it.

    `routers` are symbols by dotted name (`app`, `this.router`), `values` expressions by dotted name.
    """

    module: Module
    imports: dict[str, tuple[str, str]]
    prefix: str = ""
    parent: "Scope | None" = None
    cls: ClassNode | None = None
    routers: dict[str, str] = field(default_factory=dict)
    values: dict[str, AnyExpr] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    """The declared types of parameters."""
    hidden: set[str] = field(default_factory=set)
    """Parameters: they hide what the names mean outside."""
    owner: str = ""
    """The symbol of the function that this is the body of."""
    places: dict[str, int] = field(default_factory=dict)
    """Its parameters with their places."""

    def router(self, name: str) -> str | None:
        """The symbol of the router that a dotted name stands for."""
        scope: Scope | None = self
        head = name.split(".", 1)[0]
        while scope is not None:
            if name in scope.routers:
                return scope.routers[name]
            if head in scope.hidden or head in scope.values:
                return None
            scope = scope.parent
        return None

    def value(self, name: str) -> AnyExpr | None:
        """What a dotted name was last bound to, None if that is not known."""
        scope: Scope | None = self
        head = name.split(".", 1)[0]
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            if head in scope.hidden:
                return None
            scope = scope.parent
        return None

    def place_of(self, name: str) -> int:
        """The place of a parameter of the nearest function that has one of that name, -1 if the name means another thing."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.routers or name in scope.values:
                return -1
            if name in scope.hidden:
                return scope.places.get(name, -1)
            scope = scope.parent
        return -1

    def type_of(self, name: str) -> str:
        """The declared type of a parameter, "" if the name has none or means something else here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.types:
                return scope.types[name]
            if name in scope.hidden or name in scope.values or name in scope.routers:
                return ""
            scope = scope.parent
        return ""

    def imported(self, name: str) -> tuple[str, str] | None:
        """Module and name that a local name was imported from, unless something nearer hides it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.hidden:
                return None
            if name in scope.values:
                return _required(scope.values[name])
            scope = scope.parent
        return self.imports.get(name)

    def owning_class(self) -> ClassNode | None:
        """The class whose `this` is meant here."""
        scope: Scope | None = self
        while scope is not None:
            if scope.cls is not None:
                return scope.cls
            scope = scope.parent
        return None


def _required(value: AnyExpr) -> tuple[str, str] | None:
    name = "*"
    if isinstance(value, Member):
        name, value = value.name, value.base
    module = required_module(value)
    return (module, name) if module else None


def reduce(expr: AnyExpr, scope: Scope, depth: int = 0) -> AnyExpr:
    """The expression that a name or member stands for in the end, as far as this file tells."""
    if depth > _DEPTH:
        return expr
    match expr:
        case Await(value=value):
            return reduce(value, scope, depth + 1)
        case Let(target=target, value=value, op="default"):
            return reduce(target if scope.value(dotted(target)) is not None else value, scope, depth + 1)
        case Name(id=name):
            held = scope.value(name)
            if held is None or held is expr or _required(held) is not None:
                return expr
            return reduce(held, scope, depth + 1)
        case Member(base=base, name=name):
            known = scope.value(dotted(expr))
            if known is not None:
                return reduce(known, scope, depth + 1)
            held = reduce(base, scope, depth + 1)
            entry = held.get(name) if isinstance(held, Object) else None
            if entry is not None:
                return reduce(entry, scope, depth + 1)
            return expr
        case Index(base=base, keys=(key,)):
            held, wanted = reduce(base, scope, depth + 1), reduce(key, scope, depth + 1)
            found: AnyExpr | None = None
            if isinstance(held, Object) and isinstance(wanted, Str) and wanted.value is not None:
                found = held.get(wanted.value)
            elif isinstance(held, Items) and isinstance(wanted, Const) and isinstance(wanted.value, int):
                found = held.items[wanted.value] if 0 <= wanted.value < len(held.items) else None
            return reduce(found, scope, depth + 1) if found is not None else expr
        case Call(func=Member(base=base, name="toLowerCase" | "toUpperCase"), args=()):
            return reduce(base, scope, depth + 1)
        case Call(func=Member(base=base, name="freeze"), args=(value,)) if dotted(base) == "Object":
            return reduce(value, scope, depth + 1)
        case _:
            return expr


def text(expr: AnyExpr, scope: Scope, within: frozenset[int] = frozenset()) -> Text:
    """The text that an expression stands for: literal pieces, references to other files, and holes.

    `within`: the texts that it is a piece of; one that is a piece of itself (`path = path + path`) is not known.
    """
    value = reduce(expr, scope)
    if len(within) > _DEPTH or id(value) in within:
        return (Hole("made of itself"),)
    inside = within | {id(value)}
    match value:
        case Str(regex=True):
            path = regex_path(value.value or "")
            return path if path is not None else (Hole("a regular expression", scope.module.text(value)),)
        case Str(parts=parts):
            pieces: Text = ()
            for part in parts:
                pieces += (part,) if isinstance(part, str) else text(part, scope, inside)
            return pieces
        case Const(value=constant) if constant is not None:
            return (str(constant),)
        case Binary(op="+", left=left, right=right):
            return text(left, scope, inside) + text(right, scope, inside)
        case Binary(op="or" | "??", left=left, right=right):
            # `process.env.BASE_PATH || "/api"`: what holds where nobody has set anything else.
            for side in (left, right):
                found = text(side, scope, inside)
                if found and all(isinstance(part, str) for part in found):
                    return found
        case Ternary(test=test, then=then, orelse=orelse) if _for_users(scope.module.text(test)) is not None:
            return text(then if _for_users(scope.module.text(test)) else orelse, scope, inside)
        case Call(func=Member(base=base, name="replace"), args=(Str(regex=True, value=said), Str(value=""))) if (
            said is not None and _SLASHES.match(said) is not None
        ):
            return text(base, scope, inside)
        case Call(func=Name(id=name), args=(arg,)) if isinstance(made := scope.value(name), Lambda):
            given, body = made.function.params, made.function.body
            if len(given) == 1 and given[0].name and len(body) == 1 and isinstance(body[0], Return):
                inner = Scope(scope.module, scope.imports, parent=scope, values={given[0].name: reduce(arg, scope)})
                return text(body[0].value, inner, inside) if body[0].value is not None else ()
        case Call(args=args) if joins(value):
            return _joined([text(arg, scope, inside) for arg in args])
        case Call(func=Member(base=base, name="concat"), args=args):
            return text(base, scope, inside) + sum((text(a, scope, inside) for a in args), ())
        case Name() | Member():
            name = dotted(value)
            if name and name.split(".", 1)[0] == "this" and scope.owning_class() is not None:
                pass
            elif name and scope.imported(name.split(".", 1)[0]) is not None:
                return (Ref(name),)
            if isinstance(value, Name) and (place := scope.place_of(name)) >= 0:
                return (Hole("what a call gives", name, place),)
        case _:
            pass
    return (Hole("known at run time only", scope.module.text(expr)[:80]),)


_SLASHES: Final = lazy(r"^(?:\^\\?/[*+?]?|\\?/[*+?]?\$)$")
"""What takes away a slash at one end."""


def _for_users(test: str) -> bool | None:
    """Whether a condition holds where the application runs for its users; None where nobody can tell."""
    if DEVELOPMENT.search(test) is not None:
        return False
    return True if PRODUCTION.search(test) is not None else None


def given(call: Call, scope: Scope) -> tuple[Text, ...]:
    """What a call gives for each parameter, if any of it is text."""
    texts = tuple(
        text(arg, scope) if not isinstance(arg, Lambda | Object | Items) else (Hole(""),) for arg in call.args
    )
    return texts if any(isinstance(one[0], str | Ref) for one in texts if one) else ()


def _joined(parts: Sequence[Text]) -> Text:
    """`urljoin(base, "users")`: pieces with one slash between them."""
    found: list[Part] = []
    for index, part in enumerate(parts):
        for at, piece in enumerate(part):
            if isinstance(piece, str):
                begins, ends = at == 0 and index > 0, at == len(part) - 1 and index < len(parts) - 1
                plain = piece.lstrip("/") if begins else piece
                piece = plain.rstrip("/") if ends else plain
            if at == 0 and index > 0:
                found.append("/")
            found.append(piece)
    return tuple(piece for piece in found if piece != "")


def joins(call: Call) -> bool:
    """Whether a call puts the pieces of a path together."""
    return len(call.args) > 1 and _JOINS.search(dotted(call.func)) is not None


def reference(expr: AnyExpr, scope: Scope, depth: int = 0) -> Ref | None:
    """A reference to a function, class or router that the linker can follow: across files, and through instances."""
    if depth > _DEPTH:
        return None
    match expr:
        case Await(value=value):
            return reference(value, scope, depth + 1)
        case Name(id=name):
            return _named(expr, name, scope, depth)
        case Member(base=base, name=name):
            if name in {"bind", "call", "apply"}:
                return reference(base, scope, depth + 1)
            return _member(expr, base, name, scope, depth)
        case Call(func=Member(base=base, name="bind")):
            return reference(base, scope, depth + 1)
        case Call(func=Member(base=container, name="resolve" | "get"), args=(Name(id=wanted),)) if wanted[:1].isupper():
            # A container of dependencies, asked for a class.
            del container
            return Ref(wanted)
        case Call():
            module = required_module(expr)
            if module:
                return Ref(required(module))
            return reference(expr.func, scope, depth + 1)
        case _:
            return None


def _named(expr: Name, name: str, scope: Scope, depth: int) -> Ref | None:
    symbol = scope.router(name)
    if symbol is not None:
        return Ref(symbol)
    value = scope.value(name)
    if value is None or isinstance(value, Lambda | Object) or name in scope.imports:
        return Ref(name)
    if isinstance(value, Name | Member | Call | Await) and value is not expr:
        given = isinstance(value, Call) and isinstance(value.func, Call) and required_module(value.func)
        if isinstance(value, Call) and not value.new and scope.parent is None and not (given or required_module(value)):
            # `const handler = wrap(fn)`: the name itself is what other code knows.
            return Ref(name)
        return reference(value, scope, depth + 1)
    return Ref(name)


def _member(expr: Member, base: AnyExpr, name: str, scope: Scope, depth: int) -> Ref | None:
    full = dotted(expr)
    symbol = scope.router(full) if full else None
    if symbol is not None:
        return Ref(symbol)
    cls = scope.owning_class()
    if isinstance(base, Name) and base.id == "this":
        known = scope.value(full)
        if known is not None and not isinstance(known, Object):
            return reference(known, scope, depth + 1)
        return Ref(f"{cls.name}.{name}") if cls is not None else None
    if isinstance(base, Member) and isinstance(base.base, Name) and base.base.id == "this" and cls is not None:
        held = scope.value(dotted(base))
        if held is None:
            declared = next((f.type for f in cls.fields if f.name == base.name and f.type is not None), None)
            return Ref(f"{dotted(declared)}.{name}") if declared is not None and dotted(declared) else None
    kind = scope.type_of(base.id) if isinstance(base, Name) else ""
    if kind:
        # `(users: UserController) => router.get("/", users.list)`: the type tells whose method it is.
        return Ref(f"{kind}.{name}")
    entry = reduce(expr, scope)
    if entry is not expr and not isinstance(entry, Member):
        return reference(entry, scope, depth + 1) if not isinstance(entry, Lambda | Object | Call) else Ref(full)
    if isinstance(base, Call) and base.new:
        owner = dotted(base.func)
        return Ref(f"{owner}.{name}") if owner else None
    if _is_made(base, scope):
        # What a function returns has members of its own; the function's are others.
        held = scope.value(base.id) if isinstance(base, Name) else base
        held = held.value if isinstance(held, Await) else held
        maker = reference(held.func, scope, depth + 1) if isinstance(held, Call) else None
        return Ref(f"{maker.name}().{name}") if maker is not None and "(" not in maker.name else None
    head = reference(base, scope, depth + 1)
    return Ref(f"{head.name}.{name}") if head is not None else None


def _is_made(base: AnyExpr, scope: Scope) -> bool:
    held = scope.value(base.id) if isinstance(base, Name) else base
    if isinstance(held, Await):
        held = held.value
    if not isinstance(held, Call) or held.new or required_module(held):
        return False
    return held.name not in {"getInstance", "instance", "default", "require", "import"}


def class_scope(scope: Scope) -> Scope:
    """The scope of the class that a scope belongs to, or the scope itself."""
    current: Scope | None = scope
    while current is not None:
        if current.cls is not None:
            return current
        current = current.parent
    return scope


def file_scope(scope: Scope) -> Scope:
    """The scope of the file."""
    while scope.parent is not None:
        scope = scope.parent
    return scope
