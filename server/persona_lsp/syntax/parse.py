"""Source text to code tree, whole or incrementally."""

from msgspec import Struct
from tree_sitter import Point, Tree

from persona_lsp.syntax.ir import Module
from persona_lsp.syntax.languages import Language, lowering, parser


class Parsed(Struct, frozen=True):
    """A syntax tree with the source it was made from, and the code tree made of it."""

    source: bytes
    tree: Tree
    module: Module


def parse(path: str, source: bytes, language: Language, old: Parsed | None = None) -> Parsed:
    """Parse `source`. `old` is the parse of an earlier text of the same file: only the difference is parsed again."""
    tree = None
    if old is not None and old.module.language == language.id:
        tree = _edited(old, source)
    new = parser(language.id).parse(source, tree) if tree is not None else parser(language.id).parse(source)
    module = lowering(language.id)(new.root_node, source, path)
    module.language = language.id
    return Parsed(source, new, module)


def _edited(old: Parsed, source: bytes) -> Tree:
    before = old.source
    limit = min(len(before), len(source))
    start = _common_prefix(before, source, limit)
    tail = _common_suffix(before, source, limit - start)
    old_end, new_end = len(before) - tail, len(source) - tail
    tree = old.tree.copy()
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
