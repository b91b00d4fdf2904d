"""The code tree: one small set of expressions and statements that every language is lowered to.

Frameworks, libraries and the flow analysis see this and never a grammar. Positions are absolute UTF-8 byte offsets.
Bodies of functions are lowered when they are first asked for. Nodes are compared by identity.

Spelling of the differences between languages:
- `Call.kwargs` are named arguments (Python, Ruby, C#); a JavaScript options object is an `Object` argument;
  `Call.option(name)` reads both. `Call.block` is Ruby's block. `new X()` and `X.new` are calls with `new=True`.
- operators: `and or not == != < > <= >= in not-in is is-not + - * / % ?? | =~` whatever the spelling.
- Ruby symbols are `Str(symbol=True)`. Template strings and f-strings are `Str` with expressions among the parts.
- `x if c else y`, `c ? x : y` are `Ternary`; `x!`, casts, parentheses, `as T`, `satisfies T` vanish.
- statement modifiers, `unless`, `elsif`, guard clauses are `If`; a `return` that the language implies (last
  expression of a Ruby method or arrow function) is `Return(implicit=True)`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct


class Node(Struct, eq=False, gc=False, kw_only=False):
    """Anything with a position."""

    start: int
    end: int


class Expr(Node, eq=False, gc=False):
    """An expression. `Expr` itself stands for one that the lowering does not know; `parts` are what it contains."""

    parts: tuple["AnyExpr", ...] = ()


class Name(Node, eq=False, gc=False):
    """A plain identifier (also `self`, `this`, `@var` of Ruby with its sigil, `$x`)."""

    id: str


class Const(Node, eq=False, gc=False):
    """A number, boolean or null. `value` is the Python value; None is null, nil, None, undefined."""

    value: int | float | bool | None


class Str(Node, eq=False, gc=False):
    """Text. `parts` are literal pieces and interpolated expressions, in order. `bytes_` for byte strings."""

    parts: tuple["str | AnyExpr", ...]
    symbol: bool = False
    regex: bool = False

    @property
    def value(self) -> str | None:
        """The text if nothing is interpolated."""
        if not self.parts:
            return ""
        if len(self.parts) == 1:
            only = self.parts[0]
            return only if isinstance(only, str) else None
        return "".join(self.parts) if all(isinstance(p, str) for p in self.parts) else None  # type: ignore[arg-type]  # every part was just tested to be str


class Member(Node, eq=False, gc=False):
    """`base.name`, `base?.name`, `base&.name`, `Base::Name`."""

    base: "AnyExpr"
    name: str
    name_start: int
    optional: bool = False


class Index(Node, eq=False, gc=False):
    """`base[key]`; also generic types: `List<Order>` is `Index(Name("List"), Name("Order"))`."""

    base: "AnyExpr"
    keys: tuple["AnyExpr", ...]


class Call(Node, eq=False, gc=False):
    """A call. `func` is what is called (a `Name` or `Member` mostly), `name` its last name ("" if it has none).

    `tagged` marks a tagged template: the only argument is the `Str`. `args_end` is the offset of the closing
    parenthesis (or the end of the call where the language needs none), where an argument can be inserted.
    """

    func: "AnyExpr"
    args: tuple["AnyExpr", ...] = ()
    kwargs: tuple["Kwarg", ...] = ()
    block: "Lambda | None" = None
    new: bool = False
    tagged: bool = False
    optional: bool = False
    args_start: int = 0
    args_end: int = 0
    types: tuple["AnyExpr", ...] = ()
    """Type arguments (C#: `Send<Order>(x)`), where a lowering tells them."""

    @property
    def name(self) -> str:
        """The last name of what is called."""
        func = self.func
        return func.id if isinstance(func, Name) else func.name if isinstance(func, Member) else ""

    @property
    def receiver(self) -> "AnyExpr | None":
        """What the method is called on."""
        return self.func.base if isinstance(self.func, Member) else None

    def kwarg(self, name: str) -> "AnyExpr | None":
        """The named argument, if it is given."""
        for item in self.kwargs:
            if item.name == name:
                return item.value
        return None

    def option(self, name: str) -> "AnyExpr | None":
        """The named argument, or the entry of an options object among the arguments (the last one first)."""
        found = self.kwarg(name)
        if found is not None:
            return found
        for arg in reversed(self.args):
            if isinstance(arg, Object):
                found = arg.get(name)
                if found is not None:
                    return found
        return None


class Kwarg(Node, eq=False, gc=False):
    """A named argument; `name` "" is `**value`."""

    name: str
    value: "AnyExpr"


class Entry(Node, eq=False, gc=False):
    """`key: value` of an object. `name` is the key if it is constant, else ""; a spread has no `key`."""

    name: str
    key: "AnyExpr | None"
    value: "AnyExpr"


class Object(Node, eq=False, gc=False):
    """A dict, hash or object literal."""

    entries: tuple[Entry, ...]

    def get(self, name: str) -> "AnyExpr | None":
        """The value of a constant key."""
        for entry in self.entries:
            if entry.name == name:
                return entry.value
        return None


class Items(Node, eq=False, gc=False):
    """A list, tuple or set literal. `kind`: list, tuple or set."""

    items: tuple["AnyExpr", ...]
    kind: str = "list"


class Spread(Node, eq=False, gc=False):
    """`...x`, `*x`, `**x` among arguments or items."""

    value: "AnyExpr"


class Lambda(Node, eq=False, gc=False):
    """An anonymous function, closure or block used as a value."""

    function: "FunctionNode"


class Binary(Node, eq=False, gc=False):
    """`left op right`, operator spelled as the module says."""

    op: str
    left: "AnyExpr"
    right: "AnyExpr"


class Unary(Node, eq=False, gc=False):
    """`not x`, `-x`, `defined? x`, `typeof x`, `delete x`: `op` says which."""

    op: str
    operand: "AnyExpr"


class Await(Node, eq=False, gc=False):
    """`await x`."""

    value: "AnyExpr"


class Ternary(Node, eq=False, gc=False):
    """`test ? then : orelse`."""

    test: "AnyExpr"
    then: "AnyExpr"
    orelse: "AnyExpr"


class Let(Node, eq=False, gc=False):
    """An assignment used as an expression (`:=`, `(a = b)`, Ruby's `if user = find`)."""

    target: "AnyExpr"
    value: "AnyExpr"
    op: str = ""


class Each(Node, eq=False, gc=False):
    """A comprehension: `element` once per item of `iterable` (nested ones nest in `element`)."""

    target: "AnyExpr"
    iterable: "AnyExpr"
    element: "AnyExpr"
    conditions: tuple["AnyExpr", ...] = ()


class SwitchExpr(Node, eq=False, gc=False):
    """A `switch`, `case` or `match` used as a value: (`patterns`, `value`) pairs."""

    subject: "AnyExpr | None"
    arms: tuple[tuple[tuple["AnyExpr", ...], "AnyExpr"], ...]


class BlockExpr(Node, eq=False, gc=False):
    """Statements used as a value (Ruby `begin`, `if` as a value, Rust blocks, immediately called functions)."""

    body: tuple["Stmt", ...]


AnyExpr = (
    Expr
    | Name
    | Const
    | Str
    | Member
    | Index
    | Call
    | Object
    | Items
    | Spread
    | Lambda
    | Binary
    | Unary
    | Await
    | Ternary
    | Let
    | Each
    | SwitchExpr
    | BlockExpr
)


class Do(Node, eq=False, gc=False):
    """An expression evaluated for its effect."""

    value: AnyExpr


class Assign(Node, eq=False, gc=False):
    """`targets = value`; several targets are a chain (`a = b = c`), destructuring is an `Items` or `Object` target.

    `op` is "" or the augmented operator (`+`). `type` the declared type. `const` where the language says so.
    `declares`: it makes the name, where the language tells that from giving it another value (Go).
    """

    targets: tuple[AnyExpr, ...]
    value: AnyExpr | None
    op: str = ""
    type: AnyExpr | None = None
    const: bool = False
    declares: bool = False


class Return(Node, eq=False, gc=False):
    """`return value`."""

    value: AnyExpr | None = None
    implicit: bool = False


class Raise(Node, eq=False, gc=False):
    """`raise`, `throw`. Without a value: the caught exception again."""

    value: AnyExpr | None = None
    cause: AnyExpr | None = None


class Jump(Node, eq=False, gc=False):
    """`break`, `continue`/`next`, `pass`, `redo`, `retry`: `kind` is the normalised word."""

    kind: str


class If(Node, eq=False, gc=False):
    """`if test: then else: orelse`; `elif` is an `If` alone in `orelse`."""

    test: AnyExpr
    then: tuple["Stmt", ...]
    orelse: tuple["Stmt", ...] = ()
    modifier: bool = False
    """`return x if y`: one line, the condition last."""


class For(Node, eq=False, gc=False):
    """A loop. `kind`: each (over `iterable`), while (`test`), count (C-style: `test`), forever."""

    kind: str
    target: AnyExpr | None
    iterable: AnyExpr | None
    test: AnyExpr | None
    body: tuple["Stmt", ...]
    is_async: bool = False
    init: tuple["Stmt", ...] = ()


class CatchNode(Node, eq=False, gc=False):
    """`types`: as written, dotted; empty catches everything. `body_start`/`body_end` delimit its statements."""

    types: tuple[str, ...]
    variable: str
    body: tuple["Stmt", ...]
    body_start: int = 0
    body_end: int = 0


class Try(Node, eq=False, gc=False):
    """`try body catch ... else ... finally ...`; a Ruby method body with `rescue` is one too."""

    body: tuple["Stmt", ...]
    catches: tuple[CatchNode, ...]
    orelse: tuple["Stmt", ...] = ()
    final: tuple["Stmt", ...] = ()


class With(Node, eq=False, gc=False):
    """`with item as target`, `using`, try-with-resources, `synchronized`."""

    items: tuple[tuple[AnyExpr, AnyExpr | None], ...]
    body: tuple["Stmt", ...]
    is_async: bool = False


class Switch(Node, eq=False, gc=False):
    """`switch`/`case`/`match`: arms of (`patterns`, `body`); no patterns is the default."""

    subject: AnyExpr | None
    arms: tuple[tuple[tuple[AnyExpr, ...], tuple["Stmt", ...]], ...]


class Def(Node, eq=False, gc=False):
    """A function declared among statements."""

    function: "FunctionNode"


class ClassDef(Node, eq=False, gc=False):
    """A class declared among statements."""

    cls: "ClassNode"


class Group(Node, eq=False, gc=False):
    """Statements kept together that are neither of the above: a bare block, `finally`-less scope, labelled block."""

    body: tuple["Stmt", ...]


Stmt = Do | Assign | Return | Raise | Jump | If | For | Try | With | Switch | Def | ClassDef | Group


class Decorator(Node, eq=False, gc=False):
    """A decorator, annotation or attribute. `name` dotted, without sigils; `call` if it has arguments.

    A Java `@A(x)` has one positional argument, `@A(k = v)` keyword arguments, `{a, b}` is an `Items`.
    """

    name: str
    value: AnyExpr

    @property
    def call(self) -> Call | None:
        """The call, if it has arguments."""
        return self.value if isinstance(self.value, Call) else None


class ParamNode(Node, eq=False, gc=False):
    """A parameter. `kind`: plain, rest (`*args`), kwrest (`**kw`), keyword, block, self. `pattern` if destructured."""

    name: str
    type: AnyExpr | None = None
    default: AnyExpr | None = None
    decorators: tuple[Decorator, ...] = ()
    kind: str = "plain"
    pattern: AnyExpr | None = None
    optional: bool = False
    name_start: int = 0
    name_end: int = 0


class FunctionNode(Struct, eq=False):
    """A function. `name` "" for anonymous ones. `body` is lowered on first use.

    `body_start`..`body_end` delimit the statements (without braces); for an expression body, the expression.
    `modifiers`: public, private, static, abstract, async ...
    """

    start: int
    end: int
    name: str
    name_start: int
    name_end: int
    params: tuple[ParamNode, ...]
    body_start: int
    body_end: int
    lower: Callable[[], tuple[Stmt, ...]]
    decorators: tuple[Decorator, ...] = ()
    returns: AnyExpr | None = None
    is_async: bool = False
    modifiers: tuple[str, ...] = ()
    doc: str = ""
    expression_body: bool = False
    owner: str = ""
    """Dotted name of the class that holds it."""
    cached: tuple[Stmt, ...] | None = None
    outer_start: int = -1
    """Where the decorators begin (`start` if there are none, -1 unknown)."""
    has_error: bool = False
    """The syntax tree of this function has errors: facts argued from absence are not to be trusted."""
    passed_to: str = ""
    """Dotted name of the call that it is directly given to (`asyncHandler(async () => {})`), "" if none."""

    @property
    def body(self) -> tuple[Stmt, ...]:
        """The statements."""
        if self.cached is None:
            self.cached = self.lower()
        return self.cached


class FieldNode(Node, eq=False, gc=False):
    """A field, attribute or constant of a class (`x: int = 1`, `private String name;`, `static final`)."""

    name: str
    type: AnyExpr | None = None
    value: AnyExpr | None = None
    decorators: tuple[Decorator, ...] = ()
    modifiers: tuple[str, ...] = ()
    name_start: int = 0


class ClassNode(Struct, eq=False):
    """A class, interface, record, module or enum: `kind` says which. `bases` as expressions (generic ones `Index`).

    `body` holds what else stands among the members (Ruby's `before_action :x`, Python's plain statements).
    """

    start: int
    end: int
    name: str
    name_start: int
    name_end: int
    kind: str = "class"
    bases: tuple[AnyExpr, ...] = ()
    base_kwargs: tuple[Kwarg, ...] = ()
    decorators: tuple[Decorator, ...] = ()
    fields: tuple[FieldNode, ...] = ()
    methods: tuple[FunctionNode, ...] = ()
    classes: tuple["ClassNode", ...] = ()
    body: tuple[Stmt, ...] = ()
    modifiers: tuple[str, ...] = ()
    doc: str = ""
    owner: str = ""
    body_start: int = 0
    body_end: int = 0


class ImportNode(Node, eq=False, gc=False):
    """One imported name, as `facts.code.Import` describes it."""

    local: str
    module: str
    name: str


class ExportNode(Node, eq=False, gc=False):
    """One exported name, as `facts.code.Export` describes it; `value` if an expression is exported directly."""

    name: str
    local: str = ""
    module: str = ""
    value: AnyExpr | None = None


class Module(Struct, eq=False):
    """A file. `body` in order, with `Def` and `ClassDef` among the statements."""

    path: str
    language: str
    source: bytes
    body: tuple[Stmt, ...] = ()
    imports: tuple[ImportNode, ...] = ()
    exports: tuple[ExportNode, ...] = ()
    package: str = ""
    error_count: int = 0
    doc: str = ""

    def text(self, node: Node | FunctionNode | ClassNode) -> str:
        """The source of a node."""
        return self.source[node.start : node.end].decode("utf-8", "replace")

    def classes(self) -> Iterator[ClassNode]:
        """All classes, nested ones after their owner."""
        stack = [s.cls for s in reversed(self.body) if isinstance(s, ClassDef)]
        while stack:
            cls = stack.pop()
            yield cls
            stack.extend(reversed(cls.classes))


def dotted(expr: AnyExpr | None) -> str:
    """`a.b.c` for names and members (calls and indexes end it: ""); generic arguments are left out."""
    if type(expr) is Name:
        return expr.id
    names: list[str] = []
    while isinstance(expr, Member):
        names.append(expr.name)
        expr = expr.base
    if isinstance(expr, Name):
        names.append(expr.id)
    elif isinstance(expr, Index) and not names:
        return dotted(expr.base)
    else:
        return ""
    return ".".join(reversed(names))


def around(body: Sequence[Stmt], start: int, end: int) -> list[Stmt]:
    """The statements of a body that hold all of a range, in order."""
    first = last = bisect_right(body, start, key=_start)
    # Statements stand in order; those that were one before they were lowered share their text.
    while first > 0 and body[first - 1].end >= end:
        first -= 1
    found = [s for s in body[first:last] if s.start <= start and end <= s.end]
    return found or [s for s in body if s.start <= start and end <= s.end]


def _start(node: Node) -> int:
    return node.start


def children(expr: AnyExpr) -> tuple[AnyExpr, ...]:
    """The direct parts of an expression, in source order; not the bodies of functions."""
    parts = _PARTS.get(type(expr))
    return parts(expr) if parts is not None else ()


def walk(expr: AnyExpr) -> Iterator[AnyExpr]:
    """The expression and all that it contains, in source order; not the bodies of functions or blocks."""
    pending = [expr]
    while pending:
        part = pending.pop()
        yield part
        parts = _PARTS.get(type(part))
        if parts is not None:
            pending.extend(parts(part)[::-1])


def _of_call(expr: Call) -> tuple[AnyExpr, ...]:
    block = (expr.block,) if expr.block is not None else ()
    return (expr.func, *expr.args, *(k.value for k in expr.kwargs), *block)


def _of_object(expr: Object) -> tuple[AnyExpr, ...]:
    parts: list[AnyExpr] = []
    for entry in expr.entries:
        if entry.key is not None and not entry.name:
            parts.append(entry.key)
        parts.append(entry.value)
    return tuple(parts)


def _of_switch(expr: SwitchExpr) -> tuple[AnyExpr, ...]:
    subject = (expr.subject,) if expr.subject is not None else ()
    return (*subject, *(part for patterns, value in expr.arms for part in (*patterns, value)))


# By type, because every expression of every file passes here; a chain of tests is many times slower.
_PARTS: Final[dict[type, Callable[[Any], tuple[AnyExpr, ...]]]] = {
    Expr: lambda e: e.parts,
    Member: lambda e: (e.base,),
    Call: _of_call,
    Str: lambda e: tuple(p for p in e.parts if not isinstance(p, str)),
    Object: _of_object,
    Items: lambda e: e.items,
    Index: lambda e: (e.base, *e.keys),
    Binary: lambda e: (e.left, e.right),
    Unary: lambda e: (e.operand,),
    Await: lambda e: (e.value,),
    Spread: lambda e: (e.value,),
    Ternary: lambda e: (e.test, e.then, e.orelse),
    Let: lambda e: (e.target, e.value),
    Each: lambda e: (e.iterable, e.target, *e.conditions, e.element),
    SwitchExpr: _of_switch,
}
