"""Finding the code that a fix is about, and writing into it: annotations, imports, statements."""

from collections.abc import Iterator

from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.frameworks.spring.annotations import classes
from persona_lsp.frameworks.spring.routes import method_keys
from persona_lsp.syntax.ir import ClassNode, Decorator, FunctionNode, Lambda, Module, Node, Stmt


def replaced(node: Node | Where, module: Module, text: str) -> Edit:
    """Other text in place of a node."""
    return Edit(module.path, node.start, node.end, text)


def inserted(module: Module, at: int, text: str) -> Edit:
    """Text at an offset."""
    return Edit(module.path, at, at, text)


def methods(module: Module) -> Iterator[tuple[ClassNode, FunctionNode, str]]:
    """All methods with their class and the key of their facts."""
    for cls, path in classes(module):
        for method, key in method_keys(cls, path):
            yield cls, method, key


def method_at(module: Module, where: Where) -> tuple[ClassNode, FunctionNode] | None:
    """The innermost method that holds a place, its annotations included."""
    best: tuple[ClassNode, FunctionNode] | None = None
    for cls, method, _ in methods(module):
        if outer(method) <= where.start and where.end <= method.end and (best is None or method.start > best[1].start):
            best = (cls, method)
    return best


def outer(method: FunctionNode) -> int:
    """Where the annotations of a method begin."""
    return method.outer_start if method.outer_start >= 0 else method.start


def nodes(root: object) -> Iterator[Node]:
    """All nodes below one, bodies of closures included."""
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        elif isinstance(node, Lambda):
            yield node
            stack.append(node.function.body)
        elif isinstance(node, Node):
            yield node
            stack.extend(
                value for name in node.__struct_fields__ if isinstance(value := getattr(node, name), tuple | Node)
            )


def node_at(module: Module, where: Where) -> Node | None:
    """The expression of a method that stands exactly at a place."""
    found = method_at(module, where)
    if found is None:
        return None
    for node in nodes(found[1].body):
        if node.start == where.start and node.end == where.end and not isinstance(node, Decorator):
            return node
    return None


def statement_at(method: FunctionNode, where: Where) -> Stmt | None:
    """The innermost statement with a line of its own that holds a place."""
    from typing import get_args

    kinds = get_args(Stmt)
    best: Stmt | None = None
    for node in nodes(method.body):
        holds = isinstance(node, kinds) and node.start <= where.start and where.end <= node.end
        if holds and (best is None or node.end - node.start < best.end - best.start):
            best = node  # type: ignore[assignment]  # it was just tested to be a statement
    return best


def indent_at(module: Module, offset: int) -> str | None:
    """The blanks before what begins its line at `offset`; None if something else stands before it."""
    source = module.source
    before = source[source.rfind(b"\n", 0, offset) + 1 : offset]
    return before.decode() if not before.strip() else None


def unit_of(module: Module) -> str:
    """One step of indentation as the file has it."""
    for cls, _ in classes(module):
        own = indent_at(module, cls.start)
        for start in (*(f.start for f in cls.fields), *(outer(m) for m in cls.methods)):
            inner = indent_at(module, start)
            if inner and own is not None and inner.startswith(own) and len(inner) > len(own):
                return inner[len(own) :]
    return "    "


def annotated(module: Module, method: FunctionNode, annotation: str) -> Edit:
    """The method with one more annotation: on its own line, unless the others stand in the line of the method."""
    indent = indent_at(module, method.start)
    if indent is None:
        return inserted(module, method.start, f"{annotation} ")
    return inserted(module, method.start, f"{annotation}\n{indent}")


def imported(module: Module, name: str) -> tuple[Edit, ...]:
    """The import of a class, in alphabetical place. A file without any import is a fragment and gets none."""
    package, _, simple = name.rpartition(".")
    if not module.imports or package == module.package:
        return ()
    for item in module.imports:
        if item.local == simple or (item.local == "*" and item.module == package):
            return ()
    plain = [i for i in module.imports if not module.source[i.start : i.end].startswith(b"import static")]
    anchor = None
    for item in plain:
        full = f"{item.module}.{item.name}" if item.local != "*" else item.module
        if full < name:
            anchor = item
    line = f"import {name};"
    if anchor is not None:
        return (inserted(module, anchor.end, f"\n{line}"),)
    first = plain[0] if plain else module.imports[-1]
    if plain:
        return (inserted(module, first.start, f"{line}\n"),)
    return (inserted(module, first.end, f"\n{line}"),)
