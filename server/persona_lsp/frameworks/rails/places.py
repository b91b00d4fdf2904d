"""What stands at a place of a Ruby file: the nodes around it, the statements beside it, the indentation there."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    BlockExpr,
    CatchNode,
    ClassDef,
    Def,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Lambda,
    Let,
    Module,
    Name,
    Raise,
    Return,
    Stmt,
    Str,
    Switch,
    SwitchExpr,
    Try,
    children,
)

Part = AnyExpr | Stmt | CatchNode | FunctionNode


class Place(Struct, frozen=True):
    """A node; the statements that it stands among, if it is a statement."""

    node: Part
    siblings: tuple[Stmt, ...] = ()


def around(module: Module, start: int, end: int) -> list[Place]:
    """The nodes that cover a range, the outermost first."""
    found: list[Place] = []
    level: Sequence[Place] = list(_top(module))
    while True:
        inner = next((p for p in level if _covers(p.node, start, end)), None)
        if inner is None:
            return found
        found.append(inner)
        level = list(parts(inner.node))


def parts(node: Part) -> Iterator[Place]:
    """What a node consists of, bodies of blocks and functions included."""
    match node:
        case FunctionNode(body=body) | BlockExpr(body=body) | Group(body=body) | CatchNode(body=body):
            yield from _listed(body)
        case Lambda(function=function):
            yield from _listed(function.body)
        case Do(value=value):
            yield Place(value)
        case Return(value=value) | Raise(value=value):
            if value is not None:
                yield Place(value)
        case Assign(targets=targets, value=value):
            for target in targets:
                yield Place(target)
            if value is not None:
                yield Place(value)
        case If(test=test, then=then, orelse=orelse):
            yield Place(test)
            yield from _listed(then)
            yield from _listed(orelse)
        case For(target=target, iterable=iterable, test=test, body=body):
            for part in (target, iterable, test):
                if part is not None:
                    yield Place(part)
            yield from _listed(body)
        case Try(body=body, catches=catches, orelse=orelse, final=final):
            yield from _listed(body)
            for catch in catches:
                yield Place(catch)
            yield from _listed(orelse)
            yield from _listed(final)
        case Switch(subject=subject, arms=arms):
            if subject is not None:
                yield Place(subject)
            for patterns, body in arms:
                for pattern in patterns:
                    yield Place(pattern)
                yield from _listed(body)
        case Def(function=function):
            yield Place(function)
        case ClassDef():
            return
        case Str() | SwitchExpr() | Let():
            for child in children(node):
                yield Place(child)
        case _:
            for child in children(node):  # type: ignore[arg-type]  # every kind of statement stands above
                yield Place(child)


def everything(node: Part) -> Iterator[Part]:
    """The node and all that stands in it."""
    yield node
    for place in parts(node):
        yield from everything(place.node)


def names_assigned(nodes: Sequence[Stmt]) -> set[str]:
    """Local variables that the statements assign."""
    found: set[str] = set()
    for statement in nodes:
        for part in everything(statement):
            targets = part.targets if isinstance(part, Assign) else (part.target,) if isinstance(part, Let) else ()
            for target in targets:
                for one in everything(target):
                    if isinstance(one, Name) and (one.id[:1].islower() or one.id[:1] == "_"):
                        found.add(one.id)
    return found


def names_used(nodes: Sequence[Stmt]) -> set[str]:
    """Variables that the statements mention."""
    return {part.id for statement in nodes for part in everything(statement) if isinstance(part, Name)}


def line_start(source: bytes, offset: int) -> int:
    """Where the line of an offset begins."""
    return source.rfind(b"\n", 0, offset) + 1


def line_end(source: bytes, offset: int) -> int:
    """Where the line of an offset ends, before its line end."""
    end = source.find(b"\n", offset)
    end = len(source) if end < 0 else end
    return end - 1 if end > 0 and source[end - 1 : end] == b"\r" else end


def indent(source: bytes, offset: int) -> str | None:
    """The white space before an offset, None if something else stands on its line before it."""
    before = source[line_start(source, offset) : offset]
    return before.decode() if not before.strip() else None


def _listed(body: Sequence[Stmt]) -> Iterator[Place]:
    siblings = tuple(body)
    for statement in siblings:
        yield Place(statement, siblings)


def _top(module: Module) -> Iterator[Place]:
    yield from _listed(module.body)
    for cls in module.classes():
        for method in cls.methods:
            yield Place(method)
        yield from _listed(cls.body)


def _covers(node: Part, start: int, end: int) -> bool:
    if isinstance(node, ClassDef):
        return False
    return node.start <= start and end <= node.end
