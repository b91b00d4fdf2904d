"""Secrets leave no machine: found by detect-secrets and some patterns of ours, replaced by placeholders of equal length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from persona_lsp.text.patterns import lazy

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

# Everything between the armour of a private key, also written with escaped line ends; cut off, it goes to the end.
_ARMOUR = lazy(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----(.*?)(?:-----END|\Z)", re.DOTALL)
_OURS = (
    lazy(r"\bsk-ant-[\w-]{8,}"),
    lazy(r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA)[A-Z0-9]{12,}\b"),
    lazy(r"\beyJ[\w-]{6,}\.[\w-]{4,}(?:\.[\w-]*)?"),
    lazy(r"\bAIza[\w-]{30,}"),
    lazy(r"\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeprs]-[\w-]{10,}"),
    lazy(r"(?<=://)[^\s:/@'\"]*:([^\s:/@'\"{}$<>]+)(?=@)"),
)
_TOKEN = lazy(r"[\w+/=-]*")
_FILLING = "_redacted"
_SHORTEST = 4
_UNTOLD = {"IPPublicDetector"}
"""An address is no secret, and version numbers look like one."""


class Redacted(Struct, frozen=True):
    """A text without its secrets. Characters keep their places; `secrets` are placeholder -> what it stands for."""

    text: str
    secrets: dict[str, tuple[str, ...]] = {}

    def restored(self, text: str) -> str | None:
        """A text of the model's with the secrets put back; None where it cannot be told which one is meant."""
        for placeholder, originals in sorted(self.secrets.items(), key=lambda item: -len(item[0])):
            if placeholder in text:
                if len(originals) > 1:
                    return None
                text = text.replace(placeholder, originals[0])
        return None if "redacted_redacted" in text or re.search(r"\bsecret\d+_redac", text) else text


def redact(text: str, name: str = "code.py", known: Iterable[tuple[int, int]] = ()) -> Redacted:
    """The text without secrets. `known` are the places (in characters) of those that somebody found already."""
    ranges = _merged([*known, *_patterns(text), *_detected(text, name)], text)
    if not ranges:
        return Redacted(text)
    secrets: dict[str, tuple[str, ...]] = {}
    placeholders: dict[str, str] = {}
    parts: list[str] = []
    last = 0
    for start, end in ranges:
        secret = text[start:end]
        placeholder = placeholders.setdefault(secret, _placeholder(len(placeholders) + 1, secret))
        if secret not in secrets.get(placeholder, ()):
            secrets[placeholder] = (*secrets.get(placeholder, ()), secret)
        parts += [text[last:start], placeholder]
        last = end
    return Redacted("".join([*parts, text[last:]]), secrets)


def _placeholder(number: int, secret: str) -> str:
    """As long as the secret, with its line ends where they were."""
    filled = f"secret{number}" + _FILLING * (len(secret) // len(_FILLING) + 1)
    return "".join(one if one in "\r\n" else filled[index] for index, one in enumerate(secret))


def _patterns(text: str) -> Iterator[tuple[int, int]]:
    for found in _ARMOUR.finditer(text):
        yield found.span(1)
    for pattern in _OURS:
        for found in pattern.finditer(text):
            yield found.span(1 if pattern.groups else 0)


def _detected(text: str, name: str) -> Iterator[tuple[int, int]]:
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if len(line) < 20_000 and not line.isspace():
            for plugin in _plugins():
                for secret in _values(plugin, line.rstrip("\r\n"), name, number):
                    start = line.find(secret)
                    while start >= 0:
                        yield offset + start, offset + start + len(secret)
                        start = line.find(secret, start + len(secret))
        elif len(line) >= 20_000:
            # No line that people write is that long, and looking into it takes too long.
            yield offset, offset + len(line.rstrip("\r\n"))
        offset += len(line)


def _values(plugin: BasePlugin, line: str, name: str, number: int) -> Iterator[str]:
    for found in plugin.analyze_line(filename=name, line=line, line_number=number):
        if found.secret_value and not found.secret_value.startswith("BEGIN "):
            yield found.secret_value


@cache
def _plugins() -> tuple[BasePlugin, ...]:
    # It takes 0.4 s to load, which nobody pays who never asks.
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: list[type[BasePlugin]] = list(get_mapping_from_secret_type_to_class().values())
    return tuple(one() for one in classes if one.__name__ not in _UNTOLD)


def _merged(ranges: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        # What detectors leave of a token (the signature of a JWT) is not sent either.
        match = _TOKEN.match(text, end)
        if match is not None and "\n" not in text[start:end]:
            end = match.end()
        if end - start < _SHORTEST or text[start:end].isspace():
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
