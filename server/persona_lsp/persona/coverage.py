"""Which rules and features keep each sentence of a persona, and for the rest why not yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import msgspec

from persona_lsp.findings.topic import Topic
from persona_lsp.persona.cards import escaped
from persona_lsp.persona.compile import Commitment, CompiledPersona, leaves_out
from persona_lsp.persona.technologies import Technology, language_ids
from persona_lsp.persona.topics import TopicMatch, match_topics
from persona_lsp.text.count import counted
from persona_lsp.text.patterns import lazy

Kind = Literal["commitment", "background", "technology"]

# Sentences that say who the persona is, how it works and how it speaks, and nothing of the code.
_BACKGROUND = lazy(
    r"(?:remember: |always remember |as an? [^,]+, )?"
    r"(?:you(?:['\u2019]re| are|['\u2019]ve| have| possess| bring| excel| speciali[sz]e| understand| know| think"
    r"| believe| value| balance| work| collaborate| communicate| speak| explain| start| begin| combine| come"
    r"| approach| focus| act| serve| will| create the)\b"
    r"|your (?:\w+ )*(?:goal|role|mission|expertise|focus|job|task|purpose|background|approach|responsibilit\w+"
    r"|strengths?|knowledge|personality|style)\b"
    r"|when (?:invoked|asked|called)\b|when \w+(?: \w+){0,4}, you start\b"
    r"|(?:expert|expertise|specialist|specializ\w+|proficient|skilled|experienced?|senior|deep|extensive) )",
    re.IGNORECASE,
)
_BACKGROUND_SECTION = lazy(
    r"\b(?:communication|characteristics|personality|persona|identity|tone|output format|response format"
    r"|integration with other agents|about you|who you are|workflow|when invoked)\b",
    re.IGNORECASE,
)


class CoverageRow(msgspec.Struct, frozen=True):
    """A sentence or a technology, and what keeps it. Places count from 1, the end is exclusive.

    `why` is empty where something keeps it. `group` is the kind of a technology, in words.
    """

    kind: Kind
    text: str
    section: str
    line: int
    column: int
    end_line: int
    end_column: int
    topics: tuple[str, ...]
    titles: tuple[str, ...]
    rules: tuple[str, ...]
    features: tuple[str, ...]
    why: str
    group: str = ""

    @property
    def kept(self) -> bool:
        """Whether a rule or a feature keeps it."""
        return bool(self.rules or self.features)


def coverage(
    compiled: CompiledPersona,
    rules_by_topic: Mapping[str, Sequence[str]],
    topics: Sequence[Topic],
    features: Collection[str],
) -> tuple[CoverageRow, ...]:
    """A row for every sentence, then one for every technology, each in the order of the file.

    `features` are the ids of what this program has beside rules: features that topics name, and
    the languages, frameworks and libraries that it reads, by which technologies are known.
    """
    by_id = {topic.id: topic for topic in topics}
    rows = [_sentence_row(commitment, rules_by_topic, by_id, features) for commitment in compiled.commitments]
    # Of an id and a title that are one, the title is shown: it begins with a capital letter.
    known = {_key(feature): feature for feature in sorted(features, reverse=True)}
    sections = {one.line: one.section for one in compiled.lists}
    for technology in compiled.technologies:
        matches = match_topics(technology.name, topics)
        named = [by_id[match.topic] for match in matches]
        rules = _kept_by(matches, rules_by_topic)
        rows.append(_technology_row(technology, sections.get(technology.line, ""), named, rules, known))
    return tuple(rows)


def is_background(text: str, section: str = "") -> bool:
    """Whether a sentence describes the persona and not the code."""
    return bool(_BACKGROUND.match(text)) or bool(_BACKGROUND_SECTION.search(section))


def explain_commitment(
    compiled: CompiledPersona, coverage_rows: Sequence[CoverageRow], line: int, column: int
) -> str | None:
    """What a hover over a persona file says about the sentence or technology there, as Markdown.

    Line and column count from 1. None where the place belongs to neither.
    """
    row = next((row for row in coverage_rows if _covers(row, line, column)), None)
    if row is None:
        return None
    name = escaped(compiled.persona.name)
    lines = [f"**{escaped(row.text)}**", ""]
    match row.kind:
        case "commitment":
            lines.append(f"A commitment of *{name}*.")
        case "technology":
            lines.append(f"A technology ({escaped(row.group)}) that *{name}* works with.")
        case "background":
            lines.append(f"It describes *{name}*.")
    lines.append("")
    if row.titles:
        lines.append(f"- Topics: {', '.join(escaped(title) for title in row.titles)}")
    if row.rules:
        lines.append(f"- Kept by {counted(len(row.rules), 'rule')}: {_codes(row.rules)}")
    if row.features:
        lines.append(f"- {'Also kept' if row.rules else 'Kept'} by: {_codes(row.features)}")
    if row.why:
        lines.append(f"- {'Not checked' if row.kind == 'background' else 'Not kept yet'}: {escaped(row.why)}")
    return "\n".join(lines)


def _kept_by(matches: Sequence[TopicMatch], rules_by_topic: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The rules that keep what a text speaks of."""
    kept = (rule for match in matches for rule in rules_by_topic.get(match.topic, ()) if match.keeps(rule))
    return tuple(dict.fromkeys(kept))


def _sentence_row(
    commitment: Commitment,
    rules_by_topic: Mapping[str, Sequence[str]],
    by_id: Mapping[str, Topic],
    features: Collection[str],
) -> CoverageRow:
    named = [by_id[topic] for topic in commitment.topics if topic in by_id]
    rules = _kept_by(commitment.matches, rules_by_topic)
    kept_by = tuple(dict.fromkeys(f for topic in named for f in topic.features if f in features))
    kind: Kind = "commitment"
    why = ""
    if not named:
        why = "no topic names it"
        if is_background(commitment.text, commitment.section):
            kind, why = "background", "it describes the persona and not the code"
        elif leaves_out(commitment.text):
            why = "it tells what is not reviewed; `ignore` in the settings switches rules off"
    elif not rules and not kept_by:
        reasons = dict.fromkeys(topic.not_yet for topic in named if topic.not_yet)
        why = "; ".join(reasons) or f"no rule about {' or '.join(topic.title.lower() for topic in named)} yet"
    return CoverageRow(
        kind=kind,
        text=commitment.text,
        section=commitment.section,
        line=commitment.line,
        column=commitment.column,
        end_line=commitment.end_line,
        end_column=commitment.end_column,
        topics=tuple(topic.id for topic in named),
        titles=tuple(topic.title for topic in named),
        rules=rules,
        features=kept_by,
        why=why,
    )


def _technology_row(
    technology: Technology,
    section: str,
    named: Sequence[Topic],
    rules: tuple[str, ...],
    known: Mapping[str, str],
) -> CoverageRow:
    wanted = [_key(technology.name), *(_key(language) for language in language_ids((technology,)) or ())]
    wanted += [_SAME[key] for key in wanted if key in _SAME]
    kept_by = tuple(dict.fromkeys(known[key] for key in wanted if key in known))
    group = _GROUPS.get(technology.kind, technology.kind.replace("-", " "))
    return CoverageRow(
        kind="technology",
        text=technology.name,
        section=section,
        line=technology.line,
        column=technology.column,
        end_line=technology.line,
        end_column=technology.end_column,
        topics=tuple(topic.id for topic in named),
        titles=tuple(topic.title for topic in named),
        rules=rules,
        features=kept_by,
        why="" if kept_by or rules else f"this {group} is not recognised yet",
        group=group,
    )


# Technologies that lists call by another name than the modules that read them.
_SAME = {
    "netcore": "aspnet",
    "net": "aspnet",
    "aspnetcore": "aspnet",
    "expressjs": "express",
    "hibernate": "jpa",
    "springdatajpa": "jpa",
    "postgres": "postgresql",
    "rubyonrails": "rails",
    "activerecord": "rails",
}
_GROUPS = {"orm": "ORM", "api-tool": "API tool", "message-queue": "message queue"}


def _covers(row: CoverageRow, line: int, column: int) -> bool:
    return (row.line, row.column) <= (line, column) < (row.end_line, row.end_column)


def _key(name: str) -> str:
    """`Spring Boot`, `spring-boot` and `spring_boot` are one."""
    return re.sub(r"[^a-z0-9#+]", "", name.lower())


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
