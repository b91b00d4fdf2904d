"""Files whose function bodies say nothing about a back end: tests, and what is drawn in a browser."""

import re
from typing import Final

from persona_lsp.syntax.ir import Module

_SCRIPT: Final = frozenset({"javascript", "typescript", "tsx"})
_BROWSER: Final = re.compile(
    r"(?:react|react-dom|react-native|preact|vue|svelte|solid-js|lit|@angular/core|@hotwired/stimulus|react-router-dom"
    r"|next/(?:link|image|navigation|router|dynamic)|@tanstack/react-query|@emotion/react|styled-components)(?:/.*)?"
)
_MARKUP: Final = re.compile(rb"</[A-Za-z][\w.]*>|</>|[\w\"'}]\s*/>")
_ON_SERVER: Final = re.compile(rb"['\"]use server['\"]|\basync\s+function\s+[A-Z]|=\s*async\s*\([^()\n]*\)\s*=>\s*[<(]")
"""Components that a server runs may ask a database: they are functions that are waited for."""


def aside(module: Module, role: str, *, used: bool) -> bool:
    """Whether nothing that the functions of a file do can matter to an API, but for those that a framework calls.

    `used`: a framework is.
    """
    if role == "test":
        return True
    if used or module.language not in _SCRIPT:
        return False
    drawn = any(_BROWSER.fullmatch(item.module) for item in module.imports) or (
        module.language == "tsx" and _MARKUP.search(module.source) is not None
    )
    return drawn and _ON_SERVER.search(module.source) is None
