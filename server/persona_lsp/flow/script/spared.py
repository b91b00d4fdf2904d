"""Which paths a guard that is written in place lets pass before it asks who calls: `if (req.path === "/login") next()`.

A path that somebody may only pass under a further condition is told with `?` before it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Binary,
    Call,
    Const,
    Do,
    FunctionNode,
    If,
    Index,
    Items,
    Lambda,
    Member,
    Name,
    Object,
    Return,
    Stmt,
    Str,
    Try,
    Unary,
    walk,
)

_PATHS: Final = frozenset({"url", "path", "originalUrl", "routerPath"})
_HOLDERS: Final = frozenset({"raw", "routeOptions", "_parsedUrl"})
UNSURE: Final = "?"


def spared(function: FunctionNode, scope: Scope) -> tuple[str, ...] | None:
    """Patterns of the paths; None where the guard chooses in a way that is not understood."""
    if not function.params or not function.params[0].name or function.has_error:
        return None
    return _Reading(function, scope).patterns()


class _Reading:
    def __init__(self, function: FunctionNode, scope: Scope) -> None:
        self.function = function
        self.scope = scope
        self.request = function.params[0].name
        self.aliases: set[str] = set()
        self.values: dict[str, str] = {}

    def patterns(self) -> tuple[str, ...] | None:
        found: list[str] = []
        for statement in self._statements(self.function.body):
            if isinstance(statement, Assign) and statement.value is not None and self._aliases(statement):
                continue
            if isinstance(statement, If) and not statement.orelse and self._asks(statement.test):
                named = self._named(statement.test)
                plain = all(_passes(inner) for inner in statement.then)
                if named is None:
                    return None
                found += named if plain else [UNSURE + one.removeprefix(UNSURE) for one in named]
            elif any(self._asks(e) for e in _expressions(statement)):
                return None
        return tuple(dict.fromkeys(found))

    def _statements(self, body: Sequence[Stmt]) -> Iterator[Stmt]:
        for statement in body:
            if isinstance(statement, Try):
                yield from self._statements(statement.body)
            else:
                yield statement

    def _aliases(self, statement: Assign) -> bool:
        """`const { url } = request.raw; let path = url;`"""
        value, target = statement.value, statement.targets[0]
        if isinstance(target, Name) and value is not None and self._is_path(value):
            self.aliases.add(target.id)
            return True
        if isinstance(target, Object) and value is not None and self._is_request(value):
            for entry in target.entries:
                if entry.name in _PATHS and isinstance(entry.value, Name):
                    self.aliases.add(entry.value.id)
            return True
        return False

    def _is_request(self, expr: AnyExpr) -> bool:
        if isinstance(expr, Member) and expr.name in _HOLDERS:
            expr = expr.base
        return isinstance(expr, Name) and expr.id == self.request

    def _is_path(self, expr: AnyExpr) -> bool:
        match expr:
            case Name(id=name):
                return name in self.aliases
            case Member(base=base, name=name):
                return name in _PATHS and self._is_request(base)
            case Index(base=Call(func=Member(base=base, name="split")), keys=(Const(value=0),)):
                return self._is_path(base)
            case _:
                return False

    def _asks(self, expr: AnyExpr) -> bool:
        return any(
            self._is_path(part) or (isinstance(part, Member) and part.name == "method" and self._is_request(part.base))
            for part in walk(expr)
        ) or any(self._asks(e) for part in walk(expr) if isinstance(part, Lambda) for e in _returned(part))

    def _named(self, expr: AnyExpr) -> list[str] | None:
        """The paths for which a condition holds; [] where it has nothing to do with any that is served."""
        match expr:
            case Unary(op="not", operand=operand) if self._is_path(operand):
                return []
            case Binary(op="or", left=left, right=right):
                one, other = self._named(left), self._named(right)
                return None if one is None or other is None else one + other
            case Binary(op="and", left=left, right=right):
                sides = [self._named(side) for side in (left, right) if self._is_about_path(side)]
                if len(sides) != 1 or sides[0] is None:
                    return None
                return [UNSURE + one.removeprefix(UNSURE) for one in sides[0]]
            case Binary(op="==", left=left, right=right):
                text = self._text(right) if self._is_path(left) else self._text(left) if self._is_path(right) else None
                return [text] if text is not None else None
            case Call(func=Member(base=base, name=word), args=(arg,)):
                return self._called(base, word, arg)
            case _:
                return None

    def _is_about_path(self, expr: AnyExpr) -> bool:
        return any(self._is_path(part) for part in walk(expr)) or any(
            self._is_about_path(e) for part in walk(expr) if isinstance(part, Lambda) for e in _returned(part)
        )

    def _called(self, base: AnyExpr, word: str, arg: AnyExpr) -> list[str] | None:
        if self._is_path(base):
            text = self._text(arg)
            if text is None:
                return None
            if word == "startsWith":
                return [f"{text}**"] if text.endswith("/") else [text, f"{text}*", f"{text}*/**"]
            return [f"/**/*{text.strip('/')}*/**"] if word == "includes" and text.strip("/") else None
        listed = self._listed(base)
        if listed is None:
            return None
        if word == "includes" and self._is_path(arg):
            return listed
        if word == "some" and isinstance(arg, Lambda) and arg.function.params:
            return self._each(arg, listed)
        return None

    def _each(self, test: Lambda, listed: list[str]) -> list[str] | None:
        found: list[str] = []
        for one in listed:
            self.values = {test.function.params[0].name: one}
            for value in _returned(test):
                named = self._named(value)
                if named is None:
                    return None
                found += named
        return found

    def _listed(self, expr: AnyExpr) -> list[str] | None:
        value = reduce(expr, self.scope)
        if not isinstance(value, Items):
            return None
        texts = [self._text(item) for item in value.items]
        return None if any(text is None for text in texts) else [text for text in texts if text is not None]

    def _text(self, expr: AnyExpr) -> str | None:
        if isinstance(expr, Name) and expr.id in self.values:
            return self.values[expr.id]
        value = reduce(expr, self.scope)
        return value.value if isinstance(value, Str) and not value.regex else None


def _passes(statement: Stmt) -> bool:
    """`return;`, `return true;`, `return next();`, `next();`"""
    match statement:
        case Return(value=value):
            return value is None or (isinstance(value, Const) and value.value is not False) or _goes_on(value)
        case Do(value=value):
            return _goes_on(value)
        case _:
            return False


def _goes_on(value: AnyExpr) -> bool:
    return isinstance(value, Call) and isinstance(value.func, Name) and not value.args


def _returned(test: Lambda) -> Iterator[AnyExpr]:
    for statement in test.function.body:
        if isinstance(statement, Return) and statement.value is not None:
            yield statement.value


def _expressions(statement: Stmt) -> Iterator[AnyExpr]:
    """All expressions of a statement and of those in it."""
    for name in ("value", "test", "iterable", "subject"):
        expr = getattr(statement, name, None)
        if expr is not None:
            yield expr.value if isinstance(expr, Await) else expr
    for name in ("body", "then", "orelse", "final"):
        for inner in getattr(statement, name, ()) or ():
            yield from _expressions(inner)
    for catch in getattr(statement, "catches", ()) or ():
        for inner in catch.body:
            yield from _expressions(inner)
