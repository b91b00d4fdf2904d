"""Branches that run only where developers run the application."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.flow.walking import every_statement
from persona_lsp.syntax.ir import If, Module, Node
from persona_lsp.text.patterns import lazy

DEVELOPMENT: Final = lazy(
    r"""^[^!|]*(?:(?:NODE_ENV|env\w*)['"\])]*\s*===?\s*['"](?:dev|development|test|local)['"]"""
    r"""|(?:NODE_ENV|env\w*)['"\])]*\s*!==?\s*['"](?:prod|production)['"]"""
    r"""|(?:^|[.\s(])(?:dev|isDev|isDevelopment|development|__DEV__|IS_DEV)(?:\(\))?\s*(?:&&|$))""",
    re.IGNORECASE,
)
"""Conditions that hold only where the application does not run for its users."""

PRODUCTION: Final = lazy(
    r"""^[^!|]*(?:NODE_ENV|env\w*)['"\])]*\s*===?\s*['"](?:prod|production)['"]\s*$|^[^!|&]*\bis_?prod(?:uction)?(?:\(\))?\s*$""",
    re.IGNORECASE,
)
"""Conditions that hold only where it does."""


def is_for_developers(node: Node, module: Module) -> bool:
    """The node stands in such a branch."""
    return any(start <= node.start < end for start, end in _branches(module))


def _branches(module: Module) -> Iterator[tuple[int, int]]:
    for statement in every_statement(module):
        if not isinstance(statement, If):
            continue
        source = module.text(statement.test)
        for branch, pattern in ((statement.then, DEVELOPMENT), (statement.orelse, PRODUCTION)):
            if branch and pattern.search(source) is not None:
                yield branch[0].start, branch[-1].end
