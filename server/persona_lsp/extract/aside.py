"""Files whose function bodies say nothing about an API: tests, migrations, and what is drawn in a browser."""

from typing import Final

from persona_lsp.syntax.ir import Module
from persona_lsp.text.patterns import lazy

_UNREAD: Final = frozenset({"test", "migration"})
_SCRIPT: Final = frozenset({"javascript", "typescript", "tsx"})
_BROWSER: Final = lazy(
    r"(?:react|react-dom|react-native|preact|vue|svelte|solid-js|lit|@angular/core|@hotwired/stimulus|react-router-dom"
    r"|next/(?:link|image|navigation|router|dynamic)|@tanstack/react-query|@emotion/react|styled-components)(?:/.*)?"
)
_CLOSED: Final = lazy(rb"</[A-Za-z>]")
_WAITS: Final = lazy(rb"async\s+function\s+[A-Z]|async\s*\([^()\n]*\)\s*=>\s*[<(]")
"""Components that a server runs may ask a database: they are functions that are waited for."""


def aside(module: Module, role: str, *, used: bool) -> bool:
    """Whether nothing that the functions of a file do can matter to an API, but for those that a framework calls.

    `used`: a framework is.
    """
    if role in _UNREAD:
        return True
    if used or module.language not in _SCRIPT:
        return False
    drawn = any(_BROWSER.fullmatch(item.module) for item in module.imports) or (
        module.language == "tsx" and (b" />" in module.source or _CLOSED.search(module.source) is not None)
    )
    return drawn and not _runs_on_server(module.source)


def _runs_on_server(source: bytes) -> bool:
    if b"use server" in source:
        return True
    return any(
        source[match.end() - 1 : match.end()].isupper()
        or source[max(0, match.start() - _ASSIGNED) : match.start()].rstrip().endswith(b"=")
        for match in _WAITS.finditer(source)
    )


_ASSIGNED: Final = 8
"""Bytes before a function in which the sign stands that gives it a name."""
