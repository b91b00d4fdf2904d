"""Facts of one function body: what it asks, reads, writes, answers, raises, catches and calls.

All positions are `Span`s relative to the start of the function. Every event carries a `Site`.
"""

from enum import StrEnum

from msgspec import Struct

from persona_lsp.facts.place import Span, Where
from persona_lsp.facts.text import Ref


class Branch(StrEnum):
    """Why control reached a place: decided by the conditions and catches around it."""

    MAIN = "main"
    NOT_FOUND = "not-found"
    VALIDATION = "validation"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    CATCH = "catch"
    OTHER = "other"


class Site(Struct, frozen=True, gc=False, omit_defaults=True):
    """The surroundings of an event.

    `loop`, `tx`: index into `FunctionFacts.loops` / `txs` of the innermost one, -1 if none. What a loop is always left
    after (`return` follows) runs once for it, and counts to the loop around.
    `catch`: index into `catches` of the catch *body* that it stands in; `tries`: indexes of the catches that would
    catch its failure, innermost first. `nested`: depth of nested functions (callbacks) around it. `step` orders
    events of one function as they are written. `conditional`: stands in a branch. `last`: nothing can follow on its
    path (it returns, or is returned).
    """

    branch: Branch = Branch.MAIN
    loop: int = -1
    tx: int = -1
    catch: int = -1
    tries: tuple[int, ...] = ()
    nested: int = 0
    step: int = 0
    conditional: bool = False
    last: bool = False
    path: tuple[int, ...] = ()
    """Ids of the branches taken to get here: two events exclude each other if they differ at a shared position."""


class Op(StrEnum):
    """What a query does to the data."""

    SELECT = "select"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    UPSERT = "upsert"
    DDL = "ddl"
    COUNT = "count"
    UNKNOWN = "unknown"


WRITES = frozenset({Op.INSERT, Op.UPDATE, Op.DELETE, Op.UPSERT})


class Origin(StrEnum):
    """Where a value comes from, as far as this function tells."""

    REQUEST = "request"
    PARAM = "param"
    LOCAL = "local"
    CONST = "const"
    QUERY = "query"
    UNKNOWN = "unknown"


class Dynamic(Struct, frozen=True, gc=False, omit_defaults=True):
    """A run-time value inside SQL text. `position`: value, ident, order or fragment. `safe` explains why it is harmless."""

    source: str
    span: Span
    position: str
    origin: Origin
    type: str = ""
    quoted: bool = False
    safe: str = ""


class SqlText(Struct, frozen=True, gc=False, omit_defaults=True):
    """SQL as it is assembled: `template` has `{}` for each dynamic part."""

    template: str
    span: Span
    dynamic: tuple[Dynamic, ...] = ()
    tables: tuple[str, ...] = ()
    has_limit: bool = False
    bound: bool = False
    """True when values are bound by the API itself (tagged templates)."""


class Query(Struct, frozen=True, gc=False, omit_defaults=True):
    """A call that asks the database for something.

    `api` is the call as a reader would name it (`prisma.user.findMany`), `entity` the model or table ("" unknown).
    `many`: returns a collection. `nullable`: returns nothing when there is no row (and does not raise).
    `limited`: has a limit known to bound it (or pages); None when unknown. `variable` holds the result.
    `keyed_by`: where its key comes from; `keys` names the values of the filter as written.
    `checked`: the result is tested for absence on the way to its use (or escapes to code that may test it).
    `unchecked_use`: the first use that fails or answers null when it is absent, `use_kind`: deref or answer.
    `args`: names mentioned in the arguments, less the elements of a loop that say which table is asked. `unit_of_work`: part of one flush/commit (SQLAlchemy, JPA, EF).
    `relational`: None unknown. `columns` written, where they are literal names.
    """

    api: str
    library: str
    op: Op
    span: Span
    site: Site
    entity: str = ""
    many: bool = False
    nullable: bool = False
    limited: bool | None = None
    variable: str = ""
    keyed_by: Origin = Origin.UNKNOWN
    keys: tuple[str, ...] = ()
    checked: bool = False
    unchecked_use: Span | None = None
    use_kind: str = ""
    args: tuple[str, ...] = ()
    depends_on: tuple[int, ...] = ()
    """Indexes of queries whose results are mentioned in the arguments."""
    sql: SqlText | None = None
    awaited: bool = False
    unit_of_work: bool = False
    relational: bool | None = None
    columns: tuple[str, ...] = ()
    whole_body: bool = False
    """The whole request body is written (mass assignment)."""
    body_span: Span | None = None
    statement: Span = Span(0, 0)
    """The statement that holds it: where a guard can be inserted after."""
    limit_span: Span | None = None
    """Where the chain ends: a limit call can be appended here."""
    concurrent: bool = False
    """One of several at once (Promise.all, gather)."""
    in_parameters: bool = False
    """The filter takes a set of keys (`IN`): one query for many elements."""
    handle: str = ""
    """The receiver as written: `session`, `prisma`, `tx`."""
    into_variable: bool = False
    """The result is put into a variable (Go's `&book`), which stays as it was where there is none."""
    lazy: bool = False
    """The call only describes the query, which runs where its rows are first looked at."""
    store: str = ""
    """The declared type of what is asked, by its simple name, where that may be a class of the project (Java)."""


class Loop(Struct, frozen=True, gc=False, omit_defaults=True):
    """Code that runs once per element."""

    kind: str
    span: Span
    variables: tuple[str, ...] = ()
    iterable: str = ""
    iterable_span: Span | None = None
    origin: Origin = Origin.UNKNOWN
    bound: int | None = None
    """The greatest number of turns where it is a literal."""
    batched: bool = False
    concurrent: bool = False
    retry: bool = False


class Tx(Struct, frozen=True, gc=False, omit_defaults=True):
    """A region of code in one database transaction. `style`: block, callback, annotation or manual."""

    style: str
    span: Span
    handle: str = ""


class FromParam(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a parameter of the function gives: the one at `place`, or what goes by `key` in it; else `default`."""

    place: int
    key: str = ""
    default: str = ""


class Response(Struct, frozen=True, gc=False, omit_defaults=True):
    """An answer written or returned by the code.

    `status`: None when unknown. `explicit`: the status stands in the source.
    `body_kind`: none, literal, value, string, html, file, stream, redirect, unknown; `keys`: of a literal body, as
    `name` or `name=literal`. `leaks`: the expression of a caught exception that goes out, with its span.
    `continues_to`: the later answer or write that control can still reach after this one.
    """

    status: int | None
    span: Span
    site: Site
    explicit: bool = False
    body_kind: str = "unknown"
    body_span: Span | None = None
    keys: tuple[str, ...] = ()
    leaks: str = ""
    leak_span: Span | None = None
    leak_kind: str = ""
    """message, trace or debug."""
    returned: bool = False
    continues_to: Span | None = None
    continues_kind: str = ""
    """response or write."""
    statement: Span = Span(0, 0)
    helper: str = ""
    """The name of the project's own function that answers, when it is not the framework's."""
    condition: str = ""
    source: str = ""
    queries: tuple[int, ...] = ()
    """Indexes of the queries whose results are part of the body, directly or through local variables."""
    calls: tuple[int, ...] = ()
    """Indexes of the calls (`FunctionFacts.calls`) whose results are part of the body, likewise."""
    status_from: FromParam | None = None
    """Of an answer whose status callers give: where they give it."""


class Raise(Struct, frozen=True, gc=False, omit_defaults=True):
    """An exception thrown. `status` is known for HTTP errors of the framework (else None until linked)."""

    exception: str
    span: Span
    site: Site
    status: int | None = None
    message: str = ""
    leaks: str = ""
    leak_span: Span | None = None
    condition: str = ""
    rethrow: bool = False
    symbol: Ref | None = None
    leak_kind: str = ""
    message_name: str = ""
    """The name that stands for the message, where it is no text: `INVALID_TOKEN`."""


class Catch(Struct, frozen=True, gc=False, omit_defaults=True):
    """A handler of failures. `outcome`: empty, log, raise, answer-error, answer-success, return, other.

    `broad`: catches everything. `covers`: what the protected block does: `write`, `query`, `call`... as (kind, name).
    `then_succeeds`: control goes on from here to a success answer.
    """

    types: tuple[str, ...]
    variable: str
    span: Span
    body: Span
    site: Site
    outcome: str = "other"
    broad: bool = False
    logs: bool = False
    covers: tuple[tuple[str, str], ...] = ()
    then_succeeds: bool = False
    explained: bool = False
    """Nothing is done, and a comment of three words or more says why."""
    is_value: bool = False
    """The failure is a value that a call returned and a condition asks for (Go): `covers` says which call."""
    indent: str = ""


class InputRead(Struct, frozen=True, gc=False, omit_defaults=True):
    """The code reads an input of the request by name: `req.params.id`, `params[:id]`, `request.query_params["q"]`.

    `name` is "" when the whole thing is taken (`req.body`). `place` as in `http.In`. `guarded`: the read has a
    default or is tested. `variable`: what it is assigned to. `escapes`: passed whole to code that is not known.
    `bounded`: a numeric read is clamped or compared with a maximum before use.
    """

    place: str
    name: str
    span: Span
    site: Site
    variable: str = ""
    guarded: bool = False
    escapes: bool = False
    bounded: bool | None = None
    sink: str = ""
    """What it reaches: query-limit, query-write, sql, response, call, compare ("" unknown)."""
    key_span: Span | None = None
    validated: bool = False


class LimitUse(Struct, frozen=True, gc=False, omit_defaults=True):
    """A value used as the number of rows to fetch. `source` is the variable or input that decides it.

    `name` is the wire name of the input if it is read from the request here; `clamped` if bounded on the way.
    """

    source: str
    span: Span
    origin: Origin
    name: str = ""
    clamped: bool = False
    input_span: Span | None = None
    query: int = -1


class CallSite(Struct, frozen=True, gc=False, omit_defaults=True):
    """A call of something that may be the project's own code. `arguments` are the sources, short ones only."""

    name: str
    span: Span
    site: Site
    receiver: str = ""
    arguments: tuple[str, ...] = ()
    awaited: bool = False
    passes_request: bool = False
    passes_caught: bool = False
    effect: str = ""
    """email, payment, http, queue, cache, log, metric: set by libraries; "" for ordinary calls."""
    statement: Span = Span(0, 0)
    receiver_type: str = ""
    """The declared type of the receiver, as a simple name."""
    hands: str = ""
    """The type of what a mediator is given, to hand it to whoever handles that type (`mediator.Send(new X())`)."""


class AsyncGap(Struct, frozen=True, gc=False, omit_defaults=True):
    """An await or promise whose failure nobody handles. `kind`: await, then, foreach; void: all of an `async void`."""

    span: Span
    kind: str
    quiet: bool = False
    """What is waited for is given functions written in place, and none of them ever fails unheard."""
    answers: bool = False
    """What follows the promise sends the answer."""


class FunctionParam(Struct, frozen=True, gc=False, omit_defaults=True):
    """A parameter as the code declares it."""

    name: str
    type: str = ""
    default: str | None = None
    used: bool = True
    annotations: tuple[str, ...] = ()


class Function(Struct, frozen=True, gc=False, omit_defaults=True):
    """A function, method, action or inline handler, with what its body does.

    `key` is unique in the file and stable while the code around it changes (`Class.method`, `get /x#0`).
    `start`..`end` are absolute byte offsets; `name_span` and all body facts are relative to `start`.
    `complete` is False when something in it could not be read (a syntax error, an unknown construct that matters):
    rules that argue from absence stay silent.
    """

    key: str
    name: str
    path: str
    start: int
    end: int
    name_span: Span
    language: str
    class_name: str = ""
    params: tuple[FunctionParam, ...] = ()
    is_async: bool = False
    decorators: tuple[str, ...] = ()
    returns: str = ""
    doc: str = ""
    is_test: bool = False
    is_public: bool = True
    queries: tuple[Query, ...] = ()
    loops: tuple[Loop, ...] = ()
    txs: tuple[Tx, ...] = ()
    responses: tuple[Response, ...] = ()
    raises: tuple[Raise, ...] = ()
    catches: tuple[Catch, ...] = ()
    inputs: tuple[InputRead, ...] = ()
    limits: tuple[LimitUse, ...] = ()
    calls: tuple[CallSite, ...] = ()
    gaps: tuple[AsyncGap, ...] = ()
    complete: bool = True
    reads_principal: bool = False
    transactional: bool = False
    """Runs inside a transaction opened outside of its body (`@Transactional`, `ATOMIC_REQUESTS`)."""
    forwards_errors: bool = False
    """Wrapped so that a rejected promise reaches the error handler (asyncHandler)."""
    body_start: int = 0
    body_end: int = 0
    names_read: tuple[str, ...] = ()
    """Identifiers mentioned in the body, sorted: whether a parameter is used at all."""
    gives: bool | None = None
    """Some `return` gives a value; False: none does, whatever happens. None: nobody can tell (a generator, a stub)."""
    fails: bool = False
    """Whoever calls it gets a failure: control never comes to its end, and nothing is returned or yielded."""
    returns_query: int = -1
    """Index of the query whose result it returns (a repository method), -1 if none."""
    rejects_with: tuple[str, ...] | None = None
    """Names of the project's functions whose rejected promises are its own: none, and it is never rejected. None: it
    may be rejected by something else (JavaScript)."""
    passes_on: bool = False
    """May hand the request on to the next handler that matches (`next()` without an error, `next("route")`)."""
    leaves_route: bool = False
    """May hand the request past the rest of its route to the next one that matches (`next("route")`)."""
    may_refuse: tuple[Span, ...] | None = None
    """Middleware that hands on every request: the calls by whose failure alone it may refuse one. None for all others."""
    admits: bool = False
    """A guard that asks for a credential, and lets those callers pass who bring none."""
    demands: bool = False
    """A handler that asks who calls, and refuses everybody who does not say."""
    gates: tuple[tuple[int, ...], ...] = ()
    """Numbers of calls that are given the request: a caller who does not say who he is comes to one of each group, and
    is refused if they refuse him."""
    sends_away: bool = False
    """A handler that asks who calls, and sends everybody elsewhere who does not say (Python)."""
    doors: tuple[int, ...] = ()
    """Numbers of calls that are given the request, and whose failure does not keep it from being served."""
    provides: tuple[str, ...] = ()
    """Path parameters that it sets for what comes after it (`req.params.id = 1`), `*` for all of them; sorted."""
    compares: tuple[str, ...] = ()
    """Text literals that the body compares with something (`==`, `case`, `in`), sorted."""
    methods: tuple[str, ...] = ()
    """HTTP methods that it serves, where it asks for the method itself and refuses all others; empty if it does not ask."""
    by_method: tuple[tuple[tuple[str, ...], Span], ...] = ()
    """What runs for some of these methods alone (for none of them: what refuses all others)."""
    indent: str = ""
    handling: str = ""
    """How it takes part in HTTP: handler, socket, middleware, error-handler, dependency, before-action; "" not at all."""

    def at(self, span: Span) -> Where:
        """The place in the file of a span of this function."""
        return Where(self.path, self.start + span.start, self.start + span.end)

    @property
    def where(self) -> Where:
        """The whole function."""
        return Where(self.path, self.start, self.end)

    @property
    def name_where(self) -> Where:
        """The function's name."""
        return self.at(self.name_span)
