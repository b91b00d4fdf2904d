"""What the walk has seen of a function so far, and the questions that recognisers may ask about it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.body import AsyncGap, CallSite, LimitUse, Loop, Op, Origin, Site, Tx
from persona_lsp.facts.place import Span
from persona_lsp.flow.context import NEVER, READABLE, Context, Draft
from persona_lsp.flow.lists import asks_for_membership
from persona_lsp.flow.names import FileNames, simple_type
from persona_lsp.flow.vocabulary import Answer, Handling, Library, Read, Scope, Thrown, Vocabulary
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    ClassNode,
    Const,
    Each,
    FunctionNode,
    Index,
    Items,
    Let,
    Member,
    Module,
    Name,
    Node,
    Object,
    ParamNode,
    Spread,
    Stmt,
    Str,
    Ternary,
    Unary,
    dotted,
)
from persona_lsp.text.patterns import lazy

_HOPS: Final = 10
_FACTORY: Final = lazy(r"(?:Create|New|Make|Build)(?![a-z])")
"""Chains of assignments end somewhere."""

Open = frozenset[tuple[str, int]]
"""Answers ("r", index) and silent catches ("c", index) after which control still goes on."""


class State(Struct, eq=False):
    """The state of the walk over one function; a `flow.vocabulary.Scope`, and the `flow.folding.Values` of its texts.

    `base` is the offset that spans are relative to; `stops` as in `flow.analyse`.
    """

    function: FunctionNode
    cls: ClassNode | None
    module: Module
    names: FileNames
    vocabularies: Sequence[Vocabulary]
    libraries: Sequence[Library]
    handling: Handling | None
    stops: frozenset[int]
    base: int

    # What will become facts.
    queries: list[Draft] = []
    responses: list[Draft] = []
    raises: list[Draft] = []
    catches: list[Draft] = []
    inputs: list[Draft] = []
    loops: list[Loop] = []
    txs: list[Tx] = []
    calls: list[CallSite] = []
    limits: list[LimitUse] = []
    gaps: list[AsyncGap] = []
    names_read: set[str] = set()
    compares: set[str] = set()
    provides: set[str] = set()
    reads_principal: bool = False
    returns: bool = False
    """Control came to the end of the function, or to a `return`."""
    passes_on: bool = False
    leaves_route: bool = False
    returns_query: int = NEVER
    too_deep: bool = False

    # What names stand for.
    params: dict[str, ParamNode] = {}
    locals: dict[str, AnyExpr] = {}
    local_types: dict[str, str] = {}
    appends: dict[str, list[AnyExpr]] = {}
    origins: dict[str, Origin] = {}
    told: set[str] = set()
    """Names that stand for the text of a failure whose kind the code picked out."""
    query_of: dict[str, int] = {}
    loop_variables: dict[str, int] = {}
    callers: dict[str, bool] = {}
    """Names that were asked about -> whether they stand for the caller."""
    whole_body_names: set[str] = set()
    written_attributes: dict[str, list[str]] = {}

    # The paths that are still open here, and those that left the innermost loops or switches.
    open: Open = frozenset()
    exits: list[Open] = []
    leaves: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {}
    """Loop -> the loop around it, and the ranges of its body that control never comes back from."""
    failures: dict[str, tuple[tuple[str, str], ...]] = {}
    """Names that hold the failure of a call (Go) -> what failed, as `Catch.covers` has it."""
    manual_tx: int = -1
    in_answer: bool = False
    """Inside of what an answer is made of."""
    step: int = 0
    branch_ids: int = 0
    depth: int = 0

    # Asked for nearly every expression.
    readers: tuple[Callable[[AnyExpr, Scope], Read | None], ...] = ()
    answerers: tuple[Callable[[AnyExpr, Scope], Answer | None], ...] = ()
    throwers: tuple[Callable[[AnyExpr, Scope], Thrown | None], ...] = ()
    principals: tuple[Callable[[AnyExpr, Scope], bool], ...] = ()

    def __post_init__(self) -> None:
        """Set the tables that follow from the function and the vocabularies."""
        self.params = {p.name: p for p in self.function.params}
        self.readers = tuple(v.read for v in self.vocabularies if v.read is not None)
        self.answerers = tuple(v.answer for v in self.vocabularies if v.answer is not None)
        self.throwers = tuple(v.thrown for v in self.vocabularies if v.thrown is not None)
        self.principals = tuple(v.principal for v in self.vocabularies if v.principal is not None)

    def visit(self, expr: AnyExpr, ctx: Context) -> int:
        """Walk an expression; the index of the query whose result it is, `NEVER` if it is none."""
        raise NotImplementedError

    def block(self, statements: Sequence[Stmt], ctx: Context) -> bool:
        """Walk statements in order; False if control never reaches the end."""
        raise NotImplementedError

    def repeated(self, node: Node, ctx: Context) -> Context:
        """The context of a statement: where its loop is always left after it, that of the loop around."""
        loop = ctx.loop
        while loop in self.leaves and any(start <= node.start < end for start, end in self.leaves[loop][1]):
            loop = self.leaves[loop][0]
        return ctx if loop == ctx.loop else replace(ctx, loop=loop)

    def assigned(self, name: str) -> AnyExpr | None:
        """The value last assigned to a local or file-level name."""
        found = self.locals.get(name)
        if found is not None:
            return found
        if name in self.params:
            return None
        if "." in name:
            owner, _, last = name.rpartition(".")
            owner = owner.rsplit(".", 1)[-1]
            if owner in ("self", "this", "cls") and self.cls is not None:
                return self.names.field_values.get(self.cls.name, {}).get(last)
            return self.names.field_values.get(owner, {}).get(last)
        found = self.names.values.get(name)
        if found is None and self.cls is not None and self.module.language in ("java", "csharp"):
            found = self.names.field_values.get(self.cls.name, {}).get(name)
        return found

    def appended(self, name: str) -> tuple[AnyExpr, ...]:
        """What was added to a local text."""
        return tuple(self.appends.get(name, ()))

    def is_param(self, name: str) -> bool:
        """A parameter of the function that was not assigned again."""
        return name in self.params and name not in self.locals

    def is_listed(self, expr: AnyExpr) -> bool:
        """A condition of the function asks whether the value is one of a fixed list."""
        if not isinstance(expr, Name | Member | Index | Call):
            return False
        return asks_for_membership(self.function, self.text(expr), self.text, self.assigned)

    def imported(self, name: str) -> tuple[str, str] | None:
        """Where a name was imported from."""
        return self.names.imports.get(name)

    def text(self, node: Node) -> str:
        """Source text."""
        return self.module.source[node.start : node.end].decode("utf-8", "replace")

    def type_of(self, expr: AnyExpr) -> str:
        """The simple name of the declared or constructed type."""
        match expr:
            case Name(id=name):
                if name in self.local_types:
                    return self.local_types[name]
                if name in self.locals:
                    return self._constructed(self.locals[name])
                if name in self.params:
                    return simple_type(self.params[name].type) or self._of_default(self.params[name])
                if self.cls is not None:
                    found = self.names.fields.get(self.cls.name, {}).get(name)
                    if found is not None:
                        return simple_type(found)
                value = self.names.values.get(name)
                return self._constructed(value) if value is not None else ""
            case Member(base=base, name=name) if self.module.language == "go":
                owner = self.type_of(base)
                found = self.names.fields.get(owner, {}).get(name)
                return simple_type(found) if found is not None else f"{owner}.{name}" if owner else ""
            case Member(base=Name(id="self" | "this"), name=name) if self.cls is not None:
                return simple_type(self.names.fields.get(self.cls.name, {}).get(name))
            case Call():
                return self._constructed(expr)
            case Await(value=value):
                return self.type_of(value)
            case _:
                return ""

    def _of_default(self, param: ParamNode) -> str:
        """TypeScript takes the type of a parameter from its default: `control = 1` is a number."""
        if self.module.language not in ("typescript", "tsx") or param.type is not None:
            return ""
        value = param.default.value if isinstance(param.default, Const) else None
        return "boolean" if isinstance(value, bool) else "number" if isinstance(value, int | float) else ""

    def origin(self, expr: AnyExpr, depth: int = 0) -> Origin:
        """Where a value comes from."""
        if depth > _HOPS:
            return Origin.UNKNOWN
        if type(expr) in READABLE and self.read(expr) is not None:
            return Origin.REQUEST
        if isinstance(expr, Call):
            return self._origin_of_call(expr, depth)
        match expr:
            case Const():
                return Origin.CONST
            case Str(parts=parts):
                return self._worst((p for p in parts if not isinstance(p, str)), depth, Origin.CONST)
            case Name(id=name):
                if name in self.query_of and name in self.locals:
                    return Origin.QUERY
                found = self.locals.get(name)
                if found is not None:
                    known = self.origins.get(name)
                    if known is not None:
                        return known
                    return self.origin(found, depth + 1) if found is not expr else Origin.LOCAL
                if name in self.loop_variables:
                    index = self.loop_variables[name]
                    return self.loops[index].origin if index < len(self.loops) else Origin.LOCAL
                place = self.handling.inputs.get(name, "") if self.handling else ""
                if name in self.params or place:
                    if not place and "internal" in self.function.modifiers and self.module.language == "rust":
                        return Origin.UNKNOWN  # who calls it stands in this file, and gives it what it likes
                    return Origin.REQUEST if place and place not in ("dependency", "error") else Origin.PARAM
                return Origin.CONST if name in self.names.values else Origin.UNKNOWN
            case Member(base=base) | Index(base=base):
                inner = self.origin(base, depth + 1)
                return inner if inner in (Origin.REQUEST, Origin.PARAM, Origin.QUERY) else Origin.UNKNOWN
            case Await(value=value) | Spread(value=value):
                return self.origin(value, depth + 1)
            case Binary(left=left, right=right):
                return self._worst((left, right), depth, Origin.LOCAL)
            case Ternary(then=then, orelse=orelse):
                return self._worst((then, orelse), depth, Origin.LOCAL)
            case Unary(operand=operand):
                return self.origin(operand, depth + 1)
            case Let(value=value):
                return self.origin(value, depth + 1)
            case Items(items=items):
                return self._worst(items, depth, Origin.CONST)
            case Object(entries=entries):
                return self._worst((e.value for e in entries), depth, Origin.CONST)
            case Each(iterable=iterable):
                return self.origin(iterable, depth + 1)
            case _:
                return Origin.UNKNOWN

    def read(self, expr: AnyExpr) -> Read | None:
        """The input of the request that the expression reads."""
        for read in self.readers:
            found = read(expr, self)
            if found is not None:
                return found
        return None

    def answer(self, expr: AnyExpr) -> Answer | None:
        """The answer that the expression gives."""
        for answer in self.answerers:
            found = answer(expr, self)
            if found is not None:
                return found
        return None

    def given_as_answer(self, target: AnyExpr, value: AnyExpr) -> Answer | None:
        """The answer that an assignment gives."""
        for words in self.vocabularies:
            found = words.assigned(target, value, self) if words.assigned is not None else None
            if found is not None:
                return found
        return None

    def returned(self, expr: AnyExpr) -> Answer | None:
        """The answer that a handler gives by returning the expression, where its vocabulary says more of it."""
        for words in self.vocabularies:
            found = words.returned(expr, self) if words.returned is not None else None
            if found is not None:
                return found
        return None

    def failed(self, expr: AnyExpr) -> Thrown | None:
        """The failure that a returned value is."""
        for words in self.vocabularies:
            found = words.failed(expr, self) if words.failed is not None else None
            if found is not None:
                return found
        return None

    def thrown(self, expr: AnyExpr) -> Thrown | None:
        """The HTTP failure that the expression is."""
        for thrown in self.throwers:
            found = thrown(expr, self)
            if found is not None:
                return found
        return None

    def principal(self, expr: AnyExpr) -> bool:
        """The expression is the authenticated caller."""
        if type(expr) is not Name:
            return self._is_principal(expr)
        known = self.callers.get(expr.id)
        if known is None:
            known = self.callers[expr.id] = self._is_principal(expr)
        return known

    def _is_principal(self, expr: AnyExpr) -> bool:
        for principal in self.principals:  # noqa: SIM110 -- asked for every name: a generator costs more than it says
            if principal(expr, self):
                return True
        return False

    def looked_up(self, name: str) -> bool:
        """The name holds the result of a lookup."""
        query = self.query_of.get(name, NEVER)
        if query < 0:
            return False
        draft = self.queries[query]
        return bool(draft["nullable"]) or (draft["op"] is Op.SELECT and not draft["many"])

    def span(self, node: Node) -> Span:
        """A node's span, relative to the function."""
        return Span(node.start - self.base, node.end - self.base)

    def site(self, ctx: Context, *, last: bool = False) -> Site:
        """The site of an event that happens now."""
        self.step += 1
        tx = ctx.tx if ctx.tx >= 0 else self.manual_tx
        return Site(
            ctx.branch, ctx.loop, tx, ctx.catch, ctx.tries, ctx.nested, self.step, ctx.conditional, last, ctx.path
        )

    def _constructed(self, expr: AnyExpr) -> str:
        if isinstance(expr, Await):
            expr = expr.value
        if isinstance(expr, Call):
            name = expr.name
            if self.module.language == "go" and not expr.new:
                called = dotted(expr.func)
                return f"{called}()" if called else ""
            if expr.new and name == "new" and expr.receiver is not None:
                return simple_type(expr.receiver)
            if self.module.language == "csharp" and not expr.new:
                # Methods begin with a capital letter there; `Order.Create(…)` makes an order.
                owner = expr.receiver
                made = isinstance(owner, Name) and owner.id[:1].isupper() and _FACTORY.match(name)
                return owner.id if made and isinstance(owner, Name) else ""
            if expr.new or name[:1].isupper():
                return name
        return ""

    def _origin_of_call(self, call: Call, depth: int) -> Origin:
        receiver = call.receiver
        if call.name in ("GetValues", "GetNames") and isinstance(receiver, Name) and receiver.id == "Enum":
            return Origin.CONST
        span = self.span(call) if self.queries else None
        if any(draft["span"] == span for draft in self.queries):
            return Origin.QUERY
        return self._worst(call.args if receiver is None else (*call.args, receiver), depth, Origin.UNKNOWN)

    def _worst(self, parts: Iterable[AnyExpr], depth: int, otherwise: Origin) -> Origin:
        found = {self.origin(part, depth + 1) for part in parts}
        for origin in (Origin.REQUEST, Origin.PARAM, Origin.QUERY):
            if origin in found:
                return origin
        return Origin.UNKNOWN if Origin.UNKNOWN in found else otherwise
