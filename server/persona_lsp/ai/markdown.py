"""Text of the model's as it may be shown: no links, images, HTML or characters that nobody sees; only code stays code."""

from __future__ import annotations

import re
import unicodedata

from persona_lsp.text.patterns import lazy

_FENCE = lazy(r"(`{3,}|~{3,})[ \t]*([\w+#-]*)[ \t]*$")
_CODE = lazy(r"(?<![`\\])`[^`\n]+`(?!`)")
_IMAGE = lazy(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = lazy(r"\[([^\]]*)\]\([^)]*\)")
_ADDRESS = lazy(
    r"\b(?:[a-z][a-z0-9+.-]*://|(?:command|javascript|vscode|data|file|mailto):)[^\s<>\"'`)\]]*", re.IGNORECASE
)
_WWW = lazy(r"\bwww\.[^\s<>\"'`)\]]+", re.IGNORECASE)
REMOVED = "(address removed)"


def sentence(text: str, limit: int = 300) -> str:
    """One line of plain text, for messages. Some editors make links of Markdown there, too, so none is left."""
    line = " ".join(_unlinked(visible(text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def visible(text: str) -> str:
    """The text without control characters, turned directions and whatever else nobody sees."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    )


def safe(text: str, limit: int = 20_000) -> str:
    """Markdown that can be shown: what would load, run or lead anywhere is taken out."""
    lines: list[str] = []
    fence = ""
    for line in visible(text)[:limit].expandtabs(4).split("\n"):
        found = _FENCE.match(line.strip()) if len(line) - len(line.lstrip()) <= 3 else None
        if fence:
            if found is not None and found[1].startswith(fence) and not found[2]:
                fence = ""
                lines.append(found[1])
            else:
                # A longer run of the fence's own mark could end it for a reader who counts otherwise.
                lines.append(line)
        elif found is not None:
            fence = found[1]
            # At the margin: inside a list or a quotation, readers differ about where it ends.
            lines.append(found[1] + found[2])
        else:
            lines.append(_plain(line))
    if fence:
        lines.append(fence)
    return "\n".join(lines).strip()


def _plain(line: str) -> str:
    line = line.replace("\\`", "'")
    parts: list[str] = []
    last = 0
    for code in _CODE.finditer(line):
        parts += [_disarmed(line[last : code.start()]), code.group()]
        last = code.end()
    # Indented code is code for some readers and text for others, so it is disarmed, too.
    return "".join([*parts, _disarmed(line[last:])])


def _disarmed(text: str) -> str:
    return _unlinked(text).replace("&", "&amp;").replace("<", "&lt;")


def _unlinked(text: str) -> str:
    previous = ""
    while previous != text:
        previous = text
        text = _IMAGE.sub(r"\1", text)
        text = _LINK.sub(r"\1", text)
    text = _ADDRESS.sub(REMOVED, text)
    text = _WWW.sub(REMOVED, text)
    # Whatever is left of a link or a tag is text from now on.
    return text.replace("](", "] (").replace("][", "] [").replace("]:", "] :").replace("![", "! [")
