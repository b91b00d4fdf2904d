"""What the server's front and the process that asks Claude say to each other: plain data, packed with msgpack."""

import msgspec
from msgspec import Struct

from persona_lsp.ai.prompts.tasks import Work
from persona_lsp.findings.subject import Persona, Subject


class Do(Struct, frozen=True, tag="do"):
    """Ask. `location` is the file, "" for none; `source` its text, where an edit is asked for; `extra` what to mend."""

    id: int
    work: Work
    subject: Subject
    persona: Persona
    location: str = ""
    source: bytes = b""
    extra: str = ""
    fresh: bool = False


class Peek(Struct, frozen=True, tag="peek"):
    """The review of a subject that is there already, without asking anybody."""

    id: int
    subject: Subject
    persona: Persona


class Show(Struct, frozen=True, tag="show"):
    """The bytes that would be sent."""

    id: int
    work: Work
    subject: Subject
    persona: Persona
    location: str = ""
    extra: str = ""


class Cancel(Struct, frozen=True, tag="cancel"):
    """The answer is not wanted any more."""

    id: int


class Dismiss(Struct, frozen=True, tag="dismiss"):
    """Never show a finding again."""

    fingerprint: str


class Trust(Struct, frozen=True, tag="trust"):
    """The user agrees that a persona is sent as it stands."""

    sha256: str


ToAi = Do | Peek | Show | Cancel | Dismiss | Trust


class AiFinding(Struct, frozen=True):
    """A finding of the model's that stands where it says. `start`, `end` are bytes from the start of the subject."""

    start: int
    end: int
    severity: int
    message: str
    why: str
    fingerprint: str
    quote: str = ""


class Review(Struct, frozen=True):
    """A review of one subject. `dropped` were not anchored or not of the right form, `cut` says why it is not whole."""

    findings: tuple[AiFinding, ...]
    dropped: int
    model: str
    at: float
    tokens: int
    cached: bool = False
    cut: str = ""
    name: str = ""


class Suggestion(Struct, frozen=True):
    """A checked edit: `old` at byte `start` of the file becomes `new`. `diff` shows it to people."""

    summary: str
    start: int
    old: str
    new: str
    diff: str


class Found(Struct, frozen=True, tag="found"):
    """One finding of a review that is still being given."""

    id: int
    finding: AiFinding


class Reviewed(Struct, frozen=True, tag="reviewed"):
    """The whole review; None where nobody was asked yet."""

    id: int
    review: Review | None
    note: str = ""


class Wrote(Struct, frozen=True, tag="wrote"):
    """A text to read."""

    id: int
    text: str
    model: str
    note: str = ""


class Suggested(Struct, frozen=True, tag="suggested"):
    """An edit."""

    id: int
    suggestion: Suggestion
    model: str
    note: str = ""


class Failed(Struct, frozen=True, tag="failed"):
    """Why there is none, in a sentence. `until` is when it may be asked again, in seconds since 1970."""

    id: int
    kind: str
    message: str
    until: float = 0.0


FromAi = Found | Reviewed | Wrote | Suggested | Failed

encode = msgspec.msgpack.Encoder().encode
_TO: msgspec.msgpack.Decoder[ToAi] = msgspec.msgpack.Decoder(ToAi)
_FROM: msgspec.msgpack.Decoder[FromAi] = msgspec.msgpack.Decoder(FromAi)


def to_ai(frame: bytes) -> ToAi:
    """A message of the front. Raises `msgspec.DecodeError`."""
    return _TO.decode(frame)


def from_ai(frame: bytes) -> FromAi:
    """A message of the process. Raises `msgspec.DecodeError`."""
    return _FROM.decode(frame)
