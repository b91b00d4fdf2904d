"""What the façade answers: plain frozen data, positions as UTF-8 byte offsets in one file."""

from collections.abc import Mapping

from msgspec import Struct

from persona_lsp.facts.place import Where


class Hover(Struct, frozen=True, gc=False):
    """Markdown about the text between `start` and `end`."""

    markdown: str
    start: int
    end: int


class Hint(Struct, frozen=True, gc=False):
    """A short text shown at `offset`, before (`/api/v1`) or after (`→ 200`) what stands there."""

    offset: int
    label: str
    tooltip: str = ""
    after: bool = False


class Lens(Struct, frozen=True, gc=False):
    """A line shown above `start`..`end`."""

    start: int
    end: int
    title: str


class Symbol(Struct, frozen=True, gc=False):
    """An endpoint, a function or a part of a persona by name. `kind`: endpoint, function, class, group, field, section.

    `detail` is shown beside the name.
    """

    name: str
    detail: str
    kind: str
    where: Where
    selection: Where
    children: tuple["Symbol", ...] = ()


class Choice(Struct, frozen=True, gc=False):
    """A completion: `text` replaces `start`..`end`. `kind`: field, value, color, tool."""

    label: str
    kind: str
    start: int
    end: int
    text: str
    detail: str = ""


class EndpointRow(Struct, frozen=True, gc=False):
    """One endpoint as `persona-lsp endpoints` prints it. Lines count from 1."""

    method: str
    path: str
    file: str
    line: int
    handler: str
    framework: str
    auth: str
    statuses: tuple[int, ...]
    handler_file: str = ""
    handler_line: int = 0
    guards: tuple[str, ...] = ()
    params: tuple[Mapping[str, str | bool], ...] = ()
    body: str = ""
    success: tuple[int, ...] = ()
    summary: str = ""
    deprecated: bool = False
    kind: str = "http"
    path_known: bool = True
    named: bool = False
    """`path` is a name (an operation, event, procedure or topic), and `method` stands for the kind."""


class Served(Struct, frozen=True, gc=False):
    """An endpoint with its places: where it is registered, all that belongs to it, its handler's name.

    `resource` is the part of the path that endpoints of one resource share, or the title of a kind. `handler` is None where it was not found.
    """

    row: EndpointRow
    resource: str
    where: Where
    within: tuple[Where, ...]
    handler: Where | None = None


class RuleInfo(Struct, frozen=True, gc=False):
    """A rule as `explain` and the editors show it. `sections` are the parts of its page, heading -> Markdown."""

    id: str
    family: str
    topic: str
    severity: str
    fixable: bool
    summary: str
    since: str
    url: str
    sections: Mapping[str, str]
