"""The commands and their options. What a command does stands in the module of its name, imported when it is run."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from persona_lsp import __version__
from persona_lsp.cli import formats
from persona_lsp.cli.ai_commands import ai, evaluate, review
from persona_lsp.cli.output import (
    FAILED,
    FINDINGS,
    complain,
    complain_of,
    emit,
    emit_bytes,
    names,
    of_the_machine,
    refuse_empty,
    threshold,
)
from persona_lsp.cli.style import paint_for, prepare_streams
from persona_lsp.text.count import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from persona_lsp.cli.report import Report

_INTERRUPTED = 130

_PATHS = click.argument("paths", nargs=-1, type=click.Path())
_CONFIG = click.option("--config", metavar="FILE", help="Read settings from this file instead of looking for one.")
_FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "information", "hint", "never"]),
    default="warning",
    help="The least severity that makes the exit code 1.",
    show_default=True,
)
_COLOR = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to colour text."
)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code: 0 fine, 1 findings, 2 wrong usage or an internal error."""
    prepare_streams()
    try:
        code = commands.main(list(arguments), prog_name="persona-lsp", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not try to flush the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except Exception as error:
        from persona_lsp.cli.project import UsageError

        if isinstance(error, UsageError):
            complain(str(error))
            return FAILED
        if os.environ.get("PERSONA_LSP_DEBUG"):
            raise
        if reason := of_the_machine(error):
            complain(reason)
            return FAILED
        complain(f"internal error: {type(error).__name__}: {error} (PERSONA_LSP_DEBUG=1 shows where)")
        return FAILED
    return code if isinstance(code, int) else 0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="persona-lsp", message="%(prog)s %(version)s")
def commands() -> None:
    """Review back-end code as a persona. Without a command: the language server on standard input and output."""


for _command in (review, evaluate, ai):
    commands.add_command(_command)


@commands.command()
@_PATHS
@click.option("--format", "form", type=click.Choice(formats.NAMES), default="text", help="How to write the findings.")
@click.option("--output", metavar="FILE", help="Write the report to a file.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules or families (may be repeated).")
@click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules or families (may be repeated).")
@click.option("--persona", metavar="NAME|FILE", help="The persona that reviews.")
@_CONFIG
@click.option("--baseline", metavar="FILE", help="Leave out the findings that this file knows.")
@click.option("--write-baseline", metavar="FILE", help="Write the findings to this file as known.")
@_FAIL_ON
@click.option(
    "--jobs", type=click.IntRange(0, 256), default=0, help="How many processes read files. 0: one per processor."
)
@click.option("--no-cache", is_flag=True, help="Read every file anew.")
@click.option("--statistics", is_flag=True, help="How often each rule found something, instead of the findings.")
@click.option("--quiet", "-q", is_flag=True, help="Findings only: no summary, no progress.")
@_COLOR
def check(paths: tuple[str, ...], **options: Any) -> int:
    """Review the files in PATHS (the current folder, if none are given).

    Reports name files relative to where the command runs; JSON, relative to PATH where that is one folder.
    """
    # Nothing makes cycles here, and looking for them would double the time of a big project.
    gc.disable()
    from persona_lsp.cli import check as checks
    from persona_lsp.cli.project import project

    _refuse_empty(options)
    if options["statistics"] and options["form"] != "text":
        raise click.UsageError(f"--statistics is text; leave out --format {options['form']}")
    given = {name: names(options[name]) for name in ("select", "ignore") if options[name]}
    if options["persona"]:
        given["persona"] = options["persona"]
    _check_names(given)
    request = checks.Request(
        baseline=options["baseline"] or "",
        use_baseline=not options["write_baseline"],
        fix=options["fix"],
        diff=options["diff"],
        jobs=options["jobs"],
        quiet=options["quiet"],
        use_cache=not options["no_cache"],
        persona_asked=bool(options["persona"]),
    )
    outcome = checks.check(project(paths or (".",), options["config"], given), request)
    report = outcome.report
    complain_of(report.problems, report.shown)
    if options["write_baseline"]:
        return _write_baseline(options["write_baseline"], report)
    if options["diff"]:
        emit_bytes(outcome.patch, options["output"])
        if not outcome.patch and not options["quiet"]:
            complain("no finding has a fix that is safe without a look: --fix would change nothing")
    else:
        emit(_rendered(report, options), options["output"])
    if any(problem.internal or problem.asked for problem in report.problems):
        return FAILED
    worst = report.worst()
    return FINDINGS if worst is not None and worst <= threshold(options["fail_on"]) else 0


@commands.command()
@click.argument("path", type=click.Path(), default=".")
@click.option("--format", "form", type=click.Choice(["table", "json", "openapi"]), default="table", show_default=True)
@click.option("--output", metavar="FILE", help="Write to a file.")
@click.option(
    "--jobs", type=click.IntRange(0, 256), default=0, help="How many processes read files. 0: one per processor."
)
@click.option("--no-cache", is_flag=True, help="Read every file anew.")
@click.option("--all", "every", is_flag=True, help="List endpoints whose whole path is not known, too.")
@click.option(
    "--kind",
    "kinds",
    metavar="KINDS",
    default="",
    help="http, websocket, graphql, grpc, message, with commas, or all. A table shows all; JSON, HTTP routes alone.",
)
@_CONFIG
@_COLOR
def endpoints(
    path: str, form: str, output: str | None, jobs: int, no_cache: bool, every: bool, kinds: str, config: str | None,
    color: str,
) -> int:  # fmt: skip
    """Print the API that the code in PATH serves.

    Files are named relative to where the command runs; in JSON, relative to PATH where that is a folder.
    """
    gc.disable()
    from persona_lsp.cli import endpoints as listing

    wanted = listing.wanted(kinds or ("all" if form == "table" else ""))
    found = listing.find(path, config=config, jobs=jobs, use_cache=not no_cache, every=every, kinds=wanted)
    complain_of((*found.problems, *(listing.overlaid(found) if form == "openapi" else ())), found.shown)
    paint = paint_for(sys.stdout, "never" if output else color)
    emit(listing.render(found, form, paint), output)
    return FAILED if any(problem.asked for problem in found.problems) else 0


@commands.command()
@click.argument("rule", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_COLOR
def explain(rule: str | None, form: str, color: str) -> int:
    """Explain a RULE; without one, list all rules."""
    from persona_lsp.cli import explain as pages

    emit(pages.all_rules(form, color) if rule is None else pages.one_rule(rule, form, color), None)
    return 0


@commands.group(invoke_without_command=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def personas(context: click.Context, form: str) -> int:
    """List the personas, the one at work marked."""
    if context.invoked_subcommand is not None:
        return 0
    from persona_lsp.cli import personas as listing

    emit(listing.listed(form), None)
    return 0


@personas.command("show")
@click.argument("persona", metavar="NAME|FILE")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_COLOR
def show(persona: str, form: str, color: str) -> int:
    """Print what keeps each sentence of a persona, and for the rest why not yet."""
    from persona_lsp.cli import personas as listing

    emit(listing.shown(persona, form, paint_for(sys.stdout, color)), None)
    return 0


@personas.command("check")
@click.argument("paths", nargs=-1, metavar="[FILES]...", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_FAIL_ON
@_COLOR
def check_personas(paths: tuple[str, ...], form: str, fail_on: str, color: str) -> int:
    """Print what is wrong in persona FILES (without any: in those of the project), as an editor shows it."""
    from persona_lsp.cli import persona_check as checks

    checked = checks.check(paths)
    emit(checks.render(checked, form, paint_for(sys.stdout, color)), None)
    worst = checks.worst(checked)
    return FINDINGS if worst is not None and worst <= threshold(fail_on) else 0


@commands.command()
@click.argument("editor", required=False)
def init(editor: str | None) -> int:
    """Print the configuration for an EDITOR; without one, list the editors."""
    from persona_lsp.cli import editors

    if editor is None:
        emit(editors.listed(), None)
        return 0
    configuration = editors.configuration(editor)
    emit(configuration.text, None)
    click.echo(f"For {configuration.title}: {configuration.place}", err=True)
    return 0


@commands.command()
@click.option("--stdio", is_flag=True, help="Standard input and output (the default).")
@click.option("--tcp", metavar="HOST:PORT", help="Wait for a client on a TCP port.")
@click.option("--ws", metavar="HOST:PORT", help="Wait for a client on a WebSocket.")
def serve(stdio: bool, tcp: str | None, ws: str | None) -> int:
    """Start the language server."""
    from persona_lsp.cli.serve import address
    from persona_lsp.cli.serve import serve as start

    if sum([stdio, tcp is not None, ws is not None]) > 1:
        raise click.UsageError("choose one of --stdio, --tcp and --ws")
    try:
        tcp_address, ws_address = address(tcp) if tcp is not None else None, address(ws) if ws is not None else None
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return start(tcp=tcp_address, ws=ws_address)


def _rendered(report: Report, options: dict[str, Any]) -> str:
    if options["form"] != "text":
        return formats.renderer(options["form"])(report)
    from persona_lsp.cli.formats import text

    paint = paint_for(sys.stdout, "never" if options["output"] else options["color"])
    if options["statistics"]:
        return text.statistics(report, paint)
    return text.render(report, paint, summary=not options["quiet"])


def _refuse_empty(options: dict[str, Any]) -> None:
    """As `refuse_empty`, and for lists of names."""
    if options["select"] and not names(options["select"]):
        raise click.UsageError("--select names no rule or family; leave it out to take those of the persona")
    refuse_empty(options, "persona", "config", "baseline", "write_baseline", "output")


def _check_names(given: dict[str, Any]) -> None:
    if not (given.get("select") or given.get("ignore")):
        return
    from persona_lsp import review
    from persona_lsp.settings import check_names, merge
    from persona_lsp.settings.read import Partial

    ids, families = review.names()
    merged = merge(Partial({key: value for key, value in given.items() if key != "persona"}))
    for problem in check_names(merged, ids, families, ()):
        raise click.UsageError(f"--{problem.message.replace('`', '', 2)}")


def _write_baseline(location: str, report: Report) -> int:
    from persona_lsp.findings import baseline
    from persona_lsp.workspace import disk

    try:
        disk.write(location, baseline.write(report.places, report.lines))
    except OSError as error:
        raise click.ClickException(f"`{location}` cannot be written: {error.strerror or error}") from error
    count = len(report.places)
    click.echo(f"{counted(count, 'finding')} written to {location}", err=True)
    return 0
