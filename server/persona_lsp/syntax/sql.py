"""SQL text by its tokens: the verb, the tables, whether it limits. Quotes and comments say nothing."""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from persona_lsp.text.patterns import lazy


class SqlOutline(Struct, frozen=True, gc=False):
    """What the words of a statement say. `verb` is its first keyword in lower case, "" if it has none.

    `aggregate`: it answers one row whatever the table holds (`SELECT count(...)`).
    """

    verb: str = ""
    tables: tuple[str, ...] = ()
    limit: bool = False
    aggregate: bool = False


_BEFORE_TABLE: Final = frozenset({"from", "join", "into", "update"})
_AGGREGATES: Final = frozenset({"count", "sum", "max", "min", "avg", "exists"})
_LIMITS: Final = frozenset({"limit", "top"})
_VERBS: Final = frozenset(
    {
        "select", "insert", "update", "delete", "replace", "merge", "create", "alter", "drop", "truncate", "call",
        "exec", "explain", "from",
    }
)  # fmt: skip
_LITERALS: Final = frozenset({"STRING", "NUMBER", "HEREDOC_STRING", "NATIONAL_STRING", "RAW_STRING"})
_HIDING: Final = ('"', "`", "--", "/*", "#", "[", "$$", "\\")
"""What begins a quoted name or a comment, or may hide the end of a literal. A text without them needs no tokenizer."""
_PLAIN: Final = lazy(r"[a-z_][\w.]*|\(")
_SET: Final = lazy(
    r"^\s*update\s[^;]*?\sset\s(.*?)(?:\s(?:where|from|returning|order\s+by|limit)\s.*)?;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_ASSIGNED: Final = lazy(r"\s*(?:[\w\"`\[\]]+\.)?[\"`\[]?([a-zA-Z_]\w*)[\"`\]]?\s*=")
_VALUE: Final = lazy(r"'(?:[^']|'')*'")
_INNERMOST: Final = lazy(r"\([^()]*\)")
_DEEPEST: Final = 20
_LONGEST: Final = 20_000
"""Characters: longer texts are dumps, and their verb is all that matters."""


@lru_cache(maxsize=2048)
def outline(text: str) -> SqlOutline:
    """The outline of a statement, or of a piece of one. Never raises."""
    words = _words(text[:_LONGEST])
    verb = next((w for w in words if w in _VERBS), "")
    if verb == "from" and words and words[0] in ("with", "("):
        verb = "select"
    tables: list[str] = []
    limit = False
    for before, word, after in zip(words, words[1:], [*words[2:], ""], strict=False):
        if before in _BEFORE_TABLE and re.match(r"[a-z_\"`\[]", word) and word not in ("select", "set", "lateral"):
            tables.append(word.strip('"`[]'))
        if word in _LIMITS or (word == "fetch" and after in ("first", "next")):
            limit = True
    at = words.index(verb) if verb in words else -1
    aggregate = verb == "select" and at + 2 < len(words) and words[at + 1] in _AGGREGATES and words[at + 2] == "("
    return SqlOutline(verb, tuple(dict.fromkeys(tables)), limit, aggregate)


def updated_columns(text: str) -> tuple[str, ...]:
    """The columns that an `UPDATE` sets; none unless all of them are plain names. Never raises."""
    found = _SET.search(_flat(text))
    return assigned_columns(found[1]) if found is not None else ()


def assigned_columns(text: str) -> tuple[str, ...]:
    """The columns of `views = views + 1, seen_at = now()`; none unless all of them are plain names. Never raises."""
    found = [_ASSIGNED.match(assignment) for assignment in _flat(text).split(",")]
    return tuple(dict.fromkeys(match[1].lower() if match else "" for match in found)) if all(found) else ()


def _flat(text: str) -> str:
    """The text without what stands in quotes for a value, or in parentheses."""
    text = _VALUE.sub("''", text[:_LONGEST])
    for _ in range(_DEEPEST):
        flat = _INNERMOST.sub("", text)
        if flat == text:
            break
        text = flat
    return text


def _words(text: str) -> list[str]:
    """Tokens in lower case, qualified names joined; literals and comments left out."""
    if not any(mark in text for mark in _HIDING):
        plain = _VALUE.sub(" ", text)
        if "'" not in plain:
            return _PLAIN.findall(plain.replace("{}", "x").lower())
    from sqlglot.errors import TokenError
    from sqlglot.tokens import Tokenizer

    try:
        tokens = Tokenizer().tokenize(text.replace("{}", "x"))
    except (TokenError, ValueError):
        # Half a literal, or a dialect of its own: plain words still tell the verb.
        return _PLAIN.findall(text.lower())
    words: list[str] = []
    joined = False
    for token in tokens:
        kind = token.token_type.name
        if kind in _LITERALS:
            continue
        word = token.text.lower()
        if joined and words:
            words[-1] += f".{word}"
            joined = False
        elif kind == "DOT" and words:
            joined = True
        else:
            words.append(word)
    return words
