"""What was spent: tokens of this session and of this day, in a file that survives restarts and is shared by all servers."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable

from msgspec import Struct

from persona_lsp.ai.errors import AiError


class Usage(Struct, frozen=True):
    """Tokens of one answer. `cached` were read from the other side's cache, `kept` written to it."""

    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        """All that count towards a budget."""
        return self.tokens_in + self.tokens_out + self.cached + self.kept


class Ledger:
    """Adds up usage, and refuses what would go beyond the budget."""

    def __init__(self, folder: str, per_session: int, per_day: int, clock: Callable[[], float] = time.time) -> None:
        """A budget of 0 lets nothing pass."""
        self._folder = folder
        self._per_session = per_session
        self._per_day = per_day
        self._clock = clock
        self._reserved = 0
        self.session = Usage()
        self.answers = 0

    def reserve(self, tokens: int) -> None:
        """Set tokens aside before asking. Raises `AiError` where the budget does not hold them."""
        session = self.session.total + self._reserved + tokens
        if session > self._per_session:
            raise AiError(
                "budget", f"The budget of this session is spent: {session:,} of {self._per_session:,} tokens."
            )
        day = self.today() + self._reserved + tokens
        if day > self._per_day:
            raise AiError("budget", f"The budget of today is spent: {day:,} of {self._per_day:,} tokens.")
        self._reserved += tokens

    def release(self, tokens: int) -> None:
        """What was set aside is free again."""
        self._reserved = max(0, self._reserved - tokens)

    def spend(self, usage: Usage) -> None:
        """Write down what an answer cost. Where the disk does not take it, this session alone remembers."""
        one, other = self.session, usage
        self.session = Usage(
            one.tokens_in + other.tokens_in,
            one.tokens_out + other.tokens_out,
            one.cached + other.cached,
            one.kept + other.kept,
        )
        self.answers += 1
        line = json.dumps({"at": int(self._clock()), "tokens": usage.total}) + "\n"
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            handle = os.open(self._file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                # One write at the end of the file: several servers may do it at once.
                os.write(handle, line.encode())
            finally:
                os.close(handle)
        except OSError:
            return

    def today(self) -> int:
        """Tokens spent today, by whichever process; at least what this session spent and could not write down."""
        total = 0
        try:
            with open(self._file(), encoding="utf-8") as stream:
                for line in stream:
                    total += _tokens(line)
        except OSError:
            return self.session.total
        return total

    def _file(self) -> str:
        return os.path.join(self._folder, time.strftime("ledger-%Y-%m-%d.jsonl", time.gmtime(self._clock())))


def _tokens(line: str) -> int:
    try:
        tokens = json.loads(line)["tokens"]
    except (ValueError, KeyError, TypeError):
        return 0
    return tokens if isinstance(tokens, int) and tokens > 0 else 0
