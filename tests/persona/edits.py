"""Persona files for tests, and how a fix is applied to one."""

from persona_lsp.persona.load import load
from persona_lsp.persona.model import Loaded, Persona, Problem

BODY = "\nYou implement proper HTTP status codes.\n"


def persona_file(*keys: str, body: str = BODY) -> bytes:
    """A file with these lines of front matter."""
    return ("---\n" + "".join(key + "\n" for key in keys) + "---\n" + body).encode()


def loaded(data: bytes, name: str = "api-guard.md") -> tuple[Persona, tuple[Problem, ...]]:
    """The persona of a file that has to have one, and its problems."""
    result = load(data, name)
    assert result.persona is not None, result.problems
    return result.persona, result.problems


def only(problems: tuple[Problem, ...]) -> Problem:
    """The one problem that there should be."""
    assert len(problems) == 1, problems
    return problems[0]


def codes(result: Loaded | tuple[Problem, ...]) -> list[str]:
    """The codes of the problems, in their order."""
    problems = result if isinstance(result, tuple) else result.problems
    return [problem.code for problem in problems]


def applied(data: bytes, problem: Problem) -> bytes:
    """The file after the problem's quick fix."""
    assert problem.fix is not None, problem
    return data[: problem.fix.start] + problem.fix.new_text.encode() + data[problem.fix.end :]


def marked(data: bytes, problem: Problem) -> str:
    """The text under the squiggle, where it is on one line."""
    lines = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert problem.line == problem.end_line
    return lines[problem.line - 1][problem.column - 1 : problem.end_column - 1]
