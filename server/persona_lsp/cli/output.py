"""What commands share: writing results, complaining to the user, reading lists of names."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from persona_lsp.cli.report import Problem

FINDINGS = 1
FAILED = 2
_MOST_PROBLEMS = 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})


def names(values: Sequence[str]) -> tuple[str, ...]:
    """Names, from options that may be repeated and hold several, separated by commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def of_the_machine(error: Exception) -> str:
    """What is wrong where the command runs, in a sentence; "" where the fault is this program's."""
    if not isinstance(error, OSError):
        return ""
    try:
        os.getcwd()
    except OSError:
        return "the current folder does not exist any more; go to one that does"
    if error.errno in _FULL and error.filename is None:
        # Python must not try to write the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return f"the output cannot be written: {error.strerror}"
    return ""


def refuse_empty(options: Mapping[str, object], *given: str) -> None:
    """An option that is given and says nothing is the slip of a script, which must not pass for "all" or "none"."""
    for name in given:
        if options[name] == "":
            raise click.UsageError(f"--{name.replace('_', '-')} is given and empty; name something, or leave it out")


def threshold(fail_on: str) -> int:
    """The number of the severity; 0, which none reaches, for `never`."""
    if fail_on == "never":
        return 0
    from persona_lsp.findings.finding import Severity

    return Severity[fail_on.upper()]


def emit(text: str, output: str | None) -> None:
    """Write a text to a file, or to standard output."""
    if output is None:
        sys.stdout.write(text)
        return
    emit_bytes(text.encode("utf-8", "replace"), output)


def emit_bytes(data: bytes, output: str | None) -> None:
    """Write bytes to a file, or to standard output. Raises `click.ClickException`."""
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    from persona_lsp.workspace import disk

    try:
        disk.write(output, data)
    except OSError as error:
        raise click.ClickException(f"`{output}` cannot be written: {error.strerror or error}") from error


def complain(message: str) -> None:
    """Tell the user something, beside the output."""
    from persona_lsp.cli.formats.text import in_line

    sys.stderr.write(f"persona-lsp: {in_line(message)}\n")


def complain_of(problems: Sequence[Problem], shown: Callable[[str], str]) -> None:
    """Tell the user of problems, of the first ones if there are many."""
    for problem in problems[:_MOST_PROBLEMS]:
        complain(f"{shown(problem.file)}: {problem.message}" if problem.file else problem.message)
    if len(problems) > _MOST_PROBLEMS:
        complain(f"and {len(problems) - _MOST_PROBLEMS} more files that could not be read")
