"""The keys of a front matter, each with its place; recovered line by line where YAML gives up."""

from __future__ import annotations

from typing import Any

import frontmatter
import msgspec
import yaml
from frontmatter.default_handlers import YAMLHandler

from persona_lsp.persona import recovery
from persona_lsp.persona.model import Problem
from persona_lsp.persona.report import Span, problem
from persona_lsp.persona.source import Region, Source, clean, region

Value = str | list[str] | dict[str, str] | None

MAX_DEPTH = 100

# All that the pure loader is known to raise on hostile text; OverflowError comes from chr().
_YAML_ERRORS = (yaml.YAMLError, RecursionError, ValueError, TypeError, LookupError, OverflowError)


class Entry(msgspec.Struct, frozen=True):
    """One key. `kind` is what YAML takes a scalar for: str, null, bool, int, float, timestamp."""

    key: str
    value: Value
    kind: str
    style: str
    key_span: Span
    value_span: Span


def read_entries(source: Source, first: int, end: int) -> tuple[list[Entry], list[Problem]]:
    """The entries of the lines `first` up to `end`, in their order. Never raises."""
    place = region(source, first, end)
    try:
        return parse(place), []
    except _YAML_ERRORS as error:
        failure = error
    entries: list[Entry] = []
    problems: list[Problem] = []
    for chunk in recovery.chunks(source, first, end):
        try:
            alone = [e for e in parse(region(source, chunk.first, chunk.end)) if e.key == chunk.key]
        except _YAML_ERRORS:
            alone = []
        if alone:
            entries.extend(alone)
            continue
        value, found = recovery.recover(source, chunk)
        problems.extend(found)
        key_span = (chunk.first, 0, chunk.first, len(chunk.key))
        entries.append(Entry(chunk.key, value, "str", "", key_span, recovery.value_span(source, chunk)))
    return entries, problems or [_yaml_problem(source, place, failure)]


def parse(place: Region) -> list[Entry]:
    """The entries of a block of YAML.

    Raises what the YAML loader raises, and YAMLError where the block is no mapping.
    """
    handler = _Handler(place)
    # python-frontmatter gives up positions, so the handler keeps the entries as it passes them.
    frontmatter.parse(place.text, handler=handler)
    return handler.entries


class _Handler(YAMLHandler):
    """python-frontmatter's YAML handler, for a block whose fences were found already."""

    def __init__(self, place: Region) -> None:
        super().__init__()
        self.place = place
        self.entries: list[Entry] = []

    def split(self, text: str) -> tuple[str, str]:  # noqa: ARG002 - the handler's interface
        return self.place.text, ""

    def load(self, fm: str, **kwargs: object) -> Any:  # noqa: ARG002 - the handler's interface
        loader = _Loader(fm)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise yaml.YAMLError("it holds no keys")
        self.entries = [_entry(self.place, key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
        return {entry.key: entry.value for entry in self.entries}


class _Loader(yaml.SafeLoader):
    """The pure safe loader, as far as nodes: no value is constructed, so none can surprise.

    Aliases are refused (no persona needs them, and they multiply), and so is deep nesting.
    """

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise self._refusal("aliases are not read in persona files")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._refusal("the nesting is too deep")
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refusal(self, reason: str) -> yaml.YAMLError:
        event = self.peek_event()  # type: ignore[no-untyped-call] # the stubs leave it untyped
        return yaml.composer.ComposerError(None, None, reason, event.start_mark)


def _entry(place: Region, key: yaml.ScalarNode, value: yaml.Node) -> Entry:
    kind = value.tag.rpartition(":")[2] if isinstance(value, yaml.ScalarNode) else "collection"
    return Entry(
        key=clean(key.value),
        value=_plain(value),
        kind=kind,
        style=(value.style or "") if isinstance(value, yaml.ScalarNode) else "",
        key_span=_span(place, key),
        value_span=_span(place, value),
    )


def _plain(node: yaml.Node) -> Value:
    """A value as its author spelled it: `on` stays `on`, `1.10` stays `1.10`."""
    match node:
        case yaml.ScalarNode():
            return _scalar(node)
        case yaml.SequenceNode():
            return [_scalar(item) or "" for item in node.value if isinstance(item, yaml.ScalarNode)]
        case yaml.MappingNode():
            return {
                clean(key.value): (_scalar(item) or "") if isinstance(item, yaml.ScalarNode) else ""
                for key, item in node.value
                if isinstance(key, yaml.ScalarNode)
            }
    return None


def _scalar(node: yaml.ScalarNode) -> str | None:
    return None if node.tag.endswith(":null") else clean(node.value)


def _span(place: Region, node: yaml.Node) -> Span:
    start = place.place(node.start_mark.index)
    # A block scalar ends where the next key begins; its own end is that of its last line.
    text = place.text[node.start_mark.index : node.end_mark.index].rstrip()
    end = place.place(node.start_mark.index + len(text))
    return *start, *end


def _yaml_problem(source: Source, place: Region, error: BaseException) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index = getattr(error, "position", 0) if mark is None else mark.index
    line, column = place.place(index if isinstance(index, int) else 0)
    line = min(line, len(source.lines) - 1)
    column = min(column, len(source.lines[line]))
    reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return problem(
        "front-matter-yaml",
        f"The front matter is no valid YAML ({reason[:80].rstrip('.')}); its keys were read line by line.",
        (line, column, line, len(source.lines[line])),
    )
