"""Loops that register: over lists that are written down, over the files of a folder, over what only running tells."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.code import Problem
from persona_lsp.facts.http import LOADED
from persona_lsp.facts.text import EMPTY, OF_ITEM, Hole, Ref, Text
from persona_lsp.flow.script.names import Scope, text
from persona_lsp.frameworks.express.binding import (
    bind,
    bind_element,
    elements,
)
from persona_lsp.frameworks.express.folders import STEM, assigned, awaited, done, left_out, loaded, pieces
from persona_lsp.frameworks.express.paths import without_slash
from persona_lsp.frameworks.express.registrations import Registrations
from persona_lsp.frameworks.express.signs import METHODS
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Do,
    For,
    Group,
    If,
    Index,
    Items,
    Lambda,
    Member,
    Name,
    Object,
    Return,
    Stmt,
    Str,
    Try,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

UNTOLD: Final = "routes that are registered in a loop over what only running it tells are not listed"
_READS_FOLDER: Final = lazy(r"\breaddirSync\(")


class Loops(Registrations):
    """Loops over literal lists are run; other loops register nothing that can be known."""

    @abstractmethod
    def block(self, body: Sequence[Stmt], scope: Scope, *, conditional: bool) -> None:
        """Perform the registrations of statements."""

    def loop(
        self, target: AnyExpr, iterable: AnyExpr, body: Sequence[Stmt], scope: Scope, *, conditional: bool
    ) -> None:
        """Run a loop over what is written down; others are left to `_unknown_loop`."""
        given = elements(iterable, scope)
        made = self._routers_of(iterable, scope) if given is None and isinstance(target, Name) else ()
        for symbol in made:
            inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner=scope.owner)
            inner.routers[dotted(target)] = symbol
            self.block(body, inner, conditional=conditional)
        if made:
            return
        if given is None:
            self._unknown_loop(target, iterable, body, scope, conditional=conditional)
            return
        for element in given:
            inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner=scope.owner)
            bind_element(target, element, inner)
            self.block(body, inner, conditional=conditional)

    def _routers_of(self, iterable: AnyExpr, scope: Scope) -> tuple[str, ...]:
        """The routers that a function of the file makes and returns in a list: `for (const router of routers())`."""
        func = iterable.func if isinstance(iterable, Call) else None
        held = scope.value(func.id) if isinstance(func, Name) else None
        if not isinstance(held, Lambda) or not isinstance(func, Name):
            return ()
        last = held.function.body[-1] if held.function.body else None
        listed = last.value if isinstance(last, Return) else None
        if not isinstance(listed, Items):
            return ()
        symbols = tuple(f"{func.id}.{dotted(item)}" for item in listed.items)
        return symbols if all(symbol in self.routers for symbol in symbols) else ()

    def _unknown_loop(
        self, target: AnyExpr, iterable: AnyExpr, body: Sequence[Stmt], scope: Scope, *, conditional: bool
    ) -> None:
        if _READS_FOLDER.search(self.module.text(iterable)):
            self._folder(body, scope, target, self.module.text(self.statement), conditional=conditional)
            return
        files = [value for value in done_in(body) if self._given_to_files(value, scope, conditional=conditional)]
        if files:
            return
        if any(self._registers(value, scope) for value in done_in(body)):
            # Its elements are parameters of the loop's body, and everything that is made of them is unknown.
            self.problems.append(Problem(UNTOLD, self.where(self.statement)))
        # A class that is given its routes (`new App([new Users()])`): the class stands for the list of them.
        cls = scope.owning_class()
        name = dotted(iterable)
        if cls is None or not isinstance(target, Name) or name.split(".", 1)[0] not in {"this", *scope.hidden}:
            return
        for stmt in body:
            value = stmt.value if isinstance(stmt, Do | Return) else None
            if not isinstance(value, Call) or value.name != "use" or not value.args:
                continue
            parent = self.router_of(value.receiver, scope)
            given = value.args[-1]
            if parent is None or not isinstance(given, Member) or dotted(given.base) != target.id:
                continue
            prefix = _below(value.args[0], target.id, scope) if len(value.args) > 1 else EMPTY
            if not any(isinstance(part, Hole) for part in prefix):
                self.require(parent, value)
                self.require(cls.name, value)
                self.mount(parent, Ref(cls.name), without_slash(prefix), (), value, conditional=conditional)

    def _given_to_files(self, value: AnyExpr, scope: Scope, *, conditional: bool) -> bool:
        """`paths.forEach((path) => require(resolve(path))(app))`: what files export adds routes to the application."""
        loading = value.func if isinstance(value, Call) else None
        if not isinstance(value, Call) or not isinstance(loading, Call) or dotted(loading.func) != "require":
            return False
        if not loading.args or isinstance(loading.args[0], Str):
            return False
        for place, arg in enumerate(value.args):
            symbol = self.router_of(arg, scope)
            if symbol is not None:
                self.require(symbol, value)
                self.mount(symbol, Ref(f"{LOADED}:{place}"), EMPTY, (), value, conditional=conditional)
                return True
        return False

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

    def _folder(self, body: Sequence[Stmt], scope: Scope, target: AnyExpr, asked: str, *, conditional: bool) -> None:
        """`readdirSync("./routes").forEach((file) => app.use("/api", require("./routes/" + file)))`.

        Only if both the folder and the prefix are told where the files are mounted. `asked`: what the loop is written
        with, by whose conditions some files are left out.
        """
        if not isinstance(target, Name):
            return
        inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner=scope.owner)
        inner.hidden.add(target.id)
        for stmt in assigned(body):
            if stmt.value is not None:
                bind([dotted(t) for t in stmt.targets], stmt.value, inner)
        for value in done(body):
            loading = awaited(value)
            if loading is None:
                self._of_folder(value, inner, target.id, asked, conditional=conditional)
                continue
            call, callback = loading
            after = Scope(self.module, self.imports, prefix=inner.prefix, parent=inner, owner=inner.owner)
            param = callback.function.params[0] if callback.function.params else None
            if param is not None and isinstance(param.pattern, Object):
                for entry in param.pattern.entries:
                    taken = Member(entry.start, entry.end, call, entry.name, entry.start)
                    bind([dotted(entry.value)], taken, after)
            elif param is not None and param.name:
                bind([param.name], call, after)
            for then in done(callback.function.body):
                self._of_folder(then, after, target.id, asked, conditional=conditional)

    def _of_folder(self, value: AnyExpr, scope: Scope, file: str, asked: str, *, conditional: bool) -> None:
        if not isinstance(value, Call) or not value.args:
            return
        gives = isinstance(value.func, Call)  # `require("./routes/" + file)(app)`
        if not gives and (value.name != "use" or len(value.args) > 2):
            return
        parent = self.router_of(value.args[0] if gives else value.receiver, scope)
        given = loaded(value.func if gives else value.args[-1], scope)
        if parent is None or given is None:
            return
        folder = pieces(given[0], file, scope)
        prefix = pieces(value.args[0], file, scope) if len(value.args) == 2 and not gives else ()
        if folder is None or prefix is None or len(folder) not in (2, 3) or folder[1] != STEM:
            return
        if not isinstance(folder[0], str) or not folder[0].startswith("./"):
            return
        member = f".{given[1]}" if given[1] not in ("", "default") else ""
        without = left_out(asked)
        child = f"{folder[0]}*{member}{'!' if without else ''}{','.join(without)}"
        self.mount(parent, Ref(child), without_slash(prefix), (), value, conditional=conditional)


def _below(expr: AnyExpr, item: str, scope: Scope) -> Text:
    """The path of a mount in a loop; at its end, what each of the elements holds may stand: `/api${item.path}`."""
    last = expr.parts[-1] if isinstance(expr, Str) and expr.parts else expr
    last = last.right if isinstance(last, Binary) and last.op == "+" else last
    if not isinstance(last, Member) or dotted(last.base) != item:
        return text(expr, scope)
    before: Text = EMPTY
    if isinstance(expr, Str):
        for part in expr.parts[:-1]:
            before += (part,) if isinstance(part, str) else text(part, scope)
    elif isinstance(expr, Binary):
        before = text(expr.left, scope)
    return (*before, Ref(f"{OF_ITEM}{last.name}"))


def done_in(body: Sequence[Stmt]) -> Iterator[AnyExpr]:
    """What the statements of a loop do, in its branches too."""
    for stmt in body:
        match stmt:
            case Do(value=value):
                yield value
            case Return(value=value) if value is not None:
                yield value
            case If(then=then, orelse=orelse):
                yield from done_in((*then, *orelse))
            case Group(body=inner) | Try(body=inner) | For(body=inner):
                yield from done_in(inner)
            case _:
                pass
