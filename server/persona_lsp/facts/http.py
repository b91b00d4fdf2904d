"""HTTP facts of one file: routers, mounts, routes, guards, and what configures them.

Nothing here is linked: references are names as the file writes them. `workspace` joins files into `Endpoint`s.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from persona_lsp.facts.class_paths import ClassPaths
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Ref, Text

NAMED: Final[Mapping[str, str]] = {
    "graphql": "GRAPHQL", "websocket": "SOCKET", "grpc": "GRPC", "message": "MESSAGE",
}  # fmt: skip
"""What stands in the place of the method where an endpoint of such a kind has a name instead of a path: an operation
(`Query.users`), an event of a socket, a procedure (`shop.Orders/Get`), a topic or queue."""


LOADED: Final = "@load."
"""The child of a mount that only running tells: `@load.app.routers:router`, the routers of that name of all modules below
a package; either part may be missing."""
INJECTED: Final = "@inject."
"""Before the name under which a container gives a router to functions: the child of a mount."""


SERVED: Final = "@socket.io"
"""What a route `needs` that is a listener of a socket, and is one of the server where the files around it have one."""


class In(StrEnum):
    """Where a parameter travels."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    FORM = "form"
    FILE = "file"
    BODY = "body"


class GuardKind(StrEnum):
    """What a guard does with a request."""

    AUTHN = "authn"
    AUTHZ = "authz"
    ROLE = "role"
    RATE_LIMIT = "rate-limit"
    VALIDATION = "validation"
    OTHER = "other"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """Which part of the application a guard is attached to."""

    ROUTE = "route"
    CLASS = "class"
    ROUTER = "router"
    APP = "app"


class Guard(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something that a request passes before the handler: a dependency, middleware, filter or annotation.

    `source` is the text as written, so that a fix can copy it. `symbol` is its name, resolvable across files.
    `only` / `except_` name handlers (Rails actions); `matcher` is a path pattern for guards that match URLs.
    `optional` says that anonymous callers pass too. `allows_all` marks an explicit opt-out (`permitAll`, `@Public`).
    """

    name: str
    kind: GuardKind
    level: Level
    where: Where
    symbol: Ref | None = None
    source: str = ""
    optional: bool = False
    allows_all: bool = False
    conditional: bool = False
    only: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    matcher: str = ""
    methods: tuple[str, ...] = ()
    skips: str = ""
    """The name of an inherited guard that this one switches off (`skip_before_action`)."""
    leaves_route: bool = False
    """Written in place, it may hand the request past the rest of its route (`next("route")`)."""
    path_params: tuple[str, ...] = ()
    """Path parameters that it mentions where it is written in place, or is called for; `*` for all of them."""
    within: tuple[str, ...] = ()
    """Path patterns that the whole chain of the guard is limited to (Spring's `securityMatcher`); empty for all."""
    outside: tuple[str, ...] = ()
    """Path patterns that it leaves out (Spring's `excludePathPatterns`)."""
    either: tuple[tuple["Guard", ...], ...] = ()
    """Alternatives of which the caller needs one, each a list of what has to hold together (`A & B | C`)."""
    mark: str = ""
    """What it marks a route with, or what mark it looks for, as written (the first argument of Nest's `SetMetadata`)."""
    values: tuple[str, ...] = ()
    """What the mark says, or has to say: texts and names of constants (`@Roles("admin", Role.Staff)`)."""
    handed: bool = False
    """It does nothing but hand the handler a credential, without which no request is served."""


class Constraint(Struct, frozen=True, gc=False, omit_defaults=True):
    """Bounds that a declared parameter or field is checked against. None: no such bound is declared.

    A `maximum` of infinity is declared, but its number stands where this file doesn't tell.
    """

    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()


class Param(Struct, frozen=True, gc=False, omit_defaults=True):
    """An input of an endpoint that the handler or one of its dependencies declares.

    `name` is the name on the wire; `local` the name in code. `type` is the declared type as written ("" if none).
    `via` names the dependency that declares it. `used` is False only if the handler is known never to read it.
    """

    name: str
    where: Where
    place: In
    local: str = ""
    type: str = ""
    required: bool = True
    default: str | None = None
    constraint: Constraint | None = None
    via: str = ""
    used: bool = True
    default_where: Where | None = None


class Body(Struct, frozen=True, gc=False, omit_defaults=True):
    """The request body that a handler declares. `validated`: True, False, or None when unknown.

    `untyped` is True for `dict`, `Map<String, Object>`, `any`.
    """

    type: str
    where: Where
    local: str = ""
    untyped: bool = False
    validated: bool | None = None
    type_ref: Ref | None = None


class Declared(Struct, frozen=True, gc=False, omit_defaults=True):
    """A status that is declared rather than answered in the body of the handler: decorator, annotation, contract."""

    status: int | None
    where: Where
    is_default: bool = False
    """True for the framework's own default, which stands nowhere in the source."""
    documented_only: bool = False
    """True for documentation such as `responses=` or `@ApiResponse`, which changes nothing at run time."""
    description: str = ""


class Doc(Struct, frozen=True, gc=False, omit_defaults=True):
    """What the code says about the endpoint for its consumers."""

    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    operation_id: str = ""
    deprecated: bool = False
    hidden: bool = False


class Router(Struct, frozen=True, gc=False, omit_defaults=True):
    """A thing that routes are registered on: app, router, blueprint, controller class.

    `symbol` is its name in this file, unique (`Class.method` scopes are written dotted). `kind`: app, router, class,
    or route: what serves nothing unless it is mounted (a function whose attribute says its path).
    `inherits` names base classes or interfaces whose routes and guards it takes over.
    `merge_params`: whether the parent's path parameters are readable (Express).
    """

    symbol: str
    kind: str
    framework: str
    where: Where
    prefixes: tuple[Text, ...] = ((),)
    guards: tuple[Guard, ...] = ()
    inherits: tuple[Ref, ...] = ()
    merge_params: bool = True
    conditional: bool = False
    abstract: bool = False
    """True for an interface or abstract class that serves nothing by itself."""
    implemented: bool = False
    """Of an interface: the class that implements it serves its routes, though nothing there says so (JAX-RS)."""
    controller: str = ""
    """The name that string handlers resolve to (`Admin::ArticlesController`), where a framework has such names."""
    copies: Ref | None = None
    """The function of the project that made it and others like it: its prefix and guards are those of what that returns."""
    inherits_prefix: bool = False
    """Without prefixes of its own it takes those of the first base that has some (Spring)."""
    parameter: str = ""
    """For what a function is given: the place among its parameters (`1`; `0.app` inside of an object), "" if unknown."""
    settings: tuple[tuple[str, str], ...] = ()
    """What else is set on it, by the names that the linker of its framework knows (`version`, `exclude`: Nest)."""
    given: tuple[tuple[Ref, str, tuple[Text, ...]], ...] = ()
    """What the project's own annotations say on it, each with the attribute that says so: prefixes, where that attribute
    stands for those (Spring's `@AliasFor`)."""


class Mount(Struct, frozen=True, gc=False, omit_defaults=True):
    """`parent` serves everything of `child` below `prefix`, from position `order` in the parent on.

    A negative `order` is a number like any other, but its place among the others is not known.
    """

    parent: Ref
    child: Ref
    framework: str
    where: Where
    order: int
    prefix: Text = EMPTY
    guards: tuple[Guard, ...] = ()
    conditional: bool = False
    passed_to: str = ""
    """The function that the router is an argument of: `where` is the call, which serves its own arguments alone."""
    replaces_prefix: bool = False
    """Its prefix takes the place of the child's own one (Flask's `register_blueprint(url_prefix=)`)."""
    apart: bool = False
    """What the parent's own routes depend on is not asked of what is served there (FastAPI's `mount`)."""
    otherwise: bool = False
    """Holds where no other mount of the child leads to an application (`group ?? app`)."""
    given: tuple[Text, ...] = ()
    """For a `child` that is a function: what the call gives for each of its parameters."""
    named: tuple[tuple[str, Text], ...] = ()
    """What it gives by name, with `passed_to`; `*` for what nobody can read off the call."""
    argument: str = ""
    """For a `child` that is a function which adds to `parent`: the place among its arguments, as `Router.parameter`."""
    variants: tuple[str, ...] = ()
    """What distinguishes requests for it from others, as for `Route`: the host that it is served on."""
    modules: str = ""
    """What stands before the names of controllers in what is drawn there, with a slash behind it (Rails)."""


class Use(Struct, frozen=True, gc=False, omit_defaults=True):
    """A guard attached to a router from position `order` on (Express `use`), or to all of it (`order` -1)."""

    router: Ref
    guard: Guard
    order: int = -1
    prefix: Text = EMPTY
    rank: float = 0.0
    """Which of several chains of rules is tried first, whatever file it stands in (Spring's `@Order`)."""


class Made(Struct, frozen=True, omit_defaults=True):
    """What a handler is put together of: a name, or the call of one with what it is given (None for all but names).

    `guard` is what the name says of it, should it turn out to be called with the handler inside (Go).
    """

    name: str
    given: tuple["Made | None", ...] | None = None
    guard: Guard | None = None


class Route(Struct, frozen=True, gc=False, omit_defaults=True):
    """A registration of one handler for methods and a path, as one file shows it.

    `where` covers the verb token or path that a reader would point at, `statement` the whole registration.
    `path` is relative to `router`. `handler` is a reference, or the `key` of a function of the same file when
    `handler_key` is not empty. `methods` are upper-case; `ANY` stands for all. `order` counts registrations in the
    file; it is negative where the place among the others is not known. `literal_only` limits: `consumes`, `produces`,
    `variants` (params, headers, version, host) distinguish routes of equal method and path.
    """

    methods: tuple[str, ...]
    path: Text
    framework: str
    where: Where
    statement: Where
    order: int
    router: Ref | None = None
    handler: Ref | None = None
    handler_key: str = ""
    handler_name: str = ""
    guards: tuple[Guard, ...] = ()
    params: tuple[Param, ...] = ()
    body: Body | None = None
    declared: tuple[Declared, ...] = ()
    doc: Doc = Doc()
    variants: tuple[str, ...] = ()
    conditional: bool = False
    derived: bool = False
    """True when a library macro made it (devise, Spring Data REST)."""
    kind: str = "http"
    """http, websocket, graphql, grpc, message. `dependency` and `signature` are records of functions, and no routes."""
    path_where: Where | None = None
    method_where: Where | None = None
    method_by_name: bool = False
    """The name of the function says which method it answers (`def get` of a view)."""
    html: bool = False
    """True when the endpoint is known to render pages and not an API."""
    unless: str = ""
    """A setting (the name of a constant) that takes the route away where the application has it (`Rails.api_only`)."""
    needs: str = ""
    """`Class mark`: the route exists only if that class carries the mark (`User devise:confirmable`). With a leading
    `?` it is taken to exist where the class is not known."""
    unknown_params: bool = False
    """True when not every input is known (an unresolved dependency): rules on unread parameters stay silent."""
    dependencies: tuple[Ref, ...] = ()
    """Functions whose parameters and raises belong to the endpoint too (FastAPI `Depends`)."""
    development_only: bool = False
    """Registered where the application does not run for its users: `if Rails.env.development?`."""
    forwards_errors: bool = False
    """The handler is wrapped where it is registered, so that its rejections reach the error handler."""
    view: str = ""
    """What is registered is a view, whose methods another file decides: named (a function or what stands for a view),
    class, set (a class with `serves`), registered (at a router that makes the paths) or classful (a class whose methods
    have paths). "" for all other routes."""
    serves: tuple[tuple[str, str], ...] = ()
    """For a view: HTTP methods with the methods of its class that answer them."""
    class_view: bool = False
    """The handler is a class, whose methods answer the HTTP methods that they are called after (Flask's views)."""
    paths: ClassPaths | None = None
    """For such a class: what its registration says of the paths of its methods (Flask-Classful)."""
    sends_null: bool = True
    """A result that is not there is sent as it is; False where the library answers a status of its own instead."""
    conventional: bool = False
    """Where nothing before it has a path, patterns of the application reach it (ASP.NET)."""
    action: str = ""
    """What such patterns and the token `[action]` call it."""
    made: Made | None = None
    """What a handler that is made by a call is put together of, where only other files tell what that call does (Go)."""

    @property
    def named(self) -> bool:
        """It has a name (`path`) and no place on an HTTP router."""
        return self.kind != "http" and self.router is None and self.kind in NAMED


class ErrorHandler(Struct, frozen=True, gc=False, omit_defaults=True):
    """Maps an exception type to a status. `handler_key` is the function that answers."""

    exception: str
    where: Where
    status: int | None = None
    handler_key: str = ""
    router: Ref | None = None
    becomes: str = ""
    """The failure that it is turned into before anybody answers for it (Rust's `impl From<RepoError> for AppError`)."""


class CorsPolicy(Struct, frozen=True, gc=False, omit_defaults=True):
    """A CORS configuration. `effect`: `reflects` (exploitable) or `fails` (refused at run time) when both hold.

    `origins_any` and `credentials` are None when unknown. `origins_where` is the value to replace.
    """

    library: str
    where: Where
    origins_any: bool | None
    credentials: bool | None
    effect: str = "reflects"
    origins_where: Where | None = None
    credentials_where: Where | None = None
    development_only: bool = False
