"""Functions that build a tree of routes, read statement by statement: what axum and actix-web have in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.code import Problem
from persona_lsp.facts.http import Guard, Mount, Route, Router, Use
from persona_lsp.facts.text import EMPTY, SETTING, Hole, Ref, Text
from persona_lsp.flow.rust.names import RustFile, Unit, below_unknown, last_name, place, text_of, unwrapped
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    BlockExpr,
    Call,
    Def,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Items,
    Lambda,
    Member,
    Name,
    Node,
    Object,
    Return,
    Spread,
    Stmt,
    Str,
    Switch,
    SwitchExpr,
    Ternary,
    Try,
    With,
)

_DEEPEST: Final = 40
_LONGEST: Final = 2000
_TURNS: Final = 40
_TEXTS: Final = frozenset({"str", "String", "Cow"})


class Built(Struct, frozen=True):
    """What an expression is: a router by its symbol, or a reference to one that another function builds.

    `given`: what that function is called with, as texts.
    """

    ref: Ref
    given: tuple[Text, ...] = ()


class Found(Struct):
    """What the functions of a file register, with counters for symbols and the order of registrations."""

    routers: list[Router] = []
    mounts: list[Mount] = []
    uses: list[Use] = []
    routes: list[Route] = []
    inline: list[tuple[int, str]] = []
    problems: list[Problem] = []
    order: int = 0

    def next(self) -> int:
        """The place of the next registration."""
        self.order += 1
        return self.order


class Scope(Struct):
    """What the names of a function stand for while it is read."""

    values: dict[str, object]
    texts: dict[str, Text]
    conditional: bool = False
    depth: int = 0

    def inner(self, *, conditional: bool = False) -> "Scope":
        """The scope of a closure or branch, which sees what is around it."""
        return Scope(dict(self.values), dict(self.texts), self.conditional or conditional, self.depth + 1)


class Builder(ABC):
    """Reads one function. Frameworks say what calls mean: `call` of a chain of calls, innermost first."""

    framework = ""

    def __init__(self, file: RustFile, unit: Unit, found: Found) -> None:
        self.file = file
        self.unit = unit
        self.found = found
        self.count = 0
        self.returned: list[object] = []

    # -- what frameworks say -----------------------------------------------------------------------------------------

    @abstractmethod
    def start(self, expr: AnyExpr, scope: Scope) -> object:
        """What a chain begins with: a name, a constructor, a call of another function; None if it is nothing here."""

    @abstractmethod
    def link(self, held: object, call: Call, scope: Scope) -> object:
        """What a method of something known makes of it."""

    # -- statements --------------------------------------------------------------------------------------------------

    def run(self, body: Iterable[Stmt], scope: Scope) -> None:
        """Read statements in order."""
        for statement in body:
            self.statement(statement, scope)

    def statement(self, node: Stmt, scope: Scope) -> None:
        """Read one statement."""
        if scope.depth > _DEEPEST:
            return
        match node:
            case Assign(targets=(target,), value=value) if value is not None:
                self.assign(target, value, scope)
            case Do(value=value):
                self.value(value, scope)
            case Return(value=value) if value is not None:
                self.returns(self.value(value, scope))
            case If(test=test, then=then, orelse=orelse):
                self.value(test, scope)
                self.branches((then, orelse), scope)
            case Try(body=body, catches=catches, orelse=orelse, final=final):
                self.run(body, scope)
                self.run(orelse, scope)
                self.branches(tuple(c.body for c in catches), scope)
                self.run(final, scope)
            case Switch(arms=arms):
                self.branches(tuple(body for _, body in arms), scope)
            case Group(body=body) | With(body=body):
                self.run(body, scope)
            case For():
                self.loop(node, scope)
            case Def(function=function):
                self.nested(function, scope)
            case _:
                pass

    def returns(self, value: object) -> None:
        """Note what the function gives back."""
        if value is not None:
            self.returned.append(value)

    def assign(self, target: AnyExpr, value: AnyExpr, scope: Scope) -> None:
        """`let name = value`; of a tuple, the first name stands for what is built."""
        held = self.value(value, scope)
        name = target.id if isinstance(target, Name) else ""
        if isinstance(target, Items):
            given = held if isinstance(held, tuple) else (held,)
            for part, one in zip(target.items, given, strict=False):
                if isinstance(part, Name) and one is not None:
                    scope.values[part.id] = one
            return
        if not name:
            return
        scope.values.pop(name, None)
        scope.texts.pop(name, None)
        if held is not None:
            scope.values[name] = held
        else:
            scope.texts[name] = text_of(value, self.file, scope.texts)

    def branches(self, bodies: tuple[tuple[Stmt, ...], ...], scope: Scope) -> None:
        """Each branch sees what was before; what it changes holds afterwards, the first one that knows something wins."""
        before = dict(scope.values)
        after: dict[str, object] = {}
        for body in bodies:
            inner = scope.inner(conditional=True)
            inner.values = dict(before)
            self.run(body, inner)
            for name, value in inner.values.items():
                if before.get(name) is not value:
                    after.setdefault(name, value)
        scope.values.update(after)

    def loop(self, node: For, scope: Scope) -> None:
        """A loop over literal texts is read once for each of them; any other one for what it does not depend on."""
        items = node.iterable.items if isinstance(node.iterable, Items) else ()
        if isinstance(node.target, Name) and items and len(items) <= _TURNS and all(isinstance(i, Str) for i in items):
            for item in items:
                scope.texts[node.target.id] = text_of(item, self.file, scope.texts)
                self.run(node.body, scope)
            return
        routes = len(self.found.routes)
        self.run(node.body, scope)
        unknown = [r for r in self.found.routes[routes:] if any(not isinstance(p, str) for p in r.path)]
        if unknown:
            del self.found.routes[routes:]
            where = place(node, self.file.module)
            self.found.problems.append(
                Problem("routes are registered in a loop over what only running it tells", where)
            )

    def nested(self, function: FunctionNode, scope: Scope) -> None:
        """A function inside of the function: it is one of its own, called by its name."""
        del scope
        key = f"{self.unit.key}.{function.name}"
        type(self)(self.file, Unit(key, function, None), self.found).read()

    def read(self) -> None:
        """Read the whole function."""
        self.run(self.unit.node.body, self.begun())

    # -- expressions -------------------------------------------------------------------------------------------------

    def value(self, expr: AnyExpr | None, scope: Scope) -> object:
        """What an expression is, with everything that it registers on the way."""
        if expr is None or scope.depth > _DEEPEST:
            return None
        match expr:
            case Name(id=name) if name in scope.values:
                return scope.values[name]
            case Name() | Member() | Call() | Await():
                return self.chain(expr, scope)
            case Items(items=items):
                return tuple(self.value(i, scope) for i in items[:_LONGEST])
            case Lambda(function=function):
                return self.closure(function, scope)
            case Ternary(then=then, orelse=orelse):
                first = self.value(then, scope.inner(conditional=True))
                second = self.value(orelse, scope.inner(conditional=True))
                return first if first is not None else second
            case SwitchExpr(arms=arms):
                known = [self.value(value, scope.inner(conditional=True)) for _, value in arms]
                return next((k for k in known if k is not None), None)
            case BlockExpr(body=body):
                self.run(body, scope)
                return None
            case Object(entries=entries):
                for entry in entries:
                    self.value(entry.value, scope)
                return None
            case Spread(value=value):
                return self.value(value, scope)
            case _:
                return None

    def chain(self, expr: AnyExpr, scope: Scope) -> object:
        """A chain of calls, from its first one on."""
        links: list[Call] = []
        node: AnyExpr = expr
        while True:
            if isinstance(node, Await):
                node = node.value
            elif isinstance(node, Call) and isinstance(node.func, Member) and not is_path(node.func, self.file):
                links.append(node)
                node = node.func.base
            else:
                break
        held: object = None
        if isinstance(node, Name) and node.id in scope.values:
            held = scope.values[node.id]
        elif isinstance(node, Call):
            held = self.start(node, scope)
            if held is None:
                self.arguments(node, scope)
        elif isinstance(node, Name):
            held = self.start(node, scope)
        elif isinstance(node, Member):
            held = self.start(node, scope) if is_path(node, self.file) else None
        else:
            held = self.value(node, scope)
        for number, call in enumerate(reversed(links)):
            if held is None and number == 0 and isinstance(node, Name) and node.id == "self":
                held = self.start(call, scope)
            elif held is None:
                self.arguments(call, scope)
            else:
                held = self.link(held, call, scope)
        return held

    def arguments(self, call: Call, scope: Scope) -> tuple[object, ...]:
        """The arguments of a call that is not known: whatever they register is registered."""
        for kwarg in call.kwargs:
            self.value(kwarg.value, scope)
        return tuple(self.value(arg, scope) for arg in call.args)

    def closure(self, function: FunctionNode, scope: Scope, given: Mapping[str, object] | None = None) -> object:
        """The body of a closure, read where it stands; what it gives back. `given`: values of its parameters."""
        inner = scope.inner()
        for param in function.params:
            inner.values.pop(param.name, None)
        inner.values.update(given or {})
        outer, self.returned = self.returned, []
        self.run(function.body, inner)
        made, self.returned = self.returned, outer
        return made[0] if made else None

    # -- registrations -----------------------------------------------------------------------------------------------

    def text(self, expr: AnyExpr | None, scope: Scope) -> Text:
        """The text of an argument."""
        return below_unknown(text_of(expr, self.file, scope.texts))

    def fresh(self, word: str, node: Node, kind: str, prefix: Text = EMPTY) -> Ref:
        """A new router that has no name."""
        self.count += 1
        symbol = f"{self.unit.key}@{word}{self.count}"
        self.router(symbol, node, kind, prefix)
        return Ref(symbol)

    def router(self, symbol: str, node: Node | FunctionNode, kind: str, prefix: Text = EMPTY) -> None:
        """Declare a router."""
        self.found.routers.append(Router(symbol, kind, self.framework, place(node, self.file.module), (prefix,)))

    def begun(self) -> Scope:
        """The scope of the function: texts that it is given are what its callers say."""
        scope = Scope({}, {})
        taken = [p for p in self.unit.node.params if p.kind != "self"]
        for place_of, param in enumerate(taken):
            if param.name and last_name(unwrapped(param.type)) in _TEXTS:
                scope.texts[param.name] = (Hole("parameter", param.name, place_of),)
        return scope

    def given(self, call: Call, scope: Scope) -> tuple[Text, ...]:
        """What a call gives to another function, as texts; a field of some settings is known to be one."""
        found: list[Text] = []
        for arg in call.args:
            text = text_of(arg, self.file, scope.texts)
            setting = len(text) == 1 and isinstance(text[0], Hole) and text[0].reason == "field"
            found.append((Hole(SETTING),) if setting else text)
        return tuple(found)

    def mount(
        self, parent: Ref, child: Ref, node: Node, scope: Scope, prefix: Text = EMPTY, guards: tuple[Guard, ...] = (),
        given: tuple[Text, ...] = (),
    ) -> None:  # fmt: skip
        """One router below another. Where a setting may put something before all paths, the paths stay as they are."""
        if scope.conditional and prefix and not any(isinstance(part, str | Ref) for part in prefix):
            return
        self.found.mounts.append(
            Mount(
                parent, child, self.framework, place(node, self.file.module), self.found.next(), prefix, guards,
                scope.conditional, given=given,
            )
        )  # fmt: skip


def is_path(expr: Member, file: RustFile) -> bool:
    """`a::b`, and not the field `a.b`."""
    return b"::" in file.module.source[expr.base.end : expr.name_start]
