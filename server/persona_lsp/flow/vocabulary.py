"""What the flow analysis asks frameworks and libraries: does this expression answer, throw, read input, query?

Frameworks and libraries fill these tables; the flow analysis owns branches, loops, transactions and data flow.
All functions are pure, never raise on odd code, and answer None when they don't know.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from persona_lsp.facts.body import Op, Origin
from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import Intent
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, FunctionNode, Module, Node


class Scope(Protocol):
    """What a recogniser can ask about the place it looks at."""

    module: Module
    function: FunctionNode
    cls: ClassNode | None
    handling: "Handling | None"

    def assigned(self, name: str) -> AnyExpr | None:
        """The value last assigned to a local name before here (or a file-level constant); None if unknown."""

    def type_of(self, expr: AnyExpr) -> str:
        """The declared type of a local, parameter, field or constructor call, as a simple name ("" unknown)."""

    def imported(self, name: str) -> tuple[str, str] | None:
        """(module, name) that a local name was imported from."""

    def origin(self, expr: AnyExpr) -> Origin:
        """Where the value comes from."""

    def text(self, node: Node) -> str:
        """The source of a node."""


class Answer(Struct, frozen=True, gc=False):
    """An expression that answers the request, or makes the answer that a handler returns.

    `status`: the code if given in the source (`status_node` points at it); None: the handler's default applies,
    unless `status_unknown`. `body`: the expression sent. `body_kind`: "" lets the flow analysis decide from `body`.
    `sends`: True if the call itself answers (`res.json()`, `render`), False if it is a value to be returned.
    `ends`: nothing after it runs (`return` is implied, as in `halt`).
    """

    status: int | None = None
    status_unknown: bool = False
    status_node: Node | None = None
    body: AnyExpr | None = None
    body_kind: str = ""
    sends: bool = True
    ends: bool = False
    streaming: bool = False


class Thrown(Struct, frozen=True, gc=False):
    """An HTTP failure: a raised exception, `abort(404)`, `next(createError(404))`.

    `exception`: class or helper name. `message`: the expression that reaches the client, if any.
    `ends`: control leaves the function here (False for `next(err)`). `caught`: the name that stands for what failed
    before, in the message (`map_err(|e| ...)`).
    """

    exception: str
    status: int | None = None
    status_node: Node | None = None
    message: AnyExpr | None = None
    ends: bool = True
    caught: str = ""


class Read(Struct, frozen=True, gc=False):
    """An input of the request. `place` as in facts.http.In (also `any` where one accessor reads several).

    `name` "" takes the whole thing. `key_node` is where the name stands.
    """

    place: str
    name: str
    key_node: Node | None = None
    guarded: bool = False
    into: AnyExpr | None = None
    """The variable that the input is put into (Go: `json.NewDecoder(r.Body).Decode(&book)`)."""


class Handling(Struct, frozen=True, gc=False):
    """How a function takes part in HTTP: the framework says so from its signature, decorators or class.

    `returns_answer`: what it returns is the answer. `default_status`: sent when nothing else is said (None unknown).
    `inputs`: parameter name -> place of the input that it carries (`path`, `query`, `body`, ...); other parameters
    are not request data. `request` / `response` / `forward`: names of such parameters (`req`, `res`, `next`).
    `kind`: handler, middleware, error-handler, dependency, before-action, or helper: a function that handlers call
    to answer for them.
    `implicit_answer`: it answers even if the body says nothing (Rails' implicit render).
    """

    kind: str = "handler"
    returns_answer: bool = False
    default_status: int | None = None
    inputs: Mapping[str, str] = {}
    request: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    forward: tuple[str, ...] = ()
    implicit_answer: bool = False
    forwards_errors: bool = False
    validated: tuple[str, ...] = ()
    """Parameters whose value the framework has validated against a schema."""
    development_only: bool = False
    """It runs only where developers run the application."""
    body_kind: str = ""
    """What the declared type of its answer says of the body (`file`, `stream`), "" if nothing."""
    passing: str = ""
    """What lets a request pass a guard: `return` (returning at all), `nothing` (returning no answer), `whatever` (it
    may only fail), or "", the call of what `forward` names."""
    silence: bool = False
    """Where it comes to its end without a word, `default_status` is answered with no body."""
    opaque: str = ""
    """Which values that it returns may carry any status: `all`, those of its `own` class's methods, or what is `turned`
    into an answer by a call that is named so (C#)."""


class Vocabulary(Struct, frozen=True):
    """What a framework's words mean inside functions. Each function may be called for any expression of its kind.

    `handling(function, cls, module)`: None for functions that have nothing to do with HTTP.
    `answer(call_or_value, scope)`: for every call, and every value that a handler with `returns_answer` returns.
    `thrown(expr, scope)`: for every raised value and every call.
    `read(expr, scope)`: for every `Member`, `Index` and `Call`.
    `principal(expr, scope)`: the expression is the authenticated caller (`req.user`, `current_user`). It is asked once
    for each name of a function: what a name is assigned on the way makes no difference.
    """

    framework: str
    languages: tuple[str, ...]
    handling: Callable[[FunctionNode, ClassNode | None, Module], Handling | None]
    answer: Callable[[AnyExpr, Scope], Answer | None] | None
    thrown: Callable[[AnyExpr, Scope], Thrown | None] | None
    read: Callable[[AnyExpr, Scope], Read | None] | None
    principal: Callable[[AnyExpr, Scope], bool] | None
    triggers: tuple[str, ...] = ()
    """Words without which a function body cannot contain anything of this vocabulary (plain substrings)."""
    returned: Callable[[AnyExpr, Scope], Answer | None] | None = None
    """For the value that a handler with `returns_answer` returns, where that says more than what to send: a status."""
    failed: Callable[[AnyExpr, Scope], Thrown | None] | None = None
    """For the value that a function returns, where failures are returned (Go): the one that it is."""
    applies: Callable[[Module], bool] | None = None
    """Files in whose functions it may be asked at all; None for all of its languages."""
    silent: Callable[[Module], Sequence[str]] | None = None
    """Which of `answer`, `thrown`, `read` and `principal` can find nothing in the functions of a file: they are not
    asked there. Being asked for nearly every expression, they cost most in files of other frameworks."""
    assigned: Callable[[AnyExpr, AnyExpr, Scope], Answer | None] | None = None
    """For what is assigned to a member, where that answers (`ctx.body = book`): the member, the value."""


class QueryMeaning(Struct, frozen=True, gc=False):
    """A call that talks to a database. Fields as in `facts.body.Query`; expressions instead of spans.

    `keys`: expressions that select the row(s). `sql`: the expression that holds SQL text (`fragment`: only a piece
    such as a WHERE condition). `data`: the expressions written. `limit`: the expression that bounds the rows.
    `chain_end`: node after which the call chain could be extended.
    """

    api: str
    op: Op
    entity: str = ""
    many: bool = False
    nullable: bool = False
    limited: bool | None = None
    keys: tuple[AnyExpr, ...] = ()
    sql: AnyExpr | None = None
    fragment: bool = False
    bound: bool = False
    data: tuple[AnyExpr, ...] = ()
    limit: AnyExpr | None = None
    unit_of_work: bool = False
    relational: bool | None = None
    columns: tuple[str, ...] = ()
    in_parameters: bool = False
    handle: str = ""
    table: AnyExpr | None = None
    """What says at run time which table or collection is asked (`db.collection(name)`)."""
    lazy: bool = False
    """Nothing is asked yet: the chain may go on (relations of ActiveRecord, Django querysets)."""
    into: AnyExpr | None = None
    """The variable that the result is put into (Go: `db.First(&book, id)`)."""
    store: str = ""
    """The declared type of what is asked, where that may be a class of the project."""
    raises: tuple[tuple[str, int], ...] = ()
    """Exceptions that it throws when there is no such row, with the status that they become if nobody catches them."""


class TxMeaning(Struct, frozen=True, gc=False):
    """A call that opens a transaction around the callback, block or `with` body that it is given.

    `handle`: name that stands for the transaction inside ("" none).
    """

    style: str = "callback"
    handle: str = ""


class EffectMeaning(Struct, frozen=True, gc=False):
    """A call with an effect outside of the database: `kind` is http, email, payment, queue, cache, log, metric."""

    kind: str


Meaning = QueryMeaning | TxMeaning | EffectMeaning


class Library(Struct, frozen=True):
    """What the calls of one driver, ORM, client or logger mean.

    `packages`: import prefixes that switch it on for a file (`sqlalchemy`, `@prisma/client`); empty: always, for its
    languages. `meaning(call, scope)` is asked for every call, the outermost of a chain first; when it answers, the
    receivers of the chain are not asked again. `transactional(function, cls)`: it runs in a transaction by declaration.
    `triggers`: substrings without which a body cannot contain anything of it.
    """

    id: str
    languages: tuple[str, ...]
    packages: tuple[str, ...]
    meaning: Callable[[Call, Scope], Meaning | None]
    triggers: tuple[str, ...] = ()
    transactional: Callable[[FunctionNode, ClassNode | None], bool] | None = None
    relational: bool | None = True
    serves: tuple[str, ...] = ()
    """Technologies, as personas name them, whose use in code this recognises beside the library itself."""
    spell: Callable[[Intent, Module, FileFacts], tuple[Edit, ...] | None] | None = None
    """The edits of a fix that is spelled in this library's words, None when it cannot be."""
