"""What is wrong with the files that steer a review: settings and personas, as findings in these files."""

from collections.abc import Callable, Sequence

from persona_lsp.host import wire
from persona_lsp.host.host import Chosen, Host
from persona_lsp.host.mailbox import Letter
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


def persona_findings(host: Host, path: str, letter: Letter) -> tuple[wire.Shown, ...] | None:
    """What is wrong in an open persona file; None when the document is none."""
    if not path.endswith(".md"):
        return None
    try:
        problems = host.engine.persona_problems(path, letter.source)
    except Exception as error:  # noqa: BLE001  # a persona file that breaks its reader must not break the editor
        host.log(f"reading the persona {path} failed: {error!r}")
        return ()
    if problems is None:
        return None
    table = LineTable(letter.source)
    result = []
    for number, problem in enumerate(problems):
        start = table.from_position(problem.line - 1, problem.column - 1, "utf-32")
        end = table.from_position(problem.end_line - 1, problem.end_column - 1, "utf-32")
        place = spot(table, letter.uri, start, end)
        result.append(
            wire.Shown(f"{problem.code}#{number}", problem.code, int(problem.severity), problem.message, place)
        )
    return tuple(result)
