"""Loops that register: over lists that are written down, over the files of a folder, over what only running tells."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.code import Problem
from persona_lsp.facts.text import EMPTY, Hole, Ref, Text
from persona_lsp.flow.script.names import Scope, reduce, text
from persona_lsp.frameworks.express.binding import (
    bind,
    bind_element,
    elements,
)
from persona_lsp.frameworks.express.paths import without_slash
from persona_lsp.frameworks.express.registrations import Registrations
from persona_lsp.frameworks.express.signs import METHODS
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    Do,
    For,
    Group,
    If,
    Index,
    Member,
    Name,
    Return,
    Stmt,
    Str,
    Try,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

UNTOLD: Final = "routes that are registered in a loop over what only running it tells are not listed"
STEM: Final = Ref("*")
"""The name of a file of a folder, without its extension."""
_READS_FOLDER: Final = lazy(r"\breaddirSync\(")
_OF_FILE: Final = lazy(
    r"^(?:FILE|FILE\.(?:split|replace|slice|substring)\(.*|(?:path\.)?(?:basename|parse)\(FILE\b.*)$", re.DOTALL
)


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
        if given is None:
            self._unknown_loop(target, iterable, body, scope, conditional=conditional)
            return
        for element in given:
            inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner=scope.owner)
            bind_element(target, element, inner)
            self.block(body, inner, conditional=conditional)

    def _unknown_loop(
        self, target: AnyExpr, iterable: AnyExpr, body: Sequence[Stmt], scope: Scope, *, conditional: bool
    ) -> None:
        if _READS_FOLDER.search(self.module.text(iterable)):
            self._folder(body, scope, target, conditional=conditional)
            return
        if any(self._registers(value, scope) for value in done_in(body)):
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
                bind([dotted(t) for t in stmt.targets], stmt.value, inner)
            for value in (stmt.value,) if isinstance(stmt, Do | Return) else done_if(stmt):
                if not isinstance(value, Call) or value.name != "use" or not value.args:
                    continue
                parent = self.router_of(value.receiver, inner)
                given = reduce(value.args[-1], inner)
                if parent is None or not isinstance(given, Call) or dotted(given.func) != "require" or not given.args:
                    continue
                folder = pieces(given.args[0], target.id, inner)
                prefix = pieces(value.args[0], target.id, inner) if len(value.args) == 2 else ()
                if len(value.args) > 2 or folder is None or prefix is None or len(folder) != 2:
                    continue
                if folder[1] != STEM or not isinstance(folder[0], str) or not folder[0].startswith("./"):
                    continue
                self.mount(parent, Ref(f"{folder[0]}*"), without_slash(prefix), (), value, conditional=conditional)


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


def done_if(stmt: Stmt) -> Iterator[AnyExpr]:
    """What a condition inside of a loop over files does: `if (file !== "index.js") app.use(...)`."""
    if isinstance(stmt, If):
        for inner in stmt.then:
            if isinstance(inner, Do):
                yield inner.value


def pieces(expr: AnyExpr, file: str, scope: Scope) -> Text | None:
    """Literal text and `STEM` for what is made of the file's name; None if there is anything else in it."""
    value = reduce(expr, scope)
    if isinstance(value, Str) and not value.regex:
        found: Text = ()
        for part in value.parts:
            inner = (part,) if isinstance(part, str) else pieces(part, file, scope)
            if inner is None:
                return None
            found += inner
        return found
    if isinstance(value, Binary) and value.op == "+":
        left, right = pieces(value.left, file, scope), pieces(value.right, file, scope)
        return left + right if left is not None and right is not None else None
    source = re.sub(rf"\b{re.escape(file)}\b", "FILE", scope.module.text(value))
    return (STEM,) if _OF_FILE.match(source) else None
