"""The walk over one function body: paths, loops, transactions, and the events on them.

One recursive pass over the code tree. It keeps what was answered or caught on the paths that are still open, so that
"answers twice" and "caught, and succeeds all the same" are read off where the paths meet again. Frameworks and
libraries are asked what calls mean; everything else here holds for every language.

Each kind of code is a function of the state, in a module named after what it looks at; only the recursion, which has
to know all kinds, is a method.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Branch
from persona_lsp.flow.answers import respond
from persona_lsp.flow.context import NEVER, Context, inside
from persona_lsp.flow.expressions import EXPRESSIONS
from persona_lsp.flow.inputs import note_pattern
from persona_lsp.flow.paths import succeeded
from persona_lsp.flow.picked import left_to_picked
from persona_lsp.flow.scope import State
from persona_lsp.flow.statements import STATEMENTS
from persona_lsp.flow.surroundings import left_to_developers
from persona_lsp.flow.vocabulary import Answer
from persona_lsp.syntax.ir import AnyExpr, Def, If, Name, Object, Raise, Return, Stmt, children

_MAX_DEPTH: Final = 120


class Walk(State, eq=False):
    """The walk over one function. `run()` fills the lists of its state; `flow.analyse` makes the facts of them."""

    def run(self) -> None:
        """Walk the whole body."""
        handling = self.handling
        caught = tuple(n for n, place in handling.inputs.items() if place == "error") if handling else ()
        developers = handling is not None and handling.development_only
        ctx = Context(caught=caught, branch=Branch.CATCH if caught else Branch.MAIN, developers=developers)
        for param in self.function.params:
            if param.default is not None:
                self.visit(param.default, ctx)
            if isinstance(param.pattern, Object):
                note_pattern(self, param.pattern, ctx)
        falls = self.block(self.function.body, ctx)
        self.returns = self.returns or falls
        if falls and handling is not None and (handling.returns_answer or handling.implicit_answer):
            succeeded(self)
        if falls and handling is not None and handling.silence:
            name = Name(self.function.name_start, self.function.name_end, self.function.name)
            respond(self, Answer(body_kind="none", sends=False), name, ctx, default=handling.default_status)

    def block(self, statements: Sequence[Stmt], ctx: Context) -> bool:
        """Walk statements in order; False if control never reaches the end."""
        falls = True
        left = False
        for statement in statements:
            if left and not isinstance(statement, Def):
                continue  # behind `return` and `raise` of the same block, nothing runs
            if not self.statement(statement, ctx):
                falls = False
                self.open = frozenset()
                left = left or isinstance(statement, Return | Raise)
            elif isinstance(statement, If) and left_to_developers(self, statement):
                ctx = replace(ctx, developers=True)
            elif isinstance(statement, If) and ctx.caught and left_to_picked(self, statement):
                ctx = replace(ctx, picked=True)
        return falls

    def statement(self, node: Stmt, ctx: Context) -> bool:
        """Walk one statement; False if control does not go on after it."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.too_deep = True
            self.depth -= 1
            return True
        try:
            handler = STATEMENTS.get(type(node))
            if self.leaves:
                ctx = self.repeated(node, ctx)
            return handler(self, node, replace(ctx, statement=self.span(node))) if handler else True
        finally:
            self.depth -= 1

    def visit(self, expr: AnyExpr, ctx: Context) -> int:
        """Walk an expression; the index of the query whose result it is, `NEVER` if it is none."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.too_deep = True
            self.depth -= 1
            return NEVER
        try:
            handler = EXPRESSIONS.get(type(expr))
            if handler is not None:
                return handler(self, expr, ctx)
            inner = inside(ctx)
            for child in children(expr):
                self.visit(child, inner)
            return NEVER
        finally:
            self.depth -= 1
