"""Whether Claude can be asked at the moment, and why not: consent, key, and limits that are not over yet."""

import time
from collections.abc import Callable
from typing import Any

_FRESH = 3.0
"""Seconds for which the answer to "may it be asked" is believed: it takes two small files."""

_NO_KEY = "no-key"
_STUCK = frozenset({"auth", "model", "spend", "budget"})
"""Failures that no waiting mends."""


class Standing:
    """How things are. A limit is measured by a clock that nobody sets."""

    def __init__(self, announce: Callable[[], None]) -> None:
        """Nothing is read yet. `announce` is called when it is another answer than before."""
        self._announce = announce
        self._at = -_FRESH
        self._kind, self._why = "off", ""
        self._over, self._trouble = 0.0, ""
        self._stuck = False
        """Whether something has to be mended before the next question makes sense."""

    def why_off(self, *, anew: bool = False) -> tuple[str, str]:
        """Why nobody can be asked: the kind and the sentence; empty where somebody can."""
        if anew or time.monotonic() - self._at >= _FRESH:
            from msgspec.structs import replace

            from persona_lsp.ai.account import read_account, usable
            from persona_lsp.ai.errors import AiError
            from persona_lsp.ai.store import Store

            before = self._kind, self._why
            self._kind, self._why = "", ""
            account, _ = read_account()
            try:
                usable(replace(account, enabled=account.enabled or Store().allowed()))
            except AiError as error:
                self._kind, self._why = error.kind, error.message
                if error.kind == "auth" and not (account.api_key or account.auth_token).strip():
                    self._kind = _NO_KEY
            self._at = time.monotonic()
            if (self._kind, self._why) != before:
                # It may have been said elsewhere: on the command line, or in another window.
                self._announce()
        return self._kind, self._why

    @property
    def on(self) -> bool:
        """Whether somebody can be asked."""
        return not self.why_off()[0]

    def state(self) -> str:
        """off, no-key, on or unavailable."""
        kind, _ = self.why_off()
        if kind:
            return kind if kind in ("off", _NO_KEY) else "unavailable"
        return "unavailable" if self.rest() or self._stuck else "on"

    def status(self, state: str) -> dict[str, Any]:
        """The state as it is told, why nobody can be asked, and until when (seconds since 1970)."""
        _, why = self.why_off()
        if state == "unavailable" and not why:
            left = self.rest()
            return {"ai": state, "aiWhy": self._trouble, "aiUntil": time.time() + left if left else None}
        return {"ai": state, "aiWhy": "" if state in ("on", "running") else why, "aiUntil": None}

    def failed(self, kind: str, until: float, why: str) -> None:
        """A question failed; nobody is asked before `until` (seconds since 1970)."""
        self._over, self._trouble = time.monotonic() + until - time.time(), why
        self._stuck = kind in _STUCK

    def worked(self) -> None:
        """A question was answered: no limit holds any more."""
        self._over, self._trouble, self._stuck = 0.0, "", False

    def rest(self) -> float:
        """Seconds for which nobody is asked; 0 where somebody is."""
        return max(0.0, self._over - time.monotonic())

    def line(self) -> str:
        """Why nobody can be asked, in the words of a status line; "" where it is fine, or nobody agreed."""
        state = self.state()
        if state in ("on", "off"):
            return ""
        told = self.status(state)
        at = f" until {time.strftime('%H:%M', time.localtime(told['aiUntil']))}" if told["aiUntil"] else ""
        return f"unavailable{at}: {told['aiWhy']}"
