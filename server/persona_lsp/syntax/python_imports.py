"""What a Python file imports, in functions and under conditions too."""

from collections.abc import Iterable
from typing import Final

from tree_sitter import Node as TsNode

from persona_lsp.syntax.ir import ImportNode
from persona_lsp.syntax.python_expressions import decode
from persona_lsp.text.patterns import lazy

_INDENTED_IMPORT: Final = lazy(rb"\n[ \t]+(?:from|import)[ \t]")
"""With the line end before it, which is found much sooner than the begin of a line."""


def imports(root: TsNode, source: bytes) -> Iterable[ImportNode]:
    """Everything that a file imports, at whatever depth."""
    # Imports below the top level (in functions, under TYPE_CHECKING) are found by text: bodies stay unread.
    for child in root.children:
        if child.type in _IMPORTS:
            yield from _import(child, source)
    for match in _INDENTED_IMPORT.finditer(source):
        node = root.descendant_for_byte_range(match.end() - 2, match.end() - 2)
        while node is not None and node.type not in _IMPORTS and node.end_byte - node.start_byte < 2000:
            node = node.parent
        if node is not None and node.type in _IMPORTS:
            yield from _import(node, source)


_IMPORTS: Final = frozenset({"import_statement", "import_from_statement"})


def _import(node: TsNode, source: bytes) -> Iterable[ImportNode]:
    start, end = node.start_byte, node.end_byte
    module = ""
    if node.type == "import_from_statement":
        origin = node.child_by_field_name("module_name")
        module = "" if origin is None else _joined(origin, source)
        if source.find(b"*", start, end) >= 0 and any(c.type == "wildcard_import" for c in node.children):
            yield ImportNode(start, end, "*", module, "*")
            return
    for child in node.children_by_field_name("name"):
        given = _joined(child, source)
        local = ""
        if child.type == "aliased_import":
            original, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
            given = "" if original is None else _joined(original, source)
            local = "" if alias is None else decode(alias, source)
        if not given:
            continue
        if node.type == "import_from_statement":
            yield ImportNode(child.start_byte, child.end_byte, local or given, module, given)
        elif local:
            yield ImportNode(child.start_byte, child.end_byte, local, given, "*")
        else:
            # `import a.b` binds `a`; what is written later is `a.b.c`.
            yield ImportNode(child.start_byte, child.end_byte, given, given, "*")


def _joined(node: TsNode, source: bytes) -> str:
    return "".join(decode(node, source).split())
