"""Checks against forged requests: they tell where a request comes from, and nothing of who calls."""

import re
from typing import Final

from persona_lsp.text.patterns import lazy

_FORGERY: Final = lazy(
    r"_?(?:anti_?)?(?:csrf|xsrf|forgery)(?:_?(?:token|header|cookie|check|protection|guard))*", re.IGNORECASE
)


def without_forgery(name: str) -> str:
    """The name of what stands before handlers, without its words for such a check."""
    return _FORGERY.sub("", name)
