"""Fixes: intents spelled as edits by the framework or library whose words they change, and comments that silence."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from persona_lsp.extract import Extraction
from persona_lsp.extract.known import frameworks_of, libraries_of
from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.findings.finding import Reported
from persona_lsp.findings.intent import Intent, RenameText
from persona_lsp.review import suppressions
from persona_lsp.review.findings import findings
from persona_lsp.review.profile import Profile
from persona_lsp.review.suppressions import UNUSED, ChangeSuppression
from persona_lsp.syntax.ir import Module
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import is_text
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Snapshot

_BOM: Final = b"\xef\xbb\xbf"
_NAMES_A_KEY: Final = frozenset((b".", b"'", b'"', b"`", b":"))
"""What stands before a name that something is read by."""
_LINE_END: Final = lazy(r"\r\n|\r|\n")

Extractions = Callable[[str], Extraction | None]
Speller = Callable[[Intent, Module, FileFacts], tuple[Edit, ...] | None]


def fixes(
    snapshot: Snapshot,
    extraction: Extraction,
    reported: Reported,
    profile: Profile,
    others: Extractions | None = None,
) -> tuple[Fix, ...]:
    """The fixes of a finding, best first; intents that nobody here can spell are left out.

    `others` gives the extraction of another file, for fixes that change more than the one that is shown.
    """
    del profile

    def extractions(path: str) -> Extraction | None:
        return extraction if path == extraction.path else others(path) if others is not None else None

    spelled = ((intent, _edits(snapshot, intent, extractions)) for intent in reported.finding.fixes)
    return tuple(Fix(intent.title, edits, intent.safe, reported.rule) for intent, edits in spelled if edits)


def with_fixes(snapshot: Snapshot, found: Iterable[Reported], extractions: Extractions) -> tuple[Reported, ...]:
    """The findings with those of their fixes that can be spelled; `fixable` says whether any is left.

    A rule knows what would mend a finding; whether it can be written where the code stands, only its code tree tells.
    `extractions` is asked for the files of findings with fixes alone.
    """
    return tuple(_with_fixes(snapshot, one, extractions) for one in found)


def _with_fixes(snapshot: Snapshot, reported: Reported, extractions: Extractions) -> Reported:
    finding = reported.finding
    kept = tuple(intent for intent in finding.fixes if _edits(snapshot, intent, extractions))
    if kept == finding.fixes and reported.fixable == bool(kept):
        return reported
    return replace(reported, finding=replace(finding, fixes=kept), fixable=bool(kept))


def _edits(snapshot: Snapshot, intent: Intent, extractions: Extractions) -> tuple[Edit, ...] | None:
    path = intent.where.path
    if snapshot.files.get(path) is None:
        return None
    there = extractions(path)
    return spell(intent, there) if there is not None else None


def spell(intent: Intent, extraction: Extraction) -> tuple[Edit, ...] | None:
    """The edits of an intent in a file; None if neither framework nor library knows how."""
    if isinstance(intent, RenameText):
        return _renamed(intent, extraction.source)
    if isinstance(intent, ChangeSuppression):
        return suppressions.spell(intent, extraction.source)
    for speller in _spellers(extraction.facts):
        try:
            edits = speller(intent, extraction.parsed.module, extraction.facts)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            # A fix that meets code it does not understand is no fix; the finding stands.
            continue
        if edits:
            ordered = tuple(sorted(_with_line_ends(edits, extraction.source)))
            return ordered if _apart(ordered) else None
    return None


def _renamed(intent: RenameText, source: bytes) -> tuple[Edit, ...] | None:
    """The new text; a name alone where it is quoted or a symbol, as what is read by its name is."""
    path, start, end = intent.where.path, intent.where.start, intent.where.end
    # A name that stands alone may be a variable, whose uses would have to be renamed too.
    if not intent.old or (source[start:end] == intent.old.encode() and source[start - 1 : start] in _NAMES_A_KEY):
        return (Edit(path, start, end, intent.new),)
    name = re.compile(rb"(?<=[\"'`:])" + re.escape(intent.old.encode()) + rb"(?![\w$-])")
    found = list(name.finditer(source, start, end))
    return (Edit(path, found[0].start(), found[0].end(), intent.new),) if len(found) == 1 else None


def _with_line_ends(edits: Sequence[Edit], source: bytes) -> tuple[Edit, ...]:
    """The edits with the line ends of the file: frameworks spell new lines as LF."""
    end = _line_end(source)
    if end == "\n":
        return tuple(edits)
    # What was copied from the file has its line ends already.
    return tuple(replace(edit, text=_LINE_END.sub(end, edit.text)) for edit in edits)


def _line_end(source: bytes) -> str:
    """How the first line of a text ends."""
    first = source.find(b"\n")
    if first < 0:
        return "\r" if b"\r" in source else "\n"
    return "\r\n" if source[first - 1 : first] == b"\r" else "\n"


def _spellers(facts: FileFacts) -> Iterator[Speller]:
    known = frameworks_of(facts.language)
    yield from (f.spell for f in known if f.id in facts.frameworks)
    for library in libraries_of(facts.language):
        if library.spell is not None and (library.id in facts.libraries or not library.packages):
            yield library.spell
    yield from (f.spell for f in known if f.id not in facts.frameworks)


def _apart(edits: tuple[Edit, ...]) -> bool:
    return all(a.path != b.path or a.end <= b.start for a, b in pairwise(edits))


def fix_all(
    snapshot: Snapshot,
    extraction: Extraction,
    profile: Profile,
    found: Iterable[Reported] | None = None,
    others: Extractions | None = None,
) -> Fix | None:
    """The safe fixes of a file's findings that don't touch each other, as one.

    `found` are the findings to mend, where not all of them are meant. With `others`, edits of other files are in it.
    """
    taken: list[Edit] = []
    for reported in findings(snapshot, extraction.path, profile) if found is None else found:
        for fix in fixes(snapshot, extraction, reported, profile, others):
            if not fix.safe:
                continue
            fresh = [e for e in fix.edits if e not in taken]
            if all(_clear(e, taken) for e in fresh):
                taken.extend(fresh)
            break
    if not taken:
        return None
    return Fix("Apply all safe fixes of persona-lsp", tuple(sorted(taken)))


def _clear(edit: Edit, others: list[Edit]) -> bool:
    near = [o for o in others if o.path == edit.path]
    return all((edit.end <= o.start or o.end <= edit.start) and edit.start != o.start for o in near)


def ignore_here(extraction: Extraction, reported: Reported, reason: str = "") -> Fix | None:
    """A comment above the line of the finding, in the language's own syntax, that silences this rule there.

    None where a comment cannot stand above the line, or would silence nothing.
    """
    source = extraction.source
    if reported.rule == UNUSED.id:
        return None
    language = LANGUAGES.get(extraction.facts.language)
    if language is None:
        return None
    at = reported.where.start
    line = max(source.rfind(b"\n", 0, at), source.rfind(b"\r", 0, at)) + 1
    if line == 0 and source.startswith(_BOM):
        line = len(_BOM)
    if is_text(extraction.parsed, line) or source[:line].rstrip(b"\r\n").endswith(b"\\"):
        return None
    mark, indent, newline = language.line_comment, _indent(source, line), _line_end(source)
    text = f"{indent}{mark} persona-lsp: ignore[{reported.rule}] {reason or 'the reason why this is fine'}{newline}"
    return Fix(
        f"Ignore {reported.rule} here", (Edit(extraction.path, line, line, text),), safe=False, rule=reported.rule
    )


def _indent(source: bytes, line: int) -> str:
    end = line
    while end < len(source) and source[end : end + 1] in (b" ", b"\t"):
        end += 1
    return source[line:end].decode("ascii", "replace")
