"""Comments that speak to a reviewer instead of about the code: orders what to say, and claims that others said it is fine."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import Claim
from persona_lsp.facts.place import Where
from persona_lsp.syntax.comments import comment_at
from persona_lsp.syntax.parse import Parsed
from persona_lsp.text.patterns import Words, lazy

_WORDS: Final = Words(
    b"instructions",
    b"reviewer",
    b"lgtm",
    b"security",
    b"appsec",
    b"infosec",
    b"pentest",
    b"penetration",
    b"anitizer passed",
    b"anitiser passed",
)
"""One of them stands in every comment that is meant; most files have none, and are not looked through."""

_ORDER: Final = lazy(
    rb"\b(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|of\s+|the\s+|your\s+)*(?:previous|prior|above|preceding|earlier)\s+"
    rb"instructions\b"
    rb"|\b(?:ai|llm|automated|automatic)(?:\s+code)?[\s-]+reviewers?\b[^.\r\n]{0,60}?"
    rb"\b(?:ignore|skip|approve|disregard|(?:do\s+not|don't|must\s+not|never)\s+(?:report|flag|mention|comment))\b",
    re.IGNORECASE,
)
_TEAM: Final = (
    rb"(?:the\s+|our\s+)?(?:security|appsec|infosec)"
    # People, and no part of the program: `verified by the security filter` claims nothing.
    rb"(?:[\s-]+(?:team|department|people|group)\b|(?=\s*(?:$|\*/|-->|[.,;:)!](?:\s|$)|(?:on|in|at|see)\b)))"
)
_CLAIM: Final = lazy(
    rb"\b(?:reviewed|approved|audited|vetted|verified|cleared|signed[\s-]off)\s+by\s+"
    + _TEAM
    + rb"|\b(?:(?:security|appsec)[\s-]+(?:review|audit)|pentest|penetration[\s-]test)\s*:?\s+"
    rb"(?:(?:has|have|was|is)\s+)?(?:been\s+)?(?:passed|approved)\b"
    rb"|\bsaniti[sz]er\s+passed\b"
    rb"|\blgtm\b(?!\s*\[)",
    re.IGNORECASE,
)
_NOT_YET: Final = lazy(
    rb"\b(?:not|never|until|unless|if|when|once|after|before|should|must|needs?|todo|fixme|pending|requires?d?|whether|only)\b|n't\b"
    rb"|\b(?:to|will|shall|can|could|may|might)\s+be\b",
    re.IGNORECASE,
)


def claims(path: str, parsed: Parsed) -> tuple[Claim, ...]:
    """The comments of a file that speak to a reviewer, in order."""
    lines = _lines(parsed.source)
    if not lines:
        return ()
    orders = set(_matches(_ORDER, parsed, lines))
    places = sorted(orders.union(_matches(_CLAIM, parsed, lines)))
    return tuple(Claim(Where(path, *place), is_order=place in orders) for place in places)


def _lines(source: bytes) -> set[tuple[int, int]]:
    """The lines that hold one of the words. This is asked after every key: no pattern is as quick as looking for words."""
    lower = source.lower()
    found: set[tuple[int, int]] = set()
    for word in _WORDS.words if _WORDS.within(lower) else ():
        at = lower.find(word)
        while at >= 0:
            end = lower.find(b"\n", at)
            found.add((lower.rfind(b"\n", 0, at) + 1, len(lower) if end < 0 else end))
            at = lower.find(word, at + 1)
    return found


def _matches(pattern: re.Pattern[bytes], parsed: Parsed, lines: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    source = parsed.source
    for first, last in lines:
        for match in pattern.finditer(source, first, last):
            comment = comment_at(parsed, match.start())
            if comment is None or match.end() > comment[1]:
                continue
            # What is still to be done, or tied to a condition, claims nothing; orders are orders in any mood.
            sentence = max(comment[0], first, *(source.rfind(mark, first, match.start()) + 1 for mark in (b".", b";")))
            if pattern is _CLAIM and _NOT_YET.search(source, sentence, match.end()):
                continue
            start, end = comment
            while end > start and source[end - 1] in b"\r\n":
                end -= 1
            yield start, end
