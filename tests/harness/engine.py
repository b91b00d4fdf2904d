"""Examples through the real engine: extraction, linking, rules, fixes."""

from dataclasses import dataclass

from persona_lsp import extract, review
from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.findings.finding import Finding, Reported
from persona_lsp.findings.grouping import grouped
from persona_lsp.rules.registry import Rule, rules
from persona_lsp.rules.run import run
from persona_lsp.settings import Settings
from persona_lsp.text.edits import apply
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Snapshot

EVERYTHING = review.profile(None, Settings())


@dataclass(frozen=True)
class Project:
    """An example, read."""

    sources: dict[str, bytes]
    extractions: dict[str, extract.Extraction]
    facts: dict[str, FileFacts]
    snapshot: Snapshot

    def findings(self, rule: Rule) -> list[Finding]:
        """What people are told of one rule, in the order of the text. A failure of the rule is one of the test."""
        return [one.finding for one in grouped(_reported(rule, finding) for finding in self.places(rule))]

    def places(self, rule: Rule) -> list[Finding]:
        """What one rule says, place by place: before findings that share a habit are put together."""
        return [finding for _, finding in run(self.snapshot, [rule], failed=_fail)]

    def everything(self) -> dict[tuple[str, str, str], int]:
        """How often each rule says which message about which file."""
        said: dict[tuple[str, str, str], int] = {}
        for rule, finding in run(self.snapshot, rules(), failed=_fail):
            key = (rule.id, finding.where.path, finding.message)
            said[key] = said.get(key, 0) + 1
        return said


def read(sources: dict[str, bytes]) -> Project:
    """Extract and link."""
    extractions: dict[str, extract.Extraction] = {}
    facts: dict[str, FileFacts] = {}
    for path, source in sources.items():
        extraction = extract.extract(path, source)
        if extraction is not None:
            extractions[path] = extraction
            facts[path] = extraction.facts
        else:
            config = extract.config(path, source)
            if config is not None:
                facts[path] = config
    return Project(sources, extractions, facts, link(facts))


def first_fixes(project: Project, rule: Rule) -> list[Fix]:
    """For each finding of a rule, the first of its fixes that can be spelled."""
    found: list[Fix] = []
    for finding in project.places(rule):
        spelled = _spelled(project, finding, rule)
        if spelled:
            found.append(spelled[0])
    return found


def applied(project: Project, fixes: list[Fix]) -> dict[str, bytes]:
    """The text of every file after the fixes; one that overlaps an earlier one is left out, as editors do."""
    edits: dict[str, list[Edit]] = {}
    for fix in fixes:
        # An import that two fixes need is made once.
        fresh = [edit for edit in fix.edits if edit not in edits.get(edit.path, [])]
        if all(_is_free(edit, edits.get(edit.path, [])) for edit in fresh):
            for edit in fresh:
                edits.setdefault(edit.path, []).append(edit)
    return {path: apply(source, edits.get(path, ())) for path, source in project.sources.items()}


def _is_free(edit: Edit, taken: list[Edit]) -> bool:
    """No other edit is in the way."""
    return all(edit.start >= other.end if edit.start >= other.start else edit.end <= other.start for other in taken)


def _spelled(project: Project, finding: Finding, rule: Rule) -> tuple[Fix, ...]:
    reported = _reported(rule, finding)
    extraction = project.extractions.get(finding.where.path)
    if extraction is None:
        return ()
    return review.fixes(project.snapshot, extraction, reported, EVERYTHING, project.extractions.get)


def _reported(rule: Rule, finding: Finding) -> Reported:
    return Reported(rule.id, finding.severity or rule.declaration.severity, finding, rule.topic.id)


def _fail(rule: Rule, failure: Exception) -> None:
    raise AssertionError(f"{rule.id} raised {failure!r}") from failure
