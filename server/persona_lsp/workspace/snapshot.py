"""The snapshot: everything known about a workspace at one moment, linked. Rules and the façade read this alone."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import ClassFacts, FileFacts
from persona_lsp.facts.http import Body, Declared, Guard, Param, Route
from persona_lsp.facts.place import Where


class Auth(StrEnum):
    """Whether an endpoint lets anonymous callers in."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"
    UNKNOWN = "unknown"


class Segment(Struct, frozen=True, gc=False):
    """A piece of a path between slashes. `param` is the parameter's name, "" for a literal.

    `pattern` restricts what a parameter matches (`int`, a regular expression), "" for anything without a slash.
    `rest` matches the rest of the path. A mixed segment (`{id}.json`) keeps its text in `literal`;
    `more` names the parameters after its first one (`{name}.{extension}`).
    """

    literal: str = ""
    param: str = ""
    pattern: str = ""
    rest: bool = False
    more: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All parameters of the segment, in order."""
        return (self.param, *self.more) if self.param else ()


class Endpoint(Struct, frozen=True, gc=False):
    """One method and path that the back end serves, with everything known about it.

    `path` is the full path with parameters as `{name}`; `path_known` is False when a prefix could not be resolved.
    `app` identifies the application that serves it: routes of different apps never conflict. `position` orders
    registrations as the router tries them; None when the order is unknown. `handler` is None when it was not found.
    `guards` are all that apply, outermost first. `answers` are the responses of the handler (declared default
    included); `statuses` the numbers, sorted. `success` the success statuses, empty if unknown.
    `siblings` are the ids of endpoints in the same group (class, router, controller).
    """

    id: str
    method: str
    path: str
    path_known: bool
    route: Route
    framework: str
    app: str
    group: str
    where: Where
    segments: tuple[Segment, ...] = ()
    position: int | None = None
    handler: Function | None = None
    handler_name: str = ""
    guards: tuple[Guard, ...] = ()
    auth: Auth = Auth.UNKNOWN
    params: tuple[Param, ...] = ()
    body: Body | None = None
    declared: tuple[Declared, ...] = ()
    statuses: tuple[int, ...] = ()
    success: tuple[int, ...] = ()
    default_status: int | None = None
    test: bool = False
    conditional: bool = False
    callees: tuple[Function, ...] = ()
    """The project's own functions that the handler calls, resolved, two levels deep at most."""
    first_level: tuple[tuple[int, Function], ...] = ()
    """(index into `handler.calls`, the function it calls) for calls of the handler itself."""
    before: tuple[Function, ...] = ()
    """Functions that run before the handler (dependencies, before_action, middleware of the project)."""
    overrides: str = ""
    wrapped: bool = False
    """Errors of the handler reach the error handler whatever it does."""
    slash_decides: bool = False
    """A path that ends with a slash is another one."""
    unheard: str = ""
    """What may fail without anybody hearing of it: `awaits` and all promises of the handler, `promises` that nobody
    waits for, those of them alone that bring the `answers`; "" nothing that is known."""
    order: tuple[int, ...] = ()
    """Orders of the mounts on the way and of the registration; empty if unknown."""
    hidden_params: tuple[str, ...] = ()
    """Parameters of `path` that the handler cannot read: its router does not merge its parent's (Express)."""

    @property
    def shape(self) -> str:
        """The path with every parameter as `{}`, with `{*}` for what takes the rest of the path."""
        return "/" + "/".join(
            s.literal if not s.param else "{*}" if s.rest else "{" + s.pattern + "}" for s in self.segments
        )

    @property
    def label(self) -> str:
        """`GET /orders/{id}`."""
        return f"{self.method} {self.path}"

    @property
    def path_params(self) -> tuple[str, ...]:
        """Names of the path's parameters, in order."""
        return tuple(name for s in self.segments for name in s.names)


class Snapshot(Struct, frozen=True, gc=False):
    """All files, linked.

    `endpoints` in order of file and registration. `by_file`: endpoints whose registration or handler stands in that
    file. `handlers`: (path, function key) -> endpoints it serves. `versions`: package -> version as far as known.
    """

    files: Mapping[str, FileFacts]
    endpoints: tuple[Endpoint, ...] = ()
    by_file: Mapping[str, tuple[Endpoint, ...]] = {}
    handlers: Mapping[tuple[str, str], tuple[Endpoint, ...]] = {}
    versions: Mapping[str, str] = {}
    classes: Mapping[str, tuple[ClassFacts, ...]] = {}
    """Classes by simple name."""
    functions: Mapping[str, tuple[Function, ...]] = {}
    """Functions by simple name."""
    transactional: frozenset[tuple[str, str]] = frozenset()
    """Functions that a caller in this project runs inside a transaction."""
    sole_status: Mapping[str, int] = {}
    """Exception class -> status that the project's error handlers or the class itself give it."""
    settings: Mapping[str, Mapping[str, str]] = {}
    sessions: frozenset[str] = frozenset()
    """How frameworks in use keep callers in a session: `always`, by `default` unless the code says otherwise."""
    front_end: frozenset[str] = frozenset()
    """Files of packages that run in browsers: no back end, and not reviewed."""
    outline: object = None
    """Stays the same object while only the insides of functions change: endpoints keep their order and their paths."""
    reached: Mapping[str, tuple[int, ...]] = {}
    """File -> indexes of the endpoints that depend on it, for linking the next snapshot."""
    answering: frozenset[tuple[str, str]] = frozenset()
    """(file, key) of functions that answer for failures, for linking the next snapshot."""
    in_transaction: Mapping[str, frozenset[tuple[str, str]]] = {}
    """File -> functions that its functions run inside transactions, for linking the next snapshot."""
    indexes: Mapping[str, Any] = {}
    """Names of each file, for linking the next snapshot."""
    project: Any = None
    """Resolved calls, for linking the next snapshot."""

    def endpoints_of(self, function: Function) -> tuple[Endpoint, ...]:
        """The endpoints that the function handles."""
        return self.handlers.get((function.path, function.key), ())

    def class_named(self, name: str) -> ClassFacts | None:
        """The class of that simple name, if there is exactly one."""
        found = self.classes.get(name.rsplit(".", 1)[-1], ())
        return found[0] if len(found) == 1 else None
