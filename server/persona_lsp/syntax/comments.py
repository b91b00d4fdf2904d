"""Where the comments of a file are, and its code without them and without the words of its literals."""

from collections.abc import Iterator

from tree_sitter import Node

from persona_lsp.syntax.parse import Parsed


def comments(parsed: Parsed, start: int = 0, end: int | None = None) -> tuple[tuple[int, int], ...]:
    """The bytes of each comment between two offsets, in order."""
    found = _leaves(parsed.tree.root_node, start, len(parsed.source) if end is None else end)
    return tuple((node.start_byte, node.end_byte) for node in found if _is_comment(node))


def comment_at(parsed: Parsed, offset: int) -> tuple[int, int] | None:
    """The bytes of the comment that holds an offset; None where there is code, or a literal."""
    node = parsed.tree.root_node.descendant_for_byte_range(offset, offset)
    found = None
    while node is not None:
        if _is_comment(node):
            # Some grammars see a comment inside of a comment.
            found = node.start_byte, node.end_byte
        node = node.parent
    return found


def bare(parsed: Parsed, start: int, end: int) -> bytes:
    """The code between two offsets with blanks for comments and for the words of literals; what is put into those stays."""
    data = bytearray(parsed.source[start:end])
    for node in _leaves(parsed.tree.root_node, start, end):
        if _is_comment(node) or any(word in node.type for word in _WORDS):
            first, last = max(node.start_byte, start) - start, min(node.end_byte, end) - start
            data[first:last] = bytes(one if one in b"\r\n" else 0x20 for one in data[first:last])
    return bytes(data)


_WORDS = ("string_content", "string_fragment", "literal_content", "heredoc_content", "character", "verbatim_string")
"""Parts of the names that the grammars have for what stands between quotation marks."""


def _is_comment(node: Node) -> bool:
    return node.is_named and "comment" in node.type and not node.type.endswith("_comment_marker")


def _leaves(root: Node, start: int, end: int) -> Iterator[Node]:
    """The innermost nodes between two offsets; a comment counts as one, whatever a grammar sees in it."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.end_byte <= start or node.start_byte >= end:
            continue
        if node.child_count and not _is_comment(node):
            stack.extend(reversed(node.children))
        else:
            yield node
