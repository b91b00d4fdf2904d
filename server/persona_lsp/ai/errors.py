"""The one error of this layer: whatever fails on the way to Claude and back is told as a kind and a sentence."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "off",
    "untrusted",
    "ignored",
    "too-large",
    "budget",
    "auth",
    "model",
    "request",
    "spend",
    "rate",
    "overloaded",
    "server",
    "network",
    "timeout",
    "truncated",
    "refused",
    "invalid",
    "edit",
]

AGAIN: frozenset[Kind] = frozenset({"rate", "overloaded", "server", "network", "timeout"})
"""Kinds that may be gone the next time the same is asked."""


class AiError(Exception):
    """Claude could not be asked, or what came back is no answer.

    `wait` is how many seconds the other side wants to be left alone, None if it did not say. `text` is what had
    arrived of an answer, `final` whether asking again is pointless whatever the kind says.
    """

    def __init__(
        self, kind: Kind, message: str, *, wait: float | None = None, text: str = "", final: bool = False
    ) -> None:
        """`message` is one sentence for the user; it holds no key and no code."""
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.wait = wait
        self.text = text
        self.final = final or kind not in AGAIN
