"""The walk over one function body: paths, loops, transactions, and the events on them.

One recursive pass over the code tree. It keeps what was answered or caught on the paths that are still open, so that
"answers twice" and "caught, and succeeds all the same" are read off where the paths meet again. Frameworks and
libraries are asked what calls mean; everything else here holds for every language.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.body import (
    WRITES,
    AsyncGap,
    Branch,
    CallSite,
    InputRead,
    LimitUse,
    Loop,
    Op,
    Origin,
    Site,
    Tx,
)
from persona_lsp.facts.place import Span
from persona_lsp.facts.text import Ref
from persona_lsp.flow import branches
from persona_lsp.flow.elements import per_element
from persona_lsp.flow.names import FileNames, simple_type
from persona_lsp.flow.sql import sql_text
from persona_lsp.flow.vocabulary import (
    Answer,
    EffectMeaning,
    Handling,
    Library,
    QueryMeaning,
    Read,
    Thrown,
    TxMeaning,
    Vocabulary,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Binary,
    BlockExpr,
    Call,
    CatchNode,
    ClassDef,
    ClassNode,
    Const,
    Def,
    Do,
    Each,
    Expr,
    For,
    FunctionNode,
    Group,
    If,
    Index,
    Items,
    Jump,
    Lambda,
    Let,
    Member,
    Module,
    Name,
    Node,
    Object,
    Raise,
    Return,
    Spread,
    Stmt,
    Str,
    Switch,
    SwitchExpr,
    Ternary,
    Try,
    Unary,
    With,
    children,
    dotted,
    walk,
)

_MAX_DEPTH: Final = 120
_NEVER: Final = -1
_LOOPING: Final = frozenset(
    {
        "map", "forEach", "filter", "flatMap", "each", "each_with_index", "collect", "select", "reject", "flat_map",
        "each_with_object", "find_each", "each_entry", "times", "for_each", "reduce", "inject", "some", "every",
        "each_slice", "in_batches", "find_in_batches", "each_pair", "filter_map", "sum", "mapSeries", "eachSeries",
        "each_value", "each_key", "upto", "any?", "all?", "sort_by", "group_by", "to_h", "index_by", "partition",
    }
)  # fmt: skip
_BATCHED: Final = re.compile(r"chunk|each_slice|in_batches|find_in_batches|batched|batch|slices|pages\b|each_page|paginat", re.IGNORECASE)
_RETRY: Final = re.compile(r"attempt|retr(?:y|ies)|tries", re.IGNORECASE)
_CONCURRENT: Final = re.compile(r"^(?:Promise\.(?:all|allSettled|any|race)|asyncio\.gather|gather|pMap|Parallel\.\w+)$")
_CLAMPS: Final = frozenset({"min", "clamp", "Clamp", "clip", "coerceAtMost", "minimum", "min_by", "limit_to"})
_SAFE_ON_ABSENT: Final = frozenset(
    {
        "nil?", "blank?", "present?", "empty?", "try", "isPresent", "isEmpty", "orElse", "orElseThrow", "orElseGet",
        "ifPresent", "ifPresentOrElse", "map", "flatMap", "filter", "or", "is_none", "is_some", "then", "catch",
        "finally", "presence", "to_a", "to_s", "inspect", "as_json", "to_json", "orElseNull", "switchIfEmpty", "stream",
        "in?", "is_a?", "equals", "orFail", "throwOnEmpty", "rejectOnEmpty", "lean", "exec", "execute", "populate",
        "unwrap_or", "ok_or", "then_some", "tap",
    }
)  # fmt: skip
_VALIDATORS: Final = frozenset(
    {
        "parse", "safeParse", "parseAsync", "safeParseAsync", "validate", "validateAsync", "validateSync",
        "model_validate", "parse_obj", "validate_python", "load", "plainToClass", "plainToInstance", "assert", "check",
        "validateOrReject", "transformAndValidate", "attempt", "validated", "validateBody", "is_valid", "conform", "cast",
        "permit", "expect", "create_schema",
    }
)  # fmt: skip
_LEAK_MEMBERS: Final = {
    "message": "message", "getMessage": "message", "toString": "message", "stack": "trace", "getStackTrace": "trace",
    "stackTrace": "trace", "full_message": "trace", "backtrace": "trace", "inspect": "message", "args": "message",
    "to_s": "message", "getLocalizedMessage": "message", "printStackTrace": "trace", "sqlMessage": "debug",
    "sql": "debug", "cause": "message", "orig": "debug", "statement": "debug", "getCause": "message",
}  # fmt: skip
_LEAK_CALLS: Final = {
    "str": "message", "repr": "message", "String": "message", "format_exc": "trace", "format_exception": "trace",
    "print_exc": "trace", "inspect": "message", "getStackTraceAsString": "trace", "stringify": "message",
}  # fmt: skip
_LOGGING: Final = re.compile(
    r"(?:^|\.)(?:log(?:ger|ging|s)?|console|_log(?:ger)?|LOG(?:GER)?|winston|pino|slog|Sentry|Rails\.logger|Bugsnag|Rollbar|Airbrake|Honeybadger|newrelic)\b"
    r"|^(?:print|puts|pp|warn|p|capture_exception|captureException|log_error|logError|debug)$",
    re.IGNORECASE,
)


_COUNTING: Final = frozenset({"len", "length", "size", "count", "sum", "any?", "empty?", "isEmpty", "total"})
_DEVELOPMENT: Final = re.compile(
    r"\bNODE_ENV\b|development|\bis_?dev\b|\bdebug\b|\benv(?:ironment)?\b|production|\blocal\?", re.IGNORECASE
)
_FAILURE_NAMES: Final = re.compile(r"fail|error|\berr\b|invalid|denied|reject", re.IGNORECASE)


class Context(Struct, frozen=True, gc=False):
    """Where the walk stands. Fields as in `facts.body.Site`; `sink` names what the current expression flows into."""

    branch: Branch = Branch.MAIN
    loop: int = -1
    tx: int = -1
    catch: int = -1
    tries: tuple[int, ...] = ()
    nested: int = 0
    conditional: bool = False
    path: tuple[int, ...] = ()
    condition: str = ""
    sink: str = ""
    statement: Span = Span(0, 0)
    caught: tuple[str, ...] = ()
    concurrent: bool = False
    awaited: bool = False
    returned: bool = False
    discarded: bool = False
    assigned_to: str = ""


Draft = dict[str, Any]
"""The fields of a fact that is still being completed."""


class Walk:
    """The state of the walk over one function. `run()` fills the lists; `flow.analyse` makes the facts of them."""

    def __init__(
        self,
        function: FunctionNode,
        cls: ClassNode | None,
        module: Module,
        names: FileNames,
        vocabularies: Sequence[Vocabulary],
        libraries: Sequence[Library],
        handling: Handling | None,
        stops: frozenset[int],
        origin_offset: int,
    ) -> None:
        self.function = function
        self.cls = cls
        self.module = module
        self.names = names
        self.vocabularies = vocabularies
        self._readers = tuple(v.read for v in vocabularies)
        self._answerers = tuple(v.answer for v in vocabularies)
        self._throwers = tuple(v.thrown for v in vocabularies)
        self._principals = tuple(v.principal for v in vocabularies)
        self.libraries = libraries
        self.handling = handling
        self.stops = stops
        self.base = origin_offset
        self.params = {p.name: p for p in function.params}
        self.locals: dict[str, AnyExpr] = {}
        self.local_types: dict[str, str] = {}
        self.appends: dict[str, list[AnyExpr]] = {}
        self.origins: dict[str, Origin] = {}
        self.query_of: dict[str, int] = {}
        self.loop_variables: dict[str, int] = {}
        self.names_read: set[str] = set()
        self.queries: list[Draft] = []
        self.responses: list[Draft] = []
        self.raises: list[Draft] = []
        self.catches: list[Draft] = []
        self.loops: list[Loop] = []
        self.txs: list[Tx] = []
        self.inputs: list[Draft] = []
        self.calls: list[CallSite] = []
        self.limits: list[LimitUse] = []
        self.gaps: list[AsyncGap] = []
        self.reads_principal = False
        self.returns_query = -1
        self.open: frozenset[tuple[str, int]] = frozenset()
        """Answers ("r", i) and silent catches ("c", i) after which control still goes on."""
        self.exits: list[frozenset[tuple[str, int]]] = []
        self.manual_tx = -1
        self.step = 0
        self.branch_ids = 0
        self.depth = 0
        self.too_deep = False
        self.whole_body_names: set[str] = set()
        self.compares: set[str] = set()
        self.passes_on = False
        self.written_attributes: dict[str, list[str]] = {}

    # -- what recognisers may ask (flow.vocabulary.Scope, flow.sql.Values) ------------------------------------------

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
                    return simple_type(self.params[name].type)
                if self.cls is not None:
                    found = self.names.fields.get(self.cls.name, {}).get(name)
                    if found is not None:
                        return simple_type(found)
                value = self.names.values.get(name)
                return self._constructed(value) if value is not None else ""
            case Member(base=Name(id="self" | "this"), name=name) if self.cls is not None:
                return simple_type(self.names.fields.get(self.cls.name, {}).get(name))
            case Call():
                return self._constructed(expr)
            case Await(value=value):
                return self.type_of(value)
            case _:
                return ""

    def _constructed(self, expr: AnyExpr) -> str:
        if isinstance(expr, Await):
            expr = expr.value
        if isinstance(expr, Call):
            name = expr.name
            if expr.new and name == "new" and expr.receiver is not None:
                return simple_type(expr.receiver)
            if expr.new or name[:1].isupper():
                return name
        return ""

    def origin(self, expr: AnyExpr, depth: int = 0) -> Origin:  # noqa: C901, PLR0911, PLR0912 -- one arm per kind of expression
        """Where a value comes from."""
        if depth > 10:  # noqa: PLR2004 -- chains of assignments end somewhere
            return Origin.UNKNOWN
        if isinstance(expr, Member | Index | Call) and self._read(expr) is not None:
            return Origin.REQUEST
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
                if name in self.params:
                    place = self.handling.inputs.get(name, "") if self.handling else ""
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
            case Call():
                parts: list[AnyExpr] = [*expr.args]
                if expr.receiver is not None:
                    parts.append(expr.receiver)
                return self._worst(parts, depth, Origin.UNKNOWN)
            case _:
                return Origin.UNKNOWN

    def _worst(self, parts: Iterable[AnyExpr], depth: int, otherwise: Origin) -> Origin:
        found = {self.origin(part, depth + 1) for part in parts}
        for origin in (Origin.REQUEST, Origin.PARAM, Origin.QUERY):
            if origin in found:
                return origin
        return Origin.UNKNOWN if Origin.UNKNOWN in found else otherwise

    # -- recognisers -------------------------------------------------------------------------------------------------

    def _read(self, expr: AnyExpr) -> Read | None:
        for read in self._readers:
            found = read(expr, self)
            if found is not None:
                return found
        return None

    def _answer(self, expr: AnyExpr) -> Answer | None:
        for answer in self._answerers:
            found = answer(expr, self)
            if found is not None:
                return found
        return None

    def _thrown(self, expr: AnyExpr) -> Thrown | None:
        for thrown in self._throwers:
            found = thrown(expr, self)
            if found is not None:
                return found
        return None

    def _principal(self, expr: AnyExpr) -> bool:
        for principal in self._principals:
            if principal(expr, self):
                return True
        return False

    # -- statements --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Walk the whole body."""
        handling = self.handling
        caught = tuple(n for n, place in handling.inputs.items() if place == "error") if handling else ()
        ctx = Context(caught=caught, branch=Branch.CATCH if caught else Branch.MAIN)
        for param in self.function.params:
            if param.default is not None:
                self.visit(param.default, ctx)
        falls = self.block(self.function.body, ctx)
        if falls and handling is not None and (handling.returns_answer or handling.implicit_answer):
            self._succeeded(None)

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

    def block(self, statements: Sequence[Stmt], ctx: Context) -> bool:
        """Walk statements in order; False if control never reaches the end."""
        falls = True
        for statement in statements:
            if not self.statement(statement, ctx):
                falls = False
                self.open = frozenset()
        return falls

    def statement(self, node: Stmt, ctx: Context) -> bool:
        """Walk one statement; False if control does not go on after it."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.too_deep = True
            self.depth -= 1
            return True
        try:
            handler = _STATEMENTS.get(type(node))
            return handler(self, node, replace(ctx, statement=self.span(node))) if handler else True
        finally:
            self.depth -= 1

    def _do(self, node: Do, ctx: Context) -> bool:
        before = len(self.raises)
        self.visit(node.value, replace(ctx, discarded=True))
        value = node.value.value if isinstance(node.value, Await) else node.value
        if isinstance(value, Call) and len(self.raises) > before and self.raises[-1].get("_ends"):
            return bool(self.raises[-1]["_call"] is not value)
        return not (isinstance(value, Call) and self.responses and self.responses[-1].get("_ends_call") is value)

    def _assign(self, node: Assign, ctx: Context) -> bool:
        if node.value is None:
            for target in node.targets:
                if isinstance(target, Name) and node.type is not None:
                    self.local_types[target.id] = simple_type(node.type)
            return True
        only = node.targets[0] if len(node.targets) == 1 else None
        name = only.id if isinstance(only, Name) else dotted(only) if isinstance(only, Member) else ""
        reads_before = len(self.inputs)
        query = self.visit(node.value, replace(ctx, assigned_to=name))
        for target in node.targets:
            self._bind(target, node.value, query, ctx, op=node.op)
            if isinstance(target, Name) and node.type is not None:
                self.local_types[target.id] = simple_type(node.type)
            if not isinstance(target, Name | Items | Object):
                self.visit(target, ctx)
        if name:
            for read in self.inputs[reads_before:]:
                if not read["variable"]:
                    read["variable"] = name
        return True

    def _bind(self, target: AnyExpr, value: AnyExpr, query: int, ctx: Context, *, op: str = "") -> None:
        match target:
            case Name(id=name) | Spread(value=Name(id=name)):
                if op in ("+", "<<", "concat"):
                    self.appends.setdefault(name, []).append(value)
                    return
                if op:
                    return
                # Told now, while a name that the value is made of still stands for what it was.
                self.origins[name] = self.origin(value)
                self.locals[name] = value
                self.loop_variables.pop(name, None)
                self.appends.pop(name, None)
                self.query_of.pop(name, None)
                alias = value.value if isinstance(value, Await) else value
                if isinstance(alias, Name) and alias.id in self.query_of:
                    query = self.query_of[alias.id]
                if query >= 0:
                    self.query_of[name] = query
                    if not self.queries[query]["variable"]:
                        self.queries[query]["variable"] = name
                if self._whole_body(value):
                    self.whole_body_names.add(name)
                else:
                    self.whole_body_names.discard(name)
            case Member():
                name = dotted(target)
                if isinstance(target.base, Name):
                    self.written_attributes.setdefault(target.base.id, []).append(target.name)
                if name and not op:
                    self.locals[name] = value
                    if query >= 0:
                        self.query_of[name] = query
                        self.queries[query]["variable"] = self.queries[query]["variable"] or name
            case Items(items=items):
                for index, item in enumerate(items):
                    element: AnyExpr = value
                    if isinstance(value, Items) and index < len(value.items):
                        element = value.items[index]
                    self._bind_part(item, element, query)
            case Object(entries=entries):
                for entry in entries:
                    part = Member(value.start, value.end, value, entry.name, value.start) if entry.name else value
                    self._bind_part(entry.value, part, query)
                    read = self._read(part) if isinstance(part, Member) else None
                    if read is not None:
                        self._input(read, entry, replace(ctx, assigned_to=_target_name(entry.value)))
            case _:
                pass

    def _bind_part(self, target: AnyExpr, value: AnyExpr, query: int) -> None:
        name = _target_name(target)
        if name:
            self.origins[name] = self.origin(value)
            self.locals[name] = value
            self.query_of.pop(name, None)
            self.whole_body_names.discard(name)
            if query >= 0:
                self.queries[query]["checked"] = True

    def _return(self, node: Return, ctx: Context) -> bool:
        handling = self.handling
        if node.value is None:
            if handling is not None and handling.returns_answer and ctx.nested == 0:
                self._succeeded(None)
            return False
        before = len(self.responses)
        raised = len(self.raises)
        ctx = replace(ctx, returned=True)
        query = self.visit(node.value, ctx)
        value = node.value.value if isinstance(node.value, Await) else node.value
        if isinstance(value, Name) and value.id in self.query_of:
            query = self.query_of[value.id]
        if query >= 0 and ctx.nested == 0:
            self.returns_query = query if self.returns_query == -1 else self.returns_query
        if handling is not None and handling.returns_answer and ctx.nested == 0:
            if len(self.responses) == before and len(self.raises) == raised:
                self._returned_value(node, value, query, ctx)
        elif query >= 0 and ctx.nested == 0:
            self.queries[query]["checked"] = True
        return False

    def _returned_value(self, node: Return, value: AnyExpr, query: int, ctx: Context) -> None:
        assert self.handling is not None
        answered = self.locals.get(value.id) if isinstance(value, Name) else None
        if answered is not None and any(r["_node"] is answered for r in self.responses):
            for r in self.responses:
                if r["_node"] is answered:
                    r["returned"] = True
            return
        answer = Answer(body=value, sends=False)
        self._respond(answer, value, ctx, default=self.handling.default_status)
        if query >= 0:
            self._use(query, "answer", value, ctx)
        del node

    def _raise(self, node: Raise, ctx: Context) -> bool:
        value = node.value
        if value is None or (isinstance(value, Name) and value.id in ctx.caught):
            self._raised(Thrown("", None), node, ctx, rethrow=True)
            return False
        thrown = self._thrown(value)
        if thrown is None:
            name = value
            call = value if isinstance(value, Call) else None
            exception = dotted(call.func if call else name) or (call.name if call else "")
            if call is not None and call.new and call.name == "new" and call.receiver is not None:
                exception = dotted(call.receiver)
            message = call.args[0] if call is not None and call.args else None
            thrown = Thrown(exception, message=message)
        self._raised(thrown, value, ctx)
        for child in children(value) if isinstance(value, Call) else (value,):
            if not (isinstance(value, Call) and child is value.func):
                self.visit(child, ctx)
        return False

    def _raised(self, thrown: Thrown, node: Node, ctx: Context, *, rethrow: bool = False) -> None:
        leak = self._leak(thrown.message, ctx) if thrown.message is not None else None
        text = thrown.message.value if isinstance(thrown.message, Str) else None
        self.raises.append(
            {
                "exception": thrown.exception, "span": self.span(node), "site": self.site(ctx, last=True),
                "status": thrown.status,
                "status_span": self.span(thrown.status_node) if thrown.status_node is not None else None,
                "message": text or "", "condition": ctx.condition, "rethrow": rethrow,
                "leaks": leak[0] if leak else "", "leak_span": leak[1] if leak else None, "leak_kind": leak[2] if leak else "",
                "symbol": Ref(thrown.exception) if thrown.exception else None, "_call": node, "_ends": thrown.ends,
            }
        )  # fmt: skip

    def _jump(self, node: Jump, _ctx: Context) -> bool:
        if node.kind == "pass":
            return True
        if self.exits:
            self.exits[-1] |= self.open
        return False

    def _if(self, node: If, ctx: Context) -> bool:
        reads = len(self.inputs)
        self.visit(node.test, replace(ctx, discarded=False))
        for read in self.inputs[reads:]:
            # What a condition reads is tested by it.
            read["guarded"] = True
        text = self.text(node.test)
        self._mark_checked(node.test)
        self.branch_ids += 1
        identity = self.branch_ids * 100
        principal = self._principal
        then_kind = branches.classify(
            node.test, negated=False, looked_up=self._looked_up, principal=principal, text=text
        )
        before = self.open
        inner = ctx.branch
        then_ctx = replace(
            ctx, branch=_deeper(inner, then_kind), conditional=True, path=(*ctx.path, identity), condition=text[:200]
        )
        falls_then = self.block(node.then, then_ctx)
        after_then = self.open if falls_then else frozenset()
        self.open = before
        if node.orelse:
            else_kind = branches.classify(
                node.test, negated=True, looked_up=self._looked_up, principal=principal, text=text
            )
            else_ctx = replace(
                ctx, branch=_deeper(inner, else_kind if else_kind in (Branch.NOT_FOUND, Branch.UNAUTHENTICATED) else Branch.OTHER if ctx.branch is not Branch.MAIN else Branch.MAIN),
                conditional=True, path=(*ctx.path, identity + 1), condition="not " + text[:200],
            )  # fmt: skip
            falls_else = self.block(node.orelse, else_ctx)
        else:
            falls_else = True
        after_else = self.open if falls_else else frozenset()
        self.open = after_then | after_else
        return falls_then or falls_else

    def _for(self, node: For, ctx: Context) -> bool:
        self.block(node.init, ctx)
        if node.iterable is not None:
            self.visit(node.iterable, ctx)
        index = self._loop(node, node.kind, node.target, node.iterable, ctx)
        inner = replace(ctx, loop=index, conditional=True)
        if node.test is not None:
            self.visit(node.test, inner)
            self._mark_checked(node.test)
        self.exits.append(frozenset())
        before = self.open
        self.block(node.body, inner)
        self.open |= before | self.exits.pop()
        return True

    def _loop(self, node: Node, kind: str, target: AnyExpr | None, iterable: AnyExpr | None, ctx: Context) -> int:
        variables = tuple(_names_in(target)) if target is not None else ()
        source = self.text(iterable) if iterable is not None else ""
        origin = self.origin(iterable) if iterable is not None else Origin.UNKNOWN
        query = self._query_behind(iterable)
        if query >= 0:
            origin = Origin.QUERY
        index = len(self.loops)
        self.loops.append(
            Loop(
                kind, self.span(node), variables, source[:80], self.span(iterable) if iterable is not None else None,
                origin, self._bound(iterable), _BATCHED.search(source) is not None, ctx.concurrent,
                any(_RETRY.search(v) for v in variables) or _RETRY.search(source) is not None,
            )
        )  # fmt: skip
        for name in variables:
            self.locals.pop(name, None)
            self.origins.pop(name, None)
            self.query_of.pop(name, None)
            self.loop_variables[name] = index
        return index

    def _query_behind(self, expr: AnyExpr | None) -> int:
        while expr is not None:
            match expr:
                case Name(id=name):
                    return self.query_of.get(name, -1)
                case Await(value=value):
                    expr = value
                case Call() if expr.receiver is not None:
                    expr = expr.receiver
                case Member():
                    found = self.query_of.get(dotted(expr), -1)
                    if found >= 0:
                        return found
                    expr = expr.base
                case _:
                    return -1
        return -1

    def _bound(self, expr: AnyExpr | None) -> int | None:
        match expr:
            case Items(items=items) if not any(isinstance(i, Spread) for i in items):
                return len(items)
            case Name(id=name):
                value = self.assigned(name)
                return self._bound(value) if isinstance(value, Items) else None
            case Call() if expr.name == "range" and expr.args:
                last = expr.args[-1] if len(expr.args) < 3 else expr.args[1]  # noqa: PLR2004 -- range(start, stop, step)
                return int(last.value) if isinstance(last, Const) and isinstance(last.value, int) else None
            case Const(value=int(value)):
                return int(value)
            case _:
                return None

    def _try(self, node: Try, ctx: Context) -> bool:
        before = self.open
        first = len(self.catches)
        for catch in node.catches:
            self.catches.append(
                {
                    "types": catch.types, "variable": catch.variable, "span": self.span(catch),
                    "body": Span(catch.body_start - self.base, catch.body_end - self.base) if catch.body_end else self.span(catch),
                    "site": self.site(ctx), "broad": _broad(catch), "covers": [], "_node": catch,
                    "covers_span": Span(node.start - self.base, (node.body[-1].end if node.body else node.start) - self.base),
                }
            )  # fmt: skip
        indexes = tuple(range(first, first + len(node.catches)))
        counts = (len(self.queries), len(self.calls))
        falls = self.block(node.body, replace(ctx, tries=(*indexes, *ctx.tries)))
        covers = [("write" if q["op"] in WRITES else "query", q["api"]) for q in self.queries[counts[0] :]]
        covers += [(c.effect or "call", _called_name(c)) for c in self.calls[counts[1] :]]
        if falls and node.orelse:
            falls = self.block(node.orelse, ctx)
        merged = self.open if falls else frozenset()
        for index, catch in zip(indexes, node.catches, strict=True):
            self.open = before
            self.catches[index]["covers"] = tuple(covers)
            merged |= self._catch(index, catch.body, catch.variable, ctx)
            falls = falls or bool(self.catches[index]["_falls"])
        self.open = merged
        if node.final:
            gaps = len(self.gaps)
            falls = self.block(node.final, ctx) and falls
            if node.catches:
                del self.gaps[gaps:]
        return falls

    def _catch(self, index: int, body: Sequence[Stmt], variable: str, ctx: Context) -> frozenset[tuple[str, int]]:
        """Walk a catch body; what is still open after it."""
        draft = self.catches[index]
        marks = (len(self.raises), len(self.responses), len(self.calls), len(self.queries))
        self.branch_ids += 1
        if variable:
            self.locals.pop(variable, None)
        inner = replace(
            ctx, branch=Branch.CATCH, catch=index, conditional=True, path=(*ctx.path, self.branch_ids * 100),
            caught=(*ctx.caught, variable) if variable else ctx.caught, condition="",
        )  # fmt: skip
        falls = self.block(body, inner)
        responses = self.responses[marks[1] :]
        calls = self.calls[marks[2] :]
        draft["logs"] = any(_is_log(c) for c in calls)
        draft["_falls"] = falls
        draft["outcome"] = self._outcome(
            body, falls=falls, raised=len(self.raises) > marks[0], responses=responses, calls=calls, ctx=inner
        )
        after = self.open
        if draft["outcome"] in ("empty", "log", "other") and falls:
            return after | {("c", index)}
        if draft["outcome"] == "answer-success":
            draft["then_succeeds"] = True
        return after if falls else frozenset()

    def _outcome(
        self,
        body: Sequence[Stmt],
        *,
        falls: bool,
        raised: bool,
        responses: list[Draft],
        calls: list[CallSite],
        ctx: Context,
    ) -> str:
        if raised:
            return "raise"
        if responses:
            worst = [r["status"] for r in responses]
            if any(s is None or s >= 400 for s in worst) or any(
                r["body_kind"] in ("redirect", "html") for r in responses
            ):  # noqa: PLR2004 -- HTTP error statuses begin at 400
                return "answer-error"
            return "answer-success"
        real = [s for s in body if not (isinstance(s, Jump) and s.kind == "pass")]
        if not real:
            return "empty"
        if any(c.passes_caught and not _is_log(c) for c in calls):
            return "handled"
        if not falls:
            return "return"
        logged = {c.span for c in calls if _is_log(c)}
        if all(isinstance(s, Do) and self.span(_unawaited(s.value)) in logged for s in real):
            return "log"
        del ctx
        return "other"

    def _with(self, node: With, ctx: Context) -> bool:
        inner = ctx
        for item, target in node.items:
            opened = len(self.txs)
            query = self.visit(item, ctx)
            if target is not None:
                self._bind(target, item, query, ctx)
            if len(self.txs) > opened:
                tx = self.txs[-1]
                handle = _target_name(target) if target is not None else tx.handle
                self.txs[-1] = Tx("block", self.span(node), handle)
                inner = replace(inner, tx=len(self.txs) - 1)
        return self.block(node.body, inner)

    def _switch(self, node: Switch, ctx: Context) -> bool:
        if node.subject is not None:
            self.visit(node.subject, ctx)
            self._mark_checked(node.subject)
        before = self.open
        merged: frozenset[tuple[str, int]] = frozenset()
        falls = False
        default = False
        self.branch_ids += 1
        identity = self.branch_ids * 100
        for number, (patterns, body) in enumerate(node.arms):
            default = default or not patterns
            for pattern in patterns:
                self._compare(pattern)
                self.visit(pattern, ctx)
            self.open = before
            self.exits.append(frozenset())
            arm_falls = self.block(
                body,
                replace(
                    ctx,
                    conditional=True,
                    branch=_deeper(ctx.branch, Branch.OTHER),
                    path=(*ctx.path, identity + number + 1),
                ),
            )
            left = self.exits.pop()
            if arm_falls or any(isinstance(s, Jump) and s.kind == "break" for s in body):
                falls = True
                merged |= (self.open if arm_falls else frozenset()) | left
        if not default:
            falls = True
            merged |= before
        self.open = merged
        return falls

    def _def(self, node: Def, ctx: Context) -> bool:
        self._nested(node.function, ctx)
        return True

    def _class(self, _node: ClassDef, _ctx: Context) -> bool:
        return True

    def _group(self, node: Group, ctx: Context) -> bool:
        return self.block(node.body, ctx)

    # -- expressions -------------------------------------------------------------------------------------------------

    def visit(self, expr: AnyExpr, ctx: Context) -> int:
        """Walk an expression; the index of the query whose result it is, -1 if it is none."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.too_deep = True
            self.depth -= 1
            return _NEVER
        try:
            handler = _EXPRESSIONS.get(type(expr))
            if handler is not None:
                return handler(self, expr, ctx)
            inner = _inside(ctx)
            for child in children(expr):
                self.visit(child, inner)
            return _NEVER
        finally:
            self.depth -= 1

    def _name(self, expr: Name, ctx: Context) -> int:
        self.names_read.add(expr.id)
        if ctx.sink:
            for read in self.inputs:
                if read["variable"] == expr.id and not read["sink"]:
                    read["sink"] = ctx.sink
        if not self.reads_principal and self._principal(expr):
            self.reads_principal = True
        return self.query_of.get(expr.id, _NEVER)

    def _member(self, expr: Member, ctx: Context) -> int:
        read = self._read(expr)
        if read is not None:
            self._mention(expr)
            self._input(read, expr, ctx)
            return _NEVER
        if not self.reads_principal and self._principal(expr):
            self.reads_principal = True
        query = self.visit(expr.base, _inside(ctx))
        known = self.query_of.get(dotted(expr), _NEVER) if self.query_of else _NEVER
        if known >= 0:
            return known
        if query >= 0:
            if expr.optional or expr.name in _SAFE_ON_ABSENT:
                self.queries[query]["checked"] = True
            else:
                self._use(query, "deref", expr, ctx)
        return _NEVER

    def _index(self, expr: Index, ctx: Context) -> int:
        read = self._read(expr)
        if read is not None:
            self._mention(expr)
            self._input(read, expr, ctx)
            return _NEVER
        query = self.visit(expr.base, _inside(ctx))
        if query >= 0:
            self._use(query, "deref", expr, ctx)
        for key in expr.keys:
            self.visit(key, _inside(ctx))
        return _NEVER

    def _await(self, expr: Await, ctx: Context) -> int:
        # What cleans up after a failure is trusted: it stands in a catch, or in what follows one.
        if ctx.nested == 0 and self.function.is_async and not ctx.tries and ctx.catch < 0:
            self.gaps.append(AsyncGap(self.span(expr), "await"))
        return self.visit(expr.value, replace(ctx, awaited=True))

    def _binary(self, expr: Binary, ctx: Context) -> int:
        inner = _inside(ctx)
        left = self.visit(expr.left, inner)
        if expr.op in ("and", "or", "??"):
            self._mark_checked(expr.left)
            if left >= 0 and expr.op in ("or", "??"):
                self.queries[left]["checked"] = True
        right = self.visit(expr.right, replace(inner, conditional=True) if expr.op in ("and", "or", "??") else inner)
        if expr.op in ("==", "!=", "in", "not-in"):
            self._compare(expr.left)
            self._compare(expr.right)
        if expr.op == "<<" and isinstance(expr.left, Name):
            self.appends.setdefault(expr.left.id, []).append(expr.right)
        return left if expr.op in ("or", "??") and left >= 0 else (right if expr.op == "and" else _NEVER)

    def _compare(self, side: AnyExpr) -> None:
        if isinstance(side, Str) and side.value is not None:
            self.compares.add(side.value)
        elif isinstance(side, Items):
            self.compares.update(i.value for i in side.items if isinstance(i, Str) and i.value is not None)

    def _ternary(self, expr: Ternary, ctx: Context) -> int:
        inner = _inside(ctx)
        self.visit(expr.test, replace(inner, returned=False))
        text = self.text(expr.test)
        self._mark_checked(expr.test)
        self.branch_ids += 1
        identity = self.branch_ids * 100
        kind = branches.classify(
            expr.test, negated=False, looked_up=self._looked_up, principal=self._principal, text=text
        )
        before = self.open
        then = replace(
            ctx,
            conditional=True,
            path=(*ctx.path, identity),
            branch=_deeper(ctx.branch, kind if kind is not Branch.OTHER else Branch.MAIN),
            condition=text[:200],
        )
        self.visit(expr.then, then)
        after = self.open
        self.open = before
        other = branches.classify(
            expr.test, negated=True, looked_up=self._looked_up, principal=self._principal, text=text
        )
        keep = other if other in (Branch.NOT_FOUND, Branch.UNAUTHENTICATED, Branch.VALIDATION) else Branch.MAIN
        self.visit(
            expr.orelse,
            replace(
                ctx,
                conditional=True,
                path=(*ctx.path, identity + 1),
                branch=_deeper(ctx.branch, keep),
                condition="not " + text[:200],
            ),
        )
        self.open |= after
        return _NEVER

    def _let(self, expr: Let, ctx: Context) -> int:
        query = self.visit(expr.value, replace(ctx, assigned_to=_target_name(expr.target)))
        self._bind(expr.target, expr.value, query, ctx, op=expr.op)
        return query

    def _lambda(self, expr: Lambda, ctx: Context) -> int:
        self._nested(expr.function, ctx)
        return _NEVER

    def _each(self, expr: Each, ctx: Context) -> int:
        inner = _inside(ctx)
        self.visit(expr.iterable, inner)
        index = self._loop(expr, "comprehension", expr.target, expr.iterable, ctx)
        inside = replace(inner, loop=index, conditional=True)
        for condition in expr.conditions:
            self.visit(condition, inside)
        self.visit(expr.element, inside)
        return _NEVER

    def _switch_expr(self, expr: SwitchExpr, ctx: Context) -> int:
        if expr.subject is not None:
            self.visit(expr.subject, _inside(ctx))
            self._mark_checked(expr.subject)
        for patterns, value in expr.arms:
            for pattern in patterns:
                self.visit(pattern, _inside(ctx))
            self.visit(value, replace(ctx, conditional=True, branch=_deeper(ctx.branch, Branch.OTHER)))
        return _NEVER

    def _block_expr(self, expr: BlockExpr, ctx: Context) -> int:
        self.block(expr.body, ctx)
        return _NEVER

    def _object(self, expr: Object, ctx: Context) -> int:
        inner = _inside(ctx)
        for entry in expr.entries:
            if entry.key is not None and not entry.name:
                self.visit(entry.key, inner)
            self.visit(entry.value, inner)
        return _NEVER

    def _nested(self, function: FunctionNode, ctx: Context) -> None:
        """A function inside this one: its events belong here, its returns do not end this one."""
        if function.start in self.stops:
            return
        saved_open, saved_exits = self.open, self.exits
        self.open, self.exits = frozenset(), []
        shadowed = {p.name: self.locals.pop(p.name) for p in function.params if p.name in self.locals}
        for param in function.params:
            self.query_of.pop(param.name, None)
            if param.default is not None:
                self.visit(param.default, _inside(ctx))
        self.block(
            function.body,
            replace(
                _inside(ctx),
                nested=ctx.nested + 1,
                tries=() if function.is_async and ctx.nested == 0 and not ctx.awaited else ctx.tries,
            ),
        )
        self.locals.update(shadowed)
        self.open, self.exits = saved_open, saved_exits

    # -- calls -------------------------------------------------------------------------------------------------------

    def _call(self, expr: Call, ctx: Context) -> int:  # noqa: C901, PLR0911, PLR0912 -- the order in which a call is understood, top to bottom
        for library in self.libraries:
            meaning = library.meaning(expr, self)
            if meaning is not None:
                if isinstance(meaning, QueryMeaning):
                    return self._query(meaning, library, expr, ctx)
                if isinstance(meaning, TxMeaning):
                    return self._transaction(meaning, expr, ctx)
                self._called(expr, ctx, effect=meaning.kind)
                self._arguments(expr, _inside(ctx))
                return _NEVER
        read = self._read(expr)
        if read is not None:
            self._mention(expr)
            self._input(read, expr, ctx)
            for arg in expr.args:
                if not isinstance(arg, Str):
                    self.visit(arg, _inside(ctx))
            return _NEVER
        thrown = self._thrown(expr)
        if thrown is not None:
            # `repository.find(id).orElseThrow(...)` throws only if there is nothing, and is what was found otherwise.
            found = self.visit(expr.receiver, _inside(ctx)) if expr.receiver is not None else _NEVER
            self._raised(thrown, expr, ctx if thrown.ends else replace(ctx, conditional=True))
            self._arguments(expr, _inside(ctx))
            if found >= 0 and not thrown.ends:
                self.queries[found]["checked"] = True
                return found
            return _NEVER
        answer = self._answer(expr)
        if answer is not None:
            self._respond(answer, expr, ctx, default=self._default_status(answer))
            self._chain(expr, _inside(ctx))
            return _NEVER
        if not self.reads_principal and self._principal(expr):
            self.reads_principal = True
        name = expr.name
        if name in ("then", "catch", "finally") and expr.receiver is not None and expr.args:
            return self._promise(expr, ctx)
        if _CONCURRENT.match(dotted(expr.func)):
            inner = replace(_inside(ctx), concurrent=True, awaited=ctx.awaited)
            for arg in expr.args:
                self.visit(arg, inner)
            self._called(expr, ctx)
            return _NEVER
        callback = self._callback(expr)
        if callback is not None and name in _LOOPING and expr.receiver is not None and per_element(expr, self):
            return self._callback_loop(expr, callback, ctx)
        query = self.visit(expr.func, _inside(ctx)) if not isinstance(expr.func, Name) else _NEVER
        if isinstance(expr.func, Name):
            self.names_read.add(expr.func.id)
            forward = self.handling.forward if self.handling is not None else ()
            if expr.func.id in forward and (not expr.args or isinstance(expr.args[0], Str)):
                self.passes_on = True
        receiver = expr.receiver
        if receiver is not None:
            behind = self.query_of.get(dotted(receiver), query) if self.query_of else query
            if behind >= 0 and name in _SAFE_ON_ABSENT:
                self.queries[behind]["checked"] = True
        self._called(expr, ctx)
        self._arguments(expr, _inside(ctx), escaping=True)
        if name in ("assign", "merge", "update", "assign_attributes", "copyProperties", "set", "attributes=", "merge!"):
            self._merged(expr)
        return _NEVER

    def _callback(self, expr: Call) -> Lambda | None:
        if expr.block is not None:
            return expr.block
        return next((a for a in expr.args if isinstance(a, Lambda)), None)

    def _callback_loop(self, expr: Call, callback: Lambda, ctx: Context) -> int:
        receiver = expr.receiver
        assert receiver is not None
        self.visit(receiver, _inside(ctx))
        params = callback.function.params
        target: AnyExpr | None = None
        if params:
            first = params[-1] if expr.name in ("reduce", "inject") and len(params) > 1 else params[0]
            target = first.pattern or Name(callback.start, callback.start, first.name)
        concurrent = ctx.concurrent or (callback.function.is_async and expr.name in ("map", "flatMap", "forEach"))
        index = self._loop(expr, "callback", target, receiver, replace(ctx, concurrent=concurrent))
        if _BATCHED.search(expr.name):
            self.loops[index] = replace_loop(self.loops[index])
        if expr.name == "forEach" and callback.function.is_async and self.function.is_async:
            self.gaps.append(AsyncGap(self.span(expr), "foreach"))
        self._nested(callback.function, replace(_inside(ctx), loop=index, conditional=True, awaited=ctx.awaited))
        for arg in expr.args:
            if arg is not callback:
                self.visit(arg, _inside(ctx))
        return _NEVER

    def _promise(self, expr: Call, ctx: Context) -> int:
        """`p.then(f, g)`, `p.catch(g)`: the callbacks run in the same request, failures of `p` go to `g`."""
        receiver = expr.receiver
        assert receiver is not None
        handlers = [expr.args[0]] if expr.name == "catch" else list(expr.args[1:2])
        index = len(self.catches)
        inner = replace(ctx, discarded=False)
        if expr.name != "finally" and handlers:
            function = handlers[0].function if isinstance(handlers[0], Lambda) else None
            body = (
                Span(function.body_start - self.base, function.body_end - self.base)
                if function
                else self.span(handlers[0])
            )
            variable = function.params[0].name if function and function.params else ""
            self.catches.append(
                {
                    "types": (), "variable": variable, "span": self.span(handlers[0]), "body": body,
                    "site": self.site(ctx), "broad": True, "covers": (), "covers_span": self.span(receiver),
                    "outcome": "handled", "_falls": False, "_node": None,
                }
            )  # fmt: skip
            counts = (len(self.queries), len(self.calls))
            query = self.visit(receiver, replace(inner, tries=(index, *ctx.tries), awaited=True))
            self.catches[index]["covers"] = tuple(
                [("write" if q["op"] in WRITES else "query", q["api"]) for q in self.queries[counts[0] :]]
                + [(c.effect or "call", _called_name(c)) for c in self.calls[counts[1] :]]
            )
            if function is not None:
                saved = self.open
                self.open = frozenset()
                self._catch(index, function.body, variable, replace(inner, nested=ctx.nested + 1))
                self.open = saved
            else:
                self.visit(handlers[0], inner)
        else:
            query = self.visit(receiver, inner)
            # A `try` around it has ended before the promise is rejected.
            if ctx.discarded and not ctx.awaited:
                self.gaps.append(AsyncGap(self.span(expr), "then"))
        if expr.name == "then" and isinstance(expr.args[0], Lambda):
            callback = expr.args[0].function
            if callback.params and query >= 0:
                self.query_of[callback.params[0].name] = query
                self.locals[callback.params[0].name] = receiver
                self.queries[query]["variable"] = self.queries[query]["variable"] or callback.params[0].name
                self.block(callback.body, replace(_inside(inner), nested=ctx.nested + 1))
            else:
                self._nested(callback, inner)
        return _NEVER

    def _arguments(self, expr: Call, ctx: Context, *, escaping: bool = False) -> None:
        validates = expr.name in _VALIDATORS
        reads = len(self.inputs)
        for arg in (*expr.args, *(k.value for k in expr.kwargs)):
            query = self.visit(arg, ctx)
            if escaping and query >= 0:
                self.queries[query]["checked"] = True
            if escaping and isinstance(arg, Name | Spread):
                name = arg.id if isinstance(arg, Name) else dotted(arg.value)
                for read in self.inputs:
                    if read["variable"] == name:
                        read["escapes"] = True
                        if validates:
                            read["validated"] = True
        if escaping:
            for read in self.inputs[reads:]:
                read["escapes"] = True
                read["validated"] = read["validated"] or validates
        if expr.block is not None:
            self._nested(expr.block.function, ctx)

    def _chain(self, expr: Call, ctx: Context) -> None:
        """Arguments of this call and of the calls that its receiver is made of."""
        node: AnyExpr | None = expr
        while node is not None:
            if isinstance(node, Call):
                self._arguments(node, ctx)
                node = node.receiver
            elif isinstance(node, Member | Index):
                if isinstance(node, Index):
                    for key in node.keys:
                        self.visit(key, ctx)
                node = node.base
            elif isinstance(node, Await):
                node = node.value
            else:
                self._mention(node)
                return

    def _mention(self, expr: AnyExpr) -> None:
        for part in walk(expr):
            if isinstance(part, Name):
                self.names_read.add(part.id)

    def _called(self, expr: Call, ctx: Context, *, effect: str = "") -> None:
        receiver = expr.receiver
        handling = self.handling
        arguments = []
        passes_request = passes_caught = False
        for arg in (*expr.args, *(k.value for k in expr.kwargs)):
            if isinstance(arg, Name):
                arguments.append(arg.id)
                passes_request = passes_request or bool(handling and arg.id in handling.request)
                passes_caught = passes_caught or arg.id in ctx.caught
            else:
                text = self.text(arg) if arg.end - arg.start <= 60 else ""  # noqa: PLR2004 -- longer ones help nobody
                arguments.append(text)
                if ctx.caught and not passes_caught:
                    passes_caught = any(isinstance(p, Name) and p.id in ctx.caught for p in walk(arg))
                read = self._read(arg) if isinstance(arg, Member | Call) else None
                passes_request = passes_request or (read is not None and not read.name)
        source = ""
        if receiver is not None:
            source = dotted(receiver) or (self.text(receiver) if receiver.end - receiver.start <= 60 else "")  # noqa: PLR2004 -- as above
        self.calls.append(
            CallSite(
                expr.name, self.span(expr), self.site(ctx), source, tuple(arguments), ctx.awaited, passes_request,
                passes_caught, effect, not ctx.discarded, ctx.statement,
                self.type_of(receiver) if receiver is not None else "",
            )
        )  # fmt: skip

    # -- events ------------------------------------------------------------------------------------------------------

    def _query(self, meaning: QueryMeaning, library: Library, expr: Call, ctx: Context) -> int:
        index = len(self.queries)
        mentioned = [n for part in (*meaning.keys, *meaning.data) for n in _mentioned(part)]
        if not mentioned:
            mentioned = [n for part in self._chain_arguments(expr) for n in _mentioned(part)]
        if meaning.sql is not None or meaning.fragment:
            mentioned += [n for part in self._chain_arguments(expr) for n in _mentioned(part)]
        depends = tuple(dict.fromkeys(self.query_of[n] for n in mentioned if n in self.query_of))
        sql = None
        if meaning.sql is not None:
            sql = sql_text(meaning.sql, self, self.span, fragment=meaning.fragment, bound=meaning.bound)
        if meaning.lazy and meaning.handle in self.query_of and not (sql is not None and sql.dynamic):
            return self._refined(meaning, self.query_of[meaning.handle], expr, ctx)
        whole = next((d for d in meaning.data if self._whole_body(d)), None)
        draft: Draft = {
            "api": meaning.api, "library": library.id, "op": meaning.op, "span": self.span(expr), "site": self.site(ctx),
            "entity": meaning.entity, "many": meaning.many, "nullable": meaning.nullable,
            "limited": True if (meaning.limited is not True and sql is not None and sql.has_limit) else meaning.limited,
            "variable": ctx.assigned_to, "keyed_by": self._keyed(meaning.keys), "keys": tuple(self.text(k)[:60] for k in meaning.keys),
            "checked": not meaning.nullable, "args": tuple(dict.fromkeys(mentioned)), "depends_on": depends, "sql": sql,
            "awaited": ctx.awaited, "unit_of_work": meaning.unit_of_work,
            "relational": meaning.relational if meaning.relational is not None else library.relational,
            "columns": meaning.columns or self._written(expr), "whole_body": whole is not None, "body_span": self.span(whole) if whole is not None else None,
            "statement": ctx.statement, "limit_span": Span(expr.end - self.base, expr.end - self.base),
            "concurrent": ctx.concurrent or (ctx.loop >= 0 and self.loops[ctx.loop].concurrent),
            "in_parameters": meaning.in_parameters, "handle": meaning.handle, "result_used": not ctx.discarded,
        }  # fmt: skip
        self.queries.append(draft)
        for exception, status in meaning.raises:
            if not any(_catches(self.catches[i], exception) for i in ctx.tries):
                self._raised(Thrown(exception, status, ends=False), expr, ctx)
        if meaning.op in WRITES:
            self._happened(self.span(expr), "write", ctx)
        if meaning.limit is not None:
            self._limit(meaning.limit, index)
        sink = "query-write" if meaning.op in WRITES else "query-key"
        if sql is not None and any(d.origin is Origin.REQUEST and not d.safe for d in sql.dynamic):
            sink = "sql"
        inner = replace(_inside(ctx), sink=sink)
        reads = len(self.inputs)
        self._chain(expr, inner)
        for read in self.inputs[reads:]:
            read["sink"] = read["sink"] or sink
        for item in (*meaning.data, *meaning.keys):
            for name in _mentioned(item):
                for read in self.inputs:
                    if read["variable"] == name and not read["sink"]:
                        read["sink"] = sink
        if meaning.op in WRITES:
            # A record that was looked up and is written now was used without a check.
            receiver = expr.receiver
            if isinstance(receiver, Name) and receiver.id in self.query_of:
                if expr.optional:
                    self.queries[self.query_of[receiver.id]]["checked"] = True
                else:
                    self._use(self.query_of[receiver.id], "deref", expr, ctx)
        return index if not meaning.lazy or meaning.many or meaning.nullable else index

    def _refined(self, meaning: QueryMeaning, index: int, expr: Call, ctx: Context) -> int:
        """`orders = orders.where(...)`: still the same query, which nobody has asked yet."""
        draft = self.queries[index]
        if meaning.limited or (meaning.limited is None and draft["limited"] is False):
            draft["limited"] = meaning.limited
        if meaning.limit is not None:
            self._limit(meaning.limit, index)
        self._chain(expr, replace(_inside(ctx), sink="query-key"))
        return index

    def _written(self, expr: Call) -> tuple[str, ...]:
        """Attributes set on the record before `record.save()`, `session.commit()` or `repository.save(record)`."""
        names = [a.id for a in expr.args if isinstance(a, Name)]
        if isinstance(expr.receiver, Name):
            names.append(expr.receiver.id)
        return tuple(dict.fromkeys(a for n in names for a in self.written_attributes.get(n, ())))

    def _chain_arguments(self, expr: Call) -> list[AnyExpr]:
        found: list[AnyExpr] = []
        node: AnyExpr | None = expr
        while node is not None:
            if isinstance(node, Call):
                found.extend(node.args)
                found.extend(k.value for k in node.kwargs)
                node = node.receiver
            elif isinstance(node, Member):
                node = node.base
            elif isinstance(node, Await):
                node = node.value
            else:
                found.append(node)
                break
        return found

    def _keyed(self, keys: tuple[AnyExpr, ...]) -> Origin:
        if not keys:
            return Origin.UNKNOWN
        origins = [self.origin(k) for k in keys]
        if Origin.REQUEST in origins:
            return Origin.REQUEST
        return origins[0]

    def _transaction(self, meaning: TxMeaning, expr: Call, ctx: Context) -> int:
        index = len(self.txs)
        self.txs.append(Tx(meaning.style, self.span(expr), meaning.handle))
        if meaning.style == "manual":
            self.manual_tx = index
        inner = replace(_inside(ctx), tx=index, awaited=ctx.awaited)
        if expr.receiver is not None:
            self._mention(expr.receiver)
        for arg in (*expr.args, *(k.value for k in expr.kwargs)):
            self.visit(arg, inner)
        if expr.block is not None:
            self._nested(expr.block.function, inner)
        return _NEVER

    def _limit(self, limit: AnyExpr, query: int) -> None:
        clamped = False
        name = ""
        input_span: Span | None = None
        seen: set[str] = set()
        pending: list[AnyExpr] = [limit]
        source = self.text(limit)[:60]
        origin = self.origin(limit)
        while pending:
            part = pending.pop()
            for node in walk(part):
                if isinstance(node, Call) and node.name in _CLAMPS:
                    clamped = True
                if isinstance(node, Ternary):
                    clamped = clamped or any(
                        isinstance(p, Binary) and p.op in ("<", ">", "<=", ">=") for p in walk(node.test)
                    )
                if isinstance(node, Member | Index | Call):
                    read = self._read(node)
                    if read is not None and read.name:
                        name = read.name
                        input_span = self.span(node)
                if isinstance(node, Name) and node.id not in seen:
                    seen.add(node.id)
                    value = self.locals.get(node.id)
                    if value is not None:
                        # What an object makes of the inputs that it is constructed with, nobody can tell.
                        if not (isinstance(value, Call) and value.new):
                            pending.append(value)
                    elif node.id in self.params and self.handling is not None and self.handling.inputs.get(node.id):
                        name = name or node.id
            if len(seen) > 20:  # noqa: PLR2004 -- enough hops for any real clamp
                break
        if not clamped and seen:
            clamped = self._compared(seen)
        self.limits.append(LimitUse(source, self.span(limit), origin, name, clamped, input_span, query))

    def _compared(self, names: set[str]) -> bool:
        """Some condition of the function compares one of the names with a bound."""
        body = self.module.source[self.function.start : self.function.end].decode("utf-8", "replace")
        return any(
            re.search(
                rf"\b{re.escape(n)}\b\s*(?:>=?|<=?)|(?:>=?|<=?)\s*{re.escape(n)}\b|\b(?:min|clamp|max)\w*\s*\(.*\b{re.escape(n)}\b",
                body,
            )
            for n in names
        )

    def _input(self, read: Read, node: Node, ctx: Context) -> None:
        self.inputs.append(
            {
                "place": read.place, "name": read.name, "span": self.span(node), "site": self.site(ctx),
                "variable": ctx.assigned_to, "guarded": read.guarded, "escapes": False, "bounded": None, "sink": ctx.sink,
                "key_span": self.span(read.key_node) if read.key_node is not None else None, "validated": False,
            }
        )  # fmt: skip

    def _whole_body(self, expr: AnyExpr, depth: int = 0) -> bool:
        """The value is the request body as a whole, unchecked."""
        if depth > 4:  # noqa: PLR2004 -- spread, constructor, variable, body
            return False
        match expr:
            case Name(id=name):
                if name in self.whole_body_names:
                    return True
                if name in self.locals:
                    return False
                handling = self.handling
                return bool(
                    handling is not None and handling.inputs.get(name) == "body" and name not in handling.validated
                )
            case Spread(value=value) | Await(value=value):
                return self._whole_body(value, depth + 1)
            case Object(entries=entries):
                return any(e.key is None and not e.name and self._whole_body(e.value, depth + 1) for e in entries)
            case Member() | Index():
                read = self._read(expr)
                return read is not None and read.place in ("body", "any") and not read.name
            case Call():
                read = self._read(expr)
                if read is not None:
                    return read.place in ("body", "any") and not read.name
                if expr.name in _VALIDATORS or expr.name in ("pick", "permit", "slice", "require", "only"):
                    return False
                if expr.name in ("dict", "to_h", "to_unsafe_h", "copy", "model_dump", "permit!"):
                    return expr.receiver is not None and self._whole_body(expr.receiver, depth + 1)
                if expr.new or expr.name[:1].isupper() or dotted(expr.func) in ("Object.assign", "dict"):
                    given = (*expr.args, *(k.value for k in expr.kwargs if not k.name))
                    return any(self._whole_body(a, depth + 1) for a in given)
                return False
            case _:
                return False

    def _merged(self, expr: Call) -> None:
        """`Object.assign(user, req.body)`, `user.update(body)`: the record now holds the whole body."""
        target: AnyExpr | None = (
            expr.args[0]
            if expr.name in ("assign", "merge") and dotted(expr.receiver) in ("Object", "_", "lodash") and expr.args
            else expr.receiver
        )
        if expr.name == "copyProperties" and len(expr.args) > 1:
            target = expr.args[1]
        name = dotted(target) if target is not None else ""
        if name and any(self._whole_body(a) for a in (*expr.args, *(k.value for k in expr.kwargs if not k.name))):
            self.whole_body_names.add(name)

    def _default_status(self, answer: Answer) -> int | None:
        if answer.status_unknown:
            return None
        handling = self.handling
        return handling.default_status if handling is not None and handling.default_status is not None else 200

    def _respond(self, answer: Answer, node: AnyExpr, ctx: Context, *, default: int | None) -> None:
        status = answer.status if answer.status is not None else (None if answer.status_unknown else default)
        body = answer.body
        kind, keys = answer.body_kind or self._body_kind(body), self._keys(body)
        if isinstance(body, Const) and body.value is None:
            kind = "none"
        leak = self._leak(body, ctx) if body is not None and kind not in ("redirect", "html") else None
        returned = ctx.returned or not answer.sends
        span = self.span(node)
        if ctx.nested == 0 or answer.sends:
            self._happened(span, "response", ctx, streaming=answer.streaming)
        index = len(self.responses)
        self.responses.append(
            {
                "status": status, "span": span, "site": self.site(ctx, last=returned), "explicit": answer.status is not None,
                "status_span": self.span(answer.status_node) if answer.status_node is not None else None,
                "body_kind": kind, "body_span": self.span(body) if body is not None else None, "keys": keys,
                "leaks": leak[0] if leak else "", "leak_span": leak[1] if leak else None, "leak_kind": leak[2] if leak else "",
                "returned": returned, "statement": ctx.statement, "condition": ctx.condition, "source": self.text(node)[:80],
                "_shown": self._shown(body), "_node": node, "_ends_call": node if answer.ends else None,
            }
        )  # fmt: skip
        fails = isinstance(body, Call) and _FAILURE_NAMES.search(body.name) is not None
        if (status is None or status < 400) and not fails:  # noqa: PLR2004 -- HTTP error statuses begin at 400
            self._succeeded(ctx)
        if answer.sends and not answer.ends and not ctx.returned and not answer.streaming:
            self.open |= {("r", index)}
        if body is not None and (status is None or status < 400):  # noqa: PLR2004 -- as above
            self._answered_with(body, ctx)

    def _shown(self, body: AnyExpr | None) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """The body with the expressions that its local variables were assigned, and what of these is only counted."""
        if body is None:
            return (), ()
        spans, counted = [self.span(body)], list[Span]()
        pending, seen = [body], set[str]()
        while pending and len(spans) < 30:  # noqa: PLR2004 -- enough for any real answer
            for part in self._visible(pending.pop(), counted):
                if isinstance(part, Name) and part.id not in seen:
                    seen.add(part.id)
                    value = self.locals.get(part.id)
                    if value is not None:
                        spans.append(self.span(value))
                        pending.append(value)
        return tuple(spans), tuple(counted)

    def _visible(self, expr: AnyExpr, counted: list[Span]) -> Iterator[AnyExpr]:
        """The expression and its parts, less those of which only a number is taken."""
        number = isinstance(expr, Call) and expr.name in _COUNTING and (not expr.args or expr.receiver is None)
        if number or (isinstance(expr, Member) and expr.name in _COUNTING):
            counted.append(self.span(expr))
            return
        yield expr
        for child in children(expr):
            yield from self._visible(child, counted)

    def _answered_with(self, body: AnyExpr, ctx: Context) -> None:
        candidates = [body]
        if isinstance(body, Object):
            candidates += [e.value for e in body.entries]
        if isinstance(body, Items):
            candidates += body.items
        for value in candidates:
            plain = value.value if isinstance(value, Await) else value
            name = dotted(plain) if isinstance(plain, Name | Member) else ""
            if name in self.query_of and isinstance(plain, Name | Member):
                self._use(self.query_of[name], "answer", plain, ctx)

    def _happened(self, span: Span, kind: str, ctx: Context, *, streaming: bool = False) -> None:
        """Something that must not follow an answer happens now: open answers continue to here."""
        if streaming or ctx.catch >= 0 and kind == "write":
            return
        for what, index in self.open:
            if what == "r" and self.responses[index].get("continues_to") is None:
                draft = self.responses[index]
                if draft["site"].nested == ctx.nested:
                    draft["continues_to"] = span
                    draft["continues_kind"] = kind

    def _succeeded(self, _ctx: Context | None) -> None:
        for what, index in self.open:
            if what == "c":
                self.catches[index]["then_succeeds"] = True

    def _use(self, query: int, kind: str, node: Node, ctx: Context) -> None:
        draft = self.queries[query]
        if draft["nullable"] and not draft["checked"] and draft.get("unchecked_use") is None:
            if draft["site"].tries and any(
                "NotFound" in t or "DoesNotExist" in t or t in ("TypeError", "AttributeError", "NoMethodError", "NullPointerException")
                for c in draft["site"].tries for t in self.catches[c]["types"]
            ):  # fmt: skip
                return
            draft["unchecked_use"] = self.span(node)
            draft["use_kind"] = kind
            draft["_use_conditional"] = ctx.conditional

    def _mark_checked(self, test: AnyExpr) -> None:
        for part in walk(test):
            name = part.id if isinstance(part, Name) else dotted(part) if isinstance(part, Member) else ""
            if name:
                query = self.query_of.get(name, -1)
                if query >= 0:
                    self.queries[query]["checked"] = True
                for read in self.inputs:
                    if read["variable"] == name:
                        read["guarded"] = True

    def _looked_up(self, name: str) -> bool:
        query = self.query_of.get(name, -1)
        if query < 0:
            return False
        draft = self.queries[query]
        return bool(draft["nullable"]) or (draft["op"] is Op.SELECT and not draft["many"])

    def _body_kind(self, body: AnyExpr | None) -> str:
        match body:
            case None:
                return "none"
            case Const(value=None):
                return "none"
            case Object() | Items():
                return "literal"
            case Str():
                return "string" if body.value != "" else "none"
            case Expr():
                return "unknown"
            case _:
                return "value"

    def _keys(self, body: AnyExpr | None) -> tuple[str, ...]:
        if isinstance(body, Name) and isinstance(self.locals.get(body.id), Object):
            body = self.locals[body.id]
        entries: list[tuple[str, AnyExpr]] = []
        if isinstance(body, Object):
            entries = [(e.name, e.value) for e in body.entries if e.name]
        elif isinstance(body, Call) and not body.args:
            entries = [(k.name, k.value) for k in body.kwargs if k.name]
        keys: list[str] = []
        for name, value in entries:
            match value:
                case Const(value=constant):
                    keys.append(f"{name}={str(constant).lower()}")
                case Str() if value.value is not None:
                    keys.append(f"{name}={value.value[:40]}")
                case Items(items=()):
                    keys.append(f"{name}=[]")
                case _:
                    keys.append(name)
        return tuple(keys)

    def _leak(self, expr: AnyExpr | None, ctx: Context, depth: int = 0) -> tuple[str, Span, str] | None:
        """What of a caught exception the expression shows: source, place, kind."""
        if expr is None or depth > 3:  # noqa: PLR2004 -- one hop through a variable, one through a wrapper
            return None
        if ctx.condition and _DEVELOPMENT.search(ctx.condition) and not ctx.condition.startswith("not "):
            return None
        for part in self._shipped(expr):
            kind = ""
            match part:
                case Name(id=name) if name in ctx.caught:
                    kind = "message"
                case Name(id=name) if ctx.caught and name in self.locals and not isinstance(self.locals[name], Name):
                    inner = self._leak(self.locals[name], ctx, depth + 2)
                    if inner is not None:
                        return (inner[0], self.span(part), inner[2])
                case Member(base=Name(id=base), name=name) if base in ctx.caught:
                    if name not in _LEAK_MEMBERS:
                        return None
                    kind = _LEAK_MEMBERS[name]
                case Call():
                    receiver = part.receiver
                    if isinstance(receiver, Name) and receiver.id in ctx.caught:
                        if part.name not in _LEAK_MEMBERS:
                            return None
                        kind = _LEAK_MEMBERS[part.name]
                    elif part.name in _LEAK_CALLS and (
                        part.name.startswith("format_exc")
                        or any(isinstance(a, Name) and a.id in ctx.caught for a in part.args)
                    ):
                        kind = _LEAK_CALLS[part.name]
                    elif part.name in ("instance_of", "isinstance", "is_a?"):
                        return None
            if kind:
                return (self.text(part)[:60], self.span(part), kind)
        return None


    def _shipped(self, expr: AnyExpr) -> Iterator[AnyExpr]:
        """The expression and its parts, less those that only stand in for development."""
        if isinstance(expr, Binary | Ternary) and (isinstance(expr, Ternary) or expr.op == "and"):
            test = expr.test if isinstance(expr, Ternary) else expr.left
            if _DEVELOPMENT.search(self.text(test)):
                return
        yield expr
        for child in children(expr):
            yield from self._shipped(child)


def replace_loop(loop: Loop) -> Loop:
    """The loop, known to run over batches."""
    return replace(loop, batched=True)


def _unawaited(expr: AnyExpr) -> AnyExpr:
    return expr.value if isinstance(expr, Await) else expr


def _inside(ctx: Context) -> Context:
    if ctx.discarded or ctx.assigned_to or ctx.awaited or ctx.returned:
        return replace(ctx, discarded=False, assigned_to="", awaited=False, returned=ctx.returned)
    return ctx


def _deeper(outer: Branch, inner: Branch) -> Branch:
    """The more telling one of two branch kinds."""
    if inner in (Branch.MAIN, Branch.OTHER) and outer is not Branch.MAIN:
        return outer
    return inner


def _catches(catch: Draft, exception: str) -> bool:
    """A rescue that would take the exception: broad, or by its name or that of its family."""
    names = {t.rsplit(".", 1)[-1] for t in catch["types"]}
    return bool(catch["broad"]) or exception.rsplit(".", 1)[-1] in names or "ActiveRecordError" in names


def _broad(catch: CatchNode) -> bool:
    return not catch.types or any(
        t.rsplit(".", 1)[-1]
        in ("Exception", "BaseException", "Throwable", "StandardError", "Error", "RuntimeException")
        for t in catch.types
    )


def _called_name(call: CallSite) -> str:
    """The call as a reader names it."""
    return f"{call.receiver}.{call.name}" if call.receiver else call.name


def _is_log(call: CallSite) -> bool:
    return (
        call.effect in ("log", "metric")
        or _LOGGING.search(f"{call.receiver}.{call.name}" if call.receiver else call.name) is not None
    )


def _target_name(target: AnyExpr | None) -> str:
    match target:
        case Name(id=name):
            return name
        case Member():
            return dotted(target)
        case Let(target=inner):
            return _target_name(inner)
        case Spread(value=value):
            return _target_name(value)
        case Binary(op="=", left=left):
            return _target_name(left)
        case _:
            return ""


def _names_in(expr: AnyExpr) -> list[str]:
    return [part.id for part in walk(expr) if isinstance(part, Name)]


def _mentioned(expr: AnyExpr) -> list[str]:
    found: list[str] = []
    for part in walk(expr):
        if isinstance(part, Name):
            found.append(part.id)
        elif isinstance(part, Member):
            name = dotted(part)
            if name:
                found.append(name)
    return found


_STATEMENTS: Final[dict[type, Callable[[Walk, Any, Context], bool]]] = {
    Do: Walk._do,
    Assign: Walk._assign,
    Return: Walk._return,
    Raise: Walk._raise,
    Jump: Walk._jump,
    If: Walk._if,
    For: Walk._for,
    Try: Walk._try,
    With: Walk._with,
    Switch: Walk._switch,
    Def: Walk._def,
    ClassDef: Walk._class,
    Group: Walk._group,
}

_EXPRESSIONS: Final[dict[type, Callable[[Walk, Any, Context], int]]] = {
    Name: Walk._name,
    Member: Walk._member,
    Index: Walk._index,
    Call: Walk._call,
    Await: Walk._await,
    Binary: Walk._binary,
    Ternary: Walk._ternary,
    Let: Walk._let,
    Lambda: Walk._lambda,
    Each: Walk._each,
    SwitchExpr: Walk._switch_expr,
    BlockExpr: Walk._block_expr,
    Object: Walk._object,
}
