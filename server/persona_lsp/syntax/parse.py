"""Source text to code tree, whole or incrementally."""

from importlib import import_module

from tree_sitter import Node, Point, Tree

from persona_lsp.syntax.ir import FunctionNode, Module
from persona_lsp.syntax.languages import Language, lowering, parser


class Parsed:
    """A syntax tree with the source it was made from, and the code tree, made of it when it is first asked for."""

    __slots__ = ("_module", "language", "path", "source", "tree")

    def __init__(self, path: str, source: bytes, tree: Tree, language: Language) -> None:
        """`tree` is the syntax tree of `source`."""
        self.path = path
        self.source = source
        self.tree = tree
        self.language = language
        self._module: Module | None = None

    @property
    def module(self) -> Module:
        """The code tree."""
        if self._module is None:
            self._module = lowering(self.language.id)(self.tree.root_node, self.source, self.path)
            self._module.language = self.language.id
        return self._module


def parse(path: str, source: bytes, language: Language, old: Parsed | None = None) -> Parsed:
    """Parse `source`. `old` is the parse of an earlier text of the same file: only the difference is parsed again."""
    tree = _edited(old, source) if old is not None and old.language is language else None
    new = parser(language.id).parse(source, tree) if tree is not None else parser(language.id).parse(source)
    return Parsed(path, source, new, language)


def is_text(parsed: Parsed, offset: int) -> bool:
    """Whether what is written at the offset would be part of a literal or of markup that begins before it."""
    node = parsed.tree.root_node.descendant_for_byte_range(offset, offset)
    while node is not None:
        if node.start_byte < offset < node.end_byte and any(word in node.type for word in _TEXTS):
            return True
        node = node.parent
    return False


_TEXTS = ("string", "template", "heredoc", "text_block", "jsx", "symbol_array", "regex")
"""Parts of the names that the grammars have for text: in none of them a comment is a comment."""


def difference(before: bytes, after: bytes) -> tuple[int, int, int]:
    """(start, end in `before`, end in `after`) of what changed."""
    limit = min(len(before), len(after))
    start = _common_prefix(before, after, limit)
    tail = _common_suffix(before, after, limit - start)
    return start, len(before) - tail, len(after) - tail


def same_frame(old: Parsed, new: Parsed, start: int, end: int, delta: int) -> Node | None:
    """The node of `new` that stands at `start`..`end + delta` like one of `old` at `start`..`end`.

    None unless all that surrounds it kept its shape: same kinds, same number of children, from the node to the root.
    """
    there = old.tree.root_node.descendant_for_byte_range(start, end)
    here = new.tree.root_node.descendant_for_byte_range(start, end + delta)
    found: Node | None = None
    while there is not None and here is not None:
        if there.type != here.type or there.start_byte != here.start_byte or there.end_byte + delta != here.end_byte:
            return None
        if found is None:
            if there.start_byte != start or there.end_byte != end:
                return None
            if there.parent is not None and there.parent.start_byte == start and there.parent.end_byte == end:
                there, here = there.parent, here.parent
                continue
            found = here
        elif there.child_count != here.child_count:
            return None
        there, here = there.parent, here.parent
    return found if there is None and here is None else None


def function_of(parsed: Parsed, node: Node, owner: str) -> FunctionNode | None:
    """Lower one function again. None if the node is no function."""
    module = import_module(f"persona_lsp.syntax.{parsed.language.lowering}")
    found: FunctionNode | None = module.function_of(node, parsed.tree.root_node, parsed.source, owner)
    return found


def _edited(old: Parsed, source: bytes) -> Tree:
    start, old_end, new_end = difference(old.source, source)
    tree = old.tree.copy()
    before = old.source
    tree.edit(start, old_end, new_end, _point(before, start), _point(before, old_end), _point(source, new_end))
    return tree


def _common_prefix(a: bytes, b: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(a: bytes, b: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _point(source: bytes, offset: int) -> Point:
    row = source.count(b"\n", 0, offset)
    return Point(row, offset - (source.rfind(b"\n", 0, offset) + 1))
