"""The main job: read a project, review it, hold back what is known, mend what was asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache, cached_property
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from persona_lsp import __version__
from persona_lsp.cli import project as projects
from persona_lsp.cli.gather import WORTH_CACHE, facts_of, gather, read
from persona_lsp.cli.project import Project, UsageError
from persona_lsp.cli.report import Problem, Report
from persona_lsp.extract import Extraction
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.facts.role import HEAD, role
from persona_lsp.findings import baseline as baselines
from persona_lsp.findings.baseline import Baseline
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.findings.finding import Reported
from persona_lsp.findings.grouping import grouped
from persona_lsp.persona.compile import CompiledPersona
from persona_lsp.review.views import RuleInfo
from persona_lsp.settings import Settings
from persona_lsp.syntax.languages import language_of
from persona_lsp.text.edits import unified_diff
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace import disk, pack

if TYPE_CHECKING:
    from persona_lsp.review.profile import Profile
    from persona_lsp.workspace.snapshot import Snapshot

_ROUNDS = 10
"""How often mended files are looked at again: one fix may clear the way for another."""


class Request(Struct, frozen=True):
    """What the user asked for, beside paths and settings. `baseline` is a file of known findings, "" for none."""

    baseline: str = ""
    use_baseline: bool = True
    fix: bool = False
    diff: bool = False
    jobs: int = 0
    quiet: bool = False
    persona_asked: bool = False
    use_cache: bool = True


class Outcome(Struct, frozen=True):
    """The report, and the patch of what would be mended."""

    report: Report
    patch: bytes = b""


class _Said(Struct, frozen=True):
    """What a review says, whatever the baseline knows: findings place by place, and the files that it understood."""

    findings: tuple[Reported, ...]
    files: tuple[str, ...]


def check(project: Project, request: Request) -> Outcome:
    """Review the project. Raises `UsageError` for a persona or a baseline that cannot be used."""
    project = projects.with_known_names(project)
    known, baseline_problems = _baseline(project, request)
    walked = projects.walk(project)
    sources, unreadable = read(walked.files, project.settings.max_file_size)
    persona, persona_problems = projects.compiled_persona(project, asked=request.persona_asked)
    review = _Review(project, request, sources, persona)
    idle = (_IDLE.format(project.settings.persona),) if _is_idle(project, persona) else ()
    patch, mended = b"", 0
    problems: tuple[Problem, ...] = ()
    if request.fix and not request.diff:
        patch, mended, problems = _mend(project, review, known, write=True)
        said = review.said()
    else:
        said = _remembered(review) if request.use_cache and len(sources) >= WORTH_CACHE else review.said()
    new = review.new(said.findings, known)
    if request.diff:
        patch, _, problems = _mend(project, review, known, write=False)
    read_problems = tuple(Problem(one.message, one.path, asked=one.asked) for one in walked.problems)
    report = Report(
        findings=grouped(new),
        places=new,
        files=said.files,
        lines=review.lines,
        shown=project.shown,
        fixes=review.fixes,
        rules=_rules,
        problems=(
            *project.problems,
            *baseline_problems,
            *persona_problems,
            *map(Problem, idle),
            *read_problems,
            *unreadable,
            *review.problems,
            *problems,
            *(() if walked.files or walked.problems else (_nothing(project.settings),)),
        ),
        known=len(said.findings) - len(new),
        fixed=mended,
        version=__version__,
        aside=tuple(_aside(walked.files, sources)),
    )
    return Outcome(report, patch)


def _aside(files: Iterable[disk.File], sources: Mapping[str, bytes]) -> Iterator[str]:
    """The roles of files that somebody named and most rules leave out."""
    from persona_lsp.rules.api import REVIEWED

    for file in files:
        source = sources.get(file.path) if file.asked else None
        if source is not None and language_of(file.path) is not None:
            told = role(file.path, source[:HEAD])
            if told not in REVIEWED:
                yield told


def _nothing(settings: Settings) -> Problem:
    """Why no file was read, as far as it can be told."""
    reach = (("include", settings.include), ("exclude", settings.exclude), ("languages", settings.languages))
    named = " and ".join(f"`{name}`" for name, value in reach if value)
    also = f", or {named} in the settings leave it out" if named else ""
    return Problem(f"there is nothing to review: no file here is in a language that is read{also}", on_purpose=True)


_IDLE = (
    "no sentence of the persona `{0}` names anything that a rule keeps, so no rule is on;"
    " `persona-lsp personas show {0}` tells what becomes of each sentence"
)


def _is_idle(project: Project, persona: CompiledPersona | None) -> bool:
    """Whether nothing is looked for: without a word, that would pass for code in which nothing is wrong."""
    from persona_lsp.persona.compile import committed_topics
    from persona_lsp.rules.topics import UNRULED

    if persona is None or project.settings.select or project.settings.severity:
        return False
    return committed_topics(persona) <= {topic.id for topic in UNRULED}


class _Review:
    """What the façade says about the project; facts are made when somebody asks, and change when files are mended."""

    def __init__(
        self, project: Project, request: Request, sources: dict[str, bytes], persona: CompiledPersona | None
    ) -> None:
        self.originals = sources
        self.sources = dict(sources)
        self.project = project
        self.request = request
        self.persona = persona
        self.whole = project.paths == (project.root,)
        self.problems: tuple[Problem, ...] = ()
        """What kept files from being understood."""
        self.lines = cache(lambda path: LineTable(self.sources.get(path, b"")))
        self.extraction = cache(self._extraction)

    @cached_property
    def facts(self) -> dict[str, FileFacts]:
        gathered = gather(
            self.project.root,
            self.sources,
            jobs=self.request.jobs or self.project.settings.max_workers,
            complete=self.whole,
            quiet=self.request.quiet,
            use_cache=self.request.use_cache,
        )
        self.problems = gathered.problems
        return gathered.facts

    @cached_property
    def snapshot(self) -> Snapshot:
        from persona_lsp.workspace.link import link

        return link(self.facts)

    @cached_property
    def profile(self) -> Profile:
        from persona_lsp import review

        profile = review.profile(self.persona, self.project.settings, above=self.project.above)
        return profile if self.whole else replace(profile, partly=True)

    def key(self) -> bytes:
        """Stands for all that the findings depend on."""
        chosen = (self.project.settings, self.project.above, self.project.paths, self.persona)
        encoded = msgspec.msgpack.encode(chosen, order="deterministic")
        texts = (part for path, source in self.sources.items() for part in (path.encode(), source))
        return pack.digest(__version__.encode(), disk.program(), encoded, *texts)

    def said(self) -> _Said:
        """All findings, with those of their fixes that can be spelled."""
        from persona_lsp import review

        return _Said(review.with_fixes(self.snapshot, self.findings(), self.extraction), tuple(self.facts))

    def findings(self) -> tuple[Reported, ...]:
        from persona_lsp import review

        by_file: Mapping[str, tuple[Reported, ...]] = review.all_findings(self.snapshot, self.profile)
        found = [one for findings in by_file.values() for one in findings]
        return tuple(sorted(found, key=lambda one: (one.where.path, one.where.start, one.where.end, one.rule)))

    def new(self, findings: tuple[Reported, ...], known: Baseline | None) -> tuple[Reported, ...]:
        """The findings that the baseline does not hold."""
        return findings if known is None else baselines.unknown(findings, known, self.lines)

    def fixes(self, finding: Reported) -> tuple[Fix, ...]:
        from persona_lsp import review

        extraction = self.extraction(finding.where.path) if finding.fixable else None
        if extraction is None:
            return ()
        found = self._by_place.get((finding.rule, finding.where), finding)
        return review.fixes(self.snapshot, extraction, found, self.profile, self.extraction)

    @cached_property
    def _by_place(self) -> dict[tuple[str, Where], Reported]:
        """The findings with their intents, which a remembered report does not hold."""
        return {(one.rule, one.where): one for one in self.findings()}

    def fix_all(self, path: str, findings: list[Reported]) -> Fix | None:
        from persona_lsp import review

        extraction = self.extraction(path)
        if extraction is None:
            return None
        return review.fix_all(self.snapshot, extraction, self.profile, findings, self.extraction)

    def _extraction(self, path: str) -> Extraction | None:
        from persona_lsp.extract import reopened

        # Fixes need the tree, which is not kept of a whole project.
        facts = self.facts.get(path)
        return None if facts is None else reopened(self.sources[path], facts)

    def replace(self, path: str, source: bytes) -> None:
        self.sources[path] = source
        facts = facts_of(path, source)
        if facts is not None:
            self.facts[path] = facts

    def link_again(self) -> None:
        """Files were mended: what was understood of them together is to be made anew."""
        for name in ("snapshot", "_by_place"):
            self.__dict__.pop(name, None)
        self.lines.cache_clear()
        self.extraction.cache_clear()


def _remembered(review: _Review) -> _Said:
    """What the last run said, if nothing has changed that it depends on; else what this one says, for the next."""
    last = disk.LastReport(review.project.root)
    key = review.key()
    kept = last.get(key)
    if kept is not None:
        with suppress(msgspec.MsgspecError):
            return msgspec.msgpack.decode(kept, type=_Said)
    said = review.said()
    if not review.problems:
        # Fixes are asked for seldom, and can be found again.
        bare = tuple(replace(one, finding=replace(one.finding, fixes=())) for one in said.findings)
        last.put(key, msgspec.msgpack.encode(_Said(bare, said.files)))
    return said


def _mend(
    project: Project, review: _Review, known: Baseline | None, *, write: bool
) -> tuple[bytes, int, tuple[Problem, ...]]:
    """Apply the safe fixes until none is left. Nothing is written but whole files that did not change meanwhile."""
    from persona_lsp.text.edits import OverlapError, apply

    outside: set[str] = set()
    for _ in range(_ROUNDS):
        mendable: dict[str, list[Reported]] = {}
        for one in review.new(review.findings(), known):
            if one.fixable:
                mendable.setdefault(one.where.path, []).append(one)
        # A round's edits all mean the text before it; a file that is taken waits for the next round.
        texts: dict[str, bytes] = {}
        for path, findings in mendable.items():
            fix = review.fix_all(path, findings)
            by_file: dict[str, list[Edit]] = {}
            for edit in fix.edits if fix is not None else ():
                by_file.setdefault(edit.path, []).append(edit)
            elsewhere = {one for one in by_file if not project.asked(one)}
            outside |= elsewhere
            if not elsewhere and not by_file.keys() & texts.keys():
                with suppress(OverlapError):
                    texts |= {changed: apply(review.sources[changed], edits) for changed, edits in by_file.items()}
        texts = {path: text for path, text in texts.items() if text != review.sources[path]}
        if not texts:
            break
        for path, text in texts.items():
            review.replace(path, text)
        review.link_again()

    patch, mended = [], 0
    problems = [Problem("is a link out of what was asked for and was left alone", path) for path in sorted(outside)]
    for path, old in review.originals.items():
        new = review.sources[path]
        if new == old:
            continue
        patch.append(unified_diff(old, new, project.shown(path)))
        mended += 1
        if write:
            wrong = _write(project.location(path), old, new)
            if wrong:
                problems.append(Problem(wrong, path))
                mended -= 1
                # The report speaks of what is on the disk.
                review.replace(path, old)
    if problems:
        # What was not written is to be understood as it stands.
        review.link_again()
    return b"".join(patch), mended, tuple(problems)


def _write(location: str, old: bytes, new: bytes) -> str:
    try:
        written = disk.replace(location, old, new)
    except OSError as error:
        return f"cannot be written: {error.strerror or error}"
    return "" if written else "changed while it was reviewed and was left alone; run the command again"


def _baseline(project: Project, request: Request) -> tuple[Baseline | None, tuple[Problem, ...]]:
    """The known findings. A file that was asked for must be usable; one that the settings name costs a message."""
    if not request.use_baseline:
        return None, ()
    location = request.baseline or project.settings.baseline
    if not location:
        return None, ()
    try:
        data = disk.Files().read(location if request.baseline else os.path.join(project.home, location))
        return baselines.read(data), ()
    except OSError as error:
        wrong = f"the baseline `{location}` cannot be read: {error.strerror or error}"
    except ValueError as error:
        wrong = f"the baseline `{location}` {error}"
    if request.baseline:
        raise UsageError(wrong)
    return None, (Problem(wrong),)


def _rules() -> tuple[RuleInfo, ...]:
    from persona_lsp import review

    return review.rules()
