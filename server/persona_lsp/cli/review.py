"""`persona-lsp review`: Claude reviews functions as the persona, as a batch or at once, within a budget."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from persona_lsp import extract
from persona_lsp import review as facade
from persona_lsp.ai.account import Account, price, usable
from persona_lsp.ai.answer import is_complete
from persona_lsp.ai.asking import Answered, Asking
from persona_lsp.ai.batches import Batches, wire_of
from persona_lsp.ai.claude import Claude
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.refuse import why_refused
from persona_lsp.ai.request import Request, prepare
from persona_lsp.ai.reviewing import read_cut, read_review
from persona_lsp.ai.store import Store
from persona_lsp.ai.trust import check_trust
from persona_lsp.ai.wire import Review
from persona_lsp.cli import project as projects
from persona_lsp.cli.asked import account_for_run, ask_all
from persona_lsp.cli.formats.text import in_line
from persona_lsp.cli.gather import gather, read
from persona_lsp.cli.project import Project, UsageError
from persona_lsp.findings.finding import Severity
from persona_lsp.findings.subject import Persona, Subject
from persona_lsp.review.subject import speaker, subjects
from persona_lsp.text.count import counted
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace.link import link


class Wish(Struct, frozen=True):
    """What the user asked for beside the paths."""

    now: bool = False
    show: bool = False
    dry_run: bool = False
    every: bool = False
    fresh: bool = False
    allow: bool = False
    trust: bool = False
    budget: int | None = None
    model: str | None = None
    persona_asked: bool = False
    pause: float = 2.0


class Row(Struct, frozen=True):
    """A finding as it is printed. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    severity: str
    message: str
    why: str
    about: str
    persona: str
    model: str
    fingerprint: str


class Outcome(Struct, frozen=True):
    """Everything that a run said. `skipped` are files and functions that were not asked about, with the reason."""

    rows: tuple[Row, ...] = ()
    skipped: tuple[str, ...] = ()
    asked: int = 0
    cached: int = 0
    dropped: int = 0
    tokens: int = 0
    read: int = 0
    """Of these, tokens that Claude had kept and read again, which costs less; `written` were put there."""
    written: int = 0
    cost: float | None = None
    shown: bytes = b""
    failed: bool = False


class _Question(Struct, frozen=True):
    request: Request
    table: LineTable


def review(project: Project, wish: Wish, tell: Callable[[str], None]) -> Outcome:
    """Review the project's functions. Raises `UsageError` where nobody may be asked; `tell` hears of the progress."""
    store = Store()
    account = account_for_run(allow=wish.allow, budget=wish.budget, model=wish.model, tell=tell)
    try:
        questions, skipped, persona = _questions(project, account, store, wish)
        if wish.show:
            return Outcome(shown=_shown([one.request for one in questions], wish), skipped=tuple(skipped))
        # An estimate sends nothing: whoever has not agreed yet may want to know what it would cost.
        if not wish.dry_run:
            usable(account)
            if account.provider != "anthropic" and not wish.now:
                raise UsageError(f"{account.provider} takes no batches; review with --now")
            if wish.trust:
                store.trust(persona.sha256)
            check_trust(persona, store)
        return asyncio.run(_reviewed(project, account, store, questions, skipped, wish, tell))
    except AiError as error:
        raise UsageError(error.message) from error


def _questions(
    project: Project, account: Account, store: Store, wish: Wish
) -> tuple[list[_Question], list[str], Persona]:
    walked = projects.walk(project)
    sources, unreadable = read(walked.files, project.settings.max_file_size)
    compiled, _ = projects.compiled_persona(project, asked=wish.persona_asked)
    profile = facade.profile(compiled, project.settings, above=project.above)
    persona = speaker(profile)
    if persona is None:
        raise UsageError("no persona is chosen, so there is nobody to review")
    facts = gather(project.root, sources, jobs=0, complete=project.paths == (project.root,), quiet=True).facts
    snapshot = link(facts)
    found = facade.all_findings(snapshot, profile)
    skipped = [f"{project.shown(one.file)}: {one.message}" for one in unreadable]
    questions: list[_Question] = []
    salt = store.salt()
    for path, known in facts.items():
        if known.role != "prod" or not profile.speaks_of(known.language):
            continue
        extraction = extract.extract(path, sources[path])
        about: Sequence[Subject] = ()
        if extraction is not None:
            about = subjects(snapshot, extraction, found.get(path, ()), every=wish.every)
        if not about:
            continue
        if reason := why_refused(project.location(path)):
            skipped.append(f"{project.shown(path)}: {reason}")
            continue
        for one in about:
            try:
                questions.append(_Question(prepare("review", one, persona, account, salt), LineTable(sources[path])))
            except AiError as error:
                skipped.append(f"{project.shown(path)}: {error.message}")
    return questions, skipped, persona


def _shown(requests: Sequence[Request], wish: Wish) -> bytes:
    """The very bytes of the bodies that would be sent, a line each."""
    if wish.now:
        return b"".join(one.wire() + b"\n" for one in requests)
    return batch_wire(requests) + b"\n"


def batch_wire(requests: Sequence[Request]) -> bytes:
    """The body of the batch."""
    return json.dumps({"requests": wire_of(requests)}, ensure_ascii=False, separators=(",", ":")).encode()


async def _reviewed(
    project: Project,
    account: Account,
    store: Store,
    questions: list[_Question],
    skipped: list[str],
    wish: Wish,
    tell: Callable[[str], None],
) -> Outcome:
    claude = Claude(account)
    asking = Asking(account, claude)
    known = {} if wish.fresh else {one.request.key: kept for one in questions if (kept := asking.kept(one.request))}
    rest = list({one.request.key: one.request for one in questions if one.request.key not in known}.values())
    tokens_in = sum(one.tokens_in for one in rest)
    tokens_out = sum(int(one.body["max_tokens"]) for one in rest)
    tell(_estimate(account, rest, tokens_in, tokens_out, len(known), wish))
    for note in sorted({one.request.note for one in questions} - {""}):
        tell(note)
    if wish.budget is not None and tokens_in + tokens_out > wish.budget:
        raise UsageError(
            f"the budget of {wish.budget:,} tokens may not do: up to {tokens_in + tokens_out:,} may be needed; "
            "name fewer paths, or raise --budget"
        )
    if wish.dry_run:
        return Outcome(skipped=tuple(skipped), cached=len(known))
    try:
        if wish.now:
            answers = await ask_all(asking, rest, "function", tell, fresh=wish.fresh)
        elif rest:
            batches = Batches(claude, store, asking.cache, asking.ledger, wish.pause)
            answers = await batches.answers(
                rest, lambda batch, done, total: tell(f"batch {batch}: {done} of {counted(total, 'function')} done")
            )
        else:
            answers = {}
        return _outcome(project, account, asking, questions, {**known, **answers}, skipped, store, len(known))
    finally:
        await claude.close()


def _outcome(
    project: Project,
    account: Account,
    asking: Asking,
    questions: list[_Question],
    answers: dict[str, Answered | AiError],
    skipped: list[str],
    store: Store,
    cached: int,
) -> Outcome:
    dismissed = store.dismissed()
    rows: list[Row] = []
    dropped, failed = 0, False
    for one in questions:
        given, reason = _given(one.request, answers.get(one.request.key), dismissed)
        if reason:
            skipped.append(f"{project.shown(one.request.subject.path)}: {one.request.subject.name}: {reason}")
            failed = True
        if given is not None:
            dropped += given.dropped
            rows += _rows(project, one, given)
    used = asking.ledger.session
    cost = (
        price(account, questions[0].request.model, used.tokens_in + used.cached + used.kept, used.tokens_out)
        if questions
        else None
    )
    return Outcome(
        rows=tuple(sorted(rows, key=lambda row: (row.file, row.line, row.column))),
        skipped=tuple(skipped),
        asked=asking.ledger.answers,
        cached=cached,
        dropped=dropped,
        tokens=used.total,
        read=used.cached,
        written=used.kept,
        cost=cost,
        failed=failed,
    )


def _given(request: Request, answer: Answered | AiError | None, dismissed: frozenset[str]) -> tuple[Review | None, str]:
    match answer:
        case None:
            return None, "there is no answer."
        case AiError():
            return read_cut(request, answer, dismissed), answer.message
        case _ if not is_complete(answer.text):
            return None, "The answer does not have the form that was asked for."
        case _:
            return read_review(request, answer, dismissed), ""


def _rows(project: Project, question: _Question, given: Review) -> list[Row]:
    subject, table = question.request.subject, question.table
    rows = []
    for one in given.findings:
        line, column = table.line_col(subject.start + one.start)
        rows.append(
            Row(
                file=project.shown(subject.path),
                line=line + 1,
                column=column + 1,
                severity=Severity(one.severity).word,
                message=one.message,
                why=one.why,
                about=subject.name,
                persona=question.request.persona.name,
                model=given.model,
                fingerprint=one.fingerprint,
            )
        )
    return rows


def _estimate(
    account: Account, rest: Sequence[Request], tokens_in: int, tokens_out: int, cached: int, wish: Wish
) -> str:
    text = f"{counted(len(rest), 'function')} to ask about ({cached} answered before): about {tokens_in:,} tokens in, at most {tokens_out:,} out"
    if not rest:
        return text
    cost = price(account, rest[0].model, tokens_in, tokens_out)
    if cost is None:
        return f"{text}, {rest[0].model}"
    half = 1 if wish.now else 0.5
    return f"{text}, at most ${cost * half:.2f} with {rest[0].model}"


def render(outcome: Outcome, form: str) -> str:
    """The outcome as text for people, or as JSON."""
    if form == "json":
        body: dict[str, Any] = msgspec.to_builtins(outcome)
        body.pop("shown")
        return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    lines = [
        in_line(f"{row.file}:{row.line}:{row.column}: {row.severity}: {row.message} [{row.persona} (AI), {row.model}]")
        for row in outcome.rows
    ]
    return "".join(line + "\n" for line in lines)


def summary(outcome: Outcome) -> str:
    """One line about what was done and what it cost."""
    text = f"{counted(len(outcome.rows), 'finding')}; {counted(outcome.asked, 'function')} asked about, {outcome.cached} answered before, {outcome.tokens:,} tokens"
    if outcome.read or outcome.written:
        text += f" ({outcome.read:,} read from Claude's cache, {outcome.written:,} written to it)"
    if outcome.cost is not None:
        text += f", about ${outcome.cost:.2f}"
    if outcome.dropped:
        text += f"; {counted(outcome.dropped, 'finding')} left out that quoted code that is not there"
    return text
