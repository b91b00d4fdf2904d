"""What a file registers, collected in the order in which it is written."""

from collections.abc import Iterator

from msgspec.structs import replace

from persona_lsp.facts.code import Problem
from persona_lsp.facts.http import (
    CorsPolicy,
    ErrorHandler,
    Guard,
    GuardKind,
    Level,
    Mount,
    Route,
    Router,
    Use,
)
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.flow.script.guards import classify, guard_name
from persona_lsp.flow.script.in_place import guard_in_place, leaves_route, path_params
from persona_lsp.flow.script.names import Scope, reference
from persona_lsp.frameworks.express.cors import cors_policy
from persona_lsp.frameworks.express.koa import uses_koa
from persona_lsp.frameworks.express.paths import without_slash
from persona_lsp.frameworks.express.signs import (
    GIVEN,
    VERBS,
    app_names,
    is_given_routers,
    is_handler,
    is_local,
    registrars,
)
from persona_lsp.frameworks.express.telling import handed_to, package_of, unwrapped
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassDef,
    FunctionNode,
    Lambda,
    Member,
    Module,
    Name,
    Node,
    dotted,
)


class Collected:
    """Routers, mounts, middleware and handlers of errors, and the marks of the walk that finds them."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.routers: dict[str, Router] = {}
        self.mounts: list[Mount] = []
        self.uses: list[Use] = []
        self.callbacks: dict[str, list[tuple[str, Guard]]] = {}
        self.routes: list[Route] = []
        self.error_handlers: list[ErrorHandler] = []
        self.cors: list[CorsPolicy] = []
        self.inline: dict[int, str] = {}
        self.keys: dict[str, int] = {}
        self.wrapped: set[int] = set()
        self.handed: set[int] = set()
        self.development = False
        self.order = 0
        self.anonymous = 0
        self.depth = 0
        self.reading: set[int] = set()
        self.statement: Node = module.body[0] if module.body else Name(0, 0, "")
        self.pending: dict[str, Node | FunctionNode] = {}
        self.parameters: dict[str, str] = {}
        self.called: Call | None = None
        """The call of a function of the file that registers what it is given, while its body is read for that."""
        self.by_default: set[str] = set()
        """Functions that make an application where they are given none."""
        self.problems: list[Problem] = []
        self.lent: dict[str, Node] = {}
        self.registrars = registrars(module)
        self.koa = uses_koa(module)
        self.imports = {i.local: (i.module, i.name) for i in module.imports if i.local}

    def router_of(self, expr: AnyExpr | None, scope: Scope) -> str | None:
        """The symbol of the router that a name or member stands for."""
        seen: set[str] = set()
        # `this.books = books; const books = this.books`: names that stand for each other stand for nothing.
        while (name := dotted(expr)) and name not in seen:
            seen.add(name)
            symbol = scope.router(name)
            if symbol is not None:
                return symbol
            value = scope.value(name)
            expr = value if isinstance(value, Name | Member) else None
        return None

    def interesting(self, function: FunctionNode) -> bool:
        """Whether a function may register something: it is given an app, or has words that register."""
        params = function.params
        if len(params) >= 2 and is_handler(params):
            return False
        if any(app_names(p) or is_given_routers(p, self.module) for p in params):
            return True
        source, start, end = self.module.source, function.start, function.end
        if VERBS.search(source, start, end) is not None or GIVEN.search(source, start, end) is not None:
            return True
        return self.registrars is not None and self.registrars.search(source, start, end) is not None

    def is_own(self, name: str, scope: Scope) -> bool:
        """Whether a name is the project's own: declared here, or imported by a path."""
        head = name.split(".", 1)[0]
        source = scope.imported(head)
        if source is not None:
            return is_local(source[0])
        return (
            head in self.pending
            or scope.value(head) is not None
            or any(isinstance(s, ClassDef) and s.cls.name == head for s in self.module.body)
        )

    def key(self, label: str) -> str:
        """A key for a function without a name of its own: the label, numbered where it is taken."""
        count = self.keys.get(label, 0)
        self.keys[label] = count + 1
        return label if count == 0 else f"{label}~{count}"

    def where(self, node: Node | FunctionNode) -> Where:
        """The place of a node."""
        return Where(self.module.path, node.start, node.end)

    def next(self) -> int:
        """The number of the next registration."""
        self.order += 1
        return self.order

    def require(self, symbol: str, at: Node) -> None:
        """Make a function that routes are registered on a router."""
        if symbol not in self.routers and (symbol in self.pending or symbol not in self.imports):
            self.routers[symbol] = Router(
                symbol,
                "app" if symbol in self.by_default else "router",
                "express",
                self.where(self.pending.get(symbol, at)),
                parameter=self.parameters.get(symbol, ""),
            )

    def mount(
        self,
        parent: str,
        child: Ref,
        prefix: Text,
        guards: tuple[Guard, ...],
        at: Node,
        *,
        conditional: bool,
        argument: str = "",
        given: tuple[Text, ...] = (),
    ) -> None:
        if child.name != parent:
            self.mounts.append(
                Mount(
                    Ref(parent),
                    child,
                    "express",
                    self.where(at),
                    self.next(),
                    prefix,
                    guards,
                    conditional,
                    argument=argument,
                    given=given,
                )
            )

    def distinct_mounts(self) -> Iterator[Mount]:
        """The mounts, without functions that are given an app and return a router which is mounted itself."""
        returned = {(m.parent, m.child) for i, m in enumerate(self.mounts) if i not in self.handed}
        for index, mount in enumerate(self.mounts):
            if index not in self.handed or (mount.parent, mount.child) not in returned:
                yield mount

    def attach(self, symbol: str, guard: Guard, path: Text) -> None:
        """Put middleware before what the router serves below a path."""
        if path and isinstance(path[-1], str) and path[-1].endswith("{*rest}"):
            path = without_slash((*path[:-1], path[-1][:-7]))
        self.uses.append(Use(Ref(symbol), guard, self.next(), path))

    def guard(self, arg: AnyExpr, scope: Scope, level: Level, *, conditional: bool = False) -> Guard:
        """The middleware that an argument stands for."""
        arg = handed_to(arg)
        if isinstance(arg, Lambda):
            return guard_in_place(arg.function, self.module, level, self.where(arg), scope)
        if isinstance(arg, Call):
            self.note_cors(arg, scope)
        kind, optional = classify(arg, package_of(arg, scope))
        value, _ = unwrapped(arg, scope)
        if kind is GuardKind.UNKNOWN and value is not arg and not isinstance(value, Lambda):
            kind, optional = classify(value, package_of(value, scope))
        name = guard_name(value) or guard_name(arg)
        return Guard(
            name,
            kind,
            level,
            self.where(arg),
            symbol=reference(value, scope) if name else None,
            source=self.module.text(arg)[:200],
            optional=optional,
            conditional=conditional,
            leaves_route=isinstance(value, Lambda) and leaves_route(value.function, self.module),
            path_params=path_params(value.function, self.module) if isinstance(value, Lambda) else (),
        )

    def note_cors(self, call: Call, scope: Scope) -> None:
        """Note the policy that a call makes, if it makes one."""
        policy = cors_policy(call, scope)
        if policy is not None:
            policy = replace(policy, development_only=self.development)
            if policy not in self.cors:
                self.cors.append(policy)

    def error_handler(self, arg: AnyExpr, symbol: str, scope: Scope) -> None:
        """Note a handler of errors."""
        key = ""
        if isinstance(arg, Lambda):
            key = self.key("error handler")
            self.inline[arg.function.start] = key
        else:
            ref = reference(arg, scope)
            key = ref.name if ref is not None else ""
        self.error_handlers.append(ErrorHandler("", self.where(arg), handler_key=key, router=Ref(symbol)))
