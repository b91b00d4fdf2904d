"""What is wrong with the files that steer a review: settings and personas, as findings in these files."""

import codecs
from collections.abc import Callable, Sequence

from persona_lsp.host import wire
from persona_lsp.host.answers import Desk
from persona_lsp.host.host import Chosen, Host
from persona_lsp.host.mailbox import Letter
from persona_lsp.host.ports import PersonaFix
from persona_lsp.host.spots import spot
from persona_lsp.text.lines import LineTable


def settings_problems(
    host: Host, chosen: Sequence[Chosen], name: Callable[[str], str]
) -> dict[str, tuple[wire.FileProblem, ...]]:
    """By the front's name of the settings file; "" for problems that are in no file."""
    result: dict[str, tuple[wire.FileProblem, ...]] = {}
    for one in chosen:
        path = host.path(one.file) if one.file else ""
        table = LineTable(host.text(path) if path else b"")
        for problem in one.problems:
            in_file = bool(path) and not problem.source.startswith("the editor")
            key = name(path) if in_file else ""
            place = spot(table, key, problem.start, problem.end) if in_file else wire.Spot("", 0, 0, 0, 0)
            result[key] = (*result.get(key, ()), wire.FileProblem(place, problem.message))
        if path:
            result.setdefault(name(path), ())
    return result


def persona_findings(desk: Desk, path: str, letter: Letter) -> tuple[wire.Shown, ...]:
    """What is wrong in an open persona file. Its fixes are remembered for questions about them."""
    host = desk.host
    location = letter.location or letter.uri
    try:
        problems = host.engine.persona_problems(location, letter.source)
    except Exception as error:  # noqa: BLE001  # a persona file that breaks its reader must not break the editor
        host.log(f"reading the persona {path} failed: {error!r}")
        problems = ()
    ignored = host.chosen(path).settings.ignore
    table = LineTable(letter.source)
    # The reader does not count a byte order mark at the beginning as a character, the editor does.
    marked = letter.source.startswith(codecs.BOM_UTF8)
    result = []
    fixes: dict[str, PersonaFix] = {}
    for number, problem in enumerate(problem for problem in problems if problem.code not in ignored):
        start = _offset(table, problem.line, problem.column, marked=marked)
        end = _offset(table, problem.end_line, problem.end_column, marked=marked)
        key = f"{problem.code}#{number}"
        if problem.fix is not None:
            fixes[key] = problem.fix
        result.append(
            wire.Shown(
                key,
                problem.code,
                int(problem.severity),
                problem.message,
                spot(table, letter.uri, start, end),
                fixable=problem.fix is not None,
                safe=problem.fix is not None and problem.fix.safe,
            )
        )
    desk.persona_fixes[path] = fixes
    return tuple(result)


def _offset(table: LineTable, line: int, column: int, *, marked: bool) -> int:
    return table.from_position(line - 1, column - 1 + (marked and line == 1), "utf-32")
