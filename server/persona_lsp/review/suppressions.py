"""Comments that silence: what they take away, and those that take nothing."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from persona_lsp.facts.code import FileFacts, Suppression
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import Intent
from persona_lsp.findings.topic import Topic
from persona_lsp.rules.api import REVIEWED, Declaration
from persona_lsp.rules.registry import Rule, by_id, rules
from persona_lsp.text.patterns import lazy

_PAGE: Final = """A comment that ignores a rule silences nothing.

## Why it matters
Who reads it believes that something is wrong here, and the next real finding on this line is hidden by it.

## When to ignore it
The finding comes and goes, for example with code that is generated.
"""

UNUSED: Final = Rule(
    "unused-suppression",
    "suppressions",
    Topic("suppressions", "Suppressions", ()),
    Declaration("file", Severity.HINT, "0.1", lambda *_: iter(())),
    _PAGE,
)
"""No rule of a family: it says what became of the others, and only the façade knows that."""

_NAMELESS: Final = (
    "This comment silences nothing: name the rule in brackets, and say why: `persona-lsp: ignore[rule-id] reason`."
)
_RULES: Final = lazy(rb"\[([^\]]*)\]")
_OPENERS: Final = ("<!--", "/**", "/*", "//", "--", "#", "*")


class ChangeSuppression(Intent, frozen=True, gc=False):
    """In the comment at `where`, name the rule `new` instead of `old`; without `new`, take `old` away."""

    old: str = ""
    new: str = ""


def covers(suppression: Suppression, rule: Rule, finding: Finding) -> bool:
    """Whether the comment is about that rule at that place."""
    if not any(name in suppression.rules for name in (rule.id, rule.family, "*")):
        return False
    return suppression.file or suppression.start <= finding.where.start <= suppression.end


def silences(suppression: Suppression, severity: Severity) -> bool:
    """An error is silenced only with a reason: who reads the code later must know why it is safe."""
    return severity is not Severity.ERROR or bool(suppression.reason)


def unused(facts: FileFacts, used: AbstractSet[tuple[Where, str]], active: AbstractSet[str]) -> Iterator[Finding]:
    """What is to be said about the comments of a file.

    `used` holds comments and the ids of rules whose findings they are about, `active` the ids of rules that looked at
    the file. Of a rule that did not look, nobody knows whether the comment is needed.
    """
    if facts.role not in REVIEWED or facts.error_count:
        return
    for suppression in facts.suppressions:
        if not suppression.rules:
            yield Finding(suppression.where, _NAMELESS, subject=_NAMELESS)
        for name in suppression.rules:
            finding = _unused(suppression, name, used, active)
            if finding is not None:
                yield finding


def _unused(
    suppression: Suppression, name: str, used: AbstractSet[tuple[Where, str]], active: AbstractSet[str]
) -> Finding | None:
    where = suppression.where
    meant = {rule.id for rule in rules() if name in (rule.id, rule.family)}
    if meant:
        if not meant <= active or any((where, rule_id) in used for rule_id in meant):
            return None
        what = f"`ignore[{name}]` silences nothing; remove the comment."
        drop = ChangeSuppression(where, "Remove the comment that silences nothing", safe=False, old=name)
        return Finding(where, what, (drop,), subject=name, unnecessary=True)
    if name in ("*", UNUSED.id):
        return None
    close = _close(name)
    shown = name if len(name) <= 40 else name[:39] + "…"
    if not close:
        return Finding(where, f"`{shown}` is no rule, so that this comment silences nothing.", subject=name)
    rename = ChangeSuppression(where, f"Change it to `{close}`", safe=False, old=name, new=close)
    return Finding(where, f"`{shown}` is no rule; did you mean `{close}`?", (rename,), subject=name)


def _close(name: str) -> str:
    from difflib import get_close_matches

    known = {*by_id(), *(rule.family for rule in rules())}
    return next(iter(get_close_matches(name, sorted(known), n=1)), "")


def spell(intent: ChangeSuppression, source: bytes) -> tuple[Edit, ...] | None:
    """The edit that changes or removes the comment."""
    where = intent.where
    named = _RULES.search(source, where.start, where.end)
    if named is None:
        return None
    names = [name.strip() for name in named[1].decode("utf-8", "replace").split(",")]
    if intent.old not in names:
        return None
    left = [intent.new if name == intent.old else name for name in names if name != intent.old or intent.new]
    if left:
        return (Edit(where.path, named.start(1), named.end(1), ", ".join(dict.fromkeys(left))),)
    start, end = _comment(source, where)
    return (Edit(where.path, start, end, ""),)


def _comment(source: bytes, where: Where) -> tuple[int, int]:
    """The whole comment: with its line, where nothing else stands in it."""
    line = max(source.rfind(b"\n", 0, where.start), source.rfind(b"\r", 0, where.start)) + 1
    before = source[line : where.start].decode("utf-8", "surrogateescape").rstrip()
    opener = next((mark for mark in _OPENERS if before.endswith(mark)), "")
    code = before.removesuffix(opener).rstrip()
    if code or not opener:
        return line + len(code.encode("utf-8", "surrogateescape")), where.end
    end = where.end
    if source[end : end + 2] == b"\r\n":
        return line, end + 2
    return line, min(end + 1, len(source))
