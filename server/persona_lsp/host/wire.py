"""What the front of the language server and its worker process say to each other: plain data, packed with msgpack.

Places cross as `Spot`s: a line, and the bytes before the place in that line where they are not all ASCII. Whoever
speaks to a client can count its characters in any encoding, without the text of the file.
"""

from typing import Any

import msgspec
from msgspec import Struct

from persona_lsp.text.edits import ByteEdit


class Spot(Struct, frozen=True, gc=False, array_like=True):
    """A range in a file. Columns are bytes; `before`/`end_before` are the bytes they count, empty when all ASCII."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    before: bytes = b""
    end_before: bytes = b""


class Beside(Struct, frozen=True, gc=False, array_like=True):
    """A second place that explains a finding."""

    spot: Spot
    message: str


class Shown(Struct, frozen=True, gc=False, array_like=True):
    """A finding, ready to be shown. `id` tells it from the others of its document at one version."""

    id: str
    rule: str
    severity: int
    message: str
    spot: Spot
    url: str = ""
    topic: str = ""
    fixable: bool = False
    beside: tuple[Beside, ...] = ()
    unnecessary: bool = False
    deprecated: bool = False
    safe: bool = False
    """The first fix may be applied without a look."""
    source: str = "persona-lsp"


class Change(Struct, frozen=True, gc=False, array_like=True):
    """A replacement at a spot."""

    spot: Spot
    text: str


class Proposal(Struct, frozen=True, gc=False, array_like=True):
    """A fix as edits. `finding` is the `Shown.id` that it mends, "" for several; `index` its number among its fixes.

    `creates` is a file that has to be created first, "" for none.
    """

    title: str
    kind: str
    changes: tuple[Change, ...] = ()
    finding: str = ""
    index: int = 0
    safe: bool = False
    creates: str = ""


class Card(Struct, frozen=True, gc=False, array_like=True):
    """Markdown about a range."""

    markdown: str
    spot: Spot


class Label(Struct, frozen=True, gc=False, array_like=True):
    """A hint in the line, or a lens above it."""

    spot: Spot
    text: str
    tooltip: str = ""
    after: bool = False


class Offered(Struct, frozen=True, gc=False, array_like=True):
    """A completion: `text` for what stands at the spot."""

    label: str
    kind: str
    spot: Spot
    text: str
    detail: str = ""


class Named(Struct, frozen=True, gc=False, array_like=True):
    """A symbol."""

    name: str
    detail: str
    kind: str
    spot: Spot
    selection: Spot
    children: tuple["Named", ...] = ()


class Served(Struct, frozen=True, gc=False, array_like=True):
    """An endpoint. `spot` is its registration, `within` all that belongs to it, `handler` the handler's name."""

    method: str
    path: str
    resource: str
    auth: str
    statuses: tuple[int, ...]
    summary: str
    framework: str
    handler_name: str
    guards: tuple[str, ...]
    deprecated: bool
    path_known: bool
    spot: Spot
    within: tuple[Spot, ...]
    handler: Spot | None = None
    kind: str = "http"


class PersonaFile(Struct, frozen=True, gc=False, array_like=True):
    """A persona file. `setting` is what selects it; `shadowed_by` the location of the one that hides its name."""

    name: str
    description: str
    color: str
    origin: str
    location: str
    setting: str
    active: bool
    usable: bool
    shadowed_by: str = ""
    problems: tuple[str, ...] = ()


class Kept(Struct, frozen=True, gc=False, array_like=True):
    """A sentence or technology of a persona and what keeps it; `why` nothing does."""

    kind: str
    text: str
    section: str
    spot: Spot
    titles: tuple[str, ...]
    rules: tuple[str, ...]
    features: tuple[str, ...]
    why: str
    group: str


class Coverage(Struct, frozen=True, gc=False, array_like=True):
    """What keeps the sentences of a persona. `pages` are the URLs of the rules that are named, `features` what features do."""

    name: str
    description: str
    color: str
    location: str
    rows: tuple[Kept, ...]
    pages: dict[str, str]
    features: dict[str, str]


# From the front to the worker.


class Start(Struct, frozen=True, tag="start"):
    """The folders (absolute paths) and the editor's settings. Also sent again when folders change."""

    folders: tuple[str, ...]
    settings: Any = None
    index: bool = True


class Configure(Struct, frozen=True, tag="configure"):
    """The editor's settings changed."""

    settings: Any = None


class Open(Struct, frozen=True, tag="open"):
    """A document is open; its text counts, not the disk's. `location` is its absolute path, "" for none.

    `language` is the editor's identifier, for names that do not tell.
    """

    uri: str
    version: int
    source: bytes
    location: str = ""
    language: str = ""


class Edited(Struct, frozen=True, tag="edited"):
    """The edits, one after another, that lead to `version`."""

    uri: str
    version: int
    edits: tuple[ByteEdit, ...]


class Saved(Struct, frozen=True, tag="saved"):
    """The document was saved."""

    uri: str


class Close(Struct, frozen=True, tag="close"):
    """The disk counts again."""

    uri: str


class Touched(Struct, frozen=True, tag="touched"):
    """Files (absolute paths) were created, changed or deleted outside of the editor."""

    locations: tuple[str, ...]


class Ask(Struct, frozen=True, tag="ask"):
    """A question with an answer. Of its fields, each `what` uses those that it needs."""

    id: int
    what: str
    uri: str = ""
    start: int = 0
    end: int = 0
    text: str = ""
    ids: tuple[str, ...] = ()


class Cancel(Struct, frozen=True, tag="cancel"):
    """The answer is not wanted any more."""

    id: int


class StopIndexing(Struct, frozen=True, tag="stop-indexing"):
    """Read no more of the workspace."""


ToWorker = Start | Configure | Open | Edited | Saved | Close | Touched | Ask | Cancel | StopIndexing

# From the worker to the front.


class Ready(Struct, frozen=True, tag="ready"):
    """The worker listens."""


class Looking(Struct, frozen=True, tag="looking"):
    """The worker begins with a document. If it dies, that one is to blame."""

    uri: str


class Result(Struct, frozen=True, tag="result"):
    """The findings of an open document at a version."""

    uri: str
    version: int
    findings: tuple[Shown, ...]


class Answer(Struct, frozen=True, tag="answer"):
    """The answer to an `Ask`. `stale`: the document changed meanwhile, or is not known."""

    id: int
    body: bytes = b""
    error: str = ""
    stale: bool = False


class Progress(Struct, frozen=True, tag="progress"):
    """How far indexing is. `total` 0: it begins; `done` == `total`: it ended."""

    done: int
    total: int
    finished: bool = False


class Linked(Struct, frozen=True, tag="linked"):
    """The workspace as a whole changed: what was answered about other documents may be out of date."""


class Note(Struct, frozen=True, tag="note"):
    """Something for the log, or for the user when `show`."""

    text: str
    level: int = 3
    show: bool = False


class FileProblem(Struct, frozen=True, array_like=True):
    """Something wrong in a settings or persona file, to be shown there."""

    spot: Spot
    message: str
    severity: int = 2


class Chosen(Struct, frozen=True, tag="chosen"):
    """The settings that concern the front, and what is wrong with the settings' files, by absolute path."""

    run: str
    debounce_ms: int
    inlay_hints: bool
    code_lens: bool
    persona: str = ""
    about: str = ""
    """The persona's description."""
    color: str = ""
    persona_file: str = ""
    """Its location."""
    problems: dict[str, tuple[FileProblem, ...]] = {}
    watch: tuple[str, ...] = ()
    """Absolute paths of more files that decide what is shown."""


ToFront = Ready | Looking | Result | Answer | Progress | Linked | Note | Chosen

encode = msgspec.msgpack.Encoder().encode
_TO_WORKER: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)
_TO_FRONT: msgspec.msgpack.Decoder[ToFront] = msgspec.msgpack.Decoder(ToFront)


def to_worker(frame: bytes) -> ToWorker:
    """A message that the front sent. Raises `msgspec.DecodeError`."""
    return _TO_WORKER.decode(frame)


def to_front(frame: bytes) -> ToFront:
    """A message that the worker sent. Raises `msgspec.DecodeError`."""
    return _TO_FRONT.decode(frame)
