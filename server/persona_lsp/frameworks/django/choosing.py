"""Which permissions a view chooses by its action and by the method of the request (`get_permissions`)."""

from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.frameworks.django.guards import permissions
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassNode,
    Each,
    FunctionNode,
    If,
    Index,
    Items,
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
from persona_lsp.syntax.python_names import Names, items_of, ref_name

ANY: Final = "*"
"""An action or method that the view does not mention."""
_ACTION: Final = "self.action"
_METHOD: Final = "self.request.method"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CLASSES: Final = "self.permission_classes"


class _UnclearError(Exception):
    """A statement or condition that nothing is known about."""


class _MissingError(Exception):
    """A key that a table does not have."""


def chosen(method: FunctionNode, cls: ClassNode, names: Names) -> tuple[tuple[str, str, tuple[Guard, ...] | None], ...]:
    """(action, method, permissions) for what the view tells apart; None for those of its class. Empty if unclear."""
    asked = [part for statement in _every(method.body) for expr in _expressions(statement) for part in walk(expr)]
    by_action = any(ref_name(part) == _ACTION for part in asked if isinstance(part, Member))
    by_method = any(ref_name(part) == _METHOD for part in asked if isinstance(part, Member))
    texts = {part.value for part in asked if isinstance(part, Str) and part.value}
    fields = {f.name: f.value for f in cls.fields if f.value is not None}
    for value in fields.values():
        if by_action and isinstance(value, Object):
            texts |= {entry.name for entry in value.entries if entry.name}
    actions = (*sorted(texts - set(_METHODS)), ANY) if by_action else (ANY,)
    found: list[tuple[str, str, tuple[Guard, ...] | None]] = []
    try:
        for action in actions:
            for verb in (*_METHODS, ANY) if by_method else (ANY,):
                told = _told(method, action, verb, fields, names)
                if told is _UNCLEAR:
                    return ()
                found.append((action, verb, told))
    except (_UnclearError, _MissingError):
        return ()
    return tuple(found)


_UNCLEAR: Final = (Guard("?", GuardKind.UNKNOWN, Level.CLASS, Where("", 0, 0)),)
_WAYS: Final = 4
"""Conditions that nobody can tell, of which both ways are taken."""


def _told(
    method: FunctionNode, action: str, verb: str, fields: dict[str, AnyExpr], names: Names
) -> tuple[Guard, ...] | None:
    """The permissions for one action and method; where conditions are not clear, those of one way or the other."""
    ways: list[tuple[Guard, ...] | None] = []
    pending: list[tuple[bool, ...]] = [()]
    while pending:
        taken = pending.pop()
        run = _Run(action, verb, fields, names, taken)
        if not run.block(method.body):
            return _UNCLEAR
        pending += [(*run.taken[:n], False) for n in range(len(taken), len(run.taken))]
        way = permissions(run.told, Level.CLASS, names) if run.told is not None else None
        ways += [way] if way not in ways else []
    known = tuple(way for way in ways if way is not None)
    if len(ways) == 1:
        return ways[0]
    if len(known) < len(ways):
        return _UNCLEAR
    where = Where(names.module.path, method.name_start, method.name_end)
    return (
        Guard(method.name, GuardKind.UNKNOWN, Level.CLASS, where, source=method.name, conditional=True, either=known),
    )


class _Run:
    """One way through the method: for one action and one method of the request."""

    def __init__(
        self, action: str, verb: str, fields: dict[str, AnyExpr], names: Names, taken: tuple[bool, ...] = ()
    ) -> None:
        self.decided = taken
        self.taken: tuple[bool, ...] = ()
        self.action = action
        self.verb = verb
        self.fields = fields
        self.names = names
        self.held: dict[str, AnyExpr | None] = {}
        self.told: AnyExpr | None = None
        self.strange: set[str] = set()

    def block(self, body: Sequence[Stmt]) -> bool:
        """Run statements; whether one of them returned."""
        for statement in body:
            match statement:
                case Assign(targets=(target,), value=value, op="") if value is not None:
                    self._assigned(ref_name(target), value)
                case If(test=test, then=then, orelse=orelse):
                    if self.block(then if self._decided(test) else orelse):
                        return True
                case Return(value=value) if value is not None:
                    self.told = self._returned(value)
                    return True
                case Try(body=inner, catches=(catch,), orelse=(), final=()):
                    try:
                        if self.block(inner):
                            return True
                    except _MissingError:
                        if self.block(catch.body):
                            return True
                case _ if not any(True for _ in _expressions(statement)):
                    pass
                case _:
                    if not all(isinstance(e, Str) for e in _expressions(statement)):
                        raise _UnclearError
        return False

    def _assigned(self, name: str, value: AnyExpr) -> None:
        try:
            self.held[name] = self._list(value)
            self.strange.discard(name)
        except _UnclearError:
            # No list of classes, as far as anybody can tell: what asks for it as one is not clear.
            self.strange.add(name)

    def _decided(self, test: AnyExpr) -> bool:
        """Whether a condition holds; where that is not clear, as this way takes it."""
        try:
            return self._holds(test)
        except _UnclearError:
            place = len(self.taken)
            if place >= _WAYS:
                raise
            way = self.decided[place] if place < len(self.decided) else True
            self.taken = (*self.taken, way)
            return way

    def _returned(self, value: AnyExpr) -> AnyExpr | None:
        """The list of classes; None for those of the class."""
        match value:
            case Call(func=Member(base=Call(func=Name(id="super")), name="get_permissions")):
                if _CLASSES in self.strange:
                    raise _UnclearError
                return self.held.get(_CLASSES)
            case Each(iterable=iterable, element=Call(func=Name() as made), target=Name() as each, conditions=()) if (
                made.id == each.id
            ):
                return self._list(iterable)
            case _:
                return self._list(value)

    def _list(self, value: AnyExpr) -> AnyExpr | None:
        match value:
            case Items():
                return value
            case Name() | Member():
                name = ref_name(value)
                if name in self.strange:
                    raise _UnclearError
                if name in self.held:
                    return self.held[name]
                if name == _CLASSES:
                    return None
                field = self.fields.get(name.removeprefix("self."))
                if field is not None and items_of(field, self.names) is not None:
                    return field
            case Index(base=base, keys=(key,)) if ref_name(key) == _ACTION:
                return self._entry(base, None)
            case Call(func=Member(base=base, name="get"), args=(key, *rest)) if ref_name(key) == _ACTION:
                return self._entry(base, rest[0] if rest else None)
            case _:
                pass
        raise _UnclearError

    def _entry(self, table: AnyExpr, default: AnyExpr | None) -> AnyExpr | None:
        held = self.fields.get(ref_name(table).removeprefix("self."))
        if not isinstance(held, Object):
            raise _UnclearError
        found = held.get(self.action)
        if found is not None:
            return self._list(found)
        if default is None:
            raise _MissingError
        return self._list(default)

    def _holds(self, test: AnyExpr) -> bool:
        match test:
            case Unary(op="not", operand=operand):
                return not self._holds(operand)
            case Binary(op="and" | "or" as op, left=left, right=right):
                try:
                    first = self._holds(left)
                except _UnclearError:
                    if self._holds(right) is not (op == "or"):
                        raise
                    return op == "or"
                return first if first is (op == "or") else self._holds(right)
            case Binary(op="==" | "in" as op, left=left, right=right):
                return self._is_one(left, right, several=op == "in")
            case Binary(op="!=" | "not-in" as op, left=left, right=right):
                return not self._is_one(left, right, several=op == "not-in")
            case _:
                raise _UnclearError

    def _is_one(self, left: AnyExpr, right: AnyExpr, *, several: bool) -> bool:
        name = ref_name(left)
        if name not in (_ACTION, _METHOD):
            raise _UnclearError
        own = self.action if name == _ACTION else self.verb
        if several and ref_name(right).rsplit(".", 1)[-1] == "SAFE_METHODS":
            return own in _SAFE
        items = items_of(right, self.names) if several else (right,)
        if items is None or not all(isinstance(item, Str) and item.value for item in items):
            raise _UnclearError
        return own in {item.value for item in items if isinstance(item, Str)}


def _every(body: Sequence[Stmt]) -> Iterator[Stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, If):
            yield from _every((*statement.then, *statement.orelse))
        elif isinstance(statement, Try):
            yield from _every((*statement.body, *(s for c in statement.catches for s in c.body)))


def _expressions(statement: Stmt) -> Iterator[AnyExpr]:
    value = getattr(statement, "value", None)
    if value is not None:
        yield value
    if isinstance(statement, If):
        yield statement.test
