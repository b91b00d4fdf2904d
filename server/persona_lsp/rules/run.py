"""Runs rules over a snapshot: every subject once, one file or all of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from persona_lsp.findings.finding import Finding
from persona_lsp.rules.api import Declaration
from persona_lsp.rules.registry import Rule
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

Found = tuple[Rule, Finding]


class Stopped(Exception):
    """Raised by `run` when `stop` answered True."""


def never() -> bool:
    """The `stop` of those who want the whole answer."""
    return False


def ignore_failure(rule: Rule, failure: Exception) -> None:
    """The `failed` of those who don't want to know; takes what a callback takes."""


def run(
    snapshot: Snapshot,
    rules: Sequence[Rule],
    path: str | None = None,
    stop: Callable[[], bool] = never,
    failed: Callable[[Rule, Exception], None] = ignore_failure,
) -> tuple[Found, ...]:
    """What the rules find in the file `path`, or in all files, in the order of files and text.

    `stop` is asked between rules, and once it answers True, `Stopped` is raised. A rule that raises is reported to
    `failed` and says nothing at all in this run; the others are not affected.
    """
    found: list[Found] = []
    for rule in rules:
        if stop():
            raise Stopped
        try:
            found += [(rule, finding) for finding in _admitted(rule, snapshot, path)]
        except Exception as failure:  # noqa: BLE001 - whatever is wrong with one rule must not cost the others
            failed(rule, failure)
    found.sort(key=_place)
    return tuple(found)


def _place(found: Found) -> tuple[str, int, int, str]:
    rule, finding = found
    return finding.where.path, finding.where.start, -finding.where.end, rule.id


def _admitted(rule: Rule, snapshot: Snapshot, path: str | None) -> list[Finding]:
    """The findings of one rule that lie in files that it may look at; at most one at a place."""
    roles = rule.declaration.roles
    files = snapshot.files
    if rule.declaration.scope == "project":
        findings: Iterable[Finding] = _of_project(rule, snapshot)
    else:
        findings = _of_subjects(rule, snapshot, path)
    admitted: dict[tuple[str, int, int], Finding] = {}
    for finding in findings:
        where = finding.where
        if path is not None and where.path != path:
            continue
        facts = files.get(where.path)
        # A handler with several routes is looked at once for each; one word about it is enough.
        if facts is not None and facts.role in roles and where.path not in snapshot.front_end:
            admitted.setdefault((where.path, where.start, where.end), finding)
    return list(admitted.values())


def _of_subjects(rule: Rule, snapshot: Snapshot, path: str | None) -> Iterator[Finding]:
    check, roles = rule.declaration.check, rule.declaration.roles
    if rule.declaration.scope == "endpoint":
        for endpoint in snapshot.endpoints if path is None else snapshot.by_file.get(path, ()):
            if _reviewed(endpoint, snapshot, rule.declaration):
                yield from check(endpoint, snapshot)
        return
    if path is None:
        files = [facts for facts in snapshot.files.values() if facts.role in roles]
    else:
        facts = snapshot.files.get(path)
        files = [facts] if facts is not None and facts.role in roles else []
    for facts in files:
        if rule.declaration.scope == "file":
            yield from check(facts, snapshot)
        else:
            for function in facts.functions:
                if not function.is_test:
                    yield from check(function, snapshot)


def _reviewed(endpoint: Endpoint, snapshot: Snapshot, declared: Declaration) -> bool:
    """Whether the endpoint is registered in code that a rule looks at."""
    facts = snapshot.files.get(endpoint.where.path)
    if endpoint.test or endpoint.route.development_only:
        return False
    return endpoint.route.kind in declared.kinds and (facts is None or facts.role in declared.roles)


_latest: list[tuple[Snapshot, dict[str, tuple[Finding, ...]]]] = []


def _of_project(rule: Rule, snapshot: Snapshot) -> tuple[Finding, ...]:
    """What a rule on the whole project says, worked out once per snapshot.

    Only the latest snapshot is remembered: it is the one that its owner asks about file by file.
    """
    if not _latest or _latest[0][0] is not snapshot:
        _latest[:] = [(snapshot, {})]
    known = _latest[0][1]
    if rule.id not in known:
        known[rule.id] = tuple(rule.declaration.check(snapshot))
    return known[rule.id]
