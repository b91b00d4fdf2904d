"""`persona-lsp eval`: labelled cases are reviewed by one model after another; how much was right, and what it cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from persona_lsp import extract
from persona_lsp import review as facade
from persona_lsp.ai import cases, models, prompts
from persona_lsp.ai.account import Account, price, usable
from persona_lsp.ai.answer import is_complete
from persona_lsp.ai.asking import Answered, Asking
from persona_lsp.ai.cases import Case
from persona_lsp.ai.claude import Claude
from persona_lsp.ai.errors import AiError, Kind
from persona_lsp.ai.ledger import Usage
from persona_lsp.ai.request import Request, prepare
from persona_lsp.ai.reviewing import read_cut, read_review
from persona_lsp.ai.scoring import Totals, Verdict, judge, total
from persona_lsp.ai.store import Store
from persona_lsp.ai.trust import check_trust
from persona_lsp.cli import project as projects
from persona_lsp.cli.asked import account_for_run, ask_all, check_model
from persona_lsp.cli.project import Project, UsageError
from persona_lsp.findings.subject import Subject
from persona_lsp.review.profile import Profile
from persona_lsp.review.subject import speaker, subject
from persona_lsp.text.count import counted
from persona_lsp.workspace.link import link

_THE_MODELS_OWN: frozenset[Kind] = frozenset({"refused", "truncated", "invalid"})
"""Failures that say something about a model; all others say something about the way to it."""


class Wish(Struct, frozen=True):
    """What the user asked for."""

    models: tuple[str, ...] = ()
    folder: str = cases.FOLDER
    dry_run: bool = False
    fresh: bool = False
    allow: bool = False
    trust: bool = False
    budget: int | None = None
    persona_asked: bool = False


class Marks(Struct, frozen=True):
    """What one model was worth. `failed` are cases that could not be asked about, with the reason; they do not count."""

    model: str
    totals: Totals
    precision: float | None
    recall: float | None
    dropped: int
    usage: Usage
    cost: float | None
    cached: int
    verdicts: tuple[Verdict, ...]
    failed: dict[str, str]


class Outcome(Struct, frozen=True):
    """All models, in the order in which they were named."""

    cases: int
    prompt: str
    persona: str
    marks: tuple[Marks, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether some case could not be asked about."""
        return any(one.failed for one in self.marks)


class _Question(Struct, frozen=True):
    case: Case
    request: Request


def evaluate(project: Project, wish: Wish, tell: Callable[[str], None]) -> Outcome:
    """Let the models review the cases. Raises `UsageError` where nobody may be asked, or a case cannot be used."""
    account = account_for_run(allow=wish.allow, budget=wish.budget, model=None, tell=tell)
    store = Store()
    compiled, _ = projects.compiled_persona(project, asked=wish.persona_asked)
    profile = facade.profile(compiled, project.settings, above=project.above)
    persona = speaker(profile)
    if persona is None:
        raise UsageError("no persona is chosen, so there is nobody to review")
    try:
        known = cases.load(wish.folder)
        about = [(case, subject_of(case, profile)) for case in known]
        wanted = wish.models or (account.model or persona.model or models.REVIEWS,)
        questions = {
            name: [_Question(case, prepare("review", one, persona, mine, store.salt())) for case, one in about]
            for name, mine in _accounts(account, wanted, tell).items()
        }
        outcome = Outcome(len(known), prompts.VERSION, persona.name)
        _check_budget(account, questions, wish, tell)
        if wish.dry_run:
            return outcome
        usable(account)
        if wish.trust:
            store.trust(persona.sha256)
        check_trust(persona, store)
        marks = asyncio.run(_asked(account, questions, wish, tell))
    except (AiError, cases.CaseError) as error:
        raise UsageError(str(error)) from error
    return msgspec.structs.replace(outcome, marks=marks)


def subject_of(case: Case, profile: Profile) -> Subject:
    """The function of a case with its facts and findings, as in an editor. Raises `CaseError`."""
    sources = {path: text.encode() for path, text in {**case.files, case.path: case.code}.items()}
    read = {path: one for path, source in sources.items() if (one := extract.extract(path, source)) is not None}
    snapshot = link({path: one.facts for path, one in read.items()})
    at = sources[case.path].index(case.at.encode())
    found = facade.all_findings(snapshot, profile).get(case.path, ())
    about = subject(snapshot, read[case.path], at, at, found) if case.path in read else None
    if about is None:
        raise cases.CaseError(f"{case.name}.toml: there is no function at `{case.at}`")
    return about


def _accounts(account: Account, wanted: Sequence[str], tell: Callable[[str], None]) -> dict[str, Account]:
    """The account for each model: by its id, however it was named."""
    found: dict[str, Account] = {}
    for name in wanted:
        check_model(account, name)
        resolved = models.asked(msgspec.structs.replace(account, model=name), "", models.REVIEWS)
        if resolved.message:
            tell(resolved.message)
        found[resolved.id] = msgspec.structs.replace(account, model=resolved.id)
    return found


def _check_budget(
    account: Account, questions: dict[str, list[_Question]], wish: Wish, tell: Callable[[str], None]
) -> None:
    """Tell what it may cost, before anybody is asked. Raises `UsageError` where it may be more than the budget."""
    asking = Asking(account)
    most = 0
    for model, each in questions.items():
        rest = [one.request for one in each if wish.fresh or asking.kept(one.request) is None]
        tokens_in = sum(one.tokens_in for one in rest)
        tokens_out = sum(int(one.body["max_tokens"]) for one in rest)
        most += tokens_in + tokens_out
        text = f"{model}: {counted(len(rest), 'case')} to ask about ({len(each) - len(rest)} answered before): "
        text += f"about {tokens_in:,} tokens in, at most {tokens_out:,} out"
        cost = price(account, model, tokens_in, tokens_out)
        tell(text if cost is None else f"{text}, at most ${cost:.2f}")
    budget = account.tokens_per_session
    if most > budget and not wish.dry_run:
        raise UsageError(
            f"the budget of {budget:,} tokens may not do: up to {most:,} may be needed; "
            "name fewer models, or a higher --budget"
        )


async def _asked(
    account: Account, questions: dict[str, list[_Question]], wish: Wish, tell: Callable[[str], None]
) -> tuple[Marks, ...]:
    claude = Claude(account)
    asking = Asking(account, claude)
    marks = []
    try:
        for model, each in questions.items():
            requests = [one.request for one in each]
            before = asking.ledger.session
            answers = await ask_all(asking, requests, "case", _prefixed(tell, model), fresh=wish.fresh)
            marks.append(_marks(account, model, each, answers, _since(asking.ledger.session, before)))
    finally:
        await claude.close()
    return tuple(marks)


def _prefixed(tell: Callable[[str], None], model: str) -> Callable[[str], None]:
    return lambda text: tell(f"{model}: {text}")


def _since(now: Usage, before: Usage) -> Usage:
    return Usage(
        now.tokens_in - before.tokens_in,
        now.tokens_out - before.tokens_out,
        now.cached - before.cached,
        now.kept - before.kept,
    )


def _marks(
    account: Account,
    model: str,
    questions: Sequence[_Question],
    answers: dict[str, Answered | AiError],
    spent: Usage,
) -> Marks:
    """`spent` is what this run paid; answers that were there before count with what they had cost."""
    verdicts: list[Verdict] = []
    failed: dict[str, str] = {}
    usages = [spent]
    dropped = cached = 0
    for case, request in ((one.case, one.request) for one in questions):
        answer = answers[request.key]
        if isinstance(answer, AiError) and answer.kind not in _THE_MODELS_OWN:
            failed[case.name] = answer.message
            continue
        if isinstance(answer, AiError):
            review = read_cut(request, answer)
        else:
            if answer.cached:
                usages.append(answer.usage)
                cached += 1
            review = read_review(request, answer) if is_complete(answer.text) else None
        dropped += review.dropped if review is not None else 0
        verdicts.append(judge(case, review.findings if review is not None else (), request.subject.start))
    used = Usage(
        sum(one.tokens_in for one in usages),
        sum(one.tokens_out for one in usages),
        sum(one.cached for one in usages),
        sum(one.kept for one in usages),
    )
    added = total(verdicts)
    cost = price(account, model, used.tokens_in + used.cached + used.kept, used.tokens_out)
    return Marks(model, added, added.precision, added.recall, dropped, used, cost, cached, tuple(verdicts), failed)


def render(outcome: Outcome, form: str) -> str:
    """The outcome as a table with what was missed and what was wrong, or as JSON."""
    if form == "json":
        return json.dumps(msgspec.to_builtins(outcome), ensure_ascii=False, indent=2) + "\n"
    if not outcome.marks:
        return ""
    rows = [_HEAD, *map(_row, outcome.marks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    for one in outcome.marks:
        lines += ["", f"{one.model}:"]
        for verdict in one.verdicts:
            lines += [f"  missed   {verdict.case}: {why}" for why in verdict.missed]
            lines += [f"  trapped  {verdict.case}: {message}" for message in verdict.trapped]
            lines += [f"  wrong    {verdict.case}: {message}" for message in verdict.others]
        lines += [f"  failed   {case}: {reason}" for case, reason in one.failed.items()]
    return "\n".join(lines) + "\n"


_HEAD = ("model", "cases", "precision", "recall", "found", "trapped", "wrong", "dropped", "tokens in", "out", "cost")


def _row(one: Marks) -> tuple[str, ...]:
    totals, used = one.totals, one.usage
    return (
        one.model,
        str(totals.cases),
        _percent(one.precision),
        _percent(one.recall),
        f"{totals.found}/{totals.labels}",
        str(totals.trapped),
        str(totals.others),
        str(one.dropped),
        f"{used.tokens_in + used.cached + used.kept:,}",
        f"{used.tokens_out:,}",
        "no price" if one.cost is None else f"${one.cost:.3f}",
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
