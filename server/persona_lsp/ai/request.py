"""What is sent, to the byte: model, persona and contract as cached blocks, the question, the form of the answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from persona_lsp.ai import models, prompts
from persona_lsp.ai.account import Account
from persona_lsp.ai.cache import key_of
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.markdown import visible
from persona_lsp.ai.prompts import TASKS, Work
from persona_lsp.ai.redact import Redacted, redact
from persona_lsp.findings.subject import Persona, Subject

MOST_CODE = 60_000
"""Characters of code in one question: some fifteen thousand tokens. More is refused, with the reason."""

MOST_PERSONA = 60_000


class Request(Struct, frozen=True):
    """One question, ready to be sent. `body` is what goes over the wire, `code` the text that answers quote from.

    `blanked` are the places of comments that were not sent, in characters of the code.
    """

    work: Work
    subject: Subject
    persona: Persona
    model: str
    key: str
    body: dict[str, Any]
    code: Redacted
    note: str = ""
    blanked: tuple[tuple[int, int], ...] = ()

    def wire(self) -> bytes:
        """The bytes of the body, as they are sent."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

    @property
    def estimate(self) -> int:
        """Tokens that the question has, about, and the most that the answer may have."""
        return self.tokens_in + int(self.body["max_tokens"])

    @property
    def tokens_in(self) -> int:
        """Tokens of the question, about: three bytes each, which is more than there are."""
        return len(self.wire()) // 3


def prepare(work: Work, subject: Subject, persona: Persona, account: Account, salt: bytes, extra: str = "") -> Request:
    """The question about a subject. Raises `AiError` where there is too much of it."""
    if len(subject.text) > MOST_CODE:
        lines = subject.text.count("\n") + 1
        raise AiError(
            "too-large", f"{subject.name} has {lines} lines, too many to be sent at once; select a part of it."
        )
    if len(persona.body) > MOST_PERSONA:
        raise AiError(
            "too-large", f"The persona {persona.name} has {len(persona.body)} characters; {MOST_PERSONA} can be sent."
        )
    task, chosen = TASKS[work], _chosen(work, persona, account)
    blanked = () if account.comments else tuple(_characters(subject, subject.comments))
    code = _without(redact(subject.text, subject.file, _characters(subject, subject.secrets)), blanked)
    extra = _clean(extra)
    told = Subject(
        kind=subject.kind,
        name=_clean(subject.name),
        path="",
        file=_clean(subject.file),
        language=subject.language,
        text="",
        start=0,
        line=subject.line,
        frameworks=subject.frameworks,
        facts=tuple(map(_clean, subject.facts)),
        findings=tuple(map(_clean, subject.findings)),
    )
    seen = visible(persona.body)
    body = redact(seen, "persona.md").text
    # Two questions differ only in what comes after the system blocks, so that the other side can keep those.
    system: list[dict[str, Any]] = [{"type": "text", "text": f"{body}\n"}, {"type": "text", "text": prompts.CONTRACT}]
    if subject.house:
        system.append(
            {"type": "text", "text": "What this house does:\n" + "\n".join(f"- {one}" for one in subject.house)}
        )
    system[-1]["cache_control"] = {"type": "ephemeral"}
    nonce = hmac.new(salt, f"{work}\0{code.text}\0{extra}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:24]
    text = prompts.question(task, told, code.text, nonce, extra)
    return Request(
        work=work,
        subject=subject,
        persona=persona,
        model=chosen.id,
        key=key_for(work, subject, persona, account, extra),
        # In the order in which the SDK writes it.
        body={
            "max_tokens": task.tokens,
            "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
            "model": chosen.id,
            "output_config": {"format": {"type": "json_schema", "schema": task.schema}},
            "stream": True,
            "system": system,
        },
        code=code,
        note=chosen.message,
        blanked=blanked,
    )


def key_for(work: Work, subject: Subject, persona: Persona, account: Account, extra: str = "") -> str:
    """What the answer to a question depends on; the same for the same text, wherever it stands."""
    model = _chosen(work, persona, account).id
    parts = (model, persona.sha256, prompts.VERSION, work, extra, subject.text)
    return key_of(*parts) if account.comments else key_of(*parts, "without comments")


def _chosen(work: Work, persona: Persona, account: Account) -> models.Resolved:
    return models.asked(account, persona.model, models.EXPLAINS if TASKS[work].quick else models.REVIEWS)


def _clean(text: str) -> str:
    return redact(visible(text), "facts.txt").text if text else ""


def _characters(subject: Subject, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places of a subject, given in bytes, in characters."""
    data = subject.text.encode()
    return [
        (len(data[:start].decode("utf-8", "replace")), len(data[:end].decode("utf-8", "replace")))
        for start, end in places
    ]


def _without(code: Redacted, places: Sequence[tuple[int, int]]) -> Redacted:
    """The code with blanks at some places; whatever else there is stays where it is."""
    text = code.text
    for start, end in places:
        text = text[:start] + "".join(one if one in "\r\n" else " " for one in text[start:end]) + text[end:]
    return Redacted(text, code.secrets)
