"""The language of `routes.rb`: each word does to the scope, and registers, what Rails' own mapper does."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Declared, Guard, GuardKind, In, Level, Mount, Param, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Ref
from persona_lsp.frameworks.rails import macros
from persona_lsp.frameworks.rails.inflection import underscored
from persona_lsp.frameworks.rails.literals import (
    chain,
    is_false,
    is_true,
    items,
    literal,
    names,
    options,
    resolved,
)
from persona_lsp.frameworks.rails.scope import (
    RESOURCE_ACTIONS,
    SINGLETON_ACTIONS,
    Paths,
    Resource,
    Scope,
    joined,
    known,
    resource,
    variants,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    BlockExpr,
    Call,
    Const,
    Def,
    Do,
    Entry,
    For,
    FunctionNode,
    Group,
    If,
    Index,
    Items,
    Lambda,
    Module,
    Name,
    Node,
    Object,
    Return,
    Stmt,
    Str,
    Switch,
    Ternary,
    Try,
)

_CANONICAL: Final = frozenset({"index", "create", "new", "show", "update", "destroy"})
_METHODS: Final = {
    "index": ("GET",),
    "create": ("POST",),
    "new": ("GET",),
    "edit": ("GET",),
    "show": ("GET",),
    "update": ("PATCH", "PUT"),
    "destroy": ("DELETE",),
}
_VERBS: Final = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "options": "OPTIONS"}
_LOOPS: Final = frozenset({"each", "each_with_index", "each_pair", "map", "each_entry"})
_RESOURCE_OPTIONS: Final = frozenset({"as", "controller", "path", "only", "except", "param", "concerns", "shallow"})
_SHORTHAND: Final = re.compile(r"/?[-\w]+/[-\w/]+$")
_ACTION: Final = re.compile(r"[\w\-/]+$")
_DEPTH: Final = 40
_MOST: Final = 20_000
"""Routes of one file beyond this are not read: loops over literals multiply."""


class Mapper:
    """Draws the routes of one file. `routes` and `mounts` fill as `run` reads statements."""

    def __init__(self, module: Module, router: str, constants: Mapping[str, AnyExpr]) -> None:
        self.module = module
        self.router = Ref(router)
        self.paths = Paths()
        self.routes: list[Route] = []
        self.mounts: list[Mount] = []
        self.env: dict[str, AnyExpr] = dict(constants)
        self.functions: dict[str, FunctionNode] = {}
        self.concerns: dict[str, FunctionNode] = {}
        self.receivers: dict[str, tuple[tuple[str, AnyExpr], ...]] = {}
        self.depth = 0
        self.order = 0

    def run(self, body: Iterable[Stmt], scope: Scope) -> None:
        """Read statements in a scope."""
        if self.depth > _DEPTH or len(self.routes) > _MOST:
            return
        self.depth += 1
        for statement in body:
            self._statement(statement, scope)
        self.depth -= 1

    def _statement(self, statement: Stmt, scope: Scope) -> None:
        match statement:
            case Do(value=value) | Return(value=value) if value is not None:
                self._expression(value, scope)
            case Assign(targets=(Name(id=name), *_), value=value, op="") if value is not None:
                self.env[name] = resolved(value, self.env) or value
            case If(test=test, then=then, orelse=orelse):
                maybe = replace(scope, conditional=True)
                self._expression(test, scope)
                self.run(then, maybe)
                self.run(orelse, maybe)
            case Switch(arms=arms):
                for _, inner in arms:
                    self.run(inner, replace(scope, conditional=True))
            case Try(body=inner, final=final):
                self.run(inner, scope)
                self.run(final, scope)
            case Group(body=inner):
                self.run(inner, scope)
            case For(target=Name(id=name), iterable=iterable, body=inner):
                for item in items(iterable, self.env) or ():
                    self._bound({name: item}, lambda: self.run(inner, scope))
            case Def(function=function):
                self.functions[function.name] = function
            case _:
                pass

    def _expression(self, value: AnyExpr, scope: Scope) -> None:
        match value:
            case Call():
                self._call(value, scope)
            case BlockExpr(body=body):
                self.run(body, scope)
            case Ternary(then=then, orelse=orelse):
                self._expression(then, replace(scope, conditional=True))
                self._expression(orelse, replace(scope, conditional=True))
            case Binary(op="and" | "or", right=right):
                self._expression(right, replace(scope, conditional=True))
            case _:
                pass

    def _call(self, call: Call, scope: Scope) -> None:
        receiver = call.receiver
        name = call.name
        if receiver is not None and not (isinstance(receiver, Name) and receiver.id == "self"):
            if name in _LOOPS and call.block is not None:
                self._loop(receiver, call.block.function, scope)
                return
            if not (isinstance(receiver, Name) and receiver.id in self.receivers):
                return
            scope = replace(scope, options=(*scope.options, *self.receivers[receiver.id]))
        word = _WORDS.get(name)
        if word is not None:
            word(self, call, scope)
        elif name in macros.MACROS:
            macros.MACROS[name](self, call, scope)
        elif name in self.functions:
            self._inlined(self.functions[name], call, scope)
        elif call.block is not None:
            # A word of some gem: what it does to the paths of its block is unknown.
            hole = self.paths.keep(Hole(f"`{name}` is not a word of Rails", self.module.text(call)[:40]))
            self.run(call.block.function.body, replace(scope, path=f"{scope.path}/{hole}", conditional=True))

    def _loop(self, iterable: AnyExpr, function: FunctionNode, scope: Scope) -> None:
        """Loops over literals are unrolled; others build routes that nobody can read off."""
        params = [p.name for p in function.params]
        listed = items(iterable, self.env)
        whole = resolved(iterable, self.env)
        if listed is not None:
            for item in listed:
                self._bound(_paired(function, item), lambda: self.run(function.body, scope))
        elif isinstance(whole, Object) and len(params) > 1:
            for entry in whole.entries:
                if entry.name:
                    key = entry.key or Str(entry.start, entry.end, (entry.name,))
                    self._bound({params[0]: key, params[1]: entry.value}, lambda: self.run(function.body, scope))

    def _bound(self, values: Mapping[str, AnyExpr], action: Callable[[], None]) -> None:
        before = dict(self.env)
        self.env.update({k: resolved(v, self.env) or v for k, v in values.items()})
        action()
        self.env = before

    def _inlined(self, function: FunctionNode, call: Call, scope: Scope) -> None:
        """A method that the routes file defines for itself."""
        values: dict[str, AnyExpr] = {}
        plain = [p for p in function.params if p.kind == "plain"]
        for param, arg in zip(plain, call.args, strict=False):
            values[param.name] = arg
        for param in function.params:
            given = call.kwarg(param.name) if param.kind == "keyword" else None
            if given is not None:
                values[param.name] = given
            elif param.name not in values and param.default is not None:
                values[param.name] = param.default
        self._bound(values, lambda: self.run(function.body, scope))

    # The scope

    def block(self, call: Call, scope: Scope) -> None:
        """Read the block of a call."""
        if call.block is not None:
            self.run(call.block.function.body, scope)

    def options(self, call: Call, scope: Scope) -> tuple[dict[str, AnyExpr], bool]:
        """The options of a line with those of `with_options` around it."""
        given, complete = options(call, self.env)
        return {**dict(scope.options), **given}, complete

    def path_of(self, expr: AnyExpr | None) -> str:
        """A path as written, with placeholders for what is not literal."""
        found = literal(expr, self.env)
        if found is not None:
            return found
        value = resolved(expr, self.env)
        match value:
            case None | Const(value=None):
                return ""
            case Str(parts=parts):
                return "".join(p if isinstance(p, str) else self.path_of(p) for p in parts)
            case Binary(op="+", left=left, right=right):
                return self.path_of(left) + self.path_of(right)
            case _:
                name = chain(value)
                if name and name[:1].isupper() and name.rsplit(".", 1)[-1].isupper():
                    return self.paths.keep(Ref(name))
                return self.paths.keep(Hole("not a literal", self.module.text(value)[:60]))

    def scoped(self, given: Mapping[str, AnyExpr], scope: Scope) -> Scope:
        """The scope that `scope` with these options makes."""
        changes: dict[str, object] = {}
        if "path" in given:
            piece = self.path_of(given["path"])
            changes["path"] = joined(scope.path, piece)
            if scope.level != "nested" and "shallow_path" not in given:
                changes["shallow_path"] = joined(scope.shallow_path, piece)
        if "shallow_path" in given:
            changes["shallow_path"] = joined(scope.shallow_path, self.path_of(given["shallow_path"]))
        if "module" in given:
            module = self.path_of(given["module"]).strip("/")
            changes["module"] = f"{scope.module}/{module}".strip("/")
        for name in ("controller", "action", "to"):
            if name in given:
                changes[name] = self.path_of(given[name])
        if "shallow" in given:
            changes["shallow"] = not is_false(given["shallow"])
        if "only" in given or "except" in given:
            changes["only"] = names(given.get("only"), self.env)
            changes["except_"] = names(given.get("except"), self.env)
        if "via" in given:
            changes["via"] = self._via(given["via"])
        if "path_names" in given:
            found = resolved(given["path_names"], self.env)
            if isinstance(found, Object):
                more = tuple((e.name, self.path_of(e.value)) for e in found.entries if e.name)
                changes["path_names"] = (*scope.path_names, *more)
        scope = replace(scope, **changes) if changes else scope
        if "constraints" in given:
            scope = self.constrained(given["constraints"], scope)
        if "format" in given:
            scope = _formatted(given["format"], scope)
        return scope

    def constrained(self, expr: AnyExpr, scope: Scope) -> Scope:
        """The scope below `constraints`: patterns and hosts tell routes apart, objects and lambdas decide at run time."""
        value = resolved(expr, self.env)
        if isinstance(value, Object):
            found = tuple(f"{e.name}={self.module.text(e.value)}" for e in value.entries if e.name)
            return replace(scope, variants=(*scope.variants, *found))
        text = " ".join(self.module.text(expr).split())[:80]
        return replace(scope, variants=(*scope.variants, text), conditional=True)

    def nested(self, scope: Scope) -> Scope:
        """The scope of what belongs to a member of the resource."""
        parent = scope.resource
        if parent is None:
            return scope
        base = scope.path
        if scope.shallow and not parent.singleton and scope.shallow_depth >= 1:
            base = scope.shallow_path
        return replace(scope, level="nested", path=joined(base, parent.nested_path))

    def member(self, scope: Scope) -> Scope:
        """The scope of a member of the resource."""
        parent = scope.resource
        if parent is None:
            return scope
        base = scope.shallow_path if scope.shallow and not parent.singleton else scope.path
        return replace(scope, level="member", path=joined(base, parent.member_path))

    def collection(self, scope: Scope) -> Scope:
        """The scope of the collection."""
        parent = scope.resource
        return replace(scope, level="collection", path=joined(scope.path, parent.path)) if parent else scope

    def new(self, scope: Scope) -> Scope:
        """The scope of what is about to be made."""
        parent = scope.resource
        if parent is None:
            return scope
        return replace(scope, level="new", path=joined(scope.path, f"{parent.path}/{scope.path_name('new')}"))

    # Resources

    def resources(self, call: Call, scope: Scope, *, singleton: bool) -> None:
        """`resources :a, :b, options do ... end`."""
        given, complete = self.options(call, scope)
        for arg in call.args:
            value = resolved(arg, self.env)
            if isinstance(value, Object):
                continue
            name = literal(value, self.env)
            if name:
                self.one_resource(name, given, call, scope, singleton=singleton, complete=complete, at=arg)

    def one_resource(
        self,
        name: str,
        given: dict[str, AnyExpr],
        call: Call,
        scope: Scope,
        *,
        singleton: bool,
        complete: bool = True,
        at: Node | None = None,
        derived: bool = False,
        extra: Callable[[Scope], None] | None = None,
    ) -> None:
        """One resource: what its block registers, then its concerns, then its own actions."""
        if "shallow" in given:
            scope = replace(scope, shallow=not is_false(given["shallow"]))
        if scope.level in ("resources", "resource"):
            scope = self.nested(scope)
        patterns = tuple(f"{k}={self.module.text(v)}" for k, v in given.items() if isinstance(v, Str) and v.regex)
        if patterns:
            scope = replace(scope, variants=(*scope.variants, *patterns))
        outer = {k: v for k, v in given.items() if k not in _RESOURCE_OPTIONS}
        scope = self.scoped(outer, scope)
        made = self._resource(name, given, scope, singleton=singleton, complete=complete)
        inner = replace(
            scope,
            level="resource" if singleton else "resources",
            resource=made,
            controller=made.controller,
            action="",
            shallow_depth=scope.shallow_depth + made.shallow,
            options=(),
        )
        if extra is not None:
            extra(inner)
        self.block(call, inner)
        if "concerns" in given:
            self._use_concerns(names(given["concerns"], self.env) or (), {}, inner)
        self._own_actions(made, inner, call, at if at is not None else call, derived=derived)

    def _resource(
        self, name: str, given: Mapping[str, AnyExpr], scope: Scope, *, singleton: bool, complete: bool
    ) -> Resource:
        texts = {k: self.path_of(given[k]) for k in ("as", "controller", "path", "param") if k in given}
        actions: tuple[str, ...] = SINGLETON_ACTIONS if singleton else RESOURCE_ACTIONS
        only, except_ = given.get("only"), given.get("except")
        uncertain = not complete
        if only is None and except_ is None:
            chosen, left_out = scope.only, scope.except_
        else:
            chosen, left_out = names(only, self.env), names(except_, self.env)
            empty = isinstance(only, Const) and only.value is None
            uncertain = uncertain or (only is not None and chosen is None and not empty)
            uncertain = uncertain or (except_ is not None and left_out is None)
        if chosen is not None:
            actions = tuple(a for a in actions if a in chosen)
        elif left_out is not None:
            actions = tuple(a for a in actions if a not in left_out)
        return resource(
            name,
            singleton=singleton,
            options=texts,
            actions=actions,
            shallow=scope.shallow,
            uncertain=uncertain,
            explicit=chosen is not None,
        )

    def _own_actions(self, made: Resource, scope: Scope, call: Call, at: Node, *, derived: bool) -> None:
        if made.uncertain:
            scope = replace(scope, conditional=True)
        collection, member, new = self.collection(scope), self.member(scope), self.new(scope)
        order = SINGLETON_ACTIONS if made.singleton else RESOURCE_ACTIONS
        for action in order:
            if action not in made.actions:
                continue
            where = collection if action in ("index", "create") else new if action == "new" else member
            path = where.path if action != "edit" else joined(where.path, scope.path_name("edit"))
            self.add(
                where, _METHODS[action], path, self.handler(where, made.controller, action), call, at, derived=derived,
                page=action in ("new", "edit"),
                unless="Rails.api_only" if action in ("new", "edit") and not made.explicit else "",
            )  # fmt: skip

    # Concerns

    def _use_concerns(self, wanted: Iterable[str], given: Mapping[str, AnyExpr], scope: Scope) -> None:
        for name in wanted:
            function = self.concerns.get(name)
            if function is None:
                continue
            values: dict[str, AnyExpr] = {}
            if function.params:
                entries = tuple(_entry(k, v) for k, v in given.items())
                values[function.params[0].name] = Object(function.start, function.start, entries)
            body = function.body
            self._bound(values, lambda body=body: self.run(body, scope))  # type: ignore[misc]  # mypy cannot type a lambda's default

    # Routes

    def match(self, call: Call, scope: Scope, methods: tuple[str, ...]) -> None:
        """`get "path", to: ...` and its relatives."""
        given, _ = self.options(call, scope)
        targets: list[tuple[AnyExpr, AnyExpr | None]] = []
        for arg in call.args:
            value = resolved(arg, self.env)
            if isinstance(value, Object):
                # `get "path" => "controller#action"`: the path is the key that is a text.
                for entry in value.entries:
                    if isinstance(entry.key, Str) and not entry.key.symbol:
                        targets.append((entry.key, entry.value))
                        given.pop(entry.name, None)
                        break
                    if isinstance(entry.key, Name | Call) and not entry.name:
                        targets.append((entry.key, entry.value))
                        break
            elif isinstance(value, Items):
                targets.extend((item, None) for item in value.items)
            elif value is not None:
                targets.append((arg, None))
        for path, to in targets:
            options_ = dict(given)
            if to is not None:
                self._target(options_, to)
            self._match_one(call, path, options_, scope, methods)

    def _target(self, given: dict[str, AnyExpr], to: AnyExpr) -> None:
        value = resolved(to, self.env)
        if isinstance(value, Str) and value.symbol:
            given["action"] = value
        elif isinstance(value, Str) and not any("#" in p for p in value.parts if isinstance(p, str)):
            given["controller"] = value
        else:
            given["to"] = to

    def _match_one(
        self, call: Call, path: AnyExpr, given: dict[str, AnyExpr], scope: Scope, methods: tuple[str, ...]
    ) -> None:
        on = literal(given.pop("on", None), self.env)
        if on is not None:
            scope = {"member": self.member, "collection": self.collection, "new": self.new}.get(on, self.nested)(scope)
        elif scope.level == "resources":
            scope = self.nested(scope)
        elif scope.level == "resource":
            scope = self.member(scope)
        if "format" in given:
            scope = _formatted(given["format"], scope)
        if not methods:
            methods = self._via(given["via"]) if "via" in given else scope.via or ("ANY",)
        value = resolved(path, self.env)
        symbol = isinstance(value, Str) and value.symbol
        written = self.path_of(path)
        controller = self.path_of(given["controller"]) if "controller" in given else scope.controller
        option_path = self.path_of(given["path"]) if "path" in given else None
        action = self.path_of(given["action"]) if "action" in given else scope.action
        to: AnyExpr | None = given.get("to")
        if to is None and scope.to:
            to = Str(call.start, call.start, (scope.to,))
        target: str | AnyExpr | None = to
        if to is None and not symbol and not action and known(written):
            plain = re.sub(r"\(\.:format\)$", "", written)
            if _SHORTHAND.match(plain):
                target = re.sub(r"/([^/]*)$", r"#\1", plain.removeprefix("/")).replace("-", "_")
        full = self._path_for(scope, written, option_path if symbol else None, symbol=symbol)
        if not action and known(written) and _ACTION.match(written) and "/" not in written:
            action = written.replace("-", "_")
        for key, pattern in given.items():
            if isinstance(pattern, Str) and pattern.regex:
                scope = replace(scope, variants=(*scope.variants, f"{key}={self.module.text(pattern)}"))
        if "constraints" in given:
            scope = self.constrained(given["constraints"], scope)
        handler, declared = self._handled(scope, controller, action, target)
        self.add(scope, methods, full, handler, call, path, declared=declared)

    def _path_for(self, scope: Scope, written: str, option_path: str | None, *, symbol: bool) -> str:
        if not symbol:
            return joined(scope.path, written)
        if option_path is not None:
            return joined(scope.path, option_path)
        if scope.level in ("member", "collection", "new") and written in _CANONICAL:
            return scope.path
        return joined(scope.path, scope.path_name(written))

    def _handled(
        self, scope: Scope, controller: str, action: str, to: str | AnyExpr | None
    ) -> tuple[str, tuple[Declared, ...]]:
        """What answers: `controller#action`, or "" with the status of a redirect or inline answer."""
        if isinstance(to, str):
            first, _, second = to.partition("#")
            return self.handler(scope, first, second), ()
        value = resolved(to, self.env)
        match value:
            case None:
                return self.handler(scope, controller, action), ()
            case Str():
                text = self.path_of(value)
                first, sharp, second = text.partition("#")
                if sharp:
                    return self.handler(scope, first, second), ()
                return self.handler(scope, controller, text), ()
            case Call() if value.name == "redirect":
                status = value.option("status")
                code = status.value if isinstance(status, Const) and isinstance(status.value, int) else 301
                return "", (Declared(int(code), self.where(value)),)
            case Call() if value.name == "action" and value.args:
                owner, called = chain(value.receiver), literal(value.args[0], self.env)
                if owner.endswith("Controller") and called:
                    return f"{_controller_path(owner)}#{called}", ()
                return "", ()
            case Lambda(function=function):
                return "", self._rack(function)
            case _:
                return "", ()

    def _rack(self, function: FunctionNode) -> tuple[Declared, ...]:
        """`->(env) { [200, {}, ["ok"]] }`."""
        for statement in function.body:
            value = statement.value if isinstance(statement, Return) else None
            if isinstance(value, Items) and value.items and isinstance(value.items[0], Const):
                code = value.items[0].value
                if isinstance(code, int) and not isinstance(code, bool):
                    return (Declared(code, self.where(value.items[0])),)
        return ()

    def handler(self, scope: Scope, controller: str, action: str) -> str:
        """`api/v1/articles#show`, "" if a part is unknown."""
        # Without a controller, the module is it: `namespace :site do get "settings"` is `site#settings`.
        if not (controller or scope.module) or not action or scope.lost:
            return ""
        name = controller[1:] if controller.startswith("/") else f"{scope.module}/{controller}".strip("/")
        full = f"{name}#{action}"
        return full if known(full) else ""

    def _via(self, expr: AnyExpr) -> tuple[str, ...]:
        found = names(expr, self.env)
        if found is None or "all" in found:
            return ("ANY",)
        return tuple(f.upper() for f in found)

    def add(
        self,
        scope: Scope,
        methods: tuple[str, ...],
        path: str,
        handler: str,
        call: Call,
        at: Node,
        *,
        declared: tuple[Declared, ...] = (),
        derived: bool = False,
        page: bool = False,
        needs: str = "",
        unless: str = "",
    ) -> None:
        """Register a route, once for each path that its optional pieces make."""
        if len(self.routes) > _MOST:
            return
        path_file = self.module.path
        token = call.func
        start = getattr(token, "name_start", token.start)
        end = at.end if call.start <= at.start and at.end <= call.end else token.end
        where = Where(path_file, start, max(end, start))
        statement = Where(path_file, call.start, call.end)
        literal_path = isinstance(at, Str) and call.start <= at.start and at.end <= call.end
        for one in variants(path + scope.suffix):
            text = self.paths.text(one)
            self.routes.append(
                Route(
                    methods=methods,
                    path=text,
                    framework="rails",
                    where=where,
                    statement=statement,
                    order=self.order,
                    router=self.router,
                    handler=Ref(handler) if handler else None,
                    handler_name=handler,
                    guards=scope.guards,
                    params=tuple(Param(name, where, In.PATH, name) for name in _params(one)),
                    declared=declared,
                    variants=scope.variants,
                    conditional=scope.conditional,
                    derived=derived,
                    path_where=Where(path_file, at.start, at.end) if literal_path else None,
                    method_where=Where(path_file, start, start + len(call.name)) if call.name in _VERBS else None,
                    html=page,
                    unless=unless,
                    needs=needs,
                    unknown_params=True,
                )
            )
            self.order += 1

    def where(self, node: Node) -> Where:
        """The place of a node."""
        return Where(self.module.path, node.start, node.end)

    def add_mount(self, scope: Scope, child: str, prefix: str, at: Node) -> None:
        """Mount another set of routes."""
        self.mounts.append(
            Mount(
                self.router, Ref(child), "rails", self.where(at), self.order,
                self.paths.text(prefix), scope.guards, scope.conditional,
            )
        )  # fmt: skip
        self.order += 1

    # The words

    def word_resources(self, call: Call, scope: Scope) -> None:
        self.resources(call, scope, singleton=False)

    def word_resource(self, call: Call, scope: Scope) -> None:
        self.resources(call, scope, singleton=True)

    def word_verb(self, call: Call, scope: Scope) -> None:
        self.match(call, scope, (_VERBS[call.name],))

    def word_match(self, call: Call, scope: Scope) -> None:
        self.match(call, scope, ())

    def word_root(self, call: Call, scope: Scope) -> None:
        given, _ = self.options(call, scope)
        first = resolved(call.args[0], self.env) if call.args else None
        if isinstance(first, Str):
            given["to"] = first
        if scope.level == "resources" and scope.resource is not None:
            scope = replace(scope, level="root", path=joined(scope.path, scope.resource.path))
        elif scope.level == "resource":
            scope = self.member(scope)
        if "constraints" in given:
            scope = self.constrained(given["constraints"], scope)
        controller = self.path_of(given["controller"]) if "controller" in given else scope.controller
        action = self.path_of(given["action"]) if "action" in given else scope.action
        handler, declared = self._handled(scope, controller, action, given.get("to"))
        methods = self._via(given["via"]) if "via" in given else ("GET",)
        self.add(scope, methods, joined(scope.path, "/"), handler, call, call.func, declared=declared)

    def word_namespace(self, call: Call, scope: Scope) -> None:
        given, _ = self.options(call, scope)
        if not call.args:
            return
        name = self.path_of(call.args[0])
        if scope.level in ("resources", "resource"):
            scope = self.nested(scope)
        path = self.path_of(given.pop("path")) if "path" in given else name
        module = self.path_of(given.pop("module")) if "module" in given else name
        shallow = self.path_of(given.pop("shallow_path")) if "shallow_path" in given else path
        scope = replace(
            scope,
            path=joined(scope.path, path),
            module=f"{scope.module}/{module}".strip("/"),
            shallow_path=joined(scope.shallow_path, shallow),
            lost=scope.lost or not known(module),
        )
        self.block(call, self.scoped(given, scope))

    def word_scope(self, call: Call, scope: Scope) -> None:
        given, _ = self.options(call, scope)
        pieces = [self.path_of(a) for a in call.args if not isinstance(resolved(a, self.env), Object)]
        if pieces:
            joint = "/".join(pieces)
            text = Str(call.start, call.start, (joint,))
            given["path"] = text
        module = given.get("module")
        scope = self.scoped(given, scope)
        if module is not None and not known(scope.module):
            scope = replace(scope, lost=True)
        self.block(call, scope)

    def word_controller(self, call: Call, scope: Scope) -> None:
        if call.args:
            self.block(call, replace(scope, controller=self.path_of(call.args[0])))

    def word_constraints(self, call: Call, scope: Scope) -> None:
        given, _ = options(call, self.env)
        for arg in call.args:
            if not isinstance(resolved(arg, self.env), Object):
                scope = self.constrained(arg, scope)
        found = tuple(f"{k}={self.module.text(v)}" for k, v in given.items())
        self.block(call, replace(scope, variants=(*scope.variants, *found)))

    def word_same(self, call: Call, scope: Scope) -> None:
        self.block(call, scope)

    def word_shallow(self, call: Call, scope: Scope) -> None:
        self.block(call, replace(scope, shallow=True))

    def word_member(self, call: Call, scope: Scope) -> None:
        self.block(call, self.member(scope))

    def word_collection(self, call: Call, scope: Scope) -> None:
        self.block(call, self.collection(scope))

    def word_new(self, call: Call, scope: Scope) -> None:
        self.block(call, self.new(scope))

    def word_nested(self, call: Call, scope: Scope) -> None:
        self.block(call, self.nested(scope))

    def word_concern(self, call: Call, scope: Scope) -> None:
        del scope
        name = literal(call.args[0], self.env) if call.args else None
        if name and call.block is not None:
            self.concerns[name] = call.block.function
        elif name and len(call.args) > 1:
            made = resolved(call.args[1], self.env)
            if isinstance(made, Lambda):
                self.concerns[name] = made.function

    def word_concerns(self, call: Call, scope: Scope) -> None:
        given, _ = options(call, self.env)
        wanted: list[str] = []
        for arg in call.args:
            wanted.extend(names(arg, self.env) or ())
        self._use_concerns(wanted, given, scope)

    def word_with_options(self, call: Call, scope: Scope) -> None:
        given, _ = options(call, self.env)
        if call.block is None:
            return
        extra = tuple(given.items())
        params = call.block.function.params
        if not params:
            self.block(call, replace(scope, options=(*scope.options, *extra)))
            return
        before = dict(self.receivers)
        self.receivers[params[0].name] = extra
        self.block(call, scope)
        self.receivers = before

    def word_mount(self, call: Call, scope: Scope) -> None:
        given, _ = self.options(call, scope)
        child: AnyExpr | None = None
        prefix: AnyExpr | None = given.get("at")
        for arg in call.args:
            value = resolved(arg, self.env)
            if isinstance(value, Object):
                for entry in value.entries:
                    if entry.key is not None and not isinstance(entry.key, Str):
                        child, prefix = entry.key, entry.value
                        break
            elif child is None:
                child = value
        name = chain(child)
        if isinstance(child, Index) or not name[:1].isupper():
            return
        if scope.level in ("resources", "resource"):
            scope = self.nested(scope)
        path = joined(scope.path, self.path_of(prefix)) if prefix is not None else scope.path
        self.add_mount(scope, f"{name}.routes", _braced(path), call)

    def word_draw(self, call: Call, scope: Scope) -> None:
        name = literal(call.args[0], self.env) if call.args else None
        if name:
            self.add_mount(scope, f"config/routes/{name}", _braced(scope.path), call)

    def word_guarded(self, call: Call, scope: Scope) -> None:
        """`authenticate :user do`: devise lets only signed-in callers pass."""
        source = self.module.text(call.func)
        if call.name == "authenticate":
            guard = Guard("authenticate", GuardKind.AUTHN, Level.ROUTER, self.where(call.func), source=source)
            scope = replace(scope, guards=(*scope.guards, guard))
        first = call.args[0] if call.args else None
        text = f"{source} {self.module.text(first)}" if first is not None else source
        self.block(call, replace(scope, variants=(*scope.variants, text), conditional=True))

    def word_nothing(self, call: Call, scope: Scope) -> None:
        """Words that register nothing."""


_WORDS: Final[Mapping[str, Callable[[Mapper, Call, Scope], None]]] = {
    **dict.fromkeys(_VERBS, Mapper.word_verb),
    "match": Mapper.word_match,
    "resources": Mapper.word_resources,
    "resource": Mapper.word_resource,
    "root": Mapper.word_root,
    "namespace": Mapper.word_namespace,
    "scope": Mapper.word_scope,
    "controller": Mapper.word_controller,
    "constraints": Mapper.word_constraints,
    "defaults": Mapper.word_same,
    "shallow": Mapper.word_shallow,
    "member": Mapper.word_member,
    "collection": Mapper.word_collection,
    "new": Mapper.word_new,
    "nested": Mapper.word_nested,
    "concern": Mapper.word_concern,
    "concerns": Mapper.word_concerns,
    "with_options": Mapper.word_with_options,
    "mount": Mapper.word_mount,
    "draw": Mapper.word_draw,
    "authenticate": Mapper.word_guarded,
    "authenticated": Mapper.word_guarded,
    "unauthenticated": Mapper.word_guarded,
    "devise_scope": Mapper.word_same,
    "as": Mapper.word_same,
    "direct": Mapper.word_nothing,
    "resolve": Mapper.word_nothing,
    "default_url_options": Mapper.word_nothing,
}


def _formatted(given: AnyExpr, scope: Scope) -> Scope:
    """`format: true` makes the format part of the path; other formats only choose a representation."""
    return replace(scope, suffix=".:format" if is_true(given) else "")


def _entry(name: str, value: AnyExpr) -> Entry:
    return Entry(value.start, value.end, name, Str(value.start, value.start, (name,), symbol=True), value)


def _paired(function: FunctionNode, item: AnyExpr) -> dict[str, AnyExpr]:
    """The block's parameters for one element; pairs are taken apart."""
    params = [p for p in function.params if p.name]
    if not params:
        return {}
    if len(params) > 1 and isinstance(item, Items):
        return {p.name: v for p, v in zip(params, item.items, strict=False)}
    return {params[0].name: item}


def _braced(path: str) -> str:
    """A prefix with its parameters in braces; optional pieces of a prefix are left out."""
    found = variants(path) if path else ("",)
    return "" if found[0] == "/" else found[0]


def _params(path: str) -> list[str]:
    return [found.lstrip("*") for found in re.findall(r"\{(\*?\w+)\}", path)]


def _controller_path(name: str) -> str:
    return underscored(name.replace(".", "::")).removesuffix("_controller")
