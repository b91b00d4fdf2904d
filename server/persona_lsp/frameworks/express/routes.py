"""Routers, mounts and routes of Express, as one file registers them.

A function that is given an app (`module.exports = (app) => {}`), or returns a router, is a router itself under its own
name: whoever calls it mounts it. Loops over literal lists are run; other loops register nothing that can be known.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.code import Problem
from persona_lsp.facts.http import (
    Level,
    Router,
    Use,
)
from persona_lsp.facts.text import EMPTY, Hole, Ref, Text
from persona_lsp.flow.script.errors import error_handlers, exception_classes
from persona_lsp.flow.script.in_place import with_callbacks
from persona_lsp.flow.script.names import Scope, class_scope, given, reduce, reference, text
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.express.registrations import METHODS, VERBS, Chain, Registrations, without_slash
from persona_lsp.frameworks.express.signs import (
    APP_NAME,
    DEVELOPMENT,
    PRODUCTION,
    app_names,
    is_handler,
    is_local,
    made_kind,
    returned_name,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Binary,
    Call,
    ClassDef,
    ClassNode,
    Const,
    Def,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Index,
    Items,
    Lambda,
    Let,
    Member,
    Module,
    Name,
    Object,
    Return,
    Spread,
    Stmt,
    Str,
    Switch,
    Ternary,
    Try,
    children,
    dotted,
    walk,
)

_LOOPS: Final = frozenset({"forEach", "map", "each"})


_DEPTH: Final = 60

UNTOLD: Final = "routes that are registered in a loop over what only running it tells are not listed"
STEM: Final = Ref("*")
"""The name of a file of a folder, without its extension."""
_READS_FOLDER: Final = re.compile(r"\breaddirSync\(")
_OF_FILE: Final = re.compile(
    r"^(?:FILE|FILE\.(?:split|replace|slice|substring)\(.*|(?:path\.)?(?:basename|parse)\(FILE\b.*)$", re.DOTALL
)


def routes(module: Module) -> Extracted:
    """Everything that the file says about HTTP in the words of Express."""
    reader = _Reader(module)
    reader.run()
    return Extracted(
        routers=tuple(reader.routers.values()),
        mounts=tuple(reader.distinct_mounts()),
        uses=tuple(reader.uses),
        routes=tuple(
            with_callbacks(route, reader.callbacks.get(route.router.name, ())) if route.router is not None else route
            for route in reader.routes
        ),
        error_handlers=(*reader.error_handlers, *error_handlers(module)),
        cors=tuple(reader.cors),
        classes=exception_classes(module),
        aliases=tuple(_instances(module)),
        inline=tuple(reader.inline.items()),
        wrapped=tuple(sorted(reader.wrapped)),
        problems=tuple(dict.fromkeys(reader.problems)),
    )


def _instances(module: Module) -> Iterator[tuple[str, str]]:
    """Names of the file that hold an instance of a class: `export const users = new UserController()`."""
    for stmt in module.body:
        if isinstance(stmt, Assign) and isinstance(stmt.value, Call) and stmt.value.new:
            for target in stmt.targets:
                if isinstance(target, Name) and dotted(stmt.value.func):
                    yield target.id, dotted(stmt.value.func)
    for export in module.exports:
        if isinstance(export.value, Call) and export.value.new and dotted(export.value.func):
            yield "default", dotted(export.value.func)


class _Reader(Registrations):
    """Reads a file: statements, functions, classes, loops, and the expressions that register something."""

    def run(self) -> None:
        scope = Scope(self.module, self.imports)
        for stmt in self.module.body:
            # Functions are known before they are declared.
            if isinstance(stmt, Def):
                scope.values[stmt.function.name] = Lambda(stmt.start, stmt.end, stmt.function)
        self._block(self.module.body, scope, conditional=False)

    def _block(self, body: Sequence[Stmt], scope: Scope, *, conditional: bool) -> None:
        for stmt in body:
            self._statement(stmt, scope, conditional=conditional)

    def _statement(self, stmt: Stmt, scope: Scope, *, conditional: bool) -> None:
        self.depth += 1
        if self.depth < _DEPTH:
            previous, self.statement = self.statement, stmt
            self._understand(stmt, scope, conditional=conditional)
            self.statement = previous
        self.depth -= 1

    def _understand(self, stmt: Stmt, scope: Scope, *, conditional: bool) -> None:
        match stmt:
            case Do(value=value):
                self._effect(value, scope, conditional=conditional)
            case Assign(targets=targets, value=value) if value is not None and not stmt.op:
                self._assign(targets, value, scope, conditional=conditional)
            case Def(function=function):
                self._declared(function, function.name, scope)
            case ClassDef(cls=cls):
                self._class(cls, scope)
            case Return(value=value) if value is not None:
                self._returned(value, scope, conditional=conditional)
            case If(test=test, then=then, orelse=orelse):
                source = self.module.text(test)
                for branch, pattern in ((then, DEVELOPMENT), (orelse, PRODUCTION)):
                    before = self.development
                    self.development = before or pattern.search(source) is not None
                    self._block(branch, scope, conditional=True)
                    self.development = before
            case Try(body=body, final=final):
                self._block(body, scope, conditional=conditional)
                self._block(final, scope, conditional=conditional)
            case Group(body=body):
                self._block(body, scope, conditional=conditional)
            case For(kind="each", target=target, iterable=iterable, body=body) if (
                target is not None and iterable is not None
            ):
                self._loop(target, iterable, body, scope, conditional=conditional)
            case Switch(arms=arms):
                for _, inner in arms:
                    self._block(inner, scope, conditional=True)
            case _:
                pass

    def _effect(self, value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        default = scope.parent is None and self._is_default_export(value)
        hint = "default" if default else ""
        if default and isinstance(value, Lambda):
            self._declared(value.function, "default", scope)
        elif default and isinstance(value, Object):
            self._methods(value, "", scope)
        else:
            chain = self._read(value, scope, hint, conditional=conditional)
            if chain is not None and chain.every is not None:
                self.every_method(chain, scope, conditional=conditional)

    def _is_default_export(self, value: AnyExpr) -> bool:
        return any(e.value is value for e in self.module.exports)

    def _assign(self, targets: Sequence[AnyExpr], value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        names = [dotted(t) for t in targets]
        hint = next((n.rsplit(".", 1)[-1] for n in names if n and n != "module.exports"), "default")
        cls = scope.owning_class()
        in_class = cls is not None and any(n.startswith("this.") for n in names)
        if isinstance(value, Lambda):
            self._bind(names, value, scope)
            self._declared(value.function, self._function_name(names, cls), scope)
            return
        if isinstance(value, Items) and scope.parent is None:
            self._steps(self._function_name(names, None), value, scope)
        if isinstance(value, Object):
            self._bind(names, value, scope)
            self._methods(value, next((n for n in names if n and "exports" not in n), ""), scope)
            return
        symbol_prefix = f"{cls.name}." if in_class and cls is not None else None
        chain = self._read(value, scope, hint, conditional=conditional, prefix=symbol_prefix)
        if chain is None and isinstance(value, Member) and value.name in {"app", "expressApp"} and hint == value.name:
            # `const app = server.app`: what else would be called so and registers routes.
            chain = Chain(f"{scope.prefix}{hint}")
            self.lent[chain.symbol] = value
        if chain is not None and chain.paths is None:
            holder = class_scope(scope) if in_class else scope
            for name in names:
                if name:
                    holder.routers[name] = chain.symbol
                    holder.values.pop(name, None)
            return
        self._bind(names, value, class_scope(scope) if in_class else scope)
        for target in targets:
            self._destructure(target, value, scope)

    def _steps(self, name: str, value: Items, scope: Scope) -> None:
        """`exports.create = [authenticate, validate, (req, res) => {}]`: a handler with its own guards."""
        last, wrapped = self.unwrapped(value.items[-1], scope) if value.items else (value, False)
        if not name or not isinstance(last, Lambda) or not is_handler(last.function.params):
            return
        key = self.key(name)
        self.inline[last.function.start] = key
        if wrapped:
            self.wrapped.add(last.function.start)
        for item in value.items[:-1]:
            self.uses.append(Use(Ref(key), self.guard(item, scope, Level.ROUTE), -1))

    def _function_name(self, names: list[str], cls: ClassNode | None) -> str:
        name = next((n for n in names if n), "")
        if name.startswith("this.") and cls is not None:
            return f"{cls.name}.{name[5:]}"
        name = name.removeprefix("module.exports.").removeprefix("exports.")
        return "default" if name == "module.exports" else name

    def _bind(self, names: list[str], value: AnyExpr, scope: Scope) -> None:
        for name in names:
            if name:
                scope.values[name] = value
                scope.routers.pop(name, None)

    def _destructure(self, target: AnyExpr, value: AnyExpr, scope: Scope) -> None:
        if isinstance(target, Object):
            for entry in target.entries:
                local = entry.value.target if isinstance(entry.value, Let) else entry.value
                if isinstance(local, Name) and entry.name:
                    if scope.parent is None and local.id in self.imports:
                        continue
                    held: AnyExpr = Member(entry.start, entry.end, value, entry.name, entry.start)
                    if isinstance(entry.value, Let):
                        held = Let(entry.start, entry.end, held, entry.value.value, "default")
                    scope.values[local.id] = held
        elif isinstance(target, Items):
            held = reduce(value, scope)
            for index, item in enumerate(target.items):
                if isinstance(item, Name):
                    known = held.items[index] if isinstance(held, Items) and index < len(held.items) else None
                    if known is not None:
                        scope.values[item.id] = known
                    else:
                        scope.hidden.add(item.id)

    def _returned(self, value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        if isinstance(value, Lambda):
            # A function that makes the function: `const routes = (deps) => (app) => {}`.
            if self.interesting(value.function):
                self._function(value.function, scope.owner, scope)
            return
        chain = self._read(value, scope, "", conditional=conditional, symbol=scope.owner or None)
        if chain is not None and scope.owner and chain.symbol != scope.owner:
            self.require(scope.owner, value)
            self.mount(scope.owner, Ref(chain.symbol), EMPTY, (), value, conditional=conditional)

    def _declared(self, function: FunctionNode, name: str, scope: Scope) -> None:
        if scope.parent is not None and scope.cls is None and name:
            scope.values[name] = Lambda(function.start, function.end, function)
        if self.interesting(function):
            self._function(function, f"{scope.prefix}{name}" if scope.cls is None else name, scope)

    def _function(self, function: FunctionNode, name: str, scope: Scope) -> None:
        inner = Scope(self.module, self.imports, prefix=f"{name}.", parent=scope, owner=name)
        given: list[str] = []
        for index, param in enumerate(function.params):
            if param.name:
                inner.hidden.add(param.name)
                inner.places[param.name] = index
            if isinstance(param.pattern, Object):
                for entry in param.pattern.entries:
                    if entry.name:
                        inner.hidden.add(entry.name)
            if param.name and dotted(param.type):
                inner.types[param.name] = dotted(param.type)
            for app in app_names(param) if name else ():
                place = str(index) if param.pattern is None else f"{index}.{app}"
                # The first app goes by the function's name; what is added to another one is told apart.
                symbol = f"{name}({place})" if given else name
                given.append(place)
                inner.routers[app] = symbol
                self.pending.setdefault(symbol, function)
                self.parameters.setdefault(symbol, place)
        body = function.body
        for stmt in body:
            # Functions are known before they are declared.
            if isinstance(stmt, Def):
                inner.values[stmt.function.name] = Lambda(stmt.start, stmt.end, stmt.function)
        returned = returned_name(body)
        if returned and returned not in inner.routers and name:
            # The router that the function returns goes by the function's name.
            inner.values.setdefault(f"return {returned}", Name(function.start, function.start, name))
        self._block(body, inner, conditional=False)

    def _methods(self, value: Object, owner: str, scope: Scope) -> None:
        for entry in value.entries:
            name = f"{owner}.{entry.name}" if owner else entry.name
            if isinstance(entry.value, Lambda):
                if entry.name and self.interesting(entry.value.function):
                    self._function(entry.value.function, name, scope)
            elif isinstance(entry.value, Call):
                chain = self._read(entry.value, scope, name, conditional=False)
                if chain is not None and owner:
                    scope.routers[name] = chain.symbol

    def _class(self, cls: ClassNode, scope: Scope) -> None:
        if VERBS.search(self.module.source, cls.start, cls.end) is None and not any(
            app_names(p) for m in cls.methods for p in m.params
        ):
            return
        inner = Scope(self.module, self.imports, prefix=f"{cls.name}.", parent=scope, cls=cls)
        for item in cls.fields:
            if item.value is None:
                continue
            chain = self._read(item.value, inner, item.name, conditional=False)
            names = [f"this.{item.name}", f"{cls.name}.{item.name}"]
            if chain is not None:
                inner.routers.update(dict.fromkeys(names, chain.symbol))
            else:
                inner.values.update(dict.fromkeys(names, item.value))
        for method in sorted(cls.methods, key=lambda m: m.name != "constructor"):
            if is_handler(method.params):
                continue
            name = cls.name if method.name == "constructor" else f"{cls.name}.{method.name}"
            self._function(method, name, inner)

    def _loop(
        self, target: AnyExpr, iterable: AnyExpr, body: Sequence[Stmt], scope: Scope, *, conditional: bool
    ) -> None:
        elements = self._elements(iterable, scope)
        if elements is None:
            self._unknown_loop(target, iterable, body, scope, conditional=conditional)
            return
        for element in elements:
            inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner=scope.owner)
            self._bind_element(target, element, inner)
            self._block(body, inner, conditional=conditional)

    def _unknown_loop(
        self, target: AnyExpr, iterable: AnyExpr, body: Sequence[Stmt], scope: Scope, *, conditional: bool
    ) -> None:
        if _READS_FOLDER.search(self.module.text(iterable)):
            self._folder(body, scope, target, conditional=conditional)
            return
        if any(self._registers(value, scope) for value in _values(body)):
            # Its elements are parameters of the loop's body, and everything that is made of them is unknown.
            self.problems.append(Problem(UNTOLD, self.where(self.statement)))
        # A class that is given its routes (`new App([new Users()])`): the class stands for the list of them.
        cls = scope.owning_class()
        name = dotted(iterable)
        if cls is None or not isinstance(target, Name) or not (name.startswith("this.") or name in scope.hidden):
            return
        for stmt in body:
            value = stmt.value if isinstance(stmt, Do | Return) else None
            if not isinstance(value, Call) or value.name != "use" or not value.args:
                continue
            parent = self.router_of(value.receiver, scope)
            given = value.args[-1]
            if parent is None or not isinstance(given, Member) or dotted(given.base) != target.id:
                continue
            prefix = text(value.args[0], scope) if len(value.args) > 1 else EMPTY
            if not any(isinstance(part, Hole) for part in prefix):
                self.require(parent, value)
                self.require(cls.name, value)
                self.mount(parent, Ref(cls.name), without_slash(prefix), (), value, conditional=conditional)

    def _registers(self, value: AnyExpr, scope: Scope) -> bool:
        """Whether an expression adds a route to a router: `router[method](path, handler)`."""
        for part in walk(value):
            if not isinstance(part, Call) or len(part.args) < 2:
                continue
            func = part.func
            if not isinstance(func, Member | Index) or (isinstance(func, Member) and func.name not in METHODS):
                continue
            if self.router_of(func.base, scope) is not None:
                return True
        return False

    def _folder(self, body: Sequence[Stmt], scope: Scope, target: AnyExpr, *, conditional: bool) -> None:
        """`readdirSync("./routes").forEach((file) => app.use("/api", require("./routes/" + file)))`.

        Only if both the folder and the prefix are told where the files are mounted.
        """
        if not isinstance(target, Name):
            return
        inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner=scope.owner)
        inner.hidden.add(target.id)
        for stmt in body:
            if isinstance(stmt, Assign) and stmt.value is not None and not stmt.op:
                self._bind([dotted(t) for t in stmt.targets], stmt.value, inner)
            for value in (stmt.value,) if isinstance(stmt, Do | Return) else _dos(stmt):
                if not isinstance(value, Call) or value.name != "use" or not value.args:
                    continue
                parent = self.router_of(value.receiver, inner)
                given = reduce(value.args[-1], inner)
                if parent is None or not isinstance(given, Call) or dotted(given.func) != "require" or not given.args:
                    continue
                folder = _pieces(given.args[0], target.id, inner)
                prefix = _pieces(value.args[0], target.id, inner) if len(value.args) == 2 else ()
                if len(value.args) > 2 or folder is None or prefix is None or len(folder) != 2:
                    continue
                if folder[1] != STEM or not isinstance(folder[0], str) or not folder[0].startswith("./"):
                    continue
                self.mount(parent, Ref(f"{folder[0]}*"), without_slash(prefix), (), value, conditional=conditional)

    def _elements(self, iterable: AnyExpr, scope: Scope) -> list[AnyExpr] | None:
        value = reduce(iterable, scope)
        if isinstance(value, Items):
            return None if any(isinstance(i, Spread) for i in value.items) else list(value.items)
        if (
            isinstance(value, Call)
            and isinstance(value.func, Member)
            and dotted(value.func.base) == "Object"
            and value.args
        ):
            held = reduce(value.args[0], scope)
            if not isinstance(held, Object) or any(e.key is None or not e.name for e in held.entries):
                return None
            if value.func.name == "values":
                return [e.value for e in held.entries]
            if value.func.name == "keys":
                return [e.key for e in held.entries if e.key is not None]
            if value.func.name == "entries":
                return [Items(e.start, e.end, (e.key, e.value)) for e in held.entries if e.key is not None]
        return None

    def _bind_element(self, target: AnyExpr, element: AnyExpr, scope: Scope) -> None:
        if isinstance(target, Name):
            scope.values[target.id] = element
        elif isinstance(target, Object):
            held = reduce(element, scope)
            for entry in target.entries:
                local = entry.value.target if isinstance(entry.value, Let) else entry.value
                found = held.get(entry.name) if isinstance(held, Object) and entry.name else None
                if isinstance(local, Name):
                    if found is not None:
                        scope.values[local.id] = found
                    else:
                        scope.hidden.add(local.id)
        elif isinstance(target, Items):
            self._destructure(target, element, scope)

    def _read(
        self,
        expr: AnyExpr,
        scope: Scope,
        hint: str,
        *,
        conditional: bool,
        prefix: str | None = None,
        symbol: str | None = None,
    ) -> Chain | None:
        """Perform the registrations in an expression; the router that it stands for, if it is one.

        `hint`: the name that a router made here is bound to; `symbol`: the one that it must have.
        """
        if self.depth >= _DEPTH or id(expr) in self.reading:
            # `this.all = [Router().use(this.all)]`: what is made of itself registers nothing that can be known.
            return None
        self.depth += 1
        self.reading.add(id(expr))
        try:
            return self._value(expr, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
        finally:
            self.reading.discard(id(expr))
            self.depth -= 1

    def _value(
        self, expr: AnyExpr, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> Chain | None:
        match expr:
            case Await(value=value):
                return self._read(value, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            case Name() | Member():
                found = self.router_of(expr, scope)
                return Chain(found) if found is not None else None
            case Call():
                return self._call(expr, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            case Lambda(function=function):
                self._callback(function, scope, conditional=conditional)
                return None
            case Binary(op="and" | "or" | "??", left=left, right=right):
                self._read(left, scope, "", conditional=conditional)
                self._read(right, scope, "", conditional=True)
                return None
            case Ternary(then=then, orelse=orelse):
                self._read(then, scope, "", conditional=True)
                self._read(orelse, scope, "", conditional=True)
                return None
            case Let(target=target, value=value, op="") if expr.op == "":
                self._assign((target,), value, scope, conditional=conditional)
                return self._read(target, scope, "", conditional=conditional)
            case Str() | Const() | Index():
                return None
            case _:
                for child in children(expr):
                    self._read(child, scope, "", conditional=conditional)
                return None

    def _callback(self, function: FunctionNode, scope: Scope, *, conditional: bool) -> None:
        # The body of a callback belongs to the place where it is written.
        if is_handler(function.params) or not (self.interesting(function) or self._mentions(function, scope)):
            return
        inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner="")
        inner.hidden.update(p.name for p in function.params if p.name)
        self._block(function.body, inner, conditional=conditional)

    def _mentions(self, function: FunctionNode, scope: Scope) -> bool:
        """Whether a callback names a router: it may hand it on."""
        body = self.module.source[function.body_start : function.body_end]
        current: Scope | None = scope
        while current is not None:
            if any(name.encode() in body for name in current.routers):
                return True
            current = current.parent
        return False

    def _call(
        self, call: Call, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> Chain | None:
        func = call.func
        if isinstance(func, Index) and len(func.keys) == 1:
            # `app[route.method](route.path, route.handler)`
            key = reduce(func.keys[0], scope)
            verb = (key.value or "").lower() if isinstance(key, Str) else ""
            if verb in METHODS:
                func = Member(func.start, func.end, func.base, verb, func.keys[0].start)
                call = replace(call, func=func)
        if isinstance(func, Member):
            name = func.name
            if name in METHODS or name in {
                "use",
                "route",
                "param",
                "ws",
                "set",
                "enable",
                "disable",
                "engine",
                "listen",
            }:
                chain = self._read(func.base, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
                if chain is None and isinstance(func.base, Name) and self._foreign(func.base, call, scope):
                    chain = Chain(func.base.id)
                if chain is None and name != "set":
                    chain = self._lent(func.base, call, scope)
                if chain is not None:
                    return self.registered(chain, name, call, scope, conditional=conditional)
            elif name in _LOOPS and call.args and isinstance(call.args[0], Lambda):
                function = call.args[0].function
                if function.params and VERBS.search(self.module.source, function.start, function.end):
                    first = function.params[0]
                    target = first.pattern or Name(first.name_start, first.name_end, first.name)
                    self._loop(target, func.base, function.body, scope, conditional=conditional)
                return None
            else:
                self._read(func.base, scope, "", conditional=conditional)
        made = self._made(call, scope, hint, prefix, symbol)
        if made is not None:
            return made
        if isinstance(func, Lambda):
            self._callback(func.function, scope, conditional=conditional)
        self.note_cors(call, scope)
        return self._passed(call, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)

    def _passed(
        self, call: Call, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> Chain | None:
        """A call that is none of ours: it may be given an app, wrap a router, or hold callbacks."""
        wrapped: Chain | None = None
        certain = call.name not in {"call", "apply"}
        for index, arg in enumerate(call.args):
            certain = certain and not isinstance(arg, Spread)
            place = str(index) if certain else ""
            inner = self._read(arg, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            if inner is None and isinstance(arg, Object):
                for entry in arg.entries:
                    found = self.router_of(entry.value, scope)
                    if found is not None:
                        key = f"{place}.{entry.name}" if place and entry.name else ""
                        self._hand_over(found, call, scope, key, conditional=conditional)
            elif inner is not None and isinstance(arg, Call):
                wrapped = inner
            elif inner is not None:
                self._hand_over(inner.symbol, call, scope, place, conditional=conditional)
        if call.new and call.args:
            self._given(call, scope, conditional=conditional)
        return wrapped

    def _hand_over(self, symbol: str, call: Call, scope: Scope, argument: str, *, conditional: bool) -> None:
        # `registerUsers(app)`, `require("./routes")(app)`, `new Routes(app)`: the callee adds routes to the app.
        inner = self._inner_function(call.func, scope)
        child = inner or reference(call.func, scope)
        if child is None or not self.is_own(child.name.rsplit(".", 1)[-1] if inner else child.name, scope):
            return
        self.require(symbol, call)
        texts = given(call, scope)
        self.mount(symbol, child, EMPTY, (), call, conditional=conditional, argument=argument, given=texts)
        self.handed.add(len(self.mounts) - 1)

    def _inner_function(self, func: AnyExpr, scope: Scope) -> Ref | None:
        """A function that is declared inside of another one, which goes by both names."""
        current: Scope | None = scope if isinstance(func, Name) else None
        while current is not None and isinstance(func, Name):
            if func.id in current.values:
                nested = current.parent is not None and isinstance(current.values[func.id], Lambda)
                return Ref(f"{current.prefix}{func.id}") if nested else None
            if func.id in current.hidden:
                return None
            current = current.parent
        return None

    def _given(self, call: Call, scope: Scope, *, conditional: bool) -> None:
        # `new App([new Users(), new Orders()])`: see `_unknown_loop`.
        cls = dotted(call.func)
        for arg in call.args:
            held = reduce(arg, scope)
            for item in held.items if isinstance(held, Items) and cls else ():
                value = reduce(item, scope)
                if isinstance(value, Call) and value.new and dotted(value.func):
                    self.mount(cls, Ref(f"{dotted(value.func)}.router"), EMPTY, (), call, conditional=conditional)

    def _lent(self, base: AnyExpr, call: Call, scope: Scope) -> Chain | None:
        """`exports.hook = (name, args) => { args.app.get("/x", f) }`: an app inside of what the function is given."""
        if not isinstance(base, Member) or base.name not in {"app", "expressApp"} or not isinstance(base.base, Name):
            return None
        given = base.base.id
        inner: Scope | None = scope
        while inner is not None and given not in inner.hidden:
            inner = inner.parent
        if inner is None or not inner.owner or not call.args:
            return None
        if call.name != "use" and not (len(call.args) > 1 and not isinstance(call.args[0], Lambda | Object)):
            return None
        inner.routers[dotted(base)] = inner.owner
        self.require(inner.owner, call)
        return Chain(inner.owner)

    def _foreign(self, base: Name, call: Call, scope: Scope) -> bool:
        """An app that another file made and this one adds to: `const app = require("./app"); app.get("/x", f)`."""
        source = scope.imported(base.id)
        if source is None or not is_local(source[0]) or not APP_NAME.match(base.id):
            return False
        last = call.args[-1] if call.args else None
        handles = isinstance(last, Lambda) and is_handler(last.function.params)
        if base.id.lstrip("_") not in {"app", "router", "application", "expressApp"} and not handles:
            # `api.post("/login", credentials)` is a client that asks, not an app that answers.
            return False
        if call.name == "use":
            return bool(call.args)
        first = call.args[0] if call.args else None
        return len(call.args) > 1 and isinstance(first, Str) and (first.value or "").startswith("/")

    def _made(self, call: Call, scope: Scope, hint: str, prefix: str | None, symbol: str | None) -> Chain | None:
        """A router that the call makes."""
        kind = made_kind(call, scope)
        if not kind:
            return None
        if symbol is None:
            if not hint:
                self.anonymous += 1
                hint = f"router${self.anonymous}"
            named = scope.values.get(f"return {hint}")
            symbol = named.id if isinstance(named, Name) else f"{scope.prefix if prefix is None else prefix}{hint}"
        merges = kind == "app" or _merges_params(call, scope)
        self.routers[symbol] = Router(symbol, kind, "express", self.where(call), merge_params=merges)
        return Chain(symbol)

    def evaluate(self, expr: AnyExpr, scope: Scope, *, conditional: bool) -> Chain | None:
        """Perform the registrations in an expression; the router that it stands for, if it is one."""
        return self._read(expr, scope, "", conditional=conditional)


def _merges_params(call: Call, scope: Scope) -> bool:
    """`Router({ mergeParams: true })`; a router whose options are not known may merge them as well."""
    for arg in call.args:
        options = reduce(arg, scope)
        if not isinstance(options, Object):
            return True
        merge = options.get("mergeParams")
        if merge is not None:
            value = reduce(merge, scope)
            return not (isinstance(value, Const) and value.value is False)
        if any(entry.key is None and not entry.name for entry in options.entries):
            return True
    return False


def _values(body: Sequence[Stmt]) -> Iterator[AnyExpr]:
    """What the statements of a loop do, in its branches too."""
    for stmt in body:
        match stmt:
            case Do(value=value):
                yield value
            case Return(value=value) if value is not None:
                yield value
            case If(then=then, orelse=orelse):
                yield from _values((*then, *orelse))
            case Group(body=inner) | Try(body=inner) | For(body=inner):
                yield from _values(inner)
            case _:
                pass


def _dos(stmt: Stmt) -> Iterator[AnyExpr]:
    """What a condition inside of a loop over files does: `if (file !== "index.js") app.use(...)`."""
    if isinstance(stmt, If):
        for inner in stmt.then:
            if isinstance(inner, Do):
                yield inner.value


def _pieces(expr: AnyExpr, file: str, scope: Scope) -> Text | None:
    """Literal text and `STEM` for what is made of the file's name; None if there is anything else in it."""
    value = reduce(expr, scope)
    if isinstance(value, Str) and not value.regex:
        found: Text = ()
        for part in value.parts:
            inner = (part,) if isinstance(part, str) else _pieces(part, file, scope)
            if inner is None:
                return None
            found += inner
        return found
    if isinstance(value, Binary) and value.op == "+":
        left, right = _pieces(value.left, file, scope), _pieces(value.right, file, scope)
        return left + right if left is not None and right is not None else None
    source = re.sub(rf"\b{re.escape(file)}\b", "FILE", scope.module.text(value))
    return (STEM,) if _OF_FILE.match(source) else None
