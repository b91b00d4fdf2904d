"""The commands that ask Claude: `review`, `eval`, and `ai` for consent and trust."""

from __future__ import annotations

from typing import Any

import click

from persona_lsp.cli.output import FAILED, FINDINGS, complain, emit, emit_bytes, names, refuse_empty, threshold


@click.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--now", is_flag=True, help="Ask at once instead of handing in a batch, which costs half and takes longer."
)
@click.option("--show", is_flag=True, help="Print the very bytes that would be sent, and send nothing.")
@click.option("--dry-run", is_flag=True, help="Estimate tokens and cost, and send nothing.")
@click.option("--all", "every", is_flag=True, help="Every function, not only those that serve endpoints.")
@click.option("--budget", type=click.IntRange(0), metavar="TOKENS", help="Ask nobody if more could be needed.")
@click.option("--fresh", is_flag=True, help="Ask again what was answered before.")
@click.option("--allow", is_flag=True, help="Agree, for this run, that code is sent to Claude.")
@click.option("--trust-persona", is_flag=True, help="Agree that the words of a persona of the workspace are sent.")
@click.option("--model", help="The model that is asked, whatever the persona names.")
@click.option("--persona", metavar="NAME|FILE", help="The persona that reviews.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Write the findings to a file.")
@click.option("--quiet", "-q", is_flag=True, help="Findings only: no estimate, no progress, no summary.")
@click.option("--pause", type=float, default=2.0, hidden=True)
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "information", "hint", "never"]),
    default="never",
    help="The least severity that makes the exit code 1.",
    show_default=True,
)
@click.option("--config", metavar="FILE", help="Read settings from this file instead of looking for one.")
def review(paths: tuple[str, ...], **options: Any) -> int:
    """Let Claude review the functions in PATHS as the persona. Needs a key and your consent; see docs/ai.md."""
    from persona_lsp.cli import review as reviews
    from persona_lsp.cli.project import project

    refuse_empty(options, "persona", "config", "model", "output")
    given = {"persona": options["persona"]} if options["persona"] else {}
    wish = reviews.Wish(
        now=options["now"],
        show=options["show"],
        dry_run=options["dry_run"],
        every=options["every"],
        fresh=options["fresh"],
        allow=options["allow"],
        trust=options["trust_persona"],
        budget=options["budget"],
        model=options["model"],
        persona_asked=bool(options["persona"]),
        pause=options["pause"],
    )
    tell = (lambda _text: None) if options["quiet"] else complain
    outcome = reviews.review(project(paths or (".",), options["config"], given), wish, tell)
    for reason in outcome.skipped:
        complain(reason)
    if options["show"]:
        emit_bytes(outcome.shown, options["output"])
        return 0
    emit(reviews.render(outcome, options["form"]), options["output"])
    if not options["dry_run"]:
        tell(reviews.summary(outcome))
    if outcome.failed and not outcome.rows:
        return FAILED
    least = threshold(options["fail_on"])
    return FINDINGS if any(threshold(row.severity) <= least for row in outcome.rows) else 0


@click.command("eval")
@click.option("--models", metavar="NAMES", help="Models, separated by commas. Default: the one that reviews.")
@click.option("--cases", metavar="DIR", help="Your own cases instead of those that are shipped.")
@click.option("--dry-run", is_flag=True, help="Estimate tokens and cost, and send nothing.")
@click.option("--budget", type=click.IntRange(0), metavar="TOKENS", help="Ask nobody if more could be needed.")
@click.option("--fresh", is_flag=True, help="Ask again what was answered before.")
@click.option("--allow", is_flag=True, help="Agree, for this run, that the cases are sent to Claude.")
@click.option("--trust-persona", is_flag=True, help="Agree that the words of a persona of the workspace are sent.")
@click.option("--persona", metavar="NAME|FILE", help="The persona that reviews.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Write the result to a file.")
@click.option("--quiet", "-q", is_flag=True, help="The result only: no estimate, no progress.")
def evaluate(**options: Any) -> int:
    """Compare models: labelled cases are reviewed, and what was found of what is there is counted."""
    from persona_lsp.ai.cases import FOLDER
    from persona_lsp.cli import evaluate as evaluations
    from persona_lsp.cli.project import project

    refuse_empty(options, "models", "cases", "persona", "output")
    given = {"persona": options["persona"]} if options["persona"] else {}
    wish = evaluations.Wish(
        models=names((options["models"] or "",)),
        folder=options["cases"] or FOLDER,
        dry_run=options["dry_run"],
        fresh=options["fresh"],
        allow=options["allow"],
        trust=options["trust_persona"],
        budget=options["budget"],
        persona_asked=bool(options["persona"]),
    )
    tell = (lambda _text: None) if options["quiet"] else complain
    outcome = evaluations.evaluate(project((".",), None, given), wish, tell)
    emit(evaluations.render(outcome, options["form"]), options["output"])
    return FAILED if outcome.failed else 0


@click.group()
def ai() -> None:
    """What Claude may be asked: consent, trust, what was spent."""


@ai.command("status")
def ai_status() -> int:
    """Print whether Claude can be asked, and what was spent today."""
    from persona_lsp.cli import ai as states

    emit(states.status(), None)
    return 0


@ai.command("allow")
def ai_allow() -> int:
    """Agree that code of this machine is sent to Claude when you ask for it."""
    from persona_lsp.cli import ai as states

    emit(states.allow(yes=True), None)
    return 0


@ai.command("forget")
def ai_forget() -> int:
    """Take the consent back, and forget every persona that was trusted."""
    from persona_lsp.cli import ai as states

    emit(states.allow(yes=False), None)
    return 0


@ai.command("trust")
@click.argument("persona", metavar="FILE")
def ai_trust(persona: str) -> int:
    """Agree that the words of a persona FILE are sent, as long as they stay the same."""
    from persona_lsp.cli import ai as states

    emit(states.trust(persona), None)
    return 0
