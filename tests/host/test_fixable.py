"""Which fixes can be spelled is found out once, assumed while a person types, and looked at again in a pause."""

from collections.abc import Sequence
from typing import Any

from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Reported, Severity
from persona_lsp.findings.intent import AddReturn, RenameText
from persona_lsp.host.fixable import Fixable
from persona_lsp.workspace.snapshot import Snapshot

SNAPSHOT = Snapshot(files={})


class Engine:
    """Spells renames only, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.able: tuple[type, ...] = (RenameText,)

    def with_fixes(self, snapshot: Snapshot, found: Sequence[Reported], extractions: Any) -> tuple[Reported, ...]:
        self.asked += [one.fingerprint for one in found]
        return tuple(
            told(one.fingerprint, *(f for f in one.finding.fixes if isinstance(f, self.able))) for one in found
        )


def told(mark: str, *fixes: Any) -> Reported:
    finding = Finding(Where("a.py", 0, 1), "No.", fixes)
    return Reported("r", Severity.HINT, finding, "t", fixable=bool(fixes), fingerprint=mark)


RENAME, RETURN = RenameText(Where("a.py", 0, 1), "Rename", new="x"), AddReturn(Where("a.py", 0, 1), "Return")


def test_only_what_can_be_spelled_is_left() -> None:
    fixable = Fixable(Engine())  # type: ignore[arg-type]  # it is asked for fixes only
    found = (told("1", RETURN, RENAME), told("2", RETURN), told("3"))
    first, second, third = fixable.sort_out(SNAPSHOT, "a.py", "text", found, lambda path: None)
    assert (first.finding.fixes, first.fixable) == ((RENAME,), True)
    assert (second.finding.fixes, second.fixable) == ((), False)
    assert third is found[2]


def test_it_is_asked_again_in_a_pause_only() -> None:
    engine = Engine()
    fixable = Fixable(engine)  # type: ignore[arg-type]  # it is asked for fixes only

    def look(text: str, *found: Reported) -> list[bool]:
        return [one.fixable for one in fixable.sort_out(SNAPSHOT, "a.py", text, found, lambda path: None)]

    assert look("a", told("1", RENAME)) == [True]
    assert not fixable.forget_assumed("a.py"), "it is about this very text"
    engine.able = ()
    assert look("b", told("1", RENAME), told("2", RENAME)) == [True, False]
    assert engine.asked == ["1", "2"], "a new finding is looked at at once"
    assert fixable.forget_assumed("a.py")
    assert look("b", told("1", RENAME), told("2", RENAME)) == [False, False]
    assert not fixable.forget_assumed("a.py")
    assert look("b") == []
