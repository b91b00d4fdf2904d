"""What a persona works with: lists such as "- Languages: Node.js, Python", and the languages they gate."""

from __future__ import annotations

import re

import msgspec

from persona_lsp.text.patterns import lazy

# What a label has to be, apart from an adjective, to give its list a kind.
_KINDS = (
    (lazy(r"languages?|runtimes?"), "language"),
    (lazy(r"frameworks?"), "framework"),
    (lazy(r"orms?|odms?"), "orm"),
    (lazy(r"queues?|messaging|brokers?|event streaming|streaming"), "message-queue"),
    (lazy(r"databases?|dbs?|data ?stores?"), "database"),
    (lazy(r"api (?:tools?|technologies|protocols?)|apis|protocols?"), "api-tool"),
    (lazy(r"librar(?:y|ies)"), "library"),
)
_ADJECTIVE = lazy(
    r"(?:(?:programming|backend|back-end|server-side|primary|core|main|key|supported|preferred|web|message|task"
    r"|job|favou?rite|database|known|popular|common)\s+)+(?=\w)"
)
_SECOND_NOUN = lazy(r"\s*(?:&|and|/|,|\+)\s*[\w -]+$")
_STACK_SECTION = lazy(r"technolog(?:y|ies)(?: stack| you (?:work with|use))?|tech(?:nical)? stack|stack", re.IGNORECASE)
_STACK = lazy(r"technolog|tech(?:nical)? stack|\bstack\b|\btools?\b|\btooling\b", re.IGNORECASE)
_LABELLED = lazy(r"(?:\*\*|__)?([^:*_.]{2,40}?)(?:\*\*|__)?:(?:\*\*|__)?\s+(\S.*)$")
_SEPARATOR = lazy(r"\s*[,;|\u00b7\u3001]\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+")
_REMARK = lazy(r"\s?\([^()]*\)")
_MAX_WORDS = 5
_MAX_LABEL = 60
# Without a label of its own a list is trusted only where its names are as short as names are.
_MAX_BARE_WORDS = 3

# A language as lists spell it -> the ids of the grammars it speaks of; none where it is not reviewed.
_LANGUAGES = (
    (lazy(r"\bnode(?:\.?js)?\b|\bdeno\b|\bbun\b"), ("javascript", "typescript")),
    (lazy(r"\bpython\b"), ("python",)),
    (lazy(r"\bjavascript\b|\becmascript\b|\bjs\b(?<!\.js)"), ("javascript",)),
    (lazy(r"\btypescript\b|\bts\b"), ("typescript",)),
    (lazy(r"\bjava\b"), ("java",)),
    (lazy(r"\bruby\b"), ("ruby",)),
    (lazy(r"\bgo\b|\bgolang\b"), ("go",)),
    (lazy(r"\bc#|\bc sharp\b|\bcsharp\b|\.net\b|\bdotnet\b|\basp\.net\b"), ("csharp",)),
    (lazy(r"\brust\b"), ("rust",)),
    (
        lazy(
            r"\b(?:php|kotlin|scala|swift|elixir|erlang|haskell|clojure|perl|dart|lua|groovy|julia|zig|nim|crystal"
            r"|ocaml|objective-c|fortran|cobol|solidity|apex|abap|matlab|visual basic|vb|c|r)\b(?![#+\w])|\bf#|\bc\+\+"
        ),
        (),
    ),
)


class Technology(msgspec.Struct, frozen=True):
    """One thing of a list. `kind` is `language`, `framework`, `database`, `orm`, `message-queue`,
    `api-tool`, `library`, or the list's own label in kebab-case. Places count from 1."""

    kind: str
    name: str
    line: int
    column: int
    end_column: int


class TechnologyList(msgspec.Struct, frozen=True):
    """The kind of a list, and the names in it with their start and end in the text."""

    kind: str
    items: tuple[tuple[str, int, int], ...]


def read_list(text: str, section: str) -> TechnologyList | None:
    """A list of technologies in a block of prose under a heading, or None where it is prose."""
    labelled = _LABELLED.match(text)
    if labelled:
        label = labelled.group(1).strip()
        kind = _kind(label) or (_slug(label) if _STACK.search(section) else "")
        items = _items(text, labelled.start(2))
        if kind and len(label.split()) <= 4 and _are_names(items, kind):
            return TechnologyList(kind, items)
        return None
    kind = _kind(section) or ("technology" if _STACK_SECTION.fullmatch(section) else "")
    items = _items(text, 0) if kind else ()
    if kind and all(len(name.split()) <= _MAX_BARE_WORDS for name, _, _ in items) and _are_names(items, kind):
        return TechnologyList(kind, items)
    return None


def language_ids(technologies: tuple[Technology, ...]) -> tuple[str, ...] | None:
    """The languages that the lists name, in their order; None where they name none at all."""
    ids: dict[str, None] = {}
    any_language = False
    for technology in technologies:
        if technology.kind != "language":
            continue
        for pattern, named in _LANGUAGES:
            if pattern.search(technology.name.lower()):
                any_language = True
                ids.update(dict.fromkeys(named))
    return tuple(ids) if any_language else None


def _kind(label: str) -> str:
    if len(label) > _MAX_LABEL:
        return ""
    noun = _SECOND_NOUN.sub("", label.strip().lower())
    noun = _ADJECTIVE.sub("", noun) if not any(pattern.fullmatch(noun) for pattern, _ in _KINDS) else noun
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(noun)), "")


def _items(text: str, start: int) -> tuple[tuple[str, int, int], ...]:
    items: list[tuple[str, int, int]] = []
    depth, begin = 0, start
    position = start
    while position <= len(text):
        separator = _SEPARATOR.match(text, position) if depth == 0 and _may_separate(text, position) else None
        if position == len(text) or (separator and separator.end() > position):
            end = position
            raw = text[begin:end]
            name = _REMARK.sub("", raw).strip().strip("*_`.").strip() if "." not in raw[:1] else raw.strip()
            if name and name.lower() not in {"etc", "and more", "more", "others", "..."}:
                lead = len(raw) - len(raw.lstrip())
                items.append((_with_remark(name, raw), begin + lead, begin + len(raw.rstrip())))
            if separator is None:
                break
            begin = position = separator.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        depth = max(depth, 0)
        position += 1
    return tuple(items)


def _may_separate(text: str, position: int) -> bool:
    """Whether a separator can begin here: at its sign, or at the first of the spaces before it."""
    if position >= len(text):
        return False
    here = text[position]
    return here in ",;|\u00b7\u3001" or (here.isspace() and not text[position - 1].isspace())


def _with_remark(name: str, raw: str) -> str:
    """`Node.js (TypeScript)` keeps its remark: it names a language too."""
    remark = _REMARK.search(raw)
    return f"{name} {remark.group().strip()}" if remark else name


def _are_names(items: tuple[tuple[str, int, int], ...], kind: str) -> bool:
    """Whether these are names of things, and not the parts of a sentence."""
    if not items:
        return False
    names = [_REMARK.sub("", name) for name, _, _ in items]
    if any(len(name.split()) > _MAX_WORDS for name in names):
        return False
    proper = sum(any(c.isupper() or c.isdigit() or c in "#+." for c in name) or _is_language(name) for name in names)
    return proper * 2 >= len(names) and (kind != "language" or any(_is_language(name) for name in names))


def _is_language(name: str) -> bool:
    return any(pattern.search(name.lower()) for pattern, _ in _LANGUAGES)


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")
