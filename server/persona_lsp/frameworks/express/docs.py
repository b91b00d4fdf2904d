"""What the comment above a registration says about the endpoint."""

import re
from typing import Final

from persona_lsp.facts.http import (
    Doc,
)
from persona_lsp.text.patterns import lazy

_BLOCK: Final = lazy(rb"/\*\*(.*?)\*/\s*\Z", re.DOTALL)


def doc_before(source: bytes, start: int) -> Doc:
    """What a `/** */` comment right before a statement says."""
    before = source[max(0, start - 4000) : start]
    if not before.rstrip().endswith(b"*/"):
        return Doc()
    opened = before.rfind(b"/**")
    match = _BLOCK.match(before, opened) if opened >= 0 else None
    if match is None:
        return Doc()
    lines = [line.strip().lstrip("*").strip() for line in match[1].decode("utf-8", "replace").splitlines()]
    summary = next((line.removeprefix("summary:").strip() for line in lines if line.startswith("summary:")), "")
    if not summary:
        summary = next((line.split(None, 1)[1] for line in lines if line.startswith(("@desc ", "@description "))), "")
    if not summary:
        first = next((line for line in lines if line), "")
        summary = "" if first.startswith("@") else first
    deprecated = any(line.startswith(("@deprecated", "deprecated: true")) for line in lines)
    return Doc(summary=summary[:200], deprecated=deprecated)
