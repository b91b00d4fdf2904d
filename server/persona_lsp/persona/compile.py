"""A persona's body -> sections, commitments, technologies: what the persona says, ready to be kept."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

import msgspec

from persona_lsp.findings.topic import Topic
from persona_lsp.persona import sentences
from persona_lsp.persona.markdown import Block, parts_of
from persona_lsp.persona.model import Persona, Section
from persona_lsp.persona.technologies import Technology, TechnologyList, language_ids, read_list
from persona_lsp.persona.topics import TopicMatch, match_topics
from persona_lsp.text.patterns import lazy

_ID_WORDS = 7
_EMPHASIS = lazy(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")


class Commitment(msgspec.Struct, frozen=True):
    """A sentence of the persona. Places count from 1 in the original file; the end is exclusive.

    `id` stays the same while the sentence does. `section` is the heading above, "" before the first.
    """

    id: str
    text: str
    section: str
    line: int
    column: int
    end_line: int
    end_column: int
    topics: tuple[str, ...]
    matches: tuple[TopicMatch, ...] = ()


class CompiledPersona(msgspec.Struct, frozen=True):
    """A persona with all that was read out of its body.

    `languages` is None where the persona lists none, and then it speaks of all of them. `lists` are
    the lines that list technologies, as commitments: they name topics that no sentence names.
    """

    persona: Persona
    sections: tuple[Section, ...]
    commitments: tuple[Commitment, ...]
    technologies: tuple[Technology, ...]
    languages: tuple[str, ...] | None
    lists: tuple[Commitment, ...] = ()


def compile_persona(persona: Persona, topics: Sequence[Topic]) -> CompiledPersona:
    """Read the body of a persona; the topics are those that the rule families declare."""
    taken: dict[str, int] = {}
    commitments: list[Commitment] = []
    lists: list[Commitment] = []
    technologies: list[Technology] = []
    section = ""
    for part in parts_of(persona.body, persona.body_line):
        if isinstance(part, Section):
            section = part.title
            continue
        text = part.text
        listed = read_list(text, section)
        if listed is not None:
            technologies.extend(_technologies(part, listed))
            lists.append(_commitment(part, 0, len(text), section, topics, taken))
            continue
        commitments.extend(
            _commitment(part, start, end, section, topics, taken) for start, end in sentences.split(text)
        )
    return CompiledPersona(
        persona=persona,
        sections=persona.sections,
        commitments=tuple(commitments),
        technologies=tuple(technologies),
        languages=language_ids(tuple(technologies)),
        lists=tuple(lists),
    )


def commitment_for(compiled: CompiledPersona, topic_id: str, rule_id: str = "") -> Commitment | None:
    """The sentence that names a topic most specifically, the first of equals; None where none does.

    With a rule of the topic, the sentence that this rule keeps: one that speaks of what it looks for, or of the whole
    topic. A sentence goes before a line that merely lists technologies.
    """
    for candidates in (compiled.commitments, compiled.lists):
        best: Commitment | None = None
        best_score = (False, (0, 0))
        for commitment in candidates:
            for match in commitment.matches:
                if match.topic != topic_id or (rule_id and not match.keeps(rule_id)):
                    continue
                score = (rule_id in match.rules, match.specificity)
                if best is None or score > best_score:
                    best, best_score = commitment, score
        if best is not None:
            return best
    return None


def committed_topics(compiled: CompiledPersona) -> frozenset[str]:
    """The ids of all topics that the persona names: the rules of their families are on."""
    return frozenset(topic for commitment in (*compiled.commitments, *compiled.lists) for topic in commitment.topics)


def speaks_of(compiled: CompiledPersona, language: str) -> bool:
    """Whether the persona reviews a language (`python`, `typescript`, ...): all, or those it lists."""
    return compiled.languages is None or language in compiled.languages


_LEAVES_OUT = lazy(
    r"(?:you |we |i |please )?(?:(?:do not|don['\u2019]t|never|must not|should not|shall not|will not|won['\u2019]t|need not)"
    r" (?:review|check|comment on|flag|report|judge|look at|mention|criticise|criticize|care about|worry about)"
    r"|(?:ignore|skip|disregard|leave out|exclude)s?)\b",
    re.IGNORECASE,
)


def leaves_out(sentence: str) -> bool:
    """Whether a sentence tells what is not to be reviewed: it commits to nothing."""
    return _LEAVES_OUT.match(sentence) is not None


def _commitment(
    block: Block, start: int, end: int, section: str, topics: Sequence[Topic], taken: dict[str, int]
) -> Commitment:
    text = _EMPHASIS.sub("", block.text[start:end]).strip() or block.text[start:end]
    matches = () if leaves_out(text) else match_topics(text, topics)
    line, column = block.place(start)
    end_line, end_column = block.place(end)
    return Commitment(
        id=_identity(text, taken),
        text=text,
        section=section,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        topics=tuple(match.topic for match in matches),
        matches=matches,
    )


def _technologies(block: Block, listed: TechnologyList) -> list[Technology]:
    found: list[Technology] = []
    for name, start, end in listed.items:
        line, column = block.place(start)
        end_line, end_column = block.place(end)
        found.append(Technology(listed.kind, name, line, column, end_column if end_line == line else column + 1))
    return found


def _identity(text: str, taken: dict[str, int]) -> str:
    """A readable id out of the first words; a number behind it where sentences begin alike."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    spoken = re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))
    slug = "-".join((spoken[1:] if spoken[:1] == ["you"] else spoken)[:_ID_WORDS])
    slug = slug or hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    taken[slug] = taken.get(slug, 0) + 1
    return slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"
