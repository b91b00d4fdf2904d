"""Findings as they leave the engine: those of active rules, less what comments silence, traced to the persona."""

import hashlib
from collections.abc import Callable, Iterable

from persona_lsp.facts.code import FileFacts, Suppression
from persona_lsp.findings.finding import Finding, Reported, Severity
from persona_lsp.review.profile import Profile
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
    found = run(snapshot, [rule for rule, _ in profile.rules], path, stop, failed)
    return tuple(_reported(facts, found, profile))


def all_findings(
    snapshot: Snapshot,
    profile: Profile,
    paths: Iterable[str] | None = None,
    failed: Callable[[Rule, Exception], None] = ignore_failure,
) -> dict[str, tuple[Reported, ...]]:
    """The findings of all files that have any, or of `paths`."""
    wanted = set(paths) if paths is not None else None
    by_file: dict[str, list[tuple[Rule, Finding]]] = {}
    for rule, finding in run(snapshot, [rule for rule, _ in profile.rules], None, never, failed):
        path = finding.where.path
        if wanted is None or path in wanted:
            by_file.setdefault(path, []).append((rule, finding))
    result: dict[str, tuple[Reported, ...]] = {}
    for path, found in by_file.items():
        facts = snapshot.files.get(path)
        if facts is not None and profile.speaks_of(facts.language):
            reported = tuple(_reported(facts, found, profile))
            if reported:
                result[path] = reported
    return result


def _reported(facts: FileFacts, found: Iterable[tuple[Rule, Finding]], profile: Profile) -> Iterable[Reported]:
    severities = {rule.id: severity for rule, severity in profile.rules}
    changed = {rule.id for rule, severity in profile.rules if severity is not rule.declaration.severity}
    seen: dict[str, int] = {}
    for rule, finding in found:
        wanted = severities[rule.id]
        own = wanted if finding.severity is None or rule.id in changed else finding.severity
        severity = profile.severity(rule, own, facts.path)
        if severity is None or _suppressed(facts, rule, finding, severity):
            continue
        # The offset is left out on purpose: a baseline survives edits elsewhere in the file.
        identity = f"{rule.id}\0{facts.path}\0{finding.subject or finding.message}"
        number = seen.get(identity, 0)
        seen[identity] = number + 1
        yield Reported(
            rule.id, severity, finding, rule.topic.id, profile.name, profile.commitments.get(rule.topic.id, ""),
            bool(finding.fixes), hashlib.sha256(f"{identity}\0{number}".encode()).hexdigest()[:16],
        )  # fmt: skip


def _suppressed(facts: FileFacts, rule: Rule, finding: Finding, severity: Severity) -> bool:
    return any(_covers(s, rule, finding, severity) for s in facts.suppressions)


def _covers(suppression: Suppression, rule: Rule, finding: Finding, severity: Severity) -> bool:
    """An error is silenced only with a reason: who reads the code later must know why it is safe."""
    if not (rule.id in suppression.rules or rule.family in suppression.rules or "*" in suppression.rules):
        return False
    if severity is Severity.ERROR and not suppression.reason:
        return False
    return suppression.file or suppression.start <= finding.where.start <= suppression.end
