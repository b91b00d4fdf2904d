"""Findings as they leave the engine: those of active rules, less what comments silence, traced to the persona.

They are told place by place; who shows them puts those together that share a habit (`findings/grouping.py`), after
the baseline was asked.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Reported, Severity
from persona_lsp.review.profile import Profile
from persona_lsp.review.suppressions import UNUSED, covers, silences, unused
from persona_lsp.rules.registry import Rule
from persona_lsp.rules.run import ignore_failure, never, run
from persona_lsp.workspace.snapshot import Snapshot


def findings(
    snapshot: Snapshot,
    path: str,
    profile: Profile,
    stop: Callable[[], bool] = never,
    failed: Callable[[Rule, Exception], None] = ignore_failure,
) -> tuple[Reported, ...]:
    """The findings in one file, in source order. Raises `Stopped` if `stop` says so between two rules."""
    facts = snapshot.files.get(path)
    if facts is None or not profile.speaks_of(facts.language):
        return ()
    broken: set[str] = set()
    found = run(snapshot, [rule for rule, _ in profile.rules], path, stop, _noting(broken, failed))
    return _reported(snapshot, facts, found, profile, broken)


def all_findings(
    snapshot: Snapshot,
    profile: Profile,
    paths: Iterable[str] | None = None,
    failed: Callable[[Rule, Exception], None] = ignore_failure,
) -> dict[str, tuple[Reported, ...]]:
    """The findings of all files that have any, or of `paths`."""
    wanted = set(paths) if paths is not None else None
    by_file: dict[str, list[tuple[Rule, Finding]]] = {}
    broken: set[str] = set()
    for rule, finding in run(snapshot, [rule for rule, _ in profile.rules], None, never, _noting(broken, failed)):
        by_file.setdefault(finding.where.path, []).append((rule, finding))
    result: dict[str, tuple[Reported, ...]] = {}
    for path, facts in snapshot.files.items():
        found = by_file.get(path, [])
        if not (found or facts.suppressions) or (wanted is not None and path not in wanted):
            continue
        if profile.speaks_of(facts.language):
            reported = _reported(snapshot, facts, found, profile, broken)
            if reported:
                result[path] = reported
    return result


def _noting(broken: set[str], failed: Callable[[Rule, Exception], None]) -> Callable[[Rule, Exception], None]:
    def note(rule: Rule, error: Exception) -> None:
        broken.add(rule.id)
        failed(rule, error)

    return note


def _reported(
    snapshot: Snapshot,
    facts: FileFacts,
    found: Iterable[tuple[Rule, Finding]],
    profile: Profile,
    broken: AbstractSet[str],
) -> tuple[Reported, ...]:
    used: set[tuple[Where, str]] = set()
    kept = list(_loud(facts, found, profile, used))
    severity = profile.severity(UNUSED, profile.unused, facts.path) if facts.suppressions and profile.unused else None
    if severity is not None:
        active = set() if profile.partly else _active(snapshot, facts, profile) - broken
        kept += [(UNUSED, finding, severity) for finding in unused(facts, used, active)]
        kept.sort(key=lambda one: (one[1].where.start, -one[1].where.end, one[0].id))
    return tuple(_signed(kept, facts, profile))


def _loud(
    facts: FileFacts, found: Iterable[tuple[Rule, Finding]], profile: Profile, used: set[tuple[Where, str]]
) -> Iterator[tuple[Rule, Finding, Severity]]:
    """The findings that no comment silences; `used` is told which comments are about findings."""
    severities = {rule.id: severity for rule, severity in profile.rules}
    changed = {rule.id for rule, severity in profile.rules if severity is not rule.declaration.severity}
    for rule, finding in found:
        wanted = severities[rule.id]
        own = wanted if finding.severity is None or rule.id in changed else finding.severity
        severity = profile.severity(rule, own, facts.path)
        if severity is None:
            continue
        about = [one for one in facts.suppressions if covers(one, rule, finding)]
        used.update((one.where, rule.id) for one in about)
        if not any(silences(one, severity) for one in about):
            yield rule, finding, severity


def _signed(found: Iterable[tuple[Rule, Finding, Severity]], facts: FileFacts, profile: Profile) -> Iterator[Reported]:
    """The findings with the persona's commitments, and fingerprints that tell them from each other."""
    seen: dict[str, int] = {}
    for rule, finding, severity in found:
        # The offset is left out on purpose: a baseline survives edits elsewhere in the file.
        identity = f"{rule.id}\0{profile.inside(facts.path)}\0{finding.subject or finding.message}"
        number = seen.get(identity, 0)
        seen[identity] = number + 1
        topic = "" if rule is UNUSED else rule.topic.id
        yield Reported(
            rule.id, severity, finding, topic, profile.name, profile.commitments.get(rule.id, ""), bool(finding.fixes),
            hashlib.sha256(f"{identity}\0{number}".encode()).hexdigest()[:16],
        )  # fmt: skip


def _active(snapshot: Snapshot, facts: FileFacts, profile: Profile) -> set[str]:
    """Ids of the rules that look at a file."""
    if facts.path in snapshot.front_end:
        return set()
    return {
        rule.id
        for rule, severity in profile.rules
        if facts.role in rule.declaration.roles and profile.severity(rule, severity, facts.path) is not None
    }
