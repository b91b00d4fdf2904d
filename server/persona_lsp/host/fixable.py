"""Which fixes can be spelled: found out when a finding is new, and taken to be as before while a person types.

Spelling needs the code tree of the whole file, which costs too much on every key. What was assumed is looked at again
in the next pause.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.findings.finding import Reported
from persona_lsp.host.ports import Engine
from persona_lsp.workspace.snapshot import Snapshot

Extractions = Callable[[str], Any]


class _Known(Struct):
    """What is known of one file: by finding, which of its fixes can be spelled."""

    text: object
    kept: dict[str, tuple[bool, ...]] = {}
    assumed: bool = False


class Fixable:
    """What is known of all files that had findings."""

    def __init__(self, engine: Engine) -> None:
        """Nothing is known."""
        self._engine = engine
        self._files: dict[str, _Known] = {}

    def sort_out(
        self, snapshot: Snapshot, path: str, text: object, found: Sequence[Reported], extractions: Extractions
    ) -> tuple[Reported, ...]:
        """The findings of a file with those of their fixes that can be spelled. `text` is the same while the text is."""
        if not any(one.finding.fixes for one in found):
            self._files.pop(path, None)
            return tuple(found)
        known = self._files.setdefault(path, _Known(text))
        new = [
            one for one in found if one.finding.fixes and len(known.kept.get(_key(one), ())) != len(one.finding.fixes)
        ]
        if new:
            for before, after in zip(new, self._engine.with_fixes(snapshot, new, extractions), strict=True):
                left = after.finding.fixes
                known.kept[_key(before)] = tuple(intent in left for intent in before.finding.fixes)
        if known.text is not text and len(new) < sum(bool(one.finding.fixes) for one in found):
            known.assumed = True
        known.text = text
        return tuple(_mended(one, known.kept[_key(one)]) if one.finding.fixes else one for one in found)

    def forget_assumed(self, path: str) -> bool:
        """Forget what is known of a file if it is about an earlier text; whether it was."""
        known = self._files.get(path)
        if known is None or not known.assumed:
            return False
        del self._files[path]
        return True

    def forget(self, path: str) -> None:
        """The file changed while nobody looked."""
        self._files.pop(path, None)


def _key(one: Reported) -> str:
    return f"{one.rule}:{one.where.start}" if not one.fingerprint else one.fingerprint


def _mended(one: Reported, kept: tuple[bool, ...]) -> Reported:
    if all(kept) and one.fixable:
        return one
    fixes = tuple(intent for intent, keep in zip(one.finding.fixes, kept, strict=True) if keep)
    return replace(one, finding=replace(one.finding, fixes=fixes), fixable=bool(fixes))
