"""The language of `routes.rb`: each word does to the scope, and registers, what Rails' own mapper does."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Declared, Guard, GuardKind, In, Level, Mount, Param, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Ref
from persona_lsp.frameworks.rails import macros
from persona_lsp.frameworks.rails.blocks import ABOUT_CALLERS
from persona_lsp.frameworks.rails.dsl import VERBS, WORDS
from persona_lsp.frameworks.rails.literals import (
    is_development,
    is_false,
    items,
    literal,
    names,
    options,
    resolved,
)
from persona_lsp.frameworks.rails.matching import via
from persona_lsp.frameworks.rails.own_words import WORD
from persona_lsp.frameworks.rails.scope import (
    RESOURCE_ACTIONS,
    SINGLETON_ACTIONS,
    Paths,
    Resource,
    Scope,
    formatted,
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
    Items,
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
from persona_lsp.syntax.ruby_names import chain

_METHODS: Final = {
    "index": ("GET",),
    "create": ("POST",),
    "new": ("GET",),
    "edit": ("GET",),
    "show": ("GET",),
    "update": ("PATCH", "PUT"),
    "destroy": ("DELETE",),
}
_LOOPS: Final = frozenset({"each", "each_with_index", "each_pair", "map", "each_entry"})
_RESOURCE_OPTIONS: Final = frozenset({"as", "controller", "path", "only", "except", "param", "concerns", "shallow"})
_DEPTH: Final = 40
_MOST: Final = 20_000
"""Routes of one file beyond this are not read: loops over literals multiply."""
_BUDGET: Final = 100_000
"""Blocks that are read at most: methods of the file may call themselves."""


class Mapper:
    """Draws the routes of one file. `routes` and `mounts` fill as `run` reads statements."""

    def __init__(self, module: Module, router: str, constants: Mapping[str, AnyExpr]) -> None:
        self.module = module
        self.router = Ref(router)
        self.paths = Paths()
        self.routes: list[Route] = []
        self.mounts: list[Mount] = []
        self.helpers: list[str] = []
        self.env: dict[str, AnyExpr] = dict(constants)
        self.functions: dict[str, FunctionNode] = {}
        self.concerns: dict[str, FunctionNode] = {}
        self.receivers: dict[str, tuple[tuple[str, AnyExpr], ...]] = {}
        self.depth = 0
        self.order = 0
        self.budget = _BUDGET

    def run(self, body: Iterable[Stmt], scope: Scope) -> None:
        """Read statements in a scope."""
        self.budget -= 1
        if self.depth > _DEPTH or len(self.routes) > _MOST or self.budget < 0:
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
                self._expression(test, scope)
                self.run(then, _limited(scope, test, holds=True))
                self.run(orelse, _limited(scope, test, holds=False))
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
            case Ternary(test=test, then=then, orelse=orelse):
                self._expression(then, _limited(scope, test, holds=True))
                self._expression(orelse, _limited(scope, test, holds=False))
            case Binary(op="and" | "or" as op, left=left, right=right):
                self._expression(right, _limited(scope, left, holds=op == "and"))
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
        word = WORDS.get(name)
        if word is not None:
            word(self, call, scope)
        elif name in macros.MACROS:
            macros.MACROS[name](self, call, scope)
        elif name in self.functions:
            self._inlined(self.functions[name], call, scope)
        elif call.block is not None:
            # A word of some gem: what it does to the paths of its block is unknown. The project may say it of its own.
            plain = not (call.args or call.kwargs)
            unread = Hole(f"`{name}` is not a word of Rails", self.module.text(call)[:40])
            hole = self.paths.keep(Ref("${" + WORD + name + "}") if plain else unread)
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

    def path_of(self, expr: AnyExpr | None, within: tuple[int, ...] = ()) -> str:
        """A path as written, with placeholders for what is not literal. `within`: the paths that it is a part of."""
        found = literal(expr, self.env)
        if found is not None:
            return found
        value = resolved(expr, self.env)
        finite = len(within) < _DEPTH and id(value) not in within
        deeper = (*within, id(value))
        match value:
            case None | Const(value=None):
                return ""
            case Str(parts=parts) if finite:
                return "".join(p if isinstance(p, str) else self.path_of(p, deeper) for p in parts)
            case Binary(op="+", left=left, right=right) if finite:
                return self.path_of(left, deeper) + self.path_of(right, deeper)
            case Call(args=(_, default)) if finite and chain(value.func) == "ENV.fetch":
                return self.path_of(default, deeper)  # what it is unless somebody sets it
            case _:
                name = chain(value)
                owner, _, last = name.rpartition(".")
                if name[:1].isupper() and last.isupper():
                    return self.paths.keep(Ref(name))
                if _is_module(owner) and last.isidentifier():
                    return self.paths.keep(Ref("${" + name + "}"))
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
            changes["via"] = via(self, given["via"])
        if "path_names" in given:
            found = resolved(given["path_names"], self.env)
            if isinstance(found, Object):
                more = tuple((e.name, self.path_of(e.value)) for e in found.entries if e.name)
                changes["path_names"] = (*scope.path_names, *more)
        scope = replace(scope, **changes) if changes else scope
        # `scope "(:locale)", locale: /de|en/`: what is no option of a scope says what a parameter may be.
        limits = tuple(f"{k}={self.module.text(v)}" for k, v in given.items() if f":{k}" in scope.path)
        if limits:
            scope = replace(scope, variants=(*scope.variants, *limits))
        if "constraints" in given:
            scope = self.constrained(given["constraints"], scope)
        if "format" in given:
            scope = formatted(given["format"], scope)
        return scope

    def constrained(self, expr: AnyExpr, scope: Scope) -> Scope:
        """The scope below `constraints`: patterns and hosts tell routes apart, objects and lambdas decide at run time."""
        value = resolved(expr, self.env)
        if isinstance(value, Object):
            found = tuple(f"{e.name}={self.module.text(e.value)}" for e in value.entries if e.name)
            return replace(scope, variants=(*scope.variants, *found))
        text = " ".join(self.module.text(expr).split())
        guards = scope.guards
        if ABOUT_CALLERS.search(text):
            # What it looks at stands elsewhere, or in words that nobody follows.
            guards += (Guard("constraints", GuardKind.UNKNOWN, Level.ROUTER, self.where(expr), source=text[:80]),)
        return replace(scope, variants=(*scope.variants, text[:80]), conditional=True, guards=guards)

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
            self.use_concerns(names(given["concerns"], self.env) or (), {}, inner)
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

    def use_concerns(self, wanted: Iterable[str], given: Mapping[str, AnyExpr], scope: Scope) -> None:
        """Read the concerns of these names in a scope."""
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

    def handler(self, scope: Scope, controller: str, action: str) -> str:
        """`api/v1/articles#show`, "" if a part is unknown."""
        # Without a controller, the module is it: `namespace :site do get "settings"` is `site#settings`.
        if not (controller or scope.module) or not action or scope.lost:
            return ""
        name = controller[1:] if controller.startswith("/") else f"{scope.module}/{controller}".strip("/")
        full = f"{name}#{action}"
        return full if known(full) else ""

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
        given, _ = self.options(call, scope)
        told = [f"{key}={self.module.text(given[key])}" for key in ("as", "defaults") if key in given]
        helper = ",".join(told or ([f"as={scope.resource.name}"] if scope.resource is not None else []))
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
                    development_only=scope.development_only,
                    derived=derived,
                    path_where=Where(path_file, at.start, at.end) if literal_path else None,
                    method_where=Where(path_file, start, start + len(call.name)) if call.name in VERBS else None,
                    html=page,
                    unless=unless,
                    needs=needs,
                    unknown_params=True,
                )
            )
            self.helpers.append(helper)
            self.order += 1

    def drawn(self) -> list[Route]:
        """The routes. Where several lead to the same action, what names or defaults tell them apart is a variant."""
        alike: dict[tuple[object, ...], set[str]] = {}
        for route, helper in zip(self.routes, self.helpers, strict=True):
            alike.setdefault((route.methods, route.path, route.handler_name), set()).add(helper)
        return [
            replace(route, variants=(*route.variants, helper))
            if helper and len(alike[route.methods, route.path, route.handler_name]) > 1
            else route
            for route, helper in zip(self.routes, self.helpers, strict=True)
        ]

    def where(self, node: Node) -> Where:
        """The place of a node."""
        return Where(self.module.path, node.start, node.end)

    def add_mount(self, scope: Scope, child: str, prefix: str, at: Node, *, modules: str = "") -> None:
        """Mount another set of routes, whose controllers are in `modules`."""
        self.mounts.append(
            Mount(
                self.router, Ref(child), "rails", self.where(at), self.order,
                self.paths.text(prefix), scope.guards, scope.conditional, variants=scope.variants, modules=modules,
            )
        )  # fmt: skip
        self.order += 1


def _is_module(name: str) -> bool:
    """`Shop` or `Shop.Admin`, which may hold a setting: `Shop.admin_path`."""
    return bool(name) and all(part[:1].isupper() for part in name.split("."))


def _limited(scope: Scope, test: AnyExpr, *, holds: bool) -> Scope:
    """The scope of what is drawn only if the test holds, or only if it fails."""
    development = scope.development_only or is_development(test, holds=holds)
    return replace(scope, conditional=True, development_only=development)


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


def _params(path: str) -> list[str]:
    return [found.lstrip("*") for found in re.findall(r"\{(\*?\w+)\}", path)]
